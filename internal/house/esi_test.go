package house_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"tereze/internal/esi"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// identification is the state's system, as far as a browser and a portal meet it. What it holds clients to the tests of
// package esi say.
type identification struct {
	server *httptest.Server
	mu     sync.Mutex
	nonces map[string]string
	pin    string
	down   bool
}

func newIdentification(t *testing.T, pin string) *identification {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "one"))
	if err != nil {
		t.Fatal(err)
	}
	i := &identification{nonces: map[string]string{}, pin: pin}
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := i.server.URL
		write(w, map[string]any{"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/jwks"})
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		nonce, there := i.nonces[r.FormValue("code")]
		delete(i.nonces, r.FormValue("code"))
		if i.down || !there {
			http.Error(w, "{}", map[bool]int{true: 503, false: 400}[i.down])
			return
		}
		now := time.Now()
		raw, err := jwt.Signed(signer).Claims(map[string]any{
			"iss": i.server.URL, "aud": "tereze", "sub": "1", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
			"pin": i.pin, "family_name": "Сынакова", "given_name": "Айгүл",
		}).Serialize()
		if err != nil {
			t.Error(err)
		}
		write(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": raw})
	})
	i.server = httptest.NewTLSServer(mux)
	t.Cleanup(i.server.Close)
	return i
}

// visits begins at the portal, is identified, and gives the address with which the system sends the browser back.
func (i *identification) visits(t testing.TB, b *housetest.Browser) string {
	t.Helper()
	p := b.Post("/kg/sign-in/esi/ask", "next", "/kg/cabinet/profile").Want(http.StatusOK)
	to, err := url.Parse(p.Attr(`main a[role="button"]`, "href"))
	if err != nil || p.Path != "/kg/sign-in/esi" || !strings.HasPrefix(to.String(), i.server.URL+"/authorize?") {
		t.Fatalf("the page at %s leads to %v, %v: %s", p.Path, to, err, p.Text("main"))
	}
	q := to.Query()
	if !strings.HasSuffix(q.Get("redirect_uri"), "/kg/sign-in/esi/return") {
		t.Fatalf("the system would answer at %q", q.Get("redirect_uri"))
	}
	code := rand.Text()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.nonces[code] = q.Get("nonce")
	return "/kg/sign-in/esi/return?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

// TestTheStateSystemSignsIn: whom the system identifies is in the account of their number; somebody without one is led
// to the registration with what was proved filled in; nothing is taken twice or from another browser.
func TestTheStateSystemSignsIn(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		i := newIdentification(t, cardPIN)
		provider, err := esi.New(esi.Config{Issuer: i.server.URL, ClientID: "tereze", ClientSecret: "secret", Client: i.server.Client()})
		if err != nil {
			t.Fatal(err)
		}
		h := housetest.Open(t, house.Config{Database: database, ESI: provider})
		b := h.Browser(t)
		if !b.Get("/kg/sign-in/ways").Want(http.StatusOK).Has(`main a[href="/kg/sign-in/esi"]`) {
			t.Error("the choice does not offer the system")
		}
		if p := b.Get(i.visits(t, b)).Want(http.StatusOK); p.Path != "/kg/register" || p.Attr(`input[name="number"]`, "value") != cardPIN || p.Attr(`input[name="surname"]`, "value") != "Сынакова" {
			t.Fatalf("a newcomer was led to %s: %s", p.Path, p.Text("main"))
		}
		registers(t, h, h.Browser(t), testPhone, "number", cardPIN)
		back := i.visits(t, b)
		if p := h.Browser(t).Get(back); p.Status != http.StatusConflict {
			t.Errorf("the answer in another browser: %d at %s", p.Status, p.Path)
		}
		other := h.Browser(t)
		i.visits(t, other)
		if p := other.Get(back); p.Status != http.StatusForbidden {
			t.Errorf("the answer to another attempt: %d at %s", p.Status, p.Path)
		}
		if p := b.Get(back).Want(http.StatusOK); p.Path != "/kg/cabinet/profile" {
			t.Fatalf("the system led to %s: %s", p.Path, p.Text("main"))
		}
		if p := b.Get(back); p.Status != http.StatusConflict {
			t.Errorf("the answer a second time: %d at %s", p.Status, p.Path)
		}
		u, _, _ := userOf(t, h, "kg", testPhone)
		by := map[string]int{}
		for _, e := range entries(t, h, u.ID, "account.sign_in") {
			by[e.Detail["by"]]++
		}
		if by["esi"] != 1 {
			t.Errorf("evidence of the sign-ins: %v", by)
		}
		i.mu.Lock()
		i.down = true
		i.mu.Unlock()
		if p := b.Get(i.visits(t, b)); p.Status != http.StatusServiceUnavailable || b.Get("/kg/cabinet").Path == "/kg/cabinet" {
			t.Errorf("a system that is down: %d %s", p.Status, p.Text("main"))
		}
	})
}

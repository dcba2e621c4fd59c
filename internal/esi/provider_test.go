package esi_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// system is an identification system of tests: it holds a client to the protocol and signs with a library's help.
// change spoils what it says.
type system struct {
	t      *testing.T
	server *httptest.Server
	key    *rsa.PrivateKey

	mu     sync.Mutex
	codes  map[string]url.Values // what was asked with each code
	change func(s *said)
	calls  map[string]int
}

// said is what the system says of a person, and how.
type said struct {
	claims    map[string]any
	algorithm jose.SignatureAlgorithm
	key       any
	raw       string // in place of a token
	info      map[string]any
	status    int // of the token's address, when not 200
	discovery map[string]any
}

const clientID, clientSecret = "tereze-kg", "a secret of tests"

func newSystem(t *testing.T) *system {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &system{t: t, key: key, codes: map[string]url.Values{}, calls: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.discover)
	mux.HandleFunc("GET /.well-known/openid-configuration/jwks", func(w http.ResponseWriter, _ *http.Request) {
		s.count("jwks")
		s.write(w, 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /connect/token", s.token)
	mux.HandleFunc("GET /connect/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		s.count("userinfo")
		s.write(w, 200, s.says("").info)
	})
	s.server = httptest.NewTLSServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

func (s *system) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[what]++
}

func (s *system) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Error(err)
	}
}

func (s *system) discover(w http.ResponseWriter, _ *http.Request) {
	s.count("discovery")
	at := s.server.URL
	d := map[string]any{
		"issuer": at, "authorization_endpoint": at + "/connect/authorize", "token_endpoint": at + "/connect/token",
		"userinfo_endpoint": at + "/connect/userinfo", "jwks_uri": at + "/.well-known/openid-configuration/jwks",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
	}
	for name, value := range s.says("").discovery {
		d[name] = value
	}
	s.write(w, 200, d)
}

// says is what the system would say to a nonce.
func (s *system) says(nonce string) said {
	now := time.Now()
	out := said{algorithm: jose.RS256, key: s.key, claims: map[string]any{
		"iss": s.server.URL, "aud": clientID, "sub": "person-1", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"pin": "11501188000123", "family_name": "Сынакова", "given_name": "Айгүл", "middle_name": "Тестовна",
		"phone_number": "+996700123456", "phone_number_verified": true,
	}, info: map[string]any{"sub": "person-1", "pin": "11501188000123", "family_name": "Сынакова", "given_name": "Айгүл"}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change != nil {
		s.change(&out)
	}
	return out
}

// authorize does what the person does at the system: it gives the answer with which the browser comes back.
func (s *system) authorize(address string) url.Values {
	s.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		s.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 40 || len(q.Get("nonce")) < 40 {
		s.t.Errorf("the browser is sent with %v", q)
	}
	code := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {s.server.URL}}
}

// token exchanges a code once, for the client that asked and who has the verifier.
func (s *system) token(w http.ResponseWriter, r *http.Request) {
	s.count("token")
	id, secret, _ := r.BasicAuth()
	code := r.FormValue("code")
	s.mu.Lock()
	q, there := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	refused := map[string]string{"error": "invalid_grant"}
	unescaped, _ := url.QueryUnescape(secret)
	if !there || id != clientID || unescaped != clientSecret || q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || q.Get("redirect_uri") != r.FormValue("redirect_uri") {
		s.write(w, http.StatusBadRequest, refused)
		return
	}
	says := s.says(q.Get("nonce"))
	if says.status != 0 {
		s.write(w, says.status, refused)
		return
	}
	raw := says.raw
	if raw == "" {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: says.algorithm, Key: says.key}, (&jose.SignerOptions{}).WithHeader("kid", "one"))
		if err != nil {
			s.t.Error(err)
			return
		}
		if raw, err = jwt.Signed(signer).Claims(says.claims).Serialize(); err != nil {
			s.t.Error(err)
			return
		}
	}
	s.write(w, 200, map[string]any{"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": raw})
}

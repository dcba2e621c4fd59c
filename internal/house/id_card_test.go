package house_test

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/covers"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/idcard"
	"tereze/internal/store/storetest"
)

// cardPIN is the personal number on the card of the demonstration's citizen.
const cardPIN = "11501188000123"

// cardHouse is a house that believes the demonstration's cards.
func cardHouse(t testing.TB, database string) (*housetest.House, *authority.Cards) {
	t.Helper()
	clock := &calendar.Clock{}
	cards, err := authority.NewCards(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := cards.Trust()
	if err != nil {
		t.Fatal(err)
	}
	return housetest.Open(t, house.Config{Database: database, Clock: clock, Cards: &idcard.Cards{
		Verifier: &eds.Own{Trust: trust, Now: clock.Now, Rand: rand.Reader}, Profile: idcard.DefaultProfile(), Lists: cards.Lists, Plugin: idcard.Plugin,
	}}), cards
}

func onCards(t *testing.T, test func(t *testing.T, h *housetest.House, cards *authority.Cards)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h, cards := cardHouse(t, database)
		test(t, h, cards)
	})
}

// statement begins a sign-in by card and gives what the card is to sign.
func statement(t testing.TB, b *housetest.Browser) string {
	t.Helper()
	p := b.Post("/kg/sign-in/card/ask").Want(http.StatusOK)
	s := p.Attr(`[data-sign="document"]`, "value")
	if p.Path != "/kg/sign-in/card" || !strings.Contains(s, "portal=kg") {
		t.Fatalf("the question is at %s: %q", p.Path, s)
	}
	return s
}

// signedBy is the signature of a card over a text, as the middleware makes it.
func signedBy(t testing.TB, cards *authority.Cards, name, text string, now time.Time) string {
	t.Helper()
	key, err := cards.Key(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cms.Sign([]byte(text), cms.Signing{Key: key.Key, Certificate: key.Certificate, At: now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(m)
}

// byCard goes the whole way with a card.
func byCard(t testing.TB, h *housetest.House, cards *authority.Cards, b *housetest.Browser, name string) *housetest.Page {
	t.Helper()
	return b.Post("/kg/sign-in/card", "signature", signedBy(t, cards, name, statement(t, b), h.Clock.Now()))
}

// TestTheWayInIsChosen: the page offers the two methods the agreement names, each by its clause, and everybody who
// wants to sign in stands before it.
func TestTheWayInIsChosen(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.1")
	h, _ := cardHouse(t, storetest.SQLite(t))
	b := h.Browser(t)
	if got := b.Get("/kg").Attr(`header a[href*="sign-in"]`, "href"); got != "/kg/sign-in/ways" {
		t.Errorf("signing in begins at %q, not at the choice", got)
	}
	p := b.Get("/kg/sign-in/ways?next=/kg/cabinet/profile").Want(http.StatusOK)
	var to []string
	for _, n := range p.All("main .tz-card__link") {
		for _, a := range n.Attr {
			if a.Key == "href" {
				to = append(to, a.Val)
			}
		}
	}
	want := []string{"/kg/sign-in?next=%2Fkg%2Fcabinet%2Fprofile", "/kg/sign-in/card?next=%2Fkg%2Fcabinet%2Fprofile"}
	if len(to) != 2 || to[0] != want[0] || to[1] != want[1] {
		t.Errorf("the ways lead to %q, want %q", to, want)
	}
	for _, cited := range []string{"2.1", "2.1a", "2.1b"} {
		if !strings.Contains(p.Text("main"), cited) {
			t.Errorf("clause %s is not cited: %s", cited, p.Text("main"))
		}
	}
	if !b.Get("/kg/sign-in").Has(`main a[href="/kg/sign-in/ways"]`) {
		t.Error("the page of the password does not lead back to the choice")
	}
	for _, other := range []string{"/egov/sign-in/ways", "/egov/sign-in/card", "/egov/sign-in/esi", "/kg/sign-in/esi", "/court/sign-in/card"} {
		b.Get(other).Want(http.StatusNotFound)
	}
	b.Post("/egov/sign-in/card/ask").Want(http.StatusNotFound)
	b.Post("/kg/sign-in/esi/ask").Want(http.StatusNotFound)
	closed := housetest.SQLite(t).Browser(t)
	if p := closed.Get("/kg/sign-in/ways").Want(http.StatusOK); len(p.All("main .tz-card__link")) != 1 || len(p.All("main .tz-card")) != 2 {
		t.Errorf("where the operator trusts no cards, the page says: %s", p.Text("main"))
	}
	closed.Get("/kg/sign-in/card").Want(http.StatusNotFound)
}

// TestTheCardSignsIn: a card and its PIN open the account of the number on it, of GOST and of RSA, once for each
// question; the page alone may reach the middleware.
func TestTheCardSignsIn(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.1b")
	onCards(t, func(t *testing.T, h *housetest.House, cards *authority.Cards) {
		onTheHour(h)
		registers(t, h, h.Browser(t), testPhone, "number", cardPIN)
		registers(t, h, h.Browser(t), "+996700123457", "number", "21501188000205")
		b := h.Browser(t)
		intro := b.Get("/kg/sign-in/card?next=/kg/cabinet/profile").Want(http.StatusOK)
		if strings.Contains(intro.Header.Get("Content-Security-Policy"), "6127") || intro.Has("[data-module=tz-card]") {
			t.Error("the page reaches the middleware before anything was asked")
		}
		asked := b.Post("/kg/sign-in/card/ask", "next", "/kg/cabinet/profile").Want(http.StatusOK)
		if csp := asked.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self' wss://127.0.0.1:6127;") {
			t.Errorf("the policy of the page is %q", csp)
		}
		if asked.Has(`input[type="password"][name]`) {
			t.Error("the PIN is a field of the form and would be sent to the portal")
		}
		text := asked.Attr(`[data-sign="document"]`, "value")
		signature := signedBy(t, cards, "citizen", text, h.Clock.Now())
		if p := b.Post("/kg/sign-in/card", "signature", signature).Want(http.StatusOK); p.Path != "/kg/cabinet/profile" {
			t.Fatalf("the card led to %s: %s", p.Path, p.Text("main"))
		}
		u, _, _ := userOf(t, h, "kg", testPhone)
		in := entries(t, h, u.ID, "account.sign_in")
		if len(in) != 2 || in[0].Detail["by"] != "id_card" && in[1].Detail["by"] != "id_card" {
			t.Errorf("evidence of the sign-in: %+v", in)
		}
		if p := h.Browser(t).Post("/kg/sign-in/card", "signature", signature); p.Status != http.StatusConflict {
			t.Errorf("the signature in another browser: %d", p.Status)
		}
		if p := b.Post("/kg/sign-in/card", "signature", signature); p.Status != http.StatusConflict || p.Path == "/kg/cabinet" {
			t.Errorf("the signature a second time: %d at %s", p.Status, p.Path)
		}
		if p := byCard(t, h, cards, h.Browser(t), "rsa").Want(http.StatusOK); p.Path != "/kg/cabinet" {
			t.Errorf("a card with an RSA key led to %s: %s", p.Path, p.Text("main"))
		}
	})
}

// TestTheCardIsRefused: whatever is wrong with a card or its signature is said, leaves evidence, and opens nothing.
func TestTheCardIsRefused(t *testing.T) {
	t.Parallel()
	h, cards := cardHouse(t, storetest.SQLite(t))
	registers(t, h, h.Browser(t), testPhone, "number", cardPIN)
	for name, c := range map[string]struct {
		sign   func(text string) string
		status int
		key    string
	}{
		"a revoked card":               {func(s string) string { return signedBy(t, cards, "revoked", s, h.Clock.Now()) }, 422, "eds.reason.revoked"},
		"an expired card":              {func(s string) string { return signedBy(t, cards, "expired", s, h.Clock.Now()) }, 422, "eds.reason.expired"},
		"a forged card of the citizen": {func(s string) string { return signedBy(t, cards, "foreign", s, h.Clock.Now()) }, 422, "eds.reason.unknown_issuer"},
		"a card of an older model":     {func(s string) string { return signedBy(t, cards, "old", s, h.Clock.Now()) }, 403, "idcard.model"},
		"another statement":            {func(s string) string { return signedBy(t, cards, "citizen", s+" ", h.Clock.Now()) }, 422, "eds.reason.wrong_document"},
		"the question of another":      {func(string) string { return signedBy(t, cards, "citizen", statement(t, h.Browser(t)), h.Clock.Now()) }, 422, "eds.reason.wrong_document"},
		"no signature at all":          {func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, 422, "eds.reason.malformed"},
		"a long nothing":               {func(string) string { return strings.Repeat("A", 200<<10) }, 422, "eds.reason.too_large"},
		"a changed signature": {func(s string) string {
			m, _ := base64.StdEncoding.DecodeString(signedBy(t, cards, "citizen", s, h.Clock.Now()))
			m[len(m)-5] ^= 1
			return base64.StdEncoding.EncodeToString(m)
		}, 422, "eds.reason.bad_signature"},
	} {
		b := h.Browser(t)
		p := b.Post("/kg/sign-in/card", "signature", c.sign(statement(t, b)))
		if want := h.Frame.Words.Say("ky", c.key, "year", "2017"); p.Status != c.status || !strings.Contains(p.Text("main"), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%s: %d, want %d with %q: %s", name, p.Status, c.status, want, p.Text("main"))
		}
		if p := b.Get("/kg/cabinet"); p.Path == "/kg/cabinet" {
			t.Errorf("%s opens the cabinet", name)
		}
	}
	b := h.Browser(t)
	statement(t, b)
	if p := b.Post("/kg/sign-in/card"); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("no answer: %d", p.Status)
	}
	text := statement(t, b)
	h.Clock.Move(16 * time.Minute)
	if p := b.Post("/kg/sign-in/card", "signature", signedBy(t, cards, "citizen", text, h.Clock.Now())); p.Status != http.StatusConflict {
		t.Errorf("an answer after its time: %d", p.Status)
	}
	if failed := entriesOf(t, h, "kg", "account.sign_in_failed"); len(failed) < 9 || failed[0].Citation.Clause != "2.1b" {
		t.Errorf("%d refusals are in evidence", len(failed))
	}
}

// TestACardOpensNoMoreThanThePassword: a closed, locked or unknown account stays so, and a passkey that was asked for
// is asked for.
func TestACardOpensNoMoreThanThePassword(t *testing.T) {
	t.Parallel()
	onCards(t, func(t *testing.T, h *housetest.House, cards *authority.Cards) {
		onTheHour(h)
		b := h.Browser(t)
		p := byCard(t, h, cards, b, "citizen").Want(http.StatusOK)
		if p.Path != "/kg/register" || p.Attr(`input[name="number"]`, "value") != cardPIN || p.Attr(`input[name="surname"]`, "value") != "СЫНАКОВА" ||
			p.Attr(`input[name="given"]`, "value") != "АЙГҮЛ" || p.Attr(`input[name="patronymic"]`, "value") != "ТЕСТОВНА" {
			t.Fatalf("a card without an account led to %s: %s", p.Path, p.Text("main"))
		}
		if p := h.Browser(t).Get("/kg/register"); p.Attr(`input[name="number"]`, "value") != "" {
			t.Error("another browser sees what was proved")
		}
		registers(t, h, b, testPhone, "number", cardPIN)
		mine := h.Browser(t)
		if p := byCard(t, h, cards, mine, "citizen"); p.Path != "/kg/cabinet" {
			t.Fatalf("the card led to %s", p.Path)
		}
		// The person reports the account: what is locked no card opens.
		form := mine.Get("/kg/cabinet/compromised").Want(http.StatusOK)
		mine.Post("/kg/cabinet/compromised", append(form.Hidden(), "reason", form.Attr(`input[name="reason"]`, "value"))...).Want(http.StatusOK)
		if p := byCard(t, h, cards, h.Browser(t), "citizen"); p.Status != http.StatusForbidden {
			t.Errorf("a locked account: %d at %s: %s", p.Status, p.Path, p.Text("main"))
		}
	})
}

// TestOneQuestionOneAnswer: of many who bring the same signature at once from one browser, one comes in.
func TestOneQuestionOneAnswer(t *testing.T) {
	t.Parallel()
	onCards(t, func(t *testing.T, h *housetest.House, cards *authority.Cards) {
		onTheHour(h)
		registers(t, h, h.Browser(t), testPhone, "number", cardPIN)
		b := h.Browser(t)
		signature := signedBy(t, cards, "citizen", statement(t, b), h.Clock.Now())
		const many = 8
		browsers := make([]*housetest.Browser, many)
		for i := range browsers {
			browsers[i] = h.Browser(t)
			browsers[i].Carry(b.Cookies())
		}
		var start, done sync.WaitGroup
		start.Add(1)
		got := make([]string, many)
		for i, x := range browsers {
			done.Go(func() {
				start.Wait()
				got[i] = x.Post("/kg/sign-in/card", "signature", signature).Path
			})
		}
		start.Done()
		done.Wait()
		in := 0
		for _, path := range got {
			if path == "/kg/cabinet" {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d came in with one signature: %q", in, got)
		}
	})
}

package house_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

const sessionCookie = "__Host-tereze-session-"

// request makes a request by hand.
func request(t *testing.T, h *housetest.House, method, path string, body io.Reader, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

const formType = "application/x-www-form-urlencoded"

// token signs a user in and gives the token the browser was handed.
func token(t *testing.T, h *housetest.House, portal, name string) string {
	t.Helper()
	in, err := h.Accounts.SignIn(context.Background(), signIn(portal, name))
	if err != nil {
		t.Fatal(err)
	}
	return in.Token
}

// TestSessionsThatAreNot: a session that was made up, altered, of another portal, ended or left too
// long lets nobody in; its holder is asked to sign in, and nothing more is said.
func TestSessionsThatAreNot(t *testing.T) {
	t.Parallel()
	h := housetest.Open(t, house.Config{
		Database: storetest.SQLite(t),
		Accounts: account.Limits{Idle: time.Hour, Absolute: 8 * time.Hour, Failures: 10, Rest: 15 * time.Minute},
	})
	accept(t, h, h.User(t, "kundelik", "user"))
	accept(t, h, h.User(t, "court", "user"))
	ended := token(t, h, "kundelik", "user")
	if err := h.Accounts.Exit(context.Background(), ended); err != nil {
		t.Fatal(err)
	}
	good := token(t, h, "kundelik", "user")
	idle := token(t, h, "kundelik", "user")
	visit := func(value string) *housetest.Page {
		return h.Browser(t).Do(request(t, h, http.MethodGet, "/kundelik/cabinet", nil, "Cookie", sessionCookie+"kundelik="+value))
	}
	if p := visit(good); p.Path != "/kundelik/cabinet" {
		t.Fatalf("a good session led to %s: this test would prove nothing", p.Path)
	}
	altered := []byte(good)
	altered[len(altered)/2] ^= 1
	for name, value := range map[string]string{
		"made up": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "altered": string(altered), "cut": good[:len(good)-1], "longer": good + "A",
		"empty": "", "endless": strings.Repeat("A", 6000), "of another portal": token(t, h, "court", "user"), "ended by exit": ended,
		"not text": "\xff\xfe", "a statement": "' OR 1=1 --",
	} {
		p := visit(value)
		decent(t, p, "a session "+name, "kk")
		if !strings.HasPrefix(p.Path, "/kundelik/sign-in") {
			t.Errorf("a session %s led to %s (%d)", name, p.Path, p.Status)
		}
	}
	for range 9 { // somebody at work
		h.Clock.Move(55 * time.Minute)
		visit(good)
	}
	for name, value := range map[string]string{"left for hours": idle, "used for longer than a day's work": good} {
		if p := visit(value); !strings.HasPrefix(p.Path, "/kundelik/sign-in") {
			t.Errorf("a session %s led to %s (%d)", name, p.Path, p.Status)
		}
	}
}

// TestForeignOrigin: a form that another site sends does nothing, and whoever was made to send it
// reads so in their language.
func TestForeignOrigin(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "kundelik", "user")
	accept(t, h, actor)
	session := sessionCookie + "kundelik=" + token(t, h, "kundelik", "user")
	for name, header := range map[string][]string{
		"another origin":     {"Origin", "https://evil.example"},
		"no origin at all":   {"Origin", "null"},
		"another site":       {"Sec-Fetch-Site", "cross-site"},
		"a neighbouring one": {"Sec-Fetch-Site", "same-site"},
	} {
		for path, body := range map[string]string{
			"/kundelik/cabinet/profile":             "version=1&shown=Evil&email=&phone=&about=evil&language=kk",
			"/kundelik/cabinet/refusal/agreement/1": "effect=close&understood=yes",
			"/kundelik/exit":                        "",
		} {
			r := request(t, h, http.MethodPost, path, strings.NewReader(body), append(header, "Content-Type", formType, "Cookie", session, "Accept-Language", "ru-RU,ru;q=0.9")...)
			p := h.Browser(t).Do(r).Want(http.StatusForbidden)
			decent(t, p, name+" on "+path, "kk") // the language of the account goes before the browser's
		}
	}
	for path, language := range map[string]string{"/kg/sign-in": "ky", "/court/sign-in": "kk"} {
		r := request(t, h, http.MethodPost, path, strings.NewReader("name=user"), "Origin", "https://evil.example", "Content-Type", formType)
		decent(t, h.Browser(t).Do(r).Want(http.StatusForbidden), path, language)
	}
	if u, err := h.Accounts.Me(context.Background(), actor); err != nil || u.About != "" || u.State != account.Active {
		t.Errorf("a form of another site changed the user: %+v, %v", u, err)
	}
	if p := h.Browser(t).Do(request(t, h, http.MethodGet, "/kundelik/cabinet", nil, "Cookie", session)); p.Path != "/kundelik/cabinet" {
		t.Errorf("a form of another site ended the session: %s", p.Path)
	}
}

// TestOtherPeoplesReceipts: an id that was altered, and the receipt of somebody else, are pages that
// do not exist: not even that they might is said.
func TestOtherPeoplesReceipts(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	mine, theirs := h.User(t, "kundelik", "mine"), h.User(t, "kundelik", "theirs")
	accept(t, h, mine)
	accept(t, h, theirs)
	b := h.Browser(t)
	b.SignIn("kundelik", "mine")
	own := h.Opaque.Of(entries(t, h, mine.User, "agreement.accept")[0].ID)
	other := h.Opaque.Of(entries(t, h, theirs.User, "agreement.accept")[0].ID)
	b.Get("/kundelik/cabinet/receipts/" + own).Want(http.StatusOK)
	last := byte('A')
	if own[len(own)-1] == last {
		last = 'B'
	}
	nowhere := b.Get("/kundelik/cabinet/receipts/nowhere").Want(http.StatusNotFound)
	for name, id := range map[string]string{
		"of somebody else": other, "altered": own[:len(own)-1] + string(last), "cut": own[:len(own)-1], "longer": own + "A", "in capitals": strings.ToUpper(own) + "x",
		"a plain number": "1", "not text": "%ff%00", "endless": strings.Repeat("A", 3000),
	} {
		for _, form := range []string{"", "/receipt.json", "/qr.png"} {
			p := b.Get("/kundelik/cabinet/receipts/" + id + form).Want(http.StatusNotFound)
			decent(t, p, "a receipt "+name+form, "kk")
			if p.Text("main") != nowhere.Text("main") {
				t.Errorf("a receipt %s%s is answered otherwise than one that never was: %s", name, form, p.Text("main"))
			}
		}
	}
	if p := h.Browser(t).Get("/kundelik/cabinet/receipts/" + own); !strings.HasPrefix(p.Path, "/kundelik/sign-in") {
		t.Errorf("a stranger came to %s", p.Path)
	}
}

// TestBodiesThatAreNoForms: what is too long, or is no form, is refused on a page, and nothing is
// done.
func TestBodiesThatAreNoForms(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "kundelik", "user")
	accept(t, h, actor)
	session := sessionCookie + "kundelik=" + token(t, h, "kundelik", "user")
	var parts bytes.Buffer
	w := multipart.NewWriter(&parts)
	for name, value := range map[string]string{"version": "1", "shown": "Evil Name", "about": "evil"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ kind, body string }{
		"two megabytes":     {formType, "version=1&shown=" + strings.Repeat("a", 2<<20)},
		"a broken escape":   {formType, "version=1&shown=%zz&about=evil"},
		"semicolons":        {formType, "version=1;shown=Evil;about=evil"},
		"JSON":              {"application/json", `{"version":1,"shown":"Evil"}`},
		"parts":             {w.FormDataContentType(), parts.String()},
		"no type":           {"", "version=1&shown=Evil+Name&about=evil"},
		"a type of no kind": {"application/x-www-form-urlencoded; charset", "version=1&shown=Evil+Name&about=evil"},
		"many fields":       {formType, strings.Repeat("a=b&", 200_000)},
	} {
		for _, path := range []string{"/kundelik/cabinet/profile", "/kundelik/agreement/accept", "/kundelik/register", "/kundelik/sign-in", "/kundelik/cabinet/refusal/agreement/1"} {
			r := request(t, h, http.MethodPost, path, strings.NewReader(x.body), "Content-Type", x.kind)
			if strings.Contains(path, "cabinet") || strings.Contains(path, "accept") {
				r.Header.Set("Cookie", session)
			}
			p := h.Browser(t).Do(r)
			decent(t, p, name+" to "+path, "kk")
			// Whoever has accepted everything has nothing left to press on the page of acceptance.
			if p.Status < 400 && !strings.Contains(path, "accept") {
				t.Errorf("%s to %s: answered %d at %s", name, path, p.Status, p.Path)
			}
		}
	}
	if u, err := h.Accounts.Me(context.Background(), actor); err != nil || u.Shown != "Тест Адамы" || u.About != "" {
		t.Errorf("what was no form changed the user: %+v, %v", u, err)
	}
}

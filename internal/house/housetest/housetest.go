// Package housetest opens whole houses for tests and visits their pages as a browser would.
package housetest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"tereze/internal/account"
	"tereze/internal/calendar"
	"tereze/internal/house"
	"tereze/internal/identity"
	"tereze/internal/store/storetest"
)

// Password is everybody's in a test.
const Password = "құпия сөз 2026"

// House is an open house with a server before it.
type House struct {
	*house.House
	URL    string
	server *httptest.Server
	keys   *keys
}

// Each runs test once per engine, on a house with an empty database.
func Each(t *testing.T, test func(t *testing.T, h *House)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		test(t, Open(t, house.Config{Database: database}))
	})
}

// SQLite opens a house on SQLite, for tests about pages rather than about the database.
func SQLite(t testing.TB) *House {
	t.Helper()
	return Open(t, house.Config{Database: storetest.SQLite(t)})
}

// Open opens a house; what the configuration leaves out is filled in. Accidents fail the test.
func Open(t testing.TB, cfg house.Config) *House {
	t.Helper()
	if cfg.Keys.LogSigner == "" {
		keys, err := house.NewKeys("tereze-test")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Keys = keys
	}
	if cfg.Clock == nil {
		cfg.Clock = &calendar.Clock{}
	}
	if cfg.Accounts == (account.Limits{}) {
		// A test moves the clock by days: sessions outlive that.
		cfg.Accounts = account.Limits{Idle: 1000 * 24 * time.Hour, Absolute: 1000 * 24 * time.Hour, Failures: 10, Rest: 15 * time.Minute}
	}
	if cfg.Hasher == nil {
		// A hundred sign-ins of a test are not about the cost of a hash, which the race detector makes tenfold.
		var err error
		if cfg.Hasher, err = account.NewHasherAt(64, 1); err != nil {
			t.Fatal(err)
		}
	}
	signers := newKeys(cfg.Clock)
	if cfg.Verifier == nil && cfg.Authorities == nil && !cfg.Demo {
		cfg.Verifier = signers
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(accidents{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	}
	h, err := house.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(h.Handler)
	t.Cleanup(func() {
		server.Close()
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
	})
	return &House{House: h, URL: server.URL, server: server, keys: signers}
}

// accidents turns what the gate logs as an error into a failure.
type accidents struct{ t testing.TB }

func (a accidents) Write(b []byte) (int, error) {
	a.t.Errorf("logged: %s", b)
	return len(b), nil
}

// User registers somebody on a portal, with further roles where given.
func (h *House) User(t testing.TB, portal, name string, roles ...identity.Role) identity.Actor {
	t.Helper()
	p, ok := h.Agreements.Portal(portal)
	if !ok {
		t.Fatalf("no portal %s", portal)
	}
	u, err := h.Accounts.Register(context.Background(), account.Registration{
		Portal: portal, SignInName: name, Shown: "Тест Адамы", Password: Password, Again: Password, Language: p.Languages[0], Roles: roles,
		KeyEndsAt: h.Clock.Now().AddDate(10, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	return identity.Actor{Portal: portal, User: u.ID, Name: name, Shown: u.Shown, Language: u.Language, Roles: u.Roles, SignedIn: h.Clock.Now()}
}

// Browser is one person's browser: it keeps cookies and follows redirects.
type Browser struct {
	t      testing.TB
	house  *House
	client *http.Client
}

// Browser opens a new browser.
func (h *House) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *h.server.Client()
	client.Jar = jar
	return &Browser{t: t, house: h, client: &client}
}

// Page is an answer as a person sees it.
type Page struct {
	t      testing.TB
	Status int
	Path   string // where the redirects led
	Header http.Header
	Body   string
	doc    *html.Node
}

// Get opens an address.
func (b *Browser) Get(path string) *Page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.house.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.Do(req)
}

// Post sends a form.
func (b *Browser) Post(path string, fields ...string) *Page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, b.house.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.Do(req)
}

// Do sends a request of the test's own making.
func (b *Browser) Do(req *http.Request) *Page {
	b.t.Helper()
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return &Page{t: b.t, Status: resp.StatusCode, Path: resp.Request.URL.RequestURI(), Header: resp.Header, Body: string(body), doc: doc}
}

// Client reaches the house without the browser's cookies, as an app does.
func (b *Browser) Client() *http.Client { return &http.Client{Transport: b.client.Transport} }

// Cookies are those the browser sends to the house.
func (b *Browser) Cookies() []*http.Cookie {
	b.t.Helper()
	u, err := url.Parse(b.house.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.client.Jar.Cookies(u)
}

// Carry puts cookies into the browser, as somebody does who has copied them out of another.
func (b *Browser) Carry(cookies []*http.Cookie) {
	b.t.Helper()
	u, err := url.Parse(b.house.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range cookies {
		c.Secure, c.Path = true, "/" // the jar gives names and values alone
	}
	b.client.Jar.SetCookies(u, cookies)
}

// SignIn signs a test's user in.
func (b *Browser) SignIn(portal, name string) *Page {
	b.t.Helper()
	form := b.Get("/" + portal + "/sign-in")
	return b.Post("/"+portal+"/sign-in", append([]string{"name", name, "password", Password}, form.Hidden()...)...)
}

// Want fails unless the status is this.
func (p *Page) Want(status int) *Page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf("%s answers %d, want %d\n%s", p.Path, p.Status, status, p.Text("main"))
	}
	return p
}

// All finds the elements of a selector.
func (p *Page) All(selector string) []*html.Node {
	p.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	return cascadia.QueryAll(p.doc, s)
}

// Has reports whether an element of the selector is there.
func (p *Page) Has(selector string) bool { return len(p.All(selector)) > 0 }

// Text is the text within the first element of a selector, its white space made single.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	found := p.All(selector)
	if len(found) == 0 {
		return ""
	}
	return TextOf(found[0])
}

// TextOf is the text within an element, its white space made single.
func TextOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr is an attribute of the first element of a selector.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	for _, n := range p.All(selector) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
	}
	return ""
}

// Hidden lists the hidden fields of the page's forms, as Post takes them.
func (p *Page) Hidden() (fields []string) {
	for _, n := range p.All(`main input[type="hidden"]`) {
		var name, value string
		for _, a := range n.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			}
		}
		fields = append(fields, name, value)
	}
	return fields
}

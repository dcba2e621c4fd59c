package esi_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tereze/internal/esi"
	"tereze/internal/fault"
)

const (
	back   = "https://portal.example/kg/sign-in/esi/return"
	secret = "0123456789abcdef"
)

func provider(t *testing.T, s *system) *esi.Provider {
	t.Helper()
	p, err := esi.New(esi.Config{Issuer: s.server.URL, ClientID: clientID, ClientSecret: clientSecret, Client: s.server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin sends the browser, and gives what it comes back with.
func begin(t *testing.T, s *system, p *esi.Provider) url.Values {
	t.Helper()
	address, err := p.Begin(context.Background(), secret, back)
	if err != nil {
		t.Fatal(err)
	}
	return s.authorize(address)
}

func keyOf(err error) string {
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		return x.Key
	}
	if err == nil {
		return ""
	}
	return "accident: " + err.Error()
}

func TestThePersonIsSaid(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	p := provider(t, s)
	answer := begin(t, s, p)
	who, err := p.Finish(context.Background(), secret, back, answer)
	if err != nil || who.Number != "11501188000123" || who.Surname != "Сынакова" || who.Given != "Айгүл" || who.Patronymic != "Тестовна" || who.Phone != "+996700123456" {
		t.Fatalf("got %+v, %v", who, err)
	}
	if _, err := p.Finish(context.Background(), secret, back, answer); keyOf(err) != "esi.unbelieved" {
		t.Errorf("the same code again: %v", err)
	}
	for range 3 {
		if _, err := p.Finish(context.Background(), secret, back, begin(t, s, p)); err != nil {
			t.Fatal(err)
		}
	}
	if s.calls["discovery"] != 1 || s.calls["jwks"] != 1 {
		t.Errorf("asked %v, want discovery and keys once", s.calls)
	}
	s.change = func(x *said) { delete(x.claims, "pin") }
	if who, err := p.Finish(context.Background(), secret, back, begin(t, s, p)); err != nil || who.Number != "11501188000123" || s.calls["userinfo"] != 1 {
		t.Errorf("claims beside the token: %+v, %v", who, err)
	}
	s.change = func(x *said) { x.claims["phone_number_verified"] = false }
	if who, err := p.Finish(context.Background(), secret, back, begin(t, s, p)); err != nil || who.Phone != "" {
		t.Errorf("a telephone nobody verified: %+v, %v", who, err)
	}
}

func TestWhatProvesNothingIsRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	p := provider(t, s)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(*said) {
		return func(x *said) {
			if value == nil {
				delete(x.claims, name)
				return
			}
			x.claims[name] = value
		}
	}
	now := time.Now()
	none := func(x *said) {
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		x.raw = part(`{"alg":"none"}`) + "." + part(`{"iss":"`+s.server.URL+`","aud":"tereze-kg","sub":"person-1","pin":"11501188000123"}`) + "."
	}
	for name, c := range map[string]struct {
		change func(*said)
		want   string
	}{
		"another audience":           {claim("aud", "another portal"), "esi.unbelieved"},
		"two audiences, no party":    {claim("aud", []string{clientID, "another"}), "esi.unbelieved"},
		"another party":              {claim("azp", "another"), "esi.unbelieved"},
		"another issuer":             {claim("iss", "https://esia.example"), "esi.unbelieved"},
		"another nonce":              {claim("nonce", "another"), "esi.unbelieved"},
		"no nonce":                   {claim("nonce", nil), "esi.unbelieved"},
		"run out":                    {claim("exp", now.Add(-time.Minute).Unix()), "esi.unbelieved"},
		"issued an hour ago":         {claim("iat", now.Add(-time.Hour).Unix()), "esi.unbelieved"},
		"issued tomorrow":            {claim("iat", now.Add(24*time.Hour).Unix()), "esi.unbelieved"},
		"no instant":                 {claim("iat", nil), "esi.unbelieved"},
		"no signature":               {none, "esi.unbelieved"},
		"no token":                   {func(x *said) { x.raw = " " }, "esi.unbelieved"},
		"the key of another":         {func(x *said) { x.key = other }, "esi.unbelieved"},
		"another algorithm":          {func(x *said) { x.algorithm = jose.RS512 }, "esi.unbelieved"},
		"the client's own secret":    {func(x *said) { x.algorithm, x.key = jose.HS256, []byte(strings.Repeat(clientSecret, 3)) }, "esi.unbelieved"},
		"no number":                  {func(x *said) { delete(x.claims, "pin"); delete(x.info, "pin") }, "esi.no_number"},
		"a number of nobody":         {claim("pin", "00000000000000"), "esi.no_number"},
		"a number that is a list":    {claim("pin", []string{"11501188000123"}), "esi.unbelieved"},
		"claims of another":          {func(x *said) { delete(x.claims, "pin"); x.info["sub"] = "person-2" }, "esi.unbelieved"},
		"the code is not taken":      {func(x *said) { x.status = http.StatusBadRequest }, "esi.unbelieved"},
		"the system is out of order": {func(x *said) { x.status = http.StatusBadGateway }, "esi.down"},
		"an endless token":           {func(x *said) { x.raw = strings.Repeat("A", 2<<20) }, "esi.down"},
	} {
		s.mu.Lock()
		s.change = c.change
		s.mu.Unlock()
		if who, err := p.Finish(context.Background(), secret, back, begin(t, s, p)); keyOf(err) != c.want || who.Number != "" {
			t.Errorf("%s: %+v, %q, want %q", name, who, keyOf(err), c.want)
		}
	}
}

func TestAnswersOfOtherAttemptsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	p := provider(t, s)
	for name, c := range map[string]struct {
		spoil func(url.Values)
		want  string
	}{
		"another state":       {func(v url.Values) { v.Set("state", "another") }, "esi.other_session"},
		"no state":            {func(v url.Values) { v.Del("state") }, "esi.other_session"},
		"two states":          {func(v url.Values) { v.Add("state", v.Get("state")) }, "esi.other_session"},
		"another issuer":      {func(v url.Values) { v.Set("iss", "https://esia.example") }, "esi.other_session"},
		"the person declined": {func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }, "esi.cancelled"},
		"no code":             {func(v url.Values) { v.Del("code") }, "esi.cancelled"},
		"a made-up code":      {func(v url.Values) { v.Set("code", "made up") }, "esi.unbelieved"},
		"an endless code":     {func(v url.Values) { v.Set("code", strings.Repeat("a", 5000)) }, "esi.cancelled"},
	} {
		answer := begin(t, s, p)
		c.spoil(answer)
		if _, err := p.Finish(context.Background(), secret, back, answer); keyOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, keyOf(err), c.want)
		}
	}
	// The code of another browser with the state of this one: PKCE and the nonce are another's.
	theirs, err := p.Begin(context.Background(), "another secret", back)
	if err != nil {
		t.Fatal(err)
	}
	answer := begin(t, s, p)
	answer.Set("code", s.authorize(theirs).Get("code"))
	if _, err := p.Finish(context.Background(), secret, back, answer); keyOf(err) != "esi.unbelieved" {
		t.Errorf("the code of another session: %q", keyOf(err))
	}
	answer = begin(t, s, p)
	if _, err := p.Finish(context.Background(), "another secret", back, answer); keyOf(err) != "esi.other_session" {
		t.Errorf("the answer in another session: %q", keyOf(err))
	}
}

func TestTheSystemIsNobodyElse(t *testing.T) {
	t.Parallel()
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(inside.Close)
	for _, name := range []string{"token_endpoint", "jwks_uri", "authorization_endpoint"} {
		s := newSystem(t)
		s.change = func(x *said) { x.discovery = map[string]any{name: inside.URL + "/x"} }
		if _, err := provider(t, s).Begin(context.Background(), secret, back); keyOf(err) != "esi.down" {
			t.Errorf("%s elsewhere: %q", name, keyOf(err))
		}
	}
	s := newSystem(t)
	s.change = func(x *said) { x.discovery = map[string]any{"userinfo_endpoint": inside.URL}; delete(x.claims, "pin") }
	p := provider(t, s)
	if _, err := p.Finish(context.Background(), secret, back, begin(t, s, p)); keyOf(err) != "esi.down" {
		t.Errorf("claims from elsewhere: %q", keyOf(err))
	}
	redirects := httptest.NewTLSServer(http.RedirectHandler(inside.URL, http.StatusFound))
	t.Cleanup(redirects.Close)
	p, err := esi.New(esi.Config{Issuer: redirects.URL, ClientID: "a", ClientSecret: "b", Client: redirects.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Begin(context.Background(), secret, back); keyOf(err) != "esi.down" {
		t.Errorf("a redirect: %q", keyOf(err))
	}
	if reached {
		t.Error("an address within was reached")
	}
	s = newSystem(t)
	s.change = func(x *said) { x.discovery = map[string]any{"issuer": "https://esia.example"} }
	if _, err := provider(t, s).Begin(context.Background(), secret, back); keyOf(err) != "esi.down" {
		t.Errorf("another issuer: %q", keyOf(err))
	}
	for _, bad := range []string{"", "esia.tunduk.kg", "http://esia.tunduk.kg", "https://user@esia.tunduk.kg", "https://esia.tunduk.kg?x=1", "ftp://esia.tunduk.kg"} {
		if _, err := esi.New(esi.Config{Issuer: bad, ClientID: "a", ClientSecret: "b"}); err == nil {
			t.Errorf("the issuer %q is taken", bad)
		}
	}
	if _, err := esi.New(esi.Config{Issuer: "https://esia.tunduk.kg", ClientID: "a"}); err == nil {
		t.Error("a client without a secret is taken")
	}
}

func TestADeadSystemIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	p := provider(t, s)
	address := s.server.Listener.Addr().String()
	s.server.Close()
	if _, err := p.Begin(context.Background(), secret, back); keyOf(err) != "esi.down" {
		t.Errorf("a system that is down at %s: %q", address, keyOf(err))
	}
}

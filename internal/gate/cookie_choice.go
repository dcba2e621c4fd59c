package gate

import (
	"net/http"
	"slices"
	"strings"
)

// choiceCookie remembers what a browser decided about cookies. Its value is one of two words, the same for
// everybody who decided so: it identifies nobody.
const choiceCookie = "tereze-cookies"

// The decisions about cookies.
const (
	CookiesAll    = "all"
	CookiesNeeded = "needed" // those without which the portal cannot serve
)

// CookieKind is a cookie this program sets. No other is ever set, and none by a third party: the policy of every
// page keeps content of others out (kundelik 4.15).
type CookieKind struct {
	Name   string // of the cookie, or how it begins; in words it is cookie.<Word>
	Word   string
	Needed bool
}

// CookieKinds lists all of them.
func CookieKinds() []CookieKind {
	return []CookieKind{
		{sessionPrefix, "session", true},
		{attemptPrefix, "attempt", true},
		{visitorPrefix, "visitor", true},
		{choiceCookie, "choice", true},
		{devicePrefix, "device", false},
		{"tereze-language", "language", false},
	}
}

// CookieChoice reads what a browser decided; empty: nothing yet.
func CookieChoice(r *http.Request) string {
	c, err := r.Cookie(choiceCookie)
	if err != nil || c.Value != CookiesAll && c.Value != CookiesNeeded {
		return ""
	}
	return c.Value
}

// ChoiceCookie remembers a decision.
func ChoiceCookie(choice string) *http.Cookie {
	return &http.Cookie{Name: choiceCookie, Value: choice, Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// refusable reports whether a cookie is one a person may refuse. What is not listed counts as one.
func refusable(name string) bool {
	kinds := CookieKinds()
	i := slices.IndexFunc(kinds, func(k CookieKind) bool { return strings.HasPrefix(name, k.Name) })
	return i < 0 || !kinds[i].Needed
}

// ForgetRefused makes the browser forget the cookies it brought that a person may refuse.
func ForgetRefused(w http.ResponseWriter, r *http.Request) {
	for _, c := range r.Cookies() {
		if refusable(c.Name) {
			http.SetCookie(w, &http.Cookie{Name: c.Name, Path: "/", MaxAge: -1, Secure: strings.HasPrefix(c.Name, "__Host-"), HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
}

// choosy lets through to a browser that refused cookies only those it cannot do without, whatever page sets
// which: one place that no page can pass by.
type choosy struct {
	http.ResponseWriter
	wrote bool
}

func (c *choosy) WriteHeader(status int) {
	if !c.wrote {
		c.wrote = true
		h := c.Header()
		set := h.Values("Set-Cookie")
		h.Del("Set-Cookie")
		for _, line := range set {
			name, _, _ := strings.Cut(line, "=")
			if !refusable(name) || strings.Contains(line, "Max-Age=0") {
				h.Add("Set-Cookie", line)
			}
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *choosy) Write(b []byte) (int, error) {
	if !c.wrote {
		c.WriteHeader(http.StatusOK)
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is beneath.
func (c *choosy) Unwrap() http.ResponseWriter { return c.ResponseWriter }

package gate

import (
	"net/http"
	"time"

	"tereze/internal/identity"
)

// Cookies are bound to this host and to HTTPS by their prefix; browsers make an exception for the
// machine itself, which is how a demo works without a certificate.
const (
	sessionPrefix = "__Host-tereze-session-"
	visitorPrefix = "__Host-tereze-visitor-"
)

// SessionCookie carries a session's token to the browser. It lives as long as the browser runs; how
// long the session itself lives the server decides.
func SessionCookie(portal, token string) *http.Cookie {
	return &http.Cookie{Name: sessionPrefix + portal, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// EndedCookie makes the browser forget a session's token.
func EndedCookie(portal string) *http.Cookie {
	c := SessionCookie(portal, "")
	c.MaxAge = -1
	return c
}

// SessionToken reads the token of a portal's session.
func SessionToken(r *http.Request, portal string) string {
	c, err := r.Cookie(sessionPrefix + portal)
	if err != nil {
		return ""
	}
	return c.Value
}

// attemptPrefix names the cookie of somebody who is being let in.
const attemptPrefix = "__Host-tereze-attempt-"

// AttemptCookie carries the token of a way in that is under way; an empty token ends it.
func AttemptCookie(portal, way, token string) *http.Cookie {
	c := &http.Cookie{Name: attemptPrefix + portal + "-" + way, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// AttemptToken reads it.
func AttemptToken(r *http.Request, portal, way string) string {
	c, err := r.Cookie(attemptPrefix + portal + "-" + way)
	if err != nil {
		return ""
	}
	return c.Value
}

// devicePrefix names the cookie by which a browser is known again.
const devicePrefix = "__Host-tereze-device-"

// DeviceCookie lets a browser be known again when its person signs in; it opens nothing.
func DeviceCookie(portal, token string, now time.Time) *http.Cookie {
	return &http.Cookie{
		Name: devicePrefix + portal, Value: token, Path: "/", Expires: now.Add(400 * 24 * time.Hour),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// DeviceToken reads it.
func DeviceToken(r *http.Request, portal string) string {
	c, err := r.Cookie(devicePrefix + portal)
	if err != nil {
		return ""
	}
	return c.Value
}

// visitor reads the id of a browser without an account; a cookie we did not make names nobody.
func (g *Gate) visitor(r *http.Request, portal string) identity.ID {
	c, err := r.Cookie(visitorPrefix + portal)
	if err != nil {
		return 0
	}
	id, err := g.Visitors.ID(c.Value)
	if err != nil {
		return 0
	}
	return id
}

func (g *Gate) visitorCookie(actor identity.Actor) *http.Cookie {
	return &http.Cookie{
		Name: visitorPrefix + actor.Portal, Value: g.Visitors.Of(actor.Visitor), Path: "/",
		Expires: g.Now().Add(400 * 24 * time.Hour), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

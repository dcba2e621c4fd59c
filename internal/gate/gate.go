// Package gate is the front door: who comes, from where, how often, and what they are told when refused.
//
// It owns sessions' cookies, protection against forged forms, limits, the request log, and the
// one place where an error becomes a status. It finds out through account who somebody is and
// through agreement whether they are bound; a page that needs either says so in its route and
// cannot be reached without. It draws nothing: a face, pages or API, answers in its own form.
package gate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Visit is one request as a page sees it: who, from where, when.
type Visit struct {
	Actor   identity.Actor
	Address string
	Now     time.Time
	Fresh   bool // this very request accepted an amended edition, by being made
	// Ended says why the session the request carries is over, where that is worth telling.
	Ended *fault.Fault
}

// Page answers a request, or returns what went wrong: it never writes an error itself.
type Page func(w http.ResponseWriter, r *http.Request, v Visit) error

// BoundPage is a page for those who are bound by the agreement.
type BoundPage func(w http.ResponseWriter, r *http.Request, v Visit, bound identity.Bound) error

// Face answers refusals in its own form: pages for people, JSON for programs.
type Face interface {
	// Refused answers with a status and the refusals behind it. For an accident there is one,
	// "accident", which says nothing of its cause.
	Refused(w http.ResponseWriter, r *http.Request, v Visit, status int, faults fault.Faults)
	// Token is the session's token in the request, empty where there is none.
	Token(r *http.Request, portal string) string
	// Key is the key by which a program was permitted; program is false on a face that people use.
	Key(r *http.Request) (key string, program bool)
	// Language is the language to answer in.
	Language(r *http.Request, actor identity.Actor) string
}

// Channel is a face that is not open to every agreement: what it admits no one by is asked before the
// page, and before coming here could count as use of the portal.
type Channel interface {
	Admit(r *http.Request, v Visit) error
}

// Gate is the front door of one program. All fields but Limits and Proxies are needed.
type Gate struct {
	// Actor finds who holds a token on a portal; Unauthenticated where nobody does.
	Actor func(ctx context.Context, portal, token string) (identity.Actor, error)
	// Bind answers whether the actor is bound now; fresh tells that this call made it so.
	Bind func(ctx context.Context, actor identity.Actor, address string) (bound identity.Bound, fresh bool, err error)
	// OpenTo refuses a service that is closed to an actor who is restrained.
	OpenTo func(ctx context.Context, actor identity.Actor, service string) error
	// Shut refuses a part of a portal that is closed now, the empty name the portal itself, for works or by a stop.
	Shut func(actor identity.Actor, service string, at time.Time) *fault.Fault
	// Portal reports whether there is a portal of this name.
	Portal func(name string) bool
	// NewVisitor makes the id of a browser without an account, and Visitors shows and reads it. Its key
	// is its own: under that of addresses, the address form of a user would make a visitor who
	// holds the user's home.
	NewVisitor func() identity.ID
	Visitors   identity.Opaque
	// Permitted reports whether a key is one of a program that may use the portal now.
	Permitted func(ctx context.Context, portal, key string) (bool, error)
	Now       func() time.Time
	Log       *slog.Logger
	Limits    Limits
	// Proxies are the networks whose word on where a request comes from is believed; nil: nobody's.
	Proxies []netip.Prefix

	// Book gives the rules in force on a portal; nil: no clause closes it or sets limits.
	Book func(portal string, at time.Time) *clause.Book

	posts, requests addresses
}

// Limits are measures for one network address; zero means none.
type Limits struct {
	// PostsPerMinute counts forms, and visitors who begin to use a portal: both write.
	PostsPerMinute int
	// Agreed applies what a portal's own clause sets (RequestLimit), to each user and, where nobody
	// has signed in, to each address.
	Agreed bool
}

// Open is a page for everybody, but on a closed system, where a visitor sees the pages of the kinds the
// clause names (ClosedSystem) and no others. kind is the page's own; empty: of none of them.
func (g *Gate) Open(face Face, kind string, page Page) http.Handler {
	return g.enter(face, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if err := g.closed(v, kind); err != nil {
			return err
		}
		if kind == registration {
			if err := g.shut(v, ""); err != nil {
				return err
			}
		}
		return page(w, r, v)
	})
}

// registration is the kind of the open pages that close with the portal: who comes to read, to sign in, to ask
// for help or to see what is the matter is let in.
const registration = "registration"

// Status is the kind of the pages on the state of the portal. They are open on a closed system too: who is
// kept out has to learn why, and they say nothing of anybody.
const Status = "status"

// shut turns away whoever comes to a part of a portal that is closed now.
func (g *Gate) shut(v Visit, service string) error {
	if g.Shut == nil {
		return nil
	}
	if f := g.Shut(v.Actor, service, v.Now); f != nil {
		return f
	}
	return nil
}

// closed turns a visitor away from a closed system, whatever there is at the address.
func (g *Gate) closed(v Visit, kind string) error {
	if v.Actor.Known() || v.Actor.Portal == "" || g.Book == nil || kind == Status {
		return nil
	}
	rule, cite, ok := clause.In[ClosedSystem](g.Book(v.Actor.Portal, v.Now))
	if !ok || slices.Contains(rule.OpenPages, kind) {
		return nil
	}
	return fault.New(fault.Unauthenticated, "account.sign_in_first").By(cite)
}

// Known is a page for those who have signed in, bound or not: what is needed to accept, to refuse
// and to leave.
func (g *Gate) Known(face Face, page Page) http.Handler {
	return g.enter(face, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if !v.Actor.Known() {
			return fault.New(fault.Unauthenticated, "account.sign_in_first")
		}
		if err := due(v.Actor); err != nil {
			return err
		}
		if err := g.shut(v, ""); err != nil {
			return err
		}
		return page(w, r, v)
	})
}

// Due is a page for those who have signed in, and the only kind open to somebody who owes
// something first: it is where they do it.
func (g *Gate) Due(face Face, page Page) http.Handler {
	return g.enter(face, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if !v.Actor.Known() {
			return fault.New(fault.Unauthenticated, "account.sign_in_first")
		}
		return page(w, r, v)
	})
}

// due turns away somebody who has to register, or whose password has to be replaced, before anything
// else (kundelik 3.1, 3.3, 4.17e), whose signature key is over (court P), and whoever a sanction keeps out.
func due(actor identity.Actor) error {
	switch actor.Due {
	case "":
		return nil
	case "sanction":
		return fault.New(fault.Forbidden, "account.shut_out")
	case "key":
		return fault.New(fault.Forbidden, "account.key_due")
	case "registration":
		return fault.New(fault.Forbidden, "account.register_first")
	}
	return fault.New(fault.Forbidden, "account.password_due")
}

// Bound is a page for those bound by the editions in force of all the portal requires. Where the
// agreement takes access for acceptance (egov 2.1), a visitor is given an id to be bound under.
func (g *Gate) Bound(face Face, page BoundPage) http.Handler {
	return g.enter(face, func(w http.ResponseWriter, r *http.Request, v Visit) error { return g.bind(w, r, v, page) })
}

func (g *Gate) bind(w http.ResponseWriter, r *http.Request, v Visit, page BoundPage) error {
	if err := due(v.Actor); err != nil {
		return err
	}
	if err := g.closed(v, ""); err != nil {
		return err
	}
	if err := g.shut(v, ""); err != nil {
		return err
	}
	newcomer := v.Actor.Home() == 0
	if newcomer {
		if err := g.count(v); err != nil {
			return err
		}
		v.Actor.Visitor = g.NewVisitor()
	}
	bound, fresh, err := g.Bind(r.Context(), v.Actor, v.Address)
	if err != nil {
		return err
	}
	if newcomer {
		http.SetCookie(w, g.visitorCookie(v.Actor))
	}
	v.Fresh = fresh
	return page(w, r, v, bound)
}

// Member is Bound for those who have signed in: a page that belongs to somebody. A visitor is sent
// to the sign-in before the agreement is asked, lest being sent away counts as access (egov 2.1).
func (g *Gate) Member(face Face, page BoundPage) http.Handler {
	bound := func(w http.ResponseWriter, r *http.Request, v Visit) error { return g.bind(w, r, v, page) }
	return g.Known(face, bound)
}

// Service is a page of one part of a portal, which a sanction may have closed to the actor (ismet 7.2), and
// works or a stop to everybody (ismet 4.2.2, 4.2.7).
func (g *Gate) Service(name string, page BoundPage) BoundPage {
	return func(w http.ResponseWriter, r *http.Request, v Visit, bound identity.Bound) error {
		if err := g.shut(v, name); err != nil {
			return err
		}
		if v.Actor.Restrained {
			if err := g.OpenTo(r.Context(), v.Actor, name); err != nil {
				return err
			}
		}
		return page(w, r, v, bound)
	}
}

// Staff is a page for a role. What staff may do follows from the role, not from the agreement.
func (g *Gate) Staff(face Face, role identity.Role, page Page) http.Handler {
	return g.Known(face, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if !v.Actor.Is(role) {
			return fault.New(fault.Forbidden, "agreement.role").With("role", string(role))
		}
		return page(w, r, v)
	})
}

// enter finds out who comes, applies the limits and turns what the page returns into an answer.
func (g *Gate) enter(face Face, page Page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := Visit{Now: g.Now(), Address: g.address(r)}
		err := g.identify(r, face, &v)
		if err == nil {
			err = g.measure(w, r, v)
		}
		if channel, ok := face.(Channel); ok && err == nil {
			err = channel.Admit(r, v)
		}
		if err == nil {
			err = g.permit(r, face, v)
		}
		if err == nil && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
			err = g.count(v)
		}
		if err == nil {
			err = safely(page, w, r, v)
		}
		if err != nil {
			g.refuse(w, r, face, v, err)
		}
	})
}

// safely turns a panic of a page into an accident, so that the person is answered by the face.
func safely(page Page, w http.ResponseWriter, r *http.Request, v Visit) (err error) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			panic(cause)
		} else if cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return page(w, r, v)
}

func (g *Gate) identify(r *http.Request, face Face, v *Visit) error {
	portal := r.PathValue("portal")
	v.Actor = identity.Actor{Portal: portal, Roles: []identity.Role{identity.Visitor}}
	if portal != "" {
		if !g.Portal(portal) {
			v.Actor.Portal = ""
			v.Actor.Language = face.Language(r, v.Actor)
			return fault.New(fault.Absent, "gate.no_page")
		}
		if token := face.Token(r, portal); token != "" {
			actor, err := g.Actor(r.Context(), portal, token)
			switch {
			case err == nil:
				v.Actor = actor
			case !fault.Is(err, fault.Unauthenticated):
				v.Actor.Language = face.Language(r, v.Actor)
				return err
			default:
				if x, ok := errors.AsType[*fault.Fault](err); ok && x.Key == "account.idle_ended" {
					v.Ended = x
				}
			}
		}
		if !v.Actor.Known() {
			v.Actor.Visitor = g.visitor(r, portal)
		}
	}
	v.Actor.Language = face.Language(r, v.Actor)
	return nil
}

// status says which answer each kind of refusal is.
func status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Absent:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable, fault.Closed:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// refuse is the one place where an error becomes a status and a log line.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, face Face, v Visit, err error) {
	var faults fault.Faults
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		faults = fault.Faults{f}
	} else if fs, ok := errors.AsType[fault.Faults](err); ok && len(fs) > 0 {
		faults = fs
	}
	if faults == nil {
		if r.Context().Err() != nil {
			return // the person has left; nobody reads the answer
		}
		g.Log.Error("accident", "method", r.Method, "path", r.URL.Path, "error", err)
		face.Refused(w, r, v, http.StatusInternalServerError, fault.Faults{fault.New(0, "accident")})
		return
	}
	code := status(faults[0].Kind)
	if faults[0].Kind == fault.Unavailable {
		g.Log.Warn("unavailable", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
		after := faults[0].Args["seconds"]
		if after == "" {
			after = "5"
		}
		w.Header().Set("Retry-After", after)
	}
	face.Refused(w, r, v, code, faults)
}

// maxBody is the longest form: a clause in three languages is a hundredth of it.
const maxBody = 1 << 20

// maxUpload is the largest file with its form. A page that takes none never reads such a body.
const maxUpload = 25 << 20

func longestBody(r *http.Request) int64 {
	if r.Method == http.MethodPut { // a phone brings documents back, signed
		return maxUpload
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		return maxUpload
	}
	return maxBody
}

// Protect stands around all routes: panics, forged forms, body size, and the headers every answer
// carries. forged answers a form that comes from another site.
func (g *Gate) Protect(routes http.Handler, forged http.HandlerFunc) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(forged)
	inner := origin.Handler(routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if cause == http.ErrAbortHandler {
					panic(cause)
				}
				g.Log.Error("panic", "method", r.Method, "path", r.URL.Path, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		r.Body = http.MaxBytesReader(w, r.Body, longestBody(r))
		if CookieChoice(r) == CookiesNeeded {
			w = &choosy{ResponseWriter: w}
		}
		inner.ServeHTTP(w, r)
	})
}

// AlsoConnect lets the scripts of one answer reach an address besides this portal: that of a signing
// program on the person's own machine. The policy of every other answer stays as it is.
func AlsoConnect(h http.Header, address string) {
	h.Set("Content-Security-Policy", strings.Replace(contentPolicy, "connect-src 'self'", "connect-src 'self' "+address, 1))
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

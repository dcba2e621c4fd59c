// Package api is the program's face for other programs: JSON, described by OpenAPI, and the public log.
//
// It owns the JSON forms; domain types carry none. A program signs in as its user does and stands
// at the same gate: what needs the agreement accepted answers 403 with the clause that asks for it.
package api

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/signing"
	"tereze/internal/words"
)

// API is everything the JSON face needs.
type API struct {
	Gate       *gate.Gate
	Agreements *agreement.Agreements
	Accounts   *account.Accounts
	Words      *words.Book
	Opaque     identity.Opaque
	LogKey     string
	// Channel refuses an act by this face, where the agreement is about another channel (kundelik 1.4,
	// 3.4); the actor is of no user where nobody has signed in.
	Channel  func(ctx context.Context, actor identity.Actor) error
	Signings *signing.Signings
	// Posed records that somebody signed with the key of another than was asked, where the refusal says so,
	// and gives the refusal.
	Posed func(ctx context.Context, signed signing.Signed, address string, refusal error) error
	// Origin is how the portals' addresses begin, for those the answers name.
	Origin func(r *http.Request) string
	// View reads the log.
	View func(ctx context.Context, look func(evidence.View) error) error
	// SignedIn records what signing in accepts, in the transaction that begins the session.
	SignedIn func(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error
}

// Routes adds the API to a mux.
func (a *API) Routes(mux *http.ServeMux) {
	kind := "agreement" // of the pages of a closed system, all that stands open here but the sign-in
	open := func(pattern string, p gate.Page) { mux.Handle(pattern, a.Gate.Open(a, kind, p)) }
	known := func(pattern string, p gate.Page) { mux.Handle(pattern, a.Gate.Known(a, p)) }
	member := func(pattern string, p gate.BoundPage) { mux.Handle(pattern, a.Gate.Member(a, p)) }

	open("GET /api/v1/openapi.json", a.openAPI)
	open("GET /api/v1/portals", a.portals)
	open("GET /api/v1/portals/{portal}/documents", a.documents)
	open("GET /api/v1/portals/{portal}/documents/{document}/editions/{number}", a.edition)
	mux.Handle("POST /api/v1/portals/{portal}/sessions", a.Gate.Open(a, "sign_in", a.signIn))
	known("DELETE /api/v1/portals/{portal}/sessions/mine", a.exit)
	known("POST /api/v1/portals/{portal}/acceptances", a.accept)
	member("GET /api/v1/portals/{portal}/me", a.me)
	member("GET /api/v1/portals/{portal}/acceptances", a.acceptances)
	member("GET /api/v1/portals/{portal}/receipts/{entry}", a.receipt)

	mux.Handle("GET /{portal}/mgovSign/{ticket}", a.Gate.Open(a, "registration", a.phoneAsks))
	mux.Handle("GET /{portal}/mgovSign/{ticket}/documents", a.Gate.Open(a, "registration", a.phoneReads))
	mux.Handle("PUT /{portal}/mgovSign/{ticket}/documents", a.Gate.Open(a, "registration", a.phoneAnswers))

	open("GET /log/checkpoint", a.checkpoint)
	open("GET /log/key", a.key)
	open("GET /log/consistency/{earlier}/{later}", a.consistency)
	open("GET /log/inclusion/{index}/{size}", a.inclusion)
	open("GET /log/leaves/{from}/{to}", a.leaves)
}

// Package cabinet is a person's own pages: what binds them, their profile, what was done, receipts.
//
// It owns these pages and what they say of the person to the person. It shows nobody another's
// entries, and decides nothing: agreement knows what binds and what a refusal does, account keeps
// the data, evidence proves. The frame of each page comes from frame.
package cabinet

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// EvidenceTx is what these pages read of evidence, in one view of the database.
type EvidenceTx interface {
	evidence.View
	// EvidenceOf lists up to limit entries of a home, newest first, with ids below before; 0
	// begins at the newest.
	EvidenceOf(ctx context.Context, home, before identity.ID, limit int) ([]evidence.Entry, error)
	// EvidenceActs lists those of one act in the same way.
	EvidenceActs(ctx context.Context, home identity.ID, act string, before identity.ID, limit int) ([]evidence.Entry, error)
	signing.KeptTx
}

// Cabinet draws the pages of this area. All fields are needed.
type Cabinet struct {
	*frame.Frame
	Accounts *account.Accounts
	Notified *notify.Notices // says what was written to a person
	View     func(ctx context.Context, look func(EvidenceTx) error) error
	Verifier string // key of the log, in note form: receipts are checked with it
	// Notices are what other areas tell a person who enters; they stand on the first page.
	Notices []Notice

	// Further are the cards by which other areas stand on the first page, where they have something there.
	Further []func(v gate.Visit) (design.Card, bool)

	kept keptNotices
}

// home is the address of the cabinet.
func home(v gate.Visit) string { return "/" + v.Actor.Portal + "/cabinet" }

func agreementURL(v gate.Visit) string { return home(v) + "/agreement" }

func activityURL(v gate.Visit) string { return home(v) + "/activity" }

func profileURL(v gate.Visit) string { return home(v) + "/profile" }

func refusalURL(v gate.Visit, document string, number int) string {
	return home(v) + "/refusal/" + document + "/" + strconv.Itoa(number)
}

func (s *Cabinet) receiptURL(v gate.Visit, entry identity.ID) string {
	return home(v) + "/receipts/" + s.Opaque.Of(entry)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// signedIn refuses visitors: where access alone binds (egov 2.1) the gate lets them in unnamed, but
// a cabinet belongs to somebody.
func signedIn(v gate.Visit) error {
	if !v.Actor.Known() {
		return fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	return nil
}

// refused is the status a form is shown again with.
func refused(err error) int {
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Kind == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// page is the frame of a page below the cabinet's first one.
func (s *Cabinet) page(r *http.Request, v gate.Visit, title string, between ...design.Link) design.Page {
	page := s.Page(r, v, title)
	page.Trail = append([]design.Link{
		{Text: s.Say(v, "frame.nav.home"), URL: "/" + v.Actor.Portal},
		{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v)},
	}, between...)
	return page
}

// how says in words by which act an edition was accepted.
func (s *Cabinet) how(v gate.Visit, how string) string { return s.Say(v, "cabinet.how."+how) }

// numbered says "edition 3".
func (s *Cabinet) numbered(v gate.Visit, number int) string {
	return s.Say(v, "cabinet.edition", "edition", strconv.Itoa(number))
}

// spoken is the name of a language in itself.
func (s *Cabinet) spoken(language string) string { return s.Words.Say(language, "language.name") }

// cited is a citation in words with the document it stands in: the reader of a list or of a paper
// sees no address behind the words.
func (s *Cabinet) cited(v gate.Visit, c clause.Citation) string {
	if c.Zero() {
		return ""
	}
	return s.Say(v, "cabinet.cited", "document", s.DocumentTitle(v, c.Document), "edition", strconv.Itoa(c.Edition), "clause", s.ClauseName(v, c.Clause))
}

// changesURL is the address of what an edition changed; the first one changed nothing.
func changesURL(e agreement.Edition) string {
	url := frame.EditionURL(e.Portal, e.Document, e.Number)
	if e.Number == 1 {
		return url
	}
	return url + "/changes"
}

// Package front is what everybody sees of a portal before and beside the cabinet: the first page,
// the agreement with its archive and its amendments, the ways in and out, the acceptance.
//
// It owns these pages and what they say. It decides nothing: what is in force and who is bound
// agreement answers, who somebody is account; the frame of each page comes from frame.
package front

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Front draws the pages of this area. All fields are needed.
type Front struct {
	*frame.Frame
	Accounts   *account.Accounts
	Operations *operations.Operations
	// SignedIn records what signing in accepts, in the transaction that begins the session.
	SignedIn func(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error
}

// home is the address of the portal's first page.
func home(v gate.Visit) string { return "/" + v.Actor.Portal }

// agreementURL is the address of the list of documents.
func agreementURL(v gate.Visit) string { return home(v) + "/agreement" }

// documentURL is the address of a document.
func documentURL(v gate.Visit, document string) string { return agreementURL(v) + "/" + document }

// changesURL is the address of what an edition changed.
func changesURL(e agreement.Edition) string {
	return frame.EditionURL(e.Portal, e.Document, e.Number) + "/changes"
}

// refusalURL is where a signed-in person refuses an edition.
func refusalURL(v gate.Visit, e agreement.Edition) string {
	return home(v) + "/cabinet/refusal/" + e.Document + "/" + strconv.Itoa(e.Number)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// posted lists the editions of a document everybody may read: those posted by now.
func (s *Front) posted(v gate.Visit, document string) []agreement.Edition {
	var out []agreement.Edition
	for _, e := range s.Agreements.Published(v.Actor.Portal, document) {
		if !e.PostedAt.After(v.Now) {
			out = append(out, e)
		}
	}
	return out
}

// document reads which document an address names. Refusal: Absent for one with no posted edition.
func (s *Front) document(r *http.Request, v gate.Visit) (name string, posted []agreement.Edition, err error) {
	name = r.PathValue("document")
	if !slices.Contains(s.Portal(v).Documents, name) {
		return "", nil, absent()
	}
	if posted = s.posted(v, name); len(posted) == 0 {
		return "", nil, absent()
	}
	return name, posted, nil
}

// edition reads which edition an address names. Refusal: Absent for one that is not posted.
func (s *Front) edition(r *http.Request, v gate.Visit) (agreement.Edition, []agreement.Edition, error) {
	_, posted, err := s.document(r, v)
	if err != nil {
		return agreement.Edition{}, nil, err
	}
	number := r.PathValue("number")
	for _, e := range posted {
		if strconv.Itoa(e.Number) == number {
			return e, posted, nil
		}
	}
	return agreement.Edition{}, nil, absent()
}

// latest is the edition in force or, where the document was withdrawn, the one that was; before
// the first comes into force it is the first that will.
func latest(posted []agreement.Edition, at time.Time) agreement.Edition {
	if e, _ := agreement.InForce(posted, at); e.Number != 0 {
		return e
	}
	return posted[0]
}

// trail is the way to a page below the agreement.
func (s *Front) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{
		{Text: s.Say(v, "front.trail.home"), URL: home(v)},
		{Text: s.Say(v, "front.trail.agreement"), URL: agreementURL(v)},
	}, below...)
}

// documentLink leads to a document, by the title of the edition read.
func (s *Front) documentLink(v gate.Visit, e agreement.Edition) design.Link {
	return design.Link{Text: s.In(v, e.Content.Title), URL: documentURL(v, e.Document)}
}

// numbered says "edition 3".
func (s *Front) numbered(v gate.Visit, e agreement.Edition) string {
	return s.Say(v, "front.edition", "edition", strconv.Itoa(e.Number))
}

// cite is a link to the clause that sets a rule of a document now, zero where none does.
func cite[R clause.Rule](s *Front, v gate.Visit, document string) design.Link {
	_, by, _ := clause.InDocument[R](s.Agreements.Book(v.Actor.Portal, v.Now), document)
	return s.Cite(v, by)
}

// refused is the status a form is shown again with.
func refused(err error) int {
	x, ok := errors.AsType[*fault.Fault](err)
	if !ok {
		return http.StatusUnprocessableEntity
	}
	switch x.Kind {
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// Package console is the pages of those who run a portal and watch over it: operator, owner, auditor.
//
// It owns these pages and what they say: the operator's editions, clauses and people, the owner's
// approvals, the auditor's log. It decides nothing: what may become of an edition agreement
// answers, who may see whose data account; the frame of each page comes from frame. Every page
// stands behind the gate of its role.
package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Console draws the pages of this area. All fields are needed.
type Console struct {
	*frame.Frame
	Accounts   *account.Accounts
	Operations *operations.Operations
	Notices    *notify.Notices
	Tariffs    *billing.Tariffs
	Outbox     *notify.Outbox
	// EventFacts are what is known of an event, as the status page says it.
	EventFacts func(v gate.Visit, e operations.Event) (design.SummaryList, error)
	Calendars  *operations.Calendars
	// View looks at the evidence, read-only.
	View func(ctx context.Context, look func(EvidenceTx) error) error
}

// EvidenceTx reads the evidence of a portal.
type EvidenceTx interface {
	// EvidenceLog lists entries of a portal, newest first.
	EvidenceLog(ctx context.Context, f evidence.Filter) ([]evidence.Entry, error)
	// EvidenceLeavesOf gives the leaves of these entries; one that waits for its number has none.
	EvidenceLeavesOf(ctx context.Context, entries []identity.ID) (map[identity.ID]evidence.Leaf, error)
	// EvidenceHead is the newest checkpoint. Refusal: Absent before the first.
	EvidenceHead(ctx context.Context) (evidence.Head, error)
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func consoleURL(v gate.Visit) string   { return home(v) + "/console" }
func editionsURL(v gate.Visit) string  { return consoleURL(v) + "/editions" }
func peopleURL(v gate.Visit) string    { return consoleURL(v) + "/people" }
func approvalsURL(v gate.Visit) string { return home(v) + "/approvals" }
func logURL(v gate.Visit) string       { return home(v) + "/log" }

func documentURL(v gate.Visit, document string) string { return editionsURL(v) + "/" + document }

func editionURL(v gate.Visit, e agreement.Edition) string {
	return documentURL(v, e.Document) + "/" + strconv.Itoa(e.Number)
}

func clauseURL(v gate.Visit, e agreement.Edition, number string) string {
	return editionURL(v, e) + "/clauses/" + url.PathEscape(number)
}

func approvalURL(v gate.Visit, e agreement.Edition) string {
	return approvalsURL(v) + "/" + e.Document + "/" + strconv.Itoa(e.Number)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// believed is the version of the edition a form was filled in from. Refusal: Invalid.
func believed(r *http.Request) (int, error) {
	if err := frame.ReadForm(r); err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return 0, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	return version, nil
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

// summary prepares the refusals of a form, with the clauses they cite.
func (c *Console) summary(v gate.Visit, err error) []design.FieldError {
	var out []design.FieldError
	for _, x := range frame.AsFaults(err) {
		out = append(out, design.FieldError{Text: c.Named(v, x, c.Message(v, x)), Field: x.Field, Cite: c.Cite(v, x.Cite)})
	}
	return out
}

// done is the good news a redirect brings along, nil where it brings none of these.
func (c *Console) done(r *http.Request, v gate.Visit, known ...string) *design.NotificationBanner {
	what := r.URL.Query().Get("done")
	if r.Method != http.MethodGet || !slices.Contains(known, what) {
		return nil
	}
	return &design.NotificationBanner{Heading: c.Say(v, "console.done."+what), Success: true}
}

// trail is the way to a page below the console.
func (c *Console) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: c.Say(v, "console.home.title"), URL: consoleURL(v)}}, below...)
}

func (c *Console) editionsLink(v gate.Visit) design.Link {
	return design.Link{Text: c.Say(v, "console.editions.title"), URL: editionsURL(v)}
}

func (c *Console) editionLink(v gate.Visit, e agreement.Edition) design.Link {
	return design.Link{Text: c.Say(v, "console.trail.edition", "document", c.In(v, e.Content.Title), "edition", strconv.Itoa(e.Number)), URL: editionURL(v, e)}
}

// numbered says "Edition 3".
func (c *Console) numbered(v gate.Visit, e agreement.Edition) string {
	return c.Say(v, "console.edition", "edition", strconv.Itoa(e.Number))
}

// edition reads the edition an address names, drafts included. Refusal: Absent.
func (c *Console) edition(r *http.Request, v gate.Visit) (agreement.Edition, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || strconv.Itoa(number) != r.PathValue("number") {
		return agreement.Edition{}, absent()
	}
	var e agreement.Edition
	err = c.Agreements.InView(r.Context(), func(tx agreement.Tx) error {
		var err error
		e, err = tx.Edition(r.Context(), v.Actor.Portal, r.PathValue("document"), number)
		return err
	})
	if fault.Is(err, fault.Absent) {
		return agreement.Edition{}, absent()
	}
	return e, err
}

// draft reads the edition an address names, which must be one that can be written on.
// Refusals: Absent; Conflict "agreement.state".
func (c *Console) draft(r *http.Request, v gate.Visit) (agreement.Edition, error) {
	e, err := c.edition(r, v)
	if err == nil && e.State != agreement.Draft {
		err = fault.New(fault.Conflict, "agreement.state").With("state", string(e.State))
	}
	return e, err
}

// editions lists all editions of the portal, drafts included, by document and number.
func (c *Console) editions(ctx context.Context, v gate.Visit) ([]agreement.Edition, error) {
	var all []agreement.Edition
	err := c.Agreements.InView(ctx, func(tx agreement.Tx) error {
		var err error
		all, err = tx.Editions(ctx, v.Actor.Portal)
		return err
	})
	return all, err
}

func ofDocument(all []agreement.Edition, document string) (out []agreement.Edition) {
	for _, e := range all {
		if e.Document == document {
			out = append(out, e)
		}
	}
	return out
}

// base is what an edition was drafted from; ok is false for the first edition.
func (c *Console) base(e agreement.Edition) (agreement.Edition, bool) {
	published := c.Agreements.Published(e.Portal, e.Document)
	i := slices.IndexFunc(published, func(x agreement.Edition) bool { return x.Number == e.Base })
	if i < 0 {
		return agreement.Edition{}, false
	}
	return published[i], true
}

// names says who these users of the portal are. What the pack brought was done by nobody; somebody
// who has been erased has no name any more.
func (c *Console) names(ctx context.Context, v gate.Visit, ids ...identity.ID) (map[identity.ID]string, error) {
	names := map[identity.ID]string{0: c.Say(v, "console.by_pack"), v.Actor.User: v.Actor.Shown}
	err := c.Accounts.InView(ctx, func(tx account.Tx) error {
		for _, id := range ids {
			if names[id] != "" {
				continue
			}
			u, err := tx.User(ctx, id)
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
			if names[id] = u.Shown; u.Shown == "" {
				names[id] = c.Say(v, "console.by_erased")
			}
		}
		return nil
	})
	return names, err
}

// worded is a sentence where there is one, otherwise the word itself without its underscores.
func (c *Console) worded(v gate.Visit, key, word string) string {
	if c.Words.Has(v.Actor.Language, key) {
		return c.Say(v, key)
	}
	return strings.ReplaceAll(word, "_", " ")
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(text string) (out []string) {
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

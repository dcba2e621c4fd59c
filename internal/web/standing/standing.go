// Package standing is where a person's standing is decided and shown: sanctions with their clauses,
// notices and appeals, and verifications of data with the documents people show.
//
// It owns the operator's pages of both and the person's own page, which is all that is left open to
// somebody who is blocked. It decides nothing: what a clause allows, and from when, account answers.
package standing

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Standing draws the pages of this area. All fields are needed.
type Standing struct {
	*frame.Frame
	Accounts *account.Accounts
}

func home(v gate.Visit) string         { return "/" + v.Actor.Portal }
func standingURL(v gate.Visit) string  { return home(v) + "/standing" }
func consoleURL(v gate.Visit) string   { return home(v) + "/console" }
func sanctionsURL(v gate.Visit) string { return consoleURL(v) + "/sanctions" }
func checksURL(v gate.Visit) string    { return consoleURL(v) + "/checks" }

func (s *Standing) personURL(v gate.Visit, user identity.ID) string {
	return consoleURL(v) + "/people/" + s.Opaque.Of(user) + "/standing"
}

func (s *Standing) sanctionURL(v gate.Visit, x account.Sanction) string {
	return sanctionsURL(v) + "/" + s.Opaque.Of(x.User) + "/" + s.Opaque.Of(x.ID)
}

func (s *Standing) checkURL(v gate.Visit, c account.Check) string {
	return checksURL(v) + "/" + s.Opaque.Of(c.User) + "/" + s.Opaque.Of(c.ID)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an opaque id out of the address. Refusal: Absent.
func (s *Standing) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// ids reads two of them.
func (s *Standing) ids(r *http.Request, name string) (user, id identity.ID, err error) {
	if user, err = s.id(r, "user"); err == nil {
		id, err = s.id(r, name)
	}
	return user, id, err
}

// view is a page of this area: what is known, and the forms for what can be done.
type view struct {
	Errors  []design.FieldError
	Done    *design.NotificationBanner
	Heading design.Heading
	Warning *design.WarningText
	Parts   []part
}

// part is one section of a page.
type part struct {
	Title  string
	Texts  []string
	Cite   design.Link
	Facts  *design.SummaryList
	Table  *design.Table
	Empty  *design.EmptyState
	Pages  design.Pagination
	Form   *form
	Links  []design.Link
	Export design.Link
}

// form is a form with its fields in order.
type form struct {
	Action string // empty: the page's own address
	Get    bool   // a filter: it changes nothing
	Upload bool
	Hidden []hidden
	Fields []design.Component
	Button design.Button
	Cancel design.Link
}

type hidden struct{ Name, Value string }

// filled is a form as it was sent, so that it comes back as it was typed.
type filled struct {
	values url.Values // nil: not sent
	at     map[string]string
}

func (f filled) value(name, otherwise string) string {
	if f.values == nil {
		return otherwise
	}
	return f.values.Get(name)
}

func (f filled) field(name, label, hint string) design.Field {
	return design.Field{Name: name, Label: label, Hint: hint, Error: f.at[name]}
}

// choices marks the chosen among several; label names each.
func (f filled) choices(name string, all []string, label func(string) string) (out []design.Choice) {
	for _, x := range all {
		out = append(out, design.Choice{Value: x, Label: label(x), Checked: f.values != nil && slices.Contains(f.values[name], x)})
	}
	return out
}

// again prepares a form that was refused: what was typed, and what is wrong where.
func (s *Standing) again(v gate.Visit, values url.Values, refusal error) (filled, []design.FieldError) {
	f := filled{values: values, at: map[string]string{}}
	var errors []design.FieldError
	for _, x := range frame.AsFaults(refusal) {
		e := design.FieldError{Text: s.Message(v, x), Field: x.Field, Cite: s.Cite(v, x.Cite)}
		if x.Field != "" && f.at[x.Field] == "" {
			f.at[x.Field] = e.Text
		}
		errors = append(errors, e)
	}
	return f, errors
}

// show draws a page of the operator, or of the person where trail is nil.
func (s *Standing) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view view, trail []design.Link, refusal error) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = trail, refusal != nil
	page.Bare = slices.ContainsFunc(view.Parts, func(p part) bool { return p.Table != nil })
	if v.Actor.Due == account.SanctionDue {
		page.Navigation = nil // nothing of it opens
	}
	status := http.StatusOK
	if refusal != nil {
		status = frame.FormStatus(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

func (s *Standing) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "console.home.title"), URL: consoleURL(v)}}, below...)
}

func (s *Standing) sanctionsLink(v gate.Visit) design.Link {
	return design.Link{Text: s.Say(v, "standing.sanctions.title"), URL: sanctionsURL(v)}
}

func (s *Standing) checksLink(v gate.Visit) design.Link {
	return design.Link{Text: s.Say(v, "standing.checks.title"), URL: checksURL(v)}
}

func (s *Standing) personLink(v gate.Visit, user identity.ID) design.Link {
	return design.Link{Text: s.Say(v, "standing.person.title"), URL: s.personURL(v, user)}
}

// done is the good news a redirect brings along.
func (s *Standing) done(r *http.Request, v gate.Visit) *design.NotificationBanner {
	key := "standing.done." + r.URL.Query().Get("done")
	if r.Method != http.MethodGet || !s.Words.Has(v.Actor.Language, key) {
		return nil
	}
	return &design.NotificationBanner{Heading: s.Say(v, key), Success: true}
}

// names says who these users of the portal are.
func (s *Standing) names(ctx context.Context, v gate.Visit, ids ...identity.ID) (map[identity.ID]string, error) {
	names := map[identity.ID]string{0: "—"}
	err := s.Accounts.InView(ctx, func(tx account.Tx) error {
		for _, id := range ids {
			if names[id] != "" {
				continue
			}
			u, err := tx.User(ctx, id)
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
			if names[id] = u.Shown; u.Shown == "" {
				names[id] = s.Say(v, "console.by_erased")
			}
		}
		return nil
	})
	return names, err
}

func (s *Standing) action(v gate.Visit, x account.Sanction) string {
	said := s.Say(v, "standing.action."+string(x.Action))
	if x.Service != "" {
		said += ": " + s.Say(v, "standing.service."+x.Service)
	}
	return said
}

func (s *Standing) reason(v gate.Visit, code string) string { return s.Say(v, "standing.reason."+code) }

func (s *Standing) phase(v gate.Visit, x account.Sanction) design.Tag {
	phase := x.Phase(v.Now)
	colour := design.TagPlain
	switch phase {
	case account.PhaseInForce, account.SanctionDone:
		colour = design.TagBad
	case account.PhaseAnnounced, account.SanctionProposed:
		colour = design.TagWait
	}
	return design.Tag{Text: s.Say(v, "standing.phase."+phase), Colour: colour}
}

func (s *Standing) checkState(v gate.Visit, c account.Check) design.Tag {
	tag := design.Tag{Text: s.Say(v, "standing.check."+c.State), Colour: design.TagWait}
	switch {
	case c.Late(v.Now):
		tag = design.Tag{Text: s.Say(v, "standing.check.late"), Colour: design.TagBad}
	case c.Outcome == account.Match:
		tag = design.Tag{Text: s.Say(v, "standing.outcome.match"), Colour: design.TagGood}
	case c.Outcome != "":
		tag = design.Tag{Text: s.Say(v, "standing.outcome."+c.Outcome), Colour: design.TagBad}
	}
	return tag
}

// instant is a time that may be missing.
func (s *Standing) instant(v gate.Visit, t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return s.Instant(v, t)
}

// rows collects facts; what is not known is left out.
type rows struct{ design.SummaryList }

func (l *rows) add(key, value string) {
	if value != "" {
		l.Rows = append(l.Rows, design.SummaryRow{Key: key, Value: value})
	}
}

func (l *rows) draw(key string, body design.Component) {
	l.Rows = append(l.Rows, design.SummaryRow{Key: key, Body: body})
}

// facts are a sanction as it stands: for the person, and with the staff's names for the staff.
func (s *Standing) facts(v gate.Visit, x account.Sanction, names map[identity.ID]string) *design.SummaryList {
	var l rows
	tag := s.phase(v, x)
	l.add(s.Say(v, "standing.fact.action"), s.action(v, x))
	l.draw(s.Say(v, "standing.fact.state"), tag)
	l.draw(s.Say(v, "standing.fact.clause"), design.Citation(s.Cite(v, x.Cite)))
	l.add(s.Say(v, "standing.fact.reason"), s.reason(v, x.Reason))
	if x.Section != "" {
		l.add(s.Say(v, "standing.fact.section"), s.Say(v, "standing.section", "section", x.Section))
	}
	l.add(s.Say(v, "standing.fact.words"), x.Words)
	if x.State != account.SanctionProposed && x.State != account.SanctionRejected {
		l.add(s.Say(v, "standing.fact.decided"), s.instant(v, x.DecidedAt, ""))
		l.add(s.Say(v, "standing.fact.in_force"), s.Instant(v, x.InForceAt))
		if !x.Action.Ends() {
			l.add(s.Say(v, "standing.fact.ends"), s.instant(v, x.EndsAt, s.Say(v, "standing.no_term")))
		}
	}
	if names != nil {
		l.add(s.Say(v, "standing.fact.proposed_by"), names[x.ProposedBy]+", "+s.Instant(v, x.ProposedAt))
		if x.DecidedBy != 0 && x.DecidedBy != x.ProposedBy {
			l.add(s.Say(v, "standing.fact.approved_by"), names[x.DecidedBy])
		}
		if x.EndedBy != 0 {
			l.add(s.Say(v, "standing.fact.ended_by"), names[x.EndedBy])
		}
	}
	l.add(s.Say(v, "standing.fact.ended"), s.instant(v, x.EndedAt, ""))
	l.add(s.Say(v, "standing.fact.end_words"), x.EndWords)
	return &l.SummaryList
}

// Package organisations is the pages on which a person acts for organisations, keeps who belongs to them,
// and names the representatives who are told of their submissions.
//
// It owns what these pages say, and what the staff sees of a person's organisations. It decides nothing: who
// belongs where, and what a role lets them do, party answers by the clause.
package organisations

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Organisations draws the pages of this area. All fields are needed.
type Organisations struct {
	*frame.Frame
	Accounts        *account.Accounts
	Organisations   *party.Organisations
	Representatives *party.Representatives
}

func home(v gate.Visit) string    { return "/" + v.Actor.Portal }
func cabinet(v gate.Visit) string { return home(v) + "/cabinet" }
func listURL(v gate.Visit) string { return cabinet(v) + "/organisations" }

func (s *Organisations) oneURL(v gate.Visit, organisation identity.ID) string {
	return listURL(v) + "/" + s.Opaque.Of(organisation)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an opaque id out of the address. Refusal: Absent.
func (s *Organisations) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// taken refuses the pages where no clause lets users act for organisations. Refusal: Absent.
func (s *Organisations) taken(v gate.Visit) (clause.Citation, error) {
	cite, ok := s.Organisations.Taken(v.Actor.Portal)
	if !ok {
		return cite, absent()
	}
	return cite, nil
}

// view is a page of this area: what is known, and the forms for what can be done.
type view struct {
	Errors  []design.FieldError
	Done    *design.NotificationBanner
	Heading design.Heading
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
	Upload bool
	Fields []design.Component
	Button design.Button
	Other  *design.Button // another answer of the same form
	Cancel design.Link
}

// filled is a form as it was sent, so that it comes back as it was typed.
type filled struct {
	values url.Values // nil: not sent
	at     map[string]string
}

func (f filled) field(name, label, hint string) design.Field {
	return design.Field{Name: name, Label: label, Hint: hint, Error: f.at[name]}
}

// choices marks the chosen among several; label names each.
func (f filled) choices(name string, all []string, label func(string) string) (out []design.Choice) {
	for _, x := range all {
		out = append(out, design.Choice{Value: x, Label: label(x), Checked: slices.Contains(f.values[name], x)})
	}
	return out
}

// day joins the three fields of a day into YYYY-MM-DD; empty where all three are.
func day(values url.Values, name string) string {
	pad := func(s string, n int) string {
		s = strings.TrimSpace(s)
		return strings.Repeat("0", max(0, n-len(s))) + s
	}
	d, m, y := values.Get(name+"-day"), values.Get(name+"-month"), values.Get(name+"-year")
	if strings.TrimSpace(d+m+y) == "" {
		return ""
	}
	return pad(y, 4) + "-" + pad(m, 2) + "-" + pad(d, 2)
}

func (f filled) date(name, label, hint string) design.DateInput {
	return design.DateInput{
		Field: f.field(name, label, hint), Day: f.values.Get(name + "-day"), Month: f.values.Get(name + "-month"), Year: f.values.Get(name + "-year"),
	}
}

// again prepares a form that was refused: what was typed, and what is wrong where.
func (s *Organisations) again(v gate.Visit, values url.Values, refusal error) (filled, []design.FieldError) {
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

// show draws a page; trail are the steps between the cabinet and it. What no form can show is returned to
// the gate.
func (s *Organisations) show(w http.ResponseWriter, r *http.Request, v gate.Visit, out view, trail []design.Link, refusal error) error {
	status := http.StatusOK
	if refusal != nil {
		if frame.AsFaults(refusal) == nil {
			return refusal
		}
		status = frame.FormStatus(refusal)
	}
	page := s.Page(r, v, out.Heading.Text)
	page.Refused = refusal != nil
	page.Trail = trail
	return s.Write(w, r, status, page, out.page())
}

func (s *Organisations) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{
		{Text: s.Say(v, "frame.nav.home"), URL: home(v)}, {Text: s.Say(v, "frame.nav.cabinet"), URL: cabinet(v)},
	}, below...)
}

// below is the way to a page of one organisation.
func (s *Organisations) below(v gate.Visit, x party.Organisation) []design.Link {
	return s.trail(v, s.listLink(v), design.Link{Text: x.Name, URL: s.oneURL(v, x.ID)})
}

func (s *Organisations) listLink(v gate.Visit) design.Link {
	return design.Link{Text: s.Say(v, "organisations.title"), URL: listURL(v)}
}

// done is the good news a redirect brings along.
func (s *Organisations) done(r *http.Request, v gate.Visit) *design.NotificationBanner {
	key := "organisations.done." + r.URL.Query().Get("done")
	if r.Method != http.MethodGet || !s.Words.Has(v.Actor.Language, key) {
		return nil
	}
	banner := &design.NotificationBanner{Heading: s.Say(v, key), Success: true}
	switch r.URL.Query().Get("done") {
	case "invited", "resent", "named", "asked":
		banner.More = s.OutboxLink(v)
	}
	return banner
}

func (s *Organisations) role(v gate.Visit, role party.Role) string {
	return s.Say(v, "organisations.role."+string(role))
}

// until is the end of a term as its last day.
func (s *Organisations) until(v gate.Visit, t time.Time) string {
	if t.IsZero() {
		return s.Say(v, "organisations.no_term")
	}
	return s.Say(v, "organisations.until", "day", s.Day(v, t.Add(-time.Second)))
}

func (s *Organisations) memberState(v gate.Visit, m party.OrganisationMember) design.Tag {
	switch {
	case m.Lasts(v.Now):
		return design.Tag{Text: s.Say(v, "organisations.state.lasts"), Colour: design.TagGood}
	case m.EndedAt.IsZero():
		return design.Tag{Text: s.Say(v, "organisations.basis.term"), Colour: design.TagPlain}
	}
	return design.Tag{Text: s.Say(v, "organisations.basis."+m.Basis), Colour: design.TagPlain}
}

// rows collects facts; what is not known is left out.
type rows struct{ design.SummaryList }

func (l *rows) add(key, value string) {
	if value != "" {
		l.Rows = append(l.Rows, design.SummaryRow{Key: key, Value: value})
	}
}

// columns names the columns of a table.
func (s *Organisations) columns(v gate.Visit, names ...string) (out []design.Column) {
	for _, name := range names {
		out = append(out, design.Column{Text: s.Say(v, "organisations.column."+name)})
	}
	return out
}

// export begins a table to keep, with its head.
func (s *Organisations) export(w http.ResponseWriter, v gate.Visit, name string, columns ...string) *frame.CSV {
	var head []string
	for _, c := range s.columns(v, columns...) {
		head = append(head, c.Text)
	}
	return frame.AttachCSV(w, name, head...)
}

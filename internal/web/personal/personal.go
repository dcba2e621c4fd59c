// Package personal is what people and the staff see of personal data: consents and their withdrawal, who
// looked and to whom data were given, a copy of everything, erasures, statistics without names, cookies.
//
// It owns these pages and the files of a copy. It decides nothing: privacy knows what clauses let be done
// with data, account who was seen by whom.
package personal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// EvidenceTx is what these pages read of evidence.
type EvidenceTx interface {
	// EvidenceActs lists up to limit entries of one act of a home, newest first, with ids below before.
	EvidenceActs(ctx context.Context, home identity.ID, act string, before identity.ID, limit int) ([]evidence.Entry, error)
	// EvidenceLog lists entries of a portal, newest first.
	EvidenceLog(ctx context.Context, f evidence.Filter) ([]evidence.Entry, error)
}

// Personal draws the pages of this area. All fields are needed.
type Personal struct {
	*frame.Frame
	Accounts *account.Accounts
	Privacy  *privacy.Privacy
	View     func(ctx context.Context, look func(EvidenceTx) error) error
}

func home(v gate.Visit) string       { return "/" + v.Actor.Portal }
func dataURL(v gate.Visit) string    { return home(v) + "/cabinet/data" }
func consoleURL(v gate.Visit) string { return home(v) + "/console/data" }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an opaque id out of the address. Refusal: Absent.
func (s *Personal) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// before reads where a page of a list begins. Refusal: Absent.
func (s *Personal) before(r *http.Request) (identity.ID, error) {
	mark := r.URL.Query().Get("before")
	if mark == "" {
		return 0, nil
	}
	id, err := s.Opaque.ID(mark)
	if err != nil {
		return 0, absent()
	}
	return id, nil
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
	Title    string
	Texts    []string
	Cite     design.Link
	Progress *design.Progress
	Facts    *design.SummaryList
	Table    *design.Table
	Empty    *design.EmptyState
	Pages    design.Pagination
	Form     *form
	Links    []design.Link
	Export   design.Link
}

// form is a form with its fields in order.
type form struct {
	Get    bool // a filter: it changes nothing
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

func (f filled) value(name string) string { return f.values.Get(name) }

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

// again prepares a form that was refused: what was typed, and what is wrong where.
func (s *Personal) again(v gate.Visit, values url.Values, refusal error) (filled, []design.FieldError) {
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

// show draws a page; trail leads back from it.
func (s *Personal) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view view, trail []design.Link, refusal error) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = trail, refusal != nil
	page.Bare = slices.ContainsFunc(view.Parts, func(p part) bool { return p.Table != nil })
	status := http.StatusOK
	if refusal != nil {
		status = frame.FormStatus(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

func (s *Personal) mineTrail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}, {Text: s.Say(v, "personal.title"), URL: dataURL(v)}}, below...)
}

func (s *Personal) staffTrail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "console.home.title"), URL: home(v) + "/console"}, {Text: s.Say(v, "personal.console_title"), URL: consoleURL(v)}}, below...)
}

// done is the good news a redirect brings along.
func (s *Personal) done(r *http.Request, v gate.Visit) *design.NotificationBanner {
	key := "personal.done." + r.URL.Query().Get("done")
	if r.Method != http.MethodGet || !s.Words.Has(v.Actor.Language, key) {
		return nil
	}
	return &design.NotificationBanner{Heading: s.Say(v, key), Success: true}
}

// names says who these users of the portal are.
func (s *Personal) names(ctx context.Context, v gate.Visit, ids ...identity.ID) (map[identity.ID]string, error) {
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

// instant is an instant in words, or nothing where there is none.
func (s *Personal) instant(v gate.Visit, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.Instant(v, t)
}

// stamp is an instant for programs, in the zone of the portal.
func (s *Personal) stamp(v gate.Visit, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.Portal(v).Zone).Format(time.RFC3339)
}

// facts collects facts; what is not known is left out.
type facts struct{ design.SummaryList }

func (l *facts) add(key, value string) {
	if value != "" {
		l.Rows = append(l.Rows, design.SummaryRow{Key: key, Value: value})
	}
}

func (l *facts) draw(key string, body design.Component) {
	l.Rows = append(l.Rows, design.SummaryRow{Key: key, Body: body})
}

// listed says codes in words, one after another.
func (s *Personal) listed(v gate.Visit, prefix string, codes []string) string {
	said := make([]string, len(codes))
	for i, code := range codes {
		said[i] = s.worded(v, prefix, code)
	}
	return strings.Join(said, ", ")
}

// worded is the word for a code, or the code where there is none.
func (s *Personal) worded(v gate.Visit, prefix, code string) string {
	if s.Words.Has(v.Actor.Language, prefix+code) {
		return s.Say(v, prefix+code)
	}
	return code
}

// yesNo says whether.
func (s *Personal) yesNo(v gate.Visit, yes bool) string {
	if yes {
		return s.Say(v, "personal.yes")
	}
	return s.Say(v, "personal.no")
}

// The lengths of lists: shown on a page, and read at a time for an export.
const (
	rowsAPage = 50
	rowsAView = 500
)

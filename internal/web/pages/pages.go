// Package pages is the pages people have on a portal of institutions: what stands on them, who sees
// them, whose they are, and how they are deleted.
//
// It owns these pages and their forms. It decides nothing: who sees whom party answers, what a
// deletion does account.
package pages

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Pages draws the pages of this area. All fields are needed.
type Pages struct {
	*frame.Frame
	Accounts *account.Accounts
	Parties  *party.Parties
	// Guards refuses anyone but a guardian of the child; it runs in the act.
	Guards func(ctx context.Context, tx account.Tx, guardian, child identity.ID) error
}

func pagesURL(v gate.Visit) string   { return "/" + v.Actor.Portal + "/pages" }
func cabinetURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/cabinet" }

func (s *Pages) pageURL(v gate.Visit, user identity.ID) string {
	return pagesURL(v) + "/" + s.Opaque.Of(user)
}

// settingsURL is where the page of the actor, or of a child of theirs, is looked after.
func (s *Pages) settingsURL(v gate.Visit, owner identity.ID) string {
	if owner == v.Actor.User {
		return cabinetURL(v) + "/page"
	}
	return "/" + v.Actor.Portal + "/children/" + s.Opaque.Of(owner) + "/page"
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// owner is whose page an address means: that of the child it names, or the actor's own.
func (s *Pages) owner(r *http.Request, v gate.Visit) (identity.ID, error) {
	if r.PathValue("child") == "" {
		return v.Actor.User, nil
	}
	id, err := s.Opaque.ID(r.PathValue("child"))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// child is whom the actor acts for; 0 for themselves.
func child(v gate.Visit, owner identity.ID) identity.ID {
	if owner == v.Actor.User {
		return 0
	}
	return owner
}

func (s *Pages) guards(v gate.Visit, owner identity.ID) func(context.Context, account.Tx) error {
	return func(ctx context.Context, tx account.Tx) error {
		if owner == v.Actor.User {
			return nil
		}
		return s.Guards(ctx, tx, v.Actor.User, owner)
	}
}

// sheet is a page of this area.
type sheet struct {
	Errors  []design.FieldError
	Heading design.Heading
	Warning design.WarningText
	Texts   []string
	Cite    design.Link
	Facts   *design.SummaryList
	Fields  []design.Component
	Action  string // empty: the page's own address
	Ask     string // kept in the form
	Button  design.Button
	Table   *design.Table
	Empty   *design.EmptyState
	Pages   design.Pagination
	Links   []design.Link
}

// show draws a page; err is why a form is shown again.
func (s *Pages) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view sheet, err error) error {
	status := http.StatusOK
	if err != nil {
		faults := frame.AsFaults(err)
		if faults == nil {
			return err
		}
		for _, x := range faults {
			view.Errors = append(view.Errors, design.FieldError{Text: s.Message(v, x), Field: x.Field, Cite: s.Cite(v, x.Cite)})
		}
		status = frame.FormStatus(err)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Refused = err != nil
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: cabinetURL(v)}}
	return s.Write(w, r, status, page, view.page())
}

func (s *Pages) field(v gate.Visit, err error, name, label string) design.Field {
	f := design.Field{Name: name, Label: s.Say(v, label)}
	for _, x := range frame.AsFaults(err) {
		if x.Field == name {
			f.Error = s.Message(v, x)
		}
	}
	return f
}

// Card leads from the cabinet to one's own page, where people have pages.
func (s *Pages) Card(v gate.Visit) (design.Card, bool) {
	if _, _, ok := s.Parties.PageRule(v.Actor.Portal); !ok {
		return design.Card{}, false
	}
	return design.Card{Title: s.Say(v, "pages.title"), Text: s.Say(v, "pages.card"), URL: cabinetURL(v) + "/page"}, true
}

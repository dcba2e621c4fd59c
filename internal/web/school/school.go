// Package school is the pages of institutions: the operator's tree of them, and the console of an
// institution's administrator, who sees that institution and no other.
//
// It owns these pages, their forms, and the files that go in and out. It decides nothing: who may see
// whom, who is a duplicate and what ends a membership party answers, credentials account makes.
package school

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// School draws the pages of this area. All fields are needed.
type School struct {
	*frame.Frame
	Parties  *party.Parties
	Accounts *account.Accounts
	// HandOut refuses whoever may not hand credentials to a user; it runs in the act that makes them.
	HandOut func(ctx context.Context, tx account.Tx, actor identity.Actor, user identity.ID) error
	// Delete refuses whoever may not delete the page of a user, who has asked for it or not; in the act.
	Delete func(ctx context.Context, tx account.Tx, actor identity.Actor, user identity.ID, asked bool) error
	// View looks at the evidence, read-only.
	View func(ctx context.Context, look func(EvidenceTx) error) error
}

// EvidenceTx reads the evidence of a person.
type EvidenceTx interface {
	// EvidenceOf lists up to limit entries of a home, newest first, with ids below before; 0: all.
	EvidenceOf(ctx context.Context, home, before identity.ID, limit int) ([]evidence.Entry, error)
}

func schoolURL(v gate.Visit) string       { return "/" + v.Actor.Portal + "/school" }
func importURL(v gate.Visit) string       { return schoolURL(v) + "/import" }
func institutionsURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/console/institutions" }

func (s *School) personURL(v gate.Visit, user identity.ID) string {
	return schoolURL(v) + "/people/" + s.Opaque.Of(user)
}

// groupURL is the address of the people of one role and class, or of an act on them.
func groupURL(v gate.Visit, page string, role party.Role, class string) string {
	return schoolURL(v) + "/" + page + "?" + url.Values{"role": {string(role)}, "class": {class}}.Encode()
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an id of an address. Refusal: Absent.
func (s *School) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
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
	}
	return http.StatusUnprocessableEntity
}

// formPage is a page of one form, or of one question.
type formPage struct {
	Errors   []design.FieldError
	Heading  design.Heading
	Texts    []string
	Cite     design.Link
	Facts    *design.SummaryList
	Fields   []design.Component
	Action   string // empty: the page's own address
	Upload   bool
	Hidden   []hidden
	Button   design.Button // no text: there is no form
	Table    *design.Table
	Empty    *design.EmptyState
	Progress *design.Progress
	Links    []design.Link
	Pages    design.Pagination
	Done     *design.NotificationBanner
	More     []formPage // further forms under the first
}

type hidden struct{ Name, Value string }

// show draws a page; err is why a form is shown again.
func (s *School) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view formPage, trail []design.Link, err error) error {
	status := http.StatusOK
	if err != nil {
		faults := frame.AsFaults(err)
		if faults == nil {
			return err
		}
		for _, x := range faults {
			view.Errors = append(view.Errors, design.FieldError{Text: s.Message(v, x), Field: x.Field, Cite: s.Cite(v, x.Cite)})
		}
		status = refused(err)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Refused = err != nil
	page.Trail = trail
	page.Bare = view.Table != nil
	return s.Write(w, r, status, page, view.page())
}

// at is the refusal that stands at a field.
func (s *School) at(v gate.Visit, err error, field string) string {
	for _, x := range frame.AsFaults(err) {
		if x.Field == field {
			return s.Message(v, x)
		}
	}
	return ""
}

func (s *School) field(v gate.Visit, err error, name, label string) design.Field {
	return design.Field{Name: name, Label: s.Say(v, label), Error: s.at(v, err, name)}
}

// schoolTrail is the way to a page below the institution's first one.
func (s *School) schoolTrail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "school.home.title"), URL: schoolURL(v)}}, below...)
}

// personForm is what is entered about a person.
type personForm struct {
	party.Person
	Day, Month, Year string
}

func readPerson(r *http.Request) (personForm, error) {
	if err := frame.ReadForm(r); err != nil {
		return personForm{}, err
	}
	f := personForm{
		Person: party.Person{
			Surname: r.PostFormValue("surname"), Given: r.PostFormValue("given"), Patronymic: r.PostFormValue("patronymic"),
			Sex: identity.Sex(r.PostFormValue("sex")), Role: party.Role(r.PostFormValue("role")), Class: r.PostFormValue("class"),
		},
		Day: strings.TrimSpace(r.PostFormValue("birth_date-day")), Month: strings.TrimSpace(r.PostFormValue("birth_date-month")), Year: strings.TrimSpace(r.PostFormValue("birth_date-year")),
	}
	f.BirthDate = f.Year + "-" + twoDigits(f.Month) + "-" + twoDigits(f.Day)
	return f, nil
}

// personFields are the questions about a person; roles: none are asked when empty.
func (s *School) personFields(v gate.Visit, f personForm, roles []party.Role, err error) []design.Component {
	text := func(name, value, autocomplete string) design.TextInput {
		return design.TextInput{Field: s.field(v, err, name, "school.person."+name), Value: value, Autocomplete: "off"}
	}
	patronymic := text("patronymic", f.Patronymic, "")
	patronymic.Optional = true
	sex := design.Radios{Field: s.field(v, err, "sex", "school.person.sex"), Inline: true}
	for _, x := range []identity.Sex{identity.Female, identity.Male} {
		sex.Choices = append(sex.Choices, design.Choice{Value: string(x), Label: s.Say(v, "school.sex."+string(x)), Checked: f.Sex == x})
	}
	fields := []design.Component{
		text("surname", f.Surname, ""), text("given", f.Given, ""), patronymic,
		design.DateInput{Field: s.field(v, err, "birth_date", "school.person.birth_date"), Day: f.Day, Month: f.Month, Year: f.Year}, sex,
	}
	if len(roles) == 0 {
		return fields
	}
	class := text("class", f.Class, "")
	class.Hint = s.Say(v, "school.person.class_hint")
	return append(fields, s.roleRadios(v, f.Role, roles, err), class)
}

func (s *School) roleRadios(v gate.Visit, chosen party.Role, roles []party.Role, err error) design.Radios {
	out := design.Radios{Field: s.field(v, err, "role", "school.person.role")}
	for _, role := range roles {
		out.Choices = append(out.Choices, design.Choice{Value: string(role), Label: s.role(v, role), Checked: chosen == role})
	}
	return out
}

func (s *School) role(v gate.Visit, role party.Role) string {
	return s.Say(v, "school.role."+string(role))
}

// group names the people of one role and class.
func (s *School) group(v gate.Visit, role party.Role, class string) string {
	if class == "" {
		return s.Say(v, "school.group."+string(role))
	}
	return s.Say(v, "school.group_class", "group", s.Say(v, "school.group."+string(role)), "class", class)
}

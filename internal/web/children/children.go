// Package children is the pages of a parent or another legal representative: whom they answer for,
// the acceptance in a child's place, the registration of a child who cannot register itself.
//
// It owns these pages. It decides nothing: whose child it is party answers, and what a child of that
// age may do for itself.
package children

import (
	"context"
	"net/http"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/web/register/byinvitation"
)

// Children draws the pages of this area. All fields are needed.
type Children struct {
	*frame.Frame
	Accounts *account.Accounts
	Parties  *party.Parties
	// Guards refuses anyone but a guardian of the child; it runs in the act.
	Guards func(ctx context.Context, tx account.Tx, guardian, child identity.ID) error
	Accept func(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error
}

func childrenURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/children" }

func (s *Children) guards(v gate.Visit, child identity.ID) func(context.Context, account.Tx) error {
	return func(ctx context.Context, tx account.Tx) error { return s.Guards(ctx, tx, v.Actor.User, child) }
}

// childrenView is the list.
type childrenView struct {
	Heading design.Heading
	Table   *design.Table
	Empty   design.EmptyState
}

// Home answers GET /{portal}/children.
func (s *Children) Home(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	all, err := s.Parties.Children(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := childrenView{
		Heading: design.Heading{Text: s.Say(v, "children.title"), Lead: s.Say(v, "children.lead")},
		Empty:   design.EmptyState{Title: s.Say(v, "children.none"), Text: s.Say(v, "children.none_text")},
	}
	if len(all) > 0 {
		view.Table = &design.Table{ID: "children", Caption: view.Heading.Text, Hidden: true, Columns: []design.Column{{Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.person.state")}}}
	}
	for _, g := range all {
		c, err := s.Accounts.ChildOf(r.Context(), g.Child, s.guards(v, g.Child))
		if err != nil {
			return err
		}
		state := "children.state.waits"
		if accepted, err := s.accepted(r.Context(), v, g.Child); err != nil {
			return err
		} else if c.Done {
			state = "children.state.registered"
		} else if accepted {
			state = "children.state.accepted"
		}
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: c.User.Shown, URL: childrenURL(v) + "/" + s.Opaque.Of(g.Child)}, {Text: s.Say(v, state)}}})
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Heading.Text), view.page())
}

// accepted reports whether what the portal requires has been accepted for a child.
func (s *Children) accepted(ctx context.Context, v gate.Visit, child identity.ID) (bool, error) {
	actor := v.Actor
	actor.For = child
	standings, err := s.Agreements.Standings(ctx, actor, v.Now)
	for _, x := range standings {
		if !x.Settled {
			return false, nil
		}
	}
	return err == nil, err
}

// childView is one child: what is known, and what the guardian has to do.
type childView struct {
	Errors    []design.FieldError
	Heading   design.Heading
	Texts     []string
	Facts     *design.SummaryList
	Cites     []design.Link
	Documents []document
	Seen      []string
	Fields    []design.Component
	Button    design.Button
	Page      design.Link // where the child's page is looked after; empty: there is none
}

type document struct {
	ID       string
	Title    string
	Sections []design.Section
}

// Child answers GET /{portal}/children/{child}.
func (s *Children) Child(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.show(w, r, v, nil)
}

// ChildPost accepts in the child's place and, where the child cannot register itself, registers it.
func (s *Children) ChildPost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	child, err := s.Opaque.ID(r.PathValue("child"))
	if err != nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	c, err := s.Accounts.ChildOf(r.Context(), child, s.guards(v, child))
	if err != nil {
		return err
	}
	capacity := s.capacity(v, c)
	seen, actor := frame.ReadSeen(r), v.Actor
	actor.For = child
	form := account.ChildRegistration{
		Register: capacity.Registered && !c.Done, Password: r.PostFormValue("password"), Again: r.PostFormValue("again"),
		Right: r.PostFormValue("right") == "yes", Wrong: r.PostFormValue("wrong"),
	}
	err = s.Accounts.RegisterChild(r.Context(), bound, child, form, func(ctx context.Context, tx account.Tx) error {
		if err := s.Guards(ctx, tx, v.Actor.User, child); err != nil {
			return err
		}
		if !capacity.Through && !capacity.Registered {
			return fault.New(fault.Forbidden, "party.own_acceptance")
		}
		return s.Accept(ctx, tx, actor, agreement.ByButton, seen, v.Address)
	})
	if err != nil {
		return s.show(w, r, v, err)
	}
	return frame.SeeOther(w, r, childrenURL(v)+"/"+s.Opaque.Of(child))
}

func (s *Children) capacity(v gate.Visit, c account.Child) party.Capacity {
	return party.CapacityOf(s.Agreements.Book(v.Actor.Portal, v.Now), c.Person.BirthDate, s.today(v))
}

func (s *Children) today(v gate.Visit) time.Time { return v.Now.In(s.Accounts.Zone(v.Actor.Portal)) }

func (s *Children) show(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	child, refusal := s.Opaque.ID(r.PathValue("child"))
	if refusal != nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	c, refusal := s.Accounts.ChildOf(r.Context(), child, s.guards(v, child))
	if refusal != nil {
		return refusal
	}
	view, refusal := s.childView(r, v, c, err)
	if refusal != nil {
		return refusal
	}
	status := http.StatusOK
	if err != nil {
		faults := frame.AsFaults(err)
		if faults == nil {
			return err
		}
		for _, x := range faults {
			view.Errors = append(view.Errors, design.FieldError{Text: s.Message(v, x), Field: x.Field, Cite: s.Cite(v, x.Cite)})
		}
		status = http.StatusUnprocessableEntity
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Refused = err != nil
	page.Trail = []design.Link{{Text: s.Say(v, "children.title"), URL: childrenURL(v)}}
	return s.Write(w, r, status, page, view.page())
}

func (s *Children) childView(r *http.Request, v gate.Visit, c account.Child, err error) (childView, error) {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	capacity := s.capacity(v, c)
	fields := []string{"surname", "name", "patronymic", "birth_date", "sex"}
	if rule, _, ok := clause.In[account.DataConfirmation](book); ok {
		fields = rule.Fields
	}
	view := childView{
		Heading: design.Heading{Caption: s.Say(v, "children.title"), Text: c.User.Shown}, Facts: byinvitation.Facts(s.Frame, v, c.Person, fields),
	}
	view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: s.Say(v, "school.person.username"), Value: c.User.SignInName})
	if _, _, ok := s.Parties.PageRule(v.Actor.Portal); ok {
		view.Page = design.Link{Text: s.Say(v, "pages.title"), URL: childrenURL(v) + "/" + s.Opaque.Of(c.User.ID) + "/page"}
	}
	accepted, refusal := s.accepted(r.Context(), v, c.User.ID)
	if refusal != nil {
		return view, refusal
	}
	register := capacity.Registered && !c.Done
	switch {
	case accepted && !register:
		view.Texts = []string{s.Say(v, "children.accepted")}
		return view, nil
	case !capacity.Through && !capacity.Registered:
		view.Texts = []string{s.Say(v, "children.own")}
		return view, nil
	}
	if capacity.Through {
		view.Cites = append(view.Cites, s.Cite(v, capacity.ThroughBy))
	}
	view.Texts, view.Button = []string{s.Say(v, "children.accept_lead")}, design.Button{Text: s.Say(v, "children.accept_button")}
	if capacity.Attests {
		view.Texts = append(view.Texts, s.Say(v, "children.consent"))
		view.Cites = append(view.Cites, s.Cite(v, capacity.AttestsBy))
	}
	for _, name := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, name), v.Now)
		if !offered {
			return view, fault.New(fault.Conflict, "agreement.withdrawn").With("document", name)
		}
		view.Seen = append(view.Seen, frame.SeenValue(name, e.Number))
		view.Documents = append(view.Documents, document{ID: "text-" + name, Title: s.In(v, e.Content.Title), Sections: s.Sections(v, e.Content, name+"-", nil)})
	}
	if register {
		view.Cites = append(view.Cites, s.Cite(v, capacity.RegisteredBy))
		view.Button.Text = s.Say(v, "children.register_button")
		view.Fields = s.registerFields(r, v, err)
	}
	return view, nil
}

func (s *Children) registerFields(r *http.Request, v gate.Visit, err error) []design.Component {
	_, byField, _ := s.Errors(v, err)
	field := func(name, key string) design.Field {
		return design.Field{Name: name, Label: s.Say(v, key), Error: byField[name]}
	}
	answer := r.PostFormValue("right")
	wrong := field("wrong", "byinvitation.data.wrong")
	wrong.Optional = true
	return []design.Component{
		design.PasswordInput{Field: field("password", "children.password"), New: true},
		design.PasswordInput{Field: field("again", "byinvitation.password.again"), New: true},
		design.Radios{Field: field("right", "children.right"), Choices: []design.Choice{
			{Value: "yes", Label: s.Say(v, "byinvitation.data.yes"), Checked: answer == "yes"}, {Value: "no", Label: s.Say(v, "byinvitation.data.no"), Checked: answer == "no"},
		}},
		design.Textarea{Field: wrong, Value: r.PostFormValue("wrong")},
	}
}

package school

import (
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// NewPerson answers GET /{portal}/school/people/new.
func (s *School) NewPerson(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showNewPerson(w, r, v, personForm{}, nil)
}

// NewPersonPost enters one person.
func (s *School) NewPersonPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	form, err := readPerson(r)
	if err != nil {
		return err
	}
	user, err := s.Parties.Enter(r.Context(), v.Actor, form.Person)
	if err != nil {
		return s.showNewPerson(w, r, v, form, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

func (s *School) showNewPerson(w http.ResponseWriter, r *http.Request, v gate.Visit, form personForm, err error) error {
	i, refusal := s.Parties.SchoolOf(r.Context(), v.Actor)
	if refusal != nil {
		return refusal
	}
	roles := party.RolesAt(s.Agreements.Book(v.Actor.Portal, v.Now), i.Kind)
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Text: s.Say(v, "school.new.title")}, Fields: s.personFields(v, form, roles, err), Button: design.Button{Text: s.Say(v, "school.new.button")},
	}, s.schoolTrail(v), err)
}

// Person answers GET /{portal}/school/people/{user}.
func (s *School) Person(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showPerson(w, r, v, "", nil)
}

func (s *School) showPerson(w http.ResponseWriter, r *http.Request, v gate.Visit, child string, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	m := sight.Member
	view := formPage{Heading: design.Heading{Text: m.Shown}, Facts: s.personFacts(v, sight)}
	if m.EndedAt.IsZero() {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "school.correct.title"), URL: s.personURL(v, user) + "/correct"})
	}
	parent := false
	for _, x := range sight.Memberships {
		if x.EndedAt.IsZero() {
			parent = parent || x.Role == party.Parent
			if len(party.Bases(s.Agreements.Book(v.Actor.Portal, v.Now), x.Role)) > 0 {
				view.Links = append(view.Links, design.Link{Text: s.Say(v, "school.end.link", "role", s.role(v, x.Role)), URL: s.personURL(v, user) + "/end/" + string(x.Role)})
			}
		}
	}
	if m.EndedAt.IsZero() && !m.Registered {
		view.More = append(view.More, formPage{
			Heading: design.Heading{Text: s.Say(v, "school.card.title")}, Texts: []string{s.Say(v, "school.card.lead")},
			Action: s.personURL(v, user) + "/card", Button: design.Button{Text: s.Say(v, "school.card.button"), Look: design.Secondary},
		})
	}
	if parent {
		view.More = append(view.More, formPage{
			Heading: design.Heading{Text: s.Say(v, "school.child.title")}, Action: s.personURL(v, user) + "/child",
			Fields: []design.Component{design.TextInput{Field: s.field(v, err, "child", "school.child.username"), Value: child, Autocomplete: "off"}},
			Button: design.Button{Text: s.Say(v, "school.child.button"), Look: design.Secondary},
		})
	}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: s.group(v, m.Role, m.Class), URL: groupURL(v, "class", m.Role, m.Class)}), err)
}

func (s *School) personFacts(v gate.Visit, sight party.Sight) *design.SummaryList {
	m, list := sight.Member, &design.SummaryList{}
	add := func(key, value string) {
		if value != "" {
			list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "school.person."+key), Value: value})
		}
	}
	add("username", m.SignInName)
	add("birth_date", m.BirthDate)
	list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "school.person.state"), Body: s.state(v, m)})
	for _, x := range sight.Memberships {
		told := s.group(v, x.Role, x.Class)
		if !x.EndedAt.IsZero() {
			told = s.Say(v, "school.person.was", "group", told, "day", s.Day(v, x.EndedAt), "basis", s.Say(v, "school.basis."+x.Basis))
		}
		add("role", told)
	}
	for _, g := range sight.Guardians {
		add("guardian", g.Shown)
	}
	for _, c := range sight.Children {
		add("child", c.Shown)
	}
	return list
}

// ChildPost links a parent with a child of the institution.
func (s *School) ChildPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	child := r.PostFormValue("child")
	if err := s.Parties.Link(r.Context(), v.Actor, user, child); err != nil {
		return s.showPerson(w, r, v, child, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

// End answers GET /{portal}/school/people/{user}/end/{role}: what ends, and what does not.
func (s *School) End(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showEnd(w, r, v, nil)
}

// EndPost ends one membership on a basis.
func (s *School) EndPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = s.Parties.End(r.Context(), v.Actor, user, party.Role(r.PathValue("role")), r.PostFormValue("basis"))
	if err != nil && !fault.Is(err, fault.Absent) {
		return s.showEnd(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

func (s *School) showEnd(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	role := party.Role(r.PathValue("role"))
	lasts := false
	for _, x := range sight.Memberships {
		lasts = lasts || x.Role == role && x.EndedAt.IsZero()
	}
	bases := party.Bases(s.Agreements.Book(v.Actor.Portal, v.Now), role)
	if !lasts || len(bases) == 0 {
		return absent()
	}
	radios := design.Radios{Field: s.field(v, err, "basis", "school.end.basis")}
	for _, b := range bases {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: b.Name, Label: s.Say(v, "school.basis."+b.Name), Hint: s.Say(v, "frame.clause", "clause", b.Cite.Clause), Checked: r.PostFormValue("basis") == b.Name,
		})
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.end.title", "role", s.role(v, role))},
		Texts:   []string{s.Say(v, "school.end.lead", "institution", sight.Institution.Name)},
		Fields:  []design.Component{radios}, Button: design.Button{Text: s.Say(v, "school.end.button"), Look: design.Warning},
	}, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), err)
}

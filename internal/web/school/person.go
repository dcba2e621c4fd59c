package school

import (
	"net/http"

	"tereze/internal/clause"
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
	if err == nil { // a form that comes back shows what was counted when it was opened
		if refusal := s.Accounts.CountReading(r.Context(), v.Actor); refusal != nil {
			return refusal
		}
	}
	m := sight.Member
	view := formPage{Heading: design.Heading{Text: m.Shown}, Facts: s.personFacts(v, sight), Links: s.personLinks(v, sight)}
	if err := s.deletedFacts(r, v, user, view.Facts); err != nil {
		return err
	}
	parent := false
	for _, x := range sight.Memberships {
		parent = parent || x.EndedAt.IsZero() && x.Role == party.Parent
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

// personLinks are what can be done about a person, as far as the rules in force let it be done.
func (s *School) personLinks(v gate.Visit, sight party.Sight) (out []design.Link) {
	book, at := s.Agreements.Book(v.Actor.Portal, v.Now), s.personURL(v, sight.Member.User)
	add := func(path, key string, args ...string) {
		out = append(out, design.Link{Text: s.Say(v, key, args...), URL: at + "/" + path})
	}
	lasts := sight.Member.EndedAt.IsZero()
	if lasts && !sight.Member.Closed {
		add("correct", "school.correct.title")
		if _, ok := s.Accounts.ResetRoute(v.Actor.Portal); ok && sight.Member.Registered {
			add("reset", "school.reset.title")
		}
	}
	for _, x := range sight.Memberships {
		switch {
		case x.EndedAt.IsZero() && len(party.Bases(book, x.Role)) > 0:
			add("end/"+string(x.Role), "school.end.link", "role", s.role(v, x.Role))
			if rule, _, ok := clause.In[party.StudyEndedBasis](book); ok && rule.Automatic && x.Role == party.Pupil {
				add("term", "school.term.title")
			}
		case !x.EndedAt.IsZero() && x.Role != party.Administrator && sight.Transfer.State != party.Taken:
			add("reopen/"+string(x.Role), "school.reopen.link", "role", s.role(v, x.Role))
		}
	}
	if _, _, ok := s.Accounts.DeletionRule(v.Actor.Portal); ok && lasts && !sight.Member.Closed {
		add("delete", "school.delete.title")
	}
	add("activity", "school.activity.title")
	return out
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
		if x.EndedAt.IsZero() && !x.EndsAt.IsZero() {
			add("term", s.Day(v, x.EndsAt.AddDate(0, 0, -1)))
		}
	}
	if sight.Transfer.State != "" {
		add("transfer", s.Say(v, "school.transfer."+string(sight.Transfer.State), "institution", sight.TransferTo))
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

package school

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// institution reads which institution an address names; none is 0, where the heads of the tree stand.
func (s *School) institution(r *http.Request) (identity.ID, error) {
	if r.PathValue("institution") == "" {
		return 0, nil
	}
	return s.id(r, "institution")
}

func (s *School) institutionURL(v gate.Visit, id identity.ID) string {
	if id == 0 {
		return institutionsURL(v)
	}
	return institutionsURL(v) + "/" + s.Opaque.Of(id)
}

// Institutions answers GET /{portal}/console/institutions and GET …/institutions/{institution}: what
// stands there in the tree, and what may be added under it.
func (s *School) Institutions(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showInstitutions(w, r, v, "", "", nil)
}

// InstitutionPost adds an institution under the one of the address.
func (s *School) InstitutionPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	parent, err := s.institution(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	kind, name := r.PostFormValue("kind"), r.PostFormValue("name")
	i, err := s.Parties.Found(r.Context(), v.Actor, parent, kind, name)
	if err != nil {
		return s.showInstitutions(w, r, v, kind, name, err)
	}
	return frame.SeeOther(w, r, s.institutionURL(v, i.ID))
}

func (s *School) showInstitutions(w http.ResponseWriter, r *http.Request, v gate.Visit, kind, name string, err error) error {
	id, refusal := s.institution(r)
	if refusal != nil {
		return refusal
	}
	here, above, under, refusal := s.Parties.Tree(r.Context(), v.Actor, id)
	if refusal != nil {
		return refusal
	}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	kinds, cite := party.KindsUnder(book, here.Kind)
	if len(kinds) == 0 && id == 0 {
		return absent() // an agreement that knows no institutions has none
	}
	view := formPage{Heading: design.Heading{Text: s.Say(v, "school.institutions.title"), Lead: s.Say(v, "school.institutions.lead")}, Cite: s.Cite(v, cite)}
	trail := []design.Link{}
	if id != 0 {
		view.Heading = design.Heading{Caption: s.Say(v, "school.kind."+here.Kind), Text: here.Name}
		trail = append(trail, design.Link{Text: s.Say(v, "school.institutions.title"), URL: institutionsURL(v)})
	}
	for _, i := range above {
		trail = append(trail, design.Link{Text: i.Name, URL: s.institutionURL(v, i.ID)})
	}
	if len(under) > 0 {
		view.Table = &design.Table{ID: "under", Caption: s.Say(v, "school.institutions.under"), Columns: []design.Column{
			{Text: s.Say(v, "school.institutions.name")}, {Text: s.Say(v, "school.institutions.kind")},
		}}
		for _, i := range under {
			view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: i.Name, URL: s.institutionURL(v, i.ID)}, {Text: s.Say(v, "school.kind."+i.Kind)}}})
		}
	}
	if len(kinds) > 0 {
		view.More = append(view.More, s.addForm(v, kinds, kind, name, err))
	}
	if id == 0 && s.recoverySwitch(v).ok {
		view.Links = []design.Link{{Text: s.Say(v, "school.recovery.title"), URL: recoveryURL(v)}}
	}
	if id != 0 {
		view.Links = []design.Link{
			{Text: s.Say(v, "school.administrator.title"), URL: s.institutionURL(v, id) + "/administrator"},
			{Text: s.Say(v, "school.member.title"), URL: s.institutionURL(v, id) + "/member"},
		}
		if s.recoverySwitch(v).ok {
			view.Links = append(view.Links, design.Link{Text: s.Say(v, "school.recovery.title"), URL: s.institutionURL(v, id) + "/recovery"})
		}
	}
	return s.show(w, r, v, view, trail, err)
}

func (s *School) addForm(v gate.Visit, kinds []string, kind, name string, err error) formPage {
	radios := design.Radios{Field: s.field(v, err, "kind", "school.institutions.kind")}
	for _, k := range kinds {
		radios.Choices = append(radios.Choices, design.Choice{Value: k, Label: s.Say(v, "school.kind."+k), Checked: k == kind})
	}
	return formPage{
		Heading: design.Heading{Text: s.Say(v, "school.institutions.add")},
		Fields:  []design.Component{design.TextInput{Field: s.field(v, err, "name", "school.institutions.name"), Value: name}, radios},
		Button:  design.Button{Text: s.Say(v, "school.institutions.button")},
	}
}

// Administrator answers GET …/institutions/{institution}/administrator: who shall administer it.
func (s *School) Administrator(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAdministrator(w, r, v, personForm{}, nil)
}

// AdministratorPost enters a new person as the administrator and shows the card, this once.
func (s *School) AdministratorPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.institution(r)
	if err != nil {
		return err
	}
	form, err := readPerson(r)
	if err != nil {
		return err
	}
	user, err := s.Parties.AppointNew(r.Context(), v.Actor, id, form.Person)
	if err != nil {
		return s.showAdministrator(w, r, v, form, err)
	}
	own := func(context.Context, account.Tx, identity.ID) error { return nil } // the operator has just made this user
	return s.print(w, r, v, "", []identity.ID{user}, own, s.institutionURL(v, id))
}

func (s *School) showAdministrator(w http.ResponseWriter, r *http.Request, v gate.Visit, form personForm, err error) error {
	id, refusal := s.institution(r)
	if refusal != nil {
		return refusal
	}
	here, _, _, refusal := s.Parties.Tree(r.Context(), v.Actor, id)
	if refusal != nil {
		return refusal
	}
	_, cite, _ := clause.In[party.InstitutionAdministrator](s.Agreements.Book(v.Actor.Portal, v.Now))
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: here.Name, Text: s.Say(v, "school.administrator.title")}, Texts: []string{s.Say(v, "school.administrator.lead")}, Cite: s.Cite(v, cite),
		Fields: s.personFields(v, form, nil, err), Button: design.Button{Text: s.Say(v, "school.administrator.button")},
	}, s.institutionTrail(v, here), err)
}

func (s *School) institutionTrail(v gate.Visit, here party.Institution) []design.Link {
	return []design.Link{{Text: s.Say(v, "school.institutions.title"), URL: institutionsURL(v)}, {Text: here.Name, URL: s.institutionURL(v, here.ID)}}
}

// Member answers GET …/institutions/{institution}/member: a further membership for somebody who is on
// the portal already.
func (s *School) Member(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showMember(w, r, v, memberForm{}, nil)
}

type memberForm struct {
	Username string
	Role     party.Role
	Class    string
	Reason   string
}

// MemberPost begins the membership.
func (s *School) MemberPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.institution(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	form := memberForm{r.PostFormValue("username"), party.Role(r.PostFormValue("role")), r.PostFormValue("class"), r.PostFormValue("reason")}
	if form.Role == party.Administrator {
		err = s.Parties.Appoint(r.Context(), v.Actor, id, form.Username, form.Reason)
	} else {
		err = s.Parties.Join(r.Context(), v.Actor, id, form.Username, form.Role, form.Class, form.Reason)
	}
	if err != nil && !fault.Is(err, fault.Absent) {
		return s.showMember(w, r, v, form, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.institutionURL(v, id))
}

func (s *School) showMember(w http.ResponseWriter, r *http.Request, v gate.Visit, form memberForm, err error) error {
	id, refusal := s.institution(r)
	if refusal != nil {
		return refusal
	}
	here, _, _, refusal := s.Parties.Tree(r.Context(), v.Actor, id)
	if refusal != nil {
		return refusal
	}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	roles := append(party.RolesAt(book, here.Kind), party.Administrator)
	_, cite, _ := clause.In[party.UserGroups](book)
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: here.Name, Text: s.Say(v, "school.member.title")}, Texts: []string{s.Say(v, "school.member.lead")}, Cite: s.Cite(v, cite),
		Fields: []design.Component{
			design.TextInput{Field: s.field(v, err, "username", "school.person.username"), Value: form.Username, Autocomplete: "off"},
			s.roleRadios(v, form.Role, roles, err),
			design.TextInput{Field: s.field(v, err, "class", "school.person.class"), Value: form.Class, Autocomplete: "off"},
			s.reasonRadios(v, form.Reason, err),
		},
		Button: design.Button{Text: s.Say(v, "school.member.button")},
	}, s.institutionTrail(v, here), err)
}

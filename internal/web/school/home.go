package school

import (
	"net/http"
	"net/url"
	"strconv"

	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
)

// Home answers GET /{portal}/school: the people of the institution by class.
func (s *School) Home(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	i, classes, err := s.Parties.Classes(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[party.InstitutionAdministrator](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := formPage{
		Heading: design.Heading{Caption: s.Say(v, "school.kind."+i.Kind), Text: i.Name}, Texts: []string{s.Say(v, "school.home.lead")}, Cite: s.Cite(v, cite),
		Links: []design.Link{
			{Text: s.Say(v, "school.new.title"), URL: schoolURL(v) + "/people/new"},
			{Text: s.Say(v, "school.import.title"), URL: importURL(v)},
			{Text: s.Say(v, "school.corrections.title"), URL: schoolURL(v) + "/corrections"},
			{Text: s.Say(v, "school.arrivals.title"), URL: arrivalsURL(v)},
			{Text: s.Say(v, "school.deletions.title"), URL: schoolURL(v) + "/deletions"},
		},
	}
	t := &design.Table{ID: "classes", Caption: s.Say(v, "school.home.classes"), Columns: []design.Column{
		{Text: s.Say(v, "school.home.group")}, {Text: s.Say(v, "school.home.count"), Numeric: true},
	}}
	for _, c := range classes {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.group(v, c.Role, c.Name), URL: groupURL(v, "class", c.Role, c.Name)}, {Text: strconv.Itoa(c.Count)},
		}})
	}
	view.Table = t
	return s.show(w, r, v, view, nil, nil)
}

// perPage is how many people are shown at a time.
const perPage = 50

// readGroup reads which people an address names.
func readGroup(r *http.Request) (party.Role, string) {
	return party.Role(r.FormValue("role")), r.FormValue("class")
}

// Class answers GET /{portal}/school/class?role=&class=&after=.
func (s *School) Class(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	role, class := readGroup(r)
	rows := s.Accounts.RowsOfOthers(v.Actor.Portal, perPage)
	ask := party.MemberPage{Role: role, Class: class, Limit: rows + 1}
	if after := r.URL.Query().Get("after"); after != "" {
		id, err := s.Opaque.ID(after)
		if err != nil {
			return absent()
		}
		last, err := s.Parties.Look(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		ask.AfterSort, ask.AfterUser = last.Member.Sort, id
	}
	_, members, err := s.Parties.Members(r.Context(), v.Actor, ask)
	if err != nil {
		return err
	}
	if len(members) == 0 && ask.AfterUser == 0 {
		return absent()
	}
	// A page of a list counts as one reading: paging through a school is slow as well.
	if err := s.Accounts.CountReading(r.Context(), v.Actor); err != nil {
		return err
	}
	view := formPage{
		Heading: design.Heading{Text: s.group(v, role, class)},
		Links:   []design.Link{{Text: s.Say(v, "school.cards.title"), URL: groupURL(v, "cards", role, class)}},
	}
	if rule, _, ok := clause.In[party.StudyEndedBasis](s.Agreements.Book(v.Actor.Portal, v.Now)); ok && rule.Automatic && role == party.Pupil {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "school.term.title"), URL: schoolURL(v) + "/term?" + url.Values{"class": {class}}.Encode()})
	}
	if len(members) > rows {
		members = members[:rows]
		view.Pages.Next = groupURL(v, "class", role, class) + "&after=" + s.Opaque.Of(members[rows-1].User)
	}
	view.Table = s.members(v, "members", view.Heading.Text, members)
	view.Table.Hidden = true
	return s.show(w, r, v, view, s.schoolTrail(v), nil)
}

func (s *School) members(v gate.Visit, id, caption string, members []party.Member) *design.Table {
	t := &design.Table{ID: id, Caption: caption, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.person.username")}, {Text: s.Say(v, "school.person.state")},
	}}
	for _, m := range members {
		tag := s.state(v, m)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: m.Shown, URL: s.personURL(v, m.User)}, {Text: m.SignInName}, {Tag: &tag}}})
	}
	return t
}

func (s *School) state(v gate.Visit, m party.Member) design.Tag {
	switch {
	case !m.EndedAt.IsZero():
		return design.Tag{Text: s.Say(v, "school.state.ended")}
	case m.Closed:
		return design.Tag{Text: s.Say(v, "school.state.closed")}
	case m.Registered:
		return design.Tag{Text: s.Say(v, "school.state.registered"), Colour: design.TagGood}
	case m.Card:
		return design.Tag{Text: s.Say(v, "school.state.card"), Colour: design.TagWait}
	}
	return design.Tag{Text: s.Say(v, "school.state.entered")}
}

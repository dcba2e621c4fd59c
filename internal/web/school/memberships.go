package school

import (
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Memberships answers GET /{portal}/console/people/{user}/memberships: why an operator wants to know.
func (s *School) Memberships(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.askMemberships(w, r, v, nil)
}

// MembershipsPost shows what somebody is and was, and leaves with them that it was looked at.
func (s *School) MembershipsPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	u, err := s.Accounts.Look(r.Context(), v.Actor, user, r.PostFormValue("reason"))
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return s.askMemberships(w, r, v, err)
	}
	all, err := s.Parties.MembershipsOf(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	view := formPage{Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "school.memberships.title")}}
	if len(all) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.memberships.none"), Text: s.Say(v, "school.memberships.none_text")}
		return s.show(w, r, v, view, s.peopleTrail(v), nil)
	}
	view.Table = &design.Table{ID: "memberships", Caption: view.Heading.Text, Hidden: true, Columns: []design.Column{
		{Text: s.Say(v, "school.institutions.name")}, {Text: s.Say(v, "school.person.role")}, {Text: s.Say(v, "school.person.state")},
	}}
	for _, m := range all {
		last := design.Cell{Text: s.Say(v, "school.end.button"), URL: s.institutionURL(v, m.Institution) + "/people/" + s.Opaque.Of(user) + "/end/" + string(m.Role)}
		if !m.EndedAt.IsZero() {
			last = design.Cell{Text: s.Say(v, "school.person.was", "group", s.role(v, m.Role), "day", s.Day(v, m.EndedAt), "basis", s.Say(v, "school.basis."+m.Basis))}
		}
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: m.Name, URL: s.institutionURL(v, m.Institution)}, {Text: s.group(v, m.Role, m.Class)}, last}})
	}
	return s.show(w, r, v, view, s.peopleTrail(v), nil)
}

func (s *School) peopleTrail(v gate.Visit) []design.Link {
	return []design.Link{{Text: s.Say(v, "console.people.title"), URL: "/" + v.Actor.Portal + "/console/people"}}
}

func (s *School) askMemberships(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	if _, refusal := s.id(r, "user"); refusal != nil {
		return refusal
	}
	if kinds, _ := party.KindsUnder(s.Agreements.Book(v.Actor.Portal, v.Now), ""); len(kinds) == 0 {
		return absent()
	}
	radios := design.Radios{Field: s.field(v, err, "reason", "console.person.why")}
	taken, _ := s.Accounts.ReasonsAt(v.Actor.Portal)
	for _, reason := range taken {
		radios.Choices = append(radios.Choices, design.Choice{Value: reason, Label: s.Say(v, "console.reason."+reason)})
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Text: s.Say(v, "school.memberships.title")}, Texts: []string{s.Say(v, "school.activity.lead")},
		Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "school.activity.button")},
	}, s.peopleTrail(v), err)
}

package organisations

import (
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Person is GET /{portal}/console/people/{user}/organisations: it asks the operator why they look.
func (s *Organisations) Person(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showPerson(w, r, v, nil)
}

// PersonPost is POST of the same address. It leaves evidence of the look with its reason, which the person
// sees, and does not redirect: what was seen belongs to this one look.
func (s *Organisations) PersonPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	u, err := s.Accounts.Look(r.Context(), v.Actor, id, r.PostFormValue("reason"))
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return s.showPerson(w, r, v, err)
	}
	all, err := s.Organisations.Of(r.Context(), v.Actor.Portal, id)
	if err != nil {
		return err
	}
	seen := part{Texts: []string{s.Say(v, "organisations.person_none")}}
	if len(all) > 0 {
		seen = part{Table: s.mineTable(v, all)}
		for _, row := range seen.Table.Rows {
			row.Cells[0].URL = "" // a member's page
		}
	}
	out := view{Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "organisations.title")}, Parts: []part{seen}}
	return s.show(w, r, v, out, s.consoleTrail(r, v), nil)
}

func (s *Organisations) consoleTrail(r *http.Request, v gate.Visit) []design.Link {
	people := home(v) + "/console/people"
	return []design.Link{
		{Text: s.Say(v, "console.home.title"), URL: home(v) + "/console"}, {Text: s.Say(v, "console.people.title"), URL: people},
		{Text: s.Say(v, "console.person.title"), URL: people + "/" + r.PathValue("user")},
	}
}

func (s *Organisations) showPerson(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	if _, err := s.id(r, "user"); err != nil {
		return err
	}
	f, errors := s.again(v, r.PostForm, refusal)
	radios := design.Radios{Field: f.field("reason", s.Say(v, "console.person.why"), s.Say(v, "console.person.why_hint"))}
	taken, _ := s.Accounts.ReasonsAt(v.Actor.Portal)
	for _, choice := range taken {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: choice, Label: s.Say(v, "console.reason."+choice), Hint: s.Say(v, "console.reason."+choice+"_hint"), Checked: f.values.Get("reason") == choice,
		})
	}
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "organisations.title")}, Parts: []part{{
		Texts: []string{s.Say(v, "console.person.notice")}, Form: &form{Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "console.person.look")}},
	}}}
	return s.show(w, r, v, out, s.consoleTrail(r, v), refusal)
}

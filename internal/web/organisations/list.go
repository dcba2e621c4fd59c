package organisations

import (
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Card leads here from the cabinet.
func (s *Organisations) Card(v gate.Visit) (design.Card, bool) {
	if _, err := s.taken(v); err != nil {
		return design.Card{}, false
	}
	return design.Card{Title: s.Say(v, "organisations.title"), URL: listURL(v), Text: s.Say(v, "organisations.lead")}, true
}

// List is GET /{portal}/cabinet/organisations: the person's memberships, and for whom they act now.
func (s *Organisations) List(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showList(w, r, v, nil)
}

// ListPost is POST of the same address: from here on this session acts for somebody else (ismet 1.6).
func (s *Organisations) ListPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if _, err := s.taken(v); err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	var id identity.ID
	if chosen := r.PostFormValue("behalf"); chosen != "own" {
		var err error
		if id, err = s.Opaque.ID(chosen); err != nil {
			return s.showList(w, r, v, fault.New(fault.Invalid, "party.behalf").At("behalf"))
		}
	}
	if _, err := s.Accounts.ActFor(r.Context(), v.Actor, gate.SessionToken(r, v.Actor.Portal), id); err != nil {
		return s.showList(w, r, v, err)
	}
	return frame.SeeOther(w, r, listURL(v)+"?done=switched")
}

func (s *Organisations) showList(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	cite, err := s.taken(v)
	if err != nil {
		return err
	}
	all, err := s.Organisations.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	f, errors := s.again(v, nil, refusal)
	out := view{Errors: errors, Done: s.done(r, v), Heading: design.Heading{Text: s.Say(v, "organisations.title"), Lead: s.Say(v, "organisations.lead")}}
	if len(all) == 0 {
		out.Parts = []part{{Cite: s.Cite(v, cite), Empty: &design.EmptyState{
			Title: s.Say(v, "organisations.none"), Text: s.Say(v, "organisations.none_text"),
			Act: design.Link{Text: s.Say(v, "frame.nav.cabinet"), URL: cabinet(v)},
		}}}
		return s.show(w, r, v, out, s.trail(v), refusal)
	}
	out.Parts = []part{{Form: s.switchForm(v, f, all), Cite: s.Cite(v, cite)}, {
		Table: s.mineTable(v, all), Export: design.Link{Text: s.Say(v, "organisations.export"), URL: listURL(v) + ".csv"},
	}}
	return s.show(w, r, v, out, s.trail(v), refusal)
}

// switchForm offers the person themselves and every organisation they belong to.
func (s *Organisations) switchForm(v gate.Visit, f filled, all []party.OrganisationMember) *form {
	radios := design.Radios{Field: f.field("behalf", s.Say(v, "organisations.behalf"), s.Say(v, "organisations.behalf_hint"))}
	radios.Choices = []design.Choice{{Value: "own", Label: s.Say(v, "organisations.own"), Checked: v.Actor.Behalf.Own()}}
	for _, m := range all {
		if m.Lasts(v.Now) {
			radios.Choices = append(radios.Choices, design.Choice{
				Value: s.Opaque.Of(m.Organisation), Label: m.In.Name, Hint: s.role(v, m.Role), Checked: v.Actor.Behalf.Organisation == m.Organisation,
			})
		}
	}
	return &form{Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "organisations.switch")}}
}

func (s *Organisations) mineTable(v gate.Visit, all []party.OrganisationMember) *design.Table {
	t := &design.Table{ID: "memberships", Caption: s.Say(v, "organisations.memberships"), Header: true, Columns: s.columns(v, "organisation", "number", "role", "since", "term", "state")}
	for _, m := range all {
		name := design.Cell{Text: m.In.Name}
		if m.Lasts(v.Now) {
			name.URL = s.oneURL(v, m.Organisation)
		}
		state := s.memberState(v, m)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			name, {Text: m.In.Number}, {Text: s.role(v, m.Role)}, {Text: s.Day(v, m.BeganAt)}, {Text: s.until(v, m.Until)}, {Tag: &state},
		}})
	}
	return t
}

// ListCSV is GET /{portal}/cabinet/organisations.csv.
func (s *Organisations) ListCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if _, err := s.taken(v); err != nil {
		return err
	}
	all, err := s.Organisations.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	out := s.export(w, v, "my-organisations.csv", "organisation", "number", "role", "since", "term", "state")
	for _, m := range all {
		out.Row(m.In.Name, m.In.Number, s.role(v, m.Role), s.Stamp(v, m.BeganAt), s.until(v, m.Until), s.memberState(v, m).Text)
	}
	out.Flush()
	return nil
}

package obligations

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/obligation"
	"tereze/internal/web/design"
)

// Mine answers GET /{portal}/cabinet/obligations?before=: what the portal owes the person and what they
// owe, and below what has ended.
func (s *Obligations) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before := identity.ID(0)
	if text := r.URL.Query().Get("before"); text != "" {
		id, err := s.Opaque.ID(text)
		if err == nil {
			before = id
		}
	}
	owed, err := s.Obligations.Mine(r.Context(), v.Actor, true, 0, perPage)
	if err != nil {
		return err
	}
	ended, err := s.Obligations.Mine(r.Context(), v.Actor, false, before, perPage+1)
	if err != nil {
		return err
	}
	var portals, own []obligation.Obligation
	for _, o := range owed {
		if o.From == obligation.User {
			own = append(own, o)
		} else {
			portals = append(portals, o)
		}
	}
	past := s.part(v, "ended", ended[:min(len(ended), perPage)])
	if len(ended) > perPage {
		past.Pages.Next = mineURL(v) + "?before=" + s.Opaque.Of(ended[perPage-1].ID)
	}
	out := view{
		Heading: design.Heading{Text: s.Say(v, "obligation.mine.title"), Lead: s.Say(v, "obligation.mine.lead")},
		Parts:   []part{s.part(v, "theirs", portals), s.part(v, "yours", own), past},
	}
	return s.show(w, r, v, out, []design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}})
}

// part is one of the three lists of a person.
func (s *Obligations) part(v gate.Visit, name string, all []obligation.Obligation) part {
	p := part{Title: s.Say(v, "obligation.mine."+name), Empty: &design.EmptyState{Title: s.Say(v, "obligation.mine."+name+"_none")}}
	if len(all) == 0 {
		return p
	}
	p.Table = &design.Table{ID: name, Caption: p.Title, Hidden: true, Columns: s.columns(v, "kind", "due", "clause", "state")}
	for _, o := range all {
		cite := s.Cite(v, o.Cite)
		p.Table.Rows = append(p.Table.Rows, design.Row{Cells: []design.Cell{{Text: s.kind(v, o.Kind)}, {Text: s.due(v, o)}, {Text: cite.Text, URL: cite.URL}, {Tag: s.state(v, o)}}})
	}
	return p
}

// Card leads a person from the cabinet here.
func (s *Obligations) Card(v gate.Visit) (design.Card, bool) {
	return design.Card{Title: s.Say(v, "obligation.mine.title"), URL: mineURL(v), Text: s.Say(v, "obligation.mine.lead")}, true
}

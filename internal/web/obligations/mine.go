package obligations

import (
	"net/http"
	"net/url"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/obligation"
	"tereze/internal/web/design"
)

// Mine answers GET /{portal}/cabinet/obligations?owed=&before=: what the portal owes the person and what
// they owe, from owed on, and below what has ended, from before on.
func (s *Obligations) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	query := r.URL.Query()
	from := func(name string) identity.ID {
		id, err := s.Opaque.ID(query.Get(name))
		if err != nil {
			return 0 // from the newest
		}
		return id
	}
	owed, err := s.Obligations.Mine(r.Context(), v.Actor, true, from("owed"), perPage+1)
	if err != nil {
		return err
	}
	ended, err := s.Obligations.Mine(r.Context(), v.Actor, false, from("before"), perPage+1)
	if err != nil {
		return err
	}
	var portals, own []obligation.Obligation
	for _, o := range owed[:min(len(owed), perPage)] {
		if o.From == obligation.User {
			own = append(own, o)
		} else {
			portals = append(portals, o)
		}
	}
	theirs, yours, past := s.part(v, "theirs", portals), s.part(v, "yours", own), s.part(v, "ended", ended[:min(len(ended), perPage)])
	last := &yours // of the two that go on together
	if len(own) == 0 {
		last = &theirs
	}
	last.Pages.Next = s.next(v, query, "owed", owed)
	past.Pages.Next = s.next(v, query, "before", ended)
	out := view{
		Heading: design.Heading{Text: s.Say(v, "obligation.mine.title"), Lead: s.Say(v, "obligation.mine.lead")},
		Parts:   []part{theirs, yours, past},
	}
	return s.show(w, r, v, out, []design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}})
}

// next is where a list goes on while the other stays where it is; empty, where it ends here.
func (s *Obligations) next(v gate.Visit, query url.Values, name string, all []obligation.Obligation) string {
	if len(all) <= perPage {
		return ""
	}
	to := url.Values{}
	for _, key := range []string{"owed", "before"} {
		if text := query.Get(key); text != "" {
			to.Set(key, text)
		}
	}
	to.Set(name, s.Opaque.Of(all[perPage-1].ID))
	return mineURL(v) + "?" + to.Encode()
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

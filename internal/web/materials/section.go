package materials

import (
	"net/http"
	"net/url"

	"tereze/internal/content"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Sections is GET /{portal}/materials.
func (s *Materials) Sections(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if !s.Content.Any(v.Actor.Portal) {
		return absent()
	}
	out := view{
		Heading: design.Heading{Text: s.Say(v, "content.title"), Lead: s.Say(v, "content.lead")}, Cards: &design.Cards{},
		Links: []design.Link{{Text: s.Say(v, "content.new.title"), URL: mineURL(v) + "/new"}, {Text: s.Say(v, "content.mine.title"), URL: mineURL(v)}},
	}
	for _, x := range s.Content.Sections(v.Actor.Portal) {
		card := design.Card{Title: x.Title[v.Actor.Language], URL: allURL(v) + "/" + x.Name, Text: x.About[v.Actor.Language]}
		if x.Adverts {
			card.Tag = &design.Tag{Text: s.Say(v, "content.adverts")}
		}
		out.Cards.Cards = append(out.Cards.Cards, card)
	}
	return s.show(w, r, v, out, s.trail(v)[:1], nil)
}

// Section is GET /{portal}/materials/{section}?before=: what is published there, newest first.
func (s *Materials) Section(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := s.before(r)
	if err != nil {
		return err
	}
	x, ok := s.Content.Section(v.Actor.Portal, r.PathValue("section"))
	if !ok {
		return absent()
	}
	all, err := s.Content.In(r.Context(), v.Actor.Portal, x.Name, before, rowsAPage+1)
	if err != nil {
		return err
	}
	at, add := allURL(v)+"/"+x.Name, design.Link{Text: s.Say(v, "content.new.title"), URL: mineURL(v) + "/new?section=" + x.Name}
	out := view{Heading: design.Heading{Text: x.Title[v.Actor.Language], Lead: x.About[v.Actor.Language]}, Links: []design.Link{add}}
	if x.Adverts {
		out.Texts = []string{s.Say(v, "content.adverts_text")}
	}
	all, out.Pages = s.page(all, at, url.Values{})
	if before != 0 {
		out.Pages.Previous = at
	}
	names, err := s.names(r.Context(), v, all...)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Links = nil
		out.Empty = &design.EmptyState{Title: s.Say(v, "content.none"), Text: s.Say(v, "content.none_text"), Act: add}
		return s.show(w, r, v, out, s.trail(v), nil)
	}
	out.Cards = &design.Cards{}
	for _, m := range all {
		out.Cards.Cards = append(out.Cards.Cards, design.Card{Title: m.Title, URL: s.materialURL(v, m), Note: s.by(v, m, names[m.Author])})
	}
	return s.show(w, r, v, out, s.trail(v), nil)
}

// Read is GET /{portal}/materials/{author}/{material}.
func (s *Materials) Read(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	author, id, err := s.named(r)
	if err != nil {
		return err
	}
	x, err := s.Content.Read(r.Context(), v.Actor.Portal, author, id)
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, x)
	if err != nil {
		return err
	}
	out := view{Heading: design.Heading{Caption: s.section(v, x.Section), Text: x.Title}, Written: []said{{By: s.by(v, x, names[x.Author]), Text: x.Text}}}
	if x.Author == v.Actor.User {
		out.Links = s.ownLinks(v, x)
	}
	trail := s.trail(v)
	if _, ok := s.Content.Section(v.Actor.Portal, x.Section); ok {
		trail = append(trail, design.Link{Text: s.section(v, x.Section), URL: allURL(v) + "/" + x.Section})
	}
	return s.show(w, r, v, out, trail, nil)
}

// ownLinks is what an author can do with a material that stands.
func (s *Materials) ownLinks(v gate.Visit, x content.Material) []design.Link {
	return []design.Link{
		{Text: s.Say(v, "content.edit.title"), URL: s.ownURL(v, x) + "/edit"}, {Text: s.Say(v, "content.delete.title"), URL: s.ownURL(v, x) + "/delete"},
	}
}

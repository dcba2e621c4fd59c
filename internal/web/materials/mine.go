package materials

import (
	"net/http"
	"net/url"

	"tereze/internal/content"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Card leads a person from the cabinet here.
func (s *Materials) Card(v gate.Visit) (design.Card, bool) {
	return design.Card{Title: s.Say(v, "content.mine.title"), URL: mineURL(v), Text: s.Say(v, "content.mine.lead")}, s.Content.Any(v.Actor.Portal)
}

// Mine is GET /{portal}/cabinet/materials?before=. Of what was deleted it says when that was, and no more.
func (s *Materials) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := s.before(r)
	if err != nil {
		return err
	}
	all, err := s.Content.Mine(r.Context(), v.Actor, before, rowsAPage+1)
	if err != nil {
		return err
	}
	add := design.Link{Text: s.Say(v, "content.new.title"), URL: mineURL(v) + "/new"}
	out := view{Heading: design.Heading{Text: s.Say(v, "content.mine.title"), Lead: s.Say(v, "content.mine.lead")}}
	all, out.Pages = s.page(all, mineURL(v), url.Values{})
	if before != 0 {
		out.Pages.Previous = mineURL(v)
	}
	if len(all) == 0 {
		out.Empty = &design.EmptyState{Title: s.Say(v, "content.mine.none"), Text: s.Say(v, "content.mine.none_text"), Act: add}
		return s.show(w, r, v, out, s.mineTrail(v)[:1], nil)
	}
	t := &design.Table{ID: "materials", Caption: out.Heading.Text, Hidden: true, Header: true}
	for _, key := range []string{"content.title_field", "content.section_field", "content.state", "content.published"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, key)})
	}
	for _, x := range all {
		tag, first := s.tag(v, x), design.Cell{Text: s.titled(v, x)}
		if x.State == content.Published {
			first.URL = s.materialURL(v, x)
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{first, {Text: s.section(v, x.Section)}, {Tag: &tag}, {Text: s.Instant(v, x.PublishedAt)}}})
	}
	out.Table, out.Links = t, []design.Link{add, {Text: s.Say(v, "content.csv"), URL: mineURL(v) + ".csv"}}
	return s.show(w, r, v, out, s.mineTrail(v)[:1], nil)
}

// MineCSV is GET /{portal}/cabinet/materials.csv: the same list, whole, with the texts that stand.
func (s *Materials) MineCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := s.Content.Mine(r.Context(), v.Actor, 0, rowsAView)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, "materials.csv", s.columns(v, "title_field", "text_field", "section_field", "state", "published", "edited", "ended")...)
	for {
		for _, x := range all {
			out.Row(x.Title, x.Text, s.section(v, x.Section), s.Say(v, "content.state."+string(x.State)), s.Stamp(v, x.PublishedAt), s.Stamp(v, x.EditedAt), s.Stamp(v, x.EndedAt))
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil // whoever has left reads no further
		}
		if all, err = s.Content.Mine(r.Context(), v.Actor, last(all), rowsAView); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

func last(all []content.Material) identity.ID { return all[len(all)-1].ID }

func (s *Materials) columns(v gate.Visit, names ...string) (out []string) {
	for _, name := range names {
		out = append(out, s.Say(v, "content."+name))
	}
	return out
}

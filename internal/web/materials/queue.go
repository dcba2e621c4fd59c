package materials

import (
	"net/http"
	"net/url"
	"slices"

	"tereze/internal/content"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// longest is how much of what was searched for is looked at, in bytes.
const longest = 200

// asked reads out of the address which materials are to be listed. Refusal: Absent.
func (s *Materials) asked(r *http.Request) (f content.Filter, asked url.Values, err error) {
	query := r.URL.Query()
	asked = url.Values{}
	for name, into := range map[string]*string{"section": &f.Section, "find": &f.Find, "state": (*string)(&f.State)} {
		if *into = query.Get(name); *into != "" {
			asked.Set(name, *into)
		}
	}
	if len(f.Find) > longest {
		return f, nil, absent()
	}
	f.Before, err = s.before(r)
	return f, asked, err
}

// Queue is GET /{portal}/console/materials?section=&state=&find=&before=.
func (s *Materials) Queue(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, asked, err := s.asked(r)
	if err != nil {
		return err
	}
	f.Limit = rowsAPage + 1
	all, err := s.Content.Queue(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "content.desk.title"), Lead: s.Say(v, "content.desk.lead")}, Form: s.filter(v, f)}
	out.Links = []design.Link{{Text: s.Say(v, "content.csv"), URL: consoleURL(v) + ".csv?" + asked.Encode()}}
	first := consoleURL(v) + "?" + asked.Encode()
	all, out.Pages = s.page(all, consoleURL(v), asked)
	if f.Before != 0 {
		out.Pages.Previous = first
	}
	if len(all) == 0 {
		out.Links, out.Empty = nil, &design.EmptyState{Title: s.Say(v, "content.desk.none"), Text: s.Say(v, "content.desk.none_text"), Act: design.Link{Text: s.Say(v, "content.desk.all"), URL: consoleURL(v)}}
		return s.show(w, r, v, out, s.deskTrail(v)[:1], nil)
	}
	names, err := s.names(r.Context(), v, all...)
	if err != nil {
		return err
	}
	t := &design.Table{ID: "materials", Caption: out.Heading.Text, Hidden: true, Header: true, Small: true}
	for _, name := range s.columns(v, "title_field", "author", "section_field", "state", "published") {
		t.Columns = append(t.Columns, design.Column{Text: name})
	}
	for _, x := range all {
		tag := s.tag(v, x)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.titled(v, x), URL: s.deskURL(v, x)}, {Text: names[x.Author]}, {Text: s.section(v, x.Section)}, {Tag: &tag}, {Text: s.Instant(v, x.PublishedAt)},
		}})
	}
	out.Table = t
	return s.show(w, r, v, out, s.deskTrail(v)[:1], nil)
}

func (s *Materials) filter(v gate.Visit, f content.Filter) *form {
	states := []design.Choice{{Label: s.Say(v, "content.desk.any_state"), Checked: f.State == ""}}
	for _, x := range content.States() {
		states = append(states, design.Choice{Value: string(x), Label: s.Say(v, "content.state."+string(x)), Checked: x == f.State})
	}
	sections := slices.Concat([]design.Choice{{Label: s.Say(v, "content.desk.any_section"), Checked: f.Section == ""}}, s.sections(v, f.Section))
	return &form{Get: true, Button: design.Button{Text: s.Say(v, "content.desk.filter"), Look: design.Secondary}, Fields: []design.Component{
		design.TextInput{Field: design.Field{Name: "find", Label: s.Say(v, "content.desk.find"), Hint: s.Say(v, "content.desk.find_hint")}, Value: f.Find, Type: "search", Width: design.Chars20},
		design.Select{Field: design.Field{Name: "section", Label: s.Say(v, "content.section_field")}, Choices: sections},
		design.Select{Field: design.Field{Name: "state", Label: s.Say(v, "content.state")}, Choices: states},
	}}
}

// QueueCSV is GET /{portal}/console/materials.csv: the whole list, as chosen, without the texts.
func (s *Materials) QueueCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, _, err := s.asked(r)
	if err != nil {
		return err
	}
	f.Before, f.Limit = 0, rowsAView
	all, err := s.Content.Queue(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, "materials.csv", s.columns(v, "title_field", "author", "section_field", "state", "published", "edited", "ended")...)
	for {
		names, err := s.names(r.Context(), v, all...)
		if err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
		for _, x := range all {
			out.Row(x.Title, names[x.Author], s.section(v, x.Section), s.Say(v, "content.state."+string(x.State)), s.Stamp(v, x.PublishedAt), s.Stamp(v, x.EditedAt), s.Stamp(v, x.EndedAt))
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil // whoever has left reads no further
		}
		f.Before = last(all)
		if all, err = s.Content.Queue(r.Context(), v.Actor, f); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

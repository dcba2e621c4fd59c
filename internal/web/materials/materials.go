// Package materials is what users publish: the sections, a material, one's own, and the desk of a moderator.
//
// It owns these pages. It draws what was published as it was published, every character of it; what may be
// published, who may do what to it, and what is kept, content decides.
package materials

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/content"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Materials draws the pages of this area. All fields are needed.
type Materials struct {
	*frame.Frame
	Accounts *account.Accounts
	Content  *content.Materials
}

// The lengths of lists: shown on a page, and read at a time for an export.
const (
	rowsAPage = 30
	rowsAView = 500
)

func home(v gate.Visit) string       { return "/" + v.Actor.Portal }
func allURL(v gate.Visit) string     { return home(v) + "/materials" }
func mineURL(v gate.Visit) string    { return home(v) + "/cabinet/materials" }
func consoleURL(v gate.Visit) string { return home(v) + "/console/materials" }

func (s *Materials) materialURL(v gate.Visit, x content.Material) string {
	return allURL(v) + "/" + s.Opaque.Of(x.Author) + "/" + s.Opaque.Of(x.ID)
}

func (s *Materials) ownURL(v gate.Visit, x content.Material) string {
	return mineURL(v) + "/" + s.Opaque.Of(x.ID)
}

func (s *Materials) deskURL(v gate.Visit, x content.Material) string {
	return consoleURL(v) + "/" + s.Opaque.Of(x.Author) + "/" + s.Opaque.Of(x.ID)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an opaque id out of the address. Refusal: Absent.
func (s *Materials) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// named reads which material an address means. Refusal: Absent.
func (s *Materials) named(r *http.Request) (author, id identity.ID, err error) {
	if author, err = s.id(r, "author"); err != nil {
		return 0, 0, err
	}
	id, err = s.id(r, "material")
	return author, id, err
}

// before reads where a page of a list begins. Refusal: Absent.
func (s *Materials) before(r *http.Request) (identity.ID, error) {
	mark := r.URL.Query().Get("before")
	if mark == "" {
		return 0, nil
	}
	id, err := s.Opaque.ID(mark)
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// page cuts a list that was read one longer than a page, and leads to the rest.
func (s *Materials) page(all []content.Material, from string, asked url.Values) ([]content.Material, design.Pagination) {
	if len(all) <= rowsAPage {
		return all, design.Pagination{}
	}
	all = all[:rowsAPage]
	asked.Set("before", s.Opaque.Of(all[rowsAPage-1].ID))
	return all, design.Pagination{Next: from + "?" + asked.Encode()}
}

// view is a page of this area.
type view struct {
	Done    *design.NotificationBanner
	Errors  []design.FieldError
	Heading design.Heading
	Texts   []string
	Cite    design.Link
	Facts   *design.SummaryList
	Written []said
	Form    *form
	Cards   *design.Cards
	Table   *design.Table
	Empty   *design.EmptyState
	Pages   design.Pagination
	Links   []design.Link
}

// said is what somebody wrote, to be shown with every character of it.
type said struct {
	Title string // empty: the heading of the page says it
	By    string
	Text  string
}

// form is a form with its fields in order.
type form struct {
	Get     bool // a filter: it changes nothing
	Version int  // of the material that was seen; 0: none was
	Fields  []design.Component
	Button  design.Button
	Cancel  design.Link
}

// filled is a form as it was sent, so that it comes back as it was typed.
type filled struct {
	values url.Values
	at     map[string]string
}

func (f filled) field(name, label, hint string) design.Field {
	return design.Field{Name: name, Label: label, Hint: hint, Error: f.at[name]}
}

// again prepares a form that was refused: what was typed, and what is wrong where.
func (s *Materials) again(v gate.Visit, values url.Values, refusal error) (filled, []design.FieldError) {
	f := filled{values: values, at: map[string]string{}}
	var errors []design.FieldError
	for _, x := range frame.AsFaults(refusal) {
		message := s.Message(v, x)
		if x.Field != "" {
			f.at[x.Field] = message
		}
		errors = append(errors, design.FieldError{Text: s.Named(v, x, message), Field: x.Field, Cite: s.Cite(v, x.Cite)})
	}
	return f, errors
}

// shown reports a refusal that a form is shown again with.
func shown(refusal error) bool {
	for _, x := range frame.AsFaults(refusal) {
		switch x.Kind {
		case fault.Invalid, fault.Conflict, fault.TooMany:
		default:
			return false
		}
	}
	return len(frame.AsFaults(refusal)) > 0
}

func statusOf(refusal error) int {
	if refusal == nil {
		return http.StatusOK
	}
	if x, ok := refusal.(fault.Faults); ok && len(x) > 0 {
		return frame.FormStatus(x[0])
	}
	return frame.FormStatus(refusal)
}

// show draws a page; trail leads back from it.
func (s *Materials) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view view, trail []design.Link, refusal error) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = trail, refusal != nil
	page.Bare = view.Table != nil || view.Cards != nil
	if key := "content.done." + r.URL.Query().Get("done"); r.Method == http.MethodGet && s.Words.Has(v.Actor.Language, key) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, key), Success: true}
	}
	return s.Write(w, r, statusOf(refusal), page, view.page())
}

func (s *Materials) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}, {Text: s.Say(v, "content.title"), URL: allURL(v)}}, below...)
}

func (s *Materials) mineTrail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}, {Text: s.Say(v, "content.mine.title"), URL: mineURL(v)}}, below...)
}

func (s *Materials) deskTrail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "console.home.title"), URL: home(v) + "/console"}, {Text: s.Say(v, "content.desk.title"), URL: consoleURL(v)}}, below...)
}

// section is the title of a section, or its name where the pack lists it no more.
func (s *Materials) section(v gate.Visit, name string) string {
	if x, ok := s.Content.Section(v.Actor.Portal, name); ok {
		return x.Title[v.Actor.Language]
	}
	return name
}

// sections is the choice among the sections of the portal.
func (s *Materials) sections(v gate.Visit, chosen string) (out []design.Choice) {
	for _, x := range s.Content.Sections(v.Actor.Portal) {
		out = append(out, design.Choice{Value: x.Name, Label: x.Title[v.Actor.Language], Checked: x.Name == chosen})
	}
	return out
}

// names says who wrote some materials; of whoever has left nobody is told the name.
func (s *Materials) names(ctx context.Context, v gate.Visit, all ...content.Material) (map[identity.ID]string, error) {
	names := map[identity.ID]string{}
	err := s.Accounts.InView(ctx, func(tx account.Tx) error {
		for _, x := range all {
			if names[x.Author] != "" {
				continue
			}
			u, err := tx.User(ctx, x.Author)
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
			if names[x.Author] = u.Shown; u.Shown == "" || u.State == account.Closed || u.State == account.Deleted {
				names[x.Author] = s.Say(v, "content.by_left")
			}
		}
		return nil
	})
	return names, err
}

// by says who published a material and when.
func (s *Materials) by(v gate.Visit, x content.Material, name string) string {
	if x.EditedAt.IsZero() {
		return s.Say(v, "content.by", "name", name, "at", s.Instant(v, x.PublishedAt))
	}
	return s.Say(v, "content.by_edited", "name", name, "at", s.Instant(v, x.PublishedAt), "edited", s.Instant(v, x.EditedAt))
}

// tag is where a material stands.
func (s *Materials) tag(v gate.Visit, x content.Material) design.Tag {
	t := design.Tag{Text: s.Say(v, "content.state."+string(x.State)), Colour: design.TagPlain}
	switch x.State {
	case content.Published:
		t.Colour = design.TagGood
	case content.Removed:
		t.Colour = design.TagBad
	}
	return t
}

// titled is how a list names a material: by its title, or by what became of it.
func (s *Materials) titled(v gate.Visit, x content.Material) string {
	if x.State == content.Published {
		return x.Title
	}
	return s.Say(v, "content.gone."+string(x.State), "at", s.Instant(v, x.EndedAt))
}

// version is what a form saw of a material; what is none fits no material.
func version(r *http.Request) int {
	n, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return 0
	}
	return n
}

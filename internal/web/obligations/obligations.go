// Package obligations is the pages of dated duties: the register of a portal for its staff, and for
// each person what the portal owes them and what they owe.
//
// It owns these pages and how a duty is said. It decides nothing: what is owed, and whether it was met,
// obligation answers.
package obligations

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"tereze/internal/gate"
	"tereze/internal/obligation"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Obligations draws the pages of this area. All fields are needed.
type Obligations struct {
	*frame.Frame
	Obligations *obligation.Obligations
	Kinds       []string // of obligations that this house knows, in order
}

func home(v gate.Visit) string        { return "/" + v.Actor.Portal }
func registerURL(v gate.Visit) string { return home(v) + "/console/obligations" }
func mineURL(v gate.Visit) string     { return home(v) + "/cabinet/obligations" }

// perPage is how many obligations are shown at a time.
const perPage = 50

// soon is how long before its end a term is called due soon.
const soon = 3 * 24 * time.Hour

// kind is what a duty is, in words.
func (s *Obligations) kind(v gate.Visit, kind string) string {
	return s.Say(v, "obligation.kind."+kind)
}

// state is where a duty stands, as the person on the page would call it.
func (s *Obligations) state(v gate.Visit, o obligation.Obligation) *design.Tag {
	colour := map[obligation.State]design.TagColour{
		obligation.Open: design.TagPlain, obligation.Met: design.TagGood, obligation.Breached: design.TagBad, obligation.Late: design.TagBad, obligation.Lifted: design.TagPlain,
	}[o.State]
	name := string(o.State)
	if o.State == obligation.Open && o.Due.Ends.Sub(v.Now) < soon {
		name, colour = "soon", design.TagWait
	}
	return &design.Tag{Text: s.Say(v, "obligation.state."+name), Colour: colour}
}

// due is the last day of a term, with what moved it; a term of hours ends within the day, at a time.
func (s *Obligations) due(v gate.Visit, o obligation.Obligation) string {
	text := s.Day(v, o.Due.Ends.Add(-time.Microsecond))
	if end := o.Due.Ends.In(s.Portal(v).Zone); end.Hour() != 0 || end.Minute() != 0 {
		text = s.Instant(v, o.Due.Ends)
	}
	if !o.ShiftedBy.Zero() {
		text = s.Say(v, "obligation.shifted", "due", text, "clause", s.ClauseNumber(v, o.ShiftedBy.Clause))
	}
	return text
}

// sides says who owes whom.
func (s *Obligations) sides(v gate.Visit, o obligation.Obligation) string {
	return s.Say(v, "obligation.side."+string(o.From)) + " → " + s.Say(v, "obligation.side."+string(o.To))
}

func (s *Obligations) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view view, trail []design.Link) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Bare, page.Trail = true, trail
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// view is either page.
type view struct {
	Heading design.Heading
	Figures *design.Figures
	Filter  *filter
	Parts   []part
	CSV     design.Link
}

type part struct {
	Title string
	Table *design.Table
	Empty *design.EmptyState
	Pages design.Pagination
}

type filter struct {
	Action string
	State  design.Select
	Kind   design.Select
	Clause design.TextInput
	Button design.Button
}

func (s *Obligations) columns(v gate.Visit, names ...string) (out []design.Column) {
	for _, name := range names {
		out = append(out, design.Column{Text: s.Say(v, "obligation.column."+name)})
	}
	return out
}

// narrowedTo is what an address narrows the register to: what is owed, unless it says another that is known.
func narrowedTo(query url.Values) narrow {
	all := narrowed()
	return all[max(slices.IndexFunc(all, func(n narrow) bool { return n.name == query.Get("state") }), 0)]
}

type narrow struct {
	name   string
	states []obligation.State
}

// narrowed are what the register can be narrowed to, with the states each stands for; the first unless it is
// said otherwise.
func narrowed() []narrow {
	return []narrow{
		{"owed", []obligation.State{obligation.Open, obligation.Breached}},
		{"soon", []obligation.State{obligation.Open}},
		{"breached", []obligation.State{obligation.Breached}},
		{"met", []obligation.State{obligation.Met}},
		{"late", []obligation.State{obligation.Late}},
		{"lifted", []obligation.State{obligation.Lifted}},
		{"all", nil},
	}
}

package obligations

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/gate"
	"tereze/internal/obligation"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Register answers GET /{portal}/console/obligations?state=&kind=&clause=&after=: every dated duty of the
// portal, what is due first at the top.
func (s *Obligations) Register(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	query := r.URL.Query()
	page := s.asked(v, query)
	page.After, page.Limit = s.place(query.Get("after")), perPage+1
	all, err := s.Obligations.Register(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	counts, err := s.Obligations.Counts(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	out := view{
		Heading: design.Heading{Text: s.Say(v, "obligation.register.title"), Lead: s.Say(v, "obligation.register.lead")},
		Figures: s.figures(v, counts), Filter: s.filter(v, query),
	}
	p := part{Empty: &design.EmptyState{Title: s.Say(v, "obligation.register.none"), Text: s.Say(v, "obligation.register.none_text"),
		Act: design.Link{Text: s.Say(v, "obligation.filter.all"), URL: registerURL(v) + "?state=all"}}}
	if len(all) > perPage {
		all = all[:perPage]
		p.Pages.Next = registerURL(v) + "?" + kept(query, "after", s.mark(all[perPage-1]))
	}
	if len(all) > 0 {
		p.Table = s.table(v, all)
		out.CSV = design.Link{Text: s.Say(v, "obligation.csv"), URL: registerURL(v) + ".csv?" + kept(query, "", "")}
	}
	out.Parts = []part{p}
	return s.show(w, r, v, out, []design.Link{{Text: s.Say(v, "console.home.title"), URL: home(v) + "/console"}})
}

// asked reads what the register is narrowed to.
func (s *Obligations) asked(v gate.Visit, query url.Values) obligation.Page {
	to := narrowedTo(query)
	page := obligation.Page{States: to.states, Kind: query.Get("kind"), Clause: strings.TrimSpace(query.Get("clause"))}
	if to.name == "soon" {
		page.Before = v.Now.Add(soon)
	}
	return page
}

// mark is a place in the register as an address has it, place reads it back; anything else begins at the top.
func (s *Obligations) mark(o obligation.Obligation) string {
	return strconv.FormatInt(o.Due.Ends.UnixMicro(), 36) + "." + s.Opaque.Of(o.ID)
}

func (s *Obligations) place(text string) *obligation.Obligation {
	at, id, _ := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return nil
	}
	o, err := s.Opaque.ID(id)
	if err != nil {
		return nil
	}
	return &obligation.Obligation{ID: o, Due: calendar.Term{Ends: time.UnixMicro(us).UTC()}}
}

// kept is the filter as an address has it, with one more value where it has a name.
func kept(query url.Values, name, value string) string {
	out := url.Values{}
	for _, key := range []string{"state", "kind", "clause"} {
		if text := query.Get(key); text != "" {
			out.Set(key, text)
		}
	}
	if name != "" {
		out.Set(name, value)
	}
	return out.Encode()
}

func (s *Obligations) figures(v gate.Visit, counts map[obligation.State]int) *design.Figures {
	out := &design.Figures{Label: s.Say(v, "obligation.counts")}
	for _, state := range []obligation.State{obligation.Open, obligation.Breached, obligation.Met, obligation.Late} {
		out.Figures = append(out.Figures, design.Figure{Value: strconv.Itoa(counts[state]), Label: s.Say(v, "obligation.state."+string(state))})
	}
	return out
}

func (s *Obligations) filter(v gate.Visit, query url.Values) *filter {
	f := &filter{
		Action: registerURL(v), Button: design.Button{Text: s.Say(v, "obligation.filter.show"), Look: design.Secondary},
		State:  design.Select{Field: design.Field{Name: "state", Label: s.Say(v, "obligation.column.state")}},
		Kind:   design.Select{Field: design.Field{Name: "kind", Label: s.Say(v, "obligation.column.kind")}, Choices: []design.Choice{{Label: s.Say(v, "obligation.filter.every"), Checked: query.Get("kind") == ""}}},
		Clause: design.TextInput{Field: design.Field{Name: "clause", Label: s.Say(v, "obligation.filter.clause")}, Value: query.Get("clause"), Width: design.Chars20},
	}
	for _, n := range narrowed() {
		f.State.Choices = append(f.State.Choices, design.Choice{Value: n.name, Label: s.Say(v, "obligation.filter."+n.name), Checked: n.name == narrowedTo(query).name})
	}
	for _, kind := range s.Kinds {
		f.Kind.Choices = append(f.Kind.Choices, design.Choice{Value: kind, Label: s.kind(v, kind), Checked: query.Get("kind") == kind})
	}
	return f
}

func (s *Obligations) table(v gate.Visit, all []obligation.Obligation) *design.Table {
	t := &design.Table{ID: "obligations", Caption: s.Say(v, "obligation.register.title"), Hidden: true, Small: true, Columns: s.columns(v, "due", "kind", "sides", "clause", "state", "number")}
	for _, o := range all {
		cite := s.Cite(v, o.Cite)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.due(v, o)}, {Text: s.kind(v, o.Kind)}, {Text: s.sides(v, o)}, {Text: cite.Text, URL: cite.URL}, {Tag: s.state(v, o)}, {Text: s.Opaque.Of(o.ID)},
		}})
	}
	return t
}

// rowsAView is how many rows one view of the database reads for an export.
const rowsAView = 500

// RegisterCSV answers GET /{portal}/console/obligations.csv: the register as it is narrowed, whole.
func (s *Obligations) RegisterCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page := s.asked(v, r.URL.Query())
	page.Limit = rowsAView
	all, err := s.Obligations.Register(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	var head []string
	for _, name := range []string{"number", "kind", "from", "to", "clause", "began", "due", "state", "ended"} {
		head = append(head, s.Say(v, "obligation.column."+name))
	}
	out := frame.AttachCSV(w, "obligations.csv", head...)
	for {
		for _, o := range all {
			out.Row(s.Opaque.Of(o.ID), s.kind(v, o.Kind), s.Say(v, "obligation.side."+string(o.From)), s.Say(v, "obligation.side."+string(o.To)), o.Cite.String(),
				s.Stamp(v, o.Since), s.Stamp(v, o.Due.Ends), s.state(v, o).Text, s.Stamp(v, o.EndedAt))
			page.After = &o
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil
		}
		if all, err = s.Obligations.Register(r.Context(), v.Actor, page); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

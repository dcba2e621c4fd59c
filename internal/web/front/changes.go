package front

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// changesView is what an edition changed against the one before it.
type changesView struct {
	Title      string
	Caption    string
	Told       string
	Tag        design.Tag
	First      design.EmptyState // instead of all below for a first edition
	IsFirst    bool
	Unchanged  string
	Parameters design.Table
	Texts      string // heading
	Nothing    string // said where no clause changed
	Tabs       design.Tabs
	Right      string // to refuse
	RightCite  design.Link
	RightTitle string
	Refuse     design.Link
	Links      []design.Link
}

// Changes sets an edition against the one before it, word by word in all the portal's languages.
func (s *Front) Changes(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, posted, err := s.edition(r, v)
	if err != nil {
		return err
	}
	view := changesView{
		Title: s.Say(v, "front.changes.title", "edition", strconv.Itoa(e.Number)), Caption: s.In(v, e.Content.Title),
		Told: s.told(v, e, posted), Tag: s.tag(v, stands(e, posted, v.Now)),
		Links: []design.Link{{Text: s.Say(v, "front.changes.text", "edition", strconv.Itoa(e.Number)), URL: frame.EditionURL(e.Portal, e.Document, e.Number)}},
	}
	if i := slices.IndexFunc(posted, func(x agreement.Edition) bool { return x.Number == e.Number }); i > 0 {
		s.compare(v, &view, posted[i-1], e)
	} else {
		view.IsFirst = true
		view.First = design.EmptyState{
			Title: s.Say(v, "front.changes.first"), Text: s.Say(v, "front.changes.first_text"), Act: view.Links[0],
		}
	}
	s.right(v, &view, e, posted)
	page := s.Page(r, v, view.Title+" – "+view.Caption)
	page.Trail = s.trail(v, s.documentLink(v, e), design.Link{Text: s.numbered(v, e), URL: view.Links[0].URL}, design.Link{Text: s.Say(v, "front.changes.short")})
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// compare fills in what differs, the visitor's language first.
func (s *Front) compare(v gate.Visit, view *changesView, before, after agreement.Edition) {
	languages := slices.Clone(s.Portal(v).Languages)
	slices.SortStableFunc(languages, func(a, b string) int {
		switch v.Actor.Language {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	changes := agreement.Compare(before.Content, after.Content, languages)
	unchanged := len(after.Content.Clauses)
	for _, c := range changes {
		if c.Change != agreement.Removed {
			unchanged--
		}
	}
	view.Links = append(view.Links, design.Link{
		Text: s.Say(v, "front.changes.text_before", "edition", strconv.Itoa(before.Number)), URL: frame.EditionURL(before.Portal, before.Document, before.Number),
	})
	view.Unchanged = s.Say(v, "front.changes.unchanged", "n", strconv.Itoa(unchanged), "changed", strconv.Itoa(len(changes)))
	view.Texts = s.Say(v, "front.changes.texts")
	view.Parameters = s.parameterTable(v, changes)
	view.Tabs = design.Tabs{ID: "texts"}
	for i, language := range languages {
		texts := s.changedTexts(v, before.Content, after.Content, changes, language, i == 0)
		if len(texts) > 0 {
			name := s.Words.Say(language, "language.name")
			view.Tabs.Tabs = append(view.Tabs.Tabs, design.Tab{
				ID: "texts-" + language, Label: name, Body: inLanguage(language, name, design.Agreement{Sections: []design.Section{{Clauses: texts}}}),
			})
		}
	}
	if len(view.Tabs.Tabs) == 0 {
		view.Nothing = s.Say(v, "front.changes.nothing")
	}
}

// changedTexts are the clauses whose text, title or section heading reads otherwise in a language.
func (s *Front) changedTexts(v gate.Visit, before, after agreement.Content, changes []agreement.ClauseChange, language string, anchors bool) []design.Clause {
	prefix := language + "-"
	if anchors {
		prefix = ""
	}
	var out []design.Clause
	if b, a := before.Title[language], after.Title[language]; b != a {
		out = append(out, design.Clause{Anchor: prefix + "title", Number: s.Say(v, "front.changes.document_title"), Diff: spans(agreement.CompareWords(b, a))})
	}
	for _, c := range changes {
		texts := c.Texts[language]
		if !slices.ContainsFunc(texts, func(x agreement.Span) bool { return x.Change != agreement.Same }) {
			continue
		}
		clause := design.Clause{Anchor: prefix + frame.Anchor(c.Number), Number: s.ClauseNumber(v, c.Number), Diff: spans(texts)}
		switch c.Change {
		case agreement.Added:
			clause.Note = s.Say(v, "front.changes.added")
		case agreement.Removed:
			clause.Note = s.Say(v, "front.changes.removed")
		}
		out = append(out, clause)
	}
	return out
}

// spans puts a space between runs of words: the comparison holds none at their ends.
func spans(in []agreement.Span) []design.Span {
	out := make([]design.Span, 0, 2*len(in))
	for i, x := range in {
		if i > 0 {
			out = append(out, design.Span{Text: " "})
		}
		change := design.Same
		switch x.Change {
		case agreement.Added:
			change = design.Added
		case agreement.Removed:
			change = design.Removed
		}
		out = append(out, design.Span{Text: x.Text, Change: change})
	}
	return out
}

// parameterTable lists what changed of the rules: how the portal itself will act otherwise.
func (s *Front) parameterTable(v gate.Visit, changes []agreement.ClauseChange) design.Table {
	column := func(name string) design.Column { return design.Column{Text: s.Say(v, "front.changes.column."+name)} }
	table := design.Table{
		ID: "parameters", Caption: s.Say(v, "front.changes.parameters"), Header: true,
		// The rule's name comes last: on a telephone what matters is seen without scrolling the table.
		Columns: []design.Column{column("clause"), column("parameter"), column("before"), column("after"), column("rule")},
	}
	for _, c := range changes {
		add := func(p agreement.ParameterChange, name, before, after string) {
			table.Rows = append(table.Rows, design.Row{Cells: []design.Cell{
				{Text: s.ClauseNumber(v, c.Number)}, {Text: name}, {Text: before}, {Text: after}, {Text: p.Rule},
			}})
		}
		for _, p := range c.Binding {
			before, after := dash(p.Before), dash(p.After)
			if p.Parameter == "kind" {
				before, after = s.written(v, "kind", p.Before), s.written(v, "kind", p.After)
			}
			add(p, s.Say(v, "front.changes.binding."+p.Parameter), before, after)
		}
		for _, p := range c.Parameters {
			add(p, s.parameterName(v, p.Parameter), s.written(v, p.Parameter, p.Before), s.written(v, p.Parameter, p.After))
		}
	}
	return table
}

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// right says what a person who does not agree may do, and under which clause.
func (s *Front) right(v gate.Visit, view *changesView, e agreement.Edition, posted []agreement.Edition) {
	if st := stands(e, posted, v.Now); st != announced && st != inForce || view.IsFirst {
		return
	}
	effect, _, by := s.Agreements.RefusalEffect(v.Actor.Portal)
	view.RightTitle = s.Say(v, "front.changes.right_title")
	view.Right, view.RightCite = s.Say(v, "front.changes.right."+effect), s.Cite(v, by)
	if v.Actor.Known() {
		view.Refuse = design.Link{Text: s.Say(v, "front.changes.refuse"), URL: refusalURL(v, e)}
		return
	}
	view.Refuse = design.Link{Text: s.Say(v, "front.changes.sign_in"), URL: home(v) + "/sign-in?next=" + url.QueryEscape(refusalURL(v, e))}
}

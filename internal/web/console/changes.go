package console

import (
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// changesView is what an edition changes against the one it was drafted from: what the operator
// sees while writing and the owner before consenting.
type changesView struct {
	Title  string
	Lead   string
	None   string // instead of a list
	Others string // names the texts in the other languages
	Items  []changeView
}

// changeView is one clause.
type changeView struct {
	Anchor     string
	Title      string
	Tag        design.Tag
	Text       textView
	Others     []textView
	Parameters *design.Table
}

// textView is a text in one language.
type textView struct {
	Lang string
	Name string // of the language
	Diff design.DiffText
}

func (c *Console) changes(v gate.Visit, e agreement.Edition) changesView {
	view := changesView{Title: c.Say(v, "console.changes.title"), Others: c.Say(v, "console.changes.others")}
	base, ok := c.base(e)
	if !ok {
		view.None = c.Say(v, "console.changes.first")
		return view
	}
	languages := c.Portal(v).Languages
	changes := agreement.Compare(base.Content, e.Content, languages)
	view.Lead = c.Say(v, "console.changes.against", "edition", c.numbered(v, base))
	if len(changes) == 0 {
		view.None = c.Say(v, "console.changes.none")
	}
	for _, change := range changes {
		view.Items = append(view.Items, c.changeView(v, change, languages))
	}
	return view
}

func (c *Console) changeView(v gate.Visit, change agreement.ClauseChange, languages []string) changeView {
	colours := map[agreement.Change]design.TagColour{agreement.Added: design.TagGood, agreement.Removed: design.TagBad}
	view := changeView{
		Anchor: "change-" + change.Number,
		Title:  c.Say(v, "console.clause", "clause", change.Number),
		Tag:    design.Tag{Text: c.Say(v, "console.change."+string(change.Change)), Colour: colours[change.Change]},
	}
	for _, language := range languages {
		text := textView{Lang: language, Name: c.Words.Say(language, "language.name"), Diff: spans(change.Texts[language])}
		switch {
		case language == v.Actor.Language:
			view.Text = text
		case slices.ContainsFunc(text.Diff, func(s design.Span) bool { return s.Change != design.Same }):
			view.Others = append(view.Others, text)
		}
	}
	if len(change.Parameters)+len(change.Binding) > 0 {
		view.Parameters = c.parameterTable(v, change)
	}
	return view
}

// spans puts a space between runs of words: the comparison holds none at their ends.
func spans(of []agreement.Span) (out design.DiffText) {
	fate := map[agreement.Change]design.Change{agreement.Added: design.Added, agreement.Removed: design.Removed}
	for i, s := range of {
		if i > 0 {
			out = append(out, design.Span{Text: " "})
		}
		out = append(out, design.Span{Text: s.Text, Change: fate[s.Change]})
	}
	return out
}

// parameterTable is what the clause has the portal do, before and after.
func (c *Console) parameterTable(v gate.Visit, change agreement.ClauseChange) *design.Table {
	t := &design.Table{
		ID: "change-" + change.Number + "-rules", Caption: c.Say(v, "console.changes.parameters", "clause", change.Number), Hidden: true, Header: true, Small: true,
		Columns: []design.Column{{Text: c.Say(v, "console.column.parameter")}, {Text: c.Say(v, "console.column.before")}, {Text: c.Say(v, "console.column.after")}},
	}
	add := func(name, before, after string) {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: name}, {Text: written(before)}, {Text: written(after)}}})
	}
	for _, b := range change.Binding {
		if b.Parameter == "kind" {
			b.Before, b.After = c.kind(v, b.Before), c.kind(v, b.After)
		}
		add(c.Say(v, "console.binding."+b.Parameter), b.Before, b.After)
	}
	for _, p := range change.Parameters {
		add(p.Rule+": "+c.parameterName(v, p.Parameter), p.Before, p.After)
	}
	return t
}

func (c *Console) kind(v gate.Visit, kind string) string {
	if kind == "" {
		return ""
	}
	return c.Say(v, "console.kind."+kind)
}

func written(value string) string {
	if value == "" {
		return "—"
	}
	return value
}

// parameterName is a parameter in the language of the visit, followed by the name a pack gives it,
// by which the people of the portal talk about it.
func (c *Console) parameterName(v gate.Visit, name string) string {
	said := c.worded(v, "front.parameter."+name, name)
	if said == name {
		return name
	}
	return said + " (" + name + ")"
}

// sections set the text of an edition. edit makes the link that stands at each clause, and may be nil.
func (c *Console) sections(v gate.Visit, content agreement.Content, edit func(agreement.Clause) design.Link) (out []design.Section) {
	for i, cl := range content.Clauses {
		if i == 0 || cl.Heading != nil {
			out = append(out, design.Section{Heading: c.In(v, cl.Heading)})
		}
		item := design.Clause{
			Anchor: frame.Anchor(cl.Number), Number: cl.Number, Paragraphs: paragraphs(c.In(v, cl.Text)), Note: c.bound(v, cl),
		}
		if edit != nil {
			item.Same = edit(cl)
		}
		last := &out[len(out)-1]
		last.Clauses = append(last.Clauses, item)
	}
	return out
}

// bound says in a line what a clause is bound to, in the names the pack uses.
func (c *Console) bound(v gate.Visit, cl agreement.Clause) string {
	if cl.Repeats != "" {
		return c.Say(v, "console.bound.repeats", "clause", cl.Repeats)
	}
	if len(cl.Categories) > 0 {
		return c.Say(v, "console.bound.content", "categories", strings.Join(cl.Categories, ", "))
	}
	var rules []string
	for _, rule := range cl.Rules {
		said := rule.Name
		for i, p := range rule.With {
			joint := "; "
			if i == 0 {
				joint = " – "
			}
			said += joint + p.Name + ": " + p.String()
		}
		rules = append(rules, said)
	}
	if len(rules) == 0 {
		return ""
	}
	return c.Say(v, "console.bound.rules", "rules", strings.Join(rules, ". "))
}

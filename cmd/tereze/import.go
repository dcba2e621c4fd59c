package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/agreement/reader"
	"tereze/internal/clause"
	"tereze/internal/house"
	"tereze/internal/identity"
)

// drafted is an edition made of an imported text.
type drafted struct {
	edition  agreement.Edition
	replaced []string // numbers whose text is the imported one
	added    []string
	missing  []string // numbers the text has not: they stay
	title    string   // the new one, empty where it stays
}

// rewrite drafts the editions in one act.
func (in *imported) rewrite(ctx context.Context, desk *house.Desk) (made []drafted, err error) {
	actor, err := desk.Staff(ctx, in.pack, in.operator, identity.Operator)
	if err != nil {
		return nil, fmt.Errorf("operator %s: %s", in.operator, sentence(err))
	}
	err = desk.Together(ctx, func(a *agreement.Agreements) error {
		made = nil // the act may run again
		for _, d := range in.report.Documents {
			one := drafted{missing: d.Missing}
			edit := in.edit(d, &one)
			try := copied(in.edition(d.Document).Content)
			if err := edit(&try); err != nil {
				return err
			}
			if len(one.replaced) == 0 && len(one.added) == 0 {
				continue
			}
			e, err := a.Draft(ctx, actor, d.Document)
			if err != nil {
				return err
			}
			if one.edition, err = a.Rewrite(ctx, actor, d.Document, e.Number, e.Version, edit); err != nil {
				return err
			}
			made = append(made, one)
		}
		return nil
	})
	return made, err
}

// copied is a content an edit may be tried on.
func copied(c agreement.Content) agreement.Content {
	words := func(w agreement.Words) agreement.Words {
		if w == nil {
			return nil
		}
		out := agreement.Words{}
		for language, text := range w {
			out[language] = text
		}
		return out
	}
	c.Title = words(c.Title)
	c.Clauses = slices.Clone(c.Clauses)
	for i := range c.Clauses {
		c.Clauses[i].Text, c.Clauses[i].Heading = words(c.Clauses[i].Text), words(c.Clauses[i].Heading)
	}
	return c
}

// edit makes of a report what it does to the content of an edition.
func (in *imported) edit(d reader.DocumentReport, told *drafted) func(*agreement.Content) error {
	doc := in.docs[d.Source]
	texts := reader.Texts(doc, in.known[d.Document])
	return func(c *agreement.Content) error {
		told.replaced, told.added, told.title = nil, nil, ""
		for i := range c.Clauses {
			cl := &c.Clauses[i]
			text := texts[cl.Number]
			// What is the same beyond white space keeps its own form. Rows the text does not number are
			// not among the matched, so they are compared here.
			numbered := slices.Contains(d.Matched, cl.Number)
			differs := slices.Contains(d.Changed, cl.Number) || cl.Text[in.language] == "" || !numbered && flat(text) != flat(cl.Text[in.language])
			if text == "" || !differs {
				continue
			}
			if cl.Text == nil {
				cl.Text = agreement.Words{}
			}
			cl.Text[in.language] = text
			told.replaced = append(told.replaced, cl.Number)
		}
		for _, number := range d.Extra {
			if add(c, doc, number, in.language) {
				told.added = append(told.added, number)
			}
		}
		in.headings(c, doc)
		if doc.Title != "" && c.Title != nil && flat(doc.Title) != flat(c.Title[in.language]) {
			c.Title[in.language], told.title = doc.Title, doc.Title
		}
		return nil
	}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// add puts a clause of the text that the edition lacks behind the one it follows there. Its text in
// the other languages stays empty: the draft cannot be published until somebody has written it.
func add(c *agreement.Content, doc reader.Document, number, language string) bool {
	text, i := extraText(doc, number)
	if text == "" {
		return false
	}
	behind := 0
	for k := i; k >= 0 && behind == 0; k-- {
		for at, cl := range c.Clauses {
			if bare(cl.Number) == bare(doc.Clauses[k].Number) && bare(cl.Number) != "" {
				behind = at + 1
			}
		}
	}
	c.Clauses = slices.Insert(c.Clauses, behind, agreement.Clause{
		Number: number, Kind: clause.Declaratory, Text: agreement.Words{language: text},
	})
	return true
}

// extraText finds a clause of the text by the number the report gives it; a letter is the place of a
// bullet in the clause.
func extraText(doc reader.Document, number string) (text string, at int) {
	whole := strings.TrimLeft(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	for i, c := range doc.Clauses {
		own := strings.TrimLeft(c.Number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		if c.Number == "" {
			continue
		}
		if own == whole {
			if text := c.Whole(); text != "" {
				return text, i
			}
			return c.Heading, i
		}
		bullets := c.Bullets()
		if rest, ok := strings.CutPrefix(whole, own); ok && len(rest) == 1 && rest[0] >= 'a' && int(rest[0]-'a') < len(bullets) {
			return bullets[rest[0]-'a'].Text, i
		}
	}
	return "", -1
}

// bare is a number without the letters of its document and of its split: R10.1a is 10.1.
func bare(number string) string {
	return strings.TrimRight(strings.TrimLeft(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "abcdefghijklmnopqrstuvwxyz")
}

// headings replaces the heading of a section where both the text and the edition have one.
func (in *imported) headings(c *agreement.Content, doc reader.Document) {
	for i, section := range doc.Clauses {
		if !section.Section || section.Heading == "" {
			continue
		}
		heading := section.Heading
		if section.Number != "" {
			heading = section.Number + ". " + heading
		}
		for _, first := range doc.Clauses[i+1:] {
			if first.Section {
				break
			}
			at := slices.IndexFunc(c.Clauses, func(cl agreement.Clause) bool { return bare(cl.Number) == bare(first.Number) && bare(cl.Number) != "" })
			if at < 0 {
				continue
			}
			if c.Clauses[at].Heading != nil {
				c.Clauses[at].Heading[in.language] = heading
			}
			break
		}
	}
}

// tell says what was drafted and what it still lacks.
func (d drafted) tell(out io.Writer, problems []clause.Problem) {
	fmt.Fprintf(out, "\n%s is drafted: %s replaced, %s added%s\n",
		nameOf(d.edition), counted(len(d.replaced), "text"), counted(len(d.added), "clause"), listed(d.added))
	if d.title != "" {
		fmt.Fprintf(out, "  the title is now: %s\n", d.title)
	}
	if len(d.missing) > 0 {
		fmt.Fprintf(out, "  not in the text, and left as they are: %s\n", strings.Join(d.missing, ", "))
	}
	if len(problems) > 0 {
		fmt.Fprintln(out, "  before it can be published:")
	}
	for _, p := range problems {
		where := ""
		if p.Clause != "" {
			where = "clause " + p.Clause + ": "
		}
		fmt.Fprintf(out, "    %s%s\n", where, p.Reason)
	}
}

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"tereze/internal/agreement"
)

const diffHelp = `Compares two editions clause by clause: the words of the texts, the rules and
their parameters. [-words-] are gone, {+words+} are new.

Usage: tereze agreement diff A B [--language L] [--json]

A and B are editions: PACK/DOCUMENT@N, from the database where there is one, else
from the packs; or the path of an edition-N.yaml within a pack.
The answer is 0 when the two were compared, whether or not they differ.

Example: tereze agreement diff ismet/offer@1 ismet/offer@2
         tereze agreement diff ismet/offer@1 packs/ismet/offer/edition-2.yaml --language ru
`

// diff compares two editions.
func diff(ctx context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("agreement diff", flag.ContinueOnError)
	language := f.String("language", "", "only the texts in this language (default: all of the portal)")
	asJSON := f.Bool("json", false, "an object instead of lines")
	where.packFlags(f)
	where.databaseFlags(f)
	names, status, done := parse(f, diffHelp, args, out, errs)
	if done {
		return status
	}
	if len(names) != 2 {
		return misuse(errs, f, "want two editions, got %d", len(names))
	}
	found, languages, err := twoEditions(ctx, &where, names, *language)
	if err != nil {
		return refuse(errs, f, err)
	}
	changes := agreement.Compare(found[0].Content, found[1].Content, languages)
	if *asJSON {
		err = writeJSON(out, comparison{nameOf(found[0]), nameOf(found[1]), clausesOf(changes)})
	} else {
		writeChanges(out, found, changes, languages)
	}
	if err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

func twoEditions(ctx context.Context, where *place, names []string, language string) (found [2]agreement.Edition, languages []string, err error) {
	shelf, err := where.shelf(ctx)
	if err != nil {
		return found, nil, err
	}
	defer shelf.close()
	for i, name := range names {
		var spoken []string
		if found[i], spoken, err = shelf.edition(ctx, name); err != nil {
			return found, nil, err
		}
		for _, l := range spoken {
			if !slices.Contains(languages, l) && (language == "" || l == language) {
				languages = append(languages, l)
			}
		}
	}
	if len(languages) == 0 {
		return found, nil, fmt.Errorf("neither edition has texts in %q", language)
	}
	return found, languages, nil
}

func nameOf(e agreement.Edition) string {
	return fmt.Sprintf("%s/%s@%d", e.Portal, e.Document, e.Number)
}

// comparison is what --json gives.
type comparison struct {
	Before  string         `json:"before"`
	After   string         `json:"after"`
	Clauses []clauseChange `json:"clauses"`
}

type clauseChange struct {
	Number     string                `json:"number"`
	Change     agreement.Change      `json:"change"`
	Texts      map[string][]textSpan `json:"texts"` // by language
	Parameters []valueChange         `json:"parameters"`
	Binding    []valueChange         `json:"binding"` // kind, rule, repeats, categories
}

type textSpan struct {
	Change agreement.Change `json:"change"`
	Text   string           `json:"text"`
}

type valueChange struct {
	Rule      string `json:"rule,omitempty"`
	Parameter string `json:"parameter"`
	Before    string `json:"before"`
	After     string `json:"after"`
}

func clausesOf(changes []agreement.ClauseChange) []clauseChange {
	out := []clauseChange{}
	for _, c := range changes {
		row := clauseChange{Number: c.Number, Change: c.Change, Texts: map[string][]textSpan{}, Parameters: valuesOf(c.Parameters), Binding: valuesOf(c.Binding)}
		for language, spans := range c.Texts {
			row.Texts[language] = []textSpan{}
			for _, s := range spans {
				row.Texts[language] = append(row.Texts[language], textSpan{s.Change, s.Text})
			}
		}
		out = append(out, row)
	}
	return out
}

func valuesOf(changes []agreement.ParameterChange) []valueChange {
	out := []valueChange{}
	for _, c := range changes {
		out = append(out, valueChange{c.Rule, c.Parameter, c.Before, c.After})
	}
	return out
}

func writeChanges(out io.Writer, found [2]agreement.Edition, changes []agreement.ClauseChange, languages []string) {
	fmt.Fprintf(out, "%s -> %s (%s)\n", nameOf(found[0]), nameOf(found[1]), strings.Join(languages, ", "))
	if len(changes) == 0 {
		fmt.Fprintln(out, "no clause differs")
		return
	}
	for _, c := range changes {
		fmt.Fprintf(out, "\nclause %s: %s\n", c.Number, c.Change)
		for _, p := range c.Binding {
			fmt.Fprintf(out, "  %s: %s -> %s\n", p.Parameter, orNone(p.Before), orNone(p.After))
		}
		for _, p := range c.Parameters {
			fmt.Fprintf(out, "  %s %s: %s -> %s\n", p.Rule, p.Parameter, orNone(p.Before), orNone(p.After))
		}
		for _, language := range languages {
			if spans := c.Texts[language]; slices.ContainsFunc(spans, func(s agreement.Span) bool { return s.Change != agreement.Same }) {
				fmt.Fprintf(out, "  %s: %s\n", language, marked(spans))
			}
		}
	}
	fmt.Fprintf(out, "\n%s\n", differ(len(changes)))
}

func differ(n int) string {
	if n == 1 {
		return "1 clause differs"
	}
	return fmt.Sprintf("%d clauses differ", n)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// marked writes spans on one line, as git diff --word-diff does.
func marked(spans []agreement.Span) string {
	var words []string
	for _, s := range spans {
		switch s.Change {
		case agreement.Removed:
			words = append(words, "[-"+s.Text+"-]")
		case agreement.Added:
			words = append(words, "{+"+s.Text+"+}")
		default:
			words = append(words, s.Text)
		}
	}
	return strings.Join(words, " ")
}

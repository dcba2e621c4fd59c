package reader

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tereze/internal/fault"
)

// KnownClause is a clause of an edition as the list of clauses names it, with its text in the language
// of the file. An empty text is not compared.
type KnownClause struct {
	Number string
	Text   string
}

// Report says how a text stands to the edition in force.
type Report struct {
	Pack      string           `json:"pack"`
	Documents []DocumentReport `json:"documents"`
}

// DocumentReport compares one document. Numbers are those of the list of clauses; no list is ever nil.
type DocumentReport struct {
	Document string   `json:"document"`
	Matched  []string `json:"matched"` // in the list and in the text
	Missing  []string `json:"missing"` // in the list with a number, not in the text
	Extra    []string `json:"extra"`   // numbered in the text, not in the list
	Changed  []string `json:"changed"` // matched, the text differs beyond white space
	Notes    []string `json:"notes"`   // rows without a number in the text, and remarks; each begins with its number

	Source int `json:"-"` // index of the document among those of the text
}

// Match compares documents of a text with the clauses of a pack, by name of document. Where the pack has
// several documents each document of the text goes to the one whose numbers it shares most. With only
// set, nothing but that document is reported.
//
// It refuses import.unknown_document where only names no document of the pack.
func Match(docs []Document, known map[string][]KnownClause, only string) (Report, error) {
	names := slices.Sorted(maps.Keys(known))
	if only != "" {
		if !slices.Contains(names, only) {
			return Report{}, fault.New(fault.Absent, "import.unknown_document").With("document", only)
		}
	}
	pairs := assign(docs, names, known, only)
	report := Report{Documents: []DocumentReport{}}
	for i, d := range docs {
		if pairs[i] == "" {
			continue
		}
		report.Documents = append(report.Documents, compare(d, pairs[i], known[pairs[i]], i))
	}
	if len(report.Documents) == 0 {
		return report, nil
	}
	first := &report.Documents[0]
	for i, d := range docs {
		if pairs[i] == "" {
			first.Notes = append(first.Notes, fmt.Sprintf("the text also holds %q, from line %d, which is not compared here", d.Title, d.Line))
		}
	}
	for _, name := range names {
		if only == "" && !slices.Contains(pairs, name) {
			first.Notes = append(first.Notes, fmt.Sprintf("the text does not hold the document %q", name))
		}
	}
	return report, nil
}

// assign gives each document of the text the document of the pack it shares most numbers with.
func assign(docs []Document, names []string, known map[string][]KnownClause, only string) []string {
	type pair struct {
		doc   int
		name  string
		score float64
	}
	var pairs []pair
	for i, d := range docs {
		for _, name := range names {
			pairs = append(pairs, pair{i, name, likeness(d, known[name])})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	out := make([]string, len(docs))
	taken := map[string]bool{}
	for _, p := range pairs {
		if out[p.doc] == "" && !taken[p.name] {
			out[p.doc], taken[p.name] = p.name, true
		}
	}
	if only == "" {
		return out
	}
	// The file may hold nothing but the document asked for: then it is that one, however it looks.
	for i := range out {
		if out[i] != only && (taken[only] || i > 0) {
			out[i] = ""
		} else if !taken[only] {
			out[i] = only
		}
	}
	if len(docs) == 1 {
		out[0] = only
	}
	return out
}

// likeness is the share of numbers two documents have in common.
func likeness(d Document, list []KnownClause) float64 {
	m := newMatcher(d, list)
	found := 0
	for _, k := range list {
		if f := m.find(k.Number); f.state == whole || f.state == part || f.state == shared {
			found++
		}
	}
	return float64(found) / float64(len(list)+len(m.extra())+1)
}

func compare(d Document, name string, list []KnownClause, source int) DocumentReport {
	r := DocumentReport{Document: name, Matched: []string{}, Missing: []string{}, Extra: []string{}, Changed: []string{}, Notes: []string{}, Source: source}
	m := newMatcher(d, list)
	texts := map[string]string{}
	for _, k := range list {
		texts[k.Number] = k.Text
	}
	for _, k := range list {
		f := m.find(k.Number)
		if f.note != "" {
			r.Notes = append(r.Notes, k.Number+": "+f.note)
		}
		switch f.state {
		case absent:
			r.Missing = append(r.Missing, k.Number)
		case whole, part, shared:
			r.Matched = append(r.Matched, k.Number)
			if k.Text != "" && m.changed(k, f, texts) {
				r.Changed = append(r.Changed, k.Number)
			}
		}
	}
	r.Extra = append(r.Extra, m.extra()...)
	r.Notes = append(r.Notes, m.remarks()...)
	return r
}

// changed compares texts beyond white space. Letters that share one text of the file are unchanged
// where their texts together, or the first alone, say what it says.
func (m *matcher) changed(k KnownClause, f finding, texts map[string]string) bool {
	got, want := clean(f.text), clean(k.Text)
	if f.state != shared {
		return got != want
	}
	all := m.letters[f.base]
	var together []string
	for _, number := range all {
		together = append(together, clean(texts[number]))
	}
	return got != together[0] && got != strings.Join(together, " ") && !strings.Contains(got, want)
}

// Texts gives the text of the document by the numbers of the list, for a draft edition. Letters that
// share one text of the file: the first takes it, the others keep theirs, and the report has a note.
// Rows without a number take the preamble, or what follows the last clause, where that is beyond doubt.
func Texts(d Document, list []KnownClause) map[string]string {
	m := newMatcher(d, list)
	out := map[string]string{}
	for _, k := range list {
		f := m.find(k.Number)
		if f.text == "" || f.state == absent || f.state == shared && m.letters[f.base][0] != k.Number {
			continue
		}
		out[k.Number] = f.text
	}
	return out
}

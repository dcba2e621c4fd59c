package reader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// matcher looks up the rows of a list of clauses in a document.
type matcher struct {
	doc     Document
	prefix  string              // letters before every number of the list: R
	clauses map[string]int      // clause of the text by number, without the prefix
	exact   map[string]int      // clause of the text by number as it stands there
	letters map[string][]string // rows by the number they split, without the prefix: 4.17 -> 4.17a, 4.17b
	listed  map[string]bool     // numbers of the list, without the prefix
	leads   map[string]bool     // numbers with rows under them
	groups  map[string]int      // how many rows continue a number: 1.2 -> 13
	items   map[int][]int       // items of a clause
	plain   map[string]string   // text of rows without a number
	used    map[int]bool        // clauses that a row names
	parts   map[int]int         // clauses whose bullets, paragraphs or items rows name by letter or order
}

// state says where the text of a row was found.
type state uint8

const (
	absent  state = iota // not in the text
	without              // a row that has no number in the text
	whole                // a clause of its own
	part                 // a bullet, paragraph or item of a clause
	shared               // one of several rows that split one text
)

type finding struct {
	state state
	base  string
	text  string
	note  string
}

// split takes a number of the list apart: prefix, number, letter. A row such as UI-1, P or END has no number.
func split(s, prefix string) (base, letter string, ok bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	path, letter := components(rest)
	if !ok || path == nil || len(letter) > 1 || letter != "" && (letter[0] < 'a' || letter[0] > 'z') {
		return "", "", false
	}
	return strings.TrimSuffix(rest, letter), letter, true
}

func newMatcher(d Document, list []KnownClause) *matcher {
	m := &matcher{doc: d, prefix: prefixOf(list), clauses: map[string]int{}, exact: map[string]int{}, letters: map[string][]string{}, listed: map[string]bool{},
		leads: map[string]bool{}, groups: map[string]int{}, items: map[int][]int{}, used: map[int]bool{}, parts: map[int]int{}}
	for i, c := range d.Clauses {
		if c.Number != "" {
			m.exact[c.Number] = i
			number := strings.TrimPrefix(c.Number, m.prefix)
			if before, ok := m.clauses[number]; !ok || d.Clauses[before].Section {
				m.clauses[number] = i
			}
			if c.Parent >= 0 {
				m.items[c.Parent] = append(m.items[c.Parent], i)
			}
		}
	}
	for _, k := range list {
		base, letter, ok := split(k.Number, m.prefix)
		if !ok {
			continue
		}
		m.listed[base+letter] = true
		for dot := len(base); dot > 0; dot = strings.LastIndexByte(base[:dot], '.') {
			if dot < len(base) || letter != "" {
				m.leads[base[:dot]] = true
			}
		}
		if letter != "" {
			m.letters[base] = append(m.letters[base], k.Number)
		} else if dot := strings.LastIndexByte(base, '.'); dot > 0 {
			m.groups[base[:dot]]++
		}
	}
	m.plain = m.unnumbered(list)
	for _, k := range list {
		m.find(k.Number) // so that what rows name is known before what they do not
	}
	return m
}

// prefixOf is what most rows have before their number.
func prefixOf(list []KnownClause) string {
	count := map[string]int{}
	for _, k := range list {
		rest := strings.TrimLeft(k.Number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		if path, _ := components(rest); path != nil {
			count[k.Number[:len(k.Number)-len(rest)]]++
		}
	}
	for prefix, n := range count {
		if 2*n > len(list) {
			return prefix
		}
	}
	return ""
}

// unnumbered gives rows without a number their text where its place is plain: rows P, P1, P2 are the
// paragraphs before the first number, a single row after the last number is what follows the last clause.
func (m *matcher) unnumbered(list []KnownClause) map[string]string {
	var opening, closing []string
	for _, k := range list {
		_, _, ok := split(k.Number, m.prefix)
		switch {
		case ok:
			closing = nil
		case strings.Trim(k.Number, "0123456789") == "P":
			opening = append(opening, k.Number)
		default:
			closing = append(closing, k.Number)
		}
	}
	out := map[string]string{}
	switch {
	case len(opening) == 1:
		out[opening[0]] = strings.Join(m.doc.Preamble, "\n\n")
	case len(opening) == len(m.doc.Preamble):
		for i, number := range opening {
			out[number] = m.doc.Preamble[i]
		}
	}
	if len(closing) == 1 {
		out[closing[0]] = strings.Join(m.doc.Tail, "\n\n")
	}
	return out
}

// find looks up one row of the list.
func (m *matcher) find(number string) finding {
	base, letter, ok := split(number, m.prefix)
	if i, labelled := m.exact[number]; labelled && (letter != "" || !ok) {
		m.used[i] = true
		return finding{state: whole, text: m.doc.Clauses[i].Whole()}
	}
	if !ok {
		f := finding{state: without, text: m.plain[number], note: "this row has no number in the text"}
		if f.text != "" {
			f.note += "; its place holds: " + opening(f.text)
		}
		return f
	}
	if letter != "" {
		return m.letter(number, base)
	}
	if i, ok := m.clauses[base]; ok {
		return m.clause(i, base)
	}
	if f, ok := m.byOrder(base); ok {
		return f
	}
	return m.gap(base)
}

func (m *matcher) clause(i int, base string) finding {
	m.used[i] = true
	c := m.doc.Clauses[i]
	f := finding{state: whole, base: base, text: c.Whole()}
	if len(m.letters[base]) > 0 {
		f.text = c.Text()
	}
	if f.text == "" && c.Section {
		f.note = fmt.Sprintf("the text has only the heading %q", opening(c.Heading))
	}
	return f
}

// letter looks up 4.17a: the first bullet, item or paragraph of 4.17, or the clause itself where the
// text does not split it.
func (m *matcher) letter(number, base string) finding {
	i, ok := m.clauses[base]
	if !ok {
		return finding{base: base}
	}
	rows := m.letters[base]
	k := int(number[len(number)-1] - 'a')
	c := m.doc.Clauses[i]
	if bullets := c.Bullets(); len(bullets) > 0 {
		m.parts[i] = len(rows)
		if k >= len(bullets) {
			return finding{base: base}
		}
		return finding{state: part, base: base, text: bullets[k].Text}
	}
	if items := m.items[i]; len(items) > 0 && m.groups[base] == 0 {
		m.parts[i] = len(rows)
		if k >= len(items) {
			return finding{base: base}
		}
		m.used[items[k]] = true
		return finding{state: part, base: base, text: m.doc.Clauses[items[k]].Whole()}
	}
	m.parts[i] = len(rows)
	if paragraphs := m.paragraphs(c, base); len(paragraphs) == len(rows) {
		if at := slices.Index(rows, number); at >= 0 {
			return finding{state: part, base: base, text: paragraphs[at].Text}
		}
	}
	return finding{state: shared, base: base, text: c.Whole()}
}

// paragraphs are those that may stand for letters: all under the sentence that introduces them, or all
// where nothing does.
func (m *matcher) paragraphs(c Clause, base string) []Part {
	if len(c.Parts) > 1 && strings.HasSuffix(c.Parts[0].Text, ":") || m.listed[base] && len(c.Parts) > 0 {
		return c.Parts[1:]
	}
	return c.Parts
}

// byOrder looks up 1.2.3 in a text that has bullets under 1.2 and no numbers there: the third bullet.
func (m *matcher) byOrder(base string) (finding, bool) {
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 || len(m.letters[base[:dot]]) > 0 {
		return finding{}, false
	}
	i, ok := m.clauses[base[:dot]]
	if !ok || len(m.items[i]) > 0 {
		return finding{}, false
	}
	bullets := m.doc.Clauses[i].Bullets()
	k, err := strconv.Atoi(base[dot+1:])
	if err != nil || k > len(bullets) {
		return finding{}, false
	}
	m.parts[i] = m.groups[base[:dot]]
	return finding{state: part, base: base, text: bullets[k-1].Text, note: "numbered by its place among the bullets of " + m.prefix + base[:dot]}, true
}

// gap looks up a section that the text heads without a number: the only such heading between the
// sections before and after it. It is a note, for the text has no such number.
func (m *matcher) gap(base string) finding {
	n, err := strconv.Atoi(base)
	if err != nil {
		return finding{base: base}
	}
	before, at, count := 0, -1, 0
	for i, c := range m.doc.Clauses {
		path, _ := components(c.Number)
		switch {
		case len(path) == 0:
			if c.Section && before == n-1 {
				at = i
				count++
			}
		case path[0] > n:
			if before != n-1 || count != 1 {
				return finding{base: base}
			}
			c := m.doc.Clauses[at]
			return finding{state: without, base: base, text: c.Whole(),
				note: fmt.Sprintf("the text gives no number; the heading %q on line %d stands in its place", opening(c.Heading), c.Line)}
		default:
			before = path[0]
		}
	}
	if before == n-1 && count == 1 { // the last section
		c := m.doc.Clauses[at]
		return finding{state: without, base: base, text: c.Whole(),
			note: fmt.Sprintf("the text gives no number; the heading %q on line %d stands in its place", opening(c.Heading), c.Line)}
	}
	return finding{base: base}
}

// opening is enough of a text to find it.
func opening(s string) string {
	const enough = 40
	if r := []rune(s[:min(len(s), 4*enough+4)]); len(r) > enough {
		return string(r[:enough]) + "…"
	}
	return s
}

// extra lists numbers of the text that no row names. A clause that only introduces others is not one.
func (m *matcher) extra() []string {
	introduces := m.introduces()
	var out []string
	for i, c := range m.doc.Clauses {
		if c.Number == "" {
			continue
		}
		number := strings.TrimPrefix(c.Number, m.prefix)
		if !m.used[i] && m.parts[i] == 0 && !introduces[i] {
			if m.leads[number] || c.Section && len(m.items[i]) > 0 {
				continue // rows stand under it, even if the text has lost them
			}
			name := m.name(c.Number)
			if m.clauses[number] != i {
				name = c.Number // a heading 1 beside a clause R1
			}
			out = append(out, name)
		}
		if rows := len(m.letters[number]); rows > 0 && m.parts[i] > 0 {
			for k := rows; k < len(c.Bullets()) && k < 26; k++ {
				out = append(out, m.name(c.Number)+string(rune('a'+k)))
			}
		}
	}
	return out
}

func (m *matcher) name(number string) string { return m.prefix + strings.TrimPrefix(number, m.prefix) }

// introduces marks clauses with a clause under them that a row names.
func (m *matcher) introduces() map[int]bool {
	out := map[int]bool{}
	for i := len(m.doc.Clauses) - 1; i >= 0; i-- {
		if p := m.doc.Clauses[i].Parent; p >= 0 && (m.used[i] || m.parts[i] > 0 || out[i]) {
			out[p] = true
		}
	}
	return out
}

// remarks say what the report alone does not show: rows that share a text, clauses that only introduce others.
func (m *matcher) remarks() []string {
	var out []string
	introduces := m.introduces()
	for i, c := range m.doc.Clauses {
		number := strings.TrimPrefix(c.Number, m.prefix)
		rows := m.letters[number]
		switch {
		case c.Number == "":
		case len(rows) > 0 && m.find(rows[0]).state == shared:
			out = append(out, fmt.Sprintf("%s: the clause on line %d covers %s", m.name(c.Number), c.Line, strings.Join(rows, ", ")))
			if n := len(m.paragraphs(c, number)); n > 1 {
				out[len(out)-1] += fmt.Sprintf("; it has %d paragraphs", n)
			}
		case !c.Section && !m.used[i] && (introduces[i] || m.parts[i] > 0):
			out = append(out, fmt.Sprintf("%s: introduces the clauses under it and is not in the list", m.name(c.Number)))
		}
	}
	return out
}

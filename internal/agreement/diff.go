package agreement

import (
	"slices"
	"strings"
	"unicode"
)

// Change says what became of a piece of text, or of a clause, between two editions.
type Change string

// The changes.
const (
	Same    Change = "same"
	Added   Change = "added"
	Removed Change = "removed"
	Changed Change = "changed"
)

// Span is a run of words that is the same, added or removed.
type Span struct {
	Change Change
	Text   string
}

// ParameterChange is a parameter of a rule in the two editions; an empty side has none.
type ParameterChange struct {
	Rule      string
	Parameter string
	Before    string
	After     string
}

// ClauseChange is one clause in the two editions.
type ClauseChange struct {
	Number     string
	Change     Change
	Texts      map[string][]Span // by language
	Parameters []ParameterChange
	Binding    []ParameterChange // kind, rule, repeats, categories
}

// Compare sets two editions against each other, clause by clause in the order of the newer, with
// the clauses that were removed where they stood. Clauses that are the same are left out.
func Compare(before, after Content, languages []string) (out []ClauseChange) {
	for _, number := range merged(before, after) {
		b, hadB := before.Clause(number)
		c, hasC := after.Clause(number)
		change := ClauseChange{Number: number, Change: Changed, Texts: map[string][]Span{}}
		switch {
		case !hadB:
			change.Change = Added
		case !hasC:
			change.Change = Removed
		}
		different := !hadB || !hasC
		for _, language := range languages {
			spans := CompareWords(b.Text[language], c.Text[language])
			change.Texts[language] = spans
			different = different || slices.ContainsFunc(spans, func(s Span) bool { return s.Change != Same })
		}
		change.Parameters = compareParameters(b.Rules, c.Rules)
		change.Binding = compareBinding(b, c)
		if different || len(change.Parameters) > 0 || len(change.Binding) > 0 {
			out = append(out, change)
		}
	}
	return out
}

// merged is the numbers of both editions: those of the newer in their order, each removed one
// after the clause it followed.
func merged(before, after Content) []string {
	var numbers []string
	for _, c := range after.Clauses {
		numbers = append(numbers, c.Number)
	}
	previous := ""
	for _, c := range before.Clauses {
		if !slices.Contains(numbers, c.Number) {
			at := slices.Index(numbers, previous) + 1
			numbers = slices.Insert(numbers, at, c.Number)
		}
		previous = c.Number
	}
	return numbers
}

func compareParameters(before, after []Rule) (out []ParameterChange) {
	type key struct{ rule, parameter string }
	var keys []key
	values := [2]map[key]string{{}, {}}
	for side, rules := range [][]Rule{before, after} {
		for _, r := range rules {
			for _, p := range r.With {
				k := key{r.Name, p.Name}
				if !slices.Contains(keys, k) {
					keys = append(keys, k)
				}
				values[side][k] = p.String()
			}
		}
	}
	for _, k := range keys {
		if values[0][k] != values[1][k] {
			out = append(out, ParameterChange{k.rule, k.parameter, values[0][k], values[1][k]})
		}
	}
	return out
}

// String is the value as a pack writes it.
func (p Parameter) String() string {
	if p.List != nil {
		return "[" + strings.Join(p.List, ", ") + "]"
	}
	return p.Value
}

func compareBinding(before, after Clause) (out []ParameterChange) {
	add := func(name, b, a string) {
		if b != a {
			out = append(out, ParameterChange{Parameter: name, Before: b, After: a})
		}
	}
	add("kind", string(before.Kind), string(after.Kind))
	add("rule", ruleNames(before.Rules), ruleNames(after.Rules))
	add("repeats", before.Repeats, after.Repeats)
	add("categories", strings.Join(before.Categories, ", "), strings.Join(after.Categories, ", "))
	return out
}

func ruleNames(rules []Rule) string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

// CompareWords compares two texts word by word. The spans that are not added, put together with
// spaces, give the one text up to its white space; those not removed give the other.
func CompareWords(before, after string) []Span {
	a, b := words(before), words(after)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	var out spans
	out.add(Same, a[:start])
	out.middle(a[start:endA], b[start:endB])
	out.add(Same, a[endA:])
	return out
}

// maxCells bounds the table of the comparison: two texts of two thousand words, which no clause
// has; beyond it the whole of the one replaces the whole of the other.
const maxCells = 4 << 20

type spans []Span

// middle compares by the longest common subsequence of words.
func (s *spans) middle(a, b []string) {
	if len(a)*len(b) > maxCells {
		s.add(Removed, a)
		s.add(Added, b)
		return
	}
	width := len(b) + 1
	longest := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i*width+j] = longest[(i+1)*width+j+1] + 1
			} else {
				longest[i*width+j] = max(longest[(i+1)*width+j], longest[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			s.add(Same, a[i:i+1])
			i, j = i+1, j+1
		case longest[(i+1)*width+j] >= longest[i*width+j+1]:
			s.add(Removed, a[i:i+1])
			i++
		default:
			s.add(Added, b[j:j+1])
			j++
		}
	}
	s.add(Removed, a[i:])
	s.add(Added, b[j:])
}

func (s *spans) add(change Change, words []string) {
	if len(words) == 0 {
		return
	}
	text := strings.Join(words, " ")
	if n := len(*s); n > 0 && (*s)[n-1].Change == change {
		(*s)[n-1].Text += " " + text
		return
	}
	*s = append(*s, Span{change, text})
}

func words(s string) []string { return strings.FieldsFunc(s, unicode.IsSpace) }

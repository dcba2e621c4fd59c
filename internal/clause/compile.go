package clause

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one reason why something written cannot be put into force.
type Problem struct {
	File   string
	Line   int
	Clause string
	Reason string
}

func (p Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Clause != "" {
		return fmt.Sprintf("%s: clause %s: %s", where, p.Clause, p.Reason)
	}
	return where + ": " + p.Reason
}

// RuleSource is a rule and its parameters as written.
type RuleSource struct {
	Name string
	With map[string]Value
	Line int
}

// Binding is what a clause is bound to, as written.
type Binding struct {
	Number     string
	Kind       Kind
	Rules      []RuleSource
	Repeats    string   // the clause that says the same first: "4.17c", or "rules/R38" in another document
	Categories []string // of a content rule: what a report of a breach may be filed under
	Urgent     bool     // of a content rule: such a report goes first
	Line       int
}

// Catalogue is every rule the program knows, by name.
type Catalogue struct {
	byName map[string]Definition
	names  []string
}

// NewCatalogue collects the rooms' definitions. It panics when two rooms define one name.
func NewCatalogue(rooms ...[]Definition) *Catalogue {
	c := &Catalogue{byName: map[string]Definition{}}
	for _, definitions := range rooms {
		for _, d := range definitions {
			if _, twice := c.byName[d.Name]; twice {
				panic("clause: rule " + d.Name + " is defined twice")
			}
			c.byName[d.Name] = d
			c.names = append(c.names, d.Name)
		}
	}
	slices.Sort(c.names)
	return c
}

// All gives the definitions in the order of their names.
func (c *Catalogue) All() []Definition {
	all := make([]Definition, 0, len(c.names))
	for _, name := range c.names {
		all = append(all, c.byName[name])
	}
	return all
}

// Edition is a compiled edition: its rules with their parameters read and checked.
type Edition struct {
	Portal   string
	Document string
	Number   int

	set     []entry
	repeats map[string]string // clause → the clause it repeats
}

type entry struct {
	definition Definition
	rule       any // *R
	cite       Citation
	line       int
}

// Compile reads the bindings of one edition. The problems name the line within the file the
// bindings were written in; any problem means the edition cannot come into force.
func (c *Catalogue) Compile(portal, document string, number int, bindings []Binding) (*Edition, []Problem) {
	e := &Edition{Portal: portal, Document: document, Number: number, repeats: map[string]string{}}
	var problems []Problem
	seen := map[string]bool{}
	for _, b := range bindings {
		add := func(line int, format string, args ...any) {
			problems = append(problems, Problem{Line: line, Clause: b.Number, Reason: fmt.Sprintf(format, args...)})
		}
		if seen[b.Number] {
			add(b.Line, "the number stands twice")
		}
		seen[b.Number] = true
		for _, reason := range b.shape() {
			add(b.Line, "%s", reason)
		}
		if b.Repeats != "" {
			e.repeats[b.Number] = b.Repeats
		}
		for _, src := range b.Rules {
			d, known := c.byName[src.Name]
			if !known {
				add(src.Line, "unknown rule %q", src.Name)
				continue
			}
			rule, wrong := d.read(src.Line, src.With)
			for _, p := range wrong {
				add(p.Line, "%s", p.Reason)
			}
			e.set = append(e.set, entry{definition: d, rule: rule, line: src.Line, cite: Citation{portal, document, number, b.Number}})
		}
	}
	return e, problems
}

// shape says what does not fit together in one binding, whatever its rules are.
func (b Binding) shape() (reasons []string) {
	bound := len(b.Rules) > 0 || b.Repeats != ""
	switch b.Kind {
	case Mechanism:
		if !bound {
			reasons = append(reasons, "a mechanism clause needs a rule, or repeats another clause")
		}
		if len(b.Rules) > 0 && b.Repeats != "" {
			reasons = append(reasons, "a clause either sets rules or repeats another clause")
		}
	case ContentRule:
		if len(b.Categories) == 0 {
			reasons = append(reasons, "a content rule needs the categories a breach is reported under")
		}
	case Declaratory:
	default:
		reasons = append(reasons, fmt.Sprintf("unknown kind %q: want mechanism, content-rule or declaratory", string(b.Kind)))
	}
	if b.Kind != Mechanism && bound {
		reasons = append(reasons, "only a mechanism clause sets rules")
	}
	if b.Kind != ContentRule && (len(b.Categories) > 0 || b.Urgent) {
		reasons = append(reasons, "only a content rule has categories")
	}
	if strings.TrimSpace(b.Number) == "" {
		reasons = append(reasons, "the number is empty")
	}
	return reasons
}

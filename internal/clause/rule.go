package clause

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Rule is implemented by every rule type: a struct whose fields are the rule's parameters.
// Each exported field carries `with:"name"` (",optional" where it may be left out) and
// `doc:"one sentence"`; Period fields may carry unit:"d bd", int fields min and max, string and
// []string fields oneof:"a b c". A Check method may refuse what no single field shows.
type Rule interface {
	Rule() Doc
}

// Doc describes a rule to the people who read its agreement.
type Doc struct {
	Name        string // room.noun, as a pack writes it
	About       string // what the portal does by it, one sentence
	PerDocument bool   // each document of a portal sets its own; else one clause of the portal does
}

// Parameter describes one parameter of a rule.
type Parameter struct {
	Name     string
	About    string
	Type     string // period, number, yes or no, word, words
	Optional bool
	Units    []string
	OneOf    []string
	Min, Max string // empty: no bound

	index int
}

// Definition is a rule type ready to read parameters into.
type Definition struct {
	Doc
	Parameters []Parameter
	Room       string // the room that defines and enforces it

	typ reflect.Type
}

// Define takes a rule type into use. It panics on a type that breaks the form described at Rule,
// because that is a mistake of ours and shows at the first start.
func Define[R Rule]() Definition {
	var zero R
	typ := reflect.TypeFor[R]()
	d := Definition{Doc: zero.Rule(), typ: typ, Room: typ.PkgPath()[strings.LastIndex(typ.PkgPath(), "/")+1:]}
	if !strings.HasPrefix(d.Name, d.Room+".") || d.About == "" {
		panic(fmt.Sprintf("clause: rule %q of room %s must be named after it and described", d.Name, d.Room))
	}
	for i := range typ.NumField() {
		d.Parameters = append(d.Parameters, parameter(d.Name, typ.Field(i), i))
	}
	return d
}

func parameter(rule string, f reflect.StructField, index int) Parameter {
	name, rest, _ := strings.Cut(f.Tag.Get("with"), ",")
	p := Parameter{
		Name: name, About: f.Tag.Get("doc"), Optional: rest == "optional",
		Units: strings.Fields(f.Tag.Get("unit")), OneOf: strings.Fields(f.Tag.Get("oneof")),
		Min: f.Tag.Get("min"), Max: f.Tag.Get("max"), index: index,
	}
	switch f.Type {
	case reflect.TypeFor[Period]():
		p.Type = "period"
	case reflect.TypeFor[int]():
		p.Type = "number"
	case reflect.TypeFor[bool]():
		p.Type = "yes or no"
	case reflect.TypeFor[string]():
		p.Type = "word"
	case reflect.TypeFor[[]string]():
		p.Type = "words"
	}
	if name == "" || p.About == "" || p.Type == "" {
		panic(fmt.Sprintf("clause: field %s of rule %s needs with, doc and a type a pack can write", f.Name, rule))
	}
	return p
}

// Value is a parameter as written in a pack or a draft: one scalar or a list of scalars.
type Value struct {
	Text string
	List []string // not nil: the list form was written
	Line int
}

// read makes a rule of what is written, or says at which line it cannot and why.
func (d Definition) read(line int, with map[string]Value) (any, []Problem) {
	rule := reflect.New(d.typ)
	var problems []Problem
	known := map[string]bool{}
	for _, p := range d.Parameters {
		known[p.Name] = true
		v, written := with[p.Name]
		if !written {
			if !p.Optional {
				problems = append(problems, Problem{Line: line, Reason: fmt.Sprintf("rule %s needs the parameter %s (%s)", d.Name, p.Name, p.About)})
			}
			continue
		}
		if err := p.set(rule.Elem().Field(p.index), v); err != nil {
			problems = append(problems, Problem{Line: v.Line, Reason: fmt.Sprintf("rule %s, parameter %s: %v", d.Name, p.Name, err)})
		}
	}
	for name, v := range with {
		if !known[name] {
			problems = append(problems, Problem{Line: v.Line, Reason: fmt.Sprintf("rule %s has no parameter %s", d.Name, name)})
		}
	}
	if c, ok := rule.Interface().(interface{ Check() error }); ok && problems == nil {
		if err := c.Check(); err != nil {
			problems = append(problems, Problem{Line: line, Reason: fmt.Sprintf("rule %s: %v", d.Name, err)})
		}
	}
	return rule.Interface(), problems
}

func (p Parameter) set(field reflect.Value, v Value) error {
	if (v.List != nil) != (p.Type == "words") {
		return fmt.Errorf("want %s", map[bool]string{true: "a list", false: "one value, not a list"}[p.Type == "words"])
	}
	switch p.Type {
	case "period":
		period, err := ParsePeriod(v.Text)
		if err != nil {
			return err
		}
		if len(p.Units) > 0 && !slices.Contains(p.Units, string(period.Unit)) {
			return fmt.Errorf("%s is in the wrong unit: want %s", v.Text, strings.Join(p.Units, " or "))
		}
		field.Set(reflect.ValueOf(period))
	case "number":
		n, err := strconv.Atoi(v.Text)
		if err != nil || strconv.Itoa(n) != v.Text {
			return fmt.Errorf("%q is not a whole number", v.Text)
		}
		if !within(n, p.Min, p.Max) {
			return fmt.Errorf("%d is out of range: want %s to %s", n, or(p.Min, "any"), or(p.Max, "any"))
		}
		field.SetInt(int64(n))
	case "yes or no":
		if v.Text != "true" && v.Text != "false" {
			return fmt.Errorf("%q is neither true nor false", v.Text)
		}
		field.SetBool(v.Text == "true")
	case "word":
		if err := p.word(v.Text); err != nil {
			return err
		}
		field.SetString(v.Text)
	case "words":
		seen := map[string]bool{}
		for _, w := range v.List {
			if err := p.word(w); err != nil {
				return err
			}
			if seen[w] {
				return fmt.Errorf("%q is written twice", w)
			}
			seen[w] = true
		}
		if len(v.List) == 0 {
			return fmt.Errorf("the list is empty")
		}
		field.Set(reflect.ValueOf(slices.Clone(v.List)))
	}
	return nil
}

func (p Parameter) word(w string) error {
	switch {
	case w == "":
		return fmt.Errorf("the value is empty")
	case len(p.OneOf) > 0 && !slices.Contains(p.OneOf, w):
		return fmt.Errorf("%q is unknown: want one of %s", w, strings.Join(p.OneOf, ", "))
	}
	return nil
}

func within(n int, low, high string) bool {
	l, errLow := strconv.Atoi(low)
	h, errHigh := strconv.Atoi(high)
	return (errLow != nil || n >= l) && (errHigh != nil || n <= h)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

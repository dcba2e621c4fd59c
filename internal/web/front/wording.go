package front

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
)

// ruleWords is a rule with its parameters as people read them.
type ruleWords struct {
	Name       string // as a pack writes it: the name an operator looks for
	Parameters []parameterWords
}

// parameterWords is one parameter in words.
type parameterWords struct {
	Name  string
	Value string
}

// rulesOf puts the rules of a clause into words.
func (s *Front) rulesOf(v gate.Visit, c agreement.Clause) []ruleWords {
	var out []ruleWords
	for _, rule := range c.Rules {
		w := ruleWords{Name: rule.Name}
		for _, p := range rule.With {
			w.Parameters = append(w.Parameters, parameterWords{s.parameterName(v, p.Name), s.parameterValue(v, p)})
		}
		out = append(out, w)
	}
	return out
}

// parameterName is a parameter in the language of the visit; one without a sentence keeps the name
// the pack gives it.
func (s *Front) parameterName(v gate.Visit, name string) string {
	return s.worded(v, "front.parameter."+name, name)
}

func (s *Front) parameterValue(v gate.Visit, p agreement.Parameter) string {
	if p.List == nil {
		return s.value(v, p.Name, p.Value)
	}
	words := make([]string, len(p.List))
	for i, w := range p.List {
		words[i] = s.value(v, p.Name, w)
	}
	return strings.Join(words, ", ")
}

// capital begins a name that stands by itself.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// written puts a value as a pack writes it, one or a list in brackets, into words. Nothing written
// is shown as a dash.
func (s *Front) written(v gate.Visit, name, value string) string {
	if value == "" {
		return "—"
	}
	if list, ok := strings.CutPrefix(value, "["); ok {
		return s.parameterValue(v, agreement.Parameter{Name: name, List: strings.Split(strings.TrimSuffix(list, "]"), ", ")})
	}
	return s.value(v, name, value)
}

// value is one value in words: periods are counted, yes and no are said, known words are
// translated, under the parameter's name where the word means something of its own there. Numbers,
// clause numbers and addresses stay as they are.
func (s *Front) value(v gate.Visit, parameter, text string) string {
	if period, err := clause.ParsePeriod(text); err == nil {
		return s.period(v, period)
	}
	if own := "front.value." + parameter + "." + text; s.Words.Has(v.Actor.Language, own) {
		return s.Say(v, own)
	}
	key := "front.value." + text
	if !s.Words.Has(v.Actor.Language, key) && strings.ContainsAny(text, "@./: ") {
		return text
	}
	return s.worded(v, key, text)
}

// period says a length of time: "3 days".
func (s *Front) period(v gate.Visit, p clause.Period) string {
	if p.Amount == 0 {
		return s.Say(v, "front.period.at_once")
	}
	return s.Say(v, "front.period."+string(p.Unit), "n", strconv.Itoa(p.Amount))
}

// worded is a sentence where there is one, otherwise the word itself without its underscores.
func (s *Front) worded(v gate.Visit, key, word string) string {
	if s.Words.Has(v.Actor.Language, key) {
		return s.Say(v, key)
	}
	return strings.ReplaceAll(word, "_", " ")
}

// note says in a line what a clause does in the portal; a declaratory clause does nothing.
func (s *Front) note(v gate.Visit, c agreement.Clause) string {
	switch {
	case c.Repeats != "":
		return s.Say(v, "front.note.repeats", "clause", bare(c.Repeats))
	case c.Kind == clause.ContentRule:
		return s.Say(v, "front.note.content", "categories", s.categories(v, c))
	}
	var notes []string
	for _, rule := range s.rulesOf(v, c) {
		note := s.Say(v, "front.note.rule", "rule", rule.Name)
		for i, p := range rule.Parameters {
			joint := "; "
			if i == 0 {
				joint = " – "
			}
			note += joint + s.Say(v, "front.note.parameter", "name", p.Name, "value", p.Value)
		}
		notes = append(notes, note+".")
	}
	return strings.Join(notes, " ")
}

// bare is a clause's number without the document it may stand in.
func bare(repeats string) string {
	if _, number, ok := strings.Cut(repeats, "/"); ok {
		return number
	}
	return repeats
}

func (s *Front) categories(v gate.Visit, c agreement.Clause) string {
	words := make([]string, len(c.Categories))
	for i, category := range c.Categories {
		words[i] = s.worded(v, "front.category."+category, category)
	}
	return strings.Join(words, ", ")
}

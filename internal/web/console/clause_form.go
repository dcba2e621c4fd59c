package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
)

// clauseForm is what the page of a clause sends.
type clauseForm struct {
	Version    int
	Kind       clause.Kind
	Text       agreement.Words
	Rules      []ruleForm
	Repeats    string
	Categories string
	Urgent     bool
	Add        string // a rule to be taken up before anything is saved

	catalogue *clause.Catalogue
}

// ruleForm is one rule with the values entered for its parameters.
type ruleForm struct {
	Definition clause.Definition
	Drop       bool
	Values     map[string][]string
}

// parameterID is the name of a parameter's field: the parameter of the i-th rule.
func parameterID(i int, name string) string { return "p-" + strconv.Itoa(i) + "-" + name }

func definition(catalogue *clause.Catalogue, name string) (clause.Definition, bool) {
	all := catalogue.All()
	i := slices.IndexFunc(all, func(d clause.Definition) bool { return d.Name == name })
	if i < 0 {
		return clause.Definition{}, false
	}
	return all[i], true
}

// clauseForm is the form filled in with a clause as it stands.
func (c *Console) clauseForm(version int, cl agreement.Clause) clauseForm {
	form := clauseForm{
		Version: version, Kind: cl.Kind, Text: cl.Text, Repeats: cl.Repeats,
		Categories: strings.Join(cl.Categories, ", "), Urgent: cl.Urgent, catalogue: c.Agreements.Rules(),
	}
	for _, rule := range cl.Rules {
		d, known := definition(form.catalogue, rule.Name)
		if !known {
			continue // the program no longer has the rule, so nothing can be asked about it
		}
		values := map[string][]string{}
		for _, p := range rule.With {
			values[p.Name] = entered(d, p)
		}
		form.Rules = append(form.Rules, ruleForm{Definition: d, Values: values})
	}
	return form
}

// entered is a parameter as its field holds it: a list without known words stands in one line.
func entered(d clause.Definition, p agreement.Parameter) []string {
	if p.List == nil {
		return []string{p.Value}
	}
	i := slices.IndexFunc(d.Parameters, func(x clause.Parameter) bool { return x.Name == p.Name })
	if i >= 0 && len(d.Parameters[i].OneOf) > 0 {
		return p.List
	}
	return []string{strings.Join(p.List, ", ")}
}

// readClause takes the form in. Refusal: Invalid "form.encoding" for what no page of ours sends.
func (c *Console) readClause(r *http.Request, v gate.Visit) (clauseForm, error) {
	version, err := believed(r)
	if err != nil {
		return clauseForm{}, err
	}
	form := clauseForm{
		Version: version, Kind: clause.Kind(r.PostFormValue("kind")), Text: readTexts(r, c.Portal(v).Languages),
		Repeats: strings.TrimSpace(r.PostFormValue("repeats")), Categories: strings.TrimSpace(r.PostFormValue("categories")),
		Urgent: r.PostFormValue("urgent") == "true", Add: r.PostFormValue("add"), catalogue: c.Agreements.Rules(),
	}
	for i, name := range r.PostForm["rule"] {
		d, known := definition(form.catalogue, name)
		if !known {
			return clauseForm{}, fault.New(fault.Invalid, "form.encoding")
		}
		rule := ruleForm{Definition: d, Drop: slices.Contains(r.PostForm["drop"], strconv.Itoa(i)), Values: map[string][]string{}}
		for _, p := range d.Parameters {
			for _, value := range r.PostForm[parameterID(i, p.Name)] {
				if value = strings.TrimSpace(value); value != "" {
					rule.Values[p.Name] = append(rule.Values[p.Name], value)
				}
			}
		}
		form.Rules = append(form.Rules, rule)
	}
	return form, nil
}

// readTexts reads a text in each language: paragraphs stand apart by an empty line, as in a pack.
func readTexts(r *http.Request, languages []string) agreement.Words {
	text := agreement.Words{}
	for _, language := range languages {
		s := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(r.PostFormValue("text-" + language))
		text[language] = norm.NFC.String(strings.TrimSpace(s))
	}
	return text
}

// takeUp adds the rule that was chosen, and drops none yet; false where none was chosen.
func (f *clauseForm) takeUp() bool {
	d, known := definition(f.catalogue, f.Add)
	if !known {
		return false
	}
	f.Kind, f.Add = clause.Mechanism, ""
	if !slices.ContainsFunc(f.Rules, func(r ruleForm) bool { return r.Definition.Name == d.Name }) {
		f.Rules = append(f.Rules, ruleForm{Definition: d, Values: map[string][]string{}})
	}
	return true
}

// kept are the rules the clause sets when the form is saved, with their place in the form.
func (f clauseForm) kept() (rules []ruleForm, place []int) {
	if f.Kind != clause.Mechanism {
		return nil, nil
	}
	for i, rule := range f.Rules {
		if !rule.Drop {
			rules, place = append(rules, rule), append(place, i)
		}
	}
	return rules, place
}

// clause is what the form makes of a clause. Number and heading stay.
func (f clauseForm) clause(old agreement.Clause) agreement.Clause {
	cl := agreement.Clause{Number: old.Number, Heading: old.Heading, Kind: f.Kind, Text: f.Text}
	switch f.Kind {
	case clause.Mechanism:
		cl.Repeats = f.Repeats
	case clause.ContentRule:
		cl.Categories, cl.Urgent = split(f.Categories), f.Urgent
	}
	rules, _ := f.kept()
	for _, rule := range rules {
		i := slices.IndexFunc(old.Rules, func(x agreement.Rule) bool { return x.Name == rule.Definition.Name })
		before := agreement.Rule{}
		if i >= 0 {
			before = old.Rules[i]
		}
		cl.Rules = append(cl.Rules, rule.rule(before))
	}
	return cl
}

// rule keeps the order in which the parameters, and the words of a list, stood before, so that
// saving without a change changes nothing.
func (r ruleForm) rule(before agreement.Rule) agreement.Rule {
	out := agreement.Rule{Name: r.Definition.Name}
	var order []string
	for _, p := range before.With {
		order = append(order, p.Name)
	}
	for _, p := range r.Definition.Parameters {
		if !slices.Contains(order, p.Name) {
			order = append(order, p.Name)
		}
	}
	for _, name := range order {
		i := slices.IndexFunc(r.Definition.Parameters, func(p clause.Parameter) bool { return p.Name == name })
		values := r.Values[name]
		if i < 0 || len(values) == 0 {
			continue
		}
		p := agreement.Parameter{Name: name, Value: values[0]}
		if definition := r.Definition.Parameters[i]; definition.Type == "words" {
			p.Value, p.List = "", values
			if len(definition.OneOf) == 0 {
				p.List = split(values[0])
			}
			for _, was := range before.With {
				if was.Name == name && slices.Equal(slices.Sorted(slices.Values(was.List)), slices.Sorted(slices.Values(p.List))) {
					p.List = was.List
				}
			}
		}
		out.With = append(out.With, p)
	}
	return out
}

// split takes a line of words apart at its commas.
func split(line string) (out []string) {
	for _, w := range strings.Split(line, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// checkClause says, field by field, why a clause cannot be saved as the form has it.
func (c *Console) checkClause(v gate.Visit, e agreement.Edition, cl agreement.Clause, form clauseForm) error {
	wrong := checkTexts(cl.Text, c.Portal(v).Languages)
	wrong = append(wrong, checkShape(e, cl)...)
	wrong = append(wrong, form.check(e, cl)...)
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// maxText is the longest text of a clause in characters: several times the longest there is.
const maxText = 20_000

// checkTexts refuses what no page can show. A draft may still lack a language: the edition's page
// lists that among what keeps it from force. A clause that says nothing at all is a mistake.
func checkTexts(text agreement.Words, languages []string) (wrong fault.Faults) {
	said := false
	for _, language := range languages {
		s, field := text[language], "text-"+language
		said = said || s != ""
		switch {
		case !utf8.ValidString(s):
			wrong = append(wrong, fault.New(fault.Invalid, "form.encoding").At(field))
		case utf8.RuneCountInString(s) > maxText:
			wrong = append(wrong, fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(maxText)).At(field))
		case strings.ContainsFunc(s, hidden):
			wrong = append(wrong, fault.New(fault.Invalid, "form.characters").At(field))
		}
	}
	if !said && len(languages) > 0 {
		wrong = append(wrong, fault.New(fault.Invalid, "form.empty").At("text-"+languages[0]))
	}
	return wrong
}

// hidden tells characters by which a text would read otherwise than it is stored.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
}

// checkShape says what does not fit together in a clause, whatever its rules are.
func checkShape(e agreement.Edition, cl agreement.Clause) (wrong fault.Faults) {
	add := func(key, field string) { wrong = append(wrong, fault.New(fault.Invalid, key).At(field)) }
	switch cl.Kind {
	case clause.Mechanism:
		if len(cl.Rules) == 0 && cl.Repeats == "" {
			add("console.clause.needs_rule", "kind")
		}
		if len(cl.Rules) > 0 && cl.Repeats != "" {
			add("console.clause.rule_and_repeats", "repeats")
		}
		if _, here := e.Content.Clause(cl.Repeats); cl.Repeats != "" && !strings.Contains(cl.Repeats, "/") && (!here || cl.Repeats == cl.Number) {
			add("console.clause.repeats_nothing", "repeats")
		}
	case clause.ContentRule:
		if len(cl.Categories) == 0 {
			add("console.clause.needs_categories", "categories")
		}
	case clause.Declaratory:
	default:
		add("console.clause.needs_kind", "kind")
	}
	return wrong
}

// perRule sets the lines of the rules of a clause apart, so that a problem's line tells the rule
// and the parameter: the compiler knows packs, where these are lines of a file.
const perRule = 1000

// check compiles the rules of the clause by themselves. How they get on with other clauses shows
// on the edition's page.
func (f clauseForm) check(e agreement.Edition, cl agreement.Clause) (wrong fault.Faults) {
	kept, place := f.kept()
	binding := clause.Binding{Number: cl.Number, Kind: cl.Kind, Repeats: cl.Repeats, Categories: cl.Categories, Urgent: cl.Urgent}
	for i, rule := range cl.Rules {
		src := clause.RuleSource{Name: rule.Name, With: map[string]clause.Value{}, Line: (i + 1) * perRule}
		for _, p := range rule.With {
			src.With[p.Name] = clause.Value{Text: p.Value, List: p.List, Line: src.Line + 1 + parameterIndex(kept[i].Definition, p.Name)}
		}
		for _, p := range kept[i].Definition.Parameters {
			if _, written := src.With[p.Name]; !written && !p.Optional {
				wrong = append(wrong, fault.New(fault.Invalid, "form.empty").At(parameterID(place[i], p.Name)))
			}
		}
		binding.Rules = append(binding.Rules, src)
	}
	if wrong != nil {
		return wrong
	}
	_, problems := f.catalogue.Compile(e.Portal, e.Document, e.Number, []clause.Binding{binding})
	for _, p := range problems {
		i, parameter := p.Line/perRule-1, p.Line%perRule-1
		switch {
		case i < 0: // what does not fit together: checkShape has said it in our words
		case parameter < 0:
			wrong = append(wrong, fault.New(fault.Invalid, "console.clause.does_not_compile").With("reason", p.Reason).At("drop-"+strconv.Itoa(place[i])))
		default:
			of := kept[i].Definition.Parameters[parameter]
			wrong = append(wrong, wanted(of).At(parameterID(place[i], of.Name)))
		}
	}
	return wrong
}

func parameterIndex(d clause.Definition, name string) int {
	return slices.IndexFunc(d.Parameters, func(p clause.Parameter) bool { return p.Name == name })
}

// wanted says what a parameter has to be: as the hint at its field, and when it is not that.
func wanted(p clause.Parameter) *fault.Fault {
	want := func(key string) *fault.Fault { return fault.New(fault.Invalid, "console.want."+key) }
	switch p.Type {
	case "period":
		units := p.Units
		if len(units) == 0 {
			units = []string{string(clause.Minutes), string(clause.Hours), string(clause.Days), string(clause.BusinessDays), string(clause.Months)}
		}
		return want("period").With("units", strings.Join(units, ", "))
	case "number":
		switch {
		case p.Min != "" && p.Max != "":
			return want("number_between").With("min", p.Min).With("max", p.Max)
		case p.Min != "":
			return want("number_from").With("min", p.Min)
		case p.Max != "":
			return want("number_to").With("max", p.Max)
		}
		return want("number")
	case "yes or no":
		return want("yes_or_no")
	case "words":
		if len(p.OneOf) > 0 {
			return want("choices")
		}
		return want("words")
	}
	if len(p.OneOf) > 0 {
		return want("choice")
	}
	return want("word")
}

// want is the hint at a parameter; it says what the units of a period stand for.
func (c *Console) want(v gate.Visit, p clause.Parameter) string {
	f := wanted(p)
	if p.Type != "period" {
		return c.Message(v, f)
	}
	units := strings.Split(f.Args["units"], ", ")
	for i, unit := range units {
		units[i] = unit + " – " + c.Say(v, "console.unit."+unit)
	}
	return c.Message(v, f.With("units", strings.Join(units, ", ")))
}

package console

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// clauseView is the page on which one clause of a draft is written.
type clauseView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Section string
	Version int
	Title   string // of the texts
	Texts   []textField
	Kind    design.Radios
	Rules   []ruleView
	More    []design.Component // what else a clause of this kind has
	Save    design.Button
	Cancel  design.Link
	Remove  design.Link
	Add     *addView
}

// textField is the text in one language.
type textField struct {
	Lang string
	Area design.Textarea
}

// ruleView is one rule of the clause with its parameters. The rule catalogue speaks English: what
// it says of a parameter is the hint of its field on an English page, and stands among the notes,
// marked as English, on any other.
type ruleView struct {
	Title  string
	Name   string
	About  string
	Notes  []string
	Fields []design.Component
	Drop   design.Checkboxes
}

// addView sets a further rule.
type addView struct {
	Summary string
	Select  design.Select
	Button  design.Button
}

// Clause answers GET /{portal}/console/editions/{document}/{number}/clauses/{clause}.
func (c *Console) Clause(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.draft(r, v)
	if err != nil {
		return err
	}
	cl, ok := e.Content.Clause(r.PathValue("clause"))
	if !ok {
		return absent()
	}
	return c.showClause(w, r, v, e, cl, c.clauseForm(e.Version, cl), nil)
}

// ClausePost answers POST of the same address: it saves the clause, or takes up one more rule and
// asks for its parameters. What does not compile is not saved.
func (c *Console) ClausePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	old, ok := e.Content.Clause(r.PathValue("clause"))
	if !ok {
		return absent()
	}
	form, err := c.readClause(r, v)
	if err != nil {
		return err
	}
	if form.takeUp() {
		return c.showClause(w, r, v, e, old, form, nil)
	}
	cl := form.clause(old)
	if err = c.checkClause(v, e, cl, form); err == nil {
		_, err = c.Agreements.Rewrite(r.Context(), v.Actor, e.Document, e.Number, form.Version, func(content *agreement.Content) error {
			i := slices.IndexFunc(content.Clauses, func(x agreement.Clause) bool { return x.Number == cl.Number })
			if i < 0 {
				return fault.New(fault.Conflict, "store.changed")
			}
			content.Clauses[i] = cl
			return nil
		})
	}
	if frame.AsFaults(err) != nil {
		return c.showClause(w, r, v, e, old, form, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=saved#"+frame.Anchor(cl.Number))
}

func (c *Console) showClause(w http.ResponseWriter, r *http.Request, v gate.Visit, e agreement.Edition, old agreement.Clause, form clauseForm, refusal error) error {
	_, at, _ := c.Errors(v, refusal)
	back := editionURL(v, e) + "#" + frame.Anchor(old.Number)
	view := clauseView{
		Errors:  c.summary(v, refusal),
		Heading: design.Heading{Caption: c.editionLink(v, e).Text, Text: c.Say(v, "console.clause.title", "clause", old.Number)},
		Section: c.section(v, e, old.Number),
		Version: form.Version,
		Title:   c.Say(v, "console.clause.text"),
		Texts:   c.textFields(v, form.Text, at),
		Kind:    c.kindRadios(v, form.Kind, at),
		Save:    design.Button{Text: c.Say(v, "console.clause.save"), Name: "do", Value: "save"},
		Cancel:  design.Link{Text: c.Say(v, "console.cancel"), URL: back},
		Remove:  design.Link{Text: c.Say(v, "console.clause.remove"), URL: clauseURL(v, e, old.Number) + "/remove"},
	}
	switch form.Kind {
	case clause.Mechanism:
		for i, rule := range form.Rules {
			view.Rules = append(view.Rules, c.ruleView(v, i, rule, at))
		}
		view.More, view.Add = c.repeatsField(v, form, at), c.addView(v, form)
	case clause.ContentRule:
		view.More = c.categoryFields(v, form, at)
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Back = design.Link{Text: c.Say(v, "console.back"), URL: back}
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// section is the heading of the section a clause stands in.
func (c *Console) section(v gate.Visit, e agreement.Edition, number string) string {
	heading := ""
	for _, cl := range e.Content.Clauses {
		if cl.Heading != nil {
			heading = c.In(v, cl.Heading)
		}
		if cl.Number == number {
			break
		}
	}
	if heading == "" {
		return ""
	}
	return c.Say(v, "console.clause.section", "section", heading)
}

// textFields are one field for each language of the portal, labelled in that language.
func (c *Console) textFields(v gate.Visit, text agreement.Words, at map[string]string) (out []textField) {
	for _, language := range c.Portal(v).Languages {
		name := "text-" + language
		out = append(out, textField{Lang: language, Area: design.Textarea{
			Field: design.Field{Name: name, Label: c.Words.Say(language, "language.name"), Error: at[name]},
			Value: text[language], Rows: rows(text[language]),
		}})
	}
	return out
}

// rows is a height in which a text can be read without scrolling, within reason.
func rows(text string) int { return max(5, min(20, len([]rune(text))/60+2)) }

func (c *Console) kindRadios(v gate.Visit, kind clause.Kind, at map[string]string) design.Radios {
	radios := design.Radios{Field: design.Field{
		Name: "kind", Label: c.Say(v, "console.clause.kind"), Hint: c.Say(v, "console.clause.kind_hint"), Error: at["kind"],
	}}
	for _, k := range []clause.Kind{clause.Mechanism, clause.ContentRule, clause.Declaratory} {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: string(k), Label: c.kind(v, string(k)), Hint: c.Say(v, "console.kind."+string(k)+"_hint"), Checked: k == kind,
		})
	}
	return radios
}

func (c *Console) repeatsField(v gate.Visit, form clauseForm, at map[string]string) []design.Component {
	return []design.Component{design.TextInput{
		Field: design.Field{Name: "repeats", Label: c.Say(v, "console.clause.repeats"), Hint: c.Say(v, "console.clause.repeats_hint"), Error: at["repeats"], Optional: true},
		Value: form.Repeats, Width: design.Chars20,
	}}
}

func (c *Console) categoryFields(v gate.Visit, form clauseForm, at map[string]string) []design.Component {
	return []design.Component{
		design.TextInput{
			Field: design.Field{Name: "categories", Label: c.Say(v, "console.clause.categories"), Hint: c.Say(v, "console.clause.categories_hint"), Error: at["categories"]},
			Value: form.Categories,
		},
		design.Checkboxes{
			Field:   design.Field{Name: "urgent", Label: c.Say(v, "console.clause.urgent")},
			Choices: []design.Choice{{Value: "true", Label: c.Say(v, "console.clause.urgent_label"), Checked: form.Urgent}},
		},
	}
}

func (c *Console) addView(v gate.Visit, form clauseForm) *addView {
	add := &addView{
		Summary: c.Say(v, "console.clause.add"),
		Select: design.Select{
			Field:   design.Field{Name: "add", Label: c.Say(v, "console.clause.add_label"), Hint: c.Say(v, "console.clause.add_hint")},
			Choices: []design.Choice{{Label: c.Say(v, "console.clause.add_none"), Checked: true}},
		},
		Button: design.Button{Text: c.Say(v, "console.clause.add_button"), Look: design.Secondary, Name: "do", Value: "add"},
	}
	for _, d := range c.Agreements.Rules().All() {
		if !slices.ContainsFunc(form.Rules, func(r ruleForm) bool { return r.Definition.Name == d.Name }) {
			add.Select.Choices = append(add.Select.Choices, design.Choice{Value: d.Name, Label: d.Name})
		}
	}
	return add
}

// ruleView asks for the parameters of the i-th rule.
func (c *Console) ruleView(v gate.Visit, i int, rule ruleForm, at map[string]string) ruleView {
	view := ruleView{
		Title: c.Say(v, "console.clause.rule", "rule", rule.Definition.Name), Name: rule.Definition.Name, About: rule.Definition.About,
		Drop: design.Checkboxes{
			Field:   design.Field{Name: "drop", ID: "drop-" + strconv.Itoa(i), Label: c.Say(v, "console.clause.drop")},
			Choices: []design.Choice{{Value: strconv.Itoa(i), Label: c.Say(v, "console.clause.drop_label", "rule", rule.Definition.Name), Checked: rule.Drop}},
			Small:   true,
		},
	}
	for _, p := range rule.Definition.Parameters {
		name := parameterID(i, p.Name)
		field := design.Field{Name: name, Label: c.parameterName(v, p.Name), Hint: c.want(v, p), Error: at[name], Optional: p.Optional}
		if v.Actor.Language == "en" {
			field.Hint = p.About + " " + field.Hint
		} else {
			view.Notes = append(view.Notes, p.Name+": "+p.About)
		}
		view.Fields = append(view.Fields, c.parameterInput(v, p, field, rule.Values[p.Name]))
	}
	return view
}

// maxRadios is how many values are chosen by radio buttons; more are chosen from a list.
const maxRadios = 7

// parameterInput is the question that fits the type of a parameter.
func (c *Console) parameterInput(v gate.Visit, p clause.Parameter, field design.Field, values []string) design.Component {
	value := ""
	if len(values) > 0 {
		value = values[0]
	}
	choices := func() (out []design.Choice) {
		for _, w := range p.OneOf {
			out = append(out, design.Choice{Value: w, Label: c.valueName(v, w), Checked: slices.Contains(values, w)})
		}
		return out
	}
	unsaid := design.Choice{Label: c.Say(v, "console.clause.unsaid"), Checked: value == ""}
	switch {
	case p.Type == "yes or no":
		radios := design.Radios{Field: field, Choices: []design.Choice{
			{Value: "true", Label: c.Say(v, "console.yes"), Checked: value == "true"},
			{Value: "false", Label: c.Say(v, "console.no"), Checked: value == "false"},
		}}
		if p.Optional {
			radios.Choices = append(radios.Choices, unsaid)
		}
		return radios
	case p.Type == "words" && len(p.OneOf) > 0:
		return design.Checkboxes{Field: field, Choices: choices()}
	case p.Type == "word" && len(p.OneOf) > maxRadios:
		return design.Select{Field: field, Choices: append([]design.Choice{unsaid}, choices()...)}
	case p.Type == "word" && len(p.OneOf) > 0:
		radios := design.Radios{Field: field, Choices: choices()}
		if p.Optional {
			radios.Choices = append(radios.Choices, unsaid)
		}
		return radios
	case p.Type == "number":
		return design.TextInput{Field: field, Value: value, InputMode: "numeric", Width: design.Digits10}
	case p.Type == "period":
		return design.TextInput{Field: field, Value: value, Width: design.Digits10}
	}
	return design.TextInput{Field: field, Value: value}
}

// valueName is a value of a parameter, followed by the word a pack writes for it.
func (c *Console) valueName(v gate.Visit, word string) string {
	said := c.worded(v, "front.value."+word, word)
	if said == word {
		return word
	}
	return said + " (" + word + ")"
}

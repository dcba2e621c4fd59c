package console

import (
	"net/http"
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// newClauseView is the page on which a clause is added to a draft.
type newClauseView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Version int
	Number  design.TextInput
	After   design.Select
	Title   string // of the texts
	Texts   []textField
	Save    design.Button
	Cancel  design.Link
}

// newClauseForm is what it sends. A new clause is declaratory; rules are bound to it on its own page.
type newClauseForm struct {
	Version int
	Number  string
	After   string // empty: it becomes the first
	Text    agreement.Words
}

// NewClause answers GET /{portal}/console/editions/{document}/{number}/clauses-new.
func (c *Console) NewClause(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.draft(r, v)
	if err != nil {
		return err
	}
	form := newClauseForm{Version: e.Version}
	if n := len(e.Content.Clauses); n > 0 {
		form.After = e.Content.Clauses[n-1].Number
	}
	return c.showNewClause(w, r, v, e, form, nil)
}

// NewClausePost answers POST of the same address.
func (c *Console) NewClausePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	form := newClauseForm{}
	if form.Version, err = believed(r); err != nil {
		return err
	}
	form.Number, form.After = strings.TrimSpace(r.PostFormValue("number")), r.PostFormValue("after")
	form.Text = readTexts(r, c.Portal(v).Languages)
	if err = form.check(e, c.Portal(v).Languages); err == nil {
		_, err = c.Agreements.Rewrite(r.Context(), v.Actor, e.Document, e.Number, form.Version, form.insert)
	}
	if frame.AsFaults(err) != nil {
		return c.showNewClause(w, r, v, e, form, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=added#"+frame.Anchor(form.Number))
}

// maxNumber is the longest clause number in characters.
const maxNumber = 20

func (f newClauseForm) check(e agreement.Edition, languages []string) error {
	wrong := checkTexts(f.Text, languages)
	if _, taken := e.Content.Clause(f.Number); taken {
		wrong = append(fault.Faults{fault.New(fault.Conflict, "console.new.taken").With("clause", f.Number).At("number")}, wrong...)
	} else if !isNumber(f.Number) {
		wrong = append(fault.Faults{fault.New(fault.Invalid, "console.new.number_wrong").At("number")}, wrong...)
	}
	if _, there := e.Content.Clause(f.After); !there && f.After != "" {
		wrong = append(wrong, fault.New(fault.Invalid, "console.new.after_wrong").At("after"))
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// isNumber admits what clauses are numbered with: Latin letters, digits, dots and hyphens, so that a
// number looks the same in every language and in an address.
func isNumber(s string) bool {
	if s == "" || len(s) > maxNumber || s[0] == '.' || s[0] == '-' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' {
			return false
		}
	}
	return true
}

func (f newClauseForm) insert(content *agreement.Content) error {
	at := 0
	if f.After != "" {
		at = slices.IndexFunc(content.Clauses, func(cl agreement.Clause) bool { return cl.Number == f.After }) + 1
	}
	content.Clauses = slices.Insert(content.Clauses, at, agreement.Clause{Number: f.Number, Kind: clause.Declaratory, Text: f.Text})
	return nil
}

func (c *Console) showNewClause(w http.ResponseWriter, r *http.Request, v gate.Visit, e agreement.Edition, form newClauseForm, refusal error) error {
	_, at, _ := c.Errors(v, refusal)
	view := newClauseView{
		Errors:  c.summary(v, refusal),
		Heading: design.Heading{Caption: c.editionLink(v, e).Text, Text: c.Say(v, "console.new.title"), Lead: c.Say(v, "console.new.lead")},
		Version: form.Version,
		Number: design.TextInput{
			Field: design.Field{Name: "number", Label: c.Say(v, "console.new.number"), Hint: c.Say(v, "console.new.number_hint"), Error: at["number"]},
			Value: form.Number, Width: design.Digits10, MaxLength: maxNumber,
		},
		After: design.Select{
			Field:   design.Field{Name: "after", Label: c.Say(v, "console.new.after"), Error: at["after"]},
			Choices: []design.Choice{{Label: c.Say(v, "console.new.first"), Checked: form.After == ""}},
		},
		Title:  c.Say(v, "console.clause.text"),
		Texts:  c.textFields(v, form.Text, at),
		Save:   design.Button{Text: c.Say(v, "console.new.save")},
		Cancel: design.Link{Text: c.Say(v, "console.cancel"), URL: editionURL(v, e) + "#clauses"},
	}
	for _, cl := range e.Content.Clauses {
		view.After.Choices = append(view.After.Choices, design.Choice{
			Value: cl.Number, Label: c.Say(v, "console.new.after_clause", "clause", cl.Number), Checked: cl.Number == form.After,
		})
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Back = design.Link{Text: c.Say(v, "console.back"), URL: view.Cancel.URL}
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

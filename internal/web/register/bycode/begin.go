package bycode

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// beginForm is what a person enters. A box is sent back ticked only to the one who ticked it.
type beginForm struct {
	Surname, Given, Patronymic, Email, Mobile string
	Agree, Consent                            bool
	Seen                                      []agreement.Seen
}

func readBegin(r *http.Request) beginForm {
	return beginForm{
		Surname: r.PostFormValue("surname"), Given: r.PostFormValue("given"), Patronymic: r.PostFormValue("patronymic"),
		Email: r.PostFormValue("email"), Mobile: r.PostFormValue("mobile"),
		Agree: r.PostFormValue("agree") != "", Consent: r.PostFormValue("consent") != "", Seen: frame.ReadSeen(r),
	}
}

// formOf is the form as it was sent; the boxes are to be ticked anew.
func formOf(a account.Attempt) beginForm {
	f := a.Form
	return beginForm{Surname: f["surname"], Given: f["given"], Patronymic: f["patronymic"], Email: f["email"], Mobile: f["mobile"]}
}

// beginView is the page of the form.
type beginView struct {
	Title   string
	Lead    string
	Price   string
	PriceBy design.Link
	Errors  []design.FieldError
	Changed string
	Action  string
	Fields  []design.Component
	Seen    []string

	AgreeTitle string
	Means      string // what accepting means
	Capacity   string // empty where the agreement asks for no such statement
	AgreeBy    design.Link
	Documents  []design.Link
	Agree      design.Checkboxes

	ConsentTitle string // empty where no consent is asked for
	Scope        []string
	ConsentBy    design.Link
	Consent      design.Checkboxes

	Button string
	SignIn design.Link
}

// BeginPost takes the form and leads on to the code.
func (s *ByCode) BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
	}
	if err := frame.ReadForm(r); err != nil {
		return s.showBegin(w, r, v, beginForm{}, err)
	}
	form := readBegin(r)
	if changed := s.changed(v, form.Seen); changed != nil {
		return s.showBegin(w, r, v, form, changed)
	}
	p := account.Preliminary{
		Portal: v.Actor.Portal, Surname: form.Surname, Given: form.Given, Patronymic: form.Patronymic, Email: form.Email, Mobile: form.Mobile,
		Language: v.Actor.Language, Address: v.Address, Seen: seenText(form.Seen), Consent: form.Consent,
	}
	wrong := append(s.Accounts.CheckPreliminary(&p), s.unticked(v, form)...)
	if wrong != nil {
		return s.showBegin(w, r, v, form, wrong)
	}
	token, err := s.Accounts.BeginByCode(r.Context(), p, s.token(r, v))
	if err != nil {
		return s.showBegin(w, r, v, form, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayByCode, token))
	return frame.SeeOther(w, r, at(v, account.StepCode))
}

// changed refuses a form that shows other editions than those in force.
func (s *ByCode) changed(v gate.Visit, seen []agreement.Seen) error {
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now)
		if offered && !slices.Contains(seen, agreement.Seen{Document: document, Edition: e.Number}) {
			return fault.New(fault.Conflict, "agreement.changed").With("document", document)
		}
	}
	return nil
}

// unticked refuses a form without its boxes: each stands for an act of its own (ismet 2.1, 9.1).
func (s *ByCode) unticked(v gate.Visit, form beginForm) (wrong fault.Faults) {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if !form.Agree {
		wrong = append(wrong, fault.New(fault.Invalid, "bycode.agree.unticked").At("agree").By(s.acceptedBy(v)))
	}
	if cite, asked := privacy.Asked(book); asked && !form.Consent {
		wrong = append(wrong, fault.New(fault.Invalid, "bycode.consent.unticked").At("consent").By(cite))
	}
	return wrong
}

// acceptedBy is the clause by which the first of the documents is accepted.
func (s *ByCode) acceptedBy(v gate.Visit) clause.Citation {
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		if _, cite, ok := clause.InDocument[agreement.AcceptanceRule](s.Agreements.Book(v.Actor.Portal, v.Now), document); ok {
			return cite
		}
	}
	return clause.Citation{}
}

func (s *ByCode) showBegin(w http.ResponseWriter, r *http.Request, v gate.Visit, form beginForm, refused error) error {
	view := beginView{
		Title: s.Say(v, "bycode.begin.title"), Lead: s.Say(v, "bycode.begin.lead"), Action: begin(v), Button: s.Say(v, "bycode.begin.button"),
		SignIn: design.Link{Text: s.Say(v, "bycode.begin.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	var byField map[string]string
	if x, ok := refused.(*fault.Fault); ok && x.Key == "agreement.changed" {
		view.Changed, form.Agree, form.Consent = s.Message(v, x), false, false
	} else if refused != nil {
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if steps, cite, ok := clause.In[account.RegistrationSteps](book); ok {
		view.Price, view.PriceBy = s.Say(v, "bycode.begin.free"), s.Cite(v, cite)
		if steps.Price > 0 {
			view.Price = s.Say(v, "bycode.begin.price", "price", strconv.Itoa(steps.Price/100)+"."+strconv.Itoa(steps.Price/10%10)+strconv.Itoa(steps.Price%10))
		}
	}
	view.Fields = s.fields(v, book, form, byField)
	if err := s.agreeBox(v, book, &view, form, byField["agree"]); err != nil {
		return err
	}
	s.consentBox(v, book, &view, form, byField["consent"])
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

func (s *ByCode) fields(v gate.Visit, book *clause.Book, form beginForm, byField map[string]string) (out []design.Component) {
	asked, required := account.PreliminaryFields(book)
	for _, x := range []struct{ answer, name, value, kind, purpose string }{ // the answer as the clause calls it
		{"surname", "surname", form.Surname, "", "family-name"},
		{"name", "given", form.Given, "", "given-name"},
		{"patronymic", "patronymic", form.Patronymic, "", "additional-name"},
		{"email", "email", form.Email, "email", "email"},
		{"mobile", "mobile", form.Mobile, "tel", "tel"},
	} {
		if !slices.Contains(asked, x.answer) {
			continue
		}
		field := design.Field{Name: x.name, Label: s.Say(v, "bycode.field."+x.answer), Error: byField[x.name], Optional: !slices.Contains(required, x.answer)}
		switch x.name {
		case "email":
			field.Hint = s.Say(v, "bycode.field_hint.email")
		case "mobile":
			field.Hint = s.Say(v, "bycode.field_hint.mobile")
		}
		out = append(out, design.TextInput{Field: field, Value: x.value, Type: x.kind, Autocomplete: x.purpose})
	}
	return out
}

// agreeBox is the box on the agreement: what accepting means, the texts, and the statement of legal
// capacity where accepting is one (ismet 2.1).
func (s *ByCode) agreeBox(v gate.Visit, book *clause.Book, view *beginView, form beginForm, refusal string) error {
	view.AgreeTitle, view.Means, view.AgreeBy = s.Say(v, "bycode.agree.title"), s.Say(v, "bycode.agree.means"), s.Cite(v, s.acceptedBy(v))
	var titles []string
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now)
		if !offered {
			return fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
		}
		title := s.Say(v, "bycode.agree.document", "document", s.In(v, e.Content.Title), "edition", strconv.Itoa(e.Number))
		titles = append(titles, title)
		view.Seen = append(view.Seen, frame.SeenValue(document, e.Number))
		view.Documents = append(view.Documents, design.Link{Text: title, URL: frame.EditionURL(e.Portal, document, e.Number)})
	}
	if _, _, ok := clause.In[account.Capacity](book); ok {
		view.Capacity = s.Say(v, "bycode.agree.capacity")
	}
	view.Agree = design.Checkboxes{
		Field:   design.Field{Name: "agree", Label: s.Say(v, "bycode.agree.legend"), Error: refusal},
		Choices: []design.Choice{{Value: "1", Label: s.Say(v, "bycode.agree.box", "documents", strings.Join(titles, "; ")), Checked: form.Agree}},
	}
	return nil
}

// consentBox is the box on personal data, apart from the other: what for, what is done with them and
// how far they may travel, by the clauses in force (ismet 9.1, 9.1.1, 9.1.2).
func (s *ByCode) consentBox(v gate.Visit, book *clause.Book, view *beginView, form beginForm, refusal string) {
	cite, asked := privacy.Asked(book)
	if !asked {
		return
	}
	view.ConsentTitle, view.ConsentBy = s.Say(v, "bycode.consent.title"), s.Cite(v, cite)
	scope := privacy.ScopeOf(book)
	var purposes, actions []string
	for _, x := range scope.Purposes {
		purposes = append(purposes, s.Say(v, "bycode.purpose."+x))
	}
	for _, x := range scope.Letters {
		purposes = append(purposes, s.Say(v, "bycode.letters."+x))
	}
	for _, x := range scope.Actions {
		actions = append(actions, s.Say(v, "bycode.action."+x))
	}
	if len(purposes) > 0 {
		view.Scope = append(view.Scope, s.Say(v, "bycode.consent.purposes", "purposes", strings.Join(purposes, ", ")))
	}
	if len(actions) > 0 {
		view.Scope = append(view.Scope, s.Say(v, "bycode.consent.actions", "actions", strings.Join(actions, ", ")))
	}
	for _, x := range []struct {
		allowed bool
		yes, no string
	}{
		{scope.CrossBorder, "bycode.consent.abroad", "bycode.consent.not_abroad"},
		{scope.StateBodies, "bycode.consent.state", "bycode.consent.not_state"},
		{scope.Publication, "bycode.consent.published", "bycode.consent.not_published"},
	} {
		key := x.no
		if x.allowed {
			key = x.yes
		}
		view.Scope = append(view.Scope, s.Say(v, key))
	}
	view.Consent = design.Checkboxes{
		Field:   design.Field{Name: "consent", Label: s.Say(v, "bycode.consent.legend"), Error: refusal},
		Choices: []design.Choice{{Value: "1", Label: s.Say(v, "bycode.consent.box"), Checked: form.Consent}},
	}
}

package byphone

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
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// formView is the page of the form.
type formView struct {
	Title    string
	Lead     string
	Cite     design.Link // of the clause that makes the number the login
	Errors   []design.FieldError
	Kind     *design.Radios
	Fields   []design.TextInput
	Consents []consentView
	Button   string
	SignIn   design.Link
}

// consentView is a document and the consent to it that pressing the button expresses.
type consentView struct {
	Read      design.Link
	Statement string
	Cite      design.Link
	Seen      string
}

func readForm(r *http.Request) account.PhoneForm {
	return account.PhoneForm{
		Kind: r.PostFormValue("kind"), Phone: r.PostFormValue("phone"), Passport: r.PostFormValue("passport"), Number: r.PostFormValue("number"),
		Surname: r.PostFormValue("surname"), Given: r.PostFormValue("given"), Patronymic: r.PostFormValue("patronymic"),
		Seen: strings.Join(r.PostForm["seen"], " "),
	}
}

// Begin shows the form, with what is proved of the person filled in.
func (s *Phone) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	form, err := s.Accounts.Newcomer(r.Context(), v.Actor.Portal, gate.AttemptToken(r, v.Actor.Portal, account.WayNewcomer))
	if err != nil {
		return err
	}
	return s.showForm(w, r, v, form, nil)
}

// BeginPost takes the form and sends the password. What follows looks the same whether or not there
// is an account with these data.
func (s *Phone) BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	form := readForm(r)
	if err := s.checkSeen(v, frame.ReadSeen(r)); err != nil {
		return s.showForm(w, r, v, form, err)
	}
	entered := form
	form.Portal, form.Language, form.Address = v.Actor.Portal, v.Actor.Language, v.Address
	token, err := s.Accounts.BeginByPhone(r.Context(), form)
	if err != nil {
		return s.showForm(w, r, v, entered, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, token))
	return frame.SeeOther(w, r, home(v)+"/"+account.StepSMS)
}

// checkSeen refuses a consent to something else than what is in force now.
func (s *Phone) checkSeen(v gate.Visit, seen []agreement.Seen) error {
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		i := slices.IndexFunc(seen, func(x agreement.Seen) bool { return x.Document == document })
		if i < 0 {
			return fault.New(fault.Invalid, "agreement.incomplete").With("document", document)
		}
		if e, _ := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now); e.Number != seen[i].Edition {
			return fault.New(fault.Conflict, "agreement.changed").With("document", document)
		}
	}
	return nil
}

// parseSeen reads what the form kept of the editions shown.
func parseSeen(kept string) (out []agreement.Seen) {
	for _, value := range strings.Fields(kept) {
		document, digits, _ := strings.Cut(value, ":")
		if number, err := strconv.Atoi(digits); err == nil {
			out = append(out, agreement.Seen{Document: document, Edition: number})
		}
	}
	return out
}

func (s *Phone) showForm(w http.ResponseWriter, r *http.Request, v gate.Visit, form account.PhoneForm, refused error) error {
	view := formView{
		Title: s.Say(v, "byphone.title"), Lead: s.Say(v, "byphone.lead"), Button: s.Say(v, "byphone.button"),
		SignIn: design.Link{Text: s.Say(v, "byphone.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	if refused == nil && form.Number != "" {
		view.Lead = s.Say(v, "byphone.proven")
	}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if _, cite, ok := clause.In[account.LoginNames](book); ok {
		view.Cite = s.Cite(v, cite)
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	if kinds, _, ok := clause.In[account.Kinds](book); ok {
		view.Kind = &design.Radios{Field: design.Field{Name: "kind", Label: s.Say(v, "byphone.kind"), Error: byField["kind"]}}
		for _, kind := range kinds.Kinds {
			view.Kind.Choices = append(view.Kind.Choices, design.Choice{Value: kind, Label: s.Say(v, "byphone.kind."+kind), Checked: kind == form.Kind})
		}
	}
	view.Fields = s.fields(v, book, form, byField)
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now)
		if !offered {
			return fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
		}
		title := s.In(v, e.Content.Title)
		_, cite, _ := clause.InDocument[agreement.AcceptanceRule](book, document)
		view.Consents = append(view.Consents, consentView{
			Read:      design.Link{Text: s.Say(v, "byphone.read", "document", title), URL: frame.EditionURL(e.Portal, document, e.Number)},
			Statement: s.Say(v, "byphone.consent", "document", title, "edition", strconv.Itoa(e.Number)),
			Cite:      s.Cite(v, cite), Seen: frame.SeenValue(document, e.Number),
		})
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

// fields asks for what the clause on required data names, and for the person's name.
func (s *Phone) fields(v gate.Visit, book *clause.Book, form account.PhoneForm, byField map[string]string) (out []design.TextInput) {
	field := func(name, hint string, optional bool) design.Field {
		return design.Field{Name: name, Label: s.Say(v, "byphone."+name), Hint: hint, Error: byField[name], Optional: optional}
	}
	for _, x := range []struct {
		answer, value string
		input         design.TextInput
	}{
		{"phone", form.Phone, design.TextInput{Field: field("phone", s.Say(v, "byphone.phone_hint"), false), Type: "tel", Autocomplete: "tel", Width: design.Chars20}},
		{"passport_number", form.Passport, design.TextInput{Field: field("passport", s.Say(v, "byphone.passport_hint"), false), Autocomplete: "off", Width: design.Chars20}},
		{"personal_number", form.Number, design.TextInput{Field: field("number", s.Say(v, "byphone.number_hint"), false), InputMode: "numeric", Autocomplete: "off", Width: design.Chars20}},
	} {
		asked, required, _ := account.Asked(book, x.answer)
		if asked {
			x.input.Value, x.input.Optional = x.value, !required
			out = append(out, x.input)
		}
	}
	return append(out,
		design.TextInput{Field: field("surname", "", false), Value: form.Surname, Autocomplete: "family-name"},
		design.TextInput{Field: field("given", "", false), Value: form.Given, Autocomplete: "given-name"},
		design.TextInput{Field: field("patronymic", "", true), Value: form.Patronymic, Autocomplete: "additional-name"},
	)
}

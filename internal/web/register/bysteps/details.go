package bysteps

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// detailsForm is what a person enters. The passwords are never sent back.
type detailsForm struct {
	Kind, Number, Surname, Given, Patronymic, Company, Email, Password, Again string
}

func readDetails(r *http.Request) detailsForm {
	return detailsForm{
		Kind: r.PostFormValue("kind"), Number: r.PostFormValue("number"), Surname: r.PostFormValue("surname"), Given: r.PostFormValue("given"),
		Patronymic: r.PostFormValue("patronymic"), Company: r.PostFormValue("company"), Email: r.PostFormValue("email"),
		Password: r.PostFormValue("password"), Again: r.PostFormValue("again"),
	}
}

// detailsView is the step that asks for the data.
type detailsView struct {
	Caption string
	Title   string
	Lead    string
	Errors  []design.FieldError
	Kind    *design.Radios     // nil where an earlier step asked for it
	Known   design.SummaryList // what the certificate says
	Fields  []design.Component
	Button  string
}

func (s *Steps) showDetails(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, form detailsForm, refused error) error {
	view := detailsView{
		Caption: s.caption(v, a.Step), Title: s.Say(v, "bysteps.details.title"), Lead: s.Say(v, "bysteps.details.lead"), Button: s.Say(v, "bysteps.details.button"),
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	kind := a.Form["kind"]
	if kind == "" {
		kind = form.Kind
		view.Kind = s.kinds(v, form.Kind, byField["kind"])
	}
	view.Fields = s.fields(v, kind, form, byField)
	if account.Prefilled(s.Agreements.Book(v.Actor.Portal, v.Now)) {
		view.Kind, view.Known = nil, s.answers(v, a.Form)
		view.Lead, view.Button = s.Say(v, "bysteps.details.from_key"), s.Say(v, "bysteps.continue")
		view.Fields = view.Fields[len(view.Fields)-3:] // what no certificate says: address and password
	}
	if slices.Contains(account.StepsOf(s.Agreements.Book(v.Actor.Portal, v.Now)), account.StepSignature) {
		view.Button = s.Say(v, "bysteps.continue")
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

// kinds asks for the kind of user where no step before has.
func (s *Steps) kinds(v gate.Visit, chosen, refusal string) *design.Radios {
	radios := &design.Radios{Field: design.Field{Name: "kind", Label: s.Say(v, "bysteps.type.title"), Error: refusal}}
	kinds, _, _ := clause.In[account.Kinds](s.Agreements.Book(v.Actor.Portal, v.Now))
	if kinds == nil {
		return radios
	}
	for _, kind := range kinds.Kinds {
		radios.Choices = append(radios.Choices, design.Choice{Value: kind, Label: s.Say(v, "bysteps.kind."+kind), Checked: kind == chosen})
	}
	return radios
}

func (s *Steps) fields(v gate.Visit, kind string, form detailsForm, byField map[string]string) []design.Component {
	field := func(name string) design.Field {
		return design.Field{Name: name, Label: s.Say(v, "bysteps.details."+name), Error: byField[name]}
	}
	number := design.TextInput{Field: field("number"), Value: form.Number, Autocomplete: "off"}
	number.Label, number.Hint = s.numberLabel(v, kind), s.Say(v, "bysteps.details.number_hint")
	out := []design.Component{number}
	if kind != "individual" {
		company := design.TextInput{Field: field("company"), Value: form.Company, Autocomplete: "organization"}
		company.Optional = kind == ""
		out = append(out, company)
	}
	patronymic := design.TextInput{Field: field("patronymic"), Value: form.Patronymic, Autocomplete: "additional-name"}
	patronymic.Optional = true
	email := design.TextInput{Field: field("email"), Value: form.Email, Type: "email", Autocomplete: "email"}
	email.Hint = s.Say(v, "bysteps.details.email_hint")
	password := design.PasswordInput{Field: field("password"), New: true}
	password.Hint = s.Say(v, "bysteps.details.password_hint", "min", strconv.Itoa(s.Accounts.MinPassword(v.Actor.Portal)))
	return append(out,
		design.TextInput{Field: field("surname"), Value: form.Surname, Autocomplete: "family-name"},
		design.TextInput{Field: field("given"), Value: form.Given, Autocomplete: "given-name"},
		patronymic, email, password,
		design.PasswordInput{Field: field("again"), New: true},
	)
}

// numberLabel names the number of a kind of user.
func (s *Steps) numberLabel(v gate.Visit, kind string) string {
	switch kind {
	case "individual":
		return s.Say(v, "bysteps.details.number_iin")
	case "legal_entity":
		return s.Say(v, "bysteps.details.number_bin")
	}
	return s.Say(v, "bysteps.details.number_any")
}

func (s *Steps) takeDetails(r *http.Request, v gate.Visit, a account.Attempt, token, step string, form detailsForm) error {
	if kind := a.Form["kind"]; kind != "" {
		form.Kind = kind
	}
	return s.Accounts.TakeDetails(r.Context(), v.Actor.Portal, token, step, v.Address, account.Details{
		Kind: form.Kind, Number: form.Number, Surname: form.Surname, Given: form.Given, Patronymic: form.Patronymic,
		Company: form.Company, Email: form.Email, Password: form.Password, Again: form.Again,
	}, s.confirmURL(r, v))
}

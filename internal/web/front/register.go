package front

import (
	"errors"
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// registerForm is what a person enters. The passwords are never sent back.
type registerForm struct {
	Shown    string
	Name     string
	Password string
	Again    string
}

// registerView is the page of the form.
type registerView struct {
	Title    string
	Lead     string
	Errors   []design.FieldError
	Shown    design.TextInput
	Name     design.TextInput
	Password design.PasswordInput
	Again    design.PasswordInput
	Next     string
	Button   string
	SignIn   design.Link
}

func readRegister(r *http.Request) (registerForm, error) {
	if err := frame.ReadForm(r); err != nil {
		return registerForm{}, err
	}
	return registerForm{
		Shown: r.PostFormValue("shown"), Name: r.PostFormValue("name"),
		Password: r.PostFormValue("password"), Again: r.PostFormValue("again"),
	}, nil
}

// Register shows the form.
func (s *Front) Register(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, home(v)+"/cabinet")
	}
	return s.showRegister(w, r, v, registerForm{}, nil)
}

// RegisterPost makes the account, lets the person in and leads on to the agreement.
func (s *Front) RegisterPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, home(v)+"/cabinet")
	}
	form, err := readRegister(r)
	if err != nil {
		return s.showRegister(w, r, v, form, err)
	}
	u, err := s.Accounts.Register(r.Context(), account.Registration{
		Portal: v.Actor.Portal, SignInName: form.Name, Shown: form.Shown,
		Password: form.Password, Again: form.Again, Language: v.Actor.Language,
	})
	if err != nil {
		return s.showRegister(w, r, v, form, err)
	}
	in, err := s.Accounts.SignIn(r.Context(), account.SignIn{
		Portal: v.Actor.Portal, SignInName: u.SignInName, Password: form.Password,
		Address: v.Address, Agent: r.UserAgent(), Language: v.Actor.Language,
	})
	if _, refusal := errors.AsType[*fault.Fault](err); refusal {
		// The account is there; only being let in has to wait.
		return frame.SeeOther(w, r, home(v)+"/sign-in")
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.SessionCookie(v.Actor.Portal, in.Token))
	return frame.SeeOther(w, r, agreementURL(v)+"/accept")
}

func (s *Front) showRegister(w http.ResponseWriter, r *http.Request, v gate.Visit, form registerForm, err error) error {
	view := registerView{
		Title: s.Say(v, "front.register.title"), Lead: s.Say(v, "front.register.lead"), Button: s.Say(v, "front.register.button"),
		Next:   s.Say(v, "front.register.next"),
		SignIn: design.Link{Text: s.Say(v, "front.register.sign_in"), URL: home(v) + "/sign-in"},
	}
	status, byField := http.StatusOK, map[string]string(nil)
	if err != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, err); !ok {
			return err
		}
		status = refused(err)
	}
	field := func(name, label, hint string) design.Field {
		return design.Field{Name: name, Label: label, Hint: hint, Error: byField[name]}
	}
	view.Shown = design.TextInput{
		Field: field("shown", s.Say(v, "front.register.shown"), s.Say(v, "front.register.shown_hint")),
		Value: form.Shown, Autocomplete: "name",
	}
	view.Name = design.TextInput{Field: field("name", s.In(v, s.Portal(v).SignInName), s.Say(v, "front.register.name_hint")), Value: form.Name, Autocomplete: "username"}
	view.Password = design.PasswordInput{Field: field("password", s.Say(v, "front.register.password"), s.passwordHint(v)), New: true}
	view.Again = design.PasswordInput{Field: field("again", s.Say(v, "front.register.again"), ""), New: true}
	page := s.Page(r, v, view.Title)
	page.Refused = len(view.Errors) > 0
	return s.Write(w, r, status, page, view.page())
}

// passwordHint says how long a password must be, where the agreement sets it (court 3.4).
func (s *Front) passwordHint(v gate.Visit) string {
	if own, by, ok := clause.In[account.OwnPassword](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		return s.Say(v, "front.register.password_by", "min", strconv.Itoa(own.MinLength), "clause", by.Clause)
	}
	return s.Say(v, "front.register.password_hint")
}

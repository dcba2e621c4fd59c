package bycode

import (
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// passwordView is the page a letter's link opens. Opening it uses nothing up: programs that scan
// mail open links before people do.
type passwordView struct {
	Title    string
	Lead     string
	Errors   []design.FieldError
	Password design.PasswordInput
	Again    design.PasswordInput
	Button   string
}

// Password is GET /{portal}/links/password/{token}.
func (s *ByCode) Password(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	secret, err := s.Accounts.PasswordLink(r.Context(), v.Actor.Portal, r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.showPassword(w, r, v, secret, nil)
}

func (s *ByCode) showPassword(w http.ResponseWriter, r *http.Request, v gate.Visit, secret account.Secret, refused error) error {
	view := passwordView{
		Title: s.Say(v, "bycode.password.title"), Lead: s.Say(v, "bycode.password.lead", "email", secret.Detail), Button: s.Say(v, "bycode.password.button"),
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	view.Password = design.PasswordInput{New: true, Field: design.Field{
		Name: "password", Label: s.Say(v, "bycode.password.label"), Error: byField["password"],
		Hint: s.Say(v, "bycode.password.hint", "min", strconv.Itoa(s.Accounts.MinPassword(v.Actor.Portal))),
	}}
	view.Again = design.PasswordInput{New: true, Field: design.Field{Name: "again", Label: s.Say(v, "bycode.password.again"), Error: byField["again"]}}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

// PasswordPost is POST /{portal}/links/password/{token}: it uses the link up and signs the person
// in. Whatever session the browser had ends: nobody is two people at once.
func (s *ByCode) PasswordPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	token := r.PathValue("token")
	secret, err := s.Accounts.PasswordLink(r.Context(), v.Actor.Portal, token)
	if err != nil {
		return err
	}
	in, emailTaken, err := s.Accounts.SetFirstPassword(r.Context(), v.Actor.Portal, token, r.PostFormValue("password"), r.PostFormValue("again"),
		account.SignIn{Address: v.Address, Agent: r.UserAgent(), Language: v.Actor.Language})
	if err != nil {
		return s.showPassword(w, r, v, secret, err)
	}
	if v.Actor.Known() {
		if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
			return err
		}
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayByCode, ""))
	http.SetCookie(w, gate.SessionCookie(v.Actor.Portal, in.Token))
	if emailTaken {
		return frame.SeeOther(w, r, at(v, addressStep))
	}
	return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
}

package byphone

import (
	"context"
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// ownView is the page on which the password from the SMS is replaced by one of the person's own.
type ownView struct {
	Title    string
	Lead     string
	Errors   []design.FieldError
	Password design.PasswordInput
	Again    design.PasswordInput
	Button   string
	Over     design.Link
}

func (s *Phone) showOwn(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	view := ownView{
		Title: s.Say(v, "byphone.own.title"), Lead: s.Say(v, "byphone.own.lead"), Button: s.Say(v, "byphone.own.button"),
		Over: design.Link{Text: s.Say(v, "byphone.sent.over"), URL: home(v)},
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	hint := s.Say(v, "byphone.own.hint", "min", strconv.Itoa(s.Accounts.MinPassword(v.Actor.Portal)))
	view.Password = design.PasswordInput{Field: design.Field{Name: "password", Label: s.Say(v, "byphone.own.password"), Hint: hint, Error: byField["password"]}, New: true}
	view.Again = design.PasswordInput{Field: design.Field{Name: "again", Label: s.Say(v, "byphone.own.again"), Error: byField["again"]}, New: true}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

// takeOwn makes the user with the consent that the form expressed, and lets them in.
func (s *Phone) takeOwn(w http.ResponseWriter, r *http.Request, v gate.Visit, at account.Attempt) error {
	seen, how := parseSeen(at.Form["seen"]), s.how(v)
	in, err := s.Accounts.EndByPhone(r.Context(), v.Actor.Portal, s.token(r, v), r.PostFormValue("password"), r.PostFormValue("again"), account.SignIn{
		Portal: v.Actor.Portal, Address: v.Address, Agent: r.UserAgent(), Language: v.Actor.Language,
		Device: gate.DeviceToken(r, v.Actor.Portal),
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return s.Accept(ctx, tx, actor, how, seen, v.Address)
		},
	})
	if err != nil {
		return s.showOwn(w, r, v, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	http.SetCookie(w, gate.SessionCookie(v.Actor.Portal, in.Token))
	http.SetCookie(w, gate.DeviceCookie(v.Actor.Portal, in.Device, v.Now))
	return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
}

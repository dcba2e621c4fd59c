package byphone

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// sentView is the page on which the password from the SMS is entered.
type sentView struct {
	Title    string
	Lead     string
	Cite     design.Link
	Errors   []design.FieldError
	Resent   *design.NotificationBanner
	Outbox   design.Link
	Password design.TextInput
	Button   string
	Again    string
	Over     design.Link
	SignIn   design.Link
}

func (s *Phone) showSent(w http.ResponseWriter, r *http.Request, v gate.Visit, at account.Attempt, refused error) error {
	view := sentView{
		Title: s.Say(v, "byphone.sent.title"), Button: s.Say(v, "byphone.sent.button"), Again: s.Say(v, "byphone.sent.again"),
		Outbox: s.OutboxLink(v),
		Over:   design.Link{Text: s.Say(v, "byphone.sent.over"), URL: home(v)},
		SignIn: design.Link{Text: s.Say(v, "byphone.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
		Lead:   s.Say(v, "byphone.sent.lead", "phone", identity.Phone(at.Form["phone"]).Shown(), "minutes", s.Accounts.SentMinutes(v.Actor.Portal)),
	}
	if _, cite, ok := clause.In[account.PasswordDelivery](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		view.Cite = s.Cite(v, cite)
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	} else if r.URL.Query().Get("resent") != "" {
		view.Resent = &design.NotificationBanner{Heading: s.Say(v, "byphone.sent.resent"), Success: true}
	}
	view.Password = design.TextInput{
		Field:        design.Field{Name: "password", Label: s.Say(v, "byphone.sent.password"), Error: byField["password"]},
		Autocomplete: "one-time-code", Width: design.Chars20,
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

func (s *Phone) takeSent(w http.ResponseWriter, r *http.Request, v gate.Visit, at account.Attempt) error {
	token, here := s.token(r, v), home(v)+"/"+account.StepSMS
	if r.PostFormValue("act") == "again" {
		if err := s.Accounts.ResendByPhone(r.Context(), v.Actor.Portal, token); err != nil {
			return s.showSent(w, r, v, at, err)
		}
		return frame.SeeOther(w, r, here+"?resent=1")
	}
	if err := s.Accounts.ProveByPhone(r.Context(), v.Actor.Portal, token, r.PostFormValue("password")); err != nil {
		return s.showSent(w, r, v, at, err)
	}
	return frame.SeeOther(w, r, home(v)+"/"+account.StepOwn)
}

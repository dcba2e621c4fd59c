package bysteps

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// caption tells which step of how many this is.
func (s *Steps) caption(v gate.Visit, step string) string {
	steps := account.StepsOf(s.Agreements.Book(v.Actor.Portal, v.Now))
	for i, x := range steps {
		if x == step {
			return s.Say(v, "bysteps.caption", "step", digit(i+1), "steps", digit(len(steps)))
		}
	}
	return ""
}

func digit(n int) string { return string(rune('0' + n%10)) }

// toldView is a page that says what has happened and what to do next.
type toldView struct {
	Title  string
	Text   string
	Next   string
	Outbox design.Link
	Link   design.Link
	Secret string // of a link that waits to be used
	Button string
	Errors []design.FieldError
	Cite   design.Link
}

func (s *Steps) showSent(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt) error {
	view := toldView{
		Title: s.Say(v, "bysteps.sent.title"), Text: s.Say(v, "bysteps.sent.text", "email", a.Form["email"]), Next: s.Say(v, "bysteps.sent.next"), Outbox: s.OutboxLink(v),
		Link: design.Link{Text: s.Say(v, "bysteps.sent.again"), URL: "/" + v.Actor.Portal + "/register"},
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Title), view.page())
}

// confirm is where the link leads. It only shows a button: a program that scans mail for dangers
// opens links, but presses nothing.
func (s *Steps) confirm(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	secret := r.URL.Query().Get("link")
	if err := s.Accounts.LookSteps(r.Context(), v.Actor.Portal, secret); err != nil {
		return err
	}
	return s.showConfirm(w, r, v, secret, nil)
}

func (s *Steps) showConfirm(w http.ResponseWriter, r *http.Request, v gate.Visit, secret string, refused error) error {
	view := toldView{
		Title: s.Say(v, "bysteps.confirm.title"), Text: s.Say(v, "bysteps.confirm.text"), Secret: secret, Button: s.Say(v, "bysteps.confirm.button"),
	}
	if _, cite, ok := clause.In[account.Completion](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		view.Cite = s.Cite(v, cite)
	}
	if refused != nil {
		summary, _, ok := s.Errors(v, refused)
		if !ok {
			return refused
		}
		view.Errors, view.Button = summary, ""
		view.Link = design.Link{Text: s.Say(v, "bysteps.confirm.recover"), URL: "/" + v.Actor.Portal + "/recover"}
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

func (s *Steps) confirmPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	in, err := s.Accounts.EndSteps(r.Context(), v.Actor.Portal, r.PostFormValue("link"), account.SignIn{
		Portal: v.Actor.Portal, Address: v.Address, Agent: r.UserAgent(), Language: v.Actor.Language,
	})
	if fault.Is(err, fault.Conflict) {
		return s.showConfirm(w, r, v, "", err)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	http.SetCookie(w, gate.SessionCookie(v.Actor.Portal, in.Token))
	return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
}

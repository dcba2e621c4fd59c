package recovery

import (
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// sentView is the page on which the code or the password that was sent is entered, or which says
// that a link was sent.
type sentView struct {
	Title  string
	Lead   string
	Note   string
	Errors []design.FieldError
	Code   *design.TextInput
	Button string
	Outbox design.Link
	Over   design.Link
	SignIn design.Link
}

// ownView is the page of the new password.
type ownView struct {
	Title    string
	Lead     string
	Errors   []design.FieldError
	Password design.PasswordInput
	Again    design.PasswordInput
	Button   string
}

// doneView says that the new password is set.
type doneView struct {
	Panel  design.Panel
	Text   string
	Outbox design.Link
	SignIn design.Link
}

// Step is GET /{portal}/recover/{step}: the step that is due, whatever the address says.
func (s *Recovery) Step(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if r.PathValue("step") == stepDone {
		return s.showDone(w, r, v)
	}
	at, err := s.Accounts.RecoveryAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	switch {
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, home(v))
	case err != nil:
		return err
	case r.PathValue("step") != at.Step:
		return frame.SeeOther(w, r, home(v)+"/"+at.Step)
	case at.Step == account.StepOwn:
		return s.showOwn(w, r, v, nil)
	}
	return s.showSent(w, r, v, at, nil)
}

// StepPost is POST /{portal}/recover/{step}.
func (s *Recovery) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	portal, token := v.Actor.Portal, s.token(r, v)
	at, err := s.Accounts.RecoveryAttempt(r.Context(), portal, token)
	switch {
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, home(v))
	case err != nil:
		return err
	case r.PathValue("step") != at.Step || at.Step == account.StepLink:
		return frame.SeeOther(w, r, home(v)+"/"+at.Step)
	case at.Step == account.StepOwn:
		if err := s.Accounts.EndRecovery(r.Context(), portal, token, r.PostFormValue("password"), r.PostFormValue("again")); err != nil {
			return s.showOwn(w, r, v, err)
		}
		http.SetCookie(w, gate.AttemptCookie(portal, cookie, ""))
		return frame.SeeOther(w, r, home(v)+"/"+stepDone)
	}
	if err := s.Accounts.ProveRecovery(r.Context(), portal, token, r.PostFormValue("code")); err != nil {
		return s.showSent(w, r, v, at, err)
	}
	return frame.SeeOther(w, r, home(v)+"/"+account.StepOwn)
}

// Link is GET /{portal}/links/recover/{token}. It uses nothing up: programs that scan mail open
// links before people do.
func (s *Recovery) Link(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.Accounts.LookRecovery(r.Context(), v.Actor.Portal, r.PathValue("token")); err != nil {
		return err
	}
	return s.showOwn(w, r, v, nil)
}

// LinkPost is POST /{portal}/links/recover/{token}.
func (s *Recovery) LinkPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err := s.Accounts.EndRecoveryByLink(r.Context(), v.Actor.Portal, r.PathValue("token"), r.PostFormValue("password"), r.PostFormValue("again"))
	if err != nil {
		return s.showOwn(w, r, v, err)
	}
	return frame.SeeOther(w, r, home(v)+"/"+stepDone)
}

func (s *Recovery) showSent(w http.ResponseWriter, r *http.Request, v gate.Visit, at account.Attempt, refused error) error {
	kind := "link"
	for _, x := range s.Accounts.Recovery(v.Actor.Portal) {
		if x.Name == at.Form["route"] {
			kind = x.Secret
		}
	}
	view := sentView{
		Title: s.Say(v, "recovery.sent.title."+kind), Lead: s.Say(v, "recovery.sent.lead."+kind), Note: s.Say(v, "recovery.sent.note"),
		Outbox: s.OutboxLink(v),
		Over:   design.Link{Text: s.Say(v, "recovery.sent.over"), URL: home(v)},
		SignIn: design.Link{Text: s.Say(v, "recovery.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	if at.Step == account.StepCode {
		view.Button = s.Say(v, "recovery.sent.button")
		view.Code = &design.TextInput{
			Field:        design.Field{Name: "code", Label: s.Say(v, "recovery.sent.field."+kind), Error: byField["code"]},
			Autocomplete: "one-time-code", Width: design.Chars20,
		}
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

func (s *Recovery) showOwn(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	view := ownView{Title: s.Say(v, "recovery.own.title"), Lead: s.Say(v, "recovery.own.lead"), Button: s.Say(v, "recovery.own.button")}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	hint := s.Say(v, "recovery.own.hint", "min", strconv.Itoa(s.Accounts.MinPassword(v.Actor.Portal)))
	view.Password = design.PasswordInput{Field: design.Field{Name: "password", Label: s.Say(v, "recovery.own.password"), Hint: hint, Error: byField["password"]}, New: true}
	view.Again = design.PasswordInput{Field: design.Field{Name: "again", Label: s.Say(v, "recovery.own.again"), Error: byField["again"]}, New: true}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

func (s *Recovery) showDone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := doneView{
		Panel: design.Panel{Title: s.Say(v, "recovery.done.title")}, Text: s.Say(v, "recovery.done.text"), Outbox: s.OutboxLink(v),
		SignIn: design.Link{Text: s.Say(v, "recovery.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Panel.Title), view.page())
}

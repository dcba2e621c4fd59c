package password

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Change is GET /{portal}/cabinet/password: a new password at the person's own wish (court 6.4).
func (s *Password) Change(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showChange(w, r, v, nil)
}

// ChangePost is POST of the same address.
func (s *Password) ChangePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	n, err := s.read(r, v)
	if err != nil {
		return err
	}
	if err := s.Accounts.ChangePassword(r.Context(), v.Actor, n); err != nil {
		return s.showChange(w, r, v, err)
	}
	return frame.SeeOther(w, r, home(v)+"/cabinet/security?done=password")
}

func (s *Password) showChange(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	return s.show(w, r, v, view{
		Heading: design.Heading{Text: s.Say(v, "password.change.title"), Lead: s.Say(v, "password.change.lead")},
		Rules:   s.rules(v), Old: &design.PasswordInput{},
		Leave: design.Link{Text: s.Say(v, "password.change.leave"), URL: home(v) + "/cabinet/security"},
	}, refusal)
}

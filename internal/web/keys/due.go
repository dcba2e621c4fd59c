package keys

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func dueURL(v gate.Visit) string { return home(v) + "/key" }

// Due is GET /{portal}/key: whose agreement demands a valid signature key reads that theirs is over, by which
// clause, and shows another one (court P). Somebody who owes none is led on.
func (s *Keys) Due(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showDue(w, r, v, nil)
}

// DueDocument is GET /{portal}/key/statement.xml.
func (s *Keys) DueDocument(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.Document(w, r, v, signing.Show, s.browser(v, s.Token(r, v.Actor.Portal)))
}

// DuePost takes another key.
func (s *Keys) DuePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	to, err := s.takeDue(r, v)
	if err != nil {
		return s.showDue(w, r, v, err)
	}
	return frame.SeeOther(w, r, to)
}

func (s *Keys) takeDue(r *http.Request, v gate.Visit) (to string, err error) {
	key, serve, err := s.Take(r, v, signing.Show, s.browser(v, s.Token(r, v.Actor.Portal)))
	if err != nil {
		return "", err
	}
	return afterDue(r, v), s.Accounts.ShowKey(r.Context(), v.Actor, key, serve)
}

// afterDue is where somebody goes on whose key is good.
func afterDue(r *http.Request, v gate.Visit) string {
	return frame.Local(v, r.URL.Query().Get("next"), home(v)+"/cabinet")
}

// DuePhone is GET /{portal}/key/phone.
func (s *Keys) DuePhone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Due != account.KeyDue {
		return frame.SeeOther(w, r, afterDue(r, v))
	}
	p, _, err := s.duePhoning(r, v)
	if err != nil {
		return err
	}
	return s.ShowPhone(w, r, v, p)
}

// DuePhonePost is POST /{portal}/key/phone.
func (s *Keys) DuePhonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Due != account.KeyDue {
		return frame.SeeOther(w, r, afterDue(r, v))
	}
	p, _, err := s.duePhoning(r, v)
	if err != nil {
		return err
	}
	return s.TakePhone(w, r, v, p, func() (string, error) { return s.takeDue(r, v) })
}

// duePhoning is what is asked of the person, with the key that is over: nil where they never showed one.
func (s *Keys) duePhoning(r *http.Request, v gate.Visit) (p frame.Phoning, bound *account.Binding, err error) {
	if bound, err = s.Accounts.KeyShown(r.Context(), v.Actor); err != nil {
		return p, nil, err
	}
	cite, _ := s.Accounts.KeyDemanded(v.Actor.Portal)
	p = frame.Phoning{Of: s.Say(v, "keys.due.title"), Back: dueURL(v), Cite: s.Cite(v, cite), Ask: signing.Ask{
		Purpose: signing.Show, Browser: s.browser(v, s.Token(r, v.Actor.Portal)),
		Fields: frame.Stated(map[string]string{"user": s.Opaque.Of(v.Actor.User), "name": v.Actor.Shown}),
	}}
	if bound != nil {
		if p.Ask.BIN = bound.BIN; p.Ask.BIN == "" {
			p.Ask.IIN = bound.IIN
		}
	}
	return p, bound, nil
}

func (s *Keys) showDue(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	if v.Actor.Due != account.KeyDue {
		return frame.SeeOther(w, r, afterDue(r, v))
	}
	p, bound, err := s.duePhoning(r, v)
	if err != nil {
		return err
	}
	view := signView{
		Title: p.Of, Lead: s.Say(v, "keys.due.never"), Told: s.Say(v, "keys.due.do"), Cite: p.Cite,
		Next: design.Link{Text: s.Say(v, "keys.due.support"), URL: home(v) + "/support"},
	}
	if bound != nil {
		view.Lead = s.Say(v, "keys.due.ended", "day", s.Day(v, bound.KeyEndsAt))
	}
	return s.show(w, r, v, view, &p.Ask, p.Back, refused)
}

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
	key, serve, err := s.Take(r, v, signing.Show, s.browser(v, s.Token(r, v.Actor.Portal)))
	if err == nil {
		err = s.Accounts.ShowKey(r.Context(), v.Actor, key, serve)
	}
	if err != nil {
		return s.showDue(w, r, v, err)
	}
	return frame.SeeOther(w, r, frame.Local(v, r.URL.Query().Get("next"), home(v)+"/cabinet"))
}

func (s *Keys) showDue(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	if v.Actor.Due != account.KeyDue {
		return frame.SeeOther(w, r, frame.Local(v, r.URL.Query().Get("next"), home(v)+"/cabinet"))
	}
	bound, err := s.Accounts.KeyShown(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	cite, _ := s.Accounts.KeyDemanded(v.Actor.Portal)
	view := signView{
		Title: s.Say(v, "keys.due.title"), Lead: s.Say(v, "keys.due.never", "clause", cite.Clause), Told: s.Say(v, "keys.due.do"), Cite: s.Cite(v, cite),
		Next: design.Link{Text: s.Say(v, "keys.due.support"), URL: home(v) + "/support"},
	}
	ask := signing.Ask{
		Purpose: signing.Show, Browser: s.browser(v, s.Token(r, v.Actor.Portal)),
		Fields: frame.Stated(map[string]string{"user": s.Opaque.Of(v.Actor.User), "name": v.Actor.Shown}),
	}
	if bound != nil {
		view.Lead = s.Say(v, "keys.due.ended", "day", s.Day(v, bound.KeyEndsAt), "clause", cite.Clause)
		if ask.BIN = bound.BIN; ask.BIN == "" {
			ask.IIN = bound.IIN
		}
	}
	return s.show(w, r, v, view, &ask, dueURL(v)+documentName, refused)
}

package password

import (
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Due is GET /{portal}/password: a temporary password, or one that is too old, is replaced before
// anything else. Somebody who owes nothing is led on.
func (s *Password) Due(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	next := r.URL.Query().Get("next")
	if v.Actor.Due != account.PasswordDue {
		return frame.SeeOther(w, r, frame.Local(v, next, home(v)+"/cabinet"))
	}
	return s.showDue(w, r, v, next, nil)
}

// DuePost is POST of the same address.
func (s *Password) DuePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	n, err := s.read(r, v)
	if err != nil {
		return err
	}
	next := r.PostFormValue("next")
	if v.Actor.Due != account.PasswordDue {
		return frame.SeeOther(w, r, frame.Local(v, next, home(v)+"/cabinet"))
	}
	if err := s.Accounts.ReplaceDue(r.Context(), v.Actor, n); err != nil {
		return s.showDue(w, r, v, next, err)
	}
	return frame.SeeOther(w, r, frame.Local(v, next, home(v)+"/cabinet"))
}

func (s *Password) showDue(w http.ResponseWriter, r *http.Request, v gate.Visit, next string, refusal error) error {
	x := view{
		Heading: design.Heading{Text: s.Say(v, "password.due.title"), Lead: s.Say(v, "password.due.lead")},
		Rules:   s.rules(v), Next: frame.Local(v, next, ""),
	}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	x.Why = design.WarningText{Text: s.Say(v, "password.due.temporary")}
	if _, cite, ok := clause.In[account.FirstPassword](book); ok {
		x.Why.Cite = s.Cite(v, cite)
	}
	if _, remind, cite, err := s.Accounts.PasswordEnd(r.Context(), v.Actor); err != nil {
		return err
	} else if remind && !cite.Zero() {
		x.Why = design.WarningText{Text: s.Say(v, "password.due.old"), Cite: s.Cite(v, cite)}
	}
	return s.show(w, r, v, x, refusal)
}

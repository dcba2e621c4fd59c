// Package byphone is the way in by a telephone number that becomes the login (kg 2.5).
//
// It owns the pages of the form, of the password that comes by SMS, and of the person's own. Whether
// the number or the person is known already none of its pages tells.
package byphone

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
)

// Phone is the pages of this way.
type Phone struct {
	*frame.Frame
	Accounts *account.Accounts
	// Accept records the consent in the transaction that makes the user.
	Accept func(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error
}

// cookie names the way in the browser's cookie.
const cookie = "phone"

func home(v gate.Visit) string { return "/" + v.Actor.Portal + "/register" }

func (s *Phone) token(r *http.Request, v gate.Visit) string {
	return gate.AttemptToken(r, v.Actor.Portal, cookie)
}

// Step shows the step that is due.
func (s *Phone) Step(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	at, err := s.Accounts.PhoneAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	switch {
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, home(v))
	case err != nil:
		return err
	case step != at.Step:
		return frame.SeeOther(w, r, home(v)+"/"+at.Step)
	}
	return s.show(w, r, v, at, nil)
}

func (s *Phone) show(w http.ResponseWriter, r *http.Request, v gate.Visit, at account.Attempt, refused error) error {
	if at.Step == account.StepOwn {
		return s.showOwn(w, r, v, refused)
	}
	return s.showSent(w, r, v, at, refused)
}

// StepPost takes the form of a step. One that is not due leads to the one that is.
func (s *Phone) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	at, err := s.Accounts.PhoneAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	switch {
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, home(v))
	case err != nil:
		return err
	case step != at.Step:
		return frame.SeeOther(w, r, home(v)+"/"+at.Step)
	case step == account.StepOwn:
		return s.takeOwn(w, r, v, at)
	}
	return s.takeSent(w, r, v, at)
}

// how is the act by which the form accepts the agreement, in the word of the clause (kg P3).
func (s *Phone) how(v gate.Visit) string {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		if rule, _, ok := clause.InDocument[agreement.AcceptanceRule](book, document); ok {
			return rule.How[0]
		}
	}
	return agreement.ByConsent
}

// status is that of a page that shows what was refused.
func status(refused error) int {
	switch {
	case refused == nil:
		return http.StatusOK
	case fault.Is(refused, fault.Conflict):
		return http.StatusConflict
	case fault.Is(refused, fault.TooMany):
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// Package bycode is the way in by a form, an activation code and a link to a password (ismet 1.9).
//
// It owns the pages of this way. What the form asks, how the code is guarded and what consent covers
// are the clauses' word; who becomes a user account decides, what is accepted agreement records, and
// the consent to the processing of personal data privacy.
package bycode

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/frame"
)

// ByCode is the pages of this way. All fields are needed.
type ByCode struct {
	*frame.Frame
	Accounts *account.Accounts
	// Accept records the acceptance in the transaction that makes the user.
	Accept func(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error
	// Consent records the consent to the processing of personal data there.
	Consent func(ctx context.Context, tx account.Tx, given privacy.Given) error
}

// The steps below the address of registration that are no steps of the attempt.
const (
	resendStep  = "resend"  // POST: another code
	addressStep = "address" // the e-mail address turned out to be somebody else's
)

func begin(v gate.Visit) string { return "/" + v.Actor.Portal + "/register" }

func at(v gate.Visit, step string) string { return begin(v) + "/" + step }

func (s *ByCode) token(r *http.Request, v gate.Visit) string {
	return gate.AttemptToken(r, v.Actor.Portal, account.WayByCode)
}

// link is the address under which the letter's link is opened.
func (s *ByCode) link(r *http.Request, v gate.Visit) func(token string) string {
	return func(token string) string {
		return s.Origin(r) + "/" + v.Actor.Portal + "/links/password/" + token
	}
}

// Begin shows the form. Somebody who comes back from the page of the code, to mend the number,
// finds it filled in.
func (s *ByCode) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var form beginForm
	a, err := s.Accounts.ByCodeAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	switch {
	case err == nil && a.Step == account.StepCode:
		form = formOf(a)
	case err != nil && !fault.Is(err, fault.Absent):
		return err
	}
	return s.showBegin(w, r, v, form, nil)
}

// Step shows the step that is due, whatever the address says.
func (s *ByCode) Step(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if step == addressStep {
		return s.showAddress(w, r, v)
	}
	a, err := s.Accounts.ByCodeAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	switch {
	case step != account.StepCode && step != account.StepLetter && step != resendStep:
		return fault.New(fault.Absent, "gate.no_page")
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, begin(v))
	case err != nil:
		return err
	case step != a.Step:
		return frame.SeeOther(w, r, at(v, a.Step))
	case step == account.StepCode:
		return s.showCode(w, r, v, a, nil)
	}
	return s.showLetter(w, r, v, a, nil)
}

// StepPost takes the form of a step.
func (s *ByCode) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	a, err := s.Accounts.ByCodeAttempt(r.Context(), v.Actor.Portal, s.token(r, v))
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, begin(v))
	}
	if err != nil {
		return err
	}
	switch step {
	case account.StepCode:
		return s.enterCode(w, r, v, a)
	case resendStep:
		return s.resendCode(w, r, v, a)
	case account.StepLetter:
		return s.resendLetter(w, r, v, a)
	}
	return fault.New(fault.Absent, "gate.no_page")
}

// answer is the status of a page that shows what was refused.
func answer(refused error) int {
	x, ok := errors.AsType[*fault.Fault](refused)
	switch {
	case refused == nil:
		return http.StatusOK
	case !ok:
		return http.StatusUnprocessableEntity
	case x.Kind == fault.Conflict:
		return http.StatusConflict
	case x.Kind == fault.TooMany:
		return http.StatusTooManyRequests
	case x.Kind == fault.Forbidden:
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

// seenText keeps the editions that were ticked with the attempt.
func seenText(seen []agreement.Seen) string {
	var out []string
	for _, x := range seen {
		out = append(out, frame.SeenValue(x.Document, x.Edition))
	}
	return strings.Join(out, " ")
}

func seenOf(text string) (out []agreement.Seen) {
	for _, value := range strings.Fields(text) {
		document, digits, _ := strings.Cut(value, ":")
		if number, err := strconv.Atoi(digits); err == nil {
			out = append(out, agreement.Seen{Document: document, Edition: number})
		}
	}
	return out
}

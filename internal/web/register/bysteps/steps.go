// Package bysteps is the way in by ordered steps, such as the type of registration before the data
// (egov UI-2) or the agreement before the form (court 3.2).
//
// It owns the pages of the steps. Which steps there are, and their order, is the clause's word; a
// step that is not due leads to the one that is, whatever the address says.
package bysteps

import (
	"context"
	"errors"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/signing"
	"tereze/internal/web/frame"
)

// Steps is the pages of this way.
type Steps struct {
	*frame.Asking
	// Accept records the acceptance in the transaction of the step.
	Accept func(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error
}

// cookie names the way in the browser's cookie.
const cookie = "steps"

// confirmStep is where the link of the message leads; it needs no cookie, because people read mail
// on another device.
const confirmStep = "confirm"

func at(v gate.Visit, step string) string { return begin(v) + "/" + step }

// begin is the address that leads to the step that is due.
func begin(v gate.Visit) string { return "/" + v.Actor.Portal + "/register" }

// Begin starts a registration and leads to its first step.
func (s *Steps) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if a, err := s.attempt(r, v); err == nil && a.Step != account.StepSent {
		return frame.SeeOther(w, r, at(v, a.Step))
	}
	a, token, err := s.Accounts.BeginSteps(r.Context(), v.Actor.Portal, v.Actor.Language)
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, token))
	return frame.SeeOther(w, r, at(v, a.Step))
}

// BeginPost begins anew: somebody who is about to sign has found a mistake.
func (s *Steps) BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	return frame.SeeOther(w, r, begin(v))
}

func (s *Steps) attempt(r *http.Request, v gate.Visit) (account.Attempt, error) {
	return s.Accounts.StepsAttempt(r.Context(), v.Actor.Portal, gate.AttemptToken(r, v.Actor.Portal, cookie))
}

// Step shows the step that is due.
func (s *Steps) Step(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if step == confirmStep {
		return s.confirm(w, r, v)
	}
	// Without an attempt the page says so; led back to the beginning, a browser that takes no
	// cookies would go round for ever.
	a, err := s.attempt(r, v)
	switch {
	case err != nil:
		return err
	case step == frame.DocumentName:
		return s.Document(w, r, v, signing.Register, signing.Browser{Home: a.ID, Token: gate.AttemptToken(r, v.Actor.Portal, cookie)})
	case step == frame.PhoneName && signs(a):
		return s.ShowPhone(w, r, v, s.phoning(v, a, gate.AttemptToken(r, v.Actor.Portal, cookie)))
	case step != a.Step:
		return frame.SeeOther(w, r, at(v, a.Step))
	}
	return s.show(w, r, v, a, detailsForm{}, nil)
}

// show draws the step that is due, with what was refused.
func (s *Steps) show(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, form detailsForm, refused error) error {
	switch a.Step {
	case account.StepType:
		return s.showType(w, r, v, a, refused)
	case account.StepAgreement:
		return s.showAgreement(w, r, v, refused)
	case account.StepDetails, account.StepForm:
		return s.showDetails(w, r, v, a, form, refused)
	case account.StepKey, account.StepSignature:
		return s.showSignature(w, r, v, a, refused)
	case account.StepSent:
		return s.showSent(w, r, v, a)
	}
	return fault.New(fault.Absent, "gate.no_page")
}

// StepPost takes the form of a step.
func (s *Steps) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if step == frame.PhoneName {
		return s.phonePost(w, r, v)
	}
	if step != account.StepKey && step != account.StepSignature { // these bring files
		if err := frame.ReadForm(r); err != nil {
			return err
		}
	}
	if step == confirmStep {
		return s.confirmPost(w, r, v)
	}
	token := gate.AttemptToken(r, v.Actor.Portal, cookie)
	a, err := s.attempt(r, v)
	if err != nil {
		return err
	}
	if step != a.Step {
		return frame.SeeOther(w, r, at(v, a.Step)) // the step that is due, not the one asked for
	}
	var form detailsForm
	switch step {
	case account.StepType:
		err = s.takeType(r, v, token)
	case account.StepAgreement:
		err = s.takeAgreement(r, v, a, token)
	case account.StepDetails, account.StepForm:
		form = readDetails(r)
		err = s.takeDetails(r, v, a, token, step, form)
	case account.StepKey, account.StepSignature:
		err = s.takeSignature(r, v, a, token)
	default:
		return fault.New(fault.Absent, "gate.no_page")
	}
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Key == "account.step_order" {
		return frame.SeeOther(w, r, at(v, a.Step)) // the step that is due, not the one asked for
	}
	if err != nil {
		return s.show(w, r, v, a, form, err)
	}
	a, err = s.attempt(r, v)
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, at(v, a.Step))
}

// answer is the status of a page that shows what was refused.
func answer(refused error) int {
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

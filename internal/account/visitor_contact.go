package account

import (
	"context"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// wayVisitor is the way of an attempt in which somebody without a user account confirms a contact.
const wayVisitor = "visitor"

// visitorCodes is how many codes go in an hour from one network address.
const visitorCodes = 10

// BeginVisitor sends a code to a contact of somebody without a user account, and keeps what they entered,
// sealed, until the code comes back. It asks nowhere whether the contact is a user's. The token goes into
// the browser's cookie.
//
// Refusals: Invalid at "value"; TooMany "account.too_often".
func (a *Accounts) BeginVisitor(ctx context.Context, portal, language, address, typed string, form map[string]string) (token string, err error) {
	kind := ByPhone
	if strings.Contains(typed, "@") {
		kind = ByEmail
	}
	value, err := a.readContact(portal, kind, typed)
	if err != nil {
		return "", err
	}
	form["kind"], form["value"], form["language"] = string(kind), value, language
	var refusal *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		token, refusal = "", nil
		for what, most := range map[string]int{"visitor/from/" + address: visitorCodes, "contact/to/" + Fold(value): contactCodesTo} {
			tooOften, err := a.Allow(ctx, tx, what, most, time.Hour)
			if err != nil {
				return err
			}
			if tooOften != nil {
				refusal = tooOften.At("value")
			}
		}
		if refusal != nil {
			return nil // counted all the same
		}
		at, t, err := a.BeginAttempt(ctx, tx, portal, wayVisitor, "code", form)
		if err != nil {
			return err
		}
		token = t
		return a.sendVisitorCode(ctx, tx, at)
	})
	if err != nil {
		return "", err
	}
	if refusal != nil {
		return "", refusal
	}
	return token, nil
}

func (a *Accounts) sendVisitorCode(ctx context.Context, tx Tx, at Attempt) error {
	actor := identity.Actor{Portal: at.Portal, User: at.ID, Language: at.Form["language"]}
	return a.sendContactCode(ctx, tx, actor, at, a.contactCode(at.Portal))
}

// VisitorWaiting is the contact that waits for its code. Refusal: Absent "account.attempt_ended".
func (a *Accounts) VisitorWaiting(ctx context.Context, portal, token string) (c Contact, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayVisitor, token)
		c = Contact{Kind: ContactKind(at.Form["kind"]), Value: at.Form["value"]}
		return err
	})
	return c, err
}

// ConfirmVisitor takes the code. then runs in the same act, once, with what was entered.
// Refusals: those of CheckCode and of then; Absent "account.attempt_ended".
func (a *Accounts) ConfirmVisitor(ctx context.Context, portal, token, code string, then func(tx Tx, form map[string]string, c Contact) error) error {
	var refusal *fault.Fault
	err := a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayVisitor, token)
		if err != nil {
			return err
		}
		if refusal, err = a.checkDigits(ctx, tx, at, code, a.contactCode(portal)); err != nil || refusal != nil {
			return err
		}
		// Of two who bring the code at once one finds the version changed.
		at.Step, at.Version = "confirmed", at.Version+1
		if err := tx.SaveAttempt(ctx, at); err != nil {
			return err
		}
		if err := then(tx, at.Form, Contact{Kind: ContactKind(at.Form["kind"]), Value: at.Form["value"], ConfirmedAt: a.Now()}); err != nil {
			return err
		}
		return tx.EndAttempt(ctx, at.ID)
	})
	if err != nil {
		return err
	}
	if refusal != nil {
		return refusal
	}
	return nil
}

package account

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
)

// What a key says of its holder is kept with the attempt under these names.
const (
	keyIIN    = "key_iin"
	keyBIN    = "key_bin"
	keyOrg    = "key_organisation"
	keyEnds   = "key_ends"
	keySigned = "key_signed" // when the form was signed
)

func (k Key) into(form map[string]string) map[string]string {
	form[keyIIN], form[keyBIN], form[keyOrg], form[keyEnds] = k.IIN, k.BIN, k.Organisation, k.EndsAt.UTC().Format(time.RFC3339)
	return form
}

// demand is the clause under which a registration takes a key: on its being held before (egov 3.4.1.2, court
// 3.1), or on the form being signed (court 3.2.2).
func (a *Accounts) demand(portal string) clause.Citation {
	_, cite, _ := clause.In[Certificate](a.Book(portal, a.Now()))
	return cite
}

// checkKey refuses a key in a term that has run out since it was looked at, and one of an employee who may
// not bind the organisation.
func (a *Accounts) checkKey(portal string, k Key) error {
	cite := a.demand(portal)
	if k.BIN != "" && !k.binds() {
		return fault.New(fault.Forbidden, "account.key_not_head").By(cite)
	}
	return nil
}

// TakeKey takes the step that shows whose key it is: the form is filled in from it (court 3.1, 3.2.2).
// Refusals: as TakeStep; Forbidden "account.key_not_head"; those of serve; Invalid for each answer that the
// certificate should give and does not.
func (a *Accounts) TakeKey(ctx context.Context, portal, token string, k Key, serve Serve) error {
	if err := a.checkKey(portal, k); err != nil {
		return err
	}
	form := k.into(map[string]string{
		"kind": k.Kind(), "number": k.Number(), "company": k.Organisation,
		"surname": k.Surname, "given": k.Given, "patronymic": k.Patronymic,
	})
	_, err := a.TakeStep(ctx, portal, token, StepKey, form, func(ctx context.Context, tx Tx, at Attempt) error {
		return a.servedAttempt(ctx, tx, at, "account.key_shown", k, serve)
	})
	return err
}

// prefill puts what the certificate said in the place of what was sent: those answers are not the person's
// to change.
func (a *Accounts) prefill(ctx context.Context, portal, token string, d *Details) error {
	if !Prefilled(a.Book(portal, a.Now())) {
		return nil
	}
	at, err := a.StepsAttempt(ctx, portal, token)
	if err != nil {
		return err
	}
	d.Kind, d.Number, d.Company = at.Form["kind"], at.Form["number"], at.Form["company"]
	d.Surname, d.Given, d.Patronymic = at.Form["surname"], at.Form["given"], at.Form["patronymic"]
	return nil
}

// TakeSignature takes the signature over what was entered; the link that ends the registration goes out. The
// key has to be that of the number and of the name in the form.
//
// Refusals: as TakeStep; Forbidden "account.key_not_head", "account.key_number", "account.key_name" by the
// clause that demands the key; those of serve.
func (a *Accounts) TakeSignature(ctx context.Context, portal, token string, k Key, serve Serve, link func(token string) string) error {
	if err := a.checkKey(portal, k); err != nil {
		return err
	}
	_, err := a.TakeStep(ctx, portal, token, StepSignature, nil, func(ctx context.Context, tx Tx, at Attempt) error {
		cite := a.demand(portal)
		switch f := at.Form; {
		case f["number"] != k.Number(), f[keyIIN] != "" && f[keyIIN] != k.IIN:
			return fault.New(fault.Forbidden, "account.key_number").By(cite)
		case !alike(f["surname"], k.Surname) || !alike(f["given"], k.Given):
			return fault.New(fault.Forbidden, "account.key_name").By(a.matched(portal))
		case f["kind"] == "legal_entity" && !alike(f["company"], k.Organisation):
			return fault.New(fault.Forbidden, "account.key_company").By(a.matched(portal))
		}
		k.into(at.Form)[keySigned] = a.Now().UTC().Format(time.RFC3339)
		if err := a.servedAttempt(ctx, tx, at, "account.form_signed", k, serve); err != nil {
			return err
		}
		return a.sendEnd(ctx, tx, at, link)
	})
	return err
}

// matched is the clause that has the answers agree with the certificate (court 3.3), or else the one that
// demands the key.
func (a *Accounts) matched(portal string) clause.Citation {
	if data, cite, ok := clause.In[RequiredData](a.Book(portal, a.Now())); ok && data.MatchCertificate {
		return cite
	}
	return a.demand(portal)
}

func (a *Accounts) servedAttempt(ctx context.Context, tx Tx, at Attempt, act string, k Key, serve Serve) error {
	now, entry := a.Now(), a.NewID()
	if err := serve(ctx, tx, at.ID, entry, now); err != nil {
		return err
	}
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: at.Portal, Home: at.ID, ID: entry, At: now, Actor: "user:" + strconv.FormatInt(int64(at.ID), 10), Act: act,
		Citation: a.demand(at.Portal), Detail: k.Detail,
	})
	return err
}

// bindFound binds the key that signed the form to the user that comes of it. Where the agreement demands a
// key, no attempt without a signature ends as a user.
func (a *Accounts) bindFound(ctx context.Context, tx Tx, at Attempt) error {
	if _, cite, demanded := clause.In[Certificate](a.Book(at.Portal, a.Now())); !demanded {
		return nil
	} else if at.Form[keySigned] == "" {
		return fault.New(fault.Conflict, "account.step_order").By(cite)
	}
	ends, err := time.Parse(time.RFC3339, at.Form[keyEnds])
	if err != nil {
		return err
	}
	k := Key{IIN: at.Form[keyIIN], BIN: at.Form[keyBIN], Organisation: at.Form[keyOrg], EndsAt: ends}
	return tx.AddBinding(ctx, at.ID, k.binding(a.Now()))
}

package account

import (
	"context"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// FullRegistration says what the agreement calls full registration, and whether the actor still owes it
// (ismet 5.2). ok is false where there is no such stage.
func (a *Accounts) FullRegistration(ctx context.Context, actor identity.Actor) (rule *FullRegistration, cite clause.Citation, bound *Binding, ok bool, err error) {
	rule, cite, ok = clause.In[FullRegistration](a.Book(actor.Portal, a.Now()))
	if !ok {
		return nil, cite, nil, false, nil
	}
	bound, err = a.KeyShown(ctx, actor)
	return rule, cite, bound, true, err
}

// Potential reports whether somebody who has an account is a potential user yet, for want of full
// registration (ismet 1.7); cite is the clause that says so.
func (a *Accounts) Potential(ctx context.Context, actor identity.Actor) (bool, clause.Citation, error) {
	until, cite, ok := clause.In[PotentialUser](a.Book(actor.Portal, a.Now()))
	if !ok || !slices.Contains(until.Until, "full_registration") {
		return false, cite, nil
	}
	_, _, bound, staged, err := a.FullRegistration(ctx, actor)
	return staged && bound == nil, cite, err
}

// FullFirst refuses what only a user may do to somebody who is a potential user yet: to act for an organisation
// takes acceptance and registration (ismet 1.6, 1.7). Refusal: Forbidden "account.full_first" by the clause.
func (a *Accounts) FullFirst(ctx context.Context, tx Tx, actor identity.Actor) error {
	book := a.Book(actor.Portal, a.Now())
	until, cite, ok := clause.In[PotentialUser](book)
	if _, _, staged := clause.In[FullRegistration](book); !ok || !staged || !slices.Contains(until.Until, "full_registration") {
		return nil
	}
	_, err := tx.Binding(ctx, actor.User)
	if fault.Is(err, fault.Absent) {
		return fault.New(fault.Forbidden, "account.full_first").By(cite)
	}
	return err
}

// Joined is what became of a certificate that names an organisation.
type Joined struct {
	Known  bool        // whether the agreement knows organisations; otherwise nothing was done
	Former identity.ID // the head whose place the holder took; 0: nobody's
}

// Bind binds the number of a party to a user by the party's own signature, which makes the registration full
// (ismet 5.2, 1.7). The name of the account has to be the holder's, and the account's number becomes the
// holder's IIN: several people may hold certificates of one organisation, each an account of their own. Whoever
// is registered in full shows further certificates of theirs to join further organisations.
//
// Refusals: Absent "gate.no_page" where the agreement has no such stage; Forbidden "account.party",
// "account.key_not_head", "account.key_name", "account.key_number" for the key of another than before; Conflict
// "account.already_full" where there is nothing to join, "account.number_refused" for a number that is another's or kept
// out; those of Joins and of serve.
func (a *Accounts) Bind(ctx context.Context, actor identity.Actor, k Key, serve Serve) error {
	rule, cite, ok := clause.In[FullRegistration](a.Book(actor.Portal, a.Now()))
	switch {
	case !ok:
		return fault.New(fault.Absent, "gate.no_page")
	case !slices.Contains(rule.Parties, k.Kind()):
		return fault.New(fault.Forbidden, "account.party").By(cite)
	case k.BIN != "" && k.Role == "":
		return fault.New(fault.Forbidden, "account.key_not_head").By(cite)
	}
	var joined Joined
	err := a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		before, err := tx.Binding(ctx, u.ID)
		first := fault.Is(err, fault.Absent)
		if err != nil && !first {
			return err
		}
		act := "account.full_registration"
		if first {
			err = a.bindFirst(ctx, tx, u, k, cite)
		} else {
			act = "account.further_key"
			err = again(before, k, cite)
		}
		if err != nil {
			return err
		}
		if joined, err = a.join(ctx, tx, actor, k, first, cite); err != nil {
			return err
		}
		return a.served(ctx, tx, u, act, cite, k, serve, map[string]string{"party": k.Kind()})
	})
	if err == nil {
		a.Forget(actor.User)
		a.Forget(joined.Former)
	}
	return err
}

// again refuses a further key that is another person's, or that says nothing new.
func again(before Binding, k Key, cite clause.Citation) error {
	switch {
	case before.IIN != k.IIN:
		return fault.New(fault.Forbidden, "account.key_number").By(cite)
	case k.Kind() == "individual":
		return fault.New(fault.Conflict, "account.already_full").By(cite)
	}
	return nil
}

// bindFirst makes the registration full.
func (a *Accounts) bindFirst(ctx context.Context, tx Tx, u User, k Key, cite clause.Citation) error {
	p, err := tx.Person(ctx, u.ID)
	if err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	if p.Surname != "" && !(alike(p.Surname, k.Surname) && alike(p.Given, k.Given)) {
		return fault.New(fault.Forbidden, "account.key_name").By(cite)
	}
	for _, number := range []string{k.IIN, k.BIN} {
		if err := a.admit(ctx, tx, u.Portal, number); err != nil {
			return numberRefused(err)
		}
	}
	if p.Surname == "" {
		p.Surname, p.Given, p.Patronymic = k.Surname, k.Given, k.Patronymic
	}
	p.Number, p.ConfirmedAt = k.IIN, a.Now()
	if err := tx.SavePerson(ctx, u.Portal, u.ID, p); err != nil {
		return numberRefused(err)
	}
	err = tx.AddBinding(ctx, u.ID, k.binding(a.Now()))
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.already_full").By(cite)
	}
	return err
}

// join makes the holder a member of the organisation the key names.
func (a *Accounts) join(ctx context.Context, tx Tx, actor identity.Actor, k Key, first bool, cite clause.Citation) (joined Joined, err error) {
	if k.Kind() == "individual" {
		return joined, nil
	}
	if a.Joins != nil {
		if joined, err = a.Joins(ctx, tx, actor, k); err != nil {
			return joined, err
		}
	}
	switch {
	case joined.Known:
	case k.BIN != "" && !k.binds():
		err = fault.New(fault.Forbidden, "account.key_not_head").By(cite)
	case !first:
		err = fault.New(fault.Conflict, "account.already_full").By(cite)
	}
	return joined, err
}

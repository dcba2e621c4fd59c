package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// KeyDue is what an actor's Due says of somebody whose agreement deals only with holders of a valid signature
// key, and who has shown none whose term lasts (court P): nothing is open to them but the page that takes one.
const KeyDue = "key"

// KeyDemanded gives the clause by which users must hold a valid signature key as long as they are users.
func (a *Accounts) KeyDemanded(portal string) (cite clause.Citation, ok bool) {
	rule, cite, ok := clause.In[Eligibility](a.Book(portal, a.Now()))
	return cite, ok && slices.Contains(rule.Conditions, "signature_key")
}

// keyTerm is until when the last key is valid that a user has shown, the zero time where none was. The staff of
// a portal are no users of its agreement: nothing is asked of them.
func (a *Accounts) keyTerm(ctx context.Context, tx Tx, u User) (ends time.Time, asked bool, err error) {
	staff := slices.ContainsFunc(u.Roles, func(r identity.Role) bool {
		return slices.Contains([]identity.Role{identity.Operator, identity.Owner, identity.Auditor}, r)
	})
	if _, demanded := a.KeyDemanded(u.Portal); !demanded || staff {
		return time.Time{}, false, nil
	}
	b, err := tx.Binding(ctx, u.ID)
	if fault.Is(err, fault.Absent) {
		err = nil
	}
	return b.KeyEndsAt, true, err
}

// eligible is the actor as the term of their key leaves them at an instant: a session in which it runs out goes
// on once another key was shown. What else is due comes first.
func (h heldSession) eligible(actor identity.Actor, now time.Time) identity.Actor {
	if h.keyAsked && !now.Before(h.keyEnds) && actor.Due == "" {
		actor.Due = KeyDue
	}
	return actor
}

// KeyShown gives what is known of the actor's key; nil where none was shown.
func (a *Accounts) KeyShown(ctx context.Context, actor identity.Actor) (bound *Binding, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		b, err := tx.Binding(ctx, actor.User)
		if fault.Is(err, fault.Absent) {
			return nil
		}
		bound = &b
		return err
	})
	return bound, err
}

// ShowKey takes a valid key of the actor's in the place of the one whose term is over.
//
// Refusals: Absent "gate.no_page" where the agreement asks for none; Forbidden "account.key_not_head",
// "account.key_number" for the key of another; Conflict "account.number_refused"; those of serve.
func (a *Accounts) ShowKey(ctx context.Context, actor identity.Actor, k Key, serve Serve) error {
	cite, demanded := a.KeyDemanded(actor.Portal)
	if !demanded {
		return fault.New(fault.Absent, "gate.no_page")
	}
	if err := a.checkKey(actor.Portal, k); err != nil {
		return err
	}
	err := a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		if err := a.keepKey(ctx, tx, u, k, cite); err != nil {
			return err
		}
		return a.served(ctx, tx, u, "account.key_shown", cite, k, serve, map[string]string{})
	})
	if err == nil {
		a.Forget(actor.User)
	}
	return err
}

// keepKey notes the term of a key that a user has shown; the first one is bound to them.
func (a *Accounts) keepKey(ctx context.Context, tx Tx, u User, k Key, cite clause.Citation) error {
	b, err := tx.Binding(ctx, u.ID)
	if err == nil {
		if had := (Key{IIN: b.IIN, BIN: b.BIN}).Number(); had != "" && had != k.Number() {
			return fault.New(fault.Forbidden, "account.key_number").By(cite)
		}
		return tx.ShowedKey(ctx, u.ID, k.EndsAt)
	}
	if !fault.Is(err, fault.Absent) {
		return err
	}
	p, err := tx.Person(ctx, u.ID)
	switch {
	case err != nil && !fault.Is(err, fault.Absent):
		return err
	case p.Number == "":
		return a.bindFirst(ctx, tx, u, k, cite)
	case p.Number != k.Number():
		return fault.New(fault.Forbidden, "account.key_number").By(cite)
	}
	return tx.AddBinding(ctx, u.ID, k.binding(a.Now()))
}

package account

import (
	"context"
	"strconv"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// LookByInstitution leaves evidence, among a person's own entries, that the administrator of their
// institution looked at what was done on their page, and why; may refuses whoever may not.
// Refusals: those of may; Invalid "account.reason".
func (a *Accounts) LookByInstitution(ctx context.Context, actor identity.Actor, user identity.ID, reason string, may func(ctx context.Context, tx Tx) error) error {
	if _, err := a.reason(actor.Portal, reason); err != nil {
		return err
	}
	_, cite, _ := clause.In[Attribution](a.Book(actor.Portal, a.Now()))
	return a.InTx(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		_, err := a.Record(ctx, tx, evidence.Entry{
			Portal: actor.Portal, Home: user, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User), Act: "account.look",
			Citation: cite, Detail: map[string]string{"reason": reason},
		})
		return err
	})
}

// Number is how evidence writes an id.
func Number(id identity.ID) string { return itoa64(id) }

// NamesOf finds who the users are that did what some entries tell, by the actor as evidence has it;
// nobody stands for whoever has been erased. Each is asked for once.
func (a *Accounts) NamesOf(ctx context.Context, entries []evidence.Entry) (map[string]string, error) {
	names := map[string]string{}
	for _, e := range entries {
		if strings.HasPrefix(e.Actor, "user:") {
			names[e.Actor] = ""
		}
	}
	if len(names) == 0 {
		return names, nil
	}
	err := a.InView(ctx, func(tx Tx) error {
		for actor := range names {
			id, err := strconv.ParseInt(strings.TrimPrefix(actor, "user:"), 10, 64)
			if err != nil {
				continue
			}
			u, err := tx.User(ctx, identity.ID(id))
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
			names[actor] = u.Shown
		}
		return nil
	})
	return names, err
}

// OnPage gives of a user what stands on their page: the name, and what they wrote about themselves. Who
// may see it, party has answered. Refusal: Absent for whoever has left.
func (a *Accounts) OnPage(ctx context.Context, portal string, user identity.ID) (u User, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		u, err = tx.User(ctx, user)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && (u.Portal != portal || u.State == Closed || u.State == Deleted) {
		return User{}, fault.New(fault.Absent, "gate.no_page")
	}
	return User{ID: u.ID, Portal: u.Portal, Shown: u.Shown, About: u.About}, err
}

package account

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// ActFor changes for whom the actor acts in one session: an organisation they are a member of, or, with 0,
// themselves (ismet 1.6). Other sessions stay as they are. Refusals: Forbidden "party.not_member" without a
// membership that lasts, and those of FullFirst; Unauthenticated for a token that is not of a session of the actor.
func (a *Accounts) ActFor(ctx context.Context, actor identity.Actor, token string, organisation identity.ID) (identity.Behalf, error) {
	hash, err := sessionKey(token)
	if err != nil {
		return identity.Behalf{}, err
	}
	var behalf identity.Behalf
	defer a.Forget(actor.User)
	err = a.InTx(ctx, func(tx Tx) error {
		s, err := tx.Session(ctx, hash)
		if fault.Is(err, fault.Absent) || err == nil && (s.User != actor.User || s.Portal != actor.Portal) {
			return fault.New(fault.Unauthenticated, "account.sign_in_first")
		}
		if err != nil {
			return err
		}
		behalf = identity.Behalf{}
		if organisation != 0 && a.Behalf != nil {
			if err := a.FullFirst(ctx, tx, actor); err != nil {
				return err
			}
			if behalf, err = a.Behalf(ctx, tx, actor.Portal, actor.User, organisation); err != nil {
				return err
			}
		}
		if behalf.Organisation != organisation {
			return fault.New(fault.Forbidden, "party.not_member")
		}
		if err := tx.SetBehalf(ctx, hash, organisation); err != nil {
			return err
		}
		return a.note(ctx, tx, User{ID: actor.User, Portal: actor.Portal}, "account.act_for", a.Now(), behalf.In(nil))
	})
	return behalf, err
}

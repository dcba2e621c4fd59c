package account

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Staff lists who holds a role of the staff, by their ids, after one (0: from the start). Refusal: Forbidden.
func (a *Accounts) Staff(ctx context.Context, actor identity.Actor, after identity.ID, limit int) (out []User, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		if out, err = tx.StaffOf(ctx, actor.Portal, StaffRoles(), after, limit); err != nil {
			return err
		}
		ids := make([]identity.ID, len(out))
		for i, u := range out {
			ids[i] = u.ID
		}
		roles, err := tx.RolesOf(ctx, ids)
		for i := range out {
			out[i].Roles = roles[out[i].ID]
		}
		return err
	})
	return out, err
}

// Grants lists what was proposed, given and taken on the operator's portal, newest first; state and before
// as in StaffTx.GrantsIn. Refusal: Forbidden.
func (a *Accounts) Grants(ctx context.Context, actor identity.Actor, state string, before identity.ID, limit int) (out []Grant, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.GrantsIn(ctx, actor.Portal, state, before, limit)
		return err
	})
	return out, err
}

// PowersOf is what somebody may do on the operator's portal, and how that came to be.
// Refusals: Forbidden; Absent "account.nobody".
func (a *Accounts) PowersOf(ctx context.Context, actor identity.Actor, user identity.ID) (u User, grants []Grant, err error) {
	if err := asOperator(actor); err != nil {
		return User{}, nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		u, err = tx.User(ctx, user)
		if fault.Is(err, fault.Absent) || err == nil && (u.Portal != actor.Portal || u.State == Deleted) {
			return fault.New(fault.Absent, "account.nobody")
		}
		if err != nil {
			return err
		}
		grants, err = tx.GrantsOf(ctx, user, mostGrants)
		return err
	})
	return u, grants, err
}

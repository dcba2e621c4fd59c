package house

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/privacy"
	"tereze/internal/store"
)

// parties introduces institutions and their people to account, which knows the users. What the one
// calls its transaction is the other's as well: both are the store's.
func (h *House) parties(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *party.Parties {
	return &party.Parties{
		InTx: func(ctx context.Context, act func(party.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(party.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book, Zone: h.Accounts.Zone,
		PageRule: func(portal string) (string, clause.Citation, bool) {
			rule, cite, ok := clause.In[privacy.PageVisibility](h.Accounts.Book(portal, h.Clock.Now()))
			if !ok {
				return "", clause.Citation{}, false
			}
			return rule.To, cite, true
		},
		Users: party.Users{
			Invite: func(ctx context.Context, tx party.Tx, user identity.ID, portal, language string, p party.Person) (string, error) {
				u, err := h.Accounts.InviteWithin(ctx, tx.(*store.Tx), user, portal, language, account.Person{
					Surname: p.Surname, Given: p.Given, Patronymic: p.Patronymic, BirthDate: p.BirthDate, Sex: p.Sex,
				})
				return u.SignInName, err
			},
			Give: func(ctx context.Context, tx party.Tx, user identity.ID, role identity.Role) error {
				return tx.(*store.Tx).GiveRole(ctx, user, role, h.Clock.Now())
			},
			Take: func(ctx context.Context, tx party.Tx, user identity.ID, role identity.Role) error {
				return tx.(*store.Tx).TakeRole(ctx, user, role)
			},
			Named: func(ctx context.Context, tx party.Tx, portal, name string) (identity.ID, error) {
				u, err := tx.(*store.Tx).UserNamed(ctx, portal, account.Fold(name))
				if err == nil && u.State != account.Active {
					return 0, fault.New(fault.Absent, "account.nobody")
				}
				return u.ID, err
			},
			Person: func(ctx context.Context, tx party.Tx, user identity.ID) (party.Person, error) {
				p, err := tx.(*store.Tx).Person(ctx, user)
				return party.Person{Surname: p.Surname, Given: p.Given, Patronymic: p.Patronymic, BirthDate: p.BirthDate, Sex: p.Sex}, err
			},
			Tell: func(ctx context.Context, tx party.Tx, user identity.ID, key string, args map[string]string) error {
				return h.Accounts.Tell(ctx, tx.(*store.Tx), user, key, args)
			},
			CheckKind: h.Accounts.CheckKind,
			Forget:    h.Accounts.Forget,
		},
	}
}

// recoveryStopped tells account what party keeps of a whole portal.
func (h *House) recoveryStopped(ctx context.Context, portal string) (account.RecoveryHalt, error) {
	stops, err := h.Parties.RecoveryStops(ctx, portal)
	if err != nil || len(stops) == 0 || stops[0].Institution != 0 {
		return account.RecoveryHalt{Some: len(stops) > 0}, err
	}
	return account.RecoveryHalt{Stopped: true, Until: stops[0].Until}, nil
}

// handOut lets the administrator of an institution hand credentials to its people.
func (h *House) handOut(ctx context.Context, tx account.Tx, actor identity.Actor, user identity.ID) error {
	return h.Parties.MayHandOut(ctx, tx.(*store.Tx), actor, user)
}

// deletes lets the administrator of an institution delete the pages of its people.
func (h *House) deletes(ctx context.Context, tx account.Tx, actor identity.Actor, user identity.ID, asked bool) error {
	return h.Parties.MayDelete(ctx, tx.(*store.Tx), actor, user, asked)
}

// guards lets nobody but a guardian act for a child.
func (h *House) guards(ctx context.Context, tx account.Tx, guardian, child identity.ID) error {
	return h.Parties.MayActFor(ctx, tx.(*store.Tx), guardian, child)
}

// services names the parts of a portal that a sanction can close by themselves, by their addresses.
func (h *House) services(portal string) []string {
	out := []string{"profile"}
	if kinds, _ := party.KindsUnder(h.Agreements.Book(portal, h.Clock.Now()), ""); len(kinds) > 0 {
		out = append(out, "school", "children")
	}
	return out
}

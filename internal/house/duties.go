package house

import (
	"context"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/claims"
	"tereze/internal/content"
	"tereze/internal/evidence"
	"tereze/internal/keeper"
	"tereze/internal/obligation"
	"tereze/internal/store"
)

// duties lists every kind of obligation with what keeper does about it: nothing for one that only
// people meet. The key "obligation.kind.<kind>" of the words says what it is.
func (h *House) duties() map[string]keeper.Duty {
	return map[string]keeper.Duty{
		account.DutySanction: {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
			id, err := o.About()
			if err != nil {
				return false, err
			}
			return false, h.Accounts.CarryOut(ctx, tx.(*store.Tx), o.Home, id)
		}},
		agreement.DutyInForce: {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
			return false, h.Agreements.Proves(ctx, tx.(*store.Tx), o)
		}},
		agreement.DutyNotice:   {Due: h.tellsOfAmendment("message.amendment")},
		agreement.DutyReminder: {Due: h.tellsOfAmendment("message.amendment_reminder")},
		billing.DutyInForce: {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
			return false, h.Tariffs.Proves(ctx, tx.(*store.Tx), o)
		}},
		billing.DutyNotice:     {Due: h.tellsOfTariffs("message.tariffs")},
		billing.DutyReminder:   {Due: h.tellsOfTariffs("message.tariffs_reminder")},
		billing.DutyWithdrawal: {Due: h.tellsOfTariffs("message.tariffs_withdrawn")},
		account.DutyErasure: {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
			user, err := o.About()
			if err != nil {
				return false, err
			}
			_, err = h.Privacy.Erase(ctx, tx.(*store.Tx), o.Portal, user)
			return false, err
		}},
		content.DutyArchive: {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
			return false, h.Materials.Sweep(ctx, tx.(*store.Tx), o)
		}},
		claims.DutyAnswer:    {},
		account.DutyCheck:    {},
		account.DutyPassword: {},
	}
}

// obligations introduces the dated duties to the store and to the rooms that owe them.
func (h *House) obligations(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *obligation.Obligations {
	duties := h.duties()
	return &obligation.Obligations{
		InTx: func(ctx context.Context, act func(obligation.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(obligation.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record,
		Zone: func(portal string) *time.Location {
			p, _ := library.Portal(portal)
			return p.Zone
		},
		Days: h.Calendars.Table,
		Known: func(kind string) bool {
			_, ok := duties[kind]
			return ok
		},
		Held: func(_ context.Context, _ obligation.Tx, portal string, at time.Time) (bool, error) {
			return h.Operations.Held(portal, at), nil
		},
	}
}

func (h *House) keeper() *keeper.Keeper {
	return &keeper.Keeper{
		InTx: func(ctx context.Context, act func(keeper.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(keeper.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, ID: h.Store.NewID(), Duties: h.duties(), Owed: h.Obligations,
		Failed: func(o obligation.Obligation, err error) {
			h.log.Warn("do what is owed", "kind", o.Kind, "portal", o.Portal, "about", o.Subject, "error", err)
		},
	}
}

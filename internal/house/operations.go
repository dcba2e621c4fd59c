package house

import (
	"context"

	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/operations"
	"tereze/internal/store"
)

// newCalendars introduces what operators write down about business days to the store.
func (h *House) newCalendars(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *operations.Calendars {
	return &operations.Calendars{
		InTx: func(ctx context.Context, act func(operations.DaysTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(operations.DaysTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record,
		Base: func(portal string) string {
			p, _ := library.Portal(portal)
			return p.Calendar
		},
	}
}

// refreshCalendars takes over what was written, here or by another process.
func (h *House) refreshCalendars(ctx context.Context) error {
	var names []string
	for _, p := range h.Agreements.Portals() {
		names = append(names, p.Name)
	}
	return h.Calendars.Refresh(ctx, names)
}

// operations introduces the announcements of the operator to the store, and to the powers of the staff, which account knows.
func (h *House) operations(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *operations.Operations {
	return &operations.Operations{
		InTx: func(ctx context.Context, act func(operations.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(operations.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Power: h.Accounts.Power,
		Languages: func(portal string) []string {
			p, _ := library.Portal(portal)
			return p.Languages
		},
	}
}

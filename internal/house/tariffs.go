package house

import (
	"context"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/store"
)

// newTariffs introduces the prices of portals to the store and to those who owe notices of them.
func (h *House) newTariffs(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *billing.Tariffs {
	return &billing.Tariffs{
		InTx: func(ctx context.Context, act func(billing.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(billing.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Owed: h.Obligations,
		Book: func(portal string, at time.Time) *clause.Book { return library.Book(portal, at) },
		Zone: func(portal string) *time.Location {
			p, _ := library.Portal(portal)
			return p.Zone
		},
		Languages: func(portal string) []string {
			p, _ := library.Portal(portal)
			return p.Languages
		},
	}
}

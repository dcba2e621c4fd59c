package house

import (
	"context"
	"slices"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/calendar"
	"tereze/internal/catalogue"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/notify"
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

// operations introduces what happens to a portal to the store, and to the powers of the staff, which account knows.
func (h *House) operations(cfg Config, record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *operations.Operations {
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
		Book: h.Accounts.Book, Zone: h.Accounts.Zone,
		Days: func(portal string) (*calendar.Table, error) { return h.Accounts.Days(portal) },
		Services: func(portal string) []string {
			out := h.services(portal)
			for _, s := range h.Catalogue.List(nil, portal, catalogue.Reader{}, "") {
				out = append(out, s.Name)
			}
			return out
		},
		Concerns: h.concerns,
		Suspends: func(portal string) ([]string, clause.Citation, bool) {
			rule, cite, ok := clause.In[catalogue.SuspensionReasons](library.Book(portal, h.Clock.Now()))
			if !ok {
				return nil, cite, false
			}
			return rule.Reasons, cite, true
		},
		Ended: func() { h.Agreements.ForgetAll() },
		Tell: func(ctx context.Context, tx operations.Tx, n notify.Notice) error {
			return h.Notices.Send(ctx, tx.(*store.Tx), n)
		},
		Shift: func(ctx context.Context, portal string, from, to time.Time, percent int, cite clause.Citation) (int, error) {
			return h.Obligations.Shift(ctx, portal, from, to, percent, cite)
		},
		Address: func(e operations.Event) string {
			return cfg.Public + "/" + e.Portal + "/status/" + h.Opaque.Of(e.ID)
		},
	}
}

// concerns says whether somebody uses any of these parts of a portal: the school's pages are for its
// administrators, a child's for its guardians, one's own for whoever has signed in, and a service of the catalogue
// for everybody, a visitor too.
func (h *House) concerns(actor identity.Actor, services []string) bool {
	return slices.ContainsFunc(services, func(name string) bool {
		switch name {
		case "school":
			return actor.Is(identity.Administrator)
		case "children":
			return actor.Is(identity.Guardian)
		case "profile":
			return actor.Known()
		}
		return true
	})
}

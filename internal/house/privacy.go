package house

import (
	"context"
	"slices"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/privacy"
	"tereze/internal/store"
)

// privacies introduces what is known of personal data to the store and to the room that knows the people.
func (h *House) privacies(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *privacy.Privacy {
	return &privacy.Privacy{
		InTx: func(ctx context.Context, act func(privacy.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(privacy.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book, Zone: h.Accounts.Zone,
		Portals: func() (names []string) {
			for _, p := range library.Portals() {
				names = append(names, p.Name)
			}
			return names
		},
		Owe: func(ctx context.Context, tx privacy.Tx, portal string, left privacy.Left) error {
			return h.Accounts.OweErasure(ctx, tx.(*store.Tx), portal, left.User, left.At)
		},
		EraseAt: h.Accounts.EraseAt, Forget: h.Accounts.Forget, Leave: h.withdrawn, StopLetters: stopLetters,
		Person: func(ctx context.Context, tx privacy.Tx, portal string, user identity.ID) error {
			u, err := tx.(*store.Tx).User(ctx, user)
			if fault.Is(err, fault.Absent) || err == nil && (u.Portal != portal || u.State == account.Deleted) {
				return fault.New(fault.Absent, "account.nobody")
			}
			return err
		},
		Tell: func(ctx context.Context, tx privacy.Tx, user identity.ID, key string, args map[string]string) error {
			return h.Accounts.Tell(ctx, tx.(*store.Tx), user, key, args)
		},
		Sections: store.Sections(),
	}
}

// withdrawn ends the use of a portal by somebody who takes back the consent it cannot do without. Where the
// agreement keeps data for a time after the deletion of a page (kundelik 4.12) that time begins to run;
// elsewhere nothing is left to keep them on, and they go at once.
func (h *House) withdrawn(ctx context.Context, tx privacy.Tx, portal string, user identity.ID) error {
	effect := "delete"
	if at, _ := h.Accounts.EraseAt(portal, h.Clock.Now()); !at.IsZero() {
		effect = "close"
	}
	return h.Accounts.Depart(ctx, tx.(*store.Tx), portal, user, effect, false)
}

// stopLetters ends what somebody subscribed to.
func stopLetters(ctx context.Context, tx privacy.Tx, user identity.ID) error {
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		if _, err := tx.(*store.Tx).Unsubscribe(ctx, user, channel); err != nil {
			return err
		}
	}
	return nil
}

// lookReasons are the reasons for which a clause lets staff look at a person's data, in account's words.
func lookReasons(b *clause.Book) ([]string, clause.Citation, bool) {
	rule, cite, ok := clause.In[privacy.StaffAccess](b)
	if !ok {
		return nil, cite, false
	}
	names := map[string]string{"support": "support", "operation": "operation", "enforcement": "rule_enforcement"}
	var taken []string
	for _, reason := range account.Reasons() {
		if slices.Contains(rule.Reasons, names[reason]) {
			taken = append(taken, reason)
		}
	}
	return taken, cite, true
}

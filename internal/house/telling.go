package house

import (
	"context"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
	"tereze/internal/operations"
	"tereze/internal/store"
)

// toldAtOnce is how many users one transaction tells of something: other acts wait for so long and no longer.
const toldAtOnce = 200

// news is what all users of a portal are told under an obligation.
type news struct {
	past   bool        // it is too late to tell: the obligation is lifted
	until  identity.ID // the last user who is told; 0: all of them
	notice func(r operations.Reader) notify.Notice
	proves func() error // leaves the evidence when everybody has been told
}

// tells tells the next users of a portal what an obligation is about, and keeps in the obligation whom it has reached, in
// the same transaction: each is told once, whatever ends the process. With the last of them the obligation is met.
func (h *House) tells(about func(ctx context.Context, tx *store.Tx, o obligation.Obligation) (news, error)) func(context.Context, obligation.Tx, obligation.Obligation) (bool, error) {
	return func(ctx context.Context, in obligation.Tx, o obligation.Obligation) (bool, error) {
		tx := in.(*store.Tx)
		n, err := about(ctx, tx, o)
		if err != nil {
			return false, err
		}
		if n.past {
			return false, h.Obligations.End(ctx, tx, o, obligation.Lifted)
		}
		readers, err := tx.Readers(ctx, o.Portal, o.Reached, toldAtOnce)
		if err != nil {
			return false, err
		}
		left := len(readers) == toldAtOnce
		var all []notify.Notice
		for _, r := range readers {
			if n.until != 0 && r.User > n.until {
				left = false
				break
			}
			all, o.Reached = append(all, n.notice(r)), r.User
		}
		if err := h.Notices.SendAll(ctx, tx, o.Portal, all); err != nil {
			return false, err
		}
		if left { // the rest at the next turn: what others are owed does not wait for all of it
			o.Version++
			return false, tx.SaveObligation(ctx, o)
		}
		if err := n.proves(); err != nil {
			return false, err
		}
		return false, h.Obligations.End(ctx, tx, o, obligation.Met)
	}
}

// tellsOfAmendment tells of an edition by the sentence of a key, or reminds of it.
func (h *House) tellsOfAmendment(key string) func(context.Context, obligation.Tx, obligation.Obligation) (bool, error) {
	return h.tells(func(ctx context.Context, tx *store.Tx, o obligation.Obligation) (news, error) {
		e, err := h.Agreements.Subject(ctx, tx, o)
		return news{
			past:   o.Kind == agreement.DutyReminder && !e.InForceAt.After(h.Clock.Now()), // nobody is reminded of what has come
			notice: func(r operations.Reader) notify.Notice { return h.amendment(key, e, o, r) },
			proves: func() error { return h.Agreements.Proves(ctx, tx, o) },
		}, err
	})
}

// amendment is what one user is told: in their language, with the title, the day and hour in the zone of the portal, and
// where to read it.
func (h *House) amendment(key string, e agreement.Edition, o obligation.Obligation, r operations.Reader) notify.Notice {
	p, _ := h.Agreements.Portal(e.Portal)
	title := e.Content.Title[r.Language]
	if title == "" {
		title = e.Content.Title[p.Languages[0]]
	}
	return notify.Notice{
		Home: r.User, Portal: e.Portal, Kind: notify.Amendment, Key: key, Language: r.Language, Cite: o.Cite, Addresses: r.Addresses(),
		Args: map[string]string{
			"document": title,
			"at":       e.InForceAt.In(p.Zone).Format("02.01.2006 15:04"),
			"address":  h.Frame.Public + "/" + e.Portal + "/agreement/" + e.Document + "/editions/" + strconv.Itoa(e.Number),
		},
	}
}

// tellsOfTariffs tells of a change of tariffs by the channels its clause names, whatever a user prefers (ismet 6.2).
func (h *House) tellsOfTariffs(key string) func(context.Context, obligation.Tx, obligation.Obligation) (bool, error) {
	return h.tells(func(ctx context.Context, tx *store.Tx, o obligation.Obligation) (news, error) {
		l, err := h.Tariffs.About(ctx, tx, o)
		n := news{
			past:   o.Kind == billing.DutyReminder && !l.InForceAt.After(h.Clock.Now()),
			notice: func(r operations.Reader) notify.Notice { return h.tariffs(key, l, o, r) },
			proves: func() error { return h.Tariffs.Proves(ctx, tx, o) },
		}
		if o.Kind == billing.DutyWithdrawal {
			n.until = l.Told
		}
		return n, err
	})
}

func (h *House) tariffs(key string, l billing.List, o obligation.Obligation, r operations.Reader) notify.Notice {
	p, _ := h.Agreements.Portal(l.Portal)
	out := notify.Notice{
		Home: r.User, Portal: l.Portal, Kind: notify.Announcement, Key: key, Language: r.Language, Cite: o.Cite, Addresses: r.Addresses(), All: true,
		Args: map[string]string{
			"at":      l.InForceAt.In(p.Zone).Format("02.01.2006 15:04"),
			"address": h.Frame.Public + "/" + l.Portal + "/prices/lists/" + strconv.Itoa(l.Number),
		},
	}
	for _, channel := range h.Tariffs.Channels(l.Portal) {
		out.By = append(out.By, notify.Channel(channel))
	}
	return out
}

package house

import (
	"context"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/notify"
	"tereze/internal/obligation"
	"tereze/internal/operations"
	"tereze/internal/store"
)

// toldAtOnce is how many users one transaction tells of an amendment: other acts wait for so long and no longer.
const toldAtOnce = 200

// tellsOfAmendment tells the next users of a portal of an edition by the sentence of a key, or reminds them of it, and
// keeps in the obligation whom it has reached, in the same transaction: each is told once, whatever ends the
// process. With the last of them the obligation is met.
func (h *House) tellsOfAmendment(key string) func(ctx context.Context, in obligation.Tx, o obligation.Obligation) (bool, error) {
	return func(ctx context.Context, in obligation.Tx, o obligation.Obligation) (bool, error) {
		tx := in.(*store.Tx)
		e, err := h.Agreements.Subject(ctx, tx, o)
		if err != nil {
			return false, err
		}
		if o.Kind == agreement.DutyReminder && !e.InForceAt.After(h.Clock.Now()) {
			return false, h.Obligations.End(ctx, tx, o, obligation.Lifted) // nobody is reminded of what has come
		}
		readers, err := tx.Readers(ctx, o.Portal, o.Reached, toldAtOnce)
		if err != nil {
			return false, err
		}
		for _, r := range readers {
			if err := h.Notices.Send(ctx, tx, h.amendment(key, e, o, r)); err != nil {
				return false, err
			}
			o.Reached = r.User
		}
		if len(readers) < toldAtOnce {
			return false, h.Agreements.Proves(ctx, tx, o)
		}
		o.Version++ // the rest at the next turn: what others are owed does not wait for all of it
		return false, tx.SaveObligation(ctx, o)
	}
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

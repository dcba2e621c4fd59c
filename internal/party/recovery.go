package party

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// RecoveryStop is that people may not recover their password by themselves (kundelik 4.18): those of an
// institution and of what stands under it, or everybody on a portal.
type RecoveryStop struct {
	Institution identity.ID // 0: the whole portal
	Portal      string
	Since       time.Time
	Until       time.Time // zero: no end is set
}

// RecoveryTx is what stopping the automated recovery does to the database.
type RecoveryTx interface {
	// PutRecoveryStop stops the recovery, in place of an earlier stop.
	PutRecoveryStop(ctx context.Context, s RecoveryStop) error
	// DropRecoveryStop lets it go on; letting it go on twice changes nothing.
	DropRecoveryStop(ctx context.Context, portal string, institution identity.ID) error
	// RecoveryStops lists the stops of a portal that hold at an instant, the whole portal's first.
	RecoveryStops(ctx context.Context, portal string, at time.Time) ([]RecoveryStop, error)
	// StopsOver lists those that hold for a user: by the institutions they belong to and all above.
	StopsOver(ctx context.Context, user identity.ID, at time.Time) ([]RecoveryStop, error)
}

// longestStop is how far ahead the end of a stop may lie.
const longestStop = 366 * 24 * time.Hour

// StopRecovery stops the automated recovery for the people of an institution and of those under it, or
// with institution 0 of the whole portal, until an instant; zero: until it is let go on. cite is the
// clause that allows it (kundelik 4.18).
// Refusals: Forbidden for anyone but an operator, or where no clause does; Absent; Invalid
// "party.until" for an instant that has passed or lies more than a year ahead.
func (p *Parties) StopRecovery(ctx context.Context, actor identity.Actor, institution identity.ID, until time.Time, cite clause.Citation) error {
	now := p.Now()
	if !until.IsZero() && (!until.After(now) || until.After(now.Add(longestStop))) {
		return fault.New(fault.Invalid, "party.until").At("until").By(cite)
	}
	return p.switchRecovery(ctx, actor, institution, cite, map[string]string{"open": "no", "until": instant(until)}, func(tx Tx) error {
		return tx.PutRecoveryStop(ctx, RecoveryStop{Institution: institution, Portal: actor.Portal, Since: now, Until: until})
	})
}

// AllowRecovery ends a stop. Refusals: as StopRecovery.
func (p *Parties) AllowRecovery(ctx context.Context, actor identity.Actor, institution identity.ID, cite clause.Citation) error {
	return p.switchRecovery(ctx, actor, institution, cite, map[string]string{"open": "yes"}, func(tx Tx) error {
		return tx.DropRecoveryStop(ctx, actor.Portal, institution)
	})
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (p *Parties) switchRecovery(ctx context.Context, actor identity.Actor, institution identity.ID, cite clause.Citation, detail map[string]string, act func(Tx) error) error {
	if err := operator(actor); err != nil {
		return err
	}
	if cite.Zero() {
		return fault.New(fault.Forbidden, "party.recovery")
	}
	return p.InTx(ctx, func(tx Tx) error {
		home := actor.User // the whole portal's switch stands among the entries of who turned it
		if institution != 0 {
			i, err := p.institution(ctx, tx, actor.Portal, institution)
			if err != nil {
				return err
			}
			home = i.ID
		}
		if err := act(tx); err != nil {
			return err
		}
		return p.note(ctx, tx, actor.Portal, home, "party.recovery", by(actor), cite, detail)
	})
}

// RecoveryStops lists what holds on a portal now, the whole portal's stop first.
func (p *Parties) RecoveryStops(ctx context.Context, portal string) (out []RecoveryStop, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.RecoveryStops(ctx, portal, p.Now())
		return err
	})
	return out, err
}

// RecoveryOpen reports whether a user may regain access without anybody's help: not while an
// institution they belong to, or one above it, has stopped that (kundelik 4.18). Where more than one
// has, until is the last of their ends; zero: no end is set. Nobody, id 0, may, at the same cost.
func (p *Parties) RecoveryOpen(ctx context.Context, user identity.ID) (open bool, until time.Time, err error) {
	var stops []RecoveryStop
	err = p.InView(ctx, func(tx Tx) error {
		stops, err = tx.StopsOver(ctx, user, p.Now())
		return err
	})
	for i, s := range stops {
		if s.Until.IsZero() {
			return false, time.Time{}, err
		}
		if i == 0 || s.Until.After(until) {
			until = s.Until
		}
	}
	return len(stops) == 0, until, err
}

package obligation

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/identity"
)

// shiftedAtOnce is how many obligations one transaction of a shift moves.
const shiftedAtOnce = 200

// Shift moves every obligation of a portal that a span of force majeure touched by a part, in per cent, of how
// long the two overlap, some in each transaction; one that this span has moved already is left, so that a shift that
// was cut short, or met another, may be run again. A later span moves it again. It tells how many this span has moved,
// whichever run did it.
func (o *Obligations) Shift(ctx context.Context, portal string, from, to time.Time, percent int, cite clause.Citation) (moved int, err error) {
	for after, more := identity.ID(0), true; more; {
		var some []Obligation
		var done int
		err := o.InTx(ctx, func(tx Tx) (err error) {
			done = 0 // a transaction may run again
			if some, err = tx.ObligationsBetween(ctx, portal, from, to, after, shiftedAtOnce); err != nil {
				return err
			}
			for _, x := range some {
				one, err := o.shift(ctx, tx, x, from, to, percent, cite)
				if err != nil {
					return err
				}
				if one {
					done++
				}
			}
			return nil
		})
		if err != nil {
			return moved, err
		}
		moved += done
		if more = len(some) == shiftedAtOnce; more {
			after = some[len(some)-1].ID
		}
	}
	return moved, nil
}

// shift moves one, and tells whether the span has moved it, now or before. Being breached within the span is undone: it
// was not owed then.
func (o *Obligations) shift(ctx context.Context, tx Tx, x Obligation, from, to time.Time, percent int, cite clause.Citation) (bool, error) {
	begun, ended := from, to
	if x.Since.After(begun) {
		begun = x.Since
	}
	if x.Due.Ends.Before(ended) {
		ended = x.Due.Ends
	}
	if x.ShiftedFrom.Equal(from) && x.ShiftedBy == cite {
		return true, nil
	}
	if !ended.After(begun) {
		return false, nil
	}
	if x.FirstDue.IsZero() {
		x.FirstDue = x.Due.Ends
	}
	x.ShiftedBy, x.ShiftedFrom = cite, from
	x.Due = o.At(x.Portal, x.Due.Ends.Add(ended.Sub(begun)/100*time.Duration(percent)))
	if x.State == Breached && x.Due.Ends.After(o.Now()) {
		x.State = Open
	}
	if x.State == Open && (x.Next.IsZero() || x.ActAt.IsZero()) {
		x.Next = x.Due.Ends
	}
	x.Version++
	if err := tx.SaveObligation(ctx, x); err != nil {
		return false, err
	}
	return true, o.note(ctx, tx, x, "obligation.shifted", cite)
}

// Package keeper is the clockwork: it does what a portal owes at its time, and marks what was not done.
//
// It owns who works off which lane of obligations, in which order, and how often something is tried
// again. What an obligation is about the rooms know: an act of theirs runs in one transaction with the
// obligation's end, so that a keeper that is killed at any point has done it wholly or not at all.
package keeper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// Act does what is owed, within the transaction that ends the obligation. With more it has done a
// part: that part is kept, and the act runs again at once.
type Act func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (more bool, err error)

// Duty is a kind of obligation. Both acts may be missing.
type Duty struct {
	Due    Act // runs at ActAt and meets the obligation
	Missed Act // runs when the term has run out and nobody has met it, after it was marked
}

// Tx is what keeping does to the database.
type Tx interface {
	obligation.Tx

	// LanesDue lists the lanes in which something is due at an instant, what is due longest first.
	LanesDue(ctx context.Context, at time.Time) ([]int, error)
	// HoldLane takes a lane for a keeper unless another one holds it.
	HoldLane(ctx context.Context, lane int, holder identity.ID, now, until time.Time) (bool, error)
	LeaveLane(ctx context.Context, lane int, holder identity.ID) error
	// ObligationsDue lists what is due in a lane at an instant, in its order.
	ObligationsDue(ctx context.Context, lane int, at time.Time, limit int) ([]obligation.Obligation, error)
}

// Keeper works off what is due. Several on one database share the lanes. All fields are needed.
type Keeper struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	ID     identity.ID // tells keepers apart
	Duties map[string]Duty
	Owed   *obligation.Obligations
	// Failed is told of an act that did not succeed, once for each try.
	Failed func(o obligation.Obligation, err error)
}

const (
	atOnce   = 64               // obligations of one lane before others have their turn
	holdFor  = 30 * time.Second // after a keeper was killed, a lane rests so long
	firstRun = time.Minute      // until the second try of an act; each further one waits twice as long
	longest  = 6 * time.Hour
)

// Step works off what is due now, lane by lane, and says how many obligations it has acted on. What
// fails stays due and is tried again later; the rest goes on.
func (k *Keeper) Step(ctx context.Context) (done int, err error) {
	var lanes []int
	if err := k.InView(ctx, func(tx Tx) error {
		lanes, err = tx.LanesDue(ctx, k.Now())
		return err
	}); err != nil {
		return 0, err
	}
	for _, lane := range lanes {
		n, err := k.lane(ctx, lane)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// lane works off one lane if no other keeper holds it.
func (k *Keeper) lane(ctx context.Context, lane int) (done int, err error) {
	held := false
	var due []obligation.Obligation
	hold := func() error {
		return k.InTx(ctx, func(tx Tx) (err error) {
			now := k.Now()
			if held, err = tx.HoldLane(ctx, lane, k.ID, now, now.Add(holdFor)); err != nil || !held {
				return err
			}
			due, err = tx.ObligationsDue(ctx, lane, now, atOnce)
			return err
		})
	}
	if err := hold(); err != nil || !held {
		return 0, err
	}
	defer func() {
		left := k.InTx(context.WithoutCancel(ctx), func(tx Tx) error { return tx.LeaveLane(ctx, lane, k.ID) })
		err = errors.Join(err, left)
	}()
	for _, o := range due {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		acted, err := k.take(ctx, o)
		if err != nil {
			return done, err
		}
		if acted {
			done++
		}
	}
	return done, nil
}

// take runs what is due of one obligation. Only a database that does not answer ends the lane.
func (k *Keeper) take(ctx context.Context, o obligation.Obligation) (acted bool, err error) {
	for more := true; more; {
		more = false
		err := k.InTx(ctx, func(tx Tx) error {
			now, err := tx.Obligation(ctx, o.Home, o.ID)
			if err != nil || now.Version != o.Version || now.Next.IsZero() || now.Next.After(k.Now()) {
				return err // another keeper or a person was here first
			}
			acted = true
			more, err = k.turn(ctx, tx, now)
			return err
		})
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return false, ctx.Err()
		default:
			return false, k.later(ctx, o, err)
		}
	}
	return acted, nil
}

// turn is one transaction: the act at its time, or the end of the term.
func (k *Keeper) turn(ctx context.Context, tx Tx, o obligation.Obligation) (more bool, err error) {
	duty := k.Duties[o.Kind]
	if duty.Due != nil && !o.ActAt.IsZero() && !o.ActAt.After(k.Now()) {
		if more, err = duty.Due(ctx, tx, o); err != nil || more {
			return more, err
		}
		left, err := tx.Obligation(ctx, o.Home, o.ID)
		if err != nil || left.Version != o.Version {
			return false, err // the act ended it itself, or has done what it does in one turn
		}
		return false, k.Owed.End(ctx, tx, o, obligation.Met)
	}
	if o.State != obligation.Open || o.Due.Ends.After(k.Now()) {
		return false, k.wait(ctx, tx, o, o.Due.Ends)
	}
	return false, k.missed(ctx, tx, o, time.Time{})
}

// wait lets an obligation rest until an instant; zero or the past: for good.
func (k *Keeper) wait(ctx context.Context, tx Tx, o obligation.Obligation, until time.Time) error {
	o.Next, o.Version = time.Time{}, o.Version+1
	if until.After(k.Now()) {
		o.Next = until
	}
	return tx.SaveObligation(ctx, o)
}

// missed marks a term that has run out, unless force majeure holds the portal, and does what follows.
func (k *Keeper) missed(ctx context.Context, tx Tx, o obligation.Obligation, next time.Time) error {
	if k.Owed.Held != nil {
		held, err := k.Owed.Held(ctx, tx, o.Portal, k.Now())
		if err != nil {
			return err
		}
		if held {
			return k.wait(ctx, tx, o, k.Now().Add(longest))
		}
	}
	if err := k.Owed.Breach(ctx, tx, o, next); err != nil || k.Duties[o.Kind].Missed == nil {
		return err
	}
	o, err := tx.Obligation(ctx, o.Home, o.ID)
	if err != nil {
		return err
	}
	more, err := k.Duties[o.Kind].Missed(ctx, tx, o)
	if more && err == nil {
		err = fmt.Errorf("obligation %s: what follows a missed term is one act", o.Kind)
	}
	return err
}

// later puts an act that failed off. Where what follows a missed term fails too, the term is marked once that
// succeeds. What somebody else has ended or moved meanwhile is theirs.
func (k *Keeper) later(ctx context.Context, failed obligation.Obligation, why error) error {
	ours, err := k.putOff(ctx, failed, true)
	if err != nil && ctx.Err() == nil {
		why = errors.Join(why, err)
		ours, err = k.putOff(ctx, failed, false)
	}
	if err != nil {
		return errors.Join(why, err)
	}
	if ours || !fault.Is(why, fault.Conflict) {
		k.Failed(failed, why)
	}
	return nil
}

// putOff puts an act off, for longer each time; with breach, one whose term has run out is breached, and tried
// on. It is ours unless somebody else has ended or moved it since it failed.
func (k *Keeper) putOff(ctx context.Context, failed obligation.Obligation, breach bool) (ours bool, err error) {
	err = k.InTx(ctx, func(tx Tx) error {
		o, err := tx.Obligation(ctx, failed.Home, failed.ID)
		if ours = err == nil && o.Version == failed.Version; !ours {
			return err
		}
		next := k.Now().Add(min(firstRun<<min(o.Tries, 20), longest))
		o.Tries++
		if breach && o.State == obligation.Open && !o.Due.Ends.After(k.Now()) && k.Duties[o.Kind].Due != nil && !o.ActAt.IsZero() {
			return k.missed(ctx, tx, o, next)
		}
		return k.wait(ctx, tx, o, next)
	})
	return ours, err
}

package account

import (
	"context"
	"time"
)

// How long what is over is kept: long enough that a link which has just run out still says so, and no
// limit of any portal looks back further.
const (
	keepAttempt = 24 * time.Hour
	keepSecret  = 30 * 24 * time.Hour
	keepCount   = 40 * 24 * time.Hour
	keepDecoy   = time.Hour
)

// sweptAtOnce is how many rows of a kind one sweep removes: nobody waits long for the writer.
const sweptAtOnce = 500

// Leftovers says what is over: attempts that ended, secrets that ran out, counts of long ago, messages to
// nobody, each before an instant.
type Leftovers struct {
	Attempts, Secrets, Counts, Decoys time.Time
}

// SweepTx is what a sweep does to the database.
type SweepTx interface {
	// Sweep removes up to limit rows of each kind and tells how many it removed in all.
	Sweep(ctx context.Context, over Leftovers, limit int) (removed int64, err error)
}

// Sweep removes what is over, a bounded part of it; swept in again, it goes on where it was. Several
// processes may sweep at once: what one has removed the other does not find. It tells whether there may
// be more. Nothing of it is evidence: that a link was sent and used is recorded where it happened.
func (a *Accounts) Sweep(ctx context.Context) (more bool, err error) {
	now := a.Now()
	over := Leftovers{Attempts: now.Add(-keepAttempt), Secrets: now.Add(-keepSecret), Counts: now.Add(-keepCount), Decoys: now.Add(-keepDecoy)}
	err = a.InTx(ctx, func(tx Tx) error {
		removed, err := tx.Sweep(ctx, over, sweptAtOnce)
		more = removed >= sweptAtOnce
		return err
	})
	return more, err
}

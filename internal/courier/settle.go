package courier

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

const (
	longest     = 24 * time.Hour // a message is tried; what it says is old then
	mostTries   = 12
	longestWait = time.Hour       // between two tries
	shortest    = 5 * time.Second // before a message with an end is tried again
)

// settle decides what becomes of a message after a try: it went, it never will, or it is tried again.
func settle(s *notify.Settlement, p notify.Parcel, out notify.Outcome) {
	s.Outcome, s.State, s.DueAt = out, out.State, s.EndedAt
	again, pause := out.State == notify.Temporary || out.State == notify.Technical, wait(p.ID, p.Round)
	if !p.Until.IsZero() { // each try in half of what is left, so that the last ones are not all in the first minutes
		pause = min(pause, p.Until.Sub(s.EndedAt)/2)
		again = again && pause >= shortest
	}
	if again && p.Round < mostTries && s.EndedAt.Sub(p.Since) < longest {
		s.State, s.DueAt = notify.Created, s.EndedAt.Add(pause)
		return
	}
	// What failed keeps its text for a while, so that the operator may send it again.
	s.Wipe = out.State == notify.Accepted || p.Over(s.EndedAt)
}

// wait grows with the cube of the tries, from ten seconds to an hour. By the message's id each is a little different,
// so that what failed together does not come back together.
func wait(id identity.ID, round int) time.Duration {
	d := min(10*time.Second*time.Duration(round*round*round), longestWait*4/5)
	return d + d/4*time.Duration(id%97)/97
}

// lost reports whether a claim has passed to somebody else.
func lost(err error) bool { return fault.Is(err, fault.Conflict) }

// browser finds where a pop-up goes; gone, when the person no longer wants it there.
func (c *Courier) browser(ctx context.Context, p notify.Parcel) (b notify.Browser, gone bool, err error) {
	id, err := strconv.ParseInt(p.To, 10, 64)
	if err != nil {
		return b, true, nil
	}
	err = c.InView(ctx, func(tx notify.CourierTx) error {
		b, err = tx.Browser(ctx, p.Home, identity.ID(id))
		return err
	})
	if fault.Is(err, fault.Absent) {
		return b, true, nil
	}
	return b, false, err
}

package house

import (
	"context"
	"time"

	"tereze/internal/fault"
	"tereze/internal/operations"
)

// chore is something the house does by itself, again and again.
type chore struct {
	what  string // as the log names it where it fails
	every time.Duration
	do    func(ctx context.Context) (more bool, err error) // with more it is done again at once
}

// chores lists them. What other processes on the same database do as well, each does in its own transaction:
// of two at once one finds nothing left.
func (h *House) chores() []chore {
	once := func(act func(context.Context) error) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) { return false, act(ctx) }
	}
	return []chore{
		{"number what was recorded", 200 * time.Millisecond, h.sequence},
		{"look for new editions", time.Second, once(h.Agreements.Refresh)},
		{"look for new prices", time.Second, once(h.Tariffs.Refresh)},
		{"look for new business days", time.Second, once(h.refreshCalendars)},
		{"look for what happens to portals", time.Second, once(h.watch)},
		{"go on with a list of people", 500 * time.Millisecond, once(h.imports)},
		{"end memberships whose term has run out", time.Second, once(h.terms)},
		{"work off what is due", time.Second, h.keep},
		{"send campaigns", time.Second, h.Notices.CarryOut},
		{"end contracts after force majeure", time.Second, once(h.Operations.Lapse)},
		{"move terms after force majeure", time.Second, once(h.Operations.Moving)},
		{"send notices of events", time.Second, h.Operations.Carry},
		{"make a copy of a person's data", time.Second, h.Privacy.MakeCopy},
		{"end copies", time.Second, once(h.endCopies)},
		{"sweep what is over", time.Minute, h.Accounts.Sweep},
	}
}

// doing does a chore until the house is closed.
func (h *House) doing(ctx context.Context, c chore) {
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = c.do(ctx); err != nil {
				h.complain(ctx, c.what, err)
				break
			}
		}
	}
}

// complain logs what went wrong in the background, but for what only says that the house is being closed.
func (h *House) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		h.log.Warn(what, "error", err)
	}
}

func (h *House) sequence(ctx context.Context) (more bool, err error) {
	n, err := h.Sequencer.Step(ctx)
	h.Operations.Watched(operations.EvidenceLog, err == nil)
	return n > 0, err
}

// watch looks whether another process has told of works or incidents.
func (h *House) watch(ctx context.Context) error {
	err := h.Operations.Refresh(ctx)
	h.Operations.Watched(operations.Database, err == nil)
	return err
}

// imports goes on with lists of people, where they stopped: also those of a program that was ended.
func (h *House) imports(ctx context.Context) error {
	running, err := h.Parties.Running(ctx)
	for _, im := range running {
		for more := err == nil; more && ctx.Err() == nil; {
			more, err = h.Parties.Work(ctx, im.Institution, im.ID)
			if fault.Is(err, fault.Conflict) { // another program has the same list in hand
				more, err = false, nil
			}
		}
	}
	return err
}

func (h *House) terms(ctx context.Context) error {
	_, err := h.Parties.EndDue(ctx)
	return err
}

func (h *House) keep(ctx context.Context) (more bool, err error) {
	done, err := h.Keeper.Step(ctx)
	return done > 0, err
}

func (h *House) endCopies(ctx context.Context) error {
	_, err := h.Privacy.EndCopies(ctx)
	return err
}

package operations

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// snapshot is what happens on every portal now or is ahead, in memory: no page asks the database for it.
type snapshot struct {
	of       atomic.Pointer[map[string][]Event]
	refresh  sync.Mutex // an older reading must not replace a newer
	lapsed   int        // events that ended contracts
	mu       sync.Mutex
	watching map[string]Component
}

// justOver is how long an event stays in memory after its end, for clocks that differ a little.
const justOver = time.Hour

func (o *Operations) live() map[string][]Event {
	if of := o.snapshot.of.Load(); of != nil {
		return *of
	}
	return nil
}

// Refresh reads what happens now and is ahead. House does it once a second, which is how what another process
// announced is seen.
func (o *Operations) Refresh(ctx context.Context) error {
	o.snapshot.refresh.Lock()
	defer o.snapshot.refresh.Unlock()
	var all []Event
	err := o.InView(ctx, func(tx Tx) (err error) {
		all, err = tx.LiveEvents(ctx, o.Now().Add(-justOver))
		return err
	})
	if err != nil {
		return err
	}
	of := map[string][]Event{}
	for _, e := range all {
		of[e.Portal] = append(of[e.Portal], e)
	}
	lapsed := 0
	for _, e := range all {
		if !e.LapsedAt.IsZero() {
			lapsed++
		}
	}
	o.snapshot.of.Store(&of)
	if lapsed > o.snapshot.lapsed { // this process or another has ended contracts: who was found bound is not any more
		o.Ended()
	}
	o.snapshot.lapsed = lapsed
	return nil
}

// reread is Refresh after an act, which was done whether or not it can be read again: what fails here is tried
// again within a second.
func (o *Operations) reread(ctx context.Context) { _ = o.Refresh(ctx) }

// staff are those who work on while a portal is closed.
func staff(actor identity.Actor) bool {
	return actor.Is(identity.Operator) || actor.Is(identity.Owner) || actor.Is(identity.Auditor)
}

// Shut says why a part of a portal is closed now to everybody but its staff, by which clause and until when; the
// empty name is the portal itself. nil: it is open. It asks no database.
func (o *Operations) Shut(actor identity.Actor, service string, at time.Time) *fault.Fault {
	for _, e := range o.live()[actor.Portal] {
		if !e.Closes || e.Phase(at) != Now || !e.Touches(service) || staff(actor) {
			continue
		}
		reason, ends := said(e.Reason, actor.Language), e.Ends()
		if ends.IsZero() {
			return fault.New(fault.Closed, "operations.closed_open").With("reason", reason).By(e.Cite)
		}
		return fault.New(fault.Closed, "operations.closed").With("reason", reason).With("until", o.written(e.Portal, ends)).By(e.Cite).With("seconds", seconds(ends.Sub(at)))
	}
	return nil
}

// said is a text in a language, or in any where it is not written in that one.
func said(texts map[string]string, language string) string {
	if text, ok := texts[language]; ok {
		return text
	}
	for _, text := range texts {
		return text
	}
	return ""
}

// Signs lists what the pages of a portal tell the actor of, without asking the database: what goes on and what
// is ahead, where it touches them. Staff see everything.
func (o *Operations) Signs(actor identity.Actor, at time.Time) (out []Event) {
	for _, e := range o.live()[actor.Portal] {
		phase := e.Phase(at)
		if phase != Ahead && phase != Now {
			continue
		}
		if len(e.Services) == 0 || staff(actor) || o.Concerns(actor, e.Services) {
			out = append(out, e)
		}
	}
	return out
}

// Live lists what happens on a portal now and is ahead, for everybody, without asking the database.
func (o *Operations) Live(portal string, at time.Time) (out []Event) {
	for _, e := range o.live()[portal] {
		if phase := e.Phase(at); phase == Ahead || phase == Now {
			out = append(out, e)
		}
	}
	return out
}

// Component is a part of the program that is watched (egov 3.3.2).
type Component struct {
	Name  string
	Works bool
	Since time.Time // when it began or ceased to work, as far as this process has seen
	Seen  time.Time // when it was looked at last
}

// The components that are watched.
const (
	Database    = "database"
	EvidenceLog = "log"
)

// Watched takes note of how a component was found. House looks, once a second or more often.
func (o *Operations) Watched(name string, works bool) {
	o.snapshot.mu.Lock()
	defer o.snapshot.mu.Unlock()
	now := o.Now()
	c, known := o.snapshot.watching[name]
	if !known || c.Works != works {
		c.Since = now
	}
	c.Name, c.Works, c.Seen = name, works, now
	if o.snapshot.watching == nil {
		o.snapshot.watching = map[string]Component{}
	}
	o.snapshot.watching[name] = c
}

// Components lists how the components were found last.
func (o *Operations) Components() (out []Component) {
	o.snapshot.mu.Lock()
	defer o.snapshot.mu.Unlock()
	for _, name := range []string{Database, EvidenceLog} {
		if c, ok := o.snapshot.watching[name]; ok {
			out = append(out, c)
		}
	}
	return out
}

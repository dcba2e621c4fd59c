package operations

import (
	"context"
	"slices"
	"time"
)

// mostEvents of a stretch of time are read at once.
const mostEvents = 500

// Between lists what happened on a portal in a stretch of time, by its beginning.
func (o *Operations) Between(ctx context.Context, portal string, from, until time.Time) (out []Event, err error) {
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.EventsBetween(ctx, portal, from, until, mostEvents)
		return err
	})
	return out, err
}

// Availability is what part of the hours an agreement promises the portal was open in a stretch of time, in
// hundredths of a per cent. Announced works do not count against it (kundelik 4.1); stops and incidents of the whole portal do.
func Availability(promise *AvailableHours, events []Event, from, until time.Time) int {
	promised := until.Sub(from) * time.Duration(promise.HoursADay*promise.DaysAWeek) / (24 * 7)
	if promised < time.Second {
		return 100_00
	}
	var lost time.Duration
	reached := from // what lies before is counted
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.Begins.Compare(b.Begins) })
	for _, e := range events {
		if e.Kind != Stop && e.Kind != Incident || len(e.Services) > 0 || e.Dropped {
			continue
		}
		ends := e.Ends()
		if ends.IsZero() || ends.After(until) {
			ends = until
		}
		begins := e.Begins
		if begins.Before(reached) {
			begins = reached
		}
		if ends.After(begins) {
			lost += ends.Sub(begins)
			reached = ends
		}
	}
	return max(0, int(int64((promised-lost)/time.Second)*100_00/int64(promised/time.Second)))
}

// Package calendar counts time as agreements do: in a portal's zone, in whole days, from one clock.
//
// It owns the clock everything asks, the zones, the tables of business days and the counting of
// periods. It never looks at the machine's own zone, and refuses to count past the end of a table.
package calendar

import (
	"fmt"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a server without zone files must count the same days
)

// Clock is the one source of time. The zero value runs with the machine; a demo or a test may move
// it, and everything moves with it.
type Clock struct {
	offset atomic.Int64 // nanoseconds
}

// Now is the instant, to the microsecond that the database keeps.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Microsecond)
}

// Move shifts the clock further.
func (c *Clock) Move(by time.Duration) { c.offset.Add(int64(by)) }

// Offset is how far the clock stands from the machine's.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Zone is a portal's time zone, by its name in the tz database.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("zone %q: a portal names its zone, such as Asia/Almaty", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q is not in the tz database", name)
	}
	return zone, nil
}

// AfterFullDays is the start of the day that follows n full days after the day of the event: the
// day of the event is not counted, and n days must have run out. Of the two readings of "three
// days after posting" this is the later one, so that nobody is bound early. With n = 0 it is the
// instant of the event itself.
func AfterFullDays(event time.Time, n int, zone *time.Location) time.Time {
	if n == 0 {
		return event
	}
	y, m, d := event.In(zone).Date()
	return time.Date(y, m, d+n+1, 0, 0, 0, 0, zone).UTC()
}

// AddMonths is the same day of the month n months on, or the month's last day where it has no such
// day, at the same time of day in a zone.
func AddMonths(t time.Time, n int, zone *time.Location) time.Time {
	t = t.In(zone)
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, zone).Day()
	h, mi, s := t.Clock()
	return time.Date(y, m+time.Month(n), min(d, last), h, mi, s, t.Nanosecond(), zone).UTC()
}

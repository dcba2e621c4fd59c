package account

import (
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
)

// after is the end of a period that begins at an instant. Business days are not counted here: of this
// room only the notice of a sanction is written in them, and calendar counts that.
func after(from time.Time, p clause.Period, zone *time.Location) time.Time {
	switch p.Unit {
	case clause.Months:
		return calendar.AddMonths(from, p.Amount, zone)
	case clause.Days:
		return from.In(zone).AddDate(0, 0, p.Amount).UTC()
	case clause.Hours:
		return from.Add(time.Duration(p.Amount) * time.Hour)
	}
	return from.Add(time.Duration(p.Amount) * time.Minute)
}

// length is a period in minutes, hours or days as a duration.
func length(p clause.Period) time.Duration {
	start := time.Unix(0, 0)
	return after(start, p, time.UTC).Sub(start)
}

// Length is length for other rooms' rules, which hand their lengths to this one.
func Length(p clause.Period) time.Duration { return length(p) }

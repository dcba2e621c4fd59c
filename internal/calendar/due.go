package calendar

import (
	"fmt"
	"time"

	"tereze/internal/clause"
)

// Term is the end of a period: the last day of it in a zone, and the instant at which that day is
// over. A term of minutes or hours ends within its last day, at Ends.
type Term struct {
	Day  time.Time // the civil date, at 00:00 UTC
	Ends time.Time
}

// Due is the end of a period that an event begins. The day of the event is not counted; months end on
// the same date, or on the month's last day. A nil table refuses periods in business days.
// Refusal: ErrOutside, ErrNoTable.
func Due(event time.Time, p clause.Period, zone *time.Location, t *Table) (Term, error) {
	day := civil(event.In(zone))
	switch p.Unit {
	case clause.Minutes, clause.Hours:
		ends := event.Add(time.Duration(p.Amount) * map[clause.Unit]time.Duration{clause.Minutes: time.Minute, clause.Hours: time.Hour}[p.Unit])
		return Term{civil(ends.In(zone)), ends.UTC()}, nil
	case clause.Days:
		day = day.AddDate(0, 0, p.Amount)
	case clause.Months:
		day = civil(AddMonths(day, p.Amount, time.UTC))
	case clause.BusinessDays:
		if t == nil {
			return Term{}, fmt.Errorf("a period of %s: %w", p, ErrNoTable)
		}
		var err error
		if day, err = t.step(day, p.Amount, 1); err != nil {
			return Term{}, err
		}
	default:
		return Term{}, fmt.Errorf("period %q has no unit", p)
	}
	return Term{day, midnight(day.AddDate(0, 0, 1), zone)}, nil
}

// Latest is the last day on which a notice may be given that must come at least a period before an
// event: neither the day of the notice nor that of the event is counted. For minutes and hours it is
// the instant itself. Refusals as Due.
func Latest(event time.Time, p clause.Period, zone *time.Location, t *Table) (Term, error) {
	day := civil(event.In(zone))
	switch p.Unit {
	case clause.Minutes, clause.Hours:
		p.Amount = -p.Amount
		return Due(event, p, zone, t)
	case clause.Days:
		day = day.AddDate(0, 0, -p.Amount-1)
	case clause.Months:
		day = beforeMonths(day, p.Amount)
	case clause.BusinessDays:
		if t == nil {
			return Term{}, fmt.Errorf("a period of %s: %w", p, ErrNoTable)
		}
		var err error
		if day, err = t.step(day, p.Amount, -1); err != nil {
			return Term{}, err
		}
		day = day.AddDate(0, 0, -1)
	default:
		return Term{}, fmt.Errorf("period %q has no unit", p)
	}
	return Term{day, midnight(day.AddDate(0, 0, 1), zone)}, nil
}

// beforeMonths is the last day from which a period of months ends before the day of an event. Going back the months
// is not enough where the month there is shorter: from 28 February three months end on 28 May, early enough for the 31st.
func beforeMonths(event time.Time, months int) time.Time {
	day := civil(AddMonths(event, -months, time.UTC)).AddDate(0, 0, -1)
	for next := day.AddDate(0, 0, 1); civil(AddMonths(next, months, time.UTC)).Before(event); next = next.AddDate(0, 0, 1) {
		day = next
	}
	return day
}

// AfterNotice is the first instant at which what was announced may happen: the full period has run
// out after the day of the notice. With an amount of 0 it is the instant of the notice itself.
// Refusals as Due.
func AfterNotice(notice time.Time, p clause.Period, zone *time.Location, t *Table) (time.Time, error) {
	if p.Amount == 0 {
		return notice, nil
	}
	term, err := Due(notice, p, zone, t)
	return term.Ends, err
}

func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func midnight(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone).UTC()
}

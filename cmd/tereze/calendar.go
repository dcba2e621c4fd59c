package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
)

const calendarHelp = `Counts a period as the portals do: the day of the event is not counted, months
end on the same date or the month's last day, business days follow a table.

Usage: tereze calendar due --calendar kz --from 2026-04-30 --period 10bd
       tereze calendar due --calendar kz --from 2026-04-30 --period 3d --before
       tereze calendar days --calendar kz

due prints the last day of the period; for minutes and hours, with --from as
2026-04-30T15:00, the instant. --before prints the last day on which a notice may be
given that must come at least the period before the event. Where the answer rests on
a day off that is only estimated, as feasts by the moon are until the year is fixed,
a note on the error output says so. days prints the table.
The calendars are kz, kg and kg-gov (state bodies of Kyrgyzstan); --table FILE
reads another one. A day beyond a table's years is refused.
`

// zoneOf is the zone of each calendar's country.
func zoneOf(name string) (*time.Location, error) {
	if name == "kg" || name == "kg-gov" {
		return calendar.Zone("Asia/Bishkek")
	}
	return calendar.Zone("Asia/Almaty")
}

// calendarCommand counts periods and shows the tables they are counted by.
func calendarCommand(_ context.Context, args []string, out, errs io.Writer) int {
	f := flag.NewFlagSet("calendar", flag.ContinueOnError)
	name := f.String("calendar", "kz", "kz, kg or kg-gov")
	table := f.String("table", "", "file of a table instead of the one that ships with the program")
	from := f.String("from", "", "day of the event, or its instant: 2026-04-30, 2026-04-30T15:00")
	period := f.String("period", "", "10bd (business days), 15d, 3mo, 72h or 30m")
	before := f.Bool("before", false, "count back: the last day for a notice that comes at least the period before")
	what, status, done := parse(f, calendarHelp, args, out, errs)
	if done {
		return status
	}
	if len(what) != 1 || what[0] != "due" && what[0] != "days" {
		return misuse(errs, f, "want due or days")
	}
	t, err := tableOf(*name, *table)
	if err != nil {
		return refuse(errs, f, err)
	}
	if what[0] == "days" {
		writeDays(out, t)
		return 0
	}
	answer, estimates, err := due(t, *name, *from, *period, *before)
	if err != nil {
		return refuse(errs, f, err)
	}
	fmt.Fprintln(out, answer)
	for _, day := range estimates {
		fmt.Fprintf(errs, "Note: the day off of %s is estimated, not yet fixed officially; the answer may shift with it.\n", day.Format(time.DateOnly))
	}
	return 0
}

func tableOf(name, file string) (*calendar.Table, error) {
	if file == "" {
		return calendar.Named(name)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return calendar.Read(name, f)
}

// due counts one period and names the estimated days off its answer rests on: those counted over, and one a day beyond,
// as such a feast moves by a day. Only business days rest on any.
func due(t *calendar.Table, name, from, period string, before bool) (answer string, estimates []time.Time, err error) {
	p, err := clause.ParsePeriod(period)
	if err != nil {
		return "", nil, err
	}
	zone, err := zoneOf(name)
	if err != nil {
		return "", nil, err
	}
	event, err := time.ParseInLocation(time.DateOnly, from, zone)
	if err != nil {
		if event, err = time.ParseInLocation("2006-01-02T15:04", from, zone); err != nil {
			return "", nil, fmt.Errorf("--from %q: write 2026-04-30 or 2026-04-30T15:00", from)
		}
	}
	count := calendar.Due
	if before {
		count = calendar.Latest
	}
	term, err := count(event, p, zone, t)
	if err != nil {
		return "", nil, err
	}
	switch p.Unit {
	case clause.Hours, clause.Minutes:
		return term.Ends.In(zone).Format("2006-01-02T15:04"), nil, nil
	case clause.BusinessDays:
		day := time.Date(event.Year(), event.Month(), event.Day(), 0, 0, 0, 0, time.UTC)
		if before {
			estimates = t.Estimates(term.Day, day)
		} else {
			estimates = t.Estimates(day, term.Day.AddDate(0, 0, 1))
		}
	}
	return term.Day.Format(time.DateOnly), estimates, nil
}

func writeDays(out io.Writer, t *calendar.Table) {
	for _, number := range t.Years() {
		year, _ := t.Year(number)
		fmt.Fprintf(out, "%d, from %s: %s\n", number, year.From, year.Source)
		for day := time.Date(number, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == number; day = day.AddDate(0, 0, 1) {
			if said := year.Said(day); said != "" {
				fmt.Fprintf(out, "  %s %s %s\n", day.Format(time.DateOnly), day.Weekday().String()[:3], said)
			}
		}
	}
}

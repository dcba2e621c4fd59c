package calendar

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tereze/internal/clause"
)

func date(t testing.TB, s string) time.Time {
	t.Helper()
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func named(t testing.TB, name string) *Table {
	t.Helper()
	table, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestBusinessDays counts over the days that countries moved, by vectors worked out from the laws and
// decrees themselves.
func TestBusinessDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		calendar, from, period, want, why string
	}{
		{"kz", "2024-05-03", "1bd", "2024-05-04", "a Saturday that works"},
		{"kz", "2025-01-02", "1bd", "2025-01-05", "a Sunday that works"},
		{"kz", "2025-03-20", "10bd", "2025-04-08", "two days carried over in a row"},
		{"kz", "2025-12-31", "10bd", "2026-01-19", "the end of a year and Christmas"},
		{"kz", "2026-03-06", "1bd", "2026-03-10", "8 March carried over"},
		{"kz", "2026-03-20", "10bd", "2026-04-08", "Nauryz carried over"},
		{"kz", "2026-05-26", "1bd", "2026-05-28", "Kurban Ait"},
		{"kz", "2026-08-28", "1bd", "2026-08-31", "no Constitution Day in 2026"},
		{"kz", "2026-10-23", "1bd", "2026-10-27", "Republic Day on a Sunday"},
		{"kz", "2027-03-12", "10bd", "2027-04-01", "Constitution Day in March, and Nauryz"},
		{"kg", "2025-03-07", "1bd", "2025-03-10", "8 March on a Saturday is not carried over"},
		{"kg", "2025-12-31", "1bd", "2026-01-08", "the New Year's rest"},
		{"kg-gov", "2025-12-31", "1bd", "2026-01-12", "the same, longer for state bodies"},
		{"kg", "2026-03-19", "1bd", "2026-03-23", "Orozo Ait on a Friday"},
		{"kg", "2026-04-30", "1bd", "2026-05-11", "the rest in May"},
		{"kg", "2026-04-30", "10bd", "2026-05-22", "the rest in May"},
		{"kg", "2026-05-26", "1bd", "2026-05-28", "Kurman Ait"},
		{"kg-gov", "2026-02-06", "1bd", "2026-02-07", "a Saturday on which state bodies work"},
		{"kz", "2026-04-30", "10bd", "2026-05-19", "ten business days of an answer to a claim"},
		{"kz", "2026-04-30", "15d", "2026-05-15", "fifteen days of an answer to a claim"},
		{"kz", "2026-11-30", "3mo", "2027-02-28", "a month without such a day"},
		{"kz", "2026-01-31", "0bd", "2026-01-31", "no period ends with the day"},
	} {
		p, err := clause.ParsePeriod(c.period)
		if err != nil {
			t.Fatal(err)
		}
		term, err := Due(date(t, c.from), p, time.UTC, named(t, c.calendar))
		if got := term.Day.Format(time.DateOnly); err != nil || got != c.want {
			t.Errorf("%s %s + %s: got %s, %v, want %s: %s", c.calendar, c.from, c.period, got, err, c.want, c.why)
		}
	}
}

// TestLatest: a notice of at least three days given on Monday allows the event from Friday.
func TestLatest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ event, period, want string }{
		{"2026-03-13", "3d", "2026-03-09"},
		{"2026-05-13", "1bd", "2026-05-11"},
		{"2026-05-12", "1bd", "2026-05-07"}, // 9 May is a Saturday, 11 May its day off
		{"2026-03-31", "1mo", "2026-02-28"}, // from 28 February a month ends on 28 March
		{"2026-05-31", "3mo", "2026-02-28"},
		{"2026-05-28", "3mo", "2026-02-27"},
		{"2026-03-01", "1mo", "2026-01-31"}, // a month from 31 January ends on 28 February
		{"2026-02-28", "1mo", "2026-01-27"},
	} {
		p, err := clause.ParsePeriod(c.period)
		if err != nil {
			t.Fatal(err)
		}
		term, err := Latest(date(t, c.event), p, time.UTC, named(t, "kz"))
		if got := term.Day.Format(time.DateOnly); err != nil || got != c.want {
			t.Errorf("%s before %s: got %s, %v, want %s", c.period, c.event, got, err, c.want)
		}
	}
}

// TestLatestIsTheLast: a notice on the day found ends before the event, and one a day later does not.
func TestLatestIsTheLast(t *testing.T) {
	t.Parallel()
	for _, period := range []string{"1mo", "3mo", "12mo", "3d", "5bd"} {
		p, err := clause.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		for event := date(t, "2026-01-15"); event.Year() < 2028; event = event.AddDate(0, 0, 1) {
			latest, err := Latest(event, p, time.UTC, named(t, "kz"))
			if err != nil {
				t.Fatal(err)
			}
			early, err1 := Due(latest.Day, p, time.UTC, named(t, "kz"))
			late, err2 := Due(latest.Day.AddDate(0, 0, 1), p, time.UTC, named(t, "kz"))
			if err1 != nil || err2 != nil || !early.Day.Before(event) || late.Day.Before(event) {
				t.Fatalf("%s before %s: %s, which ends on %s, and a day later on %s; %v, %v", period, event.Format(time.DateOnly), latest.Day.Format(time.DateOnly), early.Day.Format(time.DateOnly), late.Day.Format(time.DateOnly), err1, err2)
			}
		}
	}
}

// TestAfterNotice: the day of the notice is not counted and a full business day runs out after it, in
// the portal's zone.
func TestAfterNotice(t *testing.T) {
	t.Parallel()
	almaty, err := Zone("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	friday := time.Date(2026, 11, 27, 21, 0, 0, 0, time.UTC) // Saturday 02:00 in Almaty
	for period, want := range map[string]string{"1bd": "2026-12-01T00:00:00+05:00", "1d": "2026-11-30T00:00:00+05:00", "0d": "2026-11-28T02:00:00+05:00", "2h": "2026-11-28T04:00:00+05:00"} {
		p, err := clause.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		at, err := AfterNotice(friday, p, almaty, named(t, "kz"))
		if got := at.In(almaty).Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", period, got, err, want)
		}
	}
}

// TestATableThatRunsOutRefuses rather than taking holidays for days of work.
func TestATableThatRunsOutRefuses(t *testing.T) {
	t.Parallel()
	p := clause.Period{Amount: 10, Unit: clause.BusinessDays}
	if _, err := Due(date(t, "2028-12-28"), p, time.UTC, named(t, "kz")); !errors.Is(err, ErrOutside) {
		t.Errorf("past the end: %v", err)
	}
	if _, err := Latest(date(t, "2024-01-03"), p, time.UTC, named(t, "kg")); !errors.Is(err, ErrOutside) {
		t.Errorf("before the beginning: %v", err)
	}
	if _, err := Due(date(t, "2026-12-28"), p, time.UTC, nil); !errors.Is(err, ErrNoTable) {
		t.Errorf("without a table: %v", err)
	}
	for _, name := range []string{"", "nowhere", "../calendar", "kz.txt"} {
		if _, err := Named(name); !errors.Is(err, ErrNoTable) {
			t.Errorf("calendar %q: %v", name, err)
		}
	}
}

func TestReadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	const head = "year 2026 from 2026-01-01 source a law\n"
	for _, text := range []string{
		"", "# nothing", "off 01-01", "year 2026", "year 26 from 2026-01-01 source x", "year 2026 from 2026-01-01 source  ", "year 2026 from 2027-01-01 source x",
		head + "off 02-30", head + "off 1-1", head + "off 01-03", head + "work 01-05", head + "off 01-01 01-01", head + "holiday 01-01", head + "base kz",
		head + head, "base kz", "base nowhere\n" + head, "off " + strings.Repeat("01-01 ", 4000),
	} {
		if table, err := Read("kz", strings.NewReader(text)); err == nil {
			t.Errorf("%.40q was taken for %v", text, table.Years())
		}
	}
	if _, err := Read("kz", strings.NewReader(head+"off 01-01\nwork 01-03\nestimate 05-27")); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("year 2026 from 2026-01-01 source a law\noff 01-01\nwork 01-03\nestimate 05-27\n")
	f.Add("base kg\nyear 2026 from 2026-01-01 source x\noff 01-08")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Read("test", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, year := range table.Years() {
			if _, err := table.Business(time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)); err != nil {
				t.Errorf("a year that was read is refused: %v", err)
			}
		}
	})
}

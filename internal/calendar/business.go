package calendar

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed days/*.txt
var tables embed.FS

// Table says which days of its years are business days. It refuses days outside of them: a table that
// has run out must not pass holidays off as days of work.
type Table struct {
	Name  string
	years map[int]Year
}

// Year is one year of a table.
type Year struct {
	From   string // the day from which the entry applies, YYYY-MM-DD
	Source string // the law or decree it is taken from

	days      map[string]bool // by YYYY-MM-DD: whether there is work, where the day of the week says otherwise
	estimates []string        // days off that are still to be confirmed
}

// Said is how the table names a day of the year: "off", "work", "estimate", or nothing.
func (y Year) Said(day time.Time) string {
	key := day.Format(time.DateOnly)
	work, named := y.days[key]
	switch {
	case !named:
		return ""
	case work:
		return "work"
	case slices.Contains(y.estimates, key):
		return "estimate"
	}
	return "off"
}

// ErrNoTable is told of a calendar nobody has written down; ErrOutside of a day beyond a table's years.
var (
	ErrNoTable = errors.New("there is no such calendar")
	ErrOutside = errors.New("the calendar does not reach so far")
)

// Named gives the calendar of a country as it ships with the program: "kz", "kg", or "kg-gov" for the
// state bodies of Kyrgyzstan. Refusal: ErrNoTable.
func Named(name string) (*Table, error) {
	if name == "" || strings.ContainsAny(name, "./\\") {
		return nil, fmt.Errorf("calendar %q: %w", name, ErrNoTable)
	}
	f, err := tables.Open("days/" + name + ".txt")
	if err != nil {
		return nil, fmt.Errorf("calendar %q: %w", name, ErrNoTable)
	}
	defer f.Close()
	return Read(name, f)
}

const (
	mostTable     = 1 << 20 // bytes of a table
	mostTableLine = 8 << 10
)

// Read reads a table: lines "year N from DAY source TEXT", and below each "off", "work" or "estimate"
// with days as MM-DD; "base NAME" takes another table's years first. Anything else is refused, and so
// is a day that changes nothing: it would be a slip of the pen.
func Read(name string, r io.Reader) (*Table, error) {
	t := &Table{Name: name, years: map[int]Year{}}
	lines := bufio.NewScanner(io.LimitReader(r, mostTable))
	lines.Buffer(nil, mostTableLine)
	year := 0
	for n := 1; lines.Scan(); n++ {
		word, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		var err error
		switch word {
		case "":
		case "base":
			err = t.base(rest)
		case "year":
			year, err = t.begin(rest)
		case "off", "work", "estimate":
			err = t.mark(year, word, strings.Fields(rest))
		default:
			if !strings.HasPrefix(word, "#") {
				err = fmt.Errorf("%q is not understood", word)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("calendar %s, line %d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("calendar %s: %w", name, err)
	}
	if len(t.years) == 0 {
		return nil, fmt.Errorf("calendar %s: no years", name)
	}
	return t, nil
}

func (t *Table) base(name string) error {
	name = strings.TrimSpace(name)
	if name == t.Name || len(t.years) > 0 {
		return errors.New("a base comes first, and is another table")
	}
	other, err := Named(name)
	if err != nil {
		return err
	}
	t.years = other.years // read for this table alone
	return nil
}

func (t *Table) begin(text string) (int, error) {
	head, source, ok := strings.Cut(text, " source ")
	number, from, both := strings.Cut(head, " from ")
	year, err := strconv.Atoi(number)
	day, wrong := time.Parse(time.DateOnly, from)
	if !ok || !both || err != nil || wrong != nil || year < 1990 || year > 2200 || day.Year() > year || strings.TrimSpace(source) == "" {
		return 0, errors.New("write: year 2026 from 2026-01-01 source TEXT")
	}
	y, known := t.years[year]
	if !known {
		y.days = map[string]bool{}
	} else if y.From == from && y.Source == source {
		return 0, fmt.Errorf("year %d stands twice", year)
	}
	y.From, y.Source = from, source
	t.years[year] = y
	return year, nil
}

func (t *Table) mark(year int, word string, days []string) error {
	y, ok := t.years[year]
	if !ok {
		return errors.New("days stand under their year")
	}
	for _, d := range days {
		day, err := time.Parse(time.DateOnly, strconv.Itoa(year)+"-"+d)
		if err != nil {
			return fmt.Errorf("%q is not a day of %d: write 05-27", d, year)
		}
		key, weekend := day.Format(time.DateOnly), day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		if _, twice := y.days[key]; twice || weekend != (word == "work") {
			return fmt.Errorf("%s, a %s, is marked %q, which changes nothing", key, day.Weekday(), word)
		}
		y.days[key] = word == "work"
		if word == "estimate" {
			y.estimates = append(y.estimates, key)
		}
	}
	t.years[year] = y
	return nil
}

// Years lists the years of the table, in order.
func (t *Table) Years() (out []int) {
	for year := range t.years {
		out = append(out, year)
	}
	slices.Sort(out)
	return out
}

// Year gives one year of the table.
func (t *Table) Year(year int) (Year, bool) {
	y, ok := t.years[year]
	return y, ok
}

// Estimates are the days from one civil day to another, both counted, that are off only by estimate. Days beyond the
// table have none.
func (t *Table) Estimates(first, last time.Time) (out []time.Time) {
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		if y, ok := t.years[day.Year()]; ok && y.Said(day) == "estimate" {
			out = append(out, day)
		}
	}
	return out
}

// Business reports whether a civil day, of which only the date counts, is a business day.
// Refusal: ErrOutside.
func (t *Table) Business(day time.Time) (bool, error) {
	y, ok := t.years[day.Year()]
	if !ok {
		return false, fmt.Errorf("calendar %s, %s: %w", t.Name, day.Format(time.DateOnly), ErrOutside)
	}
	if work, named := y.days[day.Format(time.DateOnly)]; named {
		return work, nil
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday, nil
}

// mostBusinessDays is how far business days are counted; no agreement counts a year of them.
const mostBusinessDays = 1000

// step goes n business days on from a civil day, or back where by is -1; the day itself is not counted.
func (t *Table) step(day time.Time, n, by int) (time.Time, error) {
	if n < 0 || n > mostBusinessDays {
		return time.Time{}, fmt.Errorf("%d business days: %w", n, ErrOutside)
	}
	for n > 0 {
		day = day.AddDate(0, 0, by)
		work, err := t.Business(day)
		if err != nil {
			return time.Time{}, err
		}
		if work {
			n--
		}
	}
	return day, nil
}

package billing

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/written"
)

// Caps of a price list: it is held in memory and shown on one page.
const (
	mostServices = 100
	mostTariffs  = 30 // of one service
	longestTitle = 120
)

// Load reads PACK/tariffs.yaml, the first price list of a portal, in each of its languages and its zone. A pack without
// the file charges for nothing: the number of the list is 0 then. The problems name file and line; with any problem
// the pack must not be run.
func Load(fsys fs.FS, pack string, languages []string, zone *time.Location) (List, []clause.Problem) {
	file := pack + "/tariffs.yaml"
	w, there, problems := written.Open(fsys, file)
	if !there || problems != nil {
		return List{}, problems
	}
	l := loader{r: &written.Reader{File: file}, languages: languages, zone: zone, lines: map[string]int{}}
	out := l.list(w)
	if l.r.Problems != nil {
		return List{}, l.r.Problems
	}
	var err error
	if out.Digest, err = out.Content.Digest(); err != nil {
		return List{}, []clause.Problem{{File: file, Reason: err.Error()}}
	}
	out.Portal, out.Number, out.State, out.Version = pack, 1, Published, 1
	out.PostedAt = out.InForceAt
	return out, nil
}

type loader struct {
	r         *written.Reader
	languages []string
	zone      *time.Location
	from      time.Time
	lines     map[string]int // of the services and tariffs read so far
}

func (l *loader) list(w written.Value) (out List) {
	if !l.r.Fields(w, "a price list", "currency", "from", "services") {
		return out
	}
	out.Content.Currency = l.r.Text(w, "currency", true)
	if c := w.Of["currency"]; out.Content.Currency != "" && !slices.Contains(Currencies(), out.Content.Currency) {
		l.r.Wrong(c.Line, "currency %q: there are %s", c.Text, strings.Join(Currencies(), ", "))
	}
	l.from = l.day(w, true)
	out.InForceAt = l.from
	services := w.Of["services"]
	if services.Kind != written.List || len(services.List) == 0 || len(services.List) > mostServices {
		l.r.Wrong(w.Line, "services: want a list of 1 to %d services", mostServices)
	}
	for _, item := range services.List {
		out.Content.Services = append(out.Content.Services, l.service(item))
	}
	return out
}

func (l *loader) service(w written.Value) Service {
	if !l.r.Fields(w, "a service", "service", "title", "about", "tariffs") {
		return Service{}
	}
	s := Service{Key: l.key(w, "service", ""), Title: l.r.InAll(w, "title", l.languages), About: l.r.InAll(w, "about", l.languages)}
	tariffs := w.Of["tariffs"]
	if tariffs.Kind != written.List || len(tariffs.List) == 0 || len(tariffs.List) > mostTariffs {
		l.r.Wrong(w.Line, "tariffs: want a list of 1 to %d tariffs", mostTariffs)
	}
	for _, item := range tariffs.List {
		s.Tariffs = append(s.Tariffs, l.tariff(item, s.Key))
	}
	return s
}

func (l *loader) tariff(w written.Value, service string) Tariff {
	if !l.r.Fields(w, "a tariff", "tariff", "title", "price", "unit", "from") {
		return Tariff{}
	}
	t := Tariff{Key: l.key(w, "tariff", service), Title: l.r.InAll(w, "title", l.languages), Price: l.price(w), Unit: l.r.Text(w, "unit", true), From: l.day(w, false)}
	if t.Unit != "" && !known(t.Unit) {
		l.r.Wrong(w.Of["unit"].Line, "unit %q: there are %s", t.Unit, strings.Join(Units(), ", "))
	}
	if t.From.IsZero() {
		t.From = l.from
	}
	if t.From.After(l.from) {
		l.r.Wrong(w.Of["from"].Line, "from: a tariff of the first price list cannot begin after the list")
	}
	return t
}

// price is written in minor units, so that nobody has to know what a comma means.
func (l *loader) price(w written.Value) int64 {
	text := l.r.Text(w, "price", true)
	if text == "" {
		return 0
	}
	if amount, err := strconv.ParseInt(text, 10, 64); digits(text) && err == nil && amount <= MostPrice {
		return amount
	}
	l.r.Wrong(w.Of["price"].Line, "price %q: want a whole number of minor units from 0 to %d", text, int64(MostPrice))
	return 0
}

func (l *loader) day(w written.Value, needed bool) time.Time {
	text := l.r.Text(w, "from", needed)
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.DateOnly, text, l.zone)
	if err != nil || at.Year() < 2000 || at.Year() > 2999 {
		l.r.Wrong(w.Of["from"].Line, "from %q: want a day as 2026-01-31", text)
		return time.Time{}
	}
	return at.UTC()
}

// key is the name of a service, or of a tariff within its service.
func (l *loader) key(w written.Value, field, within string) string {
	key := l.r.Text(w, field, true)
	if key != "" && !written.Slug(key, 60) {
		l.r.Wrong(w.Of[field].Line, "%s %q: a name is small Latin letters, digits and hyphens", field, key)
	}
	place := within + "/" + key
	if first, twice := l.lines[place]; twice {
		l.r.Wrong(w.Of[field].Line, "%s %q stands twice: first at line %d", field, key, first)
	}
	l.lines[place] = w.Of[field].Line
	return key
}

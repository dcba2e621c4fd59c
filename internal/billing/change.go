package billing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// mostYears is how far ahead a change may be announced: what lies farther is a slip of the hand.
const mostYears = 3

// earliest is when a change published now may come into force: days that begin only after the day of publication are
// counted, as for an amendment.
func earliest(now time.Time, days int, zone *time.Location) time.Time {
	return calendar.AfterFullDays(now, days, zone).Truncate(time.Microsecond) // as the database keeps it
}

// nextDay is the first day that begins at an instant or after it.
func nextDay(at time.Time, zone *time.Location) string {
	y, m, d := at.In(zone).Date()
	if begins := time.Date(y, m, d, 0, 0, 0, 0, zone); begins.Before(at) {
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// Draft opens the next price list for writing, as a copy of the one in force.
//
// Refusals: Forbidden for anyone but an operator, and "prices.no_clause"; Absent where the portal has no prices;
// Conflict "prices.draft_open" while another draft is open, "prices.one_coming" while a change is announced: a second
// one would rest on what may still be withdrawn.
func (t *Tariffs) Draft(ctx context.Context, actor identity.Actor) (List, error) {
	var out List
	err := t.act(ctx, actor, func(tx Tx, all []List, now time.Time) error {
		_, cite, err := t.Instant(actor.Portal, "", now)
		if err != nil {
			return err
		}
		base, ok := InForce(all, now)
		if !ok {
			return fault.New(fault.Absent, "gate.no_page")
		}
		last := all[len(all)-1]
		if last.State == Draft {
			return fault.New(fault.Conflict, "prices.draft_open")
		}
		if _, coming := Coming(all, now); coming {
			return fault.New(fault.Conflict, "prices.one_coming")
		}
		out = List{
			Portal: actor.Portal, Number: last.Number + 1, State: Draft, Content: base.Content, Digest: base.Digest, WrittenBy: actor.User, WrittenAt: now,
			// Not 1: the number of a discarded draft is taken again, and whoever still believes in a version of that one
			// must not be taken to believe in this.
			Version: int(t.NewID()),
		}
		if err := tx.AddPriceList(ctx, out); err != nil {
			return err
		}
		return t.note(ctx, tx, by(actor), "billing.draft", out, now, cite, nil)
	})
	return out, err
}

// Repricing is what one form changes in a draft.
type Repricing struct {
	Day     string           // from which it is to hold; empty: as soon as it may
	Amounts map[string]int64 // by the place of a tariff; the others stay
	Ends    map[string]bool  // those that end; one of the list in force that ended before and does not here, stays
}

// Place names a tariff within a price list.
func Place(service, tariff string) string { return service + "/" + tariff }

// Reprice sets prices, ends tariffs and says from which day. believed is the version the writer read.
//
// Refusals: Forbidden; Absent; Conflict "prices.moved" once it is no draft, "store.changed" when somebody saved it
// meanwhile; Invalid at "day" as Instant, "prices.nothing_left" where every tariff would end.
func (t *Tariffs) Reprice(ctx context.Context, actor identity.Actor, number, believed int, p Repricing) error {
	return t.rewrite(ctx, actor, number, believed, func(l *List, base List, now time.Time) error {
		if _, _, err := t.Instant(l.Portal, p.Day, now); err != nil {
			return err
		}
		l.Day = p.Day
		var services []Service
		for _, c := range Compare(base.Content, l.Content) {
			one := c.Now
			if one.Key == "" {
				one = c.Was
			}
			place := Place(c.Service.Key, one.Key)
			if p.Ends[place] {
				continue
			}
			if amount, ok := p.Amounts[place]; ok {
				one.Price = amount
			}
			if len(services) == 0 || services[len(services)-1].Key != c.Service.Key {
				services = append(services, Service{Key: c.Service.Key, Title: c.Service.Title, About: c.Service.About})
			}
			s := &services[len(services)-1]
			s.Tariffs = append(s.Tariffs, one)
		}
		if len(services) == 0 {
			return fault.New(fault.Invalid, "prices.nothing_left").At("ends")
		}
		l.Content.Services = services
		return nil
	})
}

// Addition is a new tariff of a service, or of a new one.
type Addition struct {
	Service      string            // its key; empty: a new one
	ServiceTitle map[string]string // of a new one
	Title        map[string]string
	Price        int64
	Unit         string
}

// Add adds a tariff to a draft. Refusals: as Reprice; Invalid for each field ("service", "unit", "service_kk",
// "title_kk", …), "prices.title_taken" where another is called so, "prices.too_many".
func (t *Tariffs) Add(ctx context.Context, actor identity.Actor, number, believed int, x Addition) error {
	return t.rewrite(ctx, actor, number, believed, func(l *List, _ List, _ time.Time) error {
		l.Content = l.Content.clone()
		languages := t.Languages(l.Portal)
		at := slices.IndexFunc(l.Content.Services, func(s Service) bool { return s.Key == x.Service })
		var wrong fault.Faults
		add := func(f *fault.Fault) {
			if f != nil {
				wrong = append(wrong, f)
			}
		}
		if x.Service != "" && at < 0 {
			add(fault.New(fault.Invalid, "prices.choose_service").At("service"))
		}
		if !known(x.Unit) {
			add(fault.New(fault.Invalid, "prices.choose_unit").At("unit"))
		}
		var services, tariffs []map[string]string
		for i, s := range l.Content.Services {
			services = append(services, s.Title)
			for _, one := range s.Tariffs {
				if i == at {
					tariffs = append(tariffs, one.Title)
				}
			}
		}
		for _, language := range languages {
			if x.Service == "" {
				add(title("service_"+language, language, x.ServiceTitle, services))
			}
			add(title("title_"+language, language, x.Title, tariffs))
		}
		if x.Service == "" && len(services) >= mostServices || len(tariffs) >= mostTariffs {
			add(fault.New(fault.Invalid, "prices.too_many").At("service"))
		}
		if wrong != nil {
			return wrong
		}
		if x.Service == "" {
			l.Content.Services, at = append(l.Content.Services, Service{Key: t.newKey("s"), Title: x.ServiceTitle}), len(l.Content.Services)
		}
		s := &l.Content.Services[at]
		s.Tariffs = append(s.Tariffs, Tariff{Key: t.newKey("t"), Title: x.Title, Price: x.Price, Unit: x.Unit})
		return nil
	})
}

// newKey names what was added by hand: no name of another list means the same.
func (t *Tariffs) newKey(kind string) string {
	return kind + strconv.FormatInt(int64(t.NewID()), 36)
}

// title checks what something is called in one language.
func title(field, language string, in map[string]string, taken []map[string]string) *fault.Fault {
	text := in[language]
	switch {
	case strings.TrimSpace(text) == "":
		return fault.New(fault.Invalid, "form.empty").At(field)
	case !utf8.ValidString(text):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fault.New(fault.Invalid, "form.characters").At(field)
	case utf8.RuneCountInString(text) > longestTitle:
		return fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(longestTitle)).At(field)
	case slices.ContainsFunc(taken, func(other map[string]string) bool { return strings.EqualFold(other[language], text) }):
		return fault.New(fault.Invalid, "prices.title_taken").At(field)
	}
	return nil
}

// rewrite changes a draft; who wrote last is kept: they may not publish it.
func (t *Tariffs) rewrite(ctx context.Context, actor identity.Actor, number, believed int, edit func(l *List, base List, now time.Time) error) error {
	return t.act(ctx, actor, func(tx Tx, all []List, now time.Time) error {
		l, err := pick(all, number, believed, Draft)
		if err != nil {
			return err
		}
		base, _ := InForce(all, now)
		if err := edit(&l, base, now); err != nil {
			return err
		}
		if l.Digest, err = l.Content.Digest(); err != nil {
			return err
		}
		l.WrittenBy, l.WrittenAt = actor.User, now
		l.Version++
		if err := tx.SavePriceList(ctx, l); err != nil {
			return err
		}
		_, cite, _ := clause.In[TariffChanges](t.Book(l.Portal, now))
		return t.note(ctx, tx, by(actor), "billing.rewrite", l, now, cite, nil)
	})
}

// Discard gives up a draft; its number is free again. Refusals: as Reprice.
func (t *Tariffs) Discard(ctx context.Context, actor identity.Actor, number, believed int) error {
	return t.act(ctx, actor, func(tx Tx, all []List, now time.Time) error {
		l, err := pick(all, number, believed, Draft)
		if err != nil {
			return err
		}
		if err := tx.RemovePriceList(ctx, l); err != nil {
			return err
		}
		return t.note(ctx, tx, by(actor), "billing.discard", l, now, clause.Citation{}, nil)
	})
}

// act runs an act of an operator on the price lists of their portal.
func (t *Tariffs) act(ctx context.Context, actor identity.Actor, do func(tx Tx, all []List, now time.Time) error) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return t.InTx(ctx, func(tx Tx) error {
		all, err := tx.PriceLists(ctx, actor.Portal)
		if err != nil {
			return err
		}
		return do(tx, all, t.Now())
	})
}

// pick finds a list that must be in a state and at the version believed.
func pick(all []List, number, believed int, state State) (List, error) {
	i := slices.IndexFunc(all, func(l List) bool { return l.Number == number })
	switch {
	case i < 0:
		return List{}, fault.New(fault.Absent, "gate.no_page")
	case all[i].State != state:
		return List{}, fault.New(fault.Conflict, "prices.moved")
	case all[i].Version != believed:
		return List{}, fault.New(fault.Conflict, "store.changed")
	}
	return all[i], nil
}

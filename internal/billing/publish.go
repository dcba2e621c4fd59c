package billing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// What publishing a change of tariffs makes the operator owe, each named on "prices:number".
const (
	DutyNotice     = "billing.notice"     // its users are told of it with its date
	DutyReminder   = "billing.reminder"   // and once more before it comes into force
	DutyInForce    = "billing.in_force"   // it comes into force; the lists do that by themselves, keeper leaves the evidence
	DutyWithdrawal = "billing.withdrawal" // who was told of it is told that it does not come
)

const (
	remindBefore = 24 * time.Hour
	remindFrom   = 48 * time.Hour // a change that comes into force sooner is not announced twice
)

// Publish posts a change of tariffs: from this instant it is announced, it comes into force at its own, and its users
// are to be told. What it says is frozen.
//
// Refusals: as Reprice; Forbidden "prices.second_person" for who wrote it last; Invalid "prices.nothing_changes";
// Unavailable "prices.clock" when the clock stands before the last list came into force.
func (t *Tariffs) Publish(ctx context.Context, actor identity.Actor, number, believed int) (List, error) {
	var out List
	err := t.act(ctx, actor, func(tx Tx, all []List, now time.Time) error {
		l, err := pick(all, number, believed, Draft)
		if err != nil {
			return err
		}
		at, cite, err := t.Instant(l.Portal, l.Day, now)
		if err != nil {
			return err
		}
		if l.WrittenBy == actor.User {
			return fault.New(fault.Forbidden, "prices.second_person")
		}
		base, ok := InForce(all, now)
		_, coming := Coming(all, now)
		if !ok || coming || !at.After(base.InForceAt) {
			return fault.New(fault.Unavailable, "prices.clock")
		}
		if !changes(base.Content, l.Content) {
			return fault.New(fault.Invalid, "prices.nothing_changes")
		}
		l.Content = dated(base.Content, l.Content, at)
		if l.Digest, err = l.Content.Digest(); err != nil {
			return err
		}
		l.State, l.PublishedBy, l.PostedAt, l.InForceAt = Published, actor.User, now, at
		l.Version++
		out = l
		if err := tx.SavePriceList(ctx, l); err != nil {
			return err
		}
		if err := t.note(ctx, tx, by(actor), "billing.publish", l, now, cite, instants(l)); err != nil {
			return err
		}
		return t.announces(ctx, tx, l, now)
	})
	if err != nil {
		return List{}, err
	}
	return out, t.load(ctx)
}

func changes(was, now Content) bool {
	for _, c := range Compare(was, now) {
		if c.How() != Same {
			return true
		}
	}
	return false
}

func instants(l List) map[string]string {
	return map[string]string{"posted": l.PostedAt.Format(time.RFC3339Nano), "in_force": l.InForceAt.Format(time.RFC3339Nano)}
}

// announces writes down what a change published now makes the operator owe: that it comes into force, by the clause
// that lets tariffs be changed, and notices by the one that has users told (ismet 6.2), where there is one. Who is
// told is told before the change; of one that holds at once, within the day.
func (t *Tariffs) announces(ctx context.Context, tx Tx, l List, now time.Time) error {
	book := t.Book(l.Portal, now)
	_, change, _ := clause.In[TariffChanges](book)
	_, notice, told := clause.In[PriceLock](book)
	x := obligation.Obligation{Portal: l.Portal, Subject: l.subject(), From: obligation.Operator, To: obligation.User, Since: now}
	var owed []obligation.Obligation
	owe := func(kind string, cite clause.Citation, act time.Time, until time.Time) {
		one := x
		one.Kind, one.Cite, one.ActAt, one.Due = kind, cite, act, t.Owed.At(l.Portal, until)
		owed = append(owed, one)
	}
	ahead := l.InForceAt.Sub(now)
	switch {
	case told && ahead > 0:
		owe(DutyNotice, notice, now, l.InForceAt)
	case told:
		owe(DutyNotice, notice, now, t.Owed.DayOf(l.Portal, now).Ends)
	}
	if told && ahead >= remindFrom {
		owe(DutyReminder, notice, l.InForceAt.Add(-remindBefore), l.InForceAt)
	}
	if ahead > 0 {
		owe(DutyInForce, change, l.InForceAt, t.Owed.DayOf(l.Portal, l.InForceAt).Ends)
	}
	for _, one := range owed {
		if err := t.Owed.Owe(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw takes an announced change back before it comes into force; those who have been told of it are told. Refusals:
// as Reprice; Conflict "prices.in_force_already" from the instant at which it is in force.
func (t *Tariffs) Withdraw(ctx context.Context, actor identity.Actor, number, believed int) error {
	err := t.act(ctx, actor, func(tx Tx, all []List, now time.Time) error {
		l, err := pick(all, number, believed, Published)
		if err != nil {
			return err
		}
		if !l.InForceAt.After(now) {
			return fault.New(fault.Conflict, "prices.in_force_already")
		}
		notice, err := tx.ObligationLast(ctx, l.Portal, 0, DutyNotice, l.subject())
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		l.State, l.WithdrawnBy, l.WithdrawnAt, l.Told = Withdrawn, actor.User, now, notice.Reached
		l.Version++
		if err := tx.SavePriceList(ctx, l); err != nil {
			return err
		}
		for _, kind := range []string{DutyNotice, DutyReminder, DutyInForce} {
			if err := t.Owed.Lift(ctx, tx, l.Portal, 0, kind, l.subject()); err != nil {
				return err
			}
		}
		if l.Told != 0 {
			err := t.Owed.Owe(ctx, tx, obligation.Obligation{
				Portal: l.Portal, Kind: DutyWithdrawal, Subject: l.subject(), From: obligation.Operator, To: obligation.User, Cite: notice.Cite,
				Since: now, ActAt: now, Due: t.Owed.DayOf(l.Portal, now),
			})
			if err != nil {
				return err
			}
		}
		_, cite, _ := clause.In[TariffChanges](t.Book(l.Portal, now))
		return t.note(ctx, tx, by(actor), "billing.withdraw", l, now, cite, nil)
	})
	if err != nil {
		return err
	}
	return t.load(ctx)
}

// Channels are those by which users are told of a change of tariffs, by the clause in force.
func (t *Tariffs) Channels(portal string) []string {
	rule, _, _ := clause.In[PriceLock](t.Book(portal, t.Now()))
	return rule.Notice
}

// About gives the price list that an obligation of this room is about.
func (t *Tariffs) About(ctx context.Context, tx Tx, o obligation.Obligation) (List, error) {
	_, digits, _ := strings.Cut(o.Subject, ":")
	number, err := strconv.Atoi(digits)
	if err != nil {
		return List{}, err
	}
	all, err := tx.PriceLists(ctx, o.Portal)
	if err != nil {
		return List{}, err
	}
	for _, l := range all {
		if l.Number == number {
			return l, nil
		}
	}
	return List{}, fault.New(fault.Absent, "gate.no_page")
}

// Proves leaves the evidence that an obligation of this room was met, under its own name: "billing.in_force".
func (t *Tariffs) Proves(ctx context.Context, tx Tx, o obligation.Obligation) error {
	l, err := t.About(ctx, tx, o)
	if err != nil {
		return err
	}
	return t.note(ctx, tx, "system", o.Kind, l, t.Now(), o.Cite, instants(l))
}

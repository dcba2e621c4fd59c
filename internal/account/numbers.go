package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Numbers are the state's numbers that a person keeps current (kg 2.2).
type Numbers struct {
	Passport string
	Number   string
	Password string // of the person: a session left open is no place to become somebody else
}

// numberChanges is how often a person may try to change their numbers in a day: nobody finds out by
// trying whose number is here.
const numberChanges = 5

// NumbersKept says which numbers the agreement has people give and keep current, and by which clause.
func (a *Accounts) NumbersKept(portal string) (passport, number bool, cite clause.Citation) {
	book := a.Book(portal, a.Now())
	passport, _, cite = Asked(book, "passport_number")
	number, _, _ = Asked(book, "personal_number")
	return passport, number, cite
}

// ChangeNumbers takes new numbers from a signed-in person, who gives the password again. What they were
// and are is kept for the person to see; confirmed contacts are told; the data count as confirmed.
//
// Refusals: Forbidden "account.numbers_not_kept"; Invalid for each field (fault.Faults), also
// "account.password_old", "account.nothing_changed"; TooMany "account.too_often", "account.rest";
// Conflict "account.number_refused" for a number that is another's or kept out.
func (a *Accounts) ChangeNumbers(ctx context.Context, actor identity.Actor, n Numbers) error {
	if err := a.checkNumbers(actor.Portal, &n); err != nil {
		return err
	}
	var believed StoredPassword
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		believed, err = tx.StoredPassword(ctx, actor.User)
		return err
	})
	if err == nil {
		err = a.checkOld(ctx, actor, believed, n.Password)
	}
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Field == "old" {
		return x.At("password")
	}
	if err != nil {
		return err
	}
	var refused *fault.Fault
	if err := a.InTx(ctx, func(tx Tx) error {
		refused, err = a.Allow(ctx, tx, "numbers/"+itoa64(actor.User), numberChanges, 24*time.Hour)
		return err
	}); err != nil || refused != nil {
		return orFault(err, refused)
	}
	return a.InTx(ctx, func(tx Tx) error { return a.changeNumbers(ctx, tx, actor, n) })
}

func orFault(err error, refused *fault.Fault) error {
	if err == nil && refused != nil {
		return refused
	}
	return err
}

func (a *Accounts) checkNumbers(portal string, n *Numbers) error {
	passport, number, cite := a.NumbersKept(portal)
	if !passport && !number {
		return fault.New(fault.Forbidden, "account.numbers_not_kept")
	}
	var wrong fault.Faults
	n.Passport = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(n.Passport), " ", ""))
	n.Number = strings.TrimSpace(n.Number)
	if !passport {
		n.Passport = ""
	} else if _, err := identity.ParsePassport(n.Passport); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "account.not_a_passport").At("passport").By(cite))
	}
	if !number {
		n.Number = ""
	} else if pin, err := identity.ParsePIN(n.Number); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "account.not_a_pin").At("number").By(cite))
	} else {
		n.Number = string(pin)
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

func (a *Accounts) changeNumbers(ctx context.Context, tx Tx, actor identity.Actor, n Numbers) error {
	now := a.Now()
	_, _, cite := a.NumbersKept(actor.Portal)
	u, err := tx.User(ctx, actor.User)
	if err != nil {
		return err
	}
	p, err := tx.Person(ctx, u.ID)
	if err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	var changed []string
	for _, x := range []struct{ field, before, after string }{{"passport", p.Passport, n.Passport}, {"number", p.Number, n.Number}} {
		if x.before == x.after {
			continue
		}
		changed = append(changed, x.field)
		if err := tx.AddChange(ctx, u.ID, Change{ID: a.NewID(), At: now, Field: x.field, Before: x.before, After: x.after}); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return fault.Faults{fault.New(fault.Invalid, "account.nothing_changed").At("passport")}
	}
	if n.Number != p.Number {
		if err := a.admit(ctx, tx, u.Portal, n.Number); err != nil {
			return numberRefused(err)
		}
	}
	p.Passport, p.Number, p.ConfirmedAt = n.Passport, n.Number, now
	if err := tx.SavePerson(ctx, u.Portal, u.ID, p); err != nil {
		return numberRefused(err)
	}
	if err := a.tellAll(ctx, tx, u, "message.numbers_changed", map[string]string{"at": a.written(u.Portal, now)}); err != nil {
		return err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "user:" + itoa64(u.ID), Act: "account.numbers", Citation: cite,
		Detail: map[string]string{"fields": strings.Join(changed, " ")},
	})
	return err
}

// numberRefused says the same of a number that is another's and of one that is kept out.
func numberRefused(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.number_refused").At("number")
	}
	return err
}

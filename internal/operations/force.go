package operations

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// ForceCauses lists the causes of force majeure (ismet 10.1, 10.1.1 to 10.1.5).
func ForceCauses() []string {
	return []string{"unrest", "authority", "disaster", "fire", "earthquake", "power", "internet", "routing", "dns", "attack", "other"}
}

// forceRules are the clauses of force majeure that are in force.
func (o *Operations) forceRules(portal string) (told *ForceMajeureNotice, cite clause.Citation, ok bool) {
	book := o.Book(portal, o.Now())
	if told, cite, ok = clause.In[ForceMajeureNotice](book); ok {
		return told, cite, true
	}
	if _, cite, ok = clause.In[ForceMajeureShift](book); !ok {
		_, cite, ok = clause.In[ForceMajeureEnd](book)
	}
	return nil, cite, ok
}

// MayDeclare finds by which clause the operator declares force majeure. The clauses free the operator alone, so
// nobody else declares it. Refusals: Forbidden, also "operations.no_force" where no clause speaks of it.
func (o *Operations) MayDeclare(actor identity.Actor) (clause.Citation, error) {
	if err := operator(actor); err != nil {
		return clause.Citation{}, err
	}
	_, cite, ok := o.forceRules(actor.Portal)
	if !ok {
		return cite, fault.New(fault.Forbidden, "operations.no_force")
	}
	return cite, nil
}

// CheckForce says what is wrong with a declaration before it is made, and whether it comes later than the clause
// allows (ismet 10.2). Late, it is still made, since people have to know, but it says why and stays marked.
// Refusals: Forbidden; Invalid for each field.
func (o *Operations) CheckForce(actor identity.Actor, e *Event) error {
	cite, err := o.MayDeclare(actor)
	if err != nil {
		return err
	}
	now := o.Now()
	wrong := o.checkEvent(actor.Portal, *e)
	if !slices.Contains(ForceCauses(), e.Cause) {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.cause").At("cause"))
	}
	if f := checkText("document", e.Document, minTitle, maxTitle, false); f != nil {
		wrong = append(wrong, f)
	}
	switch {
	case e.Begins.IsZero():
		wrong = append(wrong, fault.New(fault.Invalid, "operations.instant").At("begins"))
	case e.Begins.After(now):
		wrong = append(wrong, fault.New(fault.Invalid, "operations.future").At("begins"))
	case now.Sub(e.Begins) > farthest:
		wrong = append(wrong, fault.New(fault.Invalid, "operations.long_ago").At("begins"))
	default:
		due, told, err := o.toldBy(actor.Portal, e.Begins)
		if err != nil {
			return err
		}
		if e.Late = told && !now.Before(due); !e.Late {
			e.LateWhy = ""
		} else if f := checkText("late_why", e.LateWhy, minReason, maxReason, false); f != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "operations.told_late").With("due", o.written(actor.Portal, due)).By(cite).At("late_why"))
		}
	}
	if wrong != nil {
		return wrong
	}
	e.Kind, e.Cite, e.Until = Force, cite, time.Time{}
	return nil
}

// toldBy is until when users are to be told of force majeure that began at an instant; ok is false where no clause
// sets a time.
func (o *Operations) toldBy(portal string, begins time.Time) (due time.Time, ok bool, err error) {
	rule, _, ok := clause.In[ForceMajeureNotice](o.Book(portal, o.Now()))
	if !ok {
		return due, false, nil
	}
	days, err := o.table(portal, rule.Within)
	if err != nil {
		return due, false, err
	}
	term, err := calendar.Due(begins, rule.Within, o.Zone(portal), days)
	return term.Ends, true, err
}

// Declare tells everybody of force majeure (ismet 10.2). Refusals: those of CheckForce.
func (o *Operations) Declare(ctx context.Context, actor identity.Actor, e Event) (Event, error) {
	if err := o.CheckForce(actor, &e); err != nil {
		return Event{}, err
	}
	detail := map[string]string{"cause": e.Cause, "document": e.Document}
	if e.Late {
		detail["late"], detail["late_why"] = "yes", e.LateWhy
	}
	return o.add(ctx, actor, e, "force", detail)
}

// Moving shifts the terms that force majeure interrupted once it has ended (ismet 10.3). Moving them takes many
// transactions, so the event says that it is owed until it is done; what was cut short is done again.
func (o *Operations) Moving(ctx context.Context) error {
	for _, events := range o.live() {
		for _, e := range events {
			if !e.ShiftDue {
				continue
			}
			if err := o.moveTerms(ctx, e); err != nil && !fault.Is(err, fault.Conflict) {
				return err
			}
		}
	}
	return nil
}

func (o *Operations) moveTerms(ctx context.Context, e Event) error {
	rule, cite, ok := clause.In[ForceMajeureShift](o.Book(e.Portal, e.Begins))
	moved := 0
	if ok {
		var err error
		if moved, err = o.Shift(ctx, e.Portal, e.Begins, e.EndedAt, rule.Percent, cite); err != nil {
			return err
		}
	}
	err := o.InTx(ctx, func(tx Tx) error {
		now, err := o.findEvent(ctx, tx, e.Portal, e.ID)
		if err != nil || !now.ShiftDue {
			return err
		}
		now.ShiftDue = false
		if err := tx.SaveEvent(ctx, now); err != nil || !ok {
			return err
		}
		return o.tell(ctx, tx, 0, now, "shift", nil, cite, map[string]string{"moved": strconv.Itoa(moved), "percent": strconv.Itoa(rule.Percent)})
	})
	o.reread(ctx)
	return err
}

// Held reports whether force majeure keeps the operator of a portal from what it owes at an instant: it goes on, or
// it is over and the terms it interrupted are not moved yet (ismet 10.3).
func (o *Operations) Held(portal string, at time.Time) bool {
	for _, e := range o.live()[portal] {
		if e.Kind != Force || e.Phase(at) != Now && !e.ShiftDue {
			continue
		}
		if _, _, ok := clause.In[ForceMajeureShift](o.Book(portal, e.Begins)); ok {
			return true
		}
	}
	return false
}

// lapses is when force majeure has lasted so long that the contract ends, by the rule in force now; ok is false
// where no clause says so, and for an event that touches only some services: the contract is about all of them.
func (o *Operations) lapses(e Event) (at time.Time, rule *ForceMajeureEnd, cite clause.Citation, ok bool, err error) {
	rule, cite, ok = clause.In[ForceMajeureEnd](o.Book(e.Portal, o.Now()))
	if !ok || e.Kind != Force || len(e.Services) > 0 || !e.LapsedAt.IsZero() {
		return at, rule, cite, false, nil
	}
	term, err := calendar.Due(e.Begins, rule.After, o.Zone(e.Portal), nil)
	return term.Ends, rule, cite, err == nil, err
}

// Lapse ends the contracts of portals on which force majeure has lasted longer than the clause allows
// (ismet 10.4): the event is marked, recorded and told, and who goes on has to accept the agreement anew.
func (o *Operations) Lapse(ctx context.Context) error {
	now := o.Now()
	for _, events := range o.live() {
		for _, seen := range events {
			at, _, _, ok, err := o.lapses(seen)
			if err != nil {
				return err
			}
			if !ok || now.Before(at) || !seen.EndedAt.IsZero() {
				continue
			}
			if err := o.lapse(ctx, seen.Portal, seen.ID); err != nil && !fault.Is(err, fault.Conflict) {
				return err
			}
		}
	}
	return nil
}

func (o *Operations) lapse(ctx context.Context, portal string, id identity.ID) error {
	err := o.InTx(ctx, func(tx Tx) error {
		e, err := o.findEvent(ctx, tx, portal, id)
		if err != nil {
			return err
		}
		at, rule, cite, ok, err := o.lapses(e)
		if err != nil || !ok || !e.EndedAt.IsZero() || o.Now().Before(at) {
			return err
		}
		e.LapsedAt = at
		if err := tx.SaveEvent(ctx, e); err != nil {
			return err
		}
		act, detail := "lapse", map[string]string{"lapsed": at.UTC().Format(time.RFC3339), "damages": "none"}
		if rule.RefundUnused {
			act, detail["refund"] = "lapse_refund", "unused"
		}
		return o.tell(ctx, tx, 0, e, act, e.Reason, cite, detail)
	})
	o.reread(ctx)
	return err
}

// ContractEnded is when the contracts of a portal ended by force majeure, zero where they did not; acceptances
// from before do not bind any more (ismet 10.4).
func (o *Operations) ContractEnded(portal string, at time.Time) (ended time.Time) {
	for _, e := range o.live()[portal] {
		if !e.LapsedAt.After(at) && e.LapsedAt.After(ended) {
			ended = e.LapsedAt
		}
	}
	return ended
}

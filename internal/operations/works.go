package operations

import (
	"context"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// notice is what an agreement asks of works: how long before, and by which clause.
type notice struct {
	period clause.Period
	cite   clause.Citation
}

// noticeOf finds the clause on works for those that close something, or do not. Where none sets a time, works
// that interrupt the hours of work an agreement promises are announced before they begin (kundelik 4.1).
func (o *Operations) noticeOf(portal string, closes bool) notice {
	book := o.Book(portal, o.Now())
	if rule, cite, ok := clause.In[Maintenance](book); ok {
		if rule.LimitingOnly && !closes {
			return notice{clause.Period{Unit: clause.Days}, cite}
		}
		return notice{rule.Notice, cite}
	}
	_, cite, _ := clause.In[AvailableHours](book)
	return notice{clause.Period{Unit: clause.Days}, cite}
}

// Earliest is when works announced now may begin at the earliest, and by which clause.
// Refusals: those of calendar.AfterNotice.
func (o *Operations) Earliest(portal string, closes bool) (time.Time, clause.Citation, error) {
	n := o.noticeOf(portal, closes)
	days, err := o.table(portal, n.period)
	if err != nil {
		return time.Time{}, n.cite, err
	}
	at, err := calendar.AfterNotice(o.Now(), n.period, o.Zone(portal), days)
	return at, n.cite, err
}

// table is the table of business days, where a period needs one.
func (o *Operations) table(portal string, p clause.Period) (*calendar.Table, error) {
	if p.Unit != clause.BusinessDays {
		return nil, nil
	}
	return o.Days(portal)
}

// tooLate reports whether works that begin at an instant can still be announced now: neither the day of the
// announcement nor that of the beginning is counted (ismet 4.2.7).
func (o *Operations) tooLate(portal string, n notice, begins time.Time) (bool, error) {
	if n.period.Amount == 0 {
		return !o.Now().Before(begins), nil
	}
	days, err := o.table(portal, n.period)
	if err != nil {
		return false, err
	}
	latest, err := calendar.Latest(begins, n.period, o.Zone(portal), days)
	return !o.Now().Before(latest.Ends), err
}

// timely refuses, at a field, what would begin before the notice has run out, and says when it may.
func (o *Operations) timely(portal string, closes bool, begins time.Time, field string) (*fault.Fault, error) {
	n := o.noticeOf(portal, closes)
	late, err := o.tooLate(portal, n, begins)
	if err != nil || !late {
		return nil, err
	}
	if n.period.Amount == 0 {
		return fault.New(fault.Invalid, "operations.begun").By(n.cite).At(field), nil
	}
	earliest, _, err := o.Earliest(portal, closes)
	if err != nil {
		return nil, err
	}
	return fault.New(fault.Invalid, "operations.too_late").With("earliest", o.written(portal, earliest)).By(n.cite).At(field), nil
}

// written is an instant as a message says it: figures alone, in the portal's zone.
func (o *Operations) written(portal string, at time.Time) string {
	return at.In(o.Zone(portal)).Format("02.01.2006 15:04")
}

// MayPlan finds by which clause the operator may plan works: the clause on works itself or, where there is
// none, the one on the powers of the staff. Refusal: Forbidden.
func (o *Operations) MayPlan(actor identity.Actor) (clause.Citation, error) {
	if err := operator(actor); err != nil {
		return clause.Citation{}, err
	}
	if n := o.noticeOf(actor.Portal, true); !n.cite.Zero() {
		return n.cite, nil
	}
	return o.mayRun(actor)
}

// CheckWorks says what is wrong with planned works before they are announced. Refusals: Forbidden; Invalid for
// each field (fault.Faults), among them "operations.too_late" with the earliest beginning, by the clause.
func (o *Operations) CheckWorks(actor identity.Actor, e *Event) error {
	cite, err := o.MayPlan(actor)
	if err != nil {
		return err
	}
	e.Kind, e.Cite = Planned, cite
	wrong := append(o.checkEvent(actor.Portal, *e), checkSpan(o.Now(), e.Begins, e.Until)...)
	if !e.Begins.IsZero() {
		late, err := o.timely(actor.Portal, e.Closes, e.Begins, "begins")
		if err != nil {
			return err
		}
		if late != nil {
			wrong = append(wrong, late)
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

func checkSpan(now, begins, until time.Time) (wrong fault.Faults) {
	if begins.IsZero() {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.instant").At("begins"))
	}
	if until.IsZero() {
		return append(wrong, fault.New(fault.Invalid, "operations.instant").At("until"))
	}
	switch {
	case begins.IsZero():
	case !until.After(begins):
		wrong = append(wrong, fault.New(fault.Invalid, "operations.until_first").At("until"))
	case until.Sub(begins) > longestPlan:
		wrong = append(wrong, fault.New(fault.Invalid, "operations.works_long").At("until"))
	case begins.Sub(now) > farthest:
		wrong = append(wrong, fault.New(fault.Invalid, "operations.works_far").At("begins"))
	}
	return wrong
}

// Plan announces works. Refusals: those of CheckWorks.
func (o *Operations) Plan(ctx context.Context, actor identity.Actor, e Event) (Event, error) {
	if err := o.CheckWorks(actor, &e); err != nil {
		return Event{}, err
	}
	return o.add(ctx, actor, e, "works_plan", nil)
}

// over is the refusal of an act for which it is too late, or which was done.
func over() error { return fault.New(fault.Conflict, "operations.over") }

// Move changes the hours of works that have not begun. What is closed in the new hours and was not in the old
// has to be announced in time itself. Refusals: Forbidden; Absent; Conflict "operations.over"; those of CheckWorks.
func (o *Operations) Move(ctx context.Context, actor identity.Actor, id identity.ID, begins, until time.Time, why map[string]string) error {
	return o.change(ctx, actor, id, "works_change", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		if e.Kind != Planned || e.Phase(o.Now()) != Ahead {
			return nil, clause.Citation{}, nil, over()
		}
		wrong := append(o.checkTexts(actor.Portal, "text_", why), checkSpan(o.Now(), begins, until)...)
		fresh, field := begins, "begins"
		if !begins.Before(e.Begins) && begins.Before(e.Until) {
			fresh, field = e.Until, "until" // only what comes after the old end is new
		}
		if begins.IsZero() || field == "until" && !until.After(e.Until) {
			fresh = time.Time{}
		}
		if !fresh.IsZero() {
			late, err := o.timely(actor.Portal, e.Closes, fresh, field)
			if err != nil {
				return nil, clause.Citation{}, nil, err
			}
			if late != nil {
				wrong = append(wrong, late)
			}
		}
		if wrong != nil {
			return nil, clause.Citation{}, nil, wrong
		}
		detail := map[string]string{"was_begins": e.Begins.UTC().Format(time.RFC3339), "was_ends": e.Until.UTC().Format(time.RFC3339)}
		e.Begins, e.Until = begins, until
		return why, e.Cite, detail, nil
	})
}

// Cancel drops works that have not begun. Refusals: Forbidden; Absent; Conflict "operations.over"; Invalid for a text.
func (o *Operations) Cancel(ctx context.Context, actor identity.Actor, id identity.ID, why map[string]string) error {
	return o.change(ctx, actor, id, "works_cancel", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		if e.Kind != Planned || e.Phase(o.Now()) != Ahead {
			return nil, clause.Citation{}, nil, over()
		}
		if wrong := o.checkTexts(actor.Portal, "text_", why); wrong != nil {
			return nil, clause.Citation{}, nil, wrong
		}
		e.Dropped = true
		return why, e.Cite, nil, nil
	})
}

// Prolong moves the end of works that go on, or of a stop. Further hours that the clause on works wants announced
// earlier are a stop of the services, and need the clause that allows one (ismet 4.2.2).
// Refusals: Forbidden; Absent; Conflict "operations.over"; Invalid, also "operations.too_late" by the clause.
func (o *Operations) Prolong(ctx context.Context, actor identity.Actor, id identity.ID, until time.Time, why map[string]string) error {
	return o.change(ctx, actor, id, "prolong", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		none := clause.Citation{}
		if e.Kind != Planned && e.Kind != Stop || e.Phase(o.Now()) != Now {
			return nil, none, nil, over()
		}
		wrong := o.checkTexts(actor.Portal, "text_", why)
		switch {
		case until.IsZero():
			wrong = append(wrong, fault.New(fault.Invalid, "operations.instant").At("until"))
		case !until.After(o.Now()) || !until.After(e.Until):
			wrong = append(wrong, fault.New(fault.Invalid, "operations.until_first").At("until"))
		case until.Sub(e.Begins) > longestPlan:
			wrong = append(wrong, fault.New(fault.Invalid, "operations.works_long").At("until"))
		}
		cite := e.Cite
		if e.Kind == Planned && wrong == nil {
			late, err := o.timely(actor.Portal, e.Closes, e.Until, "until")
			if err != nil {
				return nil, none, nil, err
			}
			if late != nil {
				var err error
				if cite, _, err = o.MayStop(actor, Technical); err != nil {
					wrong = append(wrong, late)
				}
			}
		}
		if wrong != nil {
			return nil, none, nil, wrong
		}
		e.Until = until
		return why, cite, nil, nil
	})
}

// End ends works that go on before their time, a stop, or force majeure. Refusals: Forbidden; Absent; Conflict
// "operations.over"; Invalid for a text.
func (o *Operations) End(ctx context.Context, actor identity.Actor, id identity.ID, why map[string]string) error {
	err := o.change(ctx, actor, id, "end", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		if e.Kind == Incident || e.Phase(o.Now()) != Now {
			return nil, clause.Citation{}, nil, over()
		}
		if wrong := o.checkTexts(actor.Portal, "text_", why); wrong != nil {
			return nil, clause.Citation{}, nil, wrong
		}
		e.EndedAt, e.ShiftDue = o.Now(), e.Kind == Force
		return why, e.Cite, nil, nil
	})
	if err != nil {
		return err
	}
	_ = o.Moving(ctx) // it ended whether or not the terms can be moved at once: house tries again
	return nil
}

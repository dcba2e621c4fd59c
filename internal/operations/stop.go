package operations

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The causes of a stop, as the clauses name them.
const (
	Technical = "technical"
	Other     = "other"
	External  = "external" // networks or others failed, not the operator
)

// MayStop finds by which clause the operator may stop services for a cause (ismet 4.2.2, 4.2.3), and what part of
// the price is returned for that time, in per cent; -1 where the clause says nothing of it. Where no clause speaks of
// stops, the staff need the power, and an agreement that promises its hours lets only announced works interrupt them
// (kundelik 4.1). Refusals: Forbidden, by the clause; Invalid "operations.cause" for a cause no clause names.
func (o *Operations) MayStop(actor identity.Actor, cause string) (cite clause.Citation, compensation int, err error) {
	if err := operator(actor); err != nil {
		return cite, 0, err
	}
	book := o.Book(actor.Portal, o.Now())
	reasons, byReason, suspends := o.Suspends(actor.Portal)
	emergency, byEmergency, stops := clause.In[EmergencyStop](book)
	switch {
	case suspends && slices.Contains(reasons, cause):
		return byReason, -1, nil
	case stops && emergency.Cause == cause:
		return byEmergency, emergency.Compensation, nil
	case suspends || stops || !slices.Contains([]string{Technical, Other, External}, cause):
		return cite, 0, fault.New(fault.Invalid, "operations.cause").At("cause")
	}
	if _, promised, ok := clause.In[AvailableHours](book); ok {
		return cite, 0, fault.New(fault.Forbidden, "operations.promised").By(promised)
	}
	cite, err = o.mayRun(actor)
	return cite, -1, err
}

// Causes lists for which causes the services of a portal may be stopped now.
func (o *Operations) Causes(actor identity.Actor) (out []string) {
	for _, cause := range []string{Technical, Other, External} {
		if _, _, err := o.MayStop(actor, cause); err == nil {
			out = append(out, cause)
		}
	}
	return out
}

// CheckStop says what is wrong with a stop before it is made. Refusals: those of MayStop; Invalid for each field.
func (o *Operations) CheckStop(actor identity.Actor, e *Event) error {
	cite, _, err := o.MayStop(actor, e.Cause)
	if fault.Is(err, fault.Forbidden) {
		return err
	}
	wrong := o.checkEvent(actor.Portal, *e)
	if x, ok := err.(*fault.Fault); ok { //nolint:errorlint // MayStop makes it itself
		wrong = append(wrong, x)
	}
	now := o.Now()
	if !e.Until.IsZero() && !e.Until.After(now) {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.until_first").At("until"))
	}
	if e.Until.Sub(now) > longestPlan {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.works_long").At("until"))
	}
	if wrong != nil {
		return wrong
	}
	e.Kind, e.Cite, e.Closes, e.Begins = Stop, cite, true, now
	return nil
}

// Suspend stops services, or the portal, from now on, with the reason (ismet 4.2.2, 4.2.3). Refusals: those of CheckStop.
func (o *Operations) Suspend(ctx context.Context, actor identity.Actor, e Event) (Event, error) {
	if err := o.CheckStop(actor, &e); err != nil {
		return Event{}, err
	}
	_, compensation, err := o.MayStop(actor, e.Cause)
	if err != nil {
		return Event{}, err
	}
	detail := map[string]string{"cause": e.Cause}
	if compensation >= 0 {
		detail["compensation"] = strconv.Itoa(compensation)
	}
	return o.add(ctx, actor, e, "stop", detail)
}

// Compensation is what part of the price the clause on stops of an external cause returns (ismet 4.2.3), in per
// cent; ok is false for other stops.
func (o *Operations) Compensation(e Event) (percent int, cite clause.Citation, ok bool) {
	rule, cite, ok := clause.In[EmergencyStop](o.Book(e.Portal, e.PostedAt))
	if !ok || e.Kind != Stop || e.Cause != rule.Cause {
		return 0, cite, false
	}
	return rule.Compensation, cite, true
}

// Promise is the hours of work an agreement promises; ok is false where it promises none.
func (o *Operations) Promise(portal string, at time.Time) (rule *AvailableHours, cite clause.Citation, ok bool) {
	return clause.In[AvailableHours](o.Book(portal, at))
}

package operations

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The kinds of event.
const (
	Planned  = "works"    // planned works, announced before they begin
	Stop     = "stop"     // a suspension, from now on
	Incident = "incident" // a fault of the portal
	Force    = "force"    // force majeure
)

// Event is something that happens to the working of a portal: planned works, a stop, an incident, force majeure.
type Event struct {
	ID       identity.ID
	Portal   string
	Kind     string
	Services []string          // parts it touches, by name; empty: the whole portal
	Cause    string            // of a stop or of force majeure: one the clause names
	Reason   map[string]string // by language: every one the portal speaks
	Closes   bool              // whether what it touches is closed meanwhile
	Begins   time.Time
	Until    time.Time // zero: not known
	NoticeAt time.Time // when the operator noticed it; of an incident
	Source   string    // who noticed it; of an incident
	Document string    // what proves it; of force majeure
	Late     bool      // told later than the clause allows
	LateWhy  string    // why
	PostedBy identity.ID
	PostedAt time.Time
	EndedAt  time.Time // zero: it was not ended by anybody
	Dropped  bool      // cancelled before it began
	LapsedAt time.Time // when it had lasted so long that the contract ended (ismet 10.4); zero: it has not
	ShiftDue bool      // whether the terms it interrupted are still to be moved (ismet 10.3)
	Cite     clause.Citation
	Version  int
}

// The phases of an event.
const (
	Ahead     = "ahead"
	Now       = "now"
	Past      = "past"
	Cancelled = "cancelled"
)

// Ends is when an event ends or ended; zero where nobody knows.
func (e Event) Ends() time.Time {
	if !e.EndedAt.IsZero() {
		return e.EndedAt
	}
	return e.Until
}

// Phase is where an event stands at an instant.
func (e Event) Phase(at time.Time) string {
	ends := e.Ends()
	switch {
	case e.Dropped:
		return Cancelled
	case at.Before(e.Begins):
		return Ahead
	case ends.IsZero() || at.Before(ends):
		return Now
	}
	return Past
}

// Touches reports whether an event touches a part of the portal; the empty name is the portal itself.
func (e Event) Touches(service string) bool {
	return len(e.Services) == 0 || slices.Contains(e.Services, service)
}

// Note is one entry in the history of an event.
type Note struct {
	ID    identity.ID
	Event identity.ID
	At    time.Time
	By    identity.ID // 0: the portal itself
	Act   string      // what was done, as the evidence calls it
	Text  map[string]string
}

// EventTx is what the acts on events do to the database.
type EventTx interface {
	AddEvent(ctx context.Context, e Event) error
	// Event gives one. Refusal: Absent.
	Event(ctx context.Context, id identity.ID) (Event, error)
	// SaveEvent changes one of the version it was read in. Refusal: Conflict.
	SaveEvent(ctx context.Context, e Event) error
	// LiveEvents lists, for all portals, what is ahead or goes on, ends after an instant, ended a contract, or has
	// terms to move.
	LiveEvents(ctx context.Context, after time.Time) ([]Event, error)
	// Events lists a portal's, newest first, before an id (0: from the newest).
	Events(ctx context.Context, portal string, before identity.ID, limit int) ([]Event, error)
	// EventsBetween lists a portal's that touch a stretch of time and were not cancelled, by their beginning.
	EventsBetween(ctx context.Context, portal string, from, until time.Time, limit int) ([]Event, error)
	AddNote(ctx context.Context, n Note) error
	// Notes lists the history of an event, oldest first.
	Notes(ctx context.Context, event identity.ID) ([]Note, error)
}

// The lengths of what is said of an event, in characters, and how long one may be planned.
const (
	minReason   = 10
	maxReason   = 500
	longestPlan = 31 * 24 * time.Hour
	farthest    = 366 * 24 * time.Hour
)

// mayRun refuses whoever is no operator, and finds the clause that gives the staff this power.
func (o *Operations) mayRun(actor identity.Actor) (clause.Citation, error) {
	if !actor.Is(identity.Operator) {
		return clause.Citation{}, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return o.Power(actor.Portal, "maintenance")
}

// operator refuses whoever is no operator.
func operator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// checkEvent finds what is wrong with the parts every event has: the reason in each language, the services.
func (o *Operations) checkEvent(portal string, e Event) (wrong fault.Faults) {
	wrong = o.checkTexts(portal, "reason_", e.Reason)
	offered := o.Services(portal)
	for _, s := range e.Services {
		if !slices.Contains(offered, s) {
			return append(wrong, fault.New(fault.Invalid, "operations.service").At("services"))
		}
	}
	return wrong
}

// checkTexts wants a text in every language of the portal.
func (o *Operations) checkTexts(portal, field string, texts map[string]string) (wrong fault.Faults) {
	for _, language := range o.Languages(portal) {
		if f := checkText(field+language, texts[language], minReason, maxReason, false); f != nil {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// add keeps a new event with its first note, its evidence and the notice owed of it, in one act.
func (o *Operations) add(ctx context.Context, actor identity.Actor, e Event, act string, detail map[string]string) (Event, error) {
	e.ID, e.Portal, e.PostedBy, e.PostedAt, e.Version = o.NewID(), actor.Portal, actor.User, o.Now(), 1
	err := o.InTx(ctx, func(tx Tx) error {
		if err := tx.AddEvent(ctx, e); err != nil {
			return err
		}
		return o.tell(ctx, tx, actor.User, e, act, e.Reason, e.Cite, detail)
	})
	if err != nil {
		return Event{}, err
	}
	o.reread(ctx)
	return e, nil
}

// change reads an event of the actor's portal, lets alter decide, and keeps what it made of it. What it gives
// back is said in the history of the event, in the evidence and to those concerned.
func (o *Operations) change(ctx context.Context, actor identity.Actor, id identity.ID, act string,
	alter func(tx Tx, e *Event) (text map[string]string, cite clause.Citation, detail map[string]string, err error),
) error {
	if err := operator(actor); err != nil {
		return err
	}
	err := o.InTx(ctx, func(tx Tx) error {
		e, err := o.findEvent(ctx, tx, actor.Portal, id)
		if err != nil {
			return err
		}
		text, cite, detail, err := alter(tx, &e)
		if err != nil {
			return err
		}
		if err := tx.SaveEvent(ctx, e); err != nil {
			return err
		}
		return o.tell(ctx, tx, actor.User, e, act, text, cite, detail)
	})
	if err != nil {
		return err
	}
	o.reread(ctx)
	return nil
}

func (o *Operations) findEvent(ctx context.Context, tx Tx, portal string, id identity.ID) (Event, error) {
	e, err := tx.Event(ctx, id)
	if fault.Is(err, fault.Absent) || err == nil && e.Portal != portal {
		return Event{}, fault.New(fault.Absent, "gate.no_page")
	}
	return e, err
}

// tell notes what was done to an event, records it, and lays down the notice that is owed of it.
func (o *Operations) tell(ctx context.Context, tx Tx, by identity.ID, e Event, act string, text map[string]string, cite clause.Citation, detail map[string]string) error {
	now := o.Now()
	if err := tx.AddNote(ctx, Note{ID: o.NewID(), Event: e.ID, At: now, By: by, Act: act, Text: text}); err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]string{}
	}
	detail["kind"], detail["begins"] = e.Kind, e.Begins.UTC().Format(time.RFC3339)
	if ends := e.Ends(); !ends.IsZero() {
		detail["ends"] = ends.UTC().Format(time.RFC3339)
	}
	for _, s := range e.Services {
		detail["service."+s] = "yes"
	}
	who := "system"
	if by != 0 {
		who = "user:" + strconv.FormatInt(int64(by), 10)
	}
	_, err := o.Record(ctx, tx, evidence.Entry{
		Portal: e.Portal, ID: o.NewID(), At: now, Actor: who, Act: "operations." + act,
		Subject: "event:" + strconv.FormatInt(int64(e.ID), 10), Citation: cite, Detail: detail,
	})
	if err != nil {
		return err
	}
	return o.owe(ctx, tx, e, act, text)
}

// OneEvent gives an event with its history to anybody: the status of a portal is public. Refusal: Absent.
func (o *Operations) OneEvent(ctx context.Context, portal string, id identity.ID) (e Event, notes []Note, err error) {
	err = o.InView(ctx, func(tx Tx) error {
		if e, err = o.findEvent(ctx, tx, portal, id); err != nil {
			return err
		}
		notes, err = tx.Notes(ctx, id)
		return err
	})
	return e, notes, err
}

// Register lists the events of the operator's portal, newest first, before an id. Refusal: Forbidden.
func (o *Operations) Register(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Event, err error) {
	if err := operator(actor); err != nil {
		return nil, err
	}
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.Events(ctx, actor.Portal, before, limit)
		return err
	})
	return out, err
}

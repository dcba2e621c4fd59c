// Package obligation is the dated duties of a portal and of the people on it.
//
// It owns what is owed, by whom, to whom, until when and under which clause; how it ends: met, met late,
// lifted; and how force majeure moves it. It knows no duty by itself: a room that owes something
// writes it here within its own act, and keeper runs what the portal does by itself.
package obligation

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Side is who owes, or is owed.
type Side string

// The sides of an obligation.
const (
	Operator    Side = "operator"
	Owner       Side = "owner"
	User        Side = "user"
	Partner     Side = "partner"
	Institution Side = "institution"
)

// State is where an obligation stands.
type State string

// The states. What is Breached is owed still: done now, it is Late.
const (
	Open     State = "open"
	Met      State = "met"
	Breached State = "breached"
	Late     State = "late"
	Lifted   State = "lifted" // nobody owes it any more
)

// Owed reports whether somebody still has to do something.
func (s State) Owed() bool { return s == Open || s == Breached }

// Obligation is one dated duty.
type Obligation struct {
	ID      identity.ID
	Home    identity.ID // the user or organisation it is about; 0: the portal as a whole
	Portal  string
	Kind    string // "support.answer"; one that the house knows
	Subject string // what it is about: "request:12"; with kind, home and portal it names one obligation
	From    Side
	To      Side
	Cite    clause.Citation
	Since   time.Time // of the event that began it
	Due     calendar.Term
	ActAt   time.Time // when keeper runs the act of its kind; zero: somebody has to do it
	State   State
	EndedAt time.Time

	ShiftedBy   clause.Citation // force majeure moved it under this clause; zero: nothing did
	ShiftedFrom time.Time       // and that one began then
	FirstDue    time.Time       // when it was due before any

	Next    time.Time   // when keeper looks at it again; zero: not by itself
	Tries   int         // of its act, that failed in a row
	Reached identity.ID // of an act that reaches many people in batches: the last of them; 0: none yet
	Version int
}

// About is the id of the subject, "request:12".
func (o Obligation) About() (identity.ID, error) {
	_, digits, _ := strings.Cut(o.Subject, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: subject %q has no id", ErrObligation, o.Subject)
	}
	return identity.ID(id), nil
}

// Lanes is how many rows of obligations keepers work off side by side. All of one home stand in one,
// so that they are taken in their order.
const Lanes = 16

// Lane is the row of obligations that one stands in.
func (o Obligation) Lane() int {
	h := fnv.New32a()
	key := strconv.FormatInt(int64(o.Home), 10)
	if o.Home == 0 {
		key = o.Portal
	}
	_, _ = h.Write([]byte(key)) // a hash takes everything
	return int(h.Sum32() % Lanes)
}

// Page is which of the obligations of a portal a list shows.
type Page struct {
	States []State
	Kind   string
	Clause string      // its number, in any document
	Before time.Time   // due before; zero: whenever
	Home   identity.ID // of one home; 0: all
	After  *Obligation // the last one of the page before: due later, or then with a greater id
	Limit  int
}

// Tx is what an act of this room does to the database, in the act's own transaction.
type Tx interface {
	evidence.Tx

	// AddObligation writes one; one that is there by portal, home, kind and subject and still owed stays
	// as it is, and added is false.
	AddObligation(ctx context.Context, o Obligation) (added bool, err error)
	// Obligation gives one by home and id; in an act, nobody else changes it until the act ends. Refusal: Absent.
	Obligation(ctx context.Context, home, id identity.ID) (Obligation, error)
	// ObligationOn gives the one on a subject that is still owed, as Obligation does. Refusal: Absent.
	ObligationOn(ctx context.Context, portal string, home identity.ID, kind, subject string) (Obligation, error)
	// ObligationLast gives the newest one on a subject, owed or not, as Obligation does. Refusal: Absent.
	ObligationLast(ctx context.Context, portal string, home identity.ID, kind, subject string) (Obligation, error)
	// SaveObligation writes what has changed. Refusal: Conflict, when somebody else has saved it.
	SaveObligation(ctx context.Context, o Obligation) error
	// ObligationsPage lists those of a portal by due date.
	ObligationsPage(ctx context.Context, portal string, page Page) ([]Obligation, error)
	// ObligationsOf lists, newest first, those of one home that are owed, or those that are not any more,
	// before an id (0: from the newest).
	ObligationsOf(ctx context.Context, portal string, home identity.ID, owed bool, before identity.ID, limit int) ([]Obligation, error)
	// ObligationsBetween lists, by id after another, those of a portal that are owed and whose time, from
	// since to due, touches a span; in an act, nobody else changes them until the act ends.
	ObligationsBetween(ctx context.Context, portal string, from, to time.Time, after identity.ID, limit int) ([]Obligation, error)
	// ObligationCounts counts those of a portal by state.
	ObligationCounts(ctx context.Context, portal string) (map[State]int, error)
}

// Obligations performs the acts of this room. All fields but Held are needed.
type Obligations struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	// Zone and Days are a portal's own.
	Zone func(portal string) *time.Location
	Days func(portal string) (*calendar.Table, error)
	// Known reports whether the house knows a kind: one nobody can show or run is a slip.
	Known func(kind string) bool
	// Held reports whether force majeure keeps a portal from what it owes at an instant: nothing is
	// breached then, and what was due is shifted when it is over. Nil: never.
	Held func(ctx context.Context, tx Tx, portal string, at time.Time) (bool, error)
}

// ErrObligation is told of an obligation that cannot be written: a broken promise of the room that owes it.
var ErrObligation = errors.New("obligation cannot be written")

// Term is the end of a period that an event on a portal begins, by the portal's zone and business
// days. Refusals: as calendar.Due.
func (o *Obligations) Term(portal string, event time.Time, p clause.Period) (calendar.Term, error) {
	var table *calendar.Table
	if p.Unit == clause.BusinessDays {
		var err error
		if table, err = o.Days(portal); err != nil {
			return calendar.Term{}, err
		}
	}
	return calendar.Due(event, p, o.Zone(portal), table)
}

// At is the term that ends at an instant: its day is the last one that has not run out then.
func (o *Obligations) At(portal string, ends time.Time) calendar.Term {
	y, m, d := ends.Add(-time.Microsecond).In(o.Zone(portal)).Date()
	return calendar.Term{Day: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), Ends: ends}
}

// DayOf is the term that ends with the day in which an instant lies.
func (o *Obligations) DayOf(portal string, at time.Time) calendar.Term {
	y, m, d := at.In(o.Zone(portal)).Date()
	return calendar.Term{Day: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), Ends: time.Date(y, m, d+1, 0, 0, 0, 0, o.Zone(portal)).UTC()}
}

// Owe writes an obligation within the act that begins it. The same one, still owed, is not written
// twice. It fills in id, state and when keeper looks at it.
func (o *Obligations) Owe(ctx context.Context, tx Tx, x Obligation) error {
	if x.Since.IsZero() {
		x.Since = o.Now()
	}
	switch {
	case x.Home < 0 || x.Portal == "" || x.Subject == "" || x.From == "" || x.To == "" || x.Due.Ends.IsZero() || x.Due.Day.IsZero():
		return fmt.Errorf("%w: incomplete: %+v", ErrObligation, x)
	case !o.Known(x.Kind):
		return fmt.Errorf("%w: nobody knows kind %q", ErrObligation, x.Kind)
	case x.Due.Ends.Before(x.Since):
		return fmt.Errorf("%w: due %v before it began %v", ErrObligation, x.Due.Ends, x.Since)
	case !x.ActAt.Before(x.Due.Ends):
		return fmt.Errorf("%w: done at %v, when its term %v is over", ErrObligation, x.ActAt, x.Due.Ends)
	}
	x.ID, x.State, x.Version = o.NewID(), Open, 1
	x.Next = x.Due.Ends
	if !x.ActAt.IsZero() && x.ActAt.Before(x.Next) {
		x.Next = x.ActAt
	}
	_, err := tx.AddObligation(ctx, x)
	return err
}

// Meet ends the obligation on a subject within the act that does what was owed; after its term it is
// met late. Where nothing is owed nothing happens.
func (o *Obligations) Meet(ctx context.Context, tx Tx, portal string, home identity.ID, kind, subject string) error {
	return o.end(ctx, tx, portal, home, kind, subject, Met)
}

// Lift ends the obligation on a subject because nobody owes it any more. Where nothing is owed nothing
// happens.
func (o *Obligations) Lift(ctx context.Context, tx Tx, portal string, home identity.ID, kind, subject string) error {
	return o.end(ctx, tx, portal, home, kind, subject, Lifted)
}

func (o *Obligations) end(ctx context.Context, tx Tx, portal string, home identity.ID, kind, subject string, as State) error {
	x, err := tx.ObligationOn(ctx, portal, home, kind, subject)
	if fault.Is(err, fault.Absent) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.End(ctx, tx, x, as)
}

// Leave lifts what a user who leaves a portal owes there; what they are owed stays owed.
func (o *Obligations) Leave(ctx context.Context, tx Tx, portal string, user identity.ID) error {
	owed, err := tx.ObligationsOf(ctx, portal, user, true, 0, mostOwed)
	if err != nil {
		return err
	}
	for _, x := range owed {
		if x.From != User {
			continue
		}
		if err := o.End(ctx, tx, x, Lifted); err != nil {
			return err
		}
	}
	return nil
}

// mostOwed is more than anybody owes at one time.
const mostOwed = 1000

// End ends one that is owed, as Met or Lifted, in the transaction that read it. What is met after its
// term is Late, and evidence says so. Refusal: Conflict, when it has ended or moved meanwhile.
func (o *Obligations) End(ctx context.Context, tx Tx, x Obligation, as State) error {
	if !x.State.Owed() {
		return fault.New(fault.Conflict, "obligation.ended")
	}
	x.EndedAt, x.Next = o.Now(), time.Time{}
	if x.State, as = as, x.State; x.State == Met && (as == Breached || !x.EndedAt.Before(x.Due.Ends)) {
		x.State = Late
	}
	x.Version++
	if err := tx.SaveObligation(ctx, x); err != nil {
		return err
	}
	if x.State != Late {
		return nil // the act that met it is evidence
	}
	return o.note(ctx, tx, x, "obligation.late", x.Cite)
}

// Breach marks one whose term has run out, with evidence under its clause; it is owed still. Next is
// when its act is tried again; zero: it has none.
func (o *Obligations) Breach(ctx context.Context, tx Tx, x Obligation, next time.Time) error {
	x.State, x.Next = Breached, next
	x.Version++
	if err := tx.SaveObligation(ctx, x); err != nil {
		return err
	}
	return o.note(ctx, tx, x, "obligation.breached", x.Cite)
}

func (o *Obligations) note(ctx context.Context, tx Tx, x Obligation, act string, cite clause.Citation) error {
	_, err := o.Record(ctx, tx, evidence.Entry{
		Portal: x.Portal, Home: x.Home, ID: o.NewID(), At: o.Now(), Actor: "system", Act: act, Subject: "obligation:" + strconv.FormatInt(int64(x.ID), 10), Citation: cite,
		Detail: map[string]string{"kind": x.Kind, "about": x.Subject, "due": x.Due.Ends.UTC().Format(time.RFC3339)},
	})
	return err
}

package agreement

import (
	"slices"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
)

// inForceAt is when an edition posted at an instant comes into force, by the rule of the edition
// in force when it is posted (egov 2.2, court 1.4, ismet 2.5 and R38, kundelik 2.2). An agreement
// that says nothing of amendments (kg) offers its next edition from the moment it is posted.
func inForceAt(current *clause.Edition, posted time.Time, zone *time.Location) time.Time {
	amendment, _, ok := clause.InEdition[Amendment](current)
	if !ok {
		return posted
	}
	return calendar.AfterFullDays(posted, amendment.InForceAfter.Amount, zone)
}

// coming leaves out the editions that a withdrawal overtook: announced while the document was still
// offered, they never come into force (ismet 2.4).
func coming(published []Edition) []Edition {
	for _, w := range published {
		overtaken := func(e Edition) bool { return e.InForceAt.After(w.WithdrawnAt) }
		if i := slices.IndexFunc(published, overtaken); !w.WithdrawnAt.IsZero() && i >= 0 {
			return published[:i]
		}
	}
	return published
}

// InForce finds, among the published editions of one document in their order, the one in force at
// an instant. At any instant there is at most one; before the first, none. A withdrawn document
// has none: it is offered to nobody any more (ismet 2.4).
func InForce(published []Edition, at time.Time) (Edition, bool) {
	for _, e := range slices.Backward(coming(published)) {
		if !e.InForceAt.After(at) {
			withdrawn := !e.WithdrawnAt.IsZero() && !e.WithdrawnAt.After(at)
			return e, !withdrawn
		}
	}
	return Edition{}, false
}

// Announced lists the editions posted by an instant but not yet in force at it.
func Announced(published []Edition, at time.Time) (out []Edition) {
	for _, e := range coming(published) {
		if !e.PostedAt.After(at) && e.InForceAt.After(at) {
			out = append(out, e)
		}
	}
	return out
}

// Superseded is when the edition gave way to the next; ok is false while no next one is published.
func Superseded(published []Edition, number int) (at time.Time, ok bool) {
	for _, e := range coming(published) {
		if e.Number > number {
			return e.InForceAt, true
		}
	}
	return time.Time{}, false
}

// Unilateral reports whether an edition lets its successors bind without a new consent.
type Unilateral func(document string, edition int) bool

// Binding is the one answer to which edition of a document binds a person at an instant: the last
// one accepted by then and, where that edition lets the operator amend it alone, the editions that
// came into force after it. It is 0 for somebody who has accepted none, or has left.
//
// Being bound is not yet being let in: how an amended edition is accepted, and what is closed
// until then, is asked of Bind.
func Binding(published []Edition, accepted []Acceptance, left time.Time, unilateral Unilateral, at time.Time) (edition int) {
	if !left.IsZero() && !left.After(at) {
		return 0
	}
	for _, a := range accepted {
		if !a.At.After(at) && len(published) > 0 && a.Document == published[0].Document {
			edition = max(edition, a.Edition)
		}
	}
	if edition == 0 {
		return 0
	}
	for _, e := range coming(published) {
		if e.Number > edition && !e.InForceAt.After(at) && unilateral(e.Document, edition) {
			edition = e.Number
		}
	}
	return edition
}

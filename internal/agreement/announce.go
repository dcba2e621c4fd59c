package agreement

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/obligation"
)

// What publishing an edition makes the operator owe, each named on "document@number".
const (
	DutyNotice   = "agreement.notice"   // its users are told of it
	DutyReminder = "agreement.reminder" // and once more before it comes into force
	// DutyInForce is that an announced edition comes into force at its instant. The books do that by
	// themselves; keeper leaves the evidence.
	DutyInForce = "agreement.in_force"
)

const (
	remindBefore  = 24 * time.Hour
	remindFromDay = 2 // an edition that comes into force sooner is not announced twice
)

// announces writes down what an edition published now makes the operator owe, by the edition in force.
//
// Where publishing is itself due notice (ismet 2.6), notice is given with it. Where the clause puts time between
// posting and force (egov 2.2, court 1.4), that time is for the users, so that they are told within it. Where the
// change takes force as it is posted and no clause speaks of notice, none is owed (kundelik 2.2).
func (a *Agreements) announces(ctx context.Context, tx Tx, e Edition, now time.Time) error {
	book := a.Book(e.Portal, now)
	rule, cite, amends := clause.InDocument[Amendment](book, e.Document)
	_, publication, published := clause.InDocument[Publication](book, e.Document)
	x := obligation.Obligation{
		Portal: e.Portal, Subject: e.subject(), From: obligation.Operator, To: obligation.User, Cite: cite, Since: now,
	}
	if published {
		notice := x
		notice.Kind, notice.Cite, notice.Due = DutyNotice, publication, a.Owed.DayOf(e.Portal, now)
		if err := a.Owed.Owe(ctx, tx, notice); err != nil {
			return err
		}
		if err := a.Owed.Meet(ctx, tx, e.Portal, 0, DutyNotice, x.Subject); err != nil {
			return err
		}
	}
	if !e.InForceAt.After(now) {
		return nil
	}
	var owed []obligation.Obligation
	if amends && !published {
		notice := x
		notice.Kind, notice.ActAt, notice.Due = DutyNotice, now, a.Owed.At(e.Portal, e.InForceAt)
		owed = append(owed, notice)
	}
	if amends && !published && rule.InForceAfter.Amount >= remindFromDay {
		reminder := x
		reminder.Kind, reminder.ActAt, reminder.Due = DutyReminder, e.InForceAt.Add(-remindBefore), a.Owed.At(e.Portal, e.InForceAt)
		owed = append(owed, reminder)
	}
	for _, o := range owed {
		if err := a.Owed.Owe(ctx, tx, o); err != nil {
			return err
		}
	}
	return a.oweForce(ctx, tx, e, now)
}

func (a *Agreements) oweForce(ctx context.Context, tx Tx, e Edition, now time.Time) error {
	if !e.InForceAt.After(now) {
		return nil
	}
	_, cite, _ := clause.InDocument[Amendment](a.Book(e.Portal, now), e.Document)
	return a.Owed.Owe(ctx, tx, obligation.Obligation{
		Portal: e.Portal, Kind: DutyInForce, Subject: e.subject(), From: obligation.Operator, To: obligation.User,
		Cite: cite, Since: now, Due: a.Owed.DayOf(e.Portal, e.InForceAt), ActAt: e.InForceAt,
	})
}

// OweForce writes down, for editions announced before there were obligations, that they come into force; written
// twice nothing changes.
func (a *Agreements) OweForce(ctx context.Context) error {
	return a.InTx(ctx, func(tx Tx) error {
		for _, p := range a.Portals() {
			for _, document := range p.Documents {
				for _, e := range Announced(a.Published(p.Name, document), a.Now()) {
					if err := a.oweForce(ctx, tx, e, a.Now()); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// lifts ends what is still owed of an edition that does not come into force any more.
func (a *Agreements) lifts(ctx context.Context, tx Tx, e Edition) error {
	for _, kind := range []string{DutyNotice, DutyReminder, DutyInForce} {
		if err := a.Owed.Lift(ctx, tx, e.Portal, 0, kind, e.subject()); err != nil {
			return err
		}
	}
	return nil
}

func (e Edition) subject() string { return e.Document + "@" + strconv.Itoa(e.Number) }

// Subject gives the edition that an obligation of this room is about.
func (a *Agreements) Subject(ctx context.Context, tx Tx, o obligation.Obligation) (Edition, error) {
	document, digits, _ := strings.Cut(o.Subject, "@")
	number, err := strconv.Atoi(digits)
	if err != nil {
		return Edition{}, err
	}
	return tx.Edition(ctx, o.Portal, document, number)
}

// Proves leaves the evidence that an obligation of this room was met, under its own name: "agreement.in_force".
func (a *Agreements) Proves(ctx context.Context, tx Tx, o obligation.Obligation) error {
	e, err := a.Subject(ctx, tx, o)
	if err != nil {
		return err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: e.Portal, ID: a.NewID(), At: a.Now(), Actor: "system", Act: o.Kind, Subject: o.Subject, Citation: o.Cite,
		Detail: map[string]string{"document": e.Document, "edition": strconv.Itoa(e.Number), "digest": hex.EncodeToString(e.Digest), "in_force": e.InForceAt.Format(time.RFC3339Nano)},
	})
	return err
}

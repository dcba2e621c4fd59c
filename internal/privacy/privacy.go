package privacy

import (
	"context"
	"io"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Tx is what an act of this room does to the database, in the act's own transaction.
type Tx interface {
	evidence.Tx
	evidence.EraseTx
	WithdrawalTx
	DisclosureTx
	CopyTx
	ErasureTx
	StatisticsTx

	// AddConsent adds it.
	AddConsent(ctx context.Context, c Consent) error
	// ConsentsOf lists a person's consents, oldest first.
	ConsentsOf(ctx context.Context, user identity.ID) ([]Consent, error)
}

// Privacy performs the acts of this room. All fields are needed.
type Privacy struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	Zone   func(portal string) *time.Location
	// Portals names the portals that are run here.
	Portals func() []string

	// EraseAt is when the data of a page deleted at an instant are erased, and by which clause.
	EraseAt func(portal string, deleted time.Time) (time.Time, clause.Citation)
	// Owe has the erasure of somebody who left owed.
	Owe func(ctx context.Context, tx Tx, portal string, left Left) error
	// Forget drops what is kept in memory of somebody who is erased.
	Forget func(user identity.ID)
	// Leave ends the use of a portal by somebody whose consent it cannot do without, and StopLetters the
	// letters of somebody who wants none.
	Leave       func(ctx context.Context, tx Tx, portal string, user identity.ID) error
	StopLetters func(ctx context.Context, tx Tx, user identity.ID) error
	// Person makes sure that somebody is a user of a portal. Refusal: Absent.
	Person func(ctx context.Context, tx Tx, portal string, user identity.ID) error
	// Tell sends a person a message.
	Tell func(ctx context.Context, tx Tx, user identity.ID, key string, args map[string]string) error
	// Write makes the files of a copy out of what is held.
	Write func(ctx context.Context, c Copy, read func(section string) ([]Held, error), step func(done int) error, out io.Writer) error
	// Sections are the parts of what is held on a person.
	Sections []string
}

// asOperator refuses everybody who is none.
func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// named is how evidence names who acts.
func named(user identity.ID) string { return "user:" + strconv.FormatInt(int64(user), 10) }

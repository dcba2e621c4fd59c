package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Tx is the act's own transaction.
type Tx interface {
	// AddEvidence keeps the entry and lays its commitment before the sequencer, in two statements,
	// neither of which waits for another act. Both are undone with the transaction.
	AddEvidence(ctx context.Context, row Row) error
}

// Recorder writes entries. Now and NewID fill in what an entry leaves open, and may be nil where
// every entry brings its own.
type Recorder struct {
	Random io.Reader // of salts; nil: crypto/rand.Reader
	Now    func() time.Time
	NewID  func() identity.ID
}

// EntryRef is what an act keeps of the entry it left: enough to ask for the receipt.
type EntryRef struct {
	Home       identity.ID
	ID         identity.ID
	Commitment Commitment
}

// Record writes an entry through the act's transaction. It is not numbered yet: the Sequencer does
// that after the commit, so that no act waits for another. An entry without ID or At gets them
// here; At is cut to the microsecond. It refuses with ErrEntry what Check refuses.
func (r Recorder) Record(ctx context.Context, tx Tx, e Entry) (EntryRef, error) {
	if e.ID == 0 && r.NewID != nil {
		e.ID = r.NewID()
	}
	if e.At.IsZero() && r.Now != nil {
		e.At = r.Now()
	}
	e.At = e.At.UTC().Truncate(time.Microsecond)
	if err := e.Check(); err != nil {
		return EntryRef{}, err
	}
	row, random := Row{Entry: e}, r.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, row.Salt[:]); err != nil {
		return EntryRef{}, fmt.Errorf("salt of an entry: %w", err)
	}
	row.Commitment = Commit(row.Salt, e)
	if err := tx.AddEvidence(ctx, row); err != nil {
		return EntryRef{}, fmt.Errorf("record %s: %w", e.Act, err)
	}
	return EntryRef{Home: e.Home, ID: e.ID, Commitment: row.Commitment}, nil
}

// EraseTx removes entries.
type EraseTx interface {
	// EraseEvidence removes the entries, with their salts, of one home and says how many. Leaves
	// and waiting commitments stay.
	EraseEvidence(ctx context.Context, home identity.ID) (int64, error)
}

// Erase removes the entries of a person, organisation or case. Their commitments stay in the log,
// or come to it later, and without the salt open to nothing; every other receipt stays valid, and
// so do those the person has taken away. The portal's own acts (home 0) are not erased: Forbidden.
func Erase(ctx context.Context, tx EraseTx, home identity.ID) (int64, error) {
	if home == nobody {
		return 0, fault.New(fault.Forbidden, "evidence.not_erasable")
	}
	return tx.EraseEvidence(ctx, home)
}

// Filter chooses entries of one portal for its auditor, newest first.
type Filter struct {
	Portal string
	Act    string    // empty: every act
	From   time.Time // zero: from the beginning; included
	To     time.Time // zero: no end; not included
	Before Mark      // zero: from the newest
	Limit  int
}

// Mark is a place in a list ordered by time: the last entry of the page before.
type Mark struct {
	At time.Time
	ID identity.ID
}

// MarkOf is the mark behind which the next page begins.
func MarkOf(e Entry) Mark { return Mark{At: e.At, ID: e.ID} }

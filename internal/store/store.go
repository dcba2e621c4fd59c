// Package store keeps everything the portals must remember, in SQLite or in PostgreSQL.
//
// It owns all SQL, the migrations, the transaction of an act, the ids of new rows and the backups;
// one file per room of the house holds that room's statements. It never decides: rules live in the
// domain rooms, which declare the few methods of *Tx they need. No type of a driver leaves it; what
// the database refuses becomes a fault here (refusal.go), what cannot be explained stays an accident.
package store

import (
	"context"
	"errors"
	"runtime"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Store is one open database. It is safe for use by many goroutines.
type Store struct {
	engine  engine
	name    string // how messages call the database; holds no password
	ids     *ids
	sealer  *sealer // nil: nothing can be sealed
	watch   func(context.Context, string, []any)
	values  func(key string) []string
	keeping chan struct{} // closed when the keeper of the node number has ended
	stop    context.CancelFunc
}

// engine is what differs between SQLite and PostgreSQL in running transactions.
//
// inTx runs fn in one transaction: durable when nil is returned, wholly undone otherwise, save that
// a connection lost during the commit leaves the outcome unknown (Unavailable). PostgreSQL may run
// fn again after a serialization failure. inView gives fn one consistent snapshot and refuses writes.
type engine interface {
	inTx(ctx context.Context, fn func(*Tx) error) error
	inView(ctx context.Context, fn func(*Tx) error) error
	backup(ctx context.Context, path string) error
	close() error
}

// errNested is a broken promise of the caller: an act runs in one transaction, never in two.
var errNested = errors.New("store: a transaction inside a transaction")

// InTx runs one act in one transaction and returns nil only after its commit is durable. An error
// or a panic in act undoes the act and nothing else; the error comes back as it is, the panic goes on.
//
// On PostgreSQL act may run several times (serialization failure, deadlock), and on SQLite it shares
// the writer with the acts waiting behind it: so act does nothing that cannot run twice, no network,
// no files, no sleeping. A ctx that ends before the act's turn refuses the act; one that ends during
// it refuses the act's next statement. InTx and InView are refused inside an act.
//
// Refusals: Unavailable "store.unavailable" (disk full, read-only, locked, server gone),
// "store.busy" (too many acts waiting), "store.closed"; ctx.Err().
func (s *Store) InTx(ctx context.Context, act func(*Tx) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	if !s.ids.await(ctx) {
		return fault.New(fault.Unavailable, keyUnavailable).Wrap(errNoNode)
	}
	return s.engine.inTx(ctx, s.with(act))
}

// InView runs look on one consistent snapshot of the database, read-only: a statement that writes
// is an accident on both engines. A ctx that ends refuses the next statement or row. Refusals as InTx.
func (s *Store) InView(ctx context.Context, look func(*Tx) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	return s.engine.inView(ctx, s.with(look))
}

// with gives an act what the store opens and closes values with, and who watches.
func (s *Store) with(fn func(*Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		tx.sealer, tx.watch, tx.values = s.sealer, s.watch, s.values
		return fn(tx)
	}
}

// NewID makes the id of a new row: never the same twice on one database, rising with time.
func (s *Store) NewID() identity.ID { return s.ids.next() }

// NewID is Store.NewID for rooms that only see their transaction.
func (tx *Tx) NewID() identity.ID { return tx.ids.next() }

func (s *Store) admit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if insideAct() {
		return errNested
	}
	return nil
}

// runAct is the frame that insideAct looks for; every closure of InTx and InView runs under it.
//
//go:noinline
func runAct(tx *Tx, fn func(*Tx) error) error {
	err := fn(tx)
	return tx.verdict(err)
}

// insideAct reports whether the calling goroutine is already inside a closure of InTx or InView.
// The closure is handed no context that could carry a mark, and a caller that uses its outer one
// would wait for the writer it holds itself: so the stack is asked, about a microsecond.
func insideAct() bool {
	var pcs [256]uintptr
	n := runtime.Callers(3, pcs[:])
	for _, pc := range pcs[:n] {
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Name() == "tereze/internal/store.runAct" {
			return true
		}
	}
	return false
}

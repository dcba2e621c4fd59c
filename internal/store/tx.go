package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"tereze/internal/fault"
)

// Tx is the transaction of one act, or one view. It is used by one goroutine and only inside the
// closure it was handed to. The first statement that fails ends it: PostgreSQL takes no further
// statement then, SQLite would, so both refuse here, and the act is undone even if it returns nil.
type Tx struct {
	run     runner
	dialect *dialect
	ids     *ids
	sealer  *sealer
	watch   func(context.Context, string, []any)
	values  func(key string) []string
	view    bool
	failed  error
	open    []*rows
	ended   atomic.Bool
}

// runner is one connection inside a transaction.
type runner interface {
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	script(ctx context.Context, text string) error // several statements, no arguments
}

// dialect holds the words in which the engines differ.
type dialect struct {
	name           string // as in the names of paired migrations
	forUpdate      string
	forShare       string
	skipLocked     string // ends a SELECT for update that leaves out what others hold
	tableNames     string // every table that is not the engine's own
	lockMigrations string // script: one process migrates at a time
	claim          string // script: mark a new database as ours
}

var (
	errEnded       = errors.New("store: transaction used after its act has ended")
	errWriteInView = errors.New("store: a view cannot write")
	errManyChanged = errors.New("store: a statement meant for one row changed several")
)

// exec runs a statement that returns no rows and tells how many it changed.
func (tx *Tx) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	if err := tx.usable(ctx); err != nil {
		return 0, err
	}
	if tx.view {
		return 0, tx.fail(ctx, errWriteInView)
	}
	if err := keepable(args); err != nil {
		return 0, tx.fail(ctx, err)
	}
	tx.watched(ctx, text, args)
	res, err := tx.run.exec(ctx, text, args)
	if err != nil {
		return 0, tx.fail(ctx, err)
	}
	changed, err = res.RowsAffected()
	return changed, tx.fail(ctx, err)
}

// one runs a statement that must change exactly one row. No row: Conflict "store.changed", what the
// statement believed is no longer so. Several: an accident, the statement lacks part of its key.
func (tx *Tx) one(ctx context.Context, text string, args ...any) error {
	changed, err := tx.exec(ctx, text, args...)
	switch {
	case err != nil:
		return err
	case changed == 0:
		return fault.New(fault.Conflict, keyChanged)
	case changed > 1:
		return tx.fail(ctx, fmt.Errorf("%w: %d", errManyChanged, changed))
	}
	return nil
}

// query runs a statement that returns rows. Read them to the end or Close them before the next
// statement: PostgreSQL has one answer under way per connection.
func (tx *Tx) query(ctx context.Context, text string, args ...any) (*rows, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	if err := keepable(args); err != nil {
		return nil, tx.fail(ctx, err)
	}
	tx.watched(ctx, text, args)
	r, err := tx.run.query(ctx, text, args)
	if err != nil {
		return nil, tx.fail(ctx, err)
	}
	rs := &rows{Rows: r, tx: tx, ctx: ctx}
	tx.open = append(tx.open, rs)
	return rs, nil
}

// queryRow runs a statement for one row; Scan says Absent "store.absent" when there is none.
func (tx *Tx) queryRow(ctx context.Context, text string, args ...any) *row {
	rs, err := tx.query(ctx, text, args...)
	return &row{rs, err}
}

// forUpdate ends a SELECT whose rows the act is going to change, so that another act waits: empty
// on SQLite, whose writer is alone anyhow, and in a view, which cannot lock.
func (tx *Tx) forUpdate() string {
	if tx.view {
		return ""
	}
	return tx.dialect.forUpdate
}

// scanner is a row to be read: *row, *rows.
type scanner interface{ Scan(dest ...any) error }

// list reads all rows of a statement with one function per row.
func list[T any](ctx context.Context, tx *Tx, read func(scanner) (T, error), text string, args ...any) ([]T, error) {
	rs, err := tx.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var all []T
	for rs.Next() {
		one, err := read(rs)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rs.Err()
}

// keepable refuses a text that PostgreSQL neither keeps nor looks for, on both engines: one that is no UTF-8 or has
// a NUL in it. Addresses and forms bring what anybody likes. Refusal: Invalid "form.encoding".
func keepable(args []any) error {
	for _, arg := range args {
		if text, ok := arg.(string); ok && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
			return fault.New(fault.Invalid, keyText)
		}
	}
	return nil
}

func (tx *Tx) script(ctx context.Context, text string) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	return tx.fail(ctx, tx.run.script(ctx, text))
}

func (tx *Tx) watched(ctx context.Context, text string, args []any) {
	if tx.watch != nil {
		tx.watch(ctx, text, args)
	}
}

func (tx *Tx) usable(ctx context.Context) error {
	if tx.ended.Load() {
		return errEnded
	}
	if tx.failed != nil {
		return tx.failed
	}
	if err := ctx.Err(); err != nil {
		tx.failed = err
		return err
	}
	return nil
}

// fail translates an error and remembers the first, see Tx.
func (tx *Tx) fail(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = refusal(ctx, err)
	if tx.view && errors.Is(err, ErrReadOnly) {
		err = fmt.Errorf("%w: %s", errWriteInView, err) // the mistake is the statement, not the disk
	}
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// verdict is what becomes of an act whose closure returned err.
func (tx *Tx) verdict(err error) error {
	if err == nil {
		return tx.failed
	}
	return err
}

// end makes the transaction unusable and frees what the closure left open.
func (tx *Tx) end() {
	tx.ended.Store(true)
	for _, rs := range tx.open {
		rs.Rows.Close() // the act is over: its verdict does not hang on rows nobody read
	}
	tx.open = nil
}

// rows are the rows of one statement, read with Next, Scan and Err as in database/sql.
type rows struct {
	*sql.Rows
	tx  *Tx
	ctx context.Context // of the statement, which lasts until the rows are closed
	err error
}

// Next goes to the next row; it stops when the statement's context has ended.
func (r *rows) Next() bool {
	if r.err == nil {
		if err := r.ctx.Err(); err != nil {
			r.err = r.tx.fail(r.ctx, err)
		}
	}
	return r.err == nil && r.Rows.Next()
}

// Scan reads the columns of the row.
func (r *rows) Scan(dest ...any) error { return r.tx.fail(r.ctx, r.Rows.Scan(dest...)) }

// Err is the error that ended the rows, if it was one.
func (r *rows) Err() error {
	if r.err == nil {
		r.err = r.tx.fail(r.ctx, r.Rows.Err())
	}
	return r.err
}

// Close gives the rows back; closing twice is harmless.
func (r *rows) Close() error {
	if i := slices.Index(r.tx.open, r); i >= 0 {
		r.tx.open = slices.Delete(r.tx.open, i, i+1)
	}
	return r.tx.fail(r.ctx, r.Rows.Close())
}

// row is the answer of queryRow.
type row struct {
	rows *rows
	err  error
}

// Scan reads the row. No row: Absent "store.absent".
func (r *row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return fault.New(fault.Absent, keyAbsent)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tereze/internal/fault"
)

// The message keys of this room's refusals.
const (
	keyTaken       = "store.taken"       // Conflict: a unique value is in use
	keyChanged     = "store.changed"     // Conflict: the row is no longer what the statement believed
	keyAbsent      = "store.absent"      // Absent: no such row
	keyUnavailable = "store.unavailable" // Unavailable: the database cannot do it now
	keyBusy        = "store.busy"        // Unavailable: too many acts wait already
	keyClosed      = "store.closed"      // Unavailable: the program is stopping
	keyText        = "form.encoding"     // Invalid: a text is none
)

// Why a database cannot be used; errors.Is finds them under what Open, InTx and Restore return.
var (
	ErrNotOurs  = errors.New("not a Tereze database")
	ErrTooNew   = errors.New("the database is newer than this program")
	ErrBehind   = errors.New("the database lacks a migration")
	ErrTampered = errors.New("the migrations are not the ones that were applied")
	ErrReadOnly = errors.New("the database is read-only")
	ErrLocked   = errors.New("the database is locked by another process")
	ErrFull     = errors.New("no space left for the database")
)

var (
	errAgain = errors.New("serialization failure or deadlock")
	errGone  = errors.New("the connection to the database is lost")
	errOther = errors.New("the database cannot go on")
)

// refusal turns what a driver said into the vocabulary of the house, and strips the driver's type:
// unique violation Conflict "store.taken", no row Absent "store.absent", full, read-only, locked or
// lost Unavailable "store.unavailable" with the cause for the log; the end of ctx is passed through.
// Anything else is an accident and keeps only its text.
func refusal(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.Absent, keyAbsent)
	case ctx.Err() != nil && endOfContext(err):
		return ctx.Err()
	}
	if _, ok := errors.AsType[*fault.Fault](err); ok {
		return err
	}
	cause, unique := classify(err)
	text := errors.New(err.Error())
	switch {
	case unique:
		return fault.New(fault.Conflict, keyTaken).Wrap(text)
	case cause != nil:
		return unavailable(fmt.Errorf("%w: %w", cause, text))
	}
	return fmt.Errorf("store: %w", text)
}

// unavailable must only be given causes that hold no type of a driver.
func unavailable(cause error) error {
	return fault.New(fault.Unavailable, keyUnavailable).Wrap(cause)
}

// isUnique reports whether an error of Tx says that a unique value is taken. The constraint is not
// named: Citus adds a shard number to it, SQLite does not give it.
func isUnique(err error) bool {
	f, ok := errors.AsType[*fault.Fault](err)
	return ok && f.Key == keyTaken
}

func endOfContext(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "57014"
}

// classify names the cause of an error that may pass, and whether it is a unique violation.
func classify(err error) (cause error, unique bool) {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return classifySQLite(lite.Code())
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgres(pg.Code)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return errGone, false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return errGone, false
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || pgconn.Timeout(err) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF") {
		return errGone, false // pgx has no type for a connection that was closed under it
	}
	return nil, false
}

func classifySQLite(code int) (cause error, unique bool) {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return nil, true
	}
	switch code & 0xff { // the low byte is the family of the extended code
	case sqlite3.SQLITE_READONLY:
		return ErrReadOnly, false
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return ErrLocked, false
	case sqlite3.SQLITE_FULL:
		return ErrFull, false
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return errOther, false
	}
	return nil, false
}

// classifyPostgres reads SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html.
func classifyPostgres(state string) (cause error, unique bool) {
	switch state {
	case "23505":
		return nil, true
	case "40001", "40P01":
		return errAgain, false
	case "25006":
		return ErrReadOnly, false
	case "55P03":
		return ErrLocked, false
	case "53100":
		return ErrFull, false
	case "57P01", "57P02", "57P03", "25P03":
		return errGone, false
	case "57014", "58000", "58030":
		return errOther, false
	}
	switch state[:min(2, len(state))] {
	case "08":
		return errGone, false
	case "53":
		return errOther, false
	}
	return nil, false
}

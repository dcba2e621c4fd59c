package yardstick

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"tereze/internal/house"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// accepting is how many people press the button at once.
const accepting = 256

// openAct prepares a house whose agreement people accept, each once, and a database of the same
// tables into which the rows of such an act are written by one statement after another, one commit
// for each act. Both keep what they acknowledge: synchronous=FULL.
func openAct(ctx context.Context, _ Config, dir string) ([]work, func() error, error) {
	h, err := openHouse(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	act, err := accepter(ctx, h)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	raw, err := openRaw(ctx, h, dir, act)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	return []work{{
		name: fmt.Sprintf("act with evidence, %d people at once", accepting), yardstick: "raw commits of the same rows", unit: "acts/s",
		target: Target{Least: 5},
		ours: func(ctx context.Context, d time.Duration) (float64, error) {
			rate, err := crowd(ctx, accepting, d, func(ctx context.Context, _ int) error { return act(ctx, h.Store.NewID()) })
			return rate, errors.Join(err, settle(ctx, h))
		},
		theirs: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, 1, d, func(ctx context.Context, _ int) error {
				return raw.act(ctx, int64(h.Store.NewID()), int64(h.Store.NewID()))
			})
		},
	}}, func() error { return errors.Join(raw.close(), h.Close()) }, nil
}

// accepter gives the act: a person who was not here before accepts the edition in force.
func accepter(ctx context.Context, h *house.House) (func(context.Context, identity.ID) error, error) {
	seen, how, err := offered(ctx, h)
	return func(ctx context.Context, user identity.ID) error {
		actor := identity.Actor{Portal: portal, User: user, Language: "kk", Roles: []identity.Role{identity.User}}
		accepted, err := h.Agreements.Accept(ctx, actor, how, seen, "203.0.113.7")
		if err == nil && len(accepted) != len(seen) {
			err = fmt.Errorf("%d accepted, want %d", len(accepted), len(seen))
		}
		return err
	}, err
}

// settle numbers what still waits, so that the yardstick's turn is not slowed by ours.
func settle(ctx context.Context, h *house.House) error {
	for {
		n, err := h.Sequencer.Step(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// rawWriter writes the rows of an act the plain way: one connection, statements prepared once.
type rawWriter struct {
	db     *sql.DB
	conn   *sql.Conn
	begin  *sql.Stmt
	commit *sql.Stmt
	insert []rawInsert
}

// rawInsert is one row of the act with the places of what differs between two acts.
type rawInsert struct {
	stmt        *sql.Stmt
	values      []any
	user, entry int // places of the person's id and of the entry's, -1 for none
}

// act writes one act's rows in a transaction of its own.
func (w *rawWriter) act(ctx context.Context, user, entry int64) error {
	ctx = context.WithoutCancel(ctx) // one that can end costs the driver a goroutine per statement
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, in := range w.insert {
		if in.user >= 0 {
			in.values[in.user] = user
		}
		if in.entry >= 0 {
			in.values[in.entry] = entry
		}
		if _, err := in.stmt.ExecContext(ctx, in.values...); err != nil {
			return err
		}
	}
	_, err := w.commit.ExecContext(ctx)
	return err
}

func (w *rawWriter) close() error {
	return errors.Join(w.conn.Close(), w.db.Close())
}

// openRaw makes the yardstick's database: the tables are the store's own, the rows those one act
// left in the house.
func openRaw(ctx context.Context, h *house.House, dir string, act func(context.Context, identity.ID) error) (w *rawWriter, err error) {
	path := filepath.Join(dir, "raw.db")
	empty, err := store.Open(ctx, store.Config{Database: path, Now: time.Now})
	if err != nil {
		return nil, err
	}
	if err := empty.Close(); err != nil {
		return nil, err
	}
	// The settings of the store's writer.
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-64000)"}}
	w = &rawWriter{}
	if w.db, err = sql.Open("sqlite", "file:"+path+"?"+q.Encode()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.db.Close())
		}
	}()
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return nil, err
	}
	if w.begin, err = w.conn.PrepareContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	if w.commit, err = w.conn.PrepareContext(ctx, "COMMIT"); err != nil {
		return nil, err
	}
	user := h.Store.NewID()
	if err := act(ctx, user); err != nil {
		return nil, err
	}
	return w, w.copyRows(ctx, filepath.Join(dir, "tereze.db"), user)
}

// copyRows reads what one act left in the house's database and prepares to write the like.
func (w *rawWriter) copyRows(ctx context.Context, from string, user identity.ID) error {
	db, err := sql.Open("sqlite", "file:"+from+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, part := range []struct{ table, rows string }{
		{"agreement_acceptance", "SELECT * FROM agreement_acceptance WHERE user_id = $1"},
		{"evidence_entry", "SELECT * FROM evidence_entry WHERE user_id = $1"},
		// The sequencer may have numbered it already; the act itself laid it before the sequencer.
		{"evidence_waiting", `SELECT x.entry_id, x.commitment FROM evidence_entry e JOIN
			(SELECT entry_id, commitment FROM evidence_waiting UNION ALL SELECT entry_id, commitment FROM evidence_leaf) x
			ON x.entry_id = e.id WHERE e.user_id = $1`},
	} {
		in, err := readRow(ctx, db, part.rows, user)
		if err != nil {
			return fmt.Errorf("rows of %s: %w", part.table, err)
		}
		if in.stmt, err = w.conn.PrepareContext(ctx, "INSERT INTO "+part.table+" VALUES (?"+strings.Repeat(", ?", len(in.values)-1)+")"); err != nil {
			return err
		}
		w.insert = append(w.insert, in)
	}
	return nil
}

func readRow(ctx context.Context, db *sql.DB, text string, user identity.ID) (in rawInsert, err error) {
	rows, err := db.QueryContext(ctx, text, int64(user))
	if err != nil {
		return in, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return in, err
	}
	in.user, in.entry = -1, -1
	into := make([]any, len(columns))
	in.values = make([]any, len(columns))
	for i, name := range columns {
		into[i] = &in.values[i]
		switch name {
		case "user_id":
			in.user = i
		case "id", "entry_id", "evidence_id":
			in.entry = i
		}
	}
	n := 0
	for rows.Next() {
		n++
		if err := rows.Scan(into...); err != nil {
			return in, err
		}
	}
	if err := rows.Err(); err != nil {
		return in, err
	}
	if n != 1 {
		return in, fmt.Errorf("the act left %d rows, want 1", n)
	}
	return in, nil
}

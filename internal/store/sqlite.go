package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // registers "sqlite"

	"tereze/internal/fault"
)

// readers is the number of connections for views: as many as cores and a few for long lists.
const readers = 4

// applicationID stands in the header of our files (PRAGMA application_id), "Terz".
const applicationID = 0x5465727a

var sqliteDialect = &dialect{
	name:       "sqlite",
	tableNames: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
	claim:      fmt.Sprintf("PRAGMA application_id = %d", applicationID),
}

// sqliteEngine is one writer, which groups acts, and a few readers beside it (WAL).
type sqliteEngine struct {
	path    string
	ids     *ids
	writer  *writer
	dbs     [2]*sql.DB
	reading chan *sqliteConn // the readers nobody uses now
	waiting chan struct{}    // one place for each view that waits or runs
	closed  chan struct{}
	closing sync.Once
}

// sqliteDSN holds the settings of stack decision 1. FULL: an acceptance or a payment survives a
// power cut. The automatic checkpoint stays at 1000 pages: with FULL a longer log is slower.
func sqliteDSN(path string, busy time.Duration, more ...string) string {
	q := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-64000)",
	}, more...)}
	return sqliteURI(path) + "?" + q.Encode()
}

func sqliteURI(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

func openSQLite(ctx context.Context, cfg Config, ids *ids) (*sqliteEngine, error) {
	path, err := filepath.Abs(cfg.Database)
	if err != nil {
		return nil, err
	}
	if err := probeSQLite(ctx, path, cfg.BusyTimeout); err != nil {
		return nil, err
	}
	e := &sqliteEngine{
		path: path, ids: ids,
		reading: make(chan *sqliteConn, readers),
		waiting: make(chan struct{}, maxWaiting),
		closed:  make(chan struct{}),
	}
	dsns := [2]string{
		sqliteDSN(path, cfg.BusyTimeout),
		sqliteDSN(path, cfg.BusyTimeout, "mmap_size(2147418112)", "query_only(1)"),
	}
	for i, dsn := range dsns {
		if e.dbs[i], err = sql.Open("sqlite", dsn); err != nil {
			return nil, errors.Join(err, e.closeDBs())
		}
	}
	write, err := newSQLiteConn(ctx, e.dbs[0])
	if err != nil {
		return nil, errors.Join(refusal(ctx, err), e.closeDBs())
	}
	for range readers {
		c, err := newSQLiteConn(ctx, e.dbs[1])
		if err != nil {
			return nil, errors.Join(refusal(ctx, err), write.close(), e.closeDBs())
		}
		e.reading <- c
	}
	e.writer = startWriter(write, ids)
	return e, nil
}

// probeSQLite looks at an existing file without changing it: opening a stranger's database with our
// settings would already turn it to WAL.
func probeSQLite(ctx context.Context, path string, busy time.Duration) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("the folder of the database: %w", err)
		}
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s is not a file", ErrNotOurs, path)
	case info.Size() == 0:
		return nil
	}
	db, err := sql.Open("sqlite", sqliteURI(path)+fmt.Sprintf("?mode=ro&_pragma=busy_timeout(%d)", busy.Milliseconds()))
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := newSQLiteConn(ctx, db)
	if err != nil {
		return refusal(ctx, err)
	}
	defer c.close()
	var id, tables int64
	err = c.conn.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT COUNT(*) FROM sqlite_master)`).Scan(&id, &tables)
	if err != nil {
		if err := refusal(ctx, err); fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: %v", ErrNotOurs, err)
	}
	if id != applicationID && (id != 0 || tables > 0) {
		return fmt.Errorf("%w: an SQLite file of another program", ErrNotOurs)
	}
	return nil
}

func (e *sqliteEngine) inTx(ctx context.Context, act func(*Tx) error) error {
	return e.writer.do(ctx, act)
}

func (e *sqliteEngine) inView(ctx context.Context, look func(*Tx) error) error {
	select {
	case e.waiting <- struct{}{}:
	default:
		return fault.New(fault.Unavailable, keyBusy)
	}
	defer func() { <-e.waiting }()
	var c *sqliteConn
	select {
	case c = <-e.reading:
	case <-e.closed:
		return fault.New(fault.Unavailable, keyClosed)
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.reading <- c }()
	if err := c.do("BEGIN"); err != nil {
		return err
	}
	// Nothing was written: a rollback only lets the snapshot go, also after a panic.
	defer c.do("ROLLBACK")
	tx := &Tx{run: c, dialect: sqliteDialect, ids: e.ids, view: true}
	defer tx.end()
	return runAct(tx, look)
}

// close waits for the act and the views that run, and refuses those that wait.
func (e *sqliteEngine) close() error {
	var errs []error
	e.closing.Do(func() {
		close(e.closed)
		errs = append(errs, e.writer.close())
		for range readers {
			c := <-e.reading
			errs = append(errs, c.close())
		}
		errs = append(errs, e.closeDBs())
	})
	return errors.Join(errs...)
}

// closeDBs closes the readers first, so that the writer is the last and empties the log.
func (e *sqliteEngine) closeDBs() error {
	var errs []error
	for _, db := range []*sql.DB{e.dbs[1], e.dbs[0]} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tereze/internal/fault"
)

const (
	maxAttempts = 5 // of an act that meets a serialization failure or a deadlock
	maxIdleTime = 5 * time.Minute
	oldestMajor = 15
)

var postgresDialect = &dialect{
	name:       "postgres",
	forUpdate:  " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	forShare:   " FOR SHARE",
	tableNames: `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT EXISTS (
			SELECT 1 FROM pg_depend d
			WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`,
	// Waiting for a process that migrates may take long; a table lock behind live traffic may not.
	lockMigrations: `SET LOCAL lock_timeout = '10min';
		SELECT pg_advisory_xact_lock(6084104113); SET LOCAL lock_timeout = '5s'`,
}

// postgresEngine runs one transaction per act on a pool of connections.
type postgresEngine struct {
	db      *sql.DB
	config  *pgx.ConnConfig
	ids     *ids
	waiting chan struct{} // one place for each act or view that waits or runs
	closed  chan struct{}
	closing sync.Once
}

// postgresRunner prepares nothing itself: pgx prepares each text once per connection.
type postgresRunner struct{ *sql.Tx }

func (r postgresRunner) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return r.Tx.ExecContext(ctx, text, args...)
}

func (r postgresRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return r.Tx.QueryContext(ctx, text, args...)
}

func (r postgresRunner) script(ctx context.Context, text string) error {
	_, err := r.Tx.ExecContext(ctx, text) // without arguments pgx sends the text as it is
	return err
}

func openPostgres(ctx context.Context, cfg Config, ids *ids) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(cfg.Database)
	if err != nil {
		return nil, fmt.Errorf("the address of the database: %s", err) // pgx leaves the password out
	}
	if _, set := config.RuntimeParams["application_name"]; !set {
		config.RuntimeParams["application_name"] = "tereze"
	}
	// Set after connecting, not as start parameters: connection poolers refuse those.
	settings := fmt.Sprintf(`SET lock_timeout = %d; SET idle_in_transaction_session_timeout = '60s'`,
		max(1, cfg.BusyTimeout.Milliseconds()))
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, settings)
		return err
	}))
	db.SetMaxOpenConns(cfg.Connections)
	db.SetMaxIdleConns(cfg.Connections) // the default of 2 would connect anew for most acts
	db.SetConnMaxIdleTime(maxIdleTime)
	e := &postgresEngine{
		db: db, config: config, ids: ids,
		waiting: make(chan struct{}, maxWaiting),
		closed:  make(chan struct{}),
	}
	if err := e.check(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return e, nil
}

// check refuses a server or a database on which our texts would mean something else.
func (e *postgresEngine) check(ctx context.Context) error {
	var version int
	var encoding, collation, provider string
	err := e.db.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS BIGINT) / 10000,
		pg_encoding_to_char(encoding), datcollate, CAST(datlocprovider AS TEXT)
		FROM pg_database WHERE datname = current_database()`).Scan(&version, &encoding, &collation, &provider)
	if err != nil {
		return refusal(ctx, err)
	}
	bytewise := provider != "i" && slices.Contains([]string{"C", "POSIX", "C.UTF-8", "C.utf8"}, collation)
	switch {
	case version < oldestMajor:
		return fmt.Errorf("PostgreSQL %d is too old, %d or newer is needed", version, oldestMajor)
	case encoding != "UTF8":
		return fmt.Errorf("the database has encoding %s, UTF8 is needed", encoding)
	case !bytewise:
		return fmt.Errorf("the database sorts by %s; searches rely on byte order: create it with "+
			"TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'", collation)
	}
	return nil
}

func (e *postgresEngine) inTx(ctx context.Context, act func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		again, err := e.transact(ctx, sql.TxOptions{Isolation: sql.LevelReadCommitted}, act)
		if !again || attempt == maxAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(time.Duration(attempt) * 10 * time.Millisecond)):
		}
	}
}

func (e *postgresEngine) inView(ctx context.Context, look func(*Tx) error) error {
	_, err := e.transact(ctx, sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, look)
	return err
}

// transact runs fn once. again: nothing was done, because of what another act did at the same time.
func (e *postgresEngine) transact(ctx context.Context, opts sql.TxOptions, fn func(*Tx) error) (again bool, err error) {
	if err := e.enter(); err != nil {
		return false, err
	}
	defer func() { <-e.waiting }()
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return false, refusal(ctx, err)
	}
	defer conn.Close()
	// The statements follow ctx; BEGIN and COMMIT do not, lest a caller who leaves during the commit
	// makes its outcome unknown.
	sqltx, err := conn.BeginTx(context.WithoutCancel(ctx), &opts)
	if err != nil {
		return false, refusal(ctx, err)
	}
	defer sqltx.Rollback() // after a commit it does nothing; after a panic it undoes the act
	tx := &Tx{run: postgresRunner{sqltx}, dialect: postgresDialect, ids: e.ids, view: opts.ReadOnly}
	defer tx.end()
	err = runAct(tx, fn)
	tx.end()
	if err == nil {
		err = refusal(context.WithoutCancel(ctx), sqltx.Commit())
	}
	again = err != nil && (errors.Is(err, errAgain) || tx.failed != nil && errors.Is(tx.failed, errAgain))
	return again, err
}

// enter takes a place among the acts that wait or run.
func (e *postgresEngine) enter() error {
	select {
	case <-e.closed:
		return fault.New(fault.Unavailable, keyClosed)
	default:
	}
	select {
	case e.waiting <- struct{}{}:
		return nil
	default:
		return fault.New(fault.Unavailable, keyBusy)
	}
}

func (e *postgresEngine) close() error {
	err := error(nil)
	e.closing.Do(func() {
		close(e.closed)
		for range maxWaiting {
			e.waiting <- struct{}{} // every place free: no act runs
		}
		err = e.db.Close()
	})
	return err
}

package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"
)

// Config says which database and how to use it. Database is enough.
type Config struct {
	// Database is the path of an SQLite file, made when absent, or the postgres:// address of a
	// PostgreSQL 15 database (UTF8, byte order: LC_COLLATE C.UTF-8 or C), which must exist.
	Database string
	// NoMigrate refuses a database that lacks a migration (ErrBehind) instead of migrating it.
	NoMigrate bool
	// BusyTimeout is how long an act waits for a lock of another process, or on PostgreSQL of
	// another act, before it is refused as Unavailable. Zero: 5 seconds.
	BusyTimeout time.Duration
	// Connections is the most connections to PostgreSQL; all are kept. Zero: 16. SQLite has 5.
	Connections int
	// Seal is the key of values that are kept readable, 32 bytes from a file; nil: nothing can be sealed.
	Seal []byte
	// Values names the values in the sentence of a message, by its key: a message that lacks one is refused
	// where it is written. Nil: nobody knows the sentences.
	Values func(key string) []string
	// Now is the clock of new ids. Nil: time.Now. It may jump; ids then go on counting.
	Now func() time.Time
	// Watch is told each statement of an act or a view before it runs, by its text and arguments, from many
	// goroutines at once; nil: nobody is. With it a test holds two acts against each other that must do
	// the same work.
	Watch func(ctx context.Context, text string, args []any)
}

// Open opens the database, brings its tables up to date unless NoMigrate is set, and takes a node
// number for ids. Close it.
//
// Refusals: ErrNotOurs (another program's file or database: it is left untouched), ErrTooNew,
// ErrBehind, ErrTampered, ErrReadOnly, ErrLocked, ErrFull, all with the name of the database.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	return open(ctx, cfg, embedded)
}

// Migrate brings the tables of a database up to date, as Open does, and names the migrations it
// applied. It is safe while other processes start, and while the previous program still runs.
func Migrate(ctx context.Context, cfg Config) (applied []string, err error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	applied, err = s.migrate(ctx, embedded)
	return applied, errors.Join(s.about(err), s.engine.close())
}

func open(ctx context.Context, cfg Config, migrations fs.FS) (*Store, error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.NoMigrate {
		err = s.migrated(ctx, migrations)
	} else {
		_, err = s.migrate(ctx, migrations)
	}
	if err == nil {
		err = s.takeNode(ctx)
	}
	if err != nil {
		return nil, errors.Join(s.about(err), s.engine.close())
	}
	keep, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go s.keepNode(keep)
	return s, nil
}

// connect opens the engine alone.
func connect(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Database == "" {
		return nil, errors.New("open database: no path or address given")
	}
	if cfg.BusyTimeout == 0 {
		cfg.BusyTimeout = 5 * time.Second
	}
	if cfg.Connections == 0 {
		cfg.Connections = 16
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Store{
		name:    databaseName(cfg.Database),
		ids:     newIDs(cfg.Now, rand.Text()),
		keeping: make(chan struct{}),
		watch:   cfg.Watch,
	}
	var err error
	s.values = cfg.Values
	if s.sealer, err = newSealer(cfg.Seal); err != nil {
		return nil, err
	}
	if isPostgres(cfg.Database) {
		s.engine, err = openPostgres(ctx, cfg, s.ids)
	} else {
		s.engine, err = openSQLite(ctx, cfg, s.ids)
	}
	if err != nil {
		return nil, s.about(err)
	}
	return s, nil
}

func (s *Store) about(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("database %s: %w", s.name, err)
}

// Close lets running acts and views finish, refuses those that wait ("store.closed"), gives the node
// number back and closes the connections.
func (s *Store) Close() error {
	s.stop()
	<-s.keeping
	return s.about(s.engine.close())
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// databaseName names a database in messages without a password.
func databaseName(database string) string {
	if !isPostgres(database) {
		return database
	}
	u, err := url.Parse(database)
	if err != nil {
		return "postgres://…" // what cannot be read may hold the password anywhere
	}
	u.RawQuery = "" // may hold a password too
	return u.Redacted()
}

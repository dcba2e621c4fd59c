package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrExists refuses to write a backup, or to restore, over something.
var ErrExists = errors.New("it exists already and is left as it is")

// Backup writes a consistent copy of the database to a new file while the store goes on working,
// and returns once the copy is on disk: for SQLite a database file, for PostgreSQL an archive of
// pg_dump, which must be installed. What is not finished never bears the name path.
// Refusals: ErrExists; ErrFull.
func (s *Store) Backup(ctx context.Context, path string) error {
	return s.about(writeNew(path, func(partial string) error { return s.engine.backup(ctx, partial) }))
}

// Restore makes the database at to, a path or a postgres:// address, from a backup at from, after
// checking that the backup is whole and ours. A database of PostgreSQL must exist and be empty.
// Refusals: ErrExists, ErrNotOurs, ErrTooNew, ErrTampered.
func Restore(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if isPostgres(to) {
		return restorePostgres(ctx, from, to)
	}
	for _, beside := range []string{"-wal", "-shm", "-journal"} {
		if _, err := os.Stat(to + beside); err == nil {
			return fmt.Errorf("%s: %w", to+beside, ErrExists) // it would be played into the new file
		}
	}
	return writeNew(to, func(partial string) error {
		if err := checkSQLite(ctx, from); err != nil {
			return fmt.Errorf("backup %s: %w", from, err)
		}
		return vacuumInto(ctx, from, partial)
	})
}

// writeNew has write make a file beside path, makes it durable and only then gives it its name.
func writeNew(path string, write func(partial string) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".tereze-partial-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	partial := filepath.Join(dir, filepath.Base(path))
	if err := write(partial); err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return err
	}
	// A link refuses what has come to bear the name meanwhile; a rename would replace it.
	if err := os.Link(partial, path); errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrExists)
	} else if err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// backup reads on a connection of its own, since VACUUM does not run under query_only.
func (e *sqliteEngine) backup(ctx context.Context, path string) error {
	return vacuumInto(ctx, e.path, path)
}

// vacuumInto copies one snapshot of a database; writers go on meanwhile.
func vacuumInto(ctx context.Context, from, to string) error {
	return readSQLite(ctx, from, func(c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `VACUUM INTO $1`, to)
		return err
	})
}

// checkSQLite reads a whole file and refuses one that is damaged or not ours.
func checkSQLite(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		return fmt.Errorf("%w: it is empty", ErrNotOurs)
	}
	if err := probeSQLite(ctx, path, time.Second); err != nil {
		return err
	}
	all, err := migrationsFor(embedded, sqliteDialect.name)
	if err != nil {
		return err
	}
	return readSQLite(ctx, path, func(c *sql.Conn) error {
		var found string
		// More than the first fault is nothing more to know.
		if err := c.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, strings.TrimSpace(found))
		}
		rs, err := c.QueryContext(ctx, `SELECT number, name, digest FROM store_migration ORDER BY number`)
		if err != nil {
			return err
		}
		defer rs.Close()
		var known []migration
		for rs.Next() {
			var m migration
			if err := rs.Scan(&m.number, &m.name, &m.digest); err != nil {
				return err
			}
			known = append(known, m)
		}
		return errors.Join(rs.Err(), agree(known, all))
	})
}

var errDamaged = errors.New("the file is damaged")

// readSQLite opens a file that must exist, on one connection that cannot write to it.
func readSQLite(ctx context.Context, path string, read func(*sql.Conn) error) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", sqliteURI(abs)+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := db.Conn(ctx)
	if err != nil {
		return refusal(ctx, err)
	}
	defer c.Close()
	return ours(ctx, read(c))
}

// ours passes our own refusals and strips the driver from the rest.
func ours(ctx context.Context, err error) error {
	for _, known := range []error{errDamaged, ErrTooNew, ErrTampered} {
		if errors.Is(err, known) {
			return err
		}
	}
	return refusal(ctx, err)
}

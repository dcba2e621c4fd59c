package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"time"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrationTable stands before every migration. applied_at is for people: the real time, not the
// clock of the portals, which a demo may move.
const migrationTable = `CREATE TABLE store_migration (
	number     BIGINT NOT NULL,
	name       TEXT   NOT NULL,
	digest     TEXT   NOT NULL,
	applied_at BIGINT NOT NULL,
	PRIMARY KEY (number)
)`

// migration is one step forward; there are none back.
type migration struct {
	number int64
	name   string // account, of 0003_account.sql
	text   string
	digest string // SHA-256 of the text, in hex
}

func (m migration) String() string { return fmt.Sprintf("%04d_%s", m.number, m.name) }

var migrationFile = regexp.MustCompile(`^(\d{4})_([a-z][a-z0-9_]*)(?:\.(sqlite|postgres))?\.sql$`)

// migrationsFor reads the files in migrations/: NNNN_name.sql for both engines, or the pair
// NNNN_name.sqlite.sql and NNNN_name.postgres.sql. The numbers run from 1 without a gap.
func migrationsFor(files fs.FS, engine string) ([]migration, error) {
	entries, err := fs.ReadDir(files, "migrations")
	if err != nil {
		return nil, err
	}
	all := map[string][]string{} // NNNN_name: the engines it has a file for, "" for both
	var ours []migration
	for _, entry := range entries {
		part := migrationFile.FindStringSubmatch(entry.Name())
		if part == nil {
			return nil, fmt.Errorf("migrations/%s: not named NNNN_name.sql or NNNN_name.engine.sql", entry.Name())
		}
		stem := part[1] + "_" + part[2]
		all[stem] = append(all[stem], part[3])
		if part[3] != "" && part[3] != engine {
			continue
		}
		text, err := fs.ReadFile(files, path.Join("migrations", entry.Name()))
		if err != nil {
			return nil, err
		}
		number, _ := strconv.ParseInt(part[1], 10, 64) // four digits
		sum := sha256.Sum256(text)
		ours = append(ours, migration{number, part[2], string(text), hex.EncodeToString(sum[:])})
	}
	for stem, engines := range all {
		if paired := slices.Contains(engines, "sqlite") && slices.Contains(engines, "postgres"); len(engines) > 1 && !paired ||
			len(engines) == 1 && engines[0] != "" || len(engines) > 2 {
			return nil, fmt.Errorf("migrations/%s: wants one file, or one for each engine", stem)
		}
	}
	slices.SortFunc(ours, func(a, b migration) int { return int(a.number - b.number) })
	for i, m := range ours {
		if m.number != int64(i+1) {
			return nil, fmt.Errorf("migrations/%s: the number after %04d is %04d", m, i, i+1)
		}
	}
	return ours, nil
}

// migrate applies what is missing, each migration in a transaction of its own. Of several processes
// one is at it at a time: SQLite has one writer, PostgreSQL an advisory lock.
func (s *Store) migrate(ctx context.Context, files fs.FS) (applied []string, err error) {
	for {
		var step string
		err := s.engine.inTx(ctx, func(tx *Tx) (err error) {
			step, err = migrateStep(ctx, tx, files)
			return err
		})
		if err != nil || step == "" {
			return applied, err
		}
		applied = append(applied, step)
	}
}

// migrateStep applies the first migration that is missing and names it; empty: none was missing.
func migrateStep(ctx context.Context, tx *Tx, files fs.FS) (string, error) {
	all, err := migrationsFor(files, tx.dialect.name)
	if err != nil {
		return "", err
	}
	if err := tx.script(ctx, tx.dialect.lockMigrations); err != nil {
		return "", err
	}
	known, err := knownMigrations(ctx, tx)
	if err != nil {
		return "", err
	}
	if known == nil {
		if err := tx.script(ctx, migrationTable); err != nil {
			return "", err
		}
		if err := tx.script(ctx, tx.dialect.claim); err != nil {
			return "", err
		}
	}
	if err := agree(known, all); err != nil || len(known) == len(all) {
		return "", err
	}
	next := all[len(known)]
	if err := tx.script(ctx, next.text); err != nil {
		return "", fmt.Errorf("migration %s: %w", next, err)
	}
	_, err = tx.exec(ctx, `INSERT INTO store_migration (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)`,
		next.number, next.name, next.digest, time.Now().UnixMicro())
	return next.String(), err
}

// migrated refuses a database that lacks a migration.
func (s *Store) migrated(ctx context.Context, files fs.FS) error {
	return s.engine.inView(ctx, func(tx *Tx) error {
		all, err := migrationsFor(files, tx.dialect.name)
		if err != nil {
			return err
		}
		known, err := knownMigrations(ctx, tx)
		if err != nil {
			return err
		}
		if err := agree(known, all); err != nil {
			return err
		}
		if len(known) < len(all) {
			return fmt.Errorf("%w: %s", ErrBehind, all[len(known)])
		}
		return nil
	})
}

// knownMigrations lists what was applied; nil for an empty database. Refusal: ErrNotOurs for one
// that holds tables, but not ours.
func knownMigrations(ctx context.Context, tx *Tx) ([]migration, error) {
	tables, err := list(ctx, tx, func(r scanner) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	}, tx.dialect.tableNames)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	if !slices.Contains(tables, "store_migration") {
		return nil, fmt.Errorf("%w: it holds table %s of another program", ErrNotOurs, tables[0])
	}
	known, err := list(ctx, tx, func(r scanner) (m migration, err error) {
		err = r.Scan(&m.number, &m.name, &m.digest)
		return m, err
	}, `SELECT number, name, digest FROM store_migration ORDER BY number`)
	if known == nil {
		known = []migration{}
	}
	return known, err
}

// agree refuses a history that is not the beginning of ours.
func agree(known, all []migration) error {
	for i, k := range known {
		switch {
		case k.number != int64(i+1):
			return fmt.Errorf("%w: the database lacks %04d but has %s", ErrTampered, i+1, k)
		case i >= len(all):
			return fmt.Errorf("%w: it has migration %s, this program knows %d", ErrTooNew, k, len(all))
		case k.name != all[i].name || k.digest != all[i].digest:
			return fmt.Errorf("%w: %s has changed since it was applied", ErrTampered, k)
		}
	}
	return nil
}

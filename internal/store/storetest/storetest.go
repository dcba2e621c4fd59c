// Package storetest opens real databases for tests: one subtest on SQLite, one on PostgreSQL.
//
// It owns the temporary PostgreSQL server of a test binary and the databases on it. It never fakes
// an engine, and never leaves one out in silence: without PostgreSQL the subtest fails and says what
// to install, or is skipped for the reason that TEREZE_SKIP_POSTGRES gives.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"

	"tereze/internal/store"
)

// The environment of the tests.
const (
	envServer = "TEREZE_TEST_POSTGRES" // postgres:// address of a server where databases may be made
	envSkip   = "TEREZE_SKIP_POSTGRES" // why the PostgreSQL subtests are left out
)

// Each runs test once per engine on an empty, migrated store. The subtests run in parallel.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachWith(t, store.Config{}, test)
}

// EachWith is Each with a configuration of the test's own, such as a clock; Database is filled in.
func EachWith(t *testing.T, cfg store.Config, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachDatabase(t, func(t *testing.T, database string) {
		cfg := cfg
		cfg.Database = database
		test(t, Open(t, cfg))
	})
}

// EachDatabase runs test once per engine with the path or address of an empty database, for tests
// that open it themselves, perhaps several times at once.
func EachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// Open opens a store and closes it when the test ends.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQLite names a database file that does not exist yet, in a folder that goes with the test.
func SQLite(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "tereze.db")
}

// Postgres makes an empty database with byte order and drops it when the test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	if reason := os.Getenv(envSkip); reason != "" {
		t.Skipf("%s: %s", envSkip, reason)
	}
	server := os.Getenv(envServer)
	if server == "" {
		var err error
		if server, err = temporaryServer(); err != nil {
			t.Fatal(err)
		}
	}
	name := "tereze_test_" + strings.ToLower(rand.Text())
	create := "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE '%[1]s' LC_CTYPE '%[1]s'"
	if err := ask(t.Context(), server, fmt.Sprintf(create, "C.UTF-8")); err != nil {
		if err := ask(t.Context(), server, fmt.Sprintf(create, "C")); err != nil {
			t.Fatalf("create a database for the test: %v", err)
		}
	}
	t.Cleanup(func() {
		if err := ask(context.Background(), server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// ask runs one statement on a connection of its own: each such act is rare.
func ask(ctx context.Context, server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// history is the engine's own first migration with more behind it.
func history(t testing.TB, more ...string) fstest.MapFS {
	t.Helper()
	first, err := os.ReadFile("migrations/0001_store.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"migrations/0001_store.sql": {Data: first}}
	for i := 0; i < len(more); i += 2 {
		files["migrations/"+more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	return files
}

func openClose(t testing.TB, database string, files fs.FS, cfg store.Config) error {
	t.Helper()
	cfg.Database = database
	s, err := store.OpenWith(t.Context(), cfg, files)
	if err != nil {
		return err
	}
	return s.Close()
}

const (
	tableA = "CREATE TABLE probe_a (id BIGINT NOT NULL, PRIMARY KEY (id));\nINSERT INTO probe_a (id) VALUES (1);\n"
	tableB = "CREATE TABLE probe_b (id BIGINT NOT NULL, PRIMARY KEY (id));\n"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	pair := []string{"0003_c.sqlite.sql", "CREATE TABLE probe_c (j TEXT);", "0003_c.postgres.sql", "CREATE TABLE probe_c (j JSONB);"}
	cases := []struct {
		name   string
		before []string // the migrations of the first program
		after  []string // of the second
		cfg    store.Config
		want   error
	}{
		{"the same again changes nothing", []string{"0002_a.sql", tableA}, []string{"0002_a.sql", tableA}, store.Config{}, nil},
		{"a new one is applied", []string{"0002_a.sql", tableA}, []string{"0002_a.sql", tableA, "0003_b.sql", tableB}, store.Config{}, nil},
		{"a pair is applied by engine", []string{"0002_a.sql", tableA}, append([]string{"0002_a.sql", tableA}, pair...), store.Config{}, nil},
		{"a changed one is refused", []string{"0002_a.sql", tableA}, []string{"0002_a.sql", tableA + " "}, store.Config{}, store.ErrTampered},
		{"a renamed one is refused", []string{"0002_a.sql", tableA}, []string{"0002_b.sql", tableA}, store.Config{}, store.ErrTampered},
		{"an older program is refused", []string{"0002_a.sql", tableA}, nil, store.Config{}, store.ErrTooNew},
		{"an older program that must not migrate is refused", []string{"0002_a.sql", tableA}, nil, store.Config{NoMigrate: true}, store.ErrTooNew},
		{"one missing is refused without migrating", nil, []string{"0002_a.sql", tableA}, store.Config{NoMigrate: true}, store.ErrBehind},
		{"none missing is taken without migrating", []string{"0002_a.sql", tableA}, []string{"0002_a.sql", tableA}, store.Config{NoMigrate: true}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.EachDatabase(t, func(t *testing.T, database string) {
				if err := openClose(t, database, history(t, c.before...), store.Config{}); err != nil {
					t.Fatal(err)
				}
				if err := openClose(t, database, history(t, c.after...), c.cfg); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		})
	}
}

func TestMigrationFiles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		files []string
	}{
		{"a gap", []string{"0003_b.sql", tableB}},
		{"the same number twice", []string{"0002_a.sql", tableA, "0002_b.sql", tableB}},
		{"half a pair", []string{"0002_a.sqlite.sql", tableA}},
		{"a pair and a common file", []string{"0002_a.sqlite.sql", tableA, "0002_a.postgres.sql", tableA, "0002_a.sql", tableA}},
		{"half a pair and a common file", []string{"0002_a.postgres.sql", tableA, "0002_a.sql", tableA}},
		{"an engine nobody knows", []string{"0002_a.mysql.sql", tableA}},
		{"a file of another kind", []string{"notes.txt", "x"}},
	}
	for _, c := range cases {
		t.Run(c.name+" is refused", func(t *testing.T) {
			t.Parallel()
			storetest.EachDatabase(t, func(t *testing.T, database string) {
				if err := openClose(t, database, history(t, c.files...), store.Config{}); err == nil {
					t.Error("got no error")
				}
			})
		})
	}
}

// TestFailingMigration: it leaves nothing of itself, keeps those before it, and can be mended.
func TestFailingMigration(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		bad := history(t, "0002_a.sql", tableA, "0003_b.sql", tableB+"INSERT INTO nowhere VALUES (1);")
		if err := openClose(t, database, bad, store.Config{}); err == nil || !strings.Contains(err.Error(), "0003_b") {
			t.Fatalf("got %v, want an error naming the migration", err)
		}
		good := history(t, "0002_a.sql", tableA, "0003_b.sql", tableB)
		if err := openClose(t, database, good, store.Config{}); err != nil {
			t.Errorf("after mending: %v", err)
		}
	})
}

// TestProgramsStartingTogether: eight stores on one new database migrate it once.
func TestProgramsStartingTogether(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		var more []string
		for i := range 8 {
			more = append(more, fmt.Sprintf("%04d_t.sql", i+2), fmt.Sprintf("CREATE TABLE probe_t%d (id BIGINT)", i))
		}
		files := history(t, more...)
		together(8, func(int) {
			if err := openClose(t, database, files, store.Config{Connections: 2}); err != nil {
				t.Error(err)
			}
		})
		s, err := store.OpenWith(t.Context(), store.Config{Database: database, NoMigrate: true}, files)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var n int
		err = s.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT COUNT(*) FROM store_migration`).Scan(&n)
		})
		if err != nil || n != 9 {
			t.Errorf("got %d migrations (%v), want 9", n, err)
		}
	})
}

// TestNotOurs: somebody else's database is refused and left as it was.
func TestNotOurs(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		driver := "pgx"
		if filepath.IsAbs(database) {
			driver = "sqlite"
		}
		db, err := sql.Open(driver, database)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(`CREATE TABLE customer (id BIGINT)`)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(database) // nothing to read for PostgreSQL
		if err := openClose(t, database, history(t), store.Config{}); !errors.Is(err, store.ErrNotOurs) {
			t.Errorf("got %v, want ErrNotOurs", err)
		}
		after, _ := os.ReadFile(database)
		if string(before) != string(after) {
			t.Error("the file was changed")
		}
	})
	t.Run("a text file", func(t *testing.T) {
		t.Parallel()
		path := storetest.SQLite(t)
		if err := os.WriteFile(path, []byte(strings.Repeat("Dear diary. ", 100)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := openClose(t, path, history(t), store.Config{}); !errors.Is(err, store.ErrNotOurs) {
			t.Errorf("got %v, want ErrNotOurs", err)
		}
	})
	t.Run("a folder", func(t *testing.T) {
		t.Parallel()
		if err := openClose(t, t.TempDir(), history(t), store.Config{}); !errors.Is(err, store.ErrNotOurs) {
			t.Errorf("got %v, want ErrNotOurs", err)
		}
	})
}

// TestCannotOpen: the message names the database and never a password.
func TestCannotOpen(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, database, want string }{
		{"no database named", "", "no path or address"},
		{"a folder that does not exist", "/nowhere/at/all/tereze.db", "folder of the database"},
		{"a server that is not there", "postgres://u:hidden@127.0.0.1:1/tereze?connect_timeout=2", "127.0.0.1:1/tereze"},
		{"a server that is not there, password as parameter", "postgres://127.0.0.1:1/tereze?user=u&password=hidden", "127.0.0.1:1/tereze"},
		{"an address that cannot be read", "postgres://u:hidden@[::1/tereze", "address"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(t.Context(), store.Config{Database: c.database})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") {
				t.Errorf("got %q, want it to say %q and no password", err, c.want)
			}
			noDriver(t, err)
		})
	}
	t.Run("a PostgreSQL database sorted by a language", func(t *testing.T) {
		t.Parallel()
		database := storetest.Postgres(t)
		db, err := sql.Open("pgx", database)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		other := "tereze_sorted_" + strings.ToLower(filepath.Base(t.TempDir()))
		if _, err := db.Exec(`CREATE DATABASE ` + other + ` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'
			LOCALE_PROVIDER icu ICU_LOCALE 'ru'`); err != nil {
			t.Fatal(err)
		}
		defer db.Exec(`DROP DATABASE ` + other)
		sorted, err := url.Parse(database)
		if err != nil {
			t.Fatal(err)
		}
		sorted.Path = "/" + other
		if _, err := store.Open(t.Context(), store.Config{Database: sorted.String()}); err == nil || !strings.Contains(err.Error(), "byte order") {
			t.Errorf("got %v, want a refusal that speaks of byte order", err)
		}
	})
}

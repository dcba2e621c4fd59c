package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tereze/internal/fault"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestDiskFull: acts are refused as Unavailable, nothing is half-done, and with space again the
// store goes on. The limit of pages fails as a full disk does, inside the act or at its commit.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	var pages int64
	act(t, s, func(tx *store.Tx) error {
		return tx.Row(t.Context(), `SELECT page_count FROM pragma_page_count`).Scan(&pages)
	})
	if err := s.Pragma(t.Context(), fmt.Sprintf("max_page_count = %d", pages+20)); err != nil {
		t.Fatal(err)
	}
	// Every act writes two rows of half a page: one row without the other would be half-done.
	long := strings.Repeat("x", 2000)
	var kept, refused atomic.Int64
	together(64, func(i int) {
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			for half := range 2 {
				_, err := tx.Exec(t.Context(), `INSERT INTO probe_item (id, name, n) VALUES ($1, $2, 0)`,
					int64(2*i+half), fmt.Sprintf("%s %d %d", long, i, half))
				if err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil:
			kept.Add(1)
		case fault.Is(err, fault.Unavailable) && errors.Is(err, store.ErrFull):
			refused.Add(1)
		default:
			t.Errorf("got %v, want Unavailable for want of space", err)
		}
		noDriver(t, err)
	})
	if refused.Load() == 0 {
		t.Error("no act was refused: the disk was not full")
	}
	if got, want := count(t, s), 2*int(kept.Load()); got != want {
		t.Errorf("got %d rows, want %d, two for each of the acts that were answered with success", got, want)
	}
	if err := s.Pragma(t.Context(), "max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 1000) })
}

// TestHiddenDiskFull: SQLite may undo the whole transaction when the disk is full; an act that hides
// this and goes on must not write outside it.
func TestHiddenDiskFull(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	if err := s.Pragma(t.Context(), "max_page_count = 1"); err != nil { // no page more than there are
		t.Fatal(err)
	}
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		_ = insert(t.Context(), tx, 1)
		_, _ = tx.Exec(t.Context(), `INSERT INTO probe_item (id, name, n) VALUES (2, $1, 0)`, strings.Repeat("x", 1<<20))
		_ = insert(t.Context(), tx, 3)
		return nil
	})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if got := count(t, s); got != 0 {
		t.Errorf("got %d rows, want 0", got)
	}
}

// TestCommitFails: when the commit of a group fails, no act of it is told otherwise, not even one
// whose own refusal may rest on what the others wrote. A deferred foreign key fails at the commit.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	act(t, s, func(tx *store.Tx) error {
		return tx.Script(t.Context(), `CREATE TABLE probe_part (id BIGINT NOT NULL, item BIGINT NOT NULL
			REFERENCES probe_item (id) DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (id))`)
	})
	release := held(t, s)
	var acts sync.WaitGroup
	var shared, refusals atomic.Int64
	for i := range 12 {
		acts.Go(func() {
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				if i%3 == 2 {
					return errRefused
				}
				if i == 0 {
					_, err := tx.Exec(t.Context(), `INSERT INTO probe_part (id, item) VALUES (1, 999)`)
					return err
				}
				return insert(t.Context(), tx, i)
			})
			if fault.Is(err, fault.Unavailable) {
				shared.Add(1)
				if i%3 == 2 {
					refusals.Add(1)
				}
			} else if i == 0 || err != nil && !errors.Is(err, errRefused) {
				t.Errorf("act %d: got %v", i, err)
			}
			noDriver(t, err)
		})
	}
	await(t, func() bool { return store.Waiting(s) == 12 })
	release()
	acts.Wait()
	if shared.Load() < 2 || refusals.Load() == 0 {
		t.Errorf("%d acts, %d of them refused ones, were told of the commit that failed", shared.Load(), refusals.Load())
	}
	good := 8 - 1 // acts that insert an item
	if got := count(t, s); got > good || got+int(shared.Load()-refusals.Load()) < good {
		t.Errorf("got %d rows and %d acts told of the failure", got, shared.Load())
	}
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 100) })
}

// TestLockedByAnotherProcess: after the busy timeout everybody who waits is refused at once, and
// when the lock is gone acts go on. Views never wait.
func TestLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	path := storetest.SQLite(t)
	s := storetest.Open(t, store.Config{Database: path, BusyTimeout: 200 * time.Millisecond})
	withItems(t, s)
	other, err := sql.Open("sqlite", path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	together(32, func(i int) {
		err := s.InTx(t.Context(), func(tx *store.Tx) error { return insert(t.Context(), tx, i) })
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, store.ErrLocked) {
			t.Errorf("got %v, want Unavailable because locked", err)
		}
		noDriver(t, err)
	})
	if took := time.Since(began); took < 200*time.Millisecond || took > 5*time.Second {
		t.Errorf("32 acts were refused after %v, want about the busy timeout, not 32 times that", took)
	}
	if got := count(t, s); got != 0 {
		t.Errorf("got %d rows, want 0", got)
	}
	if _, err := store.Open(t.Context(), store.Config{Database: path, BusyTimeout: 50 * time.Millisecond}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("open: got %v, want ErrLocked", err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 1) })
}

// TestRowLockedByAnotherAct: on PostgreSQL nobody waits for a row longer than the busy timeout.
func TestRowLockedByAnotherAct(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.Postgres(t), BusyTimeout: 100 * time.Millisecond})
	withItems(t, s)
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 1) })
	change := func(tx *store.Tx) error {
		return tx.One(t.Context(), `UPDATE probe_item SET n = n + 1 WHERE id = 1`)
	}
	act(t, s, func(tx *store.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		var second error
		var waiter sync.WaitGroup
		waiter.Go(func() { second = s.InTx(t.Context(), change) })
		waiter.Wait()
		if !fault.Is(second, fault.Unavailable) || !errors.Is(second, store.ErrLocked) {
			t.Errorf("got %v, want Unavailable because locked", second)
		}
		return nil
	})
}

// TestServerGone: PostgreSQL ends a connection inside an act; the act is Unavailable, the next one works.
func TestServerGone(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.Postgres(t)})
	withItems(t, s)
	err := s.InTx(t.Context(), func(tx *store.Tx) error {
		if err := insert(t.Context(), tx, 1); err != nil {
			return err
		}
		var gone bool
		return tx.Row(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`).Scan(&gone)
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want Unavailable", err)
	}
	noDriver(t, err)
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 2) })
	if got := count(t, s); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
}

// TestReadOnlyFile: opening a file that cannot be written says so.
func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name         string
		file, folder os.FileMode
	}{
		{"a file that cannot be written", 0o444, 0o777},
		{"a folder that cannot be written", 0o666, 0o555},
		{"neither can be written", 0o444, 0o555},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("", "tereze-read-only-") // the folder of t.TempDir is closed to others
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = errors.Join(os.Chmod(dir, 0o700), os.RemoveAll(dir)) })
			path := filepath.Join(dir, "tereze.db")
			s, err := store.Open(t.Context(), store.Config{Database: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Close(), os.Chmod(path, c.file), os.Chmod(dir, c.folder)); err != nil {
				t.Fatal(err)
			}
			asSomebody(t, func() {
				for _, noMigrate := range []bool{false, true} {
					_, err := store.Open(t.Context(), store.Config{Database: path, NoMigrate: noMigrate})
					if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
						t.Errorf("got %v, want ErrReadOnly with the path", err)
					}
				}
			})
		})
	}
}

// TestReadOnlyServer: so does a PostgreSQL standby, or a database set to read-only.
func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	database := storetest.Postgres(t)
	storetest.Open(t, store.Config{Database: database})
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("default_transaction_read_only", "on")
	address.RawQuery = query.Encode()
	_, err = store.Open(t.Context(), store.Config{Database: address.String()})
	if !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("got %v, want ErrReadOnly", err)
	}
}

// asSomebody runs fn without root's right to write everywhere; Linux keeps the user of files by thread.
func asSomebody(t testing.TB, fn func()) {
	t.Helper()
	if os.Getuid() != 0 {
		fn()
		return
	}
	var thread sync.WaitGroup
	thread.Go(func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		fn()
	})
	thread.Wait()
}

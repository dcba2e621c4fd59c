package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestBackupWhileWriting: writers go on during the backup; what is restored is one instant of the
// database, never half an act, and holds all that was answered before the backup began.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, store.Config{Database: database})
		withItems(t, s)
		pair := func(i int) error {
			return s.InTx(t.Context(), func(tx *store.Tx) error {
				return errors.Join(insert(t.Context(), tx, i), insert(t.Context(), tx, -i))
			})
		}
		const before = 200
		for i := 1; i <= before; i++ {
			if err := pair(i); err != nil {
				t.Fatal(err)
			}
		}
		var writers sync.WaitGroup
		done := make(chan struct{})
		for w := range 4 {
			writers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					if err := pair(1000 + 100_000*w + i); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		path := filepath.Join(t.TempDir(), "backup of a day")
		err := s.Backup(t.Context(), path)
		close(done)
		writers.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(t.Context(), path); !errors.Is(err, store.ErrExists) {
			t.Errorf("over a backup: got %v, want ErrExists", err)
		}
		if err := store.Restore(t.Context(), path, database); !errors.Is(err, store.ErrExists) {
			t.Errorf("over the database: got %v, want ErrExists", err)
		}
		to := storetest.SQLite(t)
		if !filepath.IsAbs(database) {
			to = storetest.Postgres(t)
		}
		if err := store.Restore(t.Context(), path, to); err != nil {
			t.Fatal(err)
		}
		restored := storetest.Open(t, store.Config{Database: to})
		var all, sum, early int
		err = restored.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT COUNT(*), CAST(SUM(id) AS BIGINT), COUNT(*) FILTER (WHERE id BETWEEN 1 AND 200)
				FROM probe_item`).Scan(&all, &sum, &early)
		})
		if err != nil || all%2 != 0 || sum != 0 || early != before {
			t.Errorf("got %d rows with sum %d, %d of those before (%v); want pairs, 0, %d", all, sum, early, err, before)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// TestRestoreRefuses: what is not a whole backup of ours, and any place that is not free.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	act(t, s, func(tx *store.Tx) error {
		for i := range 2000 {
			if err := insert(t.Context(), tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	good := filepath.Join(t.TempDir(), "good")
	if err := s.Backup(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name    string
		content func() []byte
		want    error // nil: any
	}{
		{"half a file", func() []byte { return whole[:len(whole)/2] }, nil},
		{"a file with a page overwritten", func() []byte {
			damaged := append([]byte{}, whole...)
			copy(damaged[8*4096:], make([]byte, 4096))
			return damaged
		}, nil},
		{"a file with a row that its index does not know", func() []byte {
			return bytes.Replace(whole, []byte("item 1500"), []byte("item 15OO"), 1)
		}, nil},
		{"an empty file", func() []byte { return nil }, store.ErrNotOurs},
		{"a text", func() []byte { return fmt.Appendf(nil, "%4096s", "Dear diary") }, store.ErrNotOurs},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from, to := filepath.Join(t.TempDir(), "backup"), storetest.SQLite(t)
			if err := os.WriteFile(from, c.content(), 0o600); err != nil {
				t.Fatal(err)
			}
			err := store.Restore(t.Context(), from, to)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			noDriver(t, err)
			if _, err := os.Stat(to); err == nil {
				t.Error("something was restored")
			}
			if err := store.Restore(t.Context(), from, storetest.Postgres(t)); !errors.Is(err, store.ErrNotOurs) {
				t.Errorf("into PostgreSQL: got %v, want ErrNotOurs", err)
			}
		})
	}
	t.Run("a log that would be played into the new file", func(t *testing.T) {
		t.Parallel()
		to := storetest.SQLite(t)
		if err := os.WriteFile(to+"-wal", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(t.Context(), good, to); !errors.Is(err, store.ErrExists) {
			t.Errorf("got %v, want ErrExists", err)
		}
	})
	t.Run("a backup that is not there", func(t *testing.T) {
		t.Parallel()
		if err := store.Restore(t.Context(), good+"x", storetest.SQLite(t)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v, want ErrNotExist", err)
		}
	})
}

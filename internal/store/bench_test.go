package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// The act of the benchmarks: one conditional update and one row, as an act with evidence writes at least.
const (
	benchUpdate = `UPDATE probe_item SET n = n + 1 WHERE id = $1 AND n >= 0`
	benchInsert = `INSERT INTO probe_item (id, name, n) VALUES ($1, $2, 0)`
)

func benchAct(b *testing.B, s *store.Store, id int64) {
	err := s.InTx(b.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(b.Context(), benchInsert, id, fmt.Sprintf("item %d", id))
		return errors.Join(err, tx.One(b.Context(), benchUpdate, int64(1)))
	})
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkInTx compares 64 acts under way at once, one act at a time, and the yardstick: raw
// commits one by one on the same settings.
func BenchmarkInTx(b *testing.B) {
	opened := func(b *testing.B, database string) *store.Store {
		s := storetest.Open(b, store.Config{Database: database})
		withItems(b, s)
		act(b, s, func(tx *store.Tx) error { return insert(b.Context(), tx, 1) })
		b.ResetTimer()
		return s
	}
	many := func(b *testing.B, s *store.Store) {
		id := atomic.Int64{}
		id.Store(1)
		b.SetParallelism(32) // times GOMAXPROCS
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				benchAct(b, s, id.Add(1))
			}
		})
	}
	b.Run("sqlite/together", func(b *testing.B) { many(b, opened(b, storetest.SQLite(b))) })
	b.Run("sqlite/alone", func(b *testing.B) {
		s := opened(b, storetest.SQLite(b))
		for i := range b.N {
			benchAct(b, s, int64(i+2))
		}
	})
	b.Run("sqlite/raw", func(b *testing.B) {
		path := storetest.SQLite(b)
		opened(b, path)
		db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)"+
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-64000)")
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		rawCommits(b, db)
	})
	b.Run("postgres/together", func(b *testing.B) { many(b, opened(b, storetest.Postgres(b))) })
}

// rawCommits runs the same rows in transactions one by one, statements prepared.
func rawCommits(b *testing.B, db *sql.DB) {
	into, err1 := db.Prepare(benchInsert)
	update, err2 := db.Prepare(benchUpdate)
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		_, err1 := tx.Stmt(into).Exec(int64(i+2), fmt.Sprintf("item %d", i+2))
		_, err2 := tx.Stmt(update).Exec(int64(1))
		if err := errors.Join(err1, err2, tx.Commit()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInView reads one row by its key, alone and by 16 at once.
func BenchmarkInView(b *testing.B) {
	look := func(b *testing.B, s *store.Store) {
		err := s.InView(b.Context(), func(tx *store.Tx) error {
			var n int64
			return tx.Row(b.Context(), `SELECT n FROM probe_item WHERE id = $1`, int64(1)).Scan(&n)
		})
		if err != nil {
			b.Error(err)
		}
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, together := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/together=%v", engine, together), func(b *testing.B) {
				database := storetest.SQLite
				if engine == "postgres" {
					database = storetest.Postgres
				}
				s := storetest.Open(b, store.Config{Database: database(b)})
				withItems(b, s)
				act(b, s, func(tx *store.Tx) error { return insert(b.Context(), tx, 1) })
				b.ReportAllocs()
				b.ResetTimer()
				if !together {
					for range b.N {
						look(b, s)
					}
					return
				}
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						look(b, s)
					}
				})
			})
		}
	}
}

func BenchmarkNewID(b *testing.B) {
	s := storetest.Open(b, store.Config{Database: storetest.SQLite(b)})
	for range b.N {
		s.NewID()
	}
}

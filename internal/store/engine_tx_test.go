package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/fault"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

var errRefused = errors.New("refused by the rule")

// withItems makes the table of this suite.
func withItems(t testing.TB, s *store.Store) {
	t.Helper()
	act(t, s, func(tx *store.Tx) error {
		return tx.Script(t.Context(), `CREATE TABLE probe_item (id BIGINT NOT NULL, name TEXT NOT NULL,
			n BIGINT NOT NULL, PRIMARY KEY (id), UNIQUE (name))`)
	})
}

func act(t testing.TB, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func insert(ctx context.Context, tx *store.Tx, id int) error {
	_, err := tx.Exec(ctx, `INSERT INTO probe_item (id, name, n) VALUES ($1, $2, 0)`, int64(id), fmt.Sprintf("item %d", id))
	return err
}

func count(t testing.TB, s *store.Store) int {
	t.Helper()
	var n int
	err := s.InView(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
		return tx.Row(t.Context(), `SELECT COUNT(*) FROM probe_item`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAct proves that an act is kept whole or not at all, and that the store lives on.
func TestAct(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		act  func(ctx context.Context, tx *store.Tx) error
		kept int
		is   func(error) bool
	}{
		{"an act without an error is kept", func(ctx context.Context, tx *store.Tx) error {
			return insert(ctx, tx, 1)
		}, 1, func(err error) bool { return err == nil }},
		{"a refused act is undone and its error comes back as it is", func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(insert(ctx, tx, 1), errRefused)
		}, 0, func(err error) bool { return errors.Is(err, errRefused) }},
		{"an act that hides the failure of a statement is undone", func(ctx context.Context, tx *store.Tx) error {
			_ = insert(ctx, tx, 1)
			_, _ = tx.Exec(ctx, `INSERT INTO probe_item (id, name, n) VALUES (2, NULL, 0)`)
			_ = insert(ctx, tx, 3)
			return nil
		}, 0, func(err error) bool { return err != nil }},
		{"a taken value is a conflict", func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(insert(ctx, tx, 1), insert(ctx, tx, 1))
		}, 0, func(err error) bool { return fault.Is(err, fault.Conflict) && store.IsUnique(err) }},
		{"a changed row that is not there is a conflict", func(ctx context.Context, tx *store.Tx) error {
			return tx.One(ctx, `UPDATE probe_item SET n = 1 WHERE id = $1`, int64(9))
		}, 0, func(err error) bool { return fault.Is(err, fault.Conflict) && !store.IsUnique(err) }},
		{"a statement for one row that changes two is an accident", func(ctx context.Context, tx *store.Tx) error {
			if err := errors.Join(insert(ctx, tx, 1), insert(ctx, tx, 2)); err != nil {
				return err
			}
			_ = tx.One(ctx, `UPDATE probe_item SET n = 1`)
			return nil
		}, 0, func(err error) bool { return err != nil && !fault.Is(err, fault.Conflict) }},
		{"a row that is not there is absent, and the act may go on", func(ctx context.Context, tx *store.Tx) error {
			var n int64
			err := tx.Row(ctx, `SELECT n FROM probe_item WHERE id = $1`, int64(9)).Scan(&n)
			if !fault.Is(err, fault.Absent) {
				return fmt.Errorf("got %v, want absent", err)
			}
			return insert(ctx, tx, 1)
		}, 1, func(err error) bool { return err == nil }},
		{"a text with a NUL is refused, not an accident", func(ctx context.Context, tx *store.Tx) error {
			_ = insert(ctx, tx, 1)
			_, _ = tx.Exec(ctx, `INSERT INTO probe_item (id, name, n) VALUES (2, $1, 0)`, "a\x00b")
			return nil
		}, 0, func(err error) bool { return fault.Is(err, fault.Invalid) }},
		{"a text that is no UTF-8 is looked for nowhere", func(ctx context.Context, tx *store.Tx) error {
			var n int64
			return errors.Join(insert(ctx, tx, 1), tx.Row(ctx, `SELECT n FROM probe_item WHERE name = $1`, "\xff").Scan(&n))
		}, 0, func(err error) bool { return fault.Is(err, fault.Invalid) }},
		{"rows left open do not stop the act", func(ctx context.Context, tx *store.Tx) error {
			if err := errors.Join(insert(ctx, tx, 1), insert(ctx, tx, 2)); err != nil {
				return err
			}
			rs, err := tx.Query(ctx, `SELECT id FROM probe_item`)
			if err == nil {
				rs.Next()
			}
			return err
		}, 2, func(err error) bool { return err == nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				withItems(t, s)
				err := s.InTx(t.Context(), func(tx *store.Tx) error { return c.act(t.Context(), tx) })
				if !c.is(err) {
					t.Errorf("got error %v", err)
				}
				noDriver(t, err)
				if got := count(t, s); got != c.kept {
					t.Errorf("got %d rows, want %d", got, c.kept)
				}
				act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 77) })
			})
		})
	}
}

// noDriver fails when a type of a driver is found under an error.
func noDriver(t testing.TB, err error) {
	t.Helper()
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		if name := fmt.Sprintf("%T", err); strings.Contains(name, "sqlite") || strings.Contains(name, "pg") {
			t.Errorf("the error holds a %s: %v", name, err)
		}
		switch u := err.(type) { // the shapes of Unwrap, not kinds of errors
		case interface{ Unwrap() error }:
			walk(u.Unwrap())
		case interface{ Unwrap() []error }:
			for _, e := range u.Unwrap() {
				walk(e)
			}
		}
	}
	walk(err)
}

// TestPanicInAnAct: it rises in the caller, undoes the act, and the next act finds the writer alive.
func TestPanicInAnAct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		func() {
			defer func() {
				if got := recover(); got != "on purpose" {
					t.Errorf("recovered %v, want the panic of the act", got)
				}
			}()
			_ = s.InTx(t.Context(), func(tx *store.Tx) error {
				if err := insert(t.Context(), tx, 1); err != nil {
					return err
				}
				panic("on purpose")
			})
		}()
		var gone sync.WaitGroup
		gone.Go(func() {
			_ = s.InTx(t.Context(), func(tx *store.Tx) error {
				_ = insert(t.Context(), tx, 2)
				runtime.Goexit() // what t.Fatal does
				return nil
			})
		})
		gone.Wait()
		act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 3) })
		if got := count(t, s); got != 1 {
			t.Errorf("got %d rows, want the one of the act after the panic", got)
		}
		func() {
			defer func() { _ = recover() }()
			_ = s.InView(t.Context(), func(*store.Tx) error { panic("in a view") })
		}()
		for range 20 { // a view that panicked gives its connection back
			count(t, s)
		}
	})
}

// TestNested: a transaction inside a transaction is refused at once instead of waiting for itself.
func TestNested(t *testing.T) {
	t.Parallel()
	nothing := func(*store.Tx) error { return nil }
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		both := []func(context.Context, func(*store.Tx) error) error{s.InTx, s.InView}
		for _, outer := range both {
			for _, inner := range both {
				ran := false
				err := outer(ctx, func(*store.Tx) error {
					err := inner(ctx, func(*store.Tx) error { ran = true; return nil })
					if err == nil || ctx.Err() != nil || ran {
						t.Errorf("the inner one: ran %v, error %v", ran, err)
					}
					return nil
				})
				if err != nil {
					t.Errorf("the outer one: %v", err)
				}
			}
		}
		// Beside an act that runs, in another goroutine, nothing is refused.
		var beside sync.WaitGroup
		running := make(chan struct{})
		beside.Go(func() {
			<-running
			if err := s.InView(ctx, nothing); err != nil {
				t.Errorf("a view beside an act: %v", err)
			}
		})
		act(t, s, func(*store.Tx) error { close(running); beside.Wait(); return nil })
	})
}

// TestEndedContext: who has gone is not served, and nobody else suffers for it.
func TestEndedContext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.InTx(ended, func(*store.Tx) error { t.Error("the act ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("before: got %v, want context.Canceled", err)
		}
		// Ended during the act: the next statement is refused and the act undone.
		during, cancel := context.WithCancel(t.Context())
		err := s.InTx(during, func(tx *store.Tx) error {
			if err := insert(during, tx, 1); err != nil {
				return err
			}
			cancel()
			return insert(during, tx, 2)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("during: got %v, want context.Canceled", err)
		}
		// Ended after the last statement: the act is whole, its answer is the commit's.
		after, cancel := context.WithCancel(t.Context())
		err = s.InTx(after, func(tx *store.Tx) error {
			err := insert(after, tx, 3)
			cancel()
			return err
		})
		if err != nil {
			t.Errorf("after: got %v, want nil", err)
		}
		if got := count(t, s); got != 1 {
			t.Errorf("got %d rows, want 1", got)
		}
		// A view that ends between rows.
		looking, cancel := context.WithCancel(t.Context())
		act(t, s, func(tx *store.Tx) error {
			return errors.Join(insert(t.Context(), tx, 4), insert(t.Context(), tx, 5))
		})
		err = s.InView(looking, func(tx *store.Tx) error {
			rs, err := tx.Query(looking, `SELECT id FROM probe_item`)
			if err != nil {
				return err
			}
			defer rs.Close()
			rs.Next()
			cancel()
			for rs.Next() {
				t.Error("a row after the end of the context")
			}
			return rs.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("in a view: got %v, want context.Canceled", err)
		}
	})
}

// TestView: one snapshot, no writing.
func TestView(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		err := s.InView(t.Context(), func(tx *store.Tx) error {
			var before, after int
			if err := tx.Row(t.Context(), `SELECT COUNT(*) FROM probe_item`).Scan(&before); err != nil {
				return err
			}
			var writer sync.WaitGroup
			writer.Go(func() {
				if err := s.InTx(t.Context(), func(tx *store.Tx) error { return insert(t.Context(), tx, 1) }); err != nil {
					t.Error(err)
				}
			})
			writer.Wait()
			if err := tx.Row(t.Context(), `SELECT COUNT(*) FROM probe_item`).Scan(&after); err != nil {
				return err
			}
			if after != before {
				t.Errorf("the view saw %d rows, then %d", before, after)
			}
			if tx.ForUpdate() != "" {
				t.Error("a view cannot lock")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		writes := map[string]func(tx *store.Tx) error{
			"a statement": func(tx *store.Tx) error { return insert(t.Context(), tx, 2) },
			"a query that writes": func(tx *store.Tx) error {
				var id int64
				return tx.Row(t.Context(), `INSERT INTO probe_item (id, name, n) VALUES (2, 'x', 0) RETURNING id`).Scan(&id)
			},
		}
		for name, write := range writes {
			if err := s.InView(t.Context(), write); err == nil || fault.Is(err, fault.Unavailable) {
				t.Errorf("%s in a view: got %v, want an accident", name, err)
			}
		}
		if got := count(t, s); got != 1 {
			t.Errorf("got %d rows, want 1", got)
		}
	})
}

// TestUseAfterTheEnd: a transaction kept after its act is dead; on SQLite it would write into
// another act's.
func TestUseAfterTheEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		var kept *store.Tx
		act(t, s, func(tx *store.Tx) error { kept = tx; return nil })
		if err := insert(t.Context(), kept, 1); err == nil {
			t.Error("a statement after the end of the act was taken")
		}
	})
}

// TestRowLock: of two acts that read, think and write the same row, the second waits for the first.
func TestRowLock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 1) })
		const each, people = 10, 8
		together(people, func(int) {
			for range each {
				err := s.InTx(t.Context(), func(tx *store.Tx) error {
					var n int64
					err := tx.Row(t.Context(), `SELECT n FROM probe_item WHERE id = $1`+tx.ForUpdate(), int64(1)).Scan(&n)
					if err != nil {
						return err
					}
					return tx.One(t.Context(), `UPDATE probe_item SET n = $1 WHERE id = $2`, n+1, int64(1))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		var n int
		err := s.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT n FROM probe_item WHERE id = 1`).Scan(&n)
		})
		if err != nil || n != each*people {
			t.Errorf("got %d (%v), want %d: updates were lost", n, err, each*people)
		}
	})
}

// TestDeadlock: PostgreSQL ends one of two acts that wait for each other; the store runs it again.
// On SQLite, one writer, the same acts simply follow each other.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		act(t, s, func(tx *store.Tx) error {
			return errors.Join(insert(t.Context(), tx, 1), insert(t.Context(), tx, 2))
		})
		first := make(chan struct{}, 2) // each has changed its first row
		together(2, func(i int) {
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				rows := []int64{1, 2}
				for at := range rows {
					if at == 1 && tx.Dialect() == "postgres" {
						select {
						case first <- struct{}{}:
							for len(first) < 2 {
								time.Sleep(time.Millisecond)
							}
						default: // the second run
						}
					}
					err := tx.One(t.Context(), `UPDATE probe_item SET n = n + 1 WHERE id = $1`, rows[(at+i)%2])
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		var sum int
		err := s.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT CAST(SUM(n) AS BIGINT) FROM probe_item`).Scan(&sum)
		})
		if err != nil || sum != 4 {
			t.Errorf("got %d (%v), want 4", sum, err)
		}
	})
}

// together runs n goroutines that start at the same instant, and waits for them.
func together(n int, run func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			run(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tereze/internal/fault"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestManyActsAtOnce: 64 acts start on a barrier, half of them refuse; each undoes only itself.
func TestManyActsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withItems(t, s)
		together(8, func(int) { count(t, s) }) // connections first, or it is no race
		const acts = 64
		var answers [acts]error
		together(acts, func(i int) {
			answers[i] = s.InTx(t.Context(), func(tx *store.Tx) error {
				if err := insert(t.Context(), tx, i); err != nil {
					return err
				}
				if i%2 == 1 {
					return errRefused
				}
				return nil
			})
		})
		for i, err := range answers {
			if refused := i%2 == 1; errors.Is(err, errRefused) != refused || !refused && err != nil {
				t.Errorf("act %d: got %v", i, err)
			}
		}
		var kept, odd int
		err := s.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT COUNT(*), COUNT(*) FILTER (WHERE id % 2 = 1) FROM probe_item`).Scan(&kept, &odd)
		})
		if err != nil || kept != acts/2 || odd != 0 {
			t.Errorf("got %d rows, %d of refused acts (%v); want %d, 0", kept, odd, err, acts/2)
		}
	})
}

// held blocks the store's acts until the returned function is called.
func held(t *testing.T, s *store.Store) (release func()) {
	t.Helper()
	inside, leave := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		// It shares the fate of its group, which is up to the test.
		_ = s.InTx(context.WithoutCancel(t.Context()), func(*store.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	})
	<-inside
	return func() { close(leave); holder.Wait() }
}

// TestOneGroup forces refused, panicking, leaving and good acts into one group behind a held writer.
func TestOneGroup(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	release := held(t, s)
	leaver, leave := context.WithCancel(t.Context())
	var acts sync.WaitGroup
	ran := atomic.Int32{}
	try := func(ctx context.Context, id int, how func() error, want error) {
		acts.Go(func() {
			defer func() { _ = recover() }()
			err := s.InTx(ctx, func(tx *store.Tx) error {
				ran.Add(1)
				if err := insert(ctx, tx, id); err != nil {
					return err
				}
				return how()
			})
			if !errors.Is(err, want) {
				t.Errorf("act %d: got %v, want %v", id, err, want)
			}
		})
	}
	for i := range 5 {
		try(t.Context(), 10*i+1, func() error { return nil }, nil)
		try(t.Context(), 10*i+2, func() error { return errRefused }, errRefused)
		try(t.Context(), 10*i+3, func() error { panic("on purpose") }, nil)
		try(leaver, 10*i+4, func() error { return nil }, context.Canceled)
	}
	await(t, func() bool { return store.Waiting(s) == 20 })
	leave()
	time.Sleep(20 * time.Millisecond) // the leavers leave; a late one would only be served
	commits := store.Commits(s)
	release()
	acts.Wait()
	if got := count(t, s); got != 5 {
		t.Errorf("got %d rows, want the 5 of good acts", got)
	}
	if got := ran.Load(); got != 15 {
		t.Errorf("%d acts ran, want 15: those who left have no turn", got)
	}
	if got := store.Commits(s) - commits; got > 5 {
		t.Errorf("15 acts took %d commits, want them to share (one, unless the machine stood still)", got)
	}
}

// TestNobodyIsToldTooEarly: no act returns before the commit of its group.
func TestNobodyIsToldTooEarly(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	release := held(t, s)
	var acts sync.WaitGroup
	for i := range 20 {
		acts.Go(func() {
			if err := s.InTx(t.Context(), func(tx *store.Tx) error { return insert(t.Context(), tx, i) }); err != nil {
				t.Error(err)
				return
			}
			var n int // whoever was answered finds the act with other eyes than the writer's
			err := s.InView(t.Context(), func(tx *store.Tx) error {
				return tx.Row(t.Context(), `SELECT COUNT(*) FROM probe_item WHERE id = $1`, int64(i)).Scan(&n)
			})
			if err != nil || n != 1 {
				t.Errorf("act %d was answered before it was kept (%v)", i, err)
			}
		})
	}
	release()
	acts.Wait()
}

// TestTooManyWaiting: the queue is bounded, and empties again.
func TestTooManyWaiting(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Config{Database: storetest.SQLite(t)})
	withItems(t, s)
	release := held(t, s)
	var acts sync.WaitGroup
	for range store.MaxWaiting {
		acts.Go(func() {
			if err := s.InTx(t.Context(), func(*store.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	await(t, func() bool { return store.Waiting(s) == store.MaxWaiting })
	err := s.InTx(t.Context(), func(*store.Tx) error { t.Error("the act ran"); return nil })
	if f, ok := errors.AsType[*fault.Fault](err); !ok || f.Kind != fault.Unavailable || f.Key != "store.busy" {
		t.Errorf("got %v, want store.busy", err)
	}
	release()
	acts.Wait()
	act(t, s, func(tx *store.Tx) error { return insert(t.Context(), tx, 1) })
}

// TestClose: the act that runs is kept, those that wait are refused, and so are later ones.
func TestClose(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s, err := store.Open(t.Context(), store.Config{Database: database})
		if err != nil {
			t.Fatal(err)
		}
		withItems(t, s)
		inside, leave := make(chan struct{}), make(chan struct{})
		var people sync.WaitGroup
		people.Go(func() {
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				close(inside)
				<-leave
				return insert(t.Context(), tx, 1)
			})
			if err != nil {
				t.Errorf("the running act: %v", err)
			}
		})
		<-inside
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		time.Sleep(20 * time.Millisecond) // Close has begun or is about to
		close(leave)
		people.Wait()
		if err := <-closed; err != nil {
			t.Errorf("close: %v", err)
		}
		nothing := func(*store.Tx) error { t.Error("ran after Close"); return nil }
		for _, err := range []error{s.InTx(t.Context(), nothing), s.InView(t.Context(), nothing)} {
			if f, ok := errors.AsType[*fault.Fault](err); !ok || f.Key != "store.closed" {
				t.Errorf("after Close: got %v, want store.closed", err)
			}
		}
		again := storetest.Open(t, store.Config{Database: database})
		if got := count(t, again); got != 1 {
			t.Errorf("got %d rows, want 1", got)
		}
	})
}

func await(t testing.TB, happened func() bool) {
	t.Helper()
	for give := time.Now().Add(10 * time.Second); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(give) {
			t.Fatal("it did not happen within ten seconds")
		}
	}
}

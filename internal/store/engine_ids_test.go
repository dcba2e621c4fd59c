package store_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.at.Store(at.UnixMilli())
	return c
}

func (c *clock) Now() time.Time                { return time.UnixMilli(c.at.Load()) }
func (c *clock) move(by time.Duration)         { c.at.Add(by.Milliseconds()) }
func (c *clock) config(db string) store.Config { return store.Config{Database: db, Now: c.Now} }

// seen collects ids and fails on one made twice.
type seen struct {
	mu  sync.Mutex
	ids map[identity.ID]bool
}

func (s *seen) add(t testing.TB, ids ...identity.ID) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[identity.ID]bool{}
	}
	for _, id := range ids {
		if id <= 0 || s.ids[id] {
			t.Fatalf("id %d is not new", id)
		}
		s.ids[id] = true
	}
}

// TestIDsOfManyStores: 8 goroutines on each of 4 stores of one database.
func TestIDsOfManyStores(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		var stores []*store.Store
		for range 4 {
			stores = append(stores, storetest.Open(t, store.Config{Database: database, Connections: 2}))
		}
		var all seen
		together(32, func(i int) {
			ids := make([]identity.ID, 5000)
			for n := range ids {
				ids[n] = stores[i%4].NewID()
			}
			if !slices.IsSorted(ids) {
				t.Error("the ids of one goroutine do not rise")
			}
			all.add(t, ids...)
		})
	})
}

func TestIDsOverClocksThatJump(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		name  string
		start time.Time
		moves []time.Duration
	}{
		{"a clock that stands still", start, []time.Duration{0, 0}},
		{"a clock that jumps back an hour", start, []time.Duration{-time.Hour, 0}},
		{"a clock that jumps back and forth", start, []time.Duration{-time.Minute, 2 * time.Minute, -time.Second, time.Second}},
		{"a clock that jumps ahead a year, past the lease, and back", start, []time.Duration{365 * 24 * time.Hour, -365 * 24 * time.Hour}},
		{"a clock before the first day of ids", time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), []time.Duration{time.Hour, -time.Hour}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.EachDatabase(t, func(t *testing.T, database string) {
				clock, all := newClock(c.start), seen{}
				last := identity.ID(0)
				for _, move := range append([]time.Duration{0}, c.moves...) {
					// Within one store ids rise; the next store on the same database has its own lease.
					for range 2 {
						s, err := store.Open(t.Context(), clock.config(database))
						if err != nil {
							t.Fatal(err)
						}
						last = 0
						for range 10_000 { // more than one millisecond holds
							id := s.NewID()
							if id <= last {
								t.Fatalf("id %d after %d", id, last)
							}
							last = id
							all.add(t, id)
						}
						clock.move(move / 2)
						for range 10_000 {
							all.add(t, s.NewID())
						}
						if err := s.Close(); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		})
	}
}

// TestIDsRiseWithTime: an id tells when it was made, to the millisecond.
func TestIDsRiseWithTime(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		clock := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		s := storetest.Open(t, clock.config(database))
		s.NewID()
		clock.move(time.Second)
		want := clock.Now().UnixMilli() - time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
		if got := int64(s.NewID()) >> 22; got != want {
			t.Errorf("got millisecond %d, want %d", got, want)
		}
	})
}

// TestNeighbourWhoseClockIsAhead: a store whose clock is a year ahead believes every lease ended and
// takes a living neighbour's number. Neither makes an id of the other's, and the neighbour finds a
// new number.
func TestNeighbourWhoseClockIsAhead(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		mine, theirs := newClock(now), newClock(now.Add(365*24*time.Hour))
		all := seen{}
		a := storetest.Open(t, mine.config(database))
		all.add(t, a.NewID(), a.NewID())
		b := storetest.Open(t, theirs.config(database))
		if got, want := store.Node(b), store.Node(a); got != want {
			t.Fatalf("the neighbour took number %d, want %d, or the case is not tried", got, want)
		}
		for range 20 {
			all.add(t, a.NewID(), b.NewID())
			mine.move(time.Second)
			theirs.move(time.Second)
		}
		if err := store.RenewNode(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if store.Node(a) == store.Node(b) {
			t.Error("both still hold one number")
		}
		theirs.move(-365 * 24 * time.Hour)
		for range 20 {
			all.add(t, a.NewID(), b.NewID())
		}
	})
}

// TestCrash: a store that never gave its number back; the next one begins elsewhere, and once the
// lease has ended takes the number behind all that may have been made with it.
func TestCrash(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		clock, all := newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), seen{}
		crashed := storetest.Open(t, clock.config(database))
		all.add(t, crashed.NewID())
		next := storetest.Open(t, clock.config(database))
		if store.Node(next) == store.Node(crashed) {
			t.Fatal("two living stores hold one number")
		}
		clock.move(11 * time.Minute)
		third := storetest.Open(t, clock.config(database))
		if store.Node(third) != store.Node(crashed) {
			t.Fatalf("got number %d, want %d again", store.Node(third), store.Node(crashed))
		}
		for range 50_000 {
			all.add(t, crashed.NewID(), third.NewID())
		}
	})
}

// TestAllNumbersInUse: the 1025th store is refused.
func TestAllNumbersInUse(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		clock := newClock(time.Now())
		s := storetest.Open(t, clock.config(database))
		act(t, s, func(tx *store.Tx) error {
			for node := range int64(1024) {
				_, err := tx.Exec(t.Context(), `INSERT INTO store_node (node, holder, leased_until) VALUES ($1, 'other', $2)
					ON CONFLICT (node) DO NOTHING`, node, clock.Now().Add(time.Hour).UnixMicro())
				if err != nil {
					return err
				}
			}
			return nil
		})
		if _, err := store.Open(t.Context(), clock.config(database)); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v, want Unavailable", err)
		}
	})
}

// TestLeaseUsedUp: an act that finds too few ids left waits for the renewal, which is asked for at once; one
// whose caller leaves meanwhile is refused.
func TestLeaseUsedUp(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, newClock(time.Now()).config(database))
		store.UseUpLease(s)
		if err := s.InTx(t.Context(), func(*store.Tx) error { return nil }); err != nil {
			t.Errorf("the act did not wait for the renewal: %v", err)
		}
		if s.NewID() == 0 {
			t.Error("no id after the renewal")
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		store.UseUpLease(s)
		if err := s.InTx(left, func(*store.Tx) error { return nil }); err == nil {
			t.Error("an act ran whose caller had left")
		}
	})
}

// TestNoIDBeyondTheLease: with the lease used up an id waits until the database has granted more.
func TestNoIDBeyondTheLease(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, newClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)).config(database))
		store.UseUpLease(s)
		var last identity.ID
		for range 10_000 { // a millisecond holds 4096
			last = s.NewID()
		}
		var until int64
		err := s.InView(t.Context(), func(tx *store.Tx) error {
			return tx.Row(t.Context(), `SELECT leased_until FROM store_node`).Scan(&until)
		})
		made := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() + int64(last)>>22
		if err != nil || made > until/1000 {
			t.Errorf("an id of millisecond %d, leased until %d (%v)", made, until/1000, err)
		}
	})
}

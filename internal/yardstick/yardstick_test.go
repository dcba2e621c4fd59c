package yardstick

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/store"
)

// TestRun measures for a blink: the figures say nothing, but every work has to run as it does for
// people, and so does its yardstick.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	report, err := Run(t.Context(), Config{Rounds: 2, Slice: 40 * time.Millisecond, Dir: dir, Only: []string{"page", "act", "clause", "signature", "look-up"}, People: 3000})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rows) != 8 {
		t.Fatalf("%d rows, want two of the page, one of the act, two of the clause, one of the signature, two of the look-up", len(report.Rows))
	}
	for _, r := range report.Rows {
		if r.Ours.Min > r.Ours.Median || r.Ours.Median > r.Ours.Max {
			t.Errorf("%s: %v is no spread", r.Work, r.Ours)
		}
		if r.Target.None {
			continue // nothing is what it should be
		}
		if r.Ours.Min <= 0 || r.Theirs != nil && (r.Theirs.Min <= 0 || r.Ratio.Min <= 0) {
			t.Errorf("%s: nothing was done: %v against %v", r.Work, r.Ours, r.Theirs)
		}
	}
	var table bytes.Buffer
	if err := report.Write(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"≥ 0.30", "≥ 5.00", "< 200", "act with evidence"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
}

// TestSignIn lets one person in: a measured sign-in is a whole one, and the hash beside it has the
// same cost.
func TestSignIn(t *testing.T) {
	t.Parallel()
	h, err := openHouse(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	in, err := signer(t.Context(), h, 1)
	if err != nil {
		t.Fatal(err)
	}
	acts := func() (n int) {
		if err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
			all, err := tx.EvidenceLog(t.Context(), evidence.Filter{Portal: portal, Act: "account.sign_in", Limit: 10})
			n = len(all)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := acts()
	if err := in(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if after := acts(); after != before+1 {
		t.Errorf("%d sign-ins in evidence, want %d", after, before+1)
	}
	alone, err := hashAlone(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	if err := alone(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// TestCheckAllocatesNothing asks the library of all portals that ship. AllocsPerRun counts the
// whole process, so this test is not parallel.
func TestCheckAllocatesNothing(t *testing.T) {
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if n := testing.AllocsPerRun(1000, func() {
		if cite, ok := Check(library, now); !ok || cite.Portal != checked {
			t.Errorf("cited %v, %v", cite, ok)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestATargetIsMetByTheMiddleRound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		target       Target
		ours, theirs []float64
		met          bool
		middle       float64
	}{
		{"a ratio at its bound is met", Target{Least: 0.3}, []float64{30, 30, 1}, []float64{100, 100, 100}, true, 0.3},
		{"one good round does not meet it", Target{Least: 0.3}, []float64{90, 10, 20}, []float64{100, 100, 100}, false, 0.2},
		{"each round has its own ratio", Target{Least: 0.5}, []float64{10, 1000}, []float64{10, 1000}, true, 1},
		{"a figure below its bound is met", Target{Below: 300}, []float64{100, 500, 299}, nil, true, 299},
		{"a figure at its bound is not", Target{Below: 300}, []float64{300}, nil, false, 300},
		{"nothing is nothing", Target{None: true}, []float64{0, 0, 0}, nil, true, 0},
		{"one allocation is not nothing", Target{None: true}, []float64{1, 1, 0}, nil, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			row := newRow(work{target: c.target}, c.ours, c.theirs)
			middle := row.Ours.Median
			if row.Ratio != nil {
				middle = row.Ratio.Median
			}
			if row.Met != c.met || middle != c.middle {
				t.Errorf("met %v at %v, want %v at %v", row.Met, middle, c.met, c.middle)
			}
		})
	}
}

func TestSpreadOfAnEvenNumberOfRounds(t *testing.T) {
	t.Parallel()
	figures := []float64{4, 1, 3, 2}
	if s := spread(figures); s != (Spread{Median: 2.5, Min: 1, Max: 4}) {
		t.Errorf("spread %v", s)
	}
	if !slices.Equal(figures, []float64{4, 1, 3, 2}) {
		t.Error("the rounds were put out of order")
	}
}

package evidence

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// reference builds the tree leaf by leaf with tlog alone.
func reference(t *testing.T, leaves []Commitment) (tlog.Hash, []tlog.Hash) {
	t.Helper()
	var stored []tlog.Hash
	r := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = stored[index]
		}
		return out, nil
	})
	for i, l := range leaves {
		hashes, err := tlog.StoredHashes(int64(i), l[:], r)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(leaves)), r)
	if err != nil {
		t.Fatal(err)
	}
	return root, stored
}

// Sizes 0 to 300, grown by batches of every kind: root and stored hashes are those of tlog, and a
// plain recursive reading of RFC 6962 §2.1 agrees.
func TestTheTreeIsThatOfTheReferenceForEverySize(t *testing.T) {
	t.Parallel()
	for _, batch := range []int{1, 3, 64, 1000} {
		f, s, key := testLog(t, 0)
		s.Batch = batch
		for f.state.size() < 300 {
			record(t, f, int(f.state.size())+1, min(300, int(f.state.size())+batch))
			if _, err := s.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			var leaves []Commitment
			for _, l := range f.state.leaves {
				leaves = append(leaves, l.Commitment)
			}
			root, stored := reference(t, leaves)
			c := mustOpen(t, f, key)
			if c.Size != int64(len(leaves)) || c.Root != root || c.Root != rfc6962(leaves) {
				t.Fatalf("batch %d, size %d: root differs", batch, c.Size)
			}
			if len(stored) != len(f.state.hashes) {
				t.Fatalf("batch %d, size %d: got %d stored hashes, want %d", batch, c.Size, len(f.state.hashes), len(stored))
			}
			for i, h := range stored {
				if f.state.hashes[int64(i)] != h {
					t.Fatalf("batch %d, size %d: stored hash %d differs", batch, c.Size, i)
				}
			}
		}
	}
}

// rfc6962 is MTH of RFC 6962 §2.1, word for word.
func rfc6962(leaves []Commitment) tlog.Hash {
	switch n := len(leaves); n {
	case 0:
		return emptyRoot()
	case 1:
		return tlog.RecordHash(leaves[0][:])
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		return tlog.NodeHash(rfc6962(leaves[:k]), rfc6962(leaves[k:]))
	}
}

func (s state) size() int64 { return int64(len(s.leaves)) }

func mustOpen(t *testing.T, f *fake, key string) Checkpoint {
	t.Helper()
	known, err := Verifiers([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := LatestCheckpoint(t.Context(), f.view())
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenCheckpoint(signed, known)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheFirstStepSignsTheEmptyTreeOnce(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 0)
	if c := mustOpen(t, f, key); c.Size != 0 || c.Root != emptyRoot() || c.Origin != testOrigin {
		t.Errorf("got %+v", c)
	}
	step(t, s)
	if got := len(f.state.heads); got != 1 {
		t.Errorf("got %d checkpoints, want 1", got)
	}
}

func TestAStepNumbersOneBatchOldestFirst(t *testing.T) {
	t.Parallel()
	f, s, _ := testLog(t, 0)
	s.Batch = 4
	record(t, f, 1, 10)
	for _, want := range []int{4, 4, 2, 0} {
		if got, err := s.Step(t.Context()); err != nil || got != want {
			t.Fatalf("got %d, %v, want %d", got, err, want)
		}
	}
	for i, l := range f.state.leaves {
		if int(l.Entry) != i+1 {
			t.Errorf("leaf %d is entry %d", i, l.Entry)
		}
	}
}

// Whatever call fails, and whether the commit was done or not, the next steps end in the same log.
func TestACrashAnywhereLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, doneAnyway := range []bool{false, true} {
		for failAt := 1; failAt <= 12; failAt++ {
			f, s, key := testLog(t, 5)
			record(t, f, 6, 13)
			s.Batch = 5
			f.calls, f.failAt, f.doneAnyway = 0, failAt, doneAnyway
			failed := 0
			for range 6 {
				if _, err := s.Step(t.Context()); errors.Is(err, errFake) {
					failed++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if failed != 1 {
				t.Errorf("call %d: %d steps failed, want 1", failAt, failed)
			}
			seen := map[Commitment]bool{}
			for _, l := range f.state.leaves {
				seen[l.Commitment] = true
			}
			if len(seen) != 13 || f.state.size() != 13 || len(f.state.waiting) != 0 {
				t.Errorf("call %d, done anyway %v: %d leaves, %d different, %d waiting", failAt, doneAnyway, f.state.size(), len(seen), len(f.state.waiting))
			}
			if err := Recount(server{f}, mustOpen(t, f, key)); err != nil {
				t.Errorf("call %d, done anyway %v: %v", failAt, doneAnyway, err)
			}
		}
	}
}

// overtaken lets another sequencer step between this one's reading and its writing.
type overtaken struct {
	SequenceTx
	meanwhile func()
	once      *sync.Once
}

func (o overtaken) GrowEvidence(ctx context.Context, g Growth) error {
	o.once.Do(o.meanwhile)
	return o.SequenceTx.GrowEvidence(ctx, g)
}

func TestASequencerThatWasOvertakenWritesNothing(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 3)
	record(t, f, 4, 9)
	other := *s
	other.Batch = 2
	slow := *s
	slow.InTx = func(ctx context.Context, fn func(SequenceTx) error) error {
		stale := &fakeTx{fake: f, state: f.state.clone()}
		err := fn(overtaken{stale, func() { mustStep(t, &other); stale.state.heads = f.state.heads }, new(sync.Once)})
		if err == nil {
			t.Error("the overtaken step was let through")
		}
		return err
	}
	if n, err := slow.Step(t.Context()); n != 0 || err != nil {
		t.Errorf("overtaken: got %d, %v, want 0 and no error", n, err)
	}
	step(t, s)
	if f.state.size() != 9 {
		t.Errorf("got %d leaves, want 9", f.state.size())
	}
	if err := Recount(server{f}, mustOpen(t, f, key)); err != nil {
		t.Error(err)
	}
}

func mustStep(t *testing.T, s *Sequencer) {
	t.Helper()
	if _, err := s.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestALogThatWasAlteredIsNotSignedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		alter func(*state)
		want  string
	}{
		"a stored hash changed": {func(s *state) {
			h := s.hashes[tlog.StoredHashIndex(2, 0)]
			h[0] ^= 1
			s.hashes[tlog.StoredHashIndex(2, 0)] = h
		}, "does not lead"},
		"a stored hash gone": {func(s *state) { delete(s.hashes, tlog.StoredHashIndex(2, 0)) }, "no such hash"},
		"another size beside the checkpoint": {func(s *state) {
			s.heads[len(s.heads)-1].Size--
		}, "last checkpoint"},
		"a checkpoint nobody signed": {func(s *state) {
			s.heads[len(s.heads)-1].Note = []byte(testOrigin + "\n5\n" + emptyRoot().String() + "\n")
		}, "last checkpoint"},
	} {
		f, s, _ := testLog(t, 5)
		record(t, f, 6, 6)
		c.alter(&f.state)
		if _, err := s.Step(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if f.state.size() != 5 {
			t.Errorf("%s: the log grew", name)
		}
	}
}

func TestAKeyCanBeRetired(t *testing.T) {
	t.Parallel()
	f, s, old := testLog(t, 5)
	signer, public := testKey(t, testOrigin, "second")
	s.Signer = signer
	record(t, f, 6, 6)
	if _, err := s.Step(t.Context()); err != nil {
		t.Errorf("the old key is known still: %v", err)
	}
	known, err := Verifiers([]string{public, old})
	if err != nil {
		t.Fatal(err)
	}
	s.Known = known
	record(t, f, 7, 7)
	step(t, s)
	if c := mustOpen(t, f, public); c.Size != 7 {
		t.Errorf("got size %d, want 7", c.Size)
	}
}

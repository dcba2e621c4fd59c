package store_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

func TestEvidenceFromActToReceiptToErasure(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, key := evidenceKey(t)
		q := evidenceSequencer(t, s, signer, key)
		stepEvidence(t, q)
		seen := auditEvidence(t, s, key, nil).NowSigned
		var entries []evidence.Entry
		for i := range 20 {
			entries = append(entries, evidenceEntry(identity.ID(7+i%2), time.Duration(i)*time.Second, "agreement.accept"))
		}
		entries[4] = evidence.Entry{Portal: "kg", At: evidenceStart, Actor: "system", Act: "edition.force"} // the portal's own, nothing cited
		recordEvidence(t, s, entries...)
		receipt := func(e evidence.Entry) (evidence.Receipt, error) {
			return inView(t, s, func(tx *store.Tx) (evidence.Receipt, error) {
				return evidence.ReceiptOf(t.Context(), tx, key, e.Home, e.ID)
			})
		}
		if _, err := receipt(entries[0]); !fault.Is(err, fault.Unavailable) {
			t.Errorf("before its number: got %v, want Unavailable", err)
		}
		if n := stepEvidence(t, q); n != len(entries) {
			t.Errorf("numbered %d, want %d", n, len(entries))
		}
		if r := auditEvidence(t, s, key, seen); r.Course != evidence.Grew || r.Now.Size != 20 {
			t.Errorf("got %s to %d, want grew to 20", r.Course, r.Now.Size)
		}
		for i, e := range entries {
			r, err := receipt(e)
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Entry.Canonical()) != string(e.Canonical()) || r.Index != int64(i) {
				t.Errorf("entry %d: got leaf %d, %s", i, r.Index, r.Entry.Canonical())
			}
			if _, err := evidence.Verify(r.JSON(), []string{key}); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
		}
		recordEvidence(t, s, evidenceEntry(7, 0, "account.leave")) // waits while its home is erased
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			n, err := evidence.Erase(t.Context(), tx, 7)
			if n != 10 {
				t.Errorf("erased %d, want 10", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		stepEvidence(t, q)
		if r := auditEvidence(t, s, key, seen); r.Now.Size != 21 {
			t.Errorf("after the erasure: size %d, want 21", r.Now.Size)
		}
		if _, err := receipt(entries[0]); !fault.Is(err, fault.Absent) {
			t.Errorf("erased: got %v, want Absent", err)
		}
		if _, err := receipt(entries[1]); err != nil {
			t.Errorf("somebody else's: %v", err)
		}
	})
}

func TestAnActThatIsUndoneLeavesNoEvidence(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, key := evidenceKey(t)
		refused := errors.New("refused")
		e := evidenceEntry(7, 0, "agreement.accept")
		e.ID = s.NewID()
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			if _, err := (evidence.Recorder{}).Record(t.Context(), tx, e); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if n := stepEvidence(t, evidenceSequencer(t, s, signer, key)); n != 0 {
			t.Errorf("numbered %d, want 0", n)
		}
		got, err := inView(t, s, func(tx *store.Tx) ([]evidence.Entry, error) { return tx.EvidenceOf(t.Context(), 7, 0, 10) })
		if err != nil || len(got) != 0 {
			t.Errorf("got %v, %v, want no entry", got, err)
		}
		done := recordEvidence(t, s, e)[0]
		err = s.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.AddEvidence(t.Context(), evidence.Row{Entry: done})
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the same entry twice: got %v, want Conflict", err)
		}
	})
}

func TestThePersonAndTheAuditorPageThroughEvidence(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var entries []evidence.Entry
		for i := range 24 {
			act := []string{"agreement.accept", "consent.give", "consent.take"}[i%3]
			// Four share each instant: the page must not lose or double one of them.
			entries = append(entries, evidenceEntry(identity.ID(7+i%2), time.Duration(i/4)*time.Second, act))
		}
		other := evidenceEntry(7, 0, "consent.give")
		other.Portal, other.Citation.Portal = "kg", "kg"
		newest := recordEvidence(t, s, append(entries, other)...)[:len(entries)]
		slices.Reverse(newest)
		matching := func(want func(evidence.Entry) bool) []identity.ID {
			var ids []identity.ID
			for _, e := range newest {
				if want(e) {
					ids = append(ids, e.ID)
				}
			}
			return ids
		}
		for name, c := range map[string]struct {
			filter evidence.Filter
			want   func(evidence.Entry) bool
		}{
			"all of the portal": {evidence.Filter{}, func(evidence.Entry) bool { return true }},
			"one act":           {evidence.Filter{Act: "consent.give"}, func(e evidence.Entry) bool { return e.Act == "consent.give" }},
			"an act never done": {evidence.Filter{Act: "claims.file"}, func(evidence.Entry) bool { return false }},
			"from an instant on": {evidence.Filter{From: evidenceStart.Add(2 * time.Second)},
				func(e evidence.Entry) bool { return !e.At.Before(evidenceStart.Add(2 * time.Second)) }},
			"up to but not including an instant": {evidence.Filter{To: evidenceStart.Add(2 * time.Second)},
				func(e evidence.Entry) bool { return e.At.Before(evidenceStart.Add(2 * time.Second)) }},
			"one act between two instants": {evidence.Filter{Act: "consent.take", From: evidenceStart.Add(time.Second), To: evidenceStart.Add(4 * time.Second)},
				func(e evidence.Entry) bool {
					return e.Act == "consent.take" && !e.At.Before(evidenceStart.Add(time.Second)) && e.At.Before(evidenceStart.Add(4*time.Second))
				}},
		} {
			for _, limit := range []int{1, 3, 100} {
				f := c.filter
				f.Portal, f.Limit = "ismet", limit
				var got []identity.ID
				for {
					page, err := inView(t, s, func(tx *store.Tx) ([]evidence.Entry, error) { return tx.EvidenceLog(t.Context(), f) })
					if err != nil {
						t.Fatal(err)
					}
					if len(page) == 0 {
						break
					}
					for _, e := range page {
						got = append(got, e.ID)
					}
					f.Before = evidence.MarkOf(page[len(page)-1])
				}
				if want := matching(c.want); !slices.Equal(got, want) {
					t.Errorf("%s, %d a page: got %d %v, want %d %v", name, limit, len(got), got, len(want), want)
				}
			}
		}
		var got []identity.ID
		for before := identity.ID(0); ; {
			page, err := inView(t, s, func(tx *store.Tx) ([]evidence.Entry, error) { return tx.EvidenceOf(t.Context(), 8, before, 5) })
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, e.ID)
			}
			before = page[len(page)-1].ID
		}
		if want := matching(func(e evidence.Entry) bool { return e.Home == 8 }); !slices.Equal(got, want) {
			t.Errorf("of a person: got %v, want %v", got, want)
		}
	})
}

// Two sequencers with their own connections, and acts being recorded all the while, end in one log
// with every commitment once.
func TestSequencersAtOnceNeverFork(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		const acts, sequencers, writers = 300, 2, 3
		signer, key := evidenceKey(t)
		stores := []*store.Store{storetest.Open(t, store.Config{Database: database}), storetest.Open(t, store.Config{Database: database})}
		recordEvidence(t, stores[0], evidenceEntry(7, 0, "warm.up"))
		recordEvidence(t, stores[1], evidenceEntry(7, 0, "warm.up"))
		stepEvidence(t, evidenceSequencer(t, stores[1], signer, key))
		seen := auditEvidence(t, stores[0], key, nil).NowSigned

		barrier := make(chan struct{})
		written := make(chan struct{})
		var writing, stepping sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				<-barrier
				for i := range acts / writers {
					recordEvidence(t, stores[w%2], evidenceEntry(identity.ID(10+w), time.Duration(i), "race.act"))
				}
			})
		}
		lost := make([]int, sequencers)
		for n := range sequencers {
			q := evidenceSequencer(t, stores[n], signer, key)
			q.Batch = 7 // many steps, many races
			stepping.Go(func() {
				<-barrier
				for ended := false; ; {
					numbered, err := q.Step(t.Context())
					if err != nil && !fault.Is(err, fault.Unavailable) {
						t.Errorf("sequencer %d: %v", n, err)
						return
					}
					if numbered == 0 {
						lost[n]++
						if ended {
							return
						}
						time.Sleep(time.Millisecond) // as between the house's steps: SQLite lets processes in unfairly, and one that never rests starves the other
					}
					select {
					case <-written:
						ended = true
					default:
					}
				}
			})
		}
		close(barrier)
		writing.Wait()
		close(written)
		stepping.Wait()
		stepEvidence(t, evidenceSequencer(t, stores[0], signer, key))
		r := auditEvidence(t, stores[1], key, seen)
		if r.Now.Size != acts+2 {
			t.Errorf("got %d leaves, want %d", r.Now.Size, acts+2)
		}
		leaves, err := inView(t, stores[0], func(tx *store.Tx) ([]evidence.Commitment, error) {
			return tx.EvidenceLeaves(t.Context(), 0, r.Now.Size)
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(leaves, func(a, b evidence.Commitment) int { return slices.Compare(a[:], b[:]) })
		if got := len(slices.Compact(leaves)); got != acts+2 {
			t.Errorf("got %d different commitments, want %d", got, acts+2)
		}
		t.Logf("steps that numbered nothing, waiting or overtaken: %v", lost)
	})
}

func TestTheLogGrowsFromEachSizeOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		grow := func(g evidence.Growth) error {
			return s.InTx(t.Context(), func(tx *store.Tx) error { return tx.GrowEvidence(t.Context(), g) })
		}
		c := []evidence.Waiting{{Entry: 1, Commitment: evidence.Commitment{1}}, {Entry: 2, Commitment: evidence.Commitment{2}}}
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			for _, w := range c {
				if _, err := tx.Exec(t.Context(), `INSERT INTO evidence_waiting (entry_id, commitment) VALUES ($1, $2)`, int64(w.Entry), w.Commitment[:]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		head := func(size int64) evidence.Head {
			return evidence.Head{Size: size, Note: []byte(strconv.FormatInt(size, 10)), At: evidenceStart}
		}
		if err := grow(evidence.Growth{Previous: -1, Head: head(1), Leaves: c[:1], Hashes: make([]tlog.Hash, 1)}); err != nil {
			t.Fatal(err)
		}
		for name, g := range map[string]evidence.Growth{
			"from the same size to another": {Previous: -1, Head: head(2), FirstLeaf: 1, Leaves: c[1:], FirstHash: 1, Hashes: make([]tlog.Hash, 2)},
			"to the same size from another": {Previous: 0, Head: head(1), FirstLeaf: 1, Leaves: c[1:], FirstHash: 1, Hashes: make([]tlog.Hash, 2)},
		} {
			if err := grow(g); !errors.Is(err, evidence.ErrGrown) {
				t.Errorf("%s: got %v, want ErrGrown", name, err)
			}
		}
		for name, g := range map[string]evidence.Growth{
			"a leaf that waits no longer": {Previous: 1, Head: head(2), FirstLeaf: 1, Leaves: []evidence.Waiting{{Entry: 3}}, FirstHash: 1, Hashes: make([]tlog.Hash, 2)},
			"a number that is taken":      {Previous: 1, Head: head(2), FirstLeaf: 0, Leaves: c[1:], FirstHash: 1, Hashes: make([]tlog.Hash, 2)},
			"an entry that has a number":  {Previous: 1, Head: head(2), FirstLeaf: 1, Leaves: c[:1], FirstHash: 1, Hashes: make([]tlog.Hash, 2)},
			"a hash that is taken":        {Previous: 1, Head: head(2), FirstLeaf: 1, Leaves: c[1:], FirstHash: 0, Hashes: make([]tlog.Hash, 2)},
			"a log that shrinks":          {Previous: 1, Head: head(0)},
		} {
			if err := grow(g); err == nil || errors.Is(err, evidence.ErrGrown) {
				t.Errorf("%s: got %v, want an error that is no lost race", name, err)
			}
		}
		got, err := inView(t, s, func(tx *store.Tx) (evidence.Head, error) { return tx.EvidenceHead(t.Context()) })
		if err != nil || got.Size != 1 || string(got.Note) != "1" || !got.At.Equal(evidenceStart) {
			t.Errorf("after all refusals: got %+v, %v, want size 1", got, err)
		}
		if err := grow(evidence.Growth{Previous: 1, Head: head(2), FirstLeaf: 1, Leaves: c[1:], FirstHash: 1, Hashes: make([]tlog.Hash, 2)}); err != nil {
			t.Errorf("from where it stands: %v", err)
		}
	})
}

func TestBatchesOfEverySizeAreStoredWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, key := evidenceKey(t)
		q := evidenceSequencer(t, s, signer, key)
		var seen []byte
		for _, n := range []int{1, 3, 4, 5, 17, 63, 257, 600} {
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				for i := range n {
					e := evidenceEntry(7, time.Duration(i), "batch.act")
					e.ID = tx.NewID()
					if _, err := (evidence.Recorder{}).Record(t.Context(), tx, e); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := stepEvidence(t, q); got != n {
				t.Fatalf("numbered %d, want %d", got, n)
			}
			seen = auditEvidence(t, s, key, seen).NowSigned
		}
	})
}

func TestALeafOrHashThatIsGoneIsNoticed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, key := evidenceKey(t)
		q := evidenceSequencer(t, s, signer, key)
		for i := range 5 {
			recordEvidence(t, s, evidenceEntry(7, time.Duration(i), "gone.act"))
		}
		stepEvidence(t, q)
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			if err := tx.One(t.Context(), `DELETE FROM evidence_leaf WHERE number = $1`, int64(4)); err != nil {
				return err
			}
			return tx.One(t.Context(), `DELETE FROM evidence_hash WHERE number = $1`, tlog.StoredHashIndex(0, 4))
		})
		if err != nil {
			t.Fatal(err)
		}
		recordEvidence(t, s, evidenceEntry(7, 6, "gone.act"))
		if _, err := q.Step(t.Context()); err == nil {
			t.Error("the log grew over a hash that is gone")
		}
		if _, err := (evidenceServer{t, s}).Fetch(evidence.LeavesPath(0, 5)); err == nil {
			t.Error("leaves were served with one gone")
		}
	})
}

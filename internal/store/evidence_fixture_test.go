package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// evidenceKey is the key pair of a log.
func evidenceKey(t testing.TB) (note.Signer, string) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "tereze.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, public
}

func evidenceSequencer(t testing.TB, s *store.Store, signer note.Signer, public string) *evidence.Sequencer {
	t.Helper()
	known, err := evidence.Verifiers([]string{public})
	if err != nil {
		t.Fatal(err)
	}
	return &evidence.Sequencer{
		InTx: func(ctx context.Context, fn func(evidence.SequenceTx) error) error {
			return s.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
		},
		Signer: signer, Known: known, Now: time.Now,
	}
}

// evidenceStart is when the entries of evidenceOf begin.
var evidenceStart = time.Date(2026, 3, 2, 4, 5, 6, 789012000, time.UTC)

func evidenceEntry(home identity.ID, at time.Duration, act string) evidence.Entry {
	return evidence.Entry{
		Portal: "ismet", Home: home, At: evidenceStart.Add(at),
		Actor: fmt.Sprintf("user:%d", home), Act: act, Subject: `Оферта <«1»> "\ қ`,
		Citation: clause.Citation{Portal: "ismet", Document: "offer", Edition: 2, Clause: "2.1"},
		Detail:   map[string]string{"how": "button", "name": "Әсел \u2028 'x'"},
	}
}

// recordEvidence writes entries, one act each, and returns them as they must read back.
func recordEvidence(t testing.TB, s *store.Store, entries ...evidence.Entry) []evidence.Entry {
	t.Helper()
	for i := range entries {
		entries[i].ID = s.NewID()
		err := s.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := evidence.Recorder{}.Record(t.Context(), tx, entries[i])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

func stepEvidence(t testing.TB, q *evidence.Sequencer) (numbered int) {
	t.Helper()
	for {
		n, err := q.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return numbered
		}
		numbered += n
	}
}

func inView[T any](t testing.TB, s *store.Store, look func(*store.Tx) (T, error)) (T, error) {
	t.Helper()
	var got T
	err := s.InView(t.Context(), func(tx *store.Tx) (err error) {
		got, err = look(tx)
		return err
	})
	return got, err
}

// evidenceServer serves a log as web does, for audits.
type evidenceServer struct {
	t testing.TB
	s *store.Store
}

func (e evidenceServer) Fetch(path string) ([]byte, error) {
	return inView(e.t, e.s, func(tx *store.Tx) ([]byte, error) {
		var a, b int64
		ctx := e.t.Context()
		switch {
		case path == evidence.CheckpointPath:
			return evidence.LatestCheckpoint(ctx, tx)
		case scan(path, "leaves/%d/%d", &a, &b):
			leaves, err := evidence.Leaves(ctx, tx, a, b)
			return evidence.FormatHashes(leaves), err
		case scan(path, "consistency/%d/%d", &a, &b):
			proof, err := evidence.Consistency(ctx, tx, a, b)
			return evidence.FormatHashes(proof), err
		}
		return nil, errors.New("no such path")
	})
}

func scan(s, format string, into ...any) bool {
	n, err := fmt.Sscanf(s, format, into...)
	return err == nil && n == len(into)
}

// auditEvidence holds the log against what was seen of it, recounts every leaf, and gives what is
// seen of it now.
func auditEvidence(t testing.TB, s *store.Store, key string, seen []byte) evidence.Report {
	t.Helper()
	r, err := evidence.Audit(evidenceServer{t, s}, []string{key}, seen)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Good() {
		t.Fatalf("the log has %s", r.Course)
	}
	if err := evidence.Recount(evidenceServer{t, s}, r.Now); err != nil {
		t.Fatal(err)
	}
	return r
}

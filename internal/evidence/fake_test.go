package evidence

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

var errFake = errors.New("the database went away")

// state is what the fake database holds.
type state struct {
	entries map[identity.ID]Row
	waiting []Waiting
	leaves  []Waiting
	hashes  map[int64]tlog.Hash
	heads   []Head
}

// last is the newest signed checkpoint.
func (s state) last() []byte { return s.heads[len(s.heads)-1].Note }

func (s state) clone() state {
	return state{maps.Clone(s.entries), slices.Clone(s.waiting), slices.Clone(s.leaves), maps.Clone(s.hashes), slices.Clone(s.heads)}
}

// fake is a database in memory with transactions one after another. It fails in both ways: not
// done (notDone), and done although it said it failed (doneAnyway).
type fake struct {
	mu         sync.Mutex
	state      state
	calls      int
	failAt     int // the call, counted over transactions, that fails; 0: none
	doneAnyway bool
}

func newFake() *fake {
	return &fake{state: state{entries: map[identity.ID]Row{}, hashes: map[int64]tlog.Hash{}}}
}

func (f *fake) inTx(_ context.Context, fn func(*fakeTx) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	tx := &fakeTx{fake: f, state: f.state.clone()}
	if err := fn(tx); err != nil {
		return err
	}
	if err := f.call(); err != nil { // the commit
		if f.doneAnyway {
			f.state = tx.state
		}
		return err
	}
	f.state = tx.state
	return nil
}

func (f *fake) call() error {
	f.calls++
	if f.calls == f.failAt {
		return errFake
	}
	return nil
}

func (f *fake) sequence(ctx context.Context, fn func(SequenceTx) error) error {
	return f.inTx(ctx, func(tx *fakeTx) error { return fn(tx) })
}

// view is the committed state; tests that write while reading take a new one.
func (f *fake) view() *fakeTx { return &fakeTx{fake: &fake{}, state: f.state} }

type fakeTx struct {
	fake  *fake
	state state
}

func (tx *fakeTx) AddEvidence(_ context.Context, row Row) error {
	tx.state.entries[row.Entry.ID] = row
	tx.state.waiting = append(tx.state.waiting, Waiting{row.Entry.ID, row.Commitment})
	return tx.fake.call()
}

func (tx *fakeTx) EraseEvidence(_ context.Context, home identity.ID) (int64, error) {
	before := len(tx.state.entries)
	maps.DeleteFunc(tx.state.entries, func(_ identity.ID, r Row) bool { return r.Entry.Home == home })
	return int64(before - len(tx.state.entries)), tx.fake.call()
}

func (tx *fakeTx) EvidenceHead(context.Context) (Head, error) {
	if err := tx.fake.call(); err != nil {
		return Head{}, err
	}
	if len(tx.state.heads) == 0 {
		return Head{}, fault.New(fault.Absent, "evidence.absent")
	}
	return tx.state.heads[len(tx.state.heads)-1], nil
}

func (tx *fakeTx) EvidenceWaiting(_ context.Context, limit int) ([]Waiting, error) {
	return slices.Clone(tx.state.waiting[:min(limit, len(tx.state.waiting))]), tx.fake.call()
}

func (tx *fakeTx) EvidenceHashes(_ context.Context, indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := tx.state.hashes[index]
		if !ok {
			return nil, errors.New("no such hash")
		}
		out[i] = h
	}
	return out, tx.fake.call()
}

func (tx *fakeTx) GrowEvidence(_ context.Context, g Growth) error {
	if n := len(tx.state.heads); n > 0 && tx.state.heads[n-1].Size != g.Previous || n == 0 && g.Previous != -1 {
		return ErrGrown
	}
	tx.state.heads = append(tx.state.heads, g.Head)
	tx.state.leaves = append(tx.state.leaves, g.Leaves...)
	for i, h := range g.Hashes {
		tx.state.hashes[g.FirstHash+int64(i)] = h
	}
	done := map[identity.ID]bool{}
	for _, l := range g.Leaves {
		done[l.Entry] = true
	}
	tx.state.waiting = slices.DeleteFunc(tx.state.waiting, func(w Waiting) bool { return done[w.Entry] })
	return tx.fake.call()
}

func (tx *fakeTx) EvidenceLeaves(_ context.Context, from, to int64) ([]Commitment, error) {
	var out []Commitment
	for _, l := range tx.state.leaves[from:to] {
		out = append(out, l.Commitment)
	}
	return out, tx.fake.call()
}

func (tx *fakeTx) EvidenceIndex(_ context.Context, entry identity.ID) (int64, error) {
	i := slices.IndexFunc(tx.state.leaves, func(w Waiting) bool { return w.Entry == entry })
	if i < 0 {
		return 0, fault.New(fault.Absent, "evidence.absent")
	}
	return int64(i), nil
}

func (tx *fakeTx) EvidenceEntry(_ context.Context, home, entry identity.ID) (Row, error) {
	row, ok := tx.state.entries[entry]
	if !ok || row.Entry.Home != home {
		return Row{}, fault.New(fault.Absent, "evidence.absent")
	}
	return row, nil
}

// seeded is randomness that is the same in every run.
func seeded(name string) *rand.ChaCha8 {
	var seed [32]byte
	copy(seed[:], name)
	return rand.NewChaCha8(seed)
}

// testKey is a key pair of a log, the same in every run for one seed.
func testKey(t testing.TB, name, seed string) (note.Signer, string) {
	t.Helper()
	var b [ed25519.SeedSize]byte
	copy(b[:], seed)
	private := ed25519.NewKeyFromSeed(b[:])
	public, err := note.NewEd25519VerifierKey(name, private.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(public, "+")[1]
	const algorithm = "\x01" // Ed25519
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString([]byte(algorithm+string(b[:]))))
	if err != nil {
		t.Fatal(err)
	}
	return signer, public
}

const testOrigin = "tereze.example/log"

var testTime = time.Date(2026, 3, 2, 4, 5, 6, 789012000, time.UTC)

// testEntry is a valid entry with everything in it.
func testEntry(id identity.ID) Entry {
	return Entry{
		Portal: "ismet", Home: 7, ID: id, At: testTime,
		Actor: "user:7", Act: "agreement.accept", Subject: `Оферта «ISMET» <1> & "2" \ қ`,
		Citation: clause.Citation{Portal: "ismet", Document: "offer", Edition: 3, Clause: "2.1"},
		Detail: map[string]string{
			"edition_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", // of "test"
			"how":            "button",
		},
	}
}

// testLog is a fake with a sequencer and entries 1..n, all numbered.
func testLog(t testing.TB, n int) (*fake, *Sequencer, string) {
	t.Helper()
	signer, public := testKey(t, testOrigin, "first")
	known, err := Verifiers([]string{public})
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	s := &Sequencer{InTx: f.sequence, Signer: signer, Known: known, Now: func() time.Time { return testTime }}
	record(t, f, 1, n)
	step(t, s)
	return f, s, public
}

// record writes entries from..to to the fake.
func record(t testing.TB, f *fake, from, to int) {
	t.Helper()
	r := Recorder{Random: seeded("salt")}
	for id := from; id <= to; id++ {
		err := f.inTx(t.Context(), func(tx *fakeTx) error {
			_, err := r.Record(t.Context(), tx, testEntry(identity.ID(id)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// step runs the sequencer until nothing waits.
func step(t testing.TB, s *Sequencer) {
	t.Helper()
	for {
		n, err := s.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

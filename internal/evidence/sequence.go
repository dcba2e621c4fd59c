package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// batchSize is how many leaves one step numbers unless told otherwise. On SQLite the step holds the
// only writer, so the batch bounds how long an act may wait for it: about 12 ms.
const batchSize = 1000

// Head is the newest checkpoint, signed.
type Head struct {
	Size int64
	Note []byte
	At   time.Time
}

// Waiting is a commitment without a number.
type Waiting struct {
	Entry      identity.ID
	Commitment Commitment
}

// Growth is what one step adds to the log.
type Growth struct {
	Previous  int64 // the size grown from, -1 for the first checkpoint: what the step believed
	Head      Head
	FirstLeaf int64 // number of the first leaf
	Leaves    []Waiting
	FirstHash int64 // index of the first stored hash
	Hashes    []tlog.Hash
}

// ErrGrown is told by SequenceTx when another sequencer has grown the log from the same size. It is
// no Conflict: a unique value taken is one too, and must not pass for a race that was merely lost.
var ErrGrown = errors.New("another sequencer has grown the log")

// SequenceTx is the transaction of one step. Everything in it happens or nothing.
type SequenceTx interface {
	HashReader
	// EvidenceHead is the newest checkpoint; Absent before the first.
	EvidenceHead(ctx context.Context) (Head, error)
	// EvidenceWaiting lists up to limit waiting commitments, oldest first. It need not lock them.
	EvidenceWaiting(ctx context.Context, limit int) ([]Waiting, error)
	// GrowEvidence writes the checkpoint, the leaves and the hashes and ends the waiting of the
	// leaves. If the log has already grown from Previous it is ErrGrown and the step is undone.
	GrowEvidence(ctx context.Context, g Growth) error
}

// HashReader reads stored hashes of the tree by their index, in the numbering of tlog.
type HashReader interface {
	// EvidenceHashes answers in the order asked; an index that is not stored is an error.
	EvidenceHashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
}

// Sequencer numbers what waits and signs the tree. Any number may run on one database: each step
// states the size it grew from, and the log grows from every size once.
type Sequencer struct {
	// InTx runs a transaction; it may run the closure more than once.
	InTx func(ctx context.Context, fn func(SequenceTx) error) error
	// Signer is the log's Ed25519 key in note form; its name is the log's origin.
	Signer note.Signer
	// Known are the keys that may have signed the checkpoint grown from: the signer's own, and
	// retired ones of the same name.
	Known note.Verifiers
	Now   func() time.Time
	Batch int // leaves in one step; 0: 1000
}

// Step numbers one batch in one transaction and says how many. It answers 0 when nothing waits or
// another sequencer was faster. A log without any checkpoint gets that of the empty tree, so that
// there is something to grow from and to show. After an error, whether the transaction was
// committed or not, the next step goes on from what the database holds.
func (s *Sequencer) Step(ctx context.Context) (int, error) {
	numbered := 0
	err := s.InTx(ctx, func(tx SequenceTx) error {
		n, err := s.step(ctx, tx)
		numbered = n
		return err
	})
	if errors.Is(err, ErrGrown) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("sequence evidence: %w", err)
	}
	return numbered, nil
}

func (s *Sequencer) step(ctx context.Context, tx SequenceTx) (int, error) {
	t, err := s.grownFrom(ctx, tx)
	if err != nil {
		return 0, err
	}
	limit := s.Batch
	if limit <= 0 {
		limit = batchSize
	}
	waiting, err := tx.EvidenceWaiting(ctx, limit)
	if err != nil {
		return 0, err
	}
	if len(waiting) == 0 && t.previous >= 0 {
		return 0, nil
	}
	g := Growth{Previous: t.previous, Leaves: waiting, FirstLeaf: t.size, FirstHash: tlog.StoredHashCount(t.size)}
	for _, w := range waiting {
		hashes, err := t.add(w.Commitment)
		if err != nil {
			return 0, err
		}
		g.Hashes = append(g.Hashes, hashes...)
	}
	root, err := tlog.TreeHash(t.size, t)
	if err != nil {
		return 0, err
	}
	signed, err := signCheckpoint(Checkpoint{Origin: s.Signer.Name(), Size: t.size, Root: root}, s.Signer)
	if err != nil {
		return 0, err
	}
	g.Head = Head{Size: t.size, Note: signed, At: s.Now().UTC().Truncate(time.Microsecond)}
	return len(waiting), tx.GrowEvidence(ctx, g)
}

// grownFrom loads the right edge of the tree and holds it against the last checkpoint: a log whose
// rows were altered is not signed again.
func (s *Sequencer) grownFrom(ctx context.Context, tx SequenceTx) (*tree, error) {
	t := &tree{hashes: map[int64]tlog.Hash{}, previous: -1}
	head, err := tx.EvidenceHead(ctx)
	if fault.Is(err, fault.Absent) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := OpenCheckpoint(head.Note, s.Known)
	if err != nil {
		return nil, fmt.Errorf("last checkpoint: %w", err)
	}
	if c.Origin != s.Signer.Name() || c.Size != head.Size {
		return nil, fmt.Errorf("last checkpoint is of %q at %d, not of %q at %d", c.Origin, c.Size, s.Signer.Name(), head.Size)
	}
	t.size, t.previous = c.Size, c.Size
	root, err := tlog.TreeHash(c.Size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes, err := tx.EvidenceHashes(ctx, indexes)
		for i, h := range hashes {
			t.hashes[indexes[i]] = h
		}
		return hashes, err
	}))
	if err != nil {
		return nil, err
	}
	if root != c.Root {
		return nil, fmt.Errorf("stored tree of %d leaves does not lead to its checkpoint", c.Size)
	}
	return t, nil
}

// tree is the right edge of the log in memory: the roots of its full subtrees, which is all that
// further leaves are hashed with, and the hashes added since.
type tree struct {
	size     int64
	previous int64
	hashes   map[int64]tlog.Hash
}

// add appends a leaf and returns the hashes to store for it.
func (t *tree) add(c Commitment) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashes(t.size, c[:], t)
	if err != nil {
		return nil, err
	}
	at := tlog.StoredHashIndex(0, t.size)
	for i, h := range hashes {
		t.hashes[at+int64(i)] = h
	}
	t.size++
	return hashes, nil
}

// ReadHashes makes the tree a tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := t.hashes[index]
		if !ok {
			return nil, fmt.Errorf("hash %d is not on the edge of a tree of %d", index, t.size)
		}
		out[i] = h
	}
	return out, nil
}

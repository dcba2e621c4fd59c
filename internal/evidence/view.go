package evidence

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// MaxLeaves is how many leaves are served at a time.
const MaxLeaves = 1000

// View reads the log. It must see what is committed; it need not see it all at one instant, because
// a log only grows.
type View interface {
	HashReader
	// EvidenceHead is the newest checkpoint; Absent before the first.
	EvidenceHead(ctx context.Context) (Head, error)
	// EvidenceLeaves lists the commitments from index from up to but not including to.
	EvidenceLeaves(ctx context.Context, from, to int64) ([]Commitment, error)
	// EvidenceIndex is the number of an entry's leaf; Absent while it waits.
	EvidenceIndex(ctx context.Context, entry identity.ID) (int64, error)
	// EvidenceEntry is one entry of a home with its salt; Absent when there is none or it was erased.
	EvidenceEntry(ctx context.Context, home, entry identity.ID) (Row, error)
}

// LatestCheckpoint is the newest signed checkpoint, as it is served. Before the first it is
// Unavailable: evidence.not_yet.
func LatestCheckpoint(ctx context.Context, v View) ([]byte, error) {
	head, err := v.EvidenceHead(ctx)
	if fault.Is(err, fault.Absent) {
		return nil, notYet()
	}
	return head.Note, err
}

// Consistency proves that the tree of the later size begins with the tree of the earlier one (RFC 6962
// §2.1.2). From the empty tree the proof is empty. Invalid, when the sizes are not in order or
// the log has not grown to them.
func Consistency(ctx context.Context, v View, earlier, later int64) ([]tlog.Hash, error) {
	if earlier < 0 || earlier > later {
		return nil, outOfRange()
	}
	if err := grown(ctx, v, later); err != nil {
		return nil, err
	}
	if earlier == 0 {
		return nil, nil
	}
	return tlog.ProveTree(later, earlier, reader(ctx, v))
}

// Inclusion proves that a leaf stands in the tree of a size (RFC 6962 §2.1.1). Invalid, when it does
// not or the log has not grown to that size.
func Inclusion(ctx context.Context, v View, index, size int64) ([]tlog.Hash, error) {
	if index < 0 || index >= size {
		return nil, outOfRange()
	}
	if err := grown(ctx, v, size); err != nil {
		return nil, err
	}
	return tlog.ProveRecord(size, index, reader(ctx, v))
}

// Leaves lists the commitments from index from up to but not including to. Invalid, when the log
// has no such leaves or there are more than MaxLeaves.
func Leaves(ctx context.Context, v View, from, to int64) ([]Commitment, error) {
	if from < 0 || from > to {
		return nil, outOfRange()
	}
	if to-from > MaxLeaves {
		return nil, fault.New(fault.Invalid, "evidence.too_many_leaves")
	}
	if err := grown(ctx, v, to); err != nil {
		return nil, err
	}
	if from == to {
		return nil, nil
	}
	return v.EvidenceLeaves(ctx, from, to)
}

// grown refuses sizes the log has not grown to, so that nothing is said of leaves that no
// checkpoint covers.
func grown(ctx context.Context, v View, size int64) error {
	head, err := v.EvidenceHead(ctx)
	if fault.Is(err, fault.Absent) {
		return notYet()
	}
	if err == nil && size > head.Size {
		return outOfRange()
	}
	return err
}

func outOfRange() error { return fault.New(fault.Invalid, "evidence.out_of_range") }

func notYet() error { return fault.New(fault.Unavailable, "evidence.not_yet") }

func reader(ctx context.Context, r HashReader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return r.EvidenceHashes(ctx, indexes)
	})
}

// FormatHashes writes proofs and leaves as they are served: base64, one to a line.
func FormatHashes[H ~[32]byte](hashes []H) []byte {
	var b []byte
	for _, h := range hashes {
		b = base64.StdEncoding.AppendEncode(b, h[:])
		b = append(b, '\n')
	}
	return b
}

// ParseHashes reads what FormatHashes wrote, and refuses more than limit of them.
func ParseHashes[H ~[32]byte](data []byte, limit int) ([]H, error) {
	if len(data) == 0 {
		return nil, nil
	}
	text, ended := strings.CutSuffix(string(data), "\n")
	if !ended {
		return nil, errors.New("last line is not ended")
	}
	if n := strings.Count(text, "\n") + 1; n > limit {
		return nil, fmt.Errorf("%d lines, at most %d wanted", n, limit)
	}
	var out []H
	for line := range strings.SplitSeq(text, "\n") {
		h, err := bytes32(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		out = append(out, h)
	}
	return out, nil
}

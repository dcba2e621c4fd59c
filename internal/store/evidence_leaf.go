package store

import (
	"context"

	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// EvidenceLeavesOf gives the leaves of these entries. An entry that still waits for its number is
// not in the answer.
func (tx *Tx) EvidenceLeavesOf(ctx context.Context, entries []identity.ID) (map[identity.ID]evidence.Leaf, error) {
	found := make(map[identity.ID]evidence.Leaf, len(entries))
	for rest := entries; len(rest) > 0; {
		n := min(len(rest), evidenceRows)
		if err := tx.evidenceLeavesOf(ctx, rest[:n], found); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	return found, nil
}

func (tx *Tx) evidenceLeavesOf(ctx context.Context, entries []identity.ID, found map[identity.ID]evidence.Leaf) error {
	size := evidenceSize(len(entries))
	args := make([]any, size)
	for i := range args {
		args[i] = int64(entries[min(i, len(entries)-1)]) // the last again, up to a length that is prepared
	}
	rs, err := tx.query(ctx, `SELECT entry_id, number, commitment FROM evidence_leaf WHERE entry_id IN `+evidenceTuples(1, size), args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var (
			entry      int64
			leaf       evidence.Leaf
			commitment []byte
		)
		if err := rs.Scan(&entry, &leaf.Number, &commitment); err != nil {
			return err
		}
		if leaf.Commitment, err = evidence32(commitment); err != nil {
			return err
		}
		found[identity.ID(entry)] = leaf
	}
	return rs.Err()
}

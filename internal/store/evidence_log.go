package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// The transparency log: waiting commitments, leaves, hashes of the tree, checkpoints.

// EvidenceHead is the newest checkpoint. Refusal: Absent before the first.
func (tx *Tx) EvidenceHead(ctx context.Context) (evidence.Head, error) {
	var (
		h    evidence.Head
		note string
		at   int64
	)
	err := tx.queryRow(ctx, `SELECT size, note, at FROM evidence_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&h.Size, &note, &at)
	h.Note, h.At = []byte(note), time.UnixMicro(at).UTC()
	return h, err
}

// EvidenceWaiting lists commitments without a number, oldest first. It locks nothing: of two
// sequencers that read the same ones, GrowEvidence stops the second.
func (tx *Tx) EvidenceWaiting(ctx context.Context, limit int) ([]evidence.Waiting, error) {
	return list(ctx, tx, func(r scanner) (evidence.Waiting, error) {
		var (
			entry      int64
			commitment []byte
		)
		if err := r.Scan(&entry, &commitment); err != nil {
			return evidence.Waiting{}, err
		}
		c, err := evidence32(commitment)
		return evidence.Waiting{Entry: identity.ID(entry), Commitment: c}, err
	}, `SELECT entry_id, commitment FROM evidence_waiting ORDER BY entry_id LIMIT $1`, int64(limit))
}

// EvidenceIndex is the number of an entry's leaf. Refusal: Absent while it waits.
func (tx *Tx) EvidenceIndex(ctx context.Context, entry identity.ID) (int64, error) {
	var number int64
	err := tx.queryRow(ctx, `SELECT number FROM evidence_leaf WHERE entry_id = $1`, int64(entry)).Scan(&number)
	return number, err
}

// EvidenceLeaves lists the commitments from number from up to but not including to. A gap is an
// accident.
func (tx *Tx) EvidenceLeaves(ctx context.Context, from, to int64) ([]evidence.Commitment, error) {
	next := from
	leaves, err := list(ctx, tx, func(r scanner) (evidence.Commitment, error) {
		var (
			number     int64
			commitment []byte
		)
		if err := r.Scan(&number, &commitment); err != nil {
			return evidence.Commitment{}, err
		}
		if number != next {
			return evidence.Commitment{}, fmt.Errorf("leaf %d of the log is missing", next)
		}
		next++
		return evidence32(commitment)
	}, `SELECT number, commitment FROM evidence_leaf WHERE number >= $1 AND number < $2 ORDER BY number`, from, to)
	if err == nil && next != to {
		err = fmt.Errorf("leaf %d of the log is missing", next)
	}
	return leaves, err
}

// EvidenceHashes reads stored hashes of the tree, in the order asked. One that is missing is an
// accident.
func (tx *Tx) EvidenceHashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	found := make(map[int64]tlog.Hash, len(indexes))
	for rest := indexes; len(rest) > 0; {
		n := min(len(rest), evidenceRows)
		if err := tx.evidenceHashes(ctx, rest[:n], found); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := found[index]
		if !ok {
			return nil, fmt.Errorf("hash %d of the log is missing", index)
		}
		hashes[i] = h
	}
	return hashes, nil
}

func (tx *Tx) evidenceHashes(ctx context.Context, indexes []int64, found map[int64]tlog.Hash) error {
	size := evidenceSize(len(indexes))
	args := make([]any, size)
	for i := range args {
		args[i] = indexes[min(i, len(indexes)-1)] // the last again, up to a length that is prepared
	}
	rs, err := tx.query(ctx, `SELECT number, hash FROM evidence_hash WHERE number IN `+evidenceTuples(1, size), args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var (
			number int64
			hash   []byte
		)
		if err := rs.Scan(&number, &hash); err != nil {
			return err
		}
		h, err := evidence32(hash)
		if err != nil {
			return err
		}
		found[number] = h
	}
	return rs.Err()
}

// GrowEvidence writes one step of the sequencer. The checkpoint comes first: it names the size it
// grew from, which is unique, so that a second sequencer waits here for the first and then gives
// way with evidence.ErrGrown, having written nothing.
func (tx *Tx) GrowEvidence(ctx context.Context, g evidence.Growth) error {
	changed, err := tx.exec(ctx, `INSERT INTO evidence_checkpoint (size, previous, note, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, g.Head.Size, g.Previous, string(g.Head.Note), g.Head.At.UnixMicro())
	if err != nil {
		return err
	}
	if changed == 0 {
		return evidence.ErrGrown
	}
	err = tx.evidenceMany(ctx, 3, len(g.Leaves), func(i int) []any {
		l := &g.Leaves[i]
		return []any{g.FirstLeaf + int64(i), int64(l.Entry), l.Commitment[:]}
	}, func(tuples string) string {
		return `INSERT INTO evidence_leaf (number, entry_id, commitment) VALUES ` + tuples
	})
	if err != nil {
		return err
	}
	err = tx.evidenceMany(ctx, 2, len(g.Hashes), func(i int) []any {
		return []any{g.FirstHash + int64(i), g.Hashes[i][:]}
	}, func(tuples string) string {
		return `INSERT INTO evidence_hash (number, hash) VALUES ` + tuples
	})
	if err != nil {
		return err
	}
	// By id, never by range: an act with an earlier id may have been committed since they were read.
	return tx.evidenceMany(ctx, 1, len(g.Leaves), func(i int) []any {
		return []any{int64(g.Leaves[i].Entry)}
	}, func(tuples string) string {
		return `DELETE FROM evidence_waiting WHERE entry_id IN ` + tuples
	})
}

// evidenceMany runs a statement over many rows, a piece at a time; each piece must change as many
// rows as it names.
func (tx *Tx) evidenceMany(ctx context.Context, columns, rows int, row func(int) []any, text func(tuples string) string) error {
	for done := 0; done < rows; {
		size := evidenceRows
		for size > rows-done {
			size = evidenceSmaller(size)
		}
		args := make([]any, 0, size*columns)
		for i := range size {
			args = append(args, row(done+i)...)
		}
		changed, err := tx.exec(ctx, text(evidenceTuples(columns, size)), args...)
		if err != nil {
			return err
		}
		if changed != int64(size) {
			return fmt.Errorf("%d of %d rows of the log were changed", changed, size)
		}
		done += size
	}
	return nil
}

// evidenceRows is how many rows one statement names at most. Statements come for 16, 4 and 1 rows
// only, so that few texts are prepared. More rows are slower on SQLite, whose driver looks for the
// value of each parameter among all of them: by 256 rows a step takes four times as long there,
// and is a quarter shorter on PostgreSQL (BenchmarkEvidence).
const evidenceRows = 16

// evidenceSmaller is the next size below.
func evidenceSmaller(size int) int { return size / 4 }

// evidenceSize is the smallest size that holds n rows, of those up to evidenceRows.
func evidenceSize(n int) int {
	size := 1
	for size < n {
		size *= 4
	}
	return size
}

// evidenceTuples is ($1,$2),($3,$4) for rows of several columns and ($1,$2) for the list of one.
func evidenceTuples(columns, rows int) string {
	var b strings.Builder
	if columns == 1 {
		b.WriteByte('(')
	}
	for i := range rows * columns {
		if columns > 1 && i%columns == 0 {
			b.WriteByte('(')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
		if columns > 1 && i%columns == columns-1 {
			b.WriteByte(')')
		}
		if i < rows*columns-1 {
			b.WriteByte(',')
		}
	}
	if columns == 1 {
		b.WriteByte(')')
	}
	return b.String()
}

func evidence32(b []byte) ([32]byte, error) {
	var out [32]byte
	if len(b) != len(out) {
		return out, fmt.Errorf("%d bytes where the log has 32", len(b))
	}
	copy(out[:], b)
	return out, nil
}

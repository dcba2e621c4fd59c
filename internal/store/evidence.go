package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// Entries of evidence. The log they are committed to is in evidence_log.go.

// AddEvidence keeps an entry and lays its commitment before the sequencer. Refusal: Conflict
// "store.taken" when the entry is there already.
func (tx *Tx) AddEvidence(ctx context.Context, row evidence.Row) error {
	e := row.Entry
	_, err := tx.exec(ctx, `INSERT INTO evidence_entry
		(user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		int64(e.Home), int64(e.ID), e.Portal, e.At.UnixMicro(), e.Actor, e.Act, e.Subject,
		e.Citation.Document, int64(e.Citation.Edition), e.Citation.Clause, evidence.FormatDetail(e.Detail), row.Salt[:])
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO evidence_waiting (entry_id, commitment) VALUES ($1, $2)`,
		int64(e.ID), row.Commitment[:])
	return err
}

// EraseEvidence removes the entries of a home and says how many there were. The log keeps their
// commitments.
func (tx *Tx) EraseEvidence(ctx context.Context, home identity.ID) (int64, error) {
	return tx.exec(ctx, `DELETE FROM evidence_entry WHERE user_id = $1`, int64(home))
}

// EvidenceEntry is one entry of a home with its salt. Refusal: Absent.
func (tx *Tx) EvidenceEntry(ctx context.Context, home, entry identity.ID) (evidence.Row, error) {
	return evidenceRow(tx.queryRow(ctx, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE user_id = $1 AND id = $2`, int64(home), int64(entry)))
}

// EvidenceOf lists up to limit entries of a home, newest first, with ids below before; 0 begins at
// the newest.
func (tx *Tx) EvidenceOf(ctx context.Context, user, before identity.ID, limit int) ([]evidence.Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		int64(user), int64(before), int64(limit))
}

// EvidenceLog lists entries of a portal for its auditor, newest first; every home's, so the caller
// has to have asked why (design §9: staff see personal data only with a reason).
func (tx *Tx) EvidenceLog(ctx context.Context, f evidence.Filter) ([]evidence.Entry, error) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMicro()
	}
	at, id := to, int64(math.MinInt64) // the mark (to, lowest id) lets through exactly what is before to
	if !f.Before.At.IsZero() && f.Before.At.UnixMicro() < to {
		at, id = f.Before.At.UnixMicro(), int64(f.Before.ID)
	}
	if f.Act == "" {
		return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
			FROM evidence_entry WHERE portal = $1 AND at >= $2 AND (at, id) < ($3, $4)
			ORDER BY at DESC, id DESC LIMIT $5`, f.Portal, from, at, id, int64(f.Limit))
	}
	return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE portal = $1 AND act = $2 AND at >= $3 AND (at, id) < ($4, $5)
		ORDER BY at DESC, id DESC LIMIT $6`, f.Portal, f.Act, from, at, id, int64(f.Limit))
}

func evidenceEntry(r scanner) (evidence.Entry, error) {
	row, err := evidenceRow(r)
	return row.Entry, err
}

func evidenceRow(r scanner) (evidence.Row, error) {
	var (
		e                     evidence.Entry
		home, id, at, edition int64
		detail                string
		salt                  []byte
		c                     clause.Citation
	)
	err := r.Scan(&home, &id, &e.Portal, &at, &e.Actor, &e.Act, &e.Subject, &c.Document, &edition, &c.Clause, &detail, &salt)
	if err != nil {
		return evidence.Row{}, err
	}
	e.Home, e.ID, e.At = identity.ID(home), identity.ID(id), time.UnixMicro(at).UTC()
	if c.Document != "" { // a citation is of the entry's portal: see evidence.Entry.Check
		c.Portal, c.Edition = e.Portal, int(edition)
		e.Citation = c
	}
	if e.Detail, err = evidence.ParseDetail(detail); err != nil {
		return evidence.Row{}, fmt.Errorf("detail of entry %d: %w", id, err)
	}
	row := evidence.Row{Entry: e}
	if len(salt) != len(row.Salt) {
		return evidence.Row{}, fmt.Errorf("salt of entry %d has %d bytes", id, len(salt))
	}
	copy(row.Salt[:], salt)
	return row, nil
}

// EvidenceOfActs lists a home's entries of some acts, newest first, with ids below before; 0 begins
// at the newest.
func (tx *Tx) EvidenceOfActs(ctx context.Context, home, before identity.ID, acts []string, limit int) ([]evidence.Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	args := []any{int64(home), int64(before), int64(limit)}
	places := make([]string, len(acts))
	for i, act := range acts {
		args = append(args, act)
		places[i] = "$" + strconv.Itoa(len(args))
	}
	return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE user_id = $1 AND id < $2 AND act IN (`+strings.Join(places, ", ")+`) ORDER BY id DESC LIMIT $3`, args...)
}

// HasEvidence follows account.InvitedTx.
func (tx *Tx) HasEvidence(ctx context.Context, home identity.ID, act string) (bool, error) {
	var count int
	err := tx.queryRow(ctx, `SELECT COUNT(*) FROM evidence_entry WHERE user_id = $1 AND act = $2`, int64(home), act).Scan(&count)
	return count > 0, err
}

package store

import (
	"context"
	"math"

	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// EvidenceActs lists up to limit entries of one act of a home, newest first, with ids below before;
// 0 begins at the newest.
func (tx *Tx) EvidenceActs(ctx context.Context, home identity.ID, act string, before identity.ID, limit int) ([]evidence.Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE user_id = $1 AND act = $2 AND id < $3 ORDER BY id DESC LIMIT $4`,
		int64(home), act, int64(before), int64(limit))
}

// EvidenceAbout lists up to limit entries of a home on one subject, newest first.
func (tx *Tx) EvidenceAbout(ctx context.Context, home identity.ID, subject string, limit int) ([]evidence.Entry, error) {
	return list(ctx, tx, evidenceEntry, `SELECT user_id, id, portal, at, actor, act, subject, document, edition, clause, detail, salt
		FROM evidence_entry WHERE user_id = $1 AND subject = $2 ORDER BY id DESC LIMIT $3`,
		int64(home), subject, int64(limit))
}

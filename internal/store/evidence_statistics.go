package store

import (
	"context"
	"time"

	"tereze/internal/privacy"
)

// CountSignIns follows privacy.StatisticsTx.
func (tx *Tx) CountSignIns(ctx context.Context, portal string, from, to time.Time) ([]privacy.Count, error) {
	return list(ctx, tx, counted, `SELECT 'sign_in', COUNT(*), COUNT(DISTINCT x.user_id) FROM evidence_entry x
		WHERE x.portal = $1 AND x.act = 'account.sign_in' AND x.at >= $2 AND x.at < $3
			AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w WHERE w.user_id = x.user_id AND w.purpose IN ('statistics', 'quality') AND w.given_again = 0)`, portal, micros(from), micros(to))
}

package store

import (
	"context"
	"time"

	"tereze/internal/privacy"
)

// CountRequests follows privacy.StatisticsTx.
func (tx *Tx) CountRequests(ctx context.Context, portal string, from, to time.Time) ([]privacy.Count, error) {
	return list(ctx, tx, counted, `SELECT x.kind, COUNT(*), COUNT(DISTINCT x.user_id) FROM claims_request x
		WHERE x.portal = $1 AND x.opened_at >= $2 AND x.opened_at < $3
			AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w WHERE w.user_id = x.user_id AND w.purpose IN ('statistics', 'quality') AND w.given_again = 0)
		GROUP BY x.kind`, portal, micros(from), micros(to))
}

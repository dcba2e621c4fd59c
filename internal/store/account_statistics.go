package store

import (
	"context"
	"time"

	"tereze/internal/privacy"
)

// CountUsers follows privacy.StatisticsTx.
func (tx *Tx) CountUsers(ctx context.Context, portal string, from, to time.Time) ([]privacy.Count, error) {
	return list(ctx, tx, counted, `SELECT 'registered', COUNT(*), COUNT(*) FROM account_user x
		WHERE x.portal = $1 AND x.created_at >= $2 AND x.created_at < $3
			AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w WHERE w.user_id = x.user_id AND w.purpose IN ('statistics', 'quality') AND w.given_again = 0)`, portal, micros(from), micros(to))
}

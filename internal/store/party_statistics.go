package store

import (
	"context"
	"time"

	"tereze/internal/privacy"
)

// CountMembers follows privacy.StatisticsTx.
func (tx *Tx) CountMembers(ctx context.Context, portal string, from, to time.Time) ([]privacy.Count, error) {
	return list(ctx, tx, counted, `SELECT i.kind, COUNT(*), COUNT(DISTINCT x.user_id) FROM party_membership x JOIN party_institution i ON i.org_id = x.org_id
		WHERE i.portal = $1 AND x.began_at >= $2 AND x.began_at < $3
			AND NOT EXISTS (SELECT 1 FROM privacy_withdrawal w WHERE w.user_id = x.user_id AND w.purpose IN ('statistics', 'quality') AND w.given_again = 0)
		GROUP BY i.kind`, portal, micros(from), micros(to))
}

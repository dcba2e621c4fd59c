package store

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/privacy"
)

// LeftBefore follows privacy.ErasureTx.
func (tx *Tx) LeftBefore(ctx context.Context, portal string, before time.Time, after privacy.Left, limit int) ([]privacy.Left, error) {
	return list(ctx, tx, func(s scanner) (privacy.Left, error) {
		var user, at int64
		err := s.Scan(&user, &at)
		return privacy.Left{User: identity.ID(user), At: instant(at)}, err
	}, `SELECT user_id, left_at FROM account_user WHERE portal = $1 AND left_at > 0 AND left_at <= $2 AND (left_at, user_id) > ($3, $4)
		ORDER BY left_at, user_id LIMIT $5`, portal, micros(before), micros(after.At), int64(after.User), int64(limit))
}

// LeftAt follows privacy.ErasureTx.
func (tx *Tx) LeftAt(ctx context.Context, user identity.ID) (time.Time, error) {
	var at int64
	err := tx.queryRow(ctx, `SELECT left_at FROM account_user WHERE user_id = $1`+tx.forUpdate(), int64(user)).Scan(&at)
	return instant(at), err
}

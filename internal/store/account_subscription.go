package store

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// Subscribed follows account.SubscriptionTx.
func (tx *Tx) Subscribed(ctx context.Context, user identity.ID, channel notify.Channel) (bool, error) {
	var n int64
	err := tx.queryRow(ctx, `SELECT COUNT(*) FROM account_subscription WHERE user_id = $1 AND channel = $2`, int64(user), string(channel)).Scan(&n)
	return n > 0, err
}

// Subscribe follows account.SubscriptionTx.
func (tx *Tx) Subscribe(ctx context.Context, user identity.ID, channel notify.Channel, at time.Time) (changed bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO account_subscription (user_id, channel, at) VALUES ($1, $2, $3) ON CONFLICT (user_id, channel) DO NOTHING`,
		int64(user), string(channel), micros(at))
	return n > 0, err
}

// Unsubscribe follows account.SubscriptionTx.
func (tx *Tx) Unsubscribe(ctx context.Context, user identity.ID, channel notify.Channel) (changed bool, err error) {
	n, err := tx.exec(ctx, `DELETE FROM account_subscription WHERE user_id = $1 AND channel = $2`, int64(user), string(channel))
	return n > 0, err
}

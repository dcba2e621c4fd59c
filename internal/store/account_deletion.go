package store

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// AddDeletion follows account.DeletionTx.
func (tx *Tx) AddDeletion(ctx context.Context, d account.Deletion) error {
	return tx.one(ctx, `INSERT INTO account_deletion (user_id, portal, at, ground) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO NOTHING`,
		int64(d.User), d.Portal, micros(d.At), d.Ground)
}

// Deletion follows account.DeletionTx.
func (tx *Tx) Deletion(ctx context.Context, user identity.ID) (account.Deletion, error) {
	d := account.Deletion{User: user}
	var at int64
	err := tx.queryRow(ctx, `SELECT portal, at, ground FROM account_deletion WHERE user_id = $1`, int64(user)).Scan(&d.Portal, &at, &d.Ground)
	d.At = instant(at)
	return d, err
}

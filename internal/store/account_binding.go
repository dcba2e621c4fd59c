package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// sealedBinding is the part of a binding that names the person and the organisation.
type sealedBinding struct{ IIN, BIN, Organisation string }

func bindingRow(user identity.ID) string {
	return "account_binding/" + strconv.FormatInt(int64(user), 10)
}

// Binding follows account.BindingTx.
func (tx *Tx) Binding(ctx context.Context, user identity.ID) (account.Binding, error) {
	var b account.Binding
	var sealed []byte
	var bound, ends int64
	err := tx.queryRow(ctx, `SELECT party, sealed, bound_at, key_ends_at FROM account_binding WHERE user_id = $1`, int64(user)).
		Scan(&b.Party, &sealed, &bound, &ends)
	if err != nil {
		return account.Binding{}, err
	}
	var inside sealedBinding
	if err := tx.unseal(bindingRow(user), sealed, &inside); err != nil {
		return account.Binding{}, err
	}
	b.IIN, b.BIN, b.Organisation, b.BoundAt, b.KeyEndsAt = inside.IIN, inside.BIN, inside.Organisation, instant(bound), instant(ends)
	return b, nil
}

// AddBinding follows account.BindingTx.
func (tx *Tx) AddBinding(ctx context.Context, user identity.ID, b account.Binding) error {
	sealed, err := tx.seal(bindingRow(user), sealedBinding{b.IIN, b.BIN, b.Organisation})
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO account_binding (user_id, party, sealed, bound_at, key_ends_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id) DO NOTHING`,
		int64(user), b.Party, sealed, micros(b.BoundAt), micros(b.KeyEndsAt))
}

// ShowedKey follows account.BindingTx.
func (tx *Tx) ShowedKey(ctx context.Context, user identity.ID, endsAt time.Time) error {
	_, err := tx.exec(ctx, `UPDATE account_binding SET key_ends_at = $1 WHERE user_id = $2`, micros(endsAt), int64(user))
	return err
}

// UserNumbered follows account.BindingTx.
func (tx *Tx) UserNumbered(ctx context.Context, portal, number string) (account.User, error) {
	m, err := tx.lookup("number/" + number)
	if err != nil {
		return account.User{}, err
	}
	var id int64
	if err := tx.queryRow(ctx, `SELECT user_id FROM account_number WHERE portal = $1 AND mark = $2`, portal, m).Scan(&id); err != nil {
		return account.User{}, err
	}
	return tx.User(ctx, identity.ID(id))
}

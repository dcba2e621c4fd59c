package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// PasskeyHolder follows account.PasskeyTx.
func (tx *Tx) PasskeyHolder(ctx context.Context, user identity.ID) (account.PasskeyHolder, error) {
	var h account.PasskeyHolder
	var stopped int64
	err := tx.queryRow(ctx, `SELECT handle, second, stopped_at FROM account_passkey_holder WHERE user_id = $1`, int64(user)).Scan(&h.Handle, &h.Second, &stopped)
	h.StoppedAt = instant(stopped)
	return h, err
}

// SavePasskeyHolder follows account.PasskeyTx. The handle, once there, stays.
func (tx *Tx) SavePasskeyHolder(ctx context.Context, user identity.ID, h account.PasskeyHolder) error {
	return tx.one(ctx, `
		INSERT INTO account_passkey_holder (user_id, handle, second, stopped_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET second = $3, stopped_at = $4`,
		int64(user), h.Handle, h.Second, micros(h.StoppedAt))
}

func passkeyRow(user, id identity.ID) string {
	return "account_passkey/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// sealedPasskey is the part of a passkey that says something of its person, or lets them in.
type sealedPasskey struct {
	Name       string
	Credential []byte
}

// Passkeys follows account.PasskeyTx.
func (tx *Tx) Passkeys(ctx context.Context, user identity.ID) ([]account.Passkey, error) {
	return list(ctx, tx, func(s scanner) (account.Passkey, error) {
		p := account.Passkey{User: user}
		var id, count, added, used, cloned, version int64
		var sealed []byte
		if err := s.Scan(&id, &sealed, &count, &added, &used, &cloned, &version); err != nil {
			return p, err
		}
		p.ID, p.Count, p.Version = identity.ID(id), uint32(count), int(version)
		p.AddedAt, p.UsedAt, p.ClonedAt = instant(added), instant(used), instant(cloned)
		var inside sealedPasskey
		err := tx.unseal(passkeyRow(user, p.ID), sealed, &inside)
		p.Name, p.Credential = inside.Name, inside.Credential
		return p, err
	}, `SELECT passkey_id, sealed, sign_count, added_at, used_at, cloned_at, version FROM account_passkey WHERE user_id = $1 ORDER BY passkey_id`, int64(user))
}

// PasskeyOwner follows account.PasskeyTx.
func (tx *Tx) PasskeyOwner(ctx context.Context, credentialHash []byte) (identity.ID, error) {
	var user int64
	err := tx.queryRow(ctx, `SELECT user_id FROM account_credential WHERE credential_hash = $1`, credentialHash).Scan(&user)
	return identity.ID(user), err
}

// AddPasskey follows account.PasskeyTx.
func (tx *Tx) AddPasskey(ctx context.Context, p account.Passkey, credentialHash []byte) error {
	added, err := tx.exec(ctx, `
		INSERT INTO account_credential (credential_hash, user_id, passkey_id) VALUES ($1, $2, $3) ON CONFLICT (credential_hash) DO NOTHING`,
		credentialHash, int64(p.User), int64(p.ID))
	if err != nil {
		return err
	}
	if added == 0 {
		return fault.New(fault.Conflict, keyTaken)
	}
	sealed, err := tx.seal(passkeyRow(p.User, p.ID), sealedPasskey{p.Name, p.Credential})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_passkey (user_id, passkey_id, sealed, sign_count, added_at, used_at, cloned_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(p.User), int64(p.ID), sealed, int64(p.Count), micros(p.AddedAt), micros(p.UsedAt), micros(p.ClonedAt), int64(p.Version))
}

// SavePasskey follows account.PasskeyTx.
func (tx *Tx) SavePasskey(ctx context.Context, p account.Passkey) error {
	sealed, err := tx.seal(passkeyRow(p.User, p.ID), sealedPasskey{p.Name, p.Credential})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE account_passkey SET sealed = $1, sign_count = $2, used_at = $3, cloned_at = $4, version = $5
		WHERE user_id = $6 AND passkey_id = $7 AND version = $8`,
		sealed, int64(p.Count), micros(p.UsedAt), micros(p.ClonedAt), int64(p.Version), int64(p.User), int64(p.ID), int64(p.Version-1))
}

// RemovePasskey follows account.PasskeyTx.
func (tx *Tx) RemovePasskey(ctx context.Context, user, id identity.ID) error {
	if _, err := tx.exec(ctx, `DELETE FROM account_credential WHERE user_id = $1 AND passkey_id = $2`, int64(user), int64(id)); err != nil {
		return err
	}
	return tx.one(ctx, `DELETE FROM account_passkey WHERE user_id = $1 AND passkey_id = $2`, int64(user), int64(id))
}

// DropPasskeys follows account.PasskeyTx. The handle goes as well: devices know the account no more.
func (tx *Tx) DropPasskeys(ctx context.Context, user identity.ID) (int, error) {
	for _, statement := range []string{
		`DELETE FROM account_credential WHERE user_id = $1`,
		`DELETE FROM account_passkey_holder WHERE user_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, int64(user)); err != nil {
			return 0, err
		}
	}
	dropped, err := tx.exec(ctx, `DELETE FROM account_passkey WHERE user_id = $1`, int64(user))
	return int(dropped), err
}

// StopPasskeys follows account.PasskeyTx.
func (tx *Tx) StopPasskeys(ctx context.Context, user identity.ID, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE account_passkey_holder SET stopped_at = $1 WHERE user_id = $2`, micros(at), int64(user))
	return err
}

package store

import (
	"context"
	"strconv"

	"tereze/internal/identity"
	"tereze/internal/signing"
)

func keptRow(home, entry identity.ID) string {
	return "signing_kept/" + strconv.FormatInt(int64(home), 10) + "/" + strconv.FormatInt(int64(entry), 10)
}

// KeepSignature keeps a signature that served.
func (tx *Tx) KeepSignature(ctx context.Context, k signing.Kept) error {
	sealed, err := tx.seal(keptRow(k.Home, k.Entry), k.Signed)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO signing_kept (user_id, entry_id, portal, purpose, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(k.Home), int64(k.Entry), k.Portal, string(k.Purpose), sealed, micros(k.At))
}

// KeptSignature follows signing.KeptTx.
func (tx *Tx) KeptSignature(ctx context.Context, home, entry identity.ID) (signing.Kept, error) {
	k := signing.Kept{Home: home, Entry: entry}
	var purpose string
	var sealed []byte
	var at int64
	err := tx.queryRow(ctx, `SELECT portal, purpose, sealed, at FROM signing_kept WHERE user_id = $1 AND entry_id = $2`, int64(home), int64(entry)).
		Scan(&k.Portal, &purpose, &sealed, &at)
	if err != nil {
		return signing.Kept{}, err
	}
	k.Purpose, k.At = signing.Purpose(purpose), instant(at)
	return k, tx.unseal(keptRow(home, entry), sealed, &k.Signed)
}

// forgetSignings removes what somebody was asked to sign and has signed.
func (tx *Tx) forgetSignings(ctx context.Context, user identity.ID) error {
	if _, err := tx.exec(ctx, `DELETE FROM signing_request WHERE user_id = $1`, int64(user)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM signing_kept WHERE user_id = $1`, int64(user))
	return err
}

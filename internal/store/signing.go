package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/identity"
	"tereze/internal/signing"
)

func signingRow(home, id identity.ID) string {
	return "signing_request/" + strconv.FormatInt(int64(home), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// AddSigning follows signing.Tx.
func (tx *Tx) AddSigning(ctx context.Context, r signing.Request) error {
	sealed, err := tx.seal(signingRow(r.Home, r.ID), r.Content)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM signing_request WHERE user_id = $1 AND ends_at < $2`, int64(r.Home), micros(r.BeganAt)); err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO signing_request (user_id, request_id, portal, purpose, state, holder, sealed, tries, began_at, ends_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)`,
		int64(r.Home), int64(r.ID), r.Portal, string(r.Purpose), string(r.State), r.Holder, sealed, micros(r.BeganAt), micros(r.EndsAt), int64(r.Version))
}

// Signing follows signing.Tx.
func (tx *Tx) Signing(ctx context.Context, home, id identity.ID) (signing.Request, error) {
	return tx.readSigning(tx.queryRow(ctx, `
		SELECT user_id, request_id, portal, purpose, state, holder, sealed, began_at, ends_at, version
		FROM signing_request WHERE user_id = $1 AND request_id = $2`, int64(home), int64(id)))
}

// OpenSigning follows signing.Tx.
func (tx *Tx) OpenSigning(ctx context.Context, portal string, purpose signing.Purpose, home identity.ID, holder []byte) (signing.Request, error) {
	return tx.readSigning(tx.queryRow(ctx, `
		SELECT user_id, request_id, portal, purpose, state, holder, sealed, began_at, ends_at, version
		FROM signing_request WHERE user_id = $1 AND portal = $2 AND purpose = $3 AND holder = $4 AND state <> $5
		ORDER BY request_id DESC LIMIT 1`, int64(home), portal, string(purpose), holder, string(signing.Used)))
}

func (tx *Tx) readSigning(row scanner) (signing.Request, error) {
	var r signing.Request
	var home, id, began, ends int64
	var purpose, state string
	var sealed []byte
	err := row.Scan(&home, &id, &r.Portal, &purpose, &state, &r.Holder, &sealed, &began, &ends, &r.Version)
	if err != nil {
		return signing.Request{}, err
	}
	r.Home, r.ID, r.Purpose, r.State = identity.ID(home), identity.ID(id), signing.Purpose(purpose), signing.State(state)
	r.BeganAt, r.EndsAt = instant(began), instant(ends)
	return r, tx.unseal(signingRow(r.Home, r.ID), sealed, &r.Content)
}

// SaveSigning follows signing.Tx.
func (tx *Tx) SaveSigning(ctx context.Context, r signing.Request) error {
	sealed, err := tx.seal(signingRow(r.Home, r.ID), r.Content)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE signing_request SET state = $1, sealed = $2, version = $3
		WHERE user_id = $4 AND request_id = $5 AND version = $6 AND state <> $7`,
		string(r.State), sealed, int64(r.Version), int64(r.Home), int64(r.ID), int64(r.Version-1), string(signing.Used))
}

// TrySigning follows signing.Tx: one statement, so that many at once are all counted.
func (tx *Tx) TrySigning(ctx context.Context, home, id identity.ID, most int) (bool, error) {
	changed, err := tx.exec(ctx, `UPDATE signing_request SET tries = tries + 1 WHERE user_id = $1 AND request_id = $2 AND tries < $3`, int64(home), int64(id), int64(most))
	return changed == 1, err
}

// UseSigning follows signing.Tx.
func (tx *Tx) UseSigning(ctx context.Context, home, id identity.ID, at time.Time) error {
	return tx.one(ctx, `
		UPDATE signing_request SET state = $1, version = version + 1 WHERE user_id = $2 AND request_id = $3 AND state <> $1 AND ends_at > $4`,
		string(signing.Used), int64(home), int64(id), micros(at))
}

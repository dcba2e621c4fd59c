package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/identity"
	"tereze/internal/privacy"
)

func copyPartRow(user, id identity.ID, part int) string {
	return "privacy_copy_part/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10) + "/" + strconv.Itoa(part)
}

// AddCopy follows privacy.CopyTx.
func (tx *Tx) AddCopy(ctx context.Context, c privacy.Copy) error {
	return tx.one(ctx, `INSERT INTO privacy_copy (user_id, copy_id, portal, state, language, asked_at, taken_until, done, steps, size, ready_at, ends_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, 0, 0, 0, $8) ON CONFLICT (user_id) WHERE state <> 'ended' DO NOTHING`,
		int64(c.User), int64(c.ID), c.Portal, c.State, c.Language, micros(c.AskedAt), int64(c.Steps), int64(c.Version))
}

// CopiesOf follows privacy.CopyTx.
func (tx *Tx) CopiesOf(ctx context.Context, user identity.ID, limit int) ([]privacy.Copy, error) {
	return list(ctx, tx, copyOf, `SELECT user_id, copy_id, portal, state, language, asked_at, done, steps, size, ready_at, ends_at, version
		FROM privacy_copy WHERE user_id = $1 ORDER BY copy_id DESC LIMIT $2`, int64(user), int64(limit))
}

func copyOf(s scanner) (privacy.Copy, error) {
	var c privacy.Copy
	var user, id, asked, done, steps, ready, ends, version int64
	err := s.Scan(&user, &id, &c.Portal, &c.State, &c.Language, &asked, &done, &steps, &c.Size, &ready, &ends, &version)
	c.User, c.ID, c.AskedAt, c.Done, c.Steps = identity.ID(user), identity.ID(id), instant(asked), int(done), int(steps)
	c.ReadyAt, c.EndsAt, c.Version = instant(ready), instant(ends), int(version)
	return c, err
}

// TakeCopy follows privacy.CopyTx.
func (tx *Tx) TakeCopy(ctx context.Context, now, until time.Time) (privacy.Copy, error) {
	c, err := copyOf(tx.queryRow(ctx, `SELECT user_id, copy_id, portal, state, language, asked_at, done, steps, size, ready_at, ends_at, version
		FROM privacy_copy WHERE state = 'asked' AND taken_until <= $1 ORDER BY taken_until, copy_id LIMIT 1`+tx.forUpdate(), micros(now)))
	if err != nil {
		return c, err
	}
	c.Done, c.Size, c.Version = 0, 0, c.Version+1
	err = tx.one(ctx, `UPDATE privacy_copy SET taken_until = $1, done = 0, size = 0, version = $2 WHERE user_id = $3 AND copy_id = $4 AND version = $5`,
		micros(until), int64(c.Version), int64(c.User), int64(c.ID), int64(c.Version-1))
	if err != nil {
		return c, err
	}
	return c, tx.DropCopy(ctx, c.User, c.ID)
}

// GrowCopy follows privacy.CopyTx.
func (tx *Tx) GrowCopy(ctx context.Context, c privacy.Copy, part int, content []byte, until time.Time) error {
	err := tx.one(ctx, `UPDATE privacy_copy SET taken_until = $1, done = $2, size = $3, version = $4 WHERE user_id = $5 AND copy_id = $6 AND version = $7`,
		micros(until), int64(c.Done), c.Size, int64(c.Version), int64(c.User), int64(c.ID), int64(c.Version-1))
	if err != nil {
		return err
	}
	sealed, err := tx.seal(copyPartRow(c.User, c.ID, part), content)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO privacy_copy_part (user_id, copy_id, part, sealed) VALUES ($1, $2, $3, $4)`,
		int64(c.User), int64(c.ID), int64(part), sealed)
}

// SaveCopy follows privacy.CopyTx.
func (tx *Tx) SaveCopy(ctx context.Context, c privacy.Copy) error {
	return tx.one(ctx, `UPDATE privacy_copy SET state = $1, done = $2, size = $3, ready_at = $4, ends_at = $5, version = $6
		WHERE user_id = $7 AND copy_id = $8 AND version = $9`,
		c.State, int64(c.Done), c.Size, micros(c.ReadyAt), micros(c.EndsAt), int64(c.Version), int64(c.User), int64(c.ID), int64(c.Version-1))
}

// CopyPart follows privacy.CopyTx.
func (tx *Tx) CopyPart(ctx context.Context, user, id identity.ID, part int) (content []byte, err error) {
	var sealed []byte
	err = tx.queryRow(ctx, `SELECT sealed FROM privacy_copy_part WHERE user_id = $1 AND copy_id = $2 AND part = $3`,
		int64(user), int64(id), int64(part)).Scan(&sealed)
	if err != nil {
		return nil, err
	}
	return content, tx.unseal(copyPartRow(user, id, part), sealed, &content)
}

// EndedCopies follows privacy.CopyTx.
func (tx *Tx) EndedCopies(ctx context.Context, now time.Time, limit int) ([]privacy.Copy, error) {
	return list(ctx, tx, copyOf, `SELECT user_id, copy_id, portal, state, language, asked_at, done, steps, size, ready_at, ends_at, version
		FROM privacy_copy WHERE state = 'ready' AND ends_at <= $1 ORDER BY ends_at, copy_id LIMIT $2`+tx.forUpdate(), micros(now), int64(limit))
}

// DropCopy follows privacy.CopyTx.
func (tx *Tx) DropCopy(ctx context.Context, user, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM privacy_copy_part WHERE user_id = $1 AND copy_id = $2`, int64(user), int64(id))
	return err
}

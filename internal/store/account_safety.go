package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Try follows account.SafetyTx: one statement, so that many at once are all counted.
func (tx *Tx) Try(ctx context.Context, mark []byte, most int, rest time.Duration, at time.Time) (int, bool, error) {
	var count int
	now := micros(at)
	err := tx.queryRow(ctx, `
		INSERT INTO account_limit (mark, window_at, count) VALUES ($1, $2, 1)
		ON CONFLICT (mark) DO UPDATE SET
			count = CASE WHEN account_limit.window_at > $3 AND account_limit.window_at < $4 THEN account_limit.count + 1 ELSE 1 END, window_at = $2
		WHERE account_limit.count < $5 OR account_limit.window_at <= $3 OR account_limit.window_at >= $4
		RETURNING count`, mark, now, now-rest.Microseconds(), now+rest.Microseconds(), int64(most)).Scan(&count)
	if fault.Is(err, fault.Absent) {
		return most, false, nil
	}
	return count, err == nil, err
}

// Tried follows account.SafetyTx.
func (tx *Tx) Tried(ctx context.Context, mark []byte, rest time.Duration, at time.Time) (int, error) {
	var count int
	now := micros(at)
	err := tx.queryRow(ctx, `SELECT count FROM account_limit WHERE mark = $1 AND window_at > $2 AND window_at < $3`,
		mark, now-rest.Microseconds(), now+rest.Microseconds()).Scan(&count)
	if fault.Is(err, fault.Absent) {
		return 0, nil
	}
	return count, err
}

// Forgive follows account.SafetyTx.
func (tx *Tx) Forgive(ctx context.Context, mark []byte) error {
	_, err := tx.exec(ctx, `DELETE FROM account_limit WHERE mark = $1`, mark)
	return err
}

// MeetDevice follows account.SafetyTx.
func (tx *Tx) MeetDevice(ctx context.Context, id identity.ID, mark []byte, at time.Time) (bool, error) {
	added, err := tx.exec(ctx, `INSERT INTO account_device (user_id, mark, first_at) VALUES ($1, $2, $3) ON CONFLICT (user_id, mark) DO NOTHING`,
		int64(id), mark, micros(at))
	return added == 0, err
}

// KnowsDevice follows account.SafetyTx.
func (tx *Tx) KnowsDevice(ctx context.Context, id identity.ID, mark []byte) (bool, error) {
	var n int
	err := tx.queryRow(ctx, `SELECT COUNT(*) FROM account_device WHERE user_id = $1 AND mark = $2`, int64(id), mark).Scan(&n)
	return n > 0, err
}

// Devices follows account.SafetyTx.
func (tx *Tx) Devices(ctx context.Context, id identity.ID) (int, error) {
	var n int
	err := tx.queryRow(ctx, `SELECT COUNT(*) FROM account_device WHERE user_id = $1`, int64(id)).Scan(&n)
	return n, err
}

// EndOtherSessions follows account.SafetyTx.
func (tx *Tx) EndOtherSessions(ctx context.Context, id identity.ID, but []byte) error {
	_, err := tx.exec(ctx, `DELETE FROM account_session WHERE user_id = $1 AND token_hash <> $2`, int64(id), but)
	return err
}

// LockUser follows account.SafetyTx.
func (tx *Tx) LockUser(ctx context.Context, id identity.ID) error {
	_, err := tx.exec(ctx, `UPDATE account_user SET state = 'locked', version = version + 1 WHERE user_id = $1 AND state = 'active'`, int64(id))
	return err
}

// UnlockUser follows account.SafetyTx.
func (tx *Tx) UnlockUser(ctx context.Context, id identity.ID) error {
	_, err := tx.exec(ctx, `UPDATE account_user SET state = 'active', version = version + 1 WHERE user_id = $1 AND state = 'locked'`, int64(id))
	return err
}

// ReportedAt is when a user said that the account is compromised; zero for one who did not.
func (tx *Tx) ReportedAt(ctx context.Context, id identity.ID) (time.Time, error) {
	var at int64
	err := tx.queryRow(ctx, `SELECT reported_at FROM account_user WHERE user_id = $1`, int64(id)).Scan(&at)
	if fault.Is(err, fault.Absent) {
		return time.Time{}, nil
	}
	return instant(at), err
}

func changeRow(id, change int64) string {
	return "account_history/" + strconv.FormatInt(id, 10) + "/" + strconv.FormatInt(change, 10)
}

// sealedChange is the part of a change that is personal data.
type sealedChange struct{ Before, After string }

// AddChange follows account.SafetyTx.
func (tx *Tx) AddChange(ctx context.Context, id identity.ID, c account.Change) error {
	sealed, err := tx.seal(changeRow(int64(id), int64(c.ID)), sealedChange{c.Before, c.After})
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO account_history (user_id, history_id, at, field, sealed) VALUES ($1, $2, $3, $4, $5)`,
		int64(id), int64(c.ID), micros(c.At), c.Field, sealed)
}

// Changes follows account.SafetyTx.
func (tx *Tx) Changes(ctx context.Context, id identity.ID, limit int) ([]account.Change, error) {
	return list(ctx, tx, func(s scanner) (account.Change, error) {
		var c account.Change
		var change, at int64
		var sealed []byte
		if err := s.Scan(&change, &at, &c.Field, &sealed); err != nil {
			return c, err
		}
		var inside sealedChange
		err := tx.unseal(changeRow(int64(id), change), sealed, &inside)
		c.ID, c.At, c.Before, c.After = identity.ID(change), instant(at), inside.Before, inside.After
		return c, err
	}, `SELECT history_id, at, field, sealed FROM account_history WHERE user_id = $1 ORDER BY history_id DESC LIMIT $2`, int64(id), int64(limit))
}

// RenameUser follows account.SafetyTx.
func (tx *Tx) RenameUser(ctx context.Context, id identity.ID, name, fold string) error {
	return tx.one(ctx, `UPDATE account_user SET sign_in_name = $1, sign_in_fold = $2 WHERE user_id = $3`, name, fold, int64(id))
}

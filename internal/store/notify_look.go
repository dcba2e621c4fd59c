package store

import (
	"context"
	"math"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// SentMessages follows notify.OutboxTx.
func (tx *Tx) SentMessages(ctx context.Context, s notify.Sight) ([]notify.Sent, error) {
	before := int64(s.Before)
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, tx.sent, `
		SELECT user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id, state, tries, parts, provider, reason, due_at, changed_at
		FROM notify_message
		WHERE portal = $1 AND (state = $2 OR $2 = '') AND (channel = $3 OR $3 = '') AND message_id < $4 AND key <> $5 AND campaign_id = 0
		ORDER BY message_id DESC LIMIT $6`, s.Portal, string(s.State), string(s.Channel), before, notify.Decoy, int64(s.Limit))
}

// SentMessage follows notify.OutboxTx.
func (tx *Tx) SentMessage(ctx context.Context, home, id identity.ID) (notify.Sent, error) {
	found, err := list(ctx, tx, tx.sent, `
		SELECT user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id, state, tries, parts, provider, reason, due_at, changed_at
		FROM notify_message WHERE user_id = $1 AND message_id = $2`, int64(home), int64(id))
	if err == nil && len(found) == 0 {
		err = fault.New(fault.Absent, keyAbsent)
	}
	if err != nil {
		return notify.Sent{}, err
	}
	return found[0], nil
}

func (tx *Tx) sent(s scanner) (m notify.Sent, err error) {
	var row storedMessage
	var due, changed int64
	if err := s.Scan(append(row.columns(&m.Message), &m.State, &m.Tries, &m.Parts, &m.Provider, &m.Reason, &due, &changed)...); err != nil {
		return m, err
	}
	m.DueAt, m.ChangedAt = instant(due), instant(changed)
	return m, row.open(tx, &m.Message)
}

// CountMessages follows notify.OutboxTx.
func (tx *Tx) CountMessages(ctx context.Context, portal string) (map[notify.State]int, error) {
	counts := map[notify.State]int{}
	_, err := list(ctx, tx, func(s scanner) (struct{}, error) {
		var state notify.State
		var n int
		err := s.Scan(&state, &n)
		counts[state] = n
		return struct{}{}, err
	}, `SELECT state, COUNT(*) FROM notify_message WHERE portal = $1 AND state <> 'dropped' AND key <> $2 GROUP BY state`, portal, notify.Decoy)
	return counts, err
}

// AttemptsOf follows notify.OutboxTx.
func (tx *Tx) AttemptsOf(ctx context.Context, home, id identity.ID) ([]notify.Attempt, error) {
	return list(ctx, tx, func(s scanner) (a notify.Attempt, err error) {
		var began, ended int64
		err = s.Scan(&a.Number, &a.Provider, &a.State, &a.Reason, &a.Code, &a.Parts, &began, &ended)
		a.BeganAt, a.EndedAt = instant(began), instant(ended)
		return a, err
	}, `SELECT number, provider, state, reason, code, parts, began_at, ended_at FROM notify_attempt WHERE user_id = $1 AND message_id = $2 ORDER BY number`,
		int64(home), int64(id))
}

// SendAgain follows notify.OutboxTx.
func (tx *Tx) SendAgain(ctx context.Context, home, id identity.ID, in notify.State, at time.Time) error {
	return tx.one(ctx, `
		UPDATE notify_message SET state = 'created', due_at = $1, since_at = $1, changed_at = $1, tries_before = tries, reason = '', lease = 0
		WHERE user_id = $2 AND message_id = $3 AND state = $4 AND state NOT IN ('created', 'sending')`,
		micros(at), int64(home), int64(id), string(in))
}

// StopMessage follows notify.OutboxTx.
func (tx *Tx) StopMessage(ctx context.Context, home, id identity.ID, at time.Time) error {
	return tx.one(ctx, `UPDATE notify_message SET state = 'stopped', changed_at = $1 WHERE user_id = $2 AND message_id = $3 AND state = 'created'`,
		micros(at), int64(home), int64(id))
}

// ReadMessage follows account.MessagesTx.
func (tx *Tx) ReadMessage(ctx context.Context, user, id identity.ID, at time.Time) (key string, err error) {
	if _, err := tx.exec(ctx, `
		UPDATE notify_message SET state = 'read', changed_at = $1
		WHERE user_id = $2 AND message_id = $3 AND state IN ('accepted', 'delivered')`, micros(at), int64(user), int64(id)); err != nil {
		return "", err
	}
	err = tx.queryRow(ctx, `SELECT key FROM notify_message WHERE user_id = $1 AND message_id = $2 AND key <> $3`, int64(user), int64(id), notify.Decoy).Scan(&key)
	return key, err
}

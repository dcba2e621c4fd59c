package store

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// MessagesWait follows notify.CourierTx.
func (tx *Tx) MessagesWait(ctx context.Context, channel notify.Channel, now, far time.Time) (waits bool, err error) {
	err = tx.queryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM notify_message WHERE channel = $1 AND state IN ('created', 'sending') AND (due_at <= $2 OR due_at > $3))`,
		string(channel), micros(now), micros(far)).Scan(&waits)
	return waits, err
}

// ClaimMessages follows notify.CourierTx. A message is claimed until due_at: whoever dies with it in hand leaves it due
// again. On PostgreSQL couriers pass by each other's rows; on SQLite there is one writer at a time.
func (tx *Tx) ClaimMessages(ctx context.Context, channel notify.Channel, lease identity.ID, now, until, far time.Time, limit int) ([]notify.Parcel, error) {
	return list(ctx, tx, tx.parcel, `
		UPDATE notify_message SET state = 'sending', lease = $1, due_at = $2, tries = tries + 1, changed_at = $3
		WHERE (user_id, message_id) IN (
			SELECT user_id, message_id FROM notify_message
			WHERE channel = $4 AND state IN ('created', 'sending') AND (due_at <= $3 OR due_at > $5) ORDER BY bulk, due_at LIMIT $6`+tx.dialect.skipLocked+`)
		RETURNING user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id, tries, lease, since_at, tries - tries_before`,
		int64(lease), micros(until), micros(now), string(channel), micros(far), int64(limit))
}

func (tx *Tx) parcel(s scanner) (p notify.Parcel, err error) {
	var row storedMessage
	var lease, since int64
	if err := s.Scan(append(row.columns(&p.Message), &p.Try, &lease, &since, &p.Round)...); err != nil {
		return p, err
	}
	p.Lease, p.Since = identity.ID(lease), instant(since)
	return p, row.open(tx, &p.Message)
}

// ReleaseMessages follows notify.CourierTx.
func (tx *Tx) ReleaseMessages(ctx context.Context, rest []notify.Parcel, now time.Time) error {
	for _, p := range rest {
		if _, err := tx.exec(ctx, `
			UPDATE notify_message SET state = 'created', due_at = $1, lease = 0, tries = tries - 1, changed_at = $1
			WHERE user_id = $2 AND message_id = $3 AND lease = $4 AND state = 'sending'`,
			micros(now), int64(p.Home), int64(p.ID), int64(p.Lease)); err != nil {
			return err
		}
	}
	return nil
}

// SettleMessage follows notify.CourierTx.
func (tx *Tx) SettleMessage(ctx context.Context, s notify.Settlement) error {
	home, id := int64(s.Home), int64(s.ID)
	if err := tx.one(ctx, `
		UPDATE notify_message SET state = $1, due_at = $2, lease = 0, provider = $3, reason = $4, parts = $5, changed_at = $6
		WHERE user_id = $7 AND message_id = $8 AND lease = $9 AND state = 'sending'`,
		string(s.State), micros(s.DueAt), s.Outcome.Provider, s.Outcome.Reason, int64(s.Outcome.Parts), micros(s.EndedAt), home, id, int64(s.Lease)); err != nil {
		return err
	}
	if err := tx.one(ctx, `
		INSERT INTO notify_attempt (user_id, message_id, number, provider, state, reason, code, parts, began_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		home, id, int64(s.Try), s.Outcome.Provider, string(s.Outcome.State), s.Outcome.Reason, s.Outcome.Code, int64(s.Outcome.Parts),
		micros(s.BeganAt), micros(s.EndedAt)); err != nil {
		return err
	}
	for _, reference := range s.Outcome.References {
		if _, err := tx.exec(ctx, `
			INSERT INTO notify_receipt (provider, reference, user_id, message_id, number, state, at) VALUES ($1, $2, $3, $4, $5, '', $6)
			ON CONFLICT (provider, reference) DO UPDATE SET user_id = excluded.user_id, message_id = excluded.message_id, number = excluded.number`,
			s.Outcome.Provider, reference, home, id, int64(s.Try), micros(s.EndedAt)); err != nil {
			return err
		}
	}
	if s.Wipe {
		if err := tx.wipe(ctx, home, id); err != nil {
			return err
		}
	}
	if s.State == notify.Accepted && len(s.Outcome.References) > 0 {
		return tx.sumUp(ctx, home, id, s.EndedAt) // its receipts may have come before it
	}
	return nil
}

// wipe takes the one-time secrets out of a message that nobody will send again.
func (tx *Tx) wipe(ctx context.Context, home, id int64) error {
	var sealed []byte
	if err := tx.queryRow(ctx, `SELECT sealed FROM notify_message WHERE user_id = $1 AND message_id = $2`, home, id).Scan(&sealed); err != nil {
		return err
	}
	var inside sealedMessage
	if err := tx.unseal(messageRow(home, id), sealed, &inside); err != nil {
		return err
	}
	sealed, err := tx.seal(messageRow(home, id), sealedMessage{To: inside.To, Args: notify.Masked(inside.Args)})
	if err != nil {
		return err
	}
	return tx.one(ctx, `UPDATE notify_message SET sealed = $1, wiped = TRUE WHERE user_id = $2 AND message_id = $3`, sealed, home, id)
}

// TakeReceipt follows notify.CourierTx. The first word that is final stays: a receipt that comes twice, or a later
// one that says otherwise, changes nothing.
func (tx *Tx) TakeReceipt(ctx context.Context, r notify.Receipt) error {
	rows, err := list(ctx, tx, readPair, `
		INSERT INTO notify_receipt (provider, reference, user_id, message_id, number, state, at) VALUES ($1, $2, 0, 0, 0, $3, $4)
		ON CONFLICT (provider, reference) DO UPDATE SET state = excluded.state WHERE notify_receipt.state = ''
		RETURNING user_id, message_id`, r.Provider, r.Reference, string(r.State), micros(r.At))
	if err != nil || len(rows) == 0 || rows[0][0] == 0 {
		return err
	}
	return tx.sumUp(ctx, rows[0][0], rows[0][1], r.At)
}

func readPair(s scanner) (p [2]int64, err error) { return p, s.Scan(&p[0], &p[1]) }

// sumUp moves a message that was accepted to what its receipts say, once the last one is there: it arrived when every
// part did.
func (tx *Tx) sumUp(ctx context.Context, home, id int64, at time.Time) error {
	states, err := list(ctx, tx, func(s scanner) (state notify.State, err error) { return state, s.Scan(&state) }, `
		SELECT state FROM notify_receipt WHERE user_id = $1 AND message_id = $2
			AND number = (SELECT tries FROM notify_message WHERE user_id = $1 AND message_id = $2)`, home, id)
	if err != nil || len(states) == 0 {
		return err
	}
	sum, reason := notify.Delivered, ""
	for _, state := range states {
		switch {
		case state == "":
			return nil
		case state == notify.Temporary && sum == notify.Delivered:
			sum, reason = state, notify.ReasonOff
		case state != notify.Delivered:
			sum, reason = state, notify.ReasonReceipt
		}
	}
	_, err = tx.exec(ctx, `UPDATE notify_message SET state = $1, reason = $2, changed_at = $3 WHERE user_id = $4 AND message_id = $5 AND state = 'accepted'`,
		string(sum), reason, micros(at), home, id)
	return err
}

// TakeReport follows notify.CourierTx.
func (tx *Tx) TakeReport(ctx context.Context, home, id identity.ID, out notify.Outcome, at time.Time) (m notify.Message, changed bool, err error) {
	all, err := list(ctx, tx, tx.message, `
		UPDATE notify_message SET state = $1, reason = $2, changed_at = $3 WHERE user_id = $4 AND message_id = $5 AND channel = $6 AND state = 'accepted'
		RETURNING user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id`,
		string(out.State), out.Reason, micros(at), int64(home), int64(id), string(notify.Email))
	if err != nil || len(all) == 0 {
		return m, false, err
	}
	_, err = tx.exec(ctx, `
		UPDATE notify_attempt SET state = $1, reason = $2, code = $3
		WHERE user_id = $4 AND message_id = $5 AND number = (SELECT tries FROM notify_message WHERE user_id = $4 AND message_id = $5)`,
		string(out.State), out.Reason, out.Code, int64(home), int64(id))
	return all[0], true, err
}

// LapseMessages follows notify.CourierTx.
func (tx *Tx) LapseMessages(ctx context.Context, before, now time.Time, limit int) (done int64, err error) {
	done, err = tx.exec(ctx, `
		UPDATE notify_message SET state = 'technical_failure', reason = $1, lease = 0, changed_at = $2
		WHERE (user_id, message_id) IN (SELECT user_id, message_id FROM notify_message WHERE state = 'created' AND since_at < $3 LIMIT $4`+tx.dialect.skipLocked+`) AND state = 'created'`,
		notify.ReasonTooLate, micros(now), micros(before), int64(limit))
	if err != nil {
		return 0, err
	}
	whole, err := list(ctx, tx, readPair, `
		SELECT user_id, message_id FROM notify_message
		WHERE wiped = FALSE AND state NOT IN ('created', 'sending', 'dropped') AND since_at < $1 LIMIT $2`+tx.dialect.skipLocked, micros(before), int64(limit))
	if err != nil {
		return 0, err
	}
	for _, m := range whole {
		if err := tx.wipe(ctx, m[0], m[1]); err != nil {
			return 0, err
		}
	}
	receipts, err := tx.exec(ctx, `
		DELETE FROM notify_receipt WHERE (provider, reference) IN (SELECT provider, reference FROM notify_receipt WHERE at < $1 LIMIT $2)`,
		micros(before.Add(-receiptsKept)), int64(limit))
	return done + int64(len(whole)) + receipts, err
}

// receiptsKept is how long after a message could still be sent a receipt for it may come.
const receiptsKept = 7 * 24 * time.Hour

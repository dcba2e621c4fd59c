package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// sealedMessage is the part of a message that names somebody or holds a secret.
type sealedMessage struct {
	To          string
	Args        map[string]string
	Unsubscribe string `json:",omitempty"`
	Until       int64  `json:",omitempty"` // in microseconds
}

func messageRow(home, id int64) string {
	return "notify_message/" + strconv.FormatInt(home, 10) + "/" + strconv.FormatInt(id, 10)
}

// AddMessage follows notify.Tx. The version of the sentence is the one in force in this very act.
func (tx *Tx) AddMessage(ctx context.Context, m notify.Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	if err := tx.complete(m.Key, m.Args); err != nil {
		return err
	}
	sealed, err := tx.sealAlike(messageRow(int64(m.Home), int64(m.ID)), sealedMessage{To: m.To, Args: m.Args, Unsubscribe: m.Unsubscribe, Until: micros(m.Until)})
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `
		INSERT INTO notify_message (user_id, message_id, portal, channel, key, language, sealed, at, state, bulk, once, due_at, since_at, changed_at, template)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'created', $9, $10, $8, $8, $8,
			(SELECT COALESCE(MAX(version), 0) FROM notify_template WHERE portal = $3 AND key = $5 AND state = 'published'))
		ON CONFLICT (user_id, once) WHERE once <> '' DO NOTHING`,
		int64(m.Home), int64(m.ID), m.Portal, string(m.Channel), m.Key, m.Language, sealed, micros(m.At), m.Bulk, m.Once)
	return err
}

// Outbox lists the newest messages of a portal, newest first.
func (tx *Tx) Outbox(ctx context.Context, portal string, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `SELECT user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id FROM notify_message WHERE portal = $1 AND key <> $3 ORDER BY at DESC, message_id DESC LIMIT $2`,
		portal, int64(limit), notify.Decoy)
}

// MessagesOf follows account.MessagesTx.
func (tx *Tx) MessagesOf(ctx context.Context, user, before identity.ID, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `
		SELECT user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template, campaign_id FROM notify_message
		WHERE user_id = $1 AND (message_id < $2 OR $2 = 0) AND key <> $4 ORDER BY message_id DESC LIMIT $3`,
		int64(user), int64(before), int64(limit), notify.Decoy)
}

func (tx *Tx) message(s scanner) (m notify.Message, err error) {
	var row storedMessage
	if err := s.Scan(row.columns(&m)...); err != nil {
		return m, err
	}
	return m, row.open(tx, &m)
}

// storedMessage is what of a row takes another form in a message.
type storedMessage struct {
	home, id, at int64
	channel      string
	sealed       []byte
}

// columns are user_id, message_id, portal, channel, key, language, sealed, at, bulk, once, template and campaign_id.
func (r *storedMessage) columns(m *notify.Message) []any {
	return []any{&r.home, &r.id, &m.Portal, &r.channel, &m.Key, &m.Language, &r.sealed, &r.at, &m.Bulk, &m.Once, &m.Template, &m.Campaign}
}

func (r *storedMessage) open(tx *Tx, m *notify.Message) error {
	var inside sealedMessage
	if m.Campaign == 0 { // the text of a campaign stands with it, and its address is found when it is sent
		if err := tx.unseal(messageRow(r.home, r.id), r.sealed, &inside); err != nil {
			return err
		}
	}
	m.Home, m.ID, m.Channel, m.At = identity.ID(r.home), identity.ID(r.id), notify.Channel(r.channel), instant(r.at)
	m.To, m.Args, m.Unsubscribe = inside.To, inside.Args, inside.Unsubscribe
	if inside.Until > 0 {
		m.Until = instant(inside.Until)
	}
	return nil
}

// sweepDecoys removes messages and notices that were never meant for anybody and are older than an instant.
func (tx *Tx) sweepDecoys(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	if _, err := tx.exec(ctx, `
		DELETE FROM notify_attempt WHERE (user_id, message_id) IN (SELECT user_id, message_id FROM notify_message WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy); err != nil {
		return 0, err
	}
	removed, err = tx.exec(ctx, `DELETE FROM notify_message WHERE key = $3 AND message_id IN (SELECT message_id FROM notify_message WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy)
	if err != nil {
		return removed, err
	}
	notices, err := tx.exec(ctx, `DELETE FROM notify_notice WHERE key = $3 AND notice_id IN (SELECT notice_id FROM notify_notice WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy)
	return removed + notices, err
}

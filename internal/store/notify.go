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
	To   string
	Args map[string]string
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
	sealed, err := tx.sealAlike(messageRow(int64(m.Home), int64(m.ID)), sealedMessage{m.To, m.Args})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO notify_message (user_id, message_id, portal, channel, key, language, sealed, at, template)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COALESCE(MAX(version), 0) FROM notify_template WHERE portal = $3 AND key = $5 AND state = 'published'))`,
		int64(m.Home), int64(m.ID), m.Portal, string(m.Channel), m.Key, m.Language, sealed, micros(m.At))
}

// Outbox lists the newest messages of a portal, newest first.
func (tx *Tx) Outbox(ctx context.Context, portal string, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `SELECT user_id, message_id, portal, channel, key, language, sealed, at, template, campaign_id FROM notify_message WHERE portal = $1 AND key <> $3 ORDER BY at DESC, message_id DESC LIMIT $2`,
		portal, int64(limit), notify.Decoy)
}

// MessagesOf follows account.MessagesTx.
func (tx *Tx) MessagesOf(ctx context.Context, user, before identity.ID, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `
		SELECT user_id, message_id, portal, channel, key, language, sealed, at, template, campaign_id FROM notify_message
		WHERE user_id = $1 AND (message_id < $2 OR $2 = 0) AND key <> $4 ORDER BY message_id DESC LIMIT $3`,
		int64(user), int64(before), int64(limit), notify.Decoy)
}

func (tx *Tx) message(s scanner) (notify.Message, error) {
	var m notify.Message
	var home, id, at, template, campaign int64
	var channel string
	var sealed []byte
	if err := s.Scan(&home, &id, &m.Portal, &channel, &m.Key, &m.Language, &sealed, &at, &template, &campaign); err != nil {
		return m, err
	}
	var inside sealedMessage
	if campaign == 0 {
		if err := tx.unseal(messageRow(home, id), sealed, &inside); err != nil {
			return m, err
		}
	}
	m.Home, m.ID, m.Channel, m.At = identity.ID(home), identity.ID(id), notify.Channel(channel), instant(at)
	m.To, m.Args, m.Template, m.Campaign = inside.To, inside.Args, int(template), identity.ID(campaign)
	return m, nil
}

// sweepDecoys removes messages and notices that were never meant for anybody and are older than an instant.
func (tx *Tx) sweepDecoys(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	removed, err = tx.exec(ctx, `DELETE FROM notify_message WHERE key = $3 AND message_id IN (SELECT message_id FROM notify_message WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy)
	if err != nil {
		return removed, err
	}
	notices, err := tx.exec(ctx, `DELETE FROM notify_notice WHERE key = $3 AND notice_id IN (SELECT notice_id FROM notify_notice WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy)
	return removed + notices, err
}

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

// AddMessage follows notify.Tx.
func (tx *Tx) AddMessage(ctx context.Context, m notify.Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	sealed, err := tx.sealAlike(messageRow(int64(m.Home), int64(m.ID)), sealedMessage{m.To, m.Args})
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO notify_message (user_id, message_id, portal, channel, key, language, sealed, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(m.Home), int64(m.ID), m.Portal, string(m.Channel), m.Key, m.Language, sealed, micros(m.At))
}

// Outbox lists the newest messages of a portal, newest first.
func (tx *Tx) Outbox(ctx context.Context, portal string, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `SELECT user_id, message_id, portal, channel, key, language, sealed, at FROM notify_message WHERE portal = $1 AND key <> $3 ORDER BY at DESC, message_id DESC LIMIT $2`,
		portal, int64(limit), notify.Decoy)
}

// MessagesOf follows account.MessagesTx.
func (tx *Tx) MessagesOf(ctx context.Context, user, before identity.ID, limit int) ([]notify.Message, error) {
	return list(ctx, tx, tx.message, `
		SELECT user_id, message_id, portal, channel, key, language, sealed, at FROM notify_message
		WHERE user_id = $1 AND (message_id < $2 OR $2 = 0) AND key <> $4 ORDER BY message_id DESC LIMIT $3`,
		int64(user), int64(before), int64(limit), notify.Decoy)
}

func (tx *Tx) message(s scanner) (notify.Message, error) {
	var m notify.Message
	var home, id, at int64
	var channel string
	var sealed []byte
	if err := s.Scan(&home, &id, &m.Portal, &channel, &m.Key, &m.Language, &sealed, &at); err != nil {
		return m, err
	}
	var inside sealedMessage
	if err := tx.unseal(messageRow(home, id), sealed, &inside); err != nil {
		return m, err
	}
	m.Home, m.ID, m.Channel, m.At = identity.ID(home), identity.ID(id), notify.Channel(channel), instant(at)
	m.To, m.Args = inside.To, inside.Args
	return m, nil
}

// sweepDecoys removes messages that were never meant for anybody and are older than an instant.
func (tx *Tx) sweepDecoys(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	return tx.exec(ctx, `DELETE FROM notify_message WHERE key = $3 AND message_id IN (SELECT message_id FROM notify_message WHERE key = $3 AND at < $1 LIMIT $2)`,
		micros(before), int64(limit), notify.Decoy)
}

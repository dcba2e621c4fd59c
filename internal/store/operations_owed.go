package store

import (
	"context"
	"errors"

	"tereze/internal/identity"
	"tereze/internal/operations"
)

// AddOwed follows operations.OwedTx.
func (tx *Tx) AddOwed(ctx context.Context, n operations.Owed) error {
	texts, err := asJSON(n.Channels, n.Text)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO operations_owed (owed_id, event_id, portal, act, channels, text, at, after_id, sent, done) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		int64(n.ID), int64(n.Event), n.Portal, n.Act, texts[0], texts[1], micros(n.At), int64(n.After), int64(n.Sent), n.Done)
}

func readOwed(s scanner) (operations.Owed, error) {
	var n operations.Owed
	var id, event, at, after, sent int64
	var channels, text string
	if err := s.Scan(&id, &event, &n.Portal, &n.Act, &channels, &text, &at, &after, &sent, &n.Done); err != nil {
		return n, err
	}
	n.ID, n.Event, n.At, n.After, n.Sent = identity.ID(id), identity.ID(event), instant(at), identity.ID(after), int(sent)
	return n, errors.Join(fromJSON(channels, &n.Channels), fromJSON(text, &n.Text))
}

// OwedNext follows operations.OwedTx.
func (tx *Tx) OwedNext(ctx context.Context) (operations.Owed, error) {
	return readOwed(tx.queryRow(ctx, `SELECT owed_id, event_id, portal, act, channels, text, at, after_id, sent, done FROM operations_owed WHERE NOT done ORDER BY owed_id LIMIT 1`))
}

// OwedOf follows operations.OwedTx.
func (tx *Tx) OwedOf(ctx context.Context, event identity.ID) ([]operations.Owed, error) {
	return list(ctx, tx, readOwed, `SELECT owed_id, event_id, portal, act, channels, text, at, after_id, sent, done FROM operations_owed WHERE event_id = $1 ORDER BY owed_id`, int64(event))
}

// AdvanceOwed follows operations.OwedTx.
func (tx *Tx) AdvanceOwed(ctx context.Context, n operations.Owed, was identity.ID) error {
	return tx.one(ctx, `UPDATE operations_owed SET after_id = $1, sent = $2, done = $3 WHERE owed_id = $4 AND after_id = $5 AND NOT done`,
		int64(n.After), int64(n.Sent), n.Done, int64(n.ID), int64(was))
}

package store

import (
	"context"
	"math"

	"tereze/internal/identity"
	"tereze/internal/privacy"
)

// AddErasure follows privacy.ErasureTx.
func (tx *Tx) AddErasure(ctx context.Context, e privacy.Erasure) error {
	return tx.one(ctx, `INSERT INTO privacy_erasure (user_id, portal, deleted_at, due_at, erased_at, tables, gone, entries, document, edition, clause, entry_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		int64(e.User), e.Portal, micros(e.DeletedAt), micros(e.DueAt), micros(e.ErasedAt), int64(e.Tables), e.Rows, e.Entries,
		e.Cite.Document, int64(e.Cite.Edition), e.Cite.Clause, int64(e.Entry))
}

// ErasuresOf follows privacy.ErasureTx.
func (tx *Tx) ErasuresOf(ctx context.Context, portal string, before identity.ID, limit int) ([]privacy.Erasure, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, erasure, `SELECT user_id, portal, deleted_at, due_at, erased_at, tables, gone, entries, document, edition, clause, entry_id
		FROM privacy_erasure WHERE portal = $1 AND user_id < $2 ORDER BY user_id DESC LIMIT $3`, portal, int64(before), int64(limit))
}

// ErasureOf follows privacy.ErasureTx.
func (tx *Tx) ErasureOf(ctx context.Context, user identity.ID) (privacy.Erasure, error) {
	return erasure(tx.queryRow(ctx, `SELECT user_id, portal, deleted_at, due_at, erased_at, tables, gone, entries, document, edition, clause, entry_id
		FROM privacy_erasure WHERE user_id = $1`, int64(user)))
}

func erasure(s scanner) (privacy.Erasure, error) {
	var e privacy.Erasure
	var user, deleted, due, erased, tables, edition, entry int64
	err := s.Scan(&user, &e.Portal, &deleted, &due, &erased, &tables, &e.Rows, &e.Entries, &e.Cite.Document, &edition, &e.Cite.Clause, &entry)
	e.User, e.DeletedAt, e.DueAt, e.ErasedAt = identity.ID(user), instant(deleted), instant(due), instant(erased)
	e.Tables, e.Cite.Portal, e.Cite.Edition, e.Entry = int(tables), e.Portal, int(edition), identity.ID(entry)
	return e, err
}

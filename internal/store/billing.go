package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tereze/internal/billing"
	"tereze/internal/identity"
)

// PriceLists follows billing.Tx.
func (tx *Tx) PriceLists(ctx context.Context, portal string) ([]billing.List, error) {
	return list(ctx, tx, readPriceList, `
		SELECT portal, number, state, content, digest, day, written_by, written_at, published_by, posted_at, in_force_at, withdrawn_by, withdrawn_at, told, version
		FROM billing_price_list WHERE portal = $1 ORDER BY number`, portal)
}

func readPriceList(s scanner) (billing.List, error) {
	var l billing.List
	var state, content, digest string
	var written, writtenAt, published, posted, inForce, withdrawn, withdrawnAt, told int64
	err := s.Scan(&l.Portal, &l.Number, &state, &content, &digest, &l.Day, &written, &writtenAt, &published, &posted, &inForce, &withdrawn, &withdrawnAt, &told, &l.Version)
	if err != nil {
		return l, err
	}
	l.State = billing.State(state)
	l.WrittenBy, l.PublishedBy, l.WithdrawnBy, l.Told = identity.ID(written), identity.ID(published), identity.ID(withdrawn), identity.ID(told)
	l.WrittenAt, l.PostedAt, l.InForceAt, l.WithdrawnAt = instant(writtenAt), instant(posted), instant(inForce), instant(withdrawnAt)
	if err := json.Unmarshal([]byte(content), &l.Content); err != nil {
		return l, fmt.Errorf("price list %d of %s: %w", l.Number, l.Portal, err)
	}
	l.Digest, err = hex.DecodeString(digest)
	return l, err
}

// AddPriceList follows billing.Tx.
func (tx *Tx) AddPriceList(ctx context.Context, l billing.List) error {
	content, err := asJSON(l.Content)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO billing_price_list (portal, number, state, content, digest, day, written_by, written_at, published_by, posted_at, in_force_at,
			withdrawn_by, withdrawn_at, told, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		l.Portal, int64(l.Number), string(l.State), content[0], hex.EncodeToString(l.Digest), l.Day, int64(l.WrittenBy), micros(l.WrittenAt),
		int64(l.PublishedBy), micros(l.PostedAt), micros(l.InForceAt), int64(l.WithdrawnBy), micros(l.WithdrawnAt), int64(l.Told), int64(l.Version))
}

// SavePriceList follows billing.Tx.
func (tx *Tx) SavePriceList(ctx context.Context, l billing.List) error {
	content, err := asJSON(l.Content)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE billing_price_list SET state = $1, content = $2, digest = $3, day = $4, written_by = $5, written_at = $6, published_by = $7, posted_at = $8,
			in_force_at = $9, withdrawn_by = $10, withdrawn_at = $11, told = $12, version = $13
		WHERE portal = $14 AND number = $15 AND version = $16 AND (state = 'draft' OR digest = $3)`,
		string(l.State), content[0], hex.EncodeToString(l.Digest), l.Day, int64(l.WrittenBy), micros(l.WrittenAt), int64(l.PublishedBy), micros(l.PostedAt),
		micros(l.InForceAt), int64(l.WithdrawnBy), micros(l.WithdrawnAt), int64(l.Told), int64(l.Version),
		l.Portal, int64(l.Number), int64(l.Version-1))
}

// RemovePriceList follows billing.Tx.
func (tx *Tx) RemovePriceList(ctx context.Context, l billing.List) error {
	return tx.one(ctx, `DELETE FROM billing_price_list WHERE portal = $1 AND number = $2 AND version = $3 AND state = 'draft'`, l.Portal, int64(l.Number), int64(l.Version))
}

// PriceListVersions follows billing.Tx.
func (tx *Tx) PriceListVersions(ctx context.Context) ([]billing.Version, error) {
	return list(ctx, tx, func(s scanner) (v billing.Version, err error) {
		err = s.Scan(&v.Portal, &v.Number, &v.Version)
		return v, err
	}, `SELECT portal, number, version FROM billing_price_list WHERE state <> 'draft' ORDER BY portal, number`)
}

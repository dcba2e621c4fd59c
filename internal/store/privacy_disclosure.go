package store

import (
	"context"
	"math"
	"strconv"

	"tereze/internal/identity"
	"tereze/internal/privacy"
)

func disclosureRow(user, id identity.ID) string {
	return "privacy_disclosure/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// AddDisclosure follows privacy.DisclosureTx.
func (tx *Tx) AddDisclosure(ctx context.Context, d privacy.Disclosure) error {
	sealed, err := tx.seal(disclosureRow(d.User, d.ID), d.Demand)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO privacy_disclosure (user_id, disclosure_id, portal, state, recipient, ground, document, edition, clause, sealed,
			silent_until, proposed_by, proposed_at, decided_by, decided_at, made_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		int64(d.User), int64(d.ID), d.Portal, d.State, d.Recipient, d.Ground, d.Cite.Document, int64(d.Cite.Edition), d.Cite.Clause, sealed,
		micros(d.SilentUntil), int64(d.ProposedBy), micros(d.ProposedAt), int64(d.DecidedBy), micros(d.DecidedAt), micros(d.MadeAt), int64(d.Version))
}

// SaveDisclosure follows privacy.DisclosureTx: what was demanded does not change.
func (tx *Tx) SaveDisclosure(ctx context.Context, d privacy.Disclosure) error {
	return tx.one(ctx, `UPDATE privacy_disclosure SET state = $1, decided_by = $2, decided_at = $3, made_at = $4, version = $5
		WHERE user_id = $6 AND disclosure_id = $7 AND version = $8`,
		d.State, int64(d.DecidedBy), micros(d.DecidedAt), micros(d.MadeAt), int64(d.Version), int64(d.User), int64(d.ID), int64(d.Version-1))
}

// Disclosure follows privacy.DisclosureTx.
func (tx *Tx) Disclosure(ctx context.Context, user, id identity.ID) (privacy.Disclosure, error) {
	return tx.disclosure(tx.queryRow(ctx, `SELECT user_id, disclosure_id, portal, state, recipient, ground, document, edition, clause, sealed,
			silent_until, proposed_by, proposed_at, decided_by, decided_at, made_at, version
		FROM privacy_disclosure WHERE user_id = $1 AND disclosure_id = $2`, int64(user), int64(id)))
}

// DisclosuresOf follows privacy.DisclosureTx.
func (tx *Tx) DisclosuresOf(ctx context.Context, user identity.ID) ([]privacy.Disclosure, error) {
	return list(ctx, tx, tx.disclosure, `SELECT user_id, disclosure_id, portal, state, recipient, ground, document, edition, clause, sealed,
			silent_until, proposed_by, proposed_at, decided_by, decided_at, made_at, version
		FROM privacy_disclosure WHERE user_id = $1 ORDER BY disclosure_id DESC`, int64(user))
}

// Disclosures follows privacy.DisclosureTx.
func (tx *Tx) Disclosures(ctx context.Context, portal, state string, before identity.ID, limit int) ([]privacy.Disclosure, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, tx.disclosure, `SELECT user_id, disclosure_id, portal, state, recipient, ground, document, edition, clause, sealed,
			silent_until, proposed_by, proposed_at, decided_by, decided_at, made_at, version
		FROM privacy_disclosure WHERE portal = $1 AND disclosure_id < $2 AND ($3 = '' OR state = $3) ORDER BY disclosure_id DESC LIMIT $4`,
		portal, int64(before), state, int64(limit))
}

func (tx *Tx) disclosure(s scanner) (privacy.Disclosure, error) {
	var d privacy.Disclosure
	var user, id, edition, silent, by, at, decider, decided, made, version int64
	var sealed []byte
	err := s.Scan(&user, &id, &d.Portal, &d.State, &d.Recipient, &d.Ground, &d.Cite.Document, &edition, &d.Cite.Clause, &sealed,
		&silent, &by, &at, &decider, &decided, &made, &version)
	if err != nil {
		return d, err
	}
	d.User, d.ID, d.Version, d.Cite.Portal, d.Cite.Edition = identity.ID(user), identity.ID(id), int(version), d.Portal, int(edition)
	d.SilentUntil, d.ProposedBy, d.ProposedAt = instant(silent), identity.ID(by), instant(at)
	d.DecidedBy, d.DecidedAt, d.MadeAt = identity.ID(decider), instant(decided), instant(made)
	return d, tx.unseal(disclosureRow(d.User, d.ID), sealed, &d.Demand)
}

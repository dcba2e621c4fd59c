package store

import (
	"context"
	"strings"

	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/privacy"
)

// AddConsent follows privacy.Tx.
func (tx *Tx) AddConsent(ctx context.Context, c privacy.Consent) error {
	return tx.one(ctx, `INSERT INTO privacy_consent (user_id, consent_id, portal, purposes, detail, given_at, withdrawn_at, evidence_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(c.User), int64(c.ID), c.Portal, strings.Join(c.Purposes, " "), evidence.FormatDetail(c.Detail), micros(c.GivenAt), micros(c.WithdrawnAt), int64(c.Evidence))
}

// ConsentsOf follows privacy.Tx.
func (tx *Tx) ConsentsOf(ctx context.Context, user identity.ID) ([]privacy.Consent, error) {
	return list(ctx, tx, func(s scanner) (privacy.Consent, error) {
		c := privacy.Consent{User: user}
		var id, given, withdrawn, entry int64
		var purposes, detail string
		if err := s.Scan(&id, &c.Portal, &purposes, &detail, &given, &withdrawn, &entry); err != nil {
			return privacy.Consent{}, err
		}
		c.ID, c.Evidence, c.Purposes = identity.ID(id), identity.ID(entry), strings.Fields(purposes)
		c.GivenAt, c.WithdrawnAt = instant(given), instant(withdrawn)
		var err error
		c.Detail, err = evidence.ParseDetail(detail)
		return c, err
	}, `SELECT consent_id, portal, purposes, detail, given_at, withdrawn_at, evidence_id FROM privacy_consent WHERE user_id = $1 ORDER BY given_at, consent_id`, int64(user))
}

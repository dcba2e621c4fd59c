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

// AddWithdrawal follows privacy.WithdrawalTx.
func (tx *Tx) AddWithdrawal(ctx context.Context, w privacy.Withdrawal) error {
	return tx.one(ctx, `INSERT INTO privacy_withdrawal (user_id, purpose, at, portal, entry_id, given_again) VALUES ($1, $2, $3, $4, $5, 0)
		ON CONFLICT (user_id, purpose) WHERE given_again = 0 DO NOTHING`,
		int64(w.User), w.Purpose, micros(w.At), w.Portal, int64(w.Entry))
}

// EndWithdrawal follows privacy.WithdrawalTx.
func (tx *Tx) EndWithdrawal(ctx context.Context, user identity.ID, purpose string, entry identity.ID) error {
	return tx.one(ctx, `UPDATE privacy_withdrawal SET given_again = $1 WHERE user_id = $2 AND purpose = $3 AND given_again = 0`,
		int64(entry), int64(user), purpose)
}

// WithdrawalsOf follows privacy.WithdrawalTx.
func (tx *Tx) WithdrawalsOf(ctx context.Context, user identity.ID) ([]privacy.Withdrawal, error) {
	return list(ctx, tx, func(s scanner) (privacy.Withdrawal, error) {
		w := privacy.Withdrawal{User: user}
		var at, entry, again int64
		err := s.Scan(&w.Purpose, &at, &w.Portal, &entry, &again)
		w.At, w.Entry, w.GivenAgain = instant(at), identity.ID(entry), identity.ID(again)
		return w, err
	}, `SELECT purpose, at, portal, entry_id, given_again FROM privacy_withdrawal WHERE user_id = $1 ORDER BY at DESC, purpose`, int64(user))
}

// counted reads one number of statistics.
func counted(s scanner) (privacy.Count, error) {
	var c privacy.Count
	err := s.Scan(&c.Kind, &c.Count, &c.Persons)
	return c, err
}

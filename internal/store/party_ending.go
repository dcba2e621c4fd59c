package store

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/party"
)

// EndMembership follows party.EndingTx.
func (tx *Tx) EndMembership(ctx context.Context, m party.Membership, basis string, with identity.ID, at time.Time) error {
	return tx.one(ctx, `
		UPDATE party_membership SET ended_at = $1, basis = $2, ended_with = $3, ends_at = 0
		WHERE user_id = $4 AND org_id = $5 AND role = $6 AND ended_at = 0`,
		micros(at), basis, int64(with), int64(m.User), int64(m.Institution), string(m.Role))
}

// ReopenMembership follows party.EndingTx.
func (tx *Tx) ReopenMembership(ctx context.Context, m party.Membership) error {
	return tx.one(ctx, `
		UPDATE party_membership SET ended_at = 0, basis = '', ended_with = 0 WHERE user_id = $1 AND org_id = $2 AND role = $3 AND ended_at = $4 AND ended_at <> 0`,
		int64(m.User), int64(m.Institution), string(m.Role), micros(m.EndedAt))
}

// EndedWith follows party.EndingTx.
func (tx *Tx) EndedWith(ctx context.Context, institution, child identity.ID) ([]party.Membership, error) {
	return list(ctx, tx, readMembership, `
		SELECT m.user_id, m.org_id, m.role, m.class, m.began_at, m.ended_at, m.basis, m.ends_at
		FROM party_guardian g JOIN party_membership m ON m.user_id = g.user_id
		WHERE g.child_id = $1 AND m.org_id = $2 AND m.ended_with = $1 AND m.ended_at <> 0 ORDER BY m.user_id`, int64(child), int64(institution))
}

// SetTerm follows party.EndingTx.
func (tx *Tx) SetTerm(ctx context.Context, m party.Membership, at time.Time) error {
	return tx.one(ctx, `UPDATE party_membership SET ends_at = $1 WHERE user_id = $2 AND org_id = $3 AND role = $4 AND ended_at = 0`,
		micros(at), int64(m.User), int64(m.Institution), string(m.Role))
}

// DueMemberships follows party.EndingTx.
func (tx *Tx) DueMemberships(ctx context.Context, at time.Time, after party.Membership, limit int) ([]party.Membership, error) {
	return list(ctx, tx, readMembership, `
		SELECT user_id, org_id, role, class, began_at, ended_at, basis, ends_at FROM party_membership
		WHERE ended_at = 0 AND ends_at > 0 AND ends_at <= $1 AND (ends_at, user_id, org_id) > ($2, $3, $4) ORDER BY ends_at, user_id, org_id LIMIT $5`,
		micros(at), micros(after.EndsAt), int64(after.User), int64(after.Institution), int64(limit))
}

// SchoolsNamed follows party.TransferTx.
func (tx *Tx) SchoolsNamed(ctx context.Context, portal, kind, name string, limit int) ([]party.Institution, error) {
	return list(ctx, tx, readInstitution, `
		SELECT org_id, portal, parent_id, kind, name, created_at FROM party_institution
		WHERE portal = $1 AND kind = $2 AND name = $3 ORDER BY org_id LIMIT $4`, portal, kind, name, int64(limit))
}

// PutTransfer follows party.TransferTx.
func (tx *Tx) PutTransfer(ctx context.Context, t party.Transfer) error {
	return tx.one(ctx, `
		INSERT INTO party_transfer (user_id, from_id, to_id, class, state, at, settled_at) VALUES ($1, $2, $3, $4, $5, $6, 0)
		ON CONFLICT (user_id, from_id) DO UPDATE SET to_id = $3, class = $4, state = $5, at = $6, settled_at = 0`,
		int64(t.User), int64(t.From), int64(t.To), t.Class, string(t.State), micros(t.At))
}

// Transfer follows party.TransferTx.
func (tx *Tx) Transfer(ctx context.Context, user, from identity.ID) (party.Transfer, error) {
	t := party.Transfer{User: user, From: from}
	var to, at, settled int64
	var state string
	err := tx.queryRow(ctx, `SELECT to_id, class, state, at, settled_at FROM party_transfer WHERE user_id = $1 AND from_id = $2`,
		int64(user), int64(from)).Scan(&to, &t.Class, &state, &at, &settled)
	t.To, t.State, t.At, t.SettledAt = identity.ID(to), party.TransferState(state), instant(at), instant(settled)
	return t, err
}

// Arrivals follows party.TransferTx.
func (tx *Tx) Arrivals(ctx context.Context, to identity.ID, limit int) ([]party.Arrival, error) {
	return list(ctx, tx, func(s scanner) (party.Arrival, error) {
		a := party.Arrival{Transfer: party.Transfer{To: to, State: party.Arriving}}
		var user, from, at int64
		var born *string
		err := s.Scan(&user, &from, &a.Class, &at, &a.FromName, &a.Shown, &born)
		a.User, a.From, a.At = identity.ID(user), identity.ID(from), instant(at)
		if born != nil {
			a.BirthDate = *born
		}
		return a, err
	}, `SELECT t.user_id, t.from_id, t.class, t.at, i.name, u.shown, p.birth_date
		FROM party_transfer t JOIN party_institution i ON i.org_id = t.from_id JOIN account_user u ON u.user_id = t.user_id
		LEFT JOIN account_person p ON p.user_id = t.user_id
		WHERE t.to_id = $1 AND t.state = 'arriving' AND u.state <> 'deleted' ORDER BY t.at, t.user_id LIMIT $2`, int64(to), int64(limit))
}

// SettleTransfer follows party.TransferTx.
func (tx *Tx) SettleTransfer(ctx context.Context, t party.Transfer, state party.TransferState, at time.Time) error {
	return tx.one(ctx, `UPDATE party_transfer SET state = $1, settled_at = $2 WHERE user_id = $3 AND from_id = $4 AND state = 'arriving'`,
		string(state), micros(at), int64(t.User), int64(t.From))
}

// PutRecoveryStop follows party.RecoveryTx.
func (tx *Tx) PutRecoveryStop(ctx context.Context, s party.RecoveryStop) error {
	return tx.one(ctx, `
		INSERT INTO party_recovery_stop (org_id, portal, since, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, portal) DO UPDATE SET since = $3, until = $4`, int64(s.Institution), s.Portal, micros(s.Since), micros(s.Until))
}

// DropRecoveryStop follows party.RecoveryTx.
func (tx *Tx) DropRecoveryStop(ctx context.Context, portal string, institution identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM party_recovery_stop WHERE portal = $1 AND org_id = $2`, portal, int64(institution))
	return err
}

func readStop(s scanner) (party.RecoveryStop, error) {
	var x party.RecoveryStop
	var org, since, until int64
	err := s.Scan(&org, &x.Portal, &since, &until)
	x.Institution, x.Since, x.Until = identity.ID(org), instant(since), instant(until)
	return x, err
}

// RecoveryStops follows party.RecoveryTx.
func (tx *Tx) RecoveryStops(ctx context.Context, portal string, at time.Time) ([]party.RecoveryStop, error) {
	return list(ctx, tx, readStop, `
		SELECT org_id, portal, since, until FROM party_recovery_stop WHERE portal = $1 AND (until = 0 OR until > $2) ORDER BY org_id`, portal, micros(at))
}

// StopsOver follows party.RecoveryTx: one question, whether there is such a user or not.
func (tx *Tx) StopsOver(ctx context.Context, user identity.ID, at time.Time) ([]party.RecoveryStop, error) {
	return list(ctx, tx, readStop, `
		WITH RECURSIVE up (org_id, parent_id) AS (
			SELECT i.org_id, i.parent_id FROM party_membership m JOIN party_institution i ON i.org_id = m.org_id WHERE m.user_id = $1 AND m.ended_at = 0
			UNION SELECT i.org_id, i.parent_id FROM party_institution i JOIN up ON i.org_id = up.parent_id
		)
		SELECT s.org_id, s.portal, s.since, s.until FROM party_recovery_stop s
		WHERE s.org_id IN (SELECT org_id FROM up) AND (s.until = 0 OR s.until > $2)`, int64(user), micros(at))
}

package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// sealedSanction is what was written about a sanction in words.
type sealedSanction struct{ Words, EndWords string }

func sanctionRow(user, id identity.ID) string {
	return "account_sanction/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// AddSanction follows account.SanctionTx.
func (tx *Tx) AddSanction(ctx context.Context, s account.Sanction) error {
	sealed, err := tx.seal(sanctionRow(s.User, s.ID), sealedSanction{s.Words, s.EndWords})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_sanction (user_id, sanction_id, portal, action, service, rule, document, edition, clause, reason, section, check_id, state,
			proposed_by, proposed_at, decided_by, decided_at, in_force_at, ends_at, ended_by, ended_at, appeal_id, sealed, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		int64(s.User), int64(s.ID), s.Portal, string(s.Action), s.Service, s.Rule, s.Cite.Document, int64(s.Cite.Edition), s.Cite.Clause, s.Reason, s.Section,
		int64(s.Check), s.State, int64(s.ProposedBy), micros(s.ProposedAt), int64(s.DecidedBy), micros(s.DecidedAt), micros(s.InForceAt), micros(s.EndsAt),
		int64(s.EndedBy), micros(s.EndedAt), int64(s.Appeal), sealed, int64(s.Version))
}

// SaveSanction follows account.SanctionTx.
func (tx *Tx) SaveSanction(ctx context.Context, s account.Sanction) error {
	sealed, err := tx.seal(sanctionRow(s.User, s.ID), sealedSanction{s.Words, s.EndWords})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE account_sanction SET document = $1, edition = $2, clause = $3, state = $4, decided_by = $5, decided_at = $6, in_force_at = $7, ends_at = $8,
			ended_by = $9, ended_at = $10, appeal_id = $11, sealed = $12, version = $13
		WHERE user_id = $14 AND sanction_id = $15 AND version = $16`,
		s.Cite.Document, int64(s.Cite.Edition), s.Cite.Clause, s.State, int64(s.DecidedBy), micros(s.DecidedAt), micros(s.InForceAt), micros(s.EndsAt),
		int64(s.EndedBy), micros(s.EndedAt), int64(s.Appeal), sealed, int64(s.Version), int64(s.User), int64(s.ID), int64(s.Version-1))
}

func (tx *Tx) readSanction(s scanner) (account.Sanction, error) {
	var x account.Sanction
	var user, id, edition, check, proposedBy, proposedAt, decidedBy, decidedAt, inForce, ends, endedBy, ended, appeal, version int64
	var action string
	var sealed []byte
	if err := s.Scan(&user, &id, &x.Portal, &action, &x.Service, &x.Rule, &x.Cite.Document, &edition, &x.Cite.Clause, &x.Reason, &x.Section, &check, &x.State,
		&proposedBy, &proposedAt, &decidedBy, &decidedAt, &inForce, &ends, &endedBy, &ended, &appeal, &sealed, &version); err != nil {
		return x, err
	}
	x.User, x.ID, x.Action, x.Check, x.Appeal, x.Version = identity.ID(user), identity.ID(id), account.Action(action), identity.ID(check), identity.ID(appeal), int(version)
	x.Cite = clause.Citation{Portal: x.Portal, Document: x.Cite.Document, Edition: int(edition), Clause: x.Cite.Clause}
	x.ProposedBy, x.DecidedBy, x.EndedBy = identity.ID(proposedBy), identity.ID(decidedBy), identity.ID(endedBy)
	x.ProposedAt, x.DecidedAt, x.InForceAt, x.EndsAt, x.EndedAt = instant(proposedAt), instant(decidedAt), instant(inForce), instant(ends), instant(ended)
	if len(sealed) == 0 { // of somebody who has been erased
		return x, nil
	}
	var inside sealedSanction
	err := tx.unseal(sanctionRow(x.User, x.ID), sealed, &inside)
	x.Words, x.EndWords = inside.Words, inside.EndWords
	return x, err
}

// Sanction follows account.SanctionTx.
func (tx *Tx) Sanction(ctx context.Context, user, id identity.ID) (account.Sanction, error) {
	return tx.readSanction(tx.queryRow(ctx, `SELECT user_id, sanction_id, portal, action, service, rule, document, edition, clause, reason, section, check_id, state,
			proposed_by, proposed_at, decided_by, decided_at, in_force_at, ends_at, ended_by, ended_at, appeal_id, sealed, version
		FROM account_sanction WHERE user_id = $1 AND sanction_id = $2`, int64(user), int64(id)))
}

// SanctionsOf follows account.SanctionTx.
func (tx *Tx) SanctionsOf(ctx context.Context, user identity.ID, limit int) ([]account.Sanction, error) {
	return list(ctx, tx, tx.readSanction, `SELECT user_id, sanction_id, portal, action, service, rule, document, edition, clause, reason, section, check_id, state,
			proposed_by, proposed_at, decided_by, decided_at, in_force_at, ends_at, ended_by, ended_at, appeal_id, sealed, version
		FROM account_sanction WHERE user_id = $1 ORDER BY sanction_id DESC LIMIT $2`, int64(user), int64(limit))
}

// SanctionsPage follows account.SanctionTx.
func (tx *Tx) SanctionsPage(ctx context.Context, portal string, page account.SanctionPage) ([]account.Sanction, error) {
	return list(ctx, tx, tx.readSanction, `SELECT user_id, sanction_id, portal, action, service, rule, document, edition, clause, reason, section, check_id, state,
			proposed_by, proposed_at, decided_by, decided_at, in_force_at, ends_at, ended_by, ended_at, appeal_id, sealed, version
		FROM account_sanction WHERE portal = $1 AND (state = $2 OR $2 = '') AND (action = $3 OR $3 = '') AND (sanction_id < $4 OR $4 = 0)
		ORDER BY sanction_id DESC LIMIT $5`, portal, page.State, string(page.Action), int64(page.Before), int64(page.Limit))
}

// SanctionsAhead follows account.SanctionTx.
func (tx *Tx) SanctionsAhead(ctx context.Context, after identity.ID, limit int) ([]account.Sanction, error) {
	return list(ctx, tx, tx.readSanction, `SELECT user_id, sanction_id, portal, action, service, rule, document, edition, clause, reason, section, check_id, state,
			proposed_by, proposed_at, decided_by, decided_at, in_force_at, ends_at, ended_by, ended_at, appeal_id, sealed, version
		FROM account_sanction WHERE state = 'decided' AND action IN ('delete', 'terminate') AND user_id > $1 ORDER BY user_id, sanction_id LIMIT $2`,
		int64(after), int64(limit))
}

// Standing follows account.SanctionTx.
func (tx *Tx) Standing(ctx context.Context, user identity.ID) (int, error) {
	var version int64
	err := tx.queryRow(ctx, `SELECT version FROM account_standing WHERE user_id = $1`, int64(user)).Scan(&version)
	if fault.Is(err, fault.Absent) {
		return 0, nil
	}
	return int(version), err
}

// MoveStanding follows account.SanctionTx.
func (tx *Tx) MoveStanding(ctx context.Context, user identity.ID, believed int) error {
	if believed != 0 {
		return tx.one(ctx, `UPDATE account_standing SET version = version + 1 WHERE user_id = $1 AND version = $2`, int64(user), int64(believed))
	}
	return tx.one(ctx, `INSERT INTO account_standing (user_id, version) VALUES ($1, 1) ON CONFLICT (user_id) DO NOTHING`, int64(user))
}

// KeepOut follows account.SanctionTx.
func (tx *Tx) KeepOut(ctx context.Context, s account.Sanction, number string) error {
	m, err := tx.lookup("number/" + number)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO account_refused_number (portal, mark, user_id, sanction_id, in_force_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.Portal, m, int64(s.User), int64(s.ID), micros(s.InForceAt), micros(s.EndsAt))
}

// LetIn follows account.SanctionTx.
func (tx *Tx) LetIn(ctx context.Context, s account.Sanction) error {
	_, err := tx.exec(ctx, `DELETE FROM account_refused_number WHERE user_id = $1 AND sanction_id = $2`, int64(s.User), int64(s.ID))
	return err
}

// NumberRefused follows account.SanctionTx.
func (tx *Tx) NumberRefused(ctx context.Context, portal, number string, at time.Time) (bool, error) {
	m, err := tx.lookup("number/" + number)
	if err != nil {
		return false, err
	}
	var count int
	err = tx.queryRow(ctx, `SELECT COUNT(*) FROM account_refused_number WHERE portal = $1 AND mark = $2 AND in_force_at <= $3 AND (ends_at = 0 OR ends_at > $3)`,
		portal, m, micros(at)).Scan(&count)
	return count > 0, err
}

package store

import (
	"context"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/identity"
)

// sealedCheck is what was written in a verification.
type sealedCheck struct{ Text, Register, Source, Note string }

func checkRow(user, id identity.ID) string {
	return "account_check/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

func paperRow(user, check, id identity.ID, column string) string {
	return "account_paper/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(check), 10) + "/" + strconv.FormatInt(int64(id), 10) + "/" + column
}

// AddCheck follows account.CheckTx.
func (tx *Tx) AddCheck(ctx context.Context, c account.Check) error {
	sealed, err := tx.seal(checkRow(c.User, c.ID), sealedCheck{c.Text, c.Register, c.Source, c.Note})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_check (user_id, check_id, portal, kind, fields, papers, document, edition, clause, opened_by, opened_at, due_at, given_at,
			state, outcome, ended_by, ended_at, sealed, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		int64(c.User), int64(c.ID), c.Portal, c.Kind, strings.Join(c.Fields, " "), c.Papers, c.Cite.Document, int64(c.Cite.Edition), c.Cite.Clause,
		int64(c.OpenedBy), micros(c.OpenedAt), micros(c.DueAt), micros(c.GivenAt), c.State, c.Outcome, int64(c.EndedBy), micros(c.EndedAt), sealed, int64(c.Version))
}

// SaveCheck follows account.CheckTx.
func (tx *Tx) SaveCheck(ctx context.Context, c account.Check) error {
	sealed, err := tx.seal(checkRow(c.User, c.ID), sealedCheck{c.Text, c.Register, c.Source, c.Note})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE account_check SET given_at = $1, state = $2, outcome = $3, ended_by = $4, ended_at = $5, sealed = $6, version = $7
		WHERE user_id = $8 AND check_id = $9 AND version = $10`,
		micros(c.GivenAt), c.State, c.Outcome, int64(c.EndedBy), micros(c.EndedAt), sealed, int64(c.Version), int64(c.User), int64(c.ID), int64(c.Version-1))
}

func (tx *Tx) readCheck(s scanner) (account.Check, error) {
	var c account.Check
	var user, id, edition, openedBy, opened, due, given, endedBy, ended, version int64
	var fields string
	var sealed []byte
	if err := s.Scan(&user, &id, &c.Portal, &c.Kind, &fields, &c.Papers, &c.Cite.Document, &edition, &c.Cite.Clause, &openedBy, &opened, &due, &given,
		&c.State, &c.Outcome, &endedBy, &ended, &sealed, &version); err != nil {
		return c, err
	}
	c.User, c.ID, c.OpenedBy, c.EndedBy, c.Version = identity.ID(user), identity.ID(id), identity.ID(openedBy), identity.ID(endedBy), int(version)
	c.Cite = clause.Citation{Portal: c.Portal, Document: c.Cite.Document, Edition: int(edition), Clause: c.Cite.Clause}
	c.Fields, c.OpenedAt, c.DueAt, c.GivenAt, c.EndedAt = strings.Fields(fields), instant(opened), instant(due), instant(given), instant(ended)
	var inside sealedCheck
	err := tx.unseal(checkRow(c.User, c.ID), sealed, &inside)
	c.Text, c.Register, c.Source, c.Note = inside.Text, inside.Register, inside.Source, inside.Note
	return c, err
}

// Check follows account.CheckTx.
func (tx *Tx) Check(ctx context.Context, user, id identity.ID) (account.Check, error) {
	return tx.readCheck(tx.queryRow(ctx, `SELECT user_id, check_id, portal, kind, fields, papers, document, edition, clause, opened_by, opened_at, due_at, given_at,
		state, outcome, ended_by, ended_at, sealed, version FROM account_check WHERE user_id = $1 AND check_id = $2`, int64(user), int64(id)))
}

// ChecksOf follows account.CheckTx.
func (tx *Tx) ChecksOf(ctx context.Context, user identity.ID, limit int) ([]account.Check, error) {
	return list(ctx, tx, tx.readCheck, `SELECT user_id, check_id, portal, kind, fields, papers, document, edition, clause, opened_by, opened_at, due_at, given_at,
		state, outcome, ended_by, ended_at, sealed, version FROM account_check WHERE user_id = $1 ORDER BY check_id DESC LIMIT $2`, int64(user), int64(limit))
}

// ChecksPage follows account.CheckTx.
func (tx *Tx) ChecksPage(ctx context.Context, portal string, page account.CheckPage) ([]account.Check, error) {
	return list(ctx, tx, tx.readCheck, `SELECT user_id, check_id, portal, kind, fields, papers, document, edition, clause, opened_by, opened_at, due_at, given_at,
			state, outcome, ended_by, ended_at, sealed, version FROM account_check
		WHERE portal = $1 AND (state = $2 OR $2 = '') AND (due_at <= $3 AND state = 'open' AND due_at > 0 OR $3 = 0) AND (check_id < $4 OR $4 = 0)
		ORDER BY check_id DESC LIMIT $5`, portal, page.State, micros(page.Late), int64(page.Before), int64(page.Limit))
}

// AddPaper follows account.CheckTx.
func (tx *Tx) AddPaper(ctx context.Context, user, check identity.ID, p account.Paper) error {
	name, err := tx.seal(paperRow(user, check, p.ID, "name"), p.Name)
	if err != nil {
		return err
	}
	body, err := tx.seal(paperRow(user, check, p.ID, "body"), p.Body)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO account_paper (user_id, check_id, paper_id, kind, size, added_at, name, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(user), int64(check), int64(p.ID), p.Kind, int64(p.Size), micros(p.AddedAt), name, body)
}

// Papers follows account.CheckTx.
func (tx *Tx) Papers(ctx context.Context, user, check identity.ID) ([]account.Paper, error) {
	return list(ctx, tx, func(s scanner) (account.Paper, error) {
		var p account.Paper
		var id, size, added int64
		var name []byte
		if err := s.Scan(&id, &p.Kind, &size, &added, &name); err != nil {
			return p, err
		}
		p.ID, p.Size, p.AddedAt = identity.ID(id), int(size), instant(added)
		return p, tx.unseal(paperRow(user, check, p.ID, "name"), name, &p.Name)
	}, `SELECT paper_id, kind, size, added_at, name FROM account_paper WHERE user_id = $1 AND check_id = $2 ORDER BY paper_id`, int64(user), int64(check))
}

// Paper follows account.CheckTx.
func (tx *Tx) Paper(ctx context.Context, user, check, id identity.ID) (account.Paper, error) {
	p := account.Paper{ID: id}
	var size, added int64
	var name, body []byte
	err := tx.queryRow(ctx, `SELECT kind, size, added_at, name, body FROM account_paper WHERE user_id = $1 AND check_id = $2 AND paper_id = $3`,
		int64(user), int64(check), int64(id)).Scan(&p.Kind, &size, &added, &name, &body)
	if err != nil {
		return account.Paper{}, err
	}
	p.Size, p.AddedAt = int(size), instant(added)
	if err := tx.unseal(paperRow(user, check, id, "name"), name, &p.Name); err != nil {
		return account.Paper{}, err
	}
	return p, tx.unseal(paperRow(user, check, id, "body"), body, &p.Body)
}

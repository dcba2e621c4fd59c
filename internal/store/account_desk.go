package store

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// What an operator's desk reads of people: cases one by one and in pages, the roles of many at once.

func readCase(s scanner) (account.Case, error) {
	var c account.Case
	var user, id, opened, ended int64
	err := s.Scan(&user, &id, &c.Portal, &c.Kind, &c.State, &c.Text, &opened, &ended, &c.Answer)
	c.User, c.ID, c.OpenedAt, c.EndedAt = identity.ID(user), identity.ID(id), instant(opened), instant(ended)
	return c, err
}

// Case follows account.DeskTx.
func (tx *Tx) Case(ctx context.Context, user, id identity.ID) (account.Case, error) {
	return readCase(tx.queryRow(ctx, `SELECT user_id, case_id, portal, kind, state, text, opened_at, ended_at, answer FROM account_case
		WHERE user_id = $1 AND case_id = $2`, int64(user), int64(id)))
}

// CasesOf follows account.DeskTx.
func (tx *Tx) CasesOf(ctx context.Context, user identity.ID, limit int) ([]account.Case, error) {
	return list(ctx, tx, readCase, `SELECT user_id, case_id, portal, kind, state, text, opened_at, ended_at, answer FROM account_case
		WHERE user_id = $1 ORDER BY case_id DESC LIMIT $2`, int64(user), int64(limit))
}

// CasesAfter follows account.DeskTx.
func (tx *Tx) CasesAfter(ctx context.Context, portal, state string, after account.CaseMark, limit int) ([]account.Case, error) {
	return list(ctx, tx, readCase, `SELECT user_id, case_id, portal, kind, state, text, opened_at, ended_at, answer FROM account_case
		WHERE portal = $1 AND state = $2 AND (opened_at, case_id) > ($3, $4) ORDER BY opened_at, case_id LIMIT $5`,
		portal, state, micros(after.At), int64(after.ID), int64(limit))
}

// RolesOf follows account.DeskTx.
func (tx *Tx) RolesOf(ctx context.Context, ids []identity.ID) (map[identity.ID][]identity.Role, error) {
	roles := make(map[identity.ID][]identity.Role, len(ids))
	for rest := ids; len(rest) > 0; {
		n := min(len(rest), evidenceRows)
		size := evidenceSize(n)
		args := make([]any, size)
		for i := range args {
			args[i] = int64(rest[min(i, n-1)]) // the last again, up to a length that is prepared
		}
		_, err := list(ctx, tx, func(s scanner) (struct{}, error) {
			var id int64
			var role string
			err := s.Scan(&id, &role)
			roles[identity.ID(id)] = append(roles[identity.ID(id)], identity.Role(role))
			return struct{}{}, err
		}, `SELECT user_id, role FROM account_role WHERE user_id IN `+evidenceTuples(1, size)+` ORDER BY user_id, given_at, role`, args...)
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	return roles, nil
}

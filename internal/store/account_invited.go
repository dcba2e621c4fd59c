package store

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// CountName follows account.InvitedTx.
func (tx *Tx) CountName(ctx context.Context, portal, base string) (int, error) {
	var count int
	err := tx.queryRow(ctx, `
		INSERT INTO account_name_base (portal, base, count) VALUES ($1, $2, 1)
		ON CONFLICT (portal, base) DO UPDATE SET count = account_name_base.count + 1
		RETURNING count`, portal, base).Scan(&count)
	return count, err
}

// TakeRole follows account.InvitedTx.
func (tx *Tx) TakeRole(ctx context.Context, id identity.ID, role identity.Role) error {
	_, err := tx.exec(ctx, `DELETE FROM account_role WHERE user_id = $1 AND role = $2`, int64(id), string(role))
	return err
}

// OpenCases follows account.InvitedTx.
func (tx *Tx) OpenCases(ctx context.Context, user identity.ID, kind string) ([]account.Case, error) {
	return list(ctx, tx, func(s scanner) (account.Case, error) {
		c := account.Case{User: user, Kind: kind, State: "open"}
		var id, opened int64
		err := s.Scan(&id, &c.Portal, &c.Text, &opened)
		c.ID, c.OpenedAt = identity.ID(id), instant(opened)
		return c, err
	}, `SELECT case_id, portal, text, opened_at FROM account_case WHERE user_id = $1 AND kind = $2 AND state = 'open' ORDER BY case_id`, int64(user), kind)
}

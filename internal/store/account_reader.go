package store

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/operations"
)

// Readers follows operations.OwedTx: three statements for a batch, however many people are in it.
func (tx *Tx) Readers(ctx context.Context, portal string, after identity.ID, limit int) ([]operations.Reader, error) {
	read := func(s scanner) (r operations.Reader, err error) {
		var id int64
		err = s.Scan(&id, &r.Language)
		r.User, r.To = identity.ID(id), map[string]string{}
		return r, err
	}
	out, err := list(ctx, tx, read, `SELECT user_id, language FROM account_user WHERE portal = $1 AND user_id > $2 AND left_at = 0 AND state <> 'deleted' ORDER BY user_id LIMIT $3`,
		portal, int64(after), int64(limit))
	if err != nil || len(out) == 0 {
		return nil, err
	}
	at := map[identity.ID]int{}
	for i, r := range out {
		at[r.User] = i
	}
	type row struct {
		user        int64
		name, value string
	}
	rows := func(text string) ([]row, error) {
		return list(ctx, tx, func(s scanner) (r row, err error) {
			err = s.Scan(&r.user, &r.name, &r.value)
			return r, err
		}, text, portal, int64(after), int64(out[len(out)-1].User))
	}
	contacts, err := rows(`SELECT c.user_id, c.kind, c.value FROM account_contact c JOIN account_user u ON u.user_id = c.user_id
		WHERE u.portal = $1 AND u.user_id > $2 AND u.user_id <= $3 AND c.confirmed_at > 0`)
	if err != nil {
		return nil, err
	}
	channels := map[account.ContactKind]notify.Channel{account.ByEmail: notify.Email, account.ByPhone: notify.SMS}
	for _, c := range contacts {
		if i, ok := at[identity.ID(c.user)]; ok {
			out[i].To[string(channels[account.ContactKind(c.name)])] = c.value
		}
	}
	roles, err := rows(`SELECT r.user_id, r.role, '' FROM account_role r JOIN account_user u ON u.user_id = r.user_id WHERE u.portal = $1 AND u.user_id > $2 AND u.user_id <= $3`)
	for _, r := range roles {
		if i, ok := at[identity.ID(r.user)]; ok {
			out[i].Roles = append(out[i].Roles, identity.Role(r.name))
		}
	}
	return out, err
}

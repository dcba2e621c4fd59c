package store

import (
	"context"
	"math"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// TurnStaff follows account.StaffTx: the row is locked until the act ends.
func (tx *Tx) TurnStaff(ctx context.Context, portal string) error {
	return tx.one(ctx, `INSERT INTO account_staff (portal, changes) VALUES ($1, 1)
		ON CONFLICT (portal) DO UPDATE SET changes = account_staff.changes + 1`, portal)
}

// StaffOf follows account.StaffTx. There are three roles of the staff; a further place repeats the last.
func (tx *Tx) StaffOf(ctx context.Context, portal string, roles []identity.Role, after identity.ID, limit int) ([]account.User, error) {
	args := []any{portal, int64(after), int64(limit)}
	for i := range staffPlaces {
		args = append(args, string(roles[min(i, len(roles)-1)]))
	}
	return list(ctx, tx, readUser, `
		SELECT user_id, portal, sign_in_name, shown, language, email, phone, about, state, created_at, left_at, version, reported_at
		FROM account_user u WHERE portal = $1 AND user_id > $2 AND state <> 'deleted'
		AND EXISTS (SELECT 1 FROM account_role r WHERE r.user_id = u.user_id AND r.role IN ($4, $5, $6))
		ORDER BY user_id LIMIT $3`, args...)
}

const staffPlaces = 3

// CountStaff follows account.StaffTx.
func (tx *Tx) CountStaff(ctx context.Context, portal string, role identity.Role) (int, error) {
	var n int
	err := tx.queryRow(ctx, `
		SELECT count(*) FROM account_role r JOIN account_user u ON u.user_id = r.user_id
		WHERE r.role = $1 AND u.portal = $2 AND u.state = 'active'`, string(role), portal).Scan(&n)
	return n, err
}

func grantRow(user, id identity.ID) string {
	return "account_grant/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// sealedGrant is what somebody wrote of a person.
type sealedGrant struct{ Reason string }

// AddGrant follows account.StaffTx.
func (tx *Tx) AddGrant(ctx context.Context, g account.Grant) error {
	sealed, err := tx.seal(grantRow(g.User, g.ID), sealedGrant{g.Reason})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_grant (user_id, grant_id, portal, role, taken, state, sealed, proposed_by, proposed_at, decided_by, decided_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		int64(g.User), int64(g.ID), g.Portal, string(g.Role), g.Taken, g.State, sealed, int64(g.ProposedBy), micros(g.ProposedAt), int64(g.DecidedBy), micros(g.DecidedAt), int64(g.Version))
}

// SaveGrant follows account.StaffTx.
func (tx *Tx) SaveGrant(ctx context.Context, g account.Grant) error {
	return tx.one(ctx, `UPDATE account_grant SET state = $1, decided_by = $2, decided_at = $3, version = $4
		WHERE user_id = $5 AND grant_id = $6 AND version = $7`,
		g.State, int64(g.DecidedBy), micros(g.DecidedAt), int64(g.Version), int64(g.User), int64(g.ID), int64(g.Version-1))
}

func (tx *Tx) readGrant(s scanner) (account.Grant, error) {
	var g account.Grant
	var user, id, proposedBy, proposedAt, decidedBy, decidedAt, version int64
	var role string
	var sealed []byte
	if err := s.Scan(&user, &id, &g.Portal, &role, &g.Taken, &g.State, &sealed, &proposedBy, &proposedAt, &decidedBy, &decidedAt, &version); err != nil {
		return g, err
	}
	g.User, g.ID, g.Role, g.Version = identity.ID(user), identity.ID(id), identity.Role(role), int(version)
	g.ProposedBy, g.ProposedAt, g.DecidedBy, g.DecidedAt = identity.ID(proposedBy), instant(proposedAt), identity.ID(decidedBy), instant(decidedAt)
	var inside sealedGrant
	err := tx.unseal(grantRow(g.User, g.ID), sealed, &inside)
	g.Reason = inside.Reason
	return g, err
}

// Grant follows account.StaffTx.
func (tx *Tx) Grant(ctx context.Context, user, id identity.ID) (account.Grant, error) {
	return tx.readGrant(tx.queryRow(ctx, `
		SELECT user_id, grant_id, portal, role, taken, state, sealed, proposed_by, proposed_at, decided_by, decided_at, version
		FROM account_grant WHERE user_id = $1 AND grant_id = $2`, int64(user), int64(id)))
}

// GrantsOf follows account.StaffTx.
func (tx *Tx) GrantsOf(ctx context.Context, user identity.ID, limit int) ([]account.Grant, error) {
	return list(ctx, tx, tx.readGrant, `
		SELECT user_id, grant_id, portal, role, taken, state, sealed, proposed_by, proposed_at, decided_by, decided_at, version
		FROM account_grant WHERE user_id = $1 ORDER BY grant_id DESC LIMIT $2`, int64(user), int64(limit))
}

// GrantsIn follows account.StaffTx.
func (tx *Tx) GrantsIn(ctx context.Context, portal, state string, before identity.ID, limit int) ([]account.Grant, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, tx.readGrant, `
		SELECT user_id, grant_id, portal, role, taken, state, sealed, proposed_by, proposed_at, decided_by, decided_at, version
		FROM account_grant WHERE portal = $1 AND ($2 = '' OR state = $2) AND grant_id < $3 ORDER BY grant_id DESC LIMIT $4`,
		portal, state, int64(before), int64(limit))
}

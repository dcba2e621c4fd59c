package store

import (
	"context"

	"tereze/internal/identity"
	"tereze/internal/party"
)

// Asked follows party.Tx.
func (tx *Tx) Asked(ctx context.Context, institution identity.ID, kind string, limit int) ([]party.Correction, error) {
	return list(ctx, tx, func(s scanner) (party.Correction, error) {
		var c party.Correction
		var user, opened int64
		err := s.Scan(&user, &c.Shown, &c.Text, &opened)
		c.User, c.OpenedAt = identity.ID(user), instant(opened)
		return c, err
	}, `SELECT c.user_id, u.shown, c.text, c.opened_at FROM account_case c JOIN account_user u ON u.user_id = c.user_id
		WHERE c.kind = $3 AND c.state = 'open' AND u.state <> 'deleted' AND EXISTS (
			SELECT 1 FROM party_membership m WHERE m.user_id = c.user_id AND m.org_id = $1 AND m.ended_at = 0)
		ORDER BY c.opened_at, c.case_id LIMIT $2`, int64(institution), int64(limit), kind)
}

func readMember(s scanner) (party.Member, error) {
	var m party.Member
	var user, org, began, ended, ends, confirmed int64
	var role, state string
	var born *string
	var card *int64
	err := s.Scan(&user, &org, &role, &m.Class, &began, &ended, &m.Basis, &ends, &m.Shown, &m.SignInName, &m.Sort, &born, &confirmed, &card, &state)
	m.User, m.Institution, m.Role = identity.ID(user), identity.ID(org), party.Role(role)
	m.BeganAt, m.EndedAt, m.EndsAt, m.Card, m.Registered = instant(began), instant(ended), instant(ends), card != nil, confirmed != 0
	m.Closed = state == "closed"
	if born != nil {
		m.BirthDate = *born
	}
	return m, err
}

// Members follows party.Tx. Somebody with a password and no data of an institution came by another
// way, and has registered.
func (tx *Tx) Members(ctx context.Context, institution identity.ID, page party.MemberPage) ([]party.Member, error) {
	after := page.AfterSort
	if after == nil {
		after = []byte{}
	}
	return list(ctx, tx, readMember, `
		SELECT m.user_id, m.org_id, m.role, m.class, m.began_at, m.ended_at, m.basis, m.ends_at, u.shown, u.sign_in_name, u.shown_sort,
			p.birth_date, COALESCE(p.confirmed_at, 1), w.set_at, u.state
		FROM party_membership m JOIN account_user u ON u.user_id = m.user_id
		LEFT JOIN account_person p ON p.user_id = m.user_id LEFT JOIN account_password w ON w.user_id = m.user_id
		WHERE m.org_id = $1 AND m.ended_at = 0 AND m.class = $2 AND m.role = $3 AND u.state <> 'deleted' AND (u.shown_sort, m.user_id) > ($4, $5)
		ORDER BY u.shown_sort, m.user_id LIMIT $6`,
		int64(institution), page.Class, string(page.Role), after, int64(page.AfterUser), int64(page.Limit))
}

// MemberOf follows party.Tx: the membership that lasts, or the one that ended last.
func (tx *Tx) MemberOf(ctx context.Context, institution, user identity.ID) (party.Member, error) {
	return readMember(tx.queryRow(ctx, `
		SELECT m.user_id, m.org_id, m.role, m.class, m.began_at, m.ended_at, m.basis, m.ends_at, u.shown, u.sign_in_name, u.shown_sort,
			p.birth_date, COALESCE(p.confirmed_at, 1), w.set_at, u.state
		FROM party_membership m JOIN account_user u ON u.user_id = m.user_id
		LEFT JOIN account_person p ON p.user_id = m.user_id LEFT JOIN account_password w ON w.user_id = m.user_id
		WHERE m.org_id = $1 AND m.user_id = $2 AND u.state <> 'deleted'
		ORDER BY CASE WHEN m.ended_at = 0 THEN 0 ELSE 1 END, m.ended_at DESC, m.role LIMIT 1`,
		int64(institution), int64(user)))
}

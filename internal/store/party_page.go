package store

import (
	"context"
	"slices"
	"time"

	"tereze/internal/identity"
	"tereze/internal/party"
)

// Visible follows party.PageTx.
func (tx *Tx) Visible(ctx context.Context, user identity.ID) (party.Visibility, error) {
	var v string
	err := tx.queryRow(ctx, `SELECT visible FROM party_page WHERE user_id = $1`, int64(user)).Scan(&v)
	return party.Visibility(v), err
}

// SetVisible follows party.PageTx.
func (tx *Tx) SetVisible(ctx context.Context, user identity.ID, to party.Visibility, at time.Time) error {
	return tx.one(ctx, `INSERT INTO party_page (user_id, visible, at) VALUES ($1, $2, $3) ON CONFLICT (user_id) DO UPDATE SET visible = $2, at = $3`,
		int64(user), string(to), micros(at))
}

// PagesOf follows party.PageTx.
func (tx *Tx) PagesOf(ctx context.Context, institution identity.ID, page party.MemberPage, all bool, shown ...party.Visibility) ([]party.Member, error) {
	after := page.AfterSort
	if after == nil {
		after = []byte{}
	}
	return list(ctx, tx, readMember, `
		SELECT m.user_id, m.org_id, m.role, m.class, m.began_at, m.ended_at, m.basis, m.ends_at, u.shown, u.sign_in_name, u.shown_sort,
			p.birth_date, COALESCE(p.confirmed_at, 1), w.set_at, u.state
		FROM party_membership m JOIN account_user u ON u.user_id = m.user_id LEFT JOIN party_page v ON v.user_id = m.user_id
		LEFT JOIN account_person p ON p.user_id = m.user_id LEFT JOIN account_password w ON w.user_id = m.user_id
		WHERE m.org_id = $1 AND m.ended_at = 0 AND m.class = $2 AND m.role = $3 AND u.state = 'active' AND (u.shown_sort, m.user_id) > ($4, $5)
			AND ($6 OR v.visible = 'institution' AND $7 OR v.visible = 'class' AND $8)
		ORDER BY u.shown_sort, m.user_id LIMIT $9`,
		int64(institution), page.Class, string(page.Role), after, int64(page.AfterUser), all,
		slices.Contains(shown, party.ToInstitution), slices.Contains(shown, party.ToClass), int64(page.Limit))
}

// forgetPage removes what a person chose for their page, when they are deleted.
func (tx *Tx) forgetPage(ctx context.Context, user identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM party_page WHERE user_id = $1`, int64(user))
	return err
}

// forgetGuardians ends that anybody is the guardian of somebody whose data are erased.
func (tx *Tx) forgetGuardians(ctx context.Context, child identity.ID) (int64, error) {
	return tx.exec(ctx, `DELETE FROM party_guardian WHERE child_id = $1`, int64(child))
}

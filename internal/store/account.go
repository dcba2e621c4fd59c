package store

import (
	"context"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// AddUser follows account.Tx.
func (tx *Tx) AddUser(ctx context.Context, u account.User, keys account.NameKeys) error {
	changed, err := tx.exec(ctx, `INSERT INTO account_name (portal, name_fold, user_id) VALUES ($1, $2, $3) ON CONFLICT (portal, name_fold) DO NOTHING`,
		u.Portal, keys.SignInFold, int64(u.ID))
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.New(fault.Conflict, keyTaken)
	}
	return tx.one(ctx, `
		INSERT INTO account_user (user_id, portal, sign_in_name, sign_in_fold, shown, shown_fold, shown_sort, language, email, phone, about, state, created_at, left_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		int64(u.ID), u.Portal, u.SignInName, keys.SignInFold, u.Shown, keys.ShownFold, keys.ShownSort, u.Language, u.Email, u.Phone, u.About,
		string(u.State), micros(u.CreatedAt), micros(u.LeftAt), int64(u.Version))
}

// User follows account.Tx. The roles are asked for even where there is nobody.
func (tx *Tx) User(ctx context.Context, id identity.ID) (account.User, error) {
	u, absent := readUser(tx.queryRow(ctx, `
		SELECT user_id, portal, sign_in_name, shown, language, email, phone, about, state, created_at, left_at, version, reported_at
		FROM account_user WHERE user_id = $1`, int64(id)))
	if absent != nil && !fault.Is(absent, fault.Absent) {
		return account.User{}, absent
	}
	roles, err := tx.rolesOf(ctx, id)
	if err == nil {
		err = absent
	}
	if err != nil {
		return account.User{}, err
	}
	u.Roles = roles
	return u, nil
}

func (tx *Tx) rolesOf(ctx context.Context, id identity.ID) ([]identity.Role, error) {
	return list(ctx, tx, func(s scanner) (identity.Role, error) {
		var role string
		err := s.Scan(&role)
		return identity.Role(role), err
	}, `SELECT role FROM account_role WHERE user_id = $1 ORDER BY given_at, role`, int64(id))
}

// UserNamed follows account.Tx.
func (tx *Tx) UserNamed(ctx context.Context, portal, nameFold string) (account.User, error) {
	var id int64
	err := tx.queryRow(ctx, `SELECT user_id FROM account_name WHERE portal = $1 AND name_fold = $2`, portal, nameFold).Scan(&id)
	if err != nil && !fault.Is(err, fault.Absent) {
		return account.User{}, err
	}
	return tx.User(ctx, identity.ID(id))
}

func readUser(s scanner) (account.User, error) {
	var u account.User
	var id, createdAt, leftAt, reportedAt int64
	var state string
	err := s.Scan(&id, &u.Portal, &u.SignInName, &u.Shown, &u.Language, &u.Email, &u.Phone, &u.About, &state, &createdAt, &leftAt, &u.Version, &reportedAt)
	u.ID, u.State = identity.ID(id), account.State(state)
	u.CreatedAt, u.LeftAt, u.ReportedAt = instant(createdAt), instant(leftAt), instant(reportedAt)
	return u, err
}

// SaveUser follows account.Tx. The sign-in name is not changed here.
func (tx *Tx) SaveUser(ctx context.Context, u account.User, keys account.NameKeys) error {
	return tx.one(ctx, `
		UPDATE account_user SET shown = $1, shown_fold = $2, shown_sort = $3, language = $4, email = $5, phone = $6, about = $7, version = $8
		WHERE user_id = $9 AND version = $10 AND state = 'active'`,
		u.Shown, keys.ShownFold, keys.ShownSort, u.Language, u.Email, u.Phone, u.About, int64(u.Version), int64(u.ID), int64(u.Version-1))
}

// maxPrefix ends the range of names that begin with a prefix: no folded name holds a greater character.
const maxPrefix = "\U0010FFFF"

// Users follows account.Tx. With a prefix the list is in the order of the folded names.
func (tx *Tx) Users(ctx context.Context, portal string, page account.UserPage) ([]account.User, error) {
	if page.FoldPrefix != "" {
		return list(ctx, tx, readUser, `
			SELECT user_id, portal, sign_in_name, shown, language, email, phone, about, state, created_at, left_at, version, reported_at
			FROM account_user WHERE portal = $1 AND shown_fold >= $2 AND shown_fold < $3 AND (shown_fold, user_id) > ($4, $5) AND state <> 'deleted'
			ORDER BY shown_fold, user_id LIMIT $6`,
			portal, page.FoldPrefix, page.FoldPrefix+maxPrefix, page.AfterFold, int64(page.AfterID), int64(page.Limit))
	}
	after := page.AfterSort
	if after == nil {
		after = []byte{}
	}
	return list(ctx, tx, readUser, `
		SELECT user_id, portal, sign_in_name, shown, language, email, phone, about, state, created_at, left_at, version, reported_at
		FROM account_user WHERE portal = $1 AND (shown_sort, user_id) > ($2, $3) AND state <> 'deleted'
		ORDER BY shown_sort, user_id LIMIT $4`,
		portal, after, int64(page.AfterID), int64(page.Limit))
}

// GiveRole follows account.Tx.
func (tx *Tx) GiveRole(ctx context.Context, id identity.ID, role identity.Role, at time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO account_role (user_id, role, given_at) VALUES ($1, $2, $3) ON CONFLICT (user_id, role) DO NOTHING`,
		int64(id), string(role), micros(at))
	return err
}

// AddSession follows account.Tx.
func (tx *Tx) AddSession(ctx context.Context, tokenHash []byte, s account.Session) error {
	return tx.one(ctx, `INSERT INTO account_session (token_hash, user_id, portal, began_at, seen_at, address, agent, device_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tokenHash, int64(s.User), s.Portal, micros(s.BeganAt), micros(s.SeenAt), s.Address, s.Agent, int64(s.Device))
}

// Session follows account.Tx.
func (tx *Tx) Session(ctx context.Context, tokenHash []byte) (account.Session, error) {
	var s account.Session
	var user, began, seen, behalf int64
	err := tx.queryRow(ctx, `SELECT user_id, portal, began_at, seen_at, address, agent, behalf_id FROM account_session WHERE token_hash = $1`, tokenHash).
		Scan(&user, &s.Portal, &began, &seen, &s.Address, &s.Agent, &behalf)
	s.Behalf = identity.ID(behalf)
	s.User, s.BeganAt, s.SeenAt = identity.ID(user), instant(began), instant(seen)
	return s, err
}

// SetBehalf follows account.Tx.
func (tx *Tx) SetBehalf(ctx context.Context, tokenHash []byte, organisation identity.ID) error {
	return tx.one(ctx, `UPDATE account_session SET behalf_id = $1 WHERE token_hash = $2`, int64(organisation), tokenHash)
}

// SawSession follows account.Tx.
func (tx *Tx) SawSession(ctx context.Context, tokenHash []byte, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE account_session SET seen_at = $1 WHERE token_hash = $2`, micros(at), tokenHash)
	return err
}

// EndSession follows account.Tx.
func (tx *Tx) EndSession(ctx context.Context, tokenHash []byte) error {
	_, err := tx.exec(ctx, `DELETE FROM account_session WHERE token_hash = $1`, tokenHash)
	return err
}

// EndSessionsUnseen follows account.Tx.
func (tx *Tx) EndSessionsUnseen(ctx context.Context, id identity.ID, seen, began time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM account_session WHERE user_id = $1 AND (seen_at < $2 OR began_at < $3)`, int64(id), micros(seen), micros(began))
	return err
}

// EndSessionsOf follows account.DepartTx.
func (tx *Tx) EndSessionsOf(ctx context.Context, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_session WHERE user_id = $1`, int64(id))
	return err
}

// CloseUser follows account.DepartTx.
func (tx *Tx) CloseUser(ctx context.Context, id identity.ID, at time.Time) error {
	return tx.one(ctx, `UPDATE account_user SET state = 'closed', left_at = $1, version = version + 1 WHERE user_id = $2 AND state IN ('active', 'locked')`,
		micros(at), int64(id))
}

// DeleteUser follows account.DepartTx. The row stays without what names the person, so that its id,
// which evidence names, is never given again.
func (tx *Tx) DeleteUser(ctx context.Context, id identity.ID, at time.Time) error {
	err := tx.one(ctx, `
		UPDATE account_user SET state = 'deleted', left_at = $1, version = version + 1, sign_in_name = '', sign_in_fold = '', shown = '', shown_fold = '',
			shown_sort = $2, email = '', phone = '', about = ''
		WHERE user_id = $3 AND state <> 'deleted'`, micros(at), []byte{}, int64(id))
	if err != nil {
		return err
	}
	if err := tx.removeBrowsers(ctx, id); err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM account_password WHERE user_id = $1`,
		`DELETE FROM account_name WHERE user_id = $1`,
		`DELETE FROM account_number WHERE user_id = $1`,
		`DELETE FROM account_old_password WHERE user_id = $1`,
		`DELETE FROM account_contact WHERE user_id = $1`,
		`DELETE FROM account_person WHERE user_id = $1`,
		`DELETE FROM account_binding WHERE user_id = $1`,
		`DELETE FROM account_subscription WHERE user_id = $1`,
		`DELETE FROM account_device WHERE user_id = $1`,
		`DELETE FROM account_access WHERE user_id = $1`,
		`DELETE FROM account_history WHERE user_id = $1`,
		`DELETE FROM account_case WHERE user_id = $1`,
		`DELETE FROM account_role WHERE user_id = $1`,
		`DELETE FROM account_grant WHERE user_id = $1`,
		`DELETE FROM account_credential WHERE user_id = $1`,
		`DELETE FROM account_passkey WHERE user_id = $1`,
		`DELETE FROM account_passkey_holder WHERE user_id = $1`,
		`DELETE FROM account_paper WHERE user_id = $1`,
		`DELETE FROM account_check WHERE user_id = $1`,
		`UPDATE account_sanction SET sealed = '' WHERE user_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, int64(id)); err != nil {
			return err
		}
	}
	if err := tx.forgetPage(ctx, id); err != nil {
		return err
	}
	if err := tx.forgetNotices(ctx, id); err != nil {
		return err
	}
	if err := tx.forgetRepresented(ctx, id); err != nil {
		return err
	}
	if err := tx.forgetSignings(ctx, id); err != nil {
		return err
	}
	if err := tx.forgetMaterials(ctx, id); err != nil {
		return err
	}
	return tx.forgetRequests(ctx, id)
}

// DeleteMaterials follows account.DepartTx: what the person wrote about themselves, and what they published.
func (tx *Tx) DeleteMaterials(ctx context.Context, id identity.ID) error {
	if err := tx.forgetMaterials(ctx, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE account_user SET about = '', version = version + 1 WHERE user_id = $1`, int64(id))
	return err
}

// holdUser makes other acts that change what hangs on a user wait.
func (tx *Tx) holdUser(ctx context.Context, user identity.ID) error {
	var id int64
	return tx.queryRow(ctx, `SELECT user_id FROM account_user WHERE user_id = $1`+tx.forUpdate(), int64(user)).Scan(&id)
}

// leaveBehalf ends that sessions of a user act for an organisation.
func (tx *Tx) leaveBehalf(ctx context.Context, user, organisation identity.ID) error {
	_, err := tx.exec(ctx, `UPDATE account_session SET behalf_id = 0 WHERE user_id = $1 AND behalf_id = $2`, int64(user), int64(organisation))
	return err
}

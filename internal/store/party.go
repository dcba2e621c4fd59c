package store

import (
	"context"
	"encoding/json"

	"tereze/internal/account"
	"tereze/internal/identity"
	"tereze/internal/party"
)

// AddInstitution follows party.Tx.
func (tx *Tx) AddInstitution(ctx context.Context, i party.Institution) error {
	return tx.one(ctx, `INSERT INTO party_institution (org_id, portal, parent_id, kind, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(i.ID), i.Portal, int64(i.Parent), i.Kind, i.Name, micros(i.CreatedAt))
}

func readInstitution(s scanner) (party.Institution, error) {
	var i party.Institution
	var id, parent, created int64
	err := s.Scan(&id, &i.Portal, &parent, &i.Kind, &i.Name, &created)
	i.ID, i.Parent, i.CreatedAt = identity.ID(id), identity.ID(parent), instant(created)
	return i, err
}

// Institution follows party.Tx.
func (tx *Tx) Institution(ctx context.Context, id identity.ID) (party.Institution, error) {
	return readInstitution(tx.queryRow(ctx, `SELECT org_id, portal, parent_id, kind, name, created_at FROM party_institution WHERE org_id = $1`, int64(id)))
}

// Institutions follows party.Tx.
func (tx *Tx) Institutions(ctx context.Context, portal string, parent identity.ID) ([]party.Institution, error) {
	return list(ctx, tx, readInstitution, `
		SELECT org_id, portal, parent_id, kind, name, created_at FROM party_institution
		WHERE portal = $1 AND parent_id = $2 ORDER BY name, org_id`, portal, int64(parent))
}

// AddMembership follows party.Tx.
func (tx *Tx) AddMembership(ctx context.Context, m party.Membership) error {
	return tx.one(ctx, `
		INSERT INTO party_membership (user_id, org_id, role, class, began_at, ended_at, basis) VALUES ($1, $2, $3, $4, $5, 0, '')
		ON CONFLICT (user_id, org_id, role) DO UPDATE SET class = $4, began_at = $5, ended_at = 0, basis = '', ends_at = 0, ended_with = 0
		WHERE party_membership.ended_at <> 0`,
		int64(m.User), int64(m.Institution), string(m.Role), m.Class, micros(m.BeganAt))
}

func readMembership(s scanner) (party.Membership, error) {
	var m party.Membership
	var user, org, began, ended, ends int64
	var role string
	err := s.Scan(&user, &org, &role, &m.Class, &began, &ended, &m.Basis, &ends)
	m.User, m.Institution, m.Role = identity.ID(user), identity.ID(org), party.Role(role)
	m.BeganAt, m.EndedAt, m.EndsAt = instant(began), instant(ended), instant(ends)
	return m, err
}

// MembershipsOf follows party.Tx.
func (tx *Tx) MembershipsOf(ctx context.Context, user identity.ID) ([]party.Membership, error) {
	return list(ctx, tx, readMembership, `
		SELECT user_id, org_id, role, class, began_at, ended_at, basis, ends_at FROM party_membership WHERE user_id = $1 ORDER BY began_at, org_id, role`, int64(user))
}

// Classes follows party.Tx.
func (tx *Tx) Classes(ctx context.Context, institution identity.ID) ([]party.Class, error) {
	return list(ctx, tx, func(s scanner) (party.Class, error) {
		var c party.Class
		var role string
		err := s.Scan(&role, &c.Name, &c.Count)
		c.Role = party.Role(role)
		return c, err
	}, `SELECT role, class, COUNT(*) FROM party_membership WHERE org_id = $1 AND ended_at = 0 GROUP BY role, class ORDER BY role, class`, int64(institution))
}

// AddEntry follows party.Tx. The mark is kept so that nobody reads a name from it.
func (tx *Tx) AddEntry(ctx context.Context, institution identity.ID, mark string, user identity.ID) (bool, error) {
	m, err := tx.lookup("entry/" + mark)
	if err != nil {
		return false, err
	}
	changed, err := tx.exec(ctx, `INSERT INTO party_entry (org_id, mark, user_id) VALUES ($1, $2, $3) ON CONFLICT (org_id, mark) DO NOTHING`,
		int64(institution), m, int64(user))
	return changed == 1, err
}

// DropEntry follows party.Tx.
func (tx *Tx) DropEntry(ctx context.Context, institution identity.ID, mark string) error {
	m, err := tx.lookup("entry/" + mark)
	if err != nil {
		return err
	}
	return tx.one(ctx, `DELETE FROM party_entry WHERE org_id = $1 AND mark = $2`, int64(institution), m)
}

// EntryOf follows party.Tx.
func (tx *Tx) EntryOf(ctx context.Context, institution identity.ID, mark string) (identity.ID, error) {
	return tx.marked(ctx, `SELECT user_id FROM party_entry WHERE org_id = $1 AND mark = $2`, institution, "entry/"+mark)
}

// AddNumber follows party.Tx. The number is kept as the mark of an entry is.
func (tx *Tx) AddNumber(ctx context.Context, institution identity.ID, number string, user identity.ID) (bool, error) {
	m, err := tx.lookup("pupil/" + number)
	if err != nil {
		return false, err
	}
	changed, err := tx.exec(ctx, `INSERT INTO party_number (org_id, mark, user_id) VALUES ($1, $2, $3) ON CONFLICT (org_id, mark) DO NOTHING`,
		int64(institution), m, int64(user))
	return changed == 1, err
}

// Numbered follows party.Tx.
func (tx *Tx) Numbered(ctx context.Context, institution identity.ID, number string) (identity.ID, error) {
	return tx.marked(ctx, `SELECT user_id FROM party_number WHERE org_id = $1 AND mark = $2`, institution, "pupil/"+number)
}

func (tx *Tx) marked(ctx context.Context, query string, institution identity.ID, what string) (identity.ID, error) {
	m, err := tx.lookup(what)
	if err != nil {
		return 0, err
	}
	var user int64
	err = tx.queryRow(ctx, query, int64(institution), m).Scan(&user)
	return identity.ID(user), err
}

// AddGuardian follows party.Tx.
func (tx *Tx) AddGuardian(ctx context.Context, g party.Guardian) error {
	_, err := tx.exec(ctx, `INSERT INTO party_guardian (user_id, child_id, since) VALUES ($1, $2, $3) ON CONFLICT (user_id, child_id) DO NOTHING`,
		int64(g.User), int64(g.Child), micros(g.Since))
	return err
}

func readGuardian(s scanner) (party.Guardian, error) {
	var user, child, since int64
	err := s.Scan(&user, &child, &since)
	return party.Guardian{User: identity.ID(user), Child: identity.ID(child), Since: instant(since)}, err
}

// ChildrenOf follows party.Tx.
func (tx *Tx) ChildrenOf(ctx context.Context, user identity.ID) ([]party.Guardian, error) {
	return list(ctx, tx, readGuardian, `SELECT user_id, child_id, since FROM party_guardian WHERE user_id = $1 ORDER BY since, child_id`, int64(user))
}

// GuardiansOf follows party.Tx.
func (tx *Tx) GuardiansOf(ctx context.Context, child identity.ID) ([]party.Guardian, error) {
	return list(ctx, tx, readGuardian, `SELECT user_id, child_id, since FROM party_guardian WHERE child_id = $1 ORDER BY since, user_id`, int64(child))
}

// AddImport follows party.ImportTx.
func (tx *Tx) AddImport(ctx context.Context, i party.Import) error {
	return tx.one(ctx, `
		INSERT INTO party_import (org_id, import_id, portal, user_id, name, language, state, total, done, created, duplicate, refused, began_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, $8, 0)`,
		int64(i.Institution), int64(i.ID), i.Portal, int64(i.User), i.Name, i.Language, string(i.State), micros(i.BeganAt))
}

// AddLines follows party.ImportTx.
func (tx *Tx) AddLines(ctx context.Context, institution, id identity.ID, lines []party.Line) error {
	for _, l := range lines {
		cells, err := json.Marshal(l.Person)
		if err != nil {
			return err
		}
		if err := tx.one(ctx, `INSERT INTO party_import_line (org_id, import_id, place, line, cells, outcome, reason, name) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`,
			int64(institution), int64(id), int64(l.Place), int64(l.Line), string(cells), string(l.Outcome), l.Reason); err != nil {
			return err
		}
	}
	return nil
}

// StartImport follows party.ImportTx.
func (tx *Tx) StartImport(ctx context.Context, institution, id identity.ID, total int) error {
	return tx.one(ctx, `UPDATE party_import SET state = 'running', total = $1 WHERE org_id = $2 AND import_id = $3 AND state = 'reading'`,
		int64(total), int64(institution), int64(id))
}

// DropImport follows party.ImportTx.
func (tx *Tx) DropImport(ctx context.Context, institution, id identity.ID) error {
	changed, err := tx.exec(ctx, `DELETE FROM party_import WHERE org_id = $1 AND import_id = $2 AND state = 'reading'`, int64(institution), int64(id))
	if err != nil || changed == 0 {
		return err
	}
	_, err = tx.exec(ctx, `DELETE FROM party_import_line WHERE org_id = $1 AND import_id = $2`, int64(institution), int64(id))
	return err
}

func readImport(s scanner) (party.Import, error) {
	var i party.Import
	var org, id, user, began, ended int64
	var state string
	err := s.Scan(&org, &id, &i.Portal, &user, &i.Name, &i.Language, &state, &i.Total, &i.Done, &i.Created, &i.Duplicate, &i.Refused, &began, &ended)
	i.Institution, i.ID, i.User, i.State = identity.ID(org), identity.ID(id), identity.ID(user), party.ImportState(state)
	i.BeganAt, i.EndedAt = instant(began), instant(ended)
	return i, err
}

// Import follows party.ImportTx.
func (tx *Tx) Import(ctx context.Context, institution, id identity.ID) (party.Import, error) {
	return readImport(tx.queryRow(ctx, `
		SELECT org_id, import_id, portal, user_id, name, language, state, total, done, created, duplicate, refused, began_at, ended_at
		FROM party_import WHERE org_id = $1 AND import_id = $2`, int64(institution), int64(id)))
}

// Imports follows party.ImportTx.
func (tx *Tx) Imports(ctx context.Context, institution identity.ID, limit int) ([]party.Import, error) {
	return list(ctx, tx, readImport, `
		SELECT org_id, import_id, portal, user_id, name, language, state, total, done, created, duplicate, refused, began_at, ended_at
		FROM party_import WHERE org_id = $1 AND state <> 'reading' ORDER BY import_id DESC LIMIT $2`, int64(institution), int64(limit))
}

// RunningImports follows party.ImportTx.
func (tx *Tx) RunningImports(ctx context.Context, limit int) ([]party.Import, error) {
	return list(ctx, tx, readImport, `
		SELECT org_id, import_id, portal, user_id, name, language, state, total, done, created, duplicate, refused, began_at, ended_at
		FROM party_import WHERE state = 'running' ORDER BY import_id LIMIT $1`, int64(limit))
}

// Lines follows party.ImportTx.
func (tx *Tx) Lines(ctx context.Context, institution, id identity.ID, after, limit int, plain bool) ([]party.Line, error) {
	return list(ctx, tx, func(s scanner) (party.Line, error) {
		var l party.Line
		var cells, outcome string
		if err := s.Scan(&l.Place, &l.Line, &cells, &outcome, &l.Reason, &l.Name); err != nil {
			return l, err
		}
		l.Outcome = party.Outcome(outcome)
		return l, json.Unmarshal([]byte(cells), &l.Person)
	}, `SELECT place, line, cells, outcome, reason, name FROM party_import_line
		WHERE org_id = $1 AND import_id = $2 AND place > $3 AND ($4 OR outcome IN ('duplicate', 'refused')) ORDER BY place LIMIT $5`,
		int64(institution), int64(id), int64(after), plain, int64(limit))
}

// SettleLine follows party.ImportTx.
func (tx *Tx) SettleLine(ctx context.Context, institution, id identity.ID, l party.Line) error {
	return tx.one(ctx, `UPDATE party_import_line SET outcome = $1, reason = $2, name = $3 WHERE org_id = $4 AND import_id = $5 AND place = $6`,
		string(l.Outcome), l.Reason, l.Name, int64(institution), int64(id), int64(l.Place))
}

// Advance follows party.ImportTx.
func (tx *Tx) Advance(ctx context.Context, i party.Import, believed int) error {
	return tx.one(ctx, `
		UPDATE party_import SET state = $1, done = $2, created = $3, duplicate = $4, refused = $5, ended_at = $6
		WHERE org_id = $7 AND import_id = $8 AND done = $9`,
		string(i.State), int64(i.Done), int64(i.Created), int64(i.Duplicate), int64(i.Refused), micros(i.EndedAt), int64(i.Institution), int64(i.ID), int64(believed))
}

var (
	_ party.Tx          = (*Tx)(nil)
	_ account.InvitedTx = (*Tx)(nil)
)

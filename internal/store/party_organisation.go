package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/identity"
	"tereze/internal/party"
)

func organisationRow(id identity.ID) string {
	return "party_organisation/" + strconv.FormatInt(int64(id), 10)
}

// organisationMark is the form under which an organisation's number is looked up.
func (tx *Tx) organisationMark(portal, number string) ([]byte, error) {
	return tx.lookup("organisation/" + portal + "/" + number)
}

// AddOrganisation follows party.OrganisationTx.
func (tx *Tx) AddOrganisation(ctx context.Context, o party.Organisation) (bool, error) {
	mark, err := tx.organisationMark(o.Portal, o.Number)
	if err != nil {
		return false, err
	}
	added, err := tx.exec(ctx, `INSERT INTO party_organisation_number (portal, mark, org_id) VALUES ($1, $2, $3) ON CONFLICT (portal, mark) DO NOTHING`,
		o.Portal, mark, int64(o.ID))
	if err != nil || added == 0 {
		return false, err
	}
	sealed, err := tx.seal(organisationRow(o.ID), o.Number)
	if err != nil {
		return false, err
	}
	return true, tx.one(ctx, `INSERT INTO party_organisation (org_id, portal, kind, name, sealed, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1)`,
		int64(o.ID), o.Portal, string(o.Kind), o.Name, sealed, micros(o.CreatedAt))
}

// OrganisationNumbered follows party.OrganisationTx.
func (tx *Tx) OrganisationNumbered(ctx context.Context, portal, number string) (party.Organisation, error) {
	mark, err := tx.organisationMark(portal, number)
	if err != nil {
		return party.Organisation{}, err
	}
	var id int64
	if err := tx.queryRow(ctx, `SELECT org_id FROM party_organisation_number WHERE portal = $1 AND mark = $2`, portal, mark).Scan(&id); err != nil {
		return party.Organisation{}, err
	}
	return tx.Organisation(ctx, identity.ID(id))
}

// Organisation follows party.OrganisationTx.
func (tx *Tx) Organisation(ctx context.Context, id identity.ID) (party.Organisation, error) {
	o := party.Organisation{ID: id}
	var kind string
	var sealed []byte
	var created int64
	err := tx.queryRow(ctx, `SELECT portal, kind, name, sealed, created_at FROM party_organisation WHERE org_id = $1`, int64(id)).
		Scan(&o.Portal, &kind, &o.Name, &sealed, &created)
	if err != nil {
		return party.Organisation{}, err
	}
	o.Kind, o.CreatedAt = party.OrganisationKind(kind), instant(created)
	err = tx.unseal(organisationRow(id), sealed, &o.Number)
	return o, err
}

// RenameOrganisation follows party.OrganisationTx.
func (tx *Tx) RenameOrganisation(ctx context.Context, id identity.ID, name string) error {
	return tx.one(ctx, `UPDATE party_organisation SET name = $1 WHERE org_id = $2`, name, int64(id))
}

// HoldOrganisation follows party.OrganisationTx.
func (tx *Tx) HoldOrganisation(ctx context.Context, id identity.ID) error {
	return tx.one(ctx, `UPDATE party_organisation SET version = version + 1 WHERE org_id = $1`, int64(id))
}

// AddMember follows party.OrganisationTx.
func (tx *Tx) AddMember(ctx context.Context, m party.OrganisationMember) error {
	return tx.one(ctx, `
		INSERT INTO party_organisation_member (org_id, user_id, member_id, role, claimed_at, certified_at, beside, began_at, until, ended_at, basis)
		VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, 0, '')`,
		int64(m.Organisation), int64(m.User), int64(m.ID), string(m.Role), micros(m.CertifiedAt), string(m.Beside), micros(m.BeganAt), micros(m.Until))
}

// SaveMember follows party.OrganisationTx.
func (tx *Tx) SaveMember(ctx context.Context, m party.OrganisationMember) error {
	return tx.one(ctx, `
		UPDATE party_organisation_member SET role = $1, certified_at = $2, beside = $3, until = $4
		WHERE org_id = $5 AND user_id = $6 AND member_id = $7 AND ended_at = 0`,
		string(m.Role), micros(m.CertifiedAt), string(m.Beside), micros(m.Until), int64(m.Organisation), int64(m.User), int64(m.ID))
}

// EndMember follows party.OrganisationTx.
func (tx *Tx) EndMember(ctx context.Context, m party.OrganisationMember, basis string, at time.Time) error {
	return tx.one(ctx, `
		UPDATE party_organisation_member SET ended_at = $1, basis = $2
		WHERE org_id = $3 AND user_id = $4 AND member_id = $5 AND ended_at = 0`,
		micros(at), basis, int64(m.Organisation), int64(m.User), int64(m.ID))
}

func readOrganisationMember(s scanner) (party.OrganisationMember, error) {
	var m party.OrganisationMember
	var org, user, id, certified, began, until, ended int64
	err := s.Scan(&org, &user, &id, &m.Role, &certified, &m.Beside, &began, &until, &ended, &m.Basis)
	m.Organisation, m.User, m.ID = identity.ID(org), identity.ID(user), identity.ID(id)
	m.CertifiedAt, m.BeganAt, m.Until, m.EndedAt = instant(certified), instant(began), instant(until), instant(ended)
	return m, err
}

// MemberIn follows party.OrganisationTx.
func (tx *Tx) MemberIn(ctx context.Context, organisation, user identity.ID) (party.OrganisationMember, error) {
	return readOrganisationMember(tx.queryRow(ctx, `
		SELECT org_id, user_id, member_id, role, certified_at, beside, began_at, until, ended_at, basis FROM party_organisation_member
		WHERE org_id = $1 AND user_id = $2 AND ended_at = 0`, int64(organisation), int64(user)))
}

// LastMemberIn follows party.OrganisationTx.
func (tx *Tx) LastMemberIn(ctx context.Context, organisation, user identity.ID) (party.OrganisationMember, error) {
	return readOrganisationMember(tx.queryRow(ctx, `
		SELECT org_id, user_id, member_id, role, certified_at, beside, began_at, until, ended_at, basis FROM party_organisation_member
		WHERE org_id = $1 AND user_id = $2 AND ended_at <> 0 ORDER BY member_id DESC LIMIT 1`, int64(organisation), int64(user)))
}

// HeadOf follows party.OrganisationTx.
func (tx *Tx) HeadOf(ctx context.Context, organisation identity.ID) (party.OrganisationMember, error) {
	return readOrganisationMember(tx.queryRow(ctx, `
		SELECT org_id, user_id, member_id, role, certified_at, beside, began_at, until, ended_at, basis FROM party_organisation_member
		WHERE org_id = $1 AND role = 'head' AND ended_at = 0`, int64(organisation)))
}

// MembersIn follows party.OrganisationTx.
func (tx *Tx) MembersIn(ctx context.Context, organisation identity.ID, page party.OrganisationPage) ([]party.OrganisationMember, error) {
	return list(ctx, tx, readOrganisationMember, `
		SELECT org_id, user_id, member_id, role, certified_at, beside, began_at, until, ended_at, basis FROM party_organisation_member
		WHERE org_id = $1 AND member_id > $2 AND ended_at = 0 ORDER BY member_id LIMIT $3`,
		int64(organisation), int64(page.After), int64(page.Limit))
}

// MembershipsIn follows party.OrganisationTx.
func (tx *Tx) MembershipsIn(ctx context.Context, user identity.ID, limit int) ([]party.OrganisationMember, error) {
	all, err := list(ctx, tx, readOrganisationMember, `
		SELECT org_id, user_id, member_id, role, certified_at, beside, began_at, until, ended_at, basis FROM party_organisation_member
		WHERE user_id = $1 ORDER BY member_id DESC LIMIT $2`, int64(user), int64(limit))
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].In, err = tx.Organisation(ctx, all[i].Organisation); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// LeaveBehalf follows party.OrganisationTx.
func (tx *Tx) LeaveBehalf(ctx context.Context, user, organisation identity.ID) error {
	return tx.leaveBehalf(ctx, user, organisation)
}

// AddDone follows party.OrganisationTx.
func (tx *Tx) AddDone(ctx context.Context, organisation identity.ID, d party.DoneFor) error {
	return tx.one(ctx, `INSERT INTO party_organisation_act (org_id, entry_id, user_id, act, at) VALUES ($1, $2, $3, $4, $5)`,
		int64(organisation), int64(d.Entry), int64(d.User), d.Act, micros(d.At))
}

// Done follows party.OrganisationTx.
func (tx *Tx) Done(ctx context.Context, organisation, user identity.ID, page party.OrganisationPage) ([]party.DoneFor, error) {
	return list(ctx, tx, func(s scanner) (party.DoneFor, error) {
		var d party.DoneFor
		var entry, user, at int64
		err := s.Scan(&entry, &user, &d.Act, &at)
		d.Entry, d.User, d.At = identity.ID(entry), identity.ID(user), instant(at)
		return d, err
	}, `SELECT entry_id, user_id, act, at FROM party_organisation_act
		WHERE org_id = $1 AND ($2 = 0 OR user_id = $2) AND ($3 = 0 OR entry_id < $3) ORDER BY entry_id DESC LIMIT $4`,
		int64(organisation), int64(user), int64(page.After), int64(page.Limit))
}

var _ party.OrganisationTx = (*Tx)(nil)

package store

import (
	"context"
	"strconv"

	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
)

// sealedInvitation is the part of an invitation that says who is invited.
type sealedInvitation struct {
	Channel notify.Channel
	To      string
}

func invitationRow(organisation, id identity.ID) string {
	return "party_invitation/" + strconv.FormatInt(int64(organisation), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// AddInvitation follows party.InvitationTx.
func (tx *Tx) AddInvitation(ctx context.Context, i party.Invitation) error {
	sealed, err := tx.seal(invitationRow(i.Organisation, i.ID), sealedInvitation{i.Channel, i.To})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO party_invitation (org_id, invitation_id, portal, by_id, user_id, role, until, state, sealed, sent, made_at, expires_at, settled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		int64(i.Organisation), int64(i.ID), i.Portal, int64(i.By), int64(i.User), string(i.Role), micros(i.Until), string(i.State), sealed,
		int64(i.Sent), micros(i.MadeAt), micros(i.ExpiresAt), micros(i.SettledAt))
}

// SaveInvitation follows party.InvitationTx.
func (tx *Tx) SaveInvitation(ctx context.Context, i party.Invitation) error {
	return tx.one(ctx, `
		UPDATE party_invitation SET user_id = $1, state = $2, sent = $3, expires_at = $4, settled_at = $5
		WHERE org_id = $6 AND invitation_id = $7 AND state = 'open'`,
		int64(i.User), string(i.State), int64(i.Sent), micros(i.ExpiresAt), micros(i.SettledAt), int64(i.Organisation), int64(i.ID))
}

func (tx *Tx) readInvitation(s scanner) (party.Invitation, error) {
	var i party.Invitation
	var org, id, by, user, until, made, expires, settled int64
	var role, state string
	var sealed []byte
	if err := s.Scan(&org, &id, &i.Portal, &by, &user, &role, &until, &state, &sealed, &i.Sent, &made, &expires, &settled); err != nil {
		return i, err
	}
	i.Organisation, i.ID, i.By, i.User = identity.ID(org), identity.ID(id), identity.ID(by), identity.ID(user)
	i.Role, i.State = party.Role(role), party.InvitationState(state)
	i.Until, i.MadeAt, i.ExpiresAt, i.SettledAt = instant(until), instant(made), instant(expires), instant(settled)
	var inside sealedInvitation
	if err := tx.unseal(invitationRow(i.Organisation, i.ID), sealed, &inside); err != nil {
		return i, err
	}
	i.Channel, i.To = inside.Channel, inside.To
	return i, nil
}

// Invitation follows party.InvitationTx.
func (tx *Tx) Invitation(ctx context.Context, organisation, id identity.ID) (party.Invitation, error) {
	return tx.readInvitation(tx.queryRow(ctx, `
		SELECT org_id, invitation_id, portal, by_id, user_id, role, until, state, sealed, sent, made_at, expires_at, settled_at
		FROM party_invitation WHERE org_id = $1 AND invitation_id = $2`, int64(organisation), int64(id)))
}

// Invitations follows party.InvitationTx.
func (tx *Tx) Invitations(ctx context.Context, organisation identity.ID, limit int) ([]party.Invitation, error) {
	return list(ctx, tx, tx.readInvitation, `
		SELECT org_id, invitation_id, portal, by_id, user_id, role, until, state, sealed, sent, made_at, expires_at, settled_at
		FROM party_invitation WHERE org_id = $1 AND state = 'open' ORDER BY invitation_id DESC LIMIT $2`, int64(organisation), int64(limit))
}

// AddLink follows party.LinkTx.
func (tx *Tx) AddLink(ctx context.Context, hash []byte, l party.Link) error {
	return tx.one(ctx, `INSERT INTO party_link (token_hash, portal, purpose, home_id, subject_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash, l.Portal, l.Purpose, int64(l.Home), int64(l.Subject), micros(l.ExpiresAt))
}

// Link follows party.LinkTx.
func (tx *Tx) Link(ctx context.Context, hash []byte) (party.Link, error) {
	var l party.Link
	var home, subject, expires int64
	err := tx.queryRow(ctx, `SELECT portal, purpose, home_id, subject_id, expires_at FROM party_link WHERE token_hash = $1`, hash).
		Scan(&l.Portal, &l.Purpose, &home, &subject, &expires)
	l.Home, l.Subject, l.ExpiresAt = identity.ID(home), identity.ID(subject), instant(expires)
	return l, err
}

// DropLinks follows party.LinkTx.
func (tx *Tx) DropLinks(ctx context.Context, subject identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM party_link WHERE subject_id = $1`, int64(subject))
	return err
}

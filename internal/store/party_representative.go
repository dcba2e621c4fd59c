package store

import (
	"context"
	"strconv"
	"strings"

	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
)

// sealedRepresentative is the part of a representative that says who it is.
type sealedRepresentative struct {
	Name      string
	Channel   notify.Channel
	To        string
	Paper     string
	PaperType string
	PaperSize int
}

func representativeRow(table string, user, id identity.ID) string {
	return table + "/" + strconv.FormatInt(int64(user), 10) + "/" + strconv.FormatInt(int64(id), 10)
}

// AddRepresentative follows party.RepresentativeTx.
func (tx *Tx) AddRepresentative(ctx context.Context, r party.Representative, paper []byte) error {
	sealed, err := tx.seal(representativeRow("party_representative", r.User, r.ID), sealedRepresentative{r.Name, r.Channel, r.To, r.Paper, r.PaperType, r.PaperSize})
	if err != nil {
		return err
	}
	err = tx.one(ctx, `
		INSERT INTO party_representative (user_id, representative_id, portal, state, kinds, until, sealed, sent, made_at, confirmed_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		int64(r.User), int64(r.ID), r.Portal, string(r.State), strings.Join(r.Kinds, " "), micros(r.Until), sealed, int64(r.Sent),
		micros(r.MadeAt), micros(r.ConfirmedAt), micros(r.EndedAt))
	if err != nil {
		return err
	}
	if sealed, err = tx.seal(representativeRow("party_representative_paper", r.User, r.ID), paper); err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO party_representative_paper (user_id, representative_id, sealed) VALUES ($1, $2, $3)`, int64(r.User), int64(r.ID), sealed)
}

// SaveRepresentative follows party.RepresentativeTx.
func (tx *Tx) SaveRepresentative(ctx context.Context, r party.Representative, believed party.RepresentativeState) error {
	return tx.one(ctx, `
		UPDATE party_representative SET state = $1, sent = $2, confirmed_at = $3, ended_at = $4
		WHERE user_id = $5 AND representative_id = $6 AND state = $7`,
		string(r.State), int64(r.Sent), micros(r.ConfirmedAt), micros(r.EndedAt), int64(r.User), int64(r.ID), string(believed))
}

func (tx *Tx) readRepresentative(s scanner) (party.Representative, error) {
	var r party.Representative
	var user, id, until, made, confirmed, ended int64
	var state, kinds string
	var sealed []byte
	if err := s.Scan(&user, &id, &r.Portal, &state, &kinds, &until, &sealed, &r.Sent, &made, &confirmed, &ended); err != nil {
		return r, err
	}
	r.User, r.ID, r.State, r.Kinds = identity.ID(user), identity.ID(id), party.RepresentativeState(state), strings.Fields(kinds)
	r.Until, r.MadeAt, r.ConfirmedAt, r.EndedAt = instant(until), instant(made), instant(confirmed), instant(ended)
	var inside sealedRepresentative
	if err := tx.unseal(representativeRow("party_representative", r.User, r.ID), sealed, &inside); err != nil {
		return r, err
	}
	r.Name, r.Channel, r.To, r.Paper, r.PaperType, r.PaperSize = inside.Name, inside.Channel, inside.To, inside.Paper, inside.PaperType, inside.PaperSize
	return r, nil
}

// Representative follows party.RepresentativeTx.
func (tx *Tx) Representative(ctx context.Context, user, id identity.ID) (party.Representative, error) {
	return tx.readRepresentative(tx.queryRow(ctx, `
		SELECT user_id, representative_id, portal, state, kinds, until, sealed, sent, made_at, confirmed_at, ended_at
		FROM party_representative WHERE user_id = $1 AND representative_id = $2`, int64(user), int64(id)))
}

// PowerPaper follows party.RepresentativeTx.
func (tx *Tx) PowerPaper(ctx context.Context, user, id identity.ID) (paper []byte, err error) {
	var sealed []byte
	err = tx.queryRow(ctx, `SELECT sealed FROM party_representative_paper WHERE user_id = $1 AND representative_id = $2`, int64(user), int64(id)).Scan(&sealed)
	if err != nil {
		return nil, err
	}
	err = tx.unseal(representativeRow("party_representative_paper", user, id), sealed, &paper)
	return paper, err
}

// RepresentativesOf follows party.RepresentativeTx.
func (tx *Tx) RepresentativesOf(ctx context.Context, user identity.ID, limit int) ([]party.Representative, error) {
	return list(ctx, tx, tx.readRepresentative, `
		SELECT user_id, representative_id, portal, state, kinds, until, sealed, sent, made_at, confirmed_at, ended_at
		FROM party_representative WHERE user_id = $1 ORDER BY representative_id DESC LIMIT $2`, int64(user), int64(limit))
}

// HoldUser follows party.RepresentativeTx.
func (tx *Tx) HoldUser(ctx context.Context, user identity.ID) error {
	return tx.holdUser(ctx, user)
}

var _ party.RepresentativeTx = (*Tx)(nil)

// forgetRepresented removes, when a user is deleted, for whom they acted and who was told of their submissions.
func (tx *Tx) forgetRepresented(ctx context.Context, user identity.ID) error {
	for _, statement := range []string{
		`DELETE FROM party_organisation_member WHERE user_id = $1`,
		`DELETE FROM party_representative WHERE user_id = $1`,
		`DELETE FROM party_representative_paper WHERE user_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, int64(user)); err != nil {
			return err
		}
	}
	return nil
}

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/identity"
)

// micros is an instant as the database keeps it; the zero instant is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// PublishedEditions follows agreement.Tx.
func (tx *Tx) PublishedEditions(ctx context.Context, portal string) ([]agreement.Edition, error) {
	return list(ctx, tx, func(s scanner) (agreement.Edition, error) { return readEdition(s, false) }, `
		SELECT portal, document, number, state, '', digest, base, version, drafted_by, drafted_at,
			approved_by, approved_at, published_by, posted_at, in_force_at, withdrawn_at
		FROM agreement_edition WHERE portal = $1 AND state = 'published' ORDER BY document, number`, portal)
}

// PublishedVersions follows agreement.Tx.
func (tx *Tx) PublishedVersions(ctx context.Context, portal string) ([]agreement.Version, error) {
	return list(ctx, tx, func(s scanner) (agreement.Version, error) {
		var v agreement.Version
		err := s.Scan(&v.Document, &v.Edition, &v.Version)
		return v, err
	}, `SELECT document, number, version FROM agreement_edition WHERE portal = $1 AND state = 'published' ORDER BY document, number`, portal)
}

// Editions follows agreement.Tx.
func (tx *Tx) Editions(ctx context.Context, portal string) ([]agreement.Edition, error) {
	return list(ctx, tx, func(s scanner) (agreement.Edition, error) { return readEdition(s, true) }, `
		SELECT portal, document, number, state, content, digest, base, version, drafted_by, drafted_at,
			approved_by, approved_at, published_by, posted_at, in_force_at, withdrawn_at
		FROM agreement_edition WHERE portal = $1 ORDER BY document, number`, portal)
}

// Edition follows agreement.Tx.
func (tx *Tx) Edition(ctx context.Context, portal, document string, number int) (agreement.Edition, error) {
	return readEdition(tx.queryRow(ctx, `
		SELECT portal, document, number, state, content, digest, base, version, drafted_by, drafted_at,
			approved_by, approved_at, published_by, posted_at, in_force_at, withdrawn_at
		FROM agreement_edition WHERE portal = $1 AND document = $2 AND number = $3`, portal, document, int64(number)), true)
}

func readEdition(s scanner, whole bool) (agreement.Edition, error) {
	var e agreement.Edition
	var state, content string
	var draftedBy, approvedBy, publishedBy, draftedAt, approvedAt, postedAt, inForceAt, withdrawnAt int64
	err := s.Scan(&e.Portal, &e.Document, &e.Number, &state, &content, &e.Digest, &e.Base, &e.Version, &draftedBy, &draftedAt,
		&approvedBy, &approvedAt, &publishedBy, &postedAt, &inForceAt, &withdrawnAt)
	if err != nil {
		return agreement.Edition{}, err
	}
	e.State = agreement.State(state)
	e.DraftedBy, e.ApprovedBy, e.PublishedBy = identity.ID(draftedBy), identity.ID(approvedBy), identity.ID(publishedBy)
	e.DraftedAt, e.ApprovedAt, e.PostedAt = instant(draftedAt), instant(approvedAt), instant(postedAt)
	e.InForceAt, e.WithdrawnAt = instant(inForceAt), instant(withdrawnAt)
	if whole {
		if err := json.Unmarshal([]byte(content), &e.Content); err != nil {
			return agreement.Edition{}, fmt.Errorf("content of %s/%s@%d: %w", e.Portal, e.Document, e.Number, err)
		}
	}
	return e, nil
}

// AddEdition follows agreement.Tx.
func (tx *Tx) AddEdition(ctx context.Context, e agreement.Edition) error {
	content, err := json.Marshal(e.Content)
	if err != nil {
		return fmt.Errorf("content of an edition: %w", err)
	}
	return tx.one(ctx, `
		INSERT INTO agreement_edition (portal, document, number, state, content, digest, base, version, drafted_by, drafted_at,
			approved_by, approved_at, published_by, posted_at, in_force_at, withdrawn_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		e.Portal, e.Document, int64(e.Number), string(e.State), string(content), e.Digest, int64(e.Base), int64(e.Version),
		int64(e.DraftedBy), micros(e.DraftedAt), int64(e.ApprovedBy), micros(e.ApprovedAt), int64(e.PublishedBy),
		micros(e.PostedAt), micros(e.InForceAt), micros(e.WithdrawnAt))
}

// SaveEdition follows agreement.Tx. What is published is frozen but for its withdrawal.
func (tx *Tx) SaveEdition(ctx context.Context, e agreement.Edition) error {
	content, err := json.Marshal(e.Content)
	if err != nil {
		return fmt.Errorf("content of an edition: %w", err)
	}
	return tx.one(ctx, `
		UPDATE agreement_edition SET state = $1, content = $2, digest = $3, version = $4, approved_by = $5, approved_at = $6,
			published_by = $7, posted_at = $8, in_force_at = $9, withdrawn_at = $10
		WHERE portal = $11 AND document = $12 AND number = $13 AND version = $14 AND (state <> 'published' OR digest = $3)`,
		string(e.State), string(content), e.Digest, int64(e.Version), int64(e.ApprovedBy), micros(e.ApprovedAt),
		int64(e.PublishedBy), micros(e.PostedAt), micros(e.InForceAt), micros(e.WithdrawnAt),
		e.Portal, e.Document, int64(e.Number), int64(e.Version-1))
}

// RemoveDraft follows agreement.Tx.
func (tx *Tx) RemoveDraft(ctx context.Context, e agreement.Edition) error {
	return tx.one(ctx, `DELETE FROM agreement_edition WHERE portal = $1 AND document = $2 AND number = $3 AND version = $4 AND state <> 'published'`,
		e.Portal, e.Document, int64(e.Number), int64(e.Version))
}

// ShareDocuments follows agreement.Tx. On SQLite the writer is alone anyhow.
func (tx *Tx) ShareDocuments(ctx context.Context, portal string) error {
	if tx.dialect.forShare == "" {
		return nil
	}
	var held string
	return tx.queryRow(ctx, `SELECT portal FROM agreement_portal WHERE portal = $1`+tx.dialect.forShare, portal).Scan(&held)
}

// HoldDocuments follows agreement.Tx.
func (tx *Tx) HoldDocuments(ctx context.Context, portal string) error {
	if _, err := tx.exec(ctx, `INSERT INTO agreement_portal (portal) VALUES ($1) ON CONFLICT (portal) DO NOTHING`, portal); err != nil {
		return err
	}
	var held string
	return tx.queryRow(ctx, `SELECT portal FROM agreement_portal WHERE portal = $1`+tx.forUpdate(), portal).Scan(&held)
}

// AddAcceptance follows agreement.Tx.
func (tx *Tx) AddAcceptance(ctx context.Context, a agreement.Acceptance, ended time.Time) (added bool, err error) {
	changed, err := tx.exec(ctx, `
		INSERT INTO agreement_acceptance (user_id, portal, document, edition, digest, how, language, address, at, evidence_id,
			cited_document, cited_edition, cited_clause)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (user_id, portal, document, edition) DO UPDATE SET digest = excluded.digest, how = excluded.how, language = excluded.language,
			address = excluded.address, at = excluded.at, evidence_id = excluded.evidence_id,
			cited_document = excluded.cited_document, cited_edition = excluded.cited_edition, cited_clause = excluded.cited_clause
		WHERE agreement_acceptance.at < $14`,
		int64(a.Home), a.Portal, a.Document, int64(a.Edition), a.Digest, a.How, a.Language, a.Address, micros(a.At), int64(a.Evidence),
		a.Cite.Document, int64(a.Cite.Edition), a.Cite.Clause, micros(ended))
	return changed == 1, err
}

// AcceptancesOf follows agreement.Tx.
func (tx *Tx) AcceptancesOf(ctx context.Context, portal string, home identity.ID) ([]agreement.Acceptance, error) {
	return list(ctx, tx, readAcceptance, `
		SELECT user_id, portal, document, edition, digest, how, language, address, at, evidence_id, cited_document, cited_edition, cited_clause
		FROM agreement_acceptance WHERE user_id = $1 AND portal = $2 ORDER BY at, document`, int64(home), portal)
}

func readAcceptance(s scanner) (agreement.Acceptance, error) {
	var a agreement.Acceptance
	var home, at, entry int64
	err := s.Scan(&home, &a.Portal, &a.Document, &a.Edition, &a.Digest, &a.How, &a.Language, &a.Address, &at, &entry,
		&a.Cite.Document, &a.Cite.Edition, &a.Cite.Clause)
	a.Home, a.At, a.Evidence = identity.ID(home), instant(at), identity.ID(entry)
	a.Cite = cited(a.Portal, a.Cite)
	return a, err
}

// cited gives a stored citation its portal, or leaves it empty.
func cited(portal string, c clause.Citation) clause.Citation {
	if !c.Zero() {
		c.Portal = portal
	}
	return c
}

// AddRefusal follows agreement.Tx.
func (tx *Tx) AddRefusal(ctx context.Context, r agreement.Refusal) (added bool, err error) {
	changed, err := tx.exec(ctx, `
		INSERT INTO agreement_refusal (user_id, portal, document, edition, effect, at, evidence_id, cited_document, cited_edition, cited_clause)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (user_id, portal, document, edition) DO NOTHING`,
		int64(r.User), r.Portal, r.Document, int64(r.Edition), r.Effect, micros(r.At), int64(r.Evidence),
		r.Cite.Document, int64(r.Cite.Edition), r.Cite.Clause)
	return changed == 1, err
}

// RefusalsOf follows agreement.Tx.
func (tx *Tx) RefusalsOf(ctx context.Context, user identity.ID) ([]agreement.Refusal, error) {
	return list(ctx, tx, func(s scanner) (agreement.Refusal, error) {
		var r agreement.Refusal
		var user, at, entry int64
		err := s.Scan(&user, &r.Portal, &r.Document, &r.Edition, &r.Effect, &at, &entry, &r.Cite.Document, &r.Cite.Edition, &r.Cite.Clause)
		r.User, r.At, r.Evidence = identity.ID(user), instant(at), identity.ID(entry)
		r.Cite = cited(r.Portal, r.Cite)
		return r, err
	}, `SELECT user_id, portal, document, edition, effect, at, evidence_id, cited_document, cited_edition, cited_clause
		FROM agreement_refusal WHERE user_id = $1 ORDER BY at`, int64(user))
}

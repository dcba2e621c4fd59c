package store

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/content"
	"tereze/internal/identity"
)

// sealedWording is what a material said once.
type sealedWording struct {
	Title string
	Text  string
}

func wordingRow(author, id identity.ID, version int) string {
	return "content_wording/" + strconv.FormatInt(int64(author), 10) + "/" + strconv.FormatInt(int64(id), 10) + "/" + strconv.Itoa(version)
}

// searchable is text as it is searched: however it was written, large or small.
func searchable(text string) string { return strings.ToLower(norm.NFC.String(text)) }

// pattern is what LIKE finds words by; what it would take for a wildcard stands for itself.
func pattern(words string) string {
	if words == "" {
		return "%"
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(searchable(words)) + "%"
}

// AddMaterial follows content.Tx.
func (tx *Tx) AddMaterial(ctx context.Context, m content.Material) error {
	return tx.one(ctx, `
		INSERT INTO content_material (user_id, material_id, portal, section, state, title, text, folded, published_at, edited_at, ended_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		int64(m.Author), int64(m.ID), m.Portal, m.Section, string(m.State), m.Title, m.Text, searchable(m.Title+"\n"+m.Text),
		micros(m.PublishedAt), micros(m.EditedAt), micros(m.EndedAt), int64(m.Version))
}

// SaveMaterial follows content.Tx.
func (tx *Tx) SaveMaterial(ctx context.Context, m content.Material) error {
	return tx.one(ctx, `
		UPDATE content_material SET section = $1, state = $2, title = $3, text = $4, folded = $5, edited_at = $6, ended_at = $7, version = $8
		WHERE user_id = $9 AND material_id = $10 AND version = $11`,
		m.Section, string(m.State), m.Title, m.Text, searchable(m.Title+"\n"+m.Text), micros(m.EditedAt), micros(m.EndedAt), int64(m.Version),
		int64(m.Author), int64(m.ID), int64(m.Version-1))
}

func material(s scanner) (content.Material, error) {
	var m content.Material
	var author, id, published, edited, ended int64
	var state string
	err := s.Scan(&author, &id, &m.Portal, &m.Section, &state, &m.Title, &m.Text, &published, &edited, &ended, &m.Version)
	m.Author, m.ID, m.State = identity.ID(author), identity.ID(id), content.State(state)
	m.PublishedAt, m.EditedAt, m.EndedAt = instant(published), instant(edited), instant(ended)
	return m, err
}

// Material follows content.Tx.
func (tx *Tx) Material(ctx context.Context, author, id identity.ID) (content.Material, error) {
	return material(tx.queryRow(ctx, `SELECT user_id, material_id, portal, section, state, title, text, published_at, edited_at, ended_at, version
		FROM content_material WHERE user_id = $1 AND material_id = $2`, int64(author), int64(id)))
}

// Materials follows content.Tx.
func (tx *Tx) Materials(ctx context.Context, portal string, f content.Filter) ([]content.Material, error) {
	return list(ctx, tx, material, `SELECT user_id, material_id, portal, section, state, title, text, published_at, edited_at, ended_at, version
		FROM content_material
		WHERE portal = $1 AND ($2 = '' OR section = $2) AND ($3 = '' OR state = $3) AND ($4 = 0 OR material_id < $4) AND folded LIKE $5 ESCAPE '\'
		ORDER BY material_id DESC LIMIT $6`,
		portal, f.Section, string(f.State), int64(f.Before), pattern(f.Find), int64(f.Limit))
}

// MaterialsOf follows content.Tx.
func (tx *Tx) MaterialsOf(ctx context.Context, author, before identity.ID, limit int) ([]content.Material, error) {
	return list(ctx, tx, material, `SELECT user_id, material_id, portal, section, state, title, text, published_at, edited_at, ended_at, version
		FROM content_material WHERE user_id = $1 AND ($2 = 0 OR material_id < $2) ORDER BY material_id DESC LIMIT $3`,
		int64(author), int64(before), int64(limit))
}

// AddWording follows content.Tx.
func (tx *Tx) AddWording(ctx context.Context, m content.Material, w content.Wording) error {
	sealed, err := tx.seal(wordingRow(m.Author, m.ID, w.Version), sealedWording{w.Title, w.Text})
	if err != nil {
		return err
	}
	var ended int64
	if w.Ended {
		ended = 1
	}
	return tx.one(ctx, `INSERT INTO content_wording (user_id, material_id, version, until_at, ended, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(m.Author), int64(m.ID), int64(w.Version), micros(w.Until), ended, sealed)
}

// Wordings follows content.Tx.
func (tx *Tx) Wordings(ctx context.Context, author, id identity.ID) ([]content.Wording, error) {
	return list(ctx, tx, func(s scanner) (content.Wording, error) {
		var w content.Wording
		var until, ended int64
		var sealed []byte
		if err := s.Scan(&w.Version, &until, &ended, &sealed); err != nil {
			return w, err
		}
		var inside sealedWording
		err := tx.unseal(wordingRow(author, id, w.Version), sealed, &inside)
		w.Until, w.Ended, w.Title, w.Text = instant(until), ended == 1, inside.Title, inside.Text
		return w, err
	}, `SELECT version, until_at, ended, sealed FROM content_wording WHERE user_id = $1 AND material_id = $2 ORDER BY version DESC`, int64(author), int64(id))
}

// DropWordings follows content.Tx.
func (tx *Tx) DropWordings(ctx context.Context, author, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM content_wording WHERE user_id = $1 AND material_id = $2`, int64(author), int64(id))
	return err
}

// forgetMaterials removes all that a person has published, and the archive copies, when they are deleted.
func (tx *Tx) forgetMaterials(ctx context.Context, author identity.ID) error {
	for _, statement := range []string{
		`DELETE FROM content_wording WHERE user_id = $1`,
		`DELETE FROM content_material WHERE user_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, int64(author)); err != nil {
			return err
		}
	}
	return nil
}

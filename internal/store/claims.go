package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/identity"
)

// sealedRequest is the part of a request that says who asks, and what about.
type sealedRequest struct {
	Subject string
	Name    string
	Contact claims.Contact
}

// sealedPost is what a message of a request says.
type sealedPost struct {
	Text   string
	Sender string
	Files  []claims.File
}

func claimsRow(table string, ids ...identity.ID) string {
	row := table
	for _, id := range ids {
		row += "/" + strconv.FormatInt(int64(id), 10)
	}
	return row
}

func (tx *Tx) sealRequest(r claims.Request) ([]byte, error) {
	return tx.seal(claimsRow("claims_request", r.Home, r.ID), sealedRequest{r.Subject, r.Name, r.Contact})
}

func rank(first bool) int64 {
	if first {
		return 0
	}
	return 1
}

// AddRequest follows claims.Tx.
func (tx *Tx) AddRequest(ctx context.Context, r claims.Request) error {
	sealed, err := tx.sealRequest(r)
	if err != nil {
		return err
	}
	err = tx.one(ctx, `
		INSERT INTO claims_request (user_id, request_id, portal, kind, via, state, rank, institution_id, staff_id, unverified, language, sealed,
			opened_at, changed_at, due_at, document, edition, clause, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		int64(r.Home), int64(r.ID), r.Portal, r.Kind, string(r.Via), string(r.State), rank(r.First), int64(r.Institution), int64(r.Staff),
		int64(r.Unverified), r.Language, sealed, micros(r.OpenedAt), micros(r.ChangedAt), micros(r.DueAt),
		r.Cite.Document, int64(r.Cite.Edition), r.Cite.Clause, int64(r.Version))
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO claims_number (request_id, user_id) VALUES ($1, $2)`, int64(r.ID), int64(r.Home))
}

// SaveRequest follows claims.Tx.
func (tx *Tx) SaveRequest(ctx context.Context, r claims.Request) error {
	sealed, err := tx.sealRequest(r)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE claims_request SET kind = $1, state = $2, rank = $3, staff_id = $4, unverified = $5, sealed = $6, changed_at = $7, due_at = $8,
			document = $9, edition = $10, clause = $11, version = $12
		WHERE user_id = $13 AND request_id = $14 AND version = $15`,
		r.Kind, string(r.State), rank(r.First), int64(r.Staff), int64(r.Unverified), sealed, micros(r.ChangedAt), micros(r.DueAt),
		r.Cite.Document, int64(r.Cite.Edition), r.Cite.Clause, int64(r.Version), int64(r.Home), int64(r.ID), int64(r.Version-1))
}

func (tx *Tx) readRequest(s scanner) (claims.Request, error) {
	var r claims.Request
	var home, id, rank, institution, staff, opened, changed, due int64
	var via, state string
	var cite clause.Citation
	var sealed []byte
	err := s.Scan(&home, &id, &r.Portal, &r.Kind, &via, &state, &rank, &institution, &staff, &r.Unverified, &r.Language, &sealed,
		&opened, &changed, &due, &cite.Document, &cite.Edition, &cite.Clause, &r.Version)
	if err != nil {
		return r, err
	}
	r.Home, r.ID, r.Via, r.State, r.First = identity.ID(home), identity.ID(id), claims.Via(via), claims.State(state), rank == 0
	r.Institution, r.Staff = identity.ID(institution), identity.ID(staff)
	r.OpenedAt, r.ChangedAt, r.DueAt = instant(opened), instant(changed), instant(due)
	if cite.Clause != "" {
		cite.Portal = r.Portal
		r.Cite = cite
	}
	var inside sealedRequest
	if err := tx.unseal(claimsRow("claims_request", r.Home, r.ID), sealed, &inside); err != nil {
		return r, err
	}
	r.Subject, r.Name, r.Contact = inside.Subject, inside.Name, inside.Contact
	return r, nil
}

// Request follows claims.Tx.
func (tx *Tx) Request(ctx context.Context, home, id identity.ID) (claims.Request, error) {
	return tx.readRequest(tx.queryRow(ctx, `
		SELECT user_id, request_id, portal, kind, via, state, rank, institution_id, staff_id, unverified, language, sealed,
			opened_at, changed_at, due_at, document, edition, clause, version
		FROM claims_request WHERE user_id = $1 AND request_id = $2`, int64(home), int64(id)))
}

// RequestByID follows claims.Tx.
func (tx *Tx) RequestByID(ctx context.Context, id identity.ID) (claims.Request, error) {
	var home int64
	if err := tx.queryRow(ctx, `SELECT user_id FROM claims_number WHERE request_id = $1`, int64(id)).Scan(&home); err != nil {
		return claims.Request{}, err
	}
	return tx.Request(ctx, identity.ID(home), id)
}

// RequestsOf follows claims.Tx.
func (tx *Tx) RequestsOf(ctx context.Context, user, before identity.ID, limit int) ([]claims.Request, error) {
	return list(ctx, tx, tx.readRequest, `
		SELECT user_id, request_id, portal, kind, via, state, rank, institution_id, staff_id, unverified, language, sealed,
			opened_at, changed_at, due_at, document, edition, clause, version
		FROM claims_request WHERE user_id = $1 AND ($2 = 0 OR request_id < $2) ORDER BY request_id DESC LIMIT $3`,
		int64(user), int64(before), int64(limit))
}

// Queue follows claims.Tx.
func (tx *Tx) Queue(ctx context.Context, portal string, f claims.Filter, now time.Time) ([]claims.Request, error) {
	after := int64(-1)
	if f.After.ID != 0 {
		after = rank(f.After.First)
	}
	return list(ctx, tx, tx.readRequest, `
		SELECT user_id, request_id, portal, kind, via, state, rank, institution_id, staff_id, unverified, language, sealed,
			opened_at, changed_at, due_at, document, edition, clause, version
		FROM claims_request
		WHERE portal = $1 AND (rank, opened_at, request_id) > ($2, $3, $4)
			AND ($5 = '' OR state = $5 OR $5 = 'open' AND state IN ('new', 'work', 'reopened', 'waiting'))
			AND ($6 = '' OR kind = $6)
			AND ($7 = 0 OR due_at > 0 AND due_at < $7 AND state IN ('new', 'work', 'reopened', 'waiting'))
		ORDER BY rank, opened_at, request_id LIMIT $8`,
		portal, after, micros(f.After.At), int64(f.After.ID), f.State, f.Kind, late(f.Late, now), int64(f.Limit))
}

// late is the instant before which a term must have ended for its request to be listed; 0: any.
func late(only bool, now time.Time) int64 {
	if !only {
		return 0
	}
	return micros(now)
}

// AddPost follows claims.Tx.
func (tx *Tx) AddPost(ctx context.Context, r claims.Request, m claims.Message) error {
	inside := sealedPost{Text: m.Text, Sender: m.Sender}
	for _, f := range m.Files {
		sealed, err := tx.seal(claimsRow("claims_file", r.Home, r.ID, f.ID), f.Content)
		if err != nil {
			return err
		}
		err = tx.one(ctx, `INSERT INTO claims_file (user_id, request_id, file_id, sealed) VALUES ($1, $2, $3, $4)`,
			int64(r.Home), int64(r.ID), int64(f.ID), sealed)
		if err != nil {
			return err
		}
		f.Content = nil
		inside.Files = append(inside.Files, f)
	}
	sealed, err := tx.seal(claimsRow("claims_message", r.Home, r.ID, m.ID), inside)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO claims_message (user_id, request_id, message_id, author, staff_id, at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(r.Home), int64(r.ID), int64(m.ID), string(m.Author), int64(m.Staff), micros(m.At), sealed)
}

// Posts follows claims.Tx.
func (tx *Tx) Posts(ctx context.Context, home, id identity.ID) ([]claims.Message, error) {
	return list(ctx, tx, func(s scanner) (claims.Message, error) {
		var m claims.Message
		var message, staff, at int64
		var author string
		var sealed []byte
		if err := s.Scan(&message, &author, &staff, &at, &sealed); err != nil {
			return m, err
		}
		var inside sealedPost
		if err := tx.unseal(claimsRow("claims_message", home, id, identity.ID(message)), sealed, &inside); err != nil {
			return m, err
		}
		m.ID, m.Author, m.Staff, m.At = identity.ID(message), claims.Author(author), identity.ID(staff), instant(at)
		m.Text, m.Sender, m.Files = inside.Text, inside.Sender, inside.Files
		return m, nil
	}, `SELECT message_id, author, staff_id, at, sealed FROM claims_message WHERE user_id = $1 AND request_id = $2 ORDER BY message_id`, int64(home), int64(id))
}

// FileContent follows claims.Tx.
func (tx *Tx) FileContent(ctx context.Context, home, id, file identity.ID) ([]byte, error) {
	var sealed []byte
	err := tx.queryRow(ctx, `SELECT sealed FROM claims_file WHERE user_id = $1 AND request_id = $2 AND file_id = $3`,
		int64(home), int64(id), int64(file)).Scan(&sealed)
	if err != nil {
		return nil, err
	}
	var content []byte
	err = tx.unseal(claimsRow("claims_file", home, id, file), sealed, &content)
	return content, err
}

// MeetLetter follows claims.Tx.
func (tx *Tx) MeetLetter(ctx context.Context, portal, letter string, at time.Time) (bool, error) {
	mark, err := tx.lookup("letter/" + portal + "/" + letter)
	if err != nil {
		return false, err
	}
	added, err := tx.exec(ctx, `INSERT INTO claims_letter (mark, at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING`, mark, micros(at))
	return added == 0, err
}

// forgetRequests removes all that a person has asked, when they are deleted.
func (tx *Tx) forgetRequests(ctx context.Context, home identity.ID) error {
	for _, statement := range []string{
		`DELETE FROM claims_file WHERE user_id = $1`,
		`DELETE FROM claims_message WHERE user_id = $1`,
		`DELETE FROM claims_number WHERE user_id = $1`,
		`DELETE FROM claims_request WHERE user_id = $1`,
	} {
		if _, err := tx.exec(ctx, statement, int64(home)); err != nil {
			return err
		}
	}
	return nil
}

package store

import (
	"context"
	"math"
	"slices"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/operations"
)

// AddAnnouncement follows operations.Tx.
func (tx *Tx) AddAnnouncement(ctx context.Context, n operations.Announcement) error {
	err := tx.one(ctx, `
		INSERT INTO operations_announcement (announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		int64(n.ID), n.Portal, n.Kind, micros(n.From), micros(n.Until), int64(n.PostedBy), micros(n.PostedAt), int64(n.WithdrawnBy), micros(n.WithdrawnAt))
	for language, text := range n.Texts {
		if err == nil {
			err = tx.one(ctx, `INSERT INTO operations_announcement_text (announcement_id, language, title, body) VALUES ($1, $2, $3, $4)`,
				int64(n.ID), language, text.Title, text.Body)
		}
	}
	return err
}

// WithdrawAnnouncement follows operations.Tx.
func (tx *Tx) WithdrawAnnouncement(ctx context.Context, id, by identity.ID, at time.Time) error {
	return tx.one(ctx, `UPDATE operations_announcement SET withdrawn_by = $1, withdrawn_at = $2 WHERE announcement_id = $3 AND withdrawn_at = $4`,
		int64(by), micros(at), int64(id), micros(time.Time{}))
}

// announcement is a row of the join of an announcement with one of its texts.
func announcement(s scanner) (operations.Announcement, error) {
	var n operations.Announcement
	var id, from, until, postedBy, postedAt, withdrawnBy, withdrawnAt int64
	var language string
	var text operations.Text
	err := s.Scan(&id, &n.Portal, &n.Kind, &from, &until, &postedBy, &postedAt, &withdrawnBy, &withdrawnAt, &language, &text.Title, &text.Body)
	n.ID, n.PostedBy, n.WithdrawnBy = identity.ID(id), identity.ID(postedBy), identity.ID(withdrawnBy)
	n.From, n.Until, n.PostedAt, n.WithdrawnAt = instant(from), instant(until), instant(postedAt), instant(withdrawnAt)
	n.Texts = map[string]operations.Text{language: text}
	return n, err
}

// announcements joins what a statement gives a row for each language.
func (tx *Tx) announcements(ctx context.Context, text string, args ...any) (out []operations.Announcement, err error) {
	rows, err := list(ctx, tx, announcement, text, args...)
	for _, n := range rows {
		i := slices.IndexFunc(out, func(x operations.Announcement) bool { return x.ID == n.ID })
		if i < 0 {
			out = append(out, n)
			continue
		}
		for language, text := range n.Texts {
			out[i].Texts[language] = text
		}
	}
	return out, err
}

// Announcement follows operations.Tx.
func (tx *Tx) Announcement(ctx context.Context, id identity.ID) (operations.Announcement, error) {
	found, err := tx.announcements(ctx, `
		SELECT a.announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at, language, title, body
		FROM operations_announcement a JOIN operations_announcement_text t ON t.announcement_id = a.announcement_id
		WHERE a.announcement_id = $1`, int64(id))
	if err == nil && len(found) == 0 {
		err = fault.New(fault.Absent, keyAbsent)
	}
	if err != nil {
		return operations.Announcement{}, err
	}
	return found[0], nil
}

// AnnouncementsUntil follows operations.Tx.
func (tx *Tx) AnnouncementsUntil(ctx context.Context, portal string, after time.Time, limit int) ([]operations.Announcement, error) {
	return tx.announcements(ctx, `
		SELECT a.announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at, language, title, body
		FROM (SELECT announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at FROM operations_announcement
			WHERE portal = $1 AND until_at > $2 AND withdrawn_at = $3 ORDER BY announcement_id DESC LIMIT $4) a
		JOIN operations_announcement_text t ON t.announcement_id = a.announcement_id ORDER BY a.announcement_id DESC`,
		portal, micros(after), micros(time.Time{}), int64(limit))
}

// Announcements follows operations.Tx.
func (tx *Tx) Announcements(ctx context.Context, portal string, before identity.ID, limit int) ([]operations.Announcement, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return tx.announcements(ctx, `
		SELECT a.announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at, language, title, body
		FROM (SELECT announcement_id, portal, kind, from_at, until_at, posted_by, posted_at, withdrawn_by, withdrawn_at FROM operations_announcement
			WHERE portal = $1 AND announcement_id < $2 ORDER BY announcement_id DESC LIMIT $3) a
		JOIN operations_announcement_text t ON t.announcement_id = a.announcement_id ORDER BY a.announcement_id DESC`,
		portal, int64(before), int64(limit))
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"tereze/internal/identity"
	"tereze/internal/operations"
)

const eventColumns = `event_id, portal, kind, services, cause, reason, closes, begins_at, until_at, notice_at, source, document, late, late_why,
	posted_by, posted_at, ended_at, dropped, lapsed_at, shift_due, cite, version`

// overAt is by when an event is over, as the statements below compare it.
func overAt(e operations.Event) int64 {
	switch {
	case e.Dropped:
		return 0
	case e.Ends().IsZero():
		return math.MaxInt64
	}
	return micros(e.Ends())
}

// asJSON writes what no statement looks into.
func asJSON(values ...any) (out []string, err error) {
	for _, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		out = append(out, string(b))
	}
	return out, nil
}

// AddEvent follows operations.EventTx.
func (tx *Tx) AddEvent(ctx context.Context, e operations.Event) error {
	texts, err := asJSON(e.Services, e.Reason, e.Cite)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO operations_event (event_id, portal, kind, services, cause, reason, closes, begins_at, until_at, notice_at, source, document, late, late_why,
			posted_by, posted_at, ended_at, dropped, lapsed_at, shift_due, cite, over_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		int64(e.ID), e.Portal, e.Kind, texts[0], e.Cause, texts[1], e.Closes, micros(e.Begins), micros(e.Until), micros(e.NoticeAt), e.Source, e.Document, e.Late, e.LateWhy,
		int64(e.PostedBy), micros(e.PostedAt), micros(e.EndedAt), e.Dropped, micros(e.LapsedAt), e.ShiftDue, texts[2], overAt(e), int64(e.Version))
}

// SaveEvent follows operations.EventTx: an event's hours and ends change, what was said of it does not.
func (tx *Tx) SaveEvent(ctx context.Context, e operations.Event) error {
	return tx.one(ctx, `
		UPDATE operations_event SET begins_at = $1, until_at = $2, ended_at = $3, dropped = $4, lapsed_at = $5, over_at = $6, shift_due = $7, version = version + 1
		WHERE event_id = $8 AND version = $9`,
		micros(e.Begins), micros(e.Until), micros(e.EndedAt), e.Dropped, micros(e.LapsedAt), overAt(e), e.ShiftDue, int64(e.ID), int64(e.Version))
}

func readEvent(s scanner) (operations.Event, error) {
	var e operations.Event
	var id, begins, until, noticed, postedBy, postedAt, ended, lapsed, version int64
	var services, reason, cite string
	err := s.Scan(&id, &e.Portal, &e.Kind, &services, &e.Cause, &reason, &e.Closes, &begins, &until, &noticed, &e.Source, &e.Document, &e.Late, &e.LateWhy,
		&postedBy, &postedAt, &ended, &e.Dropped, &lapsed, &e.ShiftDue, &cite, &version)
	if err != nil {
		return e, err
	}
	e.ID, e.PostedBy, e.Version = identity.ID(id), identity.ID(postedBy), int(version)
	e.Begins, e.Until, e.NoticeAt = instant(begins), instant(until), instant(noticed)
	e.PostedAt, e.EndedAt, e.LapsedAt = instant(postedAt), instant(ended), instant(lapsed)
	return e, errors.Join(fromJSON(services, &e.Services), fromJSON(reason, &e.Reason), fromJSON(cite, &e.Cite))
}

func fromJSON(text string, to any) error { return json.Unmarshal([]byte(text), to) }

// Event follows operations.EventTx.
func (tx *Tx) Event(ctx context.Context, id identity.ID) (operations.Event, error) {
	return readEvent(tx.queryRow(ctx, `SELECT `+eventColumns+` FROM operations_event WHERE event_id = $1`, int64(id)))
}

// LiveEvents follows operations.EventTx.
func (tx *Tx) LiveEvents(ctx context.Context, after time.Time) ([]operations.Event, error) {
	return list(ctx, tx, readEvent, `SELECT `+eventColumns+` FROM operations_event WHERE over_at > $1 OR lapsed_at > 0 OR shift_due ORDER BY begins_at, event_id`, micros(after))
}

// Events follows operations.EventTx.
func (tx *Tx) Events(ctx context.Context, portal string, before identity.ID, limit int) ([]operations.Event, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, tx, readEvent, `SELECT `+eventColumns+` FROM operations_event WHERE portal = $1 AND event_id < $2 ORDER BY event_id DESC LIMIT $3`, portal, int64(before), int64(limit))
}

// EventsBetween follows operations.EventTx.
func (tx *Tx) EventsBetween(ctx context.Context, portal string, from, until time.Time, limit int) ([]operations.Event, error) {
	return list(ctx, tx, readEvent, `
		SELECT `+eventColumns+` FROM operations_event WHERE portal = $1 AND begins_at < $2 AND over_at > $3 ORDER BY begins_at DESC, event_id DESC LIMIT $4`,
		portal, micros(until), micros(from), int64(limit))
}

// AddNote follows operations.EventTx.
func (tx *Tx) AddNote(ctx context.Context, n operations.Note) error {
	texts, err := asJSON(n.Text)
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO operations_note (event_id, note_id, at, by_user, act, text) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(n.Event), int64(n.ID), micros(n.At), int64(n.By), n.Act, texts[0])
}

// Notes follows operations.EventTx.
func (tx *Tx) Notes(ctx context.Context, event identity.ID) ([]operations.Note, error) {
	read := func(s scanner) (operations.Note, error) {
		var n operations.Note
		var id, of, at, by int64
		var text string
		if err := s.Scan(&of, &id, &at, &by, &n.Act, &text); err != nil {
			return n, err
		}
		n.Event, n.ID, n.At, n.By = identity.ID(of), identity.ID(id), instant(at), identity.ID(by)
		return n, fromJSON(text, &n.Text)
	}
	return list(ctx, tx, read, `SELECT event_id, note_id, at, by_user, act, text FROM operations_note WHERE event_id = $1 ORDER BY note_id`, int64(event))
}

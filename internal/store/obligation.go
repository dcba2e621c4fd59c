package store

import (
	"context"
	"fmt"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// owedNow stands in the place of an id in what makes an obligation unique while it is owed.
const owedNow = 1

func owedMark(o obligation.Obligation) int64 {
	if o.State.Owed() {
		return owedNow
	}
	return int64(o.ID)
}

// AddObligation follows obligation.Tx.
func (tx *Tx) AddObligation(ctx context.Context, o obligation.Obligation) (added bool, err error) {
	changed, err := tx.exec(ctx, `
		INSERT INTO obligation (user_id, obligation_id, portal, kind, subject, from_side, to_side, document, edition, clause, since, due_day, due_at, act_at,
			state, owed, ended_at, first_due, shift_document, shift_edition, shift_clause, lane, next_at, tries, version,
			reached, shift_from)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
		ON CONFLICT (user_id, portal, kind, subject, owed) DO NOTHING`,
		int64(o.Home), int64(o.ID), o.Portal, o.Kind, o.Subject, string(o.From), string(o.To), o.Cite.Document, int64(o.Cite.Edition), o.Cite.Clause,
		micros(o.Since), o.Due.Day.Format(time.DateOnly), micros(o.Due.Ends), micros(o.ActAt), string(o.State), owedMark(o), micros(o.EndedAt), micros(o.FirstDue),
		o.ShiftedBy.Document, int64(o.ShiftedBy.Edition), o.ShiftedBy.Clause, int64(o.Lane()), micros(o.Next), int64(o.Tries), int64(o.Version),
		int64(o.Reached), micros(o.ShiftedFrom))
	return changed == 1, err
}

// SaveObligation follows obligation.Tx.
func (tx *Tx) SaveObligation(ctx context.Context, o obligation.Obligation) error {
	return tx.one(ctx, `
		UPDATE obligation SET due_day = $1, due_at = $2, act_at = $3, state = $4, owed = $5, ended_at = $6, first_due = $7, shift_document = $8,
			shift_edition = $9, shift_clause = $10, next_at = $11, tries = $12, version = $13, reached = $17, shift_from = $18
		WHERE user_id = $14 AND obligation_id = $15 AND version = $16`,
		o.Due.Day.Format(time.DateOnly), micros(o.Due.Ends), micros(o.ActAt), string(o.State), owedMark(o), micros(o.EndedAt), micros(o.FirstDue),
		o.ShiftedBy.Document, int64(o.ShiftedBy.Edition), o.ShiftedBy.Clause, micros(o.Next), int64(o.Tries), int64(o.Version),
		int64(o.Home), int64(o.ID), int64(o.Version-1), int64(o.Reached), micros(o.ShiftedFrom))
}

const obligationColumns = `user_id, obligation_id, portal, kind, subject, from_side, to_side, document, edition, clause, since, due_day, due_at, act_at,
	state, ended_at, first_due, shift_document, shift_edition, shift_clause, next_at, tries, version, reached, shift_from`

func readObligation(s scanner) (obligation.Obligation, error) {
	var o obligation.Obligation
	var home, id, edition, since, due, act, ended, first, shift, next, tries, version, reached, moved int64
	var from, to, day, state string
	err := s.Scan(&home, &id, &o.Portal, &o.Kind, &o.Subject, &from, &to, &o.Cite.Document, &edition, &o.Cite.Clause, &since, &day, &due, &act,
		&state, &ended, &first, &o.ShiftedBy.Document, &shift, &o.ShiftedBy.Clause, &next, &tries, &version, &reached, &moved)
	if err != nil {
		return o, err
	}
	o.Home, o.ID, o.From, o.To, o.State = identity.ID(home), identity.ID(id), obligation.Side(from), obligation.Side(to), obligation.State(state)
	o.Cite.Portal, o.Cite.Edition = o.Portal, int(edition)
	if o.ShiftedBy.Clause != "" {
		o.ShiftedBy.Portal, o.ShiftedBy.Edition = o.Portal, int(shift)
	}
	if o.Cite.Clause == "" {
		o.Cite = clause.Citation{}
	}
	o.Since, o.ActAt, o.EndedAt, o.FirstDue, o.Next = instant(since), instant(act), instant(ended), instant(first), instant(next)
	o.Tries, o.Version, o.Reached, o.ShiftedFrom = int(tries), int(version), identity.ID(reached), instant(moved)
	civil, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return o, fmt.Errorf("obligation %d: %w", id, err)
	}
	o.Due = calendar.Term{Day: civil, Ends: instant(due)}
	return o, nil
}

// Obligation follows obligation.Tx.
func (tx *Tx) Obligation(ctx context.Context, home, id identity.ID) (obligation.Obligation, error) {
	return readObligation(tx.queryRow(ctx, `SELECT `+obligationColumns+` FROM obligation
		WHERE user_id = $1 AND obligation_id = $2`+tx.forUpdate(), int64(home), int64(id)))
}

// ObligationOn follows obligation.Tx.
func (tx *Tx) ObligationOn(ctx context.Context, portal string, home identity.ID, kind, subject string) (obligation.Obligation, error) {
	return readObligation(tx.queryRow(ctx, `SELECT `+obligationColumns+` FROM obligation
		WHERE user_id = $1 AND portal = $2 AND kind = $3 AND subject = $4 AND owed = $5`+tx.forUpdate(), int64(home), portal, kind, subject, int64(owedNow)))
}

// ObligationLast follows obligation.Tx.
func (tx *Tx) ObligationLast(ctx context.Context, portal string, home identity.ID, kind, subject string) (obligation.Obligation, error) {
	return readObligation(tx.queryRow(ctx, `SELECT `+obligationColumns+` FROM obligation
		WHERE user_id = $1 AND portal = $2 AND kind = $3 AND subject = $4 ORDER BY obligation_id DESC LIMIT 1`+tx.forUpdate(), int64(home), portal, kind, subject))
}

// statePlaces is how many states a page may name; a further place repeats the last.
const statePlaces = 3

// ObligationsPage follows obligation.Tx.
func (tx *Tx) ObligationsPage(ctx context.Context, portal string, page obligation.Page) ([]obligation.Obligation, error) {
	after, id := int64(0), int64(0)
	if page.After != nil {
		after, id = micros(page.After.Due.Ends), int64(page.After.ID)
	}
	all := int64(0)
	if len(page.States) == 0 {
		all, page.States = 1, []obligation.State{""}
	}
	args := []any{portal, all, page.Kind, page.Clause, micros(page.Before), int64(page.Home), after, id, int64(page.Limit)}
	for i := range statePlaces {
		args = append(args, string(page.States[min(i, len(page.States)-1)]))
	}
	return list(ctx, tx, readObligation, `SELECT `+obligationColumns+` FROM obligation
		WHERE portal = $1 AND ($2 = 1 OR state IN ($10, $11, $12)) AND (kind = $3 OR $3 = '') AND (clause = $4 OR $4 = '') AND (due_at < $5 OR $5 = 0)
		AND (user_id = $6 OR $6 = 0) AND (due_at > $7 OR (due_at = $7 AND obligation_id > $8))
		ORDER BY due_at, obligation_id LIMIT $9`, args...)
}

// ObligationsOf follows obligation.Tx.
func (tx *Tx) ObligationsOf(ctx context.Context, portal string, home identity.ID, owed bool, before identity.ID, limit int) ([]obligation.Obligation, error) {
	where := `owed > $3`
	if owed {
		where = `owed = $3`
	}
	return list(ctx, tx, readObligation, `SELECT `+obligationColumns+` FROM obligation
		WHERE user_id = $1 AND portal = $2 AND `+where+` AND (obligation_id < $4 OR $4 = 0) ORDER BY obligation_id DESC LIMIT $5`,
		int64(home), portal, int64(owedNow), int64(before), int64(limit))
}

// ObligationsBetween follows obligation.Tx.
func (tx *Tx) ObligationsBetween(ctx context.Context, portal string, from, to time.Time, after identity.ID, limit int) ([]obligation.Obligation, error) {
	return list(ctx, tx, readObligation, `SELECT `+obligationColumns+` FROM obligation
		WHERE portal = $1 AND owed = $2 AND due_at > $3 AND since < $4 AND obligation_id > $5 ORDER BY obligation_id LIMIT $6`+tx.forUpdate(),
		portal, int64(owedNow), micros(from), micros(to), int64(after), int64(limit))
}

// ObligationCounts follows obligation.Tx.
func (tx *Tx) ObligationCounts(ctx context.Context, portal string) (map[obligation.State]int, error) {
	rs, err := tx.query(ctx, `SELECT state, count(*) FROM obligation WHERE portal = $1 GROUP BY state`, portal)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	counts := map[obligation.State]int{}
	for rs.Next() {
		var state string
		var n int
		if err := rs.Scan(&state, &n); err != nil {
			return nil, err
		}
		counts[obligation.State(state)] = n
	}
	return counts, rs.Err()
}

// LanesDue follows keeper.Tx.
func (tx *Tx) LanesDue(ctx context.Context, at time.Time) ([]int, error) {
	return list(ctx, tx, func(s scanner) (lane int, err error) { return lane, s.Scan(&lane) },
		`SELECT lane FROM obligation WHERE next_at > 0 AND next_at <= $1 GROUP BY lane ORDER BY min(next_at)`, micros(at))
}

// HoldLane follows keeper.Tx.
func (tx *Tx) HoldLane(ctx context.Context, lane int, holder identity.ID, now, until time.Time) (bool, error) {
	changed, err := tx.exec(ctx, `INSERT INTO obligation_lane (lane, holder, held_to) VALUES ($1, $2, $3)
		ON CONFLICT (lane) DO UPDATE SET holder = $2, held_to = $3 WHERE obligation_lane.held_to <= $4 OR obligation_lane.holder = $2`,
		int64(lane), int64(holder), micros(until), micros(now))
	return changed == 1, err
}

// LeaveLane follows keeper.Tx.
func (tx *Tx) LeaveLane(ctx context.Context, lane int, holder identity.ID) error {
	_, err := tx.exec(ctx, `UPDATE obligation_lane SET held_to = 0 WHERE lane = $1 AND holder = $2`, int64(lane), int64(holder))
	return err
}

// ObligationsDue follows keeper.Tx.
func (tx *Tx) ObligationsDue(ctx context.Context, lane int, at time.Time, limit int) ([]obligation.Obligation, error) {
	return list(ctx, tx, readObligation, `SELECT `+obligationColumns+` FROM obligation
		WHERE lane = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, obligation_id LIMIT $3`, int64(lane), micros(at), int64(limit))
}

package store

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/operations"
)

// AddDays follows operations.DaysTx.
func (tx *Tx) AddDays(ctx context.Context, d operations.Days) error {
	return tx.one(ctx, `INSERT INTO operations_days (portal, version, body, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (portal, version) DO NOTHING`,
		d.Portal, int64(d.Version), d.Body, int64(d.ChangedBy), micros(d.ChangedAt))
}

func readDays(s scanner) (operations.Days, error) {
	var d operations.Days
	var version, by, at int64
	err := s.Scan(&d.Portal, &version, &d.Body, &by, &at)
	d.Version, d.ChangedBy, d.ChangedAt = int(version), identity.ID(by), instant(at)
	return d, err
}

// DaysOf follows operations.DaysTx.
func (tx *Tx) DaysOf(ctx context.Context, portal string) (operations.Days, error) {
	d, err := readDays(tx.queryRow(ctx, `SELECT portal, version, body, changed_by, changed_at FROM operations_days WHERE portal = $1 ORDER BY version DESC LIMIT 1`, portal))
	if fault.Is(err, fault.Absent) {
		return operations.Days{Portal: portal}, nil
	}
	return d, err
}

// DaysHistory follows operations.DaysTx.
func (tx *Tx) DaysHistory(ctx context.Context, portal string, limit int) ([]operations.Days, error) {
	return list(ctx, tx, readDays, `SELECT portal, version, body, changed_by, changed_at FROM operations_days WHERE portal = $1 ORDER BY version DESC LIMIT $2`, portal, int64(limit))
}

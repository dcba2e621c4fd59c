package store

import (
	"context"
	"time"

	"tereze/internal/account"
	"tereze/internal/identity"
)

// SaveDevice follows account.DevicesTx: one statement, so that two sign-ins at once make one device.
func (tx *Tx) SaveDevice(ctx context.Context, user identity.ID, mark []byte, d account.Device) (identity.ID, error) {
	var id int64
	err := tx.queryRow(ctx, `
		INSERT INTO account_access (user_id, device_id, mark, name, agent, address, first_at, seen_at) VALUES ($1, $2, $3, '', $4, $5, $6, $7)
		ON CONFLICT (user_id, mark) DO UPDATE SET agent = $4, address = $5, seen_at = $7
		RETURNING device_id`, int64(user), int64(d.ID), mark, d.Agent, d.Address, micros(d.FirstAt), micros(d.SeenAt)).Scan(&id)
	return identity.ID(id), err
}

// DevicesOf follows account.DevicesTx.
func (tx *Tx) DevicesOf(ctx context.Context, user identity.ID) ([]account.Device, error) {
	return list(ctx, tx, func(s scanner) (account.Device, error) {
		var d account.Device
		var id, first, seen int64
		err := s.Scan(&id, &d.Name, &d.Agent, &d.Address, &first, &seen)
		d.ID, d.FirstAt, d.SeenAt = identity.ID(id), instant(first), instant(seen)
		return d, err
	}, `SELECT device_id, name, agent, address, first_at, seen_at FROM account_access WHERE user_id = $1 ORDER BY seen_at DESC, device_id DESC LIMIT 200`, int64(user))
}

// NameDevice follows account.DevicesTx.
func (tx *Tx) NameDevice(ctx context.Context, user, id identity.ID, name string) error {
	return tx.one(ctx, `UPDATE account_access SET name = $1 WHERE user_id = $2 AND device_id = $3`, name, int64(user), int64(id))
}

// RevokeDevice follows account.DevicesTx.
func (tx *Tx) RevokeDevice(ctx context.Context, user, id identity.ID) error {
	_, err := tx.exec(ctx, `
		DELETE FROM account_device WHERE user_id = $1 AND mark IN (SELECT mark FROM account_access WHERE user_id = $1 AND device_id = $2)`, int64(user), int64(id))
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM account_session WHERE user_id = $1 AND device_id = $2`, int64(user), int64(id)); err != nil {
		return err
	}
	return tx.one(ctx, `DELETE FROM account_access WHERE user_id = $1 AND device_id = $2`, int64(user), int64(id))
}

// AddProgram follows account.ProgramsTx.
func (tx *Tx) AddProgram(ctx context.Context, keyHash []byte, p account.Program) error {
	return tx.one(ctx, `
		INSERT INTO account_program (key_hash, portal, program_id, holder, agreement, granted_by, granted_at, ends_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
		keyHash, p.Portal, int64(p.ID), p.Holder, p.Agreement, int64(p.GrantedBy), micros(p.GrantedAt), micros(p.EndsAt))
}

const programColumns = `SELECT portal, program_id, holder, agreement, granted_by, granted_at, ends_at, revoked_at FROM account_program`

func scanProgram(s scanner) (account.Program, error) {
	var p account.Program
	var id, by, granted, ends, revoked int64
	err := s.Scan(&p.Portal, &id, &p.Holder, &p.Agreement, &by, &granted, &ends, &revoked)
	p.ID, p.GrantedBy, p.GrantedAt, p.EndsAt = identity.ID(id), identity.ID(by), instant(granted), instant(ends)
	if revoked != 0 {
		p.RevokedAt = instant(revoked)
	}
	return p, err
}

// Program follows account.ProgramsTx.
func (tx *Tx) Program(ctx context.Context, portal string, keyHash []byte) (account.Program, error) {
	return scanProgram(tx.queryRow(ctx, programColumns+` WHERE key_hash = $1 AND portal = $2`, keyHash, portal))
}

// Programs follows account.ProgramsTx.
func (tx *Tx) Programs(ctx context.Context, portal string, before identity.ID, limit int) ([]account.Program, error) {
	return list(ctx, tx, scanProgram, programColumns+` WHERE portal = $1 AND (program_id < $2 OR $2 = 0) ORDER BY program_id DESC LIMIT $3`, portal, int64(before), int64(limit))
}

// RevokeProgram follows account.ProgramsTx.
func (tx *Tx) RevokeProgram(ctx context.Context, portal string, id identity.ID, at time.Time) error {
	return tx.one(ctx, `UPDATE account_program SET revoked_at = $1 WHERE portal = $2 AND program_id = $3 AND revoked_at = 0`, micros(at), portal, int64(id))
}

package store

import (
	"context"
	"strconv"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// sealedBrowser is where a browser is found and how it is written to.
type sealedBrowser struct{ Name, Endpoint, P256dh, Auth string }

func browserRow(user, id int64) string {
	return "notify_browser/" + strconv.FormatInt(user, 10) + "/" + strconv.FormatInt(id, 10)
}

// AddBrowser follows notify.BrowserTx.
func (tx *Tx) AddBrowser(ctx context.Context, b notify.Browser) error {
	mark, err := tx.lookup("browser/" + b.Endpoint)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM notify_browser WHERE user_id = $1 AND mark = $2`, int64(b.User), mark); err != nil {
		return err
	}
	sealed, err := tx.seal(browserRow(int64(b.User), int64(b.ID)), sealedBrowser{b.Name, b.Endpoint, b.P256dh, b.Auth})
	if err != nil {
		return err
	}
	return tx.one(ctx, `INSERT INTO notify_browser (user_id, browser_id, portal, mark, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(b.User), int64(b.ID), b.Portal, mark, sealed, micros(b.At))
}

// Browsers follows notify.BrowserTx.
func (tx *Tx) Browsers(ctx context.Context, user identity.ID) ([]notify.Browser, error) {
	return list(ctx, tx, tx.browser, `SELECT user_id, browser_id, portal, sealed, at FROM notify_browser WHERE user_id = $1 ORDER BY browser_id`, int64(user))
}

// Browser follows notify.CourierTx.
func (tx *Tx) Browser(ctx context.Context, user, id identity.ID) (notify.Browser, error) {
	found, err := list(ctx, tx, tx.browser, `SELECT user_id, browser_id, portal, sealed, at FROM notify_browser WHERE user_id = $1 AND browser_id = $2`,
		int64(user), int64(id))
	if err == nil && len(found) == 0 {
		err = fault.New(fault.Absent, keyAbsent)
	}
	if err != nil {
		return notify.Browser{}, err
	}
	return found[0], nil
}

func (tx *Tx) browser(s scanner) (b notify.Browser, err error) {
	var user, id, at int64
	var sealed []byte
	if err := s.Scan(&user, &id, &b.Portal, &sealed, &at); err != nil {
		return b, err
	}
	var inside sealedBrowser
	if err := tx.unseal(browserRow(user, id), sealed, &inside); err != nil {
		return b, err
	}
	b.User, b.ID, b.At = identity.ID(user), identity.ID(id), instant(at)
	b.Name, b.Endpoint, b.P256dh, b.Auth = inside.Name, inside.Endpoint, inside.P256dh, inside.Auth
	return b, nil
}

// RemoveBrowser follows notify.CourierTx.
func (tx *Tx) RemoveBrowser(ctx context.Context, user, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM notify_browser WHERE user_id = $1 AND browser_id = $2`, int64(user), int64(id))
	return err
}

// removeBrowsers forgets all of somebody's.
func (tx *Tx) removeBrowsers(ctx context.Context, user identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM notify_browser WHERE user_id = $1`, int64(user))
	return err
}

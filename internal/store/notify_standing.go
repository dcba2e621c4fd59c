package store

import (
	"context"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// StandingsOf follows notify.NoticeTx.
func (tx *Tx) StandingsOf(ctx context.Context, portal string, from, to identity.ID, channel notify.Channel) (map[identity.ID]notify.Standing, error) {
	type row struct {
		user, browser      int64
		kind, channel      string
		wanted, subscribed bool
	}
	choices, err := list(ctx, tx, func(s scanner) (r row, err error) {
		err = s.Scan(&r.user, &r.kind, &r.channel, &r.wanted)
		return r, err
	}, `SELECT p.user_id, p.kind, p.channel, p.wanted FROM notify_preference p JOIN account_user u ON u.user_id = p.user_id
		WHERE u.portal = $1 AND u.user_id >= $2 AND u.user_id <= $3 ORDER BY p.user_id, p.kind, p.channel`, portal, int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	subscribed, err := list(ctx, tx, func(s scanner) (r row, err error) {
		r.subscribed = true
		return r, s.Scan(&r.user)
	}, `SELECT s.user_id FROM account_subscription s JOIN account_user u ON u.user_id = s.user_id
		WHERE u.portal = $1 AND u.user_id >= $2 AND u.user_id <= $3 AND s.channel = $4`, portal, int64(from), int64(to), string(channel))
	if err != nil {
		return nil, err
	}
	browsers, err := list(ctx, tx, func(s scanner) (r row, err error) {
		err = s.Scan(&r.user, &r.browser)
		return r, err
	}, `SELECT b.user_id, b.browser_id FROM notify_browser b JOIN account_user u ON u.user_id = b.user_id
		WHERE u.portal = $1 AND u.user_id >= $2 AND u.user_id <= $3 ORDER BY b.user_id, b.browser_id`, portal, int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	out := map[identity.ID]notify.Standing{}
	for _, r := range append(append(choices, subscribed...), browsers...) {
		one := out[identity.ID(r.user)]
		switch {
		case r.subscribed:
			one.Subscribed = true
		case r.browser != 0:
			one.Browsers = append(one.Browsers, identity.ID(r.browser))
		default:
			one.Choices = append(one.Choices, notify.Choice{Kind: notify.Kind(r.kind), Channel: notify.Channel(r.channel), Wanted: r.wanted})
		}
		out[identity.ID(r.user)] = one
	}
	return out, nil
}

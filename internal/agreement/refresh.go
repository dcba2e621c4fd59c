package agreement

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Refresh loads the portals whose published editions in the database are not those in memory:
// another process has published or withdrawn. A portal that cannot be loaded keeps no other back.
func (a *Agreements) Refresh(ctx context.Context) error {
	var failed error
	for _, p := range a.Portals() {
		var there []Edition
		err := a.InView(ctx, func(tx Tx) error {
			var err error
			there, err = tx.PublishedEditions(ctx, p.Name)
			return err
		})
		if err == nil && !a.known(p.Name, there) {
			err = a.Load(ctx, p.Name)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// errBehind: the database has editions that memory does not have yet.
var errBehind = errors.New("the editions in memory are not those of the database")

// act runs an act on a portal in one transaction. Where another process has published a moment ago,
// what memory holds would decide by rules that are no longer in force: it is loaded, and the act
// begins anew.
func (a *Agreements) act(ctx context.Context, portal string, act func(Tx) error) error {
	err := a.InTx(ctx, act)
	if !errors.Is(err, errBehind) {
		return err
	}
	if err := a.Load(ctx, portal); err != nil {
		return err
	}
	return a.InTx(ctx, act)
}

// ground is what an act stands on: the editions published by now, which are those memory holds, and
// the instant. hold keeps it from moving under the act until the transaction ends; the clock is read
// only then, so that whoever waited for a publication comes after it.
func (a *Agreements) ground(ctx context.Context, tx Tx, hold func(context.Context, string) error, portal string) (now time.Time, published []Edition, err error) {
	if err := hold(ctx, portal); err != nil {
		return time.Time{}, nil, err
	}
	if published, err = tx.PublishedEditions(ctx, portal); err != nil {
		return time.Time{}, nil, err
	}
	if !a.known(portal, published) {
		return time.Time{}, nil, errBehind
	}
	return a.Now(), published, nil
}

func (a *Agreements) known(portal string, there []Edition) bool {
	h, count := a.holding(portal), 0
	for _, editions := range h.published {
		count += len(editions)
	}
	return count == len(there) && !slices.ContainsFunc(there, func(e Edition) bool {
		i := slices.IndexFunc(h.published[e.Document], func(x Edition) bool { return x.Number == e.Number })
		return i < 0 || h.published[e.Document][i].Version != e.Version
	})
}

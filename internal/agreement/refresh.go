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
		var there []Version
		err := a.InView(ctx, func(tx Tx) error {
			var err error
			there, err = tx.PublishedVersions(ctx, p.Name)
			return err
		})
		if err == nil && !a.holding(p.Name).holds(there) {
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
	there, err := tx.PublishedVersions(ctx, portal)
	if err != nil {
		return time.Time{}, nil, err
	}
	h := a.holding(portal)
	if !h.holds(there) {
		return time.Time{}, nil, errBehind
	}
	for _, v := range there {
		published = append(published, h.published[v.Document][h.place(v)])
	}
	return a.Now(), published, nil
}

// holds reports whether the editions in memory are those, each as it is now.
func (h *holding) holds(there []Version) bool {
	count := 0
	for _, editions := range h.published {
		count += len(editions)
	}
	return count == len(there) && !slices.ContainsFunc(there, func(v Version) bool { return h.place(v) < 0 })
}

// place is where among its document's an edition stands, if it is held in that version; else -1.
func (h *holding) place(v Version) int {
	return slices.IndexFunc(h.published[v.Document], func(e Edition) bool { return e.Number == v.Edition && e.Version == v.Version })
}

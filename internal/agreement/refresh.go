package agreement

import (
	"context"
	"slices"
)

// Refresh loads the portals whose published editions in the database are not those in memory:
// another process has published or withdrawn.
func (a *Agreements) Refresh(ctx context.Context) error {
	for _, p := range a.Portals() {
		var there []Edition
		err := a.InView(ctx, func(tx Tx) error {
			var err error
			there, err = tx.PublishedEditions(ctx, p.Name)
			return err
		})
		if err != nil {
			return err
		}
		if a.known(p.Name, there) {
			continue
		}
		if err := a.Load(ctx, p.Name); err != nil {
			return err
		}
	}
	return nil
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

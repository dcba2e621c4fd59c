package billing

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// Tx is what acts on price lists do to the database.
type Tx interface {
	obligation.Tx

	// PriceLists lists those of a portal by number, drafts included.
	PriceLists(ctx context.Context, portal string) ([]List, error)
	// AddPriceList writes one. Refusal: Conflict, where its number is taken.
	AddPriceList(ctx context.Context, l List) error
	// SavePriceList replaces the list whose version is l.Version-1; what is published keeps what it says. Refusal: Conflict.
	SavePriceList(ctx context.Context, l List) error
	// RemovePriceList removes a draft. Refusal: Conflict.
	RemovePriceList(ctx context.Context, l List) error
	// PriceListVersions are those of all portals that are not drafts.
	PriceListVersions(ctx context.Context) ([]Version, error)
}

// Version says which state of a published price list somebody knows.
type Version struct {
	Portal          string
	Number, Version int
}

// Tariffs performs the acts on the prices of portals, and knows at every instant which are in force. All fields are
// needed.
type Tariffs struct {
	InTx      func(ctx context.Context, act func(Tx) error) error
	InView    func(ctx context.Context, look func(Tx) error) error
	Now       func() time.Time
	NewID     func() identity.ID
	Record    func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book      func(portal string, at time.Time) *clause.Book
	Zone      func(portal string) *time.Location
	Languages func(portal string) []string
	Owed      *obligation.Obligations

	loading sync.Mutex
	held    atomic.Pointer[map[string][]List] // by portal, published and withdrawn, by number
}

// Lists are the price lists of a portal that have been published, by number. They are read from memory: a change
// that is announced is among them and bites at its instant by itself.
func (t *Tariffs) Lists(portal string) []List {
	if held := t.held.Load(); held != nil {
		return (*held)[portal]
	}
	return nil
}

// Any reports whether a portal shows a price list: it has one, and a clause has it shown (ismet 6.1).
func (t *Tariffs) Any(portal string) bool {
	_, _, shown := clause.In[PublicPrices](t.Book(portal, t.Now()))
	return shown && len(t.Lists(portal)) > 0
}

// Found brings the first price lists of packs into the database, where they are not there yet, and loads all. What is
// published is frozen: a pack whose list differs from the published one is refused.
func (t *Tariffs) Found(ctx context.Context, first []List) error {
	err := t.InTx(ctx, func(tx Tx) error {
		for _, l := range first {
			there, err := tx.PriceLists(ctx, l.Portal)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(there, func(x List) bool { return x.Number == l.Number })
			if i >= 0 && !slices.Equal(there[i].Digest, l.Digest) {
				return fmt.Errorf("pack %s: price list %d differs from the one published: publish a change of tariffs instead", l.Portal, l.Number)
			}
			if i >= 0 {
				continue
			}
			if err := tx.AddPriceList(ctx, l); err != nil {
				return err
			}
			if err := t.note(ctx, tx, "system", "billing.found", l, t.Now(), clause.Citation{}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return t.load(ctx)
}

// Refresh loads the price lists where another process has published or withdrawn one.
func (t *Tariffs) Refresh(ctx context.Context) error {
	var there []Version
	err := t.InView(ctx, func(tx Tx) (err error) {
		there, err = tx.PriceListVersions(ctx)
		return err
	})
	if err != nil || slices.Equal(there, t.versions()) {
		return err
	}
	return t.load(ctx)
}

func (t *Tariffs) versions() (out []Version) {
	held := t.held.Load()
	if held == nil {
		return nil
	}
	for _, portal := range slices.Sorted(maps.Keys(*held)) {
		for _, l := range (*held)[portal] {
			out = append(out, Version{portal, l.Number, l.Version})
		}
	}
	return out
}

func (t *Tariffs) load(ctx context.Context) error {
	t.loading.Lock()
	defer t.loading.Unlock()
	held := map[string][]List{}
	err := t.InView(ctx, func(tx Tx) error {
		there, err := tx.PriceListVersions(ctx)
		if err != nil {
			return err
		}
		for _, v := range there {
			if held[v.Portal] != nil {
				continue
			}
			all, err := tx.PriceLists(ctx, v.Portal)
			if err != nil {
				return err
			}
			held[v.Portal] = slices.DeleteFunc(all, func(l List) bool { return l.State == Draft })
		}
		return nil
	})
	if err == nil {
		t.held.Store(&held)
	}
	return err
}

// Register lists all price lists of the actor's portal by number, drafts included. Refusal: Forbidden.
func (t *Tariffs) Register(ctx context.Context, actor identity.Actor) (out []List, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = t.InView(ctx, func(tx Tx) error {
		out, err = tx.PriceLists(ctx, actor.Portal)
		return err
	})
	return out, err
}

// Instant is when a change published now would come into force, wished for a day of the portal's zone; empty: as soon
// as the clause lets it. Refusals: Forbidden "prices.no_clause" where no clause lets tariffs be changed; Invalid "prices.day",
// "prices.too_soon" under the clause, "prices.too_late".
func (t *Tariffs) Instant(portal, day string, now time.Time) (time.Time, clause.Citation, error) {
	rule, cite, ok := clause.In[TariffChanges](t.Book(portal, now))
	if !ok {
		return time.Time{}, cite, fault.New(fault.Forbidden, "prices.no_clause")
	}
	zone := t.Zone(portal)
	earliest := earliest(now, rule.InForceAfter.Amount, zone)
	if day == "" {
		return earliest, cite, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	switch {
	case err != nil:
		return time.Time{}, cite, fault.New(fault.Invalid, "prices.day").At("day")
	case at.Before(earliest):
		return time.Time{}, cite, fault.New(fault.Invalid, "prices.too_soon").With("day", nextDay(earliest, zone)).By(cite).At("day")
	case at.After(now.AddDate(mostYears, 0, 0)):
		return time.Time{}, cite, fault.New(fault.Invalid, "prices.too_late").With("years", strconv.Itoa(mostYears)).At("day")
	}
	return at.UTC(), cite, nil
}

func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// note leaves the evidence of an act on a price list. It is the portal's own act: home 0.
func (t *Tariffs) note(ctx context.Context, tx Tx, actor, act string, l List, now time.Time, cite clause.Citation, detail map[string]string) error {
	all := map[string]string{"list": strconv.Itoa(l.Number), "digest": hex.EncodeToString(l.Digest)}
	maps.Copy(all, detail)
	_, err := t.Record(ctx, tx, evidence.Entry{
		Portal: l.Portal, ID: t.NewID(), At: now, Actor: actor, Act: act, Subject: l.subject(), Citation: cite, Detail: all,
	})
	return err
}

func by(actor identity.Actor) string { return "user:" + strconv.FormatInt(int64(actor.User), 10) }

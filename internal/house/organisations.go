package house

import (
	"context"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/court"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/store"
)

// organisations introduces organisations to account, which knows who acts for them and in which sessions.
func (h *House) organisations(cfg Config, record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *party.Organisations {
	return &party.Organisations{
		InTx: func(ctx context.Context, act func(party.OrganisationTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(party.OrganisationTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book, Zone: h.Accounts.Zone, Country: h.Accounts.Country,
		Tell: func(ctx context.Context, tx party.OrganisationTx, user identity.ID, key string, args map[string]string) error {
			return h.Accounts.Tell(ctx, tx.(*store.Tx), user, key, args)
		},
		Shown: func(ctx context.Context, tx party.OrganisationTx, user identity.ID) (string, error) {
			u, err := tx.(*store.Tx).User(ctx, user)
			return u.Shown, err
		},
		Allow: func(ctx context.Context, tx party.OrganisationTx, what string, most int, window time.Duration) (bool, error) {
			tooOften, err := h.Accounts.Allow(ctx, tx.(*store.Tx), what, most, window)
			return tooOften == nil, err
		},
		Admit: func(ctx context.Context, tx party.OrganisationTx, actor identity.Actor) error {
			return h.Accounts.FullFirst(ctx, tx.(*store.Tx), actor)
		},
		Forget: h.Accounts.Forget, Public: public(cfg),
	}
}

// joins makes whoever has bound an organisation by its certificate a member of it, where the agreement knows
// organisations (ismet 1.6).
func (h *House) joins(ctx context.Context, tx account.Tx, actor identity.Actor, k account.Key) (account.Joined, error) {
	if _, known := h.Organisations.Taken(actor.Portal); !known {
		return account.Joined{}, nil
	}
	c := party.Certified{
		Kind: party.LegalEntity, Number: k.Number(), Name: k.Organisation, Role: party.Role(k.Role), Beside: party.Role(k.Beside), Since: k.Since,
	}
	switch {
	case k.BIN == "":
		c.Kind, c.Name, c.Role = party.SoleTrader, k.Trade, party.Head
	case identity.BIN(k.BIN).Joint():
		c.Kind = party.SoleTrader
	}
	joined, err := h.Organisations.Bind(ctx, tx.(*store.Tx), actor, c)
	return account.Joined{Known: true, Former: joined.Former}, err
}

// behalf lets a session act for an organisation as long as its user belongs there.
func (h *House) behalf(ctx context.Context, tx account.Tx, portal string, user, organisation identity.ID) (identity.Behalf, error) {
	return h.Organisations.Behalf(ctx, tx.(*store.Tx), portal, user, organisation)
}

// representatives introduces the people whom users of a portal trust to be told of their submissions, as the
// clause of court has it.
func (h *House) representatives(cfg Config, record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *party.Representatives {
	return &party.Representatives{
		InTx: func(ctx context.Context, act func(party.RepresentativeTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(party.RepresentativeTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Zone: h.Accounts.Zone, Country: h.Accounts.Country,
		Kinds: func(portal string) ([]string, clause.Citation, bool) {
			rule, cite, ok := clause.In[court.Representatives](h.Accounts.Book(portal, h.Clock.Now()))
			if !ok {
				return nil, clause.Citation{}, false
			}
			return rule.Kinds, cite, true
		},
		Shown: func(ctx context.Context, tx party.RepresentativeTx, user identity.ID) (string, error) {
			u, err := tx.(*store.Tx).User(ctx, user)
			return u.Shown, err
		},
		Allow: func(ctx context.Context, tx party.RepresentativeTx, what string, most int, window time.Duration) (bool, error) {
			tooOften, err := h.Accounts.Allow(ctx, tx.(*store.Tx), what, most, window)
			return tooOften == nil, err
		},
		Public: public(cfg),
	}
}

// represent tells a user's representatives of a request, which is a submission of theirs too.
func (h *House) represent(ctx context.Context, tx claims.Tx, q claims.Request, key string, args map[string]string) error {
	kind := "other"
	switch q.Kind {
	case "complaint", "claim":
		kind = "complaint"
	case "request", "appeal", "official_request":
		kind = "application"
	}
	return h.Representatives.Told(ctx, tx.(*store.Tx), q.Portal, q.Home, kind, key, args, q.Language)
}

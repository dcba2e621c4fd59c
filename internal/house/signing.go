package house

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/gost"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/signing"
	"tereze/internal/store"
)

// verifier is who says whether signatures are good: the one that was given, or our own, which trusts the
// state's authorities and, in a demo, those of its town.
func (h *House) verifier(cfg Config) (eds.Verifier, error) {
	if err := gost.SelfCheck(); err != nil {
		return nil, err
	}
	if cfg.Verifier != nil {
		return cfg.Verifier, nil
	}
	trust, err := eds.Production()
	if err != nil {
		return nil, err
	}
	own := &eds.Own{Trust: trust, Now: h.Clock.Now, Rand: rand.Reader, Fetch: cfg.Authorities}
	if !cfg.Demo {
		return own, nil
	}
	return &townVerifier{open: sync.OnceValues(func() (*eds.Own, error) {
		town, err := authority.NewTown(h.Clock.Now)
		if err != nil {
			return nil, err
		}
		with := *own
		if with.Trust, err = town.Trust(trust); err != nil {
			return nil, err
		}
		with.Fetch = town.Fetch
		return &with, nil
	})}, nil
}

// townVerifier makes the keys of the demo's town when the first signature comes: it takes seconds, and most
// demos never see one.
type townVerifier struct {
	open func() (*eds.Own, error)
}

// Verify follows eds.Verifier.
func (v *townVerifier) Verify(ctx context.Context, q eds.Question) (*eds.Result, error) {
	own, err := v.open()
	if err != nil {
		return nil, err
	}
	return own.Verify(ctx, q)
}

// signings introduces requests for signatures to the store and the verifier.
func (h *House) signings(verifier eds.Verifier) *signing.Signings {
	return &signing.Signings{
		InTx: func(ctx context.Context, act func(signing.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(signing.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Book: h.Accounts.Book, Verifier: verifier, Bearer: true,
	}
}

// serve lets a checked signature serve in an act of account, and keeps it there: both rooms write in the
// store's transaction.
func (h *House) serve(signed signing.Signed) account.Serve {
	return func(ctx context.Context, tx account.Tx, home, entry identity.ID, at time.Time) error {
		if err := h.Signings.Use(ctx, tx.(*store.Tx), signed); err != nil {
			return err
		}
		if err := tx.(*store.Tx).KeepSignature(ctx, signed.Keep(home, entry, at)); err != nil || signed.Request.Purpose == signing.SignIn {
			return err
		}
		return h.Privacy.GivenBy(ctx, tx.(*store.Tx), "signature", privacy.Given{ // egov 2.8
			User: home, Portal: signed.Request.Portal, TickedAt: at, EnteredAt: at,
			Proof: map[string]string{"signature": strconv.FormatInt(int64(entry), 10), "purpose": string(signed.Request.Purpose)},
		})
	}
}

// acceptancesOf lists what somebody has accepted, oldest first.
func (h *House) acceptancesOf(ctx context.Context, actor identity.Actor) (all []agreement.Acceptance, err error) {
	err = h.Store.InView(ctx, func(tx *store.Tx) error {
		all, err = tx.AcceptancesOf(ctx, actor.Portal, actor.Home())
		return err
	})
	return all, err
}

// signAcceptance introduces the signature to the acceptance that it is over.
func (h *House) signAcceptance(ctx context.Context, actor identity.Actor, x agreement.Acceptance, key account.Key, serve account.Serve) (identity.ID, error) {
	entry := h.Store.NewID()
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		at := h.Clock.Now()
		if err := serve(ctx, tx, actor.User, entry, at); err != nil {
			return err
		}
		return h.Agreements.SignWithin(ctx, tx, actor, x, entry, at, key.Detail)
	})
	return entry, err
}

package house

import (
	"context"
	"net/http"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/api"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/web"
	"tereze/internal/web/cabinet"
	"tereze/internal/web/console"
	"tereze/internal/web/design"
	"tereze/internal/web/front"
	"tereze/internal/web/landing"
)

// routes hangs both faces on one mux behind the gate.
func (h *House) routes(assets *design.Assets, demo bool) http.Handler {
	mux := http.NewServeMux()
	site := &web.Site{
		Gate: h.Gate, Frame: h.Frame, Assets: assets,
		Front: &front.Front{Frame: h.Frame, Accounts: h.Accounts, SignedIn: h.signedIn},
		Cabinet: &cabinet.Cabinet{Frame: h.Frame, Accounts: h.Accounts, Verifier: h.LogKey,
			View: func(ctx context.Context, look func(cabinet.EvidenceTx) error) error {
				return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
			}},
		Console: &console.Console{Frame: h.Frame, Accounts: h.Accounts,
			View: func(ctx context.Context, look func(console.EvidenceTx) error) error {
				return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
			}},
		Landing: &landing.Landing{Frame: h.Frame, Samples: h.Samples},
	}
	if demo {
		site.Landing.Clock = h.Clock
	}
	site.Routes(mux)
	json := &api.API{
		Gate: h.Gate, Agreements: h.Agreements, Accounts: h.Accounts, Words: h.Frame.Words, Opaque: h.Opaque, LogKey: h.LogKey, SignedIn: h.signedIn,
		View: func(ctx context.Context, look func(evidence.View) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
	}
	json.Routes(mux)
	return h.Gate.Protect(mux, h.forged)
}

// signedIn introduces the sign-in of account to the acceptance of agreement. What the one calls its
// transaction is the other's as well: both are the store's.
func (h *House) signedIn(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error {
	return h.Agreements.SignedIn(ctx, tx.(*store.Tx), actor, seen, address)
}

// forged answers a form that was sent from another site. It stands before the routes, so it finds
// out itself which portal was meant: the answer is in the words of that portal.
func (h *House) forged(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if _, ok := h.Agreements.Portal(first); ok {
		r.SetPathValue("portal", first)
	}
	refuse := func(http.ResponseWriter, *http.Request, gate.Visit) error {
		return fault.New(fault.Forbidden, "gate.forged")
	}
	h.Gate.Open(h.Frame, refuse).ServeHTTP(w, r)
}

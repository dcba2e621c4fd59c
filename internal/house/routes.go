package house

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/api"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/privacy"
	"tereze/internal/store"
	"tereze/internal/web"
	"tereze/internal/web/cabinet"
	"tereze/internal/web/children"
	"tereze/internal/web/citizen"
	"tereze/internal/web/console"
	"tereze/internal/web/contacts"
	"tereze/internal/web/design"
	"tereze/internal/web/desk"
	"tereze/internal/web/frame"
	"tereze/internal/web/front"
	"tereze/internal/web/keys"
	"tereze/internal/web/landing"
	"tereze/internal/web/materials"
	"tereze/internal/web/notices"
	"tereze/internal/web/obligations"
	"tereze/internal/web/organisations"
	"tereze/internal/web/pages"
	"tereze/internal/web/passkeys"
	"tereze/internal/web/password"
	"tereze/internal/web/personal"
	"tereze/internal/web/prices"
	"tereze/internal/web/push"
	"tereze/internal/web/recovery"
	"tereze/internal/web/register"
	"tereze/internal/web/register/bycode"
	"tereze/internal/web/register/byinvitation"
	"tereze/internal/web/register/byphone"
	"tereze/internal/web/register/bysteps"
	"tereze/internal/web/school"
	"tereze/internal/web/security"
	"tereze/internal/web/services"
	"tereze/internal/web/standing"
	"tereze/internal/web/status"
	"tereze/internal/web/support"
)

// routes hangs both faces on one mux behind the gate.
func (h *House) routes(assets *design.Assets, demo bool) http.Handler {
	mux := http.NewServeMux()
	site := &web.Site{
		Gate: h.Gate, Frame: h.Frame, Assets: assets,
		Front: &front.Front{Frame: h.Frame, Accounts: h.Accounts, Operations: h.Operations, SignedIn: h.signedIn},
		Cabinet: &cabinet.Cabinet{Frame: h.Frame, Accounts: h.Accounts, Notified: h.Notices, Verifier: h.LogKey,
			View: func(ctx context.Context, look func(cabinet.EvidenceTx) error) error {
				return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
			}},
		Console: &console.Console{Frame: h.Frame, Accounts: h.Accounts, Operations: h.Operations, Calendars: h.Calendars, Notices: h.Notices, Outbox: h.Outbox,
			View: func(ctx context.Context, look func(console.EvidenceTx) error) error {
				return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
			}},
		Landing: &landing.Landing{Frame: h.Frame, Notices: h.Notices, Samples: h.Samples},
	}
	site.ByCode = &bycode.ByCode{Frame: h.Frame, Accounts: h.Accounts, Accept: h.acceptWithin, Consent: h.consentWithin}
	asking := &frame.Asking{Frame: h.Frame, Signings: h.Signings, Accounts: h.Accounts, Serve: h.serve, PhonePath: api.PhonePath}
	site.Recovery = &recovery.Recovery{Frame: h.Frame, Accounts: h.Accounts}
	site.Register = &register.Register{Frame: h.Frame, Ways: map[account.Way]register.Way{
		account.ByOwnName:    register.Own{Show: site.Front.Register, Take: site.Front.RegisterPost},
		account.ByCode:       site.ByCode,
		account.ByPhoneNo:    &byphone.Phone{Frame: h.Frame, Accounts: h.Accounts, Accept: h.acceptWithin},
		account.ByInvitation: &byinvitation.Invitation{Frame: h.Frame, Accounts: h.Accounts, Parties: h.Parties, Accept: h.acceptWithin},
		account.BySteps:      &bysteps.Steps{Asking: asking, Accept: h.acceptWithin},
	}}
	site.Desk = &desk.Desk{Frame: h.Frame, Accounts: h.Accounts, Requests: h.Requests, Institution: h.institutionName,
		View: func(ctx context.Context, look func(desk.EvidenceTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		}}
	site.Standing = &standing.Standing{Frame: h.Frame, Accounts: h.Accounts}
	site.Status = &status.Status{Frame: h.Frame, Operations: h.Operations}
	site.Console.EventFacts = site.Status.Facts
	site.Services = &services.Services{Frame: h.Frame, Accounts: h.Accounts, Catalogue: h.Catalogue}
	site.Prices = &prices.Prices{Frame: h.Frame, Tariffs: h.Tariffs}
	site.Console.Tariffs = h.Tariffs
	site.Password = &password.Password{Frame: h.Frame, Accounts: h.Accounts}
	site.Security = &security.Security{Frame: h.Frame, Accounts: h.Accounts}
	site.Passkeys = &passkeys.Passkeys{Frame: h.Frame, Accounts: h.Accounts, SignedIn: h.signedIn, Begin: front.Begin}
	site.Citizen = &citizen.Citizen{Frame: h.Frame, Accounts: h.Accounts, Cards: h.cards, ESI: h.esi, SignedIn: h.signedIn, Begin: front.Begin}
	site.Keys = &keys.Keys{Asking: asking, SignedIn: h.signedIn, Begin: front.Begin, Mine: h.acceptancesOf, Sign: h.signAcceptance}
	site.Notices = &notices.Notices{Frame: h.Frame, Accounts: h.Accounts, Notices: h.Notices, PopUps: h.pushKey != ""}
	site.Contacts = &contacts.Contacts{Frame: h.Frame, Accounts: h.Accounts}
	site.Cabinet.Notices = []cabinet.Notice{site.Keys.Reminder, site.Standing.Notice, site.Security.Elsewhere, site.Password.Reminder, site.Contacts.Reminder, site.Contacts.Failing}
	site.Push = &push.Push{Frame: h.Frame, Accounts: h.Accounts, Key: h.pushKey, Leads: leadsTo}
	site.School = &school.School{Frame: h.Frame, Parties: h.Parties, Accounts: h.Accounts, HandOut: h.handOut, Delete: h.deletes,
		View: func(ctx context.Context, look func(school.EvidenceTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		}}
	site.Pages = &pages.Pages{Frame: h.Frame, Accounts: h.Accounts, Parties: h.Parties, Guards: h.guards}
	site.Cabinet.Further = append(site.Cabinet.Further, site.Standing.Card, site.Pages.Card)
	site.Cabinet.Further = append(site.Cabinet.Further, site.Push.Card)
	site.Organisations = &organisations.Organisations{Frame: h.Frame, Accounts: h.Accounts, Organisations: h.Organisations, Representatives: h.Representatives}
	site.Cabinet.Further = append(site.Cabinet.Further, site.Organisations.Card, site.Organisations.RepresentativesCard)
	site.Obligations = &obligations.Obligations{Frame: h.Frame, Obligations: h.Obligations, Kinds: slices.Sorted(maps.Keys(h.duties()))}
	site.Cabinet.Further = append(site.Cabinet.Further, site.Obligations.Card)
	site.Children = &children.Children{Frame: h.Frame, Accounts: h.Accounts, Parties: h.Parties, Guards: h.guards, Accept: h.acceptWithin}
	site.Personal = &personal.Personal{Frame: h.Frame, Accounts: h.Accounts, Privacy: h.Privacy,
		View: func(ctx context.Context, look func(personal.EvidenceTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		}}
	site.Materials = &materials.Materials{Frame: h.Frame, Accounts: h.Accounts, Content: h.Materials}
	site.Cabinet.Further = append(site.Cabinet.Further, site.Materials.Card)
	h.Privacy.Write = site.Personal.WriteCopy
	site.Cabinet.Further = append(site.Cabinet.Further, site.Personal.Card)
	if demo {
		site.Landing.Clock, site.Landing.Messages = h.Clock, h.outbox
	}
	site.Support = &support.Support{Frame: h.Frame, Accounts: h.Accounts, Requests: h.Requests, AskWithin: h.askWithin, Linked: h.linkedRequest}
	site.Routes(mux)
	json := &api.API{
		Gate: h.Gate, Agreements: h.Agreements, Accounts: h.Accounts, Words: h.Frame.Words, Opaque: h.Opaque, LogKey: h.LogKey, SignedIn: h.signedIn, Channel: h.channel,
		Signings: h.Signings, Posed: asking.Posed, Origin: h.Frame.Origin,
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

// acceptWithin lets a registration that makes somebody a user record their acceptance in its own act.
func (h *House) acceptWithin(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error {
	if _, err := h.Agreements.AcceptWithin(ctx, tx.(*store.Tx), actor, how, seen, address); err != nil {
		return err
	}
	if err := h.Notices.Accepted(ctx, tx.(*store.Tx), actor.Portal, actor.User); err != nil {
		return err
	}
	if how != agreement.ByButton {
		return nil
	}
	now := h.Clock.Now()
	return h.Privacy.GivenBy(ctx, tx.(*store.Tx), "button", privacy.Given{ // the press of Register, kundelik 4.7
		User: actor.Home(), Portal: actor.Portal, TickedAt: now, EnteredAt: now,
		Proof: map[string]string{"address": address, "language": actor.Language},
	})
}

// consentWithin lets a registration record the consent that was ticked in its own act.
func (h *House) consentWithin(ctx context.Context, tx account.Tx, given privacy.Given) error {
	_, err := h.Privacy.Give(ctx, tx.(*store.Tx), given)
	return err
}

// outbox reads the newest messages of a portal, for the page of a demo.
func (h *House) outbox(ctx context.Context, portal string, limit int) (out []notify.Message, err error) {
	err = h.Store.InView(ctx, func(tx *store.Tx) error {
		out, err = tx.Outbox(ctx, portal, limit)
		return err
	})
	return out, err
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
	h.Gate.Open(h.Frame, "agreement", refuse).ServeHTTP(w, r)
}

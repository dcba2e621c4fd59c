package house

import (
	"context"
	"slices"

	"tereze/internal/agreement"
	"tereze/internal/catalogue"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// channel refuses what programs do in a person's name where the agreement is about the pages only
// (kundelik 1.4). An app has terms of its own (kundelik 3.4): accepting these pages' agreement does not
// cover an act by another channel, accepting that document does.
//
// Refusals: Forbidden "api.channel", "api.own_terms".
func (h *House) channel(ctx context.Context, actor identity.Actor) error {
	book := h.Accounts.Book(actor.Portal, h.Clock.Now())
	rule, cite, ok := clause.In[catalogue.AccessChannels](book)
	if !ok || slices.Contains(rule.Channels, "mobile") {
		return nil
	}
	terms, by, ok := clause.In[catalogue.MobileTerms](book)
	if !ok || !actor.Known() {
		return fault.New(fault.Forbidden, "api.channel").By(cite)
	}
	e, offered := agreement.InForce(h.Agreements.Published(actor.Portal, terms.Document), h.Clock.Now())
	accepted := false
	err := h.Agreements.InView(ctx, func(tx agreement.Tx) error {
		all, err := tx.AcceptancesOf(ctx, actor.Portal, actor.Home())
		accepted = slices.ContainsFunc(all, func(a agreement.Acceptance) bool { return a.Document == terms.Document && a.Edition == e.Number })
		return err
	})
	if err == nil && (!offered || !accepted) {
		err = fault.New(fault.Forbidden, "api.own_terms").By(by)
	}
	return err
}

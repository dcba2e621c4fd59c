package agreement

import (
	"context"
	"strconv"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The effects of a refusal.
const (
	Delete   = "delete" // the person is deleted from the portal (court 1.5)
	Close    = "close"  // the account is closed (egov 2.3, ismet R12, kundelik 2.1)
	NoEffect = "none"   // the agreement names none: the edition merely stays unaccepted (kg)
)

// RefusalEffect says what refusing does on a portal now, and under which clause.
func (a *Agreements) RefusalEffect(portal string) (effect string, deleteMaterials bool, cite clause.Citation) {
	if r, cite, ok := clause.In[RefusalRule](a.Book(portal, a.Now())); ok {
		return r.Effect, r.DeleteMaterials, cite
	}
	return NoEffect, false, clause.Citation{}
}

// Refuse records that the actor refuses an edition, in force or announced, and gives the refusal
// the effect the agreement names, in one transaction: the account is deleted or closed, its
// sessions end. Refusing twice answers with the first refusal.
//
// Refusals: Unauthenticated for a visitor; Absent "agreement.no_edition" for an edition that is
// neither in force nor announced.
func (a *Agreements) Refuse(ctx context.Context, actor identity.Actor, document string, number int) (Refusal, error) {
	if !actor.Known() {
		return Refusal{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	var out Refusal
	err := a.InTx(ctx, func(tx Tx) error {
		now := a.Now()
		published, err := tx.PublishedEditions(ctx, actor.Portal)
		if err != nil {
			return err
		}
		e, ok := refusable(ofDocument(published, document), number, a)
		if !ok {
			return fault.New(fault.Absent, "agreement.no_edition")
		}
		earlier, err := tx.RefusalsOf(ctx, actor.User)
		if err != nil {
			return err
		}
		for _, r := range earlier {
			if r.Document == document && r.Edition == number {
				out = r
				return nil
			}
		}
		effect, materials, cite := a.RefusalEffect(actor.Portal)
		out = Refusal{
			User: actor.User, Portal: actor.Portal, Document: document, Edition: number,
			Effect: effect, At: now, Evidence: a.NewID(), Cite: cite,
		}
		if err := tx.AddRefusal(ctx, out); err != nil {
			return err
		}
		if _, err := a.Record(ctx, tx, evidence.Entry{
			Portal: actor.Portal, Home: actor.User, ID: out.Evidence, At: now, Actor: actorName(actor), Act: "agreement.refuse",
			Subject: document + "@" + strconv.Itoa(e.Number), Citation: cite,
			Detail: map[string]string{"document": document, "edition": strconv.Itoa(number), "effect": effect},
		}); err != nil {
			return err
		}
		if effect == NoEffect {
			return nil
		}
		return a.Depart(ctx, tx, actor.User, effect, materials, cite)
	})
	if err != nil {
		return Refusal{}, err
	}
	a.bonds.forget(actor.User)
	return out, nil
}

func refusable(published []Edition, number int, a *Agreements) (Edition, bool) {
	now := a.Now()
	if e, offered := InForce(published, now); e.Number == number && offered {
		return e, true
	}
	for _, e := range Announced(published, now) {
		if e.Number == number {
			return e, true
		}
	}
	return Edition{}, false
}

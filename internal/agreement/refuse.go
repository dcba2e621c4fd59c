package agreement

import (
	"context"
	"slices"
	"strconv"
	"time"

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
// sessions end. Refusing twice, or after having left, answers with the refusal there is.
//
// Refusals: Unauthenticated for a visitor; Absent "agreement.no_edition" for an edition that is
// neither in force nor announced.
func (a *Agreements) Refuse(ctx context.Context, actor identity.Actor, document string, number int) (Refusal, error) {
	if !actor.Known() {
		return Refusal{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	var out Refusal
	err := a.act(ctx, actor.Portal, func(tx Tx) error {
		var err error
		out, err = a.refuse(ctx, tx, actor, document, number)
		return err
	})
	if err != nil {
		return Refusal{}, err
	}
	a.bonds.forget(actor.User)
	return out, nil
}

func (a *Agreements) refuse(ctx context.Context, tx Tx, actor identity.Actor, document string, number int) (Refusal, error) {
	now, published, err := a.ground(ctx, tx, tx.ShareDocuments, actor.Portal)
	if err != nil {
		return Refusal{}, err
	}
	if earlier, found, err := refused(ctx, tx, actor.User, document, number); err != nil || found {
		return earlier, err
	}
	if !refusable(ofDocument(published, document), number, now) {
		return Refusal{}, fault.New(fault.Absent, "agreement.no_edition")
	}
	effect, materials, cite := a.RefusalEffect(actor.Portal)
	out := Refusal{
		User: actor.User, Portal: actor.Portal, Document: document, Edition: number,
		Effect: effect, At: now, Evidence: a.NewID(), Cite: cite,
	}
	added, err := tx.AddRefusal(ctx, out)
	if err != nil {
		return Refusal{}, err
	}
	if !added {
		// Another request of the same person was first: its refusal is the one there is.
		out, _, err = refused(ctx, tx, actor.User, document, number)
		return out, err
	}
	if _, err := a.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, Home: actor.User, ID: out.Evidence, At: now, Actor: actorName(actor), Act: "agreement.refuse",
		Subject: document + "@" + strconv.Itoa(number), Citation: cite,
		Detail: map[string]string{"document": document, "edition": strconv.Itoa(number), "effect": effect},
	}); err != nil {
		return Refusal{}, err
	}
	if effect == NoEffect {
		return out, nil
	}
	return out, a.Depart(ctx, tx, actor, effect, materials)
}

// refused finds the refusal of an edition, or the one by which the person has left already.
func refused(ctx context.Context, tx Tx, user identity.ID, document string, number int) (Refusal, bool, error) {
	all, err := tx.RefusalsOf(ctx, user)
	i := slices.IndexFunc(all, func(r Refusal) bool {
		return r.Effect != NoEffect || r.Document == document && r.Edition == number
	})
	if i < 0 {
		return Refusal{}, false, err
	}
	return all[i], true, err
}

// refusable reports whether an edition is in force and offered, or announced.
func refusable(published []Edition, number int, now time.Time) bool {
	e, offered := InForce(published, now)
	return offered && e.Number == number ||
		slices.ContainsFunc(Announced(published, now), func(e Edition) bool { return e.Number == number })
}

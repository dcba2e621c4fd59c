package obligation

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Register lists the obligations of the actor's portal for those who run it, what is due first at
// the top. Refusal: Forbidden.
func (o *Obligations) Register(ctx context.Context, actor identity.Actor, page Page) (out []Obligation, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.ObligationsPage(ctx, actor.Portal, page)
		return err
	})
	return out, err
}

// Counts counts the obligations of the actor's portal by state. Refusal: Forbidden.
func (o *Obligations) Counts(ctx context.Context, actor identity.Actor) (out map[State]int, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.ObligationCounts(ctx, actor.Portal)
		return err
	})
	return out, err
}

func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// Mine lists what the portal owes the actor and what the actor owes: what is owed still, or what has
// ended, newest first, before an id (0: from the newest).
func (o *Obligations) Mine(ctx context.Context, actor identity.Actor, owed bool, before identity.ID, limit int) (out []Obligation, err error) {
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.ObligationsOf(ctx, actor.Portal, actor.User, owed, before, limit)
		return err
	})
	return out, err
}

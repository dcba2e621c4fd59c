package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// SanctionDue is what an actor's Due says of somebody whose access a sanction has taken away: nothing is
// open to them but the page that says why.
const SanctionDue = "sanction"

// standing reads the sanctions that bear on a user now or will.
func (a *Accounts) standing(ctx context.Context, tx Tx, user identity.ID) ([]Sanction, error) {
	all, err := tx.SanctionsOf(ctx, user, mostSanctions)
	now := a.Now()
	return slices.DeleteFunc(all, func(s Sanction) bool { return !s.Stands(now) }), err
}

// stateUnder is the state of a user at an instant: a deletion or an ending whose time has come holds
// before anything has carried it out.
func stateUnder(state State, standing []Sanction, at time.Time) State {
	for _, s := range standing {
		if s.Phase(at) != PhaseInForce || state == Deleted {
			continue
		}
		switch s.Action {
		case Delete:
			return Deleted
		case Terminate:
			state = Closed
		}
	}
	return state
}

// stateNow is stateUnder for somebody who signs in.
func (a *Accounts) stateNow(ctx context.Context, u User) (State, error) {
	state := u.State
	err := a.InView(ctx, func(tx Tx) error {
		standing, err := a.standing(ctx, tx, u.ID)
		state = stateUnder(u.State, standing, a.Now())
		return err
	})
	return state, err
}

// under is the actor as sanctions leave them at an instant.
func under(actor identity.Actor, standing []Sanction, at time.Time) identity.Actor {
	for _, s := range standing {
		switch {
		case s.Phase(at) != PhaseInForce:
		case s.Action.Shuts():
			actor.Due, actor.Roles = SanctionDue, []identity.Role{identity.User}
		case s.Action.Narrows():
			actor.Restrained = true
		}
	}
	return actor
}

// OpenTo refuses an actor a service that a sanction in force has closed to them (ismet 7.2).
// Refusal: Forbidden "account.service_closed" with the clause.
func (a *Accounts) OpenTo(ctx context.Context, actor identity.Actor, service string) error {
	if !actor.Restrained {
		return nil
	}
	now := a.Now()
	return a.InView(ctx, func(tx Tx) error {
		standing, err := a.standing(ctx, tx, actor.User)
		for _, s := range standing {
			if s.Action.Narrows() && s.Service == service && s.Phase(now) == PhaseInForce {
				return fault.New(fault.Forbidden, "account.service_closed").By(s.Cite)
			}
		}
		return err
	})
}

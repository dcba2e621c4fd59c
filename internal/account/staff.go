package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// StaffRoles lists what an operator may give and take; everything else follows from what people are to
// institutions and children.
func StaffRoles() []identity.Role {
	return []identity.Role{identity.Operator, identity.Owner, identity.Auditor}
}

// FourEyes reports whether two operators must agree before somebody is given a role: whoever has it can
// change what holds for everybody.
func FourEyes(role identity.Role) bool { return role == identity.Operator || role == identity.Owner }

// The states of a grant.
const (
	GrantProposed = "proposed" // the second operator has not answered
	GrantDone     = "done"     // the role was given, or taken
	GrantRejected = "rejected"
)

// Grant is that somebody was given a role of the staff, or had it taken.
type Grant struct {
	User       identity.ID
	ID         identity.ID
	Portal     string
	Role       identity.Role
	Taken      bool // the role was taken, not given
	State      string
	Reason     string
	ProposedBy identity.ID
	ProposedAt time.Time
	DecidedBy  identity.ID
	DecidedAt  time.Time
	Version    int
}

// StaffTx is what the powers of the staff do to the database.
type StaffTx interface {
	// TurnStaff makes every other act that changes the staff of a portal wait for this one.
	TurnStaff(ctx context.Context, portal string) error
	// StaffOf lists the users of a portal who hold one of the roles, by their ids.
	StaffOf(ctx context.Context, portal string, roles []identity.Role, after identity.ID, limit int) ([]User, error)
	// CountStaff counts those of them whose account is active.
	CountStaff(ctx context.Context, portal string, role identity.Role) (int, error)

	AddGrant(ctx context.Context, g Grant) error
	// Grant gives one. Refusal: Absent.
	Grant(ctx context.Context, user, id identity.ID) (Grant, error)
	// SaveGrant answers the grant whose version is g.Version-1. Refusal: Conflict.
	SaveGrant(ctx context.Context, g Grant) error
	// GrantsOf lists a user's, newest first.
	GrantsOf(ctx context.Context, user identity.ID, limit int) ([]Grant, error)
	// GrantsIn lists a portal's of a state, or of all where it is empty, newest first, before an id (0: from the newest).
	GrantsIn(ctx context.Context, portal, state string, before identity.ID, limit int) ([]Grant, error)
}

// Power finds the clause by which the operator's staff may do something: court 1.1d and kg 1.1c name their
// powers, and name them all. Where no clause does, the citation is zero.
// Refusal: Forbidden "account.no_power" where the clause names other powers.
func (a *Accounts) Power(portal string, powers ...string) (clause.Citation, error) {
	rule, cite, ok := clause.In[OperatorPowers](a.Book(portal, a.Now()))
	if ok && !slices.ContainsFunc(powers, func(p string) bool { return slices.Contains(rule.Powers, p) }) {
		return cite, fault.New(fault.Forbidden, "account.no_power").By(cite)
	}
	return cite, nil
}

// The powers behind the acts on the staff. Who operates a portal also says who works there.
const (
	powerCreate  = "create_users"
	powerChange  = "change_powers"
	powerOperate = "operation"
)

// mayChange refuses whoever is no operator, and a portal whose agreement gives nobody this power.
func (a *Accounts) mayChange(actor identity.Actor) (clause.Citation, error) {
	if err := asOperator(actor); err != nil {
		return clause.Citation{}, err
	}
	return a.Power(actor.Portal, powerChange, powerOperate)
}

// GiveRole gives a role of the staff, or lays it before a second operator (FourEyes). A person holds one such
// role at a time: who drafts an amendment does not approve it, and who reads the log is not in it.
//
// Refusals: Forbidden, also "account.no_power" and "account.own_case" for the operator's own powers;
// Absent; Invalid "account.staff_role" or at "reason"; Conflict "account.not_active",
// "account.roles_apart", "account.grant_waits".
func (a *Accounts) GiveRole(ctx context.Context, actor identity.Actor, user identity.ID, role identity.Role, reason string) (Grant, error) {
	cite, err := a.mayChange(actor)
	if err != nil {
		return Grant{}, err
	}
	if reason, err = grantReason(role, reason); err != nil {
		return Grant{}, err
	}
	defer a.Forget(user)
	var g Grant
	err = a.InTx(ctx, func(tx Tx) error {
		if err := a.turnStaff(ctx, tx, actor); err != nil {
			return err
		}
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		g, err = a.grant(ctx, tx, actor, u, role, reason, cite)
		return err
	})
	return g, err
}

// grant is GiveRole inside an act that has found the person.
func (a *Accounts) grant(ctx context.Context, tx Tx, actor identity.Actor, u User, role identity.Role, reason string, cite clause.Citation) (Grant, error) {
	held := slices.ContainsFunc(StaffRoles(), func(r identity.Role) bool { return slices.Contains(u.Roles, r) })
	earlier, err := tx.GrantsOf(ctx, u.ID, mostGrants)
	switch {
	case err != nil:
		return Grant{}, err
	case u.State != Active || !u.ReportedAt.IsZero():
		return Grant{}, fault.New(fault.Conflict, "account.not_active")
	case held:
		return Grant{}, fault.New(fault.Conflict, "account.roles_apart").By(cite)
	case slices.ContainsFunc(earlier, func(g Grant) bool { return g.State == GrantProposed }):
		return Grant{}, fault.New(fault.Conflict, "account.grant_waits")
	}
	g := Grant{
		User: u.ID, ID: a.NewID(), Portal: u.Portal, Role: role, State: GrantProposed, Reason: reason, ProposedBy: actor.User, ProposedAt: a.Now(), Version: 1,
	}
	act := "account.role_propose"
	if !FourEyes(role) {
		act, g.State, g.DecidedBy, g.DecidedAt = "account.role_give", GrantDone, actor.User, g.ProposedAt
		if err := a.give(ctx, tx, u, role); err != nil {
			return Grant{}, err
		}
	}
	if err := tx.AddGrant(ctx, g); err != nil {
		return Grant{}, err
	}
	return g, a.staffNoteBy(ctx, tx, actor, u, act, GrantSubject(g.ID), map[string]string{"power": string(role), "why": reason}, cite)
}

// give hands the role over and tells the person.
func (a *Accounts) give(ctx context.Context, tx Tx, u User, role identity.Role) error {
	if err := tx.GiveRole(ctx, u.ID, role, a.Now()); err != nil {
		return err
	}
	return a.tellAll(ctx, tx, u, "message.role_given."+string(role), nil)
}

// TakeRole takes a role of the staff away, at once: the next request of the person, in every session they have,
// finds it gone. Refusals: Forbidden, also "account.no_power" and "account.own_case"; Absent; Invalid
// at "reason"; Conflict "account.role_not_held", "account.last_operator".
func (a *Accounts) TakeRole(ctx context.Context, actor identity.Actor, user identity.ID, role identity.Role, reason string) error {
	cite, err := a.mayChange(actor)
	if err != nil {
		return err
	}
	if reason, err = grantReason(role, reason); err != nil {
		return err
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		if err := a.turnStaff(ctx, tx, actor); err != nil {
			return err
		}
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if !slices.Contains(u.Roles, role) {
			return fault.New(fault.Conflict, "account.role_not_held")
		}
		if role == identity.Operator {
			// Whoever takes may have lost their own power a moment ago.
			left, err := tx.CountStaff(ctx, actor.Portal, role)
			if err != nil {
				return err
			}
			if u.State == Active && left < 2 {
				return fault.New(fault.Conflict, "account.last_operator").By(cite)
			}
		}
		now := a.Now()
		if err := tx.TakeRole(ctx, u.ID, role); err != nil {
			return err
		}
		g := Grant{
			User: u.ID, ID: a.NewID(), Portal: u.Portal, Role: role, Taken: true, State: GrantDone, Reason: reason,
			ProposedBy: actor.User, ProposedAt: now, DecidedBy: actor.User, DecidedAt: now, Version: 1,
		}
		if err := tx.AddGrant(ctx, g); err != nil {
			return err
		}
		if err := a.tellAll(ctx, tx, u, "message.role_taken", nil); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.role_take", GrantSubject(g.ID), map[string]string{"power": string(role), "why": reason}, cite)
	})
}

// ApproveGrant is the second operator's consent: the role is given. Refusals: as GiveRole; Forbidden
// "account.second_operator" for whoever proposed it; Conflict "account.grant_answered".
func (a *Accounts) ApproveGrant(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	return a.answerGrant(ctx, actor, user, id, func(tx Tx, g *Grant, u User, cite clause.Citation) error {
		switch {
		case g.ProposedBy == actor.User:
			return fault.New(fault.Forbidden, "account.second_operator")
		case u.State != Active || !u.ReportedAt.IsZero():
			return fault.New(fault.Conflict, "account.not_active")
		}
		g.State = GrantDone
		if err := a.give(ctx, tx, u, g.Role); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.role_give", GrantSubject(id),
			map[string]string{"power": string(g.Role), "why": g.Reason, "proposed_by": "user:" + itoa64(g.ProposedBy)}, cite)
	})
}

// RejectGrant ends a proposal; whoever made it may take it back. Refusals: as ApproveGrant.
func (a *Accounts) RejectGrant(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	return a.answerGrant(ctx, actor, user, id, func(tx Tx, g *Grant, u User, cite clause.Citation) error {
		g.State = GrantRejected
		return a.staffNoteBy(ctx, tx, actor, u, "account.role_reject", GrantSubject(id), map[string]string{"power": string(g.Role)}, cite)
	})
}

func (a *Accounts) answerGrant(ctx context.Context, actor identity.Actor, user, id identity.ID, act func(tx Tx, g *Grant, u User, cite clause.Citation) error) error {
	cite, err := a.mayChange(actor)
	if err != nil {
		return err
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		if err := a.turnStaff(ctx, tx, actor); err != nil {
			return err
		}
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		g, err := tx.Grant(ctx, user, id)
		switch {
		case fault.Is(err, fault.Absent):
			return fault.New(fault.Absent, "account.nobody")
		case err != nil:
			return err
		case g.State != GrantProposed:
			return fault.New(fault.Conflict, "account.grant_answered")
		}
		if err := act(tx, &g, u, cite); err != nil {
			return err
		}
		g.DecidedBy, g.DecidedAt = actor.User, a.Now()
		g.Version++
		return tx.SaveGrant(ctx, g)
	})
}

// turnStaff begins an act that changes the staff: whoever lost their own power while they waited is refused.
func (a *Accounts) turnStaff(ctx context.Context, tx Tx, actor identity.Actor) error {
	if err := tx.TurnStaff(ctx, actor.Portal); err != nil {
		return err
	}
	roles, err := tx.RolesOf(ctx, []identity.ID{actor.User})
	actor.Roles = roles[actor.User]
	if err != nil {
		return err
	}
	return asOperator(actor)
}

// grantReason checks what is said of a role to be given or taken.
func grantReason(role identity.Role, reason string) (string, error) {
	reason = singleLine(reason)
	if !slices.Contains(StaffRoles(), role) {
		return "", fault.Faults{fault.New(fault.Invalid, "account.staff_role").At("role")}
	}
	if f := checkText("reason", reason, minReason, maxReason, false); f != nil {
		return "", fault.Faults{f}
	}
	return reason, nil
}

// GrantSubject is how evidence names a grant.
func GrantSubject(id identity.ID) string { return "grant:" + itoa64(id) }

// mostGrants of one person that are looked through; nobody has had so many.
const mostGrants = 200

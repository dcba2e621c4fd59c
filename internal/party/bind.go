package party

import (
	"context"
	"slices"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Certified is what a verified certificate states of its holder and an organisation, in plain values.
type Certified struct {
	Kind   OrganisationKind
	Number string // BIN; of a sole trader the holder's IIN
	Name   string
	Role   Role // Head, Signer or Employee
}

// Joined is the membership a certificate began or raised.
type Joined struct {
	Organisation Organisation
	Member       OrganisationMember
	// Former is the head whose place the holder may take by confirming it (Succeed) within a day; 0: none.
	Former identity.ID
}

// checkCertified refuses what no certificate of the authority states.
func checkCertified(c Certified) *fault.Fault {
	if c.Kind != SoleTrader && c.Kind != LegalEntity || !slices.Contains(OrganisationRoles(), c.Role) {
		return fault.New(fault.Invalid, "party.certificate")
	}
	_, err := identity.ParseBIN(c.Number)
	if err != nil && c.Kind == SoleTrader {
		_, err = identity.ParseIIN(c.Number)
	}
	if err != nil {
		return fault.New(fault.Invalid, "party.number").At("number")
	}
	return checkName("organisation", c.Name, 2, 200)
}

// Bind makes the holder of a verified certificate a member of the organisation it names, in the transaction
// of the act that verified it (ismet 5.2). The number is unique on a portal: the first certificate makes the
// organisation, later ones find it. A certificate raises a role and never lowers it. One that states the
// first head where there is another gives the right to sign, and Former: the holder confirms the
// replacement with Succeed, until then the former stays.
//
// The caller has verified the certificate and that its holder is the actor: this room believes it.
// Refusals: Forbidden "party.no_organisations"; Invalid "party.certificate", "party.number" at "number", and
// of the name at "organisation".
func (o *Organisations) Bind(ctx context.Context, tx OrganisationTx, actor identity.Actor, c Certified) (Joined, error) {
	cite, taken := o.Taken(actor.Portal)
	if !taken {
		return Joined{}, fault.New(fault.Forbidden, "party.no_organisations").By(cite)
	}
	c.Name = clean(c.Name)
	if f := checkCertified(c); f != nil {
		return Joined{}, f
	}
	x, err := o.found(ctx, tx, actor.Portal, c)
	if err != nil {
		return Joined{}, err
	}
	former, err := tx.HeadOf(ctx, x.ID)
	if err != nil && !fault.Is(err, fault.Absent) {
		return Joined{}, err
	}
	joined := Joined{Organisation: x}
	m := OrganisationMember{Role: c.Role}
	if c.Role == Head && former.User != 0 && former.User != actor.User {
		m.Role, m.ClaimedAt, joined.Former = Signer, o.Now(), former.User
	}
	if joined.Member, err = o.raise(ctx, tx, x, actor.User, m); err != nil {
		return Joined{}, err
	}
	detail := map[string]string{"role": string(c.Role), "kind": string(c.Kind)}
	if err := o.note(ctx, tx, x, actor.User, "party.organisation_bind", actor.User, detail); err != nil || joined.Former == 0 {
		return joined, err
	}
	args := map[string]string{"organisation": x.Name, "name": actor.Shown}
	return joined, o.Tell(ctx, tx, joined.Former, "message.head_claimed", args)
}

// found gives the organisation of a number, held; it is made where there is none.
func (o *Organisations) found(ctx context.Context, tx OrganisationTx, portal string, c Certified) (Organisation, error) {
	x := Organisation{ID: o.NewID(), Portal: portal, Kind: c.Kind, Number: c.Number, Name: c.Name, CreatedAt: o.Now()}
	added, err := tx.AddOrganisation(ctx, x)
	if err != nil {
		return x, err
	}
	if !added {
		if x, err = tx.OrganisationNumbered(ctx, portal, c.Number); err != nil {
			return x, err
		}
	}
	if err := tx.HoldOrganisation(ctx, x.ID); err != nil || x.Name == c.Name {
		return x, err
	}
	x.Name = c.Name
	return x, tx.RenameOrganisation(ctx, x.ID, c.Name)
}

// raise begins a membership, or gives one that lasts a higher role. What the person already is by a
// certificate stays.
func (o *Organisations) raise(ctx context.Context, tx OrganisationTx, x Organisation, user identity.ID, want OrganisationMember) (OrganisationMember, error) {
	now := o.Now()
	m, err := tx.MemberIn(ctx, x.ID, user)
	if err == nil && !m.Lasts(now) {
		if err := tx.EndMember(ctx, m, basisTerm, m.Until); err != nil {
			return m, err
		}
		err = fault.New(fault.Absent, "store.absent")
	}
	if fault.Is(err, fault.Absent) {
		want.Organisation, want.User, want.ID, want.BeganAt = x.ID, user, o.NewID(), now
		return want, tx.AddMember(ctx, want)
	}
	if err != nil {
		return m, err
	}
	rank := func(r Role) int { return slices.Index(OrganisationRoles(), r) }
	if rank(want.Role) < rank(m.Role) {
		m.Role = want.Role
	}
	if m.Role != Head {
		m.ClaimedAt = want.ClaimedAt
	}
	m.Until = want.Until
	return m, tx.SaveMember(ctx, m)
}

// Succeed makes the actor, whose certificate states the first head, take the place of the head there is.
// The former's membership of this organisation ends, their other memberships stay; both are told. Of two at
// once one succeeds the other.
// Refusals: Conflict "party.no_claim" where no certificate of the last day states it; Absent.
func (o *Organisations) Succeed(ctx context.Context, actor identity.Actor, organisation identity.ID) error {
	var former identity.ID
	err := o.InTx(ctx, func(tx OrganisationTx) error {
		former = 0
		x, m, err := o.mine(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		if !m.Claims(o.Now()) {
			return fault.New(fault.Conflict, "party.no_claim")
		}
		head, err := tx.HeadOf(ctx, x.ID)
		switch {
		case err == nil:
			former = head.User
			if err := o.end(ctx, tx, x, head, basisSucceeded, actor.User); err != nil {
				return err
			}
		case !fault.Is(err, fault.Absent):
			return err
		}
		if err := tx.DropClaims(ctx, x.ID); err != nil {
			return err
		}
		m.Role, m.ClaimedAt, m.Until = Head, time.Time{}, time.Time{}
		if err := tx.SaveMember(ctx, m); err != nil {
			return err
		}
		if err := o.note(ctx, tx, x, actor.User, "party.organisation_head", actor.User, nil); err != nil {
			return err
		}
		args := map[string]string{"organisation": x.Name, "name": actor.Shown}
		if former != 0 {
			if err := o.Tell(ctx, tx, former, "message.head_replaced", args); err != nil {
				return err
			}
		}
		return o.Tell(ctx, tx, actor.User, "message.head_now", map[string]string{"organisation": x.Name})
	})
	if err == nil {
		o.Forget(actor.User)
		o.Forget(former)
	}
	return err
}

// mine gives an organisation, held, and the actor's membership of it that lasts. Refusal: Absent.
func (o *Organisations) mine(ctx context.Context, tx OrganisationTx, actor identity.Actor, organisation identity.ID) (Organisation, OrganisationMember, error) {
	x, err := tx.Organisation(ctx, organisation)
	if fault.Is(err, fault.Absent) || err == nil && x.Portal != actor.Portal {
		return x, OrganisationMember{}, fault.New(fault.Absent, "gate.no_page")
	}
	if err != nil {
		return x, OrganisationMember{}, err
	}
	if err := tx.HoldOrganisation(ctx, x.ID); err != nil {
		return x, OrganisationMember{}, err
	}
	m, err := o.member(ctx, tx, x.ID, actor.User)
	return x, m, err
}

// member gives a membership that lasts. Refusal: Absent.
func (o *Organisations) member(ctx context.Context, tx OrganisationTx, organisation, user identity.ID) (OrganisationMember, error) {
	m, err := tx.MemberIn(ctx, organisation, user)
	if fault.Is(err, fault.Absent) || err == nil && !m.Lasts(o.Now()) {
		return m, fault.New(fault.Absent, "gate.no_page")
	}
	return m, err
}

// end ends one membership: no session of the member acts for the organisation any longer.
func (o *Organisations) end(ctx context.Context, tx OrganisationTx, x Organisation, m OrganisationMember, basis string, actor identity.ID) error {
	if err := tx.EndMember(ctx, m, basis, o.Now()); err != nil {
		return err
	}
	if err := tx.LeaveBehalf(ctx, m.User, x.ID); err != nil {
		return err
	}
	return o.note(ctx, tx, x, m.User, "party.organisation_end", actor, map[string]string{"role": string(m.Role), "basis": basis})
}

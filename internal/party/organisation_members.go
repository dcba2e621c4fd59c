package party

import (
	"context"
	"slices"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// mostMemberships is how many of their own memberships a person is shown.
const mostMemberships = 200

// Mine lists the actor's memberships, ended ones too, newest first.
func (o *Organisations) Mine(ctx context.Context, actor identity.Actor) ([]OrganisationMember, error) {
	return o.Of(ctx, actor.Portal, actor.User)
}

// Of lists a user's memberships, for a page that has asked why somebody looks.
func (o *Organisations) Of(ctx context.Context, portal string, user identity.ID) (out []OrganisationMember, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		all, err := tx.MembershipsIn(ctx, user, mostMemberships)
		out = slices.DeleteFunc(all, func(m OrganisationMember) bool { return m.In.Portal != portal })
		return err
	})
	return out, err
}

// Detail is an organisation as one of its members sees it.
type Detail struct {
	Organisation
	Me          OrganisationMember
	Powers      Powers
	Head        string // the head's name; empty: there is none
	Invitations []Invitation
}

// Look gives an organisation to a member. Refusal: Absent for everybody else.
func (o *Organisations) Look(ctx context.Context, actor identity.Actor, organisation identity.ID) (d Detail, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		if d, err = o.seen(ctx, tx, actor, organisation); err != nil {
			return err
		}
		head, err := tx.HeadOf(ctx, organisation)
		if err == nil {
			d.Head, err = o.Shown(ctx, tx, head.User)
		}
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if !d.Powers.Invite {
			return nil
		}
		d.Invitations, err = tx.Invitations(ctx, organisation, mostOpenInvited)
		return err
	})
	return d, err
}

// seen is what a member is to an organisation, in a view. Refusal: Absent.
func (o *Organisations) seen(ctx context.Context, tx OrganisationTx, actor identity.Actor, organisation identity.ID) (Detail, error) {
	x, err := tx.Organisation(ctx, organisation)
	if fault.Is(err, fault.Absent) || err == nil && x.Portal != actor.Portal {
		return Detail{}, fault.New(fault.Absent, "gate.no_page")
	}
	if err != nil {
		return Detail{}, err
	}
	m, err := o.member(ctx, tx, x.ID, actor.User)
	return Detail{Organisation: x, Me: m, Powers: o.Powers(x.Portal, m.Role)}, err
}

// Members lists a page of those who belong to an organisation; whoever may not invite sees themselves alone.
// Refusal: Absent.
func (o *Organisations) Members(ctx context.Context, actor identity.Actor, organisation identity.ID, page OrganisationPage) (out []OrganisationMember, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		d, err := o.seen(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		if !d.Powers.Invite {
			if d.Me.Shown, err = o.Shown(ctx, tx, actor.User); page.After == 0 {
				out = []OrganisationMember{d.Me}
			}
			return err
		}
		if out, err = tx.MembersIn(ctx, organisation, page); err != nil {
			return err
		}
		for i := range out {
			if out[i].Shown, err = o.Shown(ctx, tx, out[i].User); err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Done lists a page of what was done for an organisation, newest first: all of it where the role sees that,
// or what the actor did. Refusal: Absent.
func (o *Organisations) Done(ctx context.Context, actor identity.Actor, organisation identity.ID, page OrganisationPage) (out []DoneFor, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		d, err := o.seen(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		of := actor.User
		if d.Powers.See {
			of = 0
		}
		if out, err = tx.Done(ctx, organisation, of, page); err != nil {
			return err
		}
		for i := range out {
			if out[i].Shown, err = o.Shown(ctx, tx, out[i].User); err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Member gives somebody whose membership the actor may end. Refusals: Absent; Forbidden "party.power".
func (o *Organisations) Member(ctx context.Context, actor identity.Actor, organisation, user identity.ID) (x Organisation, m OrganisationMember, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		d, err := o.seen(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		if x = d.Organisation; !d.Powers.Invite {
			cite, _ := o.Taken(actor.Portal)
			return fault.New(fault.Forbidden, "party.power").By(cite)
		}
		if m, err = tx.MemberIn(ctx, organisation, user); err != nil {
			return fault.New(fault.Absent, "gate.no_page")
		}
		m.Shown, err = o.Shown(ctx, tx, user)
		return err
	})
	return x, m, err
}

// EndMembership ends somebody's membership of one organisation: what they are elsewhere stays, and their
// sessions act for it no longer. Refusals: Absent; Forbidden "party.power"; Conflict "party.last_head" for
// the head, whom only another head's certificate replaces.
func (o *Organisations) EndMembership(ctx context.Context, actor identity.Actor, organisation, user identity.ID) error {
	err := o.InTx(ctx, func(tx OrganisationTx) error {
		x, err := o.inviting(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		m, err := tx.MemberIn(ctx, x.ID, user)
		if fault.Is(err, fault.Absent) {
			return fault.New(fault.Absent, "gate.no_page")
		}
		if err != nil {
			return err
		}
		if m.Role == Head {
			return o.lastHead(x)
		}
		if err := o.end(ctx, tx, x, m, basisEnded, actor.User); err != nil {
			return err
		}
		return o.Tell(ctx, tx, user, "message.organisation_ended", map[string]string{"organisation": x.Name})
	})
	if err == nil {
		o.Forget(user)
	}
	return err
}

// Leave ends the actor's own membership. Refusals: Absent; Conflict "party.last_head".
func (o *Organisations) Leave(ctx context.Context, actor identity.Actor, organisation identity.ID) error {
	err := o.InTx(ctx, func(tx OrganisationTx) error {
		x, m, err := o.mine(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		if m.Role == Head {
			return o.lastHead(x)
		}
		if err := o.end(ctx, tx, x, m, basisLeft, actor.User); err != nil {
			return err
		}
		head, err := tx.HeadOf(ctx, x.ID)
		if fault.Is(err, fault.Absent) {
			return nil
		}
		if err != nil {
			return err
		}
		return o.Tell(ctx, tx, head.User, "message.member_left", map[string]string{"organisation": x.Name, "name": actor.Shown})
	})
	if err == nil {
		o.Forget(actor.User)
	}
	return err
}

// lastHead refuses to leave an organisation without anybody who answers for it here.
func (o *Organisations) lastHead(x Organisation) error {
	cite, _ := o.Taken(x.Portal)
	return fault.New(fault.Conflict, "party.last_head").By(cite)
}

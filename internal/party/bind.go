package party

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Certified is what a verified certificate states of its holder and an organisation, in plain values.
type Certified struct {
	Kind   OrganisationKind
	Number string // BIN; of a sole trader the holder's IIN
	Name   string
	Role   Role      // Head, Signer or Employee
	Beside Role      // what a certificate of the head states besides: Signer, Employee, or empty
	Since  time.Time // from when it is valid
}

// Joined is the membership a certificate began or raised.
type Joined struct {
	Organisation Organisation
	Member       OrganisationMember
	// Former is the head whose place the holder took; 0: nobody's.
	Former identity.ID
}

// checkCertified refuses what no certificate of the authority states.
func checkCertified(c Certified) *fault.Fault {
	if c.Kind != SoleTrader && c.Kind != LegalEntity || c.Beside == Head || !slices.Contains(OrganisationRoles(), c.Role) {
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

// TradeName gives the name a sole trader trades under its one form. Refusal: Invalid "party.name_length" and
// its kin at "trade".
func TradeName(typed string) (string, *fault.Fault) {
	name := clean(typed)
	return name, checkName("trade", name, 2, 200)
}

// Bind makes the holder of a verified certificate a member of the organisation it names, in the transaction
// of the act that verified it (ismet 5.2). The number is unique on a portal: the first certificate of somebody
// who may sign makes the organisation, later ones find it, those of employees too. A certificate raises a role
// and never lowers it. Of two that state the first head the newer one counts: its holder takes the other's place, who
// keeps what their certificate states besides, or nothing. The head is told of everybody who joins.
//
// The caller has verified the certificate and that its holder is the actor: this room believes it.
// Refusals: Forbidden "party.no_organisations", "party.unregistered" for the employee of an organisation nobody has
// registered, "party.ended_by_head" for a certificate from before the head ended the membership; Conflict
// "party.older_head"; Invalid "party.certificate", "party.number" at "number", and of the name at "organisation".
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
	if fault.Is(err, fault.Absent) {
		return Joined{}, fault.New(fault.Forbidden, "party.unregistered").By(cite)
	}
	if err != nil {
		return Joined{}, err
	}
	head, err := tx.HeadOf(ctx, x.ID)
	if err != nil && !fault.Is(err, fault.Absent) {
		return Joined{}, err
	}
	if err := o.welcome(ctx, tx, x, actor.User, c, cite); err != nil {
		return Joined{}, err
	}
	joined := Joined{Organisation: x}
	m := OrganisationMember{Role: c.Role, Beside: c.Beside, CertifiedAt: c.Since}
	switch another := head.User != 0 && head.User != actor.User; {
	case c.Role != Head || !another:
	case c.Since.After(head.CertifiedAt):
		joined.Former = head.User
		if err := o.stepDown(ctx, tx, x, head, actor); err != nil {
			return Joined{}, err
		}
	case c.Beside == "":
		return Joined{}, fault.New(fault.Conflict, "party.older_head").By(cite)
	default:
		m.Role, m.Beside = c.Beside, ""
	}
	if joined.Member, err = o.raise(ctx, tx, x, actor.User, m); err != nil {
		return Joined{}, err
	}
	detail := map[string]string{"role": string(joined.Member.Role), "kind": string(c.Kind)}
	if err := o.note(ctx, tx, x, actor.User, "party.organisation_bind", actor.User, detail); err != nil {
		return Joined{}, err
	}
	return joined, o.tellHead(ctx, tx, x, head, actor, joined)
}

// welcome refuses a certificate that a head has shown the door before: the head ended the membership after it
// was issued. A newer one, or an invitation, begins another membership.
func (o *Organisations) welcome(ctx context.Context, tx OrganisationTx, x Organisation, user identity.ID, c Certified, cite clause.Citation) error {
	if _, err := tx.MemberIn(ctx, x.ID, user); !fault.Is(err, fault.Absent) {
		return err
	}
	last, err := tx.LastMemberIn(ctx, x.ID, user)
	if fault.Is(err, fault.Absent) {
		return nil
	}
	if err == nil && last.Basis == basisEnded && !c.Since.After(last.EndedAt) {
		err = fault.New(fault.Forbidden, "party.ended_by_head").By(cite)
	}
	return err
}

// stepDown leaves a former head what their certificate states besides the first head, or nothing, and tells
// them.
func (o *Organisations) stepDown(ctx context.Context, tx OrganisationTx, x Organisation, former OrganisationMember, actor identity.Actor) error {
	args := map[string]string{"organisation": x.Name, "name": actor.Shown}
	if former.Beside == "" {
		if err := o.end(ctx, tx, x, former, basisSucceeded, actor.User); err != nil {
			return err
		}
		return o.Tell(ctx, tx, former.User, "message.head_replaced", args)
	}
	former.Role, former.Beside = former.Beside, ""
	if err := tx.SaveMember(ctx, former); err != nil {
		return err
	}
	detail := map[string]string{"role": string(former.Role), "basis": basisSucceeded}
	if err := o.note(ctx, tx, x, former.User, "party.organisation_step_down", actor.User, detail); err != nil {
		return err
	}
	return o.Tell(ctx, tx, former.User, "message.head_stepped_down", args)
}

// tellHead tells the head there is of somebody who has joined, or the head there is from now on that they are.
func (o *Organisations) tellHead(ctx context.Context, tx OrganisationTx, x Organisation, head OrganisationMember, actor identity.Actor, joined Joined) error {
	switch {
	case joined.Former != 0:
		return o.Tell(ctx, tx, actor.User, "message.head_now", map[string]string{"organisation": x.Name})
	case head.User != 0 && head.User != actor.User:
		return o.Tell(ctx, tx, head.User, "message.member_joined", map[string]string{"organisation": x.Name, "name": actor.Shown})
	}
	return nil
}

// found gives the organisation of a number, held; it is made where there is none, but not by an employee.
// Refusal: Absent.
func (o *Organisations) found(ctx context.Context, tx OrganisationTx, portal string, c Certified) (Organisation, error) {
	if c.Role == Employee {
		x, err := tx.OrganisationNumbered(ctx, portal, c.Number)
		if err != nil {
			return x, err
		}
		return x, tx.HoldOrganisation(ctx, x.ID)
	}
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
	if higher, same := rank(want.Role) < rank(m.Role), want.Role == m.Role; higher || same && want.CertifiedAt.After(m.CertifiedAt) {
		m.Role, m.Beside, m.CertifiedAt = want.Role, want.Beside, want.CertifiedAt
	}
	m.Until = want.Until
	return m, tx.SaveMember(ctx, m)
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

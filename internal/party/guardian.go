package party

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Capacity is what a person may accept for themselves, by the birth date.
type Capacity struct {
	// Through tells that another person accepts the agreement (kundelik 1.5).
	Through   bool
	ThroughBy clause.Citation
	// Registered tells that another person registers them (kundelik 4.9).
	Registered   bool
	RegisteredBy clause.Citation
	// Attests tells that they confirm the representative's consent (kundelik 4.10).
	Attests   bool
	AttestsBy clause.Citation
}

// The ages of the Civil Code of Kazakhstan: below the first nobody acts for themselves (article 23),
// below the second only with consent (article 22).
const (
	ageOfLimits   = 14
	ageOfCapacity = 18
)

// CapacityOf tells what somebody born on a day may do now. A day that is not known is a grown-up's:
// nobody is held for a child on no ground.
func CapacityOf(b *clause.Book, birthDate string, today time.Time) (c Capacity) {
	born, err := time.Parse(time.DateOnly, birthDate)
	if err != nil {
		return c
	}
	age := yearsOn(born, today)
	if groups, cite, ok := clause.In[UserGroups](b); ok && groups.MinorsThrough == "guardian" && age < ageOfCapacity {
		c.Through, c.ThroughBy = true, cite
	}
	if _, cite, ok := clause.In[GuardianRegistration](b); ok && age < ageOfLimits {
		c.Registered, c.RegisteredBy = true, cite
	}
	if _, cite, ok := clause.In[LimitedCapacity](b); ok && age >= ageOfLimits && age < ageOfCapacity {
		c.Attests, c.AttestsBy = true, cite
	}
	return c
}

// yearsOn is the age in full years. Who was born on 29 February is a year older on 1 March.
func yearsOn(born, today time.Time) int {
	years := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		years--
	}
	return years
}

// Link makes somebody of the actor's institution the guardian of a child there.
// Refusals: Forbidden; Absent; Invalid "party.child", "party.guardian".
func (p *Parties) Link(ctx context.Context, actor identity.Actor, guardian identity.ID, childName string) error {
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		if _, err := p.memberOf(ctx, tx, i.ID, guardian); err != nil {
			return err
		}
		_, err = p.lasting(ctx, tx, guardian, i.ID, Parent)
		if fault.Is(err, fault.Absent) {
			return fault.New(fault.Invalid, "party.guardian").At("child")
		}
		if err != nil {
			return err
		}
		child, err := p.childNamed(ctx, tx, i, childName)
		if err != nil {
			return err
		}
		if child == guardian {
			return fault.New(fault.Invalid, "party.child").At("child")
		}
		_, err = p.linkAll(ctx, tx, i, guardian, []identity.ID{child}, by(actor))
		return err
	})
	if err == nil {
		p.Users.Forget(guardian)
	}
	return err
}

// linkAll makes somebody the guardian of children, and says of how many they were not yet.
func (p *Parties) linkAll(ctx context.Context, tx Tx, i Institution, guardian identity.ID, children []identity.ID, actor string) (linked int, err error) {
	if len(children) == 0 {
		return 0, nil
	}
	known, err := tx.ChildrenOf(ctx, guardian)
	if err != nil {
		return 0, err
	}
	_, cite, _ := clause.In[GuardianRegistration](p.book(i.Portal))
	for _, child := range children {
		if child == guardian || slices.ContainsFunc(known, func(g Guardian) bool { return g.Child == child }) {
			continue
		}
		linked++
		if err := tx.AddGuardian(ctx, Guardian{User: guardian, Child: child, Since: p.Now()}); err != nil {
			return linked, err
		}
		if err := p.note(ctx, tx, i.Portal, child, "party.guardian", actor, cite, map[string]string{"guardian": number(guardian), "institution": number(i.ID)}); err != nil {
			return linked, err
		}
	}
	return linked, p.Users.Give(ctx, tx, guardian, identity.Guardian)
}

// childrenOf finds the pupils of an institution whom a list names, by the number the institution gave
// them or by the sign-in name. Refusal: Invalid "party.child" where one of them is not there.
func (p *Parties) childrenOf(ctx context.Context, tx Tx, i Institution, names []string) (out []identity.ID, err error) {
	for _, name := range names {
		child, err := tx.Numbered(ctx, i.ID, Person{Number: name}.clean().Number)
		if fault.Is(err, fault.Absent) {
			child, err = p.childNamed(ctx, tx, i, name)
		} else if err == nil {
			if _, err = p.lasting(ctx, tx, child, i.ID, Pupil); fault.Is(err, fault.Absent) {
				err = fault.New(fault.Invalid, "party.child").At("child")
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, child)
	}
	return out, nil
}

// childNamed finds a pupil of an institution by the sign-in name; a name of another institution and
// one that nobody has are refused alike.
func (p *Parties) childNamed(ctx context.Context, tx Tx, i Institution, name string) (identity.ID, error) {
	refused := fault.New(fault.Invalid, "party.child").At("child")
	child, err := p.Users.Named(ctx, tx, i.Portal, name)
	if fault.Is(err, fault.Absent) {
		return 0, refused
	}
	if err != nil {
		return 0, err
	}
	if _, err = p.lasting(ctx, tx, child, i.ID, Pupil); fault.Is(err, fault.Absent) {
		return 0, refused
	}
	return child, err
}

// Children lists the children of an actor.
func (p *Parties) Children(ctx context.Context, actor identity.Actor) (out []Guardian, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.ChildrenOf(ctx, actor.User)
		return err
	})
	return out, err
}

// MayActFor refuses anyone but a guardian of the child: it runs inside the act. Refusal: Absent.
func (p *Parties) MayActFor(ctx context.Context, tx Tx, guardian, child identity.ID) error {
	children, err := tx.ChildrenOf(ctx, guardian)
	if err == nil && !slices.ContainsFunc(children, func(g Guardian) bool { return g.Child == child }) {
		return fault.New(fault.Absent, "gate.no_page")
	}
	return err
}

// MayAccept refuses an acceptance that is not the person's own to make: a minor's comes through the
// guardian (kundelik 1.5), and somebody of limited capacity confirms the representative's consent
// (kundelik 4.10). accepted tells that a guardian has accepted.
//
// Refusals: Forbidden "party.through_guardian"; Invalid "party.attest" at the field "attest".
func (p *Parties) MayAccept(portal, birthDate string, accepted, attested bool) error {
	c := CapacityOf(p.book(portal), birthDate, p.Now().In(p.Zone(portal)))
	if c.Registered {
		return fault.New(fault.Forbidden, "party.registered_by_guardian").By(c.RegisteredBy)
	}
	if c.Through && !accepted {
		return fault.New(fault.Forbidden, "party.through_guardian").By(c.ThroughBy)
	}
	if c.Attests && !attested {
		return fault.New(fault.Invalid, "party.attest").At("attest").By(c.AttestsBy)
	}
	return nil
}

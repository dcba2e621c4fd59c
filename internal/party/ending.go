package party

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// EndingTx is what ending memberships, and taking that back, does to the database.
type EndingTx interface {
	// EndMembership ends one that lasts; with is the child whose leaving ended it, 0: on its own
	// ground. Refusal: Conflict where it does not last.
	EndMembership(ctx context.Context, m Membership, basis string, with identity.ID, at time.Time) error
	// ReopenMembership lets one last again that ended as m says. Refusal: Conflict where it did not.
	ReopenMembership(ctx context.Context, m Membership) error
	// EndedWith lists the memberships of an institution that ended with a child's.
	EndedWith(ctx context.Context, institution, child identity.ID) ([]Membership, error)
	// SetTerm says when a membership that lasts ends by itself; zero: never.
	SetTerm(ctx context.Context, m Membership, at time.Time) error
	// DueMemberships lists those whose time has come, in the order of their times, behind one.
	DueMemberships(ctx context.Context, at time.Time, after Membership, limit int) ([]Membership, error)
}

// Ending asks for the end of one membership.
type Ending struct {
	User   identity.ID
	Role   Role
	Basis  string
	To     identity.ID // where a pupil is transferred to; 0: not to an institution of this portal
	Reason string      // of Reasons, where an operator ends it
}

// Reasons lists why an operator may begin or end a membership in an institution's place.
func Reasons() []string {
	return []string{"institution_asked", "person_asked", "no_administrator", "by_law"}
}

// CheckReason refuses an operator who does not say why.
func CheckReason(reason string) *fault.Fault {
	if slices.Contains(Reasons(), reason) {
		return nil
	}
	return fault.New(fault.Invalid, "party.reason").At("reason")
}

// End ends one membership of the actor's institution on a ground (kundelik 3.6): the user, and the
// user's other memberships, stay. Where a pupil leaves, the parents' memberships in the same
// institution end with the last child there (kundelik 3.6d). A pupil who is transferred to an
// institution of the portal waits there to be taken over (kundelik 3.6c).
//
// Refusals: Forbidden, also where the clause leaves the ending to somebody else; Absent for somebody of
// another institution; Invalid "party.basis" for a ground that is none for the role, "party.no_school";
// Forbidden "party.own" for the actor's own administration.
func (p *Parties) End(ctx context.Context, actor identity.Actor, e Ending) error {
	rule, cite, ok := clause.In[AccessEnd](p.book(actor.Portal))
	if !ok || rule.By != "institution_administrator" {
		return fault.New(fault.Forbidden, "party.no_ending").By(cite)
	}
	e.Reason = ""
	return p.ending(ctx, actor, e, func(tx Tx) (Institution, error) {
		if e.User == actor.User && e.Role == Administrator {
			return Institution{}, fault.New(fault.Forbidden, "party.own")
		}
		return p.schoolOf(ctx, tx, actor)
	})
}

// EndAt is End by the operator, in any institution of the portal, for a reason of Reasons.
// Refusals: as End; Invalid "party.reason".
func (p *Parties) EndAt(ctx context.Context, actor identity.Actor, institution identity.ID, e Ending) error {
	if err := operator(actor); err != nil {
		return err
	}
	if f := CheckReason(e.Reason); f != nil {
		return f
	}
	return p.ending(ctx, actor, e, func(tx Tx) (Institution, error) {
		return p.institution(ctx, tx, actor.Portal, institution)
	})
}

func (p *Parties) ending(ctx context.Context, actor identity.Actor, e Ending, where func(Tx) (Institution, error)) error {
	var touched []identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := where(tx)
		if err != nil {
			return err
		}
		touched, err = p.endWithin(ctx, tx, i, e, by(actor))
		return err
	})
	p.forget(touched)
	return err
}

func (p *Parties) forget(users []identity.ID) {
	for _, id := range users {
		p.Users.Forget(id)
	}
}

// endWithin ends a membership and what ends with it; touched are those whose rights became fewer.
func (p *Parties) endWithin(ctx context.Context, tx Tx, i Institution, e Ending, actor string) (touched []identity.ID, err error) {
	m, err := p.lasting(ctx, tx, e.User, i.ID, e.Role)
	if err != nil {
		return nil, err
	}
	bases := Bases(p.book(i.Portal), e.Role)
	b := slices.IndexFunc(bases, func(b Basis) bool { return b.Name == e.Basis })
	if b < 0 {
		_, cite, _ := clause.In[AccessEnd](p.book(i.Portal))
		return nil, fault.New(fault.Invalid, "party.basis").At("basis").By(cite)
	}
	if err := p.end(ctx, tx, i, m, bases[b], 0, e.Reason, actor); err != nil {
		return nil, err
	}
	if e.Role != Pupil {
		return []identity.ID{e.User}, nil
	}
	if e.Basis == Transferred && e.To != 0 {
		if err := p.send(ctx, tx, i, m, e.To); err != nil {
			return nil, err
		}
	}
	touched, err = p.leaveWithChild(ctx, tx, i, e.User, e.Basis, actor)
	return append(touched, e.User), err
}

// lasting finds a membership that has not ended. Refusal: Absent.
func (p *Parties) lasting(ctx context.Context, tx Tx, user, institution identity.ID, role Role) (Membership, error) {
	all, err := tx.MembershipsOf(ctx, user)
	if err != nil {
		return Membership{}, err
	}
	i := slices.IndexFunc(all, func(m Membership) bool {
		return m.Institution == institution && m.Role == role && m.EndedAt.IsZero()
	})
	if i < 0 {
		return Membership{}, fault.New(fault.Absent, "gate.no_page")
	}
	return all[i], nil
}

// end ends one membership and tells the person, with the clause.
func (p *Parties) end(ctx context.Context, tx Tx, i Institution, m Membership, b Basis, with identity.ID, reason, actor string) error {
	if err := tx.EndMembership(ctx, m, b.Name, with, p.Now()); err != nil {
		return err
	}
	if m.Role == Administrator {
		if err := p.Users.Take(ctx, tx, m.User, identity.Administrator); err != nil {
			return err
		}
	}
	detail := map[string]string{"institution": number(i.ID), "role": string(m.Role), "basis": b.Name}
	if reason != "" {
		detail["reason"] = reason
	}
	if err := p.note(ctx, tx, i.Portal, m.User, "party.end", actor, b.Cite, detail); err != nil {
		return err
	}
	return p.Users.Tell(ctx, tx, m.User, "message.membership_ended", map[string]string{"institution": i.Name, "clause": b.Cite.Clause})
}

// leaveWithChild ends the memberships of parents whose last child in the institution has left it on
// one of the events the clause names.
func (p *Parties) leaveWithChild(ctx context.Context, tx Tx, i Institution, child identity.ID, event, actor string) (left []identity.ID, err error) {
	_, cite, _ := clause.In[ChildLeftBasis](p.book(i.Portal))
	parents, err := p.parentsLeaving(ctx, tx, i, child, event)
	for _, m := range parents {
		if err := p.end(ctx, tx, i, m, Basis{ChildLeft, cite}, child, "", actor); err != nil {
			return nil, err
		}
		left = append(left, m.User)
	}
	return left, err
}

// parentsLeaving finds the memberships of parents that end when a child leaves on an event: those of
// parents without another pupil in the institution.
func (p *Parties) parentsLeaving(ctx context.Context, tx Tx, i Institution, child identity.ID, event string) (out []Membership, err error) {
	rule, _, ok := clause.In[ChildLeftBasis](p.book(i.Portal))
	if !ok || !slices.Contains(rule.Events, event) {
		return nil, nil
	}
	guardians, err := tx.GuardiansOf(ctx, child)
	if err != nil {
		return nil, err
	}
	for _, g := range guardians {
		m, err := p.lasting(ctx, tx, g.User, i.ID, Parent)
		if fault.Is(err, fault.Absent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		stays, err := p.hasOtherChildAt(ctx, tx, g.User, i.ID, child)
		if err != nil {
			return nil, err
		}
		if !stays {
			out = append(out, m)
		}
	}
	return out, nil
}

func (p *Parties) hasOtherChildAt(ctx context.Context, tx Tx, guardian, institution, but identity.ID) (bool, error) {
	children, err := tx.ChildrenOf(ctx, guardian)
	if err != nil {
		return false, err
	}
	for _, c := range children {
		if c.Child == but {
			continue
		}
		_, err := p.lasting(ctx, tx, c.Child, institution, Pupil)
		if err == nil {
			return true, nil
		}
		if !fault.Is(err, fault.Absent) {
			return false, err
		}
	}
	return false, nil
}

// Foresight is what ending a membership would bring.
type Foresight struct {
	Institution Institution
	Member      Member
	Basis       Basis
	Parents     []Member // whose memberships would end with it
	To          Institution
}

// Foresee tells what End would do, or for an operator EndAt, and does nothing. institution is 0 for
// the actor's own. Refusals: as those.
func (p *Parties) Foresee(ctx context.Context, actor identity.Actor, institution identity.ID, e Ending) (f Foresight, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		if f.Institution, err = p.placeOf(ctx, tx, actor, institution); err != nil {
			return err
		}
		if _, err = p.lasting(ctx, tx, e.User, f.Institution.ID, e.Role); err != nil {
			return err
		}
		if f.Member, err = p.memberOf(ctx, tx, f.Institution.ID, e.User); err != nil {
			return err
		}
		bases := Bases(p.book(actor.Portal), e.Role)
		b := slices.IndexFunc(bases, func(b Basis) bool { return b.Name == e.Basis })
		if b < 0 {
			_, cite, _ := clause.In[AccessEnd](p.book(actor.Portal))
			return fault.New(fault.Invalid, "party.basis").At("basis").By(cite)
		}
		f.Basis = bases[b]
		if e.To != 0 {
			if f.To, err = p.institution(ctx, tx, actor.Portal, e.To); err != nil {
				return err
			}
		}
		if e.Role != Pupil {
			return nil
		}
		parents, err := p.parentsLeaving(ctx, tx, f.Institution, e.User, e.Basis)
		for _, m := range parents {
			if f.Parents, err = p.see(ctx, tx, f.Institution.ID, m.User, f.Parents); err != nil {
				return err
			}
		}
		return err
	})
	return f, err
}

// placeOf is the actor's own institution, or for an operator the named one.
func (p *Parties) placeOf(ctx context.Context, tx Tx, actor identity.Actor, institution identity.ID) (Institution, error) {
	if institution == 0 {
		return p.schoolOf(ctx, tx, actor)
	}
	if err := operator(actor); err != nil {
		return Institution{}, err
	}
	return p.institution(ctx, tx, actor.Portal, institution)
}

// Lengths of what an administrator writes, in characters; it is kept as a detail of evidence.
const (
	minWhy = 10
	maxWhy = 500
)

func checkWhy(why string) (string, *fault.Fault) {
	why = clean(why)
	if n := utf8.RuneCountInString(why); n > 0 && n < minWhy {
		return why, fault.New(fault.Invalid, "form.short").With("min", number(minWhy)).At("why")
	}
	if f := checkName("why", why, 1, maxWhy); f != nil {
		return why, f
	}
	return why, nil
}

// Reopen lets a membership of the actor's institution last again that was ended by mistake, and with it
// those of the parents that had ended with it. why is written down, and the person is told.
//
// Refusals: Forbidden; Absent where there is no ended membership; Invalid at "why"; Conflict
// "party.taken_over" once another institution has taken the pupil's record over.
func (p *Parties) Reopen(ctx context.Context, actor identity.Actor, user identity.ID, role Role, why string) error {
	why, f := checkWhy(why)
	if f != nil {
		return f
	}
	var touched []identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		touched = nil
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		all, err := tx.MembershipsOf(ctx, user)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(m Membership) bool { return m.Institution == i.ID && m.Role == role && !m.EndedAt.IsZero() })
		if at < 0 || role == Administrator { // whom the operator appoints, the operator appoints again
			return fault.New(fault.Absent, "gate.no_page")
		}
		if err := p.callBack(ctx, tx, user, i.ID); err != nil {
			return err
		}
		together, err := tx.EndedWith(ctx, i.ID, user)
		if err != nil {
			return err
		}
		for _, m := range append([]Membership{all[at]}, together...) {
			if err := p.reopen(ctx, tx, i, m, why, by(actor)); err != nil {
				return err
			}
			touched = append(touched, m.User)
		}
		return nil
	})
	p.forget(touched)
	return err
}

func (p *Parties) reopen(ctx context.Context, tx Tx, i Institution, m Membership, why, actor string) error {
	if err := tx.ReopenMembership(ctx, m); err != nil {
		return err
	}
	_, cite, _ := clause.In[AccessEnd](p.book(i.Portal))
	detail := map[string]string{"institution": number(i.ID), "role": string(m.Role), "basis": m.Basis, "why": why}
	if err := p.note(ctx, tx, i.Portal, m.User, "party.reopen", actor, cite, detail); err != nil {
		return err
	}
	return p.Users.Tell(ctx, tx, m.User, "message.membership_reopened", map[string]string{"institution": i.Name})
}

package party

import (
	"context"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Basis is a ground on which a membership may be ended, with the clause that names it.
type Basis struct {
	Name string
	Cite clause.Citation
}

// The grounds, by the letters of kundelik 3.6.
const (
	StudyEnded   = "study_ended"
	Expelled     = "expelled"
	Transferred  = "transferred"
	ChildLeft    = "child_left"
	Employment   = "employment"
	CivilService = "civil_service"
)

// Bases lists the grounds in force on which a membership with a role may be ended.
func Bases(b *clause.Book, role Role) (out []Basis) {
	add := func(name string, cite clause.Citation, ok bool) {
		if ok {
			out = append(out, Basis{name, cite})
		}
	}
	switch role {
	case Pupil:
		_, cite, ok := clause.In[StudyEndedBasis](b)
		add(StudyEnded, cite, ok)
		_, cite, ok = clause.In[ExpelledBasis](b)
		add(Expelled, cite, ok)
		_, cite, ok = clause.In[TransferredBasis](b)
		add(Transferred, cite, ok)
	case Parent:
		_, cite, ok := clause.In[ChildLeftBasis](b)
		add(ChildLeft, cite, ok)
	case Staff, Administrator:
		_, cite, ok := clause.In[EmploymentBasis](b)
		add(Employment, cite, ok)
		_, cite, ok = clause.In[CivilServiceBasis](b)
		add(CivilService, cite, ok)
	}
	return out
}

// SchoolOf is the institution an actor administers: one, and none but that (kundelik 1.14).
// Refusal: Forbidden "party.no_institution".
func (p *Parties) SchoolOf(ctx context.Context, actor identity.Actor) (Institution, error) {
	var i Institution
	err := p.InView(ctx, func(tx Tx) error {
		var err error
		i, err = p.schoolOf(ctx, tx, actor)
		return err
	})
	return i, err
}

func (p *Parties) schoolOf(ctx context.Context, tx Tx, actor identity.Actor) (Institution, error) {
	_, cite, ok := clause.In[InstitutionAdministrator](p.book(actor.Portal))
	refused := fault.New(fault.Forbidden, "party.no_institution").By(cite)
	if !ok || actor.User == 0 {
		return Institution{}, refused
	}
	all, err := tx.MembershipsOf(ctx, actor.User)
	if err != nil {
		return Institution{}, err
	}
	i := slices.IndexFunc(all, func(m Membership) bool { return m.Role == Administrator && m.EndedAt.IsZero() })
	if i < 0 {
		return Institution{}, refused
	}
	return tx.Institution(ctx, all[i].Institution)
}

// Appoint makes a user, found by the sign-in name, the administrator of an institution: a member of
// its staff, and of no other institution's administration.
// Why, the operator says by a reason of Reasons.
// Refusals: Forbidden; Absent; Invalid "party.nobody", "party.reason"; Conflict "party.administers", "party.member".
func (p *Parties) Appoint(ctx context.Context, actor identity.Actor, institution identity.ID, name, reason string) error {
	return p.join(ctx, actor, institution, name, Administrator, "", reason)
}

// Join gives a user who is on the portal already a further membership: one person may belong to
// several institutions. Refusals as Appoint.
func (p *Parties) Join(ctx context.Context, actor identity.Actor, institution identity.ID, name string, role Role, class, reason string) error {
	return p.join(ctx, actor, institution, name, role, class, reason)
}

func (p *Parties) join(ctx context.Context, actor identity.Actor, institution identity.ID, name string, role Role, class, reason string) error {
	if err := operator(actor); err != nil {
		return err
	}
	if f := CheckReason(reason); f != nil {
		return f
	}
	class = clean(class)
	var user identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := p.institution(ctx, tx, actor.Portal, institution)
		if err != nil {
			return err
		}
		user, err = p.Users.Named(ctx, tx, actor.Portal, name)
		if fault.Is(err, fault.Absent) {
			return fault.New(fault.Invalid, "party.nobody").At("username")
		}
		if err != nil {
			return err
		}
		return p.admit(ctx, tx, i, Membership{User: user, Role: role, Class: class}, reason, by(actor))
	})
	if err == nil {
		p.Users.Forget(user)
	}
	return err
}

// admit begins a membership; reason is the operator's, where one begins it.
func (p *Parties) admit(ctx context.Context, tx Tx, i Institution, m Membership, reason, actor string) error {
	if f := p.checkRole(i, m.Role); f != nil {
		return f
	}
	if f := checkName("class", m.Class, 0, maxClass); f != nil {
		return f
	}
	if m.Role == Administrator {
		all, err := tx.MembershipsOf(ctx, m.User)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(x Membership) bool { return x.Role == Administrator && x.EndedAt.IsZero() }) {
			_, cite, _ := clause.In[InstitutionAdministrator](p.book(i.Portal))
			return fault.New(fault.Conflict, "party.administers").At("username").By(cite)
		}
		if err := p.Users.Give(ctx, tx, m.User, identity.Administrator); err != nil {
			return err
		}
	}
	m.Institution, m.BeganAt = i.ID, p.Now()
	if err := tx.AddMembership(ctx, m); err != nil {
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "party.member").At("username").Wrap(err)
		}
		return err
	}
	_, cite, _ := clause.In[UserGroups](p.book(i.Portal))
	group, page := GroupOf(i.Kind, m.Role)
	detail := map[string]string{"institution": number(i.ID), "role": string(m.Role), "group": group, "page": page}
	if reason != "" {
		detail["reason"] = reason
	}
	return p.note(ctx, tx, i.Portal, m.User, "party.join", actor, cite, detail)
}

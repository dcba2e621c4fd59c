package party

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Visibility is who sees somebody's page. Whatever is chosen, nobody who has not signed in does.
type Visibility string

// The choices, from the narrowest, which holds until somebody chooses another.
const (
	ToGuardians   Visibility = "guardians" // the person's guardians, and the staff of their institutions
	ToClass       Visibility = "class"     // besides, the class: its pupils and their parents
	ToInstitution Visibility = "institution"
)

// Visibilities lists the choices, from the narrowest.
func Visibilities() []Visibility { return []Visibility{ToGuardians, ToClass, ToInstitution} }

// PageTx is what pages do to the database.
type PageTx interface {
	// Visible says who sees a user's page. Refusal: Absent where nobody has chosen.
	Visible(ctx context.Context, user identity.ID) (Visibility, error)
	// SetVisible chooses.
	SetVisible(ctx context.Context, user identity.ID, to Visibility, at time.Time) error
	// PagesOf lists members as Members does: all, or those whose pages one of these choices shows.
	PagesOf(ctx context.Context, institution identity.ID, page MemberPage, all bool, shown ...Visibility) ([]Member, error)
}

// PageSight is somebody's page as one person sees it.
type PageSight struct {
	User        identity.ID
	Visible     Visibility
	Memberships []Membership // that both share, or, of one's own page, all that last
	Mine        bool         // the page is the viewer's own, or of a child they answer for
	Cite        clause.Citation
}

// Page gives what a viewer may see of somebody's page. Where they may not, it is as if there were none.
// Refusal: Absent.
func (p *Parties) Page(ctx context.Context, actor identity.Actor, owner identity.ID) (s PageSight, err error) {
	_, cite, ok := p.PageRule(actor.Portal)
	if !ok || actor.User == 0 {
		return s, fault.New(fault.Absent, "gate.no_page")
	}
	err = p.InView(ctx, func(tx Tx) error {
		s, err = p.sightOf(ctx, tx, actor.User, owner)
		return err
	})
	s.Cite = cite
	return s, err
}

func (p *Parties) visible(ctx context.Context, tx Tx, owner identity.ID) (Visibility, error) {
	v, err := tx.Visible(ctx, owner)
	if fault.Is(err, fault.Absent) {
		return ToGuardians, nil
	}
	return v, err
}

func (p *Parties) sightOf(ctx context.Context, tx Tx, viewer, owner identity.ID) (PageSight, error) {
	s := PageSight{User: owner}
	var err error
	if s.Visible, err = p.visible(ctx, tx, owner); err != nil {
		return s, err
	}
	theirs, err := p.lastingOf(ctx, tx, owner)
	if err != nil {
		return s, err
	}
	if s.Mine, err = p.answersFor(ctx, tx, viewer, owner); err != nil || s.Mine {
		s.Memberships = theirs
		return s, err
	}
	mine, err := p.lastingOf(ctx, tx, viewer)
	if err != nil {
		return s, err
	}
	seen, err := p.answersFor(ctx, tx, owner, viewer) // a child sees its parents' pages
	if err != nil {
		return s, err
	}
	for _, m := range theirs {
		if !slices.ContainsFunc(mine, func(x Membership) bool { return x.Institution == m.Institution }) {
			continue
		}
		s.Memberships = append(s.Memberships, m)
		by, err := p.reach(ctx, tx, viewer, mine, m)
		if err != nil {
			return s, err
		}
		seen = seen || by == staffReach || s.Visible == ToInstitution || s.Visible == ToClass && by == classReach
	}
	if !seen {
		return PageSight{}, fault.New(fault.Absent, "gate.no_page")
	}
	return s, nil
}

// How near a viewer is to a member of the same institution.
const (
	institutionReach = iota
	classReach
	staffReach
)

func (p *Parties) reach(ctx context.Context, tx Tx, viewer identity.ID, mine []Membership, theirs Membership) (int, error) {
	near := institutionReach
	for _, x := range mine {
		switch {
		case x.Institution != theirs.Institution:
		case x.Role == Staff || x.Role == Administrator:
			return staffReach, nil
		case x.Role == Pupil && x.Class == theirs.Class && x.Class != "":
			near = classReach
		case x.Role == Parent:
			classes, err := p.childrensClasses(ctx, tx, viewer, theirs.Institution)
			if err != nil {
				return near, err
			}
			if theirs.Class != "" && slices.Contains(classes, theirs.Class) {
				near = classReach
			}
		}
	}
	return near, nil
}

func (p *Parties) childrensClasses(ctx context.Context, tx Tx, guardian, institution identity.ID) (out []string, err error) {
	children, err := tx.ChildrenOf(ctx, guardian)
	if err != nil {
		return nil, err
	}
	for _, c := range children {
		m, err := p.lasting(ctx, tx, c.Child, institution, Pupil)
		if err == nil {
			out = append(out, m.Class)
		} else if !fault.Is(err, fault.Absent) {
			return nil, err
		}
	}
	return out, nil
}

func (p *Parties) lastingOf(ctx context.Context, tx Tx, user identity.ID) ([]Membership, error) {
	all, err := tx.MembershipsOf(ctx, user)
	return slices.DeleteFunc(all, func(m Membership) bool { return !m.EndedAt.IsZero() }), err
}

// answersFor reports whether somebody is a person or that person's guardian.
func (p *Parties) answersFor(ctx context.Context, tx Tx, who, person identity.ID) (bool, error) {
	if who == person {
		return true, nil
	}
	children, err := tx.ChildrenOf(ctx, who)
	return slices.ContainsFunc(children, func(g Guardian) bool { return g.Child == person }), err
}

// Show chooses who sees the page of the actor, or of a child they answer for (kundelik 4.9).
// Refusals: Absent for anybody else's page; Invalid "party.visibility".
func (p *Parties) Show(ctx context.Context, bound identity.Bound, owner identity.ID, to Visibility) error {
	actor := bound.Actor()
	_, cite, ok := p.PageRule(actor.Portal)
	if !ok {
		return fault.New(fault.Absent, "gate.no_page")
	}
	if !slices.Contains(Visibilities(), to) {
		return fault.New(fault.Invalid, "party.visibility").At("visible").By(cite)
	}
	return p.InTx(ctx, func(tx Tx) error {
		mine, err := p.answersFor(ctx, tx, actor.User, owner)
		if err == nil && !mine {
			err = fault.New(fault.Absent, "gate.no_page")
		}
		if err != nil {
			return err
		}
		before, err := p.visible(ctx, tx, owner)
		if err != nil || before == to {
			return err
		}
		if err := tx.SetVisible(ctx, owner, to, p.Now()); err != nil {
			return err
		}
		return p.note(ctx, tx, actor.Portal, owner, "party.visibility", by(actor), cite, map[string]string{"before": string(before), "now": string(to)})
	})
}

// Circle is some people of an institution whose pages the actor may look for.
type Circle struct {
	Institution Institution
	Role        Role
	Class       string
	all         bool
	shown       []Visibility
}

// Circles lists whose pages an actor may look for: the staff of an institution everybody's there, the
// others their own class, and whoever shows the page to the institution. Refusal: Absent where people
// have no pages.
func (p *Parties) Circles(ctx context.Context, actor identity.Actor) (out []Circle, err error) {
	if _, _, ok := p.PageRule(actor.Portal); !ok {
		return nil, fault.New(fault.Absent, "gate.no_page")
	}
	err = p.InView(ctx, func(tx Tx) error {
		mine, err := p.lastingOf(ctx, tx, actor.User)
		if err != nil {
			return err
		}
		var seen []identity.ID
		for _, m := range mine {
			if slices.Contains(seen, m.Institution) {
				continue
			}
			seen = append(seen, m.Institution)
			i, err := tx.Institution(ctx, m.Institution)
			if err != nil {
				return err
			}
			classes, err := tx.Classes(ctx, i.ID)
			if err != nil {
				return err
			}
			for _, c := range classes {
				near, err := p.reach(ctx, tx, actor.User, mine, Membership{Institution: i.ID, Role: c.Role, Class: c.Name})
				if err != nil {
					return err
				}
				x := Circle{Institution: i, Role: c.Role, Class: c.Name, all: near == staffReach, shown: []Visibility{ToInstitution}}
				if near == classReach {
					x.shown = append(x.shown, ToClass)
				}
				out = append(out, x)
			}
		}
		return nil
	})
	return out, err
}

// PagesIn lists the people of a circle whose pages the actor may see, in the order of their names.
func (p *Parties) PagesIn(ctx context.Context, c Circle, page MemberPage) (out []Member, err error) {
	page.Role, page.Class = c.Role, c.Class
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.PagesOf(ctx, c.Institution.ID, page, c.all, c.shown...)
		return err
	})
	return out, err
}

// Mine is a membership of one's own, with the institution.
type Mine struct {
	Membership
	Name string
	Cite clause.Citation // of the ground it ended on; zero while it lasts
}

// MyMemberships lists what the actor is and was, newest first.
func (p *Parties) MyMemberships(ctx context.Context, actor identity.Actor) ([]Mine, error) {
	return p.membershipsIn(ctx, actor.Portal, actor.User)
}

// MembershipsOf is MyMemberships of anybody, for an operator who has said why they look.
// Refusal: Forbidden.
func (p *Parties) MembershipsOf(ctx context.Context, actor identity.Actor, user identity.ID) ([]Mine, error) {
	if err := operator(actor); err != nil {
		return nil, err
	}
	return p.membershipsIn(ctx, actor.Portal, user)
}

func (p *Parties) membershipsIn(ctx context.Context, portal string, user identity.ID) (out []Mine, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		all, err := tx.MembershipsOf(ctx, user)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(all) {
			i, err := p.institution(ctx, tx, portal, m.Institution)
			if err != nil {
				return err
			}
			x := Mine{Membership: m, Name: i.Name}
			for _, b := range Bases(p.book(portal), m.Role) {
				if !m.EndedAt.IsZero() && b.Name == m.Basis {
					x.Cite = b.Cite
				}
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// NameOf is what an institution of a portal is called. Refusal: Absent.
func (p *Parties) NameOf(ctx context.Context, portal string, id identity.ID) (name string, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.institution(ctx, tx, portal, id)
		name = i.Name
		return err
	})
	return name, err
}

// SortOf is where somebody stands in the list of a circle. Refusal: Absent.
func (p *Parties) SortOf(ctx context.Context, c Circle, user identity.ID) (sort []byte, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		m, err := p.memberOf(ctx, tx, c.Institution.ID, user)
		sort = m.Sort
		return err
	})
	return sort, err
}

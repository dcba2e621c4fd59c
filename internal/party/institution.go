package party

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// KindsUnder lists the kinds of institution that may stand under a parent: those that come later in
// the order of the clause (kundelik 1.15). At the head of a tree stands the first kind only.
func KindsUnder(b *clause.Book, parent string) ([]string, clause.Citation) {
	rule, cite, ok := clause.In[InstitutionKinds](b)
	if !ok || len(rule.Kinds) == 0 {
		return nil, cite
	}
	if parent == "" {
		return rule.Kinds[:1], cite
	}
	i := slices.Index(rule.Kinds, parent)
	if i < 0 || parent == schoolKind {
		return nil, cite
	}
	return rule.Kinds[i+1:], cite
}

// schoolKind is the only kind with pupils and their parents, and with nothing under it.
const schoolKind = "school"

// GroupOf is the group of users (kundelik 1.5) and the kind of page (kundelik 1.6) that somebody in
// a role at a kind of institution belongs to; both are empty where there is no such person.
func GroupOf(kind string, role Role) (group, page string) {
	switch role {
	case Pupil, Parent:
		if kind != schoolKind {
			return "", ""
		}
		return string(role), string(role)
	case Staff, Administrator:
		switch kind {
		case schoolKind:
			return "school_staff", "school_staff"
		case "ministry":
			return "ministry_staff", "ministry"
		case "region", "major_city":
			return "local_executive_staff", "education_department"
		case "district":
			return "local_executive_staff", "education_division"
		case "other_authority":
			return "authority_staff", "education_division"
		}
	}
	return "", ""
}

// CheckRole refuses somebody whom the agreement does not know at such an institution.
func CheckRole(b *clause.Book, kind string, role Role) *fault.Fault {
	rule, cite, ok := clause.In[UserGroups](b)
	group, _ := GroupOf(kind, role)
	if !ok || group == "" || !slices.Contains(rule.Groups, group) {
		return fault.New(fault.Invalid, "party.role").At("role").By(cite)
	}
	return nil
}

// RolesAt lists the roles people may have at a kind of institution, but for its administrator.
func RolesAt(b *clause.Book, kind string) (roles []Role) {
	for _, role := range []Role{Pupil, Parent, Staff} {
		if CheckRole(b, kind, role) == nil {
			roles = append(roles, role)
		}
	}
	return roles
}

func clean(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

// checkName refuses what no name of an institution or class holds.
func checkName(field, s string, low, high int) *fault.Fault {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case n < low && n == 0:
		return fault.New(fault.Invalid, "form.empty").At(field)
	case n < low:
		return fault.New(fault.Invalid, "form.short").With("min", "2").At(field)
	case n > high:
		return fault.New(fault.Invalid, "form.long").With("max", number(identity.ID(high))).At(field)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return fault.New(fault.Invalid, "form.characters").At(field)
	}
	return nil
}

// operator refuses anyone but the portal's operator.
func operator(actor identity.Actor) error {
	if actor.Is(identity.Operator) {
		return nil
	}
	return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
}

// Found adds an institution to the tree. Refusals: Forbidden for anyone but an operator; Invalid for
// each field; Absent for a parent of another portal.
func (p *Parties) Found(ctx context.Context, actor identity.Actor, parent identity.ID, kind, name string) (Institution, error) {
	if err := operator(actor); err != nil {
		return Institution{}, err
	}
	name = clean(name)
	i := Institution{ID: p.NewID(), Portal: actor.Portal, Parent: parent, Kind: kind, Name: name, CreatedAt: p.Now()}
	err := p.InTx(ctx, func(tx Tx) error {
		above := Institution{}
		if parent != 0 {
			var err error
			if above, err = p.institution(ctx, tx, actor.Portal, parent); err != nil {
				return err
			}
		}
		kinds, cite := KindsUnder(p.book(actor.Portal), above.Kind)
		var wrong fault.Faults
		if f := checkName("name", name, 2, 200); f != nil {
			wrong = append(wrong, f)
		}
		if !slices.Contains(kinds, kind) {
			wrong = append(wrong, fault.New(fault.Invalid, "party.kind").At("kind").By(cite))
		}
		if wrong != nil {
			return wrong
		}
		if err := tx.AddInstitution(ctx, i); err != nil {
			return err
		}
		return p.note(ctx, tx, i.Portal, i.ID, "party.found", by(actor), cite, map[string]string{"kind": kind, "parent": number(parent)})
	})
	return i, err
}

// institution gives one of a portal. Refusal: Absent, for one of another portal too.
func (p *Parties) institution(ctx context.Context, tx Tx, portal string, id identity.ID) (Institution, error) {
	i, err := tx.Institution(ctx, id)
	if fault.Is(err, fault.Absent) || err == nil && i.Portal != portal {
		return Institution{}, fault.New(fault.Absent, "gate.no_page")
	}
	return i, err
}

// Tree gives an institution, those above it from the head down, and those right under it; id 0 gives
// the heads. Refusals: Forbidden for anyone but an operator; Absent.
func (p *Parties) Tree(ctx context.Context, actor identity.Actor, id identity.ID) (here Institution, above, under []Institution, err error) {
	if err := operator(actor); err != nil {
		return Institution{}, nil, nil, err
	}
	err = p.InView(ctx, func(tx Tx) error {
		if id != 0 {
			if here, err = p.institution(ctx, tx, actor.Portal, id); err != nil {
				return err
			}
		}
		for parent := here.Parent; parent != 0; {
			i, err := p.institution(ctx, tx, actor.Portal, parent)
			if err != nil {
				return err
			}
			above, parent = append([]Institution{i}, above...), i.Parent
		}
		under, err = tx.Institutions(ctx, actor.Portal, id)
		return err
	})
	return here, above, under, err
}

package party

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

const (
	maxClass = 20
	maxPart  = 60 // of a name
	maxAge   = 120

	maxNumber   = 30
	maxChildren = 20
)

// clean makes the fields of a person comparable.
func (x Person) clean() Person {
	x.Surname, x.Given, x.Patronymic, x.Class = clean(x.Surname), clean(x.Given), clean(x.Patronymic), strings.ToUpper(clean(x.Class))
	x.BirthDate, x.Number = strings.TrimSpace(x.BirthDate), strings.ToUpper(clean(x.Number))
	return x
}

// CheckPerson collects what is wrong with a person who is to be entered at a kind of institution.
func CheckPerson(b *clause.Book, kind string, x Person, today time.Time) fault.Faults {
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	add(checkPart("surname", x.Surname, true))
	add(checkPart("given", x.Given, true))
	add(checkPart("patronymic", x.Patronymic, false))
	day, err := time.Parse(time.DateOnly, x.BirthDate)
	if err != nil || day.After(today) || day.Before(today.AddDate(-maxAge, 0, 0)) {
		add(fault.New(fault.Invalid, "party.birth_date").At("birth_date"))
	}
	if x.Sex != identity.Male && x.Sex != identity.Female {
		add(fault.New(fault.Invalid, "party.sex").At("sex"))
	}
	if x.Role == Administrator { // appointed by the operator, never entered
		add(fault.New(fault.Invalid, "party.role").At("role"))
	} else {
		add(CheckRole(b, kind, x.Role))
	}
	if f := checkName("class", x.Class, 0, maxClass); f != nil {
		add(f)
	} else if formula(x.Class) {
		add(fault.New(fault.Invalid, "party.formula").At("class"))
	} else if x.Role == Pupil && x.Class == "" {
		add(fault.New(fault.Invalid, "party.class").At("class"))
	}
	if f := checkName("number", x.Number, 0, maxNumber); f != nil || x.Number != "" && x.Role != Pupil {
		add(fault.New(fault.Invalid, "party.line_number").At("number"))
	}
	if len(x.Children) > maxChildren || len(x.Children) > 0 && x.Role != Parent {
		add(fault.New(fault.Invalid, "party.line_child").At("child"))
	}
	return wrong
}

// formula reports whether a spreadsheet would take the text for one.
func formula(s string) bool { return s != "" && strings.ContainsRune("=+-@\t\r|%", rune(s[0])) }

// checkPart admits what a part of a name is made of: letters of one script, and what joins them.
func checkPart(field, s string, needed bool) *fault.Fault {
	if s == "" && !needed {
		return nil
	}
	if formula(s) {
		return fault.New(fault.Invalid, "party.formula").At(field)
	}
	if f := checkName(field, s, 1, maxPart); f != nil {
		return f
	}
	latin, cyrillic, letters := false, false, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
			latin, cyrillic = latin || unicode.Is(unicode.Latin, r), cyrillic || unicode.Is(unicode.Cyrillic, r)
		case unicode.IsMark(r), strings.ContainsRune(" -'’.", r):
		default:
			return fault.New(fault.Invalid, "party.letters").At(field)
		}
	}
	if letters == 0 || latin && cyrillic {
		return fault.New(fault.Invalid, "party.letters").At(field)
	}
	return nil
}

// mark is what makes two entries the same person of one institution: in one role, of one name and
// birth date. The class is none of it: next year's list names another.
func (x Person) mark() string {
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ё", "е") }
	return strings.Join([]string{string(x.Role), fold(x.Surname), fold(x.Given), fold(x.Patronymic), x.BirthDate}, "\x00")
}

// Enter adds one person to the actor's institution: a user who has not registered yet.
// Refusals: Forbidden; Invalid for each field (fault.Faults); Conflict "party.entered".
func (p *Parties) Enter(ctx context.Context, actor identity.Actor, x Person) (identity.ID, error) {
	var user identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		user, _, err = p.enter(ctx, tx, i, actor.Language, x, by(actor))
		return err
	})
	return user, err
}

// AppointNew makes a new person the administrator of an institution.
// Refusals: Forbidden for anyone but an operator; Absent; Invalid; Conflict "party.entered".
func (p *Parties) AppointNew(ctx context.Context, actor identity.Actor, institution identity.ID, x Person) (identity.ID, error) {
	if err := operator(actor); err != nil {
		return 0, err
	}
	x.Role = Staff
	var user identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := p.institution(ctx, tx, actor.Portal, institution)
		if err != nil {
			return err
		}
		if user, _, err = p.enter(ctx, tx, i, actor.Language, x, by(actor)); err != nil {
			return err
		}
		return p.admit(ctx, tx, i, Membership{User: user, Role: Administrator}, "", by(actor))
	})
	return user, err
}

// enter adds a person within an act.
func (p *Parties) enter(ctx context.Context, tx Tx, i Institution, language string, x Person, actor string) (identity.ID, string, error) {
	x = x.clean()
	if wrong := p.check(i, x); wrong != nil {
		return 0, "", wrong
	}
	id := p.NewID()
	added, err := tx.AddEntry(ctx, i.ID, x.mark(), id)
	if err != nil {
		return 0, "", err
	}
	if !added {
		return 0, "", fault.New(fault.Conflict, "party.entered")
	}
	name, err := p.write(ctx, tx, i, id, language, x, actor)
	return id, name, err
}

func (p *Parties) check(i Institution, x Person) fault.Faults {
	wrong := CheckPerson(p.book(i.Portal), i.Kind, x, p.Now().In(p.Zone(i.Portal)))
	if wrong == nil {
		if f := p.checkRole(i, x.Role); f != nil {
			return fault.Faults{f}
		}
	}
	return wrong
}

// checkRole refuses a role whose group of users, or whose kind of page, the agreement does not know.
func (p *Parties) checkRole(i Institution, role Role) *fault.Fault {
	if f := CheckRole(p.book(i.Portal), i.Kind, role); f != nil {
		return f
	}
	_, page := GroupOf(i.Kind, role)
	if f := p.Users.CheckKind(i.Portal, page); f != nil {
		return f.At("role")
	}
	return nil
}

// write makes the user and the membership of a person who has been checked and noted.
func (p *Parties) write(ctx context.Context, tx Tx, i Institution, id identity.ID, language string, x Person, actor string) (name string, err error) {
	if name, err = p.Users.Invite(ctx, tx, id, i.Portal, language, x); err != nil {
		return "", err
	}
	return name, p.admit(ctx, tx, i, Membership{User: id, Role: x.Role, Class: x.Class}, "", actor)
}

// Classes counts the people of the actor's institution. Refusal: Forbidden.
func (p *Parties) Classes(ctx context.Context, actor identity.Actor) (i Institution, classes []Class, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		if i, err = p.schoolOf(ctx, tx, actor); err != nil {
			return err
		}
		classes, err = tx.Classes(ctx, i.ID)
		return err
	})
	return i, classes, err
}

// Members lists the people of a class of the actor's institution. Refusal: Forbidden.
func (p *Parties) Members(ctx context.Context, actor identity.Actor, page MemberPage) (i Institution, members []Member, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		if i, err = p.schoolOf(ctx, tx, actor); err != nil {
			return err
		}
		members, err = tx.Members(ctx, i.ID, page)
		return err
	})
	return i, members, err
}

// Sight is what an administrator sees of somebody of their institution.
type Sight struct {
	Institution Institution
	Member      Member
	Memberships []Membership // in this institution only
	Guardians   []Member     // of this institution only
	Children    []Member
	Transfer    Transfer // from this institution; of no state where there is none
	TransferTo  string
}

// Look gives what an administrator may see of a person. Somebody of another institution is absent.
// Refusals: Forbidden; Absent.
func (p *Parties) Look(ctx context.Context, actor identity.Actor, user identity.ID) (s Sight, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		if s.Institution, err = p.schoolOf(ctx, tx, actor); err != nil {
			return err
		}
		if s.Member, err = p.memberOf(ctx, tx, s.Institution.ID, user); err != nil {
			return err
		}
		all, err := tx.MembershipsOf(ctx, user)
		if err != nil {
			return err
		}
		s.Memberships = slices.DeleteFunc(all, func(m Membership) bool { return m.Institution != s.Institution.ID })
		if err := p.seeTransfer(ctx, tx, &s, user); err != nil {
			return err
		}
		guardians, err := tx.GuardiansOf(ctx, user)
		if err != nil {
			return err
		}
		children, err := tx.ChildrenOf(ctx, user)
		if err != nil {
			return err
		}
		for _, g := range guardians {
			if s.Guardians, err = p.see(ctx, tx, s.Institution.ID, g.User, s.Guardians); err != nil {
				return err
			}
		}
		for _, g := range children {
			if s.Children, err = p.see(ctx, tx, s.Institution.ID, g.Child, s.Children); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

func (p *Parties) seeTransfer(ctx context.Context, tx Tx, s *Sight, user identity.ID) error {
	t, err := tx.Transfer(ctx, user, s.Institution.ID)
	if fault.Is(err, fault.Absent) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := tx.Institution(ctx, t.To)
	s.Transfer, s.TransferTo = t, to.Name
	return err
}

func (p *Parties) see(ctx context.Context, tx Tx, institution, user identity.ID, into []Member) ([]Member, error) {
	m, err := tx.MemberOf(ctx, institution, user)
	if fault.Is(err, fault.Absent) {
		return into, nil
	}
	return append(into, m), err
}

// memberOf finds somebody of an institution. Refusal: Absent, whether or not there is such a person.
func (p *Parties) memberOf(ctx context.Context, tx Tx, institution, user identity.ID) (Member, error) {
	m, err := tx.MemberOf(ctx, institution, user)
	if fault.Is(err, fault.Absent) {
		return Member{}, fault.New(fault.Absent, "gate.no_page")
	}
	return m, err
}

// MayHandOut refuses whoever may not hand credentials to a user: it runs inside the act that makes
// them (kundelik 3.1). Somebody of another institution is absent.
func (p *Parties) MayHandOut(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID) error {
	i, err := p.schoolOf(ctx, tx, actor)
	if err != nil {
		return err
	}
	m, err := p.memberOf(ctx, tx, i.ID, user)
	if err == nil && !m.EndedAt.IsZero() {
		return fault.New(fault.Absent, "gate.no_page")
	}
	return err
}

// MayDelete refuses whoever may not delete the page of a user: anyone but the administrator of an
// institution the person belongs to, and, where the person has not asked for it themselves, of each.
// It runs inside the act (kundelik 3.7). Refusals: as MayHandOut; Forbidden "party.elsewhere".
func (p *Parties) MayDelete(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID, asked bool) error {
	if err := p.MayHandOut(ctx, tx, actor, user); err != nil || asked {
		return err
	}
	own, err := p.schoolOf(ctx, tx, actor)
	if err != nil {
		return err
	}
	all, err := tx.MembershipsOf(ctx, user)
	if err == nil && slices.ContainsFunc(all, func(m Membership) bool { return m.EndedAt.IsZero() && m.Institution != own.ID }) {
		return fault.New(fault.Forbidden, "party.elsewhere")
	}
	return err
}

// Deletions lists who of the actor's institution has asked that their page be deleted. Refusal: Forbidden.
func (p *Parties) Deletions(ctx context.Context, actor identity.Actor) (out []Correction, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		out, err = tx.Asked(ctx, i.ID, "deletion", 100)
		return err
	})
	return out, err
}

// Corrections lists what people of the actor's institution say is wrong about them. Refusal: Forbidden.
func (p *Parties) Corrections(ctx context.Context, actor identity.Actor) (out []Correction, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		out, err = tx.Asked(ctx, i.ID, "correction", 100)
		return err
	})
	return out, err
}

// CheckCorrection refuses data that could not have been entered. Refusals: Forbidden; Invalid
// (fault.Faults).
func (p *Parties) CheckCorrection(ctx context.Context, actor identity.Actor, x Person) (Person, error) {
	i, err := p.SchoolOf(ctx, actor)
	if err != nil {
		return x, err
	}
	x = x.clean()
	if wrong := p.check(i, x); wrong != nil {
		return x, wrong
	}
	return x, nil
}

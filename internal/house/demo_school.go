package house

import (
	"context"
	"fmt"
	"time"

	"tereze/internal/account"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/store"
)

// reasonOfSamples is why the operator of a demo makes its memberships.
const reasonOfSamples = "institution_asked"

// member is somebody of the sample school: with a sign-in name they have registered, without one
// whoever walks through the demo prints their card.
type member struct {
	name   string
	person party.Person
	years  int
}

func sampleMembers() []member {
	person := func(surname, given string, sex identity.Sex, role party.Role, class string) party.Person {
		return party.Person{Surname: surname, Given: given, Sex: sex, Role: role, Class: class}
	}
	return []member{
		{"principal", person("Сейтқали", "Гүлжан", identity.Female, party.Administrator, ""), 48},
		{"teacher", person("Оразбек", "Дархан", identity.Male, party.Staff, ""), 35},
		{"parent", person("Мұратқызы", "Айнұр", identity.Female, party.Parent, ""), 38},
		{"pupil", person("Нұрлан", "Әлихан", identity.Male, party.Pupil, "11А"), 18},
		{"", person("Мұрат", "Томирис", identity.Female, party.Pupil, "3А"), 9},
		{"", person("Мұрат", "Алдияр", identity.Male, party.Pupil, "9А"), 15},
		{"", person("Қасым", "Жанель", identity.Female, party.Pupil, "9А"), 15},
	}
}

// school makes the sample school of a portal whose agreement knows institutions: a tree down to it, staff,
// pupils, a parent. Where a demo was kept on its database it is there already.
func (h *House) school(ctx context.Context, portal string) (samples []Sample, err error) {
	kinds, _ := party.KindsUnder(h.Accounts.Book(portal, h.Clock.Now()), "")
	if len(kinds) == 0 {
		return nil, nil
	}
	for _, m := range sampleMembers() {
		if m.name != "" {
			samples = append(samples, Sample{
				Portal: portal, Role: identity.User, As: m.person.Role, Name: m.name, Shown: m.person.Surname + " " + m.person.Given, Password: samplePassword,
			})
		}
	}
	operator, err := h.sampleActor(ctx, portal, string(identity.Operator), identity.Operator)
	if err != nil {
		return nil, err
	}
	_, _, heads, err := h.Parties.Tree(ctx, operator, 0)
	if err != nil || len(heads) > 0 {
		return samples, err
	}
	var at, district identity.ID
	for _, place := range []struct{ kind, name string }{
		{"ministry", "Үлгі министрлік"}, {"region", "Үлгі облыс"}, {"district", "Үлгі аудан"}, {"school", "№ 2 үлгі мектеп"}, {"school", "№ 1 үлгі мектеп"},
	} {
		under := at
		if place.kind == "school" {
			under = district
		}
		i, err := h.Parties.Found(ctx, operator, under, place.kind, place.name)
		if err != nil {
			return nil, fmt.Errorf("sample institution: %w", err)
		}
		at = i.ID
		if place.kind == "district" {
			district = i.ID
		}
	}
	return samples, h.fillSchool(ctx, operator, at)
}

// fillSchool enters the people of the sample school.
func (h *House) fillSchool(ctx context.Context, operator identity.Actor, school identity.ID) error {
	var principal identity.Actor
	var parent identity.ID
	for _, m := range sampleMembers() {
		m.person.BirthDate = h.Clock.Now().AddDate(-m.years, -3, 0).Format(time.DateOnly)
		if m.name == "" {
			child, err := h.Parties.Enter(ctx, principal, m.person)
			if err != nil {
				return err
			}
			if m.person.Surname == "Мұрат" {
				if err := h.linkSample(ctx, principal, parent, child); err != nil {
					return err
				}
			}
			continue
		}
		user, err := h.registerSample(ctx, operator.Portal, m)
		if err != nil {
			return err
		}
		if m.person.Role == party.Administrator {
			err = h.Parties.Appoint(ctx, operator, school, m.name, reasonOfSamples)
			principal = identity.Actor{Portal: operator.Portal, User: user, Language: operator.Language, Roles: []identity.Role{identity.User, identity.Administrator}}
		} else {
			err = h.Parties.Join(ctx, operator, school, m.name, m.person.Role, m.person.Class, reasonOfSamples)
		}
		if err != nil {
			return err
		}
		if m.person.Role == party.Parent {
			parent = user
		}
	}
	return nil
}

// registerSample makes somebody who has registered, and whose data an institution has entered.
func (h *House) registerSample(ctx context.Context, portal string, m member) (identity.ID, error) {
	p, _ := h.Agreements.Portal(portal)
	x := account.Person{
		Surname: m.person.Surname, Given: m.person.Given, BirthDate: m.person.BirthDate, Sex: m.person.Sex, ConfirmedAt: h.Clock.Now(),
	}
	u, err := h.Accounts.Register(ctx, account.Registration{
		Portal: portal, SignInName: m.name, Shown: x.Shown(), Password: samplePassword, Again: samplePassword, Language: p.Languages[0],
	})
	if err != nil {
		return 0, err
	}
	return u.ID, h.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SavePerson(ctx, portal, u.ID, x) })
}

func (h *House) linkSample(ctx context.Context, principal identity.Actor, parent, child identity.ID) error {
	var name string
	err := h.Store.InView(ctx, func(tx *store.Tx) error {
		u, err := tx.User(ctx, child)
		name = u.SignInName
		return err
	})
	if err != nil {
		return err
	}
	return h.Parties.Link(ctx, principal, parent, name)
}

// sampleActor is one of the people of a demo, to act in their name.
func (h *House) sampleActor(ctx context.Context, portal, name string, role identity.Role) (actor identity.Actor, err error) {
	err = h.Store.InView(ctx, func(tx *store.Tx) error {
		u, err := tx.UserNamed(ctx, portal, account.Fold(name))
		actor = identity.Actor{Portal: portal, User: u.ID, Name: u.SignInName, Shown: u.Shown, Language: u.Language, Roles: []identity.Role{identity.User, role}}
		return err
	})
	return actor, err
}

package account

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Profile is what a person may change of their own data as they like; how to reach them is confirmed
// first (contacts.go).
type Profile struct {
	Shown string
	About string
}

// Me gives the actor's own user.
func (a *Accounts) Me(ctx context.Context, actor identity.Actor) (User, error) {
	var u User
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		u, err = tx.User(ctx, actor.User)
		return err
	})
	return u, err
}

// SaveProfile changes the actor's own data; believed is the version that was shown.
// Refusals: Invalid for each field (fault.Faults); Conflict "store.changed".
func (a *Accounts) SaveProfile(ctx context.Context, bound identity.Bound, believed int, p Profile) error {
	p.Shown = norm.NFC.String(strings.Join(strings.Fields(p.Shown), " "))
	if err := p.check(); err != nil {
		return err
	}
	actor := bound.Actor()
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		if u.Version != believed {
			return fault.New(fault.Conflict, "store.changed")
		}
		var changed []string
		for name, pair := range map[string][2]string{"shown": {u.Shown, p.Shown}, "about": {u.About, p.About}} {
			if pair[0] == pair[1] {
				continue
			}
			changed = append(changed, name)
			if err := tx.AddChange(ctx, u.ID, Change{ID: a.NewID(), At: a.Now(), Field: name, Before: pair[0], After: pair[1]}); err != nil {
				return err
			}
		}
		u.Shown, u.About = p.Shown, p.About
		u.Version++
		if err := tx.SaveUser(ctx, u, u.Keys()); err != nil {
			return err
		}
		return a.note(ctx, tx, u, "account.profile", a.Now(), map[string]string{"fields": strings.Join(slices.Sorted(slices.Values(changed)), " ")})
	})
}

func (p Profile) check() error {
	var wrong fault.Faults
	for _, f := range []*fault.Fault{
		checkShown("shown", p.Shown),
		checkText("about", p.About, 0, maxAbout, true),
	} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// SetLanguage remembers the language a person chose (egov UI-1): pages and notices use it.
func (a *Accounts) SetLanguage(ctx context.Context, actor identity.Actor, language string) error {
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		u.Language = language
		u.Version++
		return tx.SaveUser(ctx, u, u.Keys())
	})
}

// People lists a portal's users for an operator, in the order of their names: all, or those whose name
// begins with find, whoever signs in under exactly that coming first. more says that there are
// others behind the last one. What it shows is the sign-in name and the state; a person's data are
// seen one at a time, with a reason. Refusal: Forbidden for anyone but an operator.
func (a *Accounts) People(ctx context.Context, actor identity.Actor, find string, page UserPage) (users []User, more bool, err error) {
	if err := asOperator(actor); err != nil {
		return nil, false, err
	}
	page.FoldPrefix = Fold(strings.TrimSpace(find))
	page.Limit = a.RowsOfOthers(actor.Portal, page.Limit)
	first, limit := page.AfterID == 0, page.Limit
	page.Limit += 2 // one to know whether there are more, one who may be the exact find
	err = a.InView(ctx, func(tx Tx) error {
		if users, err = tx.Users(ctx, actor.Portal, page); err != nil {
			return err
		}
		exact, err := a.signsInAs(ctx, tx, actor.Portal, find)
		if err != nil {
			return err
		}
		users = slices.DeleteFunc(users, func(u User) bool { return u.ID == exact.ID })
		if more = len(users) > limit; more {
			users = users[:limit]
		}
		if first && exact.ID != 0 {
			users = append([]User{exact}, users...)
		}
		return fillRoles(ctx, tx, users)
	})
	return users, more, err
}

// signsInAs finds whoever signs in under a name as it was typed; nobody is the zero User.
func (a *Accounts) signsInAs(ctx context.Context, tx Tx, portal, typed string) (User, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return User{}, nil
	}
	u, err := tx.UserNamed(ctx, portal, a.loginFold(portal, typed))
	if fault.Is(err, fault.Absent) || err == nil && u.State == Deleted {
		return User{}, nil
	}
	return u, err
}

func fillRoles(ctx context.Context, tx Tx, users []User) error {
	ids := make([]identity.ID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	roles, err := tx.RolesOf(ctx, ids)
	for i := range users {
		users[i].Roles = roles[users[i].ID]
	}
	return err
}

// Reasons are the grounds on which staff may look at a person's data.
func Reasons() []string { return []string{"support", "operation", "enforcement"} }

// ReasonsAt are the reasons a portal takes now, and the clause that sets them (ismet R31); where none does,
// all of them are.
func (a *Accounts) ReasonsAt(portal string) ([]string, clause.Citation) {
	if a.LookReasons != nil {
		if set, cite, ok := a.LookReasons(portal, a.Now()); ok {
			return set, cite
		}
	}
	return Reasons(), clause.Citation{}
}

// reason refuses a look without a reason that is taken, and gives the clause. Refusal: Invalid "account.reason".
func (a *Accounts) reason(portal, reason string) (clause.Citation, error) {
	taken, cite := a.ReasonsAt(portal)
	if !slices.Contains(taken, reason) {
		return cite, fault.New(fault.Invalid, "account.reason").At("reason").By(cite)
	}
	return cite, nil
}

// Look gives an operator a person's data, for a reason that the person sees among their activity.
// Refusals: Forbidden; Invalid "account.reason"; Absent for a person of another portal; TooMany
// "account.read_too_many" for one who opens the data of too many.
func (a *Accounts) Look(ctx context.Context, actor identity.Actor, id identity.ID, reason string) (User, error) {
	if err := asOperator(actor); err != nil {
		return User{}, err
	}
	cite, err := a.reason(actor.Portal, reason)
	if err != nil {
		return User{}, err
	}
	if err := a.CountReading(ctx, actor); err != nil {
		return User{}, err
	}
	var u User
	err = a.InTx(ctx, func(tx Tx) error {
		var err error
		if u, err = tx.User(ctx, id); err != nil {
			return err
		}
		if u.Portal != actor.Portal {
			return fault.New(fault.Absent, "account.nobody")
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.look", "", map[string]string{"reason": reason}, cite)
	})
	return u, err
}

// Looked notes, in the act that shows something of a person to the staff, who looked and why: the person sees
// it among their activity. home may be that of somebody without a user account.
// Refusals: Forbidden; Invalid "account.reason".
func (a *Accounts) Looked(ctx context.Context, tx Tx, actor identity.Actor, home identity.ID, subject, reason string) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	cite, err := a.reason(actor.Portal, reason)
	if err != nil {
		return err
	}
	return a.staffNoteBy(ctx, tx, actor, User{ID: home, Portal: actor.Portal}, "account.look", subject, map[string]string{"reason": reason}, cite)
}

package account

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Profile is what a person may change of their own data.
type Profile struct {
	Shown string
	Email string
	Phone string
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
	p.Email, p.Phone = strings.TrimSpace(p.Email), strings.TrimSpace(p.Phone)
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
		for name, pair := range map[string][2]string{"shown": {u.Shown, p.Shown}, "email": {u.Email, p.Email}, "phone": {u.Phone, p.Phone}, "about": {u.About, p.About}} {
			if pair[0] != pair[1] {
				changed = append(changed, name)
			}
		}
		u.Shown, u.Email, u.Phone, u.About = p.Shown, p.Email, p.Phone, p.About
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
		checkText("email", p.Email, 0, 254, false),
		checkText("phone", p.Phone, 0, 40, false),
		checkText("about", p.About, 0, maxAbout, true),
	} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	if p.Email != "" && !strings.Contains(strings.Trim(p.Email, "@"), "@") {
		wrong = append(wrong, fault.New(fault.Invalid, "account.email").At("email"))
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

// People lists a portal's users for an operator, in the order of their names. What it shows is the
// sign-in name and the state; a person's data are seen one at a time, with a reason.
// Refusal: Forbidden for anyone but an operator.
func (a *Accounts) People(ctx context.Context, actor identity.Actor, prefix string, page UserPage) ([]User, error) {
	if !actor.Is(identity.Operator) {
		return nil, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	page.FoldPrefix = Fold(strings.TrimSpace(prefix))
	var out []User
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, err = tx.Users(ctx, actor.Portal, page)
		return err
	})
	return out, err
}

// Reasons are the grounds on which staff may look at a person's data.
func Reasons() []string { return []string{"support", "operation", "enforcement"} }

// Look gives an operator a person's data, for a reason that the person sees among their activity.
// Refusals: Forbidden; Invalid "account.reason"; Absent for a person of another portal.
func (a *Accounts) Look(ctx context.Context, actor identity.Actor, id identity.ID, reason string) (User, error) {
	if !actor.Is(identity.Operator) {
		return User{}, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	if !slices.Contains(Reasons(), reason) {
		return User{}, fault.New(fault.Invalid, "account.reason").At("reason")
	}
	var u User
	err := a.InTx(ctx, func(tx Tx) error {
		var err error
		if u, err = tx.User(ctx, id); err != nil {
			return err
		}
		if u.Portal != actor.Portal {
			return fault.New(fault.Absent, "account.nobody")
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: a.Now(), Actor: "operator:" + actor.Name, Act: "account.look",
			Detail: map[string]string{"reason": reason},
		})
		return err
	})
	return u, err
}

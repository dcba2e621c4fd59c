package account

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// KindOf says what kind of user somebody is, as the rule on kinds of user names them: the state's number
// given at registration, or the key that made the registration full, tells an organisation from a person. Whoever gave none is a person: an
// organisation does not get in without its number. Who acts for an organisation is of its kind, and a visitor of
// none.
func (a *Accounts) KindOf(ctx context.Context, actor identity.Actor) (string, error) {
	if !actor.Known() {
		return "", nil
	}
	if !actor.Behalf.Own() {
		return actor.Behalf.Kind, nil
	}
	var p Person
	var b Binding
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		if b, err = tx.Binding(ctx, actor.User); !fault.Is(err, fault.Absent) {
			return err
		}
		p, err = tx.Person(ctx, actor.User)
		return err
	})
	if err != nil && !fault.Is(err, fault.Absent) {
		return "", err
	}
	if b.Party != "" {
		return b.Party, nil
	}
	if _, err := identity.ParseBIN(p.Number); err == nil {
		return "legal_entity", nil
	}
	return "individual", nil
}

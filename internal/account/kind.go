package account

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// KindOf says what kind of user somebody is, as the rule on kinds of user names them: the state's number
// given at registration tells an organisation from a person. Whoever gave none is a person: an
// organisation does not get in without its number. A visitor is of no kind.
func (a *Accounts) KindOf(ctx context.Context, actor identity.Actor) (string, error) {
	if !actor.Known() {
		return "", nil
	}
	var p Person
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		p, err = tx.Person(ctx, actor.User)
		return err
	})
	if err != nil && !fault.Is(err, fault.Absent) {
		return "", err
	}
	if _, err := identity.ParseBIN(p.Number); err == nil {
		return "legal_entity", nil
	}
	return "individual", nil
}

package account

import (
	"context"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// presence is how long after a sign-in, by whatever way and key, a person need not show again that it is they.
const presence = 5 * time.Minute

// Present makes sure that it is the person themselves who acts, before what a session left open must not do: by
// their password, or because they have signed in, by a passkey or another way of theirs, within the last five
// minutes. token is that of the session.
// Refusals: Invalid "account.not_present" at "old" where neither is given, "account.password_old"; TooMany
// "account.rest".
func (a *Accounts) Present(ctx context.Context, actor identity.Actor, token, password string) error {
	if password != "" {
		return a.confirmOwn(ctx, actor, password)
	}
	all, err := a.MySessions(ctx, actor, token)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.This && a.Now().Sub(s.BeganAt) <= presence {
			return nil
		}
	}
	return fault.New(fault.Invalid, "account.not_present").At("old")
}

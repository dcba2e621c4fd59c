package account

import (
	"context"
	"encoding/base64"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// NewPassword is what a person enters to replace their password. Token is that of the session they
// act in, which goes on; every other one ends.
type NewPassword struct {
	Token    string
	Old      string
	Password string
	Again    string
}

// PasswordDue is what an actor's Due says of somebody who has to replace the password first.
const PasswordDue = "password"

// ReplaceDue replaces a password that is due (kundelik 3.3, 4.17e): the person has just given it to
// sign in, and is not asked for it again.
//
// Refusals: Forbidden "account.password_not_due"; those of ChangePassword but for the old one.
func (a *Accounts) ReplaceDue(ctx context.Context, actor identity.Actor, n NewPassword) error {
	if actor.Due != PasswordDue && actor.Due != RegistrationDue {
		return fault.New(fault.Forbidden, "account.password_not_due")
	}
	return a.changePassword(ctx, actor, n, false)
}

// ChangePassword replaces a person's password at their own wish (court 6.4, ismet R7).
//
// Refusals: Invalid "account.password_old" at "old", counted as an attempt to guess it; TooMany
// "account.rest"; Invalid for the new one (kundelik 4.17f: "account.password_again"); Conflict
// "store.changed" when another window was first.
func (a *Accounts) ChangePassword(ctx context.Context, actor identity.Actor, n NewPassword) error {
	return a.changePassword(ctx, actor, n, true)
}

func (a *Accounts) changePassword(ctx context.Context, actor identity.Actor, n NewPassword, askOld bool) error {
	if n.Password != n.Again {
		return fault.New(fault.Invalid, "account.password_differs").At("again")
	}
	var believed StoredPassword
	var earlier []string
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		if believed, err = tx.StoredPassword(ctx, actor.User); err != nil {
			return err
		}
		earlier, err = a.earlier(ctx, tx, actor.Portal, actor.User)
		return err
	})
	if err != nil {
		return err
	}
	if askOld {
		if err := a.checkOld(ctx, actor, believed, n.Old); err != nil {
			return err
		}
	}
	// Every comparison is a hash of its own: none of them holds the database.
	if err := a.checkNewPassword(ctx, actor.Portal, actor.Name, n.Password, earlier); err != nil {
		return err
	}
	hash, err := a.Hasher.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	return a.setPassword(ctx, actor, n.Token, believed, hash)
}

// checkOld compares the password in force, counting first: a session left open is no place to guess.
func (a *Accounts) checkOld(ctx context.Context, actor identity.Actor, believed StoredPassword, old string) error {
	lock := a.lock(actor.Portal)
	var mark []byte
	err := a.InTx(ctx, func(tx Tx) error {
		var err error
		if mark, err = tx.Mark("lock/old/" + itoa64(actor.User)); err != nil {
			return err
		}
		_, ok, err := tx.Try(ctx, mark, lock.Failures, lock.Rest, a.Now())
		if err == nil && !ok {
			return lock.resting().At("old")
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(old) > 4*maxPassword {
		return fault.New(fault.Invalid, "account.password_old").At("old")
	}
	right, err := a.Hasher.Check(ctx, believed.Hash, old)
	if err != nil {
		return err
	}
	if !right {
		return fault.New(fault.Invalid, "account.password_old").At("old")
	}
	return a.InTx(ctx, func(tx Tx) error { return tx.Forgive(ctx, mark) })
}

// setPassword replaces the password that was believed in force, ends the other sessions and tells
// the person.
func (a *Accounts) setPassword(ctx context.Context, actor identity.Actor, token string, believed StoredPassword, hash string) error {
	now := a.Now()
	keep, err := sessionKey(token)
	if err != nil {
		return err
	}
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		current, err := tx.HoldPassword(ctx, actor.User)
		if err != nil {
			return err
		}
		if current.Hash != believed.Hash {
			return fault.New(fault.Conflict, "store.changed")
		}
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		if err := a.keepPassword(ctx, tx, u, StoredPassword{Hash: hash, SetAt: now}); err != nil {
			return err
		}
		if err := tx.EndOtherSessions(ctx, u.ID, keep); err != nil {
			return err
		}
		if err := a.note(ctx, tx, u, "account.password", now, nil); err != nil {
			return err
		}
		return a.tellAll(ctx, tx, u, "message.password_changed", map[string]string{"at": a.written(u.Portal, now)})
	})
}

// keepPassword puts a password of the person's own into the place of the one they had. Where a clause
// sets its age the person owes the next change from now on, and has met what they owed so far.
func (a *Accounts) keepPassword(ctx context.Context, tx Tx, u User, p StoredPassword) error {
	if err := tx.ReplacePassword(ctx, u.ID, p); err != nil {
		return err
	}
	if p.Temporary {
		return nil
	}
	if err := a.Owed.Meet(ctx, tx, u.Portal, u.ID, DutyPassword, passwordSubject); err != nil {
		return err // owed by an earlier edition, perhaps
	}
	rule, cite, ok := clause.In[PasswordAge](a.Book(u.Portal, p.SetAt))
	if !ok {
		return nil
	}
	return a.Owed.Owe(ctx, tx, obligation.Obligation{
		Home: u.ID, Portal: u.Portal, Kind: DutyPassword, Subject: passwordSubject, From: obligation.User, To: obligation.Operator,
		Cite: cite, Since: p.SetAt, Due: a.Owed.At(u.Portal, after(p.SetAt, rule.Max, a.Zone(u.Portal))),
	})
}

// passwordSubject is what a change of password is owed on.
const passwordSubject = "password"

// PasswordEnd says until when the actor's password may be used, and whether it is time to remind
// them (kundelik 4.17e); zero where no clause ends it.
func (a *Accounts) PasswordEnd(ctx context.Context, actor identity.Actor) (end time.Time, remind bool, cite clause.Citation, err error) {
	rule, _, ok := clause.In[PasswordAge](a.Book(actor.Portal, a.Now()))
	if !ok {
		return time.Time{}, false, clause.Citation{}, nil
	}
	var p StoredPassword
	err = a.InView(ctx, func(tx Tx) error {
		p, err = tx.StoredPassword(ctx, actor.User)
		return err
	})
	if fault.Is(err, fault.Absent) {
		return time.Time{}, false, clause.Citation{}, nil
	}
	if err != nil {
		return time.Time{}, false, clause.Citation{}, err
	}
	due, cite := a.PasswordDue(actor.Portal, p) // cites nothing for a temporary one
	return after(p.SetAt, rule.Max, a.Zone(actor.Portal)), due != Nothing, cite, nil
}

// sessionKey is the key of the session a token belongs to.
func sessionKey(token string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return nil, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	return tokenHash(raw), nil
}

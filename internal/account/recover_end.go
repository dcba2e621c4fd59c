package account

import (
	"context"
	"strconv"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// RecoveryAttempt finds a recovery by the browser's token. Refusal: Absent "account.attempt_ended".
func (a *Accounts) RecoveryAttempt(ctx context.Context, portal, token string) (at Attempt, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err = a.AttemptOf(ctx, tx, portal, wayRecover, token)
		return err
	})
	return at, err
}

// ProveRecovery takes the code or the password that was sent; what is due next is a password of the
// person's own. Tries are counted, whether or not anybody was sent anything.
//
// Refusals: Absent "account.attempt_ended"; Invalid "account.code_wrong", "account.code_expired",
// "account.sent_wrong"; TooMany "account.code_tries".
func (a *Accounts) ProveRecovery(ctx context.Context, portal, token, secret string) error {
	var refused *fault.Fault
	err := a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayRecover, token)
		if err != nil || at.Step != StepCode {
			return err
		}
		refused, err = a.tryRecovery(ctx, tx, at, secret)
		if err != nil || refused != nil {
			return err
		}
		// The try was counted in the row; what is saved is read anew.
		if at, err = tx.Attempt(ctx, at.ID); err != nil {
			return err
		}
		at.Step, at.CodeMark = StepOwn, nil
		at.Version++
		return tx.SaveAttempt(ctx, at)
	})
	if err == nil && refused != nil {
		err = refused
	}
	return err
}

func (a *Accounts) tryRecovery(ctx context.Context, tx Tx, at Attempt, secret string) (*fault.Fault, error) {
	rule := a.codeRule(at.Portal)
	if len(at.CodeMark) > 0 {
		return a.checkDigits(ctx, tx, at, secret, rule)
	}
	ok, err := tx.TryCode(ctx, at.ID, rule.Tries)
	if err != nil {
		return nil, err
	}
	if !ok {
		return fault.New(fault.TooMany, "account.code_tries").At("code"), nil
	}
	wrong := fault.New(fault.Invalid, "account.sent_wrong").At("code")
	user, err := strconv.ParseInt("0"+at.Form["user"], 10, 64)
	if err != nil {
		return nil, err
	}
	hash, found, err := a.sentSecret(ctx, tx, at.Portal, identity.ID(user), secret, at.Form["set_at"])
	if err != nil || !found {
		return wrong, err
	}
	used, err := tx.UseSecret(ctx, hash)
	if err != nil || !used {
		return wrong, err
	}
	return nil, nil
}

// sentSecret looks for a password that was sent to a user, without using it up.
func (a *Accounts) sentSecret(ctx context.Context, tx Tx, portal string, user identity.ID, typed, setAt string) (hash []byte, found bool, err error) {
	if hash, err = tx.Mark(sentPassword(user, typed)); err != nil {
		return nil, false, err
	}
	s, err := tx.Secret(ctx, hash)
	if fault.Is(err, fault.Absent) {
		return nil, false, nil
	}
	found = s.User == user && user != 0 && s.Portal == portal && s.Purpose == purposePassword && s.Detail == setAt && !a.Now().After(s.ExpiresAt)
	return hash, found, err
}

// signInSent lets somebody in by a password that was sent: once. From then on the lost password is
// void, every session has ended, and what stands in its place must be replaced.
func (a *Accounts) signInSent(ctx context.Context, u User, lost StoredPassword, typed string) (bool, error) {
	var hash []byte
	var found bool
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		hash, found, err = a.sentSecret(ctx, tx, u.Portal, u.ID, typed, micros(lost.SetAt))
		return err
	})
	if err != nil || !found || !recoverable(u) {
		return false, err
	}
	defer a.Forget(u.ID)
	used := false
	err = a.InTx(ctx, func(tx Tx) error {
		if used, err = tx.UseSecret(ctx, hash); err != nil || !used {
			return err
		}
		// No hash: no password fits what only opens the page that replaces it.
		return a.renewed(ctx, tx, u, StoredPassword{SetAt: a.Now(), Temporary: true}, clause.Citation{})
	})
	return used && err == nil, err
}

// renewed puts a password into the place of a lost one: sessions end, and the person is told at
// every confirmed contact.
func (a *Accounts) renewed(ctx context.Context, tx Tx, u User, p StoredPassword, cite clause.Citation) error {
	if err := a.keepPassword(ctx, tx, u, p); err != nil {
		return err
	}
	if err := tx.EndSessionsOf(ctx, u.ID); err != nil {
		return err
	}
	// Whoever reported the account has been identified anew by the contact they had confirmed.
	if err := tx.UnlockUser(ctx, u.ID); err != nil {
		return err
	}
	if err := tx.ClearReport(ctx, u.ID); err != nil {
		return err
	}
	mark, err := tx.Mark("lock/name/" + u.Portal + "/" + Fold(u.SignInName))
	if err != nil {
		return err
	}
	if err := tx.Forgive(ctx, mark); err != nil {
		return err
	}
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		if err := a.tell(ctx, tx, u, c, "message.password_changed", map[string]string{"at": a.written(u.Portal, p.SetAt)}); err != nil {
			return err
		}
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: p.SetAt, Actor: "user:" + itoa64(u.ID), Act: "account.recovered", Citation: cite,
	})
	return err
}

// EndRecovery sets the new password of a recovery whose code or password was right.
// Refusals: Absent "account.attempt_ended"; Conflict "account.step_order"; those of a new password.
func (a *Accounts) EndRecovery(ctx context.Context, portal, token, password, again string) error {
	at, err := a.RecoveryAttempt(ctx, portal, token)
	if err != nil {
		return err
	}
	if at.Step != StepOwn {
		return fault.New(fault.Conflict, "account.step_order")
	}
	user, err := strconv.ParseInt("0"+at.Form["user"], 10, 64)
	if err != nil {
		return err
	}
	cite := a.recoveryCite(portal, at.Form["route"])
	return a.setRecovered(ctx, identity.ID(user), at.Form["set_at"], password, again, cite, func(tx Tx) error {
		if _, err := a.AttemptOf(ctx, tx, portal, wayRecover, token); err != nil {
			return err
		}
		return tx.EndAttempt(ctx, at.ID)
	})
}

func (a *Accounts) recoveryCite(portal, route string) clause.Citation {
	for _, r := range a.Recovery(portal) {
		if r.Name == route {
			return r.Cite
		}
	}
	return clause.Citation{}
}

// LookRecovery tells whether a link still works, without using it up: programs that scan mail open
// links before people do. Refusal: Absent "account.link_ended".
func (a *Accounts) LookRecovery(ctx context.Context, portal, link string) error {
	return a.InView(ctx, func(tx Tx) error {
		_, _, err := a.SecretOf(ctx, tx, portal, purposeRecover, link)
		return err
	})
}

// EndRecoveryByLink sets the new password and uses the link up.
// Refusals: Absent "account.link_ended"; those of a new password, which leave the link as it was.
func (a *Accounts) EndRecoveryByLink(ctx context.Context, portal, link, password, again string) error {
	var s Secret
	var hash []byte
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		s, hash, err = a.SecretOf(ctx, tx, portal, purposeRecover, link)
		return err
	})
	if err != nil {
		return err
	}
	cite := a.recoveryCite(portal, string(notify.Email)+"_"+byLink)
	return a.setRecovered(ctx, s.User, s.Detail, password, again, cite, func(tx Tx) error { return a.UseSecret(ctx, tx, hash) })
}

// setRecovered sets a new password in place of a lost one; use uses up what opened the way, in the
// same transaction. A password that was changed since the recovery began makes it void.
func (a *Accounts) setRecovered(ctx context.Context, user identity.ID, setAt, password, again string, cite clause.Citation, use func(Tx) error) error {
	ended := fault.New(fault.Absent, "account.link_ended")
	var u User
	var earlier []string
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		if u, err = tx.User(ctx, user); err != nil {
			return err
		}
		earlier, err = a.earlier(ctx, tx, u.Portal, user)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && !recoverable(u) {
		return ended
	}
	if err != nil {
		return err
	}
	if err := a.checkOwn(u.Portal, u.SignInName, password, again); err != nil {
		return err
	}
	if err := a.checkNewPassword(ctx, u.Portal, u.SignInName, password, earlier); err != nil {
		return err
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		if err := use(tx); err != nil {
			return err
		}
		p, err := tx.StoredPassword(ctx, user)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if micros(p.SetAt) != setAt {
			return ended
		}
		return a.renewed(ctx, tx, u, StoredPassword{Hash: hash, SetAt: a.Now()}, cite)
	})
}

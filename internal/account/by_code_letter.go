package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/notify"
)

// purposeFirstPassword names the secrets of links that lead to a first password.
const purposeFirstPassword = "first_password"

// LetterLife is how long the link to a password works: by the clause on the delivery of passwords
// (ismet 1.17.3), else the one on recovery (ismet 1.17.2), else a day.
func (a *Accounts) LetterLife(portal string) (time.Duration, clause.Citation) {
	book := a.Book(portal, a.Now())
	if rule, cite, ok := clause.In[PasswordDelivery](book); ok && rule.Channel == "email" {
		return length(rule.ValidFor), cite
	}
	if rule, cite, ok := clause.In[RecoveryRoutes](book); ok && slices.Contains(rule.Routes, "email") {
		return length(rule.ValidFor), cite
	}
	return letterLife, clause.Citation{}
}

// sendLetter sends the link to a first password. Where the e-mail address is another user's sign-in
// name, its owner is told so instead: the browser that registers learns nothing of it, and its user
// regains access by phone.
func (a *Accounts) sendLetter(ctx context.Context, tx Tx, u User, link func(token string) string) error {
	life, cite := a.LetterLife(u.Portal)
	now := a.Now()
	token, err := a.NewSecret(ctx, tx, Secret{User: u.ID, Portal: u.Portal, Purpose: purposeFirstPassword, Detail: u.Email, ExpiresAt: now.Add(life)})
	if err != nil {
		return err
	}
	key, args := "message.set_password", map[string]string{"link": link(token), "hours": itoa(int((life + time.Hour - 1) / time.Hour))}
	owner, err := tx.UserNamed(ctx, u.Portal, Fold(u.Email))
	switch {
	case err == nil && owner.ID != u.ID:
		key, args = "message.already_registered", nil
	case err != nil && !fault.Is(err, fault.Absent):
		return err
	}
	if err := tx.AddMessage(ctx, notify.Message{
		ID: a.NewID(), Home: u.ID, Portal: u.Portal, Channel: notify.Email, To: u.Email, Key: key, Args: args, Language: u.Language, At: now, Until: now.Add(life),
	}); err != nil {
		return err
	}
	return a.noteAttempt(ctx, tx, Attempt{ID: u.ID, Portal: u.Portal}, "system", "account.letter_sent", cite, nil)
}

// ResendLetter sends the letter with the link to a password again; the links before it still work
// until one is used. Refusals: Absent "account.attempt_ended" when no letter is due, or the
// password is set; TooMany "account.too_often".
func (a *Accounts) ResendLetter(ctx context.Context, portal, token string, link func(token string) string) error {
	var refused *fault.Fault
	err := a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, WayByCode, token)
		if err != nil {
			return err
		}
		ended := fault.New(fault.Absent, "account.attempt_ended")
		if at.Step != StepLetter {
			return ended
		}
		u, err := tx.User(ctx, at.ID)
		if err != nil {
			return err
		}
		if _, err := tx.StoredPassword(ctx, u.ID); u.State != Active || !fault.Is(err, fault.Absent) {
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
			return ended
		}
		if refused, err = a.Allow(ctx, tx, "letter/"+portal+"/"+Fold(u.Email), mostLettersHourly, time.Hour); err != nil || refused != nil {
			return err
		}
		return a.sendLetter(ctx, tx, u, link)
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// PasswordLink tells whether a link still leads to a password, without using it up: programs that
// scan mail open links before people do. Refusal: Absent "account.link_ended".
func (a *Accounts) PasswordLink(ctx context.Context, portal, token string) (Secret, error) {
	var s Secret
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		s, _, err = a.SecretOf(ctx, tx, portal, purposeFirstPassword, token)
		return err
	})
	return s, err
}

// SetFirstPassword uses a link up: the password is set, the e-mail address is confirmed and becomes
// a sign-in name where the agreement takes one (ismet R7), and a session begins. emailTaken tells
// that the address has meanwhile become somebody else's; the phone number then remains the name.
//
// Refusals: Absent "account.link_ended"; Invalid for each field (fault.Faults).
func (a *Accounts) SetFirstPassword(ctx context.Context, portal, token, password, again string, s SignIn) (in SignedIn, emailTaken bool, err error) {
	secret, err := a.PasswordLink(ctx, portal, token)
	if err != nil {
		return SignedIn{}, false, err
	}
	var wrong fault.Faults
	if f := checkPassword("password", password, secret.Detail, a.MinPassword(portal)); f != nil {
		wrong = append(wrong, f)
	}
	if password != again {
		wrong = append(wrong, fault.New(fault.Invalid, "account.password_differs").At("again"))
	}
	if wrong != nil {
		return SignedIn{}, false, wrong
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return SignedIn{}, false, err
	}
	var u User
	err = a.InTx(ctx, func(tx Tx) error {
		u, emailTaken, err = a.useLetter(ctx, tx, portal, token, hash)
		return err
	})
	if err != nil {
		return SignedIn{}, false, err
	}
	s.Portal = portal
	in, err = a.Begin(ctx, u, s)
	return in, emailTaken, err
}

func (a *Accounts) useLetter(ctx context.Context, tx Tx, portal, token, hash string) (u User, emailTaken bool, err error) {
	now := a.Now()
	secret, key, err := a.SecretOf(ctx, tx, portal, purposeFirstPassword, token)
	if err != nil {
		return User{}, false, err
	}
	if err := a.UseSecret(ctx, tx, key); err != nil {
		return User{}, false, err
	}
	if u, err = tx.User(ctx, secret.User); err != nil {
		return User{}, false, err
	}
	if u.State != Active {
		return User{}, false, fault.New(fault.Absent, "account.link_ended")
	}
	if err := a.keepPassword(ctx, tx, u, StoredPassword{Hash: hash, SetAt: now}); err != nil {
		return User{}, false, err
	}
	if emailTaken, err = a.takeEmail(ctx, tx, u, secret.Detail); err != nil {
		return User{}, false, err
	}
	detail := map[string]string{"email": "confirmed"}
	if emailTaken {
		detail["email"] = "taken"
	}
	return u, emailTaken, a.note(ctx, tx, u, "account.password_set", now, detail)
}

// takeEmail confirms an address whose owner has opened the link that was sent to it.
func (a *Accounts) takeEmail(ctx context.Context, tx Tx, u User, email string) (taken bool, err error) {
	owner, err := tx.UserNamed(ctx, u.Portal, Fold(email))
	switch {
	case err == nil && owner.ID != u.ID:
		return true, nil
	case err != nil && !fault.Is(err, fault.Absent):
		return false, err
	}
	names, _, ok := clause.In[LoginNames](a.Book(u.Portal, a.Now()))
	if err != nil && (!ok || slices.Contains(names.Names, "email")) {
		if err := tx.AddName(ctx, u.Portal, Fold(email), u.ID); err != nil {
			if fault.Is(err, fault.Conflict) {
				return true, nil // somebody was first, a moment ago
			}
			return false, err
		}
	}
	return false, a.confirm(ctx, tx, u, Contact{Kind: ByEmail, Value: email, ConfirmedAt: a.Now()})
}

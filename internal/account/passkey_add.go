package account

import (
	"context"
	"errors"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Ways of the attempts at a passkey, as the browser's cookies name them.
const (
	WayPasskeyAdd   = "passkey-add"
	WayPasskeyFirst = "passkey"
	WayPasskeyAfter = "passkey-after"
)

// NewPasskey is what a person enters to add a passkey. Session is the token of the session they act
// in: the device's answer is taken in that one alone.
type NewPasskey struct {
	Site     Site
	Session  string
	Name     string
	Password string // the one in force
}

// BeginPasskey makes the challenge for a new passkey of the actor. The token goes into the browser's
// cookie and nowhere else.
//
// Refusals: Invalid at "name", "account.password_old" at "old"; TooMany "account.rest"; Conflict
// "account.passkeys_most".
func (a *Accounts) BeginPasskey(ctx context.Context, actor identity.Actor, n NewPasskey) (token string, err error) {
	n.Name = singleLine(n.Name)
	if f := checkText("name", n.Name, 1, maxPasskeyName, false); f != nil {
		return "", f
	}
	session, err := sessionText(n.Session)
	if err != nil {
		return "", err
	}
	if err := a.confirmOwn(ctx, actor, n.Password); err != nil {
		return "", err
	}
	first, _ := a.PasskeyFirst(actor.Portal)
	err = a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		h, all, err := a.passkeysOf(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if len(all) >= mostPasskeys {
			return tooManyPasskeys()
		}
		if h.Handle == nil {
			if h.Handle, err = newHandle(); err != nil {
				return err
			}
		}
		b, err := bearerOf(u, n.Site, h, all)
		if err != nil {
			return err
		}
		c, err := askNew(n.Site, first, b)
		if err != nil {
			return err
		}
		form := map[string]string{"session": session, "name": n.Name}
		if err := c.into(form); err != nil {
			return err
		}
		token, err = a.beginChallenge(ctx, tx, u.Portal, WayPasskeyAdd, form)
		return err
	})
	return token, err
}

func tooManyPasskeys() error {
	return fault.New(fault.Conflict, "account.passkeys_most").With("most", itoa(mostPasskeys))
}

// AddPasskey takes the answer of the device that made the passkey, and uses the challenge up.
//
// Refusals: Absent "account.attempt_ended" for a challenge that was used, has run out or is another
// session's; Invalid "account.passkey_not_made"; Conflict "account.passkey_there",
// "account.passkeys_most".
func (a *Accounts) AddPasskey(ctx context.Context, actor identity.Actor, site Site, session, token, answer string) error {
	this, err := sessionText(session)
	if err != nil {
		return err
	}
	var refused error
	err = a.InTx(ctx, func(tx Tx) error {
		at, c, err := a.takeChallenge(ctx, tx, actor.Portal, WayPasskeyAdd, token)
		if err != nil {
			return err
		}
		if err := tx.EndAttempt(ctx, at.ID); err != nil {
			return err
		}
		if at.Form["session"] != this {
			refused = fault.New(fault.Absent, "account.attempt_ended")
			return nil
		}
		refused, err = a.addPasskey(ctx, tx, actor, site, at.Form["name"], c, answer)
		return err
	})
	if err == nil {
		err = refused
	}
	return err
}

func (a *Accounts) addPasskey(ctx context.Context, tx Tx, actor identity.Actor, site Site, name string, c ceremony, answer string) (refused, err error) {
	h, err := tx.PasskeyHolder(ctx, actor.User)
	if fault.Is(err, fault.Absent) {
		h = PasskeyHolder{Handle: c.Session.UserID}
	} else if err != nil {
		return nil, err
	}
	first, _ := a.PasskeyFirst(actor.Portal)
	made, err := c.madeBy(site, first, bearer{handle: h.Handle}, answer)
	if errors.Is(err, errAnswer) {
		return fault.New(fault.Invalid, "account.passkey_not_made"), nil
	}
	if err != nil {
		return nil, err
	}
	// From here on another window of the same person waits, so that both are counted.
	if err := tx.SavePasskeyHolder(ctx, actor.User, h); err != nil {
		return nil, err
	}
	all, err := tx.Passkeys(ctx, actor.User)
	if err != nil {
		return nil, err
	}
	if len(all) >= mostPasskeys {
		return tooManyPasskeys(), nil
	}
	hash := credentialHash(made.ID)
	if _, err := tx.PasskeyOwner(ctx, hash); err == nil {
		return fault.New(fault.Conflict, "account.passkey_there"), nil
	} else if !fault.Is(err, fault.Absent) {
		return nil, err
	}
	p := Passkey{ID: a.NewID(), User: actor.User, Name: name, AddedAt: a.Now(), Version: 1}
	if err := p.took(made); err != nil {
		return nil, err
	}
	if err := tx.AddPasskey(ctx, p, hash); err != nil {
		return nil, err
	}
	return nil, a.passkeyNote(ctx, tx, actor.User, "account.passkey_add", "message.passkey_added", p.ID, nil)
}

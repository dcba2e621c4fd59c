package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Passkey is a key that a device or a password manager of a person holds, in the form of Web
// Authentication: it signs a challenge, for one host only, and never leaves them.
type Passkey struct {
	ID       identity.ID
	User     identity.ID
	Name     string // the person's own, to tell it from the others
	AddedAt  time.Time
	UsedAt   time.Time // zero: never
	ClonedAt time.Time // when its counter showed that a copy is about; zero: it did not

	Credential []byte // what an answer is checked by, as the library writes it
	Count      uint32 // the counter of the last answer; 0 from devices that do not count
	Version    int
}

// PasskeyHolder is what holds for all passkeys of a person.
type PasskeyHolder struct {
	Handle    []byte    // by which devices know the account; says nothing of the person
	Second    bool      // asked for after the password, by the person's own choice
	StoppedAt time.Time // passkeys added until then let nobody in; zero: none is stopped
}

// PasskeyTx is what passkeys do to the database.
type PasskeyTx interface {
	// PasskeyHolder gives what holds for a person's passkeys. Refusal: Absent.
	PasskeyHolder(ctx context.Context, user identity.ID) (PasskeyHolder, error)
	// SavePasskeyHolder sets it; until the transaction ends, nobody else sets it for this person.
	SavePasskeyHolder(ctx context.Context, user identity.ID, h PasskeyHolder) error
	// Passkeys lists a person's passkeys, oldest first.
	Passkeys(ctx context.Context, user identity.ID) ([]Passkey, error)
	// PasskeyOwner gives whose a credential is. Refusal: Absent.
	PasskeyOwner(ctx context.Context, credentialHash []byte) (identity.ID, error)
	// AddPasskey adds one. Refusal: Conflict where the credential is somebody's already.
	AddPasskey(ctx context.Context, p Passkey, credentialHash []byte) error
	// SavePasskey replaces the passkey whose version is p.Version-1. Refusal: Conflict.
	SavePasskey(ctx context.Context, p Passkey) error
	// RemovePasskey removes one. Refusal: Conflict where it is gone.
	RemovePasskey(ctx context.Context, user, id identity.ID) error
	// DropPasskeys removes all of a person's, and asks for none any more.
	DropPasskeys(ctx context.Context, user identity.ID) (dropped int, err error)
	// StopPasskeys stops those a person has now; for somebody without any it changes nothing.
	StopPasskeys(ctx context.Context, user identity.ID, at time.Time) error
}

// Measures of passkeys.
const (
	mostPasskeys   = 10 // of one person
	maxPasskeyName = 60
)

// PasskeyFirst says whether a passkey may let somebody in instead of the password. Where a clause
// names the proofs of a sign-in (ismet R22, kundelik 1.10) or its methods (kg 2.1) it may not, and
// that clause is given: a passkey is then only a further proof, for those who choose it.
func (a *Accounts) PasskeyFirst(portal string) (allowed bool, cite clause.Citation) {
	book := a.Book(portal, a.Now())
	if _, cite, ok := clause.In[Factors](book); ok {
		return false, cite
	}
	if _, cite, ok := clause.In[SignInMethods](book); ok {
		return false, cite
	}
	return true, clause.Citation{}
}

// works reports whether a passkey lets somebody in.
func (h PasskeyHolder) works(p Passkey) bool {
	return p.ClonedAt.IsZero() && p.AddedAt.After(h.StoppedAt)
}

// MyPasskey is a passkey as its person sees it.
type MyPasskey struct {
	Passkey
	Stopped bool // by a report of compromise
}

// MyPasskeys lists the actor's passkeys, oldest first, and whether one is asked for after the password.
func (a *Accounts) MyPasskeys(ctx context.Context, actor identity.Actor) (keys []MyPasskey, second bool, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		keys = nil
		h, all, err := a.passkeysOf(ctx, tx, actor.User)
		for _, p := range all {
			keys = append(keys, MyPasskey{Passkey: p, Stopped: p.ClonedAt.IsZero() && !h.works(p)})
		}
		second = h.Second
		return err
	})
	return keys, second, err
}

// passkeysOf reads what a person has; somebody without passkeys has a zero holder.
func (a *Accounts) passkeysOf(ctx context.Context, tx Tx, user identity.ID) (PasskeyHolder, []Passkey, error) {
	h, err := tx.PasskeyHolder(ctx, user)
	if err != nil && !fault.Is(err, fault.Absent) {
		return PasskeyHolder{}, nil, err
	}
	all, err := tx.Passkeys(ctx, user)
	return h, all, err
}

// MyPasskey gives one of the actor's passkeys. Refusal: Absent "account.no_passkey".
func (a *Accounts) MyPasskey(ctx context.Context, actor identity.Actor, id identity.ID) (MyPasskey, error) {
	keys, _, err := a.MyPasskeys(ctx, actor)
	for _, p := range keys {
		if p.ID == id {
			return p, nil
		}
	}
	if err == nil {
		err = fault.New(fault.Absent, "account.no_passkey")
	}
	return MyPasskey{}, err
}

// RenamePasskey gives one of the actor's passkeys another name. Refusals: Invalid at "name"; Absent
// "account.no_passkey"; Conflict "store.changed".
func (a *Accounts) RenamePasskey(ctx context.Context, actor identity.Actor, id identity.ID, name string) error {
	name = singleLine(name)
	if f := checkText("name", name, 1, maxPasskeyName, false); f != nil {
		return f
	}
	return a.InTx(ctx, func(tx Tx) error {
		all, err := tx.Passkeys(ctx, actor.User)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.ID == id {
				p.Name = name
				p.Version++
				return tx.SavePasskey(ctx, p)
			}
		}
		return fault.New(fault.Absent, "account.no_passkey")
	})
}

// gone says of a passkey that another window removed it first.
func gone(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Absent, "account.no_passkey")
	}
	return err
}

// RemovePasskey removes one of the actor's passkeys. It asks for the password, so that whoever removes
// the last one has just shown the way in that remains; with the last that works goes the choice to
// be asked for one.
//
// Refusals: Invalid "account.password_old" at "old"; TooMany "account.rest"; Absent "account.no_passkey".
func (a *Accounts) RemovePasskey(ctx context.Context, actor identity.Actor, id identity.ID, password string) error {
	if err := a.confirmOwn(ctx, actor, password); err != nil {
		return err
	}
	return a.InTx(ctx, func(tx Tx) error {
		h, err := tx.PasskeyHolder(ctx, actor.User)
		if fault.Is(err, fault.Absent) {
			return fault.New(fault.Absent, "account.no_passkey")
		}
		if err != nil {
			return err
		}
		// Two windows that remove the last two wait for each other here.
		if err := tx.SavePasskeyHolder(ctx, actor.User, h); err != nil {
			return err
		}
		if err := gone(tx.RemovePasskey(ctx, actor.User, id)); err != nil {
			return err
		}
		if h, err = a.choiceLeft(ctx, tx, actor.User); err != nil {
			return err
		}
		return a.passkeyNote(ctx, tx, actor.User, "account.passkey_remove", "message.passkey_removed", id, map[string]string{"second": yes(h.Second)})
	})
}

// choiceLeft takes back the choice to be asked for a passkey from somebody who has none left that works.
func (a *Accounts) choiceLeft(ctx context.Context, tx Tx, user identity.ID) (PasskeyHolder, error) {
	h, left, err := a.passkeysOf(ctx, tx, user)
	if err != nil || !h.Second {
		return h, err
	}
	for _, p := range left {
		if h.works(p) {
			return h, nil
		}
	}
	h.Second = false
	return h, tx.SavePasskeyHolder(ctx, user, h)
}

// ChooseSecond sets whether the actor is asked for a passkey after the password: their own choice, on
// every portal (ismet R22).
//
// Refusals: Invalid "account.password_old" at "old"; TooMany "account.rest"; Conflict
// "account.passkey_needed" where no passkey of theirs works.
func (a *Accounts) ChooseSecond(ctx context.Context, actor identity.Actor, second bool, password string) error {
	if err := a.confirmOwn(ctx, actor, password); err != nil {
		return err
	}
	return a.InTx(ctx, func(tx Tx) error {
		h, all, err := a.passkeysOf(ctx, tx, actor.User)
		if err != nil {
			return err
		}
		usable := false
		for _, p := range all {
			usable = usable || h.works(p)
		}
		if second && !usable {
			return fault.New(fault.Conflict, "account.passkey_needed")
		}
		if h.Second == second {
			return nil
		}
		h.Second = second
		if err := tx.SavePasskeyHolder(ctx, actor.User, h); err != nil {
			return err
		}
		return a.passkeyNote(ctx, tx, actor.User, "account.passkey_second", "message.passkey_second_"+yes(second), 0, map[string]string{"second": yes(second)})
	})
}

func yes(is bool) string {
	if is {
		return "on"
	}
	return "off"
}

// confirmOwn asks for the password in force before something that a session left open must not do.
func (a *Accounts) confirmOwn(ctx context.Context, actor identity.Actor, password string) error {
	var believed StoredPassword
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		believed, err = tx.StoredPassword(ctx, actor.User)
		return err
	})
	if err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	return a.checkOld(ctx, actor, believed, password)
}

// passkeyNote leaves evidence of what was done to a person's passkeys, and tells them everywhere.
func (a *Accounts) passkeyNote(ctx context.Context, tx Tx, user identity.ID, act, message string, id identity.ID, detail map[string]string) error {
	u, err := tx.User(ctx, user)
	if err != nil {
		return err
	}
	now := a.Now()
	e := evidence.Entry{Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "user:" + itoa64(u.ID), Act: act, Detail: detail}
	if id != 0 {
		e.Subject = "passkey:" + itoa64(id)
	}
	if _, err := a.Record(ctx, tx, e); err != nil {
		return err
	}
	return a.tellAll(ctx, tx, u, message, map[string]string{"at": a.written(u.Portal, now)})
}

// newHandle makes what devices know an account by.
func newHandle() ([]byte, error) {
	handle := make([]byte, 32)
	if _, err := rand.Read(handle); err != nil {
		return nil, fmt.Errorf("handle of passkeys: %w", err)
	}
	return handle, nil
}

// EndPasskeys removes all passkeys of a person who lost theirs, once an operator has made sure who it
// is; from then on their password is enough. Kind is not used: nothing is sent but the word of it.
//
// Refusals: Forbidden, also "account.own_case"; Absent; Conflict "account.passkeys_none"; Invalid for
// each field (fault.Faults).
func (a *Accounts) EndPasskeys(ctx context.Context, actor identity.Actor, user identity.ID, p Procedure) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	p.Kind = ""
	if wrong := p.check(ResetRule{Kinds: []ContactKind{""}}); wrong != nil {
		return wrong
	}
	return a.InTx(ctx, func(tx Tx) error {
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		dropped, err := tx.DropPasskeys(ctx, u.ID)
		switch {
		case err != nil:
			return err
		case dropped == 0:
			return fault.New(fault.Conflict, "account.passkeys_none")
		}
		if err := a.staffNote(ctx, tx, actor, u, "account.passkeys_end", "", map[string]string{"checked": p.Checked, "why": p.Reason, "count": itoa(dropped)}); err != nil {
			return err
		}
		return a.tellAll(ctx, tx, u, "message.passkeys_ended", map[string]string{"at": a.written(u.Portal, a.Now())})
	})
}

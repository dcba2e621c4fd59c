package account

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// challengesAnHour is how many challenges one address may ask for without a name: an office has one.
const challengesAnHour = 300

// AskPasskey makes the challenge for somebody who signs in with a passkey and gives no name. Carry
// comes back with Challenge.
//
// Refusals: Forbidden "account.passkey_not_first" where the agreement asks for other proofs; TooMany
// "account.too_often".
func (a *Accounts) AskPasskey(ctx context.Context, s SignIn) (token string, err error) {
	if err := a.mayFirst(s.Portal); err != nil {
		return "", err
	}
	c, err := askAnybody(s.Site)
	if err != nil {
		return "", err
	}
	form := map[string]string{"carry": s.Carry}
	if err := c.into(form); err != nil {
		return "", err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		refused, err = a.Allow(ctx, tx, "passkey/"+s.Portal+"/"+network(s.Address), challengesAnHour, time.Hour)
		if err != nil || refused != nil {
			return err
		}
		token, err = a.beginChallenge(ctx, tx, s.Portal, WayPasskeyFirst, form)
		return err
	})
	if err == nil && refused != nil {
		err = refused
	}
	return token, err
}

func (a *Accounts) mayFirst(portal string) error {
	if first, cite := a.PasskeyFirst(portal); !first {
		return fault.New(fault.Forbidden, "account.passkey_not_first").By(cite)
	}
	return nil
}

func wrongPasskey() *fault.Fault { return fault.New(fault.Unauthenticated, "account.passkey_wrong") }

// SignInByPasskey begins a session for whoever answers a challenge of AskPasskey with a passkey of
// theirs. What the password would not open, the passkey does not open either: it counts as an attempt
// at the person's name (ismet R10.6), and where anything is due with the password it asks for that.
//
// Refusals: Absent "account.attempt_ended"; Unauthenticated "account.passkey_wrong" for any answer that
// proves nothing, whoever it names; TooMany "account.rest"; Forbidden "account.passkey_stopped",
// "account.passkey_not_first", "account.passkey_not_enough", "account.closed", "account.locked".
func (a *Accounts) SignInByPasskey(ctx context.Context, s SignIn, token, answer string) (SignedIn, error) {
	parsed, bad := readAnswer(answer)
	t := trial{lock: a.lock(s.Portal)}
	var refused error
	err := a.InTx(ctx, func(tx Tx) error {
		at, c, err := a.takeChallenge(ctx, tx, s.Portal, WayPasskeyFirst, token)
		if err != nil {
			return err
		}
		if refused, err = a.proveFirst(ctx, tx, s, &t, c, parsed, bad); err != nil || refused == nil {
			return errors.Join(err, tx.EndAttempt(ctx, at.ID))
		}
		return a.renewChallenge(ctx, tx, at, t.lock.Failures, func() (ceremony, error) { return askAnybody(s.Site) })
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.By = "passkey"
	return a.Begin(ctx, t.user, a.forgiving(s, t.mark))
}

// proveFirst looks at the answer. What it refuses is told after the commit, so that what was counted
// stays counted.
func (a *Accounts) proveFirst(ctx context.Context, tx Tx, s SignIn, t *trial, c ceremony, answer *protocol.ParsedCredentialAssertionData, bad error) (refused, err error) {
	if err := a.mayFirst(s.Portal); err != nil {
		return err, nil
	}
	t.fold = "passkey"
	var h PasskeyHolder
	var key Passkey
	if bad == nil {
		if t.user, h, key, err = a.ownerOf(ctx, tx, s.Portal, answer.RawID); err != nil {
			return nil, err
		}
		t.fold = "passkey/" + hex.EncodeToString(credentialHash(answer.RawID))
	}
	if t.user.ID != 0 {
		t.fold = Fold(t.user.SignInName)
	}
	if err := a.countTrial(ctx, tx, s, t); fault.Is(err, fault.TooMany) {
		return err, nil
	} else if err != nil {
		return nil, err
	}
	if t.user.ID == 0 {
		return wrongPasskey(), a.failTrial(ctx, tx, s, *t)
	}
	b, err := bearerOf(t.user, s.Site, h, []Passkey{key})
	if err != nil {
		return nil, err
	}
	used, err := c.provenBy(s.Site, true, b, answer)
	if errors.Is(err, errAnswer) {
		return wrongPasskey(), a.failTrial(ctx, tx, s, *t)
	}
	if err != nil {
		return nil, err
	}
	if refused, err := a.usePasskey(ctx, tx, h, key, used); err != nil || refused != nil {
		return refused, err
	}
	return a.mayEnterBy(ctx, tx, &t.user, wrongPasskey(), "account.passkey_not_enough")
}

// ownerOf finds whose passkey an answer is of; nobody for one of another portal.
func (a *Accounts) ownerOf(ctx context.Context, tx Tx, portal string, credential []byte) (User, PasskeyHolder, Passkey, error) {
	nobody := func(err error) (User, PasskeyHolder, Passkey, error) { return User{}, PasskeyHolder{}, Passkey{}, err }
	id, err := tx.PasskeyOwner(ctx, credentialHash(credential))
	if fault.Is(err, fault.Absent) {
		return nobody(nil)
	}
	if err != nil {
		return nobody(err)
	}
	u, err := tx.User(ctx, id)
	if err != nil || u.Portal != portal || u.State == Deleted {
		return nobody(err)
	}
	h, all, err := a.passkeysOf(ctx, tx, id)
	if err != nil {
		return nobody(err)
	}
	for _, p := range all {
		if b, err := bearerOf(u, Site{}, h, []Passkey{p}); err != nil {
			return nobody(err)
		} else if string(b.credentials[0].ID) == string(credential) {
			return u, h, p, nil
		}
	}
	return nobody(nil)
}

// usePasskey notes that a passkey proved its person. One that is stopped lets nobody in. One whose
// counter did not grow has been copied, or somebody else holds the copy: it is stopped for good, and
// the person is told (Web Authentication, level 3, 6.1.1).
func (a *Accounts) usePasskey(ctx context.Context, tx Tx, h PasskeyHolder, key Passkey, used *webauthn.Credential) (refused, err error) {
	if !h.works(key) {
		return fault.New(fault.Forbidden, "account.passkey_stopped"), nil
	}
	if used.Authenticator.CloneWarning {
		key.ClonedAt = a.Now()
	} else if err := key.took(used); err != nil {
		return nil, err
	} else {
		key.UsedAt = a.Now()
	}
	key.Version++
	if err := tx.SavePasskey(ctx, key); fault.Is(err, fault.Conflict) {
		return wrongPasskey(), nil // of two answers of one passkey at once the second is held against an old counter
	} else if err != nil {
		return nil, err
	}
	if key.ClonedAt.IsZero() {
		return nil, nil
	}
	return fault.New(fault.Forbidden, "account.passkey_stopped"),
		a.passkeyNote(ctx, tx, key.User, "account.passkey_cloned", "message.passkey_cloned", key.ID, nil)
}

// mayEnterBy refuses whoever proved by something else than the password to be a user: somebody who has left
// or was deleted (gone), is locked, or owes what only the password leads to (notEnough; kundelik 3.3,
// 4.17e): the page that replaces it takes for granted that it was just given. Who is blocked comes in, to
// read why and to appeal, and to nothing else.
func (a *Accounts) mayEnterBy(ctx context.Context, tx Tx, u *User, gone *fault.Fault, notEnough string) (refused, err error) {
	standing, err := a.standing(ctx, tx, u.ID)
	if err != nil {
		return nil, err
	}
	if u.State = stateUnder(u.State, standing, a.Now()); u.State == Deleted {
		return gone, nil
	}
	if f := mayEnter(*u); f != nil {
		return f, nil
	}
	actor, err := a.actorIn(ctx, tx, *u, Session{User: u.ID, Portal: u.Portal, BeganAt: a.Now()})
	if err != nil || actor.Due == "" || actor.Due == SanctionDue {
		return nil, err
	}
	_, cite, _ := clause.In[PasswordAge](a.Book(u.Portal, a.Now()))
	return fault.New(fault.Forbidden, notEnough).By(cite), nil
}

// mayEnter refuses whoever's account cannot be used, once they have proved whose it is.
func mayEnter(u User) *fault.Fault {
	switch u.State {
	case Closed:
		return fault.New(fault.Forbidden, "account.closed")
	case Locked:
		return fault.New(fault.Forbidden, "account.locked")
	}
	return nil
}

// renewChallenge puts a new challenge into the place of one whose answer was refused, until there were
// too many.
func (a *Accounts) renewChallenge(ctx context.Context, tx Tx, at Attempt, most int, ask func() (ceremony, error)) error {
	at.Tries++
	if at.Tries >= most {
		return tx.EndAttempt(ctx, at.ID)
	}
	c, err := ask()
	if err != nil {
		return err
	}
	if err := c.into(at.Form); err != nil {
		return err
	}
	at.Version++
	return tx.SaveAttempt(ctx, at)
}

// forgiving is a sign-in that forgets, in its own transaction, the attempts that were counted.
func (a *Accounts) forgiving(s SignIn, mark []byte) SignIn {
	within := s.Within
	s.Within = func(ctx context.Context, tx Tx, actor identity.Actor) error {
		if err := tx.Forgive(ctx, mark); err != nil || within == nil {
			return err
		}
		return within(ctx, tx, actor)
	}
	return s
}

// askSecond makes the challenge for a passkey of somebody whose password was right and who chose to be
// asked for one. No session begins before it is answered, and the attempt stays counted until then.
//
// Refusals: Forbidden "account.second_elsewhere" where the caller cannot ask a device,
// "account.second_stopped" where none of the passkeys works any more.
func (a *Accounts) askSecond(ctx context.Context, s SignIn, t trial) (token string, err error) {
	if s.Site.Host == "" {
		return "", fault.New(fault.Forbidden, "account.second_elsewhere")
	}
	err = a.InTx(ctx, func(tx Tx) error {
		b, _, _, err := a.secondBearer(ctx, tx, t.user, s.Site)
		if err != nil {
			return err
		}
		if len(b.credentials) == 0 {
			return fault.New(fault.Forbidden, "account.second_stopped")
		}
		p, err := tx.StoredPassword(ctx, t.user.ID)
		if err != nil {
			return err
		}
		c, err := askKnown(s.Site, b)
		if err != nil {
			return err
		}
		form := map[string]string{"user": itoa64(t.user.ID), "set_at": micros(p.SetAt), "mark": hex.EncodeToString(t.mark), "carry": s.Carry, "by": s.By}
		if err := c.into(form); err != nil {
			return err
		}
		token, err = a.beginChallenge(ctx, tx, s.Portal, WayPasskeyAfter, form)
		return err
	})
	return token, err
}

// secondBearer is a person with the passkeys of theirs that work.
func (a *Accounts) secondBearer(ctx context.Context, tx Tx, u User, site Site) (bearer, PasskeyHolder, []Passkey, error) {
	h, all, err := a.passkeysOf(ctx, tx, u.ID)
	if err != nil {
		return bearer{}, h, nil, err
	}
	var working []Passkey
	for _, p := range all {
		if h.works(p) {
			working = append(working, p)
		}
	}
	b, err := bearerOf(u, site, h, working)
	return b, h, working, err
}

// AnswerSecond begins the session of somebody who gave their password and answers the challenge that
// SignIn returned.
//
// Refusals: Absent "account.attempt_ended", also when the password was changed or the choice taken
// back meanwhile; Unauthenticated "account.passkey_wrong"; Forbidden "account.passkey_stopped",
// "account.closed", "account.locked".
func (a *Accounts) AnswerSecond(ctx context.Context, s SignIn, token, answer string) (SignedIn, error) {
	parsed, bad := readAnswer(answer)
	var u User
	var mark []byte
	var by string // what was shown first
	var refused error
	err := a.InTx(ctx, func(tx Tx) error {
		at, c, err := a.takeChallenge(ctx, tx, s.Portal, WayPasskeyAfter, token)
		if err != nil {
			return err
		}
		by = at.Form["by"]
		if mark, err = hex.DecodeString(at.Form["mark"]); err != nil {
			return err
		}
		by = cmp.Or(at.Form["by"], "password")
		var b bearer
		u, b, refused, err = a.proveSecond(ctx, tx, s, at, c, parsed, bad)
		if err != nil || !fault.Is(refused, fault.Unauthenticated) || len(b.credentials) == 0 {
			return errors.Join(err, tx.EndAttempt(ctx, at.ID))
		}
		if err := a.failSecond(ctx, tx, s, u, at.Tries == 0); err != nil {
			return err
		}
		return a.renewChallenge(ctx, tx, at, a.lock(s.Portal).Failures, func() (ceremony, error) { return askKnown(s.Site, b) })
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.By = cmp.Or(by, "password") + " passkey"
	return a.Begin(ctx, u, a.forgiving(s, mark))
}

func (a *Accounts) proveSecond(ctx context.Context, tx Tx, s SignIn, at Attempt, c ceremony, answer *protocol.ParsedCredentialAssertionData, bad error) (u User, b bearer, refused, err error) {
	ended := fault.New(fault.Absent, "account.attempt_ended")
	id, err := strconv.ParseInt(at.Form["user"], 10, 64)
	if err != nil {
		return u, b, nil, err
	}
	if u, err = tx.User(ctx, identity.ID(id)); err != nil {
		return u, b, nil, err
	}
	p, err := tx.StoredPassword(ctx, u.ID)
	if fault.Is(err, fault.Absent) || err == nil && micros(p.SetAt) != at.Form["set_at"] {
		return u, b, ended, nil
	}
	if err != nil {
		return u, b, nil, err
	}
	b, h, working, err := a.secondBearer(ctx, tx, u, s.Site)
	if err != nil {
		return u, b, nil, err
	}
	if f := mayEnter(u); f != nil {
		return u, b, f, nil
	}
	if !h.Second || u.State != Active {
		return u, b, ended, nil
	}
	if bad != nil {
		return u, b, wrongPasskey(), nil
	}
	used, err := c.provenBy(s.Site, false, b, answer)
	if errors.Is(err, errAnswer) {
		return u, b, wrongPasskey(), nil
	}
	if err != nil {
		return u, b, nil, err
	}
	for i, x := range b.credentials {
		if string(x.ID) == string(used.ID) {
			refused, err = a.usePasskey(ctx, tx, h, working[i], used)
		}
	}
	return u, b, refused, err
}

// failSecond leaves evidence that the passkey was not shown after the right password, and tells the
// person once: somebody else may know it.
func (a *Accounts) failSecond(ctx context.Context, tx Tx, s SignIn, u User, tell bool) error {
	now := a.Now()
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: s.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "visitor:0", Act: "account.sign_in_failed",
		Detail: map[string]string{"address": s.Address, "agent": cut(printable(s.Agent), 200), "by": "passkey"},
	})
	if err != nil || !tell {
		return err
	}
	return a.tellAll(ctx, tx, u, "message.passkey_refused", map[string]string{"address": s.Address, "at": a.written(u.Portal, now)})
}

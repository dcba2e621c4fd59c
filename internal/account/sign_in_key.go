package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
)

// WayKey names the attempts to sign in with a signature key.
const WayKey = "key"

const (
	stepAnswer     = "answer"
	keysAnHour     = 300 // attempts that one address may begin: an office has one
	bySignatureKey = "signature_key"
)

// KeyFirst says whether a signature lets somebody in instead of the password: where the agreement knows people
// by their keys (egov 3.4.1.2, court P) and no clause names other proofs as the necessary ones (ismet R22). cite is the
// clause that decides.
func (a *Accounts) KeyFirst(portal string) (allowed bool, cite clause.Citation) {
	book := a.Book(portal, a.Now())
	if rule, cite, ok := clause.In[Factors](book); ok {
		return slices.Equal(rule.Required, []string{bySignatureKey}), cite
	}
	if rule, cite, ok := clause.In[SignInMethods](book); ok {
		return slices.Contains(rule.Methods, bySignatureKey), cite
	}
	_, cite, ok := clause.In[Certificate](book)
	return ok, cite
}

// AskKey begins an attempt to sign in with a key. Refusals: Forbidden "account.key_not_first" where the
// agreement asks for other proofs; TooMany "account.too_often".
func (a *Accounts) AskKey(ctx context.Context, s SignIn) (token string, err error) {
	if allowed, cite := a.KeyFirst(s.Portal); !allowed {
		return "", fault.New(fault.Forbidden, "account.key_not_first").By(cite)
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		refused, err = a.Allow(ctx, tx, "key/"+s.Portal+"/"+network(s.Address), keysAnHour, time.Hour)
		if err != nil || refused != nil {
			return err
		}
		_, token, err = a.BeginAttempt(ctx, tx, s.Portal, WayKey, stepAnswer, map[string]string{"carry": s.Carry})
		return err
	})
	return token, orFault(err, refused)
}

// KeyAttempt finds an attempt by the browser's token; carry is what AskKey was given.
// Refusal: Absent "account.attempt_ended".
func (a *Accounts) KeyAttempt(ctx context.Context, portal, token string) (at Attempt, carry string, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err = a.AttemptOf(ctx, tx, portal, WayKey, token)
		return err
	})
	return at, at.Form["carry"], err
}

// SignInByKey begins a session for whom a key stands: an individual, or the organisation of its head. prove
// verifies the signature over the challenge; it is called only for addresses that do not rest. Whoever chose to
// be asked for a passkey is asked for it after the key as well.
//
// Refusals: Absent "account.attempt_ended"; those of prove, each of which counts as a failure of the address;
// Unauthenticated "account.key_unknown" where the key leads to nobody who may be told of; TooMany
// "account.rest"; Forbidden "account.closed", "account.locked", "account.key_not_enough",
// "account.key_not_first"; those of askSecond.
func (a *Accounts) SignInByKey(ctx context.Context, s SignIn, token string, prove func(Attempt) (Key, Serve, error)) (SignedIn, error) {
	if allowed, cite := a.KeyFirst(s.Portal); !allowed {
		return SignedIn{}, fault.New(fault.Forbidden, "account.key_not_first").By(cite)
	}
	at, _, err := a.KeyAttempt(ctx, s.Portal, token)
	if err != nil {
		return SignedIn{}, err
	}
	stranger := trial{fold: "key/" + network(s.Address), lock: a.lock(s.Portal)}
	if err := a.InTx(ctx, func(tx Tx) error { return a.countTrial(ctx, tx, s, &stranger) }); err != nil {
		return SignedIn{}, err
	}
	key, serve, err := prove(at)
	if _, refused := errors.AsType[*fault.Fault](err); refused {
		return SignedIn{}, errors.Join(a.InTx(ctx, func(tx Tx) error { return a.failTrial(ctx, tx, s, stranger) }), err)
	}
	if err != nil {
		return SignedIn{}, err
	}
	t := trial{lock: stranger.lock}
	var refused error
	err = a.InTx(ctx, func(tx Tx) error {
		if err := tx.Forgive(ctx, stranger.mark); err != nil {
			return err
		}
		refused, err = a.enterByKey(ctx, tx, s, &t, at, key, serve)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.By = WayKey
	if t.holder.Second {
		token, err := a.askSecond(ctx, s, t)
		return SignedIn{Second: token}, err
	}
	return a.Begin(ctx, t.user, a.forgiving(s, t.mark))
}

// enterByKey finds whom a key stands for, and whether they may come in. What is refused is told after the
// commit: the signature has served, and what was counted stays counted.
func (a *Accounts) enterByKey(ctx context.Context, tx Tx, s SignIn, t *trial, at Attempt, key Key, serve Serve) (refused, err error) {
	home := at.ID
	t.user, err = tx.UserNumbered(ctx, s.Portal, key.Number())
	if fault.Is(err, fault.Absent) || err == nil && t.user.State == Deleted || key.BIN != "" && !key.binds() {
		t.user, err = User{}, nil
	}
	if err != nil {
		return nil, err
	}
	if t.user.ID != 0 {
		home = t.user.ID
	}
	entry, now := a.NewID(), a.Now()
	if err := serve(ctx, tx, home, entry, now); err != nil {
		return nil, err
	}
	if err := tx.EndAttempt(ctx, at.ID); err != nil {
		return nil, err
	}
	if t.user.ID == 0 {
		return fault.New(fault.Unauthenticated, "account.key_unknown"), nil
	}
	_, cite := a.KeyFirst(s.Portal)
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: s.Portal, Home: home, ID: entry, At: now, Actor: "user:" + itoa64(home), Act: "account.key_shown", Citation: cite, Detail: key.Detail,
	})
	if err != nil {
		return nil, err
	}
	if err := a.keepKey(ctx, tx, t.user, key, cite); err != nil {
		return nil, err
	}
	return a.mayEnterByKey(ctx, tx, s, t)
}

func (a *Accounts) mayEnterByKey(ctx context.Context, tx Tx, s SignIn, t *trial) (refused, err error) {
	t.fold = Fold(t.user.SignInName)
	if err := a.countTrial(ctx, tx, s, t); fault.Is(err, fault.TooMany) {
		return err, nil
	} else if err != nil {
		return nil, err
	}
	gone := fault.New(fault.Unauthenticated, "account.key_unknown")
	if refused, err := a.mayEnterBy(ctx, tx, &t.user, gone, "account.key_not_enough"); refused != nil || err != nil {
		return refused, err
	}
	t.holder, err = tx.PasskeyHolder(ctx, t.user.ID)
	if fault.Is(err, fault.Absent) {
		err = nil
	}
	return nil, err
}

package account

import (
	"bytes"
	"context"
	"encoding/hex"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// MySession is a session as its person sees it.
type MySession struct {
	Session
	Key  string // names it on a page; opens nothing
	This bool   // the one that asks
}

// MySessions lists the actor's live sessions, newest first. Token is that of the session that asks.
func (a *Accounts) MySessions(ctx context.Context, actor identity.Actor, token string) ([]MySession, error) {
	this, err := sessionKey(token)
	if err != nil {
		return nil, err
	}
	var all []Session
	err = a.InView(ctx, func(tx Tx) error {
		all, err = tx.SessionsOf(ctx, actor.User)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := a.Now()
	rest, _ := a.IdleAfter(actor.Portal)
	var out []MySession
	for _, s := range all {
		if now.Sub(s.SeenAt) <= rest && now.Sub(s.BeganAt) <= a.Limits.Absolute {
			out = append(out, MySession{Session: s, Key: hex.EncodeToString(s.TokenHash), This: bytes.Equal(s.TokenHash, this)})
		}
	}
	return out, nil
}

// Elsewhere gives the newest other session of the actor where the agreement has it shown
// (kundelik 4.17a): somebody who told nobody their password should be the only one.
func (a *Accounts) Elsewhere(ctx context.Context, actor identity.Actor, token string) (other MySession, cite clause.Citation, found bool, err error) {
	rule, cite, ok := clause.In[CredentialWarning](a.Book(actor.Portal, a.Now()))
	if !ok || !rule.ShowOtherSessions {
		return MySession{}, clause.Citation{}, false, nil
	}
	all, err := a.MySessions(ctx, actor, token)
	if err != nil {
		return MySession{}, clause.Citation{}, false, err
	}
	for _, s := range all {
		if !s.This {
			return s, cite, true, nil
		}
	}
	return MySession{}, clause.Citation{}, false, nil
}

// EndMySession ends one session of the actor. Refusal: Absent "account.session_ended" for one that
// is not theirs or has ended.
func (a *Accounts) EndMySession(ctx context.Context, actor identity.Actor, key string) error {
	ended := fault.New(fault.Absent, "account.session_ended")
	hash, err := hex.DecodeString(key)
	if err != nil || len(hash) != 32 {
		return ended
	}
	err = a.InTx(ctx, func(tx Tx) error {
		s, err := tx.Session(ctx, hash)
		if fault.Is(err, fault.Absent) || err == nil && s.User != actor.User {
			return ended
		}
		if err != nil {
			return err
		}
		if err := tx.EndSession(ctx, hash); err != nil {
			return err
		}
		return a.note(ctx, tx, User{ID: actor.User, Portal: actor.Portal}, "account.session_ended", a.Now(),
			map[string]string{"address": s.Address, "agent": s.Agent})
	})
	if err == nil {
		a.sessions.end([32]byte(hash))
	}
	return err
}

// ExitEverywhere ends every session of the actor, this one too.
func (a *Accounts) ExitEverywhere(ctx context.Context, actor identity.Actor) error {
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		if err := tx.EndSessionsOf(ctx, actor.User); err != nil {
			return err
		}
		return a.note(ctx, tx, User{ID: actor.User, Portal: actor.Portal}, "account.exit_everywhere", a.Now(), nil)
	})
}

// signInActs are what the history of signing in is made of.
func signInActs() []string { return []string{"account.sign_in", "account.sign_in_failed"} }

// SignIns lists the actor's sign-ins and the failed attempts at them, newest first, with ids below
// before; 0 begins at the newest.
func (a *Accounts) SignIns(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []evidence.Entry, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.EvidenceOfActs(ctx, actor.User, before, signInActs(), limit)
		return err
	})
	return out, err
}

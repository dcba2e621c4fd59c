package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// SignIn is what a person enters to be let in.
type SignIn struct {
	Portal     string
	SignInName string
	Password   string
	Address    string
	Agent      string
	Language   string
	// Within runs in the transaction that begins the session: agreement records there what
	// signing in accepts.
	Within func(ctx context.Context, tx Tx, actor identity.Actor) error
}

// SignedIn is a new session: the token goes to the browser and nowhere else.
type SignedIn struct {
	Token string
	Actor identity.Actor
}

// SignIn begins a session. Whether the name or the password was wrong, or there is no such person,
// cannot be told from the answer nor from the time it takes.
//
// Refusals: Unauthenticated "account.wrong"; TooMany "account.rest" after too many failures;
// Forbidden "account.closed" for somebody who left and knows the password; Unavailable "account.busy".
func (a *Accounts) SignIn(ctx context.Context, s SignIn) (SignedIn, error) {
	fold := Fold(s.SignInName)
	if len(s.SignInName) > 4*maxSignIn || len(s.Password) > 4*maxPassword {
		return SignedIn{}, fault.New(fault.Unauthenticated, "account.wrong")
	}
	if !a.attempts.may(s.Portal+"\x00"+fold, a.Now(), a.Limits) {
		return SignedIn{}, fault.New(fault.TooMany, "account.rest").With("minutes", strconv.Itoa(int(a.Limits.Rest.Minutes())))
	}
	var u User
	var hash string
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		if u, err = tx.UserNamed(ctx, s.Portal, fold); err != nil {
			return err
		}
		hash, _, err = tx.Password(ctx, u.ID)
		return err
	})
	if err != nil && !fault.Is(err, fault.Absent) {
		return SignedIn{}, err
	}
	right, err := a.Hasher.Check(ctx, hash, s.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if !right || u.State == Deleted {
		a.attempts.failed(s.Portal+"\x00"+fold, a.Now(), a.Limits)
		return SignedIn{}, fault.New(fault.Unauthenticated, "account.wrong")
	}
	a.attempts.passed(s.Portal + "\x00" + fold)
	if u.State == Closed {
		return SignedIn{}, fault.New(fault.Forbidden, "account.closed")
	}
	return a.Begin(ctx, u, s)
}

// Begin starts a session for a user who has proved to be one: every way in ends here.
func (a *Accounts) Begin(ctx context.Context, u User, s SignIn) (SignedIn, error) {
	token := make([]byte, 32)
	if _, err := rand.Read(token); err != nil {
		return SignedIn{}, fmt.Errorf("token of a session: %w", err)
	}
	now := a.Now()
	session := Session{User: u.ID, Portal: u.Portal, BeganAt: now, SeenAt: now, Address: s.Address, Agent: cut(s.Agent, 200)}
	actor := actorOf(u, session)
	if s.Language != "" {
		actor.Language = s.Language
	}
	err := a.InTx(ctx, func(tx Tx) error {
		// What ran out is looked for by nobody else: a browser that was closed signs nothing out.
		if err := tx.EndSessionsUnseen(ctx, u.ID, now.Add(-a.Limits.Idle), now.Add(-a.Limits.Absolute)); err != nil {
			return err
		}
		if err := tx.AddSession(ctx, tokenHash(token), session); err != nil {
			return err
		}
		if s.Within != nil {
			if err := s.Within(ctx, tx, actor); err != nil {
				return err
			}
		}
		return a.note(ctx, tx, u, "account.sign_in", now, map[string]string{"address": s.Address, "agent": printable(session.Agent)})
	})
	return SignedIn{Token: base64.RawURLEncoding.EncodeToString(token), Actor: actor}, err
}

// Actor finds who holds a token on a portal. Refusal: Unauthenticated for a token that is not
// ours, of another portal, or of a session that has ended.
func (a *Accounts) Actor(ctx context.Context, portal, token string) (identity.Actor, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	now, hash := a.Now(), [sha256.Size]byte(tokenHash(raw))
	if held, ok := a.sessions.get(hash, now); ok {
		return a.alive(ctx, portal, hash, held, now)
	}
	var held heldSession
	// A context that can be cancelled costs a goroutine for each query; this one is short.
	err = a.InView(context.WithoutCancel(ctx), func(tx Tx) error {
		s, err := tx.Session(ctx, hash[:])
		if err != nil {
			return err
		}
		u, err := tx.User(ctx, s.User)
		held = heldSession{session: s, actor: actorOf(u, s), read: now, active: u.State == Active}
		return err
	})
	if fault.Is(err, fault.Absent) {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	if err != nil {
		return identity.Actor{}, err
	}
	a.sessions.put(hash, held)
	return a.alive(ctx, portal, hash, held, now)
}

// alive refuses sessions that have run out, and notes once a minute that one is in use.
func (a *Accounts) alive(ctx context.Context, portal string, hash [sha256.Size]byte, held heldSession, now time.Time) (identity.Actor, error) {
	s := held.session
	idle, absolute := now.Sub(s.SeenAt), now.Sub(s.BeganAt)
	// A clock that jumped back makes these negative; the session is then as fresh as it was.
	if s.Portal != portal || !held.active || held.ended || idle > a.Limits.Idle || absolute > a.Limits.Absolute {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	if idle > time.Minute {
		held.session.SeenAt = now
		if err := a.InTx(ctx, func(tx Tx) error { return tx.SawSession(ctx, hash[:], now) }); err != nil {
			return identity.Actor{}, err
		}
		a.sessions.put(hash, held)
	}
	return held.actor, nil
}

func actorOf(u User, s Session) identity.Actor {
	return identity.Actor{Portal: u.Portal, User: u.ID, Name: u.SignInName, Shown: u.Shown, Language: u.Language, Roles: u.Roles, SignedIn: s.BeganAt}
}

// Exit ends the session on the server (kg 2.7). A token that is not ours ends nothing.
func (a *Accounts) Exit(ctx context.Context, token string) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return nil
	}
	hash := tokenHash(raw)
	found := false
	err = a.InTx(ctx, func(tx Tx) error {
		s, err := tx.Session(ctx, hash)
		if found = err == nil; fault.Is(err, fault.Absent) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.EndSession(ctx, hash); err != nil {
			return err
		}
		return a.note(ctx, tx, User{ID: s.User, Portal: s.Portal}, "account.exit", a.Now(), nil)
	})
	if err == nil && found {
		a.sessions.end([sha256.Size]byte(hash))
	}
	return err
}

// Forget drops what is remembered of a user's sessions; the next request asks the database.
func (a *Accounts) Forget(user identity.ID) { a.sessions.dropUser(user) }

func tokenHash(token []byte) []byte {
	sum := sha256.Sum256(token)
	return sum[:]
}

// sessionCache remembers sessions for a moment, so that a signed-in page asks no database. What
// ends a session in this process drops it here at once; another process sees it within keep.
type sessionCache struct {
	mu sync.RWMutex
	of map[[sha256.Size]byte]heldSession
}

type heldSession struct {
	session Session
	actor   identity.Actor
	active  bool
	ended   bool // by Exit; this stays
	read    time.Time
}

const (
	keepSession = time.Second
	maxSessions = 100_000
)

func (c *sessionCache) get(hash [sha256.Size]byte, now time.Time) (heldSession, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	held, ok := c.of[hash]
	age := now.Sub(held.read)
	return held, ok && (held.ended || age >= 0 && age < keepSession)
}

func (c *sessionCache) put(hash [sha256.Size]byte, held heldSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= maxSessions {
		c.of = map[[sha256.Size]byte]heldSession{}
	}
	if !c.of[hash].ended {
		c.of[hash] = held
	}
}

// end remembers that a session has ended: a request that read it a moment before would otherwise
// bring it back.
func (c *sessionCache) end(hash [sha256.Size]byte) { c.put(hash, heldSession{ended: true}) }

func (c *sessionCache) dropUser(user identity.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for hash, held := range c.of {
		if held.session.User == user {
			delete(c.of, hash)
		}
	}
}

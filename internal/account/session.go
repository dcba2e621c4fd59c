package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"tereze/internal/clause"
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
	Program    string // what a program calls itself; empty: a browser
	Device     string // by which the browser is known again; empty: it has not been here
	Language   string
	Site       Site   // where a passkey would be asked for; zero: nowhere
	Carry      string // for the page that asks for it: Challenge gives it back
	By         string // what proved it, for the evidence; empty: the password
	// Within runs in the transaction that begins the session: agreement records there what
	// signing in accepts.
	Within func(ctx context.Context, tx Tx, actor identity.Actor) error
}

// SignedIn is a new session: the token goes to the browser and nowhere else.
type SignedIn struct {
	// Second is the token of what is still to be answered, with AnswerSecond: there is no session yet,
	// and all else is empty.
	Second string
	Token  string
	Actor  identity.Actor
	Device string // for the browser to keep; opens nothing
}

// SignIn begins a session. Whether the name or the password was wrong, or there is no such person,
// cannot be told from the answer nor from the time it takes: the same is looked up, counted and
// recorded for somebody who is not there. Where the person chose to be asked for a passkey as well, there
// is no session but SignedIn.Second.
//
// Refusals: those of askSecond; Unauthenticated "account.wrong"; TooMany "account.rest" after too many failures of a
// name, an address or a device; Forbidden "account.closed" for somebody who left and "account.locked"
// for one whose account is locked, if they know the password; Unavailable "account.busy".
func (a *Accounts) SignIn(ctx context.Context, s SignIn) (SignedIn, error) {
	if len(s.SignInName) > 4*maxSignIn || len(s.Password) > 4*maxPassword {
		return SignedIn{}, fault.New(fault.Unauthenticated, "account.wrong")
	}
	t := trial{fold: a.loginFold(s.Portal, s.SignInName), lock: a.lock(s.Portal)}
	if err := a.InTx(ctx, func(tx Tx) error { return a.beginTrial(ctx, tx, s, &t) }); err != nil {
		return SignedIn{}, err
	}
	right, err := a.Hasher.Check(ctx, t.password.Hash, s.Password)
	if err != nil {
		return SignedIn{}, err
	}
	now := a.Now()
	expired := t.password.Temporary && !t.password.ExpiresAt.IsZero() && now.After(t.password.ExpiresAt)
	if !right || expired {
		// It may be one that was sent to replace a lost one; it has opened what was locked.
		sent, err := a.signInSent(ctx, t.user, t.password, s.Password)
		if err != nil {
			return SignedIn{}, err
		}
		if sent {
			right, expired, t.user.State = true, false, Active
		}
	}
	if right && !expired {
		if t.user.State, err = a.stateNow(ctx, t.user); err != nil {
			return SignedIn{}, err
		}
	}
	if !right || expired || t.user.State == Deleted {
		if err := a.InTx(ctx, func(tx Tx) error { return a.failTrial(ctx, tx, s, t) }); err != nil {
			return SignedIn{}, err
		}
		return SignedIn{}, fault.New(fault.Unauthenticated, "account.wrong")
	}
	if f := mayEnter(t.user); f != nil {
		return SignedIn{}, f
	}
	if t.holder.Second {
		token, err := a.askSecond(ctx, s, t)
		return SignedIn{Second: token}, err
	}
	return a.Begin(ctx, t.user, a.forgiving(s, t.mark))
}

// Begin starts a session for a user who has proved to be one: every way in ends here.
func (a *Accounts) Begin(ctx context.Context, u User, s SignIn) (SignedIn, error) {
	token := make([]byte, 32)
	if _, err := rand.Read(token); err != nil {
		return SignedIn{}, fmt.Errorf("token of a session: %w", err)
	}
	now := a.Now()
	session := Session{User: u.ID, Portal: u.Portal, BeganAt: now, SeenAt: now, Address: s.Address, Agent: cut(printable(s.Agent), 200)}
	out := SignedIn{Token: base64.RawURLEncoding.EncodeToString(token), Device: s.Device}
	if out.Device == "" {
		out.Device = rand.Text()
	}
	err := a.InTx(ctx, func(tx Tx) error {
		var err error
		if out.Actor, err = a.actorIn(ctx, tx, u, session); err != nil {
			return err
		}
		if s.Language != "" {
			out.Actor.Language = s.Language
		}
		// What ran out is looked for by nobody else: a browser that was closed signs nothing out.
		if err := tx.EndSessionsUnseen(ctx, u.ID, now.Add(-a.Limits.Idle), now.Add(-a.Limits.Absolute)); err != nil {
			return err
		}
		if session.Device, err = a.keepDevice(ctx, tx, u, s, out.Device, now); err != nil {
			return err
		}
		if err := tx.AddSession(ctx, tokenHash(token), session); err != nil {
			return err
		}
		if s.Within != nil {
			if err := s.Within(ctx, tx, out.Actor); err != nil {
				return err
			}
		}
		if err := a.meetDevice(ctx, tx, u, s, out.Device, now); err != nil {
			return err
		}
		detail := map[string]string{"address": s.Address, "agent": session.Agent}
		if s.By != "" {
			detail["by"] = s.By
		}
		return a.note(ctx, tx, u, "account.sign_in", now, detail)
	})
	return out, err
}

// Actor finds who holds a token on a portal. Refusal: Unauthenticated for a token that is not
// ours, of another portal, or of a session that has ended; with the key "account.idle_ended" where it
// ended because nothing was done in it (court 6.2).
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
		if err != nil {
			return err
		}
		held = heldSession{session: s, read: now, active: u.State == Active}
		if held.actor, err = a.actorIn(ctx, tx, u, s); err != nil {
			return err
		}
		if held.actor.Unread, err = tx.Unread(ctx, u.ID); err != nil {
			return err
		}
		if held.keyEnds, held.keyAsked, err = a.keyTerm(ctx, tx, u); err != nil {
			return err
		}
		held.standing, err = a.standing(ctx, tx, u.ID)
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

// alive refuses sessions that have run out, and notes now and then that one is in use.
func (a *Accounts) alive(ctx context.Context, portal string, hash [sha256.Size]byte, held heldSession, now time.Time) (identity.Actor, error) {
	s := held.session
	idle, absolute := now.Sub(s.SeenAt), now.Sub(s.BeganAt)
	rest, cite := a.IdleAfter(portal)
	// A clock that jumped back makes these negative; the session is then as fresh as it was.
	gone := stateUnder(Active, held.standing, now) != Active
	if s.Portal != portal || !held.active || gone || held.ended || absolute > a.Limits.Absolute {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	if idle > rest {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "account.idle_ended").With("minutes", itoa(int(rest.Minutes()))).By(cite)
	}
	if idle > Grain(rest) {
		held.session.SeenAt = now
		if err := a.InTx(ctx, func(tx Tx) error { return tx.SawSession(ctx, hash[:], now) }); err != nil {
			return identity.Actor{}, err
		}
		a.sessions.put(hash, held)
	}
	return held.eligible(under(held.actor, held.standing, now), now), nil
}

// IdleAfter is how long a session of a portal lasts without a request, and by which clause.
func (a *Accounts) IdleAfter(portal string) (time.Duration, clause.Citation) {
	if a.Idle != nil {
		if after, cite, ok := a.Idle(portal, a.Now()); ok {
			return after, cite
		}
	}
	return a.Limits.Idle, clause.Citation{}
}

// Grain is how exactly the last request of a session is known: each one that were noted would cost
// a write.
func Grain(idle time.Duration) time.Duration { return min(time.Minute, idle/60) }

// actorIn says who acts in a session. Whether the password is due was settled when it began: nobody
// is interrupted in the middle of a form because three months end.
func (a *Accounts) actorIn(ctx context.Context, tx Tx, u User, s Session) (identity.Actor, error) {
	actor := actorOf(u, s)
	if s.Behalf != 0 && a.Behalf != nil {
		var err error
		if actor.Behalf, err = a.Behalf(ctx, tx, u.Portal, u.ID, s.Behalf); err != nil {
			return identity.Actor{}, err
		}
	}
	password, err := tx.StoredPassword(ctx, u.ID)
	switch {
	case fault.Is(err, fault.Absent):
		return actor, nil // somebody who comes in by other means has none to replace
	case err != nil:
		return identity.Actor{}, err
	}
	if due, _ := a.passwordDueAt(u.Portal, password, s.BeganAt); due == Replace {
		actor.Due = PasswordDue
	}
	first, err := a.registrationDue(ctx, tx, u, s.BeganAt)
	if first {
		actor.Due = RegistrationDue // which replaces a temporary password as well
	}
	return actor, err
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
	session  Session
	actor    identity.Actor
	active   bool
	standing []Sanction // sanctions that bear on the user, in force or not yet
	keyAsked bool       // whether a valid key is asked of the user, and
	keyEnds  time.Time  // until when the last one is
	ended    bool       // by Exit; this stays
	read     time.Time
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

// Package account lets people in: registration, credentials, sign-in, sessions, roles, departure.
//
// It owns the users of each portal and what proves that somebody is one of them. The first way in,
// for every portal, is a sign-in name and a password the person chose; a portal's own ways in
// (SMS code, issued credentials, signature, card) stand beside it, end in the same session, and
// pass the same agreement at the gate. It never decides whether somebody is bound: agreement does.
package account

import (
	"context"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
)

// State is whether an account can be used.
type State string

// The states of an account.
const (
	Active  State = "active"
	Locked  State = "locked"  // reported as compromised; recovery or the operator opens it again
	Closed  State = "closed"  // left by refusing; the data stay until their time
	Deleted State = "deleted" // nothing of the person is kept but the id that evidence names
)

// User is an account of a person on one portal.
type User struct {
	ID         identity.ID
	Portal     string
	SignInName string
	Shown      string // the person's name
	Language   string
	Email      string // not confirmed; the portal's own ways in confirm it
	Phone      string
	About      string // what the person wrote about themselves
	State      State
	CreatedAt  time.Time
	LeftAt     time.Time
	Version    int
	Roles      []identity.Role
	ReportedAt time.Time // when the person said the account is compromised; zero: not
}

// Session is one signed-in browser or program. Its token is known to that alone; the database
// holds the token's hash.
type Session struct {
	User    identity.ID
	Portal  string
	BeganAt time.Time
	SeenAt  time.Time
	Address string
	Agent   string
	Behalf  identity.ID // the organisation that is acted for in it; 0: none
	Device  identity.ID // it runs on; 0: not known

	TokenHash []byte // filled by SessionsOf: what one session of several is ended by
}

// Tx is what an act of this room does to the database, all of it in the act's own transaction.
type Tx interface {
	evidence.Tx
	obligation.Tx
	DepartTx
	AttemptTx
	SecretTx
	PasswordTx
	PersonTx
	SafetyTx
	DeskTx
	NumberTx
	InvitedTx
	PasskeyTx
	StaffTx
	DeletionTx
	SanctionTx
	BindingTx
	SubscriptionTx
	notify.BrowserTx
	CheckTx
	MessagesTx
	DevicesTx
	ProgramsTx
	SweepTx

	// AddUser adds the user and takes the sign-in name. Refusal: Conflict where the name is taken.
	AddUser(ctx context.Context, u User, keys NameKeys) error
	// User gives a user with roles. Refusal: Absent, with the same work.
	User(ctx context.Context, id identity.ID) (User, error)
	// UserNamed finds a user by the folded sign-in name. Refusal: Absent, with the same work.
	UserNamed(ctx context.Context, portal, nameFold string) (User, error)
	// SaveUser replaces the user whose version is u.Version-1. Refusal: Conflict.
	SaveUser(ctx context.Context, u User, keys NameKeys) error
	// Users lists users of a portal in the order of their names.
	Users(ctx context.Context, portal string, page UserPage) ([]User, error)
	// GiveRole gives a role; giving it twice changes nothing.
	GiveRole(ctx context.Context, id identity.ID, role identity.Role, at time.Time) error

	// AddSession adds it under the hash of its token.
	AddSession(ctx context.Context, tokenHash []byte, s Session) error
	// Session finds it. Refusal: Absent.
	Session(ctx context.Context, tokenHash []byte) (Session, error)
	// SetBehalf changes for whom is acted in a session: an organisation, or 0. Refusal: Conflict.
	SetBehalf(ctx context.Context, tokenHash []byte, organisation identity.ID) error
	// SawSession moves the time it was last seen.
	SawSession(ctx context.Context, tokenHash []byte, at time.Time) error
	// EndSessionsUnseen ends the sessions of a user last seen, or begun, before these instants.
	EndSessionsUnseen(ctx context.Context, id identity.ID, seen, began time.Time) error
	// EndSession ends it; ending it twice changes nothing.
	EndSession(ctx context.Context, tokenHash []byte) error
}

// DepartTx is what a departure does to the database.
type DepartTx interface {
	obligation.Tx
	// CloseUser marks the account closed.
	CloseUser(ctx context.Context, id identity.ID, at time.Time) error
	// DeleteUser removes what is known of the person, their credentials and sign-in name.
	DeleteUser(ctx context.Context, id identity.ID, at time.Time) error
	// DeleteMaterials removes what the person wrote and uploaded.
	DeleteMaterials(ctx context.Context, id identity.ID) error
	// EndSessionsOf ends every session of a user.
	EndSessionsOf(ctx context.Context, id identity.ID) error
}

// UserPage asks for a page of a list of users.
type UserPage struct {
	FoldPrefix string // names that begin so, folded; empty: all
	AfterSort  []byte // the sort key and id of the last one seen; nil: from the start
	AfterFold  string // the folded name of that one: with a prefix the list is in this order
	AfterID    identity.ID
	Limit      int
}

// Accounts performs the acts of this room. All fields are needed.
type Accounts struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	// Notify lays a notice into a person's cabinet and sends it by the channels of its kind.
	Notify func(ctx context.Context, tx Tx, n notify.Notice) error
	// Confirmed is told of a contact that a user has confirmed.
	Confirmed func(ctx context.Context, tx Tx, u User, kind ContactKind) error
	Book      func(portal string, at time.Time) *clause.Book
	Zone      func(portal string) *time.Location
	Hasher    *Hasher
	Limits    Limits
	// Country gives the country (KZ, KG) whose phone numbers a portal takes.
	Country func(portal string) string
	// RecoveryOpen says whether a user may recover the password without help (kundelik 4.18), and if
	// not until when, zero where no end is set. It is asked where RecoveryStopped says that some may not,
	// about nobody, id 0, as well. RecoveryStopped says the same of a whole portal; nil: everybody may.
	RecoveryOpen    func(ctx context.Context, user identity.ID) (open bool, until time.Time, err error)
	RecoveryStopped func(ctx context.Context, portal string) (RecoveryHalt, error)
	// Joins makes whoever binds an organisation a member of it, in the same act: party knows organisations.
	Joins func(ctx context.Context, tx Tx, actor identity.Actor, k Key) (Joined, error)
	// Days is the table of business days a portal counts by.
	Days func(portal string) (*calendar.Table, error)
	// Services names the parts of a portal that can be closed to somebody by themselves.
	Services func(portal string) []string
	// Registers are the registers of other bodies that the program can ask, by name; none may be there.
	Registers map[string]Register

	// Retention gives how long data are kept after a page is deleted, and by which clause: privacy owns
	// that rule.
	Retention func(portal string, at time.Time) (clause.Period, clause.Citation, bool)
	// Owed keeps the dated duties of people and of the portal towards them.
	Owed *obligation.Obligations
	// Lockout, Idle and Reading give what a portal's clauses set, where they set it: gate owns those rules.
	Lockout func(portal string, at time.Time) (Lock, bool)
	Idle    func(portal string, at time.Time) (time.Duration, clause.Citation, bool)
	Reading func(portal string, at time.Time) (Reading, bool)

	// LookReasons gives for which reasons staff may look at a person's data, where a clause says: privacy owns that
	// rule.
	LookReasons func(portal string, at time.Time) ([]string, clause.Citation, bool)

	// Behalf gives what a user is in an organisation now; zero: nothing. nil: there are no organisations.
	Behalf func(ctx context.Context, tx Tx, portal string, user, organisation identity.ID) (identity.Behalf, error)

	sessions sessionCache
}

// Limits are the lengths that hold where a portal's agreement sets none.
type Limits struct {
	Idle     time.Duration // without a request, after which a session ends
	Absolute time.Duration // after which a session ends whatever was done
	Failures int           // of one sign-in name, after which it rests
	Rest     time.Duration
}

// DefaultLimits follow common practice for public services.
func DefaultLimits() Limits {
	return Limits{Idle: 2 * time.Hour, Absolute: 12 * time.Hour, Failures: 10, Rest: 15 * time.Minute}
}

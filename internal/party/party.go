package party

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Role is what somebody is in an institution.
type Role string

// The roles of a membership.
const (
	Pupil         Role = "pupil"
	Parent        Role = "parent"
	Staff         Role = "staff"
	Administrator Role = "administrator" // a member of the staff who alone manages the institution (kundelik 1.14)
)

// Institution is a school or a body that manages education.
type Institution struct {
	ID        identity.ID
	Portal    string
	Parent    identity.ID // 0: the head of a tree
	Kind      string
	Name      string
	Recovery  bool // whether its people may regain access by themselves
	CreatedAt time.Time
}

// Membership is a user in an institution, with a role. It ends on a basis and leaves the user, and
// the user's other memberships, as they are.
type Membership struct {
	User        identity.ID
	Institution identity.ID
	Role        Role
	Class       string // empty where there is none
	BeganAt     time.Time
	EndedAt     time.Time // zero: it lasts
	Basis       string
}

// Member is a membership with what its institution sees of the person.
type Member struct {
	Membership
	Shown      string
	SignInName string
	BirthDate  string
	Card       bool // credentials have been printed
	Registered bool // the person has registered with them
	Sort       []byte
}

// Guardian is a parent or another legal representative of a child.
type Guardian struct {
	User  identity.ID
	Child identity.ID
	Since time.Time
}

// Person is somebody an institution enters.
type Person struct {
	Surname    string
	Given      string
	Patronymic string
	BirthDate  string // YYYY-MM-DD
	Sex        identity.Sex
	Role       Role
	Class      string
}

// Class counts the people of one class and role.
type Class struct {
	Role  Role
	Name  string
	Count int
}

// MemberPage asks for a page of members, in the order of their names.
type MemberPage struct {
	Role      Role
	Class     string
	AfterSort []byte
	AfterUser identity.ID
	Limit     int
}

// Correction is what somebody says is wrong about them.
type Correction struct {
	User     identity.ID
	Shown    string
	Text     string
	OpenedAt time.Time
}

// Tx is what an act of this room does to the database, all of it in the act's own transaction.
type Tx interface {
	evidence.Tx
	ImportTx

	AddInstitution(ctx context.Context, i Institution) error
	// Institution gives one. Refusal: Absent.
	Institution(ctx context.Context, id identity.ID) (Institution, error)
	// Institutions lists those under a parent, by name.
	Institutions(ctx context.Context, portal string, parent identity.ID) ([]Institution, error)
	// SetRecovery opens or closes the automated recovery.
	SetRecovery(ctx context.Context, id identity.ID, open bool) error

	// AddMembership begins one. Refusal: Conflict where it lasts already.
	AddMembership(ctx context.Context, m Membership) error
	// MembershipsOf lists what somebody is and was, oldest first.
	MembershipsOf(ctx context.Context, user identity.ID) ([]Membership, error)
	// EndMembership ends one that lasts. Refusal: Conflict where it does not.
	EndMembership(ctx context.Context, m Membership, basis string, at time.Time) error
	// Classes counts the people of an institution.
	Classes(ctx context.Context, institution identity.ID) ([]Class, error)
	// Members lists the people of a class, or with no role and class all.
	Members(ctx context.Context, institution identity.ID, page MemberPage) ([]Member, error)
	// MemberOf gives one person of an institution. Refusal: Absent.
	MemberOf(ctx context.Context, institution, user identity.ID) (Member, error)

	// Corrections lists what people of an institution say is wrong about them, oldest first.
	Corrections(ctx context.Context, institution identity.ID, limit int) ([]Correction, error)

	// AddEntry notes that a person was entered; added is false when they were before.
	AddEntry(ctx context.Context, institution identity.ID, mark string, user identity.ID) (added bool, err error)

	// AddGuardian links; linking twice changes nothing.
	AddGuardian(ctx context.Context, g Guardian) error
	// ChildrenOf and GuardiansOf list links.
	ChildrenOf(ctx context.Context, user identity.ID) ([]Guardian, error)
	GuardiansOf(ctx context.Context, child identity.ID) ([]Guardian, error)
}

// Users is what this room needs of account. Invite makes a user who has not registered, under an id,
// and gives the sign-in name; Give and Take change what the user may do on the portal.
type Users struct {
	Invite func(ctx context.Context, tx Tx, user identity.ID, portal, language string, p Person) (name string, err error)
	Give   func(ctx context.Context, tx Tx, user identity.ID, role identity.Role) error
	Take   func(ctx context.Context, tx Tx, user identity.ID, role identity.Role) error
	// CheckKind refuses a kind of page that the agreement does not know (kundelik 1.6).
	CheckKind func(portal, kind string) *fault.Fault
	// Named finds a user of the portal by the sign-in name. Refusal: Absent.
	Named func(ctx context.Context, tx Tx, portal, name string) (identity.ID, error)
	// Forget drops what is remembered of a user's sessions.
	Forget func(user identity.ID)
}

// Parties performs the acts of this room. All fields are needed.
type Parties struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	Zone   func(portal string) *time.Location
	Users  Users
}

func (p *Parties) book(portal string) *clause.Book { return p.Book(portal, p.Now()) }

func (p *Parties) note(ctx context.Context, tx Tx, portal string, home identity.ID, act, by string, cite clause.Citation, detail map[string]string) error {
	_, err := p.Record(ctx, tx, evidence.Entry{
		Portal: portal, Home: home, ID: p.NewID(), At: p.Now(), Actor: by, Act: act, Citation: cite, Detail: detail,
	})
	return err
}

// by is how evidence names who acted: by id, so that erasing a person's rows erases who it was.
func by(actor identity.Actor) string { return "user:" + number(actor.User) }

func number(id identity.ID) string { return strconv.FormatInt(int64(id), 10) }

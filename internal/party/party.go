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
	EndsAt      time.Time // when it ends by itself; zero: not
}

// Member is a membership with what its institution sees of the person.
type Member struct {
	Membership
	Shown      string
	SignInName string
	BirthDate  string
	Card       bool // credentials have been printed
	Registered bool // the person has registered with them
	Closed     bool // the person has left the portal, or the page was deleted
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
	Number     string   `json:",omitempty"` // of a pupil, which the institution gives
	Children   []string `json:",omitempty"` // of a parent: numbers or sign-in names of pupils there
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

// Correction is what somebody says is wrong about them, or else asks of the institution.
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
	EndingTx
	TransferTx
	RecoveryTx
	PageTx

	AddInstitution(ctx context.Context, i Institution) error
	// Institution gives one. Refusal: Absent.
	Institution(ctx context.Context, id identity.ID) (Institution, error)
	// Institutions lists those under a parent, by name.
	Institutions(ctx context.Context, portal string, parent identity.ID) ([]Institution, error)

	// AddMembership begins one. Refusal: Conflict where it lasts already.
	AddMembership(ctx context.Context, m Membership) error
	// MembershipsOf lists what somebody is and was, oldest first.
	MembershipsOf(ctx context.Context, user identity.ID) ([]Membership, error)
	// Classes counts the people of an institution.
	Classes(ctx context.Context, institution identity.ID) ([]Class, error)
	// Members lists the people of a class, or with no role and class all.
	Members(ctx context.Context, institution identity.ID, page MemberPage) ([]Member, error)
	// MemberOf gives one person of an institution. Refusal: Absent.
	MemberOf(ctx context.Context, institution, user identity.ID) (Member, error)

	// Asked lists what people of an institution ask for by open cases of a kind, oldest first.
	Asked(ctx context.Context, institution identity.ID, kind string, limit int) ([]Correction, error)

	// AddEntry notes that a person was entered; added is false when they were before.
	AddEntry(ctx context.Context, institution identity.ID, mark string, user identity.ID) (added bool, err error)

	// DropEntry takes back that one was.
	DropEntry(ctx context.Context, institution identity.ID, mark string) error
	// EntryOf gives who was entered by a mark. Refusal: Absent.
	EntryOf(ctx context.Context, institution identity.ID, mark string) (identity.ID, error)
	// AddNumber notes the number an institution gives a pupil; added is false when another has it.
	AddNumber(ctx context.Context, institution identity.ID, number string, user identity.ID) (added bool, err error)
	// Numbered finds a pupil by that number. Refusal: Absent.
	Numbered(ctx context.Context, institution identity.ID, number string) (identity.ID, error)

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
	// Person gives what is known of a user. Refusal: Absent where nothing is.
	Person func(ctx context.Context, tx Tx, user identity.ID) (Person, error)
	// Tell sends a user a message, by its key, to a contact they have confirmed, if any.
	Tell func(ctx context.Context, tx Tx, user identity.ID, key string, args map[string]string) error
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
	// PageRule says how widely pages may be seen on a portal, by which clause (kundelik 4.9): privacy owns
	// that rule. ok is false where people have no pages.
	PageRule func(portal string) (to string, cite clause.Citation, ok bool)
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

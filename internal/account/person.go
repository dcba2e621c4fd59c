package account

import (
	"context"
	"strings"
	"time"

	"tereze/internal/identity"
)

// Person is what the state calls somebody.
type Person struct {
	Surname     string
	Given       string
	Patronymic  string // empty where there is none
	BirthDate   string // YYYY-MM-DD, empty where not asked
	Sex         identity.Sex
	Number      string // IIN, BIN or personal number
	Passport    string
	ConfirmedAt time.Time // when the person last looked it through
}

// Shown is the name the person goes by.
func (p Person) Shown() string {
	return strings.Join(strings.Fields(p.Surname+" "+p.Given+" "+p.Patronymic), " ")
}

// ContactKind is a way to reach a person.
type ContactKind string

// The kinds of contact.
const (
	ByPhone ContactKind = "phone"
	ByEmail ContactKind = "email"
)

// Contact is a confirmed address: nothing is sent to one before its owner has confirmed it but the
// message that asks for that.
type Contact struct {
	Kind        ContactKind
	Value       string
	ConfirmedAt time.Time
	FailedAt    time.Time // when it turned out that nobody is reached there; zero: not
}

// Fails reports whether nobody was reached at a contact since it was confirmed.
func (c Contact) Fails() bool { return c.FailedAt.After(c.ConfirmedAt) }

// Case is something a user has asked for that a person must look at.
type Case struct {
	User     identity.ID
	ID       identity.ID
	Portal   string
	Kind     string // "compromise", "correction", "recovery"
	State    string // "open", "ended"
	Text     string
	OpenedAt time.Time
	EndedAt  time.Time
	Answer   string
}

// PersonTx is what a person's data and cases do to the database.
type PersonTx interface {
	// AddName lets a user sign in under a further name. Refusal: Conflict where it is taken.
	AddName(ctx context.Context, portal, nameFold string, id identity.ID) error
	// RemoveName takes a sign-in name away.
	RemoveName(ctx context.Context, portal, nameFold string, id identity.ID) error
	// Person gives what is known. Refusal: Absent.
	Person(ctx context.Context, id identity.ID) (Person, error)
	// SavePerson sets it; a number belongs to one user of a portal. Refusal: Conflict.
	SavePerson(ctx context.Context, portal string, id identity.ID, p Person) error
	// Contacts lists confirmed contacts.
	Contacts(ctx context.Context, id identity.ID) ([]Contact, error)
	// SaveContact sets the contact of its kind.
	SaveContact(ctx context.Context, id identity.ID, c Contact) error
	// FailContact writes down that nobody was reached at a contact by a message of an instant; value is empty where it
	// is not known to which. changed is false where it is another contact by now, or was confirmed after the message,
	// or has failed before.
	FailContact(ctx context.Context, id identity.ID, kind ContactKind, value string, written, at time.Time) (changed bool, err error)
	// AddCase opens a case.
	AddCase(ctx context.Context, c Case) error
	// Cases lists a portal's cases in a state, oldest first; state empty: all.
	Cases(ctx context.Context, portal, state string, limit int) ([]Case, error)
	// EndCase ends an open case with an answer. Refusal: Conflict when it has ended.
	EndCase(ctx context.Context, user, id identity.ID, answer string, at time.Time) error
	// Report notes that a user said the account is compromised, at the first time only.
	Report(ctx context.Context, id identity.ID, at time.Time) error
	// ClearReport ends that note, when the person has been identified anew.
	ClearReport(ctx context.Context, id identity.ID) error
	// SessionsOf lists a user's sessions, newest first.
	SessionsOf(ctx context.Context, id identity.ID) ([]Session, error)
}

package party

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// OrganisationKind is what an organisation is before the law.
type OrganisationKind string

// The kinds of organisation users act for (ismet 1.3, 5.2).
const (
	SoleTrader  OrganisationKind = "sole_trader"
	LegalEntity OrganisationKind = "legal_entity"
)

// The roles of a membership of an organisation, as certificates state them.
const (
	Head     Role = "head"   // the first head; an organisation has one at most
	Signer   Role = "signer" // has the right to sign
	Employee Role = "employee"
)

// OrganisationRoles lists them, the highest first.
func OrganisationRoles() []Role { return []Role{Head, Signer, Employee} }

// Organisation is a legal entity or a sole trader that users of one portal act for.
type Organisation struct {
	ID        identity.ID
	Portal    string
	Kind      OrganisationKind
	Number    string // BIN; of a sole trader the IIN, unless several trade jointly
	Name      string
	CreatedAt time.Time
}

// OrganisationMember is a user in an organisation, with a role.
type OrganisationMember struct {
	Organisation identity.ID
	User         identity.ID
	ID           identity.ID
	Role         Role
	CertifiedAt  time.Time // from when the certificate that gave the role is valid; zero: an invitation gave it
	Beside       Role      // of a head: what the certificate states besides; empty: nothing
	BeganAt      time.Time
	Until        time.Time // the end of the term; zero: none
	EndedAt      time.Time
	Basis        string // why it ended

	Shown string       // the member's name; filled by lists
	In    Organisation // filled by lists of one user's
}

// Lasts reports whether the membership gives any power now.
func (m OrganisationMember) Lasts(now time.Time) bool {
	return m.User != 0 && m.EndedAt.IsZero() && (m.Until.IsZero() || now.Before(m.Until))
}

// Why a membership ended.
const (
	basisEnded     = "ended" // by the head
	basisLeft      = "left"  // by the member
	basisTerm      = "term"
	basisSucceeded = "succeeded" // another head took the place
)

// Powers are what a role lets a member do for the organisation; they follow from the clause alone.
type Powers struct {
	Sign   bool
	Invite bool // and end memberships
	See    bool // what others did for it
}

// PowersOf reads them from the clause in force.
func PowersOf(b *clause.Book, role Role) Powers {
	rule, _, ok := clause.In[ActingAs](b)
	if !ok {
		return Powers{}
	}
	has := func(roles []string) bool { return slices.Contains(roles, string(role)) }
	return Powers{Sign: has(rule.Sign), Invite: has(rule.Invite), See: has(rule.See)}
}

// OrganisationPage asks for a page of members or of acts.
type OrganisationPage struct {
	After identity.ID // the last one seen; 0: from the start
	Limit int
}

// DoneFor is one act done for an organisation.
type DoneFor struct {
	Entry identity.ID
	User  identity.ID
	Shown string
	Act   string
	At    time.Time
}

// OrganisationTx is what an act on organisations does to the database.
type OrganisationTx interface {
	evidence.Tx
	notify.Tx
	InvitationTx

	// AddOrganisation adds one; added is false where its number is taken on the portal.
	AddOrganisation(ctx context.Context, o Organisation) (added bool, err error)
	// OrganisationNumbered finds one by its number. Refusal: Absent.
	OrganisationNumbered(ctx context.Context, portal, number string) (Organisation, error)
	// Organisation gives one. Refusal: Absent.
	Organisation(ctx context.Context, id identity.ID) (Organisation, error)
	// RenameOrganisation gives it the name a newer certificate states.
	RenameOrganisation(ctx context.Context, id identity.ID, name string) error
	// HoldOrganisation makes other acts on it wait until the transaction ends.
	HoldOrganisation(ctx context.Context, id identity.ID) error

	// AddMember begins a membership. Refusal: Conflict where one lasts, or a head where there is one.
	AddMember(ctx context.Context, m OrganisationMember) error
	// SaveMember changes role, certificate and term of one that lasts. Refusal: Conflict.
	SaveMember(ctx context.Context, m OrganisationMember) error
	// EndMember ends one that lasts. Refusal: Conflict.
	EndMember(ctx context.Context, m OrganisationMember, basis string, at time.Time) error
	// MemberIn gives the membership of a user that has not been ended. Refusal: Absent.
	MemberIn(ctx context.Context, organisation, user identity.ID) (OrganisationMember, error)
	// LastMemberIn gives the membership of a user that was ended last. Refusal: Absent.
	LastMemberIn(ctx context.Context, organisation, user identity.ID) (OrganisationMember, error)
	// HeadOf gives the head. Refusal: Absent.
	HeadOf(ctx context.Context, organisation identity.ID) (OrganisationMember, error)
	// MembersIn lists those of one organisation that have not been ended, oldest first.
	MembersIn(ctx context.Context, organisation identity.ID, page OrganisationPage) ([]OrganisationMember, error)
	// MembershipsIn lists all of one user's, ended ones too, newest first.
	MembershipsIn(ctx context.Context, user identity.ID, limit int) ([]OrganisationMember, error)

	// LeaveBehalf lets no session of a user act for an organisation any longer.
	LeaveBehalf(ctx context.Context, user, organisation identity.ID) error
	// AddDone notes that an entry of evidence is of an act for an organisation.
	AddDone(ctx context.Context, organisation identity.ID, d DoneFor) error
	// Done lists them, newest first, below the page's mark; of one user, or with 0 of all.
	Done(ctx context.Context, organisation, user identity.ID, page OrganisationPage) ([]DoneFor, error)
}

// Organisations performs the acts on organisations. All fields are needed.
type Organisations struct {
	InTx   func(ctx context.Context, act func(OrganisationTx) error) error
	InView func(ctx context.Context, look func(OrganisationTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	Zone   func(portal string) *time.Location
	// Country gives the country (KZ, KG) whose phone numbers a portal takes.
	Country func(portal string) string
	// Tell sends a user a message to a confirmed contact, if any; Shown gives a user's name.
	Tell  func(ctx context.Context, tx OrganisationTx, user identity.ID, key string, args map[string]string) error
	Shown func(ctx context.Context, tx OrganisationTx, user identity.ID) (string, error)
	// Admit refuses whoever may not become a member yet.
	Admit func(ctx context.Context, tx OrganisationTx, actor identity.Actor) error
	// Allow counts one more message and says whether it is within the limit.
	Allow func(ctx context.Context, tx OrganisationTx, what string, most int, window time.Duration) (bool, error)
	// Forget drops what is remembered of a user's sessions.
	Forget func(user identity.ID)
	// Public is how addresses in messages begin.
	Public string
}

func (o *Organisations) book(portal string) *clause.Book { return o.Book(portal, o.Now()) }

// Taken reports whether users of a portal may act for organisations, and by which clause (ismet 1.6).
func (o *Organisations) Taken(portal string) (clause.Citation, bool) {
	rule, cite, ok := clause.In[ActingAs](o.book(portal))
	return cite, ok && rule.Organisations
}

// Powers are those of a role on a portal now.
func (o *Organisations) Powers(portal string, role Role) Powers {
	return PowersOf(o.book(portal), role)
}

// Behalf is what a user is in an organisation now, for a session in which they act for it; zero where they
// are nothing there.
func (o *Organisations) Behalf(ctx context.Context, tx OrganisationTx, portal string, user, organisation identity.ID) (identity.Behalf, error) {
	if _, taken := o.Taken(portal); !taken {
		return identity.Behalf{}, nil
	}
	m, err := tx.MemberIn(ctx, organisation, user)
	if fault.Is(err, fault.Absent) || err == nil && !m.Lasts(o.Now()) {
		return identity.Behalf{}, nil
	}
	if err != nil {
		return identity.Behalf{}, err
	}
	x, err := tx.Organisation(ctx, organisation)
	if err != nil || x.Portal != portal {
		return identity.Behalf{}, err
	}
	return identity.Behalf{Organisation: x.ID, Name: x.Name, Kind: string(x.Kind), Role: string(m.Role), Signs: o.Powers(portal, m.Role).Sign}, nil
}

// Authorise refuses evidence of an act for an organisation that the actor is no member of at this instant,
// and notes the act among the organisation's own: whoever records what was done for one asks here, in the
// transaction of the act. An entry of somebody's own act passes.
// Refusal: Forbidden "party.not_member".
func (o *Organisations) Authorise(ctx context.Context, tx OrganisationTx, e evidence.Entry) error {
	behalf := e.Detail["behalf"]
	if behalf == "" {
		return nil
	}
	cite, _ := o.Taken(e.Portal)
	refused := fault.New(fault.Forbidden, "party.not_member").By(cite)
	organisation, err := strconv.ParseInt(behalf, 10, 64)
	if err != nil {
		return refused
	}
	who, _ := strings.CutPrefix(e.Actor, "user:")
	user, err := strconv.ParseInt(who, 10, 64)
	if err != nil {
		return refused
	}
	b, err := o.Behalf(ctx, tx, e.Portal, identity.ID(user), identity.ID(organisation))
	if err != nil {
		return err
	}
	if b.Own() {
		return refused
	}
	return tx.AddDone(ctx, b.Organisation, DoneFor{Entry: e.ID, User: identity.ID(user), Act: e.Act, At: e.At})
}

// note records an act on a membership among the entries of the user it is about, and among the acts of
// the organisation.
func (o *Organisations) note(ctx context.Context, tx OrganisationTx, x Organisation, home identity.ID, act string, actor identity.ID, detail map[string]string) error {
	cite, _ := o.Taken(x.Portal)
	d := map[string]string{"organisation": number(x.ID), "name": x.Name}
	for name, value := range detail {
		d[name] = value
	}
	e := evidence.Entry{
		Portal: x.Portal, Home: home, ID: o.NewID(), At: o.Now(), Actor: "user:" + number(actor), Act: act, Citation: cite, Detail: d,
	}
	if _, err := o.Record(ctx, tx, e); err != nil {
		return err
	}
	return tx.AddDone(ctx, x.ID, DoneFor{Entry: e.ID, User: actor, Act: act, At: e.At})
}

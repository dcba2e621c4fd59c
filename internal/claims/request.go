package claims

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
)

// State is where a request stands.
type State string

// The states of a request. The staff owes the next step of the first three.
const (
	New      State = "new"
	InWork   State = "work"
	Reopened State = "reopened"
	Waiting  State = "waiting" // the staff has asked the person something
	Answered State = "answered"
	Closed   State = "closed"
)

// States lists them in the order of a request's life.
func States() []State { return []State{New, InWork, Waiting, Reopened, Answered, Closed} }

// Via is how a request came.
type Via string

// The ways in.
const (
	ByPage  Via = "page"
	ByPhone Via = "phone"
	ByEmail Via = "email"
)

// Contact is where the person is answered.
type Contact struct {
	Channel   notify.Channel
	Value     string
	Confirmed bool // its owner has shown that what is sent there arrives
}

// Request is one thing somebody asks of the support, with a number from its first moment.
type Request struct {
	Home        identity.ID // the user; the request itself where nobody is known to ask
	ID          identity.ID
	Portal      string
	Kind        string
	Via         Via
	State       State
	First       bool        // goes before the others
	Institution identity.ID // of the user, where the clause has it carried; 0: none
	Staff       identity.ID // who has it in hand; 0: nobody
	Unverified  int         // letters of other senders that wait to be looked at
	Language    string
	OpenedAt    time.Time
	ChangedAt   time.Time
	DueAt       time.Time       // the end of the term; zero: no clause sets one
	Cite        clause.Citation // which clause sets the term, or has the request taken
	Version     int

	Subject string
	Name    string  // what the person calls themself; empty: not said
	Contact Contact // of somebody without a user account
}

// Known reports whether a user of the portal asks.
func (r Request) Known() bool { return r.Home != r.ID }

// Author is who wrote a message of a request.
type Author string

// The authors. A note and what is unverified the person never sees.
const (
	Person     Author = "person"
	Staff      Author = "staff"
	Note       Author = "note"
	Unverified Author = "unverified"
)

// Message is one message of a request.
type Message struct {
	ID     identity.ID
	Author Author
	Staff  identity.ID // who of the staff wrote it; 0: none
	At     time.Time
	Text   string
	Sender string // the address an unverified letter says it is from
	Files  []File
}

// File is what came with a message.
type File struct {
	ID   identity.ID
	Name string
	Type string // as its content says
	Size int

	Content []byte // only on its way in, and where the file itself is asked for
}

// Mark is a place in the queue: urgent ones first, then in the order of their coming.
type Mark struct {
	First bool
	At    time.Time
	ID    identity.ID
}

// Filter chooses requests of a queue.
type Filter struct {
	State string // one state, "open": what is not answered and not closed, or "": all
	Kind  string // empty: all
	Late  bool   // only those whose term has run out
	After Mark
	Limit int
}

// Tx is what requests do to the database, all of it in the act's own transaction.
type Tx interface {
	evidence.Tx
	notify.Tx
	obligation.Tx

	// AddRequest keeps a new request, to be found by its id alone.
	AddRequest(ctx context.Context, r Request) error
	// SaveRequest replaces the request whose version is r.Version-1. Refusal: Conflict.
	SaveRequest(ctx context.Context, r Request) error
	// Request gives one. Refusal: Absent.
	Request(ctx context.Context, home, id identity.ID) (Request, error)
	// RequestByID gives one whose home is not known. Refusal: Absent.
	RequestByID(ctx context.Context, id identity.ID) (Request, error)
	// RequestsOf lists a user's own, newest first, with ids below before; 0 begins at the newest.
	RequestsOf(ctx context.Context, user, before identity.ID, limit int) ([]Request, error)
	// Queue lists a portal's requests; now decides which are late.
	Queue(ctx context.Context, portal string, f Filter, now time.Time) ([]Request, error)
	// AddPost keeps a message of a request with its files.
	AddPost(ctx context.Context, r Request, m Message) error
	// Posts lists the messages of a request, oldest first, without what is in the files.
	Posts(ctx context.Context, home, id identity.ID) ([]Message, error)
	// FileContent gives what is in a file. Refusal: Absent.
	FileContent(ctx context.Context, home, id, file identity.ID) ([]byte, error)
	// MeetLetter notes a letter; met is true when it was taken in before.
	MeetLetter(ctx context.Context, portal, letter string, at time.Time) (met bool, err error)
}

// People is what this room needs of those who know the users. house introduces them.
type People struct {
	// Contacts lists a user's confirmed contacts.
	Contacts func(ctx context.Context, tx Tx, user identity.ID) ([]Contact, error)
	// Tell lays word of a request into the user's cabinet and, unless it is quiet, sends it by the channels at
	// which they get service messages (ismet 1.17.1).
	Tell func(ctx context.Context, tx Tx, q Request, key string, args map[string]string, quiet bool) error
	// Institution is the one a user belongs to; 0: none.
	Institution func(ctx context.Context, tx Tx, user identity.ID) (identity.ID, error)
	// Looked notes that the staff looked at what is a person's, for a reason the person sees.
	// Refusal: Invalid at "reason".
	Looked func(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID, subject, reason string) error
	// Represent sends a copy of a message about a user's request to those the user has named (court 5.2).
	Represent func(ctx context.Context, tx Tx, q Request, key string, args map[string]string) error
	// Named finds a user by the sign-in name. Refusal: Absent "account.nobody".
	Named func(ctx context.Context, tx Tx, portal, name string) (identity.ID, error)
	// Country gives the country (KZ, KG) whose telephone numbers a portal takes.
	Country func(portal string) string
	// Allow counts one more of something, and says whether that is still within most in a window.
	Allow func(ctx context.Context, tx Tx, what string, most int, window time.Duration) (bool, error)
	// Quota counts one more message that a user writes. Refusal: TooMany at "text", over what the portal's
	// clause lets a user write in a day (kundelik 6.8b).
	Quota func(ctx context.Context, tx Tx, portal string, user identity.ID) error
	// Link makes a link to a request for somebody without a user account.
	Link func(ctx context.Context, tx Tx, r Request) (string, error)
}

// Requests performs the acts of this room. All fields are needed.
type Requests struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	// Due is the end of a period that begins now, in the portal's zone; ok is false for one that cannot
	// be counted.
	Due     func(portal string, from time.Time, p clause.Period) (at time.Time, ok bool)
	Numbers Numbers
	People  People
	// Owed keeps the terms of answers.
	Owed *obligation.Obligations
}

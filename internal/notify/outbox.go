package notify

import (
	"context"
	"time"

	"tereze/internal/identity"
)

// State is how far a message has come.
type State string

// The states of a message.
const (
	Created   State = "created"           // waits for a courier, or for its next try
	Sending   State = "sending"           // is in a courier's hands
	Recorded  State = "recorded"          // was written down in a trial, and sent to nobody
	Accepted  State = "accepted"          // was taken by a provider, who has not said more
	Delivered State = "delivered"         // has arrived, as the provider's receipt says
	Read      State = "read"              // was opened
	Permanent State = "permanent_failure" // cannot arrive: there is no such address
	Temporary State = "temporary_failure" // did not arrive in time: the telephone is off, the mailbox full
	Technical State = "technical_failure" // could not be handed over to any provider in time
	Stopped   State = "stopped"           // was called back by the operator
	Dropped   State = "dropped"           // was to nobody
)

// States lists those that lists of messages show, in the order of a message's life.
func States() []State {
	return []State{Created, Sending, Recorded, Accepted, Delivered, Read, Temporary, Permanent, Technical, Stopped}
}

// Failed reports whether a message did not get through and no courier will try again.
func (s State) Failed() bool { return s == Permanent || s == Temporary || s == Technical }

// Waits reports whether a courier has yet to carry the message.
func (s State) Waits() bool { return s == Created || s == Sending }

// Reasons why something did not arrive. What a provider answers word for word is not kept: it may name the person.
const (
	ReasonAddress     = "address"     // there is no such address
	ReasonRefused     = "refused"     // the other end does not want it
	ReasonBusy        = "busy"        // the other end asks to come again
	ReasonThrottled   = "throttled"   // we send too fast
	ReasonUnreachable = "unreachable" // no provider could be reached
	ReasonNoAnswer    = "no_answer"   // the provider took it and said nothing
	ReasonNotAllowed  = "not_allowed" // the provider does not let us in
	ReasonMistaken    = "mistaken"    // the provider's answer makes no sense
	ReasonUnwritten   = "unwritten"   // the sentence lacks a value, and is never sent so
	ReasonTooLate     = "too_late"    // it lay for too long
	ReasonReceipt     = "receipt"     // the receipt says it did not arrive
	ReasonOff         = "off"         // the receipt says the telephone was not reached in time
)

// Outcome is what came of one try.
type Outcome struct {
	State      State    // Accepted, Recorded or Dropped; Permanent, Temporary or Technical
	Provider   string   // who was asked; empty: nobody
	Reason     string   // one of the reasons; empty when it went
	Code       string   // the other end's own number for it, such as "550 5.1.1"; never its words
	Parts      int      // of a text message
	References []string // the provider's number of each part, by which receipts come
}

// Parcel is a message in a courier's hands.
type Parcel struct {
	Message
	Try   int         // counted from 1
	Since time.Time   // when couriers began, or were told to begin anew
	Round int         // the try since then, counted from 1
	Lease identity.ID // this courier's claim to it
}

// Settlement is what a courier writes down after a try.
type Settlement struct {
	Home, ID identity.ID
	Lease    identity.ID
	Try      int
	BeganAt  time.Time
	EndedAt  time.Time
	Outcome  Outcome
	State    State     // what becomes of the message: that of the outcome, or Created for another try
	DueAt    time.Time // of that try
	Wipe     bool      // the secrets of its text are over
}

// Receipt is what a provider says of a part after it was taken. It may come late, twice, before the answer that
// names the part, or never.
type Receipt struct {
	Provider  string
	Reference string
	State     State // Delivered, Permanent, Temporary or Technical
	At        time.Time
}

// Attempt is one try, as it is kept.
type Attempt struct {
	Number   int
	Provider string
	State    State
	Reason   string
	Code     string
	Parts    int
	BeganAt  time.Time
	EndedAt  time.Time
}

// CourierTx is what carrying messages does to the database.
type CourierTx interface {
	// MessagesWait reports whether a message of a channel is due; see ClaimMessages for far.
	MessagesWait(ctx context.Context, channel Channel, now, far time.Time) (bool, error)
	// ClaimMessages hands over messages that are due, of which nobody else has one before until. A message due
	// after far was put off by a clock that has since been set back: it is due as well.
	ClaimMessages(ctx context.Context, channel Channel, lease identity.ID, now, until, far time.Time, limit int) ([]Parcel, error)
	// ReleaseMessages gives back what was claimed and of nobody asked; what is claimed by others stays theirs.
	ReleaseMessages(ctx context.Context, rest []Parcel, now time.Time) error
	// SettleMessage writes a try down. Refusal: Conflict where the lease has passed to somebody else.
	SettleMessage(ctx context.Context, s Settlement) error
	// TakeReceipt keeps what a provider says of a part, and moves its message when all parts are known.
	TakeReceipt(ctx context.Context, r Receipt) error
	// TakeReport writes down what a mail server said of an e-mail after it was taken, and gives the message; changed is
	// false where it is none that was accepted.
	TakeReport(ctx context.Context, home, id identity.ID, out Outcome, at time.Time) (m Message, changed bool, err error)
	// LapseMessages gives up messages older than an instant, and wipes the secrets of those given up before.
	LapseMessages(ctx context.Context, before, now time.Time, limit int) (done int64, err error)
	// Browser gives a browser that a user named. Refusal: Absent.
	Browser(ctx context.Context, user, browser identity.ID) (Browser, error)
	// RemoveBrowser forgets one; removing it twice changes nothing.
	RemoveBrowser(ctx context.Context, user, browser identity.ID) error
}

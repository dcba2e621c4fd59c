package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/identity"
)

// Channel is a way to reach a person.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
	Push  Channel = "push" // a pop-up in a browser that the person named
	Site  Channel = "site" // the cabinet alone
)

// Message is one message on its way out. It lies in the outbox until courier has carried it; what
// it says is a sentence by key, so that it can be said in the reader's language.
type Message struct {
	ID       identity.ID
	Home     identity.ID // whose message it is: a user, or who will be one when registration ends
	Portal   string
	Channel  Channel
	To       string            // phone in international form, e-mail address, or for Push the number of a browser
	Key      string            // of the sentence
	Args     map[string]string // what the sentence names; may hold a one-time secret
	Language string
	At       time.Time
	Until    time.Time   // from then on it is of no use, as a code that has expired: nobody sends it; zero: no such time
	Template int         // version of the sentence: 0 is the one that ships; the store sets it
	Campaign identity.ID // whose text it carries, and whose address is found when it is sent; 0: none
	// Once names what is told at most once: a second message of this home with the same name is not laid into the
	// outbox. Empty: nothing is held against it.
	Once string
	// Bulk lets messages to one person pass before: a letter to thousands must not hold up a code.
	Bulk bool
	// Unsubscribe is the address that ends a subscription with one click (RFC 8058); empty: there is none to end.
	Unsubscribe string
}

// Tx is the act's own transaction: a message that is owed is written with what owes it.
type Tx interface {
	// AddMessage lays a message into the outbox, readable only with the installation's key.
	// One whose Once is there already for its home is left out.
	AddMessage(ctx context.Context, m Message) error
}

// ErrMessage is told of a message that cannot be sent. It is a broken promise of the room that
// made it: addresses are checked where people enter them.
var ErrMessage = errors.New("message cannot be sent")

// Check refuses what no channel can carry. A line break in an address or a sentence's argument could
// begin a header of its own.
func (m Message) Check() error {
	if m.ID <= 0 || m.Home <= 0 || m.Portal == "" || m.Key == "" || m.Language == "" || m.At.IsZero() {
		return fmt.Errorf("%w: incomplete", ErrMessage)
	}
	if m.Channel != SMS && m.Channel != Email && m.Channel != Push {
		return fmt.Errorf("%w: channel %q", ErrMessage, m.Channel)
	}
	if !oneLine(m.To, 254) || m.To == "" {
		return fmt.Errorf("%w: address", ErrMessage)
	}
	if !oneLine(m.Once, 200) || !oneLine(m.Unsubscribe, 1000) {
		return fmt.Errorf("%w: more than one line", ErrMessage)
	}
	for name, value := range m.Args {
		if !oneLine(value, 1000) {
			return fmt.Errorf("%w: argument %s", ErrMessage, name)
		}
	}
	return nil
}

// CampaignKey is the key of the messages of campaigns, whose text stands with the campaign.
const CampaignKey = "campaign"

func oneLine(s string, limit int) bool {
	if len(s) > limit || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// Decoy is the key of a message to nobody. It is laid into the outbox where somebody must not be told
// apart from nobody by the time an act takes; courier drops it, and no list shows it.
const Decoy = "message.nobody"

// Masked gives the arguments of a message without the one-time secrets among them, to be shown again
// after it was sent.
func Masked(args map[string]string) map[string]string {
	out := maps.Clone(args)
	for _, name := range secrets() {
		if _, ok := out[name]; ok {
			out[name] = blot
		}
	}
	return out
}

// blot stands where a one-time secret stood.
const blot = "••••••"

// secrets are the names of arguments that open something once.
func secrets() []string { return []string{"code", "link", "password"} }

// Over reports whether what a message brings is of no use any more.
func (m Message) Over(now time.Time) bool { return !m.Until.IsZero() && !now.Before(m.Until) }

// Blotted reports whether a message has lost a secret that it was written to bring.
func (m Message) Blotted() bool {
	return slices.ContainsFunc(secrets(), func(name string) bool { return m.Args[name] == blot })
}

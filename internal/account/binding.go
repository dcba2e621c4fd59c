package account

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Key is a signature key as its certificate describes it, after a signature by it was found good over what
// this portal asked for.
type Key struct {
	IIN, BIN                   string
	Surname, Given, Patronymic string
	Organisation               string
	Trade                      string    // what the holder trades under, as the holder has signed it; empty: no sole trader
	Role                       string    // of its holder in the organisation: KeyHead, KeySigner, KeyEmployee; empty: none
	Beside                     string    // what else than the head the certificate makes of them; empty: nothing
	Since, EndsAt              time.Time // the certificate's term
	Detail                     map[string]string
}

// What a holder is in the organisation, by the certificate.
const (
	KeyHead     = "head"
	KeySigner   = "signer"
	KeyEmployee = "employee"
)

// binds reports whether the holder may bind the organisation.
func (k Key) binds() bool { return k.Role == KeyHead || k.Role == KeySigner }

// Kind is the kind of user the key stands for, in the words of the rules on kinds and parties.
func (k Key) Kind() string {
	switch {
	case k.BIN != "":
		return "legal_entity"
	case k.Trade != "":
		return SoleTrader
	}
	return "individual"
}

// SoleTrader is a natural person who trades: the certificate is the person's, the number is the IIN, and only
// the holder says so (ismet 5.2).
const SoleTrader = "sole_trader"

// Number is the number of whom the key stands for: the organisation's, or the person's own.
func (k Key) Number() string {
	if k.BIN != "" {
		return k.BIN
	}
	return k.IIN
}

// Serve lets the signature serve once, within the act that follows from it, and keeps it beside the entry of
// a home that names its digests. Refusal: Conflict "eds.reason.nonce_used".
type Serve func(ctx context.Context, tx Tx, home, entry identity.ID, at time.Time) error

// Binding is whose key belongs to a user: in whose name the user acts.
type Binding struct {
	Party        string // individual, sole_trader or legal_entity
	IIN, BIN     string
	Organisation string
	BoundAt      time.Time
	KeyEndsAt    time.Time // until when the last key shown is valid
}

// BindingTx is what bindings do to the database.
type BindingTx interface {
	// Binding gives it. Refusal: Absent.
	Binding(ctx context.Context, user identity.ID) (Binding, error)
	// AddBinding adds it. Refusal: Conflict when there is one.
	AddBinding(ctx context.Context, user identity.ID, b Binding) error
	// ShowedKey notes until when the key is valid that a user has shown last.
	ShowedKey(ctx context.Context, user identity.ID, endsAt time.Time) error
	// UserNumbered finds a user by the state's number. Refusal: Absent.
	UserNumbered(ctx context.Context, portal, number string) (User, error)
}

func (k Key) binding(at time.Time) Binding {
	b := Binding{Party: k.Kind(), IIN: k.IIN, BIN: k.BIN, Organisation: k.Organisation, BoundAt: at, KeyEndsAt: k.EndsAt}
	if b.Party == SoleTrader {
		b.Organisation = k.Trade
	}
	return b
}

// alike compares names as people and authorities write them: capitals, blanks and hyphens aside.
func alike(a, b string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return r
		}, Fold(s))
	}
	return plain(a) == plain(b)
}

// served records an act that follows from a signature, with what it is known by, and uses it up.
func (a *Accounts) served(ctx context.Context, tx Tx, u User, act string, cite clause.Citation, k Key, serve Serve, detail map[string]string) error {
	now, entry := a.Now(), a.NewID()
	for name, value := range k.Detail {
		detail[name] = value
	}
	if err := serve(ctx, tx, u.ID, entry, now); err != nil {
		return err
	}
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: entry, At: now, Actor: "user:" + strconv.FormatInt(int64(u.ID), 10), Act: act, Citation: cite, Detail: detail,
	})
	return err
}

// Posed records that a signature came by the key of another than the one who was asked (egov 3.4.5). home
// is the user or the attempt; whose key it was is named by the certificate's digest alone.
func (a *Accounts) Posed(ctx context.Context, portal string, home identity.ID, cite clause.Citation, address string, k Key) error {
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		_, err := a.Record(ctx, tx, evidence.Entry{
			Portal: portal, Home: home, ID: a.NewID(), At: now, Actor: "user:" + strconv.FormatInt(int64(home), 10), Act: "account.foreign_key", Citation: cite,
			Detail: map[string]string{"address": address, "certificate": k.Detail["certificate"]},
		})
		return err
	})
}

// KeyOf says whose key belongs to the actor. Refusal: Conflict "account.no_key" where no key was ever shown.
func (a *Accounts) KeyOf(ctx context.Context, actor identity.Actor) (b Binding, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		b, err = tx.Binding(ctx, actor.User)
		return err
	})
	if fault.Is(err, fault.Absent) {
		return b, fault.New(fault.Conflict, "account.no_key")
	}
	return b, err
}

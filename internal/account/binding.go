package account

import (
	"context"
	"slices"
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
	Role                       string    // of its holder in the organisation: KeyHead, KeySigner, KeyEmployee; empty: none
	EndsAt                     time.Time // of the certificate's term
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
	if k.BIN != "" {
		return "legal_entity"
	}
	return "individual"
}

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
	Party        string // individual or legal_entity
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
	return Binding{Party: k.Kind(), IIN: k.IIN, BIN: k.BIN, Organisation: k.Organisation, BoundAt: at, KeyEndsAt: k.EndsAt}
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

// FullRegistration says what the agreement calls full registration, and whether the actor still owes it
// (ismet 5.2). ok is false where there is no such stage.
func (a *Accounts) FullRegistration(ctx context.Context, actor identity.Actor) (rule *FullRegistration, cite clause.Citation, bound *Binding, ok bool, err error) {
	rule, cite, ok = clause.In[FullRegistration](a.Book(actor.Portal, a.Now()))
	if !ok {
		return nil, cite, nil, false, nil
	}
	err = a.InView(ctx, func(tx Tx) error {
		b, err := tx.Binding(ctx, actor.User)
		if fault.Is(err, fault.Absent) {
			return nil
		}
		bound = &b
		return err
	})
	return rule, cite, bound, true, err
}

// Potential reports whether somebody who has an account is a potential user yet, for want of full
// registration (ismet 1.7); cite is the clause that says so.
func (a *Accounts) Potential(ctx context.Context, actor identity.Actor) (bool, clause.Citation, error) {
	until, cite, ok := clause.In[PotentialUser](a.Book(actor.Portal, a.Now()))
	if !ok || !slices.Contains(until.Until, "full_registration") {
		return false, cite, nil
	}
	_, _, bound, staged, err := a.FullRegistration(ctx, actor)
	return staged && bound == nil, cite, err
}

// Bind binds the number of a party to a user by the party's own signature, which makes the registration full
// (ismet 5.2, 1.7). The name of the account has to be the holder's.
//
// Refusals: Absent "gate.no_page" where the agreement has no such stage; Forbidden "account.party",
// "account.key_not_head", "account.key_name"; Conflict "account.already_full", "account.number_refused" for
// a number that is another's or kept out; those of serve.
func (a *Accounts) Bind(ctx context.Context, actor identity.Actor, k Key, serve Serve) error {
	rule, cite, ok := clause.In[FullRegistration](a.Book(actor.Portal, a.Now()))
	switch {
	case !ok:
		return fault.New(fault.Absent, "gate.no_page")
	case !slices.Contains(rule.Parties, k.Kind()):
		return fault.New(fault.Forbidden, "account.party").By(cite)
	case k.BIN != "" && !k.binds():
		return fault.New(fault.Forbidden, "account.key_not_head").By(cite)
	}
	return a.InTx(ctx, func(tx Tx) error {
		now := a.Now()
		if _, err := tx.Binding(ctx, actor.User); err == nil {
			return fault.New(fault.Conflict, "account.already_full").By(cite)
		} else if !fault.Is(err, fault.Absent) {
			return err
		}
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		p, err := tx.Person(ctx, u.ID)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if p.Surname != "" && !(alike(p.Surname, k.Surname) && alike(p.Given, k.Given)) {
			return fault.New(fault.Forbidden, "account.key_name").By(cite)
		}
		if err := a.admit(ctx, tx, u.Portal, k.Number()); err != nil {
			return numberRefused(err)
		}
		if p.Surname == "" {
			p.Surname, p.Given, p.Patronymic = k.Surname, k.Given, k.Patronymic
		}
		p.Number, p.ConfirmedAt = k.Number(), now
		if err := tx.SavePerson(ctx, u.Portal, u.ID, p); err != nil {
			return numberRefused(err)
		}
		if err := tx.AddBinding(ctx, u.ID, k.binding(now)); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "account.already_full").By(cite)
		} else if err != nil {
			return err
		}
		if a.Joins != nil && k.BIN != "" {
			if err := a.Joins(ctx, tx, actor, k); err != nil {
				return err
			}
		}
		return a.served(ctx, tx, u, "account.full_registration", cite, k, serve, map[string]string{"party": k.Kind()})
	})
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

package privacy

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Effect is what follows when the consent to a purpose is withdrawn.
type Effect string

// The effects of a withdrawal.
const (
	EndsUse        Effect = "ends_use"        // without it the portal cannot serve the person: the use of it ends
	ContractStays  Effect = "contract_stays"  // what the contract needs goes on, because consent is not its ground (ismet R34)
	EndsLetters    Effect = "ends_letters"    // no letter is sent that is not owed
	EndsAdverts    Effect = "ends_adverts"    // no advert is sent or shown for this person's data
	EndsStatistics Effect = "ends_statistics" // the person is counted in no statistics
)

// Purpose is one thing personal data are processed for.
type Purpose struct {
	Name      string
	Cite      clause.Citation
	Effect    Effect    // of withdrawing
	Withdrawn time.Time // zero: the consent stands
	Entry     identity.ID
}

// Withdrawal is that a person took back the consent to a purpose.
type Withdrawal struct {
	User       identity.ID
	Purpose    string
	At         time.Time
	Portal     string
	Entry      identity.ID // evidence of it
	GivenAgain identity.ID // evidence of what ended it; 0: it stands
}

// WithdrawalTx is what withdrawals do to the database.
type WithdrawalTx interface {
	// AddWithdrawal adds one. Refusal: Conflict where one stands for the purpose.
	AddWithdrawal(ctx context.Context, w Withdrawal) error
	// EndWithdrawal ends the one that stands. Refusal: Conflict where none does.
	EndWithdrawal(ctx context.Context, user identity.ID, purpose string, entry identity.ID) error
	// WithdrawalsOf lists a person's, newest first.
	WithdrawalsOf(ctx context.Context, user identity.ID) ([]Withdrawal, error)
}

// Purposes lists what the clauses in force have data processed for, each with what its withdrawal does.
func Purposes(b *clause.Book) (out []Purpose) {
	add := func(name string, cite clause.Citation) {
		if !slices.ContainsFunc(out, func(p Purpose) bool { return p.Name == name }) {
			out = append(out, Purpose{Name: name, Cite: cite, Effect: effectOf(b, name)})
		}
	}
	if rule, cite, ok := clause.In[ConsentPurposes](b); ok {
		for _, name := range rule.Purposes {
			add(name, cite)
		}
	}
	if rule, cite, ok := clause.In[InformationPurpose](b); ok {
		for _, name := range rule.Kinds {
			add(name, cite)
		}
	}
	return out
}

func effectOf(b *clause.Book, purpose string) Effect {
	switch purpose {
	case "information":
		return EndsLetters
	case "adverts":
		return EndsAdverts
	case "statistics", "quality":
		return EndsStatistics
	}
	if rule, _, ok := clause.In[NeedToKnow](b); ok && rule.Ground == "contract" {
		return ContractStays
	}
	return EndsUse
}

// Mine is what a person sees of their consents.
type Mine struct {
	Consents    []Consent
	Withdrawals []Withdrawal
	Purposes    []Purpose
	Scope       Scope
}

// Mine gives the actor's consents, what they cover and what was withdrawn.
func (p *Privacy) Mine(ctx context.Context, actor identity.Actor) (m Mine, err error) {
	book := p.Book(actor.Portal, p.Now())
	m.Purposes, m.Scope = Purposes(book), ScopeOf(book)
	err = p.InView(ctx, func(tx Tx) (err error) {
		if m.Consents, err = tx.ConsentsOf(ctx, actor.User); err != nil {
			return err
		}
		m.Withdrawals, err = tx.WithdrawalsOf(ctx, actor.User)
		return err
	})
	for i, x := range m.Purposes {
		if w, ok := standing(m.Withdrawals, x.Name); ok {
			m.Purposes[i].Withdrawn, m.Purposes[i].Entry = w.At, w.Entry
		}
	}
	return m, err
}

func standing(all []Withdrawal, purpose string) (Withdrawal, bool) {
	i := slices.IndexFunc(all, func(w Withdrawal) bool { return w.Purpose == purpose && w.GivenAgain == 0 })
	if i < 0 {
		return Withdrawal{}, false
	}
	return all[i], true
}

// Allows reports whether a person's data may be processed for a purpose now: a clause names it, and the
// person has not withdrawn their consent. Whoever sends letters or adverts asks it first.
func (p *Privacy) Allows(ctx context.Context, tx Tx, portal string, user identity.ID, purpose string) (bool, error) {
	if _, ok := p.purpose(portal, purpose); !ok {
		return false, nil
	}
	all, err := tx.WithdrawalsOf(ctx, user)
	_, withdrawn := standing(all, purpose)
	return err == nil && !withdrawn, err
}

func (p *Privacy) purpose(portal, name string) (Purpose, bool) {
	all := Purposes(p.Book(portal, p.Now()))
	i := slices.IndexFunc(all, func(x Purpose) bool { return x.Name == name })
	if i < 0 {
		return Purpose{}, false
	}
	return all[i], true
}

// Purpose gives one of the portal's purposes. Refusal: Absent "privacy.no_purpose".
func (p *Privacy) Purpose(portal, name string) (Purpose, error) {
	x, ok := p.purpose(portal, name)
	if !ok {
		return x, fault.New(fault.Absent, "privacy.no_purpose")
	}
	return x, nil
}

// Withdraw takes the actor's consent to a purpose back, with what follows from it, all at once. What
// was done before stays lawful: the consents that were given stay on record.
// Refusals: Absent "privacy.no_purpose"; Conflict "privacy.withdrawn"; Forbidden "privacy.staff_stays" for
// somebody who runs the portal, where the use of it would end.
func (p *Privacy) Withdraw(ctx context.Context, actor identity.Actor, name string) (Effect, error) {
	purpose, err := p.Purpose(actor.Portal, name)
	if err != nil {
		return "", err
	}
	if purpose.Effect == EndsUse && slices.ContainsFunc(actor.Roles, func(r identity.Role) bool { return r != identity.User && r != identity.Guardian }) {
		return "", fault.New(fault.Forbidden, "privacy.staff_stays").By(purpose.Cite)
	}
	w := Withdrawal{User: actor.User, Purpose: name, At: p.Now(), Portal: actor.Portal, Entry: p.NewID()}
	return purpose.Effect, p.InTx(ctx, func(tx Tx) error {
		if err := tx.AddWithdrawal(ctx, w); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "privacy.withdrawn").By(purpose.Cite)
		} else if err != nil {
			return err
		}
		if err := p.note(ctx, tx, actor, w.Entry, w.At, "privacy.withdraw", purpose); err != nil {
			return err
		}
		switch purpose.Effect {
		case EndsUse:
			return p.Leave(ctx, tx, actor.Portal, actor.User)
		case EndsLetters, EndsAdverts:
			return p.StopLetters(ctx, tx, actor.User)
		}
		return nil
	})
}

// GiveAgain gives the consent to a purpose that the actor had withdrawn.
// Refusals: Absent "privacy.no_purpose"; Conflict "privacy.not_withdrawn".
func (p *Privacy) GiveAgain(ctx context.Context, actor identity.Actor, name string) error {
	purpose, err := p.Purpose(actor.Portal, name)
	if err != nil {
		return err
	}
	now, entry := p.Now(), p.NewID()
	return p.InTx(ctx, func(tx Tx) error {
		if err := tx.EndWithdrawal(ctx, actor.User, name, entry); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "privacy.not_withdrawn").By(purpose.Cite)
		} else if err != nil {
			return err
		}
		return p.note(ctx, tx, actor, entry, now, "privacy.give_again", purpose)
	})
}

func (p *Privacy) note(ctx context.Context, tx Tx, actor identity.Actor, entry identity.ID, at time.Time, act string, purpose Purpose) error {
	_, err := p.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, Home: actor.User, ID: entry, At: at, Actor: named(actor.User), Act: act, Citation: purpose.Cite,
		Detail: map[string]string{"purpose": purpose.Name, "effect": string(purpose.Effect)},
	})
	return err
}

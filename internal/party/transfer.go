package party

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// TransferState is how far a transfer has come.
type TransferState string

// The states of a transfer.
const (
	Arriving TransferState = "arriving" // nobody there has decided yet
	Taken    TransferState = "taken"
	Declined TransferState = "declined"
	Withdrew TransferState = "withdrawn" // by the institution that had sent the pupil
)

// Transfer is a pupil on the way from one institution to another.
type Transfer struct {
	User      identity.ID
	From      identity.ID
	To        identity.ID
	Class     string // at the former institution
	State     TransferState
	At        time.Time
	SettledAt time.Time
}

// Arrival is a transfer as the institution sees it that the pupil comes to.
type Arrival struct {
	Transfer
	FromName  string
	Shown     string
	BirthDate string
}

// TransferTx is what transfers do to the database.
type TransferTx interface {
	// SchoolsNamed lists institutions of a kind with a name, up to limit.
	SchoolsNamed(ctx context.Context, portal, kind, name string, limit int) ([]Institution, error)
	// PutTransfer begins a transfer, in place of an earlier one from the same institution.
	PutTransfer(ctx context.Context, t Transfer) error
	// Transfer gives one. Refusal: Absent.
	Transfer(ctx context.Context, user, from identity.ID) (Transfer, error)
	// Arrivals lists those who wait to be taken over, oldest first.
	Arrivals(ctx context.Context, to identity.ID, limit int) ([]Arrival, error)
	// SettleTransfer ends one that waits. Refusal: Conflict where it does not.
	SettleTransfer(ctx context.Context, t Transfer, state TransferState, at time.Time) error
}

// mostSchools of one name are shown to choose from.
const mostSchools = 50

// Place is an institution with what it stands under, to tell those of one name apart.
type Place struct {
	Institution
	Above string
}

// SchoolsNamed finds where a pupil of the actor's institution may be transferred to, by the name.
// Refusals: Forbidden; Invalid "party.no_school" at "to" where there is none but the actor's own.
func (p *Parties) SchoolsNamed(ctx context.Context, actor identity.Actor, institution identity.ID, name string) (out []Place, err error) {
	refused := fault.New(fault.Invalid, "party.no_school").At("to")
	if checkName("to", clean(name), 2, 200) != nil {
		return nil, refused
	}
	err = p.InView(ctx, func(tx Tx) error {
		own, err := p.placeOf(ctx, tx, actor, institution)
		if err != nil {
			return err
		}
		found, err := tx.SchoolsNamed(ctx, actor.Portal, schoolKind, clean(name), mostSchools)
		if err != nil {
			return err
		}
		for _, i := range found {
			if i.ID == own.ID {
				continue
			}
			place := Place{Institution: i}
			if i.Parent != 0 {
				above, err := tx.Institution(ctx, i.Parent)
				if err != nil {
					return err
				}
				place.Above = above.Name
			}
			out = append(out, place)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = refused
	}
	return out, err
}

// send lays a pupil before another institution (kundelik 3.6c).
func (p *Parties) send(ctx context.Context, tx Tx, from Institution, m Membership, to identity.ID) error {
	rule, cite, ok := clause.In[TransferredBasis](p.book(from.Portal))
	i, err := tx.Institution(ctx, to)
	if fault.Is(err, fault.Absent) || err == nil && (i.Portal != from.Portal || i.Kind != schoolKind || i.ID == from.ID) || !ok || !rule.MovesRecord {
		return fault.New(fault.Invalid, "party.no_school").At("to").By(cite)
	}
	if err != nil {
		return err
	}
	return tx.PutTransfer(ctx, Transfer{User: m.User, From: from.ID, To: to, Class: m.Class, State: Arriving, At: p.Now()})
}

// callBack ends a transfer that waits, when the membership it came from is opened again.
// Refusal: Conflict "party.taken_over".
func (p *Parties) callBack(ctx context.Context, tx Tx, user, from identity.ID) error {
	t, err := tx.Transfer(ctx, user, from)
	switch {
	case fault.Is(err, fault.Absent) || err == nil && (t.State == Declined || t.State == Withdrew):
		return nil
	case err != nil:
		return err
	case t.State == Taken:
		return fault.New(fault.Conflict, "party.taken_over")
	}
	return tx.SettleTransfer(ctx, t, Withdrew, p.Now())
}

// Arrivals lists the pupils who wait to be taken over by the actor's institution. Refusal: Forbidden.
func (p *Parties) Arrivals(ctx context.Context, actor identity.Actor) (out []Arrival, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		out, err = tx.Arrivals(ctx, i.ID, 100)
		return err
	})
	return out, err
}

// arrival finds one that waits at the actor's institution. Refusal: Absent.
func (p *Parties) arrival(ctx context.Context, tx Tx, actor identity.Actor, user, from identity.ID) (Institution, Transfer, error) {
	i, err := p.schoolOf(ctx, tx, actor)
	if err != nil {
		return Institution{}, Transfer{}, err
	}
	t, err := tx.Transfer(ctx, user, from)
	if fault.Is(err, fault.Absent) || err == nil && (t.To != i.ID || t.State != Arriving) {
		return Institution{}, Transfer{}, fault.New(fault.Absent, "gate.no_page")
	}
	return i, t, err
}

// TakeOver moves a pupil's record to the actor's institution, in a class there, and with it the
// parents who had left the former one because of that (kundelik 3.6c).
// Refusals: Forbidden; Absent; Invalid at "class"; Conflict where the pupil is a member already.
func (p *Parties) TakeOver(ctx context.Context, actor identity.Actor, user, from identity.ID, class string) error {
	class = Person{Class: class}.clean().Class
	var touched []identity.ID
	err := p.InTx(ctx, func(tx Tx) error {
		touched = []identity.ID{user}
		i, t, err := p.arrival(ctx, tx, actor, user, from)
		if err != nil {
			return err
		}
		if class == "" {
			return fault.New(fault.Invalid, "party.class").At("class")
		}
		if formula(class) {
			return fault.New(fault.Invalid, "party.formula").At("class")
		}
		if err := tx.SettleTransfer(ctx, t, Taken, p.Now()); err != nil {
			return err
		}
		if err := p.receive(ctx, tx, i, user, Pupil, class, by(actor)); err != nil {
			return err
		}
		parents, err := tx.EndedWith(ctx, from, user)
		if err != nil {
			return err
		}
		for _, m := range parents {
			if err := p.receive(ctx, tx, i, m.User, Parent, "", by(actor)); err != nil && !fault.Is(err, fault.Conflict) {
				return err // a parent who is there already for another child stays as they are
			}
			touched = append(touched, m.User)
		}
		return nil
	})
	p.forget(touched)
	return err
}

// receive admits somebody who comes from another institution, so that a list of the new one that names
// them enters nobody twice.
func (p *Parties) receive(ctx context.Context, tx Tx, i Institution, user identity.ID, role Role, class, actor string) error {
	all, err := tx.MembershipsOf(ctx, user)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(m Membership) bool { return m.Institution == i.ID && m.Role == role && m.EndedAt.IsZero() }) {
		return fault.New(fault.Conflict, "party.member").At("class")
	}
	x, err := p.Users.Person(ctx, tx, user)
	if err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	if x.Role = role; err == nil {
		if _, err := tx.AddEntry(ctx, i.ID, x.clean().mark(), user); err != nil {
			return err
		}
	}
	return p.admit(ctx, tx, i, Membership{User: user, Role: role, Class: class}, "", actor)
}

// Decline sends a pupil back who was transferred to the actor's institution by mistake: the institution
// they came from may open the membership there again. Refusals: Forbidden; Absent; Invalid at "why".
func (p *Parties) Decline(ctx context.Context, actor identity.Actor, user, from identity.ID, why string) error {
	why, f := checkWhy(why)
	if f != nil {
		return f
	}
	return p.InTx(ctx, func(tx Tx) error {
		i, t, err := p.arrival(ctx, tx, actor, user, from)
		if err != nil {
			return err
		}
		if err := tx.SettleTransfer(ctx, t, Declined, p.Now()); err != nil {
			return err
		}
		_, cite, _ := clause.In[TransferredBasis](p.book(i.Portal))
		return p.note(ctx, tx, i.Portal, user, "party.decline", by(actor), cite, map[string]string{"institution": number(i.ID), "why": why})
	})
}

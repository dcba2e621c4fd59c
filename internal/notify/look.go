package notify

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Sent is a message with how far it has come.
type Sent struct {
	Message
	State     State
	Tries     int
	Parts     int // of a text message; 0: not known yet
	Provider  string
	Reason    string
	DueAt     time.Time // of the next try
	ChangedAt time.Time
}

// Spent reports whether a message cannot be sent once more: the secret it brought is gone or of no use any more.
func (s Sent) Spent(now time.Time) bool { return s.Blotted() || s.Over(now) }

// Sight is which messages of a portal are looked at.
type Sight struct {
	Portal  string
	State   State   // empty: all
	Channel Channel // empty: all
	Before  identity.ID
	Limit   int
}

// OutboxTx is what the operator's look at the outbox does to the database. Messages to nobody are not among what it gives.
type OutboxTx interface {
	evidence.Tx

	// SentMessages lists messages, newest first.
	SentMessages(ctx context.Context, s Sight) ([]Sent, error)
	// CountMessages counts a portal's messages by state.
	CountMessages(ctx context.Context, portal string) (map[State]int, error)
	// SentMessage gives one. Refusal: Absent.
	SentMessage(ctx context.Context, home, id identity.ID) (Sent, error)
	// AttemptsOf lists the tries of a message, the first first.
	AttemptsOf(ctx context.Context, home, id identity.ID) ([]Attempt, error)
	// SendAgain lets couriers begin anew with a message in a state. Refusal: Conflict where it is no longer in it.
	SendAgain(ctx context.Context, home, id identity.ID, in State, at time.Time) error
	// StopMessage calls back a message that waits. Refusal: Conflict where it does not.
	StopMessage(ctx context.Context, home, id identity.ID, at time.Time) error
}

// Outbox is how the operator sees to the messages of a portal. All fields are needed.
type Outbox struct {
	InTx   func(ctx context.Context, act func(OutboxTx) error) error
	InView func(ctx context.Context, look func(OutboxTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	// Looked notes who of the staff saw a person's data, and why; it refuses who may not.
	Looked func(ctx context.Context, tx OutboxTx, actor identity.Actor, home identity.ID, subject, reason string) error
}

func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// List gives messages with their addresses masked. Refusal: Forbidden.
func (o *Outbox) List(ctx context.Context, actor identity.Actor, s Sight) (out []Sent, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	s.Portal = actor.Portal
	err = o.InView(ctx, func(tx OutboxTx) error {
		out, err = tx.SentMessages(ctx, s)
		return err
	})
	for i := range out {
		out[i].To, out[i].Args = MaskedAddress(out[i].Channel, out[i].To), nil
	}
	return out, err
}

// Counts gives how many messages of the portal are in each state. Refusal: Forbidden.
func (o *Outbox) Counts(ctx context.Context, actor identity.Actor) (counts map[State]int, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = o.InView(ctx, func(tx OutboxTx) error {
		counts, err = tx.CountMessages(ctx, actor.Portal)
		return err
	})
	return counts, err
}

// One gives a message with its tries, its address masked unless a reason is given, which the person then sees. What
// it says is not among it. Refusals: Forbidden; Absent; Invalid "account.reason".
func (o *Outbox) One(ctx context.Context, actor identity.Actor, home, id identity.ID, reason string) (m Sent, tries []Attempt, err error) {
	if err := asOperator(actor); err != nil {
		return m, nil, err
	}
	look := func(tx OutboxTx) error {
		if m, err = o.find(ctx, tx, actor, home, id); err != nil {
			return err
		}
		tries, err = tx.AttemptsOf(ctx, home, id)
		return err
	}
	if reason == "" {
		err = o.InView(ctx, look)
		m.To = MaskedAddress(m.Channel, m.To)
	} else {
		err = o.InTx(ctx, func(tx OutboxTx) error {
			if err := look(tx); err != nil {
				return err
			}
			return o.Looked(ctx, tx, actor, home, subject(id), reason)
		})
	}
	if err != nil {
		return Sent{}, nil, err
	}
	m.Args = Masked(m.Args)
	return m, tries, nil
}

func subject(id identity.ID) string { return "message:" + strconv.FormatInt(int64(id), 10) }

func (o *Outbox) find(ctx context.Context, tx OutboxTx, actor identity.Actor, home, id identity.ID) (Sent, error) {
	m, err := tx.SentMessage(ctx, home, id)
	if fault.Is(err, fault.Absent) || err == nil && (m.Portal != actor.Portal || m.Key == Decoy) {
		return Sent{}, fault.New(fault.Absent, "gate.no_page")
	}
	return m, err
}

// Resend has couriers carry a message anew that failed, was stopped or was taken. Refusals: Forbidden; Absent;
// Conflict "notify.no_secret" where the secret it brought is gone or has expired, "notify.under_way" where it is being carried.
func (o *Outbox) Resend(ctx context.Context, actor identity.Actor, home, id identity.ID) error {
	return o.change(ctx, actor, home, id, "notify.resend", func(tx OutboxTx, m Sent) error {
		if m.Spent(o.Now()) {
			return fault.New(fault.Conflict, "notify.no_secret")
		}
		if m.State.Waits() {
			return fault.New(fault.Conflict, "notify.under_way")
		}
		return underWay(tx.SendAgain(ctx, home, id, m.State, o.Now()))
	})
}

// Stop calls a message back that no courier has in hand. Refusals: Forbidden; Absent; Conflict "notify.under_way".
func (o *Outbox) Stop(ctx context.Context, actor identity.Actor, home, id identity.ID) error {
	return o.change(ctx, actor, home, id, "notify.stop", func(tx OutboxTx, _ Sent) error {
		return underWay(tx.StopMessage(ctx, home, id, o.Now()))
	})
}

func (o *Outbox) change(ctx context.Context, actor identity.Actor, home, id identity.ID, act string, do func(OutboxTx, Sent) error) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return o.InTx(ctx, func(tx OutboxTx) error {
		m, err := o.find(ctx, tx, actor, home, id)
		if err != nil {
			return err
		}
		if err := do(tx, m); err != nil {
			return err
		}
		_, err = o.Record(ctx, tx, evidence.Entry{
			Portal: m.Portal, Home: home, ID: o.NewID(), At: o.Now(), Actor: "user:" + strconv.FormatInt(int64(actor.User), 10), Act: act,
			Subject: subject(id), Detail: map[string]string{"channel": string(m.Channel), "state": string(m.State)},
		})
		return err
	})
}

// underWay says so where a courier was first.
func underWay(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "notify.under_way")
	}
	return err
}

// MaskedAddress gives an address so that somebody who knows it recognises it, and nobody else learns it.
func MaskedAddress(channel Channel, to string) string {
	r := []rune(to)
	switch {
	case channel == Email:
		name, domain, _ := strings.Cut(to, "@")
		n := []rune(name)
		return string(n[:min(len(n), 2)]) + "•••@" + domain
	case channel == SMS && len(r) > 6:
		return string(r[:len(r)-6]) + "••••" + string(r[len(r)-2:])
	}
	return "•••"
}

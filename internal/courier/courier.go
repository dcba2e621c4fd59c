// Package courier carries the outbox out: by SMTP, by SMPP or a gateway over HTTP, and by Web Push.
//
// It owns how a message is handed to a provider, when it is tried again and when that ends. What a message says it is
// handed by Compose; where messages lie, by the transaction. It never writes a message of its own.
//
// A message is claimed for a while, carried, and settled. Whoever is killed in between leaves a claim that runs
// out, and the message is carried again: at least once, under the same Message-ID, reference or topic, by which
// the other end can drop the second.
package courier

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// ErrNobody is told of a message that nobody is to get any more: its reader has left the list.
var ErrNobody = errors.New("nobody gets this message any more")

// Letter is what a message says, in its reader's language.
type Letter struct {
	Language string
	Sender   string // the portal's name, as its reader knows it
	Subject  string // of an e-mail, title of a pop-up
	Text     string
	Short    string // as a pop-up shows it
	Link     string // where a pop-up leads
	Footer   string // under an e-mail
	Mark     string // by which a mail server's report names an e-mail; nobody who has not seen it can make it up
}

// Parcel is a message with what it says and, for a pop-up, where it goes.
type Parcel struct {
	notify.Parcel
	Letter
	Browser notify.Browser
	Life    time.Duration // how long it is of use to whoever gets it; 0: without end
}

// Provider is somebody who takes messages of one channel. Carry returns when the other end has answered or ctx has
// ended, and never panics on what it answers; it may be called by several goroutines at once.
type Provider interface {
	Name() string
	Carry(ctx context.Context, p Parcel) notify.Outcome
}

// Listener is a provider who says later what became of a message. Listen runs until ctx ends; a receipt that report
// could not keep is asked for again. Ready tells whether it can be asked for anything now.
type Listener interface {
	Ready() bool
	Listen(ctx context.Context, report func(notify.Receipt) error)
}

// Line is the way of one channel: its providers in the order they are asked.
type Line struct {
	Stages []Stage
	// Test writes messages down as sent, and sends none.
	Test bool
}

// Stage is a provider with how fast it may be asked.
type Stage struct {
	Provider  Provider
	PerSecond float64 // by this process; 0: as fast as it answers
}

// Courier carries the messages of all channels. All fields are needed but Patience and Trouble.
type Courier struct {
	InTx   func(ctx context.Context, act func(notify.CourierTx) error) error
	InView func(ctx context.Context, look func(notify.CourierTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	// Compose says what a message says, and to whom it goes where that is found out only now. ErrNobody is a
	// message that nobody is to get any more, another error one that must not be sent, now or later.
	Compose func(ctx context.Context, m notify.Message) (notify.Message, Letter, error)
	Lines   map[notify.Channel]Line
	// Unreachable is told, in the act that writes it down, that there is nobody at the address of a message.
	Unreachable func(ctx context.Context, tx notify.CourierTx, m notify.Message) error
	// Patience is how long a provider may take to answer; 0: 20 seconds.
	Patience time.Duration
	// Trouble is told what an operator should know.
	Trouble func(what string, err error)
}

const (
	hands     = 4                // messages of a channel under way at once
	armful    = 4                // messages one hand claims at a time
	patience  = 20 * time.Second // for a provider's answer
	claim     = 2 * time.Minute  // longer than an armful takes: else it is put down
	glance    = 300 * time.Millisecond
	sweepWait = time.Minute
	sweepMany = 200
)

// Run carries messages until ctx ends. Several processes may run on one database.
func (c *Courier) Run(ctx context.Context) {
	var all sync.WaitGroup
	for channel, line := range c.Lines {
		way := newWay(line, c.Patience)
		for range hands {
			all.Go(func() { c.work(ctx, channel, way) })
		}
		for _, stage := range line.Stages {
			if l, ok := stage.Provider.(Listener); ok && !line.Test {
				all.Go(func() { l.Listen(ctx, func(r notify.Receipt) error { return c.receipt(ctx, r) }) })
			}
		}
	}
	all.Go(func() { c.sweep(ctx) })
	all.Wait()
}

// work is one hand of a channel.
func (c *Courier) work(ctx context.Context, channel notify.Channel, way *way) {
	for ctx.Err() == nil {
		if way.asleep(time.Now()) {
			pause(ctx, glance)
			continue
		}
		done, err := c.round(ctx, channel, way)
		if err != nil && ctx.Err() == nil {
			c.trouble("carry messages by "+string(channel), err)
		}
		if done == 0 || err != nil {
			pause(ctx, glance)
		}
	}
}

// round claims an armful and carries it.
func (c *Courier) round(ctx context.Context, channel notify.Channel, way *way) (done int, err error) {
	now := c.Now()
	far := now.Add(longestWait + claim + time.Minute)
	var waits bool
	if err := c.InView(ctx, func(tx notify.CourierTx) error {
		waits, err = tx.MessagesWait(ctx, channel, now, far)
		return err
	}); err != nil || !waits {
		return 0, err
	}
	began := time.Now()
	var parcels []notify.Parcel
	err = c.InTx(ctx, func(tx notify.CourierTx) error {
		parcels, err = tx.ClaimMessages(ctx, channel, c.NewID(), now, now.Add(claim), far, armful)
		return err
	})
	if err != nil || len(parcels) == 0 {
		return 0, err
	}
	var failures []error
	for _, p := range parcels {
		if time.Since(began)+patience > claim || ctx.Err() != nil {
			break // the claim may end under way
		}
		err := c.deliver(ctx, p, way)
		if errors.Is(err, errResting) {
			break
		}
		failures = append(failures, err)
		done++
	}
	if done < len(parcels) {
		failures = append(failures, c.putDown(ctx, parcels[done:]))
	}
	return done, errors.Join(failures...)
}

// errResting says that nobody could be asked.
var errResting = errors.New("all providers rest")

// putDown gives back what was claimed and not asked of anybody: that was no try.
func (c *Courier) putDown(ctx context.Context, rest []notify.Parcel) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return c.InTx(ending, func(tx notify.CourierTx) error { return tx.ReleaseMessages(ending, rest, c.Now()) })
}

// deliver carries one message and writes down what came of it.
func (c *Courier) deliver(ctx context.Context, p notify.Parcel, way *way) error {
	s := notify.Settlement{Home: p.Home, ID: p.ID, Lease: p.Lease, Try: p.Try, BeganAt: c.Now()}
	out, err := c.carry(ctx, &p, way)
	if err != nil {
		return err
	}
	if ctx.Err() != nil && out.State.Failed() {
		return nil // we were stopped: nothing is known, and the claim runs out
	}
	s.EndedAt = c.Now()
	settle(&s, p, out)
	// What was sent is written down even if we are told to stop meanwhile.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return c.settled(settling, p.Message, s)
}

// settled writes a try down, a few times over: the message has gone, and forgetting it sends it twice.
func (c *Courier) settled(ctx context.Context, m notify.Message, s notify.Settlement) (err error) {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err = c.InTx(ctx, func(tx notify.CourierTx) error {
			if err := tx.SettleMessage(ctx, s); err != nil || s.State != notify.Permanent || s.Outcome.Reason != notify.ReasonAddress || m.Channel != notify.Email {
				return err
			}
			return c.Unreachable(ctx, tx, m)
		})
		if err == nil || lost(err) {
			return nil // somebody else has it by now, and carries it again; or we wrote it down and were told we had not
		}
		if !pause(ctx, wait) || wait > time.Second {
			return fmt.Errorf("settle a message: %w", err)
		}
	}
}

// carry finds out what a message says and to whom it goes, and asks the providers.
func (c *Courier) carry(ctx context.Context, p *notify.Parcel, way *way) (notify.Outcome, error) {
	if !way.turn(ctx) { // a message to nobody waits for its turn as others do
		return notify.Outcome{}, errResting
	}
	now := c.Now()
	switch {
	case p.Key == notify.Decoy:
		return notify.Outcome{State: notify.Dropped}, nil
	case p.Over(now):
		return notify.Outcome{State: notify.Technical, Reason: notify.ReasonTooLate}, nil
	case way.test:
		out := notify.Outcome{State: notify.Recorded}
		if _, letter, err := c.Compose(ctx, p.Message); err == nil && p.Channel == notify.SMS {
			out.Parts = len(notify.Segment(letter.Text).Parts)
		}
		return out, nil
	}
	m, letter, err := c.Compose(ctx, p.Message)
	if errors.Is(err, ErrNobody) {
		return notify.Outcome{State: notify.Dropped}, nil
	}
	if err != nil {
		c.trouble("a message was not written", err)
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonUnwritten}, nil
	}
	p.Message = m
	parcel := Parcel{Parcel: *p, Letter: letter}
	if !p.Until.IsZero() {
		parcel.Life = p.Until.Sub(now)
	}
	if p.Channel == notify.Push {
		var gone bool
		if parcel.Browser, gone, err = c.browser(ctx, *p); err != nil || gone {
			return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonAddress}, err
		}
	}
	out, asked := way.ask(ctx, parcel)
	if !asked {
		return out, errResting
	}
	if p.Channel == notify.Push && out.State == notify.Permanent && out.Reason == notify.ReasonAddress {
		err = c.InTx(ctx, func(tx notify.CourierTx) error { return tx.RemoveBrowser(ctx, p.Home, parcel.Browser.ID) })
	}
	return out, err
}

func (c *Courier) receipt(ctx context.Context, r notify.Receipt) error {
	r.At = c.Now()
	err := c.InTx(ctx, func(tx notify.CourierTx) error { return tx.TakeReceipt(ctx, r) })
	if err != nil && ctx.Err() == nil {
		c.trouble("take a receipt", err)
	}
	return err
}

// sweep gives up what nobody could carry in time, and wipes what nobody will send again.
func (c *Courier) sweep(ctx context.Context) {
	for {
		now := c.Now()
		for more := true; more; {
			var done int64
			err := c.InTx(ctx, func(tx notify.CourierTx) (err error) {
				done, err = tx.LapseMessages(ctx, now.Add(-longest), now, sweepMany)
				return err
			})
			if err != nil && ctx.Err() == nil {
				c.trouble("give up old messages", err)
			}
			more = err == nil && done >= sweepMany
		}
		if !pause(ctx, sweepWait) {
			return
		}
	}
}

func (c *Courier) trouble(what string, err error) {
	if c.Trouble != nil {
		c.Trouble(what, err)
	}
}

// pause waits; false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

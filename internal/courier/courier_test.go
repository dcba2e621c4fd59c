package courier_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/courier"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// desk is an outbox with a clock that can be moved.
type desk struct {
	*store.Store
	clock       *calendar.Clock
	t           testing.TB
	unreachable sync.Map // addresses at which there is nobody, by message
}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	storetest.EachWith(t, store.Config{Seal: make([]byte, 32)}, func(t *testing.T, s *store.Store) {
		test(t, &desk{Store: s, clock: &calendar.Clock{}, t: t})
	})
}

// write lays a message into the outbox.
func (d *desk) write(m notify.Message) notify.Message {
	d.t.Helper()
	m.ID, m.Portal, m.Language = d.NewID(), "egov", "kk"
	if m.Home == 0 {
		m.Home = d.NewID()
	}
	if m.At.IsZero() {
		m.At = d.clock.Now()
	}
	if m.Key == "" {
		m.Key = "message.password"
	}
	if m.Channel == "" {
		m.Channel, m.To = notify.SMS, "+77011234567"
	}
	if err := d.InTx(d.t.Context(), func(tx *store.Tx) error { return tx.AddMessage(d.t.Context(), m) }); err != nil {
		d.t.Fatal(err)
	}
	return m
}

// read gives a message with its tries.
func (d *desk) read(m notify.Message) (s notify.Sent, tries []notify.Attempt) {
	d.t.Helper()
	err := d.InView(context.Background(), func(tx *store.Tx) (err error) {
		if s, err = tx.SentMessage(context.Background(), m.Home, m.ID); err != nil {
			return err
		}
		tries, err = tx.AttemptsOf(context.Background(), m.Home, m.ID)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return s, tries
}

// until waits for a message to come into a state.
func (d *desk) until(m notify.Message, want notify.State) (notify.Sent, []notify.Attempt) {
	d.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s, tries := d.read(m)
		if s.State == want {
			return s, tries
		}
		if time.Now().After(end) {
			d.t.Fatalf("the message is %s (%s) after %d tries %+v, want it %s", s.State, s.Reason, s.Tries, tries, want)
		}
	}
}

func (d *desk) courier(line courier.Line) *courier.Courier {
	return &courier.Courier{
		Unreachable: func(_ context.Context, _ notify.CourierTx, m notify.Message) error {
			d.unreachable.Store(m.ID, m.To)
			return nil
		},
		InTx: func(ctx context.Context, act func(notify.CourierTx) error) error {
			return d.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(notify.CourierTx) error) error {
			return d.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: d.clock.Now, NewID: d.NewID, Compose: compose,
		Lines: map[notify.Channel]courier.Line{notify.SMS: line, notify.Email: line, notify.Push: line},
	}
}

// run carries until the test ends, or the courier is stopped.
func (d *desk) run(c *courier.Courier) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { c.Run(ctx) })
	stop = func() { cancel(); done.Wait() }
	d.t.Cleanup(stop)
	return stop
}

var errWords = errors.New("no words")

func compose(_ context.Context, m notify.Message) (notify.Message, courier.Letter, error) {
	if m.Key == "message.unwritten" {
		return m, courier.Letter{}, errWords
	}
	text := "Код: " + m.Args["code"]
	return m, courier.Letter{Language: m.Language, Sender: "Портал", Subject: "Портал: хабарлама", Text: text, Short: text, Link: "/egov/cabinet", Footer: "Жауап бермеңіз"}, nil
}

// clerk is a provider that answers as it is told, and keeps what it took.
type clerk struct {
	name   string
	answer func(p courier.Parcel) notify.Outcome

	mu    sync.Mutex
	taken []courier.Parcel
}

func (c *clerk) Name() string { return c.name }

func (c *clerk) Carry(_ context.Context, p courier.Parcel) notify.Outcome {
	c.mu.Lock()
	c.taken = append(c.taken, p)
	c.mu.Unlock()
	if c.answer == nil {
		return notify.Outcome{State: notify.Accepted}
	}
	return c.answer(p)
}

func (c *clerk) asked() []courier.Parcel {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.taken)
}

func line(clerks ...*clerk) courier.Line {
	var l courier.Line
	for _, c := range clerks {
		l.Stages = append(l.Stages, courier.Stage{Provider: c})
	}
	return l
}

func says(o notify.Outcome) func(courier.Parcel) notify.Outcome {
	return func(courier.Parcel) notify.Outcome { return o }
}

// TestDeliveredKeepsNoSecret: what was handed over once is not sent again, each try is kept, and the code is gone.
func TestDeliveredKeepsNoSecret(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		c := &clerk{name: "first"}
		m := d.write(notify.Message{Args: map[string]string{"code": "482913", "minutes": "10"}})
		d.run(d.courier(line(c)))
		s, tries := d.until(m, notify.Accepted)
		if len(tries) != 1 || tries[0].State != notify.Accepted || tries[0].Provider != "first" || len(c.asked()) != 1 || c.asked()[0].Text != "Код: 482913" {
			t.Errorf("tries %+v, asked %d times", tries, len(c.asked()))
		}
		if !s.Blotted() || s.Args["code"] == "482913" || s.Args["minutes"] != "10" {
			t.Errorf("the message keeps %v", s.Args)
		}
	})
}

// TestOutcomes: what is permanent ends, what is not comes again, and ends after so many tries or so long.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		c := &clerk{name: "first", answer: func(p courier.Parcel) notify.Outcome {
			switch p.To {
			case "+1":
				return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonAddress}
			case "+2":
				return notify.Outcome{State: notify.Temporary, Reason: notify.ReasonBusy}
			}
			return notify.Outcome{State: notify.Accepted}
		}}
		to := func(n string) notify.Message { return d.write(notify.Message{Channel: notify.SMS, To: n}) }
		bad, busy, good := to("+1"), to("+2"), to("+3")
		nobody := d.write(notify.Message{Channel: notify.SMS, To: "-", Key: notify.Decoy})
		unwritten := d.write(notify.Message{Key: "message.unwritten"})
		d.run(d.courier(line(c)))
		d.until(good, notify.Accepted)
		d.until(nobody, notify.Dropped)
		if s, _ := d.until(bad, notify.Permanent); s.Reason != notify.ReasonAddress {
			t.Errorf("a number that is none: %s", s.Reason)
		}
		if s, _ := d.until(unwritten, notify.Permanent); s.Reason != notify.ReasonUnwritten {
			t.Errorf("a message without its words: %s", s.Reason)
		}
		for try := 1; try < 12; try++ {
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				s, tries := d.read(busy)
				if s.State == notify.Created && len(tries) == try {
					if !s.DueAt.After(d.clock.Now().Add(5*time.Second)) && try == 1 {
						t.Errorf("after the first try it is due at once")
					}
					break
				}
				if time.Now().After(end) {
					t.Fatalf("try %d: %s after %d", try, s.State, len(tries))
				}
			}
			d.clock.Move(time.Hour)
		}
		if _, tries := d.until(busy, notify.Temporary); len(tries) != 12 {
			t.Errorf("given up after %d tries", len(tries))
		}
		for _, p := range c.asked() {
			if p.Key == notify.Decoy || p.Key == "message.unwritten" {
				t.Errorf("%s was sent", p.Key)
			}
		}
	})
}

// TestFailover: who cannot be reached is passed by, and rests; who took it without a word is asked again alone.
func TestFailover(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		down := &clerk{name: "down", answer: says(notify.Outcome{State: notify.Technical, Reason: notify.ReasonUnreachable})}
		up := &clerk{name: "up"}
		d.run(d.courier(line(down, up)))
		for range 8 {
			if s, _ := d.until(d.write(notify.Message{}), notify.Accepted); s.Provider != "up" {
				t.Fatalf("carried by %s", s.Provider)
			}
		}
		if n := len(down.asked()); n > 4 {
			t.Errorf("who is down was asked %d times for 8 messages", n)
		}
	})
	each(t, func(t *testing.T, d *desk) {
		mute := &clerk{name: "mute", answer: says(notify.Outcome{State: notify.Technical, Reason: notify.ReasonNoAnswer})}
		other := &clerk{name: "other"}
		m := d.write(notify.Message{})
		d.run(d.courier(line(mute, other)))
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if s, tries := d.read(m); len(tries) == 1 && s.State == notify.Created {
				break
			}
			if time.Now().After(end) {
				t.Fatal("no try was written down")
			}
		}
		if len(other.asked()) != 0 {
			t.Error("a message that may have been sent was given to a second provider")
		}
	})
}

// TestAllRest: a message does not lose its tries to a provider that is down.
func TestAllRest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		var up sync.Map
		c := &clerk{name: "first", answer: func(courier.Parcel) notify.Outcome {
			if _, ok := up.Load("up"); ok {
				return notify.Outcome{State: notify.Accepted}
			}
			return notify.Outcome{State: notify.Technical, Reason: notify.ReasonUnreachable}
		}}
		d.run(d.courier(line(c)))
		first := d.write(notify.Message{})
		for len(c.asked()) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		second := d.write(notify.Message{})
		time.Sleep(500 * time.Millisecond)
		if s, _ := d.read(second); s.Tries != 0 {
			t.Errorf("a message lost %d tries while nobody could be asked", s.Tries)
		}
		up.Store("up", true)
		d.until(second, notify.Accepted)
		d.clock.Move(time.Minute)
		d.until(first, notify.Accepted)
	})
}

// TestOnce: what is told once is laid into the outbox once, and thousands do not hold up one.
func TestOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		home := d.NewID()
		for range 5 {
			d.write(notify.Message{Home: home, Once: "amendment/7"})
		}
		d.write(notify.Message{Home: home, Once: "amendment/8"})
		d.write(notify.Message{Home: d.NewID(), Once: "amendment/7"})
		for range 40 {
			d.write(notify.Message{Bulk: true})
		}
		code := d.write(notify.Message{Args: map[string]string{"code": "1"}})
		c := &clerk{name: "first"}
		d.run(d.courier(line(c)))
		d.until(code, notify.Accepted)
		asked := c.asked()
		at := slices.IndexFunc(asked, func(p courier.Parcel) bool { return p.ID == code.ID })
		bulk := 0
		for _, p := range asked[:at] {
			if p.Bulk {
				bulk++
			}
		}
		if bulk > 16 {
			t.Errorf("a code waited for %d letters to many", bulk)
		}
		for end := time.Now().Add(20 * time.Second); len(c.asked()) < 44 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		}
		if n := len(c.asked()); n != 44 {
			t.Errorf("%d messages, want 3 told once, 40 to many and a code", n)
		}
	})
}

// TestClock: a clock that jumps neither loses a message nor leaves one lying.
func TestClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		busy := &clerk{name: "first"}
		busy.answer = func(courier.Parcel) notify.Outcome {
			if len(busy.asked()) < 2 {
				return notify.Outcome{State: notify.Temporary, Reason: notify.ReasonBusy}
			}
			return notify.Outcome{State: notify.Accepted}
		}
		d.clock.Move(3 * time.Hour)
		m := d.write(notify.Message{})
		d.run(d.courier(line(busy)))
		for len(busy.asked()) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		d.clock.Move(-3 * time.Hour) // it was put off to a time that is three hours away now
		d.until(m, notify.Accepted)
		late := d.write(notify.Message{})
		d.clock.Move(366 * 24 * time.Hour)
		if s, _ := d.until(late, notify.Accepted); s.State != notify.Accepted {
			t.Errorf("a year passed: %s", s.State)
		}
	})
}

// TestTooOld: what nobody could carry in time is given up, and its secret is wiped.
func TestTooOld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		m := d.write(notify.Message{Args: map[string]string{"code": "482913"}, At: d.clock.Now().Add(-25 * time.Hour)})
		c := d.courier(courier.Line{})
		c.Lines = nil
		d.run(c)
		s, _ := d.until(m, notify.Technical)
		for end := time.Now().Add(10 * time.Second); !s.Blotted() && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			s, _ = d.read(m)
		}
		if s.Reason != notify.ReasonTooLate || !s.Blotted() {
			t.Errorf("%s, %v", s.Reason, s.Args)
		}
	})
}

// TestExpired: what is of no use any more is sent to nobody, and before that it is tried more often the nearer its end.
func TestExpired(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		old := d.write(notify.Message{Args: map[string]string{"code": "482913"}, At: d.clock.Now().Add(-time.Hour), Until: d.clock.Now().Add(-time.Second)})
		fresh := d.write(notify.Message{Home: d.NewID(), Args: map[string]string{"code": "117733"}, Until: d.clock.Now().Add(20 * time.Second)})
		busy := &clerk{name: "first", answer: says(notify.Outcome{State: notify.Temporary, Reason: notify.ReasonBusy})}
		d.run(d.courier(line(busy)))
		if s, tries := d.until(old, notify.Technical); s.Reason != notify.ReasonTooLate || !s.Blotted() || len(tries) != 1 {
			t.Errorf("an old code: %s after %d tries, with %v", s.Reason, len(tries), s.Args)
		}
		d.until(fresh, notify.Created)
		for len(busy.asked()) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		d.until(fresh, notify.Created) // put off until half of what was left
		d.clock.Move(11 * time.Second)
		d.until(fresh, notify.Temporary) // too near its end for another try
		for _, p := range busy.asked() {
			if p.ID != fresh.ID || p.Life <= 0 || p.Life > 20*time.Second {
				t.Errorf("asked for %v, of use for %v", p.Args, p.Life)
			}
		}
		if n := len(busy.asked()); n != 2 {
			t.Errorf("the fresh code was tried %d times, want 2", n)
		}
	})
}

// TestTrial: a trial writes messages down as sent, with the number of their parts, and keeps what they say.
func TestTrial(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		m := d.write(notify.Message{Args: map[string]string{"code": "482913"}})
		d.run(d.courier(courier.Line{Test: true}))
		if s, _ := d.until(m, notify.Recorded); s.Args["code"] != "482913" || s.Parts != 1 {
			t.Errorf("%v in %d parts", s.Args, s.Parts)
		}
	})
}

// TestReceipts: a message in parts has arrived when every part has; a receipt may come before the answer that names
// its part, twice, or say otherwise later.
func TestReceipts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		receipt := func(reference string, state notify.State) {
			t.Helper()
			if err := d.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.TakeReceipt(t.Context(), notify.Receipt{Provider: "first", Reference: reference, State: state, At: d.clock.Now()})
			}); err != nil {
				t.Fatal(err)
			}
		}
		c := &clerk{name: "first", answer: func(p courier.Parcel) notify.Outcome {
			n := strconv.FormatInt(int64(p.ID), 10)
			return notify.Outcome{State: notify.Accepted, Parts: 2, References: []string{n + "a", n + "b"}}
		}}
		id := func(m notify.Message) string { return strconv.FormatInt(int64(m.ID), 10) }
		early := d.write(notify.Message{})
		receipt(id(early)+"a", notify.Delivered)
		receipt(id(early)+"b", notify.Delivered)
		half, off, wrong := d.write(notify.Message{}), d.write(notify.Message{}), d.write(notify.Message{})
		d.run(d.courier(line(c)))
		d.until(early, notify.Delivered)
		for _, m := range []notify.Message{half, off, wrong} {
			d.until(m, notify.Accepted)
		}
		receipt(id(half)+"a", notify.Delivered)
		receipt(id(half)+"a", notify.Permanent) // the second word on a part does not count
		receipt(id(off)+"b", notify.Temporary)
		receipt(id(off)+"a", notify.Delivered)
		receipt(id(wrong)+"a", notify.Permanent)
		receipt(id(wrong)+"b", notify.Temporary)
		receipt("nobody's", notify.Delivered)
		if s, _ := d.read(half); s.State != notify.Accepted {
			t.Errorf("with a receipt for one of two parts: %s", s.State)
		}
		if s, _ := d.read(off); s.State != notify.Temporary || s.Reason != notify.ReasonOff {
			t.Errorf("with a telephone that was off: %s, %s", s.State, s.Reason)
		}
		if s, _ := d.read(wrong); s.State == notify.Accepted || s.State == notify.Delivered {
			t.Errorf("with two parts that did not arrive: %s", s.State)
		}
		receipt(id(half)+"b", notify.Delivered)
		d.until(half, notify.Delivered)
	})
}

package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/keeper"
	"tereze/internal/notify"
	"tereze/internal/obligation"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var cite = clause.Citation{Portal: "ismet", Document: "offer", Edition: 1, Clause: "5.7"}

// works is a store with a keeper, and what its acts did.
type works struct {
	*keeper.Keeper
	Store *store.Store
	Clock *calendar.Clock

	mu   sync.Mutex
	did  []string // subjects, in the order of their acts
	fail map[string]error
}

const sealKey = "0123456789abcdef0123456789abcdef"

// begin makes a keeper whose duty "send" lays a message into the outbox.
func begin(s *store.Store, clock *calendar.Clock) *works {
	w := &works{Store: s, Clock: clock, fail: map[string]error{}}
	recorder := evidence.Recorder{Now: clock.Now, NewID: s.NewID}
	owed := &obligation.Obligations{
		InTx: func(ctx context.Context, act func(obligation.Tx) error) error {
			return s.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, act func(obligation.Tx) error) error {
			return s.InView(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		Now: clock.Now, NewID: s.NewID, Record: recorder.Record,
		Zone:  func(string) *time.Location { return time.FixedZone("", 5*60*60) },
		Days:  func(string) (*calendar.Table, error) { return calendar.Named("kz") },
		Known: func(kind string) bool { return kind == "send" || kind == "answer" || kind == "parts" },
	}
	parts := 0
	w.Keeper = &keeper.Keeper{
		InTx: func(ctx context.Context, act func(keeper.Tx) error) error {
			return s.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, act func(keeper.Tx) error) error {
			return s.InView(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		Now: clock.Now, ID: s.NewID(), Owed: owed,
		Duties: map[string]keeper.Duty{
			"send": {Due: w.send},
			"answer": {Missed: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
				o.Subject = "missed " + o.Subject
				return w.send(ctx, tx, o)
			}},
			"parts": {Due: func(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
				if parts++; parts == 2 {
					return false, errors.New("the second part fails once")
				}
				_, err := w.send(ctx, tx, o)
				return parts < 4, err
			}},
		},
		Failed: func(obligation.Obligation, error) {},
	}
	return w
}

func (w *works) send(ctx context.Context, tx obligation.Tx, o obligation.Obligation) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fail[o.Subject]; err != nil {
		return false, err
	}
	w.did = append(w.did, o.Subject)
	return false, tx.(*store.Tx).AddMessage(ctx, notify.Message{
		ID: w.Store.NewID(), Home: max(o.Home, 1), Portal: o.Portal, Channel: notify.Email, To: "a@example.kz", Key: "message.password_changed",
		Args: map[string]string{"at": o.Subject}, Language: "kk", At: w.Clock.Now(),
	})
}

// owe writes one whose act runs after a time and whose term is a day longer.
func (w *works) owe(t testing.TB, kind, subject string, home identity.ID, after time.Duration) {
	t.Helper()
	err := w.Store.InTx(t.Context(), func(tx *store.Tx) error {
		at := w.Clock.Now().Add(after)
		o := obligation.Obligation{Home: home, Portal: "ismet", Kind: kind, Subject: subject, From: obligation.Operator, To: obligation.User, Cite: cite, Due: w.Owed.At("ismet", at.Add(24*time.Hour))}
		if kind != "answer" {
			o.ActAt = at
		}
		return w.Owed.Owe(t.Context(), tx, o)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// step works off everything that is due now.
func (w *works) step(t testing.TB) (done int) {
	t.Helper()
	for {
		n, err := w.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return done
		}
		done += n
	}
}

// states lists the obligations of the portal as "subject state".
func (w *works) states(t testing.TB) (out []string) {
	t.Helper()
	err := w.Store.InView(t.Context(), func(tx *store.Tx) error {
		all, err := tx.ObligationsPage(t.Context(), "ismet", obligation.Page{Limit: 10_000})
		for _, o := range all {
			out = append(out, o.Subject+" "+string(o.State))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func each(t *testing.T, test func(t *testing.T, w *works)) {
	clock := &calendar.Clock{}
	storetest.EachWith(t, store.Config{Seal: []byte(sealKey), Now: clock.Now}, func(t *testing.T, s *store.Store) { test(t, begin(s, &calendar.Clock{})) })
}

// TestInOrder: after a week without a keeper everything of one home is done once, in its order.
func TestInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		const n = 200 // more than one turn of a lane
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("s%03d", i))
		}
		for i := n - 1; i >= 0; i-- {
			w.owe(t, "send", want[i], 77, time.Duration(i+1)*time.Minute)
		}
		if n := w.step(t); n != 0 {
			t.Fatalf("%d acts before their time", n)
		}
		w.Clock.Move(7 * 24 * time.Hour)
		if got := w.step(t); got != n || !slices.Equal(w.did, want) {
			t.Errorf("%d acts, in the order %v", got, w.did)
		}
		w.Clock.Move(365 * 24 * time.Hour)
		w.Clock.Move(-366 * 24 * time.Hour)
		if n := w.step(t); n != 0 {
			t.Errorf("%d acts again after the clock jumped", n)
		}
		for _, s := range w.states(t) {
			if s[5:] != string(obligation.Late) {
				t.Errorf("a week late: %s", s)
			}
		}
	})
}

// TestKeepersShare: of keepers that begin at once each takes some, and nothing is done twice.
func TestKeepersShare(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		const keepers, n = 4, 160
		for i := range n {
			w.owe(t, "send", "s"+strconv.Itoa(i), identity.ID(i+1), 0)
		}
		all := []*works{w}
		for len(all) < keepers {
			all = append(all, begin(w.Store, w.Clock))
		}
		barrier := make(chan struct{})
		var group sync.WaitGroup
		for _, k := range all {
			group.Go(func() {
				<-barrier
				for range 20 {
					if _, err := k.Step(t.Context()); err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
				}
			})
		}
		close(barrier)
		group.Wait()
		w.step(t)
		if sent := w.sent(t); len(sent) != n {
			t.Errorf("%d messages of %d", len(sent), n)
		} else {
			for s, times := range sent {
				if times != 1 {
					t.Errorf("%s was done %d times", s, times)
				}
			}
		}
	})
}

// sent counts the messages in the outbox by what they are about.
func (w *works) sent(t testing.TB) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := w.Store.InView(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Outbox(t.Context(), "ismet", 100_000)
		for _, m := range all {
			out[m.Args["at"]]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMissed: what nobody did is breached at the end of its term, not before, with evidence and what
// follows; done afterwards it is late.
func TestMissed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		w.owe(t, "answer", "r1", 5, 0)
		w.owe(t, "answer", "r1", 5, time.Hour) // the same one: it is owed once
		w.Clock.Move(24*time.Hour - time.Minute)
		w.step(t)
		if got := w.states(t); !slices.Equal(got, []string{"r1 open"}) {
			t.Fatalf("before the term: %v", got)
		}
		w.Clock.Move(2 * time.Minute)
		w.step(t)
		w.step(t)
		if got := w.states(t); !slices.Equal(got, []string{"r1 breached"}) || !slices.Equal(w.did, []string{"missed r1"}) {
			t.Fatalf("after the term: %v, did %v", got, w.did)
		}
		if err := w.Store.InTx(t.Context(), func(tx *store.Tx) error { return w.Owed.Meet(t.Context(), tx, "ismet", 5, "answer", "r1") }); err != nil {
			t.Fatal(err)
		}
		w.owe(t, "answer", "r1", 5, 0) // owed anew
		if got := w.states(t); !slices.Equal(got, []string{"r1 late", "r1 open"}) {
			t.Errorf("met after the term and owed anew: %v", got)
		}
		if err := w.Store.InTx(t.Context(), func(tx *store.Tx) error { return w.Owed.Lift(t.Context(), tx, "ismet", 5, "answer", "r1") }); err != nil {
			t.Fatal(err)
		}
		w.Clock.Move(48 * time.Hour)
		if n := w.step(t); n != 0 {
			t.Errorf("%d acts on what nobody owes any more", n)
		}
		acts := map[string]int{}
		if err := w.Store.InView(t.Context(), func(tx *store.Tx) error {
			entries, err := tx.EvidenceOf(t.Context(), 5, 0, 100)
			for _, e := range entries {
				acts[e.Act]++
				if e.Citation != cite {
					t.Errorf("%s cites %v", e.Act, e.Citation)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if acts["obligation.breached"] != 1 || acts["obligation.late"] != 1 {
			t.Errorf("evidence: %v", acts)
		}
	})
}

// TestAnActThatFails is tried again, for longer each time, and is breached when its term has run out;
// it never keeps others waiting, and a part that was done stays done.
func TestAnActThatFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		w.fail["bad"] = errors.New("the other side does not answer")
		w.owe(t, "send", "bad", 5, 0)
		w.owe(t, "send", "good", 5, time.Second)
		w.owe(t, "parts", "part", 6, 0)
		w.Clock.Move(2 * time.Second)
		w.step(t)
		if !slices.Contains(w.did, "good") || w.sent(t)["part"] != 1 {
			t.Fatalf("did %v", w.did)
		}
		w.Clock.Move(firstWait)
		w.step(t)
		if w.sent(t)["part"] != 3 {
			t.Errorf("three parts, done once each: %v", w.sent(t))
		}
		for range 10 {
			w.Clock.Move(6 * time.Hour)
			w.step(t)
		}
		if got := w.states(t); !slices.Equal(got, []string{"bad breached", "good met", "part met"}) {
			t.Fatalf("after the term: %v", got)
		}
		delete(w.fail, "bad")
		w.Clock.Move(6 * time.Hour)
		w.step(t)
		if got := w.states(t); got[0] != "bad late" {
			t.Errorf("when the other side answers again: %v", got)
		}
	})
}

const firstWait = time.Minute

// TestConflictAndMissed: an act that refuses each time because of what others decided, and one whose sequel to
// a missed term fails, are put off and told of like any other; they keep nobody waiting.
func TestConflictAndMissed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		told := map[string]int{}
		w.Failed = func(o obligation.Obligation, _ error) { told[o.Subject]++ }
		w.Duties["send"] = keeper.Duty{Due: w.send, Missed: w.Duties["answer"].Missed}
		w.fail["held"] = fault.New(fault.Conflict, "account.sanction_changed")
		w.fail["bad"], w.fail["missed bad"] = errors.New("the other side does not answer"), errors.New("nor does the next")
		w.owe(t, "send", "held", 5, 0)
		w.owe(t, "send", "bad", 6, 0)
		for range 3 {
			w.step(t)
			w.Clock.Move(30 * time.Second)
		}
		if told["held"] != 2 || told["bad"] != 2 {
			t.Errorf("tried in the first minute and a half: %v, want twice each", told)
		}
		w.Clock.Move(25 * time.Hour)
		w.step(t)
		w.owe(t, "send", "good", 6, 0)
		w.step(t)
		if got := w.states(t); !slices.Contains(got, "good met") || !slices.Contains(got, "bad open") {
			t.Errorf("with a sequel that fails: %v", got)
		}
		delete(w.fail, "missed bad")
		w.Clock.Move(7 * time.Hour)
		w.step(t)
		if got := w.states(t); !slices.Contains(got, "bad breached") || !slices.Contains(w.did, "missed bad") {
			t.Errorf("when the sequel succeeds: %v, did %v", got, w.did)
		}
	})
}

// TestOwedBeforeItIsDone: nothing is owed whose own act comes when its term is over: it would always be late.
func TestOwedBeforeItIsDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		now := w.Clock.Now()
		err := w.Store.InTx(t.Context(), func(tx *store.Tx) error {
			return w.Owed.Owe(t.Context(), tx, obligation.Obligation{
				Home: 5, Portal: "ismet", Kind: "send", Subject: "r", From: obligation.Operator, To: obligation.User, Cite: cite,
				Due: w.Owed.At("ismet", now.Add(time.Hour)), ActAt: now.Add(time.Hour),
			})
		})
		if !errors.Is(err, obligation.ErrObligation) {
			t.Errorf("owed: %v", err)
		}
	})
}

// TestForceMajeure: nothing is breached while it lasts, and afterwards every term is longer by as long as
// it and the force overlapped, once.
func TestForceMajeure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *works) {
		force := clause.Citation{Portal: "ismet", Document: "offer", Edition: 1, Clause: "10.2"}
		held := true
		w.Owed.Held = func(context.Context, obligation.Tx, string, time.Time) (bool, error) { return held, nil }
		from := w.Clock.Now()
		w.owe(t, "answer", "touched", 5, 0)
		w.owe(t, "answer", "long", 6, 100*24*time.Hour)
		w.Clock.Move(72 * time.Hour)
		w.step(t)
		if got := w.states(t); !slices.Equal(got, []string{"long open", "touched open"}) {
			t.Fatalf("while it lasts: %v", got)
		}
		held = false
		for range 2 { // the second run tells what the first has moved
			if n, err := w.Owed.Shift(t.Context(), "ismet", from, from.Add(72*time.Hour), 100, force); err != nil || n != 2 {
				t.Fatalf("moved %d, want 2: %v", n, err)
			}
		}
		w.Clock.Move(-47 * time.Hour) // the term of a day is over at 48 hours: 24 and the 24 of the overlap
		w.step(t)
		if got := w.states(t); got[1] != "touched open" {
			t.Errorf("before the longer term: %v", got)
		}
		w.Clock.Move(24 * time.Hour)
		w.step(t)
		if got := w.states(t); !slices.Equal(got, []string{"long open", "touched breached"}) {
			t.Errorf("after the longer term: %v", got)
		}
		if err := w.Store.InView(t.Context(), func(tx *store.Tx) error {
			all, err := tx.ObligationsPage(t.Context(), "ismet", obligation.Page{Limit: 10})
			for _, o := range all {
				want := map[string]time.Duration{"touched": 24 * time.Hour, "long": 72 * time.Hour}[o.Subject]
				if o.ShiftedBy != force || o.Due.Ends.Sub(o.FirstDue).Round(time.Minute) != want {
					t.Errorf("%s was moved by %v under %v, want %v", o.Subject, o.Due.Ends.Sub(o.FirstDue), o.ShiftedBy, want)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// Another force under the same clause moves what is owed once more, and once only: 72 hours and 24.
		again := from.Add(10 * 24 * time.Hour)
		for range 2 {
			if n, err := w.Owed.Shift(t.Context(), "ismet", again, again.Add(24*time.Hour), 100, force); err != nil || n != 1 {
				t.Fatalf("the second force moved %d, want 1: %v", n, err)
			}
		}
		if err := w.Store.InView(t.Context(), func(tx *store.Tx) error {
			o, err := tx.ObligationOn(t.Context(), "ismet", 6, "answer", "long")
			if got := o.Due.Ends.Sub(o.FirstDue).Round(time.Minute); got != 96*time.Hour {
				t.Errorf("after two of them the term is longer by %v", got)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

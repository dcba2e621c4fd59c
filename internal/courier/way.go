package courier

import (
	"context"
	"sync"
	"time"

	"tereze/internal/notify"
)

// way is a line at work: who of its providers is resting, and whose turn it is.
type way struct {
	test     bool
	patience time.Duration
	stages   []*stage
	pace     pace // of messages to nobody and of trials
}

type stage struct {
	Stage
	pace pace

	mu       sync.Mutex // guards what follows
	failures int        // in a row
	until    time.Time  // it rests
}

func newWay(l Line, most time.Duration) *way {
	w := &way{test: l.Test, patience: patience}
	if most > 0 {
		w.patience = most
	}
	for _, s := range l.Stages {
		w.stages = append(w.stages, &stage{Stage: s, pace: pace{every: every(s.PerSecond)}})
	}
	return w
}

func every(perSecond float64) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / perSecond)
}

// asleep reports whether all providers rest. Nothing is claimed then: a message would lose its tries to a server
// that is down.
func (w *way) asleep(now time.Time) bool {
	for _, s := range w.stages {
		if !s.resting(now) {
			return false
		}
	}
	return !w.test
}

// turn waits as a message to the first provider would.
func (w *way) turn(ctx context.Context) bool {
	if len(w.stages) == 0 {
		return w.pace.wait(ctx)
	}
	return w.stages[0].pace.wait(ctx)
}

// ask goes to the providers in order until one takes the message or says that nobody will. Who could not be reached
// rests; what is wrong with the message or its address the next provider would say as well; and who took it without
// a word may have sent it, so that it is they who are asked again.
// asked is false where all rest.
func (w *way) ask(ctx context.Context, p Parcel) (out notify.Outcome, asked bool) {
	for i, s := range w.stages {
		if s.resting(time.Now()) {
			continue
		}
		if i > 0 && !s.pace.wait(ctx) {
			break
		}
		answering, cancel := context.WithTimeout(ctx, w.patience)
		out, asked = s.Provider.Carry(answering, p), true
		cancel()
		out.Provider = s.Provider.Name()
		s.heard(out, time.Now())
		if out.Reason == notify.ReasonNoAnswer || out.State != notify.Technical && out.Reason != notify.ReasonThrottled {
			break
		}
	}
	return out, asked
}

func (s *stage) resting(now time.Time) bool {
	if l, ok := s.Provider.(Listener); ok && !l.Ready() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.until)
}

// heard draws the consequence of an answer: who is down or throttles us rests, longer each time up to a minute.
func (s *stage) heard(out notify.Outcome, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case out.Reason == notify.ReasonThrottled:
		s.pace.slower(now)
		s.until = now.Add(time.Second)
	case out.State == notify.Technical && out.Reason != notify.ReasonMistaken && out.Reason != notify.ReasonNoAnswer:
		s.failures++
		s.until = now.Add(min(time.Second<<min(s.failures-1, 6), time.Minute))
	case out.State != notify.Technical:
		s.failures = 0
	}
}

// pace lets so many pass in a time, one after the other.
type pace struct {
	mu    sync.Mutex // guards what follows
	every time.Duration
	slow  time.Duration // instead of every, until the provider has calmed down
	calm  time.Time
	next  time.Time
}

// wait returns at the turn of its caller; false when ctx has ended.
func (p *pace) wait(ctx context.Context) bool {
	p.mu.Lock()
	now := time.Now()
	step := p.every
	if now.Before(p.calm) {
		step = max(step, p.slow)
	}
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(step)
	p.mu.Unlock()
	if at.Equal(now) {
		return ctx.Err() == nil
	}
	return pause(ctx, at.Sub(now))
}

// slower doubles the distance for half a minute, from fifty milliseconds to two seconds.
func (p *pace) slower(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.After(p.calm) {
		p.slow = p.every
	}
	p.slow = min(max(2*p.slow, 50*time.Millisecond), 2*time.Second)
	p.calm = now.Add(30 * time.Second)
}

package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"tereze/internal/fault"
)

const (
	maxWaiting = 1024                  // acts, and views, that may wait; more are refused as busy
	maxGroup   = 64                    // acts that share one commit
	maxOpen    = 10 * time.Millisecond // a group older than this takes nobody in, its first has waited enough
)

var errAborted = errors.New("store: the act panicked or ended its goroutine")

// writer is the one connection of an SQLite store that writes. Acts that wait for it share one
// commit, and so one fsync; each runs in its own savepoint, so that a refused act undoes only itself.
//
// An act runs in the goroutine of its caller: a panic rises there with its own stack, and a
// goroutine that ends inside an act leaves the writer alive. Whoever has acted hands the turn to the
// next that waits; the last hands it back to the writer, which commits. One handing over for each
// act: a thread woken costs more than most statements.
type writer struct {
	conn    *sqliteConn
	ids     *ids
	queue   chan *act
	stop    chan struct{}
	stopped chan struct{}
	groups  atomic.Int64 // transactions begun

	mu     sync.RWMutex // guards closed against queue
	closed bool
}

// act is one caller waiting for the writer. Every channel has room for its one message, so nobody
// waits for a caller who has left.
type act struct {
	state atomic.Int32 // actWaiting, then once actTaken or actLeft
	turn  chan *group  // whoever acted before: your turn
	fate  chan error   // the writer: nil once the commit is durable
}

// group is the acts that share a transaction. It belongs to whoever has the turn.
type group struct {
	w      *writer
	began  time.Time
	acts   []*act
	fates  []error
	broken error         // the whole transaction is lost
	over   chan struct{} // the last act: the turn is the writer's again
}

const (
	actWaiting = iota
	actTaken
	actLeft
)

func startWriter(conn *sqliteConn, ids *ids) *writer {
	w := &writer{
		conn: conn, ids: ids,
		queue:   make(chan *act, maxWaiting),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

// do waits for its turn, runs fn and waits for the commit.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	a := &act{turn: make(chan *group, 1), fate: make(chan error, 1)}
	if err := w.enqueue(a); err != nil {
		return err
	}
	left := ctx.Done()
	for {
		select {
		case g := <-a.turn:
			g.run(fn)
			return <-a.fate
		case err := <-a.fate: // refused without a turn
			return err
		case <-left:
			if a.state.CompareAndSwap(actWaiting, actLeft) {
				return ctx.Err()
			}
			left = nil // the turn or the refusal is on its way already
		}
	}
}

// run runs a closure in its savepoint and hands the turn on, whichever way the closure ends.
func (g *group) run(fn func(*Tx) error) {
	if g.broken = g.w.conn.do("SAVEPOINT act"); g.broken != nil {
		g.pass(g.broken)
		return
	}
	tx := &Tx{run: g.w.conn, dialect: sqliteDialect, ids: g.w.ids}
	fate := errAborted
	defer func() {
		tx.end()
		g.broken = g.close(fate)
		g.pass(fate)
	}()
	fate = runAct(tx, fn)
}

// close ends the savepoint of an act that ended so. Refusals mean that the transaction is lost.
func (g *group) close(fate error) (broken error) {
	if fate != nil {
		// Fails when SQLite has undone the whole transaction, as it may on a full disk.
		if err := g.w.conn.do("ROLLBACK TO act"); err != nil {
			if fault.Is(fate, fault.Unavailable) {
				return fate // the reason, better than "no such savepoint"
			}
			return err
		}
	}
	return g.w.conn.do("RELEASE act")
}

// pass notes how an act ended and hands the turn to the next of the group, or back to the writer.
func (g *group) pass(fate error) {
	g.fates = append(g.fates, fate)
	if a := g.next(); a != nil {
		g.hand(a)
		return
	}
	g.over <- struct{}{}
}

// hand gives the turn to an act that has been taken.
func (g *group) hand(a *act) {
	g.acts = append(g.acts, a)
	a.turn <- g
}

// next takes the act behind, if one waits and the group has room.
func (g *group) next() *act {
	for g.broken == nil && len(g.acts) < maxGroup && time.Since(g.began) <= maxOpen {
		a := g.w.waiting()
		if a == nil || a.take() {
			return a
		}
	}
	return nil
}

func (w *writer) enqueue(a *act) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return fault.New(fault.Unavailable, keyClosed)
	}
	select {
	case w.queue <- a:
		return nil
	default:
		return fault.New(fault.Unavailable, keyBusy)
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	for {
		select {
		case <-w.stop:
			w.refuseWaiting(fault.New(fault.Unavailable, keyClosed), maxWaiting)
			return
		default:
		}
		select {
		case <-w.stop: // seen at the top of the loop
		case a := <-w.queue:
			w.group(a)
		}
	}
}

// group runs one group of acts in one transaction.
func (w *writer) group(first *act) {
	if !first.take() {
		return
	}
	w.groups.Add(1)
	if err := w.conn.do("BEGIN IMMEDIATE"); err != nil {
		// Whoever waits behind would wait the busy timeout again, one after another.
		first.fate <- err
		w.refuseWaiting(err, maxGroup)
		return
	}
	g := &group{w: w, began: time.Now(), over: make(chan struct{}, 1)}
	g.hand(first)
	<-g.over
	if g.broken == nil {
		g.broken = w.conn.do("COMMIT")
	}
	if g.broken != nil {
		w.conn.do("ROLLBACK") // fails where SQLite has rolled back by itself
	}
	for i, a := range g.acts {
		// A refusal, too, waits for the commit and falls with it: it may rest on what an earlier act
		// of the group wrote.
		if g.broken != nil && !errors.Is(g.fates[i], errAborted) {
			g.fates[i] = groupFault(g.broken)
		}
		a.fate <- g.fates[i]
	}
}

// waiting is the act behind, nil where none waits.
func (w *writer) waiting() *act {
	select {
	case a := <-w.queue:
		return a
	default:
	}
	runtime.Gosched() // let callers on this processor, just answered, come back in time to share
	select {
	case a := <-w.queue:
		return a
	default:
		return nil
	}
}

func (w *writer) refuseWaiting(err error, most int) {
	for range most {
		select {
		case a := <-w.queue:
			a.refuse(err)
		default:
			return
		}
	}
}

// take takes an act off those that wait, unless its caller has left.
func (a *act) take() bool { return a.state.CompareAndSwap(actWaiting, actTaken) }

// refuse answers an act that gets no turn.
func (a *act) refuse(err error) {
	if a.take() {
		a.fate <- err
	}
}

// groupFault is the answer to every act of a group that could not be committed.
func groupFault(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	return unavailable(fmt.Errorf("%w: %w", errOther, err))
}

// close lets the group that runs finish and refuses the acts that wait.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	close(w.stop)
	<-w.stopped
	return w.conn.close()
}

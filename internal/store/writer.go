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
// goroutine that ends inside an act leaves the writer alive. The writer hands the turn over and waits.
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
	turn  chan *Tx     // the writer: your turn
	done  chan error   // the caller: the closure has ended so
	fate  chan error   // the writer: nil once the commit is durable
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
	a := &act{turn: make(chan *Tx, 1), done: make(chan error, 1), fate: make(chan error, 1)}
	if err := w.enqueue(a); err != nil {
		return err
	}
	left := ctx.Done()
	for {
		select {
		case tx := <-a.turn:
			a.run(tx, fn)
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

// run runs the closure and gives the turn back, whichever way the closure ends.
func (a *act) run(tx *Tx, fn func(*Tx) error) {
	err := errAborted
	defer func() {
		tx.end()
		a.done <- err
	}()
	err = runAct(tx, fn)
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
	w.groups.Add(1)
	if err := w.conn.do("BEGIN IMMEDIATE"); err != nil {
		// Whoever waits behind would wait the busy timeout again, one after another.
		first.refuse(err)
		w.refuseWaiting(err, maxGroup)
		return
	}
	var acts []*act
	var fates []error
	began := time.Now()
	broken := error(nil)
	for a := first; a != nil && broken == nil; a = w.next(len(acts), began, broken) {
		if !a.state.CompareAndSwap(actWaiting, actTaken) {
			continue
		}
		fate := error(nil)
		fate, broken = w.turn(a)
		acts, fates = append(acts, a), append(fates, fate)
	}
	if broken == nil {
		broken = w.conn.do("COMMIT")
	}
	if broken != nil {
		w.conn.do("ROLLBACK") // fails where SQLite has rolled back by itself
	}
	for i, a := range acts {
		// A refusal, too, waits for the commit and falls with it: it may rest on what an earlier act
		// of the group wrote.
		if broken != nil && !errors.Is(fates[i], errAborted) {
			fates[i] = groupFault(broken)
		}
		a.fate <- fates[i]
	}
}

// turn lets one act run in its savepoint. broken means that the whole transaction is lost.
func (w *writer) turn(a *act) (fate, broken error) {
	if err := w.conn.do("SAVEPOINT act"); err != nil {
		return err, err // group answers without a turn
	}
	tx := &Tx{run: w.conn, dialect: sqliteDialect, ids: w.ids}
	a.turn <- tx
	fate = <-a.done
	if fate == nil {
		return nil, w.conn.do("RELEASE act")
	}
	// Both fail when SQLite has undone the whole transaction, as it may on a full disk.
	if err := w.conn.do("ROLLBACK TO act"); err != nil {
		if fault.Is(fate, fault.Unavailable) {
			return fate, fate // the reason, better than "no such savepoint"
		}
		return fate, err
	}
	return fate, w.conn.do("RELEASE act")
}

// next is the act behind, if one waits and the group has room.
func (w *writer) next(size int, began time.Time, broken error) *act {
	if broken != nil || size >= maxGroup || time.Since(began) > maxOpen {
		return nil
	}
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

// refuse answers an act that gets no turn.
func (a *act) refuse(err error) {
	if a.state.CompareAndSwap(actWaiting, actTaken) {
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

package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"tereze/internal/identity"
)

// An id is 41 bits of milliseconds since 2025 (until 2094), 10 bits of node, 12 bits of sequence.
const (
	epoch    = 1735689600000 // 2025-01-01 UTC, in milliseconds since 1970
	nodeBits = 10
	seqBits  = 12
	maxNodes = 1 << nodeBits
	maxSeq   = 1<<seqBits - 1
	maxMilli = 1<<41 - 1
)

// Lengths of a node's lease in milliseconds of the clock of ids.
const (
	leaseMillis  = 10 * 60 * 1000
	marginMillis = 60 * 1000 // with less left no act begins: 245 million ids, more than an act makes
	renewEvery   = time.Minute
)

var (
	errNoNode   = errors.New("the lease of the node number has run out")
	errAllNodes = errors.New("all 1024 node numbers are in use")
)

// ids makes ids. What is leased from the database is a node number up to a millisecond: the lease
// row holds the last millisecond its holder may write into an id, and whoever takes the number next
// begins behind it. So no two holders can ever make the same id, however their clocks stand; the
// clock only decides when a holder is thought dead.
type ids struct {
	now    func() time.Time
	holder string        // this store, in the lease row
	low    chan struct{} // asks the keeper to renew early

	mu      sync.Mutex // guards the rest
	renewed sync.Cond
	node    int64
	last    int64 // the millisecond of the latest id
	seq     int64 // its sequence
	limit   int64 // the last millisecond of the lease
	ended   bool
}

func newIDs(now func() time.Time, holder string) *ids {
	g := &ids{now: now, holder: holder, low: make(chan struct{}, 1)}
	g.renewed.L = &g.mu
	return g
}

// next makes an id. When the clock stands still, jumps back, or runs past the lease, it counts on
// from the latest id. It waits only when the whole lease is used up; after Close it gives 0.
func (g *ids) next() identity.ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.millis()
	for {
		switch {
		case g.ended:
			return 0
		case now > g.last && now <= g.limit:
			g.last, g.seq = now, 0
			return g.id()
		case g.seq < maxSeq:
			g.seq++
			return g.id()
		case g.last < g.limit:
			g.last, g.seq = g.last+1, 0
			return g.id()
		}
		g.askRenewal()
		g.renewed.Wait()
	}
}

func (g *ids) id() identity.ID {
	return identity.ID(g.last<<(nodeBits+seqBits) | g.node<<seqBits | g.seq)
}

// ready reports whether an act may begin: it must not wait for ids while it holds the writer that
// the renewal needs.
func (g *ids) ready() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := g.limit - g.last
	if left < leaseMillis/2 {
		g.askRenewal()
	}
	return left >= marginMillis
}

// patience is how long an act waits for the renewal of a lease, which takes milliseconds where the database
// answers: a clock that jumped ahead is no reason to turn people away.
const patience = time.Second

// await waits until an act may begin, and reports whether it may.
func (g *ids) await(ctx context.Context) bool {
	for end := time.Now().Add(patience); !g.ready(); {
		if ctx.Err() != nil || time.Now().After(end) {
			return false
		}
		time.Sleep(2 * time.Millisecond)
	}
	return true
}

func (g *ids) askRenewal() {
	select {
	case g.low <- struct{}{}:
	default:
	}
}

// millis is the clock of ids; before 2025 it stands at 0.
func (g *ids) millis() int64 {
	return min(max(g.now().UnixMilli()-epoch, 0), maxMilli)
}

// wanted is the lease to ask for: from now, or from the latest id where that is ahead.
func (g *ids) wanted() (node, until int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.node, min(max(g.millis(), g.last)+leaseMillis, maxMilli)
}

// adopt begins to use a node number: ids up to floor may have been made by others.
func (g *ids) adopt(node, floor, until int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.node, g.last, g.seq, g.limit = node, max(floor, g.last), maxSeq, until
	g.renewed.Broadcast()
}

func (g *ids) extend(until int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limit = until
	g.renewed.Broadcast()
}

// finish ends the making of ids and tells the last millisecond used.
func (g *ids) finish() (node, last int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	g.renewed.Broadcast()
	return g.node, g.last
}

// keepNode renews the lease until ctx ends, then gives the number back.
func (s *Store) keepNode(ctx context.Context) {
	defer close(s.keeping)
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.releaseNode(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		case <-s.ids.low:
		}
		for s.renewNode(ctx) != nil && ctx.Err() == nil {
			select { // InTx tells the callers as soon as too little is left
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// renewNode extends the lease, or takes another number when the lease was lost: a process that
// stood still for long, or one whose neighbour's clock is far ahead.
func (s *Store) renewNode(ctx context.Context) error {
	node, until := s.ids.wanted()
	kept := false
	err := s.engine.inTx(ctx, func(tx *Tx) error {
		changed, err := tx.exec(ctx, `UPDATE store_node SET leased_until = $1 WHERE node = $2 AND holder = $3`,
			leaseInstant(until), node, s.ids.holder)
		kept = changed == 1
		return err
	})
	switch {
	case err != nil:
		return err
	case kept:
		s.ids.extend(until)
		return nil
	}
	return s.takeNode(ctx)
}

// releaseNode gives the number back from the last millisecond used. If it fails the lease ends by itself.
func (s *Store) releaseNode(ctx context.Context) {
	node, last := s.ids.finish()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = s.engine.inTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, `UPDATE store_node SET holder = '', leased_until = $1 WHERE node = $2 AND holder = $3`,
			leaseInstant(last), node, s.ids.holder)
		return err
	})
}

// lease is a row of store_node; until is in milliseconds of the clock of ids.
type lease struct {
	node   int64
	holder string
	until  int64
}

// takeNode leases a number for this store. Refusal: Unavailable when all are in use.
func (s *Store) takeNode(ctx context.Context) error {
	_, until := s.ids.wanted()
	for range maxNodes {
		var taken bool
		var free lease
		err := s.engine.inTx(ctx, func(tx *Tx) (err error) {
			if free, err = freeNode(ctx, tx, s.ids.millis()); err != nil {
				return err
			}
			until = max(until, free.until+leaseMillis)
			taken, err = leaseNode(ctx, tx, free, s.ids.holder, until)
			return err
		})
		if err != nil {
			return err
		}
		if taken {
			s.ids.adopt(free.node, free.until, until)
			return nil
		}
	}
	return unavailable(errAllNodes) // every try was lost to somebody else
}

// freeNode finds a number given back, or else one whose lease ended longest ago, or else a new one.
func freeNode(ctx context.Context, tx *Tx, now int64) (lease, error) {
	leases, err := list(ctx, tx, readLease,
		`SELECT node, holder, leased_until FROM store_node ORDER BY leased_until, node`)
	if err != nil {
		return lease{}, err
	}
	used := map[int64]bool{}
	for _, l := range leases {
		if l.holder == "" {
			return l, nil
		}
		used[l.node] = true
	}
	if len(leases) > 0 && leases[0].until < now {
		return leases[0], nil
	}
	for node := range int64(maxNodes) {
		if !used[node] {
			return lease{node: node, until: -1}, nil
		}
	}
	return lease{}, unavailable(errAllNodes)
}

// leaseNode takes a number if it is still as free was read.
func leaseNode(ctx context.Context, tx *Tx, free lease, holder string, until int64) (taken bool, err error) {
	var changed int64
	if free.until < 0 {
		changed, err = tx.exec(ctx, `INSERT INTO store_node (node, holder, leased_until) VALUES ($1, $2, $3)
			ON CONFLICT (node) DO NOTHING`, free.node, holder, leaseInstant(until))
	} else {
		changed, err = tx.exec(ctx, `UPDATE store_node SET holder = $1, leased_until = $2
			WHERE node = $3 AND holder = $4 AND leased_until = $5`,
			holder, leaseInstant(until), free.node, free.holder, leaseInstant(free.until))
	}
	return changed == 1, err
}

func readLease(r scanner) (l lease, err error) {
	var micros int64
	err = r.Scan(&l.node, &l.holder, &micros)
	l.until = max(micros/1000-epoch, 0)
	return l, err
}

// leaseInstant is a millisecond of the clock of ids as an instant of the database.
func leaseInstant(millis int64) int64 { return (millis + epoch) * 1000 }

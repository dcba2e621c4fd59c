package operations

import (
	"sync"
	"time"
)

// board remembers what stands on the first pages for a moment, so that a visitor asks no database.
type board struct {
	mu    sync.Mutex
	turns int // counts what was forgotten: a list read before that is not kept
	of    map[string]posted
}

type posted struct {
	all  []Announcement
	read time.Time
}

const (
	keepBoard = time.Second
	mostKept  = 100
)

func (b *board) get(portal string, now time.Time) ([]Announcement, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.of[portal]
	age := now.Sub(p.read)
	return p.all, ok && age >= 0 && age < keepBoard
}

func (b *board) mark() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.turns
}

func (b *board) put(portal string, all []Announcement, read time.Time, mark int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.turns != mark {
		return
	}
	if b.of == nil {
		b.of = map[string]posted{}
	}
	b.of[portal] = posted{all, read}
}

func (b *board) forget(portal string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turns++
	delete(b.of, portal)
}

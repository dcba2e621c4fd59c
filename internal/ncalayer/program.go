// Package ncalayer is a stand-in for NCALayer, the signing program of Kazakhstan's National Certification
// Authority: it speaks the same protocol to pages, with the keys of a demonstration (authority.Town).
//
// It owns the protocol's far side and a page on which a person chooses the key and how the next request
// ends. It signs whatever it is asked, with expired and revoked keys too, which the real program does
// not: whoever receives a signature has to find that out. No key of a living person ever goes in.
package ncalayer

import (
	"slices"
	"sync"
	"time"

	"tereze/internal/eds/authority"
)

// Conduct is how a request ends.
type Conduct string

// The ways a request ends. Sign lasts; each other is for one request, or one connection.
const (
	Sign    Conduct = "sign"
	Cancel  Conduct = "cancel"  // the person closes the window
	Fail    Conduct = "fail"    // the program fails
	Slow    Conduct = "slow"    // it answers after Program.Slow
	OldForm Conduct = "old"     // the result as a string, not as a list
	Close   Conduct = "close"   // an old program without the module: it closes the connection
	Silent  Conduct = "silent"  // it does not greet
	Garbled Conduct = "garbled" // what it answers cannot be read
	Refuse  Conduct = "refuse"  // it refuses the connection
)

// Conducts lists them with what the page says.
func Conducts() [][2]string {
	return [][2]string{
		{string(Sign), "sign"}, {string(Cancel), "be cancelled by the person"}, {string(Fail), "fail"},
		{string(Slow), "be answered slowly"}, {string(OldForm), "be answered in the form of old programs"},
		{string(Close), "close the connection, as a program without the module does"},
		{string(Silent), "meet a program that does not greet"}, {string(Garbled), "get an answer that cannot be read"},
		{string(Refuse), "be refused the connection"},
	}
}

// Program is one running stand-in.
type Program struct {
	Town *authority.Town
	Now  func() time.Time
	// Slow is how long a slow answer takes.
	Slow time.Duration

	mu    sync.Mutex
	key   string
	next  Conduct
	asked int
}

// Choose sets whose key signs from now on. It refuses a name nobody has.
func (p *Program) Choose(name string) error {
	if _, err := p.Town.Key(name); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = name
	return nil
}

// Next sets how the next request ends. An unknown one signs.
func (p *Program) Next(c Conduct) {
	if !slices.ContainsFunc(Conducts(), func(k [2]string) bool { return k[0] == string(c) }) {
		c = Sign
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = c
}

// Asked is how many requests to sign there were.
func (p *Program) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// state is what the page shows.
func (p *Program) state() (key string, next Conduct) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, next = p.key, p.next
	if key == "" {
		key = "individual"
	}
	if next == "" {
		next = Sign
	}
	return key, next
}

// take uses the conduct up if it is one of these.
func (p *Program) take(of ...Conduct) (c Conduct, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(of, p.next) {
		return Sign, false
	}
	c, p.next = p.next, Sign
	return c, true
}

package account

import (
	"sync"
	"time"
	"unicode"
)

// attempts counts failed sign-ins by portal and name, whether or not there is such a person: a
// name that rests tells nothing about whether it exists.
type attempts struct {
	mu sync.Mutex
	of map[string]failures
}

type failures struct {
	count int
	last  time.Time
}

// maxAttempts bounds the memory; when it is full the oldest knowledge goes at once, and guessing
// at that many names is stopped by the limits on addresses.
const maxAttempts = 100_000

func (a *attempts) may(name string, now time.Time, l Limits) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.of[name]
	return f.count < l.Failures || now.Sub(f.last) >= l.Rest
}

func (a *attempts) failed(name string, now time.Time, l Limits) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) >= maxAttempts {
		a.of = map[string]failures{}
	}
	f := a.of[name]
	if now.Sub(f.last) >= l.Rest {
		f.count = 0
	}
	a.of[name] = failures{f.count + 1, now}
}

func (a *attempts) passed(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.of, name)
}

// cut shortens what a browser says of itself.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// printable keeps what evidence can hold.
func printable(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if !unicode.IsControl(r) && r != unicode.ReplacementChar {
			out = append(out, r)
		}
	}
	return string(out)
}

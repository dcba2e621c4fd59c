package account

import (
	"crypto/sha256"
	"testing"
	"time"
)

// TestExitIsNotUndone: a request that read the session just before Exit puts it back after Exit, and
// the session stays ended.
func TestExitIsNotUndone(t *testing.T) {
	t.Parallel()
	var c sessionCache
	now := time.Now()
	token := [sha256.Size]byte{1}
	read := heldSession{session: Session{User: 7, Portal: "kg", BeganAt: now, SeenAt: now}, active: true, read: now}
	c.put(token, read)
	c.end(token)
	c.put(token, read)
	if held, ok := c.get(token, now); !ok || !held.ended {
		t.Errorf("after Exit the cache holds %+v, %v; want it ended", held, ok)
	}
	if held, ok := c.get(token, now.Add(-time.Hour)); !ok || !held.ended {
		t.Errorf("with the clock an hour back it holds %+v, %v; want it ended", held, ok)
	}
}

package housetest

import (
	"testing"
	"time"
)

// patience is far longer than anything takes on a slow machine: it ends a test that would wait for ever.
const patience = 3 * time.Minute

// Until waits for an outcome that the house comes to by itself, or that it may have in hand while a test does the same.
func Until(t testing.TB, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s still not so: %s", patience, what)
		}
	}
}

package house_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/gate"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// TestRequestLimit: requests over the number of the clause are turned away for the rest of the
// minute, by the clause; a user is counted apart from the address and from other users; a portal
// whose agreement sets no number has none; a form larger than any is refused.
func TestRequestLimit(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R10.3")
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Limits: gate.Limits{Agreed: true}})
	h.User(t, "ismet", "busy")
	b := h.Browser(t)
	b.SignIn("ismet", "busy")
	visitor := h.Browser(t)
	// The count must not run over into the next minute of the clock.
	now := h.Clock.Now()
	h.Clock.Move(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
	for i := range 300 {
		if p := visitor.Get("/ismet"); p.Status != http.StatusOK {
			t.Fatalf("request %d of a visitor: %d", i+1, p.Status)
		}
	}
	p := visitor.Get("/ismet").Want(http.StatusTooManyRequests)
	if !p.Has(`a[href*="#clause-R10.3"]`) || p.Header.Get("Retry-After") == "" {
		t.Errorf("the refusal does not cite the clause or say when to come again: %s", p.Text("main"))
	}
	b.Get("/ismet/cabinet/security").Want(http.StatusOK)
	visitor.Get("/egov").Want(http.StatusOK)
	h.Clock.Move(time.Minute)
	visitor.Get("/ismet").Want(http.StatusOK)
	if p := b.Post("/ismet/cabinet/compromised", "text", strings.Repeat("x", 2<<20)); p.Status < 400 {
		t.Errorf("a form of two megabytes was taken: %d", p.Status)
	}
}

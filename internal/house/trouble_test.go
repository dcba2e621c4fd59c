package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestDatabaseBusy: while the database cannot be written, a form is refused in the person's language
// with nothing half-done, pages that only read go on, and afterwards the same form is taken.
func TestDatabaseBusy(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	h := housetest.Open(t, house.Config{Database: database, BusyTimeout: 200 * time.Millisecond})
	actor := h.User(t, "court", "patient")
	b := h.Browser(t)
	b.SignIn("court", "patient")
	form := b.Get("/court/agreement/accept").Want(http.StatusOK)

	// Another process holds the only writer's place.
	other, err := store.Open(context.Background(), store.Config{Database: database})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	hold, held, released := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(released)
		_ = other.InTx(context.Background(), func(*store.Tx) error {
			close(held)
			<-hold
			return nil
		})
	}()
	<-held
	p := b.Post("/court/agreement/accept", form.Hidden()...).Want(http.StatusServiceUnavailable)
	if p.Attr("html", "lang") != "kk" || p.Header.Get("Retry-After") == "" {
		t.Errorf("answered in %q, retry after %q", p.Attr("html", "lang"), p.Header.Get("Retry-After"))
	}
	for _, internal := range []string{"sqlite", "SQLITE", "locked", "store.", "tereze.db"} {
		if strings.Contains(p.Body, internal) {
			t.Errorf("the page tells of %q", internal)
		}
	}
	b.Get("/court/agreement/agreement").Want(http.StatusOK)
	if n := len(entries(t, h, actor.User, "agreement.accept")); n != 0 {
		t.Errorf("%d acceptances although it was refused", n)
	}
	close(hold)
	<-released
	b.Post("/court/agreement/accept", form.Hidden()...).Want(http.StatusOK)
	if n := len(entries(t, h, actor.User, "agreement.accept")); n != 1 {
		t.Errorf("%d acceptances, want 1", n)
	}
}

// TestClockJumps: a clock that jumps back or forward makes no edition come into force twice, doubles
// no acceptance and lets nobody in who was not.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor := h.User(t, "kundelik", "traveller")
		accept(t, h, actor)
		for _, jump := range []time.Duration{-time.Hour, 400 * 24 * time.Hour, -365 * 24 * time.Hour, 30 * time.Minute} {
			h.Clock.Move(jump)
			accept(t, h, actor)
			if _, _, err := h.Agreements.Bind(context.Background(), actor, ""); err != nil {
				t.Errorf("after a jump of %s: %v", jump, err)
			}
		}
		if n := len(entries(t, h, actor.User, "agreement.accept")); n != 1 {
			t.Errorf("%d acceptances of one edition", n)
		}
		seenIDs := map[int64]bool{}
		for range 1000 {
			id := int64(h.Store.NewID())
			if seenIDs[id] {
				t.Fatal("an id twice")
			}
			seenIDs[id] = true
		}
	})
}

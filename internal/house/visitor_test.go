package house_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestBeingSentAwayIsNoAccess: where access is acceptance, a visitor who asks for a page that belongs
// to somebody is sent to the sign-in and has accepted nothing on the way.
func TestBeingSentAwayIsNoAccess(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	for _, path := range []string{"/cabinet", "/cabinet/profile", "/cabinet/activity", "/cabinet/activity.csv"} {
		if p := b.Get("/egov" + path); !strings.HasPrefix(p.Path, "/egov/sign-in") {
			t.Errorf("%s led a visitor to %s", path, p.Path)
		}
	}
	for _, path := range []string{"/me", "/acceptances", "/receipts/00000000000000000000000000"} {
		p := b.Get("/api/v1/portals/egov" + path)
		if p.Status != http.StatusUnauthorized || p.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s answers %d, %q", path, p.Status, p.Header.Get("WWW-Authenticate"))
		}
	}
	if n := acts(t, h, "egov", "agreement.accept"); n != 0 {
		t.Errorf("%d acceptances by somebody who was let in nowhere", n)
	}
}

// TestAddressOfAUserMakesNoVisitor: whoever knows the address form of a user, as an operator does,
// cannot go about as a visitor who holds the user's home.
func TestAddressOfAUserMakesNoVisitor(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "egov", "victim")
	req, err := http.NewRequest(http.MethodGet, h.URL+"/egov/rules", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "__Host-tereze-visitor-egov", Value: h.Opaque.Of(actor.User)})
	h.Browser(t).Do(req).Want(http.StatusOK)
	if n := len(entries(t, h, actor.User, "agreement.accept")); n != 0 {
		t.Errorf("somebody else made %d acceptances in the user's name", n)
	}
}

// TestVisitorsWithoutEnd: a program that keeps no cookie is a new visitor each time, and each leaves
// a record; one address makes only so many.
func TestVisitorsWithoutEnd(t *testing.T) {
	t.Parallel()
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Limits: gate.Limits{PostsPerMinute: 5}})
	for h.Clock.Now().Second() > 50 {
		h.Clock.Move(10 * time.Second) // the measure is of a minute: not over its end
	}
	for range 12 {
		h.Browser(t).Get("/egov/rules")
	}
	if n := acts(t, h, "egov", "agreement.accept"); n != 5 {
		t.Errorf("one address left %d acceptances, want 5", n)
	}
}

// TestSessionsThatRanOut: signing in clears away the sessions of the same person that ran out.
func TestSessionsThatRanOut(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		ctx := context.Background()
		h := housetest.Open(t, house.Config{Database: database, Accounts: account.Limits{Idle: time.Hour, Absolute: 3 * time.Hour, Failures: 10, Rest: time.Minute}})
		h.User(t, "kg", "sleeper")
		kept := map[string]bool{}
		for _, pause := range []time.Duration{0, 30 * time.Minute, 45 * time.Minute} {
			h.Clock.Move(pause)
			in, err := h.Accounts.SignIn(ctx, signIn("kg", "sleeper"))
			if err != nil {
				t.Fatal(err)
			}
			kept[in.Token] = pause > 0 // the first has been idle for more than an hour by the third
		}
		for token, want := range kept {
			raw, err := base64.RawURLEncoding.DecodeString(token)
			if err != nil {
				t.Fatal(err)
			}
			hash := sha256.Sum256(raw)
			err = h.Store.InView(ctx, func(tx *store.Tx) error {
				_, err := tx.Session(ctx, hash[:])
				return err
			})
			if (err == nil) != want || err != nil && !fault.Is(err, fault.Absent) {
				t.Errorf("a session is kept: %v, want %v", err, want)
			}
		}
	})
}

package house_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// TestOneNameFromAThousandAddresses: guesses at one name made at once from everywhere are stopped at
// the number of the clause, before a password is looked at; the person is told and sees them; their
// own browser still lets them in.
func TestOneNameFromAThousandAddresses(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R10.6")
	covers.Clause(t, "kundelik", "6.8a")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		for _, portal := range []string{"ismet", "kundelik"} {
			actor := h.User(t, portal, "victim")
			contact(t, h, actor, account.ByEmail, "victim@example.kz")
			own, err := h.Accounts.SignIn(ctx, signIn(portal, "victim"))
			if err != nil {
				t.Fatal(err)
			}
			var looked, rests atomic.Int64
			barrier := make(chan struct{})
			var done sync.WaitGroup
			for worker := range 20 {
				done.Go(func() {
					<-barrier
					for i := range 50 {
						_, err := h.Accounts.SignIn(ctx, account.SignIn{
							Portal: portal, SignInName: "Victim", Password: fmt.Sprintf("guess %d %d", worker, i), Address: fmt.Sprintf("198.51.%d.%d", worker, i),
						})
						switch {
						case fault.Is(err, fault.TooMany):
							rests.Add(1)
						case fault.Is(err, fault.Unauthenticated):
							looked.Add(1)
						default:
							t.Errorf("a guess gave %v", err)
						}
					}
				})
			}
			close(barrier)
			done.Wait()
			if looked.Load() != 5 || rests.Load() != 995 {
				t.Errorf("%s: %d of 1,000 guesses were looked at, %d turned away; the clause says 5", portal, looked.Load(), rests.Load())
			}
			_, err = h.Accounts.SignIn(ctx, signIn(portal, "victim"))
			x, _ := err.(*fault.Fault)
			if x == nil || x.Key != "account.rest" || x.Args["minutes"] != "15" || x.Cite.Zero() {
				t.Errorf("%s: the right password from elsewhere gives %v, want the rest of the clause", portal, err)
			}
			device := signIn(portal, "victim")
			device.Device = own.Device
			if _, err := h.Accounts.SignIn(ctx, device); err != nil {
				t.Errorf("%s: whoever guesses shuts the person out: %v", portal, err)
			}
			if n := len(sent(t, h, portal, "victim@example.kz", "message.sign_in_locked")); n != 1 {
				t.Errorf("%s: %d alerts of the lock, want 1", portal, n)
			}
			if n := len(entries(t, h, actor.User, "account.sign_in_failed")); n != 5 {
				t.Errorf("%s: %d failed attempts recorded, want 5", portal, n)
			}
			h.Clock.Move(16 * time.Minute)
			elsewhere := signIn(portal, "victim")
			elsewhere.Address = "203.0.113.9"
			if _, err := h.Accounts.SignIn(ctx, elsewhere); err != nil {
				t.Errorf("%s: after the time of the clause: %v", portal, err)
			}
		}
	})
}

// TestAThousandNamesFromOneAddress: one address is stopped however many names it tries, existing or
// not, and a neighbour behind it whose browser is known is not.
func TestAThousandNamesFromOneAddress(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		h.User(t, "kundelik", "neighbour")
		own, err := h.Accounts.SignIn(ctx, signIn("kundelik", "neighbour"))
		if err != nil {
			t.Fatal(err)
		}
		looked := 0
		for i := range 1000 {
			_, err := h.Accounts.SignIn(ctx, account.SignIn{Portal: "kundelik", SignInName: fmt.Sprintf("name%d", i), Password: "guess me 1", Address: "192.0.2.1"})
			switch {
			case fault.Is(err, fault.Unauthenticated):
				looked++
			case !fault.Is(err, fault.TooMany):
				t.Fatalf("name %d: %v", i, err)
			}
		}
		if looked != 5 {
			t.Errorf("%d names were looked at from one address, the clause says 5", looked)
		}
		if _, err := h.Accounts.SignIn(ctx, signIn("kundelik", "neighbour")); !fault.Is(err, fault.TooMany) {
			t.Errorf("the address signs in: %v", err)
		}
		neighbour := signIn("kundelik", "neighbour")
		neighbour.Device = own.Device
		if _, err := h.Accounts.SignIn(ctx, neighbour); err != nil {
			t.Errorf("a neighbour with a known browser is shut out: %v", err)
		}
		for i := range 8 {
			s := account.SignIn{Portal: "kundelik", SignInName: "neighbour", Password: "guess me 1", Device: own.Device, Address: fmt.Sprintf("2001:db8::%d", i)}
			_, err := h.Accounts.SignIn(ctx, s)
			if i < 5 != fault.Is(err, fault.Unauthenticated) {
				t.Errorf("guess %d at a known browser: %v", i, err)
			}
		}
		for i := range 8 {
			s := account.SignIn{Portal: "kundelik", SignInName: fmt.Sprintf("other%d", i), Password: "guess me 1", Address: fmt.Sprintf("2001:db8:0:1::%d", i)}
			_, err := h.Accounts.SignIn(ctx, s)
			if i < 5 != fault.Is(err, fault.Unauthenticated) {
				t.Errorf("guess %d of one customer's network: %v", i, err)
			}
		}
	})
}

// TestLockoutFollowsTheClause: an amended clause is another measure.
func TestLockoutFollowsTheClause(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "subject")
	publish(t, h, h.User(t, "kundelik", "operator", identity.Operator), "agreement", setParameter("gate.lockout", "attempts", "2"))
	h.Clock.Move(time.Hour)
	for i := range 4 {
		_, err := h.Accounts.SignIn(context.Background(), account.SignIn{Portal: "kundelik", SignInName: "subject", Password: "guess me 1"})
		if i < 2 != fault.Is(err, fault.Unauthenticated) {
			t.Errorf("guess %d under the amended clause: %v", i, err)
		}
	}
}

// TestNewDevice: signing in from a browser the person has not been at is told to them, once.
func TestNewDevice(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "ismet", "traveller")
	contact(t, h, actor, account.ByEmail, "traveller@example.kz")
	alerts := func() int { return len(sent(t, h, "ismet", "traveller@example.kz", "message.sign_in_alert")) }
	first := h.Browser(t)
	first.SignIn("ismet", "traveller").Want(http.StatusOK)
	if alerts() != 0 {
		t.Error("the first sign-in is told of as news")
	}
	first.Post("/ismet/exit")
	first.SignIn("ismet", "traveller")
	if alerts() != 0 {
		t.Error("the same browser is told of as news")
	}
	abroad := account.SignIn{Portal: "ismet", SignInName: "traveller", Password: housetest.Password, Address: "203.0.113.77", Agent: "elsewhere"}
	for range 2 {
		if _, err := h.Accounts.SignIn(context.Background(), abroad); err != nil {
			t.Fatal(err)
		}
	}
	if alerts() != 1 {
		t.Errorf("%d alerts of a new device, want 1", alerts())
	}
}

// TestLockedPage: the page says how long, by which clause, and is the same whether or not there is
// such a person.
func TestLockedPage(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "present")
	var said []string
	for _, name := range []string{"present", "missing"} {
		b := h.Browser(t)
		var p *housetest.Page
		for range 6 {
			p = b.Post("/kundelik/sign-in", "name", name, "password", "guess me 1")
		}
		p.Want(http.StatusTooManyRequests)
		said = append(said, strings.ReplaceAll(p.Text(".govuk-error-summary"), name, ""))
		h.Clock.Move(16 * time.Minute)
	}
	if said[0] != said[1] || !strings.Contains(said[0], "15") {
		t.Errorf("the page says %q of somebody and %q of nobody", said[0], said[1])
	}
}

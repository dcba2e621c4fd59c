package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/eds/authority"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// registersAtCourt registers somebody on the portal of the courts by a key, to the end.
func registersAtCourt(t testing.TB, h *housetest.House, b *housetest.Browser, key *authority.Issued, email string) {
	t.Helper()
	number := key.Certificate.Holder().IIN
	agree := b.Sign(b.Get("/court/register"), key).Want(http.StatusOK)
	b.Post("/court/register/agreement", agree.Hidden()...).Want(http.StatusOK)
	asked := b.Post("/court/register/form", details(number, email, "kind", "individual")...).Want(http.StatusOK)
	b.Sign(asked, key).Want(http.StatusOK)
	link := linkIn(t, outbox(t, h, "court")[0])
	end := b.Get(link).Want(http.StatusOK)
	if p := b.Post(strings.SplitN(link, "?", 2)[0], end.Hidden()...).Want(http.StatusOK); p.Path != "/court/cabinet" {
		t.Fatalf("the end led to %s", p.Path)
	}
}

// TestOnlyHoldersOfValidKeys: the portal of the courts deals with those alone whose key is valid: at the instant its
// term ends an open session has one page left, which says by which clause and what to do, and so has every further
// sign-in, until the same person shows a valid key. Nobody else's key helps, and the staff are asked for none.
func TestOnlyHoldersOfValidKeys(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "P")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		term := func(iin string, from, to time.Time) *authority.Issued {
			s := housetest.Person(iin)
			s.NotBefore, s.NotAfter = from, to
			return h.Key(t, s)
		}
		ends := h.Clock.Now().Add(9 * time.Minute).Truncate(time.Second)
		short := term(number, h.Clock.Now().Add(-time.Hour), ends)
		b := h.Browser(t)
		registersAtCourt(t, h, b, short, "c@example.kz")
		h.Clock.Move(ends.Sub(h.Clock.Now()) - 20*time.Second)
		if p := b.Get("/court/cabinet/profile").Want(http.StatusOK); p.Path != "/court/cabinet/profile" {
			t.Fatalf("before the end of the key the session is at %s", p.Path)
		}
		h.Clock.Move(20 * time.Second)
		for _, path := range []string{"/court/cabinet", "/court/cabinet/profile", "/court/cabinet/agreement", "/court/cabinet/passkeys"} {
			if p := b.Get(path); !strings.HasPrefix(p.Path, "/court/key?") || !p.Has(`main a[href*="#clause-P"]`) {
				t.Fatalf("after it %s is at %s", path, p.Path)
			}
		}
		if p := b.Post("/court/password", "password", "another long password", "again", "another long password"); p.Path != "/court/key" && !strings.HasPrefix(p.Path, "/court/key?") {
			t.Errorf("the page that replaces a password is open: %d at %s", p.Status, p.Path)
		}

		// At every further sign-in, with the password that is still right.
		b = h.Browser(t)
		p := b.SignIn("court", number)
		if !strings.HasPrefix(p.Path, "/court/key") || !p.Has(`main a[href$="#clause-P"]`) {
			t.Fatalf("the sign-in led to %s: %s", p.Path, p.Text("main"))
		}
		now := h.Clock.Now()
		revoked := term(number, now.Add(-time.Minute), now.AddDate(1, 0, 0))
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
		refusedFor(t, h, b.Sign(b.Get("/court/key"), short), "eds.reason.expired")
		refusedFor(t, h, b.Sign(b.Get("/court/key"), revoked), "eds.reason.revoked")
		refusedFor(t, h, b.Sign(b.Get("/court/key"), h.Key(t, housetest.Person("800101100211"))), "signing.other_person")
		if p := b.Get("/court/cabinet"); !strings.HasPrefix(p.Path, "/court/key") {
			t.Fatalf("a refused key opens %s", p.Path)
		}
		fresh := term(number, now.Add(-time.Minute), now.AddDate(1, 0, 0))
		if p := b.Sign(b.Get("/court/key"), fresh).Want(http.StatusOK); p.Path != "/court/cabinet" {
			t.Errorf("a valid key led to %s", p.Path)
		}
		if p := b.Get("/court/key").Want(http.StatusOK); p.Path != "/court/cabinet" {
			t.Errorf("who owes no key is shown %s", p.Path)
		}
		shown := entriesOf(t, h, "court", "account.key_shown")
		if len(shown) == 0 || shown[0].Citation.Clause != "P" {
			t.Errorf("recorded as %+v", shown)
		}

		// A key that lets somebody in is shown with that.
		h.Clock.Move(366 * 24 * time.Hour)
		newest := term(number, h.Clock.Now().Add(-time.Minute), h.Clock.Now().AddDate(1, 0, 0))
		b = h.Browser(t)
		if p := b.Sign(b.Post("/court/sign-in/key/ask"), newest).Want(http.StatusOK); p.Path != "/court/cabinet" {
			t.Errorf("the sign-in by a valid key led to %s", p.Path)
		}
	})
}

// TestWhoHasShownNoKey: somebody who became a user of the courts without a key shows one first, which is theirs
// from then on; two users never hold one number; the staff, and portals that demand no key, are left in peace.
func TestWhoHasShownNoKey(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	signsIn := func(portal, name string, roles ...identity.Role) *housetest.Browser {
		_, err := h.Accounts.Register(context.Background(), account.Registration{
			Portal: portal, SignInName: name, Shown: "Тест Адамы", Password: housetest.Password, Again: housetest.Password, Language: "kk", Roles: roles,
		})
		if err != nil {
			t.Fatal(err)
		}
		b := h.Browser(t)
		b.SignIn(portal, name)
		return b
	}
	one, two := signsIn("court", "one"), signsIn("court", "two")
	key := h.Key(t, housetest.Person("800101100112"))
	if p := one.Sign(one.Get("/court/cabinet"), key).Want(http.StatusOK); strings.HasPrefix(p.Path, "/court/key") {
		t.Errorf("the first key led to %s", p.Path)
	}
	refusedFor(t, h, two.Sign(two.Get("/court/cabinet"), key), "account.number_refused")
	if p := signsIn("court", "desk", identity.Operator).Get("/court/console").Want(http.StatusOK); p.Path != "/court/console" {
		t.Errorf("the staff is led to %s", p.Path)
	}
	if p := signsIn("egov", "three").Get("/egov/cabinet/profile"); strings.Contains(p.Path, "/key") {
		t.Errorf("where no key is demanded the way leads to %s", p.Path)
	}
}

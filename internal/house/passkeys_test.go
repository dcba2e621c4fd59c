package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/covers"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// eachAtPortal runs test once per engine on a house that knows its address.
func eachAtPortal(t *testing.T, test func(t *testing.T, h *housetest.House)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		test(t, housetest.Open(t, house.Config{Database: database, Public: passkeyOrigin}))
	})
}

func atPortal(t *testing.T) *housetest.House {
	t.Helper()
	return housetest.Open(t, house.Config{Database: storetest.SQLite(t), Public: passkeyOrigin})
}

// options are what a page asks a device.
func options(t testing.TB, p *housetest.Page) string {
	t.Helper()
	text := p.Attr(`form[data-module="tz-passkey"]`, "data-options")
	if text == "" {
		t.Fatalf("%s (%d) asks no device\n%s", p.Path, p.Status, p.Text("main"))
	}
	return text
}

// holder is somebody of a portal, bound by its agreement and with a confirmed address.
func holder(t *testing.T, h *housetest.House, portal, name string) (identity.Actor, *housetest.Browser) {
	t.Helper()
	actor := h.User(t, portal, name)
	accept(t, h, actor)
	contact(t, h, actor, account.ByEmail, name+"@example.kz")
	b := h.Browser(t)
	b.SignIn(portal, name)
	return actor, b
}

// adds goes the pages on which a passkey is added.
func adds(t testing.TB, b *housetest.Browser, portal string, d *device) *housetest.Page {
	t.Helper()
	at := "/" + portal + "/cabinet/passkeys/add"
	p := b.Post(at, "name", "Менің телефоным", "old", housetest.Password).Want(http.StatusOK)
	return b.Post(at+"/device", "answer", d.make(options(t, p)))
}

// asksDevice presses the button of the sign-in page and gives the page that asks the device.
func asksDevice(b *housetest.Browser, portal string) *housetest.Page {
	return b.Post("/" + portal + "/sign-in/passkey/ask")
}

// enters signs in by the first passkey of a device.
func enters(t testing.TB, b *housetest.Browser, portal string, d *device) *housetest.Page {
	t.Helper()
	return b.Post("/"+portal+"/sign-in/passkey", "answer", d.use(options(t, asksDevice(b, portal)), 0))
}

// TestAPasskeyInsteadOfThePassword: it is added with the password, tells its person, opens the cabinet
// without a name, and no longer does once it is removed.
func TestAPasskeyInsteadOfThePassword(t *testing.T) {
	t.Parallel()
	eachAtPortal(t, func(t *testing.T, h *housetest.House) {
		actor, b := holder(t, h, "egov", "aigul")
		d := &device{t: t}
		p := b.Post("/egov/cabinet/passkeys/add", "name", "Телефон", "old", "not the password").Want(http.StatusUnprocessableEntity)
		if !p.Has("#old.govuk-input--error") || p.Attr("#name", "value") != "Телефон" {
			t.Error("a wrong password is not shown at its field, or the name is gone")
		}
		b.Post("/egov/cabinet/passkeys/add", "name", "", "old", housetest.Password).Want(http.StatusUnprocessableEntity)
		if p = adds(t, b, "egov", d); p.Path != "/egov/cabinet/passkeys?done=added" {
			t.Fatalf("adding led to %s\n%s", p.Path, p.Text("main"))
		}
		if !strings.Contains(p.Text("main"), "Менің телефоным") {
			t.Error("the list does not show it")
		}
		if len(sent(t, h, "egov", "aigul@example.kz", "message.passkey_added")) != 1 || len(entries(t, h, actor.User, "account.passkey_add")) != 1 {
			t.Error("nobody is told, or nothing is recorded")
		}
		fresh := h.Browser(t)
		if form := fresh.Get("/egov/sign-in"); !form.Has(`form[action="/egov/sign-in/passkey/ask"] button`) {
			t.Error("the sign-in page offers no passkey")
		}
		if p = enters(t, fresh, "egov", d); p.Path != "/egov/cabinet" {
			t.Fatalf("the passkey led to %s\n%s", p.Path, p.Text("main"))
		}
		if e := entries(t, h, actor.User, "account.sign_in"); e[0].Detail["by"] != "passkey" || e[1].Detail["by"] != "" {
			t.Errorf("evidence of the sign-ins: %v, %v", e[0].Detail, e[1].Detail)
		}
		if p := enters(t, h.Browser(t), "egov", d); p.Path != "/egov/cabinet" {
			t.Errorf("a second time: %s", p.Path)
		}

		remove := b.Get("/egov/cabinet/passkeys").Attr(`a[href$="/remove"]`, "href")
		b.Get(remove).Want(http.StatusOK)
		b.Post(remove, "old", "guess").Want(http.StatusUnprocessableEntity)
		_, other := holder(t, h, "egov", "stranger")
		other.Get(remove).Want(http.StatusNotFound)
		other.Post(remove, "old", housetest.Password).Want(http.StatusNotFound)
		if p := b.Post(remove, "old", housetest.Password); p.Path != "/egov/cabinet/passkeys?done=removed" || !p.Has(".tz-empty") {
			t.Errorf("removing led to %s", p.Path)
		}
		if len(sent(t, h, "egov", "aigul@example.kz", "message.passkey_removed")) != 1 || len(entries(t, h, actor.User, "account.passkey_remove")) != 1 {
			t.Error("nobody is told of the removal, or nothing is recorded")
		}
		if p := enters(t, h.Browser(t), "egov", d); p.Status != http.StatusUnprocessableEntity || !p.Has(".govuk-error-summary") {
			t.Errorf("a removed passkey: %d at %s", p.Status, p.Path)
		}
	})
}

// TestAPasskeyAfterThePassword: on every portal a person may choose to be asked for one; no address
// leads past the question, and no other face of the portal either.
func TestAPasskeyAfterThePassword(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R22")
	covers.Clause(t, "kundelik", "1.10")
	h := atPortal(t)
	for _, portal := range []string{"egov", "ismet", "kundelik", "court", "kg"} {
		actor, b := holder(t, h, portal, "careful")
		home, d := "/"+portal, &device{t: t}
		b.Post(home+"/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusConflict)
		adds(t, b, portal, d).Want(http.StatusOK)
		if p := signInWith(h.Browser(t), portal, "careful", housetest.Password); p.Path != home+"/cabinet" {
			t.Errorf("%s: a passkey that nobody asked to be asked for is asked for: %s", portal, p.Path)
		}
		b.Post(home+"/cabinet/passkeys/second", "choice", "on", "old", "guess").Want(http.StatusUnprocessableEntity)
		b.Post(home+"/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
		if len(sent(t, h, portal, "careful@example.kz", "message.passkey_second_on")) != 1 || len(entries(t, h, actor.User, "account.passkey_second")) != 1 {
			t.Errorf("%s: nobody is told of the choice, or nothing is recorded", portal)
		}

		x := h.Browser(t)
		p := signInWith(x, portal, "careful", housetest.Password)
		if p.Path != home+"/sign-in/second" {
			t.Fatalf("%s: the password leads to %s", portal, p.Path)
		}
		for _, past := range []string{"/cabinet", "/cabinet/passkeys", "/cabinet/security", "/agreement/accept"} {
			if p := x.Get(home + past); !strings.HasPrefix(p.Path, home+"/sign-in") {
				t.Errorf("%s: the address leads past the passkey to %s", portal, p.Path)
			}
		}
		if api := x.Do(apiSignIn(t, h, portal, "careful")); api.Status != http.StatusForbidden || strings.Contains(api.Body, "token") {
			t.Errorf("%s: the API answers %d: %s", portal, api.Status, api.Body)
		}
		p = x.Post(home+"/sign-in/second", "answer", "{}").Want(http.StatusUnprocessableEntity)
		if n := len(sent(t, h, portal, "careful@example.kz", "message.passkey_refused")); n != 1 {
			t.Errorf("%s: %d messages that the password is known to somebody", portal, n)
		}
		if p = x.Post(home+"/sign-in/second", "answer", d.use(options(t, p), 0)); p.Path != home+"/cabinet" {
			t.Fatalf("%s: the passkey leads to %s\n%s", portal, p.Path, p.Text("main"))
		}
		if e := entries(t, h, actor.User, "account.sign_in"); e[0].Detail["by"] != "password passkey" {
			t.Errorf("%s: evidence of the sign-in: %v", portal, e[0].Detail)
		}
		// Without the choice, or with the last passkey gone, the password is enough again.
		x.Post(home+"/cabinet/passkeys/second", "choice", "off", "old", housetest.Password).Want(http.StatusOK)
		if p := signInWith(h.Browser(t), portal, "careful", housetest.Password); p.Path != home+"/cabinet" {
			t.Errorf("%s: the choice taken back, the password leads to %s", portal, p.Path)
		}
		x.Post(home+"/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
		x.Post(x.Get(home+"/cabinet/passkeys").Attr(`a[href$="/remove"]`, "href"), "old", housetest.Password).Want(http.StatusOK)
		if p := signInWith(h.Browser(t), portal, "careful", housetest.Password); p.Path != home+"/cabinet" {
			t.Errorf("%s: the last passkey removed, the password leads to %s", portal, p.Path)
		}
	}
}

func apiSignIn(t testing.TB, h *housetest.House, portal, name string) *http.Request {
	t.Helper()
	body := strings.NewReader(`{"name":"` + name + `","password":"` + housetest.Password + `"}`)
	req, err := http.NewRequest(http.MethodPost, h.URL+"/api/v1/portals/"+portal+"/sessions", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// TestWhetherAPasskeyIsEnoughFollowsTheRules: where a clause names the proofs or the methods of a
// sign-in, a passkey does not stand for the password, and the clause is cited; an amendment that takes
// the clause back changes that at its instant.
func TestWhetherAPasskeyIsEnoughFollowsTheRules(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R22")
	covers.Clause(t, "kundelik", "1.10")
	h := atPortal(t)
	offers := func(portal string) bool {
		return h.Browser(t).Get("/" + portal + "/sign-in").Has(`form[action$="/sign-in/passkey/ask"]`)
	}
	for portal, number := range map[string]string{"egov": "", "court": "", "ismet": "R22", "kundelik": "1.10", "kg": "2.1"} {
		p := asksDevice(h.Browser(t), portal)
		if offered := offers(portal); offered != (number == "") || (p.Status == http.StatusOK) != offered {
			t.Errorf("%s: the sign-in page offers a passkey: %v; asking for one gives %d", portal, offered, p.Status)
		}
		if number != "" && !p.Has(`main a[href*="#clause-`+number+`"]`) {
			t.Errorf("%s: the refusal does not cite clause %s\n%s", portal, number, p.Text("main"))
		}
	}

	_, b := holder(t, h, "ismet", "aigul")
	d := &device{t: t}
	adds(t, b, "ismet", d).Want(http.StatusOK)
	operator := h.User(t, "ismet", "operator", identity.Operator)
	e := publish(t, h, operator, "rules", func(c *agreement.Content) {
		for i := range c.Clauses {
			if c.Clauses[i].Number == "R22" {
				c.Clauses[i].Kind, c.Clauses[i].Rules = clause.Declaratory, nil
			}
		}
	})
	if wait := e.InForceAt.Sub(h.Clock.Now()); wait > 0 {
		h.Clock.Move(wait - time.Second)
		if offers("ismet") {
			t.Error("a second before the amendment the passkey is enough")
		}
		h.Clock.Move(2 * time.Second)
	}
	if !offers("ismet") {
		t.Fatal("from the amendment on the passkey is not enough")
	}
	// The passkey was added when it stood for nothing; its device makes sure of the person now.
	if p := enters(t, h.Browser(t), "ismet", d); strings.HasPrefix(p.Path, "/ismet/sign-in") {
		t.Errorf("the passkey leads to %s\n%s", p.Path, p.Text("main"))
	}
}

// TestAPasskeyNeedsItsOwnAddress: at an address that passkeys cannot be bound to none is offered, and
// what a request says of its host is not believed.
func TestAPasskeyNeedsItsOwnAddress(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	_, b := holder(t, h, "egov", "aigul")
	if p := b.Get("/egov/cabinet/passkeys").Want(http.StatusOK); p.Has(`a[href$="/passkeys/add"]`) || !p.Has(".govuk-inset-text") {
		t.Error("a house at a numeric address offers passkeys")
	}
	b.Post("/egov/cabinet/passkeys/add", "name", "x", "old", housetest.Password).Want(http.StatusConflict)
	if asksDevice(h.Browser(t), "egov").Status != http.StatusConflict {
		t.Error("a house at a numeric address asks for a passkey")
	}
	for host, offered := range map[string]bool{"localhost:8080": true, "evil.example": false, "127.0.0.1:8080": false} {
		req, err := http.NewRequest(http.MethodGet, h.URL+"/egov/sign-in", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		if got := h.Browser(t).Do(req).Has(`form[action$="/sign-in/passkey/ask"]`); got != offered {
			t.Errorf("asked as %s the page offers a passkey: %v", host, got)
		}
	}
}

// TestAPasskeyOpensNoMoreThanThePassword: the agreement, a password that is due, a lock, a departure and
// the rest after too many failures hold for it as well.
func TestAPasskeyOpensNoMoreThanThePassword(t *testing.T) {
	t.Parallel()
	eachAtPortal(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		portal := "egov"
		refused := func(name string, d *device, status int) {
			t.Helper()
			x := h.Browser(t)
			if p := enters(t, x, portal, d); p.Status != status {
				t.Errorf("%s: %d at %s, want %d\n%s", name, p.Status, p.Path, status, p.Text("main"))
			}
			if p := x.Get("/" + portal + "/cabinet/security"); !strings.HasPrefix(p.Path, "/"+portal+"/sign-in") {
				t.Errorf("%s: a session began", name)
			}
		}
		with := func(name string) (identity.Actor, *device) {
			actor, b := holder(t, h, portal, name)
			d := &device{t: t}
			adds(t, b, portal, d).Want(http.StatusOK)
			return actor, d
		}
		act := func(do func(tx *store.Tx) error) {
			t.Helper()
			if err := h.Store.InTx(ctx, do); err != nil {
				t.Fatal(err)
			}
		}

		due, d := with("due")
		act(func(tx *store.Tx) error {
			return tx.ReplacePassword(ctx, due.User, account.StoredPassword{Hash: "", SetAt: h.Clock.Now(), Temporary: true})
		})
		refused("a password that is due", d, http.StatusForbidden)

		locked, d := with("locked")
		act(func(tx *store.Tx) error { return tx.LockUser(ctx, locked.User) })
		refused("a locked account", d, http.StatusForbidden)

		left, d := with("left")
		act(func(tx *store.Tx) error { return h.Accounts.Depart(ctx, tx, left.Portal, left.User, "close", false) })
		refused("a closed account", d, http.StatusForbidden)

		gone, d := with("deleted")
		act(func(tx *store.Tx) error { return h.Accounts.Depart(ctx, tx, gone.Portal, gone.User, "delete", true) })
		refused("a deleted account", d, http.StatusUnprocessableEntity)

		_, d = with("guessed")
		for range 10 {
			_, _ = h.Accounts.SignIn(ctx, account.SignIn{Portal: portal, SignInName: "guessed", Password: "guess", Address: "198.51.100.7"})
		}
		refused("a name that rests", d, http.StatusTooManyRequests)
		h.Clock.Move(16 * time.Minute)
		if p := enters(t, h.Browser(t), portal, d); p.Path != "/egov/cabinet" {
			t.Errorf("after the rest: %s", p.Path)
		}

		_, d = with("wrong")
		d.lie.broken = true
		x := h.Browser(t)
		p := asksDevice(x, portal)
		for i := range 10 {
			if p = x.Post("/egov/sign-in/passkey", "answer", d.use(options(t, p), 0)); i < 9 {
				p.Want(http.StatusUnprocessableEntity)
			}
		}
		if p.Has(`form[data-module="tz-passkey"]`) {
			t.Error("a page takes wrong passkeys without end")
		}
		d.lie.broken = false
		refused("after too many wrong passkeys", d, http.StatusTooManyRequests)
	})

	h := atPortal(t)
	h.User(t, "court", "newcomer")
	b := h.Browser(t)
	b.SignIn("court", "newcomer")
	d := &device{t: t}
	adds(t, b, "court", d).Want(http.StatusOK)
	x := h.Browser(t)
	enters(t, x, "court", d)
	if p := x.Get("/court/cabinet"); !strings.HasPrefix(p.Path, "/court/agreement/accept") {
		t.Errorf("who has not accepted comes by a passkey to %s", p.Path)
	}
}

// TestABlockedPersonReadsWhyByAPasskeyToo: a block leaves the one page open to whoever enters by a passkey
// as well, and a deletion leaves nobody who could enter.
func TestABlockedPersonReadsWhyByAPasskeyToo(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	actor, b := holder(t, h, "egov", "aigul")
	d := &device{t: t}
	adds(t, b, "egov", d).Want(http.StatusOK)
	_, operator := desk(t, h, "egov")
	decides(t, operator, h, actor, "account.sanctions/block", "abuse", "days", "5")
	x := h.Browser(t)
	if p := enters(t, x, "egov", d); p.Path != "/egov/standing" {
		t.Errorf("a blocked person is led to %s (%d)\n%s", p.Path, p.Status, p.Text("main"))
	}
	if p := x.Get("/egov/cabinet/profile"); p.Path != "/egov/standing" {
		t.Errorf("the block leaves %s open", p.Path)
	}
}

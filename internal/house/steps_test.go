package house_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// outbox lists what a portal has sent, newest first.
func outbox(t testing.TB, h *housetest.House, portal string) (out []notify.Message) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		out, err = tx.Outbox(context.Background(), portal, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// details are a good last step; the number's birth date is in 1880, so it is nobody's.
func details(number, email string, more ...string) []string {
	return append([]string{
		"number", number, "surname", "Сынақов", "given", "Тест", "patronymic", "", "email", email,
		"password", housetest.Password, "again", housetest.Password,
	}, more...)
}

// linkIn is the path that a message leads to.
func linkIn(t testing.TB, m notify.Message) string {
	t.Helper()
	u, err := url.Parse(m.Args["link"])
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}

// TestTypeBeforeDetails: on the e-government portal the type of registration comes first, nothing is
// skipped by address, what is incomplete or false by its own digits is refused, and services are
// closed until the registration is finished.
func TestTypeBeforeDetails(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "UI-2")
	covers.Clause(t, "egov", "1.2.5")
	covers.Clause(t, "egov", "3.4.1.1")
	covers.Clause(t, "egov", "3.4.1.3")
	covers.Clause(t, "egov", "3.4.2")
	covers.Clause(t, "egov", "END")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		p := b.Get("/egov/register").Want(http.StatusOK)
		if p.Path != "/egov/register/type" {
			t.Fatalf("registration begins at %s", p.Path)
		}
		if p := b.Get("/egov/register/details"); p.Path != "/egov/register/type" {
			t.Errorf("the type was skipped by address: %s", p.Path)
		}
		if p := b.Post("/egov/register/details", details("800101100112", "a@example.kz")...); p.Path != "/egov/register/type" {
			t.Errorf("the type was skipped by a form: %s", p.Path)
		}
		b.Post("/egov/register/type", "kind", "school_staff").Want(http.StatusUnprocessableEntity)
		if p := b.Post("/egov/register/type", "kind", "individual").Want(http.StatusOK); p.Path != "/egov/register/details" {
			t.Fatalf("after the type comes %s", p.Path)
		}
		for name, bad := range map[string][]string{
			"a wrong check digit":               details("800101100113", "a@example.kz"),
			"a BIN where an IIN is due":         details("991240000013", "a@example.kz"),
			"no number":                         details("", "a@example.kz"),
			"no address":                        details("800101100112", ""),
			"no address that can be":            details("800101100112", "a@b"),
			"a password that is short":          append(details("800101100112", "a@example.kz"), "password", ""),
			"a password repeated otherwise":     {"number", "800101100112", "surname", "Сынақов", "given", "Тест", "email", "a@example.kz", "password", "бірінші құпия", "again", "екінші құпия"},
			"no surname":                        {"number", "800101100112", "given", "Тест", "email", "a@example.kz", "password", housetest.Password, "again", housetest.Password},
			"control characters in a name":      {"number", "800101100112", "surname", "Сын\x01ақ", "given", "Тест", "email", "a@example.kz", "password", housetest.Password, "again", housetest.Password},
			"a surname of a million letters":    {"number", "800101100112", "surname", strings.Repeat("а", 300_000), "given", "Тест", "email", "a@example.kz", "password", housetest.Password, "again", housetest.Password},
			"a header smuggled into an address": details("800101100112", "a@example.kz\r\nBcc: b@example.kz"),
		} {
			if name == "a password that is short" {
				bad = []string{"number", "800101100112", "surname", "Сынақов", "given", "Тест", "email", "a@example.kz", "password", "қысқа", "again", "қысқа"}
			}
			p := b.Post("/egov/register/details", bad...)
			if p.Status != http.StatusUnprocessableEntity || p.Has(`main input[type="password"][value]`) {
				t.Errorf("%s: %d at %s", name, p.Status, p.Path)
			}
		}
		if n := len(outbox(t, h, "egov")); n != 0 {
			t.Errorf("%d messages although nothing was taken", n)
		}
		asked := b.Post("/egov/register/details", details("800101100112", "a@example.kz")...).Want(http.StatusOK)
		if asked.Path != "/egov/register/signature" {
			t.Fatalf("after the details comes %s", asked.Path)
		}
		if p := b.Sign(asked, h.Key(t, housetest.Person("800101100112"))).Want(http.StatusOK); p.Path != "/egov/register/sent" {
			t.Fatalf("after the signature comes %s", p.Path)
		}
		if p := b.Get("/egov/cabinet/profile"); !strings.HasPrefix(p.Path, "/egov/sign-in") {
			t.Errorf("before the end the cabinet leads to %s", p.Path)
		}
		link := linkIn(t, outbox(t, h, "egov")[0])
		scanner := h.Browser(t)
		scanner.Get(link).Want(http.StatusOK) // a program that scans mail was first
		other := h.Browser(t)                 // people read mail on another device
		form := other.Get(link).Want(http.StatusOK)
		if p := other.Post(strings.SplitN(link, "?", 2)[0], form.Hidden()...).Want(http.StatusOK); p.Path != "/egov/cabinet" {
			t.Fatalf("the end led to %s", p.Path)
		}
		scanner.Get(link).Want(http.StatusNotFound)
		signed := h.Browser(t)
		page := signed.Get("/egov/sign-in")
		if p := signed.Post("/egov/sign-in", append(page.Hidden(), "name", "800101100112", "password", housetest.Password)...); p.Path != "/egov/cabinet" {
			t.Errorf("signing in with the number led to %s", p.Path)
		}
		var home = entriesOf(t, h, "egov", "account.register")
		if len(home) != 1 || home[0].Detail["status"] != "permanent" || home[0].Detail["scope"] != "unlimited" {
			t.Errorf("the registration is recorded as %v", home)
		}

		second := h.Browser(t)
		second.Get("/egov/register")
		second.Post("/egov/register/type", "kind", "individual")
		asked = second.Post("/egov/register/details", details("800101100112", "b@example.kz")...)
		if p := second.Sign(asked, h.Key(t, housetest.Person("800101100112"))); p.Path != "/egov/register/sent" {
			t.Errorf("a number that is taken is told apart before the address is proved: %s", p.Path)
		}
		again := linkIn(t, outbox(t, h, "egov")[0])
		form = second.Get(again).Want(http.StatusOK)
		second.Post(strings.SplitN(again, "?", 2)[0], form.Hidden()...).Want(http.StatusConflict)
	})
}

// TestAgreementBeforeForm: on the portal of the courts the agreement is accepted first, under its
// text, and the form comes after; the own password has a least length, and the cabinet opens with
// the end of the registration.
func TestAgreementBeforeForm(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1c")
	covers.Clause(t, "court", "3.2")
	covers.Clause(t, "court", "3.2.1")
	covers.Clause(t, "court", "3.4")
	covers.Clause(t, "court", "3.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		key := h.Key(t, housetest.Head("800101100112", "991240000013", "Сынақ ЖШС"))
		shown := b.Get("/court/register").Want(http.StatusOK)
		if shown.Path != "/court/register/key" {
			t.Fatalf("registration begins at %s", shown.Path)
		}
		if p := b.Sign(shown, key).Want(http.StatusOK); p.Path != "/court/register/agreement" {
			t.Fatalf("after the key comes %s", p.Path)
		}
		if p := b.Post("/court/register/form", details("991240000013", "c@example.kz", "kind", "legal_entity", "company", "Сынақ ЖШС")...); p.Path != "/court/register/agreement" {
			t.Errorf("the agreement was skipped: %s", p.Path)
		}
		form := b.Get("/court/register/agreement")
		b.Post("/court/register/agreement", "seen", "agreement:7").Want(http.StatusConflict)
		if n := acts(t, h, "court", "agreement.accept"); n != 0 {
			t.Errorf("%d acceptances of what is not in force", n)
		}
		if p := b.Post("/court/register/agreement", form.Hidden()...).Want(http.StatusOK); p.Path != "/court/register/form" {
			t.Fatalf("after the agreement comes %s", p.Path)
		}
		if n := acts(t, h, "court", "agreement.accept"); n != 1 {
			t.Errorf("%d acceptances at the press of the control, want 1", n)
		}
		short := details("991240000013", "c@example.kz", "kind", "legal_entity", "company", "Сынақ ЖШС")
		for i := range short {
			if short[i] == housetest.Password {
				short[i] = "жеті7аб"
			}
		}
		b.Post("/court/register/form", short...).Want(http.StatusUnprocessableEntity)
		asked := b.Post("/court/register/form", details("991240000013", "c@example.kz")...).Want(http.StatusOK)
		if asked.Path != "/court/register/signature" {
			t.Fatalf("after the form comes %s", asked.Path)
		}
		if p := b.Sign(asked, key).Want(http.StatusOK); p.Path != "/court/register/sent" {
			t.Fatalf("after the signature comes %s", p.Path)
		}
		link := linkIn(t, outbox(t, h, "court")[0])
		h.Clock.Move(25 * time.Hour)
		b.Get(link).Want(http.StatusNotFound)
		h.Clock.Move(-25 * time.Hour)
		end := b.Get(link).Want(http.StatusOK)
		if p := b.Post(strings.SplitN(link, "?", 2)[0], end.Hidden()...).Want(http.StatusOK); p.Path != "/court/cabinet" {
			t.Errorf("the end led to %s", p.Path)
		}
		if n := acts(t, h, "court", "agreement.accept"); n != 1 {
			t.Errorf("%d acceptances in all, want the one", n)
		}
	})
}

// TestWithoutCookies: a browser that takes no cookies is told that the registration has ended, and is
// not sent round for ever.
func TestWithoutCookies(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for _, path := range []string{"/egov/register/type", "/court/register/key"} {
		p := h.Browser(t).Get(path).Want(http.StatusNotFound)
		if p.Path != path || p.Attr("html", "lang") != "kk" {
			t.Errorf("%s leads to %s in %s", path, p.Path, p.Attr("html", "lang"))
		}
	}
}

package house_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// applicant is a good form but for what a test changes. The birth date in the number is in 1880, so
// it is nobody's.
func applicant(p *housetest.Page, changes ...string) []string {
	form := map[string]string{
		"kind": "individual", "phone": "0700 123 456", "passport": "AN1234567", "number": "21501188000123",
		"surname": "Сынаков", "given": "Тест", "patronymic": "",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form[changes[i]] = changes[i+1]
	}
	fields := p.Hidden()
	for name, value := range form {
		fields = append(fields, name, value)
	}
	return fields
}

// applies sends the form and expects the page of the password.
func applies(t testing.TB, b *housetest.Browser, changes ...string) *housetest.Page {
	t.Helper()
	p := b.Post("/kg/register", applicant(b.Get("/kg/register").Want(http.StatusOK), changes...)...).Want(http.StatusOK)
	if p.Path != "/kg/register/password" {
		t.Fatalf("the form led to %s: %s", p.Path, p.Text("main"))
	}
	return p
}

// sentTo is the newest message of a portal to an address.
func sentTo(t testing.TB, h *housetest.House, portal, to string) notify.Message {
	t.Helper()
	for _, m := range outbox(t, h, portal) {
		if m.To == to {
			return m
		}
	}
	t.Fatalf("%s has sent nothing to %s", portal, to)
	return notify.Message{}
}

// userOf finds a portal's user by the folded sign-in name.
func userOf(t testing.TB, h *housetest.House, portal, fold string) (u account.User, p account.Person, there bool) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		if u, err = tx.UserNamed(context.Background(), portal, fold); err != nil {
			return err
		}
		if p, err = tx.Person(context.Background(), u.ID); fault.Is(err, fault.Absent) {
			return nil
		}
		return err
	})
	if err != nil && !fault.Is(err, fault.Absent) {
		t.Fatal(err)
	}
	return u, p, err == nil
}

// registers goes the whole way in by phone.
func registers(t testing.TB, h *housetest.House, b *housetest.Browser, phone string, changes ...string) {
	t.Helper()
	applies(t, b, append([]string{"phone", phone}, changes...)...)
	b.Post("/kg/register/password", "password", sentTo(t, h, "kg", phone).Args["password"]).Want(http.StatusOK)
	if p := b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password).Want(http.StatusOK); p.Path != "/kg/cabinet" {
		t.Fatalf("registration led to %s: %s", p.Path, p.Text("main"))
	}
}

const testPhone = "+996700123456"

// onTheHour moves the clock to just after an hour began, in which limits are counted.
func onTheHour(h *housetest.House) {
	now := h.Clock.Now()
	h.Clock.Move(now.Truncate(time.Hour).Add(time.Hour + time.Second).Sub(now))
}

// TestThePhoneIsTheLogin: the form makes nobody a user; the password comes to the phone by SMS, works
// once, and is replaced by an own one; the user then signs in with the number however it is typed;
// and the consent expressed on the form is recorded with the user.
func TestThePhoneIsTheLogin(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "1.1d")
	covers.Clause(t, "kg", "2.1a")
	covers.Clause(t, "kg", "2.5")
	covers.Clause(t, "kg", "P3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		form := b.Get("/kg/register").Want(http.StatusOK)
		kinds := form.All(`input[name="kind"]`)
		if len(kinds) != 2 || !form.Has(`[name="kind"][value="individual"]`) || !form.Has(`[name="kind"][value="legal_entity"]`) || form.Has(`[name="kind"][checked]`) {
			t.Errorf("%d kinds of applicant are offered, or one is chosen already; want the two of the clause, none chosen", len(kinds))
		}
		if p := b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password); p.Path != "/kg/register" {
			t.Errorf("a step that is not due was reached: %s", p.Path)
		}
		sent := applies(t, b)
		if strings.Contains(sent.Body, "700123456") || !strings.Contains(sent.Text("main"), "56") {
			t.Error("the page shows the whole number, or nothing to know it by")
		}
		m := sentTo(t, h, "kg", testPhone)
		if m.Channel != notify.SMS || m.Key != "message.password" {
			t.Fatalf("%s by %s was sent to the phone", m.Key, m.Channel)
		}
		if _, _, there := userOf(t, h, "kg", testPhone); there {
			t.Error("there is a user before the phone was proved")
		}
		if p := b.Get("/kg/register/own"); p.Path != "/kg/register/password" {
			t.Errorf("the password from the SMS was skipped by address: %s", p.Path)
		}
		b.Post("/kg/register/password", "password", "aaaaaaaaaa").Want(http.StatusUnprocessableEntity)
		if p := b.Post("/kg/register/password", "password", m.Args["password"]).Want(http.StatusOK); p.Path != "/kg/register/own" {
			t.Fatalf("the password from the SMS led to %s", p.Path)
		}
		b.Post("/kg/register/own", "password", "қысқа", "again", "қысқа").Want(http.StatusUnprocessableEntity)
		b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password+"1").Want(http.StatusUnprocessableEntity)
		if _, _, there := userOf(t, h, "kg", testPhone); there {
			t.Error("there is a user before they have a password")
		}
		if p := b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password).Want(http.StatusOK); p.Path != "/kg/cabinet" {
			t.Fatalf("the end led to %s", p.Path)
		}
		u, person, there := userOf(t, h, "kg", testPhone)
		if !there || person.Number != "21501188000123" || person.Passport != "AN1234567" || person.ConfirmedAt.IsZero() || u.Shown != "Сынаков Тест" {
			t.Fatalf("the user is %+v with %+v", u, person)
		}
		accepted := entries(t, h, u.ID, "agreement.accept")
		if len(accepted) != 1 || accepted[0].Detail["how"] != agreement.ByConsent || accepted[0].At.Sub(u.CreatedAt).Abs() > time.Second {
			t.Errorf("acceptances: %+v, user made at %s", accepted, u.CreatedAt)
		}
		if made := entries(t, h, u.ID, "account.register"); len(made) != 1 || made[0].Detail["kind"] != "individual" || made[0].Citation.Clause != "2.5" {
			t.Errorf("evidence of the registration: %+v", made)
		}
		for _, typed := range []string{testPhone, "0700123456", " 0700 12-34-56", "996700123456", "+996 (700) 123 456"} {
			other := h.Browser(t)
			if p := other.Post("/kg/sign-in", "name", typed, "password", housetest.Password); p.Path != "/kg/cabinet" {
				t.Errorf("signing in as %q led to %s: %s", typed, p.Path, p.Text("main"))
			}
		}
		if p := h.Browser(t).Post("/kg/sign-in", "name", testPhone, "password", m.Args["password"]); p.Path != "/kg/sign-in" {
			t.Errorf("the password from the SMS still opens %s", p.Path)
		}
	})
}

// TestTheFormByPhoneRefuses: what is not a number of its kind is refused at its field, and nothing is
// sent or kept.
func TestTheFormByPhoneRefuses(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	for name, bad := range map[string][]string{
		"no phone":                         {"phone", ""},
		"a neighbour's phone":              {"phone", "+77010000001"},
		"letters in a phone":               {"phone", "0700 ABC 456"},
		"Arabic digits in a phone":         {"phone", "٠٧٠٠١٢٣٤٥٦"},
		"a zero-width space in a phone":    {"phone", "0700\u200b123456"},
		"a landline":                       {"phone", "+996312660000"},
		"no passport":                      {"passport", ""},
		"a passport in Cyrillic":           {"passport", "АN1234567"},
		"a passport too short":             {"passport", "AN123456"},
		"no personal number":               {"number", ""},
		"a personal number of no date":     {"number", "23002198000123"},
		"a personal number of 13 digits":   {"number", "2150119800012"},
		"a personal number in wide digits": {"number", "２1501188000123"},
		"a kind that is not offered":       {"kind", "ministry"},
		"no kind":                          {"kind", ""},
		"no surname":                       {"surname", ""},
		"a surname of two alphabets":       {"surname", "Cынаков"},
		"a surname of 30,000 letters":      {"surname", strings.Repeat("а", 30_000)},
		"control characters in a name":     {"given", "Те\x00ст"},
	} {
		p := b.Post("/kg/register", applicant(b.Get("/kg/register"), bad...)...)
		if p.Status != http.StatusUnprocessableEntity || !p.Has(".govuk-error-summary") {
			t.Errorf("%s: %d at %s", name, p.Status, p.Path)
		}
	}
	form := b.Get("/kg/register")
	if p := b.Post("/kg/register", applicant(form, "phone", "")...); !strings.Contains(p.Body, "21501188000123") {
		t.Error("a refused form comes back empty")
	}
	without := applicant(form)[len(form.Hidden()):]
	b.Post("/kg/register", without...).Want(http.StatusUnprocessableEntity)                                // nothing was consented to
	b.Post("/kg/register", append(without, "seen", "agreement:7")...).Want(http.StatusConflict)            // to something else
	b.Post("/kg/register", append(without, "seen", "agreement:x")...).Want(http.StatusUnprocessableEntity) // to nothing that is
	if n := len(outbox(t, h, "kg")); n != 0 {
		t.Errorf("%d messages although nothing was taken", n)
	}
}

// TestThePasswordBySMSIsGuarded: guesses, sendings and time run out, and an older password is void.
func TestThePasswordBySMSIsGuarded(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.5")
	h := housetest.SQLite(t)
	onTheHour(h)
	b := h.Browser(t)
	applies(t, b)
	first := sentTo(t, h, "kg", testPhone).Args["password"]
	b.Post("/kg/register/password", "act", "again").Want(http.StatusOK)
	if b.Post("/kg/register/password", "password", first).Status != http.StatusUnprocessableEntity {
		t.Error("an older password is taken")
	}
	for range 4 {
		b.Post("/kg/register/password", "password", "aaaaaaaaaa").Want(http.StatusUnprocessableEntity)
	}
	b.Post("/kg/register/password", "password", sentTo(t, h, "kg", testPhone).Args["password"]).Want(http.StatusTooManyRequests)
	b.Post("/kg/register/password", "act", "again").Want(http.StatusOK)
	late := sentTo(t, h, "kg", testPhone).Args["password"]
	h.Clock.Move(11 * time.Minute)
	if p := b.Post("/kg/register/password", "password", late).Want(http.StatusUnprocessableEntity); !p.Has(`[href*="#clause-2.5"]`) && !strings.Contains(p.Body, "2.5") {
		t.Error("the refusal names no clause")
	}
	b.Post("/kg/register/password", "act", "again").Want(http.StatusOK)
	for range 100 {
		b.Post("/kg/register/password", "act", "again").Want(http.StatusTooManyRequests)
	}
	if n := len(outbox(t, h, "kg")); n != 4 {
		t.Errorf("%d messages for one form, want 4", n)
	}
	for range 4 {
		applies(t, h.Browser(t))
	}
	other := h.Browser(t)
	other.Post("/kg/register", applicant(other.Get("/kg/register"))...).Want(http.StatusTooManyRequests)
}

// unnamed is what a page says without a phone number on it.
func unnamed(p *housetest.Page, number string) string {
	return strings.ReplaceAll(p.Text("main"), identity.Phone(number).Shown(), "…")
}

// TestRegisteringAgainTellsNothing: with a phone or a personal number that has an account the pages
// are the same as without; the message to the phone alone says it, and no password opens anything.
func TestRegisteringAgainTellsNothing(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		registers(t, h, h.Browser(t), testPhone)
		fresh := applies(t, h.Browser(t), "phone", "0700 555 556", "number", "21501188000999")
		for name, data := range map[string][2]string{
			"the phone":           {testPhone, "21501188000777"},
			"the personal number": {"+996700777756", "21501188000123"},
		} {
			b := h.Browser(t)
			p := applies(t, b, "phone", data[0], "number", data[1])
			// But for the number the person entered.
			if unnamed(p, data[0]) != unnamed(fresh, "+996700555556") || p.Status != fresh.Status {
				t.Errorf("%s has an account, and the page tells it: %s", name, p.Text("main"))
			}
			if m := sentTo(t, h, "kg", data[0]); m.Key != "message.already_registered" || len(m.Args) != 0 {
				t.Errorf("%s: the phone was sent %s %v", name, m.Key, m.Args)
			}
			wrong := b.Post("/kg/register/password", "password", "aaaaaaaaaa").Want(http.StatusUnprocessableEntity)
			if !wrong.Has(".govuk-error-summary") {
				t.Errorf("%s: a wrong password is answered otherwise", name)
			}
			b.Post("/kg/register/password", "act", "again").Want(http.StatusOK)
		}
	})
}

// TestTwoTabsRegisterOnePhone: two registrations of one phone that both got their password end at
// once: one user, one number, one acceptance.
func TestTwoTabsRegisterOnePhone(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		var tabs []*housetest.Browser
		for range 4 {
			b := h.Browser(t)
			applies(t, b)
			b.Post("/kg/register/password", "password", sentTo(t, h, "kg", testPhone).Args["password"]).Want(http.StatusOK)
			tabs = append(tabs, b)
		}
		var ready, done sync.WaitGroup
		barrier := make(chan struct{})
		led := make([]string, len(tabs))
		ready.Add(len(tabs))
		for i, b := range tabs {
			done.Go(func() {
				ready.Done()
				<-barrier
				led[i] = b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password).Path
			})
		}
		ready.Wait()
		close(barrier)
		done.Wait()
		in := 0
		for _, path := range led {
			if path == "/kg/cabinet" {
				in++
			}
		}
		if in != 1 || acts(t, h, "kg", "account.register") != 1 || acts(t, h, "kg", "agreement.accept") != 1 {
			t.Errorf("%d tabs were let in (%v), %d registered, %d accepted; want 1 of each", in, led, acts(t, h, "kg", "account.register"), acts(t, h, "kg", "agreement.accept"))
		}
	})
}

// TestAnAmendmentDuringRegistration: a consent to an edition that was replaced meanwhile makes no
// user, and the person is told.
func TestAnAmendmentDuringRegistration(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	applies(t, b)
	b.Post("/kg/register/password", "password", sentTo(t, h, "kg", testPhone).Args["password"]).Want(http.StatusOK)
	publish(t, h, h.User(t, "kg", "operator", identity.Operator), "agreement", func(c *agreement.Content) {
		c.Clauses[0].Text["ky"] += " Жаңы."
	})
	h.Clock.Move(30 * time.Minute)
	p := b.Post("/kg/register/own", "password", housetest.Password, "again", housetest.Password)
	if _, _, there := userOf(t, h, "kg", testPhone); there != (p.Path == "/kg/cabinet") {
		t.Errorf("half a registration: user %v, page %s", there, p.Path)
	}
	if e, _ := agreement.InForce(h.Agreements.Published("kg", "agreement"), h.Clock.Now()); e.Number == 2 && p.Status != http.StatusConflict {
		t.Errorf("a consent to edition 1 was taken for edition 2: %d", p.Status)
	}
}

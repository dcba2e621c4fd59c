package house_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// TestNumbersAreGivenAndKeptCurrent: the phone, the passport and the personal number are required at
// registration; the person is reminded, and changes the numbers with the password, with a history of
// them; if they are false the account may be blocked, deleted or refused, and that number stays out.
func TestNumbersAreGivenAndKeptCurrent(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		for _, field := range []string{"phone", "passport", "number"} {
			p := b.Post("/kg/register", applicant(b.Get("/kg/register"), field, "")...).Want(http.StatusUnprocessableEntity)
			if !p.Has(`main a[href="#` + field + `"]`) {
				t.Errorf("without %s the refusal is: %s", field, p.Text("main .govuk-error-summary"))
			}
		}
		registers(t, h, b, testPhone)
		u, _, _ := userOf(t, h, "kg", testPhone)
		person := identity.Actor{Portal: "kg", User: u.ID}
		b.Get("/kg/language/en")
		if !b.Get("/kg/cabinet/contacts").Want(http.StatusOK).Has(`main a[href="/kg/cabinet/numbers"]`) {
			t.Error("the way to change the numbers is not offered")
		}
		h.Clock.Move(366 * 24 * time.Hour)
		b = atDesk(t, h, "kg", testPhone)
		if !b.Get("/kg/cabinet").Want(http.StatusOK).Has(`main a[href="/kg/cabinet/contacts"]`) {
			t.Error("after a year nobody reminds the person")
		}
		form := b.Get("/kg/cabinet/numbers").Want(http.StatusOK)
		if form.Attr("#passport", "value") != "AN1234567" || !form.Has(`main a[href*="#clause-2.2"]`) {
			t.Errorf("the form: %s", form.Text("main"))
		}
		change := func(passport, number, password string) *housetest.Page {
			return b.Post("/kg/cabinet/numbers", "passport", passport, "number", number, "password", password)
		}
		change("AN7654321", "21501188000123", "бөтөн сырсөз 1").Want(http.StatusUnprocessableEntity)
		change("7654321", "21501188000123", housetest.Password).Want(http.StatusUnprocessableEntity)
		change("AN7654321", "1", housetest.Password).Want(http.StatusUnprocessableEntity)
		change("AN1234567", "21501188000123", housetest.Password).Want(http.StatusUnprocessableEntity) // nothing changed
		history := change("AN7654321", "21501188000123", housetest.Password).Want(http.StatusOK)
		if text := history.Text("main"); history.Path != "/kg/cabinet/contacts?done=changed" || !strings.Contains(text, "AN1234567") || !strings.Contains(text, "AN7654321") {
			t.Errorf("at %s the history says: %s", history.Path, text)
		}
		h.Clock.Move(2 * time.Second) // what stands in the cabinet is asked for once a second
		if b.Get("/kg/cabinet").Has(`main .govuk-notification-banner a[href="/kg/cabinet/contacts"]`) {
			t.Error("the reminder stays although the data were brought up to date")
		}
		if e := entries(t, h, u.ID, "account.numbers"); len(e) != 1 || e[0].Citation.Clause != "2.2" || e[0].Detail["fields"] != "passport" {
			t.Errorf("evidence %+v", e)
		}
		if !slices.ContainsFunc(lettersTo(t, h, "kg", testPhone), message("message.numbers_changed")) {
			t.Error("the phone was not told")
		}

		h.User(t, "kg", "operator1", identity.Operator)
		h.User(t, "kg", "operator2", identity.Operator)
		one := atDesk(t, h, "kg", "operator1")
		for _, action := range []string{"block", "refuse"} {
			page := decides(t, one, h, person, "account.sanctions/"+action, "false_data")
			if p := b.Get("/kg/cabinet"); p.Path != "/kg/standing" || !p.Has(`main a[href*="#clause-2.2"]`) {
				t.Errorf("%s leads to %s", action, p.Path)
			}
			if action == "block" {
				one.Post(page+"/lift", "words", "The data are right").Want(http.StatusOK)
			}
		}
		page := decides(t, one, h, person, "account.sanctions/delete", "false_data")
		atDesk(t, h, "kg", "operator2").Post(page + "/approve").Want(http.StatusOK)
		if p := b.Get("/kg/cabinet"); !strings.HasPrefix(p.Path, "/kg/sign-in") {
			t.Errorf("after the deletion the session opens %s", p.Path)
		}
		keeps(t, h)
		if _, _, there := userOf(t, h, "kg", testPhone); there {
			t.Error("the user is still there")
		}
		again := h.Browser(t)
		sent := again.Post("/kg/register", applicant(again.Get("/kg/register"), "phone", "0700 765 432")...).Want(http.StatusOK)
		if sent.Path != "/kg/register/password" {
			t.Fatalf("the form led to %s", sent.Path)
		}
		if m := sentTo(t, h, "kg", "+996700765432"); m.Args["password"] != "" {
			t.Error("under the refused number a password is sent")
		}
	})
}

// message finds a message by its key.
func message(key string) func(notify.Message) bool {
	return func(m notify.Message) bool { return m.Key == key }
}

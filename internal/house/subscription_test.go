package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// answered has a person ask the support and the staff answer, and gives the page of the request.
func answered(t testing.TB, h *housetest.House, b, desk *housetest.Browser, portal, subject, answer string) *housetest.Page {
	t.Helper()
	asked := ask(t, h, b, portal, "question", subject)
	page, address := atRequest(t, desk, portal, numberOn(t, asked))
	act(desk, page, address, "answer", "text", answer).Want(http.StatusOK)
	return b.Get(strings.TrimSuffix(asked.Path, "?done=taken")).Want(http.StatusOK)
}

// TestServiceMessagesGoToWhoSubscribed: by the clause the e-mail address serves for the user's subscription.
// Nobody is subscribed who did not ask for it; a subscriber gets word by e-mail, and others find the same
// in the cabinet, told by no other channel instead.
func TestServiceMessagesGoToWhoSubscribed(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.17.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const contacts, to = "/ismet/cabinet/contacts", "asel@example.kz"
		person := h.User(t, "ismet", "asel")
		operator := h.User(t, "ismet", "operator1", identity.Operator)
		b, desk := atDesk(t, h, "ismet", "asel"), atDesk(t, h, "ismet", "operator1")
		told := func() int {
			return len(sent(t, h, "ismet", to, "message.request_taken")) +
				len(sent(t, h, "ismet", to, "message.request_answered")) +
				len(sent(t, h, "ismet", to, "message.case_answered"))
		}

		if b.Get(contacts).Want(http.StatusOK).Has("#service") {
			t.Error("without a confirmed address there is something to subscribe to")
		}
		b.Post(contacts+"/service", "do", "subscribe").Want(http.StatusNotFound)
		reachable(t, h, person, account.ByEmail, to)
		reachable(t, h, person, account.ByPhone, "+77011234567")
		page := b.Get(contacts).Want(http.StatusOK)
		if !page.Has(`main form[action="`+contacts+`/service"] button[value="subscribe"]`) || !strings.Contains(page.Text("main"), "You are not subscribed") || !strings.Contains(page.Text("main"), "1.17.1") {
			t.Fatalf("before anything was chosen: %s", page.Text("main"))
		}
		if seen := answered(t, h, b, desk, "ismet", "First", "Answer one"); !strings.Contains(seen.Text("main"), "Answer one") || told() != 0 {
			t.Errorf("not subscribed: %d messages; the cabinet shows %s", told(), seen.Text("main"))
		}

		b.Post(contacts+"/service", "do", "both").Want(http.StatusNotFound)
		for range 2 {
			page = b.Post(contacts+"/service", "do", "subscribe").Want(http.StatusOK)
		}
		if !page.Has(".govuk-notification-banner--success") || !page.Has(`main button[value="unsubscribe"]`) {
			t.Errorf("after subscribing: %s", page.Text("main"))
		}
		if answered(t, h, b, desk, "ismet", "Second", "Answer two"); told() != 2 {
			t.Errorf("a subscriber has %d messages, want that of the number and that of the answer", told())
		}
		closeCase(t, h, operator, newCase(t, h, person, account.CaseChange))
		if told() != 3 {
			t.Error("a subscriber is not told of the answer to a report of changed data")
		}

		page = b.Post(contacts+"/service", "do", "unsubscribe").Want(http.StatusOK)
		if !page.Has(".govuk-notification-banner--success") || !page.Has(`main button[value="subscribe"]`) {
			t.Errorf("after unsubscribing: %s", page.Text("main"))
		}
		if seen := answered(t, h, b, desk, "ismet", "Third", "Answer three"); !strings.Contains(seen.Text("main"), "Answer three") {
			t.Errorf("the cabinet shows %s", seen.Text("main"))
		}
		if closeCase(t, h, operator, newCase(t, h, person, account.CaseChange)); told() != 3 {
			t.Errorf("unsubscribed, and still %d messages", told()-3)
		}
		if phoned := lettersTo(t, h, "ismet", "+77011234567"); len(phoned) != 0 {
			t.Errorf("what was not wanted by e-mail came by telephone: %+v", phoned)
		}
		for _, name := range []string{"account.service_subscribe", "account.service_unsubscribe"} {
			if all := entries(t, h, person.User, name); len(all) != 1 || all[0].Citation.Clause != "1.17.1" || all[0].Detail["channel"] != "email" {
				t.Errorf("%s: %+v", name, all)
			}
		}
	})
}

// closeCase has the staff answer a case.
func closeCase(t testing.TB, h *housetest.House, operator identity.Actor, c account.Case) {
	t.Helper()
	if err := h.Accounts.CloseCase(t.Context(), operator, c.User, c.ID, "We have looked into it"); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsNoServiceMessageAlwaysComes: nobody can unsubscribe from a warning, and where the agreement has
// nobody subscribe, the page offers nothing and word goes out as ever.
func TestWhatIsNoServiceMessageAlwaysComes(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "ismet", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		operator := h.User(t, "ismet", "operator1", identity.Operator)
		closeCase(t, h, operator, newCase(t, h, person, account.CaseCompromise))
		if n := len(sent(t, h, "ismet", "asel@example.kz", "message.case_answered")); n != 1 {
			t.Errorf("%d messages about the safety of the user account, want 1", n)
		}

		reachable(t, h, h.User(t, "kundelik", "asel"), account.ByEmail, "asel@example.kz")
		h.User(t, "kundelik", "operator1", identity.Operator)
		b, desk := atDesk(t, h, "kundelik", "asel"), atDesk(t, h, "kundelik", "operator1")
		if b.Get("/kundelik/cabinet/contacts").Want(http.StatusOK).Has("#service") {
			t.Error("no clause has people subscribe, and the page offers it")
		}
		b.Post("/kundelik/cabinet/contacts/service", "do", "subscribe").Want(http.StatusNotFound)
		if answered(t, h, b, desk, "kundelik", "First", "Answer one"); len(sent(t, h, "kundelik", "asel@example.kz", "message.request_answered")) != 1 {
			t.Error("where nobody has to subscribe the answer was not told")
		}
	})
}

// TestASubscriptionEndsWithTheUser: what is deleted with a person includes what they subscribed to.
func TestASubscriptionEndsWithTheUser(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "ismet", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		atDesk(t, h, "ismet", "asel").Post("/ismet/cabinet/contacts/service", "do", "subscribe").Want(http.StatusOK)
		var before, after bool
		err := h.Store.InTx(context.Background(), func(tx *store.Tx) (err error) {
			if before, err = tx.Subscribed(context.Background(), person.User, notify.Email); err != nil {
				return err
			}
			if err = tx.DeleteUser(context.Background(), person.User, h.Clock.Now().Add(time.Second)); err != nil {
				return err
			}
			after, err = tx.Subscribed(context.Background(), person.User, notify.Email)
			return err
		})
		if err != nil || !before || after {
			t.Errorf("subscribed %t, after the deletion %t (%v)", before, after, err)
		}
	})
}

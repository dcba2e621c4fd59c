package house_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// tell has the portal tell a person something of a kind, as a room does in an act of its own.
func tell(t testing.TB, h *housetest.House, person identity.Actor, kind notify.Kind) {
	t.Helper()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return h.Accounts.TellNotice(context.Background(), tx, person.User, notify.Notice{Kind: kind, Key: "message.case_answered"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// told are the channels by which the last notice of a kind came, and how many notices lie in the cabinet.
func told(t testing.TB, h *housetest.House, person identity.Actor, kind notify.Kind) (channels string, cabinet int) {
	t.Helper()
	before := len(outbox(t, h, person.Portal))
	tell(t, h, person, kind)
	all := outbox(t, h, person.Portal)
	for _, channel := range []notify.Channel{notify.Email, notify.SMS, notify.Push} {
		for _, m := range all[:len(all)-before] {
			if m.Channel == channel {
				channels = strings.TrimSpace(channels + " " + string(channel))
			}
		}
	}
	inbox, err := h.Notices.Inbox(context.Background(), person, notify.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return channels, len(inbox)
}

// browses names a browser in which somebody wants pop-up messages.
func browses(t testing.TB, h *housetest.House, person identity.Actor) {
	t.Helper()
	id := h.Store.NewID()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.AddBrowser(context.Background(), notify.Browser{ID: id, User: person.User, Portal: person.Portal, Endpoint: "https://push.example/" + account.Number(id), P256dh: "key", Auth: "auth", At: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestANoticeLiesInTheCabinetAndGoesByItsChannels: the cabinet has it whatever else; e-mail comes before SMS, what
// nobody chose does not come by a channel they pay for, and what has to reach them comes all the same.
func TestANoticeLiesInTheCabinetAndGoesByItsChannels(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "egov", "asel")
		b := atDesk(t, h, "egov", "asel")
		const preferences = "/egov/cabinet/inbox/preferences"
		want := func(when string, kind notify.Kind, channels string) {
			t.Helper()
			if got, _ := told(t, h, person, kind); got != channels {
				t.Errorf("%s: %s by %q, want %q", when, kind, got, channels)
			}
		}
		want("without a contact", notify.Security, "")
		reachable(t, h, person, account.ByPhone, "+77011234567")
		want("with a telephone alone", notify.Security, "sms")
		want("by a channel the person pays for", notify.Membership, "")

		page := b.Get(preferences).Want(http.StatusOK)
		for channel, words := range map[string]string{"sms": "charged by your operator", "push": "free of charge"} {
			if text := page.Text(`[data-price="` + channel + `"]`); !strings.Contains(text, words) || !strings.Contains(text, "2.5") {
				t.Errorf("the price of %s: %q", channel, text)
			}
		}
		if hint := b.Get("/egov/cabinet/contacts/phone").Want(http.StatusOK).Text("main"); !strings.Contains(hint, "charged by your operator") {
			t.Errorf("where a telephone is given nobody says what an SMS costs: %s", hint)
		}
		if page.Has(`input[value="security-sms"]`) || page.Has(`input[value="membership-email"]`) || page.Has(`input[value="membership-push"]`) || page.Has(`main a[href="/egov/cabinet/push"]`) {
			t.Error("what cannot be switched off, or had, is offered all the same")
		}
		browses(t, h, person)
		want("in a browser that was named", notify.Membership, "push")
		b.Post(preferences, "language", "en").Want(http.StatusOK)
		want("PUSH switched off", notify.Membership, "")
		b.Post(preferences, "language", "en", "want", "membership-push").Want(http.StatusOK)
		want("PUSH chosen, SMS not", notify.Membership, "push")
		b.Post(preferences, "language", "en", "want", "membership-push", "want", "membership-sms").Want(http.StatusOK)
		want("both chosen", notify.Membership, "sms push")
		want("nothing chosen for it", notify.Security, "sms")
		b.Post(preferences, "language", "en", "want", "membership-email").Want(http.StatusUnprocessableEntity)
		b.Post(preferences, "language", "xx").Want(http.StatusNotFound)
		want("after a refused choice", notify.Membership, "sms push")

		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		want("e-mail before SMS", notify.Sanction, "email")
		off := entries(t, h, person.User, "notify.channel_off")
		if on := entries(t, h, person.User, "notify.channel_on"); len(on) != 2 || on[0].Detail["kind"] != "membership" {
			t.Errorf("evidence of what was switched on: %+v", on)
		}
		if !slices.ContainsFunc(off, func(e evidence.Entry) bool { return e.Detail["kind"] == "membership" && e.Detail["channel"] == "push" }) {
			t.Errorf("evidence of what was switched off: %+v", off)
		}
		if _, n := told(t, h, person, notify.Membership); n != 11 {
			t.Errorf("the cabinet has %d notices, want 11", n)
		}
	})
}

// TestServiceMessagesAreASubscription: by the clause the address of the form serves for a subscription, which is
// switched on and off among the other channels as well.
func TestServiceMessagesAreASubscription(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.7.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "egov", "asel")
		b := atDesk(t, h, "egov", "asel")
		const preferences = "/egov/cabinet/inbox/preferences"
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		if got, n := told(t, h, person, notify.Service); got != "" || n != 1 {
			t.Errorf("not subscribed: by %q, %d in the cabinet", got, n)
		}
		page := b.Get(preferences).Want(http.StatusOK)
		if !page.Has(`input[value="service-email"]`) || page.Has(`input[value="service-email"][checked]`) || !strings.Contains(page.Text("main"), "2.7.1") {
			t.Errorf("the subscription is not offered: %s", page.Text("main"))
		}
		b.Post(preferences, "language", "en", "want", "service-email").Want(http.StatusOK)
		if got, _ := told(t, h, person, notify.Service); got != "email" {
			t.Errorf("subscribed: by %q", got)
		}
		if !b.Get("/egov/cabinet/contacts").Want(http.StatusOK).Has(`button[value="unsubscribe"]`) {
			t.Error("the page of contacts does not know of the subscription")
		}
		b.Post(preferences, "language", "en").Want(http.StatusOK)
		if got, n := told(t, h, person, notify.Service); got != "" || n != 3 {
			t.Errorf("unsubscribed: by %q, %d in the cabinet", got, n)
		}
	})
}

// TestNoticesByEmail: the channels of notices are those of the clause.
func TestNoticesByEmail(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.4.2")
	h := housetest.SQLite(t)
	person := h.User(t, "ismet", "asel")
	reachable(t, h, person, account.ByEmail, "asel@example.kz")
	b := atDesk(t, h, "ismet", "asel")
	page := b.Get("/ismet/cabinet/inbox/preferences").Want(http.StatusOK)
	if !page.Has(`input[value="membership-email"][checked]`) || !strings.Contains(page.Text("main"), "4.4.2") {
		t.Errorf("e-mail is not offered by its clause: %s", page.Text("main"))
	}
	if got, _ := told(t, h, person, notify.Membership); got != "email" {
		t.Errorf("by %q, want e-mail", got)
	}
	publish(t, h, h.User(t, "ismet", "operator1", identity.Operator), "offer", setList("notify.notice_channels", "channels", "sms"))
	if got, _ := told(t, h, person, notify.Membership); got != "" {
		t.Errorf("by %q although the clause names e-mail no more", got)
	}
}

// TestTheInbox: a person sees how many are unread, reads, marks, archives and takes a copy along; nobody else's.
func TestTheInbox(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, stranger := h.User(t, "kundelik", "asel"), h.User(t, "kundelik", "berik")
		b, other := atDesk(t, h, "kundelik", "asel"), atDesk(t, h, "kundelik", "berik")
		const inbox = "/kundelik/cabinet/inbox"
		if page := b.Get(inbox).Want(http.StatusOK); page.Has("table") || !strings.Contains(page.Text("main"), "There are no notices") {
			t.Error("an empty inbox does not say so")
		}
		for range 23 {
			tell(t, h, person, notify.Security)
		}
		tell(t, h, stranger, notify.Security)
		h.Accounts.Forget(person.User)
		page := b.Get(inbox).Want(http.StatusOK)
		if rows := page.All("tbody tr"); len(rows) != 20 || !strings.Contains(page.Text("nav, header"), "(23)") {
			t.Fatalf("%d rows; the navigation says %s", len(rows), page.Text("nav, header"))
		}
		next := page.Attr(`.govuk-pagination__next a, a[rel="next"]`, "href")
		if rows := b.Get(next).Want(http.StatusOK).All("tbody tr"); len(rows) != 3 {
			t.Errorf("the second page %s has %d rows", next, len(rows))
		}
		first := page.Attr("tbody a", "href")
		other.Get(first).Want(http.StatusNotFound)
		other.Post(first, "do", "archive").Want(http.StatusNotFound)
		one := b.Get(first).Want(http.StatusOK)
		if !strings.Contains(one.Text("main"), "4.17a") {
			t.Errorf("a notice that always goes cites nothing: %s", one.Text("main"))
		}
		if page = b.Get(inbox + "?show=unread").Want(http.StatusOK); !strings.Contains(page.Text("nav, header"), "(22)") {
			t.Errorf("after reading one: %s", page.Text("nav, header"))
		}
		b.Post(first, "do", "archive").Want(http.StatusOK)
		if rows := b.Get(inbox + "?show=archive").Want(http.StatusOK).All("tbody tr"); len(rows) != 1 {
			t.Errorf("the archive has %d rows", len(rows))
		}
		b.Post(first, "do", "restore").Want(http.StatusOK)
		if rows := b.Get(inbox + "?show=archive").Want(http.StatusOK).All("tbody tr"); len(rows) != 0 {
			t.Errorf("put back, and the archive has %d rows", len(rows))
		}
		b.Post(inbox, "do", "read_all").Want(http.StatusOK)
		if page = b.Get(inbox).Want(http.StatusOK); strings.Contains(page.Text("nav, header"), "(") && strings.Contains(page.Text("nav, header"), "Notices (") {
			t.Errorf("all read, and the navigation says %s", page.Text("nav, header"))
		}
		if rows := b.Get(inbox + "?kind=sanction").Want(http.StatusOK).All("tbody tr"); len(rows) != 0 {
			t.Errorf("none of sanctions: %d rows", len(rows))
		}
		b.Get(inbox + "?kind=advert").Want(http.StatusNotFound)
		if lines := strings.Count(b.Get("/kundelik/cabinet/inbox.csv").Want(http.StatusOK).Body, "\r\n"); lines != 24 {
			t.Errorf("the copy has %d lines, want a head and 23 notices", lines)
		}
	})
}

// TestWordingsHaveVersions: a new wording waits for a second person, then is used, and each message keeps the
// version it was written with; one that lacks a value, or has one too many, is refused.
func TestWordingsHaveVersions(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "egov", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		h.User(t, "egov", "operator1", identity.Operator)
		h.User(t, "egov", "operator2", identity.Operator)
		first, second := atDesk(t, h, "egov", "operator1"), atDesk(t, h, "egov", "operator2")
		const at = "/egov/console/templates/message.sign_in_alert"
		write := func(b *housetest.Browser, text string, more ...string) *housetest.Page {
			return b.Post(at+"/new", append([]string{"text_kk", text, "text_ru", text, "text_en", text}, more...)...)
		}
		for _, wrong := range []string{"At {at} only", "{at} {address} {password}", "{at} {address", "", "{at} {address} {{at}}"} {
			if page := write(first, wrong).Want(http.StatusUnprocessableEntity); !page.Has(".govuk-error-summary") {
				t.Errorf("%q is not refused at its field", wrong)
			}
			write(first, wrong, "confirmed", "yes").Want(http.StatusUnprocessableEntity)
		}
		if page := write(first, "Own words: {at}, {address}").Want(http.StatusOK); !strings.Contains(page.Text("main"), "Own words: [at], [address]") {
			t.Errorf("the preview: %s", page.Text("main"))
		}
		write(first, "Own words: {at}, {address}", "confirmed", "yes").Want(http.StatusOK)
		write(first, "Others: {at}, {address}", "confirmed", "yes").Want(http.StatusConflict)
		alert := func() notify.Notice {
			t.Helper()
			err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
				return h.Accounts.Tell(context.Background(), tx, person.User, "message.sign_in_alert", map[string]string{"at": "noon", "address": "10.0.0.1"})
			})
			if err != nil {
				t.Fatal(err)
			}
			all, err := h.Notices.Inbox(context.Background(), person, notify.Page{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return all[0]
		}
		if n := alert(); n.Template != 0 {
			t.Errorf("a wording that waits is used: version %d", n.Template)
		}
		first.Post(at+"/1", "do", "publish").Want(http.StatusForbidden)
		second.Post(at+"/1", "do", "publish").Want(http.StatusOK)
		second.Post(at+"/1", "do", "reject").Want(http.StatusConflict)
		n := alert()
		text, err := h.Notices.Words(context.Background(), n, "en")
		if err != nil || n.Template != 1 || text.Body != "Own words: noon, 10.0.0.1" || outbox(t, h, "egov")[0].Template != 1 {
			t.Errorf("version %d says %q (%v)", n.Template, text.Body, err)
		}
		shipped := first.Get(at + "/new?from=0").Want(http.StatusOK).Text("textarea[name=text_en]")
		write(first, shipped, "confirmed", "yes").Want(http.StatusOK)
		second.Post(at+"/2", "do", "publish").Want(http.StatusOK)
		if back := alert(); back.Template != 2 {
			t.Errorf("gone back, and version %d is used", back.Template)
		}
		if text, err = h.Notices.Words(context.Background(), n, "en"); err != nil || text.Body != "Own words: noon, 10.0.0.1" {
			t.Errorf("what was said before now reads %q (%v)", text.Body, err)
		}
		err = h.Store.InTx(context.Background(), func(tx *store.Tx) error {
			return h.Accounts.Tell(context.Background(), tx, person.User, "message.sign_in_alert", map[string]string{"at": "noon"})
		})
		if err == nil || fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "{address}") {
			t.Errorf("a message without a value: %v", err)
		}
		if got := len(outbox(t, h, "egov")); got != 3 {
			t.Errorf("%d messages went out, want those three that were whole", got)
		}
	})
}

// TestNoticesEndWithTheUser: what a person was told and chose goes with them.
func TestNoticesEndWithTheUser(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "ismet", "asel")
		tell(t, h, person, notify.Security)
		ctx := context.Background()
		err := h.Store.InTx(ctx, func(tx *store.Tx) error {
			if _, err := tx.SaveConsent(ctx, person.User, notify.Consent{Kind: notify.News, Channel: notify.Email, Given: true, How: notify.ByTick, At: h.Clock.Now()}); err != nil {
				return err
			}
			if err := tx.DeleteUser(ctx, person.User, h.Clock.Now().Add(time.Second)); err != nil {
				return err
			}
			consents, err := tx.Consents(ctx, person.User)
			if err != nil {
				return err
			}
			left, err := tx.Notices(ctx, person.User, notify.Page{Limit: 10})
			if len(left)+len(consents) != 0 {
				t.Errorf("%d notices and %d consents are left", len(left), len(consents))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

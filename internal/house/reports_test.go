package house_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// returned is what a mail server writes of a message it could not deliver.
func returned(mark, action, status string) string {
	return fmt.Sprintf(`Return-Path: <>
From: Mail Delivery System <mailer-daemon@example.kz>
To: bounces+%[1]s@portal.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-%[1]s-%[3]s@example.kz>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.kz

Final-Recipient: rfc822; asel@example.kz
Action: %[2]s
Status: %[3]s

--b
Content-Type: text/rfc822-headers

Message-ID: <%[1]s@portal.example>
Subject: A message

--b--
`, mark, action, status)
}

// TestAReportOfAMailServer: it is written down with the message it names, which nobody can name who has not seen the
// message. Where it says that there is nobody, the person reads so, and letters pause until the address is confirmed.
func TestAReportOfAMailServer(t *testing.T) {
	t.Parallel()
	carriedBy(t, func(t *testing.T, h *housetest.House, c *carrier) {
		b := h.Browser(t)
		person := identity.Actor{Portal: "ismet", User: registered(t, h, b, "+77011234567", "asel@example.kz")}
		operator := h.User(t, "ismet", "operator1", identity.Operator)
		news := letter(h, "ismet", notify.Advert, notify.Email)
		reach := func() notify.Counts {
			t.Helper()
			counts, err := h.Notices.CheckCampaign(t.Context(), operator, &news)
			if err != nil {
				t.Fatal(err)
			}
			return counts
		}
		if n := reach(); n.Sent != 1 {
			t.Fatalf("letters would reach %+v", n)
		}
		tell(t, h, person, notify.Security)
		tell(t, h, person, notify.Security)
		var sent []string // marks of messages that were taken
		for end := time.Now().Add(20 * time.Second); len(sent) < 2 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			sent = nil
			for _, m := range sight(t, h, operator, notify.Email) {
				if m.State == notify.Accepted && m.Key == "message.case_answered" {
					sent = append(sent, markOf(c, m.ID))
				}
			}
		}
		if len(sent) != 2 {
			t.Fatalf("%d e-mails were taken", len(sent))
		}
		report := func(mark, action, status string) claims.Outcome {
			t.Helper()
			out, _, err := postAs(h, "ismet", returned(mark, action, status))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		fails := func() bool {
			t.Helper()
			return strings.Contains(b.Get("/ismet/cabinet/contacts").Want(http.StatusOK).Text("main .govuk-warning-text"), "asel@example.kz")
		}
		failed := func(state notify.State) (n int) {
			for _, m := range sight(t, h, operator, notify.Email) {
				if m.State == state && m.Key == "message.case_answered" {
					n++
				}
			}
			return n
		}
		forged := strings.TrimRight(sent[0], "abcdefghijklmnopqrstuvwxyz234567") + strings.Repeat("a", 16)
		for _, mark := range []string{forged, strings.Replace(sent[0], ".", ".1", 1), "", "x"} {
			if out := report(mark, "failed", "5.1.1"); out != claims.LetterDropped {
				t.Errorf("a report about %q is %s", mark, out)
			}
		}
		if out := report(sent[0], "delayed", "4.4.1"); out != claims.LetterReport || failed(notify.Accepted) != 2 {
			t.Errorf("a message that is under way: %s, %d accepted", out, failed(notify.Accepted))
		}
		if out := report(sent[0], "failed", "5.2.2"); out != claims.LetterReport || failed(notify.Permanent) != 1 || fails() {
			t.Errorf("a full mailbox: %s, %d failed, the address fails %t", out, failed(notify.Permanent), fails())
		}
		for range 2 {
			if out := report(strings.ToUpper(sent[1]), "failed", "5.1.1"); out != claims.LetterReport {
				t.Errorf("a report is %s", out)
			}
		}
		if failed(notify.Permanent) != 2 || !fails() {
			t.Errorf("%d failed, the address fails %t", failed(notify.Permanent), fails())
		}
		// The cabinet remembers for a second what it was told.
		for end := time.Now().Add(20 * time.Second); !b.Get("/ismet/cabinet").Want(http.StatusOK).Has(`[aria-labelledby="contact-failing-title"]`); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the cabinet does not say so")
			}
		}
		if all := entries(t, h, person.User, "account.contact_failing"); len(all) != 1 {
			t.Errorf("recorded %+v", all)
		}
		var told []notify.Channel
		for _, m := range outbox(t, h, "ismet") {
			if m.Key == "message.contact_failing" {
				told = append(told, m.Channel)
			}
		}
		if !slices.Equal(told, []notify.Channel{notify.SMS}) {
			t.Errorf("told of it by %v", told)
		}
		owedAlike(t, h, person)
		if n := reach(); n.Sent != 0 || n.Unreachable != 1 {
			t.Errorf("letters would still reach %+v", n)
		}
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		if n := reach(); n.Sent != 1 || fails() {
			t.Errorf("confirmed again, letters would reach %+v", n)
		}
	})
}

// sight is what the operator sees of the messages of a channel.
func sight(t testing.TB, h *housetest.House, operator identity.Actor, channel notify.Channel) []notify.Sent {
	t.Helper()
	all, err := h.Outbox.List(t.Context(), operator, notify.Sight{Channel: channel, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// markOf is the mark under which a message was carried.
func markOf(c *carrier, id identity.ID) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.taken {
		if p.ID == id {
			return p.Mark
		}
	}
	return ""
}

// fails has the address of a person fail, as a courier or a report says it.
func fails(t testing.TB, h *housetest.House, user identity.ID) {
	t.Helper()
	err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		return h.Accounts.MailFails(t.Context(), tx, notify.Message{Home: user, At: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// owedAlike: what is told to many goes by the channels by which it would go to this person alone, and a notice that is
// owed goes even to an address that fails: it may come back.
func owedAlike(t testing.TB, h *housetest.House, person identity.Actor) {
	t.Helper()
	for _, kind := range []notify.Kind{notify.Amendment, notify.Security, notify.Announcement, notify.Service} {
		one, _ := told(t, h, person, kind)
		before := len(outbox(t, h, person.Portal))
		err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
			readers, err := tx.Readers(t.Context(), person.Portal, person.User-1, 1)
			if err != nil {
				return err
			}
			r := readers[0]
			return h.Notices.SendAll(t.Context(), tx, person.Portal, []notify.Notice{
				{Home: r.User, Portal: person.Portal, Kind: kind, Key: "message.case_answered", Language: r.Language, Addresses: r.Addresses()},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		var many []string
		all := outbox(t, h, person.Portal)
		for _, m := range all[:len(all)-before] {
			many = append(many, string(m.Channel))
		}
		slices.Sort(many)
		if strings.Join(many, " ") != one || kind.Always() && one == "" {
			t.Errorf("%s goes by %q to one, by %q to many", kind, one, many)
		}
	}
}

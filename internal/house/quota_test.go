package house_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store/storetest"
)

// by68b leads to the clause against floods.
const by68b = `a[href*="#clause-6.8b"]`

// TestNobodyIsFloodedWithMessages: what a user writes, in requests and in replies on the portal and by e-mail, is
// counted together for a day of the portal's zone. What is over the number of the clause is refused by it, comes
// back as it was written and leaves nothing behind; others write on, and the next day the user does too
// (kundelik 6.8b).
func TestNobodyIsFloodedWithMessages(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "6.8b")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		publish(t, h, h.User(t, "kundelik", "operator1", identity.Operator), "agreement", setParameter("content.message_quota", "per_day", "4"))
		p, _ := h.Agreements.Portal("kundelik")
		// Before five in the morning of Kazakhstan it is still the day before by UTC.
		morning := midnight(h.Clock.Now().Add(40*24*time.Hour), p.Zone).Add(4 * time.Hour)
		h.Clock.Move(morning.Sub(h.Clock.Now()))
		reachable(t, h, h.User(t, "kundelik", "asel"), account.ByEmail, "asel@example.kz")
		h.User(t, "kundelik", "bek")
		b, other, desk := atDesk(t, h, "kundelik", "asel"), atDesk(t, h, "kundelik", "bek"), atDesk(t, h, "kundelik", "operator1")

		asked := ask(t, h, b, "kundelik", "question", "The first")
		number, thread := numberOn(t, asked), strings.TrimSuffix(asked.Path, "?done=taken")
		reply := func(text string) *housetest.Page {
			return upload(t, h, b, thread+"/reply", nil, "text", text)
		}
		reply("The second").Want(http.StatusOK)
		h.Clock.Move(2 * time.Hour) // a new day by UTC, the same one here
		if out, _, err := postAs(h, "kundelik", "From: asel@example.kz\nSubject: Re: "+number+"\nMessage-ID: <third@example.kz>\n\nThe third\n"); err != nil || out != "added" {
			t.Fatalf("a letter of the user is %s: %v", out, err)
		}
		reply("The fourth").Want(http.StatusOK)

		refused := reply("One too many").Want(http.StatusTooManyRequests)
		if !refused.Has(".govuk-error-summary "+by68b) || refused.Text("textarea") != "One too many" {
			t.Errorf("a reply is refused without the clause, or does not come back: %s", refused.Text("main"))
		}
		refused = upload(t, h, b, "/kundelik/support", nil, "kind", "question", "subject", "Another", "text", "One too many").Want(http.StatusTooManyRequests)
		if !refused.Has(".govuk-error-summary "+by68b) || refused.Text("textarea") != "One too many" || refused.Attr(`input[name="subject"]`, "value") != "Another" {
			t.Errorf("a request is refused without the clause, or does not come back: %s", refused.Text("main"))
		}
		if _, _, err := postAs(h, "kundelik", "From: asel@example.kz\nSubject: Re: "+number+"\nMessage-ID: <more@example.kz>\n\nOne too many\n"); !fault.Is(err, fault.TooMany) {
			t.Errorf("a letter too many: %v", err)
		}
		if page := b.Get(thread).Want(http.StatusOK); strings.Contains(page.Text("main"), "One too many") {
			t.Errorf("a refused message is kept: %s", page.Text("main"))
		}
		if rows := desk.Get("/kundelik/console/requests").Want(http.StatusOK).All("tbody tr"); len(rows) != 1 {
			t.Errorf("%d requests are kept, want 1", len(rows))
		}
		ask(t, h, other, "kundelik", "question", "Of somebody else")

		h.Clock.Move(midnight(h.Clock.Now(), p.Zone).Add(24*time.Hour - time.Second).Sub(h.Clock.Now()))
		reply("Still the same day").Want(http.StatusTooManyRequests)
		h.Clock.Move(2 * time.Second)
		if page := reply("The day after").Want(http.StatusOK); !strings.Contains(page.Text("main"), "The day after") {
			t.Errorf("the day after: %s", page.Text("main"))
		}
	})
}

// TestTheNumberOfTheFirstEdition: a hundred messages go in a day, and the next one does not.
func TestTheNumberOfTheFirstEdition(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "6.8b")
	h := housetest.SQLite(t)
	asel := h.User(t, "kundelik", "asel")
	b := atDesk(t, h, "kundelik", "asel")
	p, _ := h.Agreements.Portal("kundelik")
	h.Clock.Move(midnight(h.Clock.Now(), p.Zone).Add(30 * time.Hour).Sub(h.Clock.Now()))
	thread := strings.TrimSuffix(ask(t, h, b, "kundelik", "question", "The first").Path, "?done=taken")
	id, err := h.Requests.Mine(t.Context(), asel, 0, 1)
	if err != nil || len(id) != 1 {
		t.Fatalf("%d requests: %v", len(id), err)
	}
	for i := range 98 {
		if err := h.Requests.Reply(t.Context(), "kundelik", asel.User, id[0].ID, "More", nil); err != nil {
			t.Fatalf("message %d: %v", i+2, err)
		}
	}
	upload(t, h, b, thread+"/reply", nil, "text", "The hundredth").Want(http.StatusOK)
	if page := upload(t, h, b, thread+"/reply", nil, "text", "One too many").Want(http.StatusTooManyRequests); !page.Has(by68b) {
		t.Errorf("refused without the clause: %s", page.Text("main"))
	}
}

// TestNobodyIsFloodedWithRequests: requests over the number of the clause in a minute, and those larger than it
// allows, are turned away by it; the sizes and numbers are those of the edition in force (kundelik 6.8b).
func TestNobodyIsFloodedWithRequests(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "6.8b")
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Limits: gate.Limits{Agreed: true}})
	publish(t, h, h.User(t, "kundelik", "operator1", identity.Operator), "agreement", func(c *agreement.Content) {
		setParameter("gate.request_limit", "per_minute", "20")(c)
		setParameter("gate.request_limit", "max_body_megabytes", "1")(c)
	})
	h.Clock.Move(40 * 24 * time.Hour)
	h.User(t, "kundelik", "asel")
	b := atDesk(t, h, "kundelik", "asel")
	now := h.Clock.Now()
	h.Clock.Move(now.Truncate(time.Minute).Add(time.Minute).Sub(now)) // the count is of one minute of the clock
	send := func(size int) *housetest.Page {
		picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{1}, size)...)
		return upload(t, h, b, "/kundelik/support", map[string][]byte{"seen.png": picture}, "kind", "question", "subject", "A picture", "text", "See it.")
	}
	if page := send(1 << 20).Want(http.StatusUnprocessableEntity); !page.Has(by68b) || !strings.Contains(page.Text("main"), "1 MB") {
		t.Errorf("too large a request is refused without the clause or its number: %s", page.Text("main"))
	}
	send(1 << 19).Want(http.StatusOK) // with the page it leads to, this makes three
	for i := range 17 {
		if page := b.Get("/kundelik/support"); page.Status != http.StatusOK {
			t.Fatalf("request %d: %d", i+4, page.Status)
		}
	}
	if page := b.Get("/kundelik/support").Want(http.StatusTooManyRequests); !page.Has(by68b) {
		t.Errorf("one request too many is refused without the clause: %s", page.Text("main"))
	}
	h.Browser(t).Get("/kundelik").Want(http.StatusOK)
	h.Clock.Move(time.Minute)
	b.Get("/kundelik/support").Want(http.StatusOK)
}

package house_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"tereze/internal/account"
	"tereze/internal/courier"
	"tereze/internal/covers"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store/storetest"
)

// carrier is a provider that takes everything, and says of text messages what became of them when it is told to.
type carrier struct {
	mu     sync.Mutex
	taken  []courier.Parcel
	refuse bool
	report func(notify.Receipt) error
}

func (c *carrier) Name() string { return "carrier" }

func (c *carrier) Ready() bool { return true }

func (c *carrier) Carry(_ context.Context, p courier.Parcel) notify.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = append(c.taken, p)
	switch {
	case c.refuse:
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonAddress, Code: "550"}
	case p.Channel == notify.SMS:
		return notify.Outcome{State: notify.Accepted, Parts: len(notify.Segment(p.Text).Parts), References: []string{"r" + account.Number(p.ID)}}
	}
	return notify.Outcome{State: notify.Accepted}
}

func (c *carrier) Listen(ctx context.Context, report func(notify.Receipt) error) {
	c.mu.Lock()
	c.report = report
	c.mu.Unlock()
	<-ctx.Done()
}

// to waits for a message of a channel.
func (c *carrier) to(t testing.TB, channel notify.Channel) (found courier.Parcel) {
	t.Helper()
	housetest.Until(t, "something is sent by "+string(channel), func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, p := range c.taken {
			if p.Channel == channel {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

// carriedBy opens a house whose messages leave by a carrier.
func carriedBy(t *testing.T, test func(t *testing.T, h *housetest.House, c *carrier)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		c := &carrier{}
		line := courier.Line{Stages: []courier.Stage{{Provider: c}}}
		h := housetest.Open(t, house.Config{Database: database, PushKey: "BPublic", Public: "https://portal.example",
			Lines: map[notify.Channel]courier.Line{notify.SMS: line, notify.Email: line, notify.Push: line}})
		test(t, h, c)
	})
}

// allow gives the form what a browser says when a person has allowed pop-ups.
func allow(t testing.TB, b *housetest.Browser, endpoint string) *housetest.Page {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return b.Post("/egov/cabinet/push", "endpoint", endpoint, "p256dh", encode(key.PublicKey().Bytes()), "auth", encode(make([]byte, 16)), "name", "Work <b>")
}

// TestPopUps: where the clause gives them, a person names a browser, and is shown there in a few words what happens;
// opening it leads to where it happened. Nothing that opens an account is shown so.
func TestPopUps(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "1.2.10")
	carriedBy(t, func(t *testing.T, h *housetest.House, c *carrier) {
		person := h.User(t, "egov", "asel")
		operator := h.User(t, "egov", "operator1", identity.Operator)
		b := atDesk(t, h, "egov", "asel")
		page := b.Get("/egov/cabinet/push").Want(http.StatusOK)
		if page.Attr(`form[data-module="tz-push"]`, "data-key") != "BPublic" || !strings.Contains(page.Text("main"), "1.2.10") || page.Attr(`link[rel="manifest"]`, "href") != "/egov/manifest.webmanifest" {
			t.Errorf("the page: %s", page.Text("main"))
		}
		if m := b.Get("/egov/manifest.webmanifest").Want(http.StatusOK); !strings.Contains(m.Body, `"start_url":"/egov/cabinet"`) {
			t.Errorf("the manifest: %s", m.Body)
		}
		if !b.Get("/egov/cabinet/inbox/preferences").Has(`main a[href="/egov/cabinet/push"]`) {
			t.Error("the channels of notices do not lead to where pop-ups are asked for")
		}
		if !b.Get("/egov/cabinet").Has(`a[href="/egov/cabinet/push"]`) {
			t.Error("the cabinet does not lead there")
		}
		allow(t, b, "http://push.example/1").Want(http.StatusUnprocessableEntity)
		allow(t, b, "https://user@push.example/1").Want(http.StatusUnprocessableEntity)
		b.Post("/egov/cabinet/push", "endpoint", "https://push.example/1", "p256dh", "AAAA", "auth", "AAAA").Want(http.StatusUnprocessableEntity)
		for range 2 {
			page = allow(t, b, "https://push.example/1").Want(http.StatusOK)
		}
		if n := len(page.All(`form[action$="/remove"]`)); n != 1 {
			t.Fatalf("%d browsers are named", n)
		}

		closeCase(t, h, operator, newCase(t, h, person, account.CaseCompromise))
		p := c.to(t, notify.Push)
		if p.Browser.Endpoint != "https://push.example/1" || p.Key != "message.case_answered" || utf8.RuneCountInString(p.Short) > 160 || p.Short == "" || strings.Contains(p.Short, "{") {
			t.Errorf("shown %q of %s at %s", p.Short, p.Key, p.Browser.Endpoint)
		}
		link, ok := strings.CutPrefix(p.Link, "https://portal.example")
		if opened := b.Get(link); !ok || opened.Path != "/egov/cabinet/cases" {
			t.Errorf("%s leads to %s", p.Link, opened.Path)
		}
		sight := func() notify.Sent {
			all, err := h.Outbox.List(t.Context(), operator, notify.Sight{Channel: notify.Push, Limit: 10})
			if err != nil || len(all) != 1 {
				t.Fatalf("%d pop-ups, %v", len(all), err)
			}
			return all[0]
		}
		housetest.Until(t, "it is sent", func() bool { return sight().State != notify.Sending })
		b.Get(link)
		if s := sight(); s.State != notify.Read {
			t.Errorf("after it was opened it is %s", s.State)
		}
		h.User(t, "egov", "stranger")
		atDesk(t, h, "egov", "stranger").Get(link).Want(http.StatusNotFound)

		page = b.Post(page.Attr(`form[action$="/remove"]`, "action")).Want(http.StatusOK)
		if page.Has(`form[action$="/remove"]`) {
			t.Error("the browser is still named")
		}
		for _, act := range []string{"account.browser_add", "account.browser_remove"} {
			if all := entries(t, h, person.User, act); len(all) == 0 || all[0].Citation.Clause != "1.2.10" {
				t.Errorf("%s: %+v", act, all)
			}
		}
		h.User(t, "court", "asel")
		atDesk(t, h, "court", "asel").Get("/court/cabinet/push").Want(http.StatusNotFound)
	})
}

// TestTextMessages: a text message leaves by the operator's gateway; its parts and what became of it are recorded, and
// the operator sees both, with the number masked until there is a reason.
func TestTextMessages(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "1.2.8")
	carriedBy(t, func(t *testing.T, h *housetest.House, c *carrier) {
		person := h.User(t, "egov", "asel")
		operator := h.User(t, "egov", "operator1", identity.Operator)
		reachable(t, h, person, account.ByPhone, "+77011234567")
		desk := atDesk(t, h, "egov", "operator1")
		if page := desk.Get("/egov/console/outbox").Want(http.StatusOK); page.Has("main table") {
			t.Error("before anything was said there is a list")
		}
		closeCase(t, h, operator, newCase(t, h, person, account.CaseCompromise))
		p := c.to(t, notify.SMS)
		if p.To != "+77011234567" {
			t.Errorf("sent to %s", p.To)
		}
		shown := func(want string) (page *housetest.Page) {
			t.Helper()
			housetest.Until(t, "the list says "+want, func() bool {
				page = desk.Get("/egov/console/outbox").Want(http.StatusOK)
				return strings.Contains(page.Text("main table"), want)
			})
			return page
		}
		shown("Taken by the provider")
		if err := c.report(notify.Receipt{Provider: "carrier", Reference: "r" + account.Number(p.ID), State: notify.Delivered}); err != nil {
			t.Fatal(err)
		}
		page := shown("Delivered")
		if strings.Contains(page.Text("main"), "+77011234567") || !strings.Contains(page.Text("main table"), "67") {
			t.Errorf("the number is not masked: %s", page.Text("main table"))
		}
		one := desk.Get(page.Attr("main table a", "href")).Want(http.StatusOK)
		parts := len(notify.Segment(p.Text).Parts)
		if facts := one.Text("main"); !strings.Contains(facts, "Delivered") || !strings.Contains(facts, "Parts of the SMS"+account.Number(identity.ID(parts))) || strings.Contains(facts, "+77011234567") {
			t.Errorf("%d parts: %s", parts, facts)
		}
		desk.Post(one.Path, "reason", "curiosity").Want(http.StatusUnprocessableEntity)
		if seen := desk.Post(one.Path, "reason", "support").Want(http.StatusOK); !strings.Contains(seen.Text("main"), "+77011234567") {
			t.Errorf("with a reason: %s", seen.Text("main"))
		}
		if looks := entries(t, h, person.User, "account.look"); len(looks) != 1 || looks[0].Detail["reason"] != "support" {
			t.Errorf("looks: %+v", looks)
		}
		if csv := desk.Get("/egov/console/outbox.csv").Want(http.StatusOK); !strings.Contains(csv.Body, "delivered") || strings.Contains(csv.Body, "+77011234567") {
			t.Errorf("csv: %s", csv.Body)
		}
	})
}

// TestOperatorSendsAgain: what failed can be sent again, what waits can be stopped, and both are on record.
func TestOperatorSendsAgain(t *testing.T) {
	t.Parallel()
	carriedBy(t, func(t *testing.T, h *housetest.House, c *carrier) {
		c.refuse = true
		person := h.User(t, "egov", "asel")
		operator := h.User(t, "egov", "operator1", identity.Operator)
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		desk := atDesk(t, h, "egov", "operator1")
		closeCase(t, h, operator, newCase(t, h, person, account.CaseCompromise))
		c.to(t, notify.Email)
		var page *housetest.Page
		listed := func(state string) {
			t.Helper()
			housetest.Until(t, "a message is listed as "+state, func() bool {
				page = desk.Get("/egov/console/outbox?state=" + state).Want(http.StatusOK)
				return page.Has("main table")
			})
		}
		listed("permanent_failure")
		if !strings.Contains(page.Text("main table"), "There is no such address") {
			t.Fatalf("the failure: %s", page.Text("main"))
		}
		at := page.Attr("main table a", "href")
		if tries := desk.Get(at).Want(http.StatusOK).Text("main table"); !strings.Contains(tries, "550") || !strings.Contains(tries, "carrier") {
			t.Errorf("the try: %s", tries)
		}
		c.mu.Lock()
		c.refuse = false
		c.mu.Unlock()
		desk.Get(at + "/resend").Want(http.StatusOK)
		desk.Post(at + "/resend").Want(http.StatusOK)
		listed("accepted")
		desk.Post(at + "/stop").Want(http.StatusConflict)
		desk.Get("/egov/console/outbox?state=lost").Want(http.StatusNotFound)
		desk.Get(at + "/burn").Want(http.StatusNotFound)
		if all := entries(t, h, person.User, "notify.resend"); len(all) != 1 || all[0].Detail["state"] != "permanent_failure" {
			t.Errorf("on record: %+v", all)
		}
		h.User(t, "kundelik", "operator1", identity.Operator)
		atDesk(t, h, "kundelik", "operator1").Get(strings.Replace(at, "/egov/", "/kundelik/", 1)).Want(http.StatusNotFound)
	})
}

package house_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tereze/internal/billing"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store/storetest"
)

const tillPrice = "price_online-cash-register_one-month"

// repriced is the form of a draft as it stands, with some fields filled in anew.
func repriced(t testing.TB, b *housetest.Browser, at string, fields ...string) []string {
	t.Helper()
	p := b.Get(at + "/edit").Want(http.StatusOK)
	form := p.Hidden()
	for _, input := range p.All(`main input[type="text"]`) {
		name, value := attrOf(input, "name"), attrOf(input, "value")
		for i := 0; i < len(fields); i += 2 {
			if fields[i] == name {
				value = fields[i+1]
			}
		}
		form = append(form, name, value)
	}
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "ends" {
			form = append(form, "ends", fields[i+1])
		}
	}
	return form
}

// aChange drafts a change of tariffs at the desk, in which the till costs another price from a day.
func aChange(t testing.TB, b *housetest.Browser, number int, price, day string) (at string) {
	t.Helper()
	b.Post("/ismet/console/prices").Want(http.StatusOK)
	at = fmt.Sprintf("/ismet/console/prices/%d", number)
	b.Post(at+"/edit", repriced(t, b, at, tillPrice, price, "day", day)...).Want(http.StatusOK)
	return at
}

// acted posts the form of an act on a price list, as it stands.
func acted(t testing.TB, b *housetest.Browser, at string) *housetest.Page {
	t.Helper()
	return b.Post(at, b.Get(at).Want(http.StatusOK).Hidden()...)
}

func tellsOn(t testing.TB, p *housetest.Page, what string, wants ...string) {
	t.Helper()
	text := strings.ReplaceAll(p.Text("main"), "\u00a0", " ")
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s: there is no %q in %s", what, want, text)
		}
	}
}

// TestAChangeOfTariffs: the public list shows what holds, a change is written by one person and published by another, all
// users are told of it once by e-mail and reminded, and the price changes at its instant by itself. Keepers on both
// engines share the telling.
func TestAChangeOfTariffs(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "6.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const people = 420 // more than two batches
		on(t, h, "2026-01-04T23:59")
		visitor := h.Browser(t)
		visitor.Get("/ismet/language/en")
		tellsOn(t, visitor.Get("/ismet/prices").Want(http.StatusOK), "before the first list", "No price list is in force yet", "From 5 January 2026", "1 990 ₸ a month")
		on(t, h, "2026-12-01T10:00")
		h.User(t, "ismet", "writer", identity.Operator)
		publisher := h.User(t, "ismet", "publisher", identity.Operator)
		crowd(t, h, "ismet", people)
		p := visitor.Get("/ismet/prices").Want(http.StatusOK)
		tellsOn(t, p, "to anybody", "Online cash register", "1 990 ₸ a month", "5 January 2026")
		if !p.Has(`main a[href*="clause-6.1"]`) || p.Has(".govuk-inset-text") {
			t.Errorf("the list cites no clause, or announces what is not: %s", p.Text("main"))
		}
		desk := atDesk(t, h, "ismet", "writer")
		at := aChange(t, desk, 2, "2 490,50", "2026-12-05")
		wrongPrices(t, desk, at)
		tellsOn(t, visitor.Get("/ismet/prices"), "while it is a draft", "1 990 ₸ a month")
		tellsOn(t, desk.Get(at), "the preview", "1 990 ₸ a month", "2 490.50 ₸ a month", "5 December 2026")
		if p := acted(t, desk, at+"/publish").Want(http.StatusForbidden); !strings.Contains(p.Text(".govuk-error-summary"), "another person") {
			t.Errorf("who wrote it published it: %s", p.Text("main"))
		}
		publishedAtOnce(t, h, publisher)

		keptBySeveral(t, h)
		eachOnce(t, "the notice", toldOf(t, h, "ismet", "message.tariffs"), people)
		for _, m := range outbox(t, h, "ismet") {
			if m.Key == "message.tariffs" && (m.Channel != notify.Email || m.Language != "kk" || m.Args["at"] != "05.12.2026 00:00") {
				t.Fatalf("told %+v", m)
			}
		}
		want := "[billing.notice 6.2 2026-12-04 met billing.reminder 6.2 2026-12-04 open billing.in_force 4.2.5 2026-12-05 open]"
		if got := fmt.Sprint(dutiesOf(t, h, "ismet", "prices:2")); got != want {
			t.Errorf("owed %s, want %s", got, want)
		}
		tellsOn(t, visitor.Get("/ismet/prices"), "announced", "1 990 ₸ a month", "2 490.50 ₸ a month", "From 5 December 2026")
		if csv := visitor.Get("/ismet/prices.csv").Want(http.StatusOK).Body; !strings.Contains(csv, ";1990,00;2026-01-05T00:00:00+05:00;2490,50;2026-12-05T00:00:00+05:00") {
			t.Errorf("as a file: %s", csv)
		}
		on(t, h, "2026-12-04T00:01")
		keptBySeveral(t, h)
		eachOnce(t, "the reminder", toldOf(t, h, "ismet", "message.tariffs_reminder"), people)

		h.Clock.Move(instantOf(t, "2026-12-05T00:00").Add(-time.Minute).Sub(h.Clock.Now()))
		tellsOn(t, visitor.Get("/ismet/prices"), "a minute before", "1 990 ₸ a month")
		on(t, h, "2026-12-05T00:00")
		p = visitor.Get("/ismet/prices")
		tellsOn(t, p, "from its instant", "2 490.50 ₸ a month", "5 December 2026")
		if strings.Contains(p.Text("main"), "1\u00a0990 ₸ a month") {
			t.Errorf("the old price still stands: %s", p.Text("main"))
		}
		tellsOn(t, visitor.Get("/ismet/prices/lists/1"), "the history", "1 990 ₸ a month", "Superseded")
		tellsOn(t, visitor.Get("/ismet/prices/lists"), "the lists", "Price list 1", "Price list 2", "In force")
		keeps(t, h)
		if got := dutiesOf(t, h, "ismet", "prices:2"); !strings.HasSuffix(got[len(got)-1], "met") {
			t.Errorf("in the end %q", got)
		}
		for act, clause := range map[string]string{"billing.publish": "4.2.5", "billing.notice": "6.2", "billing.reminder": "6.2", "billing.in_force": "4.2.5"} {
			if done := entriesOf(t, h, "ismet", act); len(done) != 1 || done[0].Citation.Clause != clause || done[0].Subject != "prices:2" {
				t.Errorf("evidence of %s: %+v", act, done)
			}
		}
	})
}

// wrongPrices tries what a form of prices refuses, at the field that is wrong, and leaves the draft as it was.
func wrongPrices(t *testing.T, desk *housetest.Browser, at string) {
	t.Helper()
	for _, c := range [][2]string{
		{tillPrice, "dear"}, {tillPrice, "-5"}, {tillPrice, "1000000000000000000"}, {tillPrice, "1,990"}, {tillPrice, ""},
		{"day", "2026-11-30"}, {"day", "2026-12-01"}, {"day", "05.12.2026"}, {"day", "2926-12-05"},
	} {
		p := desk.Post(at+"/edit", repriced(t, desk, at, c[0], c[1])...)
		if p.Want(http.StatusUnprocessableEntity); !p.Has("#"+c[0]+"-error") || p.Attr("#"+c[0], "value") != c[1] {
			t.Errorf("%s %q: %s", c[0], c[1], p.Text("main"))
		}
	}
	all := []string{}
	for _, box := range desk.Get(at + "/edit").All(`main input[name="ends"]`) {
		all = append(all, "ends", attrOf(box, "value"))
	}
	desk.Post(at+"/edit", repriced(t, desk, at, all...)...).Want(http.StatusUnprocessableEntity)
	form := desk.Get(at + "/add").Want(http.StatusOK).Hidden()
	desk.Post(at+"/add", append(form, "service", "nothing", "price", "5", "unit", "month", "title_kk", "Екі", "title_ru", "Две", "title_en", "Two")...).Want(http.StatusUnprocessableEntity)
	twice := append(form, "service", "online-cash-register", "price", "5", "unit", "month", "title_kk", "Бір касса", "title_ru", "Две", "title_en", "Two")
	if p := desk.Post(at+"/add", twice...).Want(http.StatusUnprocessableEntity); !p.Has("#title_kk-error") {
		t.Errorf("a name that is taken: %s", p.Text("main"))
	}
	stale := repriced(t, desk, at, tillPrice, "1")
	for i := range stale {
		if stale[i] == "version" {
			stale[i+1] = "7"
		}
	}
	desk.Post(at+"/edit", stale...).Want(http.StatusConflict)
}

// publishedAtOnce lets several publish the draft of list 2 at one moment: it is published once.
func publishedAtOnce(t *testing.T, h *housetest.House, publisher identity.Actor) {
	t.Helper()
	ctx := context.Background()
	all, err := h.Tariffs.Register(ctx, publisher)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	var done atomic.Int32
	atOnce(8, func(int) {
		switch _, err := h.Tariffs.Publish(ctx, publisher, 2, all[1].Version); {
		case err == nil:
			done.Add(1)
		case !fault.Is(err, fault.Conflict):
			t.Errorf("published twice: %v", err)
		}
	})
	if done.Load() != 1 {
		t.Errorf("published %d times", done.Load())
	}
}

// TestTariffsAreChangedByPublishing: by the clause a change holds from the instant of its publication, or from a later day;
// where the clause puts days between, no sooner. It is everybody's to see in another process, and what is withdrawn
// before its day is told to those who were told of it, and to nobody else.
func TestTariffsAreChangedByPublishing(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.2.5")
	covers.Clause(t, "ismet", "6.1")
	ctx := context.Background()
	keys, err := house.NewKeys("tereze-test")
	if err != nil {
		t.Fatal(err)
	}
	database := storetest.SQLite(t)
	h := housetest.Open(t, house.Config{Database: database, Keys: keys})
	other := housetest.Open(t, house.Config{Database: database, Keys: keys, Clock: h.Clock})
	on(t, h, "2026-12-01T10:00")
	h.User(t, "ismet", "writer", identity.Operator)
	publisher := h.User(t, "ismet", "publisher", identity.Operator)
	desk, second := atDesk(t, h, "ismet", "writer"), atDesk(t, h, "ismet", "publisher")
	away := other.Browser(t)
	away.Get("/ismet/language/en")

	at := aChange(t, desk, 2, "2100", "")
	acted(t, second, at+"/publish").Want(http.StatusOK)
	tellsOn(t, second.Get("/ismet/prices"), "at once", "2 100 ₸ a month")
	if err := other.Tariffs.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	tellsOn(t, away.Get("/ismet/prices"), "in another process", "2 100 ₸ a month")
	keeps(t, h)
	if got := fmt.Sprint(dutiesOf(t, h, "ismet", "prices:2")); got != "[billing.notice 6.2 2026-12-01 met]" {
		t.Errorf("owed of what holds at once: %s", got)
	}
	second.Get(at + "/discard").Want(http.StatusConflict)

	crowd(t, h, "ismet", 420)
	at = aChange(t, desk, 3, "3300", "2026-12-09")
	acted(t, second, at+"/publish").Want(http.StatusOK)
	desk.Post("/ismet/console/prices").Want(http.StatusConflict) // one is coming
	if _, err := h.Keeper.Step(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	acted(t, second, at+"/withdraw").Want(http.StatusOK)
	keeps(t, h)
	told, untold := toldOf(t, h, "ismet", "message.tariffs"), toldOf(t, h, "ismet", "message.tariffs_withdrawn")
	if len(told) < 100 || fmt.Sprint(told) != fmt.Sprint(untold) {
		t.Errorf("%d were told of it, %d that it was withdrawn", len(told), len(untold))
	}
	on(t, h, "2026-12-10T10:00")
	keeps(t, h)
	if n := len(toldOf(t, h, "ismet", "message.tariffs_reminder")); n != 0 {
		t.Errorf("%d were reminded of what was withdrawn", n)
	}
	tellsOn(t, second.Get("/ismet/prices"), "after a withdrawn one", "2 100 ₸ a month")
	tellsOn(t, second.Get("/ismet/prices/lists/3"), "its page", "Withdrawn")

	at = aChange(t, desk, 4, "4400", "2026-12-12")
	acted(t, second, at+"/publish").Want(http.StatusOK)
	open := second.Get(at + "/withdraw").Want(http.StatusOK).Hidden() // before its instant
	on(t, h, "2026-12-12T00:00")
	if p := second.Post(at+"/withdraw", open...).Want(http.StatusConflict); !strings.Contains(p.Text(".govuk-error-summary"), "in force already") {
		t.Errorf("withdrawn after its instant: %s", p.Text("main"))
	}
	at = aChange(t, desk, 5, "5500", "2026-12-13")
	open = second.Get(at + "/publish").Want(http.StatusOK).Hidden()
	on(t, h, "2026-12-13T00:01")
	second.Post(at+"/publish", open...).Want(http.StatusUnprocessableEntity) // its day has begun meanwhile
	acted(t, second, at+"/discard").Want(http.StatusOK)

	publish(t, h, publisher, "offer", setParameter("billing.tariff_changes", "in_force_after", "10d"))
	desk.Post("/ismet/console/prices").Want(http.StatusOK)
	at = "/ismet/console/prices/5"
	p := desk.Post(at+"/edit", repriced(t, desk, at, tillPrice, "5500", "day", "2026-12-20")...).Want(http.StatusUnprocessableEntity)
	if !strings.Contains(p.Text("#day-error"), "2026-12-24") || !p.Has(`.govuk-error-summary a[href*="clause-4.2.5"]`) {
		t.Errorf("sooner than the clause lets it: %s", p.Text("main"))
	}
	desk.Post(at+"/edit", repriced(t, desk, at, tillPrice, "5500", "day", "")...).Want(http.StatusOK)
	acted(t, second, at+"/publish").Want(http.StatusOK)
	if l, ok := billing.Coming(h.Tariffs.Lists("ismet"), h.Clock.Now()); !ok || !l.InForceAt.Equal(instantOf(t, "2026-12-24T00:00")) {
		t.Errorf("announced for %v", l.InForceAt)
	}
	h.Clock.Move(time.Minute)
	publish(t, h, publisher, "offer", setParameter("billing.public_prices", "public", "false"))
	if p := h.Browser(t).Get("/ismet/prices"); strings.Contains(p.Text("main"), "₸") {
		t.Errorf("where the clause keeps the prices for those who have signed in, a stranger reads %s", p.Text("main"))
	}
	tellsOn(t, second.Get("/ismet/prices"), "to those who have", "4 400 ₸ a month")
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

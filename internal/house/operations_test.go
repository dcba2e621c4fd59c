package house_test

import (
	"context"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/obligation"
	"tereze/internal/store"
)

// instantInForm writes an instant as a form of a portal takes it.
func instantInForm(h *housetest.House, portal string, at time.Time) string {
	p, _ := h.Agreements.Portal(portal)
	return at.In(p.Zone).Format("2006-01-02 15:04")
}

// textsInForm fills in a text in every language of a portal.
func textsInForm(h *housetest.House, portal, field, text string) (form []string) {
	p, _ := h.Agreements.Portal(portal)
	for _, language := range p.Languages {
		form = append(form, field+language, text+" ("+language+")")
	}
	return form
}

// worksForm fills in planned works that close the portal.
func worksForm(h *housetest.House, portal string, begins, until time.Time, more ...string) []string {
	form := append([]string{"closes", "yes", "begins", instantInForm(h, portal, begins), "until", instantInForm(h, portal, until)}, textsInForm(h, portal, "reason_", "Replacing of servers")...)
	return append(form, more...)
}

// eventAddress is the address of the event a page shows, without what a redirect brought along.
func eventAddress(p *housetest.Page) string {
	path, _, _ := strings.Cut(p.Path, "?")
	return path
}

// midnightIn is when the day begins that is so many days after today, in a portal's zone.
func midnightIn(h *housetest.House, portal string, days int) time.Time {
	p, _ := h.Agreements.Portal(portal)
	now := h.Clock.Now().In(p.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, p.Zone)
}

// boundUser is somebody bound by the agreement, in a browser that reads English.
func boundUser(t testing.TB, h *housetest.House, portal, name string) (identity.Actor, *housetest.Browser) {
	t.Helper()
	actor := h.User(t, portal, name)
	b := atDesk(t, h, portal, name)
	accept(t, h, actor)
	if page := b.Get("/" + portal + "/cabinet").Want(http.StatusOK); page.Path != "/"+portal+"/cabinet" {
		t.Fatalf("the cabinet leads to %s", page.Path)
	}
	return actor, b
}

// noticesSent sends all notices that are owed.
func noticesSent(t testing.TB, h *housetest.House) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.Operations.Carry(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWorksAreAnnouncedInTime: on ISMET works that limit services are announced at least three days before, neither
// the day of the announcement nor that of the works counted; a later announcement is refused by the clause, with the
// earliest beginning. What was announced stands on every page and closes the portal for its time, and for no longer.
func TestWorksAreAnnouncedInTime(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.2.7")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		operator := h.User(t, "ismet", "operator", identity.Operator)
		person, user := boundUser(t, h, "ismet", "asel@example.kz")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		b, visitor, at := atDesk(t, h, "ismet", "operator"), h.Browser(t), "/ismet/console/operations/new/works"
		visitor.Get("/ismet/language/en")

		earliest := midnightIn(h, "ismet", 4)
		late := b.Post(at, worksForm(h, "ismet", earliest.Add(-time.Minute), earliest.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusUnprocessableEntity)
		if got := late.Text(".govuk-error-summary"); !strings.Contains(got, earliest.Format("02.01.2006 15:04")) || !strings.Contains(got, "4.2.7") {
			t.Errorf("works announced too late are refused with %q", got)
		}
		// Works that limit nothing need no notice, says the same clause.
		soon := h.Clock.Now().Add(2 * time.Hour)
		free := worksForm(h, "ismet", soon, soon.Add(time.Hour))
		free[1] = "no"
		b.Post(at, free...).Want(http.StatusOK)

		preview := b.Post(at, worksForm(h, "ismet", earliest, earliest.Add(4*time.Hour))...).Want(http.StatusOK)
		if strings.Contains(visitor.Get("/ismet").Body, "Replacing of servers") {
			t.Error("the preview was told")
		}
		told := b.Post(at, preview.Hidden()...).Want(http.StatusOK)
		for _, path := range []string{"/ismet", "/ismet/help", "/ismet/agreement", "/ismet/status"} {
			if banner := visitor.Get(path).Want(http.StatusOK).Text(".tz-amendment"); !strings.Contains(banner, "Replacing of servers (en)") || !strings.Contains(banner, "4.2.7") {
				t.Errorf("%s says %q of works ahead", path, banner)
			}
		}
		noticesSent(t, h)
		if letters := lettersTo(t, h, "ismet", "asel@example.kz"); len(letters) != 1 || letters[0].Key != "message.event_works_plan" || letters[0].Args["begins"] != earliest.Format("02.01.2006 15:04") {
			t.Errorf("the letters: %+v", letters)
		}
		event := eventAddress(told)
		// An earlier beginning is again too late.
		early := append([]string{"begins", instantInForm(h, "ismet", earliest.Add(-time.Hour)), "until", instantInForm(h, "ismet", earliest.Add(time.Hour))}, textsInForm(h, "ismet", "text_", "Sooner than thought")...)
		if got := b.Post(event+"/change", early...).Want(http.StatusUnprocessableEntity).Text(".govuk-error-summary"); !strings.Contains(got, "4.2.7") {
			t.Errorf("an earlier beginning is refused with %q", got)
		}
		later := append([]string{"begins", instantInForm(h, "ismet", earliest.Add(time.Hour)), "until", instantInForm(h, "ismet", earliest.Add(3*time.Hour))}, textsInForm(h, "ismet", "text_", "Later than thought")...)
		b.Post(event+"/change", later...).Want(http.StatusOK)

		user.Get("/ismet/cabinet").Want(http.StatusOK)
		h.Clock.Move(earliest.Add(2 * time.Hour).Sub(h.Clock.Now()))
		shut := user.Get("/ismet/cabinet").Want(http.StatusServiceUnavailable)
		for _, want := range []string{"Replacing of servers (en)", "4.2.7", earliest.Add(3 * time.Hour).Format("02.01.2006 15:04")} {
			if !strings.Contains(shut.Text("main"), want) {
				t.Errorf("the closed page lacks %q: %s", want, shut.Text("main"))
			}
		}
		for _, path := range []string{"/ismet", "/ismet/status", "/ismet/agreement", "/ismet/help", "/ismet/sign-in"} {
			visitor.Get(path).Want(http.StatusOK)
		}
		b.Get("/ismet/console").Want(http.StatusOK) // the staff work on
		h.Clock.Move(time.Hour + time.Minute)
		user.Get("/ismet/cabinet").Want(http.StatusOK)
		if banner := visitor.Get("/ismet").Text(".tz-amendment"); banner != "" {
			t.Errorf("after the works the banner says %q", banner)
		}
		for act, n := range map[string]int{"operations.works_plan": 1, "operations.works_change": 1} {
			found := entriesOf(t, h, "ismet", act)
			if len(found) != n || found[0].Citation.Clause != "4.2.7" || found[0].Actor != "user:"+strconv.FormatInt(int64(operator.User), 10) {
				t.Errorf("%s: %+v", act, found)
			}
		}
	})
}

// TestWorksOfTheCourtCabinet: the court cabinet warns of works on its pages beforehand; no number of days is
// asked, but what has begun cannot be announced any more.
func TestWorksOfTheCourtCabinet(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "7")
	h := housetest.SQLite(t)
	h.User(t, "court", "operator", identity.Operator)
	b, visitor, at := atDesk(t, h, "court", "operator"), h.Browser(t), "/court/console/operations/new/works"
	visitor.Get("/court/language/en")
	now := h.Clock.Now()
	past := b.Post(at, worksForm(h, "court", now.Add(-time.Minute), now.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusUnprocessableEntity)
	if got := past.Text(".govuk-error-summary"); !strings.Contains(got, "clause 7") {
		t.Errorf("works that have begun are refused with %q", got)
	}
	told := b.Post(at, worksForm(h, "court", now.Add(10*time.Minute), now.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusOK)
	if banner := visitor.Get("/court").Text(".tz-amendment"); !strings.Contains(banner, "clause 7") {
		t.Errorf("the pages say %q", banner)
	}
	h.Clock.Move(20 * time.Minute)
	if shut := visitor.Get("/court/services").Want(http.StatusServiceUnavailable); !strings.Contains(shut.Text("main"), "clause 7") {
		t.Errorf("the closed page: %s", shut.Text("main"))
	}
	b = atDesk(t, h, "court", "operator")
	// Works that go on may be prolonged, since what is added has not begun; and end early, once.
	b.Post(eventAddress(told)+"/prolong", append([]string{"until", instantInForm(h, "court", now.Add(2*time.Hour))}, textsInForm(h, "court", "text_", "It takes longer")...)...).Want(http.StatusOK)
	answers := together(2, func(int) int {
		return b.Post(eventAddress(told)+"/end", textsInForm(h, "court", "text_", "It is done now")...).Status
	})
	if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
		t.Errorf("two ends at once: %v", answers)
	}
	if p := visitor.Get("/court/services"); p.Status == http.StatusServiceUnavailable {
		t.Error("after the end it is closed still")
	}
	if n := acts(t, h, "court", "operations.end"); n != 1 {
		t.Errorf("%d entries of the end", n)
	}
}

// TestOpenRoundTheClock: Kundelik and ISMET promise every hour of every day. The portal opens at each; only announced
// works interrupt it, on Kundelik not even a stop, and the status page says what part of the promise was kept.
func TestOpenRoundTheClock(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.1")
	covers.Clause(t, "ismet", "4.4.1")
	for portal, number := range map[string]string{"kundelik": "4.1", "ismet": "4.4.1"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			h := housetest.SQLite(t)
			h.User(t, portal, "operator", identity.Operator)
			visitor := h.Browser(t)
			visitor.Get("/" + portal + "/language/en")
			for range 24 * 7 {
				visitor.Get("/" + portal + "/sign-in").Want(http.StatusOK)
				h.Clock.Move(time.Hour)
			}
			b := atDesk(t, h, portal, "operator")
			if portal == "kundelik" {
				stop := b.Get("/kundelik/console/operations/new/stop").Want(http.StatusForbidden)
				if !strings.Contains(stop.Text("main"), number) {
					t.Errorf("a stop is refused with %s", stop.Text("main"))
				}
				b.Post("/kundelik/console/operations/new/stop", append(textsInForm(h, portal, "reason_", "Because we can"), "cause", "technical", "confirmed", "yes")...).Want(http.StatusForbidden)
				now := h.Clock.Now()
				late := b.Post("/kundelik/console/operations/new/works", worksForm(h, portal, now.Add(-time.Minute), now.Add(time.Hour), "confirmed", "yes")...)
				if got := late.Want(http.StatusUnprocessableEntity).Text(".govuk-error-summary"); !strings.Contains(got, number) {
					t.Errorf("works that have begun are refused with %q", got)
				}
				b.Post("/kundelik/console/operations/new/works", worksForm(h, portal, now.Add(time.Minute), now.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusOK)
				h.Clock.Move(2 * time.Minute)
				visitor.Get("/kundelik/register").Want(http.StatusServiceUnavailable)
			}
			share := func() string { return visitor.Get("/" + portal + "/status").Want(http.StatusOK).Text("main") }
			if got := share(); !strings.Contains(got, "100.00 %") || !strings.Contains(got, number) {
				t.Errorf("announced works count against the promise: %s", got)
			}
			// An incident of nine days out of ninety is a tenth of the promise.
			now := h.Clock.Now()
			form := append(textsInForm(h, portal, "reason_", "The network is down"), "source", "users", "begins", instantInForm(h, portal, now.Add(-9*24*time.Hour)), "confirmed", "yes")
			b.Post("/"+portal+"/console/operations/new/incident", form...).Want(http.StatusOK)
			if got := share(); !strings.Contains(got, "89.99 %") && !strings.Contains(got, "90.00 %") {
				t.Errorf("the status page says: %s", got)
			}
		})
	}
}

// TestServicesAreSuspended: ISMET may stop services for technical or other reasons, and for others' failures without
// compensation; users see the reason and the clause, and the rest of the portal goes on.
func TestServicesAreSuspended(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.2.2")
	covers.Clause(t, "ismet", "4.2.3")
	h := housetest.SQLite(t)
	h.User(t, "ismet", "operator", identity.Operator)
	_, user := boundUser(t, h, "ismet", "asel@example.kz")
	b, visitor := atDesk(t, h, "ismet", "operator"), h.Browser(t)
	visitor.Get("/ismet/language/en")
	for cause, number := range map[string]string{"technical": "4.2.2", "other": "4.2.2", "external": "4.2.3"} {
		form := append(textsInForm(h, "ismet", "reason_", "The line is cut"), "cause", cause, "services", "profile", "confirmed", "yes")
		told := b.Post("/ismet/console/operations/new/stop", form...).Want(http.StatusOK)
		shut := user.Get("/ismet/cabinet/profile").Want(http.StatusServiceUnavailable).Text("main")
		if !strings.Contains(shut, "The line is cut (en)") || !strings.Contains(shut, "clause "+number) {
			t.Errorf("%s: the closed page says %s", cause, shut)
		}
		user.Get("/ismet/cabinet/activity").Want(http.StatusOK)
		if banner := visitor.Get("/ismet").Text(".tz-amendment"); banner != "" {
			t.Errorf("%s: a visitor, whom it does not touch, reads %q", cause, banner)
		}
		if banner := user.Get("/ismet").Text(".tz-amendment"); !strings.Contains(banner, number) {
			t.Errorf("%s: a user, whom it touches, reads %q", cause, banner)
		}
		page := visitor.Get(strings.Replace(eventAddress(told), "/console/operations", "/status", 1)).Want(http.StatusOK).Text("main")
		if none := strings.Contains(page, "None is paid"); none != (cause == "external") {
			t.Errorf("%s: on compensation the status page says %s", cause, page)
		}
		b.Post(eventAddress(told)+"/end", textsInForm(h, "ismet", "text_", "The line is mended")...).Want(http.StatusOK)
		user.Get("/ismet/cabinet/profile").Want(http.StatusOK)
	}
	b.Post("/ismet/console/operations/new/stop", append(textsInForm(h, "ismet", "reason_", "No such cause"), "cause", "whim", "confirmed", "yes")...).Want(http.StatusUnprocessableEntity)
	stops := entriesOf(t, h, "ismet", "operations.stop")
	if len(stops) != 3 {
		t.Fatalf("%d entries of stops", len(stops))
	}
	for _, e := range stops {
		if (e.Detail["cause"] == "external") != (e.Detail["compensation"] == "0" && e.Citation.Clause == "4.2.3") {
			t.Errorf("evidence: %+v", e)
		}
	}
}

// TestIncidentsAreToldAtOnceAndMended: an incident is told to everybody at once with its beginning and who noticed
// it; its updates and what was mended stand in its history; told later it is marked, by the clause.
func TestIncidentsAreToldAtOnceAndMended(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "8.5")
	covers.Clause(t, "ismet", "R30")
	covers.Clause(t, "kundelik", "4.3")
	covers.Clause(t, "egov", "3.3.2")
	cites := map[string][2]string{"ismet": {"8.5", "R30"}, "kundelik": {"4.3", "4.3"}, "egov": {"3.3.2", ""}}
	for portal, cite := range cites {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			h := housetest.SQLite(t)
			h.User(t, portal, "operator", identity.Operator)
			person := h.User(t, portal, "asel")
			reachable(t, h, person, account.ByEmail, "asel@example.kz")
			b, visitor, at := atDesk(t, h, portal, "operator"), h.Browser(t), "/"+portal+"/console/operations/new/incident"
			visitor.Get("/" + portal + "/language/en")
			form := append(textsInForm(h, portal, "reason_", "Pages open slowly"), "source", "users", "begins", instantInForm(h, portal, h.Clock.Now().Add(-2*time.Hour)), "services", "profile")
			told := b.Post(at, append(form, "confirmed", "yes")...).Want(http.StatusOK)
			public := strings.Replace(eventAddress(told), "/console/operations", "/status", 1)
			page := visitor.Get(public).Want(http.StatusOK).Text("main")
			for _, want := range []string{"Pages open slowly (en)", "users", "clause " + cite[0], "2 h 0 min"} {
				if !strings.Contains(page, want) {
					t.Errorf("the status page lacks %q: %s", want, page)
				}
			}
			if now := visitor.Get("/" + portal + "/status").Text("main table"); !strings.Contains(now, "Incident") || !strings.Contains(now, "Database") {
				t.Errorf("the parts of the portal: %s", now)
			}
			noticesSent(t, h)
			if letters := lettersTo(t, h, portal, "asel@example.kz"); portal == "ismet" && (len(letters) != 1 || letters[0].Key != "message.event_incident") {
				t.Errorf("the letters: %+v", letters)
			}
			h.Clock.Move(30 * time.Minute)
			b.Post(eventAddress(told)+"/update", textsInForm(h, portal, "text_", "The cause was found")...).Want(http.StatusOK)
			b.Post(eventAddress(told)+"/fix", "until", instantInForm(h, portal, h.Clock.Now().Add(time.Hour))).Want(http.StatusUnprocessableEntity)
			b.Post(eventAddress(told)+"/fix", textsInForm(h, portal, "text_", "A disk was replaced")...).Want(http.StatusOK)
			b.Post(eventAddress(told)+"/fix", textsInForm(h, portal, "text_", "A disk was replaced")...).Want(http.StatusConflict)
			page = visitor.Get(public).Text("main")
			for _, want := range []string{"The cause was found (en)", "A disk was replaced (en)", "2 h 30 min", cite[1]} {
				if !strings.Contains(page, want) {
					t.Errorf("the history lacks %q: %s", want, page)
				}
			}
			if strings.Contains(page, "Тест") {
				t.Error("the public page names somebody")
			}
			fixed := entriesOf(t, h, portal, "operations.fix")
			if len(fixed) != 1 || fixed[0].Detail["minutes"] != "150" || cite[1] != "" && fixed[0].Citation.Clause != cite[1] {
				t.Errorf("evidence: %+v", fixed)
			}
			// What was noticed an hour ago is told late where the clause says at once.
			late := b.Post(at, append(form, "noticed", instantInForm(h, portal, h.Clock.Now().Add(-time.Hour)), "confirmed", "yes")...).Want(http.StatusOK)
			if marked := strings.Contains(late.Text("main"), "Told later"); marked != (portal == "ismet") {
				t.Errorf("told an hour later: %s", late.Text("main"))
			}
		})
	}
}

// TestStatusForPrograms: the state of a portal as JSON, Atom and iCalendar, also on a closed system, for anybody.
func TestStatusForPrograms(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "operator", identity.Operator)
	b, visitor := atDesk(t, h, "kundelik", "operator"), h.Browser(t)
	begins := h.Clock.Now().Add(24 * time.Hour).Truncate(time.Minute)
	told := b.Post("/kundelik/console/operations/new/works", worksForm(h, "kundelik", begins, begins.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusOK)
	public := strings.Replace(eventAddress(told), "/console/operations", "/status", 1)
	if got := visitor.Get("/kundelik/status.json").Want(http.StatusOK).Body; !strings.Contains(got, `"next":[{`) || !strings.Contains(got, `"closes":true`) || !strings.Contains(got, `"now":[]`) {
		t.Errorf("JSON: %s", got)
	}
	feed := visitor.Get("/kundelik/status.atom").Want(http.StatusOK).Body
	var read struct {
		Entries []struct{ Title string } `xml:"entry>title"`
	}
	if err := xml.Unmarshal([]byte(feed), &read); err != nil || !strings.Contains(feed, "Replacing of servers (kk)") {
		t.Errorf("Atom (%v): %s", err, feed)
	}
	for _, path := range []string{"/kundelik/status.ics", public + "/event.ics"} {
		got := visitor.Get(path).Want(http.StatusOK).Body
		for _, want := range []string{"BEGIN:VCALENDAR\r\n", "DTSTART:" + begins.UTC().Format("20060102T150405Z") + "\r\n", "STATUS:CONFIRMED\r\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q: %s", path, want, got)
			}
		}
		for _, line := range strings.Split(got, "\r\n") {
			if len(line) > 75 {
				t.Errorf("%s: a line of %d octets", path, len(line))
			}
		}
	}
	b.Post(eventAddress(told)+"/cancel", textsInForm(h, "kundelik", "text_", "No need of it")...).Want(http.StatusOK)
	b.Post(eventAddress(told)+"/cancel", textsInForm(h, "kundelik", "text_", "No need of it")...).Want(http.StatusConflict)
	if got := visitor.Get(public + "/event.ics").Body; !strings.Contains(got, "STATUS:CANCELLED") || !strings.Contains(got, "SEQUENCE:1") {
		t.Errorf("cancelled: %s", got)
	}
	for _, path := range []string{"/kundelik/status?month=2030-01", "/kundelik/status?month=x", "/kundelik/status/nobody", strings.Replace(public, "kundelik", "court", 1)} {
		visitor.Get(path).Want(http.StatusNotFound)
	}
	previous := h.Clock.Now().AddDate(0, -1, 0).Format("2006-01")
	visitor.Get("/kundelik/status?month=" + previous).Want(http.StatusOK)
	b.Get("/kundelik/console/operations.csv").Want(http.StatusOK)
}

// forceForm fills in force majeure that touches the whole portal.
func forceForm(h *housetest.House, begins time.Time, more ...string) []string {
	form := append([]string{"cause", "power", "document", "Certificate 17 of the chamber of commerce", "begins", instantInForm(h, "ismet", begins)}, textsInForm(h, "ismet", "reason_", "The grid is down")...)
	return append(append(form, "confirmed", "yes"), more...)
}

// TestForceMajeureIsToldWithinSevenDays: by e-mail and on the pages; the day it began is not counted. Later it is told
// still, says why, and stays marked. No other party and no portal without such a clause declares it.
func TestForceMajeureIsToldWithinSevenDays(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "10.2")
	h := housetest.SQLite(t)
	h.User(t, "ismet", "operator", identity.Operator)
	person := h.User(t, "ismet", "asel")
	reachable(t, h, person, account.ByEmail, "asel@example.kz")
	b, visitor, at := atDesk(t, h, "ismet", "operator"), h.Browser(t), "/ismet/console/operations/new/force"
	visitor.Get("/ismet/language/en")
	first := midnightIn(h, "ismet", -7) // its seventh day after is today
	late := b.Post(at, forceForm(h, first.Add(-time.Minute))...).Want(http.StatusUnprocessableEntity)
	if got := late.Text(".govuk-error-summary"); !strings.Contains(got, "10.2") || !strings.Contains(got, midnightIn(h, "ismet", 0).Format("02.01.2006 15:04")) {
		t.Errorf("told late without a reason it is refused with %q", got)
	}
	intime := b.Post(at, forceForm(h, first)...).Want(http.StatusOK)
	if strings.Contains(intime.Text("main"), "Told later") {
		t.Errorf("on the seventh day: %s", intime.Text("main"))
	}
	if banner := visitor.Get("/ismet").Text(".tz-amendment"); !strings.Contains(banner, "The grid is down (en)") || !strings.Contains(banner, "10.2") {
		t.Errorf("the first page says %q", banner)
	}
	noticesSent(t, h)
	if letters := lettersTo(t, h, "ismet", "asel@example.kz"); len(letters) != 1 || letters[0].Key != "message.event_force" {
		t.Errorf("the letters: %+v", letters)
	}
	b.Post(eventAddress(intime)+"/end", textsInForm(h, "ismet", "text_", "The grid is up again")...).Want(http.StatusOK)
	marked := b.Post(at, forceForm(h, first.Add(-time.Minute), "late_why", "The network was down too")...).Want(http.StatusOK)
	if got := visitor.Get(strings.Replace(eventAddress(marked), "/console/operations", "/status", 1)).Text("main"); !strings.Contains(got, "Told later") || !strings.Contains(got, "The network was down too") || !strings.Contains(got, "Certificate 17") {
		t.Errorf("told late: %s", got)
	}
	told := entriesOf(t, h, "ismet", "operations.force")
	if len(told) != 2 || told[0].Citation.Clause != "10.2" || (told[0].Detail["late"] == "yes") == (told[1].Detail["late"] == "yes") {
		t.Errorf("evidence: %+v", told)
	}
	h.User(t, "court", "operator", identity.Operator)
	atDesk(t, h, "court", "operator").Get("/court/console/operations/new/force").Want(http.StatusForbidden)
	asel := atDesk(t, h, "ismet", "asel")
	asel.Post(at, forceForm(h, first)...).Want(http.StatusForbidden)
}

// dutyOwed has the portal owe somebody something within a time.
func dutyOwed(t testing.TB, h *housetest.House, to identity.Actor, at time.Time, within time.Duration) (x obligation.Obligation) {
	t.Helper()
	ctx := context.Background()
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		err := h.Obligations.Owe(ctx, tx, obligation.Obligation{
			Home: to.User, Portal: to.Portal, Kind: account.DutyCheck, Subject: "check:1", From: obligation.Operator, To: obligation.User,
			Cite: clause.Citation{Portal: to.Portal, Document: "offer", Edition: 1, Clause: "5.3"}, Since: at, Due: h.Obligations.At(to.Portal, at.Add(within)),
		})
		if err != nil {
			return err
		}
		x, err = tx.ObligationOn(ctx, to.Portal, to.User, account.DutyCheck, "check:1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func dutyNow(t testing.TB, h *housetest.House, x obligation.Obligation) (now obligation.Obligation) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) (err error) {
		now, err = tx.Obligation(context.Background(), x.Home, x.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// keeperRuns has keeper work off all that is due.
func keeperRuns(t testing.TB, h *housetest.House) {
	t.Helper()
	for range 100 {
		done, err := h.Keeper.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if done == 0 {
			return
		}
	}
}

// TestForceMajeureMovesTerms: what the portal owes while it lasts is not breached, and once it is over every open
// term is later by as long as it overlapped.
func TestForceMajeureMovesTerms(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "10.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		h.User(t, "ismet", "operator", identity.Operator)
		person := h.User(t, "ismet", "asel")
		began := h.Clock.Now()
		owed := dutyOwed(t, h, person, began, 10*24*time.Hour)
		h.Clock.Move(2 * 24 * time.Hour)
		b := atDesk(t, h, "ismet", "operator")
		force := b.Post("/ismet/console/operations/new/force", forceForm(h, h.Clock.Now())...).Want(http.StatusOK)
		begins := h.Clock.Now().Truncate(time.Minute)
		h.Clock.Move(9 * 24 * time.Hour) // the term runs out meanwhile
		keeperRuns(t, h)
		if x := dutyNow(t, h, owed); x.State != obligation.Open {
			t.Errorf("while force majeure lasts the duty is %s", x.State)
		}
		b = atDesk(t, h, "ismet", "operator")
		ends := h.Clock.Now()
		b.Post(eventAddress(force)+"/end", textsInForm(h, "ismet", "text_", "The grid is up again")...).Want(http.StatusOK)
		x := dutyNow(t, h, owed)
		overlap := owed.Due.Ends.Sub(begins) // it was due before the end
		if want := owed.Due.Ends.Add(overlap); x.State != obligation.Open || !x.Due.Ends.Equal(want) || x.ShiftedBy.Clause != "10.3" || x.Due.Ends.Before(ends) {
			t.Errorf("after it the duty is %s, due %v by %v, want %v", x.State, x.Due.Ends, x.ShiftedBy, want)
		}
		moved := entriesOf(t, h, "ismet", "operations.shift")
		if len(moved) != 1 || moved[0].Citation.Clause != "10.3" || moved[0].Detail["moved"] != "1" {
			t.Errorf("evidence: %+v", moved)
		}
		// What is done is done once, also by another process that looks now.
		if err := h.Operations.Moving(ctx); err != nil || !dutyNow(t, h, owed).Due.Ends.Equal(x.Due.Ends) {
			t.Errorf("looking again (%v) moved it to %v", err, dutyNow(t, h, owed).Due.Ends)
		}
	})
}

// TestForceMajeureEndsTheContract: when it has lasted three months, and not a day sooner, the contract is over without
// damages, money for services not used aside; who goes on concludes another.
func TestForceMajeureEndsTheContract(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "10.4")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		h.User(t, "ismet", "operator", identity.Operator)
		person, user := boundUser(t, h, "ismet", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		b := atDesk(t, h, "ismet", "operator")
		begins := h.Clock.Now()
		event := eventAddress(b.Post("/ismet/console/operations/new/force", forceForm(h, begins)...).Want(http.StatusOK))
		p, _ := h.Agreements.Portal("ismet")
		local := begins.In(p.Zone)
		over := calendar.AddMonths(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, p.Zone), 3, p.Zone).AddDate(0, 0, 1)
		lapse := func() {
			if err := h.Operations.Lapse(ctx); err != nil {
				t.Fatal(err)
			}
		}
		h.Clock.Move(over.Add(-time.Hour).Sub(h.Clock.Now()))
		lapse()
		if page := user.Get("/ismet/cabinet").Want(http.StatusOK); page.Path != "/ismet/cabinet" {
			t.Errorf("an hour before the end of three months the cabinet leads to %s", page.Path)
		}
		h.Clock.Move(time.Hour)
		lapse()
		lapse()
		if page := user.Get("/ismet/cabinet"); !strings.HasPrefix(page.Path, "/ismet/agreement/accept") {
			t.Fatalf("after three months the cabinet leads to %s", page.Path)
		}
		noticesSent(t, h)
		if letters := lettersTo(t, h, "ismet", "asel@example.kz"); len(letters) != 2 || letters[0].Key != "message.event_lapse_refund" && letters[1].Key != "message.event_lapse_refund" {
			t.Errorf("the letters: %+v", letters)
		}
		ended := entriesOf(t, h, "ismet", "operations.lapse_refund")
		if len(ended) != 1 || ended[0].Citation.Clause != "10.4" || ended[0].Detail["refund"] != "unused" || ended[0].Detail["damages"] != "none" {
			t.Errorf("evidence: %+v", ended)
		}
		if page := user.Get(strings.Replace(event, "/console/operations", "/status", 1)).Want(http.StatusOK).Text("main"); !strings.Contains(page, "Counts as ended") {
			t.Errorf("the status page: %s", page)
		}
		h.Clock.Move(time.Minute)
		accept(t, h, person)
		if page := user.Get("/ismet/cabinet").Want(http.StatusOK); page.Path != "/ismet/cabinet" {
			t.Errorf("after another acceptance the cabinet leads to %s", page.Path)
		}
		if n := acts(t, h, "ismet", "agreement.accept"); n != 4 { // two documents, twice
			t.Errorf("%d acceptances are in evidence", n)
		}
	})
}

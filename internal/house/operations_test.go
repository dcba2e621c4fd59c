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
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
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
		// Further hours, of which nobody was warned three days before, are a stop by the clause that allows one.
		b.Post(event+"/prolong", append([]string{"until", instantInForm(h, "ismet", earliest.Add(4*time.Hour))}, textsInForm(h, "ismet", "text_", "It takes longer")...)...).Want(http.StatusOK)
		if longer := entriesOf(t, h, "ismet", "operations.prolong"); len(longer) != 1 || longer[0].Citation.Clause != "4.2.2" {
			t.Errorf("prolonged by %+v", longer)
		}
		h.Clock.Move(time.Hour + time.Minute)
		user.Get("/ismet/cabinet").Want(http.StatusServiceUnavailable)
		h.Clock.Move(time.Hour)
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
			for _, want := range []string{"Pages open slowly (en)", "users", "clause " + cite[0], "2:00 (hours"} {
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
			for _, want := range []string{"The cause was found (en)", "A disk was replaced (en)", "2:30 (hours", cite[1]} {
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

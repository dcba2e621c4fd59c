package front_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// amend publishes the next edition of a document, with a parameter of every rule set otherwise.
func amend(t *testing.T, h *housetest.House, portal, document, before, after string) agreement.Edition {
	t.Helper()
	ctx := context.Background()
	operator := identity.Actor{Portal: portal, User: h.Store.NewID(), Roles: []identity.Role{identity.Operator}}
	owner := identity.Actor{Portal: portal, User: h.Store.NewID(), Roles: []identity.Role{identity.Owner}}
	e, err := h.Agreements.Draft(ctx, operator, document)
	if err == nil {
		e, err = h.Agreements.Rewrite(ctx, operator, document, e.Number, e.Version, func(c *agreement.Content) error {
			for language := range c.Clauses[0].Text {
				c.Clauses[0].Text[language] += " 2026"
			}
			for _, cl := range c.Clauses {
				for _, rule := range cl.Rules {
					for i := range rule.With {
						if before != "" && rule.With[i].Value == before {
							rule.With[i].Value = after
						}
					}
				}
			}
			return nil
		})
	}
	if err == nil {
		e, err = h.Agreements.Submit(ctx, operator, document, e.Number, e.Version)
	}
	if err == nil {
		e, err = h.Agreements.Approve(ctx, owner, document, e.Number, e.Version)
	}
	if err == nil {
		e, err = h.Agreements.Publish(ctx, operator, document, e.Number, e.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// key is a message key that was shown instead of its sentence.
var key = regexp.MustCompile(`\b(front|frame|design|time)\.[a-z_]+[a-z_.]*`)

func TestEveryOpenPageSpeaksEveryLanguageOfItsPortal(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for portal, document := range map[string]string{"egov": "agreement", "ismet": "offer", "kundelik": "agreement", "court": "agreement", "kg": "agreement"} {
		amend(t, h, portal, document, "3d", "10d")
		p, _ := h.Agreements.Portal(portal)
		b := h.Browser(t)
		for _, language := range p.Languages {
			for _, path := range []string{
				"", "/agreement", "/agreement/" + document, "/agreement/" + document + "/editions", "/agreement/" + document + "/editions/1",
				"/agreement/" + document + "/editions/2", "/agreement/" + document + "/editions/2/changes", "/agreement/" + document + "/editions/1/changes",
				"/agreement/" + document + "/on/2020-02-29", "/agreement/" + document + "/on/2025-02-28",
				"/register", "/sign-in", "/signed-out", "/goodbye",
			} {
				page := b.Get("/" + portal + "/language/" + language + "?back=/" + portal + path).Want(http.StatusOK)
				// Registration begins at its first step, which has an address of its own.
				if page.Path != "/"+portal+path && !(path == "/register" && strings.HasPrefix(page.Path, "/"+portal+path+"/")) {
					t.Errorf("the language page leads to %s, want %s", page.Path, "/"+portal+path)
				}
				if got := page.Attr("html", "lang"); got != language {
					t.Errorf("%s is in %s, want %s", page.Path, got, language)
				}
				if n := len(page.All("h1")); n != 1 {
					t.Errorf("%s has %d headings of the page", page.Path, n)
				}
				if found := key.FindString(page.Text("body")); found != "" {
					t.Errorf("%s in %s says %q", page.Path, language, found)
				}
			}
		}
	}
}

func TestAnEditionThatWasNotPostedIsNotThere(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := identity.Actor{Portal: "court", User: h.Store.NewID(), Roles: []identity.Role{identity.Operator}}
	if _, err := h.Agreements.Draft(context.Background(), operator, "agreement"); err != nil {
		t.Fatal(err)
	}
	b := h.Browser(t)
	for _, path := range []string{
		"/editions/2", "/editions/2/changes", "/editions/0", "/editions/01", "/editions/one", "/on/2025-02-30", "/on/2025-2-3", "/on/today",
	} {
		b.Get("/court/agreement/agreement" + path).Want(http.StatusNotFound)
	}
	b.Get("/court/agreement/offer").Want(http.StatusNotFound)
	b.Get("/court/language/ky").Want(http.StatusNotFound)
}

func TestTheTextOfADayIsTheOneInForceAtItsEnd(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	e := amend(t, h, "court", "agreement", "", "")
	p, _ := h.Agreements.Portal("court")
	day := e.InForceAt.In(p.Zone)
	b := h.Browser(t)
	for date, edition := range map[string]string{
		day.AddDate(0, 0, -1).Format(time.DateOnly): "1",
		day.Format(time.DateOnly):                   "2",
	} {
		page := b.Get("/court/agreement/agreement/on?date=" + date).Want(http.StatusOK)
		if want := "/court/agreement/agreement/on/" + date; page.Path != want {
			t.Errorf("the form leads to %s, want %s", page.Path, want)
		}
		if got, want := page.Header.Get("Link"), "/editions/"+edition+">"; !strings.Contains(got, want) {
			t.Errorf("on %s the canonical link is %s, want edition %s", date, got, edition)
		}
	}
	if page := b.Get("/court/agreement/agreement/on?date=soon").Want(http.StatusUnprocessableEntity); !page.Has("#date[aria-invalid]") {
		t.Error("the day that cannot be read is not marked at its field")
	}
}

func TestWhatChangedShowsWordsAndParameters(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	amend(t, h, "court", "agreement", "3d", "10d")
	b := h.Browser(t)
	b.Get("/court/language/en")
	page := b.Get("/court/agreement/agreement/editions/2/changes").Want(http.StatusOK)
	if got, want := page.Text("table tbody tr"), "1.4in force after3 days10 daysagreement.amendment"; got != want {
		t.Errorf("the table says %q, want %q", got, want)
	}
	if got := len(page.All("#texts ins")); got != 3 {
		t.Errorf("%d additions are shown, want one in each of three languages", got)
	}
	if got := page.Attr("#texts .govuk-tabs__panel", "id"); got != "texts-en" {
		t.Errorf("the first tab is %s, want the visitor's language", got)
	}
}

func TestEachPortalIsAcceptedInItsOwnWay(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for portal, selector := range map[string]string{
		"ismet":    `main form input[type=checkbox]:not([checked])`,
		"kundelik": `main form button[type=submit]`, "court": `main form button[type=submit]`, "kg": `main form button[type=submit]`,
	} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			h.User(t, portal, "asan")
			b := h.Browser(t)
			if page := b.SignIn(portal, "asan").Want(http.StatusOK); !strings.HasPrefix(page.Path, "/"+portal+"/agreement/accept") {
				t.Fatalf("signing in leads to %s, want the acceptance", page.Path)
			}
			page := b.Get("/" + portal + "/agreement/accept").Want(http.StatusOK)
			if !page.Has(selector) {
				t.Fatalf("%s has no %s", page.Path, selector)
			}
			if !page.Has(`main [role=region][tabindex="0"] .tz-clause`) {
				t.Error("the text cannot be reached by keyboard")
			}
			fields := page.Hidden()
			if portal == "ismet" {
				again := b.Post("/ismet/agreement/accept", append(fields, "tick", "offer")...).Want(http.StatusUnprocessableEntity)
				if !again.Has(`.govuk-error-summary a[href="#rules"]`) || again.Has(`.govuk-error-summary a[href="#offer"]`) {
					t.Error("the box that was not ticked is not the one at fault")
				}
				fields = append(fields, "tick", "offer", "tick", "rules")
			}
			// Not followed away from here; the page behind it needs the acceptance.
			b.Get("/" + portal + "/cabinet").Want(http.StatusOK)
			page = b.Post("/"+portal+"/agreement/accept", append(fields, "next", "//example.org/")...).Want(http.StatusOK)
			if want := "/" + portal + "/cabinet/agreement?accepted=1"; page.Path != want {
				t.Errorf("acceptance leads to %s, want %s", page.Path, want)
			}
			if page = b.Get("/" + portal + "/rules").Want(http.StatusOK); page.Path != "/"+portal+"/rules" {
				t.Errorf("after the acceptance the materials lead to %s", page.Path)
			}
		})
	}
}

func TestAnEditionThatCameBetweenIsShownAndNothingIsAccepted(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kg", "asan")
	b := h.Browser(t)
	b.SignIn("kg", "asan")
	page := b.Get("/kg/agreement/accept").Want(http.StatusOK)
	amend(t, h, "kg", "agreement", "", "")
	page = b.Post("/kg/agreement/accept", page.Hidden()...).Want(http.StatusConflict)
	if !slices.Contains(page.Hidden(), "agreement:2") || !page.Has(".govuk-notification-banner") {
		t.Error("the new text is not shown with a notice")
	}
	if page := b.Get("/kg/cabinet"); page.Path == "/kg/cabinet" {
		t.Error("something was accepted")
	}
}

func TestSigningInAcceptsOnlyTheEditionThatWasShown(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "ismet", "asan")
	if _, err := h.Agreements.Accept(context.Background(), actor, agreement.ByTick, []agreement.Seen{{Document: "offer", Edition: 1}, {Document: "rules", Edition: 1}}, ""); err != nil {
		t.Fatal(err)
	}
	b := h.Browser(t)
	b.SignIn("ismet", "asan")
	amend(t, h, "ismet", "offer", "", "")
	page := b.Get("/ismet/rules").Want(http.StatusOK)
	if !strings.HasPrefix(page.Path, "/ismet/sign-in?again=1&next=") || !slices.Contains(page.Hidden(), "offer:2") {
		t.Fatalf("a new edition leads to %s, which shows %v", page.Path, page.Hidden())
	}
	unshown := b.Post("/ismet/sign-in", "name", "asan", "password", housetest.Password, "seen", "offer:1", "next", "/ismet/rules")
	if !strings.HasPrefix(unshown.Path, "/ismet/sign-in?again=1") {
		t.Errorf("an edition that was not shown is accepted: %s", unshown.Path)
	}
	shown := b.Post("/ismet/sign-in", append(page.Hidden(), "name", "asan", "password", housetest.Password)...).Want(http.StatusOK)
	if shown.Path != "/ismet/rules" {
		t.Errorf("signing in leads to %s, want the page asked for", shown.Path)
	}
}

func TestAWrongPasswordAndAnUnknownNameReadAlike(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "court", "asan")
	b := h.Browser(t)
	wrong := b.Post("/court/sign-in", "name", "asan", "password", "a wrong password").Want(http.StatusUnprocessableEntity)
	nobody := b.Post("/court/sign-in", "name", "asen", "password", "a wrong password").Want(http.StatusUnprocessableEntity)
	if a, b := wrong.Text("main"), nobody.Text("main"); a != b {
		t.Errorf("they differ:\n%s\n%s", a, b)
	}
	if strings.Contains(wrong.Body, "a wrong password") {
		t.Error("the password is sent back")
	}
}

func TestExitEndsTheSessionOnTheServer(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "court", "asan")
	b := h.Browser(t)
	b.SignIn("court", "asan")
	if page := b.Post("/court/exit").Want(http.StatusOK); page.Path != "/court/signed-out" {
		t.Errorf("exit leads to %s", page.Path)
	}
	if page := b.Get("/court/agreement/accept"); !strings.HasPrefix(page.Path, "/court/sign-in") {
		t.Errorf("after exit %s is shown", page.Path)
	}
}

package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// TestMySessions: a person sees where they are signed in and this session marked, ends one, and ends
// all of them; nobody ends another's.
func TestMySessions(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "egov", "owner")
		h.User(t, "egov", "stranger")
		b, other := h.Browser(t), h.Browser(t)
		other.SignIn("egov", "owner")
		h.Clock.Move(time.Minute)
		b.SignIn("egov", "owner")
		p := b.Get("/egov/cabinet/security").Want(http.StatusOK)
		if n := len(p.All(`table[aria-labelledby], #sessions`)); n == 0 || len(p.All(`a[href*="/cabinet/security/sessions/"]`)) != 1 {
			t.Fatalf("the list has %d links to end a session, want one: this one has none\n%s", len(p.All(`a[href*="/cabinet/security/sessions/"]`)), p.Text("main"))
		}
		end := p.Attr(`a[href*="/cabinet/security/sessions/"]`, "href")
		stranger := h.Browser(t)
		stranger.SignIn("egov", "stranger")
		stranger.Post(end).Want(http.StatusNotFound)
		stranger.Get(end).Want(http.StatusNotFound)
		other.Get("/egov/cabinet").Want(http.StatusOK)

		b.Get(end).Want(http.StatusOK)
		if p := other.Get("/egov/cabinet"); p.Path != "/egov/cabinet" {
			t.Errorf("looking at the confirmation ended the session: %s", p.Path)
		}
		b.Post(end).Want(http.StatusOK)
		if p := other.Get("/egov/cabinet"); !strings.HasPrefix(p.Path, "/egov/sign-in") {
			t.Errorf("the ended session goes on at %s", p.Path)
		}
		b.Post(end).Want(http.StatusNotFound)

		other.SignIn("egov", "owner")
		b.Get("/egov/cabinet/security/everywhere").Want(http.StatusOK)
		b.Post("/egov/cabinet/security/everywhere").Want(http.StatusOK)
		for name, x := range map[string]*housetest.Browser{"this": b, "the other": other} {
			if p := x.Get("/egov/cabinet"); !strings.HasPrefix(p.Path, "/egov/sign-in") {
				t.Errorf("after signing out everywhere %s session goes on at %s", name, p.Path)
			}
		}
		if p := stranger.Get("/egov/cabinet"); p.Path != "/egov/cabinet" {
			t.Errorf("somebody else was signed out: %s", p.Path)
		}
	})
}

// TestSignInHistory: a person sees their sign-ins and the failed attempts at their name; who guesses
// is told nothing.
func TestSignInHistory(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "ismet", "watched")
	guess := func(name string) *housetest.Page {
		return h.Browser(t).Post("/ismet/sign-in", "name", name, "password", "guess me 1")
	}
	there, missing := guess("watched"), guess("nobody-here")
	if there.Status != missing.Status || strings.ReplaceAll(there.Text("main"), "watched", "") != strings.ReplaceAll(missing.Text("main"), "nobody-here", "") {
		t.Error("the answers tell who exists")
	}
	b := h.Browser(t)
	b.SignIn("ismet", "watched")
	p := b.Get("/ismet/cabinet/security").Want(http.StatusOK)
	if len(p.All(".govuk-tag--red")) != 1 || len(p.All(".govuk-tag--green")) < 2 { // this session, and one sign-in
		t.Errorf("the history shows %d failures", len(p.All(".govuk-tag--red")))
	}
	for range 30 {
		if _, err := h.Accounts.SignIn(context.Background(), signIn("ismet", "watched")); err != nil {
			t.Fatal(err)
		}
	}
	first := b.Get("/ismet/cabinet/security").Want(http.StatusOK)
	second := b.Get(first.Attr(`a[href*="before="]`, "href")).Want(http.StatusOK)
	if len(second.All(".govuk-tag--red")) != 1 {
		t.Error("the second page does not go on where the first ends")
	}
	b.Get("/ismet/cabinet/security?before=nonsense").Want(http.StatusNotFound)
}

// TestSecondSessionIsShown: where the agreement says so, a person is warned not to tell their
// password, and sees in the cabinet that somebody else is signed in under their name.
func TestSecondSessionIsShown(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.17a")
	h := housetest.SQLite(t)
	for _, portal := range []string{"kundelik", "egov"} {
		actor := h.User(t, portal, "shared")
		accept(t, h, actor)
		b, other := h.Browser(t), h.Browser(t)
		warned := b.Get("/" + portal + "/sign-in").Has(`.govuk-warning-text a[href*="#clause-4.17a"]`)
		b.SignIn(portal, "shared")
		alone := b.Get("/" + portal + "/cabinet").Want(http.StatusOK).Has("#signed-in-elsewhere-title")
		other.SignIn(portal, "shared")
		h.Clock.Move(2 * time.Second)
		shown := b.Get("/" + portal + "/cabinet").Want(http.StatusOK).Has("#signed-in-elsewhere-title")
		other.Post("/" + portal + "/exit")
		h.Clock.Move(2 * time.Second)
		after := b.Get("/" + portal + "/cabinet").Want(http.StatusOK).Has("#signed-in-elsewhere-title")
		if want := portal == "kundelik"; warned != want || alone || shown != want || after {
			t.Errorf("%s: warned %v; another session shown alone %v, beside another %v, after its end %v", portal, warned, alone, shown, after)
		}
	}
}

// TestIdleSession: a session of the court ends when nothing was done in it for the time of the
// clause, not before; a request or a sign of life begins the time anew; the sign-in page says why;
// an amended clause is another time.
func TestIdleSession(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "6.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor := h.User(t, "court", "party")
		accept(t, h, actor)
		b := h.Browser(t)
		b.SignIn("court", "party")
		page := b.Get("/court/cabinet").Want(http.StatusOK)
		if page.Attr("dialog[data-module=tz-idle]", "data-after") != "885" || page.Attr("dialog[data-module=tz-idle]", "data-warn") != "120" {
			t.Errorf("the page warns %s seconds before %s", page.Attr("dialog", "data-warn"), page.Attr("dialog", "data-after"))
		}
		if !page.Has(`a[href*="#clause-6.2"]`) || !page.Has("form.tz-who__form button") || !page.Has(`script[src*="/idle."]`) {
			t.Error("the page does not say the time by its clause, or has no exit")
		}
		for range 3 {
			h.Clock.Move(14*time.Minute + 40*time.Second)
			if p := b.Get("/court/session"); p.Status != http.StatusNoContent {
				t.Fatalf("a session in use ended: %d at %s", p.Status, p.Path)
			}
		}
		h.Clock.Move(15*time.Minute + time.Second)
		p := b.Get("/court/cabinet/profile")
		if !strings.HasPrefix(p.Path, "/court/sign-in?next=") || !p.Has(`.govuk-notification-banner a[href*="#clause-6.2"]`) || !strings.Contains(p.Text(".govuk-notification-banner"), "15") {
			t.Errorf("after the time: %s\n%s", p.Path, p.Text("main"))
		}
		if p := h.Browser(t).Get("/court/sign-in"); p.Has(".govuk-notification-banner") || p.Has("dialog") {
			t.Error("somebody who was not signed in is told that a session ended")
		}
		if p := b.Post("/court/sign-in", append(p.Hidden(), "name", "party", "password", housetest.Password)...); p.Path != "/court/cabinet/profile" {
			t.Errorf("signing in again leads to %s", p.Path)
		}
	})
}

func TestIdleTimeFollowsTheClause(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := h.User(t, "court", "operator", identity.Operator)
	publish(t, h, operator, "agreement", setParameter("gate.idle_session", "after", "30m"))
	h.User(t, "court", "party")
	for days, alive := range map[int]bool{0: false, 5: true} {
		h.Clock.Move(time.Duration(days) * 24 * time.Hour)
		in, err := h.Accounts.SignIn(context.Background(), signIn("court", "party"))
		if err != nil {
			t.Fatal(err)
		}
		h.Clock.Move(20 * time.Minute)
		_, err = h.Accounts.Actor(context.Background(), "court", in.Token)
		if (err == nil) != alive {
			t.Errorf("%d days after the publication, after 20 minutes: %v", days, err)
		}
		h.Clock.Move(-time.Duration(days) * 24 * time.Hour)
	}
}

// TestNothingMoreThanAPassword: a sign-in name and the password are necessary, each of them, and
// sufficient: the cabinet opens with no further step.
func TestNothingMoreThanAPassword(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.10")
	covers.Clause(t, "ismet", "R22")
	h := housetest.SQLite(t)
	for _, portal := range []string{"kundelik", "ismet"} {
		actor := h.User(t, portal, "someone")
		accept(t, h, actor)
		for _, s := range []account.SignIn{
			{Portal: portal, SignInName: "someone", Address: "192.0.2.1"},
			{Portal: portal, SignInName: "someone", Password: "not the password", Address: "192.0.2.1"},
			{Portal: portal, SignInName: "someone-else", Password: housetest.Password, Address: "192.0.2.1"},
			{Portal: portal, Password: housetest.Password, Address: "192.0.2.1"},
		} {
			if _, err := h.Accounts.SignIn(context.Background(), s); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %q and %q: %v", portal, s.SignInName, s.Password, err)
			}
		}
		if p := signInWith(h.Browser(t), portal, "someone", housetest.Password); p.Path != "/"+portal+"/cabinet" {
			t.Errorf("%s: a name and a password led to %s", portal, p.Path)
		}
	}
}

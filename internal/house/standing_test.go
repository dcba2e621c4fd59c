package house_test

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// on moves the clock to an hour of a day in the zone of the Kazakh portals.
func on(t testing.TB, h *housetest.House, day string) {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04-07:00", day+"+05:00")
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Move(at.Sub(h.Clock.Now()))
}

// instantOf reads an instant in that zone.
func instantOf(t testing.TB, day string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04-07:00", day+"+05:00")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// previewed fills the form of a decision in and comes to the page that says what will happen.
func previewed(t testing.TB, b *housetest.Browser, h *housetest.House, person identity.Actor, ground, reason string, more ...string) *housetest.Page {
	t.Helper()
	address := personAddress(h, person) + "/sanction"
	form := b.Get(address + query(more)).Want(http.StatusOK)
	fields := append(form.Hidden(), "ground", ground, "reason", reason, "words", "The rules were broken twice")
	return b.Post(address, append(fields, more...)...)
}

// query leads to the form of a measure that follows a verification.
func query(fields []string) string {
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "check" {
			return "?check=" + fields[i+1]
		}
	}
	return ""
}

// decides decides a sanction through the pages and gives the address of its page.
func decides(t testing.TB, b *housetest.Browser, h *housetest.House, person identity.Actor, ground, reason string, more ...string) string {
	t.Helper()
	preview := previewed(t, b, h, person, ground, reason, more...).Want(http.StatusOK)
	if !preview.Has(`main input[name="confirmed"]`) {
		t.Fatalf("no preview: %s", preview.Text("main"))
	}
	done := b.Post(personAddress(h, person)+"/sanction", preview.Hidden()...).Want(http.StatusOK)
	address, _, _ := strings.Cut(done.Path, "?")
	return address
}

// sanctions lists what is kept of somebody.
func sanctions(t testing.TB, h *housetest.House, user identity.ID) (out []account.Sanction) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		out, err = tx.SanctionsOf(context.Background(), user, 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// desk is a person of a portal with a confirmed e-mail address, and an operator's browser.
func desk(t testing.TB, h *housetest.House, portal string) (identity.Actor, *housetest.Browser) {
	t.Helper()
	person := h.User(t, portal, "asel")
	accept(t, h, person)
	reachable(t, h, person, account.ByEmail, "asel@example.kz")
	h.User(t, portal, "operator1", identity.Operator)
	h.User(t, portal, "operator2", identity.Operator)
	return person, atDesk(t, h, portal, "operator1")
}

// TestABlockLeavesOnePageOpen: a block takes all powers away from sessions that are open, at once where
// the clause orders no notice; the person sees why, by which clause and how to appeal, and nothing
// else; the term ends it by the clock, or an operator lifts it.
func TestABlockLeavesOnePageOpen(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.1.2")
	covers.Clause(t, "ismet", "4.2.1")
	covers.Clause(t, "ismet", "7.2")
	for name, c := range map[string]struct{ portal, rule, reason, clause string }{
		"egov":             {"egov", "account.sanctions", "abuse", "3.1.2"},
		"ismet, a breach":  {"ismet", "account.sanctions", "abuse", "4.2.1"},
		"ismet, involved":  {"ismet", "account.access_removal", "involved", "7.2"},
		"kg":               {"kg", "account.sanctions", "false_data", "2.2"},
		"kundelik at once": {"kundelik", "account.immediate_measures", "unlawful", "8.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				person, b := desk(t, h, c.portal)
				mine := atDesk(t, h, c.portal, "asel")
				mine.Get("/" + c.portal + "/cabinet").Want(http.StatusOK)
				more := []string{"days", "5"}
				if c.portal == "kundelik" {
					more = append(more, "section", "6")
				}
				previewed(t, b, h, person, c.rule+"/block", c.reason, more...).Want(http.StatusOK)
				if n := len(sanctions(t, h, person.User)); n != 0 {
					t.Fatalf("looking at what will happen decided %d sanctions", n)
				}
				page := decides(t, b, h, person, c.rule+"/block", c.reason, more...)

				for _, path := range []string{"/cabinet", "/cabinet/profile", "/cabinet/agreement", "/cabinet/looks", "/cabinet/security", "/agreement/accept", "/rules"} {
					p := mine.Get("/" + c.portal + path)
					if p.Path != "/"+c.portal+"/standing" {
						t.Fatalf("%s is open: %d at %s", path, p.Status, p.Path)
					}
				}
				fresh := atDesk(t, h, c.portal, "asel")
				shown := fresh.Get("/" + c.portal + "/standing").Want(http.StatusOK)
				if text := shown.Text("main"); !strings.Contains(text, "The rules were broken twice") || !shown.Has(`main a[href*="#clause-`+c.clause+`"]`) || !shown.Has(`main a[href*="/standing/appeal/"]`) {
					t.Errorf("the person is shown: %s", text)
				}
				if shown.Has("nav a[href$='/cabinet']") {
					t.Error("the navigation leads to what is closed")
				}
				if told := lettersTo(t, h, c.portal, "asel@example.kz"); len(told) != 1 || told[0].Key != "message.sanction.block" || told[0].Args["clause"] != c.clause {
					t.Errorf("told %+v", told)
				}
				if e := entries(t, h, person.User, "account.sanction"); len(e) != 1 || e[0].Citation.Clause != c.clause || e[0].Detail["action"] != "block" || e[0].Detail["reason"] != c.reason {
					t.Errorf("evidence %+v", e)
				}

				b.Post(page+"/lift", "words", "").Want(http.StatusUnprocessableEntity)
				b.Get(page + "/lift").Want(http.StatusOK)
				b.Post(page+"/lift", "words", "It was somebody else").Want(http.StatusOK)
				mine.Get("/" + c.portal + "/cabinet").Want(http.StatusOK)
				if p := mine.Get("/" + c.portal + "/cabinet"); p.Path != "/"+c.portal+"/cabinet" {
					t.Errorf("after lifting the cabinet leads to %s", p.Path)
				}
				b.Post(page+"/lift", "words", "It was somebody else").Want(http.StatusConflict)
				past := mine.Get("/" + c.portal + "/cabinet").Want(http.StatusOK)
				if past.Has("#standing-title") || !past.Has(`main a[href="/`+c.portal+`/standing"]`) || !strings.Contains(mine.Get("/"+c.portal+"/standing").Text("main"), "It was somebody else") {
					t.Error("a measure of the past cannot be reached from the cabinet")
				}

				decides(t, b, h, person, c.rule+"/block", c.reason, more...)
				h.Clock.Move(5 * 24 * time.Hour)
				if p := mine.Get("/" + c.portal + "/cabinet"); p.Path != "/"+c.portal+"/standing" {
					t.Errorf("on the fifth day the cabinet leads to %s", p.Path)
				}
				h.Clock.Move(24 * time.Hour)
				if p := mine.Get("/" + c.portal + "/cabinet"); p.Path != "/"+c.portal+"/cabinet" {
					t.Errorf("after the term the cabinet leads to %s", p.Path)
				}
			})
		})
	}
}

// TestDeletionNeedsFourEyesAndTheWarning: one operator proposes, another approves, and the time of the
// warning runs from then; to its last minute the person may sign in, and not a second longer.
func TestDeletionNeedsFourEyesAndTheWarning(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.2.1")
	covers.Clause(t, "egov", "3.1.2")
	for portal, c := range map[string]struct{ clause, until string }{
		"ismet": {"4.2.1", "2026-12-17T00:00"}, // approved on the 15th, a full day runs out
		"egov":  {"3.1.2", "2026-12-15T15:00"},
	} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				ctx := context.Background()
				on(t, h, "2026-12-14T15:00")
				person, one := desk(t, h, portal)
				two := atDesk(t, h, portal, "operator2")
				page := decides(t, one, h, person, "account.sanctions/delete", "harm")
				if s := sanctions(t, h, person.User); len(s) != 1 || s[0].State != account.SanctionProposed {
					t.Fatalf("proposed: %+v", s)
				}
				on(t, h, "2026-12-15T15:00")
				mine := atDesk(t, h, portal, "asel")
				if shown := mine.Get("/" + portal + "/standing"); strings.Contains(shown.Text("main"), "broken twice") {
					t.Error("the person is told of a proposal")
				}
				if n := len(lettersTo(t, h, portal, "asel@example.kz")); n != 0 {
					t.Errorf("%d messages before the approval", n)
				}
				one.Post(page + "/approve").Want(http.StatusForbidden)
				if s := sanctions(t, h, person.User); s[0].State != account.SanctionProposed {
					t.Fatal("whoever proposed has approved")
				}
				two.Get(page + "/approve").Want(http.StatusOK)
				answers := together(2, func(int) int { return two.Post(page + "/approve").Status })
				if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
					t.Errorf("two approvals at once: %v", answers)
				}
				until := instantOf(t, c.until)
				s := sanctions(t, h, person.User)[0]
				early := func(tx *store.Tx) error { return h.Accounts.CarryOut(ctx, tx, person.User, s.ID) }
				if portal == "ismet" && h.Store.InTx(ctx, early) == nil {
					t.Error("before its time nobody notices that it is not carried out")
				}
				if got := s.InForceAt; got.Before(until) || got.After(until.Add(time.Minute)) {
					t.Fatalf("in force from %s, want %s", got, until)
				}
				if told := lettersTo(t, h, portal, "asel@example.kz"); len(told) == 0 || told[len(told)-1].Key != "message.sanction.delete" {
					t.Errorf("told %+v", told)
				}
				if portal == "ismet" {
					on(t, h, "2026-12-16T23:59")
					if shown := mine.Get("/ismet/cabinet").Want(http.StatusOK); !shown.Has(`#standing-title`) || shown.Path != "/ismet/cabinet" {
						t.Errorf("a minute before the end: %s", shown.Path)
					}
				}
				h.Clock.Move(until.Add(time.Minute).Sub(h.Clock.Now()))
				if p := mine.Get("/" + portal + "/cabinet"); !strings.HasPrefix(p.Path, "/"+portal+"/sign-in") {
					t.Errorf("after the end the session opens %s", p.Path)
				}
				if _, err := h.Accounts.SignIn(ctx, signIn(portal, "asel")); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("after the end the password opens: %v", err)
				}
				keeps(t, h)
				u, err := h.Accounts.Me(ctx, person)
				if err != nil || u.State != account.Deleted || u.Shown != "" {
					t.Errorf("the account is %s %q, %v", u.State, u.Shown, err)
				}
				if e := entries(t, h, person.User, "account.sanction_done"); len(e) != 1 || e[0].Citation.Clause != c.clause {
					t.Errorf("evidence %+v", e)
				}
				if left := sanctions(t, h, person.User); len(left) != 1 || left[0].State != account.SanctionDone || left[0].Words != "" {
					t.Errorf("left: %+v", left)
				}
				one.Post(page+"/lift", "words", "Too late to be sorry").Want(http.StatusConflict)
			})
		})
	}
}

// TestAContractEndsABusinessDayAfterTheLetter: the day of independence in between is no business day, and
// without an e-mail address the contract cannot be ended.
func TestAContractEndsABusinessDayAfterTheLetter(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "7.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		on(t, h, "2026-12-15T09:00") // a Tuesday; the 16th is a day off
		person, one := desk(t, h, "ismet")
		unreachable := h.User(t, "ismet", "berik")
		previewed(t, one, h, unreachable, "account.contract_termination/terminate", "harm").Want(http.StatusUnprocessableEntity)
		previewed(t, one, h, person, "account.contract_termination/terminate", "abuse").Want(http.StatusUnprocessableEntity)
		page := decides(t, one, h, person, "account.contract_termination/terminate", "harm_threat")
		atDesk(t, h, "ismet", "operator2").Post(page + "/approve").Want(http.StatusOK)
		if at := sanctions(t, h, person.User)[0].InForceAt; !at.Equal(instantOf(t, "2026-12-18T00:00")) {
			t.Fatalf("the contract ends at %s, want 18 December 00:00", at)
		}
		if told := lettersTo(t, h, "ismet", "asel@example.kz"); len(told) != 1 || told[0].Key != "message.sanction.terminate" || told[0].Args["at"] != "18.12.2026 00:00" {
			t.Errorf("told %+v", told)
		}
		on(t, h, "2026-12-17T23:59")
		if _, err := h.Accounts.SignIn(ctx, signIn("ismet", "asel")); err != nil {
			t.Errorf("before the end: %v", err)
		}
		on(t, h, "2026-12-18T00:00")
		if _, err := h.Accounts.SignIn(ctx, signIn("ismet", "asel")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("after the end: %v", err)
		}
		keeps(t, h)
		if u, err := h.Accounts.Me(ctx, person); err != nil || u.State != account.Closed {
			t.Errorf("the account is %s, %v", u.State, err)
		}
	})
}

// TestOneServiceIsClosed: the rest stays open, the refusal cites its clause, and the school diary has
// the broken section named.
func TestOneServiceIsClosed(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.2.1")
	covers.Clause(t, "ismet", "7.2")
	covers.Clause(t, "kundelik", "4.19")
	covers.Clause(t, "kundelik", "4.20")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		staff := map[string]bool{}
		for _, c := range []struct{ portal, ground, reason, clause string }{
			{"ismet", "account.access_removal/restrict", "involved", "7.2"}, {"ismet", "account.sanctions/limit_information", "harm", "4.2.1"},
			{"kundelik", "account.sanctions/restrict", "unlawful", "4.20"},
		} {
			portal := c.portal
			if !staff[portal] {
				desk(t, h, portal)
				staff[portal] = true
			}
			person, b := deskPerson(t, h, portal, "asel"), atDesk(t, h, portal, "operator1")
			mine := atDesk(t, h, portal, "asel")
			mine.Get("/" + portal + "/cabinet/profile").Want(http.StatusOK)
			section := []string{"service", "profile"}
			previewed(t, b, h, person, c.ground, c.reason, "service", "everything", "section", "5").Want(http.StatusUnprocessableEntity)
			if portal == "kundelik" {
				for _, bad := range []string{"", "4"} {
					if p := previewed(t, b, h, person, c.ground, c.reason, "service", "profile", "section", bad).Want(http.StatusUnprocessableEntity); !p.Has(`main .govuk-error-summary a[href*="#clause-4.19"]`) {
						t.Errorf("the refusal does not cite clause 4.19: %s", p.Text("main"))
					}
				}
				section = append(section, "section", "5")
			}
			page := decides(t, b, h, person, c.ground, c.reason, section...)
			p := mine.Get("/" + portal + "/cabinet/profile").Want(http.StatusForbidden)
			if !p.Has(`main a[href*="#clause-` + c.clause + `"]`) {
				t.Errorf("the refusal cites no clause: %s", p.Text("main"))
			}
			mine.Post("/"+portal+"/cabinet/profile", "shown", "Басқа").Want(http.StatusForbidden)
			mine.Get("/" + portal + "/cabinet").Want(http.StatusOK)
			mine.Get("/" + portal + "/cabinet/activity").Want(http.StatusOK)
			e := entries(t, h, person.User, "account.sanction")
			if len(e) == 0 || e[0].Citation.Clause != c.clause || e[0].Detail["service"] != "profile" || portal == "kundelik" && e[0].Detail["section"] != "5" {
				t.Errorf("evidence %+v", e)
			}
			b.Post(page+"/lift", "words", "It has been cleared up").Want(http.StatusOK)
			mine.Get("/" + portal + "/cabinet/profile").Want(http.StatusOK)
		}
	})
}

// TestTwoDecideAtOnce: of two operators who decide on one person from the same form one is told that the
// standing has changed; a lifting and a deletion whose time has come do not both happen.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		person, one := desk(t, h, "egov")
		two := atDesk(t, h, "egov", "operator2")
		forms := []*housetest.Page{
			previewed(t, one, h, person, "account.sanctions/block", "abuse").Want(http.StatusOK),
			previewed(t, two, h, person, "account.sanctions/refuse", "false_data").Want(http.StatusOK),
		}
		answers := together(2, func(i int) int {
			return []*housetest.Browser{one, two}[i].Post(personAddress(h, person)+"/sanction", forms[i].Hidden()...).Status
		})
		if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 || len(sanctions(t, h, person.User)) != 1 {
			t.Errorf("two decisions at once: %v", answers)
		}

		other := h.User(t, "egov", "berik")
		page := decides(t, one, h, other, "account.sanctions/delete", "harm")
		s := sanctions(t, h, other.User)[0]
		operator2 := deskPerson(t, h, "egov", "operator2")
		operator2.Roles = []identity.Role{identity.User, identity.Operator}
		if err := h.Accounts.ApproveSanction(ctx, operator2, other.User, s.ID); err != nil {
			t.Fatal(err)
		}
		together(2, func(i int) int {
			if i == 0 {
				return one.Post(page+"/lift", "words", "At the very last moment").Status
			}
			if _, err := h.Keeper.Step(ctx); err != nil {
				t.Error(err)
			}
			return 0
		})
		keeps(t, h) // also what the house has in hand
		u, err := h.Accounts.Me(ctx, other)
		state := sanctions(t, h, other.User)[0].State
		if err != nil || (state == account.SanctionDone) != (u.State == account.Deleted) || state == account.SanctionLifted && u.State != account.Active {
			t.Errorf("the sanction is %s and the account %s, %v", state, u.State, err)
		}
	})
}

// TestAnAppealIsAnsweredBySomebodyElse: the person appeals from the one page that is open, once; whoever
// decided cannot answer; the answer stands on that page.
func TestAnAppealIsAnsweredBySomebodyElse(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, one := desk(t, h, "egov")
		stranger := h.User(t, "egov", "berik")
		accept(t, h, stranger)
		two := atDesk(t, h, "egov", "operator2")
		decides(t, one, h, person, "account.sanctions/block", "abuse")
		mine := atDesk(t, h, "egov", "asel")
		appeal := mine.Get("/egov/standing").Want(http.StatusOK).Attr(`main a[href*="/standing/appeal/"]`, "href")
		mine.Get(appeal).Want(http.StatusOK)
		mine.Post(appeal, "text", "no").Want(http.StatusUnprocessableEntity)
		other := atDesk(t, h, "egov", "berik")
		other.Get(appeal).Want(http.StatusNotFound)
		other.Post(appeal, "text", "This is not my sanction").Want(http.StatusNotFound)
		mine.Post(appeal, "text", "It was my brother,\nI can show it").Want(http.StatusOK)
		mine.Post(appeal, "text", "And once more about it").Want(http.StatusConflict)
		open := cases(t, h, "egov")
		if len(open) != 1 || open[0].Kind != account.CaseAppeal || open[0].User != person.User {
			t.Fatalf("cases %+v", open)
		}
		address := caseAddress(h, open[0])
		if p := one.Post(address, "reason", "support").Want(http.StatusOK); !strings.Contains(p.Text("main"), "It was my brother") || p.Has(`form[action$="/propose"]`) {
			t.Errorf("the case says: %s", p.Text("main"))
		}
		one.Post(address+"/answer", "reason", "support", "answer", "We do not change our mind").Want(http.StatusForbidden)
		two.Post(address+"/answer", "reason", "support", "answer", "We looked again and stay with it").Want(http.StatusOK)
		if text := mine.Get("/egov/standing").Text("main"); !strings.Contains(text, "We looked again and stay with it") {
			t.Errorf("the person reads: %s", text)
		}
		if e := entries(t, h, person.User, "account.appeal"); len(e) != 1 || e[0].Citation.Clause != "3.1.2" {
			t.Errorf("evidence %+v", e)
		}
	})
}

// TestARefusedNumberDoesNotRegister: neither that of a person who was refused nor one that was kept out
// beforehand; and nobody who types it learns more than of a number that is taken.
func TestARefusedNumberDoesNotRegister(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.1.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		_, b := desk(t, h, "egov")
		ground := []string{"ground", "account.sanctions/refuse", "reason", "false_data", "words", "The papers were forged"}
		b.Get("/egov/console/sanctions/number").Want(http.StatusOK)
		b.Post("/egov/console/sanctions/number", append(ground, "number", "12x")...).Want(http.StatusUnprocessableEntity)
		kept := b.Post("/egov/console/sanctions/number", append(ground, "number", "800101100112", "days", "5")...).Want(http.StatusOK)
		b.Post("/egov/console/sanctions/number", append(ground, "number", "800101100112")...).Want(http.StatusConflict)

		register := func(number, email string) *housetest.Page {
			t.Helper()
			x := h.Browser(t)
			x.Get("/egov/register").Want(http.StatusOK)
			x.Post("/egov/register/type", "kind", "individual").Want(http.StatusOK)
			asked := x.Post("/egov/register/details", details(number, email)...).Want(http.StatusOK)
			sent := x.Sign(asked, h.Key(t, housetest.Person(number))).Want(http.StatusOK)
			if sent.Path != "/egov/register/sent" {
				t.Fatalf("the details led to %s", sent.Path)
			}
			link := linkIn(t, sentTo(t, h, "egov", email))
			return x.Post(link, x.Get(link).Want(http.StatusOK).Hidden()...)
		}
		register("800101100407", "first@example.kz").Want(http.StatusOK)
		taken := register("800101100407", "second@example.kz").Want(http.StatusConflict)
		refused := register("800101100112", "third@example.kz").Want(http.StatusConflict)
		if taken.Text("main") != refused.Text("main") {
			t.Errorf("a refused number is told from one that is taken:\n%s\n%s", taken.Text("main"), refused.Text("main"))
		}
		b.Post("/egov/console/sanctions/number", append(ground, "number", "800101100407")...).Want(http.StatusConflict)

		page, _, _ := strings.Cut(kept.Path, "?")
		if !b.Get(page).Want(http.StatusOK).Has(`main a[href$="/lift"]`) {
			t.Error("it cannot be lifted")
		}
		h.Clock.Move(6 * 24 * time.Hour) // its term is over
		register("800101100112", "fourth@example.kz").Want(http.StatusOK)
	})
}

// upload sends the answer to a verification with files, as a browser does.
func uploadPaper(t testing.TB, h *housetest.House, b *housetest.Browser, path string, right bool, files map[string][]byte) *housetest.Page {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if right {
		_ = w.WriteField("right", "yes")
	}
	for name, content := range files {
		head := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="papers"; filename="` + name + `"`}, "Content-Type": {"application/pdf"}}
		part, err := w.CreatePart(head)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, h.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.Do(req)
}

// asks asks for documents through the pages; page is the operator's, mine the person's.
func asksForPapers(t testing.TB, b *housetest.Browser, h *housetest.House, person identity.Actor, days string) (page, mine string) {
	t.Helper()
	address := personAddress(h, person) + "/check"
	b.Get(address).Want(http.StatusOK)
	done := b.Post(address, "fields", "name", "fields", "passport", "papers", "yes", "text", "Your passport has expired", "days", days).Want(http.StatusOK)
	page, _, _ = strings.Cut(done.Path, "?")
	parts := strings.Split(page, "/")
	return page, "/" + person.Portal + "/standing/checks/" + parts[len(parts)-1]
}

func pdf() []byte { return []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\nпаспорт\n%%EOF\n") }

// TestDocumentsAreAskedForAndJudged: the person confirms and uploads; the type is told by the content,
// files are capped and kept sealed; a mismatch, or nothing in time, lets the operator take the measure
// of the clause after its notice, and only then.
func TestDocumentsAreAskedForAndJudged(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.3")
	covers.Clause(t, "ismet", "5.3")
	for portal, c := range map[string]struct{ clause, effect, until string }{
		"kg":    {"2.3", "refuse", "2026-12-15T09:00"},
		"ismet": {"5.3", "block", "2026-12-18T00:00"}, // the 16th is a day off, the 17th runs out
	} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				on(t, h, "2026-12-01T09:00")
				person, b := desk(t, h, portal)
				mine := atDesk(t, h, portal, "asel")
				page, answer := asksForPapers(t, b, h, person, "10")
				if !mine.Get("/" + portal + "/cabinet").Has(`#standing-title`) {
					t.Error("the cabinet does not say that something is asked")
				}
				if told := lettersTo(t, h, portal, "asel@example.kz"); len(told) != 1 || told[0].Key != "message.check" || told[0].Args["clause"] != c.clause {
					t.Errorf("told %+v", told)
				}
				form := mine.Get(answer).Want(http.StatusOK)
				if !form.Has(`main input[type="file"]`) || !form.Has(`main a[href*="#clause-`+c.clause+`"]`) || form.Has(`input[name="right"][checked]`) {
					t.Errorf("the form: %s", form.Text("main"))
				}
				b.Post(page, "outcome", "missing", "note", "Nothing was given").Want(http.StatusUnprocessableEntity)
				b.Post(page, "outcome", "mismatch", "note", "Not the same person").Want(http.StatusUnprocessableEntity)
				uploadPaper(t, h, mine, answer, true, nil).Want(http.StatusUnprocessableEntity)
				uploadPaper(t, h, mine, answer, false, map[string][]byte{"a.pdf": pdf()}).Want(http.StatusUnprocessableEntity)
				uploadPaper(t, h, mine, answer, true, map[string][]byte{"a.pdf": []byte("<html>")}).Want(http.StatusUnprocessableEntity)
				uploadPaper(t, h, mine, answer, true, map[string][]byte{"a.pdf": append(pdf(), make([]byte, account.MostPaperSize)...)}).Want(http.StatusUnprocessableEntity)
				many := map[string][]byte{}
				for i := range account.MostPapers + 1 {
					many[strconv.Itoa(i)+".pdf"] = pdf()
				}
				uploadPaper(t, h, mine, answer, true, many).Want(http.StatusUnprocessableEntity)
				uploadPaper(t, h, mine, answer, true, map[string][]byte{"паспорт.pdf": pdf()}).Want(http.StatusOK)
				stranger := h.User(t, portal, "berik")
				atDesk(t, h, portal, "berik").Get(answer).Want(http.StatusNotFound)
				uploadPaper(t, h, atDesk(t, h, portal, "berik"), answer, true, map[string][]byte{"a.pdf": pdf()}).Want(http.StatusNotFound)

				seen := b.Get(page).Want(http.StatusOK)
				file := seen.Attr(`main a[href*="/papers/"]`, "href")
				if got := b.Get(file).Want(http.StatusOK); got.Body != string(pdf()) || got.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
					t.Errorf("the document comes as %q", got.Body)
				}
				atDesk(t, h, portal, "berik").Get(file).Want(http.StatusForbidden)
				if n := len(entries(t, h, person.User, "account.look")); n < 2 {
					t.Errorf("%d looks are recorded", n)
				}
				previewed(t, b, h, person, "account.failed_check/"+c.effect, "mismatch").Want(http.StatusUnprocessableEntity) // nothing has failed yet
				b.Post(page, "outcome", "mismatch", "note", "Not the same person").Want(http.StatusOK)
				b.Post(page, "outcome", "match", "note", "The same after all").Want(http.StatusConflict)
				measure := b.Get(page).Attr(`main a[href*="/sanction?check="]`, "href")
				_, check, _ := strings.Cut(measure, "check=")
				on(t, h, "2026-12-15T09:00")
				previewed(t, b, h, person, "account.failed_check/"+c.effect, "missing", "check", check).Want(http.StatusUnprocessableEntity)
				decides(t, b, h, person, "account.failed_check/"+c.effect, "mismatch", "check", check)
				s := sanctions(t, h, person.User)[0]
				until := instantOf(t, c.until)
				if s.InForceAt.Before(until) || s.InForceAt.After(until.Add(time.Minute)) || s.Cite.Clause != c.clause {
					t.Errorf("in force from %s by %s, want %s", s.InForceAt, s.Cite, until)
				}
				h.Clock.Move(until.Add(time.Minute).Sub(h.Clock.Now()))
				if p := mine.Get("/" + portal + "/cabinet"); p.Path != "/"+portal+"/standing" {
					t.Errorf("the cabinet leads to %s", p.Path)
				}

				later, _ := asksForPapers(t, b, h, stranger, "1")
				h.Clock.Move(5 * 24 * time.Hour) // the time is never shorter than the warning: a weekend may lie in it
				if list := b.Get("/" + portal + "/console/checks?state=late").Want(http.StatusOK); !list.Has(`a[href="` + later + `"]`) {
					t.Errorf("the overdue are: %s", list.Text("main"))
				}
				b.Post(later, "outcome", "missing", "note", "Nothing was given in time").Want(http.StatusOK)
				_, check, _ = strings.Cut(b.Get(later).Attr(`main a[href*="/sanction?check="]`, "href"), "check=")
				previewed(t, b, h, stranger, "account.failed_check/"+c.effect, "missing", "check", check).Want(http.StatusOK)
			})
		})
	}
}

// TestRegistersAreAskedAndRecorded: the question is recorded before the answer; a register that fails is
// an outcome; an answer got by other means carries its source; and only whom the clause names may ask.
func TestRegistersAreAskedAndRecorded(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.1.1")
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		asked := 0
		population := map[string]string{"800101100112": "Сынақов Тест"} // who lives where the register is kept
		h := housetest.Open(t, house.Config{Database: database, Registers: map[string]account.Register{
			"population": func(_ context.Context, q account.RegisterQuery) (account.RegisterAnswer, error) {
				asked++
				return account.RegisterAnswer{Match: population[q.Person.Number] == q.Person.Shown(), Source: "ans-" + strconv.Itoa(asked)}, nil
			},
			"broken": func(context.Context, account.RegisterQuery) (account.RegisterAnswer, error) {
				return account.RegisterAnswer{}, errors.New("no route to the register")
			},
		}})
		person, b := desk(t, h, "egov")
		know := func(name string) {
			t.Helper()
			err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
				return tx.SavePerson(context.Background(), "egov", person.User, account.Person{Surname: "Сынақов", Given: name, Number: "800101100112"})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		address := personAddress(h, person) + "/register"
		ask := func(browser *housetest.Browser, fields ...string) *housetest.Page {
			return browser.Post(address, append([]string{"why", "The name looks strange"}, fields...)...)
		}
		b.Get(address).Want(http.StatusOK)
		know("Тест")
		if p := ask(b, "register", "population").Want(http.StatusOK); !strings.Contains(p.Text("main"), "ans-1") {
			t.Errorf("the answer is shown as %s", p.Text("main"))
		}
		know("Басқа")
		ask(b, "register", "population").Want(http.StatusOK)
		ask(b, "register", "broken").Want(http.StatusOK)
		ask(b, "register", "somewhere").Want(http.StatusUnprocessableEntity)
		ask(b, "register", "Passport office", "outcome", "match").Want(http.StatusUnprocessableEntity) // without a source
		ask(b, "register", "Passport office", "outcome", "match", "source", "Letter 12-3 of 1 December").Want(http.StatusOK)
		var outcomes []string
		for _, e := range entries(t, h, person.User, "account.register_answer") {
			outcomes = append(outcomes, e.Detail["outcome"])
			if e.Citation.Clause != "3.1.1" {
				t.Errorf("evidence %+v", e)
			}
		}
		if got := strings.Join(outcomes, " "); got != "match unavailable mismatch match" {
			t.Errorf("newest first the outcomes are %q", got)
		}
		queries := entries(t, h, person.User, "account.register_query")
		if len(queries) != 4 || queries[0].Detail["by_hand"] != "yes" || queries[3].Detail["fields"] != "name number" || asked != 2 {
			t.Errorf("%d questions are recorded, %d were asked: %+v", len(queries), asked, queries)
		}

		h.User(t, "egov", "owner1", identity.Owner)
		ask(atDesk(t, h, "egov", "owner1"), "register", "population").Want(http.StatusOK)
		h.User(t, "egov", "auditor1", identity.Auditor)
		ask(atDesk(t, h, "egov", "auditor1"), "register", "population").Want(http.StatusForbidden)
		elsewhere, there := desk(t, h, "kg")
		there.Post(personAddress(h, elsewhere)+"/register", "register", "population", "why", "The name looks strange").Want(http.StatusForbidden)
		b.Post(personAddress(h, person)+"/check", "papers", "yes", "text", "Show us your papers", "days", "5").Want(http.StatusForbidden)
	})
}

// TestARegistrationIsRefusedOnItsGrounds: the clause names the grounds, and no others are taken.
func TestARegistrationIsRefusedOnItsGrounds(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "5.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		user := registered(t, h, b, "+77011234567", "asel@example.kz")
		person := identity.Actor{Portal: "ismet", User: user}
		h.User(t, "ismet", "operator1", identity.Operator)
		o := atDesk(t, h, "ismet", "operator1")
		for _, bad := range []string{"", "abuse", "other"} {
			previewed(t, o, h, person, "account.registration_refusal/refuse", bad).Want(http.StatusUnprocessableEntity)
		}
		decides(t, o, h, person, "account.registration_refusal/refuse", "incomplete")
		p := b.Get("/ismet/cabinet")
		if p.Path != "/ismet/standing" || !p.Has(`main a[href*="#clause-5.1"]`) {
			t.Errorf("the person comes to %s: %s", p.Path, p.Text("main"))
		}
		if e := entries(t, h, user, "account.sanction"); len(e) != 1 || e[0].Citation.Clause != "5.1" || e[0].Detail["reason"] != "incomplete" {
			t.Errorf("evidence %+v", e)
		}
	})
}

// TestSanctionsAreDecidedByTheStaffOnOthers: not by users, not of another portal, not on oneself, not on
// the staff; and the lists keep to the portal.
func TestSanctionsAreDecidedByTheStaffOnOthers(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	person, b := desk(t, h, "egov")
	own := deskPerson(t, h, "egov", "operator1")
	colleague := deskPerson(t, h, "egov", "operator2")
	decide := []string{"ground", "account.sanctions/block", "reason", "abuse", "words", "The rules were broken twice", "version", "0", "confirmed", "yes"}
	b.Post(personAddress(h, own)+"/sanction", decide...).Want(http.StatusForbidden)
	b.Post(personAddress(h, colleague)+"/sanction", decide...).Want(http.StatusForbidden)
	stranger := h.Browser(t)
	stranger.SignIn("egov", "asel")
	for _, path := range []string{"/sanctions", "/sanctions.csv", "/checks", "/checks.csv", "/sanctions/number"} {
		stranger.Get("/egov/console" + path).Want(http.StatusForbidden)
	}
	stranger.Post(personAddress(h, person)+"/sanction", decide...).Want(http.StatusForbidden)
	h.User(t, "kg", "operator1", identity.Operator)
	foreign := atDesk(t, h, "kg", "operator1")
	elsewhere := strings.Replace(personAddress(h, person), "/egov/", "/kg/", 1)
	foreign.Get(elsewhere + "/sanction").Want(http.StatusNotFound)
	foreign.Post(elsewhere+"/sanction", decide...).Want(http.StatusNotFound)
	foreign.Get(elsewhere + "/standing").Want(http.StatusNotFound)
	page := decides(t, b, h, person, "account.sanctions/block", "abuse")
	foreign.Get(strings.Replace(page, "/egov/", "/kg/", 1)).Want(http.StatusNotFound)
	foreign.Post(strings.Replace(page, "/egov/", "/kg/", 1)+"/lift", "words", "From another portal").Want(http.StatusNotFound)
	if text := foreign.Get("/kg/console/sanctions").Want(http.StatusOK).Text("main"); strings.Contains(text, "3.1.2") {
		t.Errorf("another portal's list says: %s", text)
	}
	if list := b.Get("/egov/console/sanctions?state=decided&action=block").Want(http.StatusOK); !list.Has(`main a[href="` + page + `"]`) {
		t.Errorf("the list says: %s", list.Text("main"))
	}
	if list := b.Get("/egov/console/sanctions?state=lifted").Want(http.StatusOK); list.Has(`main a[href="` + page + `"]`) {
		t.Error("the filter filters nothing")
	}
	if csv := b.Get("/egov/console/sanctions.csv").Want(http.StatusOK).Body; !strings.Contains(csv, "egov/agreement@1#3.1.2") || strings.Count(csv, "\r\n") != 2 {
		t.Errorf("the table is %q", csv)
	}
	for _, path := range []string{"/console/sanctions?before=x", "/console/sanctions/x/y", "/console/checks?before=x", "/console/checks/x/y", "/standing/appeal/x", "/standing/checks/x"} {
		b.Get("/egov" + path).Want(http.StatusNotFound)
	}
}

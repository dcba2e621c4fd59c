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
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// rolesOf are those somebody holds.
func rolesOf(t testing.TB, h *housetest.House, user identity.ID) (roles []identity.Role) {
	t.Helper()
	err := h.Accounts.InView(context.Background(), func(tx account.Tx) error {
		u, err := tx.User(context.Background(), user)
		roles = u.Roles
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

func userNamed(t testing.TB, h *housetest.House, portal, name string) (u account.User) {
	t.Helper()
	err := h.Accounts.InView(context.Background(), func(tx account.Tx) error {
		var err error
		u, err = tx.UserNamed(context.Background(), portal, account.Fold(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func invitation(name, role string) []string {
	return []string{"shown", "Жаңа Қызметкер", "name", name, "email", name + "@example.kz", "language", "ru", "role", role, "reason", "Order 12 of 1 December"}
}

const why = "Order 13 of 2 December"

// TestOperatorsStaff: the administrator of the court cabinet creates accounts, by a link that works once, and
// changes powers: two operators together where everything depends on it, at once in open sessions,
// never their own, and never so that nobody is left (court 1.1d). The operator of the Kyrgyz portal,
// who keeps it running, does so by kg 1.1c.
func TestOperatorsStaff(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1d")
	covers.Clause(t, "kg", "1.1c")
	for portal, clause := range map[string]string{"court": "1.1d", "kg": "1.1c"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				first := h.User(t, portal, "operator1", identity.Operator)
				h.User(t, portal, "operator2", identity.Operator)
				one, two, staff := atDesk(t, h, portal, "operator1"), atDesk(t, h, portal, "operator2"), "/"+portal+"/console/staff"
				if cited := one.Get(staff + "-invite").Want(http.StatusOK).Text("main .tz-cite"); !strings.Contains(cited, clause) {
					t.Errorf("the page cites %q, want %s", cited, clause)
				}
				if p := one.Post(staff+"-invite", "role", "king").Want(http.StatusUnprocessableEntity); len(p.All(".govuk-error-summary li")) < 5 {
					t.Errorf("an empty invitation is refused with %d faults", len(p.All(".govuk-error-summary li")))
				}
				one.Post(staff+"-invite", invitation("new.operator", "operator")...).Want(http.StatusOK)
				one.Post(staff+"-invite", invitation("new.operator", "auditor")...).Want(http.StatusConflict)
				u := userNamed(t, h, portal, "new.operator")
				sent := outbox(t, h, portal)
				if len(sent) != 1 || sent[0].Key != "message.staff_invited" || sent[0].To != "new.operator@example.kz" {
					t.Fatalf("sent: %+v", sent)
				}
				link := linkIn(t, sent[0])
				theirs := h.Browser(t)
				form := theirs.Get(link).Want(http.StatusOK)
				theirs.Post(strings.SplitN(link, "?", 2)[0], append(form.Hidden(), "password", housetest.Password, "again", housetest.Password)...).Want(http.StatusOK)
				h.Browser(t).Get(link).Want(http.StatusNotFound)
				shut := func() { // to whoever is no staff; on court they are no user without a key either (P)
					t.Helper()
					if p := theirs.Get("/" + portal + "/console"); p.Status != http.StatusForbidden && !strings.HasPrefix(p.Path, "/court/key?") {
						t.Errorf("without powers the console answers %d at %s", p.Status, p.Path)
					}
				}
				shut()

				person := staff + "/" + h.Opaque.Of(u.ID)
				grant := person + "/grants/" + h.Opaque.Of(grants(t, h, u.ID)[0].ID)
				if got := rolesOf(t, h, u.ID); slices.Contains(got, identity.Operator) {
					t.Fatalf("one operator alone made another: %v", got)
				}
				if p := one.Get(grant).Want(http.StatusOK); p.Has(`input[value="approve"]`) {
					t.Error("whoever proposed is offered to approve")
				}
				one.Post(grant, "answer", "approve").Want(http.StatusForbidden)
				two.Post(grant).Want(http.StatusUnprocessableEntity)
				answers := together(2, func(int) int { return two.Post(grant, "answer", "approve").Status })
				if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
					t.Errorf("two approvals at once: %v", answers)
				}
				theirs.Get("/" + portal + "/console").Want(http.StatusOK) // the session that was open
				theirs.Post(person+"/take/operator", "reason", why).Want(http.StatusForbidden)
				if p := theirs.Get(person).Want(http.StatusOK); p.Has(`main a[href*="/take/"]`) {
					t.Error("somebody is offered to change their own powers")
				}

				one.Post(person+"/give/auditor", "reason", why).Want(http.StatusConflict) // one power at a time
				one.Post(person+"/take/operator", "reason", "short").Want(http.StatusUnprocessableEntity)
				if p := one.Get(person + "/take/operator").Want(http.StatusOK); !p.Has(".govuk-warning-text") {
					t.Error("a power is taken without a warning")
				}
				theirs.Get("/" + portal + "/console").Want(http.StatusOK)
				one.Post(person+"/take/operator", "reason", why).Want(http.StatusOK)
				shut()
				if p := theirs.Post(staff+"/"+h.Opaque.Of(first.User)+"/take/operator", "reason", why); p.Status != http.StatusForbidden && !strings.HasPrefix(p.Path, "/court/key?") {
					t.Errorf("without powers a power is taken: %d at %s", p.Status, p.Path)
				}
				one.Post(person+"/give/auditor", "reason", why).Want(http.StatusOK)
				theirs.Get("/" + portal + "/log").Want(http.StatusOK)

				for act, n := range map[string]int{"account.staff_invite": 1, "account.role_propose": 1, "account.role_give": 2, "account.role_take": 1} {
					found := entriesOf(t, h, portal, act)
					if len(found) != n || found[0].Citation.Clause != clause || found[0].Home != u.ID {
						t.Errorf("%s: %d entries, want %d by %s at the person's home", act, len(found), n, clause)
					}
				}
				file := one.Get(staff + "-history.csv").Want(http.StatusOK)
				if !strings.Contains(file.Body, why) || strings.Contains(file.Body, housetest.Password) {
					t.Errorf("the history as a file: %s", file.Body)
				}
				if !strings.Contains(one.Get(staff+".csv").Want(http.StatusOK).Body, "auditor") {
					t.Error("the list as a file does not name the auditor")
				}
			})
		})
	}
}

func grants(t testing.TB, h *housetest.House, user identity.ID) (out []account.Grant) {
	t.Helper()
	err := h.Accounts.InView(context.Background(), func(tx account.Tx) error {
		var err error
		out, err = tx.GrantsOf(context.Background(), user, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSomebodyIsLeftToOperate: of two operators who take each other's powers at the same moment one is left.
func TestSomebodyIsLeftToOperate(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		who := []identity.Actor{h.User(t, "court", "operator1", identity.Operator), h.User(t, "court", "operator2", identity.Operator)}
		errs := make([]error, 2)
		atOnce(2, func(i int) {
			errs[i] = h.Accounts.TakeRole(context.Background(), who[i], who[1-i].User, identity.Operator, why)
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both answered alike: %v, %v", errs[0], errs[1])
		}
		left := 0
		for _, a := range who {
			if slices.Contains(rolesOf(t, h, a.User), identity.Operator) {
				left++
			}
		}
		if left != 1 {
			t.Errorf("%d operators are left", left)
		}
	})
	t.Run("the last one, by an operator whose own account is closed", func(t *testing.T) {
		t.Parallel()
		h := housetest.SQLite(t)
		one, two := h.User(t, "court", "operator1", identity.Operator), h.User(t, "court", "operator2", identity.Operator)
		err := h.Accounts.InTx(context.Background(), func(tx account.Tx) error { return tx.CloseUser(context.Background(), one.User, h.Clock.Now()) })
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Accounts.TakeRole(context.Background(), one, two.User, identity.Operator, why); err == nil {
			t.Error("the last operator who can sign in was removed")
		}
	})
}

// TestPowersThatAreNotGiven: what the agreement no longer gives the operator's staff is refused by its clause.
func TestPowersThatAreNotGiven(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1d")
	h := housetest.SQLite(t)
	operator, asel := h.User(t, "court", "operator", identity.Operator), h.User(t, "court", "asel")
	publish(t, h, operator, "agreement", setList("account.operator_powers", "powers", "exchange"))
	h.Clock.Move(8 * 24 * time.Hour)
	b := atDesk(t, h, "court", "operator")
	for address, form := range map[string][]string{
		"/court/console/staff-invite":                                      invitation("somebody", "auditor"),
		"/court/console/staff/" + h.Opaque.Of(asel.User) + "/give/auditor": {"reason", why},
		"/court/console/announcements/new":                                 append(announcement(h, "information", "court"), "confirmed", "yes"),
	} {
		if p := b.Get(address).Want(http.StatusForbidden); !strings.Contains(p.Text("main"), "1.1d") {
			t.Errorf("%s does not cite the clause: %s", address, p.Text("main"))
		}
		b.Post(address, form...).Want(http.StatusForbidden)
	}
	if len(outbox(t, h, "court")) != 0 || len(rolesOf(t, h, asel.User)) != 1 {
		t.Error("something was done all the same")
	}
}

// announcement fills the form in, in every language of a portal, until tomorrow.
func announcement(h *housetest.House, kind, portal string) []string {
	p, _ := h.Agreements.Portal(portal)
	form := []string{"kind", kind, "from", "", "until", h.Clock.Now().In(p.Zone).Add(24 * time.Hour).Format("2006-01-02 15:04")}
	for _, language := range p.Languages {
		form = append(form, "title_"+language, "Title in "+language, "body_"+language, "=Body in "+language+" <script>\nSecond line")
	}
	return form
}

// TestAnnouncements: the operator posts information on the first page, seen before it is posted, in every
// language, for as long as they say (court 1.1d, kg 1.1c); maintenance where the clause gives that power.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1d")
	covers.Clause(t, "kg", "1.1c")
	for portal, kinds := range map[string][]string{"court": {"information"}, "kg": {"information", "maintenance"}} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				h.User(t, portal, "operator", identity.Operator)
				b, visitor, at := atDesk(t, h, portal, "operator"), h.Browser(t), "/"+portal+"/console/announcements"
				shown := func() string { return visitor.Get("/" + portal).Want(http.StatusOK).Text("main .govuk-inset-text") }
				page := b.Get(at + "/new").Want(http.StatusOK)
				if got := len(page.All(`input[name="kind"]`)); got != len(kinds) {
					t.Errorf("%d kinds are offered, want %v", got, kinds)
				}
				if !slices.Contains(kinds, "maintenance") {
					b.Post(at+"/new", append(announcement(h, "maintenance", portal), "confirmed", "yes")...).Want(http.StatusForbidden)
				}
				for _, wrong := range [][]string{
					{"until", ""}, {"until", "2020-01-01 10:00"}, {"until", "tomorrow"}, {"until", "2099-01-01 10:00"}, {"title_ru", ""}, {"body_en", strings.Repeat("ы", 1001)}, {"kind", "advert"},
					{"title_en", "a\u202eb hidden"},
				} {
					form := announcement(h, "information", portal)
					for i := 0; i < len(form); i += 2 {
						if form[i] == wrong[0] {
							form[i+1] = wrong[1]
						}
					}
					b.Post(at+"/new", append(form, "confirmed", "yes")...).Want(http.StatusUnprocessableEntity)
				}
				kind := kinds[len(kinds)-1]
				preview := b.Post(at+"/new", announcement(h, kind, portal)...).Want(http.StatusOK)
				if !strings.Contains(preview.Text(`[lang="ru"].govuk-inset-text`), "=Body in ru <script>Second line") || shown() != "" {
					t.Fatalf("the preview: %s; on the first page: %s", preview.Text("main"), shown())
				}
				b.Post(at+"/new", preview.Hidden()...).Want(http.StatusOK)
				if got := shown(); !strings.Contains(got, "Title in "+languageOf(h, portal)) || !strings.Contains(got, map[string]string{"court": "1.1d", "kg": "1.1c"}[portal]) {
					t.Errorf("the first page shows %q", got)
				}
				visitor.Get("/" + portal + "/language/en")
				if got := shown(); !strings.Contains(got, "=Body in en <script>") {
					t.Errorf("the English page shows %q", got)
				}
				if file := b.Get(at + ".csv").Want(http.StatusOK); !strings.Contains(file.Body, "'=Body in en") {
					t.Errorf("a cell is a formula: %s", file.Body)
				}
				h.Clock.Move(25 * time.Hour)
				b = atDesk(t, h, portal, "operator")
				if got := shown(); got != "" {
					t.Errorf("after its end the first page shows %q", got)
				}
				later := announcement(h, "information", portal)
				zone, _ := h.Agreements.Portal(portal)
				later[3] = h.Clock.Now().In(zone.Zone).Add(time.Hour).Format("2006-01-02 15:04")
				b.Post(at+"/new", append(later, "confirmed", "yes")...).Want(http.StatusOK)
				if got := shown(); got != "" {
					t.Errorf("before its beginning the first page shows %q", got)
				}
				h.Clock.Move(2 * time.Hour)
				b = atDesk(t, h, portal, "operator")
				if shown() == "" {
					t.Error("after its beginning it is not shown")
				}
				one := b.Get(at).Want(http.StatusOK).Attr(`#main-content tbody a, main tbody a`, "href")
				b.Get(one + "/withdraw").Want(http.StatusOK)
				if shown() == "" {
					t.Error("asking withdrew it")
				}
				answers := together(2, func(int) int { return b.Post(one + "/withdraw").Status })
				if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 || shown() != "" {
					t.Errorf("two withdrawals at once: %v, shown %q", answers, shown())
				}
				if posted, gone := entriesOf(t, h, portal, "operations.announce"), entriesOf(t, h, portal, "operations.announcement_withdraw"); len(posted) != 2 || len(gone) != 1 {
					t.Errorf("%d entries of posting, %d of withdrawing", len(posted), len(gone))
				}
				other := map[string]string{"court": "kg", "kg": "court"}[portal]
				h.User(t, other, "operator", identity.Operator)
				atDesk(t, h, other, "operator").Get(strings.Replace(one, portal, other, 1)).Want(http.StatusNotFound)
			})
		})
	}
}

// TestDeletedByTheAdministrator: the administrator of the court cabinet deletes accounts, with a second one's consent.
func TestDeletedByTheAdministrator(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1d")
	h := housetest.SQLite(t)
	person, one := desk(t, h, "court")
	two := atDesk(t, h, "court", "operator2")
	page := decides(t, one, h, person, "account.operator_powers/delete", "duplicate")
	one.Post(page + "/approve").Want(http.StatusForbidden)
	two.Post(page + "/approve").Want(http.StatusOK)
	keeps(t, h)
	if u := rolesOf(t, h, person.User); len(u) != 0 {
		t.Errorf("of the deleted account remain the roles %v", u)
	}
	if done := entriesOf(t, h, "court", "account.sanction_done"); len(done) != 1 || done[0].Citation.Clause != "1.1d" {
		t.Errorf("evidence: %+v", done)
	}
}

// languageOf is the first language of a portal, which a new visitor reads.
func languageOf(h *housetest.House, portal string) string {
	p, _ := h.Agreements.Portal(portal)
	return p.Languages[0]
}

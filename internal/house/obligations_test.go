package house_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/calendar"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/obligation"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// owed lists the obligations of a portal.
func owed(t testing.TB, h *housetest.House, portal string) (out []obligation.Obligation) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		out, err = tx.ObligationsPage(context.Background(), portal, obligation.Page{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// keeps does everything that is due now, beside the house, which may have some of it in hand: it returns when
// nothing is due any more, whoever did it.
func keeps(t testing.TB, h *housetest.House) {
	t.Helper()
	ctx := context.Background()
	housetest.Until(t, "what is due is done", func() bool {
		if _, err := h.Keeper.Step(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		var due []int
		if err := h.Store.InView(ctx, func(tx *store.Tx) (err error) {
			due, err = tx.LanesDue(ctx, h.Clock.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return len(due) == 0
	})
}

// TestAnEditionIsOwed: an announced edition stands in the register with its day and its clause, comes
// into force with evidence, and is met.
func TestAnEditionIsOwed(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "egov", "operator", identity.Operator)
		desk := atDesk(t, h, "egov", "operator")
		desk.Get("/egov/language/en")
		if p := desk.Get("/egov/console/obligations").Want(http.StatusOK); !p.Has(".tz-empty") {
			t.Errorf("nothing is owed, and the register shows %s", p.Text("main"))
		}
		e := publish(t, h, h.User(t, "egov", "publisher", identity.Operator), "agreement", nil)
		p := desk.Get("/egov/console/obligations").Want(http.StatusOK)
		if text := p.Text("main table"); !strings.Contains(text, "Entry into force") || !p.Has(`main table a[href*="clause-2.2"]`) {
			t.Fatalf("the register shows %s", text)
		}
		h.Clock.Move(e.InForceAt.Sub(h.Clock.Now()) - time.Minute)
		keeps(t, h)
		if n := len(entriesOf(t, h, "egov", "agreement.in_force")); n != 0 {
			t.Fatalf("%d entries before its instant", n)
		}
		h.Clock.Move(2 * time.Minute)
		keeps(t, h)
		if done := entriesOf(t, h, "egov", "agreement.in_force"); len(done) != 1 || done[0].Citation.Clause != "2.2" || done[0].Detail["edition"] != number(e) {
			t.Errorf("evidence: %+v", done)
		}
		if p := desk.Get("/egov/console/obligations"); !p.Has(".tz-empty") {
			t.Errorf("still owed: %s", p.Text("main table"))
		}
		if p := desk.Get("/egov/console/obligations?state=met"); !strings.Contains(p.Text("main table"), "Met") {
			t.Errorf("not met: %s", p.Text("main"))
		}
		if p := desk.Get("/egov/console/obligations.csv?state=all").Want(http.StatusOK); strings.Count(p.Body, "Entry into force") != 1 {
			t.Errorf("the table says %s", p.Body)
		}
		if p := desk.Get("/egov/console/obligations?state=nonsense"); !p.Has(".tz-empty") || p.Attr(`main option[selected]`, "value") != "owed" {
			t.Errorf("narrowed to what nobody knows, the register shows %s", p.Text("main"))
		}
		for odd, want := range map[string]int{
			"clause=%00": http.StatusUnprocessableEntity, "kind=%FF": http.StatusUnprocessableEntity, "after=%00.%00": http.StatusOK, "after=zzzzzzzzzzzz.1": http.StatusOK,
		} {
			desk.Get("/egov/console/obligations?" + odd).Want(want)
		}
		h.User(t, "egov", "asel")
		other := h.Browser(t)
		other.SignIn("egov", "asel")
		other.Get("/egov/console/obligations").Want(http.StatusForbidden)
	})
}

// TestWithdrawnIsNotOwed: what a withdrawal overtakes is not owed any more.
func TestWithdrawnIsNotOwed(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := h.User(t, "ismet", "operator", identity.Operator)
	publish(t, h, operator, "offer", setParameter("agreement.amendment", "in_force_after", "5d"))
	h.Clock.Move(time.Hour)
	publish(t, h, operator, "offer", nil) // by the edition before it, in five days
	force := func() obligation.Obligation {
		all := owed(t, h, "ismet") // publishing was notice of both
		if len(all) != 3 || all[0].State != obligation.Met || all[1].State != obligation.Met || all[2].Kind != agreement.DutyInForce {
			t.Fatalf("owed: %+v", all)
		}
		return all[2]
	}
	if o := force(); o.State != obligation.Open {
		t.Fatalf("owed: %+v", o)
	}
	if _, err := h.Agreements.Withdraw(t.Context(), operator, "offer"); err != nil {
		t.Fatal(err)
	}
	if o := force(); o.State != obligation.Lifted {
		t.Errorf("after the withdrawal: %+v", o)
	}
}

// TestAPasswordIsOwed: where a clause sets the age of a password its change is what a person owes, until
// the day of that clause, and anew from each change.
func TestAPasswordIsOwed(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		on(t, h, "2026-12-01T12:00")
		b := openSchools(t, h).a.admin
		b.Get("/kundelik/language/en")
		if text := b.Get("/kundelik/cabinet").Want(http.StatusOK).Text("main"); !strings.Contains(text, "What the portal owes me") {
			t.Error("the cabinet does not lead there")
		}
		shows := func(want ...string) {
			t.Helper()
			text := b.Get("/kundelik/cabinet/obligations").Want(http.StatusOK).Text("main")
			for _, w := range append(want, "Renewal of the password") {
				if !strings.Contains(text, w) {
					t.Errorf("%q is not in %s", w, text)
				}
			}
		}
		shows("1 March 2027")
		h.Clock.Move(24 * time.Hour)
		b.Post("/kundelik/cabinet/password", "old", own, "password", "жаңа құпия 2026", "again", "жаңа құпия 2026").Want(http.StatusOK)
		shows("2 March 2027", "Met")
		var user identity.ID
		for _, o := range owed(t, h, "kundelik") {
			if o.State == obligation.Met {
				user = o.Home
			}
		}
		owes(t, h, user, 60)
		const mine = "/kundelik/cabinet/obligations"
		rows := func(p *housetest.Page) int { return len(p.All("main tbody tr")) - 1 } // one has ended
		first := b.Get(mine).Want(http.StatusOK)
		on := first.Attr(`main a[href^="`+mine+`?owed="]`, "href")
		if second := b.Get(on).Want(http.StatusOK); rows(first) != 50 || rows(second) != 11 || second.Has(`main a[href*="owed="]`) {
			t.Errorf("of 61 that are owed %d and %d are shown", rows(first), rows(second))
		}
		if odd := b.Get(mine + "?owed=%00").Want(http.StatusOK); rows(odd) != 50 {
			t.Errorf("from nowhere %d are shown", rows(odd))
		}
		h.Clock.Move(100 * 24 * time.Hour)
		keeps(t, h)
		for _, o := range owed(t, h, "kundelik") {
			if o.Home == user && o.Kind == account.DutyPassword && o.State == obligation.Open {
				t.Errorf("after the term: %+v", o)
			}
		}
		err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return h.Accounts.Depart(t.Context(), tx, "kundelik", user, "close", false) })
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range owed(t, h, "kundelik") {
			if o.Home == user && o.Kind == account.DutyPassword && o.State.Owed() {
				t.Errorf("somebody who has left owes %+v", o)
			}
		}
	})
}

// owes has the portal owe a person so many answers.
func owes(t testing.TB, h *housetest.House, user identity.ID, n int) {
	t.Helper()
	err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range n {
			err := h.Obligations.Owe(t.Context(), tx, obligation.Obligation{
				Portal: "kundelik", Home: user, Kind: claims.DutyAnswer, Subject: "request:" + strconv.Itoa(i), From: obligation.Operator, To: obligation.User,
				Since: h.Clock.Now(), Due: h.Obligations.DayOf("kundelik", h.Clock.Now()),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBusinessDaysAreKeptCurrent: the operator writes a year that the shipped calendar does not have; it
// is refused with its line where it is not understood, shown before it is kept, and counts from then on,
// in other processes as well.
func TestBusinessDaysAreKeptCurrent(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h, other := twoProcesses(t, database, "ismet")
		on(t, h, "2028-12-29T10:00") // a Friday; the calendar ends with the year
		h.User(t, "ismet", "operator", identity.Operator)
		desk := atDesk(t, h, "ismet", "operator")
		day := clause.Period{Amount: 1, Unit: clause.BusinessDays}
		if _, err := h.Obligations.Term("ismet", h.Clock.Now(), day); !errors.Is(err, calendar.ErrOutside) {
			t.Fatalf("past the end of the calendar: %v", err)
		}
		p := desk.Get("/ismet/console/days").Want(http.StatusOK)
		if said := p.Text("main"); !strings.Contains(said, "05.05 (estimated)") || !strings.Contains(said, "Kazakhstan") {
			t.Errorf("the table does not tell which days are estimated, and whose it is: %s", said)
		}
		if !p.Has(".govuk-warning-text") || !strings.Contains(p.Text("main"), "2028") {
			t.Errorf("nobody is told that the calendar ends: %s", p.Text("main"))
		}
		version := p.Attr(`main input[name="version"]`, "value")
		for body, says := range map[string]string{"year 2029\noff 01-01": "Line 1 ", "year 2029 from 2029-01-01 source Law\noff 01-06": "Line 2 ", "nonsense": "Line 1 "} {
			if p := desk.Post("/ismet/console/days", "version", version, "body", body).Want(http.StatusUnprocessableEntity); !strings.Contains(p.Text(".govuk-error-summary"), says) {
				t.Errorf("%q is refused with %s", body, p.Text(".govuk-error-summary"))
			}
		}
		const body = "year 2029 from 2029-01-01 source Law\noff 01-01 01-02"
		p = desk.Post("/ismet/console/days", "version", version, "body", body).Want(http.StatusOK)
		if text := p.Text("#moved"); !p.Has(`main input[name="confirmed"]`) || strings.Count(p.Text("main table"), "A day off") != 2 {
			t.Fatalf("the preview shows %s %s", text, p.Text("main"))
		}
		if _, err := h.Obligations.Term("ismet", h.Clock.Now(), day); !errors.Is(err, calendar.ErrOutside) {
			t.Error("a preview is kept already")
		}
		if desk.Post("/ismet/console/days", "version", "7", "body", body, "confirmed", "yes").Status != http.StatusConflict {
			t.Error("a version that nobody has written is followed by another")
		}
		confirmed := append(p.Hidden(), "body", body)
		answers := together(2, func(int) int { return desk.Post("/ismet/console/days", confirmed...).Status })
		if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
			t.Errorf("two who save at once: %v", answers)
		}
		for name, h := range map[string]*housetest.House{"this": h, "the other": other} {
			on(t, h, "2028-12-29T10:00")
			var due calendar.Term
			var err error
			housetest.Until(t, name+" process knows the days", func() bool { // the other one looks once a second
				due, err = h.Obligations.Term("ismet", h.Clock.Now(), day)
				return err == nil
			})
			if due.Day.Format(time.DateOnly) != "2029-01-03" {
				t.Errorf("%s process counts to %s", name, due.Day.Format(time.DateOnly))
			}
		}
		if n := len(entriesOf(t, h, "ismet", "operations.days")); n != 1 {
			t.Errorf("%d entries of evidence", n)
		}
	})
}

// TestAPasswordIsOwedNoMore: where an amendment drops the clause on the age of a password, the next change meets
// what was owed, and no further one is.
func TestAPasswordIsOwedNoMore(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "asel")
	publish(t, h, h.User(t, "kundelik", "operator", identity.Operator), "agreement", without("account.password_age", "", ""))
	h.Clock.Move(40 * 24 * time.Hour)
	b := atDesk(t, h, "kundelik", "asel")
	b.Post("/kundelik/cabinet/password", "old", housetest.Password, "password", "жаңа құпия 2026", "again", "жаңа құпия 2026").Want(http.StatusOK)
	met := 0
	for _, o := range owed(t, h, "kundelik") {
		if o.Kind == account.DutyPassword && o.State == obligation.Met {
			met++
		}
	}
	if met != 1 {
		t.Errorf("%d are met: %+v", met, owed(t, h, "kundelik"))
	}
}

// TestWhatBeganBeforeIsOwed: on a database from before there were obligations, what was decided and announced is
// written down at the start, once, and done at its time.
func TestWhatBeganBeforeIsOwed(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		keys, err := house.NewKeys("tereze-test")
		if err != nil {
			t.Fatal(err)
		}
		h := housetest.Open(t, house.Config{Database: database, Keys: keys})
		on(t, h, "2026-12-10T10:00")
		person, one := desk(t, h, "ismet")
		page := decides(t, one, h, person, "account.sanctions/delete", "harm")
		atDesk(t, h, "ismet", "operator2").Post(page + "/approve").Want(http.StatusOK)
		e := publish(t, h, h.User(t, "egov", "publisher", identity.Operator), "agreement", nil)
		driver, address := "sqlite", "file:"+database+"?_pragma=busy_timeout(5000)"
		if strings.Contains(database, "://") {
			driver, address = "pgx", database
		}
		db, err := sql.Open(driver, address)
		if err == nil {
			_, err = db.ExecContext(t.Context(), "DELETE FROM obligation")
		}
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.Accounts.OweSanctions(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := h.Agreements.OweForce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		h.Clock.Move(e.InForceAt.Sub(h.Clock.Now()) + time.Minute)
		keeps(t, h)
		if n := len(entriesOf(t, h, "egov", "agreement.in_force")); n != 1 {
			t.Errorf("the edition came into force %d times", n)
		}
		if u, err := h.Accounts.Me(t.Context(), person); err != nil || u.State != account.Deleted {
			t.Errorf("the account is %s, %v", u.State, err)
		}
	})
}

package house_test

import (
	"context"
	"net/http"
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
		keeps(t, h)
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

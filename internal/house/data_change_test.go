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
)

// TestChangedDataAreReported: a user tells the operator that data they gave have changed, after a look at what
// is sent; the operator finds it in the queue, corrects what is kept, and history and evidence have both
// by the clause (ismet 4.3.2). What is refused tells nobody anything.
func TestChangedDataAreReported(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.3.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, _ := desk(t, h, "ismet")
		b, operator := atDesk(t, h, "ismet", "asel"), atDesk(t, h, "ismet", "operator2")
		today := h.Clock.Now().In(time.FixedZone("", 5*3600)).Format(time.DateOnly)
		report := func(data, now, since string, more ...string) *housetest.Page {
			return b.Post("/ismet/cabinet/change", append([]string{"data", data, "now", now, "since", since}, more...)...)
		}
		if p := b.Get("/ismet/cabinet/change").Want(http.StatusOK); !strings.Contains(p.Text("main .tz-cite"), "4.3.2") {
			t.Errorf("the page cites %q", p.Text("main .tz-cite"))
		}
		if !b.Get("/ismet/cabinet").Has(`main a[href="/ismet/cabinet/change"]`) {
			t.Error("the cabinet does not lead to the report")
		}
		for _, wrong := range [][3]string{{"", "Серікова", today}, {"name", "", today}, {"name", "Серікова", "2999-01-01"}, {"name", "Серікова", "soon"}, {"name", strings.Repeat("я", 501), today}} {
			report(wrong[0], wrong[1], wrong[2], "confirmed", "yes").Want(http.StatusUnprocessableEntity)
		}
		asked := report("name", "Серікова Әсел", today).Want(http.StatusOK)
		if asked.Has(".govuk-warning-text") {
			t.Error("a report on the day itself counts as late")
		}
		if n := len(entriesOf(t, h, "ismet", "account.data_change")); n != 0 {
			t.Fatalf("%d reports before the person confirmed", n)
		}
		if p := b.Post("/ismet/cabinet/change", asked.Hidden()...).Want(http.StatusOK); !strings.Contains(p.Text("main"), "Серікова Әсел") {
			t.Errorf("the cabinet does not show the report: %s", p.Text("main"))
		}
		entries := entriesOf(t, h, "ismet", "account.data_change")
		if len(entries) != 1 || entries[0].Citation.Clause != "4.3.2" || entries[0].Detail["late"] != "no" || strings.Contains(strings.Join(values(entries[0].Detail), " "), "Серікова") {
			t.Fatalf("evidence: %+v", entries)
		}
		if p := report("address", "Алматы", "2020-02-01"); !p.Has(".govuk-warning-text") {
			t.Error("a report years later is not called late")
		}

		var c account.Case
		err := h.Accounts.InView(context.Background(), func(tx account.Tx) error {
			open, err := tx.OpenCases(context.Background(), person.User, account.CaseChange)
			if err == nil && len(open) == 1 {
				c = open[0]
			}
			return err
		})
		if err != nil || c.ID == 0 {
			t.Fatalf("the operator has no case (%v)", err)
		}
		if !operator.Get("/ismet/console/cases").Want(http.StatusOK).Has(`main a[href="` + caseAddress(h, c) + `"]`) {
			t.Error("the report is not in the operator's queue")
		}
		seen := operator.Post(caseAddress(h, c), "reason", "support").Want(http.StatusOK)
		operator.Post(caseAddress(h, c)+"/correct", append(seen.Hidden(), "reason", "support",
			"surname", "Серікова", "given", "Әсел", "patronymic", "", "birth", "", "sex", "", "why", "Identity document was shown")...).Want(http.StatusOK)
		corrected := entriesOf(t, h, "ismet", "account.correct")
		if len(corrected) != 1 || corrected[0].Citation.Clause != "4.3.2" || corrected[0].Detail["surname.new"] != "Серікова" {
			t.Errorf("correction: %+v", corrected)
		}
		for range 4 {
			report("other", "further data", today, "confirmed", "yes").Want(http.StatusOK)
		}
		report("other", "further data", today, "confirmed", "yes").Want(http.StatusTooManyRequests)

		h.User(t, "court", "asel")
		elsewhere := atDesk(t, h, "court", "asel")
		elsewhere.Get("/court/cabinet/change").Want(http.StatusNotFound)
		h.Browser(t).Post("/ismet/cabinet/change", "data", "name", "now", "x y", "since", today, "confirmed", "yes")
		if n := len(entriesOf(t, h, "ismet", "account.data_change")); n != 5 {
			t.Errorf("%d reports, want 5", n)
		}
	})
}

func values(m map[string]string) (out []string) {
	for _, v := range m {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

package house_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/operations"
	"tereze/internal/store"
)

// TestANoticeReachesEachOnce: several carriers at one instant send a notice to more people than fit in a batch; each
// gets it once in the cabinet and by mail, who confirmed no address in the cabinet alone, and the operator sees how
// many were reached, themselves among them.
func TestANoticeReachesEachOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		h.User(t, "ismet", "operator", identity.Operator)
		const people = 430
		for i := range people {
			id := h.Store.NewID()
			name := "person" + strconv.Itoa(i) + "@example.kz"
			err := h.Store.InTx(ctx, func(tx *store.Tx) error {
				u := account.User{ID: id, Portal: "ismet", SignInName: name, Shown: "Тест", Language: "ru", State: account.Active, CreatedAt: h.Clock.Now(), Version: 1}
				if err := tx.AddUser(ctx, u, account.NameKeys{SignInFold: name, ShownFold: "тест", ShownSort: []byte("тест")}); err != nil {
					return err
				}
				return tx.SaveContact(ctx, id, account.Contact{Kind: account.ByEmail, Value: name, ConfirmedAt: h.Clock.Now()})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		b := atDesk(t, h, "ismet", "operator")
		form := append(textsInForm(h, "ismet", "reason_", "Pages open slowly"), "source", "users", "confirmed", "yes")
		event := eventAddress(b.Post("/ismet/console/operations/new/incident", form...).Want(http.StatusOK))
		atOnce(4, func(int) {
			for more := true; more; {
				var err error
				if more, err = h.Operations.Carry(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		})
		got := map[string]int{}
		err := h.Store.InView(ctx, func(tx *store.Tx) error {
			all, err := tx.Outbox(ctx, "ismet", 2*people)
			for _, m := range all {
				if m.Key == "message.event_incident" && m.Channel == notify.Email && m.Language == "ru" && strings.HasPrefix(m.Args["reason"], "Pages open slowly (ru)") {
					got[m.To]++
				}
			}
			return err
		})
		if err != nil || len(got) != people {
			t.Errorf("%d people were told (%v), want %d", len(got), err, people)
		}
		for to, n := range got {
			if n != 1 {
				t.Errorf("%s was told %d times", to, n)
			}
		}
		if page := b.Get(event).Want(http.StatusOK).Text("main"); !strings.Contains(page, "sent to: "+strconv.Itoa(people+1)) {
			t.Errorf("the operator reads: %s", page)
		}
	})
}

// TestAnotherProcessIsHeard: what one process announces closes the pages of another.
func TestAnotherProcessIsHeard(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "court", "operator", identity.Operator)
	visitor := h.Browser(t)
	// Written past this process's memory, as by another one.
	now := h.Clock.Now()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.AddEvent(context.Background(), operations.Event{
			ID: h.Store.NewID(), Portal: "court", Kind: operations.Planned, Reason: map[string]string{"kk": "Серверлер ауыстырылады"}, Closes: true,
			Begins: now.Add(-time.Minute), Until: now.Add(time.Hour), PostedAt: now, Version: 1,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var p *housetest.Page
	housetest.Until(t, "the page is closed", func() bool {
		p = visitor.Get("/court/services")
		return p.Status == http.StatusServiceUnavailable
	})
	if !strings.Contains(p.Text("main"), "Серверлер ауыстырылады") {
		t.Errorf("the closed page: %s", p.Text("main"))
	}
}

// TestStatusWithoutADatabase: the page that says what is the matter is there when the database is not.
func TestStatusWithoutADatabase(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "egov", "operator", identity.Operator)
	form := append(textsInForm(h, "egov", "reason_", "Pages open slowly"), "source", "users", "confirmed", "yes")
	atDesk(t, h, "egov", "operator").Post("/egov/console/operations/new/incident", form...).Want(http.StatusOK)
	visitor := h.Browser(t)
	visitor.Get("/egov/language/en")
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	housetest.Until(t, "the watch has seen that the database is gone", func() bool {
		page := visitor.Get("/egov/status").Want(http.StatusOK).Text("main")
		if !strings.Contains(page, "Pages open slowly (en)") || !strings.Contains(page, "cannot be read now") {
			t.Fatalf("without a database the status page says: %s", page)
		}
		return strings.Contains(visitor.Get("/egov/status").Text(`main table tbody tr:nth-child(1)`), "Incident")
	})
}

// TestStatusByMonth: what is over stands in the history, which is turned by months, and nothing cancelled does.
func TestStatusByMonth(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kg", "operator", identity.Operator)
	visitor := h.Browser(t)
	visitor.Get("/kg/language/en")
	if page := visitor.Get("/kg/status").Text("main"); !strings.Contains(page, "Nothing happened in that time") {
		t.Errorf("an empty history: %s", page)
	}
	b := atDesk(t, h, "kg", "operator")
	begins := h.Clock.Now().Add(time.Hour)
	b.Post("/kg/console/operations/new/works", worksForm(h, "kg", begins, begins.Add(time.Hour), "confirmed", "yes")...).Want(http.StatusOK)
	p, _ := h.Agreements.Portal("kg")
	month := begins.In(p.Zone).Format("2006-01")
	h.Clock.Move(24 * time.Hour)
	if page := visitor.Get("/kg/status").Text("main"); !strings.Contains(page, "Replacing of servers (en)") {
		t.Errorf("the next day: %s", page)
	}
	h.Clock.Move(120 * 24 * time.Hour)
	if page := visitor.Get("/kg/status").Text("main"); strings.Contains(page, "Replacing of servers") {
		t.Errorf("after 120 days the last 90 have it still: %s", page)
	}
	if page := visitor.Get("/kg/status?month=" + month).Want(http.StatusOK).Text("main"); !strings.Contains(page, "Replacing of servers (en)") {
		t.Errorf("its month lacks it: %s", page)
	}
}

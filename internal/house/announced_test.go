package house_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
	"tereze/internal/store"
)

// dutiesOf are the duties of a portal about a subject, as "kind clause day state".
func dutiesOf(t testing.TB, h *housetest.House, portal, subject string) (out []string) {
	t.Helper()
	for _, o := range owed(t, h, portal) {
		if o.Subject == subject {
			out = append(out, strings.Join([]string{o.Kind, o.Cite.Clause, o.Due.Day.Format(time.DateOnly), string(o.State)}, " "))
		}
	}
	return out
}

// keptBySeveral has several keepers do at one instant what is due.
func keptBySeveral(t testing.TB, h *housetest.House) {
	t.Helper()
	atOnce(3, func(int) {
		k := *h.Keeper
		k.ID = h.Store.NewID()
		for range 200 {
			if _, err := k.Step(context.Background()); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
				return
			}
		}
	})
	keeps(t, h)
}

// toldOf counts the messages of a key by the person.
func toldOf(t testing.TB, h *housetest.House, portal, key string) map[identity.ID]int {
	t.Helper()
	out := map[identity.ID]int{}
	for _, m := range outbox(t, h, portal) {
		if m.Key == key {
			out[m.Home]++
		}
	}
	return out
}

func eachOnce(t testing.TB, what string, got map[identity.ID]int, want int) {
	t.Helper()
	if len(got) != want {
		t.Errorf("%s: %d people were told, want %d", what, len(got), want)
	}
	for user, n := range got {
		if n != 1 {
			t.Errorf("%s: %d was told %d times", what, user, n)
		}
	}
}

// TestAnEditionIsAnnounced: where there is time between posting and force, several keepers tell all users of a new
// edition once, in the cabinet and by mail whatever they prefer, and a day before its force once more; each is a
// duty of the operator under the clause, with evidence.
func TestAnEditionIsAnnounced(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const people = 420 // more than two batches
		on(t, h, "2026-12-01T10:00")
		operator := h.User(t, "egov", "operator", identity.Operator)
		crowd(t, h, "egov", people)
		person := h.User(t, "egov", "asel")
		e := publish(t, h, operator, "agreement", nil)
		subject := "agreement@" + number(e)
		keptBySeveral(t, h)
		eachOnce(t, "the notice", toldOf(t, h, "egov", "message.amendment"), people)
		want := []string{"agreement.notice 2.2 2026-12-04 met", "agreement.reminder 2.2 2026-12-04 open", "agreement.in_force 2.2 2026-12-05 open"}
		if got := dutiesOf(t, h, "egov", subject); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("owed: %q, want %q", got, want)
		}
		inbox, err := h.Notices.Inbox(context.Background(), person, notify.Page{Limit: 10})
		if err != nil || len(inbox) != 1 || inbox[0].Kind != notify.Amendment || inbox[0].Cite.Clause != "2.2" || inbox[0].Args["at"] != "05.12.2026 00:00" {
			t.Fatalf("in the cabinet without a contact: %+v, %v", inbox, err)
		}
		_, path, _ := strings.Cut(inbox[0].Args["address"], "/egov/")
		h.Browser(t).Get("/egov/" + path).Want(http.StatusOK)
		if done := entriesOf(t, h, "egov", agreement.DutyNotice); len(done) != 1 || done[0].Citation.Clause != "2.2" || done[0].Subject != subject {
			t.Errorf("evidence: %+v", done)
		}

		on(t, h, "2026-12-03T23:59")
		keeps(t, h)
		if n := len(toldOf(t, h, "egov", "message.amendment_reminder")); n != 0 {
			t.Errorf("%d were reminded more than a day before", n)
		}
		on(t, h, "2026-12-04T00:01")
		keptBySeveral(t, h)
		eachOnce(t, "the reminder", toldOf(t, h, "egov", "message.amendment_reminder"), people)
		eachOnce(t, "the notice, after it", toldOf(t, h, "egov", "message.amendment"), people)
		on(t, h, "2026-12-05T00:01")
		keeps(t, h)
		want = []string{"agreement.notice 2.2 2026-12-04 met", "agreement.reminder 2.2 2026-12-04 met", "agreement.in_force 2.2 2026-12-05 met"}
		if got := dutiesOf(t, h, "egov", subject); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("in the end: %q, want %q", got, want)
		}
	})
}

// TestNoNoticeIsOwed: publishing is the notice (ismet 2.6), or none is owed at all (kundelik 2.2): nobody is written to.
func TestNoNoticeIsOwed(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	on(t, h, "2026-12-01T10:00")
	for portal, want := range map[string]string{"ismet": "[agreement.notice 2.6 2026-12-01 met]", "kundelik": "[]"} {
		crowd(t, h, portal, 3)
		e := publish(t, h, h.User(t, portal, "operator", identity.Operator), document(portal), nil)
		keeps(t, h)
		if got := fmt.Sprint(dutiesOf(t, h, portal, document(portal)+"@"+number(e))); got != want {
			t.Errorf("%s owes %s, want %s", portal, got, want)
		}
		eachOnce(t, portal, toldOf(t, h, portal, "message.amendment"), 0)
	}
}

// TestAReminderTooLate: who was down until an edition had come into force reminds nobody of it, and still tells of it.
func TestAReminderTooLate(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	on(t, h, "2026-12-01T10:00")
	crowd(t, h, "court", 3)
	e := publish(t, h, h.User(t, "court", "operator", identity.Operator), "agreement", nil)
	h.Clock.Move(7 * 24 * time.Hour)
	keeps(t, h)
	eachOnce(t, "the reminder", toldOf(t, h, "court", "message.amendment_reminder"), 0)
	for _, line := range dutiesOf(t, h, "court", "agreement@"+number(e)) {
		if strings.HasPrefix(line, agreement.DutyReminder) && !strings.HasSuffix(line, string(obligation.Lifted)) {
			t.Errorf("after a week: %s", line)
		}
	}
}

// TestAJumpingClockLosesNoNotice: an hour back and a year forward between the batches of an amendment and of an
// incident, everybody is told of each once.
func TestAJumpingClockLosesNoNotice(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const people = 420
		ctx := context.Background()
		on(t, h, "2026-12-01T10:00")
		operator := h.User(t, "egov", "operator", identity.Operator)
		crowd(t, h, "egov", people)
		b := atDesk(t, h, "egov", "operator")
		publish(t, h, operator, "agreement", nil)
		form := append(textsInForm(h, "egov", "reason_", "Pages open slowly"), "source", "users", "confirmed", "yes")
		b.Post("/egov/console/operations/new/incident", form...).Want(http.StatusOK)
		for _, jump := range []time.Duration{-time.Hour, 0, 365 * 24 * time.Hour, -time.Hour} {
			h.Clock.Move(jump)
			if _, err := h.Keeper.Step(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
			if _, err := h.Operations.Carry(ctx); err != nil {
				t.Fatal(err)
			}
		}
		keeps(t, h)
		noticesSent(t, h)
		eachOnce(t, "the amendment", toldOf(t, h, "egov", "message.amendment"), people)
		inboxes := map[identity.ID]int{}
		err := h.Store.InView(ctx, func(tx *store.Tx) error {
			readers, err := tx.Readers(ctx, "egov", 0, 2*people)
			for _, r := range readers {
				all, err := tx.Notices(ctx, r.User, notify.Page{Kind: notify.Announcement, Limit: 10})
				if err != nil {
					return err
				}
				inboxes[r.User] = len(all)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		eachOnce(t, "the incident", inboxes, people+1) // the operator as well
	})
}

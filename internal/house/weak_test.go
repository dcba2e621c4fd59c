package house_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/calendar"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// TestTheSummaryNamesTheField: where several fields of a form are empty, the list of what is wrong says
// which, and leads to each.
func TestTheSummaryNamesTheField(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	b.Get("/kg/language/en?back=%2Fkg").Want(http.StatusOK)
	form := b.Get("/kg/register").Want(http.StatusOK)
	p := b.Post("/kg/register", applicant(form, "surname", "", "given", "")...).Want(http.StatusUnprocessableEntity)
	said := p.Text(".govuk-error-summary")
	for _, field := range []string{"Surname: ", "Given name: "} {
		if !strings.Contains(said, field) {
			t.Errorf("the summary does not name %q: %s", field, said)
		}
	}
	if to := hrefs(p, ".govuk-error-summary a"); !slices.Contains(to, "#surname") || !slices.Contains(to, "#given") {
		t.Errorf("the summary leads to %v", to)
	}
}

// TestUnnumberedClausesAreCalledByName: a citizen reads "preamble" and "text on the page", not the letters
// by which the pack names them; the addresses stay as they are.
func TestUnnumberedClausesAreCalledByName(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	b.Get("/court/language/en?back=%2Fcourt").Want(http.StatusOK)
	page := b.Get("/court/agreement/agreement").Want(http.StatusOK)
	var numbers []string
	for _, n := range page.All(".tz-clause__number") {
		if n.FirstChild != nil {
			numbers = append(numbers, n.FirstChild.Data)
		}
	}
	if len(numbers) == 0 || slices.Contains(numbers, "UI-1") || slices.Contains(numbers, "P") || !slices.Contains(numbers, "Preamble") || !slices.Contains(numbers, "Text on the page, 1") {
		t.Errorf("clauses are called %v", numbers)
	}
	if !page.Has(`[id="clause-UI-1"]`) || !page.Has(`[id="clause-P"]`) {
		t.Error("the addresses of the clauses have changed")
	}
}

// TestAFormAfterTheEndIsNotLost: without a script a form that comes after the session has ended is kept, but
// for what is secret, and is taken once the person has signed in beside it.
func TestAFormAfterTheEndIsNotLost(t *testing.T) {
	t.Parallel()
	limits := account.DefaultLimits()
	limits.Absolute = 1000 * 24 * time.Hour
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Accounts: limits, Clock: &calendar.Clock{}})
	actor := h.User(t, "court", "writer")
	accept(t, h, actor)
	b := h.Browser(t)
	b.SignIn("court", "writer")
	form := b.Get("/court/cabinet/profile").Want(http.StatusOK)
	after, _ := h.Accounts.IdleAfter("court")
	h.Clock.Move(after + time.Minute)
	p := b.Post("/court/cabinet/profile", append(form.Hidden(), "shown", "Жаңа Есім", "about", "Ұзақ жазылған мәтін", "language", "kk", "password", "ешкімге айтпа")...)
	if p.Status != http.StatusUnauthorized || strings.Contains(p.Body, "ешкімге айтпа") || p.Attr(`main input[name="about"]`, "value") != "Ұзақ жазылған мәтін" {
		t.Fatalf("the form is answered %d: %s", p.Status, p.Text("main"))
	}
	if !slices.Contains(hrefs(p, "main a"), "/court/sign-in") || !p.Has(`main a[href*="#clause-6.2"]`) {
		t.Errorf("the page leads to %v", hrefs(p, "main a"))
	}
	b.SignIn("court", "writer")
	if again := b.Post(p.Attr("main form", "action"), p.Hidden()...).Want(http.StatusOK); again.Path != "/court/cabinet/profile?saved=1" {
		t.Errorf("sent again it leads to %s", again.Path)
	}
	if u, err := h.Accounts.Me(context.Background(), actor); err != nil || u.About != "Ұзақ жазылған мәтін" {
		t.Errorf("kept is %q, %v", u.About, err)
	}
}

// TestWhatIsOverIsSweptAway: attempts, secrets, counts and messages to nobody go when their time is over, a
// bounded part at a time, and nothing that still counts goes with them; sweeping again changes nothing.
func TestWhatIsOverIsSweptAway(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		confirmed(t, h, "egov", "asel", "email", "asel@example.kz")
		asks(t, h.Browser(t), "egov", "asel", "new_email")
		asks(t, h.Browser(t), "egov", "nobody", "new_email")
		sweep := func() (more bool) {
			t.Helper()
			more, err := h.Accounts.Sweep(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return more
		}
		counts := func() (n int64) {
			t.Helper()
			now := h.Clock.Now().Add(100 * 24 * time.Hour)
			err := h.Store.InTx(ctx, func(tx *store.Tx) error {
				var err error
				if n, err = tx.Sweep(ctx, account.Leftovers{Attempts: now, Secrets: now, Counts: now, Decoys: now}, 10_000); err != nil {
					return err
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
			return n
		}
		before := counts()
		if before == 0 {
			t.Fatal("there is nothing to sweep: the test would prove nothing")
		}
		sweep()
		if got := counts(); got != before {
			t.Errorf("%d of %d rows that still count were swept", before-got, before)
		}
		messages := len(outbox(t, h, "egov"))
		h.Clock.Move(50 * 24 * time.Hour)
		for sweep() {
		}
		if got := counts(); got != 0 {
			t.Errorf("%d rows are left although all are over", got)
		}
		if sweep() || len(outbox(t, h, "egov")) != messages {
			t.Error("sweeping again did something, or took a message to somebody")
		}
		onTheHour(h)
		for range 600 {
			addDecoy(t, h)
		}
		h.Clock.Move(2 * time.Hour)
		if !sweep() {
			t.Error("one sweep took everything: it is not bounded")
		}
		if sweep() {
			t.Error("the second sweep did not end it")
		}
	})
}

// errUndo ends an act of a test that is only to count.
var errUndo = errors.New("undo what was counted")

func addDecoy(t testing.TB, h *housetest.House) {
	t.Helper()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.AddMessage(context.Background(), notify.Message{
			ID: h.Store.NewID(), Home: h.Store.NewID(), Portal: "egov", Channel: notify.Email, To: "x@example.kz", Key: notify.Decoy, Language: "kk", At: h.Clock.Now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNobodyIsFoundOutByWhatIsWritten: whoever asks to be let in anew leaves as many messages and attempts
// behind for a name nobody has as for somebody who is there, on every portal and by every route that is
// open to strangers: a decoy that were left out would show here and not only in the time it takes.
func TestNobodyIsFoundOutByWhatIsWritten(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	h := housetest.Open(t, house.Config{Database: database})
	for _, portal := range []string{"egov", "ismet", "kundelik", "court", "kg"} {
		confirmed(t, h, portal, "asel", "email", "asel@example.kz", "phone", "+77010000001")
		routes := h.Browser(t).Get("/" + portal + "/recover")
		for _, n := range routes.All(`main input[name="route"]`) {
			route := ""
			for _, a := range n.Attr {
				if a.Key == "value" {
					route = a.Val
				}
			}
			var left [2][2]int64
			for i, name := range []string{"asel", "nobody-at-all"} {
				before := leftBehind(t, database)
				h.Browser(t).Post("/"+portal+"/recover", "name", name, "route", route).Want(http.StatusOK)
				after := leftBehind(t, database)
				left[i] = [2]int64{after[0] - before[0], after[1] - before[1]}
			}
			if left[0] != left[1] {
				t.Errorf("%s by %s: somebody leaves %v messages and attempts behind, nobody %v", portal, route, left[0], left[1])
			}
		}
	}
}

// leftBehind counts the messages, those to nobody among them, and the attempts that lie in a database.
func leftBehind(t testing.TB, database string) (n [2]int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+database+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT (SELECT COUNT(*) FROM notify_message), (SELECT COUNT(*) FROM account_attempt)`).Scan(&n[0], &n[1]); err != nil {
		t.Fatal(err)
	}
	return n
}

package house_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// cases lists a portal's open cases.
func cases(t testing.TB, h *housetest.House, portal string) (out []account.Case) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		out, err = tx.Cases(context.Background(), portal, "open", 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCompromiseReport: one page ends the sessions, locks the account, opens a case and keeps the
// instant, by the clause of the portal; the right password then opens nothing.
func TestCompromiseReport(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.3.4")
	covers.Clause(t, "ismet", "R8.3")
	covers.Clause(t, "kundelik", "4.17c")
	covers.Clause(t, "kundelik", "8.5")
	covers.Clause(t, "kg", "2.7")
	for portal, number := range map[string]string{"ismet": "4.3.4", "kundelik": "4.17c", "kg": "2.7"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				ctx := context.Background()
				actor := h.User(t, portal, "robbed")
				accept(t, h, actor)
				contact(t, h, actor, account.ByEmail, "robbed@example.kz")
				b, thief := h.Browser(t), h.Browser(t)
				b.SignIn(portal, "robbed")
				thief.SignIn(portal, "robbed")
				path := "/" + portal + "/cabinet/compromised"
				form := b.Get(path).Want(http.StatusOK)
				if !form.Has(`main a[href*="#clause-` + number + `"]`) {
					t.Errorf("the page does not cite clause %s", number)
				}
				p := b.Post(path, "reason", "compromise", "text", "бөтен адам кірді").Want(http.StatusOK)
				if !strings.HasPrefix(p.Path, "/"+portal+"/compromised/received") {
					t.Fatalf("the report led to %s", p.Path)
				}
				for _, x := range []*housetest.Browser{b, thief} {
					if p := x.Get("/" + portal + "/cabinet"); !strings.HasPrefix(p.Path, "/"+portal+"/sign-in") {
						t.Errorf("a session goes on at %s", p.Path)
					}
				}
				_, err := h.Accounts.SignIn(ctx, signIn(portal, "robbed"))
				if x, _ := err.(*fault.Fault); x == nil || x.Key != "account.locked" {
					t.Errorf("the password opens: %v", err)
				}
				open := cases(t, h, portal)
				if len(open) != 1 || open[0].User != actor.User || !strings.Contains(open[0].Text, "бөтен адам кірді") {
					t.Errorf("cases %+v", open)
				}
				left := entries(t, h, actor.User, "account.compromise")
				if len(left) != 1 || left[0].Citation.Clause != number || left[0].Detail["effects"] != "end_sessions lock ticket" {
					t.Errorf("evidence %+v", left)
				}
				u, err := h.Accounts.Me(ctx, actor)
				if err != nil || u.State != account.Locked || !u.ReportedAt.Equal(left[0].At) {
					t.Errorf("the account is %s, reported at %s, %v", u.State, u.ReportedAt, err)
				}
				if n := len(sent(t, h, portal, "robbed@example.kz", "message.compromise")); n != 1 {
					t.Errorf("%d messages", n)
				}
			})
		})
	}
}

// TestLossReasons: where the agreement names what can be reported, each of it can, and nothing else.
func TestLossReasons(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.17b")
	h := housetest.SQLite(t)
	for _, reason := range []string{"loss", "compromise", "unauthorised_change", "term_changed"} {
		actor := h.User(t, "kundelik", "who-"+reason)
		b := h.Browser(t)
		b.SignIn("kundelik", "who-"+reason)
		form := b.Get("/kundelik/cabinet/compromised").Want(http.StatusOK)
		if len(form.All(`input[name="reason"]`)) != 4 || form.Has(`input[name="reason"][checked]`) {
			t.Error("the four events are not offered, or one is chosen for the person")
		}
		b.Post("/kundelik/cabinet/compromised", "reason", "boredom").Want(http.StatusUnprocessableEntity)
		b.Post("/kundelik/cabinet/compromised").Want(http.StatusUnprocessableEntity)
		b.Post("/kundelik/cabinet/compromised", "reason", reason).Want(http.StatusOK)
		if left := entries(t, h, actor.User, "account.compromise"); len(left) != 1 || left[0].Detail["reason"] != reason {
			t.Errorf("%s: evidence %+v", reason, left)
		}
	}
	if n := len(cases(t, h, "kundelik")); n != 4 {
		t.Errorf("%d cases, want 4", n)
	}
}

// TestCompromiseClaim: somebody who cannot sign in reports by name. The answer is the same whoever is
// named, nothing happens to the account, and one address cannot flood the operator.
func TestCompromiseClaim(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor := h.User(t, "kg", "named")
		b := h.Browser(t)
		if !b.Get("/kg/sign-in").Has(`main a[href="/kg/compromised"]`) {
			t.Error("the sign-in page does not lead to the report")
		}
		b.Get("/kg/compromised").Want(http.StatusOK)
		var said []string
		for _, name := range []string{"named", "missing"} {
			p := b.Post("/kg/compromised", "name", name, "text", "кире албай жатам").Want(http.StatusOK)
			said = append(said, p.Path+p.Text("main"))
		}
		if said[0] != said[1] {
			t.Errorf("the answers differ:\n%s\n%s", said[0], said[1])
		}
		if open := cases(t, h, "kg"); len(open) != 1 || open[0].User != actor.User {
			t.Errorf("cases %+v, want the one of somebody", open)
		}
		u, err := h.Accounts.Me(context.Background(), actor)
		if err != nil || u.State != account.Active || !u.ReportedAt.IsZero() {
			t.Errorf("whoever names an account makes it %s", u.State)
		}
		b.Post("/kg/compromised").Want(http.StatusUnprocessableEntity)
		refused := 0
		for range 20 {
			if p := b.Post("/kg/compromised", "name", "named"); p.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 12 { // ten of an hour, two of them above
			t.Errorf("%d of 20 more reports of one address were turned away", refused)
		}
	})
}

// TestDisputedActs: until the report an act is the person's own; what is done in the account after it
// is marked as disputed in its evidence and shown so, by the clause, until the person is identified
// anew. Where the clause knows no such event (kundelik 3.4) nothing is marked.
func TestDisputedActs(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "5.5")
	covers.Clause(t, "ismet", "R23")
	covers.Clause(t, "kg", "2.6")
	for portal, number := range map[string]string{"ismet": "5.5", "kg": "2.6", "kundelik": ""} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				ctx := context.Background()
				actor := h.User(t, portal, "owner")
				accept(t, h, actor)
				// Somebody whose request was on its way when the account was locked.
				bound, _, err := h.Agreements.Bind(ctx, actor, "")
				if err != nil {
					t.Fatal(err)
				}
				write := func(version int, about string) {
					if err := h.Accounts.SaveProfile(ctx, bound, version, profile(about)); err != nil {
						t.Fatal(err)
					}
					h.Clock.Move(time.Minute)
				}
				write(1, "before")
				err = h.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Report(ctx, actor.User, h.Clock.Now()) })
				if err != nil {
					t.Fatal(err)
				}
				h.Clock.Move(time.Minute)
				write(2, "after")
				b := h.Browser(t)
				b.SignIn(portal, "owner")
				shown := b.Get("/" + portal + "/cabinet/activity").Want(http.StatusOK).Text("main")
				err = h.Store.InTx(ctx, func(tx *store.Tx) error { return h.Accounts.Reinstate(ctx, tx, actor.User) })
				if err != nil {
					t.Fatal(err)
				}
				write(3, "cleared")

				var marks []bool
				for _, e := range entries(t, h, actor.User, "account.profile") {
					if e.Actor == "" || !strings.HasSuffix(e.Actor, identityText(actor)) {
						t.Errorf("an act is attributed to %q", e.Actor)
					}
					by := e.Detail["disputed_by"]
					if by != "" && !strings.HasSuffix(by, "#"+number) {
						t.Errorf("disputed by %q, want clause %s", by, number)
					}
					marks = append(marks, e.Detail["disputed"] != "")
				}
				disputes := number != ""
				if want := []bool{false, disputes, false}; !slices.Equal(marks, want) {
					t.Errorf("newest first, disputed: %v, want %v", marks, want)
				}
				if strings.Contains(shown, "Даулы әрекет") != (disputes && portal != "kg") && portal != "kg" || portal == "kg" && !strings.Contains(shown, "Талаштуу аракет") {
					t.Errorf("the activity says: %s", shown)
				}
			})
		})
	}
}

// identityText is how evidence ends the name of an actor.
func identityText(actor identity.Actor) string { return ":" + strconv.FormatInt(int64(actor.User), 10) }

package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// accept lets somebody accept what is in force now.
func accept(t testing.TB, h *housetest.House, actor identity.Actor) {
	t.Helper()
	if _, err := h.Agreements.Accept(context.Background(), actor, ways()[actor.Portal], seen(h, actor.Portal), ""); err != nil {
		t.Fatal(err)
	}
}

// main documents of the portals: the one that is amended in these tests.
func document(portal string) string {
	if portal == "ismet" {
		return "offer"
	}
	return "agreement"
}

// TestNoWayPastTheAcceptance: whoever has not accepted is let into no page and no resource of the
// API that needs the agreement, whatever portal it is; whoever has, is.
func TestNoWayPastTheAcceptance(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for portal, how := range ways() {
		h.User(t, portal, "newcomer")
		b := h.Browser(t)
		b.SignIn(portal, "newcomer")
		for _, path := range []string{"/cabinet", "/cabinet/profile", "/cabinet/activity", "/cabinet/activity.csv", "/rules"} {
			p := b.Get("/" + portal + path)
			led := strings.HasPrefix(p.Path, "/"+portal+"/agreement/accept")
			if how == agreement.ByAccess {
				if led || p.Status != http.StatusOK {
					t.Errorf("%s%s: access is acceptance, but the answer is %d at %s", portal, path, p.Status, p.Path)
				}
			} else if !led {
				t.Errorf("%s%s led to %s (%d), want the acceptance", portal, path, p.Path, p.Status)
			}
		}
	}
}

// TestAccessIsAcceptance: on a portal whose agreement is accepted by access (egov 2.1), reading the
// materials records it for somebody without an account too, once, and says which edition.
func TestAccessIsAcceptance(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		b.Get("/egov").Want(http.StatusOK)
		if n := acts(t, h, "egov", "agreement.accept"); n != 0 {
			t.Errorf("the front page alone made %d acceptances", n)
		}
		for range 3 {
			b.Get("/egov/rules").Want(http.StatusOK)
		}
		if n := acts(t, h, "egov", "agreement.accept"); n != 1 {
			t.Errorf("one visitor made %d acceptances, want 1", n)
		}
		if p := b.Get("/court/rules"); !strings.HasPrefix(p.Path, "/court/sign-in") {
			t.Errorf("the materials of the court were opened to a visitor: %s", p.Path)
		}
	})
}

// TestRenewal: how an amended edition is accepted is the portal's own: access, sign-in, continued
// use, a button, consent.
func TestRenewal(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "2.2")
	covers.Clause(t, "kundelik", "2.2")
	covers.Clause(t, "kg", "P3")
	for portal, want := range map[string]string{"egov": "access", "kundelik": "continued_use", "court": "button", "kg": "consent", "ismet": "sign_in"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			h := housetest.SQLite(t)
			ctx := context.Background()
			actor := h.User(t, portal, "member")
			accept(t, h, actor)
			b := h.Browser(t)
			b.SignIn(portal, "member")
			b.Get("/" + portal + "/cabinet").Want(http.StatusOK)
			publish(t, h, h.User(t, portal, "operator", identity.Operator), document(portal), nil)
			h.Clock.Move(4 * 24 * time.Hour)

			if portal == "court" {
				b.SignIn(portal, "member") // four days without a request ended the session (court 6.2)
			}
			p := b.Get("/" + portal + "/cabinet")
			got := acceptanceOf(t, h, actor, document(portal), 2)
			switch want {
			case "access", "continued_use":
				if p.Path != "/"+portal+"/cabinet" || got.How != want {
					t.Errorf("going on led to %s and was recorded as %q, want the cabinet and %q", p.Path, got.How, want)
				}
			case "button", "consent":
				if !strings.HasPrefix(p.Path, "/"+portal+"/agreement/accept") || got.How != "" {
					t.Errorf("going on led to %s and was recorded as %q, want the acceptance and nothing", p.Path, got.How)
				}
				if _, err := h.Agreements.Accept(ctx, actor, want, seen(h, portal), ""); err != nil {
					t.Fatal(err)
				}
				b.Get("/" + portal + "/cabinet").Want(http.StatusOK)
				if got := acceptanceOf(t, h, actor, document(portal), 2); got.How != want {
					t.Errorf("recorded as %q, want %q", got.How, want)
				}
			case "sign_in":
				if !strings.HasPrefix(p.Path, "/ismet/sign-in") || got.How != "" {
					t.Errorf("going on led to %s and was recorded as %q, want the sign-in and nothing", p.Path, got.How)
				}
				b.SignIn(portal, "member").Want(http.StatusOK)
				if got := acceptanceOf(t, h, actor, document(portal), 2); got.How != want {
					t.Errorf("signing in was recorded as %q, want %q", got.How, want)
				}
				if p := b.Get("/ismet/cabinet"); p.Path != "/ismet/cabinet" {
					t.Errorf("after signing in the cabinet leads to %s", p.Path)
				}
			}
			if n := len(entries(t, h, actor.User, "agreement.accept")); n != len(seen(h, portal))+1 {
				t.Errorf("%d pieces of evidence, want one for each document and one more", n)
			}
		})
	}
}

func acceptanceOf(t testing.TB, h *housetest.House, actor identity.Actor, document string, edition int) agreement.Acceptance {
	t.Helper()
	standings, err := h.Agreements.Standings(context.Background(), actor, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range standings {
		for _, a := range s.Accepted {
			if a.Document == document && a.Edition == edition {
				return a
			}
		}
	}
	return agreement.Acceptance{}
}

// TestRefusal: refusing in the cabinet has the portal's own effect, ends every session on the
// server, and leaves evidence.
func TestRefusal(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.3")
	covers.Clause(t, "ismet", "R12")
	covers.Clause(t, "court", "1.5")
	for portal, effect := range map[string]string{"egov": "close", "ismet": "close", "kundelik": "close", "court": "delete", "kg": "none"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			h := housetest.SQLite(t)
			actor := h.User(t, portal, "leaver")
			accept(t, h, actor)
			b, elsewhere := h.Browser(t), h.Browser(t)
			b.SignIn(portal, "leaver")
			elsewhere.SignIn(portal, "leaver")
			elsewhere.Get("/" + portal + "/cabinet").Want(http.StatusOK)
			e := publish(t, h, h.User(t, portal, "operator", identity.Operator), document(portal), nil)

			path := "/" + portal + "/cabinet/refusal/" + document(portal) + "/" + number(e)
			form := b.Get(path).Want(http.StatusOK)
			b.Post(path, form.Hidden()...).Want(http.StatusUnprocessableEntity) // not yet confirmed
			fields := append(form.Hidden(), form.Attr(`main input[type="checkbox"]`, "name"), form.Attr(`main input[type="checkbox"]`, "value"))
			b.Post(path, fields...).Want(http.StatusOK)

			left := entries(t, h, actor.User, "agreement.refuse")
			if len(left) != 1 || left[0].Detail["effect"] != effect {
				t.Fatalf("evidence %v, want one refusal with effect %s", left, effect)
			}
			p := elsewhere.Get("/" + portal + "/cabinet")
			_, err := h.Accounts.SignIn(context.Background(), signIn(portal, "leaver"))
			switch effect {
			case "none":
				if p.Status != http.StatusOK && !strings.Contains(p.Path, "/agreement/accept") {
					t.Errorf("a refusal without effect led to %s (%d)", p.Path, p.Status)
				}
			case "close":
				if !strings.Contains(p.Path, "/sign-in") || !fault.Is(err, fault.Forbidden) {
					t.Errorf("closed: the other session led to %s, signing in gives %v", p.Path, err)
				}
			case "delete":
				if !strings.Contains(p.Path, "/sign-in") || !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("deleted: the other session led to %s, signing in gives %v", p.Path, err)
				}
				if h.User(t, portal, "leaver"); t.Failed() {
					t.Error("the sign-in name was not given back")
				}
			}
		})
	}
}

// TestRefusalDeletesMaterials: on a portal whose agreement says that whoever refuses deletes their
// own materials (kundelik 2.1), nothing of what the person wrote is left.
func TestRefusalDeletesMaterials(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "2.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		for portal, kept := range map[string]string{"kundelik": "", "egov": "менің мақтанышым"} {
			actor := h.User(t, portal, "writer")
			accept(t, h, actor)
			bound, _, err := h.Agreements.Bind(ctx, actor, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Accounts.SaveProfile(ctx, bound, 1, profile("менің мақтанышым")); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Agreements.Refuse(ctx, actor, "agreement", 1); err != nil {
				t.Fatal(err)
			}
			u, err := h.Accounts.Me(ctx, actor)
			if err != nil {
				t.Fatal(err)
			}
			if u.About != kept {
				t.Errorf("%s: after refusing the page says %q, want %q", portal, u.About, kept)
			}
		}
	})
}

// TestWithdrawal: a withdrawn offer is accepted by nobody any more, those who did are let in as
// before (ismet 2.4, 2.5); other portals cannot withdraw.
func TestWithdrawal(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "2.4")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator := h.User(t, "ismet", "operator", identity.Operator)
		before, after := h.User(t, "ismet", "before"), h.User(t, "ismet", "after")
		accept(t, h, before)
		shown := seen(h, "ismet")
		if _, err := h.Agreements.Withdraw(ctx, operator, "offer"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Accept(ctx, after, agreement.ByTick, shown, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a withdrawn offer: got %v, want a conflict", err)
		}
		if _, _, err := h.Agreements.Bind(ctx, before, ""); err != nil {
			t.Errorf("who accepted before is shut out: %v", err)
		}
		if _, _, err := h.Agreements.Bind(ctx, after, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who did not is let in: %v", err)
		}
		if _, err := h.Agreements.Withdraw(ctx, operator, "offer"); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		if _, err := h.Agreements.Withdraw(ctx, h.User(t, "court", "operator", identity.Operator), "agreement"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an agreement without such a rule: %v", err)
		}
	})
}

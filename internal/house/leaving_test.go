package house_test

import (
	"context"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// TestWhoHasLeftAcceptsNothing: where being here accepts, it does so for nobody who has refused: a
// request that was under way, or stood at another process, is let in no more.
func TestWhoHasLeftAcceptsNothing(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		for _, portal := range []string{"egov", "kundelik", "court"} {
			actor := h.User(t, portal, "gone")
			accept(t, h, actor)
			if _, err := h.Agreements.Refuse(ctx, actor, document(portal), 1); err != nil {
				t.Fatal(err)
			}
			publish(t, h, h.User(t, portal, "operator", identity.Operator), document(portal), nil)
			h.Clock.Move(5 * 24 * time.Hour)
			if _, _, err := h.Agreements.Bind(ctx, actor, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: bound after leaving: %v", portal, err)
			}
			if _, err := h.Agreements.Accept(ctx, actor, ways()[portal], seen(h, portal), ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: accepted after leaving: %v", portal, err)
			}
			if n := len(entries(t, h, actor.User, "agreement.accept")); n != 1 {
				t.Errorf("%s: %d acceptances, want the one from before", portal, n)
			}
		}
	})
}

// TestRefuseTwentyTimesAtOnce: a refusal sent twenty times at once is one, and all get its answer;
// refusing another edition after having left is answered with it as well.
func TestRefuseTwentyTimesAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		for _, portal := range []string{"court", "kg"} {
			actor := h.User(t, portal, "leaver")
			accept(t, h, actor)
			const tries = 20
			got := make([]agreement.Refusal, tries)
			errs := make([]error, tries)
			atOnce(tries, func(i int) {
				got[i], errs[i] = h.Agreements.Refuse(ctx, actor, "agreement", 1)
			})
			for i := range tries {
				if errs[i] != nil || got[i].Evidence != got[0].Evidence {
					t.Fatalf("%s: try %d: %v, evidence %d and %d", portal, i, errs[i], got[i].Evidence, got[0].Evidence)
				}
			}
			if n := len(entries(t, h, actor.User, "agreement.refuse")); n != 1 {
				t.Errorf("%s: %d pieces of evidence, want 1", portal, n)
			}
			if portal != "court" {
				continue
			}
			second := publish(t, h, h.User(t, portal, "operator", identity.Operator), "agreement", nil)
			if again, err := h.Agreements.Refuse(ctx, actor, "agreement", second.Number); err != nil || again.Evidence != got[0].Evidence {
				t.Errorf("refusing after having left: %v, evidence %d, want that of the refusal there is", err, again.Evidence)
			}
		}
	})
}

// meanwhile runs act while a transaction holds a portal's documents, in which change happens.
func meanwhile(t *testing.T, h *housetest.House, portal string, change func(*store.Tx) error, act func() error) error {
	t.Helper()
	ended := make(chan error, 1)
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		if err := tx.HoldDocuments(context.Background(), portal); err != nil {
			return err
		}
		go func() { ended <- act() }()
		time.Sleep(100 * time.Millisecond) // time enough to decide on what was there before
		return change(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return <-ended
}

// TestNothingIsAcceptedBehindAPublication: an acceptance, and a withdrawal, that meets a publication
// under way waits for it and is decided by what is then in force.
func TestNothingIsAcceptedBehindAPublication(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator := h.User(t, "ismet", "operator", identity.Operator)
		actor := h.User(t, "ismet", "reader")
		before := seen(h, "ismet")
		e := draft(t, h, operator, "offer", nil)
		post := func(tx *store.Tx) error {
			e.State, e.PostedAt = agreement.Published, h.Clock.Now()
			e.InForceAt = e.PostedAt
			e.Version++
			return tx.SaveEdition(ctx, e)
		}
		err := meanwhile(t, h, "ismet", post, func() error {
			_, err := h.Agreements.Accept(ctx, actor, agreement.ByTick, before, "")
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the edition before was accepted after another came into force: %v", err)
		}
		if n := len(entries(t, h, actor.User, "agreement.accept")); n != 0 {
			t.Errorf("%d acceptances", n)
		}

		e = draft(t, h, operator, "offer", nil)
		var withdrawn agreement.Edition
		err = meanwhile(t, h, "ismet", post, func() error {
			var err error
			withdrawn, err = h.Agreements.Withdraw(ctx, operator, "offer")
			return err
		})
		if err != nil || withdrawn.Number != e.Number {
			t.Errorf("withdrew edition %d (%v), want the one in force, %d", withdrawn.Number, err, e.Number)
		}
	})
}

// TestWithdrawalOvertakesWhatIsAnnounced: an edition announced before the withdrawal does not bring
// the document back.
func TestWithdrawalOvertakesWhatIsAnnounced(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator, late := h.User(t, "ismet", "operator", identity.Operator), h.User(t, "ismet", "late")
		publish(t, h, operator, "offer", setParameter("agreement.amendment", "in_force_after", "3d"))
		publish(t, h, operator, "offer", setParameter("agreement.amendment", "in_force_after", "9d"))
		if _, err := h.Agreements.Withdraw(ctx, operator, "offer"); err != nil {
			t.Fatal(err)
		}
		h.Clock.Move(5 * 24 * time.Hour)
		if e, offered := agreement.InForce(h.Agreements.Published("ismet", "offer"), h.Clock.Now()); offered || e.Number != 2 {
			t.Errorf("after the withdrawal edition %d, offered %v", e.Number, offered)
		}
		if _, _, err := h.Agreements.Bind(ctx, late, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("bound by an offer that was withdrawn: %v", err)
		}
		publish(t, h, operator, "rules", nil) // a new book, of what is in force then
		rule, _, _ := clause.InDocument[agreement.Amendment](h.Agreements.Book("ismet", h.Clock.Now()), "offer")
		if got := rule.InForceAfter.String(); got != "3d" {
			t.Errorf("the rules are those of an edition that never came into force: %s", got)
		}
	})
}

// TestSigningInIsNotClaimed: nobody accepts by saying that they signed in or went on.
func TestSigningInIsNotClaimed(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for portal, how := range map[string]string{"ismet": agreement.BySignIn, "kundelik": agreement.ByContinuedUse} {
		actor := h.User(t, portal, "claimer")
		accept(t, h, actor)
		publish(t, h, h.User(t, portal, "operator", identity.Operator), document(portal), nil)
		if _, err := h.Agreements.Accept(context.Background(), actor, how, seen(h, portal), ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s by claiming %s: %v", portal, how, err)
		}
	}
}

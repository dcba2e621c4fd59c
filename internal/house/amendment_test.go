package house_test

import (
	"context"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// TestInForceInstant: when an amendment published now comes into force is said by the edition in
// force, by its very parameter.
func TestInForceInstant(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.2")
	covers.Clause(t, "court", "1.4")
	covers.Clause(t, "ismet", "2.5")
	covers.Clause(t, "ismet", "4.2.4")
	for _, c := range []struct {
		portal, document string
		days             int
	}{
		{"egov", "agreement", 3}, {"court", "agreement", 3}, {"ismet", "offer", 0}, {"ismet", "rules", 0}, {"kundelik", "agreement", 0}, {"kg", "agreement", 0},
	} {
		t.Run(c.portal+" "+c.document, func(t *testing.T) {
			t.Parallel()
			h := housetest.SQLite(t)
			e := publish(t, h, h.User(t, c.portal, "operator", identity.Operator), c.document, nil)
			p, _ := h.Agreements.Portal(c.portal)
			want := e.PostedAt
			if c.days > 0 {
				y, m, d := e.PostedAt.In(p.Zone).Date()
				want = time.Date(y, m, d+c.days+1, 0, 0, 0, 0, p.Zone)
			}
			if !e.InForceAt.Equal(want) {
				t.Errorf("posted %s, in force %s, want %s", e.PostedAt.In(p.Zone), e.InForceAt.In(p.Zone), want)
			}
			// Exactly one edition is in force a microsecond before and at the instant.
			published := h.Agreements.Published(c.portal, c.document)
			if x, _ := agreement.InForce(published, e.InForceAt.Add(-time.Microsecond)); x.Number != 1 {
				t.Errorf("just before: edition %d", x.Number)
			}
			if x, _ := agreement.InForce(published, e.InForceAt); x.Number != 2 {
				t.Errorf("at the instant: edition %d", x.Number)
			}
		})
	}
}

// TestAmendmentChangesTheRule: an amendment of the very rule on amendments bites for the next one,
// once it is in force and not before.
func TestAmendmentChangesTheRule(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		operator := h.User(t, "court", "operator", identity.Operator)
		second := publish(t, h, operator, "agreement", setParameter("agreement.amendment", "in_force_after", "10d"))
		p, _ := h.Agreements.Portal("court")
		days := func(e agreement.Edition) int {
			return int(e.InForceAt.In(p.Zone).Sub(midnight(e.PostedAt, p.Zone)).Hours()) / 24
		}
		if got := days(second); got != 4 {
			t.Errorf("the second edition comes into force on day %d, want 4", got)
		}
		h.Clock.Move(5 * 24 * time.Hour)
		third := publish(t, h, operator, "agreement", setParameter("agreement.amendment", "in_force_after", "3d"))
		if got := days(third); got != 11 {
			t.Errorf("the third edition comes into force on day %d, want 11", got)
		}
	})
}

func midnight(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// TestOwnersConsent: where the agreement asks for the owner's consent, nothing is published without
// it, and it cannot be given by whoever wrote the amendment.
func TestOwnersConsent(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.2")
	covers.Clause(t, "court", "1.4")
	for _, portal := range []string{"egov", "court"} {
		housetest.Each(t, func(t *testing.T, h *housetest.House) {
			ctx := context.Background()
			both := h.User(t, portal, "both", identity.Operator, identity.Owner)
			user := h.User(t, portal, "user")
			e := draft(t, h, both, "agreement", nil)
			if _, err := h.Agreements.Publish(ctx, both, "agreement", e.Number, e.Version); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a draft was published without the owner: %v", err)
			}
			e, err := h.Agreements.Submit(ctx, both, "agreement", e.Number, e.Version)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Agreements.Approve(ctx, both, "agreement", e.Number, e.Version); !fault.Is(err, fault.Forbidden) {
				t.Errorf("the writer approved: %v", err)
			}
			if _, err := h.Agreements.Approve(ctx, user, "agreement", e.Number, e.Version); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a user approved: %v", err)
			}
			if _, err := h.Agreements.Publish(ctx, both, "agreement", e.Number, e.Version); err == nil {
				t.Error("a submitted edition was published")
			}
			owner := h.User(t, portal, "owner", identity.Owner)
			if e, err = h.Agreements.Approve(ctx, owner, "agreement", e.Number, e.Version); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Agreements.Publish(ctx, user, "agreement", e.Number, e.Version); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a user published: %v", err)
			}
			if _, err := h.Agreements.Publish(ctx, both, "agreement", e.Number, e.Version); err != nil {
				t.Errorf("an approved edition: %v", err)
			}
		})
	}
}

// TestPublishAtOnce: of two operators who publish the same draft at once, one does.
func TestPublishAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		operator := h.User(t, "kundelik", "operator", identity.Operator)
		e := draft(t, h, operator, "agreement", nil)
		const tries = 8
		errs := make([]error, tries)
		atOnce(tries, func(i int) {
			_, errs[i] = h.Agreements.Publish(context.Background(), operator, "agreement", e.Number, e.Version)
		})
		published := 0
		for _, err := range errs {
			switch {
			case err == nil:
				published++
			case !fault.Is(err, fault.Conflict):
				t.Errorf("got %v, want a conflict", err)
			}
		}
		if published != 1 {
			t.Errorf("published %d times", published)
		}
	})
}

// TestTwoAmendmentsOneInstant: two editions of a document never come into force at one instant.
func TestTwoAmendmentsOneInstant(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator := h.User(t, "court", "operator", identity.Operator)
		publish(t, h, operator, "agreement", nil)
		e := draft(t, h, operator, "agreement", nil)
		e, err := h.Agreements.Submit(ctx, operator, "agreement", e.Number, e.Version)
		if err != nil {
			t.Fatal(err)
		}
		if e, err = h.Agreements.Approve(ctx, h.User(t, "court", "owner", identity.Owner), "agreement", e.Number, e.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Publish(ctx, operator, "agreement", e.Number, e.Version); !fault.Is(err, fault.Conflict) {
			t.Fatalf("on the same day: got %v, want a conflict", err)
		}
		h.Clock.Move(24 * time.Hour)
		if _, err := h.Agreements.Publish(ctx, operator, "agreement", e.Number, e.Version); err != nil {
			t.Errorf("the day after: %v", err)
		}
		h.Clock.Move(-48 * time.Hour)
		x := draft(t, h, operator, "agreement", nil)
		x, err = h.Agreements.Submit(ctx, operator, "agreement", x.Number, x.Version)
		if err != nil {
			t.Fatal(err)
		}
		if x, err = h.Agreements.Approve(ctx, h.User(t, "court", "owner2", identity.Owner), "agreement", x.Number, x.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Publish(ctx, operator, "agreement", x.Number, x.Version); !fault.Is(err, fault.Unavailable) {
			t.Errorf("with a clock before the last publication: got %v, want unavailable", err)
		}
	})
}

// TestOneDraftAtATime: a document has one open draft, and saving one that somebody changed is refused.
func TestOneDraftAtATime(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator := h.User(t, "kg", "operator", identity.Operator)
		e, err := h.Agreements.Draft(ctx, operator, "agreement")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Draft(ctx, operator, "agreement"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second draft: got %v, want a conflict", err)
		}
		same := func(*agreement.Content) error { return nil }
		if _, err := h.Agreements.Rewrite(ctx, operator, "agreement", e.Number, e.Version, same); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Rewrite(ctx, operator, "agreement", e.Number, e.Version, same); !fault.Is(err, fault.Conflict) {
			t.Errorf("saving over another's change: got %v, want a conflict", err)
		}
		bad := func(c *agreement.Content) error {
			c.Clauses[2].Text = agreement.Words{"ky": "жалгыз"}
			return nil
		}
		if e, err = h.Agreements.Rewrite(ctx, operator, "agreement", e.Number, e.Version+1, bad); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Agreements.Publish(ctx, operator, "agreement", e.Number, e.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("a clause without text in a language was published: %v", err)
		}
		if err := h.Agreements.Discard(ctx, operator, "agreement", e.Number, e.Version); err != nil {
			t.Fatal(err)
		}
		if again, err := h.Agreements.Draft(ctx, operator, "agreement"); err != nil || again.Number != e.Number {
			t.Errorf("after discarding: edition %d, %v; want the number %d again", again.Number, err, e.Number)
		}
	})
}

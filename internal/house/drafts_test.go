package house_test

import (
	"context"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store/storetest"
)

// edited changes one clause.
func edited(number string, edit func(*agreement.Clause)) func(*agreement.Content) {
	return func(c *agreement.Content) {
		for i := range c.Clauses {
			if c.Clauses[i].Number == number {
				edit(&c.Clauses[i])
			}
		}
	}
}

// TestClashWithWhatIsOnlyAnnounced: a rule moves from one document to another. While the edition
// that gives it up is only announced, the one that takes it cannot be in force beside it.
func TestClashWithWhatIsOnlyAnnounced(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	operator := h.User(t, "ismet", "operator", identity.Operator)
	publish(t, h, operator, "rules", setParameter("agreement.amendment", "in_force_after", "3d"))
	publish(t, h, operator, "rules", edited("R12", func(c *agreement.Clause) { c.Kind, c.Rules = clause.Declaratory, nil }))
	e := draft(t, h, operator, "offer", edited("2.3", func(c *agreement.Clause) {
		c.Kind, c.Rules = clause.Mechanism, []agreement.Rule{{Name: "agreement.refusal", With: []agreement.Parameter{{Name: "effect", Value: "close"}}}}
	}))
	if _, err := h.Agreements.Publish(ctx, operator, "offer", e.Number, e.Version); !fault.Is(err, fault.Invalid) {
		t.Fatalf("two clauses in force that set one rule: got %v, want invalid", err)
	}
	if err := h.Agreements.Load(ctx, "ismet"); err != nil {
		t.Fatalf("the portal cannot be loaded any more: %v", err)
	}
	h.Clock.Move(5 * 24 * time.Hour)
	if _, err := h.Agreements.Publish(ctx, operator, "offer", e.Number, e.Version); err != nil {
		t.Errorf("after the rule was given up: %v", err)
	}
}

// TestRequiredDocumentMustExist: an amendment cannot require a document that nobody could accept.
func TestRequiredDocumentMustExist(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := h.User(t, "ismet", "operator", identity.Operator)
	e := draft(t, h, operator, "rules", func(c *agreement.Content) {
		for i := range c.Clauses {
			for j, r := range c.Clauses[i].Rules {
				if r.Name == "agreement.documents" {
					c.Clauses[i].Rules[j].With[0].List = []string{"offer", "rules", "by-laws"}
				}
			}
		}
	})
	if _, err := h.Agreements.Publish(context.Background(), operator, "rules", e.Number, e.Version); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
}

// TestConsentIsToWhatWasRead: the owner's consent to a draft that was discarded is no consent to the
// next draft, which takes its number.
func TestConsentIsToWhatWasRead(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator, owner := h.User(t, "court", "operator", identity.Operator), h.User(t, "court", "owner", identity.Owner)
		submitted := func() agreement.Edition {
			e := draft(t, h, operator, "agreement", nil)
			e, err := h.Agreements.Submit(ctx, operator, "agreement", e.Number, e.Version)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		read := submitted()
		if err := h.Agreements.Discard(ctx, operator, "agreement", read.Number, read.Version); err != nil {
			t.Fatal(err)
		}
		submitted()
		if _, err := h.Agreements.Approve(ctx, owner, "agreement", read.Number, read.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("approved what was never read: %v", err)
		}
	})
}

// TestNobodyApprovesTheirOwnWords: an owner who is also an operator writes into no draft of another,
// where the owner is to approve it.
func TestNobodyApprovesTheirOwnWords(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	same := func(*agreement.Content) error { return nil }
	for portal, free := range map[string]bool{"court": false, "kundelik": true} {
		operator, both := h.User(t, portal, "operator", identity.Operator), h.User(t, portal, "both", identity.Operator, identity.Owner)
		e := draft(t, h, operator, "agreement", nil)
		_, err := h.Agreements.Rewrite(ctx, both, "agreement", e.Number, e.Version, same)
		if free && err != nil || !free && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", portal, err)
		}
	}
}

// twoProcesses are two houses of one portal on one database.
func twoProcesses(t *testing.T, database, portal string) (one, other *housetest.House) {
	t.Helper()
	keys, err := house.NewKeys("tereze-test")
	if err != nil {
		t.Fatal(err)
	}
	cfg := house.Config{Database: database, Keys: keys, Only: []string{portal}}
	return housetest.Open(t, cfg), housetest.Open(t, cfg)
}

// TestAnotherProcessHasPublished: a process that has not heard of an edition yet decides nothing by
// the rules before it.
func TestAnotherProcessHasPublished(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		ctx := context.Background()
		one, other := twoProcesses(t, database, "kundelik")
		operator, actor := one.User(t, "kundelik", "operator", identity.Operator), one.User(t, "kundelik", "reader")
		e := publish(t, one, operator, "agreement", func(c *agreement.Content) {
			for i := range c.Clauses {
				for j, r := range c.Clauses[i].Rules {
					if r.Name == "agreement.acceptance" {
						c.Clauses[i].Rules[j].With[0].List = []string{"consent"}
					}
				}
			}
		})
		next := draft(t, one, operator, "agreement", nil)
		shown := []agreement.Seen{{Document: "agreement", Edition: e.Number}}
		if _, err := other.Agreements.Accept(ctx, actor, agreement.ByButton, shown, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("accepted by the rule of the edition before: %v", err)
		}
		if _, err := other.Agreements.Publish(ctx, operator, "agreement", next.Number, next.Version); err != nil {
			t.Errorf("publish at the other process: %v", err)
		}
		shown[0].Edition = next.Number
		got, err := one.Agreements.Accept(ctx, actor, agreement.ByConsent, shown, "")
		if err != nil || got[0].Cite.Edition != next.Number {
			t.Errorf("accepted under %v (%v), want a clause of edition %d", got, err, next.Number)
		}
	})
}

// TestAnotherProcessPublishes is TestAnotherProcessHasPublished for who writes first: an edition
// posted there is known to whoever posts the next one here.
func TestAnotherProcessPublishes(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		ctx := context.Background()
		one, other := twoProcesses(t, database, "kg")
		operator := one.User(t, "kg", "operator", identity.Operator)
		publish(t, one, operator, "agreement", nil)
		e := draft(t, one, operator, "agreement", nil)
		if _, err := other.Agreements.Publish(ctx, operator, "agreement", e.Number, e.Version); err != nil {
			t.Error(err)
		}
	})
}

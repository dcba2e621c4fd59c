package house_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// ways lists how each portal's agreement is accepted first, and the documents it has.
func ways() map[string]string {
	return map[string]string{
		"egov": agreement.ByAccess, "ismet": agreement.ByTick, "kundelik": agreement.ByButton, "court": agreement.ByButton, "kg": agreement.ByConsent,
	}
}

// seen is what a person who reads everything now has seen.
func seen(h *housetest.House, portal string) (out []agreement.Seen) {
	now := h.Clock.Now()
	for _, document := range h.Agreements.Required(portal, now) {
		e, _ := agreement.InForce(h.Agreements.Published(portal, document), now)
		out = append(out, agreement.Seen{Document: document, Edition: e.Number})
	}
	return out
}

// entries lists the evidence of an act of one person.
func entries(t testing.TB, h *housetest.House, home identity.ID, act string) (out []evidence.Entry) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		all, err := tx.EvidenceOf(context.Background(), home, 0, 100)
		for _, e := range all {
			if e.Act == act {
				out = append(out, e)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAcceptTwentyTimesAtOnce: a form sent twenty times at once makes one acceptance of each
// document, one piece of evidence, and all twenty get the same answer.
func TestAcceptTwentyTimesAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for portal, how := range ways() {
			actor := h.User(t, portal, "twenty")
			shown := seen(h, portal)
			const tries = 20
			got := make([][]agreement.Acceptance, tries)
			errs := make([]error, tries)
			atOnce(tries, func(i int) {
				got[i], errs[i] = h.Agreements.Accept(context.Background(), actor, how, shown, "192.0.2.1")
			})
			for i := range tries {
				if errs[i] != nil {
					t.Fatalf("%s: try %d: %v", portal, i, errs[i])
				}
				for j := range got[i] {
					if got[i][j].Evidence != got[0][j].Evidence {
						t.Errorf("%s: try %d has another acceptance than try 0", portal, i)
					}
				}
			}
			if n := len(entries(t, h, actor.User, "agreement.accept")); n != len(shown) {
				t.Errorf("%s: %d pieces of evidence, want %d", portal, n, len(shown))
			}
		}
	})
}

// TestThousandAccept: a thousand people at once, none lost, none doubled.
func TestThousandAccept(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const people = 1000
		shown := seen(h, "court")
		var ready, done sync.WaitGroup
		barrier := make(chan struct{})
		errs := make([]error, people)
		ready.Add(people)
		for i := range people {
			actor := identity.Actor{Portal: "court", User: h.Store.NewID(), Language: "kk"}
			done.Go(func() {
				ready.Done()
				<-barrier
				// The writer's queue has an end; whoever is told to come again comes again.
				for {
					_, errs[i] = h.Agreements.Accept(context.Background(), actor, agreement.ByButton, shown, "192.0.2.1")
					if !fault.Is(errs[i], fault.Unavailable) {
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
			})
		}
		ready.Wait()
		close(barrier)
		done.Wait()
		for i, err := range errs {
			if err != nil {
				t.Fatalf("person %d: %v", i, err)
			}
		}
		count := map[identity.ID]int{}
		var before evidence.Mark
		for {
			var page []evidence.Entry
			err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
				var err error
				page, err = tx.EvidenceLog(context.Background(), evidence.Filter{Portal: "court", Act: "agreement.accept", Before: before, Limit: 500})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				count[e.Home]++
				before = evidence.MarkOf(e)
			}
			if len(page) == 0 {
				break
			}
		}
		if len(count) != people {
			t.Errorf("%d people have evidence, want %d", len(count), people)
		}
		for home, n := range count {
			if n != 1 {
				t.Errorf("person %d has %d acceptances", home, n)
			}
		}
	})
}

// TestAcceptWhatWasNotSeen: whoever read another edition than the one in force accepts nothing.
func TestAcceptWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		operator := h.User(t, "ismet", "operator", identity.Operator)
		actor := h.User(t, "ismet", "reader")
		before := seen(h, "ismet")
		publish(t, h, operator, "offer", nil)
		_, err := h.Agreements.Accept(context.Background(), actor, agreement.ByTick, before, "")
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("got %v, want a conflict", err)
		}
		if n := len(entries(t, h, actor.User, "agreement.accept")); n != 0 {
			t.Errorf("%d acceptances of what was not in force", n)
		}
		if _, err := h.Agreements.Accept(context.Background(), actor, agreement.ByTick, before[:1], ""); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
			t.Errorf("half of the documents: got %v, want a refusal", err)
		}
		if _, err := h.Agreements.Accept(context.Background(), actor, agreement.ByConsent, seen(h, "ismet"), ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("in a way the agreement does not know: got %v, want forbidden", err)
		}
		if _, err := h.Agreements.Accept(context.Background(), actor, agreement.ByTick, seen(h, "ismet"), ""); err != nil {
			t.Errorf("the edition in force: %v", err)
		}
	})
}

// publish drafts an amendment of a document, lets edit change it, and publishes it; where the
// portal has an owner, an owner approves in between.
func publish(t testing.TB, h *housetest.House, operator identity.Actor, document string, edit func(*agreement.Content)) agreement.Edition {
	t.Helper()
	ctx := context.Background()
	e := draft(t, h, operator, document, edit)
	if role, _ := h.Agreements.ApprovalBy(operator.Portal, document, h.Clock.Now()); role != "" {
		var err error
		if e, err = h.Agreements.Submit(ctx, operator, document, e.Number, e.Version); err != nil {
			t.Fatal(err)
		}
		owner := identity.Actor{Portal: operator.Portal, User: h.Store.NewID(), Name: "owner", Roles: []identity.Role{identity.Owner}}
		if e, err = h.Agreements.Approve(ctx, owner, document, e.Number, e.Version); err != nil {
			t.Fatal(err)
		}
	}
	e, err := h.Agreements.Publish(ctx, operator, document, e.Number, e.Version)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func draft(t testing.TB, h *housetest.House, operator identity.Actor, document string, edit func(*agreement.Content)) agreement.Edition {
	t.Helper()
	ctx := context.Background()
	e, err := h.Agreements.Draft(ctx, operator, document)
	if err != nil {
		t.Fatal(err)
	}
	if edit == nil {
		edit = func(c *agreement.Content) {
			for language := range c.Clauses[0].Text {
				c.Clauses[0].Text[language] += fmt.Sprintf(" (%d)", e.Number)
			}
		}
	}
	e, err = h.Agreements.Rewrite(ctx, operator, document, e.Number, e.Version, func(c *agreement.Content) error {
		edit(c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// setParameter changes a parameter of the clause that sets a rule.
func setParameter(rule, parameter, value string) func(*agreement.Content) {
	return func(c *agreement.Content) {
		for i := range c.Clauses {
			for j := range c.Clauses[i].Rules {
				for k := range c.Clauses[i].Rules[j].With {
					if c.Clauses[i].Rules[j].Name == rule && c.Clauses[i].Rules[j].With[k].Name == parameter {
						c.Clauses[i].Rules[j].With[k].Value = value
					}
				}
			}
		}
	}
}

func number(e agreement.Edition) string { return strconv.Itoa(e.Number) }

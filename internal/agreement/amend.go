package agreement

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Draft opens the next edition of a document for writing, as a copy of the newest published one.
//
// Refusals: Forbidden for anyone but an operator; Absent for a document the portal has not;
// Conflict "agreement.draft_open" while another draft of it is open.
func (a *Agreements) Draft(ctx context.Context, actor identity.Actor, document string) (Edition, error) {
	var out Edition
	err := a.change(ctx, actor, identity.Operator, func(tx Tx, now time.Time) error {
		all, err := tx.Editions(ctx, actor.Portal)
		if err != nil {
			return err
		}
		all = ofDocument(all, document)
		if len(all) == 0 {
			return fault.New(fault.Absent, "agreement.no_document")
		}
		newest := all[len(all)-1]
		if newest.State != Published {
			return fault.New(fault.Conflict, "agreement.draft_open").With("edition", strconv.Itoa(newest.Number))
		}
		out = Edition{
			Portal: actor.Portal, Document: document, Number: newest.Number + 1, State: Draft, Base: newest.Number,
			Content: newest.Content, Digest: newest.Digest, DraftedBy: actor.User, DraftedAt: now,
			// Not 1: the number of a discarded draft is taken again, and whoever still believes in a
			// version of that one must not be taken to believe in this.
			Version: int(a.NewID()),
		}
		if err := tx.AddEdition(ctx, out); err != nil {
			return err
		}
		return a.note(ctx, tx, actor, "agreement.draft", out, now, clause.Citation{}, nil)
	})
	return out, err
}

// Rewrite replaces what a draft says. believed is the version the writer read.
//
// Refusals: as change; Conflict "agreement.state" once it is submitted; Conflict "store.changed"
// when somebody saved it meanwhile; Forbidden "agreement.second_person" for an owner who did not
// draft it, where the owner is to approve it: nobody approves their own words.
func (a *Agreements) Rewrite(ctx context.Context, actor identity.Actor, document string, number, believed int, edit func(*Content) error) (Edition, error) {
	var out Edition
	err := a.change(ctx, actor, identity.Operator, func(tx Tx, now time.Time) error {
		e, err := a.open(ctx, tx, actor, document, number, believed, Draft)
		if err != nil {
			return err
		}
		if role, cite := a.ApprovalBy(actor.Portal, document, now); role != "" && actor.Is(role) && e.DraftedBy != actor.User {
			return fault.New(fault.Forbidden, "agreement.second_person").By(cite)
		}
		e.Content = e.Content.clone()
		if err := edit(&e.Content); err != nil {
			return err
		}
		if e.Digest, err = e.Content.Digest(); err != nil {
			return err
		}
		e.Version++
		out = e
		return tx.SaveEdition(ctx, e)
	})
	return out, err
}

// clone copies as deep as an edit can reach.
func (c Content) clone() Content {
	c.Clauses = slices.Clone(c.Clauses)
	for i := range c.Clauses {
		cl := &c.Clauses[i]
		cl.Text, cl.Heading = cl.Text.clone(), cl.Heading.clone()
		cl.Rules, cl.Categories = slices.Clone(cl.Rules), slices.Clone(cl.Categories)
		for j := range cl.Rules {
			cl.Rules[j].With = slices.Clone(cl.Rules[j].With)
		}
	}
	c.Title = c.Title.clone()
	return c
}

func (w Words) clone() Words {
	if w == nil {
		return nil
	}
	out := Words{}
	for language, text := range w {
		out[language] = text
	}
	return out
}

// Problems says what keeps an edition from coming into force: clauses that do not compile, texts
// that are missing, rules that clash with the portal's other documents.
func (a *Agreements) Problems(e Edition) []clause.Problem {
	portal, _ := a.Portal(e.Portal)
	problems := e.Content.missing(portal.Languages)
	compiled, wrong := a.rules.Compile(e.Portal, e.Document, e.Number, e.Content.bindings())
	problems = append(problems, wrong...)
	if len(problems) > 0 {
		return problems
	}
	set := []*clause.Edition{compiled}
	h := a.holding(e.Portal)
	for document, editions := range h.published {
		if document != e.Document && len(editions) > 0 {
			set = append(set, h.compiled[document][editions[len(editions)-1].Number])
		}
	}
	_, clashes := newBook(portal, set)
	return clashes
}

// ApprovalBy says who must approve an amendment of a document before it is published, by the
// edition in force (egov 2.2, court 1.4: the owner), and under which clause.
func (a *Agreements) ApprovalBy(portal, document string, at time.Time) (role identity.Role, cite clause.Citation) {
	amendment, cite, ok := clause.InDocument[Amendment](a.Book(portal, at), document)
	if ok && amendment.Approval == "owner" {
		return identity.Owner, cite
	}
	return "", cite
}

// Submit hands a draft to the owner. Refusals: as Rewrite; Invalid "agreement.problems" while it
// could not come into force.
func (a *Agreements) Submit(ctx context.Context, actor identity.Actor, document string, number, believed int) (Edition, error) {
	return a.move(ctx, actor, identity.Operator, document, number, believed, Draft, Submitted, "agreement.submit", nil)
}

// Return gives a submitted edition back to the operator with a reason.
func (a *Agreements) Return(ctx context.Context, actor identity.Actor, document string, number, believed int, reason string) (Edition, error) {
	return a.move(ctx, actor, identity.Owner, document, number, believed, Submitted, Draft, "agreement.return", map[string]string{"reason": reason})
}

// Approve is the owner's consent. Refusals: Forbidden for anyone but an owner, and
// "agreement.second_person" for the person who drafted it; Conflict when it is no longer submitted.
func (a *Agreements) Approve(ctx context.Context, actor identity.Actor, document string, number, believed int) (Edition, error) {
	return a.move(ctx, actor, identity.Owner, document, number, believed, Submitted, Approved, "agreement.approve", nil)
}

func (a *Agreements) move(ctx context.Context, actor identity.Actor, role identity.Role, document string, number, believed int, from, to State, act string, detail map[string]string) (Edition, error) {
	var out Edition
	err := a.change(ctx, actor, role, func(tx Tx, now time.Time) error {
		e, err := a.open(ctx, tx, actor, document, number, believed, from)
		if err != nil {
			return err
		}
		if to != Draft && len(a.Problems(e)) > 0 {
			return fault.New(fault.Invalid, "agreement.problems")
		}
		_, cite := a.ApprovalBy(actor.Portal, document, now)
		if to == Approved {
			if e.DraftedBy == actor.User {
				return fault.New(fault.Forbidden, "agreement.second_person").By(cite)
			}
			e.ApprovedBy, e.ApprovedAt = actor.User, now
		}
		e.State = to
		e.Version++
		out = e
		if err := tx.SaveEdition(ctx, e); err != nil {
			return err
		}
		return a.note(ctx, tx, actor, act, e, now, cite, detail)
	})
	return out, err
}

// Publish posts an edition: from this instant it is announced, and it comes into force by the rule
// of the edition now in force. What it says is frozen.
//
// Refusals: as Submit; Invalid "agreement.problems" also while it would clash with what is in force
// or announced of the other documents; Forbidden "agreement.needs_owner" while the owner's consent is
// due and not given; Conflict "agreement.same_instant" when an edition published before comes into force at
// the same instant or later; Unavailable "agreement.clock" when the clock stands before the last
// publication.
func (a *Agreements) Publish(ctx context.Context, actor identity.Actor, document string, number, believed int) (Edition, error) {
	var out Edition
	err := a.change(ctx, actor, identity.Operator, func(tx Tx, _ time.Time) error {
		now, published, err := a.ground(ctx, tx, tx.HoldDocuments, actor.Portal)
		if err != nil {
			return err
		}
		e, err := a.open(ctx, tx, actor, document, number, believed, Draft, Approved)
		if err != nil {
			return err
		}
		role, cite := a.ApprovalBy(actor.Portal, document, now)
		if role != "" && e.State != Approved {
			return fault.New(fault.Forbidden, "agreement.needs_owner").By(cite)
		}
		if len(a.Problems(e)) > 0 {
			return fault.New(fault.Invalid, "agreement.problems")
		}
		if err := a.post(&e, ofDocument(published, document), now); err != nil {
			return err
		}
		if !a.fits(e) {
			return fault.New(fault.Invalid, "agreement.problems")
		}
		e.State, e.PublishedBy = Published, actor.User
		e.Version++
		out = e
		if err := tx.SaveEdition(ctx, e); err != nil {
			return err
		}
		instants := map[string]string{"posted": e.PostedAt.Format(time.RFC3339Nano), "in_force": e.InForceAt.Format(time.RFC3339Nano)}
		if err := a.note(ctx, tx, actor, "agreement.publish", e, now, cite, instants); err != nil {
			return err
		}
		if err := a.announces(ctx, tx, e, now); err != nil {
			return err
		}
		// Where publishing is itself the notice owed to the users (ismet 2.6), its proof is this entry.
		if _, notice, ok := clause.InDocument[Publication](a.Book(actor.Portal, now), document); ok {
			return a.note(ctx, tx, actor, "agreement.notice", e, now, notice, instants)
		}
		return nil
	})
	if err != nil {
		return Edition{}, err
	}
	return out, a.Load(ctx, actor.Portal)
}

// post sets the instants of an edition posted now, after those published before it.
func (a *Agreements) post(e *Edition, published []Edition, now time.Time) error {
	h := a.holding(e.Portal)
	e.PostedAt, e.InForceAt = now, now
	current, offered := InForce(published, now)
	if current.Number != 0 {
		if !offered {
			return fault.New(fault.Conflict, "agreement.withdrawn").With("document", e.Document)
		}
		e.InForceAt = inForceAt(h.compiled[e.Document][current.Number], now, h.portal.Zone)
	}
	if len(published) == 0 {
		return nil
	}
	last := published[len(published)-1]
	if now.Before(last.PostedAt) {
		return fault.New(fault.Unavailable, "agreement.clock")
	}
	if !e.InForceAt.After(last.InForceAt) {
		return fault.New(fault.Conflict, "agreement.same_instant").With("edition", strconv.Itoa(last.Number))
	}
	return nil
}

// fits reports whether the portal's books hold together at every instant from now on with this
// edition among them: beside an edition of another document that is only announced, or that it
// precedes, it may set a rule twice for a while.
func (a *Agreements) fits(e Edition) bool {
	h, all := a.holding(e.Portal), []Edition{e}
	for _, editions := range h.published {
		all = append(all, editions...)
	}
	_, _, problems := a.compile(h.portal, all)
	return len(problems) == 0
}

// Withdraw ends the offer of a document: nobody can accept it any more, those who did stay bound
// (ismet 2.4, 2.5). Refusals: Forbidden where the edition in force has no rule for it; Absent
// where nothing is in force; Conflict when it is withdrawn already.
func (a *Agreements) Withdraw(ctx context.Context, actor identity.Actor, document string) (Edition, error) {
	var out Edition
	err := a.change(ctx, actor, identity.Operator, func(tx Tx, _ time.Time) error {
		now, published, err := a.ground(ctx, tx, tx.HoldDocuments, actor.Portal)
		if err != nil {
			return err
		}
		rule, cite, ok := clause.InDocument[Withdrawal](a.Book(actor.Portal, now), document)
		if !ok || rule.By != string(identity.Operator) {
			return fault.New(fault.Forbidden, "agreement.no_withdrawal")
		}
		current, offered := InForce(ofDocument(published, document), now)
		if !offered {
			return fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
		}
		if out, err = tx.Edition(ctx, actor.Portal, document, current.Number); err != nil {
			return err
		}
		out.WithdrawnAt = now
		out.Version++
		if err := tx.SaveEdition(ctx, out); err != nil {
			return err
		}
		for _, e := range ofDocument(published, document) { // what was announced does not come any more
			if err := a.lifts(ctx, tx, e); err != nil {
				return err
			}
		}
		return a.note(ctx, tx, actor, "agreement.withdraw", out, now, cite, nil)
	})
	if err != nil {
		return Edition{}, err
	}
	return out, a.Load(ctx, actor.Portal)
}

// Discard gives up an edition that was never published; its number is free again.
func (a *Agreements) Discard(ctx context.Context, actor identity.Actor, document string, number, believed int) error {
	return a.change(ctx, actor, identity.Operator, func(tx Tx, now time.Time) error {
		e, err := a.open(ctx, tx, actor, document, number, believed, Draft, Submitted, Approved)
		if err != nil {
			return err
		}
		if err := tx.RemoveDraft(ctx, e); err != nil {
			return err
		}
		return a.note(ctx, tx, actor, "agreement.discard", e, now, clause.Citation{}, nil)
	})
}

func (a *Agreements) change(ctx context.Context, actor identity.Actor, role identity.Role, act func(Tx, time.Time) error) error {
	if !actor.Is(role) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(role))
	}
	return a.act(ctx, actor.Portal, func(tx Tx) error { return act(tx, a.Now()) })
}

// open loads an edition that must be in one of the states and at the version believed.
func (a *Agreements) open(ctx context.Context, tx Tx, actor identity.Actor, document string, number, believed int, states ...State) (Edition, error) {
	e, err := tx.Edition(ctx, actor.Portal, document, number)
	switch {
	case err != nil:
		return Edition{}, err
	case !slices.Contains(states, e.State):
		return Edition{}, fault.New(fault.Conflict, "agreement.state").With("state", string(e.State))
	case e.Version != believed:
		return Edition{}, fault.New(fault.Conflict, "store.changed")
	}
	return e, nil
}

// note leaves the evidence of an act on an edition. It is the portal's own act: home 0.
func (a *Agreements) note(ctx context.Context, tx Tx, actor identity.Actor, act string, e Edition, now time.Time, cite clause.Citation, detail map[string]string) error {
	all := map[string]string{"document": e.Document, "edition": strconv.Itoa(e.Number), "digest": hex.EncodeToString(e.Digest)}
	maps.Copy(all, detail)
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: e.Portal, ID: a.NewID(), At: now, Actor: actorName(actor), Act: act,
		Subject: e.Document + "@" + strconv.Itoa(e.Number), Citation: cite, Detail: all,
	})
	return err
}

// Load reads a portal's published editions from the database into the library. It is called after
// every publication, and by every process that sees the database has more.
func (a *Agreements) Load(ctx context.Context, portal string) error {
	p, ok := a.Portal(portal)
	if !ok {
		return fmt.Errorf("load editions: no portal %q", portal)
	}
	a.loading.Lock()
	defer a.loading.Unlock()
	var published []Edition
	err := a.InView(ctx, func(tx Tx) error {
		all, err := tx.Editions(ctx, portal)
		published = slices.DeleteFunc(all, func(e Edition) bool { return e.State != Published })
		return err
	})
	if err != nil {
		return err
	}
	if problems := a.Put(p, published); len(problems) > 0 {
		return fmt.Errorf("editions of %s do not compile: %w", portal, problems[0])
	}
	return nil
}

// Found brings a pack's editions into the database, where they are not there yet, and loads the
// portal from it. What is published is frozen: a pack whose edition differs from the published
// one of the same number is refused, because an amendment is an edition of its own.
func (a *Agreements) Found(ctx context.Context, pack Pack) error {
	// Compiled before anything is written: what cannot be loaded must not get into the database.
	if problems := a.Put(pack.Portal, pack.Editions); len(problems) > 0 {
		return problems[0]
	}
	err := a.InTx(ctx, func(tx Tx) error {
		if err := tx.HoldDocuments(ctx, pack.Portal.Name); err != nil {
			return err
		}
		there, err := tx.PublishedEditions(ctx, pack.Portal.Name)
		if err != nil {
			return err
		}
		for _, e := range pack.Editions {
			i := slices.IndexFunc(there, func(x Edition) bool { return x.Document == e.Document && x.Number == e.Number })
			if i >= 0 {
				if !slices.Equal(there[i].Digest, e.Digest) {
					return fmt.Errorf("pack %s: edition %d of %s differs from the one published: publish an amendment instead", e.Portal, e.Number, e.Document)
				}
				continue
			}
			e.Version = 1
			if err := tx.AddEdition(ctx, e); err != nil {
				return err
			}
			if _, err := a.Record(ctx, tx, evidence.Entry{
				Portal: e.Portal, ID: a.NewID(), At: a.Now(), Actor: "system", Act: "agreement.found",
				Subject: e.Document + "@" + strconv.Itoa(e.Number),
				Detail:  map[string]string{"document": e.Document, "edition": strconv.Itoa(e.Number), "digest": hex.EncodeToString(e.Digest)},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.Load(ctx, pack.Portal.Name)
}

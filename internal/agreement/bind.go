package agreement

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Standing is how a person stands to one document of a portal.
type Standing struct {
	Document  string
	InForce   Edition   // without content; zero before the first comes into force
	Offered   bool      // false once the document is withdrawn
	Announced []Edition // posted, not yet in force
	Binds     int       // the edition that binds the person now, 0 for none
	Accepted  []Acceptance
	Settled   bool   // the edition in force is accepted, or the withdrawn one was
	By        string // how the edition in force is to be accepted, when not settled
	Cite      clause.Citation
}

// Standings says how a person stands to every document the portal requires, at an instant.
func (a *Agreements) Standings(ctx context.Context, actor identity.Actor, at time.Time) ([]Standing, error) {
	var out []Standing
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, _, err = a.standings(ctx, tx, actor, at)
		return err
	})
	return out, err
}

// standings is Standings inside a transaction; left is when the person left, zero for who has not.
func (a *Agreements) standings(ctx context.Context, tx Tx, actor identity.Actor, at time.Time) (out []Standing, left time.Time, err error) {
	var accepted []Acceptance
	if home := actor.Home(); home != 0 {
		if accepted, err = tx.AcceptancesOf(ctx, actor.Portal, home); err != nil {
			return nil, left, err
		}
		refusals, err := tx.RefusalsOf(ctx, home)
		if err != nil {
			return nil, left, err
		}
		left = leftAt(refusals)
	}
	h, book := a.holding(actor.Portal), a.Book(actor.Portal, at)
	ended := a.Ended(actor.Portal, at)
	binding := since(accepted, ended)
	for _, document := range a.Required(actor.Portal, at) {
		published := h.published[document]
		s := Standing{Document: document, Announced: Announced(published, at)}
		s.InForce, s.Offered = InForce(published, at)
		s.Binds = Binding(published, binding, left, h.unilateral, at)
		again := false
		for _, x := range accepted {
			if x.Document == document {
				s.Accepted = append(s.Accepted, x)
				binds := !x.At.Before(ended)
				s.Settled, again = s.Settled || binds && x.Edition == s.InForce.Number, again || binds
			}
		}
		s.Settled = (s.Settled || !s.Offered && s.Binds != 0) && left.IsZero()
		s.By, s.Cite = nextWay(book, document, again)
		out = append(out, s)
	}
	return out, left, nil
}

// since leaves out what was accepted before the contracts of a portal ended (ismet 10.4): that contract is over, and
// who goes on concludes another.
func since(accepted []Acceptance, ended time.Time) []Acceptance {
	if ended.IsZero() {
		return accepted
	}
	return slices.DeleteFunc(slices.Clone(accepted), func(x Acceptance) bool { return x.At.Before(ended) })
}

// leftAt is when a refusal ended the person's bond; a refusal without effect ends nothing.
func leftAt(refusals []Refusal) time.Time {
	for _, r := range refusals {
		if r.Effect != NoEffect {
			return r.At
		}
	}
	return time.Time{}
}

// nextWay is how the edition in force is accepted by somebody who has, or has not, accepted one before.
func nextWay(book *clause.Book, document string, again bool) (string, clause.Citation) {
	if renewal, cite, ok := clause.InDocument[Renewal](book, document); ok && again {
		return renewal.By, cite
	}
	if acceptance, cite, ok := clause.InDocument[AcceptanceRule](book, document); ok && len(acceptance.How) > 0 {
		return acceptance.How[0], cite
	}
	return ByButton, clause.Citation{}
}

// Bind answers whether the actor is bound by the editions in force of all the portal requires, and
// is the only maker of identity.Bound. Where the agreement takes access or continued use for
// acceptance, being here is that: the acceptance is recorded, with its evidence, before the answer.
// fresh names the editions accepted by this very call.
//
// Refusals: Forbidden "agreement.not_accepted", citing how to accept, with the argument "by";
// Forbidden "agreement.withdrawn" for somebody who has not accepted a document that was withdrawn;
// Forbidden "account.closed" for somebody who has left, whatever being here would accept;
// Unauthenticated for a visitor where access alone does not bind.
func (a *Agreements) Bind(ctx context.Context, actor identity.Actor, address string) (bound identity.Bound, fresh []Acceptance, err error) {
	now := a.Now()
	book := a.Book(actor.Portal, now)
	if home := actor.Home(); home != 0 && a.bonds.settled(home, book) {
		return identity.Bind(actor, now), nil, nil
	}
	var automatic []Standing
	err = a.InView(ctx, func(tx Tx) error {
		automatic, err = a.automatic(ctx, tx, actor, now)
		return err
	})
	if err == nil && len(automatic) > 0 {
		fresh, err = a.acceptByBeingHere(ctx, actor, address)
	}
	if err != nil {
		return identity.Bound{}, nil, err
	}
	a.bonds.settle(actor.Home(), book)
	return identity.Bind(actor, now), fresh, nil
}

// automatic lists the documents that being here accepts, none where everything is settled.
// Refusals as Bind.
func (a *Agreements) automatic(ctx context.Context, tx Tx, actor identity.Actor, now time.Time) (out []Standing, err error) {
	standings, left, err := a.standings(ctx, tx, actor, now)
	if err != nil {
		return nil, err
	}
	if !left.IsZero() {
		return nil, fault.New(fault.Forbidden, "account.closed")
	}
	for _, s := range standings {
		if s.Settled {
			continue
		}
		if err := barred(actor, s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// barred refuses where being here is not yet accepting.
func barred(actor identity.Actor, s Standing) error {
	switch {
	case !s.Offered:
		return fault.New(fault.Forbidden, "agreement.withdrawn").With("document", s.Document)
	case s.By == ByAccess && actor.Home() != 0, s.By == ByContinuedUse && actor.Known():
		return nil
	case !actor.Known():
		return fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	return fault.New(fault.Forbidden, "agreement.not_accepted").With("document", s.Document).With("by", s.By).By(s.Cite)
}

// acceptByBeingHere asks again how the person stands: what was found before the transaction may
// have changed by the time it has begun.
func (a *Agreements) acceptByBeingHere(ctx context.Context, actor identity.Actor, address string) (fresh []Acceptance, err error) {
	err = a.act(ctx, actor.Portal, func(tx Tx) error {
		fresh = nil
		now, _, err := a.ground(ctx, tx, tx.ShareDocuments, actor.Portal)
		if err != nil {
			return err
		}
		automatic, err := a.automatic(ctx, tx, actor, now)
		if err != nil {
			return err
		}
		for _, s := range automatic {
			x, err := a.record(ctx, tx, actor, s.InForce, s.By, address, now, s.Cite)
			if err != nil {
				return err
			}
			fresh = append(fresh, x)
		}
		return nil
	})
	return fresh, err
}

// SignedIn records what signing in accepts: where the agreement takes each sign-in under a new
// edition for acceptance (ismet 2.2), the editions the person was shown at the sign-in page. It
// accepts nothing for somebody who has never accepted or has left, and nothing that was not shown.
func (a *Agreements) SignedIn(ctx context.Context, tx Tx, actor identity.Actor, seen []Seen, address string) error {
	now, published, err := a.ground(ctx, tx, tx.ShareDocuments, actor.Portal)
	if errors.Is(err, errBehind) {
		return nil // published a moment ago by another process: the person is asked on the next page
	}
	if err != nil {
		return err
	}
	standings, left, err := a.standings(ctx, tx, actor, now)
	if err != nil || !left.IsZero() {
		return err
	}
	for _, s := range standings {
		if s.Settled || s.By != BySignIn || len(s.Accepted) == 0 {
			continue
		}
		e, err := current(published, s.Document, seen, now)
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
			continue // not shown: the person is asked on the next page
		}
		if err != nil {
			return err
		}
		if _, err := a.record(ctx, tx, actor, e, BySignIn, address, now, s.Cite); err != nil {
			return err
		}
	}
	a.bonds.forget(actor.Home())
	return nil
}

// Forget drops what is remembered of a person's bond; the next Bind asks the database.
func (a *Agreements) Forget(home identity.ID) { a.bonds.forget(home) }

// ForgetAll drops what is remembered of everybody's bonds: the contracts of a portal have ended.
func (a *Agreements) ForgetAll() { a.bonds.forgetAll() }

// bonds remembers under which book somebody was found settled. A book is in force as a whole, so
// the next one, by its own instant, ends every memory without anybody clearing it.
type bonds struct {
	mu sync.RWMutex
	of map[identity.ID]*clause.Book
}

// maxBonds bounds the memory: a hundred thousand people at once on one process.
const maxBonds = 100_000

func (b *bonds) settled(home identity.ID, book *clause.Book) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	remembered, ok := b.of[home]
	return ok && remembered == book
}

func (b *bonds) settle(home identity.ID, book *clause.Book) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil || len(b.of) >= maxBonds {
		b.of = map[identity.ID]*clause.Book{}
	}
	b.of[home] = book
}

func (b *bonds) forget(home identity.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, home)
}

func (b *bonds) forgetAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of = nil
}

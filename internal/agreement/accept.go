package agreement

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// How a person accepted: the words of the acceptance rules.
const (
	ByAccess       = "access"
	ByTick         = "tick"
	ByButton       = "button"
	ByCode         = "code"
	ByConsent      = "consent"
	BySignIn       = "sign_in"
	ByContinuedUse = "continued_use"
)

// Acceptance is that a person accepted an edition: who, which, in what words, how, when, and the
// evidence of it. There is one for a person and an edition, however often the form is sent.
type Acceptance struct {
	Home     identity.ID // the user, or the visitor who has no account
	Portal   string
	Document string
	Edition  int
	Digest   []byte // of the edition's content
	How      string
	Language string // the language the text was shown in
	Address  string // network address it came from
	At       time.Time
	Evidence identity.ID
	Cite     clause.Citation
}

// Refusal is that a person refused an edition, or left on the ground of the agreement.
type Refusal struct {
	User     identity.ID
	Portal   string
	Document string
	Edition  int
	Effect   string // delete, close, or none where the agreement names no effect
	At       time.Time
	Evidence identity.ID
	Cite     clause.Citation
}

// Tx is what an act of this room does to the database, all of it in the act's own transaction.
type Tx interface {
	evidence.Tx
	obligation.Tx

	// PublishedEditions lists the published editions of a portal by document and number, without
	// their content.
	PublishedEditions(ctx context.Context, portal string) ([]Edition, error)
	// PublishedVersions lists the same in the same order by nothing but their versions.
	PublishedVersions(ctx context.Context, portal string) ([]Version, error)
	// Edition gives one edition with its content. Refusal: Absent.
	Edition(ctx context.Context, portal, document string, number int) (Edition, error)
	// Editions lists all editions of a portal with their content, by document and number.
	Editions(ctx context.Context, portal string) ([]Edition, error)
	// AddEdition adds an edition. Refusal: Conflict where the number, or another open draft of
	// the document, is already there.
	AddEdition(ctx context.Context, e Edition) error
	// SaveEdition replaces the edition whose version is e.Version-1. Refusal: Conflict where
	// somebody changed it first, or another edition comes into force at the same instant.
	SaveEdition(ctx context.Context, e Edition) error
	// RemoveDraft removes an edition that was never published, believed at a version.
	RemoveDraft(ctx context.Context, e Edition) error
	// HoldDocuments makes publications on a portal, and what rests on its editions, wait until the
	// transaction ends.
	HoldDocuments(ctx context.Context, portal string) error
	// ShareDocuments makes publications wait as well, but not others that share.
	ShareDocuments(ctx context.Context, portal string) error

	// AddAcceptance adds it unless the person has accepted that edition since the contracts of the portal ended
	// (zero: they did not); an acceptance from before is replaced. added says which.
	AddAcceptance(ctx context.Context, a Acceptance, ended time.Time) (added bool, err error)
	// AcceptancesOf lists what a person accepted on a portal, oldest first.
	AcceptancesOf(ctx context.Context, portal string, home identity.ID) ([]Acceptance, error)
	// EvidenceActs lists a home's entries of one act, newest first, with ids below before; 0 begins at the
	// newest.
	EvidenceActs(ctx context.Context, home identity.ID, act string, before identity.ID, limit int) ([]evidence.Entry, error)
	// AddRefusal adds it unless the person has refused that edition; added says which.
	AddRefusal(ctx context.Context, r Refusal) (added bool, err error)
	// RefusalsOf lists a person's refusals, oldest first.
	RefusalsOf(ctx context.Context, user identity.ID) ([]Refusal, error)
}

// Depart ends an account on the ground of the agreement: account knows how.
type Depart func(ctx context.Context, tx Tx, actor identity.Actor, effect string, deleteMaterials bool) error

// Agreements performs the acts of this room. All fields are needed.
type Agreements struct {
	*Library
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Depart Depart
	// Owed keeps what a portal owes with a date: that an edition comes into force.
	Owed *obligation.Obligations
	// Ended is when the contracts of a portal ended at once, by force majeure; zero: they did not.
	Ended func(portal string, at time.Time) time.Time
	// ActingAs cites the clause by which users act for organisations; party owns that rule.
	ActingAs func(portal string) (clause.Citation, bool)

	loading sync.Mutex // what was read last is put last
	bonds   bonds
}

// Version says which edition of a document, and as it was after how many changes.
type Version struct {
	Document string
	Edition  int
	Version  int
}

// Seen names an edition a person was shown when they agreed.
type Seen struct {
	Document string
	Edition  int
}

// Accept records that the actor accepts the editions they have seen, which must be those in force
// of all documents the portal requires. A second acceptance of an edition changes nothing and
// answers with the first.
//
// Refusals: Conflict "agreement.changed" when another edition is in force than the one seen, and
// nothing is accepted; Conflict "agreement.withdrawn"; Invalid "agreement.incomplete" when a
// required document is not among the seen; Forbidden "agreement.how" when the portal's agreement
// is not accepted in this way; Forbidden "account.closed" for somebody who has left; Forbidden
// "agreement.signs" for whoever acts for an organisation without the right to sign for it (ismet 1.6).
func (a *Agreements) Accept(ctx context.Context, actor identity.Actor, how string, seen []Seen, address string) ([]Acceptance, error) {
	if b := actor.Behalf; !b.Own() && !b.Signs {
		cite, _ := a.ActingAs(actor.Portal)
		return nil, fault.New(fault.Forbidden, "agreement.signs").With("organisation", b.Name).By(cite)
	}
	var out []Acceptance
	err := a.act(ctx, actor.Portal, func(tx Tx) error {
		var err error
		out, err = a.accept(ctx, tx, actor, how, seen, address)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.bonds.forget(actor.Home())
	return out, nil
}

// AcceptWithin is Accept inside an act of another room that makes the person a user at the same
// time, such as a registration that ends with the acceptance. That act cannot begin anew for what
// another process has published meanwhile: the person is shown the new text instead.
func (a *Agreements) AcceptWithin(ctx context.Context, tx Tx, actor identity.Actor, how string, seen []Seen, address string) ([]Acceptance, error) {
	out, err := a.accept(ctx, tx, actor, how, seen, address)
	if errors.Is(err, errBehind) {
		return nil, fault.New(fault.Conflict, "agreement.changed").With("document", seen[0].Document).Wrap(err)
	}
	return out, err
}

func (a *Agreements) accept(ctx context.Context, tx Tx, actor identity.Actor, how string, seen []Seen, address string) ([]Acceptance, error) {
	now, published, err := a.ground(ctx, tx, tx.ShareDocuments, actor.Portal)
	if err != nil {
		return nil, err
	}
	refusals, err := tx.RefusalsOf(ctx, actor.Home())
	if err != nil {
		return nil, err
	}
	if left := leftAt(refusals); !left.IsZero() {
		return nil, fault.New(fault.Forbidden, "account.closed")
	}
	earlier, err := tx.AcceptancesOf(ctx, actor.Portal, actor.Home())
	if err != nil {
		return nil, err
	}
	earlier = since(earlier, a.Ended(actor.Portal, now))
	book := a.Book(actor.Portal, now)
	var out []Acceptance
	for _, document := range a.Required(actor.Portal, now) {
		e, err := current(published, document, seen, now)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(earlier, func(x Acceptance) bool { return x.Document == document && x.Edition == e.Number }); i >= 0 {
			out = append(out, earlier[i])
			continue
		}
		cite, ok := a.way(book, document, how, slices.ContainsFunc(earlier, func(x Acceptance) bool { return x.Document == document }))
		if !ok {
			return nil, fault.New(fault.Forbidden, "agreement.how").By(cite)
		}
		x, err := a.record(ctx, tx, actor, e, how, address, now, cite)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// current is the edition in force of a document, if it is the one that was seen.
func current(published []Edition, document string, seen []Seen, now time.Time) (Edition, error) {
	e, offered := InForce(ofDocument(published, document), now)
	i := slices.IndexFunc(seen, func(s Seen) bool { return s.Document == document })
	switch {
	case i < 0:
		return Edition{}, fault.New(fault.Invalid, "agreement.incomplete").With("document", document).At(document)
	case e.Number != seen[i].Edition:
		return Edition{}, fault.New(fault.Conflict, "agreement.changed").With("document", document)
	case !offered:
		return Edition{}, fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
	}
	return e, nil
}

func ofDocument(editions []Edition, document string) []Edition {
	return slices.DeleteFunc(slices.Clone(editions), func(e Edition) bool { return e.Document != document })
}

// way cites the clause under which a document is accepted in a given way: the first time by its
// acceptance rule (egov 2.1, ismet 2.1, kundelik 2.1, court 2, kg P3), later also by its renewal
// rule (ismet 2.2, R38, kundelik 2.2). Signing in and going on are seen here, not claimed: what only
// says that it did is no such act.
func (a *Agreements) way(book *clause.Book, document, how string, again bool) (clause.Citation, bool) {
	acceptance, cite, ok := clause.InDocument[AcceptanceRule](book, document)
	if ok && slices.Contains(acceptance.How, how) {
		return cite, true
	}
	renewal, renewed, ok := clause.InDocument[Renewal](book, document)
	if ok && again && renewal.By == how && how != BySignIn && how != ByContinuedUse {
		return renewed, true
	}
	return cite, false
}

func (a *Agreements) record(ctx context.Context, tx Tx, actor identity.Actor, e Edition, how, address string, now time.Time, cite clause.Citation) (Acceptance, error) {
	x := Acceptance{
		Home: actor.Home(), Portal: actor.Portal, Document: e.Document, Edition: e.Number, Digest: e.Digest,
		How: how, Language: actor.Language, Address: address, At: now, Evidence: a.NewID(), Cite: cite,
	}
	added, err := tx.AddAcceptance(ctx, x, a.Ended(actor.Portal, now))
	if err != nil {
		return Acceptance{}, err
	}
	if !added {
		// Another request of the same person was first: its acceptance is the one there is.
		all, err := tx.AcceptancesOf(ctx, actor.Portal, x.Home)
		if err != nil {
			return Acceptance{}, err
		}
		i := slices.IndexFunc(all, func(y Acceptance) bool { return y.Document == x.Document && y.Edition == x.Edition })
		if i < 0 {
			return Acceptance{}, fmt.Errorf("acceptance of %s by %d is neither added nor there", e.Document, x.Home)
		}
		return all[i], nil
	}
	detail := map[string]string{
		"document": x.Document, "edition": strconv.Itoa(x.Edition), "digest": hex.EncodeToString(x.Digest),
		"how": how, "language": x.Language, "address": address,
	}
	// Where accepting makes a contract (ismet P), the acceptance is its record and says so.
	if _, contract, ok := clause.InDocument[Contract](a.Book(x.Portal, now), x.Document); ok {
		detail["contract"] = contract.String()
	}
	// What comes into force by going on binds the person alone, unless they may sign.
	if actor.Behalf.Signs {
		detail = actor.Behalf.In(detail)
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: x.Portal, Home: x.Home, ID: x.Evidence, At: now, Actor: actorName(actor), Act: "agreement.accept",
		Subject: x.Document + "@" + strconv.Itoa(x.Edition), Citation: cite, Detail: detail,
	})
	return x, err
}

// actorName is how evidence names who acted: by id, so that erasing a person's rows erases who it was.
func actorName(actor identity.Actor) string {
	if actor.User == 0 {
		return "visitor:" + strconv.FormatInt(int64(actor.Visitor), 10)
	}
	return "user:" + strconv.FormatInt(int64(actor.User), 10)
}

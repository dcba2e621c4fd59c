package privacy

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// Consent is that a person agreed to the processing of their personal data: to what, when, and what
// proves it.
type Consent struct {
	User        identity.ID
	ID          identity.ID
	Portal      string
	Purposes    []string
	Detail      map[string]string // what else it covers, and what proves it
	GivenAt     time.Time
	WithdrawnAt time.Time // zero: it stands
	Evidence    identity.ID
}

// Tx is what an act of this room does to the database, in the act's own transaction.
type Tx interface {
	evidence.Tx

	// AddConsent adds it.
	AddConsent(ctx context.Context, c Consent) error
	// ConsentsOf lists a person's consents, oldest first.
	ConsentsOf(ctx context.Context, user identity.ID) ([]Consent, error)
}

// Privacy performs the acts of this room. All fields are needed.
type Privacy struct {
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
}

// Given is a consent as a way in brings it: the box was ticked, later the phone was proved.
type Given struct {
	User      identity.ID
	Portal    string
	TickedAt  time.Time
	EnteredAt time.Time         // of the activation code
	Proof     map[string]string // what proves it besides; nothing that names the person
}

// Asked reports by which clause consent is asked for, and whether it is.
func Asked(b *clause.Book) (clause.Citation, bool) {
	_, cite, ok := clause.In[ConsentAct](b)
	return cite, ok
}

// Scope is what a consent covers, by the rules in force.
type Scope struct {
	Purposes    []string // ismet 9.1.1
	Letters     []string // kinds of letter, ismet 9.1.2
	Actions     []string // ismet 9.1
	CrossBorder bool
	StateBodies bool
	Publication bool
}

// ScopeOf reads it from the rules in force.
func ScopeOf(b *clause.Book) Scope {
	var s Scope
	if rule, _, ok := clause.In[ConsentPurposes](b); ok {
		s.Purposes = rule.Purposes
	}
	if rule, _, ok := clause.In[InformationPurpose](b); ok {
		s.Letters = rule.Kinds
	}
	if rule, _, ok := clause.In[ConsentActions](b); ok {
		s.Actions = rule.Actions
	}
	if rule, _, ok := clause.In[Transfers](b); ok {
		s.CrossBorder, s.StateBodies, s.Publication = rule.CrossBorder, rule.StateBodies, rule.Publication
	}
	return s
}

// Give records a consent inside the act in which the person gave it. It counts from the moment the
// clause names: the entry of the code (ismet 9.2), or the tick.
func (p *Privacy) Give(ctx context.Context, tx Tx, g Given) (Consent, error) {
	book := p.Book(g.Portal, g.EnteredAt)
	scope := ScopeOf(book)
	at := g.TickedAt
	if moment, _, ok := clause.In[ConsentMoment](book); ok && moment.At == "code_entry" {
		at = g.EnteredAt
	}
	detail := maps.Clone(g.Proof)
	if detail == nil {
		detail = map[string]string{}
	}
	detail["purposes"] = strings.Join(scope.Purposes, " ")
	detail["letters"] = strings.Join(scope.Letters, " ")
	detail["actions"] = strings.Join(scope.Actions, " ")
	detail["cross_border"] = strconv.FormatBool(scope.CrossBorder)
	detail["state_bodies"] = strconv.FormatBool(scope.StateBodies)
	detail["publication"] = strconv.FormatBool(scope.Publication)
	c := Consent{User: g.User, ID: p.NewID(), Portal: g.Portal, Purposes: scope.Purposes, Detail: detail, GivenAt: at, Evidence: p.NewID()}
	if err := tx.AddConsent(ctx, c); err != nil {
		return Consent{}, err
	}
	cite, _ := Asked(book)
	_, err := p.Record(ctx, tx, evidence.Entry{
		Portal: c.Portal, Home: c.User, ID: c.Evidence, At: at, Actor: "user:" + strconv.FormatInt(int64(c.User), 10),
		Act: "privacy.consent", Citation: cite, Detail: detail,
	})
	return c, err
}

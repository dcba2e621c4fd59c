package privacy

import (
	"context"
	"maps"
	"slices"
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

	Minors       bool          // whom the person represents, kundelik 4.6
	ThirdParties bool          // process for the operator, kundelik 4.8
	KeptFor      clause.Period // after the page is deleted, kundelik 4.12; zero: no clause says
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
	if rule, _, ok := clause.In[PolicyDocument](b); ok {
		s.Minors = rule.RepresentedMinors
	}
	if rule, _, ok := clause.In[Processors](b); ok {
		s.ThirdParties = rule.ThirdParties
	}
	if rule, _, ok := clause.In[Retention](b); ok {
		s.KeptFor = rule.AfterDeletion
	}
	return s
}

// GivenBy records the consent of somebody who gives it by an act that is not its own box: the press of
// Register (kundelik 4.7) or a signature (egov 2.8). Where the clause asks for another act it does nothing.
func (p *Privacy) GivenBy(ctx context.Context, tx Tx, how string, g Given) error {
	rule, cite, ok := clause.In[ConsentAct](p.Book(g.Portal, g.TickedAt))
	if !ok || rule.How != how {
		return nil
	}
	given, err := tx.ConsentsOf(ctx, g.User)
	if err != nil || slices.ContainsFunc(given, func(c Consent) bool { return c.Detail["text"] == textOf(cite) }) {
		return err // to this text they have consented before
	}
	_, err = p.Give(ctx, tx, g)
	return err
}

// textOf names the text that was shown: document, edition and clause.
func textOf(c clause.Citation) string {
	return c.Document + " " + strconv.Itoa(c.Edition) + " " + c.Clause
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
	detail["third_parties"] = strconv.FormatBool(scope.ThirdParties)
	if act, cite, ok := clause.In[ConsentAct](book); ok { // which text was shown, and what the person did
		detail["how"], detail["text"] = act.How, textOf(cite)
	}
	if detail["term"] = "contract"; scope.KeptFor.Amount > 0 {
		detail["term"] = scope.KeptFor.String()
	}
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

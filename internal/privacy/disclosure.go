package privacy

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The states of a disclosure.
const (
	Proposed    = "proposed" // a second operator has to agree
	Refused     = "refused"  // by the second operator
	PersonAsked = "asked"    // the person has to consent
	Declined    = "declined" // by the person
	Made        = "made"     // the data may be handed over, and were
)

// The grounds of a disclosure, as clauses name them.
const (
	ByConsent = "consent"
	ByLaw     = "law"
)

// Disclosure is that data of a person are given to somebody outside, on what ground, and who decided it.
type Disclosure struct {
	User      identity.ID
	ID        identity.ID
	Portal    string
	State     string
	Recipient string // court, law_enforcement or other
	Ground    string
	Cite      clause.Citation
	Demand    Demand

	SilentUntil time.Time // before it the person is not told, by the law that Demand names; zero: they are
	ProposedBy  identity.ID
	ProposedAt  time.Time
	DecidedBy   identity.ID
	DecidedAt   time.Time
	MadeAt      time.Time
	Version     int
}

// Demand is who asked for what, by which paper. It is sealed: it tells of the person.
type Demand struct {
	By     string   // the body and its officer
	Paper  string   // number of the demand
	Day    string   // of the demand, as YYYY-MM-DD
	Basis  string   // the law that obliges, or the purpose the person consents to
	What   []string // sections of what is held
	Silent string   // the law that forbids telling the person; empty: none
}

// DisclosureTx is what disclosures do to the database.
type DisclosureTx interface {
	// AddDisclosure adds one.
	AddDisclosure(ctx context.Context, d Disclosure) error
	// SaveDisclosure replaces the one whose version is d.Version-1. Refusal: Conflict.
	SaveDisclosure(ctx context.Context, d Disclosure) error
	// Disclosure gives one. Refusal: Absent.
	Disclosure(ctx context.Context, user, id identity.ID) (Disclosure, error)
	// DisclosuresOf lists a person's, newest first.
	DisclosuresOf(ctx context.Context, user identity.ID) ([]Disclosure, error)
	// Disclosures lists a portal's with ids below before, newest first; an empty state is every state.
	Disclosures(ctx context.Context, portal, state string, before identity.ID, limit int) ([]Disclosure, error)
}

// Lengths of what an operator writes of a demand, in characters.
const (
	minWords = 3
	maxWords = 500
)

// mostSilence is how far ahead the end of a silence may lie: a law that forbids telling sets a term.
const mostSilence = 5 * 366 * 24 * time.Hour

// Grounds lists on what grounds the clauses in force let data of a portal's users be disclosed, and to whom
// by law: egov 3.3.1, ismet 9.3 and R34, kundelik 8.1. Without such a clause there are none.
func Grounds(b *clause.Book) (grounds, recipients []string) {
	official, _, answered := clause.In[OfficialDisclosure](b)
	if rule, _, ok := clause.In[DisclosureGrounds](b); ok {
		grounds, recipients = rule.Grounds, []string{"court", "law_enforcement", "other"}
	} else if answered {
		grounds = []string{ByLaw}
	}
	if answered {
		recipients = official.To
	}
	return grounds, recipients
}

// cited is the clause that lets data go to a recipient on a ground. Refusals: Forbidden "privacy.no_ground",
// "privacy.no_recipient".
func cited(b *clause.Book, ground, recipient string) (clause.Citation, error) {
	grounds, recipients := Grounds(b)
	_, by, ok := clause.In[DisclosureGrounds](b)
	if official, cite, answered := clause.In[OfficialDisclosure](b); answered && (!ok || ground == ByLaw && slices.Contains(official.To, recipient)) {
		by = cite
	}
	if !slices.Contains(grounds, ground) {
		return by, fault.New(fault.Forbidden, "privacy.no_ground").At("ground").By(by)
	}
	if ground == ByLaw && !slices.Contains(recipients, recipient) {
		return by, fault.New(fault.Forbidden, "privacy.no_recipient").At("recipient").By(by)
	}
	return by, nil
}

// check tells what is wrong with a demand, field by field.
func (p *Privacy) check(d Disclosure) error {
	var wrong fault.Faults
	words := func(field, value string, least int) {
		if n := len([]rune(value)); n < least || n > maxWords {
			wrong = append(wrong, fault.New(fault.Invalid, "privacy.words").At(field).With("least", strconv.Itoa(least)).With("most", strconv.Itoa(maxWords)))
		}
	}
	words("by", d.Demand.By, minWords)
	words("basis", d.Demand.Basis, minWords)
	if d.Ground == ByLaw {
		words("paper", d.Demand.Paper, 1)
		day, err := time.ParseInLocation(time.DateOnly, d.Demand.Day, p.Zone(d.Portal))
		if err != nil || day.After(p.Now()) {
			wrong = append(wrong, fault.New(fault.Invalid, "privacy.day").At("day"))
		}
	}
	if len(d.Demand.What) == 0 || slices.ContainsFunc(d.Demand.What, func(s string) bool { return !slices.Contains(p.Sections, s) }) {
		wrong = append(wrong, fault.New(fault.Invalid, "privacy.what").At("what"))
	}
	silent := !d.SilentUntil.IsZero()
	if silent && d.Ground != ByLaw || silent != (d.Demand.Silent != "") {
		wrong = append(wrong, fault.New(fault.Invalid, "privacy.silent").At("silent"))
	}
	if silent && (!d.SilentUntil.After(p.Now()) || d.SilentUntil.After(p.Now().Add(mostSilence))) {
		wrong = append(wrong, fault.New(fault.Invalid, "privacy.silent_until").At("silent_until"))
	}
	words("silent", d.Demand.Silent, 0)
	if wrong != nil {
		return wrong
	}
	return nil
}

// ProposeDisclosure has an operator enter a demand for a person's data. Nothing may be handed over before
// a second operator agrees, and, where the ground is consent, the person.
// Refusals: Forbidden, also "privacy.no_ground", "privacy.no_recipient"; Absent; Invalid for each field.
func (p *Privacy) ProposeDisclosure(ctx context.Context, actor identity.Actor, d Disclosure) (Disclosure, error) {
	if err := asOperator(actor); err != nil {
		return d, err
	}
	var err error
	if d.Cite, err = cited(p.Book(actor.Portal, p.Now()), d.Ground, d.Recipient); err != nil {
		return d, err
	}
	for _, text := range []*string{&d.Demand.By, &d.Demand.Paper, &d.Demand.Basis, &d.Demand.Silent} {
		*text = norm.NFC.String(strings.Join(strings.Fields(*text), " "))
	}
	d.ID, d.Portal, d.State, d.ProposedBy, d.ProposedAt, d.Version = p.NewID(), actor.Portal, Proposed, actor.User, p.Now(), 1
	if err := p.check(d); err != nil {
		return d, err
	}
	return d, p.InTx(ctx, func(tx Tx) error {
		if err := p.Person(ctx, tx, d.Portal, d.User); err != nil {
			return err
		}
		if err := tx.AddDisclosure(ctx, d); err != nil {
			return err
		}
		return p.disclosed(ctx, tx, actor, d, "privacy.disclosure_propose", 0)
	})
}

// DecideDisclosure has a second operator agree or refuse.
// Refusals: Forbidden, also "privacy.own_disclosure"; Absent; Conflict "privacy.disclosure_decided".
func (p *Privacy) DecideDisclosure(ctx context.Context, actor identity.Actor, user, id identity.ID, agreed bool) (d Disclosure, err error) {
	if err := asOperator(actor); err != nil {
		return d, err
	}
	err = p.InTx(ctx, func(tx Tx) error {
		if d, err = p.disclosure(ctx, tx, actor.Portal, user, id, Proposed); err != nil {
			return err
		}
		if d.ProposedBy == actor.User || d.User == actor.User {
			return fault.New(fault.Forbidden, "privacy.own_disclosure").By(d.Cite)
		}
		d.DecidedBy, d.DecidedAt, d.Version, d.State = actor.User, p.Now(), d.Version+1, Refused
		act := "privacy.disclosure_refuse"
		switch {
		case agreed && d.Ground == ByConsent:
			act, d.State = "privacy.disclosure_ask", PersonAsked
		case agreed:
			act, d.State, d.MadeAt = "privacy.disclosure", Made, p.Now()
		}
		if err := tx.SaveDisclosure(ctx, d); err != nil {
			return decided(err, d)
		}
		home := identity.ID(0)
		if agreed && d.SilentUntil.IsZero() { // it is about the person, and they see it
			home = d.User
			key := "message.disclosed"
			if d.State == PersonAsked {
				key = "message.disclosure_asked"
			}
			if err := p.Tell(ctx, tx, d.User, key, nil); err != nil {
				return err
			}
		}
		return p.disclosed(ctx, tx, actor, d, act, home)
	})
	return d, err
}

// AnswerDisclosure has the person whom the data are about consent to their disclosure, or not.
// Refusals: Absent "account.nobody"; Conflict "privacy.disclosure_decided".
func (p *Privacy) AnswerDisclosure(ctx context.Context, actor identity.Actor, id identity.ID, consents bool) error {
	return p.InTx(ctx, func(tx Tx) error {
		d, err := p.disclosure(ctx, tx, actor.Portal, actor.User, id, PersonAsked)
		if err != nil {
			return err
		}
		act := "privacy.disclosure_decline"
		d.State, d.Version = Declined, d.Version+1
		if consents {
			act, d.State, d.MadeAt = "privacy.disclosure_consent", Made, p.Now()
		}
		if err := tx.SaveDisclosure(ctx, d); err != nil {
			return decided(err, d)
		}
		return p.disclosed(ctx, tx, actor, d, act, actor.User)
	})
}

func decided(err error, d Disclosure) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "privacy.disclosure_decided").By(d.Cite)
	}
	return err
}

func (p *Privacy) disclosure(ctx context.Context, tx Tx, portal string, user, id identity.ID, state string) (Disclosure, error) {
	d, err := tx.Disclosure(ctx, user, id)
	switch {
	case fault.Is(err, fault.Absent) || err == nil && d.Portal != portal:
		return d, fault.New(fault.Absent, "account.nobody")
	case err == nil && state != "" && d.State != state:
		return d, fault.New(fault.Conflict, "privacy.disclosure_decided").By(d.Cite)
	}
	return d, err
}

// disclosed leaves evidence. That of a demand the person may not know of stands among the portal's own
// entries, and there it names nobody but by the id of the demand.
func (p *Privacy) disclosed(ctx context.Context, tx Tx, actor identity.Actor, d Disclosure, act string, home identity.ID) error {
	_, err := p.Record(ctx, tx, evidence.Entry{
		Portal: d.Portal, Home: home, ID: p.NewID(), At: p.Now(), Actor: named(actor.User), Act: act,
		Subject: "disclosure:" + strconv.FormatInt(int64(d.ID), 10), Citation: d.Cite,
		Detail: map[string]string{"ground": d.Ground, "recipient": d.Recipient, "what": strings.Join(d.Demand.What, " ")},
	})
	return err
}

// Told reports whether the person is told of a disclosure at an instant.
func (d Disclosure) Told(now time.Time) bool {
	return slices.Contains([]string{PersonAsked, Declined, Made}, d.State) && !now.Before(d.SilentUntil)
}

// MyDisclosures lists what was disclosed of the actor, but for what a law forbids telling yet.
func (p *Privacy) MyDisclosures(ctx context.Context, actor identity.Actor) (out []Disclosure, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.DisclosuresOf(ctx, actor.User)
		return err
	})
	return slices.DeleteFunc(out, func(d Disclosure) bool { return !d.Told(p.Now()) }), err
}

// Disclosures lists those of the operator's portal, newest first. Refusal: Forbidden.
func (p *Privacy) Disclosures(ctx context.Context, actor identity.Actor, state string, before identity.ID, limit int) (out []Disclosure, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.Disclosures(ctx, actor.Portal, state, before, limit)
		return err
	})
	return out, err
}

// DisclosureCase gives an operator one disclosure. Refusals: Forbidden; Absent.
func (p *Privacy) DisclosureCase(ctx context.Context, actor identity.Actor, user, id identity.ID) (d Disclosure, err error) {
	if err := asOperator(actor); err != nil {
		return d, err
	}
	err = p.InView(ctx, func(tx Tx) error {
		d, err = p.disclosure(ctx, tx, actor.Portal, user, id, "")
		return err
	})
	return d, err
}

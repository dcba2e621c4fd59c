package account

import (
	"context"
	"slices"
	"strings"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// checkOf finds a verification of the checker's portal and its person. Refusals: Absent; Forbidden
// "account.own_case".
func (a *Accounts) checkOf(ctx context.Context, tx Tx, actor identity.Actor, user, id identity.ID) (Check, User, error) {
	u, err := a.personOf(ctx, tx, actor, user)
	if err != nil {
		return Check{}, User{}, err
	}
	c, err := tx.Check(ctx, user, id)
	return c, u, absentCheck(err)
}

// LookCheck gives the checker a verification with the data it is about and the names of the documents;
// the person sees that somebody looked. Refusals: Forbidden; Absent.
func (a *Accounts) LookCheck(ctx context.Context, actor identity.Actor, user, id identity.ID) (c Check, p Person, papers []Paper, err error) {
	if err := a.asChecker(actor); err != nil {
		return Check{}, Person{}, nil, err
	}
	err = a.InTx(ctx, func(tx Tx) error {
		var u User
		if c, u, err = a.checkOf(ctx, tx, actor, user, id); err != nil {
			return err
		}
		if p, err = tx.Person(ctx, user); err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if papers, err = tx.Papers(ctx, user, id); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.look", CheckSubject(id), map[string]string{"reason": "verification"}, c.Cite)
	})
	return c, p, papers, err
}

// LookPaper gives the checker one document; the person sees that somebody looked. Refusals: Forbidden; Absent.
func (a *Accounts) LookPaper(ctx context.Context, actor identity.Actor, user, id, paper identity.ID) (p Paper, err error) {
	if err := a.asChecker(actor); err != nil {
		return Paper{}, err
	}
	err = a.InTx(ctx, func(tx Tx) error {
		c, u, err := a.checkOf(ctx, tx, actor, user, id)
		if err != nil {
			return err
		}
		if p, err = tx.Paper(ctx, user, id, paper); err != nil {
			return absentCheck(err)
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.look", CheckSubject(id), map[string]string{"reason": "verification", "paper": itoa64(paper)}, c.Cite)
	})
	return p, err
}

// EndCheck ends what was asked of a person with an outcome, which the person is told. That nothing was
// given can be said only when the time has run out.
// Refusals: Forbidden; Absent; Invalid for each field (fault.Faults); Conflict "account.check_ended".
func (a *Accounts) EndCheck(ctx context.Context, actor identity.Actor, user, id identity.ID, outcome, note string) error {
	if err := a.asChecker(actor); err != nil {
		return err
	}
	note = singleLine(note)
	if f := checkText("note", note, minReason, maxReason, false); f != nil {
		return fault.Faults{f}
	}
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		c, u, err := a.checkOf(ctx, tx, actor, user, id)
		switch {
		case err != nil:
			return err
		case c.Kind != CheckByPerson || c.State == CheckEnded:
			return fault.New(fault.Conflict, "account.check_ended")
		case outcome == Missing && !c.Late(now), outcome != Missing && c.State == CheckOpen:
			return fault.Faults{fault.New(fault.Invalid, "account.check_early").At("outcome")}
		case !slices.Contains([]string{Match, Mismatch, Missing}, outcome):
			return fault.Faults{fault.New(fault.Invalid, "account.check_outcome").At("outcome")}
		}
		c.State, c.Outcome, c.Note, c.EndedBy, c.EndedAt = CheckEnded, outcome, note, actor.User, now
		c.Version++
		if err := tx.SaveCheck(ctx, c); err != nil {
			return checkChanged(err)
		}
		if err := a.Owed.Lift(ctx, tx, c.Portal, user, DutyCheck, CheckSubject(id)); err != nil {
			return err
		}
		if err := a.tellAll(ctx, tx, u, "message.check_ended", nil); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.check_end", CheckSubject(id), map[string]string{"outcome": outcome, "why": note}, c.Cite)
	})
}

// Enquiry is a question to a register, or the answer that an operator got from one by other means.
type Enquiry struct {
	Register string
	Why      string
	Source   string // of an answer entered by hand: its number, or the letter it stands in
	Outcome  string // of an answer entered by hand; empty: the register is asked by the program
}

// RegisterNames lists the registers the program can ask by itself.
func (a *Accounts) RegisterNames() (out []string) {
	for name := range a.Registers {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (a *Accounts) checkEnquiry(e *Enquiry) error {
	e.Register, e.Source, e.Why = singleLine(e.Register), singleLine(e.Source), singleLine(e.Why)
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	add(checkText("register", e.Register, 2, 200, false))
	add(checkText("why", e.Why, minReason, maxReason, false))
	switch {
	case e.Outcome == "" && a.Registers[e.Register] == nil:
		add(fault.New(fault.Invalid, "account.register_unknown").At("register"))
	case e.Outcome != "" && !slices.Contains([]string{Match, Mismatch, Unavailable}, e.Outcome):
		add(fault.New(fault.Invalid, "account.check_outcome").At("outcome"))
	case e.Outcome == Match, e.Outcome == Mismatch:
		add(checkText("source", e.Source, 3, 200, false))
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// Enquire checks a person's data against another body's register (egov 3.1.1): the question is recorded
// before it is asked, then the answer, or that there was none. A register the program cannot reach is
// asked by the operator, who enters the answer with its source.
// Refusals: Forbidden, also "account.no_check", "account.no_registers"; Absent; Invalid for each field
// (fault.Faults).
func (a *Accounts) Enquire(ctx context.Context, actor identity.Actor, user identity.ID, e Enquiry) (Check, error) {
	if err := a.asChecker(actor); err != nil {
		return Check{}, err
	}
	rule, cite, err := a.CheckRule(actor.Portal)
	if err == nil && !rule.Registers {
		err = fault.New(fault.Forbidden, "account.no_registers").By(cite)
	}
	if err == nil {
		err = a.checkEnquiry(&e)
	}
	if err != nil {
		return Check{}, err
	}
	c := Check{
		User: user, ID: a.NewID(), Portal: actor.Portal, Kind: CheckByRegister, Text: e.Why, Cite: cite, OpenedBy: actor.User, OpenedAt: a.Now(),
		State: CheckOpen, Register: e.Register, Version: 1,
	}
	var p Person
	err = a.InTx(ctx, func(tx Tx) error {
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if p, err = tx.Person(ctx, user); err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if err := tx.AddCheck(ctx, c); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.register_query", CheckSubject(c.ID),
			map[string]string{"register": c.Register, "fields": strings.Join(p.asked(), " "), "by_hand": yesNo(e.Outcome != ""), "why": c.Text}, cite)
	})
	if err != nil {
		return Check{}, err
	}
	c.Outcome, c.Source = e.Outcome, e.Source
	if e.Outcome == "" {
		c.Outcome, c.Source = a.ask(ctx, c, p)
	}
	return c, a.answered(ctx, actor, &c)
}

// asked names the data that a register is asked about.
func (p Person) asked() (out []string) {
	for _, x := range []struct{ name, value string }{
		{"name", p.Shown()}, {"birth_date", p.BirthDate}, {"number", p.Number}, {"passport", p.Passport},
	} {
		if x.value != "" {
			out = append(out, x.name)
		}
	}
	return out
}

func yesNo(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }

// ask asks the register, outside of any transaction. No answer is an outcome, not an accident.
func (a *Accounts) ask(ctx context.Context, c Check, p Person) (outcome, source string) {
	ctx, stop := context.WithTimeout(ctx, unansweredWait)
	defer stop()
	answer, err := a.Registers[c.Register](ctx, RegisterQuery{ID: c.ID, Portal: c.Portal, Person: p})
	switch {
	case err != nil:
		return Unavailable, ""
	case answer.Match:
		return Match, answer.Source
	}
	return Mismatch, answer.Source
}

// answered keeps what a register said, even where the operator has gone: the question was recorded.
func (a *Accounts) answered(ctx context.Context, actor identity.Actor, c *Check) error {
	ctx = context.WithoutCancel(ctx)
	c.State, c.EndedBy, c.EndedAt = CheckEnded, actor.User, a.Now()
	c.Version++
	return a.InTx(ctx, func(tx Tx) error {
		if err := tx.SaveCheck(ctx, *c); err != nil {
			return checkChanged(err)
		}
		_, err := a.Record(ctx, tx, evidence.Entry{
			Portal: c.Portal, Home: c.User, ID: a.NewID(), At: c.EndedAt, Actor: "user:" + itoa64(actor.User), Act: "account.register_answer",
			Subject: CheckSubject(c.ID), Citation: c.Cite, Detail: map[string]string{"register": c.Register, "outcome": c.Outcome, "source": c.Source, "role": string(identity.Operator)},
		})
		return err
	})
}

// CheckList lists the verifications of the checker's portal, newest first. Refusal: Forbidden.
func (a *Accounts) CheckList(ctx context.Context, actor identity.Actor, page CheckPage) (out []Check, err error) {
	if err := a.asChecker(actor); err != nil {
		return nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.ChecksPage(ctx, actor.Portal, page)
		return err
	})
	return out, err
}

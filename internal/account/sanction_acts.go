package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
)

// sanctionOf finds a sanction of the operator's portal and its person, who is of no state where it
// keeps a stranger's number out. Refusals: Absent; Forbidden "account.own_case".
func (a *Accounts) sanctionOf(ctx context.Context, tx Tx, actor identity.Actor, user, id identity.ID) (Sanction, User, error) {
	s, err := tx.Sanction(ctx, user, id)
	if fault.Is(err, fault.Absent) || err == nil && s.Portal != actor.Portal {
		return Sanction{}, User{}, fault.New(fault.Absent, "account.nobody")
	}
	if err != nil {
		return Sanction{}, User{}, err
	}
	if user == actor.User {
		return Sanction{}, User{}, fault.New(fault.Forbidden, "account.own_case")
	}
	u, err := tx.User(ctx, user)
	if fault.Is(err, fault.Absent) {
		return s, User{ID: user, Portal: s.Portal}, nil
	}
	return s, u, err
}

// onSanction runs one operator's act on a sanction: of two at once one finds it changed.
func (a *Accounts) onSanction(ctx context.Context, actor identity.Actor, user, id identity.ID, act func(tx Tx, s *Sanction, u User) error) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		s, u, err := a.sanctionOf(ctx, tx, actor, user, id)
		if err != nil {
			return err
		}
		if err := act(tx, &s, u); err != nil {
			return err
		}
		s.Version++
		if err := tx.SaveSanction(ctx, s); err != nil {
			return sanctionChanged(err)
		}
		standing, err := tx.Standing(ctx, user)
		if err != nil {
			return err
		}
		return standingChanged(tx.MoveStanding(ctx, user, standing))
	})
}

func sanctionChanged(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.sanction_changed")
	}
	return err
}

// ApproveSanction is the second operator's consent to what cannot be undone; the notice runs from now.
// Refusals: Forbidden, also "account.second_operator" for whoever proposed it; Absent; Conflict
// "account.sanction_changed", "account.no_ground" where the agreement no longer has it.
func (a *Accounts) ApproveSanction(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	return a.onSanction(ctx, actor, user, id, func(tx Tx, s *Sanction, u User) error {
		now := a.Now()
		switch {
		case s.State != SanctionProposed:
			return fault.New(fault.Conflict, "account.sanction_changed")
		case s.ProposedBy == actor.User:
			return fault.New(fault.Forbidden, "account.second_operator")
		}
		g, err := a.ground(s.Portal, s.Rule+"/"+string(s.Action), now)
		if err != nil {
			return fault.New(fault.Conflict, "account.no_ground").Wrap(err)
		}
		if s.InForceAt, err = a.InForce(s.Portal, g, now); err != nil {
			return err
		}
		s.State, s.DecidedBy, s.DecidedAt, s.Cite = SanctionDecided, actor.User, now, g.Cite
		return a.announce(ctx, tx, actor, u, *s)
	})
}

// RejectSanction ends a proposal. Refusals: as ApproveSanction, but whoever proposed it may take it back.
func (a *Accounts) RejectSanction(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	return a.onSanction(ctx, actor, user, id, func(tx Tx, s *Sanction, u User) error {
		if s.State != SanctionProposed {
			return fault.New(fault.Conflict, "account.sanction_changed")
		}
		s.State, s.EndedBy, s.EndedAt = SanctionRejected, actor.User, a.Now()
		return a.staffNoteBy(ctx, tx, actor, u, "account.sanction_reject", SanctionSubject(id), nil, s.Cite)
	})
}

// LiftSanction ends a sanction from now on and tells the person. What has been carried out cannot be lifted.
// Refusals: Forbidden; Absent; Invalid at "words"; Conflict "account.sanction_changed".
func (a *Accounts) LiftSanction(ctx context.Context, actor identity.Actor, user, id identity.ID, words string) error {
	words = singleLine(words)
	if f := checkText("words", words, minReason, maxReason, false); f != nil {
		return fault.Faults{f}
	}
	return a.onSanction(ctx, actor, user, id, func(tx Tx, s *Sanction, u User) error {
		now := a.Now()
		if !s.Stands(now) || s.Action.Ends() && s.Phase(now) == PhaseInForce {
			return fault.New(fault.Conflict, "account.sanction_changed")
		}
		s.State, s.EndedBy, s.EndedAt, s.EndWords = SanctionLifted, actor.User, now, words
		if err := a.Owed.Lift(ctx, tx, s.Portal, user, DutySanction, SanctionSubject(id)); err != nil {
			return err
		}
		if err := tx.LetIn(ctx, *s); err != nil {
			return err
		}
		if err := a.notice(ctx, tx, u, notify.Notice{Key: "message.sanction_lifted", All: true, Cite: s.Cite, Args: map[string]string{"clause": s.Cite.Clause}}); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.sanction_lift", SanctionSubject(id), map[string]string{"action": string(s.Action), "why": words}, s.Cite)
	})
}

// KeepNumberOut refuses registration under the number of somebody who is not a user.
// Refusals: Forbidden; Invalid for each field (fault.Faults); Conflict "account.number_known" for the
// number of a user, who is sanctioned as one; Conflict "account.sanction_exists".
func (a *Accounts) KeepNumberOut(ctx context.Context, actor identity.Actor, number string, d Decision) (Sanction, error) {
	if err := asOperator(actor); err != nil {
		return Sanction{}, err
	}
	number = strings.TrimSpace(number)
	var s Sanction
	err := a.InTx(ctx, func(tx Tx) error {
		u := User{ID: a.NewID(), Portal: actor.Portal}
		var err error
		var g Ground
		if s, g, err = a.planSanction(ctx, tx, actor, u, &d); err != nil {
			return err
		}
		switch {
		case g.Action != Refuse || g.Check:
			return fault.Faults{fault.New(fault.Invalid, "account.no_ground").At("ground")}
		case len(number) < 8 || len(number) > 20 || strings.Trim(number, "0123456789") != "":
			return fault.Faults{fault.New(fault.Invalid, "account.number_form").At("number").By(g.Cite)}
		}
		known, err := tx.NumberTaken(ctx, actor.Portal, number)
		if err != nil {
			return err
		}
		kept, err := tx.NumberRefused(ctx, actor.Portal, number, a.Now())
		switch {
		case err != nil:
			return err
		case known:
			return fault.New(fault.Conflict, "account.number_known")
		case kept:
			return fault.New(fault.Conflict, "account.sanction_exists")
		}
		if err := tx.AddSanction(ctx, s); err != nil {
			return err
		}
		if err := tx.KeepOut(ctx, s, number); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.sanction", SanctionSubject(s.ID), s.detail(), s.Cite)
	})
	return s, err
}

// CaseAppeal is the kind of case in which a person appeals against a sanction.
const CaseAppeal = "appeal"

// Appeal takes a person's appeal against a sanction that stands: it opens a case for the operator, once.
// Refusals: Absent; Invalid at "text"; Conflict "account.appealed", "account.sanction_changed".
func (a *Accounts) Appeal(ctx context.Context, actor identity.Actor, id identity.ID, text string) error {
	text = strings.ReplaceAll(norm.NFC.String(strings.TrimSpace(text)), "\r\n", "\n")
	if f := checkText("text", text, minReason, maxAnswer, true); f != nil {
		return fault.Faults{f}
	}
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		s, err := tx.Sanction(ctx, actor.User, id)
		switch {
		case fault.Is(err, fault.Absent) || err == nil && s.State == SanctionProposed:
			return fault.New(fault.Absent, "account.nobody")
		case err != nil:
			return err
		case s.Appeal != 0:
			return fault.New(fault.Conflict, "account.appealed")
		case !s.Stands(now):
			return fault.New(fault.Conflict, "account.sanction_changed")
		}
		c := Case{User: actor.User, ID: a.NewID(), Portal: s.Portal, Kind: CaseAppeal, State: CaseOpen, Text: text, OpenedAt: now}
		if err := tx.AddCase(ctx, c); err != nil {
			return err
		}
		s.Appeal = c.ID
		s.Version++
		if err := tx.SaveSanction(ctx, s); err != nil {
			return sanctionChanged(err)
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: s.Portal, Home: actor.User, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.appeal",
			Subject: SanctionSubject(id), Citation: s.Cite, Detail: map[string]string{"action": string(s.Action), "case": itoa64(c.ID)},
		})
		return err
	})
}

// ownDecision refuses an operator who answers an appeal against what they decided themselves.
// Refusal: Forbidden "account.own_decision".
func (a *Accounts) ownDecision(ctx context.Context, tx Tx, actor identity.Actor, c Case) error {
	if c.Kind != CaseAppeal {
		return nil
	}
	all, err := tx.SanctionsOf(ctx, c.User, mostSanctions)
	if err == nil && slices.ContainsFunc(all, func(s Sanction) bool {
		return s.Appeal == c.ID && (s.ProposedBy == actor.User || s.DecidedBy == actor.User)
	}) {
		return fault.New(fault.Forbidden, "account.own_decision")
	}
	return err
}

// Standing is where a person stands: their sanctions, newest first, and the verifications asked of them.
type Standing struct {
	User      User
	Sanctions []Sanction
	Checks    []Check
	Version   int
}

// MyStanding is the actor's own: proposals are not shown, they are no decisions.
func (a *Accounts) MyStanding(ctx context.Context, actor identity.Actor) (Standing, error) {
	var out Standing
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, err = standingOf(ctx, tx, actor.User)
		return err
	})
	out.Sanctions = slices.DeleteFunc(out.Sanctions, func(s Sanction) bool { return s.State == SanctionProposed || s.State == SanctionRejected })
	return out, err
}

func standingOf(ctx context.Context, tx Tx, user identity.ID) (out Standing, err error) {
	if out.User, err = tx.User(ctx, user); err != nil && !fault.Is(err, fault.Absent) {
		return out, err
	}
	if out.Sanctions, err = tx.SanctionsOf(ctx, user, mostSanctions); err != nil {
		return out, err
	}
	if out.Checks, err = tx.ChecksOf(ctx, user, mostSanctions); err != nil {
		return out, err
	}
	out.Version, err = tx.Standing(ctx, user)
	return out, err
}

// StandingOf is a person's standing for the operator. Refusals: Forbidden; Absent.
func (a *Accounts) StandingOf(ctx context.Context, actor identity.Actor, user identity.ID) (Standing, error) {
	if err := a.asChecker(actor); err != nil {
		return Standing{}, err
	}
	var out Standing
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, err = standingOf(ctx, tx, user)
		return err
	})
	if err == nil && out.User.Portal != actor.Portal && (len(out.Sanctions) == 0 || out.Sanctions[0].Portal != actor.Portal) {
		return Standing{}, fault.New(fault.Absent, "account.nobody")
	}
	return out, err
}

// SanctionList lists the sanctions of the operator's portal, newest first. Refusal: Forbidden.
func (a *Accounts) SanctionList(ctx context.Context, actor identity.Actor, page SanctionPage) (out []Sanction, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.SanctionsPage(ctx, actor.Portal, page)
		return err
	})
	return out, err
}

// sanctionDuty is that an account is deleted or closed when the notice has run out, on that day at the latest.
func (a *Accounts) sanctionDuty(s Sanction) obligation.Obligation {
	return obligation.Obligation{
		Home: s.User, Portal: s.Portal, Kind: DutySanction, Subject: SanctionSubject(s.ID), From: obligation.Operator, To: obligation.User,
		Cite: s.Cite, Since: s.DecidedAt, Due: a.Owed.DayOf(s.Portal, s.InForceAt), ActAt: s.InForceAt,
	}
}

// OweSanctions writes down what was decided before there were obligations; written twice nothing changes.
func (a *Accounts) OweSanctions(ctx context.Context) error {
	const some = 100
	for after, more := identity.ID(0), true; more; {
		var last identity.ID
		err := a.InTx(ctx, func(tx Tx) error {
			ahead, err := tx.SanctionsAhead(ctx, after, some)
			if err != nil {
				return err
			}
			for _, s := range ahead {
				if err := a.Owed.Owe(ctx, tx, a.sanctionDuty(s)); err != nil {
					return err
				}
				last = s.User
			}
			more = len(ahead) == some
			return nil
		})
		if err != nil {
			return err
		}
		after = last
	}
	return nil
}

// Kinds of obligation that this room keeps.
const (
	DutySanction = "account.sanction" // an account is deleted or closed at its time
	DutyCheck    = "account.check"    // a person confirms their data
	DutyPassword = "account.password" // a person changes their password in time
)

// CarryOut deletes or closes an account whose time has come, within the act that ends the obligation.
// Until then the clock alone keeps it shut: nothing waits for it. What was lifted is passed over; before its
// time, by a clock that was put back, it is a slip, and owed still.
func (a *Accounts) CarryOut(ctx context.Context, tx Tx, user, id identity.ID) error {
	s, err := tx.Sanction(ctx, user, id)
	now := a.Now()
	if err != nil || s.State != SanctionDecided {
		return err
	}
	if s.InForceAt.After(now) {
		return fmt.Errorf("account: sanction %d is carried out at %v, not yet", id, s.InForceAt)
	}
	defer a.Forget(user)
	s.State, s.EndedAt = SanctionDone, now
	s.Version++
	if err := tx.SaveSanction(ctx, s); err != nil {
		return err
	}
	u, err := tx.User(ctx, s.User)
	if err != nil {
		return err
	}
	if u.State == Deleted || s.Action == Terminate && u.State == Closed {
		return nil // the person has left meanwhile
	}
	if err := a.notice(ctx, tx, u, notify.Notice{Key: "message.sanction_done." + string(s.Action), All: true, Cite: s.Cite, Args: map[string]string{"clause": s.Cite.Clause}}); err != nil {
		return err
	}
	if _, err := a.Record(ctx, tx, evidence.Entry{
		Portal: s.Portal, Home: s.User, ID: a.NewID(), At: now, Actor: "system", Act: "account.sanction_done",
		Subject: SanctionSubject(s.ID), Citation: s.Cite, Detail: map[string]string{"action": string(s.Action), "in_force_at": s.InForceAt.UTC().Format(time.RFC3339)},
	}); err != nil {
		return err
	}
	effect := map[Action]string{Delete: "delete", Terminate: "close"}[s.Action]
	return a.Depart(ctx, tx, s.Portal, s.User, effect, s.Action == Delete)
}

package account

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// The states of a sanction as they are kept. Whether one is in force follows from its instants.
const (
	SanctionProposed = "proposed" // waits for a second operator
	SanctionDecided  = "decided"
	SanctionRejected = "rejected" // the second operator did not agree
	SanctionLifted   = "lifted"
	SanctionDone     = "done" // the account has been deleted or closed
)

// Sanction is a measure against a user, or against a number under which nobody may register.
type Sanction struct {
	User       identity.ID // of nobody where it keeps a stranger's number out
	ID         identity.ID
	Portal     string
	Action     Action
	Service    string // that is closed; of actions that narrow
	Rule       string
	Cite       clause.Citation
	Reason     string
	Section    string
	Words      string      // why, in the operator's words; the person reads them
	Check      identity.ID // the verification it follows; 0: none
	State      string
	ProposedBy identity.ID
	ProposedAt time.Time
	DecidedBy  identity.ID
	DecidedAt  time.Time
	InForceAt  time.Time
	EndsAt     time.Time // zero: without a term
	EndedBy    identity.ID
	EndedAt    time.Time // lifted, rejected or carried out
	EndWords   string
	Appeal     identity.ID // the case; 0: nobody has appealed
	Version    int
}

// The phases of a sanction: what its state and its instants make of it now.
const (
	PhaseAnnounced = "announced" // decided, and not yet in force
	PhaseInForce   = "in_force"
	PhaseOver      = "over" // its term has run out
)

// Phase is what the sanction is at an instant: one of the phases while it stands, else its state.
func (s Sanction) Phase(at time.Time) string {
	switch {
	case s.State != SanctionDecided:
		return s.State
	case at.Before(s.InForceAt):
		return PhaseAnnounced
	case !s.EndsAt.IsZero() && !at.Before(s.EndsAt):
		return PhaseOver
	}
	return PhaseInForce
}

// Stands reports whether the sanction is announced or in force.
func (s Sanction) Stands(at time.Time) bool {
	phase := s.Phase(at)
	return phase == PhaseAnnounced || phase == PhaseInForce
}

// SanctionSubject is how evidence names a sanction.
func SanctionSubject(id identity.ID) string { return "sanction:" + strconv.FormatInt(int64(id), 10) }

// SanctionPage asks for a page of a portal's list of sanctions, newest first.
type SanctionPage struct {
	State  string // empty: all
	Action Action // empty: all
	Before identity.ID
	Limit  int
}

// SanctionTx is what sanctions do to the database.
type SanctionTx interface {
	// AddSanction adds it.
	AddSanction(ctx context.Context, s Sanction) error
	// Sanction gives one. Refusal: Absent.
	Sanction(ctx context.Context, user, id identity.ID) (Sanction, error)
	// SaveSanction replaces the one whose version is s.Version-1. Refusal: Conflict.
	SaveSanction(ctx context.Context, s Sanction) error
	// SanctionsOf lists a user's, newest first.
	SanctionsOf(ctx context.Context, user identity.ID, limit int) ([]Sanction, error)
	// SanctionsPage lists a portal's, newest first.
	SanctionsPage(ctx context.Context, portal string, page SanctionPage) ([]Sanction, error)
	// SanctionsAhead lists, by user after another, deletions and endings that are decided and not carried out.
	SanctionsAhead(ctx context.Context, after identity.ID, limit int) ([]Sanction, error)
	// Standing is how often sanctions of a user were decided or ended; 0 where there is none.
	Standing(ctx context.Context, user identity.ID) (int, error)
	// MoveStanding counts one more. Refusal: Conflict where it is not what was believed.
	MoveStanding(ctx context.Context, user identity.ID, believed int) error
	// KeepOut keeps a number from registering while the sanction is in force.
	KeepOut(ctx context.Context, s Sanction, number string) error
	// LetIn ends that.
	LetIn(ctx context.Context, s Sanction) error
	// NumberRefused reports whether a number is kept out at an instant.
	NumberRefused(ctx context.Context, portal, number string, at time.Time) (bool, error)
}

// Decision is what an operator fills in to decide a sanction.
type Decision struct {
	Ground  string // Ground.ID
	Reason  string
	Section string
	Words   string
	Service string
	Days    string      // how long; empty: without a term
	Check   identity.ID // the failed verification it follows
	Version int         // of the person's standing, as the form was filled in from
}

// mostSanctionDays is the longest term that can be typed: ten years.
const mostSanctionDays = 3660

// mostSanctions of one user are read at once; nobody has had so many.
const mostSanctions = 500

// PlanSanction is what a decision would do and when, without doing it: what the operator is shown
// before anything happens. Refusals: as DecideSanction.
func (a *Accounts) PlanSanction(ctx context.Context, actor identity.Actor, user identity.ID, d Decision) (Sanction, Ground, error) {
	if err := asOperator(actor); err != nil {
		return Sanction{}, Ground{}, err
	}
	var s Sanction
	var g Ground
	err := a.InView(ctx, func(tx Tx) error {
		u, err := a.sanctionable(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		s, g, err = a.planSanction(ctx, tx, actor, u, &d)
		return err
	})
	return s, g, err
}

// sanctionable finds a person who can be sanctioned. An account of the staff loses its roles first:
// two operators could otherwise put the owner out. Refusals: as personOf; Forbidden
// "account.sanction_staff"; Conflict "account.not_active".
func (a *Accounts) sanctionable(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID) (User, error) {
	u, err := a.personOf(ctx, tx, actor, user)
	switch {
	case err != nil:
		return User{}, err
	case slices.ContainsFunc(u.Roles, func(r identity.Role) bool {
		return r == identity.Operator || r == identity.Owner || r == identity.Auditor
	}):
		return User{}, fault.New(fault.Forbidden, "account.sanction_staff")
	case u.State != Active && u.State != Locked:
		return User{}, fault.New(fault.Conflict, "account.not_active")
	}
	return u, nil
}

func (a *Accounts) planSanction(ctx context.Context, tx Tx, actor identity.Actor, u User, d *Decision) (Sanction, Ground, error) {
	now := a.Now()
	g, err := a.ground(u.Portal, d.Ground, now)
	if err != nil {
		return Sanction{}, Ground{}, fault.Faults{err.(*fault.Fault)}
	}
	days, err := a.checkDecision(ctx, tx, u, g, d)
	if err != nil {
		return Sanction{}, Ground{}, err
	}
	s := Sanction{
		User: u.ID, ID: a.NewID(), Portal: u.Portal, Action: g.Action, Service: d.Service, Rule: g.Rule, Cite: g.Cite, Reason: d.Reason, Section: d.Section,
		Words: d.Words, Check: d.Check, State: SanctionDecided, ProposedBy: actor.User, ProposedAt: now, DecidedBy: actor.User, DecidedAt: now, Version: 1,
	}
	if s.InForceAt, err = a.InForce(u.Portal, g, now); err != nil {
		return Sanction{}, Ground{}, err
	}
	if days > 0 {
		term, err := calendar.Due(s.InForceAt, clause.Period{Amount: days, Unit: clause.Days}, a.Zone(u.Portal), nil)
		if err != nil {
			return Sanction{}, Ground{}, err
		}
		s.EndsAt = term.Ends
	}
	if g.Action.Ends() {
		s.State, s.DecidedBy, s.DecidedAt = SanctionProposed, 0, time.Time{}
	}
	all, err := tx.SanctionsOf(ctx, u.ID, mostSanctions)
	if err != nil {
		return Sanction{}, Ground{}, err
	}
	if slices.ContainsFunc(all, func(x Sanction) bool {
		return x.Action == s.Action && x.Service == s.Service && (x.Stands(now) || x.State == SanctionProposed)
	}) {
		return Sanction{}, Ground{}, fault.New(fault.Conflict, "account.sanction_exists")
	}
	return s, g, nil
}

// checkDecision holds what was filled in to the ground; days is the term, 0 for none.
func (a *Accounts) checkDecision(ctx context.Context, tx Tx, u User, g Ground, d *Decision) (days int, err error) {
	var wrong fault.Faults
	add := func(ok bool, key, field string) {
		if !ok {
			wrong = append(wrong, fault.New(fault.Invalid, key).At(field).By(g.Cite))
		}
	}
	d.Words = singleLine(d.Words)
	add(slices.Contains(g.Reasons, d.Reason), "account.sanction_reason", "reason")
	if f := checkText("words", d.Words, minReason, maxReason, false); f != nil {
		wrong = append(wrong, f)
	}
	if len(g.Sections) == 0 {
		d.Section = ""
	} else if !slices.Contains(g.Sections, d.Section) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.sanction_section").At("section").By(g.NamedBy))
	}
	if !g.Action.Narrows() {
		d.Service = ""
	} else {
		add(slices.Contains(a.Services(u.Portal), d.Service), "account.sanction_service", "service")
	}
	if d.Days != "" && !g.Action.Ends() {
		days, err = strconv.Atoi(d.Days)
		add(err == nil && days > 0 && days <= mostSanctionDays, "account.sanction_days", "days")
		add(g.Longest.Unit == "" || !after(a.Now(), g.Longest, time.UTC).Before(a.Now().AddDate(0, 0, days)), "account.sanction_too_long", "days")
	} else {
		add(g.Longest.Unit == "" || g.Action.Ends(), "account.sanction_too_long", "days")
	}
	if g.ByEmail {
		contacts, err := tx.Contacts(ctx, u.ID)
		if err != nil {
			return 0, err
		}
		add(slices.ContainsFunc(contacts, func(c Contact) bool { return c.Kind == ByEmail }), "account.sanction_no_email", "ground")
	}
	if !g.Check {
		d.Check = 0
	} else if failed, err := a.failed(ctx, tx, u.ID, d.Check); err != nil {
		return 0, err
	} else {
		add(failed == d.Reason, "account.sanction_check", "reason")
	}
	if wrong != nil {
		return 0, wrong
	}
	return days, nil
}

// failed gives the outcome of an ended verification, empty for one that did not fail.
func (a *Accounts) failed(ctx context.Context, tx Tx, user, check identity.ID) (string, error) {
	c, err := tx.Check(ctx, user, check)
	if fault.Is(err, fault.Absent) {
		return "", nil
	}
	if err != nil || c.State != CheckEnded || c.Outcome != Mismatch && c.Outcome != Missing {
		return "", err
	}
	return c.Outcome, nil
}

// DecideSanction decides a sanction: it takes effect when the notice its clause orders has run out, and
// the person is told at once. What cannot be undone is only proposed by this; a second operator
// approves it, and the notice runs from then.
//
// Refusals: Forbidden, also "account.own_case", "account.sanction_staff"; Absent "account.nobody";
// Invalid for each field (fault.Faults); Conflict "account.standing_changed" when another operator
// decided meanwhile, "account.sanction_exists", "account.not_active", "account.calendar_ended".
func (a *Accounts) DecideSanction(ctx context.Context, actor identity.Actor, user identity.ID, d Decision) (Sanction, error) {
	if err := asOperator(actor); err != nil {
		return Sanction{}, err
	}
	defer a.Forget(user)
	var s Sanction
	err := a.InTx(ctx, func(tx Tx) error {
		u, err := a.sanctionable(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if err := tx.MoveStanding(ctx, user, d.Version); err != nil {
			return standingChanged(err)
		}
		if s, _, err = a.planSanction(ctx, tx, actor, u, &d); err != nil {
			return err
		}
		if err := tx.AddSanction(ctx, s); err != nil {
			return err
		}
		if s.State == SanctionProposed {
			return a.staffNoteBy(ctx, tx, actor, u, "account.sanction_propose", SanctionSubject(s.ID), s.detail(), s.Cite)
		}
		return a.announce(ctx, tx, actor, u, s)
	})
	return s, err
}

func standingChanged(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.standing_changed")
	}
	return err
}

// detail is what evidence says of a sanction.
func (s Sanction) detail() map[string]string {
	d := map[string]string{"action": string(s.Action), "rule": s.Rule, "reason": s.Reason, "why": s.Words, "in_force_at": s.InForceAt.UTC().Format(time.RFC3339)}
	for name, value := range map[string]string{"service": s.Service, "section": s.Section} {
		if value != "" {
			d[name] = value
		}
	}
	if !s.EndsAt.IsZero() {
		d["ends_at"] = s.EndsAt.UTC().Format(time.RFC3339)
	}
	return d
}

// announce gives a decided sanction its effects: the number is kept out, the person is told, the
// evidence names the clause.
func (a *Accounts) announce(ctx context.Context, tx Tx, actor identity.Actor, u User, s Sanction) error {
	if s.Action == Refuse {
		p, err := tx.Person(ctx, u.ID)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if p.Number != "" {
			if err := tx.KeepOut(ctx, s, p.Number); err != nil {
				return err
			}
		}
	}
	if err := a.notice(ctx, tx, u, notify.Notice{Key: "message.sanction." + string(s.Action), All: true, Cite: s.Cite, Args: map[string]string{
		"at": a.written(s.Portal, s.InForceAt), "clause": s.Cite.Clause,
	}}); err != nil {
		return err
	}
	if s.Action.Ends() {
		if err := a.Owed.Owe(ctx, tx, a.sanctionDuty(s)); err != nil {
			return err
		}
	}
	return a.staffNoteBy(ctx, tx, actor, u, "account.sanction", SanctionSubject(s.ID), s.detail(), s.Cite)
}

package account

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
	"tereze/internal/notify"
)

// The kinds of case.
const (
	CaseCompromise = "compromise" // somebody else may have been signed in
	CaseCorrection = "correction" // what is known of the person is wrong
	CaseRecovery   = "recovery"   // the person cannot get in
)

// The states of a case.
const (
	CaseOpen  = "open"
	CaseEnded = "ended"
)

// CaseKinds lists what an operator may open a case about. A compromise people report themselves,
// because from that instant on their acts are disputed.
func CaseKinds() []string { return []string{CaseCorrection, CaseRecovery} }

// CaseMark is a place in the list of cases, which is in the order of their opening.
type CaseMark struct {
	At time.Time
	ID identity.ID
}

// DeskTx is what the desk of an operator reads of the database.
type DeskTx interface {
	// Case gives one case of a user. Refusal: Absent.
	Case(ctx context.Context, user, id identity.ID) (Case, error)
	// CasesOf lists a user's own cases, newest first.
	CasesOf(ctx context.Context, user identity.ID, limit int) ([]Case, error)
	// CasesAfter lists a portal's cases of a state behind a mark, oldest first.
	CasesAfter(ctx context.Context, portal, state string, after CaseMark, limit int) ([]Case, error)
	// RolesOf gives the roles of many users at once.
	RolesOf(ctx context.Context, ids []identity.ID) (map[identity.ID][]identity.Role, error)
}

// Lengths of what an operator writes, in characters. A reason is kept as a detail of evidence.
const (
	minReason = 10
	maxReason = 500
	maxAnswer = 2000
)

// CaseSubject is how evidence names a case.
func CaseSubject(id identity.ID) string { return "case:" + strconv.FormatInt(int64(id), 10) }

// asOperator refuses everybody who is none.
func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// singleLine makes what was typed into several lines one, as evidence keeps it.
func singleLine(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

// staffNote records what an operator did to a person, among that person's entries: they see it. The
// operator is named by id, because a sign-in name may be a telephone number.
func (a *Accounts) staffNote(ctx context.Context, tx Tx, actor identity.Actor, u User, act, subject string, detail map[string]string) error {
	return a.staffNoteBy(ctx, tx, actor, u, act, subject, detail, clause.Citation{})
}

// staffNoteBy is staffNote for what a clause provides.
func (a *Accounts) staffNoteBy(ctx context.Context, tx Tx, actor identity.Actor, u User, act, subject string, detail map[string]string, cite clause.Citation) error {
	d := map[string]string{"role": string(identity.Operator)}
	for name, value := range detail {
		d[name] = value
	}
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: a.Now(), Actor: "user:" + strconv.FormatInt(int64(actor.User), 10),
		Act: act, Subject: subject, Citation: cite, Detail: d,
	})
	return err
}

// personOf finds a user of the operator's portal who is not the operator: nobody works on their own.
// Refusals: Absent "account.nobody"; Forbidden "account.own_case".
func (a *Accounts) personOf(ctx context.Context, tx Tx, actor identity.Actor, id identity.ID) (User, error) {
	u, err := tx.User(ctx, id)
	switch {
	case fault.Is(err, fault.Absent) || err == nil && (u.Portal != actor.Portal || u.State == Deleted):
		return User{}, fault.New(fault.Absent, "account.nobody")
	case err == nil && u.ID == actor.User:
		return User{}, fault.New(fault.Forbidden, "account.own_case")
	}
	return u, err
}

// caseOf finds an open case and its person for an operator to work on. Refusals: Absent; Conflict
// "account.case_ended"; Forbidden "account.own_case".
func (a *Accounts) caseOf(ctx context.Context, tx Tx, actor identity.Actor, user, id identity.ID) (Case, User, error) {
	c, u, err := a.openCaseOf(ctx, tx, actor, user, id)
	if err == nil && (u.State == "" || u.State == Deleted) {
		return Case{}, User{}, fault.New(fault.Absent, "account.nobody")
	}
	return c, u, err
}

// openCaseOf finds an open case. Its user may be nobody: a claim names an account that need not exist.
func (a *Accounts) openCaseOf(ctx context.Context, tx Tx, actor identity.Actor, user, id identity.ID) (Case, User, error) {
	c, u, err := a.anyCaseOf(ctx, tx, actor, user, id)
	switch {
	case err != nil:
		return Case{}, User{}, err
	case u.ID == actor.User:
		return Case{}, User{}, fault.New(fault.Forbidden, "account.own_case")
	case c.State != CaseOpen:
		return Case{}, User{}, fault.New(fault.Conflict, "account.case_ended")
	}
	return c, u, nil
}

// anyCaseOf finds a case of the operator's portal, with a user of no state where there is none.
func (a *Accounts) anyCaseOf(ctx context.Context, tx Tx, actor identity.Actor, user, id identity.ID) (Case, User, error) {
	c, err := tx.Case(ctx, user, id)
	if fault.Is(err, fault.Absent) || err == nil && c.Portal != actor.Portal {
		return Case{}, User{}, fault.New(fault.Absent, "account.nobody")
	}
	if err != nil {
		return Case{}, User{}, err
	}
	u, err := tx.User(ctx, user)
	if fault.Is(err, fault.Absent) {
		return c, User{ID: user, Portal: c.Portal}, nil
	}
	return c, u, err
}

// CaseList lists the cases of the operator's portal in a state, oldest first, from behind a mark.
// It tells nothing of the people: a case is opened with a reason. Refusal: Forbidden.
func (a *Accounts) CaseList(ctx context.Context, actor identity.Actor, state string, after CaseMark, limit int) ([]Case, error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	if state != CaseEnded {
		state = CaseOpen
	}
	var out []Case
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, err = tx.CasesAfter(ctx, actor.Portal, state, after, limit)
		return err
	})
	for i := range out {
		out[i].Text, out[i].Answer = "", ""
	}
	return out, err
}

// CaseHead is what an operator may know of a case without a reason: its kind, state and times.
// Refusals: Forbidden; Absent.
func (a *Accounts) CaseHead(ctx context.Context, actor identity.Actor, user, id identity.ID) (Case, error) {
	if err := asOperator(actor); err != nil {
		return Case{}, err
	}
	var c Case
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		c, err = tx.Case(ctx, user, id)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && c.Portal != actor.Portal {
		return Case{}, fault.New(fault.Absent, "account.nobody")
	}
	c.Text, c.Answer = "", ""
	return c, err
}

// Dossier is a case with what an operator needs to decide it.
type Dossier struct {
	Case     Case
	User     User   // of no state where there is none
	Person   Person // zero where the portal asked for nothing
	Contacts []Contact
	Proposal *Proposal // that waits for a second operator
}

// OpenDossier gives an operator a case with the person's data, for a reason that the person sees.
// Refusals: Forbidden; Invalid "account.reason"; Absent.
func (a *Accounts) OpenDossier(ctx context.Context, actor identity.Actor, user, id identity.ID, reason string) (Dossier, error) {
	if err := asOperator(actor); err != nil {
		return Dossier{}, err
	}
	cite, err := a.reason(actor.Portal, reason)
	if err != nil {
		return Dossier{}, err
	}
	if err := a.CountReading(ctx, actor); err != nil {
		return Dossier{}, err
	}
	var d Dossier
	err = a.InTx(ctx, func(tx Tx) error {
		d = Dossier{}
		var err error
		if d.Case, d.User, err = a.anyCaseOf(ctx, tx, actor, user, id); err != nil {
			return err
		}
		if d.Person, err = tx.Person(ctx, user); err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if d.Contacts, err = tx.Contacts(ctx, user); err != nil {
			return err
		}
		if d.Proposal, err = a.proposal(ctx, tx, id); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, d.User, "account.look", CaseSubject(id), map[string]string{"reason": reason}, cite)
	})
	return d, err
}

// OpenCase opens a case for a person who turned to the operator by other means than the portal.
// Refusals: Forbidden; Absent; Invalid for each field (fault.Faults).
func (a *Accounts) OpenCase(ctx context.Context, actor identity.Actor, user identity.ID, kind, text string) (Case, error) {
	if err := asOperator(actor); err != nil {
		return Case{}, err
	}
	text = singleLine(text)
	var wrong fault.Faults
	if !slices.Contains(CaseKinds(), kind) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.case_kind").At("kind"))
	}
	if f := checkText("text", text, minReason, maxAnswer, false); f != nil {
		wrong = append(wrong, f)
	}
	if wrong != nil {
		return Case{}, wrong
	}
	c := Case{User: user, ID: a.NewID(), Portal: actor.Portal, Kind: kind, State: CaseOpen, Text: text, OpenedAt: a.Now()}
	err := a.InTx(ctx, func(tx Tx) error {
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if err := tx.AddCase(ctx, c); err != nil {
			return err
		}
		return a.staffNote(ctx, tx, actor, u, "account.case_open", CaseSubject(c.ID), map[string]string{"kind": kind})
	})
	return c, err
}

// CloseCase answers a case and ends it. The person reads the answer in the cabinet; a confirmed
// contact is told that it is there. A proposal that waited is void.
// Refusals: Forbidden, also "account.own_decision"; Absent; Invalid at "answer"; Conflict "account.case_ended".
func (a *Accounts) CloseCase(ctx context.Context, actor identity.Actor, user, id identity.ID, answer string) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	answer = strings.ReplaceAll(norm.NFC.String(strings.TrimSpace(answer)), "\r\n", "\n")
	if f := checkText("answer", answer, minReason, maxAnswer, true); f != nil {
		return f
	}
	return a.InTx(ctx, func(tx Tx) error {
		c, u, err := a.openCaseOf(ctx, tx, actor, user, id)
		if err != nil {
			return err
		}
		if err := a.ownDecision(ctx, tx, actor, c); err != nil {
			return err
		}
		if err := tx.EndCase(ctx, user, id, answer, a.Now()); err != nil {
			return caseEnded(err)
		}
		if err := tx.EndAttempt(ctx, id); err != nil {
			return err
		}
		if err := a.tellAnswered(ctx, tx, u, c.Kind); err != nil {
			return err
		}
		return a.staffNote(ctx, tx, actor, u, "account.case_answer", CaseSubject(id), map[string]string{"kind": c.Kind})
	})
}

// tellAnswered says that a case has its answer. That to a report of changed data is a service message; the
// other kinds are about access to the user account, and always told.
func (a *Accounts) tellAnswered(ctx context.Context, tx Tx, u User, kind string) error {
	if kind == CaseChange {
		return a.serve(ctx, tx, u, "message.case_answered")
	}
	return a.alert(ctx, tx, u, "message.case_answered", nil)
}

// caseEnded says of a case that another operator ended first.
func caseEnded(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.case_ended")
	}
	return err
}

// tellAll lays a notice into a person's cabinet and sends it to every confirmed contact; there may be none.
func (a *Accounts) tellAll(ctx context.Context, tx Tx, u User, key string, args map[string]string) error {
	return a.notice(ctx, tx, u, notify.Notice{Key: key, Args: args, All: true})
}

// sendTo sends one message to one address; from until on it is of no use, unless that is zero.
func (a *Accounts) sendTo(ctx context.Context, tx Tx, u User, kind ContactKind, to, key string, args map[string]string, until time.Time) error {
	channel := notify.Email
	if kind == ByPhone {
		channel = notify.SMS
	}
	return tx.AddMessage(ctx, notify.Message{
		ID: a.NewID(), Home: u.ID, Portal: u.Portal, Channel: channel, To: to, Key: key, Args: args, Language: u.Language, At: a.Now(), Until: until,
	})
}

// MyCases lists the actor's own cases, newest first.
func (a *Accounts) MyCases(ctx context.Context, actor identity.Actor) ([]Case, error) {
	var out []Case
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		out, err = tx.CasesOf(ctx, actor.User, mostOwnCases)
		return err
	})
	return out, err
}

// mostOwnCases a person is shown; nobody has had so many.
const mostOwnCases = 200

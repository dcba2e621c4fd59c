package account

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// resetLife is how long a temporary password works where no clause says.
const resetLife = 24 * time.Hour

// mostResets of one person in a day; more would be a way to keep somebody out.
const mostResets = 5

// Checks are the ways in which an operator may have made sure who somebody is.
func Checks() []string { return []string{"document", "call_back", "application"} }

// ResetRule is how an operator may let a person in anew: a temporary password, sent by one of the
// kinds of contact, that works so long.
type ResetRule struct {
	Kinds    []ContactKind
	ValidFor time.Duration
	Cite     clause.Citation
}

// ResetRule reads the portal's clauses on recovery (egov 2.7.2, kundelik 3.3) and on the delivery of
// passwords (ismet 1.17.3, kg 2.5). Refusal: Forbidden "account.reset_not_offered" where the agreement
// names other routes only, such as a signature (court 6.4).
func (a *Accounts) ResetRule(portal string) (ResetRule, error) {
	book := a.Book(portal, a.Now())
	routes, cite, set := clause.In[RecoveryRoutes](book)
	if set && routes.Secret == "temporary_password" {
		rule := ResetRule{ValidFor: Length(routes.ValidFor), Cite: cite}
		if slices.Contains(routes.Routes, "email") {
			rule.Kinds = append(rule.Kinds, ByEmail)
		}
		if slices.Contains(routes.Routes, "sms") {
			rule.Kinds = append(rule.Kinds, ByPhone)
		}
		if len(rule.Kinds) == 0 {
			rule.Kinds = []ContactKind{ByEmail, ByPhone}
		}
		return rule, nil
	}
	if delivery, by, ok := clause.In[PasswordDelivery](book); ok {
		kind := ByEmail
		if delivery.Channel == "sms" {
			kind = ByPhone
		}
		return ResetRule{Kinds: []ContactKind{kind}, ValidFor: Length(delivery.ValidFor), Cite: by}, nil
	}
	if set {
		return ResetRule{}, fault.New(fault.Forbidden, "account.reset_not_offered").By(cite)
	}
	return anyReset(), nil
}

func anyReset() ResetRule {
	return ResetRule{Kinds: []ContactKind{ByEmail, ByPhone}, ValidFor: resetLife}
}

// Procedure is what an operator states when they let somebody in: how they made sure who it is, why,
// and by which kind of contact the temporary password goes out.
type Procedure struct {
	Checked string // of Checks
	Reason  string
	Kind    ContactKind
}

func (p *Procedure) check(rule ResetRule) fault.Faults {
	p.Reason = singleLine(p.Reason)
	var wrong fault.Faults
	if !slices.Contains(Checks(), p.Checked) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.checked").At("checked"))
	}
	if f := checkText("why", p.Reason, minReason, maxReason, false); f != nil {
		wrong = append(wrong, f)
	}
	if !slices.Contains(rule.Kinds, p.Kind) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.contact_kind").At("kind").By(rule.Cite))
	}
	return wrong
}

func (p Procedure) detail() map[string]string {
	return map[string]string{"checked": p.Checked, "why": p.Reason, "channel": string(p.Kind)}
}

// ConfirmedKinds lists by which kinds of contact a person can be reached, without the contacts.
// Refusals: Forbidden; Absent.
func (a *Accounts) ConfirmedKinds(ctx context.Context, actor identity.Actor, user identity.ID) ([]ContactKind, error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	var kinds []ContactKind
	err := a.InView(ctx, func(tx Tx) error {
		kinds = nil
		if _, err := a.personOf(ctx, tx, actor, user); err != nil {
			return err
		}
		contacts, err := tx.Contacts(ctx, user)
		for _, c := range contacts {
			kinds = append(kinds, c.Kind)
		}
		return err
	})
	return kinds, err
}

// Reset sends a person a temporary password to a contact they have confirmed. The operator never
// sees it; every session ends.
//
// Refusals: Forbidden, also "account.reset_not_offered" and "account.own_case"; Absent; Invalid for
// each field (fault.Faults); Conflict "account.no_contact", "account.not_active"; TooMany "account.too_often".
func (a *Accounts) Reset(ctx context.Context, actor identity.Actor, user identity.ID, p Procedure) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	rule, err := a.ResetRule(actor.Portal)
	if err != nil {
		return err
	}
	if wrong := p.check(rule); wrong != nil {
		return wrong
	}
	return a.letIn(ctx, user, rule, func(tx Tx, w wayIn) (*fault.Fault, error) {
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return nil, err
		}
		if u.State != Active || !u.ReportedAt.IsZero() {
			return nil, fault.New(fault.Conflict, "account.not_active")
		}
		refused, err := a.sendWayIn(ctx, tx, u, w, p.Kind)
		if err != nil || refused != nil {
			return refused, err
		}
		return nil, a.staffNoteBy(ctx, tx, actor, u, "account.reset", "", p.detail(), rule.Cite)
	})
}

// Unlock opens an account that was reported as compromised, in its case, once the person has been
// identified. The old password may be known to others: a temporary one replaces it.
// Refusals: as Reset; Conflict "account.case_ended", "account.not_reported".
func (a *Accounts) Unlock(ctx context.Context, actor identity.Actor, user, id identity.ID, p Procedure) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	rule, err := a.ResetRule(actor.Portal)
	if err != nil {
		rule = anyReset() // what the agreement leaves to a signature, an unlocking cannot wait for
	}
	if wrong := p.check(rule); wrong != nil {
		return wrong
	}
	return a.letIn(ctx, user, rule, func(tx Tx, w wayIn) (*fault.Fault, error) {
		c, u, err := a.caseOf(ctx, tx, actor, user, id)
		switch {
		case err != nil:
			return nil, err
		case c.Kind != CaseCompromise || u.ReportedAt.IsZero() && u.State != Locked:
			return nil, fault.New(fault.Conflict, "account.not_reported")
		}
		refused, err := a.sendWayIn(ctx, tx, u, w, p.Kind)
		if err != nil || refused != nil {
			return refused, err
		}
		if err := a.Reinstate(ctx, tx, user); err != nil {
			return nil, err
		}
		_, cite, _ := clause.In[CompromiseDuty](a.Book(actor.Portal, a.Now()))
		return nil, a.staffNoteBy(ctx, tx, actor, u, "account.unlock", CaseSubject(id), p.detail(), cite)
	})
}

// Reinstate ends a report of compromise and the lock it brought, inside the act that identified the
// person anew.
func (a *Accounts) Reinstate(ctx context.Context, tx Tx, user identity.ID) error {
	if err := tx.ClearReport(ctx, user); err != nil {
		return err
	}
	return tx.UnlockUser(ctx, user)
}

// wayIn is a temporary password before it is anybody's.
type wayIn struct {
	password, hash string
	rule           ResetRule
}

// letIn makes a temporary password, outside the transaction because hashing takes a core for a
// while, and runs an act that gives it to somebody. What the act refuses as a fault of its own is
// told after the commit, so that what it counted stays counted.
func (a *Accounts) letIn(ctx context.Context, user identity.ID, rule ResetRule, act func(tx Tx, w wayIn) (*fault.Fault, error)) error {
	w := wayIn{rule: rule}
	var err error
	if w.password, err = newPassword(); err != nil {
		return err
	}
	if w.hash, err = a.Hasher.Hash(ctx, w.password); err != nil {
		return err
	}
	defer a.Forget(user)
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		var err error
		refused, err = act(tx, w)
		return err
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// sendWayIn gives the password to the confirmed contact of a kind.
// Refusals: Conflict "account.no_contact"; TooMany "account.too_often".
func (a *Accounts) sendWayIn(ctx context.Context, tx Tx, u User, w wayIn, kind ContactKind) (*fault.Fault, error) {
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(contacts, func(c Contact) bool { return c.Kind == kind })
	if i < 0 {
		return nil, fault.New(fault.Conflict, "account.no_contact").At("kind")
	}
	return a.giveWayIn(ctx, tx, u, w, kind, contacts[i].Value)
}

func (a *Accounts) giveWayIn(ctx context.Context, tx Tx, u User, w wayIn, kind ContactKind, to string) (*fault.Fault, error) {
	refused, err := a.Allow(ctx, tx, "reset/"+strconv.FormatInt(int64(u.ID), 10), mostResets, 24*time.Hour)
	if err != nil || refused != nil {
		return refused, err
	}
	now := a.Now()
	err = tx.ReplacePassword(ctx, u.ID, StoredPassword{Hash: w.hash, SetAt: now, Temporary: true, ExpiresAt: now.Add(w.rule.ValidFor)})
	if err != nil {
		return nil, err
	}
	if err := tx.EndSessionsOf(ctx, u.ID); err != nil {
		return nil, err
	}
	// Who cannot get in may have lost the passkey that is asked for, or somebody else may hold one.
	dropped, err := tx.DropPasskeys(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if dropped > 0 {
		if err := a.tellAll(ctx, tx, u, "message.passkeys_ended", map[string]string{"at": a.written(u.Portal, now)}); err != nil {
			return nil, err
		}
	}
	// The sign-in name is not in the message: whoever reads over a shoulder has half of what opens.
	return nil, a.sendTo(ctx, tx, u, kind, to, "message.reset", map[string]string{
		"password": w.password, "until": a.written(u.Portal, now.Add(w.rule.ValidFor)),
	}, now.Add(w.rule.ValidFor))
}

// Proposal is that somebody without a confirmed contact be let in by a new one: one operator has seen
// their identity document, another must agree.
type Proposal struct {
	By     identity.ID
	At     time.Time
	Kind   ContactKind
	To     string
	Reason string
}

const (
	// wayReset names attempts that hold a proposal, under the id of its case. Nobody holds a token of one.
	wayReset = "reset"
	// proposalLife is how long a proposal waits for the second operator.
	proposalLife = 7 * 24 * time.Hour
)

func (a *Accounts) proposal(ctx context.Context, tx Tx, id identity.ID) (*Proposal, error) {
	at, err := tx.Attempt(ctx, id)
	switch {
	case fault.Is(err, fault.Absent) || err == nil && (at.Way != wayReset || a.Now().After(at.EndsAt)):
		return nil, nil
	case err != nil:
		return nil, err
	}
	by, err := strconv.ParseInt(at.Form["by"], 10, 64)
	return &Proposal{By: identity.ID(by), At: at.BeganAt, Kind: ContactKind(at.Form["kind"]), To: at.Form["to"], Reason: at.Form["why"]}, err
}

// ProposeReset lays a new contact before a second operator. document says that the operator has seen
// the identity document; nothing less will do. An account of the staff is never opened this way: two
// operators could take the owner's place.
//
// Refusals: Forbidden, also "account.reset_staff", "account.reset_not_offered"; Absent; Invalid for
// each field (fault.Faults); Conflict "account.case_ended", "account.proposed".
func (a *Accounts) ProposeReset(ctx context.Context, actor identity.Actor, user, id identity.ID, p Proposal, document bool) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	rule, err := a.ResetRule(actor.Portal)
	if err != nil {
		return err
	}
	if wrong := a.checkProposal(actor.Portal, rule, &p, document); wrong != nil {
		return wrong
	}
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		c, u, err := a.caseOf(ctx, tx, actor, user, id)
		switch {
		case err != nil:
			return err
		case c.Kind != CaseCompromise && c.Kind != CaseRecovery || u.State == Closed || c.Kind == CaseRecovery && (u.State != Active || !u.ReportedAt.IsZero()):
			return fault.New(fault.Conflict, "account.not_active")
		case len(u.Roles) > 1:
			return fault.New(fault.Forbidden, "account.reset_staff")
		}
		waiting, err := a.proposal(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case waiting != nil:
			return fault.New(fault.Conflict, "account.proposed")
		}
		if err := tx.EndAttempt(ctx, id); err != nil { // one that has run out
			return err
		}
		err = tx.AddAttempt(ctx, Attempt{
			ID: id, Portal: actor.Portal, Way: wayReset, Step: "approve", BeganAt: now, EndsAt: now.Add(proposalLife), Version: 1, SecretHash: []byte{},
			Form: map[string]string{"by": strconv.FormatInt(int64(actor.User), 10), "kind": string(p.Kind), "to": p.To, "why": p.Reason},
		})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "account.proposed")
		}
		if err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.reset_propose", CaseSubject(id),
			map[string]string{"checked": "document", "why": p.Reason, "channel": string(p.Kind)}, rule.Cite)
	})
}

func (a *Accounts) checkProposal(portal string, rule ResetRule, p *Proposal, document bool) fault.Faults {
	p.Reason, p.To = singleLine(p.Reason), strings.TrimSpace(p.To)
	var wrong fault.Faults
	if !document {
		wrong = append(wrong, fault.New(fault.Invalid, "account.document_unseen").At("document"))
	}
	if !slices.Contains(rule.Kinds, p.Kind) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.contact_kind").At("kind").By(rule.Cite))
	}
	switch p.Kind {
	case ByEmail:
		if f := checkEmail("to", p.To); f != nil {
			wrong = append(wrong, f)
		}
	case ByPhone:
		if f := a.checkPhone(portal, "to", p.To); f != nil {
			wrong = append(wrong, f)
		} else if phone, err := identity.ParsePhone(p.To, a.Country(portal)); err == nil {
			p.To = string(phone)
		}
	}
	if f := checkText("why", p.Reason, minReason, maxReason, false); f != nil {
		wrong = append(wrong, f)
	}
	return wrong
}

// ApproveReset is the second operator's consent: the temporary password goes to the new contact, and
// whatever contacts were confirmed before are told. In a case of compromise the account opens too.
// The new contact is not confirmed by this: its owner does that after signing in.
//
// Refusals: as Reset; Forbidden "account.second_operator" for whoever proposed it; Conflict
// "account.no_proposal" when there is none, or another operator was first.
func (a *Accounts) ApproveReset(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	rule, err := a.ResetRule(actor.Portal)
	if err != nil {
		return err
	}
	return a.letIn(ctx, user, rule, func(tx Tx, w wayIn) (*fault.Fault, error) {
		c, u, err := a.caseOf(ctx, tx, actor, user, id)
		if err != nil {
			return nil, err
		}
		p, err := a.takeProposal(ctx, tx, actor, id)
		if err != nil {
			return nil, err
		}
		if refused, err := a.giveWayIn(ctx, tx, u, w, p.Kind, p.To); err != nil || refused != nil {
			return refused, err
		}
		if c.Kind == CaseCompromise {
			if err := a.Reinstate(ctx, tx, user); err != nil {
				return nil, err
			}
		}
		if err := a.tellAll(ctx, tx, u, "message.reset_alert", nil); err != nil {
			return nil, err
		}
		return nil, a.staffNoteBy(ctx, tx, actor, u, "account.reset_approve", CaseSubject(id),
			map[string]string{"proposed_by": "user:" + strconv.FormatInt(int64(p.By), 10), "channel": string(p.Kind)}, rule.Cite)
	})
}

// takeProposal takes a proposal for the one operator who answers it. Refusals: as ApproveReset.
func (a *Accounts) takeProposal(ctx context.Context, tx Tx, actor identity.Actor, id identity.ID) (Proposal, error) {
	none := fault.New(fault.Conflict, "account.no_proposal")
	p, err := a.proposal(ctx, tx, id)
	switch {
	case err != nil:
		return Proposal{}, err
	case p == nil:
		return Proposal{}, none
	case p.By == actor.User:
		return Proposal{}, fault.New(fault.Forbidden, "account.second_operator")
	}
	at, err := tx.Attempt(ctx, id)
	if err != nil {
		return Proposal{}, err
	}
	// Of two who approve at once one finds the version changed.
	at.Step = "approved"
	at.Version++
	if err := tx.SaveAttempt(ctx, at); fault.Is(err, fault.Conflict) {
		return Proposal{}, none
	} else if err != nil {
		return Proposal{}, err
	}
	return *p, tx.EndAttempt(ctx, id)
}

// RejectReset ends a proposal: the second operator does not agree, or the first takes it back.
// Refusals: Forbidden; Absent; Conflict "account.no_proposal", "account.case_ended".
func (a *Accounts) RejectReset(ctx context.Context, actor identity.Actor, user, id identity.ID) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return a.InTx(ctx, func(tx Tx) error {
		_, u, err := a.caseOf(ctx, tx, actor, user, id)
		if err != nil {
			return err
		}
		p, err := a.proposal(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case p == nil:
			return fault.New(fault.Conflict, "account.no_proposal")
		}
		if err := tx.EndAttempt(ctx, id); err != nil {
			return err
		}
		return a.staffNote(ctx, tx, actor, u, "account.reset_reject", CaseSubject(id), nil)
	})
}

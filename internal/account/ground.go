package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
)

// Action is what a sanction does to somebody.
type Action string

// The actions.
const (
	Refuse           Action = "refuse"            // no access, and no registration under the same number
	Restrict         Action = "restrict"          // one service is closed
	LimitInformation Action = "limit_information" // the information of one service is closed
	Block            Action = "block"             // the account gives access to nothing
	Delete           Action = "delete"            // the account is deleted, which nobody can undo
	Terminate        Action = "terminate"         // the operator ends the contract: the account is closed
)

// Shuts reports whether the action takes all access away.
func (a Action) Shuts() bool { return a == Refuse || a == Block }

// Ends reports whether the action ends the account for good: two operators decide that.
func (a Action) Ends() bool { return a == Delete || a == Terminate }

// Narrows reports whether the action closes one named service.
func (a Action) Narrows() bool { return a == Restrict || a == LimitInformation }

// Ground is one thing a clause in force lets the operator do.
type Ground struct {
	Rule      string // the rule's name
	Action    Action
	Cite      clause.Citation
	Notice    clause.Period   // that must run out before the action; amount 0: at once
	Longest   clause.Period   // the action may last; zero: without limit
	Reasons   []string        // codes, one of which is given
	Sections  []string        // of the agreement, one of which was broken; empty: none is named
	NamedBy   clause.Citation // the clause that has the section named
	Check     bool            // whether a verification must have failed
	ByEmail   bool            // whether the notice goes to the e-mail address alone
	Immediate bool            // whether the clause says that nobody is warned
}

// ID names a ground in a form.
func (g Ground) ID() string { return g.Rule + "/" + string(g.Action) }

// breachReasons are the codes for a breach where the clause names none.
func breachReasons() []string {
	return []string{"false_data", "unlawful", "harm", "abuse", "other"}
}

// Grounds lists what the clauses in force let the operator of a portal do to a user: by egov 3.1.2,
// ismet 4.2.1, 5.1, 5.3, 7.1 and 7.2, kundelik 4.20 and 8.1, kg 2.2 and 2.3, court 1.1d.
func (a *Accounts) Grounds(portal string, at time.Time) (out []Ground) {
	book := a.Book(portal, at)
	named, sections, names := clause.In[SanctionGrounds](book)
	breach := func(g Ground) {
		if g.Reasons == nil {
			g.Reasons = breachReasons()
		}
		if names {
			g.Sections, g.NamedBy = named.Sections, sections
		}
		out = append(out, g)
	}
	if r, cite, ok := clause.In[Sanctions](book); ok {
		for _, action := range r.Actions {
			g := Ground{Rule: "account.sanctions", Action: Action(action), Cite: cite}
			if slices.Contains(r.NoticeBefore, action) {
				g.Notice = r.Notice
			}
			if g.Action == Block {
				g.Longest = r.BlockFor
			}
			breach(g)
		}
	}
	if r, cite, ok := clause.In[ImmediateMeasures](book); ok {
		for _, action := range r.Actions {
			breach(Ground{Rule: "account.immediate_measures", Action: Action(action), Cite: cite, Immediate: true})
		}
	}
	if r, cite, ok := clause.In[AccessRemoval](book); ok {
		for _, scope := range r.Scope {
			action := map[string]Action{"service": Restrict, "portal": Block}[scope]
			breach(Ground{Rule: "account.access_removal", Action: action, Cite: cite, Reasons: []string{"involved"}})
		}
	}
	if r, cite, ok := clause.In[ContractTermination](book); ok {
		breach(Ground{
			Rule: "account.contract_termination", Action: Terminate, Cite: cite, Notice: r.Notice,
			Reasons: []string{"harm", "harm_threat"}, ByEmail: r.Channel == "email",
		})
	}
	if r, cite, ok := clause.In[RegistrationRefusal](book); ok {
		out = append(out, Ground{Rule: "account.registration_refusal", Action: Refuse, Cite: cite, Reasons: r.Grounds})
	}
	if r, cite, ok := clause.In[FailedCheck](book); ok {
		reasons := []string{Mismatch}
		if r.MissingIsFalse {
			reasons = append(reasons, Missing)
		}
		for _, effect := range r.Effects {
			out = append(out, Ground{Rule: "account.failed_check", Action: Action(effect), Cite: cite, Notice: r.Notice, Reasons: reasons, Check: true})
		}
	}
	if r, cite, ok := clause.In[OperatorPowers](book); ok && slices.Contains(r.Powers, "delete_users") {
		out = append(out, Ground{Rule: "account.operator_powers", Action: Delete, Cite: cite, Reasons: []string{"request", "duplicate", "other"}})
	}
	return out
}

// ground finds one of them. Refusal: Invalid "account.no_ground".
func (a *Accounts) ground(portal, id string, at time.Time) (Ground, error) {
	all := a.Grounds(portal, at)
	i := slices.IndexFunc(all, func(g Ground) bool { return g.ID() == id })
	if i < 0 {
		return Ground{}, fault.New(fault.Invalid, "account.no_ground").At("ground")
	}
	return all[i], nil
}

// InForce is when an action decided now takes effect on a ground: at once, or when the notice the
// clause orders has run out after the day it is given. Refusal: Conflict "account.calendar_ended"
// where the table of business days does not reach so far.
func (a *Accounts) InForce(portal string, g Ground, now time.Time) (time.Time, error) {
	var days *calendar.Table
	if g.Notice.Unit == clause.BusinessDays {
		var err error
		if days, err = a.Days(portal); err != nil {
			return time.Time{}, fault.New(fault.Conflict, "account.calendar_ended").By(g.Cite).Wrap(err)
		}
	}
	at, err := calendar.AfterNotice(now, g.Notice, a.Zone(portal), days)
	if err != nil {
		return time.Time{}, fault.New(fault.Conflict, "account.calendar_ended").By(g.Cite).Wrap(err)
	}
	return at, nil
}

// admit refuses a registration under a number that a sanction keeps out (egov 3.1.2, kg 2.2). The
// refusal is the one of a number that is taken: whoever types a stranger's number learns nothing.
func (a *Accounts) admit(ctx context.Context, tx Tx, portal, number string) error {
	if number == "" {
		return nil
	}
	kept, err := tx.NumberRefused(ctx, portal, number, a.Now())
	if err == nil && kept {
		return fault.New(fault.Conflict, "account.there_already")
	}
	return err
}

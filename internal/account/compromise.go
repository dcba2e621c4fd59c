package account

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Compromise is what a person says of means of access that are no longer theirs alone.
type Compromise struct {
	Portal  string
	Reason  string // one of CompromiseReasons, empty where the agreement names none
	Said    string // what the page said of the reason, for whoever reads the case
	Text    string // in the person's own words; may be empty
	Address string
}

// CompromiseReasons are the events the agreement names for a report (kundelik 4.17b), none where it
// names none.
func (a *Accounts) CompromiseReasons(portal string) ([]string, clause.Citation) {
	rule, cite, ok := clause.In[LossReport](a.Book(portal, a.Now()))
	if !ok {
		return nil, clause.Citation{}
	}
	return rule.Reasons, cite
}

// CompromiseEffects are what a report does at once (ismet 4.3.4, kundelik 4.17c, kg 2.7). Where no
// clause says, the sessions end and the operator is told; locking needs a clause.
func (a *Accounts) CompromiseEffects(portal string) ([]string, clause.Citation) {
	rule, cite, ok := clause.In[CompromiseDuty](a.Book(portal, a.Now()))
	if !ok {
		return []string{"end_sessions", "ticket"}, clause.Citation{}
	}
	return rule.Effects, cite
}

func (a *Accounts) checkCompromise(c Compromise) error {
	var wrong fault.Faults
	if reasons, _ := a.CompromiseReasons(c.Portal); len(reasons) > 0 && !slices.Contains(reasons, c.Reason) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.compromise_reason").At("reason"))
	}
	if f := checkText("text", c.Text, 0, maxAbout, true); f != nil {
		wrong = append(wrong, f)
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// ReportCompromise takes a signed-in person's word that somebody else may act in their name, and
// does what the clause says at once. From this instant on their acts are disputed.
//
// Refusals: Invalid for each field (fault.Faults).
func (a *Accounts) ReportCompromise(ctx context.Context, actor identity.Actor, c Compromise) error {
	c.Portal = actor.Portal
	if err := a.checkCompromise(c); err != nil {
		return err
	}
	effects, cite := a.CompromiseEffects(c.Portal)
	now := a.Now()
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		if err := tx.Report(ctx, u.ID, now); err != nil {
			return err
		}
		// Somebody else may have added one. Those who chose to be asked for theirs are let in by the
		// operator again, who makes sure of them.
		if err := tx.StopPasskeys(ctx, u.ID, now); err != nil {
			return err
		}
		detail := map[string]string{"effects": strings.Join(effects, " "), "reason": c.Reason, "address": c.Address}
		for _, effect := range effects {
			switch effect {
			case "end_sessions":
				err = tx.EndSessionsOf(ctx, u.ID)
			case "lock":
				err = tx.LockUser(ctx, u.ID)
			case "ticket":
				var id identity.ID
				id, err = a.openCase(ctx, tx, u.ID, CaseOpen, c, now)
				detail["case"] = strconv.FormatInt(int64(id), 10)
			}
			if err != nil {
				return err
			}
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "user:" + strconv.FormatInt(int64(u.ID), 10),
			Act: "account.compromise", Citation: cite, Detail: detail,
		})
		if err != nil {
			return err
		}
		return a.alert(ctx, tx, u, "message.compromise", map[string]string{"at": a.written(u.Portal, now)})
	})
}

// claimsAnHour is how many reports one address may make of accounts it is not signed in to.
const claimsAnHour = 10

// caseVoid is the state of a case about an account that does not exist: no list shows it, and writing
// it down takes as long as writing down one that does.
const caseVoid = "void"

// ClaimCompromise takes the word of somebody who cannot sign in. It opens a case for the operator,
// the same whether or not there is such an account, and does nothing to the account: whoever can
// name one could otherwise lock it.
//
// Refusals: Invalid for each field; TooMany "account.too_often".
func (a *Accounts) ClaimCompromise(ctx context.Context, name string, c Compromise) error {
	name = strings.TrimSpace(name)
	if f := checkText("name", name, 1, maxSignIn, false); f != nil {
		return fault.Faults{f}
	}
	if err := a.checkCompromise(c); err != nil {
		return err
	}
	// A hash takes so long that nobody can time what is looked up beside it.
	if _, err := a.Hasher.Check(ctx, "", name); err != nil {
		return err
	}
	now, fold, state := a.Now(), a.loginFold(c.Portal, name), CaseOpen
	return a.InTx(ctx, func(tx Tx) error {
		tooMany, err := a.Allow(ctx, tx, "claim/"+c.Portal+"/"+network(c.Address), claimsAnHour, time.Hour)
		if err != nil {
			return err
		}
		if tooMany != nil {
			return tooMany
		}
		u, err := tx.UserNamed(ctx, c.Portal, fold)
		if fault.Is(err, fault.Absent) {
			u, err, state = User{ID: a.NewID()}, nil, caseVoid
		}
		if err != nil {
			return err
		}
		if _, err := a.openCase(ctx, tx, u.ID, state, c, now); err != nil {
			return err
		}
		_, cite := a.CompromiseEffects(c.Portal)
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: c.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "visitor:0", Act: "account.compromise_claim", Citation: cite,
			Detail: map[string]string{"reason": c.Reason, "address": c.Address},
		})
		return err
	})
}

// openCase writes down what was reported, for the operator.
func (a *Accounts) openCase(ctx context.Context, tx Tx, home identity.ID, state string, c Compromise, now time.Time) (identity.ID, error) {
	id := a.NewID()
	return id, tx.AddCase(ctx, Case{
		User: home, ID: id, Portal: c.Portal, Kind: CaseCompromise, State: state, Text: strings.TrimSpace(c.Said + " " + c.Text), OpenedAt: now,
	})
}

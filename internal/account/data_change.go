package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// CaseChange is the kind of case in which a person reports that data they gave have changed.
const CaseChange = "change"

// DataChange is what a person reports: which data, what they are now, and since when.
type DataChange struct {
	Data  string // of ChangedData
	Said  string // the same in the words the person chose it by, for whoever reads the case
	Now   string
	Since string // YYYY-MM-DD, the day the data changed
}

// ChangedData lists what can be reported. Contacts are not among them: their owner changes those alone, with a code.
func ChangedData() []string { return []string{"name", "document", "organisation", "address", "other"} }

// mostReports of one person wait for the operator at a time.
const mostReports = 5

// DataChangeRule is the clause by which a user reports changed data, and within what time (ismet 4.3.2);
// ok is false where the agreement has none.
func (a *Accounts) DataChangeRule(portal string) (within clause.Period, cite clause.Citation, ok bool) {
	rule, cite, ok := clause.In[DataChanges](a.Book(portal, a.Now()))
	if !ok {
		return within, cite, false
	}
	return rule.ReportWithin, cite, true
}

// CheckChange says what is wrong with a report before it is made, and whether it comes later than the clause
// has it. Refusals: Absent where no clause asks for reports; Invalid for each field (fault.Faults).
func (a *Accounts) CheckChange(portal string, d *DataChange) (late bool, cite clause.Citation, err error) {
	within, cite, ok := a.DataChangeRule(portal)
	if !ok {
		return false, cite, fault.New(fault.Absent, "gate.no_page")
	}
	d.Now = strings.ReplaceAll(norm.NFC.String(strings.TrimSpace(d.Now)), "\r\n", "\n")
	var wrong fault.Faults
	if !slices.Contains(ChangedData(), d.Data) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.changed_data").At("data").By(cite))
	}
	if f := checkText("now", d.Now, 2, maxReason, true); f != nil {
		wrong = append(wrong, f)
	}
	today := a.Now().In(a.Zone(portal))
	since, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(d.Since), a.Zone(portal))
	if err != nil || since.After(today) || since.Year() < oldestBirth {
		wrong = append(wrong, fault.New(fault.Invalid, "account.changed_since").At("since"))
	}
	if wrong != nil {
		return false, cite, wrong
	}
	// A day is the least that a report can be late by: 0d is on the day of the change itself.
	return today.After(since.AddDate(0, 0, within.Amount+1)), cite, nil
}

// ReportChange tells the operator that data a person gave have changed (ismet 4.3.2): it opens a case, which the
// operator answers and in which they correct what they keep. Evidence names the data and the day, not what
// they are. Refusals: those of CheckChange; TooMany "account.changes_wait".
func (a *Accounts) ReportChange(ctx context.Context, actor identity.Actor, d DataChange) (Case, error) {
	late, cite, err := a.CheckChange(actor.Portal, &d)
	if err != nil {
		return Case{}, err
	}
	now := a.Now()
	c := Case{User: actor.User, ID: a.NewID(), Portal: actor.Portal, Kind: CaseChange, State: CaseOpen, Text: d.Said + ", " + d.Since + "\n" + d.Now, OpenedAt: now}
	err = a.InTx(ctx, func(tx Tx) error {
		open, err := tx.OpenCases(ctx, actor.User, CaseChange)
		if err != nil {
			return err
		}
		if len(open) >= mostReports {
			return fault.New(fault.TooMany, "account.changes_wait").By(cite)
		}
		if err := tx.AddCase(ctx, c); err != nil {
			return err
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.data_change",
			Subject: CaseSubject(c.ID), Citation: cite, Detail: map[string]string{"data": d.Data, "since": d.Since, "late": yesNo(late)},
		})
		return err
	})
	return c, err
}

package account

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Reading is how much of the data of others one user may take: what a portal's clause sets (ismet R10.7, kundelik 6.6).
type Reading struct {
	PerHour int // records opened in an hour
	Rows    int // of others that one list may hold
	Cite    clause.Citation
}

// CountReading counts one more record of somebody else that the actor opens. The count is an act of its own:
// it stands although what is refused by it is undone.
// Refusal: TooMany "account.read_too_many" over the measure of the clause.
func (a *Accounts) CountReading(ctx context.Context, actor identity.Actor) error {
	if a.Reading == nil {
		return nil
	}
	rule, ok := a.Reading(actor.Portal, a.Now())
	if !ok {
		return nil
	}
	var over *fault.Fault
	err := a.InTx(ctx, func(tx Tx) error {
		var err error
		over, err = a.Allow(ctx, tx, "read/"+itoa64(actor.User), rule.PerHour, time.Hour)
		return err
	})
	if err != nil || over == nil {
		return err
	}
	return fault.New(fault.TooMany, "account.read_too_many").With("most", itoa(rule.PerHour)).By(rule.Cite)
}

// RowsOfOthers is how long a list of others may be on a portal: limit, or less by the clause. One row there always is.
func (a *Accounts) RowsOfOthers(portal string, limit int) int {
	if a.Reading != nil {
		if rule, ok := a.Reading(portal, a.Now()); ok {
			return max(1, min(limit, rule.Rows))
		}
	}
	return limit
}

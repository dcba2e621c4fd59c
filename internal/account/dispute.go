package account

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// reportedTx tells when an account was reported as compromised.
type reportedTx interface {
	ReportedAt(ctx context.Context, id identity.ID) (time.Time, error)
}

// MarkDisputed adds to the evidence of an act that the account it was done in had been reported as
// compromised before, by the clause that ends the person's answering for it then (ismet 5.5, R23,
// kg 2.6). Every room's evidence passes here on its way into the log.
func (a *Accounts) MarkDisputed(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.Entry, error) {
	if e.Home == 0 || e.Actor != actorName(e.Home) {
		return e, nil
	}
	at := e.At
	if at.IsZero() {
		at = a.Now()
	}
	rule, cite, ok := clause.In[Attribution](a.Book(e.Portal, at))
	reports, can := tx.(reportedTx)
	if !ok || !can || rule.Until != "compromise_report" {
		return e, nil
	}
	reported, err := reports.ReportedAt(ctx, e.Home)
	if err != nil || reported.IsZero() || !at.After(reported) {
		return e, err
	}
	detail := map[string]string{"disputed": reported.UTC().Format(time.RFC3339), "disputed_by": cite.String()}
	for name, value := range e.Detail {
		detail[name] = value
	}
	e.Detail = detail
	return e, nil
}

func actorName(id identity.ID) string { return "user:" + itoa64(id) }

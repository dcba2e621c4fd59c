package console

import (
	"net/http"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Withdraw answers GET /{portal}/console/editions/{document}/withdraw.
func (c *Console) Withdraw(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askWithdraw(w, r, v, nil)
}

// WithdrawPost answers POST of the same address.
func (c *Console) WithdrawPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	_, err := c.Agreements.Withdraw(r.Context(), v.Actor, r.PathValue("document"))
	if frame.AsFaults(err) != nil {
		return c.askWithdraw(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionsURL(v)+"?done=withdrawn")
}

// askWithdraw names what withdrawing does (ismet 2.4, 2.5). The page is refused where the edition
// in force has no such rule, or the document is withdrawn already.
func (c *Console) askWithdraw(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	document := r.PathValue("document")
	all := c.Agreements.Published(v.Actor.Portal, document)
	if len(all) == 0 {
		return absent()
	}
	_, cite, ok := c.withdrawal(v, document)
	if !ok {
		return fault.New(fault.Forbidden, "agreement.no_withdrawal")
	}
	current, offered := agreement.InForce(all, v.Now)
	if !offered {
		return fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
	}
	return c.confirm(w, r, v, confirmView{
		Heading: design.Heading{Text: c.Say(v, "console.withdraw.title")},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.column.document"), Value: c.DocumentTitle(v, document)},
			{Key: c.Say(v, "console.column.in_force"), Value: c.numbered(v, current)},
			{Key: c.Say(v, "console.fact.by_clause"), Body: design.Citation(c.Cite(v, cite))},
		}},
		Notes:   []string{c.Say(v, "console.withdraw.effect"), c.Say(v, "console.withdraw.bound")},
		Warning: design.WarningText{Text: c.Say(v, "console.withdraw.warning")},
		Button:  design.Button{Text: c.Say(v, "console.withdraw.button"), Look: design.Warning},
		Cancel:  design.Link{URL: editionsURL(v) + "#" + document},
	}, refusal)
}

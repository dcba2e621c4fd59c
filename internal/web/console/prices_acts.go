package console

import (
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/billing"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// PriceListAct answers GET /{portal}/console/prices/{number}/{act}: the question before a draft is published or
// discarded, or an announced change withdrawn.
func (c *Console) PriceListAct(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askPriceList(w, r, v, nil)
}

// PriceListActPost answers POST of the same address.
func (c *Console) PriceListActPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	version, err := believed(r)
	if err != nil {
		return err
	}
	_, l, _, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	to := priceListURL(v, l)
	switch r.PathValue("act") {
	case "publish":
		_, err = c.Tariffs.Publish(r.Context(), v.Actor, l.Number, version)
		to += "?done=prices_published"
	case "withdraw":
		err = c.Tariffs.Withdraw(r.Context(), v.Actor, l.Number, version)
		to += "?done=prices_withdrawn"
	case "discard":
		err = c.Tariffs.Discard(r.Context(), v.Actor, l.Number, version)
		to = pricesURL(v) + "?done=prices_discarded"
	default:
		return absent()
	}
	if frame.AsFaults(err) != nil {
		return c.askPriceList(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, to)
}

func (c *Console) askPriceList(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	_, l, base, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	switch {
	case act != "publish" && act != "withdraw" && act != "discard":
		return absent()
	case refusal != nil: // the page says why, whatever became of the list meanwhile
	case act == "withdraw" && l.State == billing.Published && !l.InForceAt.After(v.Now):
		return fault.New(fault.Conflict, "prices.in_force_already")
	case (act == "withdraw") != (l.State == billing.Published) || l.State == billing.Withdrawn:
		return fault.New(fault.Conflict, "prices.moved")
	}
	cite, _ := c.tariffClause(v)
	rows := []design.SummaryRow{{Key: c.Say(v, "prices.from"), Value: c.holdsFrom(v, l)}}
	if act != "discard" {
		rows = append(rows, c.toldRows(v)...)
	}
	view := sheetView{
		Heading: design.Heading{Caption: c.Say(v, "prices.number", "number", strconv.Itoa(l.Number)), Text: c.Say(v, "prices.do."+act)},
		Cite:    cite, Facts: design.SummaryList{Rows: rows}, Warning: design.WarningText{Text: c.Say(v, "prices.warning."+act)},
		Hidden: c.versionOf(r, l, refusal), Button: design.Button{Text: c.Say(v, "prices.do."+act), Look: design.Warning},
		Cancel: design.Link{URL: priceListURL(v, l)},
	}
	if act != "discard" {
		view.Posted = []design.Component{c.priceChanges(v, base, l, true)}
	}
	return c.sheet(w, r, v, view, c.pricesTrail(v), refusal)
}

// toldRows say by which channels the users are told, and by which clause; nothing where none has them told.
func (c *Console) toldRows(v gate.Visit) []design.SummaryRow {
	rule, cite, ok := clause.In[billing.PriceLock](c.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok {
		return nil
	}
	var by []string
	for _, channel := range rule.Notice {
		by = append(by, c.Say(v, "frame.channel."+channel))
	}
	return []design.SummaryRow{
		{Key: c.Say(v, "prices.console.told"), Value: strings.Join(by, ", ")},
		{Key: c.Say(v, "prices.console.told_by"), Body: design.Citation(c.Cite(v, cite))},
	}
}

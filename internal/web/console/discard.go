package console

import (
	"net/http"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Discard answers GET /{portal}/console/editions/{document}/{number}/discard.
func (c *Console) Discard(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askDiscard(w, r, v, nil)
}

// DiscardPost answers POST of the same address.
func (c *Console) DiscardPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	if err == nil {
		err = c.Agreements.Discard(r.Context(), v.Actor, e.Document, e.Number, version)
	}
	if frame.AsFaults(err) != nil {
		return c.askDiscard(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionsURL(v)+"?done=discarded")
}

func (c *Console) askDiscard(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	if !open(e) {
		return fault.New(fault.Conflict, "agreement.state").With("state", string(e.State))
	}
	changed := 0
	if base, ok := c.base(e); ok {
		changed = len(agreement.Compare(base.Content, e.Content, c.Portal(v).Languages))
	}
	return c.confirm(w, r, v, confirmView{
		Heading: design.Heading{Caption: c.In(v, e.Content.Title), Text: c.Say(v, "console.discard.title", "edition", strconv.Itoa(e.Number))},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.fact.state"), Body: c.tag(v, stands(e, nil, v.Now))},
			{Key: c.Say(v, "console.discard.changed"), Value: strconv.Itoa(changed)},
		}},
		Warning: design.WarningText{Text: c.Say(v, "console.discard.warning")},
		Version: e.Version,
		Button:  design.Button{Text: c.Say(v, "console.discard.button"), Look: design.Warning},
		Cancel:  design.Link{URL: editionURL(v, e)},
	}, refusal)
}

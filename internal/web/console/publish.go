package console

import (
	"net/http"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Publish answers GET /{portal}/console/editions/{document}/{number}/publish: when the edition will
// come into force, by which clause, and that there is no way back.
func (c *Console) Publish(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askPublish(w, r, v, nil)
}

// PublishPost answers POST of the same address.
func (c *Console) PublishPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	if err == nil {
		_, err = c.Agreements.Publish(r.Context(), v.Actor, e.Document, e.Number, version)
	}
	if frame.AsFaults(err) != nil {
		return c.askPublish(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=published")
}

func (c *Console) askPublish(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	role, cite := c.Agreements.ApprovalBy(e.Portal, e.Document, v.Now)
	switch {
	case e.State != agreement.Draft && e.State != agreement.Approved:
		return fault.New(fault.Conflict, "agreement.state").With("state", string(e.State))
	case role == identity.Owner && e.State != agreement.Approved:
		return fault.New(fault.Forbidden, "agreement.needs_owner").By(cite)
	}
	names, err := c.names(r.Context(), v, e.ApprovedBy)
	if err != nil {
		return err
	}
	number := strconv.Itoa(e.Number)
	rows := []design.SummaryRow{
		{Key: c.Say(v, "console.column.document"), Value: c.In(v, e.Content.Title)},
		{Key: c.Say(v, "console.fact.will_be"), Value: c.wouldBe(v, e)},
	}
	if link := c.Cite(v, cite); link.URL != "" {
		rows = append(rows, design.SummaryRow{Key: c.Say(v, "console.fact.by_clause"), Body: design.Citation(link)})
	}
	if !e.ApprovedAt.IsZero() {
		rows = append(rows, design.SummaryRow{
			Key:   c.Say(v, "console.fact.approved"),
			Value: c.Say(v, "console.fact.at_by", "instant", c.Instant(v, e.ApprovedAt), "name", names[e.ApprovedBy]),
		})
	}
	return c.confirm(w, r, v, confirmView{
		Heading: design.Heading{Text: c.Say(v, "console.publish.title", "edition", number)},
		Facts:   design.SummaryList{Rows: rows},
		Notes:   []string{c.Say(v, "console.publish.announced")},
		Warning: design.WarningText{Text: c.Say(v, "console.publish.warning")},
		Version: e.Version,
		Button:  design.Button{Text: c.Say(v, "console.publish.button"), Look: design.Warning},
		Cancel:  design.Link{URL: editionURL(v, e)},
	}, refusal)
}

// wouldBe says when an edition would come into force if it were published now.
func (c *Console) wouldBe(v gate.Visit, e agreement.Edition) string {
	at := c.Agreements.WouldBeInForce(e.Portal, e.Document, v.Now)
	if !at.After(v.Now) {
		return c.Say(v, "console.publish.at_once")
	}
	return c.Instant(v, at)
}

package console

import (
	"net/http"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

// approvalsView is what waits for the owner's consent.
type approvalsView struct {
	Done    *design.NotificationBanner
	Heading design.Heading
	Waiting design.TaskList
	Empty   design.EmptyState
	Given   *design.Table // what was consented to and is not yet published
}

// Approvals answers GET /{portal}/approvals.
func (c *Console) Approvals(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.editions(r.Context(), v)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, drafters(all)...)
	if err != nil {
		return err
	}
	view := approvalsView{
		Done:    c.done(r, v, "approved", "returned"),
		Heading: design.Heading{Text: c.Say(v, "console.approvals.title"), Lead: c.Say(v, "console.approvals.lead", "owner", c.In(v, c.Portal(v).Owner))},
		Waiting: design.TaskList{ID: "waiting"},
		Empty: design.EmptyState{
			Title: c.Say(v, "console.approvals.none"), Text: c.Say(v, "console.approvals.none_text"),
			Act: design.Link{Text: c.Say(v, "console.approvals.agreement"), URL: home(v) + "/agreement"},
		},
	}
	if c.In(v, c.Portal(v).Owner) == "" {
		view.Heading.Lead = c.Say(v, "console.approvals.lead_unnamed")
	}
	given := &design.Table{ID: "given", Caption: c.Say(v, "console.approvals.given"), Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.column.document")}, {Text: c.Say(v, "console.column.edition")}, {Text: c.Say(v, "console.column.approved")},
	}}
	for _, e := range all {
		switch e.State {
		case agreement.Submitted:
			view.Waiting.Tasks = append(view.Waiting.Tasks, design.Task{
				Title: c.editionLink(v, e).Text, URL: approvalURL(v, e),
				Hint:   c.Say(v, "console.approvals.drafted", "name", names[e.DraftedBy], "instant", c.Instant(v, e.DraftedAt)),
				Status: c.Say(v, "console.approvals.status"), Colour: design.TagWait,
			})
		case agreement.Approved:
			given.Rows = append(given.Rows, design.Row{Cells: []design.Cell{
				{Text: c.In(v, e.Content.Title), URL: approvalURL(v, e)}, {Text: c.numbered(v, e)}, {Text: c.Instant(v, e.ApprovedAt)},
			}})
		}
	}
	if len(given.Rows) > 0 {
		view.Given = given
	}
	page := c.Page(r, v, view.Heading.Text)
	return c.Write(w, r, http.StatusOK, page, view.page())
}

// drafters are those who drafted what is not published yet.
func drafters(all []agreement.Edition) (ids []identity.ID) {
	for _, e := range all {
		if open(e) {
			ids = append(ids, e.DraftedBy)
		}
	}
	return ids
}

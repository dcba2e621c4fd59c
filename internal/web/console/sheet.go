package console

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// sheetView is a page of facts, at most one form, and lists: those on the staff and on announcements fill it in.
type sheetView struct {
	Errors  []design.FieldError
	Done    *design.NotificationBanner
	Heading design.Heading
	Cite    design.Link
	Texts   []string
	Facts   design.SummaryList
	Posted  []design.Component // an announcement as visitors will see it
	Warning design.WarningText
	Hidden  []carried
	Fields  []design.Component
	Button  design.Button // without a text there is no form
	Cancel  design.Link
	Links   []design.Link
	Lists   []sheetList
}

type carried struct{ Name, Value string }

type sheetList struct {
	Title string
	Table design.Table
	Pages design.Pagination
	CSV   design.Link
	None  design.EmptyState
}

// sheet shows one, with the refusal of the last attempt if there was one.
func (c *Console) sheet(w http.ResponseWriter, r *http.Request, v gate.Visit, view sheetView, trail []design.Link, refusal error) error {
	view.Errors = c.summary(v, refusal)
	if view.Cancel.Text == "" {
		view.Cancel.Text = c.Say(v, "console.cancel")
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused, page.Bare = trail, refusal != nil, len(view.Lists) > 0
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

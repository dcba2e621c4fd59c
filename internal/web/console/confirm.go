package console

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// confirmView asks before what cannot be undone. Publication, discarding, withdrawal and the
// removal of a clause each fill it in.
type confirmView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Warning design.WarningText
	Facts   design.SummaryList
	Notes   []string
	Version int // of the edition; 0 where the act names none
	Button  design.Button
	Cancel  design.Link
}

// confirm shows the page of a confirmation, with the refusal of the last attempt if there was one.
func (c *Console) confirm(w http.ResponseWriter, r *http.Request, v gate.Visit, view confirmView, refusal error) error {
	view.Errors = c.summary(v, refusal)
	view.Cancel.Text = c.Say(v, "console.cancel")
	page := c.Page(r, v, view.Heading.Text)
	page.Back = design.Link{Text: c.Say(v, "console.back"), URL: view.Cancel.URL}
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

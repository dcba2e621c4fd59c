package console

import (
	"net/http"
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// RemoveClause answers GET /{portal}/console/editions/{document}/{number}/clauses/{clause}/remove.
func (c *Console) RemoveClause(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askRemoveClause(w, r, v, nil)
}

// RemoveClausePost answers POST of the same address.
func (c *Console) RemoveClausePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	if err == nil {
		_, err = c.Agreements.Rewrite(r.Context(), v.Actor, e.Document, e.Number, version, remove(r.PathValue("clause")))
	}
	if frame.AsFaults(err) != nil {
		return c.askRemoveClause(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=removed")
}

// remove takes a clause out. The heading of a section stays while the section has another clause.
func remove(number string) func(*agreement.Content) error {
	return func(content *agreement.Content) error {
		i := slices.IndexFunc(content.Clauses, func(cl agreement.Clause) bool { return cl.Number == number })
		if i < 0 {
			return fault.New(fault.Conflict, "store.changed")
		}
		if next := i + 1; next < len(content.Clauses) && content.Clauses[next].Heading == nil {
			content.Clauses[next].Heading = content.Clauses[i].Heading
		}
		content.Clauses = slices.Delete(content.Clauses, i, i+1)
		return nil
	}
}

func (c *Console) askRemoveClause(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	e, err := c.draft(r, v)
	if err != nil {
		return err
	}
	cl, ok := e.Content.Clause(r.PathValue("clause"))
	if !ok {
		return absent()
	}
	view := confirmView{
		Heading: design.Heading{Caption: c.editionLink(v, e).Text, Text: c.Say(v, "console.remove.title", "clause", cl.Number)},
		Notes:   paragraphs(c.In(v, cl.Text)),
		Warning: design.WarningText{Text: c.Say(v, "console.remove.warning")},
		Version: e.Version,
		Button:  design.Button{Text: c.Say(v, "console.remove.button"), Look: design.Warning},
		Cancel:  design.Link{URL: editionURL(v, e) + "#" + frame.Anchor(cl.Number)},
	}
	if bound := c.bound(v, cl); bound != "" {
		view.Warning.Text = c.Say(v, "console.remove.warning_bound")
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "console.remove.bound"), Value: bound})
	}
	if again := repeating(e, cl.Number); len(again) > 0 {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "console.remove.repeated"), Value: strings.Join(again, ", ")})
	}
	return c.confirm(w, r, v, view, refusal)
}

// repeating are the clauses that say again what a clause sets: without it they set nothing.
func repeating(e agreement.Edition, number string) (out []string) {
	for _, cl := range e.Content.Clauses {
		if cl.Repeats == number {
			out = append(out, cl.Number)
		}
	}
	return out
}

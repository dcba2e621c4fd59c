package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func operationsURL(v gate.Visit) string { return consoleURL(v) + "/operations" }

func (c *Console) operationURL(v gate.Visit, e operations.Event) string {
	return operationsURL(v) + "/" + c.Opaque.Of(e.ID)
}

func (c *Console) operationsTrail(v gate.Visit, below ...design.Link) []design.Link {
	return c.trail(v, append([]design.Link{{Text: c.Say(v, "console.operations.title"), URL: operationsURL(v)}}, below...)...)
}

// kindsOfEvent lists what the operator of a portal may do, by the clauses in force.
func (c *Console) kindsOfEvent(v gate.Visit) (out []string) {
	if _, err := c.Operations.MayPlan(v.Actor); err == nil {
		out = append(out, operations.Planned)
	}
	if len(c.Operations.Causes(v.Actor)) > 0 {
		out = append(out, operations.Stop)
	}
	out = append(out, operations.Incident)
	if _, err := c.Operations.MayDeclare(v.Actor); err == nil {
		out = append(out, operations.Force)
	}
	return out
}

// OperationsList answers GET /{portal}/console/operations?before=: what happened to the portal, goes on and is planned.
func (c *Console) OperationsList(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := c.before(r, "before")
	if err != nil {
		return err
	}
	all, err := c.Operations.Register(r.Context(), v.Actor, before, staffAPage+1)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "console.operations.history"), CSV: design.Link{Text: c.Say(v, "console.operations.csv"), URL: operationsURL(v) + ".csv"},
		None: design.EmptyState{Title: c.Say(v, "console.operations.none"), Text: c.Say(v, "console.operations.none_text")},
	}
	if len(all) > staffAPage {
		all = all[:staffAPage]
		list.Pages.Next = operationsURL(v) + "?before=" + c.Opaque.Of(all[staffAPage-1].ID)
	}
	list.Table = design.Table{ID: "operations", Caption: list.Title, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.operation.what")}, {Text: c.Say(v, "console.operation.when")}, {Text: c.Say(v, "console.grant.state")}, {Text: c.Say(v, "console.operation.clause")},
	}}
	for _, e := range all {
		tag := c.eventTag(v, e)
		cite := c.Cite(v, e.Cite)
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: c.Say(v, "frame.event."+e.Kind) + ": " + e.Reason[v.Actor.Language], URL: c.operationURL(v, e)}, {Text: c.When(v, e)}, {Tag: &tag}, {Text: cite.Text, URL: cite.URL},
		}})
	}
	view := sheetView{
		Done: c.done(r, v, "event_told", "event_changed"), Lists: []sheetList{list},
		Heading: design.Heading{Text: c.Say(v, "console.operations.title"), Lead: c.Say(v, "console.operations.lead")},
	}
	for _, kind := range c.kindsOfEvent(v) {
		view.Links = append(view.Links, design.Link{Text: c.Say(v, "console.operation.new."+kind), URL: operationsURL(v) + "/new/" + kind})
	}
	view.Links = append(view.Links, design.Link{Text: c.Say(v, "frame.status"), URL: home(v) + "/status"})
	return c.sheet(w, r, v, view, c.trail(v), nil)
}

func (c *Console) eventTag(v gate.Visit, e operations.Event) design.Tag {
	phase := e.Phase(v.Now)
	colour := map[string]design.TagColour{operations.Now: design.TagBad, operations.Ahead: design.TagWait, operations.Past: design.TagGood}[phase]
	return design.Tag{Text: c.Say(v, "status.phase."+phase), Colour: colour}
}

// OperationsCSV answers GET /{portal}/console/operations.csv.
func (c *Console) OperationsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.Operations.Register(r.Context(), v.Actor, 0, staffBatch)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-operations.csv", "event", "kind", "state", "services", "cause", "closes", "begins", "ends", "noticed", "told", "late", "clause", "reason")
	written := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	for {
		for _, e := range all {
			out.Row(c.Opaque.Of(e.ID), e.Kind, e.Phase(v.Now), strings.Join(e.Services, " "), e.Cause, strconv.FormatBool(e.Closes), written(e.Begins), written(e.Ends()),
				written(e.NoticeAt), written(e.PostedAt), strconv.FormatBool(e.Late), e.Cite.Clause, e.Reason[v.Actor.Language])
		}
		if !out.Flush() || len(all) < staffBatch {
			return nil
		}
		if all, err = c.Operations.Register(r.Context(), v.Actor, all[len(all)-1].ID, staffBatch); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

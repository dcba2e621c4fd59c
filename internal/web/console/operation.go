package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// actsOn lists what can be done with an event as it stands.
func actsOn(e operations.Event, now time.Time) []string {
	phase := e.Phase(now)
	switch {
	case phase == operations.Ahead:
		return []string{"change", "cancel", "update"}
	case phase != operations.Now:
		return nil
	case e.Kind == operations.Incident:
		return []string{"update", "fix"}
	case e.Kind == operations.Force:
		return []string{"update", "end"}
	}
	return []string{"update", "prolong", "end"}
}

func (c *Console) operation(r *http.Request, v gate.Visit) (operations.Event, []operations.Note, error) {
	id, err := c.Opaque.ID(r.PathValue("event"))
	if err != nil {
		return operations.Event{}, nil, absent()
	}
	return c.Operations.OneEvent(r.Context(), v.Actor.Portal, id)
}

// Operation answers GET /{portal}/console/operations/{event}: the case, with its history and who did what.
func (c *Console) Operation(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, notes, err := c.operation(r, v)
	if err != nil {
		return err
	}
	owed, err := c.Operations.Notices(r.Context(), e.ID)
	if err != nil {
		return err
	}
	ids := []identity.ID{e.PostedBy}
	for _, n := range notes {
		ids = append(ids, n.By)
	}
	names, err := c.names(r.Context(), v, ids...)
	if err != nil {
		return err
	}
	names[0] = c.Say(v, "console.operation.by_portal")
	view := sheetView{
		Done: c.done(r, v, "event_told", "event_changed"), Heading: design.Heading{Caption: c.Say(v, "frame.event."+e.Kind), Text: e.Reason[v.Actor.Language]}, Cite: c.Cite(v, e.Cite),
	}
	facts, err := c.EventFacts(v, e)
	if err != nil {
		return err
	}
	view.Facts = facts
	for _, n := range owed {
		key := "console.operation.sending"
		if n.Done {
			key = "console.operation.sent"
		}
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "status.act."+n.Act), Value: c.Say(v, key, "count", strconv.Itoa(n.Sent))})
	}
	history := design.Timeline{Label: c.Say(v, "status.history")}
	for _, n := range notes {
		history.Events = append(history.Events, design.Event{
			When: c.Instant(v, n.At), At: n.At.UTC().Format(time.RFC3339), Title: c.Say(v, "status.act."+n.Act), Text: n.Text[v.Actor.Language], By: names[n.By],
		})
	}
	view.Posted = []design.Component{history}
	for _, act := range actsOn(e, v.Now) {
		view.Links = append(view.Links, design.Link{Text: c.Say(v, "console.operation.act."+act), URL: c.operationURL(v, e) + "/" + act})
	}
	view.Links = append(view.Links, design.Link{Text: c.Say(v, "console.operation.public"), URL: home(v) + "/status/" + c.Opaque.Of(e.ID)})
	return c.sheet(w, r, v, view, c.operationsTrail(v), nil)
}

// OperationAct answers GET /{portal}/console/operations/{event}/{act}.
func (c *Console) OperationAct(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, _, err := c.operation(r, v)
	if err != nil {
		return err
	}
	sent := url.Values{}
	if r.PathValue("act") == "change" {
		zone := c.Portal(v).Zone
		sent.Set("begins", e.Begins.In(zone).Format(instantForm))
		sent.Set("until", e.Until.In(zone).Format(instantForm))
	}
	return c.writeAct(w, r, v, e, sent, nil)
}

// OperationActPost answers POST of the same address.
func (c *Console) OperationActPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	e, _, err := c.operation(r, v)
	if err != nil {
		return err
	}
	begins, wrong := c.instantOf(r, v, "begins")
	until, wrongUntil := c.instantOf(r, v, "until")
	if wrong == nil {
		wrong = wrongUntil
	}
	if wrong != nil {
		return c.writeAct(w, r, v, e, r.PostForm, wrong)
	}
	ctx, text := r.Context(), c.textsOf(r, v, "text_")
	switch r.PathValue("act") {
	case "change":
		err = c.Operations.Move(ctx, v.Actor, e.ID, begins, until, text)
	case "cancel":
		err = c.Operations.Cancel(ctx, v.Actor, e.ID, text)
	case "prolong":
		err = c.Operations.Prolong(ctx, v.Actor, e.ID, until, text)
	case "end":
		err = c.Operations.End(ctx, v.Actor, e.ID, text)
	case "update":
		err = c.Operations.Update(ctx, v.Actor, e.ID, text)
	case "fix":
		err = c.Operations.Fix(ctx, v.Actor, e.ID, until, text)
	default:
		return absent()
	}
	if err == nil {
		return frame.SeeOther(w, r, c.operationURL(v, e)+"?done=event_changed")
	}
	if frame.AsFaults(err) == nil {
		return err
	}
	return c.writeAct(w, r, v, e, r.PostForm, err)
}

// writeAct asks what an act needs, on a page of its own.
func (c *Console) writeAct(w http.ResponseWriter, r *http.Request, v gate.Visit, e operations.Event, sent url.Values, refusal error) error {
	act := r.PathValue("act")
	if refusal == nil && !slices.Contains(actsOn(e, v.Now), act) {
		if slices.Contains([]string{"change", "cancel", "prolong", "end", "update", "fix"}, act) {
			return fault.New(fault.Conflict, "operations.over")
		}
		return absent()
	}
	_, at, _ := c.Errors(v, refusal)
	view := sheetView{
		Heading: design.Heading{Caption: e.Reason[v.Actor.Language], Text: c.Say(v, "console.operation.act."+act)}, Cite: c.Cite(v, e.Cite), Texts: []string{c.When(v, e)},
		Button: design.Button{Text: c.Say(v, "console.operation.act."+act)}, Cancel: design.Link{URL: c.operationURL(v, e)},
	}
	switch act {
	case "change":
		view.Fields = append(view.Fields, c.instantField(v, "begins", sent, at, false), c.instantField(v, "until", sent, at, false))
	case "prolong":
		view.Fields = append(view.Fields, c.instantField(v, "until", sent, at, false))
	case "fix":
		view.Texts = append(view.Texts, c.Say(v, "console.operation.fix_text"))
		view.Fields = append(view.Fields, c.instantField(v, "until", sent, at, true))
	case "cancel", "end":
		view.Button.Look = design.Warning
		view.Warning = design.WarningText{Text: c.Say(v, "console.operation.warning."+act)}
	}
	view.Fields = append(view.Fields, c.inEveryLanguage(v, "text_", sent, at)...)
	return c.sheet(w, r, v, view, c.operationsTrail(v), refusal)
}

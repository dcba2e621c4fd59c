package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// editionsView is the history of each document, drafts included.
type editionsView struct {
	Errors    []design.FieldError
	Done      *design.NotificationBanner
	Heading   design.Heading
	Documents []documentView
}

// documentView is one document: its editions and what can begin from here.
type documentView struct {
	ID       string
	Title    string
	Timeline design.Timeline
	DraftURL string // empty: no amendment can be begun
	Draft    design.Button
	Withdraw design.Link // zero: the document cannot be withdrawn
	Note     string      // why nothing can be begun
}

// Editions answers GET /{portal}/console/editions.
func (c *Console) Editions(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showEditions(w, r, v, nil)
}

// DraftPost answers POST /{portal}/console/editions/{document}/draft.
func (c *Console) DraftPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.Agreements.Draft(r.Context(), v.Actor, r.PathValue("document"))
	if frame.AsFaults(err) != nil {
		return c.showEditions(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=drafted")
}

func (c *Console) showEditions(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	all, err := c.editions(r.Context(), v)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, hands(all)...)
	if err != nil {
		return err
	}
	view := editionsView{
		Errors:  c.summary(v, refusal),
		Done:    c.done(r, v, "discarded", "withdrawn"),
		Heading: design.Heading{Text: c.Say(v, "console.editions.title"), Lead: c.Say(v, "console.editions.lead")},
	}
	for _, document := range c.Portal(v).Documents {
		if of := ofDocument(all, document); len(of) > 0 {
			view.Documents = append(view.Documents, c.documentView(v, document, of, names))
		}
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = c.trail(v), refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// hands are all who had a hand in these editions.
func hands(all []agreement.Edition) (ids []identity.ID) {
	for _, e := range all {
		ids = append(ids, e.DraftedBy, e.ApprovedBy, e.PublishedBy)
	}
	return ids
}

func (c *Console) documentView(v gate.Visit, document string, all []agreement.Edition, names map[identity.ID]string) documentView {
	view := documentView{ID: document, Title: c.DocumentTitle(v, document)}
	view.Timeline.Label = c.Say(v, "console.editions.timeline", "document", view.Title)
	for _, e := range slices.Backward(all) {
		view.Timeline.Events = append(view.Timeline.Events, c.editionEvent(v, e, all, names))
	}
	current, offered := agreement.InForce(published(all), v.Now)
	newest := all[len(all)-1]
	switch {
	case current.Number != 0 && !offered:
		view.Note = c.Say(v, "console.editions.withdrawn")
	case open(newest):
		view.Note = c.Say(v, "console.editions.draft_open", "edition", strconv.Itoa(newest.Number))
	default:
		view.DraftURL = documentURL(v, document) + "/draft"
		view.Draft = design.Button{Text: c.Say(v, "console.editions.draft"), Look: design.Secondary}
	}
	if _, _, ok := c.withdrawal(v, document); ok && offered {
		view.Withdraw = design.Link{Text: c.Say(v, "console.withdraw.link"), URL: documentURL(v, document) + "/withdraw"}
	}
	return view
}

// withdrawal finds the rule that lets the operator withdraw a document (ismet 2.4).
func (c *Console) withdrawal(v gate.Visit, document string) (*agreement.Withdrawal, clause.Citation, bool) {
	rule, cite, ok := clause.InDocument[agreement.Withdrawal](c.Agreements.Book(v.Actor.Portal, v.Now), document)
	return rule, cite, ok && rule.By == string(identity.Operator)
}

// editionEvent is one edition on the timeline of its document.
func (c *Console) editionEvent(v gate.Visit, e agreement.Edition, all []agreement.Edition, names map[identity.ID]string) design.Event {
	st := stands(e, all, v.Now)
	tag := c.tag(v, st)
	at, by := e.PostedAt, e.PublishedBy
	if open(e) {
		at, by = e.DraftedAt, e.DraftedBy
	}
	key := "console.editions.published_by"
	if open(e) {
		key = "console.editions.drafted_by"
	}
	ev := design.Event{
		When: c.Instant(v, at), At: at.Format(time.RFC3339), Title: c.numbered(v, e), URL: editionURL(v, e), Tag: &tag,
		By: c.Say(v, key, "name", names[by]),
	}
	switch st {
	case drafted, submitted, approved:
		ev.Moment = design.Ahead
	case announced:
		ev.Moment, ev.Text = design.Ahead, c.Say(v, "console.editions.will_be", "instant", c.Instant(v, e.InForceAt))
	case inForce:
		ev.Moment, ev.Text = design.Current, c.Say(v, "console.editions.since", "instant", c.Instant(v, e.InForceAt))
	case superseded:
		until, _ := agreement.Superseded(published(all), e.Number)
		ev.Text = c.Say(v, "console.editions.was", "from", c.Instant(v, e.InForceAt), "to", c.Instant(v, until))
	case withdrawn:
		ev.Text = c.Say(v, "console.editions.was_withdrawn", "from", c.Instant(v, e.InForceAt), "to", c.Instant(v, e.WithdrawnAt))
	}
	return ev
}

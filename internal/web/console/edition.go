package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// editionView is one edition as its operator sees it: how far it has come, what keeps it from
// force, what it changes, and what can be done with it now.
type editionView struct {
	Errors   []design.FieldError
	Done     *design.NotificationBanner
	Heading  design.Heading
	Facts    design.SummaryList
	Returned *returnedView
	Problems problemsView
	Actions  actionsView
	Changes  changesView
	Clauses  string // title of the text
	Add      design.Link
	Text     design.Agreement
}

// returnedView is why the owner gave the edition back.
type returnedView struct {
	Title  string
	Reason string
}

// problemsView is what keeps an edition from coming into force.
type problemsView struct {
	Title string
	Lead  string
	Items []problemView
}

// problemView is one of them. The compiler speaks English; its words are marked as such.
type problemView struct {
	Clause design.Link
	Reason string
}

// actionsView is what can be done with an edition in its state.
type actionsView struct {
	Title   string
	Note    string // what has to happen first, or who is waited for
	Cite    design.Link
	Version int
	Submit  string // URL of the form; empty: not now
	Button  design.Button
	Publish design.ButtonLink // to the page that asks for confirmation
	Discard design.Link       // likewise
	Read    design.Link
}

// Edition answers GET /{portal}/console/editions/{document}/{number}.
func (c *Console) Edition(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showEdition(w, r, v, nil)
}

// SubmitPost answers POST /{portal}/console/editions/{document}/{number}/submit.
func (c *Console) SubmitPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	if err == nil {
		_, err = c.Agreements.Submit(r.Context(), v.Actor, e.Document, e.Number, version)
	}
	if frame.AsFaults(err) != nil {
		return c.showEdition(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, editionURL(v, e)+"?done=submitted")
}

func (c *Console) showEdition(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, hands([]agreement.Edition{e})...)
	if err != nil {
		return err
	}
	returned, err := c.returned(r.Context(), v, e)
	if err != nil {
		return err
	}
	problems := c.problems(v, e)
	view := editionView{
		Errors:   c.summary(v, refusal),
		Done:     c.done(r, v, "drafted", "saved", "added", "removed", "submitted", "published"),
		Heading:  design.Heading{Caption: c.In(v, e.Content.Title), Text: c.numbered(v, e)},
		Facts:    c.facts(v, e, names),
		Returned: returned,
		Problems: problems,
		Actions:  c.actions(v, e, len(problems.Items) > 0),
		Changes:  c.changes(v, e),
		Clauses:  c.Say(v, "console.edition.clauses"),
	}
	var edit func(agreement.Clause) design.Link
	if e.State == agreement.Draft {
		view.Add = design.Link{Text: c.Say(v, "console.edition.add"), URL: editionURL(v, e) + "/clauses-new"}
		edit = func(cl agreement.Clause) design.Link {
			return design.Link{Text: c.Say(v, "console.edition.edit", "clause", cl.Number), URL: clauseURL(v, e, cl.Number)}
		}
	}
	view.Text = design.Agreement{Sections: c.sections(v, e.Content, edit)}
	page := c.Page(r, v, view.Heading.Text+" – "+view.Heading.Caption)
	page.Trail, page.Refused = c.trail(v, c.editionsLink(v)), refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// facts are what became of an edition, by whom and when.
func (c *Console) facts(v gate.Visit, e agreement.Edition, names map[identity.ID]string) design.SummaryList {
	all := c.Agreements.Published(e.Portal, e.Document)
	st := stands(e, all, v.Now)
	rows := []design.SummaryRow{{Key: c.Say(v, "console.fact.state"), Body: c.tag(v, st)}}
	add := func(key, value string) {
		rows = append(rows, design.SummaryRow{Key: c.Say(v, "console.fact."+key), Value: value})
	}
	if base, ok := c.base(e); ok {
		add("base", c.numbered(v, base))
	}
	by := func(at, who string) string { return c.Say(v, "console.fact.at_by", "instant", at, "name", who) }
	if !e.DraftedAt.IsZero() {
		add("drafted", by(c.Instant(v, e.DraftedAt), names[e.DraftedBy]))
	}
	if !e.ApprovedAt.IsZero() {
		add("approved", by(c.Instant(v, e.ApprovedAt), names[e.ApprovedBy]))
	}
	if !open(e) {
		add("published", by(c.Instant(v, e.PostedAt), names[e.PublishedBy]))
		add("in_force", c.Instant(v, e.InForceAt))
	}
	if next, ok := agreement.Superseded(all, e.Number); ok && !open(e) {
		add("superseded", c.Instant(v, next))
	}
	if !e.WithdrawnAt.IsZero() {
		add("withdrawn", c.Instant(v, e.WithdrawnAt))
	}
	return design.SummaryList{Rows: rows}
}

// returned finds why the owner gave a draft back, nil where it was not.
func (c *Console) returned(ctx context.Context, v gate.Visit, e agreement.Edition) (*returnedView, error) {
	if e.State != agreement.Draft {
		return nil, nil //nolint:nilnil // most editions were never given back
	}
	var entries []evidence.Entry
	err := c.View(ctx, func(tx EvidenceTx) error {
		var err error
		entries, err = tx.EvidenceLog(ctx, evidence.Filter{Portal: e.Portal, Act: "agreement.return", From: e.DraftedAt, Limit: 50})
		return err
	})
	if err != nil {
		return nil, err
	}
	subject := e.Document + "@" + strconv.Itoa(e.Number)
	i := slices.IndexFunc(entries, func(x evidence.Entry) bool { return x.Subject == subject })
	if i < 0 {
		return nil, nil //nolint:nilnil // as above
	}
	return &returnedView{Title: c.Say(v, "console.edition.returned", "instant", c.Instant(v, entries[i].At)), Reason: entries[i].Detail["reason"]}, nil
}

func (c *Console) problems(v gate.Visit, e agreement.Edition) problemsView {
	view := problemsView{Title: c.Say(v, "console.problems.title"), Lead: c.Say(v, "console.problems.lead")}
	if !open(e) {
		return view
	}
	for _, p := range c.Agreements.Problems(e) {
		item := problemView{Reason: p.Reason}
		if p.Clause != "" {
			item.Clause.Text = c.Say(v, "console.clause", "clause", p.Clause)
			if _, here := e.Content.Clause(p.Clause); here && e.State == agreement.Draft && (p.File == "" || p.File == e.Document) {
				item.Clause.URL = clauseURL(v, e, p.Clause)
			}
		}
		view.Items = append(view.Items, item)
	}
	return view
}

// actions are what can be done with an edition now; wrong tells that something keeps it from force.
func (c *Console) actions(v gate.Visit, e agreement.Edition, wrong bool) actionsView {
	role, cite := c.Agreements.ApprovalBy(e.Portal, e.Document, v.Now)
	view := actionsView{Title: c.Say(v, "console.actions.title"), Version: e.Version}
	if !open(e) {
		view.Read = design.Link{Text: c.Say(v, "console.actions.read"), URL: frame.EditionURL(e.Portal, e.Document, e.Number)}
		return view
	}
	view.Discard = design.Link{Text: c.Say(v, "console.actions.discard"), URL: editionURL(v, e) + "/discard"}
	publish := design.ButtonLink{Text: c.Say(v, "console.actions.publish"), URL: editionURL(v, e) + "/publish"}
	switch {
	case e.State == agreement.Submitted:
		view.Note, view.Cite = c.Say(v, "console.actions.waits"), c.Cite(v, cite)
	case e.State == agreement.Approved:
		view.Publish = publish
	case !c.amended(e):
		view.Note = c.Say(v, "console.actions.unchanged")
	case wrong:
		view.Note = c.Say(v, "console.actions.problems")
	case role == identity.Owner:
		view.Note, view.Cite = c.Say(v, "console.actions.owner_first"), c.Cite(v, cite)
		view.Submit, view.Button = editionURL(v, e)+"/submit", design.Button{Text: c.Say(v, "console.actions.submit")}
	default:
		view.Publish = publish
	}
	return view
}

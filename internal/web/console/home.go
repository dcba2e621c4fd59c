package console

import (
	"net/http"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
)

// homeView is the operator's first page: what there is, and what to do next.
type homeView struct {
	Heading   design.Heading
	Figures   design.Figures
	NextTitle string
	Next      design.TaskList
	Nothing   design.EmptyState
	Documents design.Table
	Ways      design.Cards
}

// Home answers GET /{portal}/console.
func (c *Console) Home(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.editions(r.Context(), v)
	if err != nil {
		return err
	}
	view := homeView{
		Heading:   design.Heading{Text: c.Say(v, "console.home.title"), Lead: c.Say(v, "console.home.lead", "portal", c.In(v, c.Portal(v).Title))},
		Figures:   c.figures(v, all),
		NextTitle: c.Say(v, "console.home.next"),
		Next:      design.TaskList{ID: "next", Tasks: c.nextSteps(v, all)},
		Nothing: design.EmptyState{
			Title: c.Say(v, "console.home.nothing"), Text: c.Say(v, "console.home.nothing_text"),
			Act: design.Link{Text: c.Say(v, "console.editions.title"), URL: editionsURL(v)},
		},
		Documents: c.documents(v, all),
		Ways: design.Cards{Cards: []design.Card{
			{Title: c.Say(v, "console.editions.title"), URL: editionsURL(v), Text: c.Say(v, "console.home.editions_text")},
			{Title: c.Say(v, "console.people.title"), URL: peopleURL(v), Text: c.Say(v, "console.home.people_text")},
			{Title: c.Say(v, "console.staff.title"), URL: staffURL(v), Text: c.Say(v, "console.staff.lead")},
			{Title: c.Say(v, "console.announcements.title"), URL: announcementsURL(v), Text: c.Say(v, "console.announcements.lead")},
			{Title: c.Say(v, "campaigns.title"), URL: campaignsURL(v), Text: c.Say(v, "campaigns.lead")},
			{Title: c.Say(v, "templates.title"), URL: templatesURL(v), Text: c.Say(v, "templates.lead")},
			{Title: c.Say(v, "console.outbox.title"), URL: outboxURL(v), Text: c.Say(v, "console.outbox.lead")},
			{Title: c.Say(v, "console.operations.title"), URL: operationsURL(v), Text: c.Say(v, "console.operations.lead")},
			{Title: c.Say(v, "desk.cases.title"), URL: consoleURL(v) + "/cases", Text: c.Say(v, "desk.cases.home_text")},
			{Title: c.Say(v, "personal.console_title"), URL: consoleURL(v) + "/data", Text: c.Say(v, "personal.console_lead")},
			{Title: c.Say(v, "console.days.title"), URL: daysURL(v), Text: c.Say(v, "console.days.lead")},
			{Title: c.Say(v, "obligation.register.title"), URL: consoleURL(v) + "/obligations", Text: c.Say(v, "obligation.register.lead")},
			{Title: c.Say(v, "standing.sanctions.title"), URL: consoleURL(v) + "/sanctions", Text: c.Say(v, "standing.sanctions.lead")},
		}},
	}
	if c.Asked(v.Actor.Portal) {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{
			Title: c.Say(v, "desk.requests.title"), URL: consoleURL(v) + "/requests", Text: c.Say(v, "desk.requests.home_text"),
		})
	}
	if c.Materials(v.Actor.Portal) {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{
			Title: c.Say(v, "content.desk.title"), URL: consoleURL(v) + "/materials", Text: c.Say(v, "content.desk.lead"),
		})
	}
	if c.Tariffs.Any(v.Actor.Portal) {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{Title: c.Say(v, "prices.console.title"), URL: pricesURL(v), Text: c.Say(v, "prices.console.lead")})
	}
	if _, ok := c.programRule(v); ok {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{
			Title: c.Say(v, "console.programs.title"), URL: programsURL(v), Text: c.Say(v, "console.programs.lead"),
		})
	}
	if kinds, _ := party.KindsUnder(c.Agreements.Book(v.Actor.Portal, v.Now), ""); len(kinds) > 0 {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{
			Title: c.Say(v, "school.institutions.title"), URL: consoleURL(v) + "/institutions", Text: c.Say(v, "school.institutions.lead"),
		})
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Bare = true
	return c.Write(w, r, http.StatusOK, page, view.page())
}

func (c *Console) figures(v gate.Visit, all []agreement.Edition) design.Figures {
	var clauses, rules, drafts, waiting, coming int
	for _, document := range c.Portal(v).Documents {
		of := ofDocument(all, document)
		if e, offered := agreement.InForce(published(of), v.Now); offered {
			clauses += len(e.Content.Clauses)
			for _, cl := range e.Content.Clauses {
				rules += len(cl.Rules)
			}
		}
		for _, e := range of {
			switch stands(e, of, v.Now) {
			case drafted, approved:
				drafts++
			case submitted:
				waiting++
			case announced:
				coming++
			}
		}
	}
	figure := func(n int, key string) design.Figure {
		return design.Figure{Value: strconv.Itoa(n), Label: c.Say(v, "console.home.count."+key)}
	}
	return design.Figures{Label: c.Say(v, "console.home.counts"), Figures: []design.Figure{
		figure(clauses, "clauses"), figure(rules, "rules"), figure(drafts, "drafts"), figure(waiting, "waiting"), figure(coming, "announced"),
	}}
}

// nextSteps are what waits to be done with the documents, by the state of their newest edition.
func (c *Console) nextSteps(v gate.Visit, all []agreement.Edition) (tasks []design.Task) {
	for _, document := range c.Portal(v).Documents {
		of := ofDocument(all, document)
		if len(of) == 0 {
			continue
		}
		e := of[len(of)-1]
		st := stands(e, of, v.Now)
		hint := c.In(v, e.Content.Title)
		say := func(key string) string { return c.Say(v, "console.next."+key, "edition", strconv.Itoa(e.Number)) }
		task := design.Task{URL: editionURL(v, e), Hint: hint, Status: c.Say(v, "console.state."+string(st)), Colour: st.colour()}
		switch st {
		case drafted:
			task.Title = say(c.draftStep(v, e))
		case submitted:
			task.Title = say("wait")
		case approved:
			task.Title = say("publish")
		case announced:
			task.Title = c.Say(v, "console.next.announced", "edition", strconv.Itoa(e.Number), "instant", c.Instant(v, e.InForceAt))
			task.Done = true
		default:
			continue
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// draftStep is what a draft needs next: changes, mending, the owner, or publication.
func (c *Console) draftStep(v gate.Visit, e agreement.Edition) string {
	role, _ := c.Agreements.ApprovalBy(e.Portal, e.Document, v.Now)
	switch {
	case !c.amended(e):
		return "write"
	case len(c.Agreements.Problems(e)) > 0:
		return "mend"
	case role == identity.Owner:
		return "submit"
	}
	return "publish"
}

// amended reports whether a draft says anything else than its base.
func (c *Console) amended(e agreement.Edition) bool {
	base, ok := c.base(e)
	return !ok || string(base.Digest) != string(e.Digest)
}

// documents are the portal's documents, a row each.
func (c *Console) documents(v gate.Visit, all []agreement.Edition) design.Table {
	t := design.Table{ID: "documents", Caption: c.Say(v, "console.home.documents"), Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.column.document")}, {Text: c.Say(v, "console.column.in_force")}, {Text: c.Say(v, "console.column.since")},
		{Text: c.Say(v, "console.column.draft")}, {Text: c.Say(v, "console.column.announced")}, {Text: c.Say(v, "console.column.approval")},
	}}
	for _, document := range c.Portal(v).Documents {
		of := ofDocument(all, document)
		cells := []design.Cell{
			{Text: c.DocumentTitle(v, document), URL: editionsURL(v) + "#" + document},
			{Text: "—"}, {Text: "—"}, {Text: "—"}, {Text: "—"}, c.approvalCell(v, document),
		}
		for _, e := range of {
			link := design.Cell{Text: c.numbered(v, e), URL: editionURL(v, e)}
			switch st := stands(e, of, v.Now); {
			case st == inForce, st == withdrawn:
				cells[1], cells[2] = link, design.Cell{Text: c.Day(v, e.InForceAt)}
				if st == withdrawn {
					cells[2] = c.tagCell(v, st)
				}
			case st == announced:
				link.Text = c.Say(v, "console.home.announced", "edition", strconv.Itoa(e.Number), "instant", c.Instant(v, e.InForceAt))
				cells[4] = link
			case open(e):
				link.Text = c.Say(v, "console.home.draft", "edition", strconv.Itoa(e.Number), "state", c.Say(v, "console.state."+string(st)))
				cells[3] = link
			}
		}
		t.Rows = append(t.Rows, design.Row{Cells: cells})
	}
	return t
}

// approvalCell says who must approve an amendment, by the clause that says so.
func (c *Console) approvalCell(v gate.Visit, document string) design.Cell {
	role, cite := c.Agreements.ApprovalBy(v.Actor.Portal, document, v.Now)
	switch {
	case cite == (clause.Citation{}):
		return design.Cell{Text: c.Say(v, "console.approval.unsaid")}
	case role == identity.Owner:
		return design.Cell{Text: c.Say(v, "console.approval.owner", "clause", cite.Clause), URL: c.Cite(v, cite).URL}
	}
	return design.Cell{Text: c.Say(v, "console.approval.none", "clause", cite.Clause), URL: c.Cite(v, cite).URL}
}

func (c *Console) tagCell(v gate.Visit, st standing) design.Cell {
	tag := c.tag(v, st)
	return design.Cell{Tag: &tag}
}

package console

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// programsView lists the programs that may use the portal, with the form that permits another (ismet R10.5, R10.8).
type programsView struct {
	Done    *design.NotificationBanner
	Errors  []design.FieldError
	Heading design.Heading
	Cite    design.Link
	Key     *design.Panel // of the program just permitted: shown this once
	Table   *design.Table
	None    design.EmptyState
	Pages   design.Pagination
	Form    string // heading of the form
	Holder  design.TextInput
	Ground  design.TextInput
	Days    design.TextInput
	Button  design.Button
}

func programsURL(v gate.Visit) string { return consoleURL(v) + "/programs" }

const programsAPage = 50

// programRule is the clause that keeps programs out without a permission; ok is false where none does.
func (c *Console) programRule(v gate.Visit) (cite clause.Citation, ok bool) {
	book := c.Agreements.Book(v.Actor.Portal, v.Now)
	if rule, by, found := clause.In[gate.Automation](book); found && rule.Allowed != "never" {
		return by, true
	}
	_, by, found := clause.In[gate.APIAccess](book)
	return by, found
}

// Programs answers GET /{portal}/console/programs?before=.
func (c *Console) Programs(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showPrograms(w, r, v, account.Permission{Days: "90"}, "", nil)
}

// ProgramsPost answers POST of the same address. It does not redirect: the key is shown in this answer and
// never again.
func (c *Console) ProgramsPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	asked := account.Permission{Holder: r.PostFormValue("holder"), Agreement: r.PostFormValue("agreement"), Days: r.PostFormValue("days")}
	if _, ok := c.programRule(v); !ok {
		return absent()
	}
	key, err := c.Accounts.Permit(r.Context(), v.Actor, asked)
	if err != nil {
		return c.showPrograms(w, r, v, asked, "", err)
	}
	return c.showPrograms(w, r, v, account.Permission{Days: "90"}, key, nil)
}

func (c *Console) showPrograms(w http.ResponseWriter, r *http.Request, v gate.Visit, asked account.Permission, key string, refusal error) error {
	cite, ok := c.programRule(v)
	if !ok {
		return absent()
	}
	summary, at, formed := c.Errors(v, refusal)
	if refusal != nil && !formed {
		return refusal
	}
	field := func(name, value string) design.TextInput {
		return design.TextInput{Field: design.Field{Name: name, Label: c.Say(v, "console.programs."+name), Hint: c.Say(v, "console.programs."+name+"_hint"), Error: at[name]}, Value: value}
	}
	view := programsView{
		Done: c.done(r, v, "program_ended"), Errors: summary, Cite: c.Cite(v, cite),
		Heading: design.Heading{Text: c.Say(v, "console.programs.title"), Lead: c.Say(v, "console.programs.lead")},
		Form:    c.Say(v, "console.programs.form"), Button: design.Button{Text: c.Say(v, "console.programs.button")},
		Holder: field("holder", asked.Holder), Ground: field("agreement", asked.Agreement), Days: field("days", asked.Days),
		None: design.EmptyState{Title: c.Say(v, "console.programs.none"), Text: c.Say(v, "console.programs.none_text")},
	}
	if key != "" {
		view.Key = &design.Panel{Title: c.Say(v, "console.programs.permitted"), Text: c.Say(v, "console.programs.key"), Value: key}
	}
	if err := c.listPrograms(r, v, &view); err != nil {
		return err
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Trail, page.Bare, page.Refused = c.trail(v), true, refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

func (c *Console) listPrograms(r *http.Request, v gate.Visit, view *programsView) error {
	var before identity.ID
	if mark := r.URL.Query().Get("before"); mark != "" {
		var err error
		if before, err = c.Opaque.ID(mark); err != nil {
			return absent()
		}
	}
	all, err := c.Accounts.Programs(r.Context(), v.Actor, before, programsAPage+1)
	if err != nil || len(all) == 0 {
		return err
	}
	if len(all) > programsAPage {
		all = all[:programsAPage]
		view.Pages.Next = programsURL(v) + "?before=" + c.Opaque.Of(all[programsAPage-1].ID)
	}
	view.Table = &design.Table{ID: "programs", Caption: view.Heading.Text, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.programs.holder")}, {Text: c.Say(v, "console.programs.agreement")}, {Text: c.Say(v, "console.programs.since")},
		{Text: c.Say(v, "console.programs.until")}, {Text: c.Say(v, "console.programs.state")},
	}}
	for _, p := range all {
		state := design.Cell{Text: c.Say(v, "console.programs.end"), URL: programsURL(v) + "/" + c.Opaque.Of(p.ID)}
		if !p.RevokedAt.IsZero() || !v.Now.Before(p.EndsAt) {
			state = design.Cell{Tag: &design.Tag{Text: c.Say(v, "console.programs.over"), Colour: design.TagPlain}}
		}
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: p.Holder}, {Text: p.Agreement}, {Text: c.Day(v, p.GrantedAt)}, {Text: c.Instant(v, p.EndsAt)}, state,
		}})
	}
	return nil
}

// EndProgram answers GET /{portal}/console/programs/{program}.
func (c *Console) EndProgram(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askEndProgram(w, r, v, nil)
}

// EndProgramPost answers POST of the same address.
func (c *Console) EndProgramPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := c.Opaque.ID(r.PathValue("program"))
	if err != nil {
		return absent()
	}
	err = c.Accounts.EndProgram(r.Context(), v.Actor, id)
	if fault.Is(err, fault.Conflict) {
		return c.askEndProgram(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, programsURL(v)+"?done=program_ended")
}

func (c *Console) askEndProgram(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	id, err := c.Opaque.ID(r.PathValue("program"))
	if err != nil {
		return absent()
	}
	found, err := c.Accounts.Programs(r.Context(), v.Actor, id+1, 1)
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0].ID != id {
		return absent()
	}
	return c.confirm(w, r, v, confirmView{
		Heading: design.Heading{Text: c.Say(v, "console.programs.end_title")},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.programs.holder"), Value: found[0].Holder},
			{Key: c.Say(v, "console.programs.agreement"), Value: found[0].Agreement},
			{Key: c.Say(v, "console.programs.until"), Value: c.Instant(v, found[0].EndsAt)},
		}},
		Warning: design.WarningText{Text: c.Say(v, "console.programs.end_warning")},
		Button:  design.Button{Text: c.Say(v, "console.programs.end"), Look: design.Warning},
		Cancel:  design.Link{URL: programsURL(v)},
	}, refusal)
}

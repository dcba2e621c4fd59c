package console

import (
	"net/http"
	"slices"
	"time"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func staffURL(v gate.Visit) string { return consoleURL(v) + "/staff" }

func (c *Console) staffPersonURL(v gate.Visit, user identity.ID) string {
	return staffURL(v) + "/" + c.Opaque.Of(user)
}

func (c *Console) staffTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "console.staff.title"), URL: staffURL(v)})
}

// staffAPage is how many rows a list shows at a time, staffBatch how many an export reads.
const (
	staffAPage = 50
	staffBatch = 500
)

// Staff answers GET /{portal}/console/staff?after=: who works here, and what waits for a second operator.
func (c *Console) Staff(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	after, err := c.before(r, "after")
	if err != nil {
		return err
	}
	staff, err := c.Accounts.Staff(r.Context(), v.Actor, after, staffAPage+1)
	if err != nil {
		return err
	}
	waiting, err := c.Accounts.Grants(r.Context(), v.Actor, account.GrantProposed, 0, staffAPage)
	if err != nil {
		return err
	}
	names, err := c.grantNames(r, v, waiting)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "console.staff.now"), CSV: design.Link{Text: c.Say(v, "console.staff.csv"), URL: consoleURL(v) + "/staff.csv"},
		None: design.EmptyState{Title: c.Say(v, "console.staff.none"), Text: c.Say(v, "console.staff.none_text")},
	}
	if len(staff) > staffAPage {
		staff = staff[:staffAPage]
		list.Pages.Next = staffURL(v) + "?after=" + c.Opaque.Of(staff[staffAPage-1].ID)
	}
	list.Table = c.staffTable(v, staff)
	view := sheetView{
		Done:    c.done(r, v, "staff_invited", "staff_invited_proposed"),
		Heading: design.Heading{Text: c.Say(v, "console.staff.title"), Lead: c.Say(v, "console.staff.lead")},
		Lists: []sheetList{list, {
			Title: c.Say(v, "console.staff.waiting"), Table: c.grantsTable(v, waiting, names),
			None: design.EmptyState{Title: c.Say(v, "console.staff.none_waiting"), Text: c.Say(v, "console.staff.none_waiting_text")},
		}},
		Links: []design.Link{{Text: c.Say(v, "console.staff.history"), URL: staffURL(v) + "-history"}},
	}
	if cite, err := c.Accounts.Power(v.Actor.Portal, "create_users", "operation"); err == nil {
		view.Cite = c.Cite(v, cite)
		view.Links = slices.Insert(view.Links, 0, design.Link{Text: c.Say(v, "console.staff.invite"), URL: staffURL(v) + "-invite"})
	}
	return c.sheet(w, r, v, view, c.trail(v), nil)
}

// before reads the opaque id a list goes on from. Refusal: Absent.
func (c *Console) before(r *http.Request, name string) (identity.ID, error) {
	mark := r.URL.Query().Get(name)
	if mark == "" {
		return 0, nil
	}
	id, err := c.Opaque.ID(mark)
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// staffRole is the role of the staff that somebody holds.
func staffRole(roles []identity.Role) (identity.Role, bool) {
	i := slices.IndexFunc(roles, func(r identity.Role) bool { return slices.Contains(account.StaffRoles(), r) })
	if i < 0 {
		return "", false
	}
	return roles[i], true
}

func (c *Console) staffTable(v gate.Visit, staff []account.User) design.Table {
	t := design.Table{ID: "staff", Caption: c.Say(v, "console.staff.now"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.person.shown")}, {Text: c.Say(v, "console.person.roles")}, {Text: c.Say(v, "console.person.state")},
	}}
	for _, u := range staff {
		tag := c.accountTag(v, u.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: u.Shown, URL: c.staffPersonURL(v, u.ID)}, {Text: c.roles(v, u.Roles)}, {Tag: &tag}}})
	}
	return t
}

func (c *Console) grantNames(r *http.Request, v gate.Visit, grants []account.Grant) (map[identity.ID]string, error) {
	var ids []identity.ID
	for _, g := range grants {
		ids = append(ids, g.User, g.ProposedBy, g.DecidedBy)
	}
	names, err := c.names(r.Context(), v, ids...)
	if err == nil {
		names[0] = "—"
	}
	return names, err
}

func (c *Console) grantState(v gate.Visit, g account.Grant) design.Tag {
	switch {
	case g.State == account.GrantProposed:
		return design.Tag{Text: c.Say(v, "console.grant.proposed"), Colour: design.TagWait}
	case g.State == account.GrantRejected:
		return design.Tag{Text: c.Say(v, "console.grant.rejected")}
	case g.Taken:
		return design.Tag{Text: c.Say(v, "console.grant.taken"), Colour: design.TagBad}
	}
	return design.Tag{Text: c.Say(v, "console.grant.given"), Colour: design.TagGood}
}

// grantsTable lists what became of roles; names says of whom and by whom.
func (c *Console) grantsTable(v gate.Visit, grants []account.Grant, names map[identity.ID]string) design.Table {
	t := design.Table{ID: "grants", Caption: c.Say(v, "console.staff.history"), Hidden: true, Header: true, Small: true, Columns: []design.Column{
		{Text: c.Say(v, "console.person.shown")}, {Text: c.Say(v, "console.grant.role")}, {Text: c.Say(v, "console.grant.state")},
		{Text: c.Say(v, "console.grant.proposed_by")}, {Text: c.Say(v, "console.grant.decided_by")},
	}}
	for _, g := range grants {
		tag, url := c.grantState(v, g), c.staffPersonURL(v, g.User)
		if g.State == account.GrantProposed {
			url += "/grants/" + c.Opaque.Of(g.ID)
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: names[g.User], URL: url}, {Text: c.Say(v, "console.role."+string(g.Role))}, {Tag: &tag},
			{Text: names[g.ProposedBy] + ", " + c.Instant(v, g.ProposedAt)}, {Text: names[g.DecidedBy]},
		}})
	}
	return t
}

// StaffHistory answers GET /{portal}/console/staff-history?before=.
func (c *Console) StaffHistory(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := c.before(r, "before")
	if err != nil {
		return err
	}
	grants, err := c.Accounts.Grants(r.Context(), v.Actor, "", before, staffAPage+1)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "console.staff.history"), CSV: design.Link{Text: c.Say(v, "console.staff.csv"), URL: consoleURL(v) + "/staff-history.csv"},
		None: design.EmptyState{Title: c.Say(v, "console.staff.no_history"), Text: c.Say(v, "console.staff.no_history_text")},
	}
	if len(grants) > staffAPage {
		grants = grants[:staffAPage]
		list.Pages.Next = staffURL(v) + "-history?before=" + c.Opaque.Of(grants[staffAPage-1].ID)
	}
	names, err := c.grantNames(r, v, grants)
	if err != nil {
		return err
	}
	list.Table = c.grantsTable(v, grants, names)
	return c.sheet(w, r, v, sheetView{Heading: design.Heading{Text: c.Say(v, "console.staff.history")}, Lists: []sheetList{list}}, c.staffTrail(v), nil)
}

// StaffCSV answers GET /{portal}/console/staff.csv: everybody of the staff.
func (c *Console) StaffCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	staff, err := c.Accounts.Staff(r.Context(), v.Actor, 0, staffBatch)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-staff.csv", "person", "name", "role", "state", "since")
	for {
		for _, u := range staff {
			role, _ := staffRole(u.Roles)
			out.Row(c.Opaque.Of(u.ID), u.Shown, string(role), string(u.State), u.CreatedAt.UTC().Format(time.RFC3339))
		}
		if !out.Flush() || len(staff) < staffBatch {
			return nil
		}
		if staff, err = c.Accounts.Staff(r.Context(), v.Actor, staff[len(staff)-1].ID, staffBatch); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

// StaffHistoryCSV answers GET /{portal}/console/staff-history.csv.
func (c *Console) StaffHistoryCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	grants, err := c.Accounts.Grants(r.Context(), v.Actor, "", 0, staffBatch)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-staff-history.csv", "person", "role", "taken", "state", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at")
	said := func(id identity.ID, at time.Time) (string, string) {
		if id == 0 {
			return "", ""
		}
		return c.Opaque.Of(id), at.UTC().Format(time.RFC3339)
	}
	for {
		for _, g := range grants {
			by, at := said(g.ProposedBy, g.ProposedAt)
			decider, decided := said(g.DecidedBy, g.DecidedAt)
			taken := map[bool]string{true: "yes", false: "no"}[g.Taken]
			out.Row(c.Opaque.Of(g.User), string(g.Role), taken, g.State, g.Reason, by, at, decider, decided)
		}
		if !out.Flush() || len(grants) < staffBatch {
			return nil
		}
		if grants, err = c.Accounts.Grants(r.Context(), v.Actor, "", grants[len(grants)-1].ID, staffBatch); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

// StaffInvite answers GET /{portal}/console/staff-invite.
func (c *Console) StaffInvite(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showInvite(w, r, v, account.Invitation{Language: v.Actor.Language}, nil)
}

// StaffInvitePost answers POST of the same address.
func (c *Console) StaffInvitePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	in := account.Invitation{
		Shown: r.PostFormValue("shown"), SignInName: r.PostFormValue("name"), Email: r.PostFormValue("email"), Language: r.PostFormValue("language"),
		Role: identity.Role(r.PostFormValue("role")), Reason: r.PostFormValue("reason"),
	}
	if !slices.Contains(c.Portal(v).Languages, in.Language) {
		in.Language = v.Actor.Language
	}
	g, err := c.Accounts.InviteStaff(r.Context(), v.Actor, in, func(token string) string {
		return c.Origin(r) + "/" + v.Actor.Portal + "/links/password/" + token
	})
	if frame.AsFaults(err) != nil {
		return c.showInvite(w, r, v, in, err)
	}
	if err != nil {
		return err
	}
	done := "staff_invited"
	if g.State == account.GrantProposed {
		done = "staff_invited_proposed"
	}
	return frame.SeeOther(w, r, staffURL(v)+"?done="+done)
}

func (c *Console) showInvite(w http.ResponseWriter, r *http.Request, v gate.Visit, in account.Invitation, refusal error) error {
	cite, err := c.Accounts.Power(v.Actor.Portal, "create_users", "operation")
	if err != nil {
		return err
	}
	_, at, _ := c.Errors(v, refusal)
	field := func(name string) design.Field {
		return design.Field{Name: name, Label: c.Say(v, "console.invite."+name), Hint: c.Say(v, "console.invite."+name+"_hint"), Error: at[name]}
	}
	role, language := design.Radios{Field: field("role")}, design.Select{Field: field("language")}
	for _, x := range account.StaffRoles() {
		role.Choices = append(role.Choices, design.Choice{
			Value: string(x), Label: c.Say(v, "console.role."+string(x)), Hint: c.Say(v, "console.power."+string(x)), Checked: x == in.Role,
		})
	}
	for _, code := range c.Portal(v).Languages {
		language.Choices = append(language.Choices, design.Choice{Value: code, Label: c.Words.Say(code, "language.name"), Checked: code == in.Language})
	}
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Text: c.Say(v, "console.staff.invite"), Lead: c.Say(v, "console.invite.lead")}, Cite: c.Cite(v, cite),
		Fields: []design.Component{
			design.TextInput{Field: field("shown"), Value: in.Shown, Autocomplete: "off"},
			design.TextInput{Field: field("name"), Value: in.SignInName, Autocomplete: "off", Width: design.Chars30},
			design.TextInput{Field: field("email"), Value: in.Email, Type: "email", Autocomplete: "off"},
			language, role,
			design.Textarea{Field: field("reason"), Value: in.Reason, Rows: 3, MaxLength: 500},
		},
		Button: design.Button{Text: c.Say(v, "console.invite.button")}, Cancel: design.Link{URL: staffURL(v)},
	}, c.staffTrail(v), refusal)
}

package console

import (
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// StaffPerson answers GET /{portal}/console/staff/{user}: what somebody may do here, how that came to be, and
// what can be changed.
func (c *Console) StaffPerson(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showPowers(w, r, v, nil)
}

func (c *Console) powers(r *http.Request, v gate.Visit) (account.User, []account.Grant, error) {
	id, err := c.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return account.User{}, nil, absent()
	}
	return c.Accounts.PowersOf(r.Context(), v.Actor, id)
}

func (c *Console) showPowers(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	u, grants, err := c.powers(r, v)
	if err != nil {
		return err
	}
	names, err := c.grantNames(r, v, grants)
	if err != nil {
		return err
	}
	tag := c.accountTag(v, u.State)
	view := sheetView{
		Done: c.done(r, v, "role_given", "role_proposed", "role_taken", "role_rejected"), Heading: design.Heading{Caption: u.Shown, Text: c.Say(v, "console.powers.title")},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.person.roles"), Value: c.roles(v, u.Roles)}, {Key: c.Say(v, "console.person.state"), Body: tag},
		}},
		Lists: []sheetList{{
			Title: c.Say(v, "console.staff.history"), Table: c.grantsTable(v, grants, names),
			None: design.EmptyState{Title: c.Say(v, "console.staff.no_history"), Text: c.Say(v, "console.staff.no_history_text")},
		}},
	}
	if cite, err := c.Accounts.Power(v.Actor.Portal, "change_powers", "operation"); err == nil {
		view.Cite = c.Cite(v, cite)
		view.Links = c.powerLinks(v, u, grants)
	}
	if u.ID == v.Actor.User {
		view.Texts = []string{c.Say(v, "console.powers.own")}
	}
	view.Links = append(view.Links, design.Link{Text: c.Say(v, "standing.person.title"), URL: peopleURL(v) + "/" + c.Opaque.Of(u.ID) + "/standing"})
	return c.sheet(w, r, v, view, c.staffTrail(v), refusal)
}

// powerLinks are what may be changed: a role taken, or one of the staff given to somebody who has none.
func (c *Console) powerLinks(v gate.Visit, u account.User, grants []account.Grant) (links []design.Link) {
	if u.ID == v.Actor.User {
		return nil
	}
	at := c.staffPersonURL(v, u.ID)
	for _, g := range grants {
		if g.State == account.GrantProposed {
			return []design.Link{{Text: c.Say(v, "console.grant.answer"), URL: at + "/grants/" + c.Opaque.Of(g.ID)}}
		}
	}
	for _, role := range account.StaffRoles() {
		if slices.Contains(u.Roles, role) {
			links = append(links, design.Link{Text: c.Say(v, "console.powers.take", "role", c.Say(v, "console.role."+string(role))), URL: at + "/take/" + string(role)})
		}
	}
	if _, holds := staffRole(u.Roles); holds || u.State != account.Active {
		return links
	}
	for _, role := range account.StaffRoles() {
		links = append(links, design.Link{Text: c.Say(v, "console.powers.give", "role", c.Say(v, "console.role."+string(role))), URL: at + "/give/" + string(role)})
	}
	return links
}

// Power answers GET …/staff/{user}/give/{role} and …/take/{role}: what will follow, and why it is done.
func (c *Console) Power(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askPower(w, r, v, "", nil)
}

// PowerPost answers POST of the same addresses.
func (c *Console) PowerPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	id, err := c.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return absent()
	}
	role, reason, done := identity.Role(r.PathValue("role")), r.PostFormValue("reason"), "role_taken"
	switch r.PathValue("act") {
	case "give":
		var g account.Grant
		if g, err = c.Accounts.GiveRole(r.Context(), v.Actor, id, role, reason); g.State == account.GrantProposed {
			done = "role_proposed"
		} else {
			done = "role_given"
		}
	case "take":
		err = c.Accounts.TakeRole(r.Context(), v.Actor, id, role, reason)
	default:
		return absent()
	}
	if frame.AsFaults(err) != nil && !fault.Is(err, fault.Absent) {
		return c.askPower(w, r, v, reason, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, c.staffPersonURL(v, id)+"?done="+done)
}

func (c *Console) askPower(w http.ResponseWriter, r *http.Request, v gate.Visit, reason string, refusal error) error {
	act, role := r.PathValue("act"), identity.Role(r.PathValue("role"))
	if act != "give" && act != "take" || !slices.Contains(account.StaffRoles(), role) {
		return absent()
	}
	cite, err := c.Accounts.Power(v.Actor.Portal, "change_powers", "operation")
	if err != nil {
		return err
	}
	u, _, err := c.powers(r, v)
	if err != nil {
		return err
	}
	_, at, _ := c.Errors(v, refusal)
	said := c.Say(v, "console.role."+string(role))
	view := sheetView{
		Heading: design.Heading{Caption: u.Shown, Text: c.Say(v, "console.powers."+act, "role", said)}, Cite: c.Cite(v, cite),
		Facts:   design.SummaryList{Rows: []design.SummaryRow{{Key: said, Value: c.Say(v, "console.power."+string(role))}}},
		Warning: design.WarningText{Text: c.Say(v, "console.powers."+act+"_warning")},
		Fields: []design.Component{design.Textarea{
			Field: design.Field{Name: "reason", Label: c.Say(v, "console.invite.reason"), Hint: c.Say(v, "console.invite.reason_hint"), Error: at["reason"]},
			Value: reason, Rows: 3, MaxLength: 500,
		}},
		Button: design.Button{Text: c.Say(v, "console.powers."+act+"_button"), Look: design.Warning},
		Cancel: design.Link{URL: c.staffPersonURL(v, u.ID)},
	}
	if act == "give" && account.FourEyes(role) {
		view.Warning.Text, view.Button.Text = c.Say(v, "console.powers.four_eyes"), c.Say(v, "console.powers.propose_button")
	}
	return c.sheet(w, r, v, view, c.staffTrail(v), refusal)
}

// Grant answers GET …/staff/{user}/grants/{grant}: what a second operator is asked.
func (c *Console) Grant(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askGrant(w, r, v, nil)
}

// GrantPost answers POST …/staff/{user}/grants/{grant}/{answer}.
func (c *Console) GrantPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := c.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return absent()
	}
	id, err := c.Opaque.ID(r.PathValue("grant"))
	if err != nil {
		return absent()
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	done := "role_given"
	switch r.PostFormValue("answer") {
	case "approve":
		err = c.Accounts.ApproveGrant(r.Context(), v.Actor, user, id)
	case "reject":
		done, err = "role_rejected", c.Accounts.RejectGrant(r.Context(), v.Actor, user, id)
	default:
		err = fault.Faults{fault.New(fault.Invalid, "form.choose").At("answer")}
	}
	if frame.AsFaults(err) != nil && !fault.Is(err, fault.Absent) {
		return c.askGrant(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, c.staffPersonURL(v, user)+"?done="+done)
}

func (c *Console) askGrant(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	id, err := c.Opaque.ID(r.PathValue("grant"))
	if err != nil {
		return absent()
	}
	u, grants, err := c.powers(r, v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(grants, func(g account.Grant) bool { return g.ID == id })
	if i < 0 {
		return absent()
	}
	g := grants[i]
	names, err := c.grantNames(r, v, grants[i:i+1])
	if err != nil {
		return err
	}
	_, at, _ := c.Errors(v, refusal)
	role, state := c.Say(v, "console.role."+string(g.Role)), c.grantState(v, g)
	view := sheetView{
		Heading: design.Heading{Caption: u.Shown, Text: c.Say(v, "console.powers.give", "role", role)},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.grant.state"), Body: state}, {Key: role, Value: c.Say(v, "console.power."+string(g.Role))},
			{Key: c.Say(v, "console.grant.reason"), Value: g.Reason}, {Key: c.Say(v, "console.grant.proposed_by"), Value: names[g.ProposedBy] + ", " + c.Instant(v, g.ProposedAt)},
		}},
		Cancel: design.Link{URL: staffURL(v)},
	}
	if cite, err := c.Accounts.Power(v.Actor.Portal, "change_powers", "operation"); err == nil {
		view.Cite = c.Cite(v, cite)
	}
	if g.State == account.GrantProposed {
		answer := design.Radios{Field: design.Field{Name: "answer", Label: c.Say(v, "console.grant.question"), Error: at["answer"]}}
		if g.ProposedBy == v.Actor.User {
			view.Texts = []string{c.Say(v, "console.grant.second")}
		} else {
			answer.Choices = []design.Choice{{Value: "approve", Label: c.Say(v, "console.grant.approve")}}
			view.Warning.Text = c.Say(v, "console.powers.give_warning")
		}
		answer.Choices = append(answer.Choices, design.Choice{Value: "reject", Label: c.Say(v, "console.grant.reject")})
		view.Fields, view.Button = []design.Component{answer}, design.Button{Text: c.Say(v, "console.grant.button"), Look: design.Warning}
	}
	return c.sheet(w, r, v, view, c.staffTrail(v), refusal)
}

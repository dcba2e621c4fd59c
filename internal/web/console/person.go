package console

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/party"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// personView asks why somebody's data are to be seen, and shows them once the reason is given.
type personView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Notice  design.WarningText
	Reasons *design.Radios // nil once a reason is given
	Look    design.Button
	Seen    *seenView
	Back    design.Link
	Acts    []design.Link // what can be done for the person
}

// seenView is what an operator sees of a person.
type seenView struct {
	Notice string
	Facts  design.SummaryList
}

// Person answers GET /{portal}/console/people/{user}.
func (c *Console) Person(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askReason(w, r, v, "", nil)
}

// PersonPost answers POST of the same address: it shows the data and leaves evidence that they were
// seen, and why. It does not redirect: what was seen belongs to this one look.
func (c *Console) PersonPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := c.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return absent()
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	u, err := c.Accounts.Look(r.Context(), v.Actor, id, reason)
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if frame.AsFaults(err) != nil {
		return c.askReason(w, r, v, reason, err)
	}
	if err != nil {
		return err
	}
	view := personView{
		Heading: design.Heading{Text: u.Shown},
		Seen: &seenView{
			Notice: c.Say(v, "console.person.seen", "reason", c.Say(v, "console.reason."+reason), "instant", c.Instant(v, v.Now)),
			Facts:  c.personFacts(v, u),
		},
		Back: design.Link{Text: c.Say(v, "console.person.back"), URL: peopleURL(v)},
	}
	if u.Shown == "" {
		view.Heading.Text = c.Say(v, "console.by_erased")
	}
	return c.showPerson(w, r, v, view, nil)
}

func (c *Console) askReason(w http.ResponseWriter, r *http.Request, v gate.Visit, reason string, refusal error) error {
	id, err := c.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return absent()
	}
	u, err := c.user(r.Context(), v, id)
	if err != nil {
		return err
	}
	_, at, _ := c.Errors(v, refusal)
	radios := design.Radios{Field: design.Field{
		Name: "reason", Label: c.Say(v, "console.person.why"), Hint: c.Say(v, "console.person.why_hint"), Error: at["reason"],
	}}
	taken, _ := c.Accounts.ReasonsAt(v.Actor.Portal)
	for _, choice := range taken {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: choice, Label: c.Say(v, "console.reason."+choice), Hint: c.Say(v, "console.reason."+choice+"_hint"), Checked: choice == reason,
		})
	}
	return c.showPerson(w, r, v, personView{
		Errors:  c.summary(v, refusal),
		Heading: design.Heading{Caption: u.Shown, Text: c.Say(v, "console.person.title")},
		Notice:  design.WarningText{Text: c.Say(v, "console.person.notice")},
		Reasons: &radios,
		Look:    design.Button{Text: c.Say(v, "console.person.look")},
	}, refusal)
}

func (c *Console) showPerson(w http.ResponseWriter, r *http.Request, v gate.Visit, view personView, refusal error) error {
	person := peopleURL(v) + "/" + r.PathValue("user")
	view.Acts = []design.Link{{Text: c.Say(v, "desk.open.title"), URL: person + "/case"}, {Text: c.Say(v, "desk.reset.title"), URL: person + "/reset"}, {Text: c.Say(v, "desk.passkeys.title"), URL: person + "/passkeys"}}
	view.Acts = append(view.Acts, design.Link{Text: c.Say(v, "standing.person.title"), URL: person + "/standing"},
		design.Link{Text: c.Say(v, "console.powers.title"), URL: staffURL(v) + "/" + r.PathValue("user")})
	if grounds, _ := privacy.Grounds(c.Agreements.Book(v.Actor.Portal, v.Now)); len(grounds) > 0 {
		view.Acts = append(view.Acts, design.Link{Text: c.Say(v, "personal.disclose.title"), URL: person + "/disclose"})
	}
	if _, _, ok := clause.In[party.AccessEnd](c.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		view.Acts = append(view.Acts, design.Link{Text: c.Say(v, "school.memberships.title"), URL: person + "/memberships"})
	}
	if rule, _, ok := clause.In[party.ActingAs](c.Agreements.Book(v.Actor.Portal, v.Now)); ok && rule.Organisations {
		view.Acts = append(view.Acts, design.Link{Text: c.Say(v, "organisations.title"), URL: person + "/organisations"})
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Trail = c.trail(v, design.Link{Text: c.Say(v, "console.people.title"), URL: peopleURL(v)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// personFacts are a person's data; what they have not given is a dash.
func (c *Console) personFacts(v gate.Visit, u account.User) design.SummaryList {
	var list design.SummaryList
	add := func(key, value string) {
		list.Rows = append(list.Rows, design.SummaryRow{Key: c.Say(v, "console.person."+key), Value: written(value)})
	}
	add("shown", u.Shown)
	add("sign_in_name", u.SignInName)
	add("email", u.Email)
	add("phone", u.Phone)
	add("about", u.About)
	add("language", c.Words.Say(u.Language, "language.name"))
	list.Rows = append(list.Rows, design.SummaryRow{Key: c.Say(v, "console.person.state"), Body: c.accountTag(v, u.State)})
	add("since", c.Instant(v, u.CreatedAt))
	if !u.LeftAt.IsZero() {
		add("left", c.Instant(v, u.LeftAt))
	}
	add("roles", c.roles(v, u.Roles))
	return list
}

package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

// peopleView is the list of the portal's users.
type peopleView struct {
	Heading design.Heading
	Action  string
	Find    design.TextInput
	Button  design.Button
	All     design.Link // out of a search
	Table   *design.Table
	Empty   design.EmptyState
	Pages   design.Pagination
}

// peoplePerPage is how many are shown at a time.
const peoplePerPage = 50

// People answers GET /{portal}/console/people?find=&after=. The list tells who there is; what else
// is known of somebody is seen one at a time, with a reason.
func (c *Console) People(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	find := strings.TrimSpace(r.URL.Query().Get("find"))
	users, more, err := c.people(r.Context(), v, find, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	view := peopleView{
		Heading: design.Heading{Text: c.Say(v, "console.people.title"), Lead: c.Say(v, "console.people.lead")},
		Action:  peopleURL(v),
		Find: design.TextInput{
			Field: design.Field{Name: "find", Label: c.Say(v, "console.people.find"), Hint: c.Say(v, "console.people.find_hint")},
			Value: find, Type: "search", Autocomplete: "off", Width: design.Chars30,
		},
		Button: design.Button{Text: c.Say(v, "console.people.search"), Look: design.Secondary},
		Table:  c.peopleTable(v, users),
	}
	if find != "" {
		view.All = design.Link{Text: c.Say(v, "console.people.all"), URL: peopleURL(v)}
	}
	switch {
	case len(users) == 0:
		view.Table, view.Empty = nil, design.EmptyState{Title: c.Say(v, "console.people.none"), Text: c.Say(v, "console.people.none_text"), Act: view.All}
	case more:
		next := url.Values{"after": {c.Opaque.Of(users[len(users)-1].ID)}}
		if find != "" {
			next.Set("find", find)
		}
		view.Pages.Next = peopleURL(v) + "?" + next.Encode()
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Trail, page.Bare = c.trail(v), true
	return c.Write(w, r, http.StatusOK, page, view.page())
}

// people finds a page of users, with their roles; more tells that it is not the last.
func (c *Console) people(ctx context.Context, v gate.Visit, find, after string) (users []account.User, more bool, err error) {
	ask := account.UserPage{Limit: peoplePerPage}
	if after != "" {
		if ask.AfterID, err = c.Opaque.ID(after); err != nil {
			return nil, false, absent()
		}
		last, err := c.user(ctx, v, ask.AfterID)
		if err != nil {
			return nil, false, err
		}
		keys := last.Keys()
		ask.AfterSort, ask.AfterFold = keys.ShownSort, keys.ShownFold
	}
	return c.Accounts.People(ctx, v.Actor, find, ask)
}

// user finds a user of this portal. Refusal: Absent.
func (c *Console) user(ctx context.Context, v gate.Visit, id identity.ID) (account.User, error) {
	var u account.User
	err := c.Accounts.InView(ctx, func(tx account.Tx) error {
		var err error
		u, err = tx.User(ctx, id)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && u.Portal != v.Actor.Portal {
		return account.User{}, absent()
	}
	return u, err
}

func (c *Console) peopleTable(v gate.Visit, users []account.User) *design.Table {
	t := &design.Table{ID: "people", Caption: c.Say(v, "console.people.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.person.shown")}, {Text: c.Say(v, "console.person.sign_in_name")}, {Text: c.Say(v, "console.person.state")},
		{Text: c.Say(v, "console.person.since")}, {Text: c.Say(v, "console.person.roles")},
	}}
	for _, u := range users {
		tag := c.accountTag(v, u.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: u.Shown, URL: peopleURL(v) + "/" + c.Opaque.Of(u.ID)}, {Text: u.SignInName}, {Tag: &tag},
			{Text: c.Day(v, u.CreatedAt)}, {Text: c.roles(v, u.Roles)},
		}})
	}
	return t
}

func (c *Console) accountTag(v gate.Visit, state account.State) design.Tag {
	colour := design.TagPlain
	if state == account.Active {
		colour = design.TagGood
	}
	return design.Tag{Text: c.Say(v, "console.account."+string(state)), Colour: colour}
}

func (c *Console) roles(v gate.Visit, roles []identity.Role) string {
	said := make([]string, len(roles))
	for i, role := range roles {
		said[i] = c.Say(v, "console.role."+string(role))
	}
	return strings.Join(said, ", ")
}

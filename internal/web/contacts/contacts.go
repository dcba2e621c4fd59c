// Package contacts is the pages on which a person keeps the ways to reach them, and what is known
// of them, in order.
//
// It owns what these pages say. It decides nothing: how a contact is confirmed and when the data are
// to be looked through account answers, by the clause.
package contacts

import (
	"context"
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Contacts draws the pages of this area. All fields are needed.
type Contacts struct {
	*frame.Frame
	Accounts *account.Accounts
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func contactsURL(v gate.Visit) string { return home(v) + "/cabinet/contacts" }

// changesShown is how many changes of their data a person is shown.
const changesShown = 50

// kinds are the contacts there are.
func kinds() []account.ContactKind {
	return []account.ContactKind{account.ByEmail, account.ByPhone}
}

type contactsView struct {
	Heading design.Heading
	Done    *design.NotificationBanner
	List    design.SummaryList
	Failing *design.WarningText
	Fixed   []fixed
	Service *service
	Upkeep  *upkeep
	Changes design.Table
	None    *design.EmptyState
}

// fixed says that a contact is not changed here, and by which clause.
type fixed struct {
	Text string
	Cite design.Link
}

// upkeep asks a person to look their data through.
type upkeep struct {
	Text    string
	Cite    design.Link
	Profile design.Link
	Button  design.Button
}

// Contacts is GET /{portal}/cabinet/contacts.
func (s *Contacts) Contacts(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	confirmed, err := s.Accounts.MyContacts(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	changes, err := s.Accounts.MyChanges(r.Context(), v.Actor, changesShown)
	if err != nil {
		return err
	}
	view := contactsView{Heading: design.Heading{Text: s.Say(v, "contacts.title"), Lead: s.Say(v, "contacts.lead")}}
	for _, kind := range kinds() {
		row := design.SummaryRow{
			Key: s.Say(v, "contacts.kind."+string(kind)), Value: s.Say(v, "contacts.none"), About: s.Say(v, "contacts.kind."+string(kind)),
			Change: design.Link{Text: s.Say(v, "contacts.change"), URL: contactsURL(v) + "/" + string(kind)},
		}
		if i := slices.IndexFunc(confirmed, func(c account.Contact) bool { return c.Kind == kind }); i >= 0 {
			row.Value = s.Say(v, "contacts.confirmed", "value", confirmed[i].Value, "day", s.Day(v, confirmed[i].ConfirmedAt))
			if confirmed[i].Fails() {
				view.Failing = &design.WarningText{Text: s.failing(v, confirmed[i])}
			}
		}
		if cite, no := s.Accounts.ContactFixed(v.Actor.Portal, kind); no {
			row.Change = design.Link{}
			view.Fixed = append(view.Fixed, fixed{s.Say(v, "contacts.fixed"), s.Cite(v, cite)})
		}
		view.List.Rows = append(view.List.Rows, row)
	}
	if passport, number, _ := s.Accounts.NumbersKept(v.Actor.Portal); passport || number {
		view.List.Rows = append(view.List.Rows, design.SummaryRow{
			Key: s.Say(v, "contacts.numbers"), Value: s.Say(v, "contacts.numbers.hidden"), About: s.Say(v, "contacts.numbers"),
			Change: design.Link{Text: s.Say(v, "contacts.change"), URL: home(v) + "/cabinet/numbers"},
		})
	}
	if done := r.URL.Query().Get("done"); s.Words.Has(v.Actor.Language, "contacts.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "contacts.done."+done), Success: true}
	}
	if view.Service, err = s.service(r.Context(), v); err != nil {
		return err
	}
	if view.Upkeep, err = s.upkeep(r.Context(), v); err != nil {
		return err
	}
	view.Changes = s.changes(v, changes)
	if len(changes) == 0 {
		view.None = &design.EmptyState{
			Title: s.Say(v, "contacts.changes.none"), Act: design.Link{Text: s.Say(v, "contacts.changes.profile"), URL: home(v) + "/cabinet/profile"},
		}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

func (s *Contacts) page(r *http.Request, v gate.Visit, title string) design.Page {
	page := s.Page(r, v, title)
	page.Trail = []design.Link{
		{Text: s.Say(v, "frame.nav.home"), URL: home(v)},
		{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"},
	}
	if r.URL.Path != contactsURL(v) {
		page.Trail = append(page.Trail, design.Link{Text: s.Say(v, "contacts.title"), URL: contactsURL(v)})
	}
	return page
}

func (s *Contacts) upkeep(ctx context.Context, v gate.Visit) (*upkeep, error) {
	since, due, cite, err := s.Accounts.UpkeepDue(ctx, v.Actor)
	if err != nil || cite.Zero() {
		return nil, err
	}
	x := &upkeep{
		Text: s.Say(v, "contacts.upkeep.fresh", "day", s.Day(v, since)), Cite: s.Cite(v, cite),
		Profile: design.Link{Text: s.Say(v, "contacts.changes.profile"), URL: home(v) + "/cabinet/profile"},
		Button:  design.Button{Text: s.Say(v, "contacts.upkeep.button"), Look: design.Secondary},
	}
	if due {
		x.Text, x.Button.Look = s.Say(v, "contacts.upkeep.due", "day", s.Day(v, since)), design.Primary
	}
	return x, nil
}

// ConfirmPost is POST /{portal}/cabinet/contacts: the person says that all is right.
func (s *Contacts) ConfirmPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.Accounts.ConfirmData(r.Context(), v.Actor); err != nil {
		return err
	}
	return frame.SeeOther(w, r, contactsURL(v)+"?done=confirmed")
}

// changes shows what the data said before, for the person alone (egov 4.6).
func (s *Contacts) changes(v gate.Visit, all []account.Change) design.Table {
	t := design.Table{ID: "changes", Caption: s.Say(v, "contacts.changes"), Columns: []design.Column{
		{Text: s.Say(v, "contacts.column.when")}, {Text: s.Say(v, "contacts.column.field")},
		{Text: s.Say(v, "contacts.column.before")}, {Text: s.Say(v, "contacts.column.after")},
	}}
	for _, c := range all {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, c.At)}, {Text: s.Say(v, "contacts.field."+c.Field)}, {Text: dash(c.Before)}, {Text: dash(c.After)},
		}})
	}
	return t
}

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// Reminder stands in the cabinet when the data are to be looked through.
func (s *Contacts) Reminder(ctx context.Context, _ *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	since, due, cite, err := s.Accounts.UpkeepDue(ctx, v.Actor)
	if err != nil || !due {
		return nil, err
	}
	return &design.NotificationBanner{
		ID: "data-reminder", Heading: s.Say(v, "contacts.upkeep.due", "day", s.Day(v, since)), Text: s.Say(v, "contacts.upkeep.by", "clause", cite.Clause),
		More: design.Link{Text: s.Say(v, "contacts.upkeep.link"), URL: contactsURL(v)},
	}, nil
}

func (s *Contacts) failing(v gate.Visit, c account.Contact) string {
	return s.Say(v, "contacts.failing", "value", c.Value, "day", s.Day(v, c.FailedAt))
}

// Failing stands in the cabinet when nobody is reached at a contact.
func (s *Contacts) Failing(ctx context.Context, _ *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	all, err := s.Accounts.MyContacts(ctx, v.Actor)
	i := slices.IndexFunc(all, account.Contact.Fails)
	if err != nil || i < 0 {
		return nil, err
	}
	return &design.NotificationBanner{
		ID: "contact-failing", Heading: s.Say(v, "contacts.failing.heading"), Text: s.failing(v, all[i]),
		More: design.Link{Text: s.Say(v, "contacts.failing.link"), URL: contactsURL(v)},
	}, nil
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

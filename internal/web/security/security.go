// Package security is a person's pages on who is signed in as them: their sessions, the history of
// sign-ins, the word that somebody else may be in.
//
// It owns what these pages say. It decides nothing: what a session is and what a report does account
// answers, by the clause; the operator's side of a report is the console's.
package security

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Security draws the pages of this area. All fields are needed.
type Security struct {
	*frame.Frame
	Accounts *account.Accounts
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func securityURL(v gate.Visit) string { return home(v) + "/cabinet/security" }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// historyAPage is how many sign-ins a person reads at once.
const historyAPage = 20

type securityView struct {
	Heading  design.Heading
	Done     *design.NotificationBanner
	Warning  *design.WarningText
	Idle     string
	IdleCite design.Link
	Links    []design.Link
	Sessions design.Table
	All      design.ButtonLink
	History  design.Table
	None     *design.EmptyState
	Pages    design.Pagination
}

// Security is GET /{portal}/cabinet/security?before=.
func (s *Security) Security(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var before identity.ID
	if mark := r.URL.Query().Get("before"); mark != "" {
		var err error
		if before, err = s.Opaque.ID(mark); err != nil {
			return absent()
		}
	}
	sessions, err := s.Accounts.MySessions(r.Context(), v.Actor, s.Token(r, v.Actor.Portal))
	if err != nil {
		return err
	}
	history, err := s.Accounts.SignIns(r.Context(), v.Actor, before, historyAPage+1)
	if err != nil {
		return err
	}
	view := securityView{
		Heading:  design.Heading{Text: s.Say(v, "security.title"), Lead: s.Say(v, "security.lead")},
		Sessions: s.sessions(v, sessions),
		All:      design.ButtonLink{Text: s.Say(v, "security.everywhere.link"), URL: securityURL(v) + "/everywhere", Look: design.Secondary},
		Links: []design.Link{
			{Text: s.Say(v, "security.devices.title"), URL: devicesURL(v)},
			{Text: s.Say(v, "security.link.password"), URL: home(v) + "/cabinet/password"},
			{Text: s.Say(v, "passkeys.title"), URL: home(v) + "/cabinet/passkeys"},
			{Text: s.Say(v, "security.link.contacts"), URL: home(v) + "/cabinet/contacts"},
			{Text: s.Say(v, "security.link.compromised"), URL: home(v) + "/cabinet/compromised"},
		},
	}
	if done := r.URL.Query().Get("done"); s.Words.Has(v.Actor.Language, "security.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "security.done."+done), Success: true}
	}
	if _, cite, ok := clause.In[account.CredentialWarning](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		view.Warning = &design.WarningText{Text: s.Say(v, "security.warning"), Cite: s.Cite(v, cite)}
	}
	if after, cite := s.Accounts.IdleAfter(v.Actor.Portal); !cite.Zero() {
		view.Idle, view.IdleCite = s.Say(v, "security.idle", "minutes", itoa(int(after.Minutes()))), s.Cite(v, cite)
	}
	if before != 0 {
		view.Pages.Previous = securityURL(v)
	}
	if len(history) > historyAPage {
		history = history[:historyAPage]
		view.Pages.Next = securityURL(v) + "?before=" + s.Opaque.Of(history[historyAPage-1].ID)
	}
	view.History = s.history(v, history)
	if len(history) == 0 {
		view.None = &design.EmptyState{Title: s.Say(v, "security.history.none"), Act: design.Link{Text: s.Say(v, "security.history.newest"), URL: securityURL(v)}}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// page is the frame of a page of this area.
func (s *Security) page(r *http.Request, v gate.Visit, title string) design.Page {
	page := s.Page(r, v, title)
	page.Trail = []design.Link{
		{Text: s.Say(v, "frame.nav.home"), URL: home(v)},
		{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"},
	}
	if r.URL.Path != securityURL(v) {
		page.Trail = append(page.Trail, design.Link{Text: s.Say(v, "security.title"), URL: securityURL(v)})
	}
	return page
}

func (s *Security) sessions(v gate.Visit, all []account.MySession) design.Table {
	t := design.Table{ID: "sessions", Caption: s.Say(v, "security.sessions"), Columns: []design.Column{
		{Text: s.Say(v, "security.column.browser")}, {Text: s.Say(v, "security.column.address")}, {Text: s.Say(v, "security.column.began")},
		{Text: s.Say(v, "security.column.seen")}, {Text: s.Say(v, "security.column.act")},
	}}
	for _, x := range all {
		act := design.Cell{Text: s.Say(v, "security.end.link"), URL: securityURL(v) + "/sessions/" + x.Key}
		if x.This {
			act = design.Cell{Tag: &design.Tag{Text: s.Say(v, "security.this"), Colour: design.TagGood}}
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.agent(v, x.Agent)}, {Text: x.Address}, {Text: s.Instant(v, x.BeganAt)}, {Text: s.Instant(v, x.SeenAt)}, act,
		}})
	}
	return t
}

func (s *Security) history(v gate.Visit, entries []evidence.Entry) design.Table {
	t := design.Table{ID: "sign-ins", Caption: s.Say(v, "security.history"), Columns: []design.Column{
		{Text: s.Say(v, "security.column.when")}, {Text: s.Say(v, "security.column.result")},
		{Text: s.Say(v, "security.column.address")}, {Text: s.Say(v, "security.column.browser")},
	}}
	for _, e := range entries {
		tag := design.Tag{Text: s.Say(v, "security.result.in"), Colour: design.TagGood}
		if e.Act == "account.sign_in_failed" {
			tag = design.Tag{Text: s.Say(v, "security.result.failed"), Colour: design.TagBad}
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, e.At)}, {Tag: &tag}, {Text: e.Detail["address"]}, {Text: s.agent(v, e.Detail["agent"])},
		}})
	}
	return t
}

// Elsewhere stands in the cabinet while somebody else, or the person themself at another browser, is
// signed in under the same name, where the agreement has it shown (kundelik 4.17a).
func (s *Security) Elsewhere(ctx context.Context, r *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	other, cite, found, err := s.Accounts.Elsewhere(ctx, v.Actor, s.Token(r, v.Actor.Portal))
	if err != nil || !found {
		return nil, err
	}
	return &design.NotificationBanner{
		ID: "signed-in-elsewhere", Heading: s.Say(v, "security.elsewhere", "instant", s.Instant(v, other.BeganAt), "address", other.Address),
		Text: s.Say(v, "security.elsewhere_text", "clause", cite.Clause),
		More: design.Link{Text: s.Say(v, "security.elsewhere_link"), URL: securityURL(v)},
	}, nil
}

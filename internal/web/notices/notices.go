// Package notices is the pages on which a person reads what the portal has told them and chooses how it may reach them.
//
// It owns the inbox, the preferences, the consents to letters and the page behind the link that ends them. It decides
// nothing: which channels there are, what cannot be switched off and whether a consent stands notify answers, by
// the clause.
package notices

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Notices draws the pages of this area. All fields are needed.
type Notices struct {
	*frame.Frame
	Accounts *account.Accounts
	Notices  *notify.Notices
	// PopUps says whether browsers are written to here, so that a page leads to where they are named.
	PopUps bool
}

func cabinetURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/cabinet" }
func inboxURL(v gate.Visit) string   { return cabinetURL(v) + "/inbox" }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// noticesAPage is how many notices a page shows; noticesAView how many an export reads at once.
const (
	noticesAPage = 20
	noticesAView = 500
	shownOf      = 60 // characters of a notice without a subject
)

type inboxView struct {
	Done    *design.NotificationBanner
	Heading design.Heading
	Filters []design.Link // the one in use has no address
	Table   *design.Table
	None    design.EmptyState // instead of the table
	Pages   design.Pagination
	ReadAll *design.Button
	Action  string
	Links   []design.Link
}

// filter is what of the inbox is shown.
func filter(r *http.Request) (notify.Page, error) {
	q := r.URL.Query()
	p := notify.Page{Kind: notify.Kind(q.Get("kind")), Limit: noticesAPage + 1}
	switch q.Get("show") {
	case "", "all":
	case "unread":
		p.Unread = true
	case "archive":
		p.Archived = true
	default:
		return p, absent()
	}
	if p.Kind != "" && !slices.Contains(notify.Kinds(), p.Kind) {
		return p, absent()
	}
	return p, nil
}

// Inbox is GET /{portal}/cabinet/inbox?show=&kind=&before=.
func (s *Notices) Inbox(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := filter(r)
	if err != nil {
		return err
	}
	if mark := r.URL.Query().Get("before"); mark != "" {
		if p.Before, err = s.Opaque.ID(mark); err != nil {
			return absent()
		}
	}
	all, err := s.Notices.Inbox(r.Context(), v.Actor, p)
	if err != nil {
		return err
	}
	view := inboxView{
		Heading: design.Heading{Text: s.Say(v, "notices.title"), Lead: s.Say(v, "notices.lead")}, Filters: s.filters(r, v), Action: inboxURL(v),
		None: design.EmptyState{Title: s.Say(v, "notices.none"), Text: s.Say(v, "notices.none_text"), Act: design.Link{Text: s.Say(v, "notices.preferences"), URL: inboxURL(v) + "/preferences"}},
		Links: []design.Link{
			{Text: s.Say(v, "notices.preferences"), URL: inboxURL(v) + "/preferences"}, {Text: s.Say(v, "notices.csv"), URL: cabinetURL(v) + "/inbox.csv"},
		},
	}
	if len(s.Notices.LetterOffers(v.Actor.Portal)) > 0 {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "notices.letters"), URL: inboxURL(v) + "/letters"})
	}
	if done := r.URL.Query().Get("done"); s.Words.Has(v.Actor.Language, "notices.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "notices.done."+done), Success: true}
	}
	if p.Before != 0 {
		view.Pages.Previous = address(r, "")
	}
	if len(all) > noticesAPage {
		all = all[:noticesAPage]
		view.Pages.Next = address(r, s.Opaque.Of(all[noticesAPage-1].ID))
	}
	if len(all) > 0 {
		if view.Table, err = s.table(r.Context(), v, all); err != nil {
			return err
		}
	}
	if v.Actor.Unread > 0 && !p.Archived {
		view.ReadAll = &design.Button{Text: s.Say(v, "notices.read_all"), Look: design.Secondary, Name: "do", Value: "read_all"}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// address is this page with the same filter, from another place on.
func address(r *http.Request, before string) string {
	q := url.Values{}
	for _, name := range []string{"show", "kind"} {
		if value := r.URL.Query().Get(name); value != "" {
			q.Set(name, value)
		}
	}
	if before != "" {
		q.Set("before", before)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

func (s *Notices) filters(r *http.Request, v gate.Visit) (out []design.Link) {
	at := address(r, "")
	add := func(text, query string) {
		link := design.Link{Text: text, URL: inboxURL(v) + query}
		if link.URL == at {
			link.URL = ""
		}
		out = append(out, link)
	}
	add(s.Say(v, "notices.show.all"), "")
	add(s.Say(v, "notices.show.unread"), "?show=unread")
	add(s.Say(v, "notices.show.archive"), "?show=archive")
	for _, kind := range notify.Kinds() {
		add(s.Say(v, "notices.kind."+string(kind)), "?kind="+string(kind))
	}
	return out
}

func (s *Notices) table(ctx context.Context, v gate.Visit, all []notify.Notice) (*design.Table, error) {
	t := &design.Table{ID: "notices", Caption: s.Say(v, "notices.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "notices.text")}, {Text: s.Say(v, "notices.state")}, {Text: s.Say(v, "notices.when")}, {Text: s.Say(v, "notices.about")},
	}}
	for _, n := range all {
		text, err := s.Notices.Words(ctx, n, v.Actor.Language)
		if err != nil {
			return nil, err
		}
		shown, tag := text.Subject, design.Tag{Text: s.Say(v, "notices.unread"), Colour: design.TagWait}
		if shown == "" {
			shown = notify.Shorten(text.Body, shownOf)
		}
		if !n.ReadAt.IsZero() {
			tag = design.Tag{Text: s.Say(v, "notices.read"), Colour: design.TagPlain}
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: shown, URL: inboxURL(v) + "/" + s.Opaque.Of(n.ID)}, {Tag: &tag}, {Text: s.Instant(v, n.At)}, {Text: s.Say(v, "notices.kind."+string(n.Kind))},
		}})
	}
	return t, nil
}

// InboxPost is POST of the same address: it marks all as read.
func (s *Notices) InboxPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if r.PostFormValue("do") != "read_all" {
		return absent()
	}
	if _, err := s.Notices.ReadAll(r.Context(), v.Actor); err != nil {
		return err
	}
	s.Accounts.Forget(v.Actor.User) // the number in the header is read again
	return frame.SeeOther(w, r, inboxURL(v)+"?done=read_all")
}

type noticeView struct {
	Heading    design.Heading
	Paragraphs []string
	Cite       design.Link
	Facts      design.SummaryList
	Button     design.Button
	Back       design.Link
}

// Notice is GET /{portal}/cabinet/inbox/{notice}: opening it marks it as read.
func (s *Notices) Notice(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.Opaque.ID(r.PathValue("notice"))
	if err != nil {
		return absent()
	}
	n, err := s.Notices.Open(r.Context(), v.Actor, id)
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return err
	}
	s.Accounts.Forget(v.Actor.User)
	text, err := s.Notices.Words(r.Context(), n, v.Actor.Language)
	if err != nil {
		return err
	}
	view := noticeView{
		Heading: design.Heading{Text: text.Subject, Caption: s.Say(v, "notices.kind."+string(n.Kind))}, Paragraphs: strings.Split(text.Body, "\n"), Cite: s.Cite(v, n.Cite),
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: s.Say(v, "notices.when"), Value: s.Instant(v, n.At)}, {Key: s.Say(v, "notices.read"), Value: s.Instant(v, n.ReadAt)},
		}},
		Button: design.Button{Text: s.Say(v, "notices.archive"), Look: design.Secondary, Name: "do", Value: "archive"},
		Back:   design.Link{Text: s.Say(v, "notices.title"), URL: inboxURL(v)},
	}
	if n.Template > 0 { // 0 is the wording of the program, which has no versions
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: s.Say(v, "notices.wording"), Value: s.Say(v, "notices.version", "version", strconv.Itoa(n.Template))})
	}
	if view.Heading.Text == "" {
		view.Heading.Text = s.Say(v, "notices.notice")
	}
	if !n.ArchivedAt.IsZero() {
		view.Button.Text, view.Button.Value = s.Say(v, "notices.restore"), "restore"
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// NoticePost is POST of the same address: it takes the notice out of the inbox, or puts it back.
func (s *Notices) NoticePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.Opaque.ID(r.PathValue("notice"))
	if err != nil {
		return absent()
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	do := r.PostFormValue("do")
	if do != "archive" && do != "restore" {
		return absent()
	}
	if err := s.Notices.Archive(r.Context(), v.Actor, id, do == "archive"); fault.Is(err, fault.Absent) {
		return absent()
	} else if err != nil {
		return err
	}
	s.Accounts.Forget(v.Actor.User)
	return frame.SeeOther(w, r, inboxURL(v)+"?done="+do)
}

// CSV is GET /{portal}/cabinet/inbox.csv: everything a person was told, as a table to keep.
func (s *Notices) CSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page := notify.Page{Limit: noticesAView}
	all, err := s.Notices.Inbox(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, "inbox.csv", s.Say(v, "notices.when"), s.Say(v, "notices.about"), s.Say(v, "notices.text"), s.Say(v, "notices.clause"), s.Say(v, "notices.read"))
	for {
		for _, n := range all {
			text, err := s.Notices.Words(r.Context(), n, v.Actor.Language)
			if err != nil {
				panic(http.ErrAbortHandler) // half a list must not pass for the whole
			}
			read := ""
			if !n.ReadAt.IsZero() {
				read = n.ReadAt.UTC().Format(time.RFC3339)
			}
			out.Row(n.At.UTC().Format(time.RFC3339), s.Say(v, "notices.kind."+string(n.Kind)), strings.TrimSpace(text.Subject+" "+text.Body), n.Cite.String(), read)
			page.Before = n.ID
		}
		if len(all) < noticesAView {
			if page.Archived {
				out.Flush()
				return nil
			}
			page = notify.Page{Limit: noticesAView, Archived: true}
		}
		if !out.Flush() {
			return nil // the person has left
		}
		if all, err = s.Notices.Inbox(r.Context(), v.Actor, page); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func (s *Notices) page(r *http.Request, v gate.Visit, title string) design.Page {
	page := s.Page(r, v, title)
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: "/" + v.Actor.Portal}, {Text: s.Say(v, "frame.nav.cabinet"), URL: cabinetURL(v)}}
	if r.URL.Path != inboxURL(v) {
		page.Trail = append(page.Trail, design.Link{Text: s.Say(v, "notices.title"), URL: inboxURL(v)})
	}
	return page
}

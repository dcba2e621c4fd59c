package support

import (
	"net/http"
	"net/url"
	"time"

	"tereze/internal/claims"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// mineView lists one's own requests.
type mineView struct {
	Heading design.Heading
	Ask     design.Link
	Table   *design.Table
	None    design.EmptyState
	Pages   design.Pagination
}

// minePerPage is how many requests are shown at a time.
const minePerPage = 25

// Mine is GET /{portal}/cabinet/requests?before=.
func (s *Support) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var before identity.ID
	if text := r.URL.Query().Get("before"); text != "" {
		var err error
		if before, err = s.Opaque.ID(text); err != nil {
			return absent()
		}
	}
	all, err := s.Requests.Mine(r.Context(), v.Actor, before, minePerPage+1)
	if err != nil {
		return err
	}
	view := mineView{
		Heading: design.Heading{Text: s.Say(v, "support.mine.title"), Lead: s.Say(v, "support.mine.lead")},
		None:    design.EmptyState{Title: s.Say(v, "support.mine.none"), Text: s.Say(v, "support.mine.none_text")},
	}
	if s.Requests.Takes(v.Actor.Portal) {
		view.Ask = design.Link{Text: s.Say(v, "support.title"), URL: supportURL(v)}
		view.None.Act = view.Ask
	}
	if len(all) > minePerPage {
		all = all[:minePerPage]
		view.Pages.Next = mineURL(v) + "?before=" + s.Opaque.Of(all[minePerPage-1].ID)
	}
	if len(all) > 0 {
		view.Table = s.mineTable(v, all)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, false)
	return s.Write(w, r, http.StatusOK, page, view.page())
}

func (s *Support) mineTable(v gate.Visit, all []claims.Request) *design.Table {
	t := &design.Table{ID: "requests", Caption: s.Say(v, "support.mine.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "support.subject")}, {Text: s.Say(v, "support.state")}, {Text: s.Say(v, "support.number")}, {Text: s.Say(v, "support.opened")},
	}}
	for _, q := range all {
		tag := s.tag(v, q.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: q.Subject, URL: s.requestURL(v, q.ID)}, {Tag: &tag}, {Text: s.Requests.Number(q)}, {Text: s.Instant(v, q.OpenedAt)},
		}})
	}
	return t
}

// requestView is one request as whoever asked sees it.
type requestView struct {
	Done     *design.NotificationBanner
	Errors   []design.FieldError
	Heading  design.Heading
	Facts    design.SummaryList
	Cite     design.Link
	History  string
	Timeline design.Timeline
	Reply    string // title of the form
	URL      string
	Reopen   bool
	Text     design.Textarea
	Files    *design.FileUpload
	Button   design.Button
	Close    design.Link // zero: it is closed
}

// Request is GET /{portal}/cabinet/requests/{request} and /{portal}/links/request/{token}.
func (s *Support) Request(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	at, err := s.seat(r, v)
	if err != nil {
		return err
	}
	return s.showRequest(w, r, v, at, nil, nil)
}

// ReplyPost is POST …/reply: a message of the person. One to a closed request opens it again.
func (s *Support) ReplyPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	at, err := s.seat(r, v)
	if err != nil {
		return err
	}
	form, files, err := given(r)
	if err != nil {
		return s.showRequest(w, r, v, at, form, err)
	}
	done := "sent"
	if form.Get("do") == "reopen" {
		err, done = s.Requests.Reopen(r.Context(), v.Actor.Portal, at.home, at.id, form.Get("text")), "reopened"
	} else {
		err = s.Requests.Reply(r.Context(), v.Actor.Portal, at.home, at.id, form.Get("text"), files)
	}
	if err != nil {
		return s.showRequest(w, r, v, at, form, err)
	}
	return frame.SeeOther(w, r, at.url+"?done="+done)
}

func (s *Support) showRequest(w http.ResponseWriter, r *http.Request, v gate.Visit, at seat, form url.Values, refusal error) error {
	t, err := s.Requests.Thread(r.Context(), v.Actor.Portal, at.home, at.id)
	if err != nil {
		return err
	}
	f, summary, status, err := s.fill(v, form, refusal)
	if err != nil {
		return err
	}
	q := t.Request
	view := requestView{
		Errors: summary, Heading: design.Heading{Caption: s.Say(v, "support.caption", "number", s.Requests.Number(q)), Text: q.Subject},
		Facts: s.facts(v, q), Cite: s.Cite(v, q.Cite), History: s.Say(v, "support.history"), Timeline: s.timeline(v, at, t),
		Reply: s.Say(v, "support.reply"), URL: at.url, Text: s.text(v, f, s.Say(v, "support.reply.text"), ""),
		Button: design.Button{Text: s.Say(v, "support.reply.button")}, Close: design.Link{Text: s.Say(v, "support.close.link"), URL: at.url + "/close"},
	}
	switch {
	case q.State == claims.Closed:
		view.Reopen, view.Close = true, design.Link{}
		view.Reply, view.Button.Text = s.Say(v, "support.reopen"), s.Say(v, "support.reopen.button")
	case !at.linked:
		files := s.files(v, f)
		view.Files = &files
	}
	if done := r.URL.Query().Get("done"); r.Method == http.MethodGet && s.Words.Has(v.Actor.Language, "support.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "support.done."+done), Text: s.Say(v, "support.keep_number", "number", s.Requests.Number(q)), Success: true}
	}
	page := s.Page(r, v, q.Subject)
	page.Trail = s.trail(v, at.linked, design.Link{Text: s.Say(v, "support.mine.title"), URL: mineURL(v)})
	page.Refused = refusal != nil
	return s.Write(w, r, status, page, view.page())
}

func (s *Support) facts(v gate.Visit, q claims.Request) design.SummaryList {
	list := design.SummaryList{Rows: []design.SummaryRow{
		{Key: s.Say(v, "support.number"), Value: s.Requests.Number(q)},
		{Key: s.Say(v, "support.state"), Body: s.tag(v, q.State)},
		{Key: s.Say(v, "support.kind"), Value: s.Say(v, "support.kind."+q.Kind)},
		{Key: s.Say(v, "support.opened"), Value: s.Instant(v, q.OpenedAt)},
	}}
	if !q.DueAt.IsZero() {
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "support.due"), Value: s.Day(v, q.DueAt.Add(-time.Microsecond))})
	}
	return list
}

// said is what one message says, with what came with it.
type said struct {
	Lines []string
	Files []design.Link
}

func (s *Support) timeline(v gate.Visit, at seat, t claims.Thread) design.Timeline {
	out := design.Timeline{Label: s.Say(v, "support.history")}
	for i, m := range t.Messages {
		e := design.Event{When: s.Instant(v, m.At), At: m.At.UTC().Format(time.RFC3339), Title: s.Say(v, "support.from."+string(m.Author))}
		if i == len(t.Messages)-1 {
			e.Moment = design.Current
		}
		x := said{Lines: lines(m.Text)}
		for _, f := range m.Files {
			x.Files = append(x.Files, design.Link{Text: f.Name, URL: at.url + "/files/" + s.Opaque.Of(f.ID)})
		}
		e.Body = x.view()
		out.Events = append(out.Events, e)
	}
	return out
}

// File is GET …/files/{file}.
func (s *Support) File(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	at, err := s.seat(r, v)
	if err != nil {
		return err
	}
	id, err := s.Opaque.ID(r.PathValue("file"))
	if err != nil {
		return absent()
	}
	f, err := s.Requests.FileOf(r.Context(), v.Actor.Portal, at.home, at.id, id)
	if err != nil {
		return err
	}
	return SendFile(w, f, s.Opaque.Of(f.ID))
}

// closeView asks whether a request is to be closed.
type closeView struct {
	Heading design.Heading
	Button  design.Button
	Back    design.Link
}

// Close is GET …/close.
func (s *Support) Close(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	at, err := s.seat(r, v)
	if err != nil {
		return err
	}
	t, err := s.Requests.Thread(r.Context(), v.Actor.Portal, at.home, at.id)
	if err != nil {
		return err
	}
	view := closeView{
		Heading: design.Heading{Caption: t.Request.Subject, Text: s.Say(v, "support.close.title"), Lead: s.Say(v, "support.close.lead")},
		Button:  design.Button{Text: s.Say(v, "support.close.button")}, Back: design.Link{Text: s.Say(v, "support.close.back"), URL: at.url},
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = append(s.trail(v, at.linked, design.Link{Text: s.Say(v, "support.mine.title"), URL: mineURL(v)}), design.Link{Text: t.Request.Subject, URL: at.url})
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// ClosePost is POST …/close. One that is closed already is where the person wanted it.
func (s *Support) ClosePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	at, err := s.seat(r, v)
	if err != nil {
		return err
	}
	if err := s.Requests.Close(r.Context(), v.Actor.Portal, at.home, at.id); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return frame.SeeOther(w, r, at.url+"?done=closed")
}

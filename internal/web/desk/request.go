package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tereze/internal/claims"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/web/support"
)

// requestView is one request of the support: what it is, and, once a reason is given, what is in it.
type requestView struct {
	Done    *design.NotificationBanner
	Errors  []design.FieldError
	Heading design.Heading
	Facts   design.SummaryList
	Cite    design.Link
	Ask     *askView
	Open    *threadView
}

// threadView is what an operator sees of a request for a reason, with a form for each act.
type threadView struct {
	URL     string
	Reason  string // goes along with each form: a refused one shows the thread again, and says so
	Version string // that the operator saw: of two who act at once one is told
	Notice  string
	Person  design.SummaryList
	Title   string
	Thread  design.Timeline
	Bars    string // why this operator may not act
	Take    *design.Button
	Answer  *requestForm
	Note    *requestForm
	Sort    *requestForm
}

// requestForm is one act.
type requestForm struct {
	Name, Title, Text string
	Upload            bool
	Fields            []design.Component
	Button            design.Button
}

// RequestCase answers GET /{portal}/console/requests/{home}/{request}.
func (s *Desk) RequestCase(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.askRequest(w, r, v, sent{})
}

// RequestCasePost answers POST of the same address: it shows the request for a reason. It does not redirect:
// what was seen belongs to this one look.
func (s *Desk) RequestCasePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	return s.showRequest(w, r, v, sent{reason: r.PostFormValue("reason")})
}

func (s *Desk) requestIDs(r *http.Request) (home, id identity.ID, err error) {
	if home, err = s.id(r, "home"); err == nil {
		id, err = s.id(r, "request")
	}
	return home, id, err
}

func (s *Desk) askRequest(w http.ResponseWriter, r *http.Request, v gate.Visit, x sent) error {
	home, id, err := s.requestIDs(r)
	if err != nil {
		return err
	}
	q, err := s.Requests.Head(r.Context(), v.Actor, home, id)
	if err != nil {
		return err
	}
	view := s.requestHead(r, v, q)
	view.Done = s.done(r, v, "call", "sent", "noted", "taken", "sorted")
	if view.Done != nil && r.URL.Query().Get("done") == "call" {
		view.Done.Text = s.Say(v, "desk.call.tell", "number", s.Requests.Number(q))
	}
	_, at := s.faults(v, "", x.refusal)
	for _, f := range frame.AsFaults(x.refusal) {
		view.Errors = append(view.Errors, design.FieldError{Text: s.Message(v, f), Field: f.Field})
	}
	view.Ask = &askView{
		Notice: design.WarningText{Text: s.Say(v, "console.person.notice")}, Reasons: s.reasons(v, x.reason, at["reason"]),
		Look: design.Button{Text: s.Say(v, "desk.request.look")},
	}
	return s.writeRequest(w, r, v, view, x.refusal)
}

func (s *Desk) requestHead(r *http.Request, v gate.Visit, q claims.Request) requestView {
	view := requestView{
		Heading: design.Heading{Caption: s.Say(v, "support.kind."+q.Kind), Text: s.Say(v, "support.caption", "number", s.Requests.Number(q))},
		Cite:    s.Cite(v, q.Cite),
	}
	view.Facts.Rows = []design.SummaryRow{
		{Key: s.Say(v, "support.state"), Body: s.requestTag(v, q)},
		{Key: s.Say(v, "support.via"), Value: s.Say(v, "support.via."+string(q.Via))},
		{Key: s.Say(v, "support.opened"), Value: s.Instant(v, q.OpenedAt)},
		{Key: s.Say(v, "support.due"), Value: s.dueDay(v, q)},
	}
	if q.Institution != 0 {
		if name, err := s.Institution(r.Context(), q.Institution); err == nil {
			view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: s.Say(v, "desk.request.institution"), Value: name})
		}
	}
	return view
}

func (s *Desk) writeRequest(w http.ResponseWriter, r *http.Request, v gate.Visit, view requestView, refusal error) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, design.Link{Text: s.Say(v, "desk.requests.title"), URL: requestsURL(v)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

// showRequest shows a request for its reason, with the refused form as it was typed.
func (s *Desk) showRequest(w http.ResponseWriter, r *http.Request, v gate.Visit, x sent) error {
	home, id, err := s.requestIDs(r)
	if err != nil {
		return err
	}
	t, err := s.Requests.Open(r.Context(), v.Actor, home, id, x.reason)
	switch {
	case fault.Is(err, fault.Invalid):
		return s.askRequest(w, r, v, sent{refusal: err})
	case err != nil:
		return err
	}
	view := s.requestHead(r, v, t.Request)
	view.Heading = design.Heading{Caption: view.Heading.Text, Text: t.Request.Subject}
	var at map[string]string
	view.Errors, at = s.faults(v, x.form, x.refusal)
	form := func(name string) filled {
		if name == x.form {
			return filled{prefix: name, values: x.values, at: at}
		}
		return filled{prefix: name}
	}
	if view.Open, err = s.thread(r, v, t, x.reason, form); err != nil {
		return err
	}
	return s.writeRequest(w, r, v, view, x.refusal)
}

func (s *Desk) thread(r *http.Request, v gate.Visit, t claims.Thread, reason string, form func(string) filled) (*threadView, error) {
	q := t.Request
	names, err := s.names(r.Context(), v, who(t)...)
	if err != nil {
		return nil, err
	}
	view := &threadView{
		URL: s.requestURL(v, q), Reason: reason, Version: strconv.Itoa(q.Version),
		Notice: s.Say(v, "console.person.seen", "reason", s.Say(v, "console.reason."+reason), "instant", s.Instant(v, v.Now)),
		Person: s.asker(v, q, names), Title: s.Say(v, "support.history"),
	}
	view.Thread = s.posts(v, view, t, names)
	switch {
	case q.Home == v.Actor.User:
		view.Bars = s.Say(v, "claims.own")
		return view, nil
	case q.State != claims.Closed:
		if q.Staff != v.Actor.User {
			view.Take = &design.Button{Text: s.Say(v, "desk.request.take"), Look: design.Secondary}
		}
		view.Answer = s.answerForm(v, form("answer"))
	}
	view.Note = &requestForm{
		Name: "note", Title: s.Say(v, "desk.request.note"), Text: s.Say(v, "desk.request.note_text"), Fields: []design.Component{s.postText(v, form("note"), "")},
		Button: design.Button{Text: s.Say(v, "desk.request.note_button"), Look: design.Secondary},
	}
	view.Sort = s.sortForm(v, form("sort"), q)
	return view, nil
}

// who are the users named in a thread.
func who(t claims.Thread) (ids []identity.ID) {
	if t.Request.Known() {
		ids = append(ids, t.Request.Home)
	}
	for _, m := range t.Messages {
		if m.Staff != 0 {
			ids = append(ids, m.Staff)
		}
	}
	if t.Request.Staff != 0 {
		ids = append(ids, t.Request.Staff)
	}
	return ids
}

// asker says who asks. Of a user, the desk's case about the user account can be opened from here.
func (s *Desk) asker(v gate.Visit, q claims.Request, names map[identity.ID]string) design.SummaryList {
	list := design.SummaryList{Title: s.Say(v, "desk.request.person")}
	add := func(key, value string) {
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, key), Value: written(value)})
	}
	if q.Known() {
		add("desk.request.name", names[q.Home])
		list.Act = design.Link{Text: s.Say(v, "desk.open.title"), URL: s.personURL(v, q.Home) + "/case"}
	} else {
		add("desk.request.name", q.Name)
		contact := q.Contact.Value
		if contact != "" && !q.Contact.Confirmed {
			contact = s.Say(v, "desk.request.unconfirmed", "contact", contact)
		}
		add("desk.request.contact", contact)
	}
	add("desk.requests.staff", names[q.Staff])
	return list
}

// postView is what one message says, with a button for each file: looking at one needs the reason too.
type postView struct {
	View  *threadView
	Lines []string
	Files []postFile
}

type postFile struct {
	ID     string
	Button design.Button
}

func (s *Desk) posts(v gate.Visit, view *threadView, t claims.Thread, names map[identity.ID]string) design.Timeline {
	out := design.Timeline{Label: s.Say(v, "support.history")}
	for _, m := range t.Messages {
		e := design.Event{
			When: s.Instant(v, m.At), At: m.At.UTC().Format(time.RFC3339), Title: s.Say(v, "desk.from."+string(m.Author)), By: names[m.Staff],
		}
		if m.Author == claims.Unverified {
			e.By = m.Sender
			e.Tag = &design.Tag{Text: s.Say(v, "desk.request.unverified"), Colour: design.TagBad}
		}
		x := postView{View: view, Lines: strings.Split(m.Text, "\n")}
		for _, f := range m.Files {
			x.Files = append(x.Files, postFile{s.Opaque.Of(f.ID), design.Button{Text: s.Say(v, "desk.request.file", "name", f.Name), Look: design.Secondary}})
		}
		e.Body = x.view()
		out.Events = append(out.Events, e)
	}
	return out
}

func (s *Desk) postText(v gate.Visit, f filled, hint string) design.Textarea {
	return design.Textarea{Field: f.field("text", s.Say(v, "desk.request.text"), hint), Value: f.value("text", ""), Rows: 5, MaxLength: claims.MaxText}
}

func (s *Desk) answerForm(v gate.Visit, f filled) *requestForm {
	files := f.field("files", s.Say(v, "support.files"), s.Say(v, "support.files_hint", "most", strconv.Itoa(claims.MostFiles), "megabytes", strconv.Itoa(claims.MostBytes>>20)))
	files.Optional = true
	return &requestForm{
		Name: "answer", Title: s.Say(v, "desk.request.answer"), Upload: true,
		Fields: []design.Component{
			s.postText(v, f, s.Say(v, "desk.request.answer_hint")), design.FileUpload{Field: files, Accept: ".pdf,.png,.jpg,.jpeg,.txt", Multiple: true},
			design.Checkboxes{Field: f.field("ask", s.Say(v, "desk.request.then"), ""), Small: true, Choices: []design.Choice{
				{Value: "yes", Label: s.Say(v, "desk.request.ask"), Checked: f.value("ask", "") == "yes"},
			}},
		},
		Button: design.Button{Text: s.Say(v, "desk.request.answer_button")},
	}
}

func (s *Desk) sortForm(v gate.Visit, f filled, q claims.Request) *requestForm {
	kinds := design.Select{Field: f.field("kind", s.Say(v, "support.kind"), "")}
	for _, k := range s.Requests.Offer(v.Actor.Portal).Kinds {
		kinds.Choices = append(kinds.Choices, design.Choice{Value: k.Name, Label: s.Say(v, "support.kind."+k.Name), Checked: k.Name == f.value("kind", q.Kind)})
	}
	return &requestForm{
		Name: "sort", Title: s.Say(v, "desk.request.sort"), Text: s.Say(v, "desk.request.sort_text"), Fields: []design.Component{kinds},
		Button: design.Button{Text: s.Say(v, "desk.request.sort_button"), Look: design.Secondary},
	}
}

// requestAct runs one form of the page of a request. What is refused comes back on that page as it was
// typed; what is done leads to the request with the news.
func (s *Desk) requestAct(w http.ResponseWriter, r *http.Request, v gate.Visit, form, done string, do func(step claims.Step, values url.Values, files []claims.File) error) error {
	home, id, err := s.requestIDs(r)
	if err != nil {
		return err
	}
	values, uploads, err := frame.ReadUploads(r, "files", claims.MostBytes)
	if err == nil {
		var files []claims.File
		for _, u := range uploads {
			files = append(files, claims.File{Name: u.Name, Content: u.Content})
		}
		version, _ := strconv.Atoi(values.Get("version")) // none is no version of any request
		err = do(claims.Step{Home: home, ID: id, Version: version}, values, files)
	}
	if frame.AsFaults(err) != nil {
		return s.showRequest(w, r, v, sent{form: form, reason: values.Get("reason"), values: values, refusal: err})
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, requestsURL(v)+"/"+s.Opaque.Of(home)+"/"+s.Opaque.Of(id)+"?done="+done)
}

// RequestAnswerPost answers POST …/answer.
func (s *Desk) RequestAnswerPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.requestAct(w, r, v, "answer", "sent", func(step claims.Step, values url.Values, files []claims.File) error {
		return s.Requests.Answer(r.Context(), v.Actor, step, values.Get("text"), files, values.Get("ask") == "yes")
	})
}

// RequestNotePost answers POST …/note.
func (s *Desk) RequestNotePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.requestAct(w, r, v, "note", "noted", func(step claims.Step, values url.Values, _ []claims.File) error {
		return s.Requests.AddNote(r.Context(), v.Actor, step, values.Get("text"))
	})
}

// RequestTakePost answers POST …/take.
func (s *Desk) RequestTakePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.requestAct(w, r, v, "take", "taken", func(step claims.Step, _ url.Values, _ []claims.File) error {
		return s.Requests.Take(r.Context(), v.Actor, step)
	})
}

// RequestSortPost answers POST …/sort.
func (s *Desk) RequestSortPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.requestAct(w, r, v, "sort", "sorted", func(step claims.Step, values url.Values, _ []claims.File) error {
		return s.Requests.Sort(r.Context(), v.Actor, step, values.Get("kind"))
	})
}

// RequestFilePost answers POST …/files/{file}: a file, for a reason.
func (s *Desk) RequestFilePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	home, id, err := s.requestIDs(r)
	if err != nil {
		return err
	}
	file, err := s.id(r, "file")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	f, err := s.Requests.StaffFile(r.Context(), v.Actor, home, id, file, r.PostFormValue("reason"))
	if err != nil {
		return err
	}
	return support.SendFile(w, f, s.Opaque.Of(f.ID))
}

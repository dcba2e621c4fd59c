// Package support is where people ask the support for help, and follow what became of it.
//
// It owns the form, open to visitors where the portal is, and the pages of one's own requests: those of a user
// stand in the cabinet, those of others behind a link that only their contact gets. What may be asked, and
// what follows, claims decides.
package support

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Support draws the pages of this area. All fields are needed.
type Support struct {
	*frame.Frame
	Accounts *account.Accounts
	Requests *claims.Requests
	// AskWithin opens the request of a visitor in the act that confirmed their contact, and gives the path
	// by which the browser goes on.
	AskWithin func(ctx context.Context, tx account.Tx, portal string, a claims.Ask, c account.Contact) (path string, err error)
	// Linked reads what a link to a request opens. Refusal: Absent.
	Linked func(ctx context.Context, portal, token string) (home, id identity.ID, err error)
}

func supportURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/support" }

func mineURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/cabinet/requests" }

func (s *Support) requestURL(v gate.Visit, id identity.ID) string {
	return mineURL(v) + "/" + s.Opaque.Of(id)
}

// seat is where somebody looks at their own request from: the cabinet, or a link.
type seat struct {
	home, id identity.ID
	url      string
	linked   bool
}

// seat finds out whose request an address means. Refusals: Unauthenticated; Absent.
func (s *Support) seat(r *http.Request, v gate.Visit) (seat, error) {
	if token := r.PathValue("token"); token != "" {
		home, id, err := s.Linked(r.Context(), v.Actor.Portal, token)
		return seat{home, id, "/" + v.Actor.Portal + "/links/request/" + url.PathEscape(token), true}, err
	}
	if !v.Actor.Known() {
		return seat{}, fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	id, err := s.Opaque.ID(r.PathValue("request"))
	if err != nil {
		return seat{}, absent()
	}
	return seat{v.Actor.User, id, s.requestURL(v, id), false}, nil
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// trail is the way to a page about requests.
func (s *Support) trail(v gate.Visit, linked bool, below ...design.Link) []design.Link {
	home := design.Link{Text: s.Say(v, "frame.nav.home"), URL: "/" + v.Actor.Portal}
	if linked || !v.Actor.Known() {
		return []design.Link{home}
	}
	return append([]design.Link{home, {Text: s.Say(v, "frame.nav.cabinet"), URL: "/" + v.Actor.Portal + "/cabinet"}}, below...)
}

// filled is a form as it was sent, with what was refused.
type filled struct {
	values url.Values
	at     map[string]string
}

func (f filled) field(name, label, hint string) design.Field {
	return design.Field{Name: name, Label: label, Hint: hint, Error: f.at[name]}
}

// fill prepares what was refused of a form. Refusals a form is not shown again with come back as they are.
func (s *Support) fill(v gate.Visit, values url.Values, refusal error) (f filled, summary []design.FieldError, status int, err error) {
	f, status = filled{values: values}, http.StatusOK
	if refusal == nil {
		return f, nil, status, nil
	}
	var ok bool
	if summary, f.at, ok = s.Errors(v, refusal); !ok {
		return f, nil, 0, refusal
	}
	for i, x := range frame.AsFaults(refusal) {
		summary[i].Cite = s.Cite(v, x.Cite)
	}
	return f, summary, statusOf(refusal), nil
}

func statusOf(refusal error) int {
	if x, ok := refusal.(fault.Faults); ok && len(x) > 0 {
		return frame.FormStatus(x[0])
	}
	return frame.FormStatus(refusal)
}

// files asks for what proves or shows what is meant.
func (s *Support) files(v gate.Visit, f filled) design.FileUpload {
	field := f.field("files", s.Say(v, "support.files"), s.Say(v, "support.files_hint", "most", strconv.Itoa(claims.MostFiles), "megabytes", strconv.Itoa(claims.MostBytes>>20)))
	field.Optional = true
	return design.FileUpload{Field: field, Accept: ".pdf,.png,.jpg,.jpeg,.txt", Multiple: true}
}

func (s *Support) text(v gate.Visit, f filled, label, hint string) design.Textarea {
	return design.Textarea{Field: f.field("text", label, hint), Value: f.values.Get("text"), Rows: 8, MaxLength: claims.MaxText}
}

// given reads the form of a request or of a message, with its files.
func given(r *http.Request) (url.Values, []claims.File, error) {
	values, uploads, err := frame.ReadUploads(r, "files", claims.MostBytes)
	var files []claims.File
	for _, u := range uploads {
		files = append(files, claims.File{Name: u.Name, Content: u.Content})
	}
	return values, files, err
}

// tag is the state of a request as the person sees it.
func (s *Support) tag(v gate.Visit, state claims.State) design.Tag {
	t := design.Tag{Text: s.Say(v, "support.state."+string(state))}
	switch state {
	case claims.New, claims.InWork, claims.Reopened:
		t.Colour = design.TagBrand
	case claims.Waiting:
		t.Colour = design.TagWait
	case claims.Answered:
		t.Colour = design.TagGood
	}
	return t
}

// lines are the lines of what somebody wrote.
func lines(text string) []string { return strings.Split(text, "\n") }

// SendFile sends a file of a request to be kept, never to be shown as a page: whoever sent it may have
// meant harm.
func SendFile(w http.ResponseWriter, f claims.File, name string) error {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", `attachment; filename="`+name+extension(f.Type)+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	_, _ = w.Write(f.Content) // whoever has left reads no further
	return nil
}

func extension(kind string) string {
	switch kind {
	case "application/pdf":
		return ".pdf"
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	}
	return ".txt"
}

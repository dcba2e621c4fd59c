package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/claims"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// requestsView is the queue of the support.
type requestsView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Find    design.TextInput
	FindBy  design.Button
	State   design.Select
	Kind    design.Select
	Late    design.Checkboxes
	Filter  design.Button
	Call    design.Link // zero where no clause provides a telephone
	Export  design.Link
	Table   *design.Table
	None    design.EmptyState
	Pages   design.Pagination
}

// requestsPerPage is how many are shown at a time, and requestsAView how many one view of the database reads
// for an export.
const (
	requestsPerPage = 50
	requestsAView   = 500
)

func requestsURL(v gate.Visit) string { return consoleURL(v) + "/requests" }

func (s *Desk) requestURL(v gate.Visit, q claims.Request) string {
	return requestsURL(v) + "/" + s.Opaque.Of(q.Home) + "/" + s.Opaque.Of(q.ID)
}

// asked reads out of the address which requests are to be listed. Refusal: Absent.
func (s *Desk) asked(r *http.Request) (f claims.Filter, asked url.Values, err error) {
	query := r.URL.Query()
	asked = url.Values{}
	f.State = "open"
	if state := query.Get("state"); state == "all" {
		f.State = ""
		asked.Set("state", "all")
	} else if slices.Contains(claims.States(), claims.State(state)) {
		f.State = state
		asked.Set("state", state)
	}
	if f.Kind = query.Get("kind"); f.Kind != "" {
		asked.Set("kind", f.Kind)
	}
	if f.Late = query.Get("late") == "yes"; f.Late {
		asked.Set("late", "yes")
	}
	if after := query.Get("after"); after != "" {
		rest, first := strings.CutPrefix(after, "0.")
		mark, err := s.mark(strings.TrimPrefix(rest, "1."))
		if err != nil {
			return f, nil, err
		}
		f.After = claims.Mark{First: first, At: mark.At, ID: mark.ID}
	}
	return f, asked, nil
}

func (s *Desk) markOf(q claims.Request) string {
	rank := "1."
	if q.First {
		rank = "0."
	}
	return rank + strconv.FormatInt(q.OpenedAt.UnixMicro(), 36) + "." + s.Opaque.Of(q.ID)
}

// RequestQueue answers GET /{portal}/console/requests?state=&kind=&late=&after=. The list tells what kind
// each request is, where it stands and when it is due, and nothing of the person. With number= it leads to
// the request of that number.
func (s *Desk) RequestQueue(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var missed error
	if number := r.URL.Query().Get("number"); number != "" {
		q, err := s.Requests.Find(r.Context(), v.Actor, number)
		if err == nil {
			return frame.SeeOther(w, r, s.requestURL(v, q))
		}
		if !missing(err) {
			return err
		}
		missed = fault.New(fault.Invalid, "claims.no_number").At("number")
	}
	f, asked, err := s.asked(r)
	if err != nil {
		return err
	}
	f.Limit = requestsPerPage + 1
	all, err := s.Requests.Queue(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	view := s.requestsView(v, f, asked, missed)
	view.Find.Value = r.URL.Query().Get("number")
	if len(all) > requestsPerPage {
		all = all[:requestsPerPage]
		asked.Set("after", s.markOf(all[requestsPerPage-1]))
		view.Pages.Next = requestsURL(v) + "?" + asked.Encode()
	}
	if len(all) > 0 {
		if view.Table, err = s.requestsTable(r, v, all); err != nil {
			return err
		}
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Bare, page.Refused = s.trail(v), true, missed != nil
	status := http.StatusOK
	if missed != nil {
		status = refused(missed)
	}
	return s.Write(w, r, status, page, view.page())
}

func (s *Desk) requestsView(v gate.Visit, f claims.Filter, asked url.Values, missed error) requestsView {
	o := s.Requests.Offer(v.Actor.Portal)
	view := requestsView{
		Heading: design.Heading{Text: s.Say(v, "desk.requests.title"), Lead: s.Say(v, "desk.requests.lead")},
		Find:    design.TextInput{Field: design.Field{Name: "number", Label: s.Say(v, "desk.requests.number")}, Width: design.Chars20},
		FindBy:  design.Button{Text: s.Say(v, "desk.requests.find"), Look: design.Secondary},
		State:   design.Select{Field: design.Field{Name: "state", Label: s.Say(v, "desk.requests.state")}},
		Kind:    design.Select{Field: design.Field{Name: "kind", Label: s.Say(v, "support.kind")}},
		Late:    design.Checkboxes{Field: design.Field{Name: "late", Label: s.Say(v, "desk.requests.due")}, Small: true},
		Filter:  design.Button{Text: s.Say(v, "desk.requests.filter"), Look: design.Secondary},
		Export:  design.Link{Text: s.Say(v, "desk.requests.export"), URL: requestsURL(v) + ".csv?" + asked.Encode()},
		None:    design.EmptyState{Title: s.Say(v, "desk.requests.none"), Text: s.Say(v, "desk.requests.none_text")},
	}
	var at map[string]string
	view.Errors, at = s.faults(v, "", missed)
	for i := range view.Errors {
		view.Errors[i].Field = "number"
	}
	view.Find.Error = at["number"]
	if o.Phone != "" {
		view.Call = design.Link{Text: s.Say(v, "desk.call.title"), URL: requestsURL(v) + "/new"}
	}
	states := []string{"open", "all"}
	for _, state := range claims.States() {
		states = append(states, string(state))
	}
	for _, state := range states {
		view.State.Choices = append(view.State.Choices, design.Choice{
			Value: state, Label: s.Say(v, "support.state."+state), Checked: state == f.State || state == "all" && f.State == "",
		})
	}
	view.Kind.Choices = []design.Choice{{Label: s.Say(v, "desk.requests.any_kind")}}
	for _, k := range o.Kinds {
		view.Kind.Choices = append(view.Kind.Choices, design.Choice{Value: k.Name, Label: s.Say(v, "support.kind."+k.Name), Checked: k.Name == f.Kind})
	}
	view.Late.Choices = []design.Choice{{Value: "yes", Label: s.Say(v, "desk.requests.late"), Checked: f.Late}}
	return view
}

func (s *Desk) requestTag(v gate.Visit, q claims.Request) design.Tag {
	t := design.Tag{Text: s.Say(v, "support.state."+string(q.State))}
	switch q.State {
	case claims.New, claims.Reopened:
		t.Colour = design.TagWait
	case claims.InWork:
		t.Colour = design.TagBrand
	case claims.Answered:
		t.Colour = design.TagGood
	}
	return t
}

func (s *Desk) requestsTable(r *http.Request, v gate.Visit, all []claims.Request) (*design.Table, error) {
	var staff []identity.ID
	for _, q := range all {
		if q.Staff != 0 {
			staff = append(staff, q.Staff)
		}
	}
	names, err := s.names(r.Context(), v, staff...)
	if err != nil {
		return nil, err
	}
	t := &design.Table{ID: "requests", Caption: s.Say(v, "desk.requests.title"), Hidden: true, Header: true, Small: true}
	for _, key := range []string{"support.number", "support.kind", "support.state", "support.opened", "support.due", "desk.requests.staff", "desk.requests.unverified"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, key), Numeric: key == "desk.requests.unverified"})
	}
	for _, q := range all {
		tag := s.requestTag(v, q)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Requests.Number(q), URL: s.requestURL(v, q)}, {Text: s.Say(v, "support.kind."+q.Kind)}, {Tag: &tag}, {Text: s.Instant(v, q.OpenedAt)},
			{Text: s.dueDay(v, q)}, {Text: written(names[q.Staff])}, {Text: strconv.Itoa(q.Unverified)},
		}})
	}
	return t, nil
}

// dueDay is the last day of the term.
func (s *Desk) dueDay(v gate.Visit, q claims.Request) string {
	if q.DueAt.IsZero() {
		return written("")
	}
	return s.Day(v, q.DueAt.Add(-time.Microsecond))
}

// RequestsCSV answers GET /{portal}/console/requests.csv: the whole list, as chosen.
func (s *Desk) RequestsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, _, err := s.asked(r)
	if err != nil {
		return err
	}
	f.Limit = requestsAView
	all, err := s.Requests.Queue(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"number", "kind", "state", "via", "opened", "due"} {
		head = append(head, s.Say(v, "support."+key))
	}
	out := frame.AttachCSV(w, "requests.csv", head...)
	for {
		for _, q := range all {
			out.Row(s.Requests.Number(q), s.Say(v, "support.kind."+q.Kind), s.Say(v, "support.state."+string(q.State)),
				s.Say(v, "support.via."+string(q.Via)), s.Stamp(v, q.OpenedAt), s.Stamp(v, q.DueAt))
		}
		if !out.Flush() || len(all) < f.Limit {
			return nil // whoever has left reads no further
		}
		last := all[len(all)-1]
		f.After = claims.Mark{First: last.First, At: last.OpenedAt, ID: last.ID}
		if all, err = s.Requests.Queue(r.Context(), v.Actor, f); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

// Package status is the pages on the state of a portal: what works, what is planned, what happened.
//
// They are open to everybody, on a closed system too, and say nothing of anybody. What happens operations
// knows, from memory for now and the future; the past is read by months.
package status

import (
	"net/http"
	"strconv"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Status draws the pages of this area. All fields are needed.
type Status struct {
	*frame.Frame
	Operations *operations.Operations
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func statusURL(v gate.Visit) string { return home(v) + "/status" }

func (s *Status) eventURL(v gate.Visit, e operations.Event) string {
	return statusURL(v) + "/" + s.Opaque.Of(e.ID)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// lookBack is how far the page looks back at first.
const lookBack = 90 * 24 * time.Hour

type view struct {
	Heading    design.Heading
	Cite       design.Link
	State      design.Tag
	Components design.Table
	NowTitle   string
	Now        design.Timeline
	NoneNow    design.EmptyState
	NextTitle  string
	Next       design.Timeline
	NoneNext   design.EmptyState
	PastTitle  string
	Share      string // how much of the promised hours the portal was open
	ShareCite  design.Link
	Past       design.Timeline
	NonePast   design.EmptyState
	Failed     string // the past cannot be read now
	Pages      design.Pagination
	Feeds      []design.Link
}

// stretch is the time a page shows of the past: the last ninety days, or a month.
type stretch struct {
	from, until time.Time
	month       time.Time // zero: the last ninety days
}

const monthForm = "2006-01"

// stretch reads ?month=2026-11, of the past three years at most. Refusal: Absent for what is no such month.
func (s *Status) stretch(r *http.Request, v gate.Visit) (stretch, error) {
	text := r.URL.Query().Get("month")
	if text == "" {
		return stretch{from: v.Now.Add(-lookBack), until: v.Now}, nil
	}
	month, err := time.ParseInLocation(monthForm, text, s.Portal(v).Zone)
	if err != nil || month.After(v.Now) || month.Before(v.Now.AddDate(-3, 0, 0)) {
		return stretch{}, absent()
	}
	until := calendar.AddMonths(month, 1, month.Location())
	if until.After(v.Now) {
		until = v.Now
	}
	return stretch{month, until, month}, nil
}

// Status is GET /{portal}/status?month=: how the portal works now, what is planned, what happened. Where the
// database cannot be asked it still says how things stand: that is when people come here.
func (s *Status) Status(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	span, err := s.stretch(r, v)
	if err != nil {
		return err
	}
	live := s.Operations.Live(v.Actor.Portal, v.Now)
	view := view{
		Heading: design.Heading{Text: s.Say(v, "status.title", "portal", s.In(v, s.Portal(v).Title)), Lead: s.Say(v, "status.lead")},
		Cite:    s.promised(v), Components: s.components(v, live), State: s.state(v, live),
		NowTitle: s.Say(v, "status.now"), Now: design.Timeline{Label: s.Say(v, "status.now")}, NoneNow: design.EmptyState{Title: s.Say(v, "status.none_now"), Text: s.Say(v, "status.none_now_text")},
		NextTitle: s.Say(v, "status.next"), Next: design.Timeline{Label: s.Say(v, "status.next")}, NoneNext: design.EmptyState{Title: s.Say(v, "status.none_next"), Text: s.Say(v, "status.none_next_text")},
		NonePast: design.EmptyState{Title: s.Say(v, "status.none_past"), Text: s.Say(v, "status.none_past_text")},
		Feeds: []design.Link{
			{Text: s.Say(v, "status.feed_ics"), URL: home(v) + "/status.ics"}, {Text: s.Say(v, "status.feed_atom"), URL: home(v) + "/status.atom"}, {Text: s.Say(v, "status.feed_json"), URL: home(v) + "/status.json"},
		},
	}
	for _, e := range live {
		if e.Phase(v.Now) == operations.Now {
			view.Now.Events = append(view.Now.Events, s.shown(v, e))
		} else {
			view.Next.Events = append(view.Next.Events, s.shown(v, e))
		}
	}
	past, err := s.Operations.Between(r.Context(), v.Actor.Portal, span.from, span.until)
	s.past(v, &view, span, past, err)
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}}
	return s.Write(w, r, http.StatusOK, page, view.page())
}

func (s *Status) past(v gate.Visit, view *view, span stretch, past []operations.Event, err error) {
	view.PastTitle = s.Say(v, "status.past")
	first := time.Date(span.until.In(s.Portal(v).Zone).Year(), span.until.In(s.Portal(v).Zone).Month(), 1, 0, 0, 0, 0, s.Portal(v).Zone)
	if !span.month.IsZero() {
		first = span.month
		view.PastTitle = s.Say(v, "status.past_month", "month", strconv.Itoa(first.Year())+"-"+first.Format("01"))
		if next := first.AddDate(0, 1, 0); !next.After(v.Now) {
			view.Pages.Next = statusURL(v) + "?month=" + next.Format(monthForm)
		}
	}
	view.Pages.Previous = statusURL(v) + "?month=" + first.AddDate(0, -1, 0).Format(monthForm)
	if err != nil {
		view.Failed = s.Say(v, "status.failed")
		return
	}
	if promise, cite, ok := s.Operations.Promise(v.Actor.Portal, v.Now); ok && span.until.After(span.from) {
		share := operations.Availability(promise, past, span.from, span.until)
		view.Share = s.Say(v, "status.share", "share", strconv.Itoa(share/100)+"."+strconv.Itoa(share/10%10)+strconv.Itoa(share%10))
		view.ShareCite = s.Cite(v, cite)
	}
	view.Past.Label = view.PastTitle
	for _, e := range past {
		if e.Phase(v.Now) == operations.Past {
			view.Past.Events = append(view.Past.Events, s.shown(v, e))
		}
	}
}

// promised is the clause that has the portal kept working: its hours, its parts, or how soon it is restored.
func (s *Status) promised(v gate.Visit) design.Link {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if _, cite, ok := s.Operations.Promise(v.Actor.Portal, v.Now); ok {
		return s.Cite(v, cite)
	}
	if _, cite, ok := clause.In[operations.ComponentHealth](book); ok {
		return s.Cite(v, cite)
	}
	_, cite, _ := clause.In[operations.Restoration](book)
	return s.Cite(v, cite)
}

// state says in a word how the portal stands.
func (s *Status) state(v gate.Visit, live []operations.Event) design.Tag {
	for _, e := range live {
		if e.Phase(v.Now) == operations.Now {
			return design.Tag{Text: s.Say(v, "status.state."+e.Kind), Colour: colour(e)}
		}
	}
	for _, c := range s.Operations.Components() {
		if !c.Works {
			return design.Tag{Text: s.Say(v, "status.state.incident"), Colour: design.TagBad}
		}
	}
	return design.Tag{Text: s.Say(v, "status.state.works_all"), Colour: design.TagGood}
}

func colour(e operations.Event) design.TagColour {
	if e.Kind == operations.Planned {
		return design.TagWait
	}
	return design.TagBad
}

// components are the parts of the portal with their state: what the program watches itself, and the services as
// the operator tells of them (egov 3.3.2).
func (s *Status) components(v gate.Visit, live []operations.Event) design.Table {
	t := design.Table{ID: "components", Caption: s.Say(v, "status.components"), Header: true, Narrow: true, Columns: []design.Column{
		{Text: s.Say(v, "status.component")}, {Text: s.Say(v, "status.state")}, {Text: s.Say(v, "status.since")},
	}}
	add := func(name string, tag design.Tag, since string) {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: name}, {Tag: &tag}, {Text: since}}})
	}
	works := design.Tag{Text: s.Say(v, "status.state.works_all"), Colour: design.TagGood}
	for _, c := range s.Operations.Components() {
		tag := works
		if !c.Works {
			tag = design.Tag{Text: s.Say(v, "status.state.incident"), Colour: design.TagBad}
		}
		add(s.Say(v, "status.component."+c.Name), tag, s.Instant(v, c.Since))
	}
	for _, name := range s.Operations.Services(v.Actor.Portal) {
		tag, since := works, "—"
		for _, e := range live {
			if e.Phase(v.Now) == operations.Now && e.Touches(name) {
				tag, since = design.Tag{Text: s.Say(v, "status.state."+e.Kind), Colour: colour(e)}, s.Instant(v, e.Begins)
			}
		}
		add(s.ServiceName(v, name), tag, since)
	}
	return t
}

// shown is an event in a list.
func (s *Status) shown(v gate.Visit, e operations.Event) design.Event {
	tag := design.Tag{Text: s.Say(v, "frame.event."+e.Kind), Colour: colour(e)}
	out := design.Event{
		When: s.Instant(v, e.Begins), At: e.Begins.UTC().Format(time.RFC3339), Title: s.When(v, e), URL: s.eventURL(v, e), Text: e.Reason[v.Actor.Language],
		Tag: &tag, Cite: s.Cite(v, e.Cite),
	}
	switch e.Phase(v.Now) {
	case operations.Now:
		out.Moment = design.Current
	case operations.Ahead:
		out.Moment = design.Ahead
	}
	return out
}

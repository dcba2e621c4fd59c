package status

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
)

type eventView struct {
	Heading design.Heading
	Cite    design.Link
	Facts   design.SummaryList
	Calls   []design.Link
	Title   string
	History design.Timeline
}

// Event is GET /{portal}/status/{event}: one event with its history. Who of the operator did what is not said.
func (s *Status) Event(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, notes, err := s.event(r, v)
	if err != nil {
		return err
	}
	view := eventView{
		Heading: design.Heading{Caption: s.Say(v, "frame.event."+e.Kind), Text: e.Reason[v.Actor.Language]},
		Cite:    s.Cite(v, e.Cite), Title: s.Say(v, "status.history"), History: design.Timeline{Label: s.Say(v, "status.history")},
	}
	if view.Facts, err = s.Facts(v, e); err != nil {
		return err
	}
	if e.Phase(v.Now) == operations.Ahead {
		view.Calls = []design.Link{{Text: s.Say(v, "status.calendar"), URL: s.eventURL(v, e) + "/event.ics"}}
	}
	for _, n := range notes {
		view.History.Events = append(view.History.Events, design.Event{
			When: s.Instant(v, n.At), At: n.At.UTC().Format(time.RFC3339), Title: s.Say(v, "status.act."+n.Act), Text: n.Text[v.Actor.Language],
		})
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}, {Text: s.Say(v, "frame.status"), URL: statusURL(v)}}
	return s.Write(w, r, http.StatusOK, page, view.page())
}

func (s *Status) event(r *http.Request, v gate.Visit) (operations.Event, []operations.Note, error) {
	id, err := s.Opaque.ID(r.PathValue("event"))
	if err != nil {
		return operations.Event{}, nil, absent()
	}
	return s.Operations.OneEvent(r.Context(), v.Actor.Portal, id)
}

// Facts are what is known of an event.
func (s *Status) Facts(v gate.Visit, e operations.Event) (out design.SummaryList, err error) {
	row := func(key, value string) {
		out.Rows = append(out.Rows, design.SummaryRow{Key: s.Say(v, "status.fact."+key), Value: value})
	}
	row("when", s.When(v, e))
	row("phase", s.Say(v, "status.phase."+e.Phase(v.Now)))
	if e.Closes {
		row("closes", s.Say(v, "status.closed_meanwhile"))
	}
	if e.Cause != "" {
		row("cause", s.Say(v, "status.cause."+e.Cause))
	}
	if percent, cite, ok := s.Operations.Compensation(e); ok {
		value := s.Say(v, "status.compensation_none")
		if percent > 0 {
			value = s.Say(v, "status.compensation", "percent", strconv.Itoa(percent))
		}
		out.Rows = append(out.Rows, design.SummaryRow{Key: s.Say(v, "status.fact.compensation"), Value: value, Change: s.Cite(v, cite)})
	}
	if e.Source != "" {
		row("noticed", s.Instant(v, e.NoticeAt)+", "+s.Say(v, "status.source."+e.Source))
	}
	row("told", s.Instant(v, e.PostedAt))
	if e.Late {
		row("late", s.Say(v, "status.late"))
	}
	if e.LateWhy != "" {
		row("late_why", e.LateWhy)
	}
	if e.Document != "" {
		row("document", e.Document)
	}
	if !e.LapsedAt.IsZero() {
		row("lapsed", s.Say(v, "status.lapsed", "instant", s.Instant(v, e.LapsedAt)))
	}
	return s.restored(v, e, out)
}

// restored adds how long the restoration took and what the agreement promises (kundelik 4.3, ismet R30).
func (s *Status) restored(v gate.Visit, e operations.Event, out design.SummaryList) (design.SummaryList, error) {
	if e.Kind != operations.Incident {
		return out, nil
	}
	r, err := s.Operations.Restored(e, v.Now)
	if err != nil {
		return out, err
	}
	minutes := int(r.Took / time.Minute)
	key := "status.fact.took"
	if e.EndedAt.IsZero() {
		key = "status.fact.lasts"
	}
	out.Rows = append(out.Rows, design.SummaryRow{Key: s.Say(v, key), Value: s.Say(v, "status.took", "time", fmt.Sprintf("%d:%02d", minutes/60, minutes%60))})
	if r.Promise != "" {
		value := s.Say(v, "status.promise."+r.Promise)
		if r.Late {
			value += " " + s.Say(v, "status.restored_late", "instant", s.Instant(v, r.Due))
		}
		out.Rows = append(out.Rows, design.SummaryRow{Key: s.Say(v, "status.fact.promise"), Value: value, Change: s.Cite(v, r.Cite)})
	}
	return out, nil
}

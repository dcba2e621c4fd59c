package front

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// editionsView is the archive of a document.
type editionsView struct {
	Title    string
	Caption  string
	Lead     string
	Cite     design.Link
	Timeline design.Timeline
	OnDate   onDateForm
	Errors   []design.FieldError
}

// onDateForm looks up the text in force on a day.
type onDateForm struct {
	Title  string
	Date   design.TextInput
	Action string
	Button string
}

// Editions shows every posted edition of a document, the newest first (ismet 2.6).
func (s *Front) Editions(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.editions(w, r, v, "", nil)
}

// editions shows the archive, with the day that could not be read where one was asked for.
func (s *Front) editions(w http.ResponseWriter, r *http.Request, v gate.Visit, day string, wrong *fault.Fault) error {
	document, posted, err := s.document(r, v)
	if err != nil {
		return err
	}
	e := latest(posted, v.Now)
	view := editionsView{
		Title: s.Say(v, "front.editions.title"), Caption: s.In(v, e.Content.Title), Lead: s.Say(v, "front.editions.lead"),
		Cite:     cite[agreement.Publication](s, v, document),
		Timeline: design.Timeline{Label: s.Say(v, "front.editions.title")},
		OnDate: onDateForm{
			Title: s.Say(v, "front.on_date.ask"), Action: documentURL(v, document) + "/on", Button: s.Say(v, "front.on_date.show"),
			Date: design.TextInput{
				Field: design.Field{Name: "date", Label: s.Say(v, "front.on_date.day"), Hint: s.Say(v, "front.on_date.hint")},
				Type:  "date", Value: day, Width: design.Digits10,
			},
		},
	}
	for _, e := range slices.Backward(posted) {
		view.Timeline.Events = append(view.Timeline.Events, s.event(v, e, posted))
	}
	page, status := s.Page(r, v, s.Say(v, "front.editions.of", "document", view.Caption)), http.StatusOK
	page.Trail = s.trail(v, s.documentLink(v, e), design.Link{Text: view.Title})
	if wrong != nil {
		message := s.Message(v, wrong)
		view.OnDate.Date.Error, page.Refused, status = message, true, http.StatusUnprocessableEntity
		view.Errors = []design.FieldError{{Field: "date", Text: message}}
	}
	return s.Write(w, r, status, page, view.page())
}

// event is one edition in the archive.
func (s *Front) event(v gate.Visit, e agreement.Edition, posted []agreement.Edition) design.Event {
	st := stands(e, posted, v.Now)
	tag := s.tag(v, st)
	out := design.Event{
		When: s.Instant(v, e.InForceAt), At: rfc3339(e.InForceAt), Title: s.numbered(v, e),
		URL: frame.EditionURL(e.Portal, e.Document, e.Number), Tag: &tag, Text: s.told(v, e, posted),
	}
	switch st {
	case inForce:
		out.Moment = design.Current
	case announced:
		out.Moment = design.Ahead
	}
	if e.Number != posted[0].Number {
		out.Body = more(design.Link{Text: s.Say(v, "front.editions.changes", "edition", strconv.Itoa(e.Number)), URL: changesURL(e)})
	}
	return out
}

package front

import (
	"net/http"
	"strings"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// onDateView says that no edition was in force.
type onDateView struct {
	Title   string
	Caption string
	Empty   design.EmptyState
}

// endOf is the last microsecond of a day in the portal's zone. The day is written YYYY-MM-DD.
func (s *Front) endOf(v gate.Visit, day string) (time.Time, bool) {
	begins, err := time.ParseInLocation(time.DateOnly, day, s.Portal(v).Zone)
	if err != nil {
		return time.Time{}, false
	}
	y, m, d := begins.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, begins.Location()).Add(-time.Microsecond), true
}

// OnDate shows the edition that is in force at the end of a day, by what is posted now.
func (s *Front) OnDate(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	document, posted, err := s.document(r, v)
	if err != nil {
		return err
	}
	end, ok := s.endOf(v, r.PathValue("date"))
	if !ok {
		return absent()
	}
	title := s.Say(v, "front.on_date.title", "day", s.Day(v, end))
	archive := design.Link{Text: s.Say(v, "front.text.archive"), URL: documentURL(v, document) + "/editions"}
	page := s.Page(r, v, title)
	page.Trail = s.trail(v, s.documentLink(v, latest(posted, v.Now)), design.Link{Text: title})
	e, offered := agreement.InForce(posted, end)
	if e.Number == 0 {
		view := onDateView{
			Title: title, Caption: s.In(v, latest(posted, v.Now).Content.Title),
			Empty: design.EmptyState{
				Title: s.Say(v, "front.on_date.none"), Act: archive,
				Text: s.Say(v, "front.on_date.none_text", "day", s.Day(v, posted[0].InForceAt)),
			},
		}
		return s.Write(w, r, http.StatusOK, page, view.page())
	}
	view := s.text(v, e, posted)
	view.Caption, view.Title = view.Title+", "+view.Caption, title
	view.Links = []design.Link{{Text: s.Say(v, "front.text.lasting"), URL: frame.EditionURL(e.Portal, document, e.Number)}, archive}
	switch {
	case !offered:
		view.Notice = s.Say(v, "front.on_date.withdrawn", "instant", s.Instant(v, e.WithdrawnAt))
	case end.After(v.Now):
		view.Notice = s.Say(v, "front.on_date.ahead")
	}
	canonical(w, e)
	return s.Write(w, r, http.StatusOK, page, view.view())
}

// OnDateForm leads to the text in force on the day asked for. A day that cannot be read comes back
// with the archive.
func (s *Front) OnDateForm(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	document, _, err := s.document(r, v)
	if err != nil {
		return err
	}
	day := strings.TrimSpace(r.URL.Query().Get("date"))
	if _, ok := s.endOf(v, day); !ok {
		return s.editions(w, r, v, day, fault.New(fault.Invalid, "front.on_date.wrong"))
	}
	return frame.SeeOther(w, r, documentURL(v, document)+"/on/"+day)
}

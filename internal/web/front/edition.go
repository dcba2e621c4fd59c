package front

import (
	"net/http"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Edition shows any posted edition with what has become of it.
func (s *Front) Edition(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, posted, err := s.edition(r, v)
	if err != nil {
		return err
	}
	view := s.text(v, e, posted)
	switch now := latest(posted, v.Now); stands(e, posted, v.Now) {
	case announced:
		view.Notice = s.Say(v, "front.edition.announced", "instant", s.Instant(v, e.InForceAt))
		view.NoticeLink = design.Link{Text: s.Say(v, "front.text.now"), URL: documentURL(v, e.Document)}
		if now.Number == e.Number {
			view.NoticeLink = design.Link{}
		}
	case superseded:
		view.Notice = s.Say(v, "front.edition.superseded")
		view.NoticeLink = design.Link{Text: s.Say(v, "front.text.now"), URL: documentURL(v, e.Document)}
	case withdrawn:
		view.Notice = s.Say(v, "front.edition.withdrawn")
	}
	page := s.Page(r, v, s.Say(v, "front.edition.title", "document", view.Title, "edition", view.Caption))
	page.Trail = s.trail(v, s.documentLink(v, e), design.Link{Text: view.Caption})
	return s.Write(w, r, http.StatusOK, page, view.view())
}

// nextAnnounced is the next edition to come into force, zero where none is announced.
func nextAnnounced(v gate.Visit, posted []agreement.Edition) agreement.Edition {
	if all := agreement.Announced(posted, v.Now); len(all) > 0 {
		return all[0]
	}
	return agreement.Edition{}
}

// announcedLink leads to the next edition to come into force.
func (s *Front) announcedLink(v gate.Visit, posted []agreement.Edition) design.Link {
	e := nextAnnounced(v, posted)
	if e.Number == 0 || len(posted) == 1 {
		return design.Link{}
	}
	return design.Link{Text: s.Say(v, "front.text.will_change"), URL: frame.EditionURL(e.Portal, e.Document, e.Number) + "/changes"}
}

package front

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Document shows the text of the edition in force of a document; of a withdrawn one, the text that
// still binds those who accepted it.
func (s *Front) Document(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	_, posted, err := s.document(r, v)
	if err != nil {
		return err
	}
	e := latest(posted, v.Now)
	view := s.text(v, e, posted)
	view.Links = append([]design.Link{
		{Text: s.Say(v, "front.text.lasting"), URL: frame.EditionURL(e.Portal, e.Document, e.Number)},
	}, view.Links...)
	if next := s.announcedLink(v, posted); next.URL != "" {
		view.Notice, view.NoticeLink = s.Say(v, "front.text.amended", "instant", s.Instant(v, nextAnnounced(v, posted).InForceAt)), next
	}
	canonical(w, e)
	page := s.Page(r, v, view.Title)
	page.Trail = s.trail(v, design.Link{Text: view.Title})
	return s.Write(w, r, http.StatusOK, page, view.view())
}

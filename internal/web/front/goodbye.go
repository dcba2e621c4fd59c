package front

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// goodbyeView says what a refusal or a departure has done. It names nobody: anyone may open it.
type goodbyeView struct {
	Title string
	Text  string
	Cite  design.Link
	Kept  []string
	Links []design.Link
}

// Goodbye is the last page of somebody who has left.
func (s *Front) Goodbye(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, home(v))
	}
	effect, materials, by := s.Agreements.RefusalEffect(v.Actor.Portal)
	view := goodbyeView{
		Title: s.Say(v, "front.goodbye.title"), Text: s.Say(v, "front.goodbye."+effect), Cite: s.Cite(v, by),
		Kept: []string{s.Say(v, "front.goodbye.sessions"), s.Say(v, "front.goodbye.evidence")},
		Links: []design.Link{
			{Text: s.Say(v, "front.goodbye.agreement"), URL: agreementURL(v)},
			{Text: s.Say(v, "front.goodbye.home"), URL: home(v)},
		},
	}
	if materials {
		view.Kept = append([]string{s.Say(v, "front.goodbye.materials")}, view.Kept...)
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Title), view.page())
}

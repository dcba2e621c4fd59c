package front

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// signedOutView says that the session has ended.
type signedOutView struct {
	Panel design.Panel
	Text  string
	Links []design.Link
}

// SignedOut confirms an exit. Somebody who is signed in is not told otherwise.
func (s *Front) SignedOut(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, home(v))
	}
	view := signedOutView{
		Panel: design.Panel{Title: s.Say(v, "front.signed_out.title")}, Text: s.Say(v, "front.signed_out.text"),
		Links: []design.Link{
			{Text: s.Say(v, "front.signed_out.sign_in"), URL: home(v) + "/sign-in"},
			{Text: s.Say(v, "front.signed_out.home"), URL: home(v)},
		},
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Panel.Title), view.page())
}

package front

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/frame"
)

// Exit ends the session on the server and in the browser (kg 2.7).
func (s *Front) Exit(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
		return err
	}
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	return frame.SeeOther(w, r, home(v)+"/signed-out")
}

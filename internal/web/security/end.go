package security

import (
	"net/http"
	"strconv"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func itoa(n int) string { return strconv.Itoa(n) }

// confirmView asks before a session ends.
type confirmView struct {
	Heading design.Heading
	Facts   design.SummaryList
	Button  design.Button
	Cancel  design.Link
}

// End is GET /{portal}/cabinet/security/sessions/{session}.
func (s *Security) End(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := s.Accounts.MySessions(r.Context(), v.Actor, s.Token(r, v.Actor.Portal))
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Key != r.PathValue("session") {
			continue
		}
		view := confirmView{
			Heading: design.Heading{Text: s.Say(v, "security.end.title"), Lead: s.Say(v, "security.end.lead")},
			Facts: design.SummaryList{Rows: []design.SummaryRow{
				{Key: s.Say(v, "security.column.browser"), Value: s.agent(v, x.Agent)},
				{Key: s.Say(v, "security.column.address"), Value: x.Address},
				{Key: s.Say(v, "security.column.began"), Value: s.Instant(v, x.BeganAt)},
			}},
			Button: design.Button{Text: s.Say(v, "security.end.button"), Look: design.Warning},
			Cancel: design.Link{Text: s.Say(v, "security.cancel"), URL: securityURL(v)},
		}
		return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
	}
	return absent()
}

// EndPost is POST of the same address. Ending the session one is in is an exit.
func (s *Security) EndPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.Accounts.EndMySession(r.Context(), v.Actor, r.PathValue("session")); err != nil {
		return err
	}
	return frame.SeeOther(w, r, securityURL(v)+"?done=ended")
}

// Everywhere is GET /{portal}/cabinet/security/everywhere.
func (s *Security) Everywhere(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := confirmView{
		Heading: design.Heading{Text: s.Say(v, "security.everywhere.title"), Lead: s.Say(v, "security.everywhere.lead")},
		Button:  design.Button{Text: s.Say(v, "security.everywhere.button"), Look: design.Warning},
		Cancel:  design.Link{Text: s.Say(v, "security.cancel"), URL: securityURL(v)},
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// EverywherePost is POST of the same address.
func (s *Security) EverywherePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.Accounts.ExitEverywhere(r.Context(), v.Actor); err != nil {
		return err
	}
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	return frame.SeeOther(w, r, home(v)+"/signed-out")
}

// Ping is GET /{portal}/session: somebody who reads or writes for long says that they are still there.
func (s *Security) Ping(w http.ResponseWriter, _ *http.Request, _ gate.Visit) error {
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

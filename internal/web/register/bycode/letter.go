package bycode

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// letterView is the page that tells where the password is set.
type letterView struct {
	Title  string
	Lead   string
	Cite   design.Link
	Errors []design.FieldError
	Sent   string
	Outbox design.Link
	Action string // empty: nothing to send again
	Again  string
	Phone  string // what to do when no letter comes
	Link   design.Link
}

func (s *ByCode) showLetter(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, refused error) error {
	_, cite := s.Accounts.LetterLife(v.Actor.Portal)
	view := letterView{
		Title: s.Say(v, "bycode.letter.title"), Lead: s.Say(v, "bycode.letter.lead", "email", a.Form["email"]), Cite: s.Cite(v, cite),
		Outbox: s.OutboxLink(v), Action: at(v, account.StepLetter), Again: s.Say(v, "bycode.letter.again"), Phone: s.Say(v, "bycode.letter.phone"),
		Link: design.Link{Text: s.Say(v, "bycode.letter.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	if r.Method == http.MethodGet && r.URL.Query().Get("sent") == "1" {
		view.Sent = s.Say(v, "bycode.letter.sent")
	}
	if refused != nil {
		var ok bool
		if view.Errors, _, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

func (s *ByCode) resendLetter(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt) error {
	err := s.Accounts.ResendLetter(r.Context(), v.Actor.Portal, s.token(r, v), s.link(r, v))
	switch {
	case fault.Is(err, fault.Absent):
		return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/sign-in")
	case err != nil:
		return s.showLetter(w, r, v, a, err)
	}
	return frame.SeeOther(w, r, at(v, account.StepLetter)+"?sent=1")
}

// showAddress tells somebody whose address has meanwhile become another user's sign-in name.
func (s *ByCode) showAddress(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := letterView{
		Title: s.Say(v, "bycode.address.title"), Lead: s.Say(v, "bycode.address.lead"),
		Link: design.Link{Text: s.Say(v, "bycode.address.cabinet"), URL: "/" + v.Actor.Portal + "/cabinet"},
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Title), view.page())
}

package citizen

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

// esiView is the page before and after the visit to the identification system.
type esiView struct {
	Title  string
	Lead   string
	Cite   design.Link
	Errors []design.FieldError
	About  string
	AskURL string
	Next   string
	Start  design.Button
	Go     design.Link // to the system; without an address: nothing has been asked yet
	Other  design.Link
}

// ESIPage is GET /{portal}/sign-in/esi: where the person is about to go and, once begun, the link there. It is a link and no
// redirect of a form: forms of the portals lead nowhere else.
func (s *Citizen) ESIPage(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showESI(w, r, v, nil)
}

// ESIAsk is POST /{portal}/sign-in/esi/ask.
func (s *Citizen) ESIAsk(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.taken(v); err != nil {
		return err
	}
	if s.ESI == nil {
		return absent()
	}
	return s.ask(w, r, v, account.WayESI, home(v)+"/sign-in/esi")
}

// ESIReturn is GET /{portal}/sign-in/esi/return, where the system sends the browser back. What it brings is taken
// once, from the browser that was sent.
func (s *Citizen) ESIReturn(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.taken(v); err != nil {
		return err
	}
	if s.ESI == nil {
		return absent()
	}
	prove := func(q account.Question) (identity.Citizen, error) {
		return s.ESI.Finish(r.Context(), q.Secret, s.back(r, v), r.URL.Query())
	}
	return s.enter(w, r, v, account.WayESI, prove, func(v gate.Visit, err error) error { return s.showESI(w, r, v, err) })
}

// back is the address at which the system answers, as the operator has registered it there.
func (s *Citizen) back(r *http.Request, v gate.Visit) string {
	return s.Origin(r) + home(v) + "/sign-in/esi/return"
}

func (s *Citizen) showESI(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	_, cite, ok := s.Accounts.CardRule(v.Actor.Portal)
	if !ok || s.ESI == nil {
		return absent()
	}
	view := esiView{
		Title: s.Say(v, "citizen.esi.title"), Lead: s.Say(v, "citizen.esi.lead"), Cite: s.Cite(v, cite), About: s.Say(v, "citizen.esi.about"),
		AskURL: home(v) + "/sign-in/esi/ask", Next: nextField(r, v), Start: design.Button{Text: s.Say(v, "citizen.esi.begin")},
		Go:    design.Link{Text: s.Say(v, "citizen.esi.go")},
		Other: design.Link{Text: s.Say(v, "citizen.other"), URL: home(v) + "/sign-in/ways"},
	}
	if refused == nil {
		q, asked, err := s.asked(r, v, account.WayESI)
		if err != nil {
			return err
		}
		if asked {
			view.Go.URL, refused = s.ESI.Begin(r.Context(), q.Secret, s.back(r, v))
		}
	}
	errs, status, told := s.refusal(v, refused)
	if !told {
		return refused
	}
	view.Errors = errs
	for i := range view.Errors {
		view.Errors[i].Field = "begin" // what is to be done is to begin again
	}
	return s.Write(w, r, status, s.frameOf(r, v, view.Title, refused != nil), view.page())
}

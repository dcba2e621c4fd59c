package bysteps

import (
	"errors"
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// signatureView is a step that is signed: what is stated, and the ways to sign it.
type signatureView struct {
	Caption string
	Title   string
	Lead    string
	Errors  []design.FieldError
	Answers design.SummaryList
	Asked   frame.AskedView
	Cite    design.Link
	Anew    string // address to begin anew at
	Button  string
}

// stated is what a step has signed: nothing but the nonce where it is only to be seen whose key it is, and
// the answers of the form where those are signed.
func stated(a account.Attempt) map[string]string {
	out := map[string]string{}
	if a.Step == account.StepSignature {
		for _, name := range []string{"kind", "number", "company", "surname", "given", "patronymic", "email"} {
			out[name] = a.Form[name]
		}
	}
	return out
}

func (s *Steps) ask(a account.Attempt, token string) signing.Ask {
	ask := signing.Ask{Purpose: signing.Register, Browser: signing.Browser{Home: a.ID, Token: token}, Fields: frame.Stated(stated(a))}
	if a.Step == account.StepSignature {
		if ask.IIN = a.Form["key_iin"]; a.Form["kind"] == "legal_entity" {
			ask.BIN = a.Form["number"]
		} else {
			ask.IIN = a.Form["number"]
		}
	}
	return ask
}

// phoning is the page on which a step is signed with a phone.
func (s *Steps) phoning(v gate.Visit, a account.Attempt, token string) frame.Phoning {
	return frame.Phoning{Ask: s.ask(a, token), Of: s.Say(v, "bysteps."+a.Step+".title"), Back: begin(v), Cite: s.citeSignature(v)}
}

func (s *Steps) citeSignature(v gate.Visit) (link design.Link) {
	if _, cite, ok := clause.In[account.Certificate](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		link = s.Cite(v, cite)
	}
	return link
}

// phonePost takes a button of the page for phones; what was signed is taken as on the page of the step.
func (s *Steps) phonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	token := gate.AttemptToken(r, v.Actor.Portal, cookie)
	a, err := s.attempt(r, v)
	if err != nil {
		return err
	}
	if !signs(a) {
		return frame.SeeOther(w, r, at(v, a.Step))
	}
	return s.TakePhone(w, r, v, s.phoning(v, a, token), func() (string, error) {
		err := s.takeSignature(r, v, a, token)
		if x, ok := errors.AsType[*fault.Fault](err); err != nil && !(ok && x.Key == "account.step_order") {
			return "", err
		}
		next, err := s.attempt(r, v)
		return at(v, next.Step), err
	})
}

// signs reports whether the step that is due is signed.
func signs(a account.Attempt) bool {
	return a.Step == account.StepKey || a.Step == account.StepSignature
}

func (s *Steps) showSignature(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, refused error) error {
	view := signatureView{
		Caption: s.caption(v, a.Step), Title: s.Say(v, "bysteps."+a.Step+".title"), Lead: s.Say(v, "bysteps."+a.Step+".lead"),
		Anew: begin(v), Button: s.Say(v, "bysteps.signature.anew"),
	}
	if refused != nil {
		var ok bool
		if view.Errors, _, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	var err error
	view.Asked, err = s.Ask(r.Context(), v, s.ask(a, gate.AttemptToken(r, v.Actor.Portal, cookie)), begin(v), refused)
	if err != nil {
		return err
	}
	view.Answers, view.Cite = s.answers(v, stated(a)), s.citeSignature(v)
	page := s.Page(r, v, view.Title)
	page.Refused, page.Signs = refused != nil, true
	return s.Write(w, r, signed(refused), page, view.page())
}

// answers are what was entered, to be read before it is signed.
func (s *Steps) answers(v gate.Visit, stated map[string]string) (list design.SummaryList) {
	for _, name := range []string{"kind", "number", "company", "surname", "given", "patronymic", "email"} {
		value := stated[name]
		if value == "" {
			continue
		}
		label := "bysteps.details." + name
		switch name {
		case "kind":
			label, value = "bysteps.type.label", s.Say(v, "bysteps.kind."+value)
		case "number":
			list.Rows = append(list.Rows, design.SummaryRow{Key: s.numberLabel(v, stated["kind"]), Value: value})
			continue
		}
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, label), Value: value})
	}
	return list
}

func (s *Steps) takeSignature(r *http.Request, v gate.Visit, a account.Attempt, token string) error {
	key, serve, err := s.Take(r, v, signing.Register, signing.Browser{Home: a.ID, Token: token})
	if err != nil {
		return err
	}
	if a.Step == account.StepKey {
		return s.Accounts.TakeKey(r.Context(), v.Actor.Portal, token, key, serve)
	}
	return s.Accounts.TakeSignature(r.Context(), v.Actor.Portal, token, key, serve, s.confirmURL(r, v))
}

// confirmURL makes the address of the link that ends the registration.
func (s *Steps) confirmURL(r *http.Request, v gate.Visit) func(secret string) string {
	return func(secret string) string {
		return s.Origin(r) + at(v, confirmStep) + "?link=" + url.QueryEscape(secret)
	}
}

// signed is the status of a page that asks for a signature again.
func signed(refused error) int {
	if refused == nil {
		return http.StatusOK
	}
	return frame.FormStatus(refused)
}

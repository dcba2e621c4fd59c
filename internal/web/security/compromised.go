package security

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// compromisedView is the report, signed in or not.
type compromisedView struct {
	Heading design.Heading
	Errors  []design.FieldError
	Effects []string
	Cite    design.Link
	Name    *design.TextInput // whose account, for somebody who cannot sign in
	Reasons *design.Radios    // nil where the agreement names none
	Text    design.Textarea
	Button  design.Button
	Cancel  design.Link
}

type compromisedForm struct {
	account.Compromise
	Name string
}

func (s *Security) readCompromised(r *http.Request, v gate.Visit) (compromisedForm, error) {
	if err := frame.ReadForm(r); err != nil {
		return compromisedForm{}, err
	}
	f := compromisedForm{Name: r.PostFormValue("name")}
	f.Portal, f.Reason, f.Text, f.Address = v.Actor.Portal, r.PostFormValue("reason"), r.PostFormValue("text"), v.Address
	f.Said = s.Say(v, "security.compromised.said")
	if key := "security.reason." + f.Reason; f.Reason != "" && s.Words.Has(v.Actor.Language, key) {
		f.Said = s.Say(v, key) + "."
	}
	return f, nil
}

// Compromised is GET /{portal}/cabinet/compromised (ismet 4.3.4, kundelik 4.17c, kg 2.7).
func (s *Security) Compromised(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCompromised(w, r, v, compromisedForm{}, nil)
}

// CompromisedPost is POST of the same address.
func (s *Security) CompromisedPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, err := s.readCompromised(r, v)
	if err != nil {
		return err
	}
	if err := s.Accounts.ReportCompromise(r.Context(), v.Actor, f.Compromise); err != nil {
		return s.showCompromised(w, r, v, f, err)
	}
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	return frame.SeeOther(w, r, home(v)+"/compromised/received?by=owner")
}

func (s *Security) showCompromised(w http.ResponseWriter, r *http.Request, v gate.Visit, f compromisedForm, refusal error) error {
	effects, cite := s.Accounts.CompromiseEffects(v.Actor.Portal)
	view := compromisedView{
		Heading: design.Heading{Text: s.Say(v, "security.compromised.title"), Lead: s.Say(v, "security.compromised.lead")},
		Cite:    s.Cite(v, cite),
		Button:  design.Button{Text: s.Say(v, "security.compromised.button"), Look: design.Warning},
		Cancel:  design.Link{Text: s.Say(v, "security.cancel"), URL: securityURL(v)},
	}
	for _, effect := range effects {
		view.Effects = append(view.Effects, s.Say(v, "security.effect."+effect))
	}
	return s.report(w, r, v, view, f, s.page(r, v, view.Heading.Text), refusal)
}

// Claim is GET /{portal}/compromised: the same for somebody who cannot sign in.
func (s *Security) Claim(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() {
		return frame.SeeOther(w, r, home(v)+"/cabinet/compromised")
	}
	return s.showClaim(w, r, v, compromisedForm{}, nil)
}

// ClaimPost is POST of the same address. The answer is the same whoever was named.
func (s *Security) ClaimPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, err := s.readCompromised(r, v)
	if err != nil {
		return err
	}
	if err := s.Accounts.ClaimCompromise(r.Context(), f.Name, f.Compromise); err != nil {
		return s.showClaim(w, r, v, f, err)
	}
	return frame.SeeOther(w, r, home(v)+"/compromised/received")
}

func (s *Security) showClaim(w http.ResponseWriter, r *http.Request, v gate.Visit, f compromisedForm, refusal error) error {
	_, cite := s.Accounts.CompromiseEffects(v.Actor.Portal)
	view := compromisedView{
		Heading: design.Heading{Text: s.Say(v, "security.compromised.title"), Lead: s.Say(v, "security.claim.lead")},
		Effects: []string{s.Say(v, "security.effect.ticket")},
		Cite:    s.Cite(v, cite),
		Name:    &design.TextInput{Field: design.Field{Name: "name", Label: s.In(v, s.Portal(v).SignInName)}, Value: f.Name, Autocomplete: "username"},
		Button:  design.Button{Text: s.Say(v, "security.claim.button")},
		Cancel:  design.Link{Text: s.Say(v, "security.cancel"), URL: home(v) + "/sign-in"},
	}
	return s.report(w, r, v, view, f, s.Page(r, v, view.Heading.Text), refusal)
}

// report draws either form with what was entered.
func (s *Security) report(w http.ResponseWriter, r *http.Request, v gate.Visit, view compromisedView, f compromisedForm, page design.Page, refusal error) error {
	status, at := http.StatusOK, map[string]string(nil)
	if refusal != nil {
		var ok bool
		if view.Errors, at, ok = s.Errors(v, refusal); !ok {
			return refusal
		}
		status = frame.FormStatus(refusal)
	}
	if view.Name != nil {
		view.Name.Error = at["name"]
	}
	if reasons, cite := s.Accounts.CompromiseReasons(v.Actor.Portal); len(reasons) > 0 {
		view.Reasons = &design.Radios{Field: design.Field{
			Name: "reason", Label: s.Say(v, "security.compromised.reason"), Hint: s.Say(v, "security.compromised.reason_hint", "clause", cite.Clause), Error: at["reason"],
		}}
		for _, reason := range reasons {
			view.Reasons.Choices = append(view.Reasons.Choices, design.Choice{Value: reason, Label: s.Say(v, "security.reason."+reason), Checked: reason == f.Reason})
		}
	}
	view.Text = design.Textarea{Field: design.Field{Name: "text", Label: s.Say(v, "security.compromised.text"), Error: at["text"], Optional: true}, Value: f.Text}
	page.Refused = refusal != nil
	return s.Write(w, r, status, page, view.page())
}

// receivedView says that a report was taken and what comes next.
type receivedView struct {
	Panel  design.Panel
	Next   []string
	SignIn design.Link
}

// Received is GET /{portal}/compromised/received.
func (s *Security) Received(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := receivedView{
		Panel:  design.Panel{Title: s.Say(v, "security.received.title")},
		Next:   []string{s.Say(v, "security.received.claim")},
		SignIn: design.Link{Text: s.Say(v, "security.received.sign_in"), URL: home(v) + "/sign-in"},
	}
	if r.URL.Query().Get("by") == "owner" {
		view.Next = nil
		effects, _ := s.Accounts.CompromiseEffects(v.Actor.Portal)
		for _, effect := range effects {
			view.Next = append(view.Next, s.Say(v, "security.received."+effect))
		}
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Panel.Title), view.page())
}

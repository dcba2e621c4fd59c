package desk

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// openCaseView opens a case for somebody who came or called.
type openCaseView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Kind    design.Radios
	Text    design.Textarea
	Button  design.Button
}

// OpenCase answers GET /{portal}/console/people/{user}/case.
func (s *Desk) OpenCase(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showOpenCase(w, r, v, filled{prefix: "case"}, nil)
}

// OpenCasePost answers POST of the same address.
func (s *Desk) OpenCasePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	c, err := s.Accounts.OpenCase(r.Context(), v.Actor, user, r.PostFormValue("kind"), r.PostFormValue("text"))
	switch {
	case missing(err):
		return absent()
	case frame.AsFaults(err) != nil:
		return s.showOpenCase(w, r, v, filled{prefix: "case", values: r.PostForm}, err)
	case err != nil:
		return err
	}
	return frame.SeeOther(w, r, s.caseURL(v, user, c.ID)+"?done=opened")
}

func (s *Desk) showOpenCase(w http.ResponseWriter, r *http.Request, v gate.Visit, f filled, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	u, err := s.user(r, v, user)
	if err != nil {
		return err
	}
	view := openCaseView{Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "desk.open.title"), Lead: s.Say(v, "desk.open.lead")}}
	view.Errors, f.at = s.faults(v, f.prefix, refusal)
	view.Kind = design.Radios{Field: f.field("kind", s.Say(v, "desk.case.kind"), "")}
	for _, kind := range account.CaseKinds() {
		view.Kind.Choices = append(view.Kind.Choices, design.Choice{Value: kind, Label: s.kind(v, kind), Checked: f.value("kind", "") == kind})
	}
	view.Text = design.Textarea{Field: f.field("text", s.Say(v, "desk.open.text"), s.Say(v, "desk.open.text_hint")), Value: f.value("text", ""), MaxLength: 2000}
	view.Button = design.Button{Text: s.Say(v, "desk.open.button")}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"}, design.Link{Text: u.Shown, URL: s.personURL(v, user)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

// user finds a user of this portal. Refusal: Absent.
func (s *Desk) user(r *http.Request, v gate.Visit, id identity.ID) (account.User, error) {
	var u account.User
	err := s.Accounts.InView(r.Context(), func(tx account.Tx) error {
		var err error
		u, err = tx.User(r.Context(), id)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && (u.Portal != v.Actor.Portal || u.State == account.Deleted) {
		return account.User{}, absent()
	}
	return u, err
}

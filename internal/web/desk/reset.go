package desk

import (
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// resetView lets somebody in anew by a temporary password that the operator never sees.
type resetView struct {
	Done      *design.NotificationBanner
	Errors    []design.FieldError
	Heading   design.Heading
	Notice    design.WarningText
	Procedure *procedure // nil where it is not possible, see Barred
	Button    design.Button
	Barred    string
	Cite      design.Link // clause that bars it
	Case      design.Link
}

// Reset answers GET /{portal}/console/people/{user}/reset.
func (s *Desk) Reset(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showReset(w, r, v, filled{prefix: "reset"}, nil)
}

// ResetPost answers POST of the same address.
func (s *Desk) ResetPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = s.Accounts.Reset(r.Context(), v.Actor, user, readProcedure(r))
	switch {
	case missing(err):
		return absent()
	case frame.AsFaults(err) != nil:
		return s.showReset(w, r, v, filled{prefix: "reset", values: r.PostForm}, err)
	case err != nil:
		return err
	}
	return frame.SeeOther(w, r, s.personURL(v, user)+"/reset?done=reset")
}

func (s *Desk) showReset(w http.ResponseWriter, r *http.Request, v gate.Visit, f filled, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	u, err := s.user(r, v, user)
	if err != nil {
		return err
	}
	view := resetView{
		Done:    s.done(r, v, "reset"),
		Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "desk.reset.title")},
		Notice:  design.WarningText{Text: s.Say(v, "desk.reset.notice")},
		Case:    design.Link{Text: s.Say(v, "desk.open.title"), URL: s.personURL(v, user) + "/case"},
	}
	view.Errors, f.at = s.faults(v, f.prefix, refusal)
	if err := s.offerReset(r, v, f, user, &view); err != nil {
		return err
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"}, design.Link{Text: u.Shown, URL: s.personURL(v, user)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

// offerReset offers the kinds of contact that the agreement names and the person has confirmed. It
// tells the operator no contact: none is needed to press the button.
func (s *Desk) offerReset(r *http.Request, v gate.Visit, f filled, user identity.ID, view *resetView) error {
	rule, err := s.Accounts.ResetRule(v.Actor.Portal)
	if faults := frame.AsFaults(err); faults != nil {
		view.Barred, view.Cite = s.Message(v, faults[0]), s.Cite(v, faults[0].Cite)
		return nil
	}
	if err != nil {
		return err
	}
	confirmed, err := s.Accounts.ConfirmedKinds(r.Context(), v.Actor, user)
	if faults := frame.AsFaults(err); faults != nil { // oneself
		view.Barred = s.Message(v, faults[0])
		return nil
	}
	if err != nil {
		return err
	}
	kinds := slices.DeleteFunc(slices.Clone(rule.Kinds), func(k account.ContactKind) bool { return !slices.Contains(confirmed, k) })
	view.Cite = s.Cite(v, rule.Cite)
	if len(kinds) == 0 {
		view.Barred = s.Say(v, "account.no_contact")
		return nil
	}
	p := s.procedure(v, f, kinds)
	view.Procedure, view.Button = &p, design.Button{Text: s.Say(v, "desk.reset.button"), Look: design.Warning}
	return nil
}

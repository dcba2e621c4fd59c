package desk

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// passkeysView lets somebody in who lost the passkey that is asked for after their password.
type passkeysView struct {
	Done      *design.NotificationBanner
	Errors    []design.FieldError
	Heading   design.Heading
	Notice    design.WarningText
	Procedure procedure
	Button    design.Button
}

// Passkeys answers GET /{portal}/console/people/{user}/passkeys.
func (s *Desk) Passkeys(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showPasskeys(w, r, v, filled{prefix: "passkeys"}, nil)
}

// PasskeysPost answers POST of the same address.
func (s *Desk) PasskeysPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = s.Accounts.EndPasskeys(r.Context(), v.Actor, user, readProcedure(r))
	switch {
	case missing(err):
		return absent()
	case frame.AsFaults(err) != nil:
		return s.showPasskeys(w, r, v, filled{prefix: "passkeys", values: r.PostForm}, err)
	case err != nil:
		return err
	}
	return frame.SeeOther(w, r, s.personURL(v, user)+"/passkeys?done=passkeys")
}

func (s *Desk) showPasskeys(w http.ResponseWriter, r *http.Request, v gate.Visit, f filled, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	u, err := s.user(r, v, user)
	if err != nil {
		return err
	}
	view := passkeysView{
		Done:    s.done(r, v, "passkeys"),
		Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "desk.passkeys.title")},
		Notice:  design.WarningText{Text: s.Say(v, "desk.passkeys.notice")},
		Button:  design.Button{Text: s.Say(v, "desk.passkeys.button"), Look: design.Warning},
	}
	view.Errors, f.at = s.faults(v, f.prefix, refusal)
	view.Procedure = s.procedure(v, f, nil)
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"}, design.Link{Text: u.Shown, URL: s.personURL(v, user)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

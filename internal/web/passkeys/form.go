package passkeys

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// formView is a question with the password of the person, before something that a session left open
// must not do; or their wish for a name.
type formView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Inset   string
	Name    *design.TextInput
	Old     *design.PasswordInput
	Button  design.Button
	Cancel  design.Link
}

// name asks what a passkey is to be called.
func (s *Passkeys) name(v gate.Visit, value string) *design.TextInput {
	return &design.TextInput{
		Field: design.Field{Name: "name", Label: s.Say(v, "passkeys.name"), Hint: s.Say(v, "passkeys.name_hint")}, Value: value, MaxLength: 60, Width: design.Chars20,
	}
}

// old asks for the password in force.
func (s *Passkeys) old(v gate.Visit) *design.PasswordInput {
	return &design.PasswordInput{Field: design.Field{Name: "old", Label: s.Say(v, "passkeys.password"), Hint: s.Say(v, "passkeys.password_hint")}}
}

// showForm draws a form with the refusal of the last attempt, if there was one.
func (s *Passkeys) showForm(w http.ResponseWriter, r *http.Request, v gate.Visit, x formView, refusal error) error {
	status, at := http.StatusOK, map[string]string(nil)
	if refusal != nil {
		var ok bool
		if x.Errors, at, ok = s.Errors(v, refusal); !ok {
			return refusal
		}
		status = frame.FormStatus(refusal)
	}
	if x.Name != nil {
		x.Name.Error = at["name"]
	}
	if x.Old != nil {
		x.Old.Error = at["old"]
	}
	x.Cancel = design.Link{Text: s.Say(v, "passkeys.cancel"), URL: listURL(v)}
	page := s.page(r, v, x.Heading.Text)
	page.Refused = refusal != nil
	return s.Write(w, r, status, page, x.page())
}

package contacts

import (
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// cookie names the way of an attempt at a new contact in the browser.
const cookie = "contact"

// changeView asks for a contact, or for the code that was sent to it.
type changeView struct {
	Heading design.Heading
	Errors  []design.FieldError
	Sent    *design.NotificationBanner
	Input   design.TextInput
	Button  design.Button
	Resend  *design.Button
	Outbox  design.Link
	Cancel  design.Link
}

func kind(r *http.Request) (account.ContactKind, error) {
	k := account.ContactKind(r.PathValue("kind"))
	if !slices.Contains(kinds(), k) {
		return "", absent()
	}
	return k, nil
}

// Change is GET /{portal}/cabinet/contacts/{kind}.
func (s *Contacts) Change(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	k, err := kind(r)
	if err != nil {
		return err
	}
	return s.showChange(w, r, v, k, "", nil)
}

// ChangePost is POST of the same address: it sends the code.
func (s *Contacts) ChangePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	k, err := kind(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	token, err := s.Accounts.BeginContact(r.Context(), v.Actor, k, r.PostFormValue("value"))
	if err != nil {
		return s.showChange(w, r, v, k, r.PostFormValue("value"), err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, token))
	return frame.SeeOther(w, r, contactsURL(v)+"/code")
}

func (s *Contacts) showChange(w http.ResponseWriter, r *http.Request, v gate.Visit, k account.ContactKind, value string, refusal error) error {
	view := changeView{
		Heading: design.Heading{Text: s.Say(v, "contacts.change."+string(k)), Lead: s.Say(v, "contacts.change.lead")},
		Input:   design.TextInput{Field: design.Field{Name: "value", Label: s.Say(v, "contacts.kind."+string(k))}, Value: value, Type: "email", Autocomplete: "email"},
		Button:  design.Button{Text: s.Say(v, "contacts.change.button")},
	}
	if k == account.ByPhone {
		view.Input.Type, view.Input.Autocomplete, view.Input.Width = "tel", "tel", design.Chars20
		for _, p := range s.Prices(v, notify.SMS) {
			view.Input.Hint = p.Text
		}
	}
	return s.show(w, r, v, view, refusal)
}

// Code is GET /{portal}/cabinet/contacts/code.
func (s *Contacts) Code(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCode(w, r, v, nil)
}

// CodePost is POST of the same address: it takes the code, or sends a new one.
func (s *Contacts) CodePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	token := gate.AttemptToken(r, v.Actor.Portal, cookie)
	if r.PostFormValue("resend") != "" {
		if err := s.Accounts.ResendContact(r.Context(), v.Actor, token); err != nil {
			return s.showCode(w, r, v, err)
		}
		return frame.SeeOther(w, r, contactsURL(v)+"/code?sent=again")
	}
	if err := s.Accounts.ConfirmContact(r.Context(), v.Actor, token, r.PostFormValue("code")); err != nil {
		return s.showCode(w, r, v, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	return frame.SeeOther(w, r, contactsURL(v)+"?done=changed")
}

func (s *Contacts) showCode(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	c, err := s.Accounts.ContactWaiting(r.Context(), v.Actor, gate.AttemptToken(r, v.Actor.Portal, cookie))
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, contactsURL(v)+"?done=ended")
	}
	if err != nil {
		return err
	}
	view := changeView{
		Heading: design.Heading{Text: s.Say(v, "contacts.code.title"), Lead: s.Say(v, "contacts.code.lead", "value", c.Value)},
		Input:   design.TextInput{Field: design.Field{Name: "code", Label: s.Say(v, "contacts.code.label")}, InputMode: "numeric", Autocomplete: "one-time-code", Width: design.Digits10},
		Button:  design.Button{Text: s.Say(v, "contacts.code.button")},
		Resend:  &design.Button{Text: s.Say(v, "contacts.code.resend"), Look: design.Secondary, Name: "resend", Value: "1"},
		Outbox:  s.OutboxLink(v),
	}
	if r.Method == http.MethodGet && r.URL.Query().Get("sent") != "" {
		view.Sent = &design.NotificationBanner{Heading: s.Say(v, "contacts.code.sent"), Success: true}
	}
	return s.show(w, r, v, view, refusal)
}

func (s *Contacts) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view changeView, refusal error) error {
	status := http.StatusOK
	view.Cancel = design.Link{Text: s.Say(v, "contacts.cancel"), URL: contactsURL(v)}
	if refusal != nil {
		summary, at, ok := s.Errors(v, refusal)
		if !ok {
			return refusal
		}
		view.Errors, view.Input.Error, status = summary, at[view.Input.Name], frame.FormStatus(refusal)
	}
	page := s.page(r, v, view.Heading.Text)
	page.Refused = refusal != nil
	return s.Write(w, r, status, page, view.page())
}

package passkeys

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Add is GET /{portal}/cabinet/passkeys/add.
func (s *Passkeys) Add(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAdd(w, r, v, "", nil)
}

// AddPost is POST of the same address: the device is asked on the page after it.
func (s *Passkeys) AddPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	name := r.PostFormValue("name")
	site, ok := s.PasskeySite(r, v)
	if !ok {
		return s.showAdd(w, r, v, name, elsewhere())
	}
	token, err := s.Accounts.BeginPasskey(r.Context(), v.Actor, account.NewPasskey{
		Site: site, Session: s.Token(r, v.Actor.Portal), Name: name, Password: r.PostFormValue("old"),
	})
	if err != nil {
		return s.showAdd(w, r, v, name, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayPasskeyAdd, token))
	return frame.SeeOther(w, r, listURL(v)+"/add/device")
}

func (s *Passkeys) showAdd(w http.ResponseWriter, r *http.Request, v gate.Visit, name string, refusal error) error {
	return s.showForm(w, r, v, formView{
		Heading: design.Heading{Text: s.Say(v, "passkeys.add.title"), Lead: s.Say(v, "passkeys.add.lead")},
		Name:    s.name(v, name), Old: s.old(v), Button: design.Button{Text: s.Say(v, "passkeys.add.button")},
	}, refusal)
}

// Device is GET /{portal}/cabinet/passkeys/add/device: the browser asks a device to make the passkey.
func (s *Passkeys) Device(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	options, _, err := s.Accounts.Challenge(r.Context(), v.Actor.Portal, account.WayPasskeyAdd, gate.AttemptToken(r, v.Actor.Portal, account.WayPasskeyAdd))
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, listURL(v)+"/add")
	}
	if err != nil {
		return err
	}
	view := s.device(v, "make", options)
	view.Heading = design.Heading{Text: s.Say(v, "passkeys.device.make"), Lead: s.Say(v, "passkeys.device.make_lead")}
	view.Button, view.Cancel = s.Say(v, "passkeys.device.make_button"), design.Link{Text: s.Say(v, "passkeys.cancel"), URL: listURL(v)}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// DevicePost is POST of the same address.
func (s *Passkeys) DevicePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	site, ok := s.PasskeySite(r, v)
	if !ok {
		return s.showAdd(w, r, v, "", elsewhere())
	}
	portal := v.Actor.Portal
	err := s.Accounts.AddPasskey(r.Context(), v.Actor, site, s.Token(r, portal), gate.AttemptToken(r, portal, account.WayPasskeyAdd), r.PostFormValue("answer"))
	http.SetCookie(w, gate.AttemptCookie(portal, account.WayPasskeyAdd, ""))
	if fault.Is(err, fault.Absent) {
		err = fault.New(fault.Conflict, "passkeys.ended") // it is a form that comes back, not a page that is missing
	}
	if err != nil {
		return s.showAdd(w, r, v, "", err)
	}
	return frame.SeeOther(w, r, listURL(v)+"?done=added")
}

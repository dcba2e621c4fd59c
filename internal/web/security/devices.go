package security

import (
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// devicesView lists the devices and programs that have access in the person's name (egov 1.2.11).
type devicesView struct {
	Done    *design.NotificationBanner
	Heading design.Heading
	Cite    design.Link
	Table   design.Table
	None    *design.EmptyState
}

// deviceView is one device: its name, and the way to take its access.
type deviceView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Facts   design.SummaryList
	Name    design.TextInput
	Save    design.Button
	Revoke  design.ButtonLink
}

func devicesURL(v gate.Visit) string { return securityURL(v) + "/devices" }

func (s *Security) deviceURL(v gate.Visit, id identity.ID) string {
	return devicesURL(v) + "/" + s.Opaque.Of(id)
}

// deviceName is the person's own name for a device, else what it says of itself.
func (s *Security) deviceName(v gate.Visit, d account.Device) string {
	if d.Name != "" {
		return d.Name
	}
	return s.agent(v, d.Agent)
}

// Devices is GET /{portal}/cabinet/security/devices.
func (s *Security) Devices(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := s.Accounts.MyDevices(r.Context(), v.Actor, s.Token(r, v.Actor.Portal))
	if err != nil {
		return err
	}
	view := devicesView{
		Heading: design.Heading{Text: s.Say(v, "security.devices.title"), Lead: s.Say(v, "security.devices.lead")},
		Cite:    s.Cite(v, s.Accounts.DeviceRule(v.Actor.Portal)),
		Table: design.Table{ID: "devices", Caption: s.Say(v, "security.devices.title"), Hidden: true, Header: true, Columns: []design.Column{
			{Text: s.Say(v, "security.devices.device")}, {Text: s.Say(v, "security.column.address")}, {Text: s.Say(v, "security.devices.first")},
			{Text: s.Say(v, "security.devices.last")}, {Text: s.Say(v, "security.devices.sessions")},
		}},
	}
	if done := r.URL.Query().Get("done"); s.Words.Has(v.Actor.Language, "security.devices.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "security.devices.done."+done), Success: true}
	}
	for _, d := range all {
		sessions := design.Cell{Text: itoa(d.Sessions)}
		if d.This {
			sessions = design.Cell{Tag: &design.Tag{Text: s.Say(v, "security.this"), Colour: design.TagGood}}
		}
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: s.deviceName(v, d.Device), URL: s.deviceURL(v, d.ID)}, {Text: d.Address}, {Text: s.Instant(v, d.FirstAt)}, {Text: s.Instant(v, d.SeenAt)}, sessions,
		}})
	}
	if len(all) == 0 {
		view.None = &design.EmptyState{
			Title: s.Say(v, "security.devices.none"), Text: s.Say(v, "security.devices.none_text"), Act: design.Link{Text: s.Say(v, "security.title"), URL: securityURL(v)},
		}
	}
	page := s.page(r, v, view.Heading.Text)
	page.Bare = true
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// device finds the one an address names. Refusal: Absent for one that is not the person's.
func (s *Security) device(r *http.Request, v gate.Visit) (account.MyDevice, error) {
	id, err := s.Opaque.ID(r.PathValue("device"))
	if err != nil {
		return account.MyDevice{}, absent()
	}
	all, err := s.Accounts.MyDevices(r.Context(), v.Actor, s.Token(r, v.Actor.Portal))
	if err != nil {
		return account.MyDevice{}, err
	}
	for _, d := range all {
		if d.ID == id {
			return d, nil
		}
	}
	return account.MyDevice{}, absent()
}

// Device is GET /{portal}/cabinet/security/devices/{device}.
func (s *Security) Device(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	d, err := s.device(r, v)
	if err != nil {
		return err
	}
	return s.showDevice(w, r, v, d, d.Name, nil)
}

func (s *Security) showDevice(w http.ResponseWriter, r *http.Request, v gate.Visit, d account.MyDevice, name string, refused error) error {
	view := deviceView{
		Heading: design.Heading{Caption: s.Say(v, "security.devices.title"), Text: s.deviceName(v, d.Device)},
		Facts:   s.deviceFacts(v, d),
		Name:    design.TextInput{Field: design.Field{Name: "name", Label: s.Say(v, "security.devices.name"), Hint: s.Say(v, "security.devices.name_hint"), Optional: true}, Value: name},
		Save:    design.Button{Text: s.Say(v, "security.devices.save"), Look: design.Secondary},
		Revoke:  design.ButtonLink{Text: s.Say(v, "security.devices.revoke"), URL: s.deviceURL(v, d.ID) + "/revoke", Look: design.Warning},
	}
	status := http.StatusOK
	if refused != nil {
		summary, at, ok := s.Errors(v, refused)
		if !ok {
			return refused
		}
		view.Errors, view.Name.Error, status = summary, at["name"], frame.FormStatus(refused)
	}
	page := s.page(r, v, view.Heading.Text)
	page.Trail = append(page.Trail, design.Link{Text: s.Say(v, "security.devices.title"), URL: devicesURL(v)})
	page.Refused = refused != nil
	return s.Write(w, r, status, page, view.page())
}

func (s *Security) deviceFacts(v gate.Visit, d account.MyDevice) design.SummaryList {
	return design.SummaryList{Rows: []design.SummaryRow{
		{Key: s.Say(v, "security.column.browser"), Value: s.agent(v, d.Agent)},
		{Key: s.Say(v, "security.column.address"), Value: d.Address},
		{Key: s.Say(v, "security.devices.first"), Value: s.Instant(v, d.FirstAt)},
		{Key: s.Say(v, "security.devices.last"), Value: s.Instant(v, d.SeenAt)},
		{Key: s.Say(v, "security.devices.sessions"), Value: itoa(d.Sessions)},
	}}
}

// DevicePost is POST of the same address: the person's own name for it.
func (s *Security) DevicePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	d, err := s.device(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	name := r.PostFormValue("name")
	if err := s.Accounts.NameDevice(r.Context(), v.Actor, d.ID, name); err != nil {
		return s.showDevice(w, r, v, d, name, err)
	}
	return frame.SeeOther(w, r, devicesURL(v)+"?"+url.Values{"done": {"named"}}.Encode())
}

// Revoke is GET /{portal}/cabinet/security/devices/{device}/revoke.
func (s *Security) Revoke(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	d, err := s.device(r, v)
	if err != nil {
		return err
	}
	view := confirmView{
		Heading: design.Heading{Text: s.Say(v, "security.devices.revoke_title"), Lead: s.Say(v, "security.devices.revoke_lead")},
		Facts:   s.deviceFacts(v, d),
		Button:  design.Button{Text: s.Say(v, "security.devices.revoke"), Look: design.Warning},
		Cancel:  design.Link{Text: s.Say(v, "security.cancel"), URL: devicesURL(v)},
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// RevokePost is POST of the same address. Revoking the device one sits at is an exit.
func (s *Security) RevokePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	d, err := s.device(r, v)
	if err != nil {
		return err
	}
	if err := s.Accounts.RevokeDevice(r.Context(), v.Actor, d.ID); err != nil {
		return err
	}
	if d.This {
		http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
		return frame.SeeOther(w, r, home(v)+"/signed-out")
	}
	return frame.SeeOther(w, r, devicesURL(v)+"?done=revoked")
}

package passkeys

import (
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// deviceView is the page on which the browser asks a device. All parts of it that the script shows are
// there from the beginning, hidden.
type deviceView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Act     string // "make" or "use"
	Options string // as the browser's call takes them; empty: nothing can be asked any more
	Auto    string // "true": ask at once, without waiting for the button
	Button  string
	Plain   string // without scripts
	Unable  string // a browser that knows no passkeys
	Wait    string
	Failed  string
	There   string
	Cancel  design.Link
	Lost    string // what to do without the passkey; may be empty
}

func (s *Passkeys) device(v gate.Visit, act, options string) deviceView {
	return deviceView{
		Act: act, Options: options, Auto: "true",
		Plain: s.Say(v, "passkeys.device.plain"), Unable: s.Say(v, "passkeys.device.unable"), Wait: s.Say(v, "passkeys.device.wait"),
		Failed: s.Say(v, "passkeys.device.failed"), There: s.Say(v, "account.passkey_there"),
	}
}

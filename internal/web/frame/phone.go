package frame

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/skip2/go-qrcode"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
)

// PhoneField says in a form that the answer is what a phone has brought.
const PhoneField = "phone"

// pressed is the button of the page for phones that was pressed; none goes on.
const (
	pressed       = "do"
	pressedAnew   = "anew"
	pressedCancel = "cancel"
)

// Phoning is a page on which a request is signed with a phone. It has an address of its own below that of
// the page that asks, and looks the same wherever it stands.
type Phoning struct {
	Ask  signing.Ask
	Of   string // title of the page that asks
	Back string // its address, with the other ways to sign
	Cite design.Link
}

func (p Phoning) address(more ...string) string { return below(p.Back, PhoneName, more...) }

// below is an address below a place, which may have a query: that and further pairs are kept.
func below(place, name string, pairs ...string) string {
	path, kept, _ := strings.Cut(place, "?")
	query, err := url.ParseQuery(kept)
	if err != nil {
		query = url.Values{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	if path += "/" + name; len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// phoneView is the page.
type phoneView struct {
	Heading design.Heading
	Errors  []design.FieldError
	Action  string
	Request string
	Signing design.PhoneSigning
	Back    design.Link
	Cite    design.Link
}

// ShowPhone answers GET of a page for phones. Without a request in the address it makes one, or finds the one that
// this browser has open, and leads to it: the state shown then is that request's, whatever a phone has done
// in the meantime.
func (a *Asking) ShowPhone(w http.ResponseWriter, r *http.Request, v gate.Visit, p Phoning) error {
	if named := r.URL.Query().Get(RequestField); named != "" {
		return a.drawPhone(w, r, v, p, named, nil)
	}
	asked, err := a.ask(r.Context(), v, p.Ask)
	if err != nil {
		return err
	}
	return SeeOther(w, r, p.address(RequestField, a.Opaque.Of(asked.ID)))
}

// TakePhone answers POST of a page for phones: a new code, cancelling, or going on with what the phone has
// brought. What that leads to is act's, which calls Take as for any other answer and says where to go.
func (a *Asking) TakePhone(w http.ResponseWriter, r *http.Request, v gate.Visit, p Phoning, act func() (to string, err error)) error {
	if done, err := a.PressPhone(w, r, v, p); done || err != nil {
		return err
	}
	to, err := act()
	if err != nil {
		return a.RefusePhone(w, r, v, p, err)
	}
	return SeeOther(w, r, to)
}

// PressPhone does what a button of the page asks for but going on: a new code, or none.
func (a *Asking) PressPhone(w http.ResponseWriter, r *http.Request, v gate.Visit, p Phoning) (done bool, err error) {
	if err := ReadForm(r); err != nil {
		return false, err
	}
	to := p.address()
	switch r.PostFormValue(pressed) {
	case pressedAnew:
	case pressedCancel:
		to = p.Back
	default:
		return false, nil
	}
	asked, err := a.request(r.Context(), v, p.Ask.Purpose, p.Ask.Browser, r.PostFormValue(RequestField))
	if err == nil {
		err = a.Signings.Withdraw(r.Context(), asked)
	}
	if err != nil && !fault.Is(err, fault.Absent) {
		return false, err
	}
	return true, SeeOther(w, r, to)
}

// RefusePhone draws a page for phones again, with what was refused. A signature that holds and yet may not serve
// is not offered again: its refusal comes with a new code.
func (a *Asking) RefusePhone(w http.ResponseWriter, r *http.Request, v gate.Visit, p Phoning, refused error) error {
	named := r.PostFormValue(RequestField)
	if _, known := errors.AsType[*fault.Fault](refused); !known || fault.Is(refused, fault.TooMany) {
		return a.drawPhone(w, r, v, p, named, refused)
	}
	asked, err := a.request(r.Context(), v, p.Ask.Purpose, p.Ask.Browser, named)
	if err == nil && asked.State == signing.Answered {
		err = a.Signings.Withdraw(r.Context(), asked)
	}
	if err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	if asked, err = a.ask(r.Context(), v, p.Ask); err != nil {
		return err
	}
	return a.drawPhone(w, r, v, p, a.Opaque.Of(asked.ID), refused)
}

// drawPhone draws the page for the request that is named, with what was refused.
func (a *Asking) drawPhone(w http.ResponseWriter, r *http.Request, v gate.Visit, p Phoning, named string, refused error) error {
	view := phoneView{
		Heading: design.Heading{Caption: p.Of, Text: a.Say(v, "sign.phone.title")}, Action: p.address(), Request: named,
		Back: design.Link{Text: a.Say(v, "sign.phone.back"), URL: p.Back}, Cite: p.Cite,
	}
	status := http.StatusOK
	if refused != nil {
		var ok bool
		if view.Errors, _, ok = a.Errors(v, refused); !ok {
			return refused
		}
		status = FormStatus(refused)
	}
	asked, err := a.request(r.Context(), v, p.Ask.Purpose, p.Ask.Browser, named)
	switch {
	case fault.Is(err, fault.Absent):
		view.Signing = design.PhoneSigning{State: design.PhoneOver, Said: a.Say(v, "sign.phone.over"), Anew: a.Say(v, "sign.phone.anew"), Cancel: a.Say(v, "sign.phone.cancel")}
	case err != nil:
		return err
	default:
		if view.Signing, err = a.phone(r, v, asked, p.address(RequestField, named)); err != nil {
			return err
		}
	}
	page := a.Page(r, v, view.Heading.Text)
	page.Refused = refused != nil
	if !v.Actor.Known() {
		page.SignIn = design.Link{}
	}
	return a.Write(w, r, status, page, view.page())
}

// qrSide is the side of a code in pixels: twice what the page shows.
const qrSide = 560

// The link that opens the app on the same phone, by its operator's rules.
const (
	phoneLink = "https://m.egov.kz/mobileSign/?link="
	phoneApp  = "&isi=1476128386&ibi=kz.egov.mobile&apn=kz.mobile.mgov"
)

// phone is how far the signing of a request on a phone has come. check is the address of this page.
// Refusal: Unavailable "form.phone_origin" where nobody has said how phones reach the portals.
func (a *Asking) phone(req *http.Request, v gate.Visit, r signing.Request, check string) (design.PhoneSigning, error) {
	tell := func(key string) string { return a.Say(v, key) }
	p := design.PhoneSigning{State: design.PhoneWaiting, Waiting: tell("sign.phone.waiting"), Anew: tell("sign.phone.anew"), Cancel: tell("sign.phone.cancel")}
	switch {
	case r.State == signing.Answered:
		p.State, p.Said, p.Done, p.Anew = design.PhoneAnswered, tell("sign.phone.arrived"), tell("sign.phone.done"), ""
		return p, nil
	case r.Content.Refused != "":
		p.State, p.Said = design.PhoneRefused, tell(r.Content.Refused)
	case r.Content.Fetched:
		p.State, p.Said = design.PhoneFetched, tell("sign.phone.fetched")
	}
	origin := a.Origin(req)
	if origin == "" {
		return design.PhoneSigning{}, fault.New(fault.Unavailable, "form.phone_origin")
	}
	address := origin + a.PhonePath(r)
	text := "mobileSign:" + address
	image, err := qrcode.Encode(text, qrcode.Medium, qrSide)
	if err != nil {
		return design.PhoneSigning{}, fmt.Errorf("draw a QR code: %w", err)
	}
	p.QR, p.QRAlt = "data:image/png;base64,"+base64.StdEncoding.EncodeToString(image), tell("sign.phone.code")
	p.Steps = []string{tell("sign.phone.first"), tell("sign.phone.second"), tell("sign.phone.third")}
	p.Number, p.Compare = r.Number(), tell("sign.phone.compare")
	p.Same, p.Open = tell("sign.phone.same"), design.Link{Text: tell("sign.phone.open"), URL: phoneLink + url.QueryEscape(address) + phoneApp}
	p.Expires = a.Say(v, "sign.phone.expires", "time", r.EndsAt.In(a.zone(v)).Format("15:04"))
	p.Label, p.Check = tell("sign.phone.progress"), design.Link{Text: tell("sign.phone.check"), URL: check}
	if a.Demo { // the stand-in for the app takes no pictures
		p.Text, p.TextSaid = text, tell("sign.phone.text")
	}
	if a.PhoneStandIn != "" {
		p.StandIn = design.Link{Text: tell("sign.phone.stand_in"), URL: a.PhoneStandIn + "?code=" + url.QueryEscape(text)}
	}
	return p, nil
}

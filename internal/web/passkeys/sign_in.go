package passkeys

import (
	"context"
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// AskPost is POST /{portal}/sign-in/passkey/ask: somebody wants to sign in with a passkey and gives no
// name. Whatever session the browser had ends first, as with a password.
func (s *Passkeys) AskPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	v, err := s.leave(w, r, v)
	if err != nil {
		return err
	}
	site, ok := s.PasskeySite(r, v)
	if !ok {
		return elsewhere()
	}
	token, err := s.Accounts.AskPasskey(r.Context(), account.SignIn{Portal: v.Actor.Portal, Address: v.Address, Site: site, Carry: frame.Carried(r)})
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayPasskeyFirst, token))
	return frame.SeeOther(w, r, home(v)+"/sign-in/passkey")
}

// leave ends the session the browser has: nobody is ever two people at once.
func (s *Passkeys) leave(w http.ResponseWriter, r *http.Request, v gate.Visit) (gate.Visit, error) {
	if !v.Actor.Known() {
		return v, nil
	}
	if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
		return v, err
	}
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	v.Actor = identity.Actor{Portal: v.Actor.Portal, Language: v.Actor.Language, Roles: []identity.Role{identity.Visitor}}
	return v, nil
}

// SignIn is GET /{portal}/sign-in/passkey, the page that asks the device.
func (s *Passkeys) SignIn(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAsk(w, r, v, account.WayPasskeyFirst, nil)
}

// SignInPost is POST of the same address.
func (s *Passkeys) SignInPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.answer(w, r, v, account.WayPasskeyFirst, s.Accounts.SignInByPasskey)
}

// After is GET /{portal}/sign-in/second: the password was right, and a passkey is asked for as well.
func (s *Passkeys) After(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAsk(w, r, v, account.WayPasskeyAfter, nil)
}

// AfterPost is POST of the same address.
func (s *Passkeys) AfterPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.answer(w, r, v, account.WayPasskeyAfter, s.Accounts.AnswerSecond)
}

// answer takes what the device said, and begins the session.
func (s *Passkeys) answer(w http.ResponseWriter, r *http.Request, v gate.Visit, way string, begin func(context.Context, account.SignIn, string, string) (account.SignedIn, error)) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	v, err := s.leave(w, r, v)
	if err != nil {
		return err
	}
	portal := v.Actor.Portal
	site, ok := s.PasskeySite(r, v)
	if !ok {
		return elsewhere()
	}
	token := gate.AttemptToken(r, portal, way)
	_, carry, err := s.Accounts.Challenge(r.Context(), portal, way, token)
	if err != nil {
		return s.showAsk(w, r, v, way, err)
	}
	kept, err := url.ParseQuery(carry)
	if err != nil {
		return err
	}
	in, err := begin(r.Context(), account.SignIn{
		Portal: portal, Address: v.Address, Agent: r.UserAgent(), Device: gate.DeviceToken(r, portal), Language: v.Actor.Language, Site: site,
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return s.SignedIn(ctx, tx, actor, frame.SeenIn(kept["seen"]), v.Address)
		},
	}, token, r.PostFormValue("answer"))
	if err != nil {
		return s.showAsk(w, r, v, way, err)
	}
	http.SetCookie(w, gate.AttemptCookie(portal, way, ""))
	http.SetCookie(w, gate.SessionCookie(portal, in.Token))
	http.SetCookie(w, gate.DeviceCookie(portal, in.Device, v.Now))
	return frame.SeeOther(w, r, frame.Local(v, kept.Get("next"), s.Begin(in.Actor)))
}

// showAsk draws the page that asks the device, or that it is too late to ask.
func (s *Passkeys) showAsk(w http.ResponseWriter, r *http.Request, v gate.Visit, way string, refusal error) error {
	signIn := design.Link{Text: s.Say(v, "passkeys.sign_in.back"), URL: home(v) + "/sign-in"}
	options, _, err := s.Accounts.Challenge(r.Context(), v.Actor.Portal, way, gate.AttemptToken(r, v.Actor.Portal, way))
	switch {
	case fault.Is(err, fault.Absent) && refusal == nil:
		return frame.SeeOther(w, r, signIn.URL)
	case err != nil && !fault.Is(err, fault.Absent):
		return err
	}
	view := s.device(v, "use", options)
	view.Heading = design.Heading{Text: s.Say(v, "passkeys.sign_in.title"), Lead: s.Say(v, "passkeys.sign_in.lead")}
	if way == account.WayPasskeyAfter {
		view.Heading = design.Heading{Text: s.Say(v, "passkeys.after.title"), Lead: s.Say(v, "passkeys.after.lead")}
		view.Lost, signIn.Text = s.Say(v, "passkeys.lost"), s.Say(v, "passkeys.after.back")
	}
	view.Button, view.Cancel = s.Say(v, "passkeys.device.use_button"), signIn
	status := http.StatusOK
	if refusal != nil {
		if fault.Is(refusal, fault.Absent) {
			refusal = fault.New(fault.Conflict, "passkeys.ended")
		}
		var ok bool
		if view.Errors, _, ok = s.Errors(v, refusal); !ok {
			return refusal
		}
		view.Auto, status = "false", frame.FormStatus(refusal)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Refused, page.SignIn = refusal != nil, design.Link{}
	return s.Write(w, r, status, page, view.page())
}

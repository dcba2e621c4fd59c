package keys

import (
	"context"
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// AskPost is POST /{portal}/sign-in/key/ask: somebody wants to sign in with a signature key. Whatever session
// the browser had ends first, as with a password.
func (s *Keys) AskPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if v.Actor.Known() {
		if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
			return err
		}
		http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	}
	token, err := s.Accounts.AskKey(r.Context(), account.SignIn{Portal: v.Actor.Portal, Address: v.Address, Carry: frame.Carried(r)})
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayKey, token))
	return frame.SeeOther(w, r, home(v)+"/sign-in/key")
}

// SignIn is GET /{portal}/sign-in/key.
func (s *Keys) SignIn(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showSignIn(w, r, v, nil)
}

// SignInDocument is GET /{portal}/sign-in/key/statement.xml.
func (s *Keys) SignInDocument(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	token := gate.AttemptToken(r, v.Actor.Portal, account.WayKey)
	at, _, err := s.Accounts.KeyAttempt(r.Context(), v.Actor.Portal, token)
	if err != nil {
		return err
	}
	return s.Document(w, r, v, signing.SignIn, signing.Browser{Home: at.ID, Token: token})
}

// SignInPost is POST /{portal}/sign-in/key.
func (s *Keys) SignInPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	to, err := s.signIn(w, r, v)
	if err != nil {
		return s.showSignIn(w, r, v, err)
	}
	return frame.SeeOther(w, r, to)
}

// signIn takes the answer, gives the browser its session, and says where it begins.
func (s *Keys) signIn(w http.ResponseWriter, r *http.Request, v gate.Visit) (to string, err error) {
	portal := v.Actor.Portal
	token := gate.AttemptToken(r, portal, account.WayKey)
	_, carry, err := s.Accounts.KeyAttempt(r.Context(), portal, token)
	if err != nil {
		return "", err
	}
	kept, err := url.ParseQuery(carry)
	if err != nil {
		return "", err
	}
	site, _ := s.PasskeySite(r, v)
	in, err := s.Accounts.SignInByKey(r.Context(), account.SignIn{
		Portal: portal, Address: v.Address, Agent: r.UserAgent(), Device: gate.DeviceToken(r, portal), Language: v.Actor.Language, Site: site, Carry: carry,
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return s.SignedIn(ctx, tx, actor, frame.SeenIn(kept["seen"]), v.Address)
		},
	}, token, func(at account.Attempt) (account.Key, account.Serve, error) {
		return s.Take(r, v, signing.SignIn, signing.Browser{Home: at.ID, Token: token})
	})
	if err != nil {
		return "", err
	}
	http.SetCookie(w, gate.AttemptCookie(portal, account.WayKey, ""))
	if in.Second != "" {
		http.SetCookie(w, gate.AttemptCookie(portal, account.WayPasskeyAfter, in.Second))
		return home(v) + "/sign-in/second", nil
	}
	http.SetCookie(w, gate.SessionCookie(portal, in.Token))
	http.SetCookie(w, gate.DeviceCookie(portal, in.Device, v.Now))
	return frame.Local(v, kept.Get("next"), s.Begin(in.Actor)), nil
}

// SignInPhone is GET /{portal}/sign-in/key/phone.
func (s *Keys) SignInPhone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.signInPhoning(r, v)
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, home(v)+"/sign-in")
	}
	if err != nil {
		return err
	}
	return s.ShowPhone(w, r, v, p)
}

// SignInPhonePost is POST /{portal}/sign-in/key/phone. Without an attempt it leads back to the sign-in.
func (s *Keys) SignInPhonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.signInPhoning(r, v)
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, home(v)+"/sign-in")
	}
	if err != nil {
		return err
	}
	if done, err := s.PressPhone(w, r, v, p); done || err != nil {
		return err
	}
	to, refused := s.signIn(w, r, v)
	if refused == nil {
		return frame.SeeOther(w, r, to)
	}
	if _, err = s.signInPhoning(r, v); fault.Is(err, fault.Absent) { // the signature has served, and there is nothing more to sign
		return s.showSignIn(w, r, v, refused)
	}
	return s.RefusePhone(w, r, v, p, refused)
}

// signInPhoning asks for the signature of the browser's attempt. Refusal: Absent where there is none.
func (s *Keys) signInPhoning(r *http.Request, v gate.Visit) (frame.Phoning, error) {
	token := gate.AttemptToken(r, v.Actor.Portal, account.WayKey)
	at, _, err := s.Accounts.KeyAttempt(r.Context(), v.Actor.Portal, token)
	p := frame.Phoning{Ask: askSignIn(at, token), Of: s.Say(v, "keys.sign_in.title"), Back: home(v) + "/sign-in/key"}
	if _, cite := s.Accounts.KeyFirst(v.Actor.Portal); !cite.Zero() {
		p.Cite = s.Cite(v, cite)
	}
	return p, err
}

func askSignIn(at account.Attempt, token string) signing.Ask {
	return signing.Ask{Purpose: signing.SignIn, Browser: signing.Browser{Home: at.ID, Token: token}}
}

// showSignIn draws the challenge, or leads back to the sign-in where there is none.
func (s *Keys) showSignIn(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	view := signView{
		Title: s.Say(v, "keys.sign_in.title"), Lead: s.Say(v, "keys.sign_in.lead"),
		Next: design.Link{Text: s.Say(v, "keys.sign_in.back"), URL: home(v) + "/sign-in"},
	}
	token := gate.AttemptToken(r, v.Actor.Portal, account.WayKey)
	at, _, err := s.Accounts.KeyAttempt(r.Context(), v.Actor.Portal, token)
	gone := fault.Is(err, fault.Absent)
	switch {
	case gone && (refused == nil || fault.Is(refused, fault.Absent)):
		return frame.SeeOther(w, r, view.Next.URL)
	case err != nil && !gone:
		return err
	}
	if _, cite := s.Accounts.KeyFirst(v.Actor.Portal); !cite.Zero() {
		view.Cite = s.Cite(v, cite)
	}
	ask := askSignIn(at, token)
	if gone {
		return s.show(w, r, v, view, nil, "", refused)
	}
	return s.show(w, r, v, view, &ask, home(v)+"/sign-in/key", refused)
}

// show draws a page that asks for a signature, with what was refused. place is its address.
func (s *Keys) show(w http.ResponseWriter, r *http.Request, v gate.Visit, view signView, ask *signing.Ask, place string, refused error) error {
	status := http.StatusOK
	if refused != nil {
		var ok bool
		if view.Errors, _, ok = s.Errors(v, refused); !ok {
			return refused
		}
		status = frame.FormStatus(refused)
	}
	if ask != nil {
		asked, err := s.Ask(r.Context(), v, *ask, place, refused)
		if err != nil {
			return err
		}
		view.Asked = &asked
	}
	page := s.Page(r, v, view.Title)
	page.Refused, page.Signs = refused != nil, ask != nil
	if !v.Actor.Known() {
		page.SignIn = design.Link{}
	}
	return s.Write(w, r, status, page, view.page())
}

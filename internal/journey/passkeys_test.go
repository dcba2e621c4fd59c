package journey

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"tereze/internal/house/housetest"
)

// finger is an authenticator that Chromium has in place of a real one, such as a fingerprint reader.
type finger struct {
	p  *person
	id webauthn.AuthenticatorID
}

// withFinger gives the person's browser one.
func (p *person) withFinger() finger {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	made, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true,
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	return finger{p, made.AuthenticatorID}
}

// touches says whether the person touches the device when it asks.
func (f finger) touches(does bool) {
	f.p.t.Helper()
	_, err := chromedp.Call(f.p.ctx, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: f.id, Enabled: does})
	if err != nil {
		f.p.t.Fatal(err)
	}
}

// answers lets the device answer the page that waits for it, and waits for the page after that.
func (f finger) answers(path string) {
	f.p.t.Helper()
	f.p.sees("passkeys.device.wait")
	f.touches(true)
	ask[bool](f.p, "(location.reload(), true)")
	f.p.await("the device has answered", func() bool {
		return strings.HasPrefix(f.p.where(), "/"+f.p.portal+path) && ask[string](f.p, "document.readyState") == "complete"
	})
	f.touches(false)
	f.p.look()
}

// TestPasskeys adds a passkey, signs in with it alone, has it asked for after the password, and
// removes it: with Chromium's own authenticator, on a telephone and on a desk.
func TestPasskeys(t *testing.T) {
	for language, width := range map[string]int64{"kk": phone, "en": desk} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			l := open(t, "court")
			l.User(t, "court", "aigul")
			p := arrive(t, l, "court", language, width)
			suffix := ""
			if language != "kk" {
				suffix = "-" + language
			}
			f := p.withFinger()
			f.touches(false)
			p.signsIn("aigul", housetest.Password)
			p.open("/court/cabinet/security")
			p.speak(language)
			p.press("passkeys.title")
			p.at("/cabinet/passkeys")
			p.sees("passkeys.none")
			p.press("passkeys.add.title")
			p.fill("name", "Phone")
			p.fill("old", housetest.Password)
			p.press("passkeys.add.button")
			p.at("/cabinet/passkeys/add/device")
			p.picture("passkeys-device"+suffix, width)
			f.answers("/cabinet/passkeys?done=added")
			p.sees("passkeys.done.added")
			p.seesWritten("Phone")
			p.picture("passkeys"+suffix, width)
			p.leaves()

			p.open("/court/sign-in")
			p.picture("passkeys-sign-in"+suffix, width)
			p.press("passkeys.sign_in.button")
			p.at("/sign-in/passkey")
			f.answers("/agreement/accept") // nobody is led past it
			p.press("front.accept.button.button")
			p.open("/court/cabinet/passkeys")
			p.press("passkeys.second.turn_on")
			p.picture("passkeys-second"+suffix, width)
			p.fill("old", housetest.Password)
			p.press("passkeys.second.turn_on")
			p.sees("passkeys.done.second_on")
			p.leaves()

			p.signsIn("aigul", housetest.Password)
			p.at("/sign-in/second")
			p.picture("passkeys-after"+suffix, width)
			p.open("/court/cabinet")
			p.at("/sign-in")
			p.open("/court/sign-in/second")
			f.answers("/cabinet")

			p.open("/court/cabinet/passkeys")
			p.press("passkeys.remove.link")
			p.sees("passkeys.remove.last")
			p.fill("old", housetest.Password)
			p.press("passkeys.remove.button")
			p.sees("passkeys.none")
			p.leaves()
			p.signsIn("aigul", housetest.Password)
			p.at("/cabinet")
		})
	}
}

// TestPasskeysWithoutScripts: no device can be asked, and the page says what to do instead.
func TestPasskeysWithoutScripts(t *testing.T) {
	t.Parallel()
	l := open(t, "egov")
	p := arrive(t, l, "egov", "kk", phone)
	p.withoutScripts()
	p.open("/egov/sign-in")
	p.speak(p.language)
	p.press("passkeys.sign_in.button")
	p.at("/sign-in/passkey")
	p.sees("passkeys.device.plain")
	p.seesNot("passkeys.device.use_button")
	p.press("passkeys.sign_in.back")
	p.at("/sign-in")
}

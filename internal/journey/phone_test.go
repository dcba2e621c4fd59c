package journey

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house/housetest"
	"tereze/internal/mgovsign"
)

// code is what the code on the page says.
func (p *person) code() string {
	p.t.Helper()
	code := ask[string](p, `document.querySelector(".tz-phone__text")?.textContent ?? ""`)
	if !strings.HasPrefix(code, "mobileSign:") {
		p.t.Fatalf("at %s the page shows no code: %s", p.where(), p.text("main"))
	}
	return code
}

// scans reads the code with a phone that holds somebody's key, and signs if sure.
func (p *person) scans(code, key string, sure bool) error {
	p.t.Helper()
	s, err := theSigner()
	if err != nil {
		p.t.Fatal(err)
	}
	issued, err := s.Town.Key(key)
	if err != nil {
		p.t.Fatal(err)
	}
	app := mgovsign.App{Client: http.DefaultClient, Key: issued, Stamp: s.Town.Stamper(), Now: time.Now, Language: p.language}
	return app.Sign(context.Background(), code, func(mgovsign.Seen) bool { return sure })
}

// TestSigningOnAPhoneByQR registers with a phone: the page follows by itself what the phone does, a wrong key is
// refused, the right one is taken; another code and cancelling are one press away. Without scripts a link does
// what the page does by itself.
func TestSigningOnAPhoneByQR(t *testing.T) {
	for _, way := range []struct {
		language string
		width    int64
		plain    bool
	}{{"kk", phone, false}, {"en", desk, false}, {"ru", phone, true}} {
		t.Run(way.language, func(t *testing.T) {
			p := arrive(t, open(t, "egov", "court"), "egov", way.language, way.width)
			if way.plain {
				p.withoutScripts()
			}
			p.comes()
			p.press("front.home.register")
			p.click(p.say("bysteps.kind.individual"))
			p.press("bysteps.continue")
			p.fills("number", "900101400122", "surname", "Сынақова", "given", "Әйгерім", "email", "test@example.kz", "password", chosen, "again", chosen)
			p.press("bysteps.continue")
			p.at("/register/signature")
			p.signsByPhone("register-phone-"+way.language, way.plain)
			p.endsByLink()
			p.open("/egov/cabinet/agreement/agreement/sign")
			p.press("sign.phone")
			if err := p.scans(p.code(), "individual", true); err != nil {
				t.Fatal(err)
			}
			p.open("/egov/cabinet/agreement/agreement/sign") // the page was left meanwhile
			p.press("sign.phone.go_on")
			p.press("sign.phone.done")
			p.at("/cabinet/receipts/")
			p.leaves()
			p.press("keys.sign_in.button")
			p.byPhone("sign-in-phone-"+way.language, way.plain)
			p.at("/cabinet")
			if !way.plain {
				p.showsCourtKey()
			}
		})
	}
}

// byPhone signs at the first try what the page asks for, and goes on.
func (p *person) byPhone(step string, plain bool) {
	p.t.Helper()
	p.press("sign.phone")
	if !plain { // looks the same, but for a link
		p.picture(step, p.width)
	}
	if err := p.scans(p.code(), "individual", true); err != nil {
		p.t.Fatal(err)
	}
	if plain {
		p.press("sign.phone.check")
	}
	p.reads("sign.phone.arrived")
	p.press("sign.phone.done")
}

// showsCourtKey signs in to the courts with a password, where a good key is demanded as well (clause P), and shows it
// with a phone.
func (p *person) showsCourtKey() {
	p.t.Helper()
	_, err := p.place.Accounts.Register(context.Background(), account.Registration{
		Portal: "court", SignInName: "keyless", Shown: "Әйгерім Сынақова", Password: housetest.Password, Again: housetest.Password, Language: "kk",
	})
	if err != nil {
		p.t.Fatal(err)
	}
	c := arrive(p.t, p.place, "court", p.language, p.width)
	c.signsIn("keyless", housetest.Password)
	c.speak(p.language)
	c.at("/key")
	c.byPhone("key-due-phone-"+p.language, false)
	c.at("/agreement/accept")
}

// signsByPhone signs what the page asks for with a phone, as in real life not at the first try.
func (p *person) signsByPhone(step string, plain bool) {
	p.t.Helper()
	picture := func(step string) {
		if !plain { // looks the same, but for a link
			p.picture(step, p.width)
		}
	}
	follows := func(key string) {
		p.t.Helper()
		if plain {
			p.press("sign.phone.check")
		}
		p.reads(key)
		p.look()
	}
	p.press("sign.phone")
	p.at("/register/phone")
	p.press("sign.phone.cancel")
	p.at("/register/signature")
	p.press("sign.phone")
	old := p.code()
	p.press("sign.phone.anew")
	if err := p.scans(old, "individual", true); err == nil {
		p.t.Error("the code before the new one is good")
	}
	code := p.code()
	picture(step)
	if err := p.scans(code, "individual", false); !errors.Is(err, mgovsign.ErrDeclined) {
		p.t.Fatal(err)
	}
	follows("sign.phone.fetched")
	picture(step + "-fetched")
	if err := p.scans(code, "other", true); err == nil {
		p.t.Error("the key of another person is taken")
	}
	follows("signing.other_person")
	picture(step + "-wrong-key")
	if err := p.scans(code, "individual", true); err != nil {
		p.t.Fatal(err)
	}
	follows("sign.phone.arrived")
	picture(step + "-arrived")
	p.press("sign.phone.done")
	p.at("/register/sent")
	p.open("/egov/register/phone")
	p.at("/register/sent")
}

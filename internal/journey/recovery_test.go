package journey

import (
	"context"
	"slices"
	"testing"

	"tereze/internal/account"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
)

// lost is somebody who has forgotten the password, with the contact their portal writes to.
type lost struct {
	language, name string
	width          int64
	contacts       []account.Contact
	// goes is the portal's own way back, from the page that asks who they are to the password of their own.
	goes func(p *person)
}

// losses are the ways back, one for each portal.
func losses() map[string]lost {
	letter := []account.Contact{{Kind: account.ByEmail, Value: "asel@example.kz"}}
	message := []account.Contact{{Kind: account.ByPhone, Value: "+996700123456"}}
	return map[string]lost{
		"egov":     {"kk", "asel", phone, letter, (*person).recoversBySecret},
		"kg":       {"ky", "+996700123456", phone, message, (*person).recoversBySecret},
		"ismet":    {"kk", "asel@example.kz", phone, letter, (*person).recoversByLinkOrSecret},
		"kundelik": {"kk", "asel", phone, letter, (*person).recoversByLinkOrSecret},
		"court":    {"en", "asel", phone, letter, (*person).recoversWithHelp},
	}
}

// TestRecovery: somebody who lost the password gets another to a confirmed contact, and sets one of
// their own.
func TestRecovery(t *testing.T) {
	for portal, x := range losses() {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			l := open(t, portal)
			actor := l.User(t, portal, x.name)
			err := l.Store.InTx(context.Background(), func(tx *store.Tx) error {
				for _, c := range x.contacts {
					c.ConfirmedAt = l.Clock.Now()
					if err := tx.SaveContact(context.Background(), actor.User, c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			p := arrive(t, l, portal, x.language, x.width)
			p.open("/" + portal + "/sign-in")
			p.speak(x.language)
			p.picture("sign-in", phone, desk)
			p.press("recovery.from_sign_in")
			p.at("/recover")
			p.picture("recover", phone, desk)
			x.goes(p)
		})
	}
}

// recoversWithHelp reads the help of the portal first, which leads back to the form.
func (p *person) recoversWithHelp() {
	p.t.Helper()
	p.open("/" + p.portal + "/help")
	p.picture("help", phone, desk)
	p.press("front.help.recover")
	p.recoversByLinkOrSecret()
}

// recoversBySecret takes a temporary password from the newest message.
func (p *person) recoversBySecret() {
	p.t.Helper()
	p.asksToRecover()
	p.at("/recover/code")
	p.picture("recover-code", phone, desk)
	password := p.sent()
	p.open("/" + p.portal + "/recover/code")
	p.fill("code", password)
	p.press("recovery.sent.button")
	p.at("/recover/own")
	p.setsAnother()
}

// recoversByLinkOrSecret follows the link in the newest message, or enters its code where there is none.
func (p *person) recoversByLinkOrSecret() {
	p.t.Helper()
	p.asksToRecover()
	p.at("/recover/")
	p.picture("recover-code", phone, desk)
	here := p.where()
	p.open("/-/outbox")
	if ask[bool](p, `document.querySelector("main ol li [lang] a") !== null`) {
		p.pressSelected("main ol li [lang] a")
	} else {
		secret := p.sent()
		p.open(here)
		p.fill("code", secret)
		p.press("recovery.sent.button")
	}
	p.setsAnother()
}

func (p *person) asksToRecover() {
	p.t.Helper()
	p.fill("name", losses()[p.portal].name)
	if ask[bool](p, `document.querySelector('main input[name="route"][type="radio"]:checked') === null && document.querySelector('main input[name="route"][type="radio"]') !== null`) {
		p.click(ask[string](p, `document.querySelector('main input[name="route"]').labels[0].innerText.replace(/\s+/g, " ").trim()`))
	}
	p.press("recovery.button")
}

func (p *person) setsAnother() {
	p.t.Helper()
	const renewed = "жаңа құпиям 2026"
	p.picture("recover-own", phone, desk)
	p.fills("password", renewed, "again", renewed)
	p.press("recovery.own.button")
	p.at("/recover/done")
	p.picture("recover-done", phone, desk)
	p.press("recovery.sign_in")
	p.fills("name", losses()[p.portal].name, "password", housetest.Password)
	p.press("front.sign_in.button")
	p.answered(422) // the lost one opens nothing any more
	p.fills("name", losses()[p.portal].name, "password", renewed)
	p.press("front.sign_in.button")
	p.speak(losses()[p.portal].language) // the person's own is spoken from here on
	p.sees("frame.exit")
}

// TestOwnPages goes through what a person and the operator see of an account: services, messages, sessions,
// devices, contacts, the password, and the desk, in two languages and two widths.
func TestOwnPages(t *testing.T) {
	l := open(t, "kg", "ismet")
	for _, x := range []struct {
		portal, language string
		pages            [][2]string // the name of the picture, the address
	}{
		{"kg", "ky", [][2]string{
			{"services", "/services"}, {"service", "/services/birth-registration"}, {"own-cabinet", "/cabinet"}, {"own-messages", "/cabinet/messages"},
			{"own-security", "/cabinet/security"}, {"own-devices", "/cabinet/security/devices"}, {"own-contacts", "/cabinet/contacts"},
			{"own-password", "/cabinet/password"}, {"own-applications", "/cabinet/applications"}, {"policy", "/agreement/privacy-policy"},
		}},
		{"ismet", "en", [][2]string{
			{"own-security", "/cabinet/security"}, {"own-contacts", "/cabinet/contacts"}, {"own-agreement", "/cabinet/agreement"}, {"own-password", "/cabinet/password"},
		}},
	} {
		p := arrive(t, l, x.portal, x.language, phone)
		p.open("/" + x.portal + "/language/" + x.language + "?back=/" + x.portal)
		p.comesIn("reader")
		p.open("/" + x.portal + "/language/" + x.language + "?back=/" + x.portal + "/agreement/accept") // the account's was another
		p.accepts(storyOf(x.portal), 1)
		for _, page := range x.pages {
			p.open("/" + x.portal + page[1])
			p.answered(200)
			p.picture(page[0], phone)
		}
		p.leaves()
	}
	operator := arrive(t, l, "ismet", "en", desk)
	operator.signsIn("operator", l.password())
	for _, page := range [][2]string{{"desk-people", "/console/people"}, {"desk-cases", "/console/cases"}, {"desk-programs", "/console/programs"}, {"desk-console", "/console"}} {
		operator.open("/ismet" + page[1])
		operator.answered(200)
		operator.picture(page[0], desk)
	}
}

// storyOf is the story of a portal.
func storyOf(portal string) story {
	all := stories()
	return all[slices.IndexFunc(all, func(s story) bool { return s.portal == portal })]
}

package journey

import (
	"regexp"
	"testing"

	"tereze/internal/house/housetest"
)

// TestWaysIn goes the own way of each portal that asks for no key to a user account, on a telephone and through pages alone:
// codes, links and passwords come from the page that shows what a demo has sent.
func TestWaysIn(t *testing.T) {
	for portal, way := range map[string]struct {
		language string
		register func(p *person)
	}{
		"ismet":    {"kk", (*person).registersByCode},
		"kg":       {"ky", (*person).registersByPhone},
		"kundelik": {"kk", (*person).registersByInvitation},
	} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			l := open(t, portal)
			p := arrive(t, l, portal, way.language, phone)
			p.comes()
			p.press("front.home.register")
			p.at("/register")
			way.register(p)
			p.at("/cabinet")
			p.answered(200)
			p.leaves()
		})
	}
}

// chosen is the password people choose.
const chosen = housetest.Password

func (p *person) endsByLink() {
	p.t.Helper()
	p.at("/register/sent")
	p.seesWritten("test@example.kz")
	p.picture("register-sent", phone, desk)
	p.followsLink()
	p.at("/register/confirm")
	p.picture("register-confirm", phone, desk)
	p.press("bysteps.confirm.button")
}

func (p *person) registersByCode() {
	p.picture("register-form", phone, desk)
	p.press("bycode.begin.button")
	p.answered(422) // nothing is entered, nothing ticked
	p.picture("register-refused", phone, desk)
	p.fills("surname", "Үлгіев", "given", "Болат", "email", "test@example.kz", "mobile", "+77010000001")
	p.ticks("agree")
	p.ticks("consent")
	p.press("bycode.begin.button")
	p.at("/register/code")
	p.picture("register-code", phone, desk)
	code := p.sent()
	p.open("/" + p.portal + "/register/code")
	p.fill("code", code)
	p.press("bycode.code.button")
	p.at("/register/letter")
	p.picture("register-sent", phone, desk)
	p.followsLink()
	p.at("/links/password/")
	p.picture("register-password", phone, desk)
	p.fills("password", chosen, "again", chosen)
	p.press("bycode.password.button")
}

func (p *person) registersByPhone() {
	p.picture("register-form", phone, desk)
	p.click(p.say("byphone.kind.individual"))
	p.fills("phone", "0700 123 456", "passport", "AN1234567", "number", "21501188000123", "surname", "Сынаков", "given", "Тест")
	p.press("byphone.button")
	p.at("/register/password")
	p.picture("register-sent", phone, desk)
	password := p.sent()
	p.open("/" + p.portal + "/register/password")
	p.fill("password", password)
	p.press("byphone.sent.button")
	p.at("/register/own")
	p.picture("register-password", phone, desk)
	p.fills("password", chosen, "again", chosen)
	p.press("byphone.own.button")
}

// registersByInvitation signs in with what the operator handed to the administrator of a school.
func (p *person) registersByInvitation() {
	p.picture("register-form", phone, desk)
	operator := arrive(p.t, p.place, p.portal, p.language, desk)
	operator.signsIn("operator", p.place.password())
	operator.open("/" + p.portal + "/console/institutions")
	for _, x := range [][2]string{{"ministry", "Министрлік"}, {"school", "№ 1 мектеп"}} {
		operator.fill("name", x[1])
		operator.click(operator.say("school.kind." + x[0]))
		operator.press("school.institutions.button")
		operator.seesWritten(x[1])
	}
	operator.press("school.administrator.title")
	operator.fills("surname", "Сынақова", "given", "Гүлнар", "birth_date-day", "1", "birth_date-month", "3", "birth_date-year", "1980")
	operator.click(operator.say("school.sex.female"))
	operator.press("school.administrator.button")
	card := ask[[]string](operator, `[...document.querySelectorAll(".tz-receipt .govuk-summary-list__value")].map((e) => e.textContent.trim())`)
	if len(card) < 3 {
		p.t.Fatalf("%s shows no card: %s", operator.where(), operator.text("main"))
	}

	p.press("byinvitation.begin.sign_in")
	p.fills("name", card[1], "password", card[2])
	p.press("front.sign_in.button")
	p.at("/register/agreement")
	p.picture("register-agreement", phone, desk)
	p.press("byinvitation.agreement.button")
	p.at("/register/password")
	p.picture("register-password", phone, desk)
	p.fills("password", chosen, "again", chosen)
	p.press("byinvitation.password.button")
	p.at("/register/data")
	p.seesWritten("Сынақова")
	p.picture("register-data", phone, desk)
	p.click(p.say("byinvitation.data.yes"))
	p.press("byinvitation.data.button")
}

// fills fills fields in, given as pairs of name and value.
func (p *person) fills(pairs ...string) {
	p.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		p.fill(pairs[i], pairs[i+1])
	}
}

// ticks presses the label of a box.
func (p *person) ticks(name string) {
	p.t.Helper()
	p.click(ask[string](p, field(name)+`.labels[0].innerText.replace(/\s+/g, " ").trim()`))
	if !ask[bool](p, field(name)+".checked") {
		p.t.Fatalf("%s: box %s is not ticked", p.where(), name)
	}
}

// secret is the code or the password in a message: it stands between a colon and the first full stop.
var secret = regexp.MustCompile(`: (\S+)\. `)

// sent reads the code or the password in the newest message of the demo.
func (p *person) sent() string {
	p.t.Helper()
	p.open("/-/outbox")
	said := p.text("main ol li [lang]")
	found := secret.FindStringSubmatch(said)
	if found == nil {
		p.t.Fatalf("the newest message holds no secret: %q; all: %s", said, p.text("main"))
	}
	return found[1]
}

// followsLink opens the link in the newest message of the demo.
func (p *person) followsLink() {
	p.t.Helper()
	p.open("/-/outbox")
	p.pressSelected("main ol li [lang] a")
}

package journey

import (
	"os/exec"
	"strconv"
	"strings"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
)

// speak chooses a language in the strip at the top of the page.
func (p *person) speak(language string) {
	p.t.Helper()
	p.pressSelected(`.tz-languages a[lang="` + language + `"]`)
	p.language = language
	if got := ask[string](p, "document.documentElement.lang"); got != language {
		p.t.Errorf("%s is in %s after choosing %s", p.where(), got, language)
	}
}

// title is the portal's name in the person's language.
func (p *person) title() string {
	portal, _ := p.place.Agreements.Portal(p.portal)
	return portal.Title[p.language]
}

// documentTitle is what a document of the portal is called in the person's language.
func (p *person) documentTitle(document string) string {
	return p.place.Agreements.Published(p.portal, document)[0].Content.Title[p.language]
}

// comes finds the portal on the first page of all and reads it in a language.
func (p *person) comes() {
	p.t.Helper()
	p.open("/")
	language := p.language
	p.speak(language)
	p.pressWritten(p.title())
	p.at("")
	p.seesWritten(p.title())
}

// comesIn comes in with a user account made beforehand (TestWaysIn goes the ways to one), and is led
// by the sign-in page to the agreement.
func (p *person) comesIn(name string) {
	p.t.Helper()
	p.place.User(p.t, p.portal, name)
	p.open("/" + p.portal + "/agreement/accept")
	p.at("/sign-in")
	p.fill("name", name)
	p.fill("password", housetest.Password)
	p.press("front.sign_in.button")
	p.at("/agreement/accept")
}

// accepts uses the portal's own control on the page of acceptance.
func (p *person) accepts(s story, edition int) {
	p.t.Helper()
	p.at("/agreement/accept")
	switch s.accept {
	case "access":
		p.press("front.accept.continue")
		return
	case "tick":
		p.press("front.accept.button.tick")
		p.answered(422) // a box that is not ticked is not an acceptance
		for _, document := range s.documents {
			p.click(p.say("front.accept.tick", "document", p.documentTitle(document), "edition", strconv.Itoa(edition)))
		}
	case "consent":
		p.sees("front.accept.consent", "document", p.documentTitle(s.document), "edition", strconv.Itoa(edition))
	}
	p.press("front.accept.button." + s.accept)
}

// signsIn opens the sign-in form and enters what it asks.
func (p *person) signsIn(name, password string) {
	p.t.Helper()
	p.open("/" + p.portal + "/sign-in")
	p.speak(p.language)
	p.fill("name", name)
	p.fill("password", password)
	p.press("front.sign_in.button")
}

// leaves presses Exit, and is a stranger to the server from then on.
func (p *person) leaves() {
	p.t.Helper()
	p.press("frame.exit")
	p.at("/signed-out")
	p.sees("front.signed_out.title")
	p.open("/" + p.portal + "/cabinet")
	p.at("/sign-in")
}

// drafts begins an amendment and changes one clause: its text in every language, and a parameter.
func (p *person) drafts(s story) {
	p.t.Helper()
	p.at("/console") // where an operator begins
	p.press("console.editions.title")
	p.press("console.editions.draft")
	p.at("/console/editions/" + s.document + "/2")
	p.sees("console.done.drafted")
	p.press("console.edition.edit", "clause", s.clause)
	for _, language := range s.languages {
		name := "text-" + language
		p.rewrite(name, p.value(name)+" "+added()[language])
	}
	p.fill(s.field, s.value)
	p.picture("clause", desk)
	p.press("console.clause.save")
	p.sees("console.done.saved")
}

// added is what the amendment says more.
func added() map[string]string {
	return map[string]string{
		"kk": "Оператор бұл туралы порталда алдын ала хабарлайды.",
		"ky": "Оператор бул жөнүндө порталда алдын ала билдирет.",
		"ru": "Оператор заранее сообщает об этом на портале.",
		"en": "The operator announces this on the portal in advance.",
	}
}

// asksOwner submits the draft where the agreement wants the owner's consent, and the owner gives it.
func (p *person) asksOwner(s story) {
	p.t.Helper()
	p.press("console.actions.submit")
	p.sees("console.done.submitted")
	owner := arrive(p.t, p.place, s.portal, s.languages[0], desk)
	owner.signsIn("owner", p.place.password())
	owner.at("/approvals") // where an owner begins
	owner.pressSelected(`main a[href*="/approvals/` + s.document + `/"]`)
	owner.seesWritten(added()[owner.language])
	owner.picture("approval", desk)
	owner.press("console.approval.approve")
	owner.at("/approvals")
	owner.leaves()
	p.press("frame.nav.console")
	p.press("console.editions.title")
	p.pressSelected(`main a[href$="/console/editions/` + s.document + `/2"]`)
}

// publishes makes the amendment public, after the page that says there is no way back.
func (p *person) publishes(s story) {
	p.t.Helper()
	p.press("console.actions.publish")
	p.at("/console/editions/" + s.document + "/2/publish")
	p.picture("publish", desk)
	p.press("console.publish.button")
	p.sees("console.done.published")
}

// takesReceipt opens the newest receipt on "my agreement", prints it, downloads it, and verifies it
// with the program on the command line.
func (p *person) takesReceipt(s story) {
	p.t.Helper()
	p.pressSelected(`#` + s.document + ` a[href*="/cabinet/receipts/"]`)
	for range 50 {
		if p.text("h1") != p.say("cabinet.receipt.soon") {
			break
		}
		p.press("cabinet.receipt.refresh")
	}
	p.sees("cabinet.receipt.title")
	p.picture("receipt", phone)
	p.prints()
	path, _ := p.download("cabinet.receipt.download", "receipt.json")
	p.verifies(s, path)
}

// verifies asks the program, offline, about a receipt.
func (p *person) verifies(s story, path string) {
	p.t.Helper()
	program, err := machine.program()
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := exec.Command(program, "verify", "--key", p.place.LogKey, path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "This receipt is good") || !strings.Contains(string(out), s.document+"@2") {
		p.t.Errorf("tereze verify of the receipt for edition 2 of %s: %v\n%s", s.document, err, out)
	}
	other, err := house.NewKeys("somebody-else")
	if err != nil {
		p.t.Fatal(err)
	}
	if out, err := exec.Command(program, "verify", "--key", other.LogVerifier, path).CombinedOutput(); err == nil {
		p.t.Errorf("tereze verify takes the receipt for one of another log:\n%s", out)
	}
}

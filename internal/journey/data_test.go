package journey

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tereze/internal/house/housetest"
)

// TestMyData: a person sees for what their data are processed and takes a consent back, who looked, to whom they
// were given after two operators decided on it; and fetches a copy. They appeal against a block, and leave, and
// three months later are erased. A visitor chooses cookies. The operator keeps the registers of it.
func TestMyData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		portal, language string
		width            int64
	}{{"kundelik", "kk", phone}, {"kundelik", "en", desk}, {"kg", "ky", phone}} {
		t.Run(c.portal+"-"+c.language, func(t *testing.T) {
			t.Parallel()
			l := open(t, c.portal)
			someone := l.User(t, c.portal, "asel")
			v := arrive(t, l, c.portal, c.language, c.width)
			v.open("/" + c.portal)
			v.speak(c.language)
			v.picture("data-cookie-notice-"+c.language, c.width)
			v.open("/" + c.portal + "/cookies")
			v.picture("data-cookies-"+c.language, c.width)

			o, second := operators(t, l, c.portal, c.language, c.width)
			console := "/" + c.portal + "/console"
			for step, title := range map[string]string{"seen": "personal.register.title", "erased": "personal.erasures.title"} {
				o.open(console + "/data")
				o.press(title)
				o.picture("data-"+step+"-"+c.language, c.width)
			}
			o.open(console + "/people/" + l.Opaque.Of(someone.User) + "/disclose")
			o.picture("data-disclose-"+c.language, c.width)
			if c.portal == "kundelik" {
				o.discloses(second)
				o.open(console + "/data")
				o.press("personal.disclosures.title")
				o.picture("data-given-"+c.language, c.width)
				o.open(console + "/data")
				o.press("personal.statistics.title")
				o.picture("data-statistics-"+c.language, c.width)
			}

			p := arrive(t, l, c.portal, c.language, c.width)
			p.signsIn("asel", housetest.Password)
			p.speak(c.language)
			if c.portal == "kundelik" {
				p.press("front.accept.button.button") // which gives the consent, by clause 4.7
			}
			data := "/" + c.portal + "/cabinet/data"
			p.open(data)
			p.picture("data-mine-"+c.language, c.width)
			p.open("/" + c.portal + "/cabinet/looks")
			p.picture("data-looks-"+c.language, c.width)
			p.open(data + "/disclosures")
			if c.portal == "kundelik" {
				p.seesWritten("№ 17-2026")
			}
			p.picture("data-disclosures-"+c.language, c.width)
			p.open(data + "/copy")
			p.press("personal.copy.ask")
			p.picture("data-asked-copy-"+c.language, c.width)
			p.reopens(data+"/copy", "personal.copy.fetch")
			p.picture("data-copy-"+c.language, c.width)
			p.press("personal.copy.fetch")
			p.picture("data-fetch-"+c.language, c.width)
			p.open(data + "/consents")
			p.picture("data-consents-"+c.language, c.width)
			p.appeals(o, second, console+"/people/"+l.Opaque.Of(someone.User))
			if c.portal == "kg" {
				return
			}
			p.open(data + "/consents")
			p.press("personal.withdraw.title")
			p.picture("data-withdraw-"+c.language, c.width)
			p.press("personal.withdraw.button")
			p.picture("data-withdrawn-"+c.language, c.width)
			o.seesErased(l.Opaque.Of(someone.User))
		})
	}
}

// discloses fills in a demand of the police for the data of the person before the operator; a second one decides on it.
func (p *person) discloses(second *person) {
	p.t.Helper()
	p.press("personal.disclose.button") // nothing filled in
	p.picture("data-disclose-refused-"+p.language, p.width)
	p.click(p.say("personal.ground.law"))
	p.click(p.say("personal.recipient.law_enforcement"))
	p.rewrite("by", "Алматы қаласының полиция департаменті")
	p.rewrite("basis", "Қылмыстық-процестік кодекс, 34-бап")
	p.rewrite("paper", "№ 17-2026")
	yesterday := p.place.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	ask[bool](p, fmt.Sprintf(`(%s.value = %s, true)`, field("day"), quoted(yesterday)))
	p.click(p.say("personal.section.profile"))
	p.press("personal.disclose.button")
	p.sees("personal.done.proposed")
	p.picture("data-demand-"+p.language, p.width)
	demand := p.where()
	second.open(strings.SplitN(demand, "?", 2)[0])
	second.picture("data-decide-"+p.language, p.width)
	second.press("personal.disclosure.agree")
	second.sees("personal.done.made")
}

// seesErased lets three months pass after somebody left: the register of erasures then has them, by a number alone.
func (p *person) seesErased(who string) {
	p.t.Helper()
	for _, by := range []string{"720h", "720h", "720h", "24h", "24h"} { // no three months are longer
		passes(p.t, p.place, by)
	}
	p.await("the data are erased", func() bool {
		p.open("/" + p.portal + "/console/data/erasures")
		return ask[bool](p, `!!document.querySelector('main a[href$="/`+who+`"]')`)
	})
	p.picture("data-erased-after-"+p.language, p.width)
	p.pressSelected(`main a[href$="/` + who + `"]`)
	p.seesWritten("4.12")
	p.picture("data-erasure-"+p.language, p.width)
}

package journey

import (
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// written puts a text in every language of the portal into its fields.
func (p *person) written(field, text string) {
	p.t.Helper()
	known, _ := p.place.Agreements.Portal(p.portal)
	for _, language := range known.Languages {
		p.rewrite(field+language, text)
	}
}

// instant is what a form of the portal takes for midnight so many days from today.
func (p *person) instant(days, hour int) string {
	p.t.Helper()
	known, _ := p.place.Agreements.Portal(p.portal)
	now := p.place.Clock.Now().In(known.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 0, 0, 0, known.Zone).Format("2006-01-02 15:04")
}

// TestWorksAndIncidents: works are refused when they are announced too late, then announced in time; everybody sees
// the banner, and on the page of the state what is planned, what goes on and what has been.
func TestWorksAndIncidents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		portal, language, reason string
		width                    int64
	}{
		{"ismet", "kk", "Серверлерді ауыстыру", phone},
		{"ismet", "en", "Servers are replaced", desk},
		{"kg", "ky", "Серверлер алмаштырылат", phone},
	} {
		t.Run(c.portal+"-"+c.language, func(t *testing.T) {
			t.Parallel()
			l := open(t, c.portal)
			v := arrive(t, l, c.portal, c.language, c.width)
			v.open("/" + c.portal + "/status")
			v.speak(c.language)
			v.open("/" + c.portal + "/status")
			v.picture("works-none-"+c.language, c.width)

			o := arrive(t, l, c.portal, c.language, c.width)
			o.signsIn("operator", l.password())
			o.speak(c.language)
			o.open("/" + c.portal + "/console/operations")
			o.picture("works-empty-"+c.language, c.width)
			if c.portal == "ismet" {
				o.plansTooLate(c.language, c.reason)
				o.fill("begins", o.instant(5, 2))
				o.fill("until", o.instant(5, 6))
				o.press("console.announcement.next")
				o.picture("works-preview-"+c.language, c.width)
				o.press("console.operation.tell")
				o.picture("works-told-"+c.language, c.width)
			}
			o.open("/" + c.portal + "/console/operations/new/incident")
			o.click(capital(o.say("status.source.watch")))
			o.written("reason_", c.reason)
			o.picture("works-incident-"+c.language, c.width)
			o.press("console.announcement.next")
			o.press("console.operation.tell")
			o.picture("works-case-"+c.language, c.width)
			o.open("/" + c.portal + "/console/operations")
			o.picture("works-register-"+c.language, c.width)

			v.open("/" + c.portal)
			v.seesWritten(c.reason)
			v.picture("works-banner-"+c.language, c.width)
			v.open("/" + c.portal + "/status")
			v.picture("works-status-"+c.language, c.width)

			o.pressWritten(o.say("frame.event.incident") + ": " + c.reason)
			o.press("console.operation.act.fix")
			o.written("text_", c.reason)
			o.picture("works-fix-"+c.language, c.width)
			o.press("console.operation.act.fix")
			v.open("/" + c.portal + "/status")
			v.picture("works-history-"+c.language, c.width)
			v.pressSelected("main a[href*='/status/']:not([href$='.ics']):not([href$='.atom']):not([href$='.json'])")
			v.picture("works-event-"+c.language, c.width)
		})
	}
}

// plansTooLate announces works for the next day, which the clause refuses.
func (p *person) plansTooLate(language, reason string) {
	p.t.Helper()
	p.open("/" + p.portal + "/console/operations/new/works")
	p.click(p.say("status.closes.yes"))
	p.fill("begins", p.instant(1, 2))
	p.fill("until", p.instant(1, 6))
	p.written("reason_", reason)
	p.press("console.announcement.next")
	p.answered(422)
	p.picture("works-late-"+language, p.width)
}

// capital begins what stands by itself.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

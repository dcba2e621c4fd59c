package journey

import (
	"testing"

	"tereze/internal/house/housetest"
)

// TestMyData: a person sees for what their data are processed and takes a consent back, who looked, to whom they
// were given; and fetches a copy. A visitor chooses cookies. The operator keeps the registers of it.
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

			o := arrive(t, l, c.portal, c.language, c.width)
			o.signsIn("operator", l.password())
			o.speak(c.language)
			console := "/" + c.portal + "/console"
			for step, title := range map[string]string{"seen": "personal.register.title", "erased": "personal.erasures.title"} {
				o.open(console + "/data")
				o.press(title)
				o.picture("data-"+step+"-"+c.language, c.width)
			}
			if c.portal == "kundelik" {
				o.open(console + "/data")
				o.press("personal.disclosures.title")
				o.picture("data-given-"+c.language, c.width)
				o.open(console + "/data")
				o.press("personal.statistics.title")
				o.picture("data-statistics-"+c.language, c.width)
			}
			o.open(console + "/people/" + l.Opaque.Of(someone.User) + "/disclose")
			o.picture("data-disclose-"+c.language, c.width)

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
			if c.portal == "kg" {
				return
			}
			p.press("personal.withdraw.title")
			p.picture("data-withdraw-"+c.language, c.width)
			p.press("personal.withdraw.button")
			p.picture("data-withdrawn-"+c.language, c.width)
		})
	}
}

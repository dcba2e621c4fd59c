package journey

import "testing"

// TestWhatIsOwed: a person sees what they owe and by which clause, the operator the register, narrows it,
// and keeps the business days current that terms are counted by.
func TestWhatIsOwed(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"kk", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			l := open(t, "kundelik")
			p := arrive(t, l, "kundelik", language, phone)
			p.signsIn("sample", l.password())
			p.speak(language)
			p.press("front.accept.button.button")
			p.open("/kundelik/cabinet")
			p.press("obligation.mine.title")
			p.sees("obligation.kind.account.password")
			p.picture("owed-mine-"+language, phone)

			o := arrive(t, l, "kundelik", language, phone)
			o.signsIn("operator", l.password())
			o.speak(language)
			o.open("/kundelik/console")
			o.press("obligation.register.title")
			o.sees("obligation.kind.account.password")
			o.picture("owed-register-"+language, phone, desk)
			o.open("/kundelik/console/obligations?state=breached")
			o.sees("obligation.register.none")
			o.picture("owed-none-"+language, phone)
			o.open("/kundelik/console/days")
			o.picture("owed-days-"+language, phone, desk)
			o.fill("body", "year 2029 from 2029-01-01 source Заң\noff 01-01 01-02")
			o.press("console.days.preview")
			o.sees("console.days.preview_title")
			o.picture("owed-days-preview-"+language, phone)
			o.press("console.days.keep")
			o.sees("console.done.days")
		})
	}
}

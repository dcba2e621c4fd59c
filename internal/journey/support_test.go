package journey

import "testing"

// TestAskingTheSupport: a person asks on a telephone, the operator opens the request for a reason and answers,
// the person reads the answer, and publishes a material, which has its own way. A visitor asks with a code.
func TestAskingTheSupport(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"kk", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			l := open(t, "ismet", "kundelik")
			p := arrive(t, l, "ismet", language, phone)
			p.signsIn("sample", l.password())
			p.speak(language)
			p.open("/ismet/support")
			p.sees("support.title")
			p.picture("support-"+language, phone)
			p.press("support.button") // nothing filled in
			p.picture("support-refused-"+language, phone)
			p.click(p.say("support.kind.question"))
			p.fill("subject", "Шот қайда?")
			p.fill("text", "Кеше төледім.\nШот келмеді.")
			p.press("support.button")
			p.sees("support.done.taken")
			p.picture("support-taken-"+language, phone)

			o := arrive(t, l, "ismet", language, phone)
			o.signsIn("operator", l.password())
			o.speak(language)
			o.open("/ismet/console/requests/new")
			o.picture("support-call-"+language, phone)
			o.open("/ismet/console/requests")
			o.picture("support-queue-"+language, phone, desk)
			o.pressSelected("main tbody a")
			o.click(o.say("console.reason.support"))
			o.press("desk.request.look")
			o.seesWritten("Шот қайда?")
			o.picture("support-request-"+language, phone)
			o.fill("text", "Бүгін келеді.")
			o.press("desk.request.answer_button")
			o.sees("desk.done.sent")

			p.open("/ismet/cabinet/requests")
			p.picture("support-mine-"+language, phone)
			p.pressSelected("main tbody a")
			p.seesWritten("Бүгін келеді.")
			p.prints()
			p.press("support.close.link")
			p.picture("support-close-"+language, phone)
			p.press("support.close.button")
			p.sees("support.done.closed")
			p.picture("support-closed-"+language, phone)

			publishes(p, o, language)

			v := arrive(t, l, "kundelik", language, phone)
			v.open("/kundelik/support")
			v.speak(language)
			v.picture("support-visitor-"+language, phone)
			v.click(v.say("support.kind.letter"))
			v.fill("subject", "Кіре алмаймын")
			v.fill("text", "Картам жоқ.")
			v.fill("value", "bek@example.kz")
			v.press("support.button_code")
			v.sees("support.code.title")
			v.picture("support-code-"+language, phone)
		})
	}
}

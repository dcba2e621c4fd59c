package journey

import "fmt"

// appeals is blocked by an operator, reads why, and appeals; another operator answers and lifts the block. The address
// is the person's among those the operators look after.
func (p *person) appeals(one, second *person, address string) {
	p.t.Helper()
	one.open(address + "/sanction")
	one.press("standing.decide.next") // nothing filled in
	one.picture("sanction-refused-"+p.language, p.width)
	ground, reason := "account.immediate_measures/block", "unlawful"
	if p.portal == "kg" {
		ground, reason = "account.sanctions/block", "false_data"
	} else {
		one.chooses("section", "6")
	}
	one.chooses("ground", ground)
	one.chooses("reason", reason)
	one.rewrite("words", "Бөгде адамның суреті жарияланды")
	one.fill("days", "5")
	one.picture("sanction-"+p.language, p.width)
	one.press("standing.decide.next")
	one.picture("sanction-preview-"+p.language, p.width)
	one.press("standing.preview.button")
	one.sees("standing.done.decided")
	one.picture("sanction-decided-"+p.language, p.width)
	sanction := one.where()

	p.open("/" + p.portal + "/cabinet")
	p.at("/standing")
	p.picture("appeal-standing-"+p.language, p.width)
	p.press("standing.appeal.title")
	p.press("standing.appeal.button") // nothing filled in
	p.answered(422)
	p.picture("appeal-refused-"+p.language, p.width)
	p.rewrite("text", "Бұл менің суретім емес.")
	p.press("standing.appeal.button")
	p.sees("standing.done.appealed")
	p.picture("appeal-waits-"+p.language, p.width)

	one.open(sanction)
	one.press("standing.appeal.case")
	appeal := one.where()
	second.open(appeal)
	second.click(second.say("console.reason.support"))
	second.press("desk.case.look")
	second.rewrite("answer", "Қайта қарадық: сурет сіздікі емес екен.")
	second.picture("appeal-case-"+p.language, p.width)
	second.press("desk.answer.button")
	second.sees("desk.done.answered")
	second.open(sanction)
	second.press("standing.lift.title")
	second.rewrite("words", "Басқа адамның суреті")
	second.picture("appeal-lift-"+p.language, p.width)
	second.press("standing.lift.button")
	second.sees("standing.done.lifted")

	p.open("/" + p.portal + "/standing")
	p.seesNot("standing.mine.shut")
	p.seesWritten("Басқа адамның суреті")
	p.picture("appeal-lifted-"+p.language, p.width)
}

// chooses presses the button of a choice by its value.
func (p *person) chooses(name, value string) {
	p.t.Helper()
	p.click(ask[string](p, fmt.Sprintf(`document.querySelector(%s).labels[0].innerText.replace(/\s+/g, " ").trim()`,
		quoted(`main [name="`+name+`"][value="`+value+`"]`))))
}

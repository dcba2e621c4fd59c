package journey

// publishes goes the way of a material: its author publishes it, the operator deletes it and puts it back, and the
// author deletes it for good.
func publishes(author, operator *person, language string) {
	width := map[string]int64{"kk": phone, "en": desk}[language]
	author.open("/ismet/materials")
	author.picture("materials-sections-"+language, width)
	author.open("/ismet/cabinet/materials/new?section=questions")
	author.accepts(story{accept: "tick", documents: []string{"offer", "rules"}}, 1)
	author.press("content.new.button") // nothing filled in
	author.picture("materials-refused-"+language, width)
	author.fill("headline", "Патент <b>керек</b> пе?")
	author.fill("text", "Кім білсе, айтыңыздаршы 🙂\n\n  http://example.kz/"+"ұзын-мекенжай-ұзын-мекенжай-ұзын-мекенжай-ұзын-мекенжай")
	author.press("content.new.button")
	author.sees("content.done.published")
	author.picture("materials-published-"+language, width)

	operator.open("/ismet/console/materials")
	operator.picture("materials-desk-"+language, width)
	operator.pressSelected("main tbody a")
	operator.seesWritten("http://example.kz/")
	operator.press("content.act.delete")
	operator.fill("reason", "Қателік")
	operator.picture("materials-delete-"+language, width)
	operator.press("content.act.delete")
	operator.sees("content.done.moderated")
	operator.press("content.act.put_back")
	operator.press("content.act.put_back")
	operator.sees("content.done.moderated")

	author.open("/ismet/cabinet/materials")
	author.pressSelected("main tbody a")
	author.press("content.delete.title")
	author.picture("materials-own-delete-"+language, width)
	author.press("content.delete.button")
	author.sees("content.done.deleted")
	author.picture("materials-mine-"+language, width)

	operator.open("/ismet/console/materials")
	operator.pressSelected("main tbody a")
	operator.press("content.archive.title")
	operator.click(operator.say("console.reason.enforcement"))
	operator.press("content.archive.button")
	operator.picture("materials-archive-"+language, width)
	operator.seesWritten("http://example.kz/")
}

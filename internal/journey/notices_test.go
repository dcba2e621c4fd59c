package journey

import (
	"context"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/courier"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// operators are two who work at a portal: what one writes the other approves.
func operators(t *testing.T, l *place, portal, language string, width int64) (writer, second *person) {
	t.Helper()
	writer, second = arrive(t, l, portal, language, width), arrive(t, l, portal, language, width)
	writer.signsIn("operator", l.password())
	l.User(t, portal, "operator2", identity.Operator)
	second.signsIn("operator2", housetest.Password)
	for _, o := range []*person{writer, second} {
		o.speak(language)
	}
	return writer, second
}

// told is what the portal has told somebody, who can be reached by mail and telephone.
func told(t *testing.T, l *place, someone identity.Actor) {
	t.Helper()
	ctx := context.Background()
	err := l.Store.InTx(ctx, func(tx *store.Tx) error {
		for kind, value := range map[account.ContactKind]string{account.ByEmail: "asel@example.kz", account.ByPhone: "+77011234567"} {
			if err := tx.SaveContact(ctx, someone.User, account.Contact{Kind: kind, Value: value, ConfirmedAt: l.Clock.Now()}); err != nil {
				return err
			}
		}
		if err := l.Accounts.TellNotice(ctx, tx, someone.User, notify.Notice{Kind: notify.Membership, Key: "message.case_answered"}); err != nil {
			return err
		}
		return l.Accounts.TellNotice(ctx, tx, someone.User, notify.Notice{Kind: notify.Security, Key: "message.password_changed", Args: map[string]string{"at": "22.11.2026 12:00"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Accounts.Forget(someone.User)
}

// TestNoticesAndLetters: a person reads what the portal told them, chooses what comes by which channel at which
// price, agrees to letters. Two operators write and approve one; its link ends such letters.
func TestNoticesAndLetters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		portal, language string
		width            int64
	}{{"ismet", "kk", phone}, {"ismet", "en", desk}, {"egov", "kk", phone}, {"kg", "ky", phone}} {
		t.Run(c.portal+"-"+c.language, func(t *testing.T) {
			t.Parallel()
			m, line, key := makerWith(t)
			test := courier.Line{Test: true}
			l := openWith(t, house.Config{Only: []string{c.portal}, Demo: true, PushKey: key,
				Lines: map[notify.Channel]courier.Line{notify.Email: test, notify.SMS: test, notify.Push: line}})
			someone := l.User(t, c.portal, "asel")
			p := arrive(t, l, c.portal, c.language, c.width)
			p.signsIn("asel", housetest.Password)
			p.speak(c.language)
			cabinet := "/" + c.portal + "/cabinet"
			p.open(cabinet + "/inbox?show=archive")
			p.picture("notices-none-"+c.language, c.width)
			told(t, l, someone)
			p.open(cabinet + "/inbox")
			p.picture("notices-inbox-"+c.language, c.width)
			p.pressSelected("main tbody a")
			p.picture("notices-one-"+c.language, c.width)
			p.press("notices.archive")
			p.picture("notices-archived-"+c.language, c.width)
			p.press("notices.preferences")
			p.picture("notices-preferences-"+c.language, c.width)
			p.press("notices.save")
			p.picture("notices-saved-"+c.language, c.width)
			p.press("notices.preferences")
			if c.portal == "egov" {
				p.press("push.title")
				p.popsUp(m, someone)
			}
			if c.portal != "ismet" {
				return
			}
			p.open(cabinet + "/inbox/letters")
			p.picture("notices-letters-"+c.language, c.width)
			ask[bool](p, `(document.querySelectorAll('main input[name="want"]').forEach((e) => { if (!e.checked) e.click(); }), true)`)
			p.press("notices.save")

			writer, second := operators(t, l, c.portal, c.language, c.width)
			writer.campaign(second)
			p.unsubscribes()
			wordings(writer, second)
			writer.changesTariffs(second, p)
		})
	}
}

// campaign is a letter to many, from the writing to the sending.
func (p *person) campaign(second *person) {
	p.t.Helper()
	console := "/" + p.portal + "/console"
	p.open(console + "/campaigns")
	p.picture("campaign-none-"+p.language, p.width)
	p.press("campaigns.new")
	p.press("campaigns.next") // nothing filled in
	p.picture("campaign-refused-"+p.language, p.width)
	p.click(p.say("campaigns.kind.news"))
	p.click(p.say("frame.channel.email"))
	p.written("subject_", "Жаңа қызметтер")
	p.written("body_", "Порталда жаңа қызметтер ашылды.")
	p.press("campaigns.next")
	p.picture("campaign-preview-"+p.language, p.width)
	p.press("campaigns.submit")
	p.picture("campaign-written-"+p.language, p.width)
	p.press("campaigns.do.approve")
	p.press("campaigns.do.approve") // by the one who wrote it
	p.picture("campaign-own-"+p.language, p.width)

	second.open(console + "/campaigns")
	second.pressWritten("Жаңа қызметтер")
	second.press("campaigns.do.approve")
	second.picture("campaign-approve-"+p.language, p.width)
	second.press("campaigns.do.approve")
	second.picture("campaign-sending-"+p.language, p.width)
	second.open(console + "/outbox")
	second.picture("campaign-outbox-"+p.language, p.width)
	second.pressSelected("main tbody a")
	second.picture("campaign-message-"+p.language, p.width)
	second.open(console + "/campaigns")
	second.picture("campaign-register-"+p.language, p.width)
}

// changesTariffs: one writes a change of tariffs, which they may not publish, the other publishes it, and a visitor sees
// the coming price beside the present one.
func (p *person) changesTariffs(second, visitor *person) {
	p.t.Helper()
	p.open("/" + p.portal + "/console/prices")
	p.press("prices.console.draft")
	p.press("prices.do.edit")
	price := "price_online-cash-register_one-month"
	p.fill(price, "2,490")
	p.press("prices.console.save")
	p.answered(422)
	p.picture("prices-refused-"+p.language, p.width)
	p.fill(price, "2490")
	p.fill("day", time.Now().AddDate(0, 0, 10).Format(time.DateOnly))
	ask[bool](p, `(document.querySelector('main input[value="online-accounting/company"]').click(), true)`)
	p.picture("prices-edit-"+p.language, p.width)
	p.press("prices.console.save")
	p.press("prices.do.add")
	p.click(p.say("prices.console.new_service"))
	p.written("service_", "Онлайн-сауда")
	p.written("title_", "Дүкен")
	p.fill("price", "7 900")
	p.click(p.say("prices.unit.month"))
	p.picture("prices-add-"+p.language, p.width)
	p.press("prices.do.add")
	p.picture("prices-draft-"+p.language, p.width)
	p.press("prices.do.publish")
	p.press("prices.do.publish") // by the one who wrote it
	p.answered(403)

	second.open("/" + p.portal + "/console/prices/2/publish")
	second.picture("prices-preview-"+p.language, p.width)
	second.press("prices.do.publish")
	second.open("/" + p.portal + "/console/prices")
	second.picture("prices-register-"+p.language, p.width)
	visitor.open("/" + p.portal + "/prices")
	visitor.picture("prices-public-"+p.language, p.width)
	visitor.press("prices.lists")
	visitor.picture("prices-lists-"+p.language, p.width)
}

// wordings: one proposes how a message is worded, the other publishes it.
func wordings(writer, second *person) {
	writer.t.Helper()
	templates := "/" + writer.portal + "/console/templates"
	writer.open(templates)
	writer.picture("wordings-"+writer.language, writer.width)
	writer.open(templates + "/message.case_answered")
	writer.picture("wordings-one-"+writer.language, writer.width)
	writer.press("templates.new")
	writer.picture("wordings-new-"+writer.language, writer.width)
	writer.press("campaigns.next")
	writer.picture("wordings-preview-"+writer.language, writer.width)
	writer.press("templates.propose")
	writer.sees("templates.done.proposed")
	for _, o := range []*person{writer, second} {
		o.open(templates + "/message.case_answered/1")
		o.click(o.say("templates.publish"))
		o.press("templates.decide")
		if o == writer { // by the one who wrote it
			o.answered(403)
		}
		o.picture("wordings-decided-"+o.language, o.width)
	}
	second.sees("templates.done.publish")
	second.sees("templates.state.published")
}

// unsubscribes follows the link in a letter of the campaign, which ends such letters without signing in. Where a demo
// shows its letters stands in for the mail program.
func (p *person) unsubscribes() {
	p.t.Helper()
	p.reopens("/-/outbox", "notices.leave")
	p.picture("letters-outbox-"+p.language, p.width)
	p.press("notices.leave")
	p.speak(p.language)
	p.picture("letters-leave-"+p.language, p.width)
	p.press("notices.leave")
	p.sees("notices.left")
	p.picture("letters-left-"+p.language, p.width)
	p.open("/" + p.portal + "/cabinet/inbox/letters")
	p.picture("letters-left-cabinet-"+p.language, p.width)
	if ask[bool](p, `[...document.querySelectorAll('main input[name="want"]')].every((e) => e.checked)`) {
		p.t.Error("every letter is still wanted")
	}
}

// asksForPopUps asks for pop-ups where no push service can be reached: the worker is in place, and the page says
// what to do next. The portal can be put on the first screen of a telephone.
func (p *person) asksForPopUps() {
	p.t.Helper()
	p.picture("push-page-"+p.language, p.width)
	p.click(p.say("push.allow"))
	p.reads("push.failed", "push.denied")
	p.look()
	p.picture("push-failed-"+p.language, p.width)
	kind := ask[string](p, `fetch(document.querySelector('link[rel="manifest"]').href).then(async (r) => { const m = await r.json(); return r.headers.get("content-type") + " " + m.display + " " + m.icons.length; })`)
	if kind != "application/manifest+json standalone 2" {
		p.t.Errorf("the manifest: %q", kind)
	}
}

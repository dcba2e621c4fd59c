package journey

import (
	"fmt"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
)

// TestIdleWarningKeepsWhatWasTyped: before the end of a session that nothing is done in, the page
// warns and can be stayed in; after the end what was typed still stands there, and can be sent once
// the person has signed in again beside it.
func TestIdleWarningKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	const idle = 24 * time.Second // the warning opens at half of it: each half is time enough to press on a slow machine
	l := openWith(t, house.Config{
		Only: []string{"egov"}, Demo: true,
		Accounts: account.Limits{Idle: idle, Absolute: time.Hour, Failures: 10, Rest: time.Minute},
	})
	h := l.House
	h.User(t, "egov", "writer")
	p := arrive(t, l, "egov", "kk", desk)
	p.signsIn("writer", housetest.Password)
	p.open("/egov/cabinet/profile")
	p.rewrite("about", "a long letter")
	shown := `document.querySelector("dialog").open`
	part := func(name string) string {
		return fmt.Sprintf(`document.querySelector('dialog [data-idle=%q]').getClientRects().length > 0`, name)
	}
	until := func(what, condition string) {
		t.Helper()
		p.await(what, func() bool { return ask[bool](p, condition) })
	}
	until("the warning opens", shown+" && "+part("left"))
	until("the time left is told", `/0:0\d/.test(document.querySelector("dialog").innerText)`)
	p.click(p.say("frame.idle.stay"))
	until("the warning closes", "!"+shown)
	until("the session ends", part("ended"))
	if got := p.value("about"); got != "a long letter" || p.where() != "/egov/cabinet/profile" {
		t.Fatalf("after the end %q stands at %s", got, p.where())
	}
	// In another tab of the same browser the person signs in again.
	ask[bool](p, fmt.Sprintf(`fetch("/egov/sign-in", {method: "POST", body: new URLSearchParams({name: "writer", password: %s})}).then(() => true)`, quoted(housetest.Password)))
	p.click(p.say("frame.idle.resume"))
	until("the page goes on", "!"+shown)
	p.press("cabinet.profile.save")
	p.answered(200)
	if got := p.value("about"); got != "a long letter" {
		t.Errorf("saved %q", got)
	}
}

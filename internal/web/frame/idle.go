package frame

import (
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// idleWarning is how long before its end a session that nothing is done in warns.
const idleWarning = 2 * time.Minute

// idle tells a signed-in person when their session would end (court 6.2), and warns before. The
// time of the page is a little shorter than the server's, which knows the last request not quite.
func (f *Frame) idle(v gate.Visit, home string) *design.Idle {
	if !v.Actor.Known() {
		return nil
	}
	after, cite := f.IdleAfter(v.Actor.Portal)
	sure := after - account.Grain(after)
	x := &design.Idle{
		After: int(sure.Seconds()), Warn: int(min(idleWarning, sure/2).Seconds()), Ping: home + "/session",
		Title: f.Say(v, "frame.idle.title"), Left: f.Say(v, "frame.idle.left", "time", "{time}"), Stay: f.Say(v, "frame.idle.stay"),
		Ended: f.Say(v, "frame.idle.ended"), Resume: f.Say(v, "frame.idle.resume"), Plain: f.Say(v, "frame.idle.plain"),
		SignIn: design.Link{Text: f.Say(v, "frame.idle.sign_in"), URL: home + "/sign-in"},
	}
	if !cite.Zero() {
		x.Note, x.Cite = f.Say(v, "frame.idle.note", "minutes", strconv.Itoa(int(after.Minutes()))), f.Cite(v, cite)
	}
	return x
}

package frame

import (
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// OutboxURL is where a demo shows the messages it does not send.
const OutboxURL = "/-/outbox"

// OutboxLink leads from a page that says "we have sent you a message" to where a demo shows it, at the
// portal of the visit. Where people are real it is the zero link, which draws nothing.
func (f *Frame) OutboxLink(v gate.Visit) design.Link {
	if !f.Demo {
		return design.Link{}
	}
	link := design.Link{Text: f.Say(v, "frame.outbox"), URL: OutboxURL}
	if v.Actor.Portal != "" {
		link.URL += "#" + v.Actor.Portal
	}
	return link
}

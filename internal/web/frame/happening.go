package frame

import (
	"strings"

	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
)

// mostBanners of what happens to a portal stand on a page; the status page has all of it.
const mostBanners = 3

// banners are what stands under the header of every page: an announced amendment, and what happens to the portal
// or is ahead, to those whom it touches.
func (f *Frame) banners(v gate.Visit, home string) (out design.Banners) {
	if f.Happening == nil {
		return nil
	}
	for _, e := range f.Happening(v.Actor, v.Now) {
		if len(out) == mostBanners {
			break
		}
		out = append(out, design.AmendmentBanner{
			Label: f.Say(v, "frame.event."+e.Kind), Text: f.When(v, e) + " " + e.Reason[v.Actor.Language], Cite: f.Cite(v, e.Cite),
			Read: design.Link{Text: f.Say(v, "frame.event.read"), URL: home + "/status/" + f.Opaque.Of(e.ID)},
		})
	}
	return out
}

// When says from when until when an event is or was, and what it touches.
func (f *Frame) When(v gate.Visit, e operations.Event) string {
	touched := f.Say(v, "frame.event.portal")
	if len(e.Services) > 0 {
		var names []string
		for _, s := range e.Services {
			names = append(names, f.ServiceName(v, s))
		}
		touched = strings.Join(names, ", ")
	}
	if ends := e.Ends(); !ends.IsZero() {
		return f.Say(v, "frame.event.between", "touched", touched, "begins", f.Instant(v, e.Begins), "ends", f.Instant(v, ends))
	}
	return f.Say(v, "frame.event.since", "touched", touched, "begins", f.Instant(v, e.Begins))
}

// ServiceName says a part of a portal: a service by its title in the catalogue, another by our own words.
func (f *Frame) ServiceName(v gate.Visit, name string) string {
	if f.ServiceTitle != nil {
		if title := f.ServiceTitle(v.Actor.Portal, name, v.Actor.Language); title != "" {
			return title
		}
	}
	return f.Say(v, "frame.part."+name)
}

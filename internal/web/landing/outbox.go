package landing

import (
	"context"
	"net/http"
	"strings"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
)

// outboxView is what has gone out, or would have: a demo sends nothing.
type outboxView struct {
	Heading design.Heading
	Portals []outboxPortal
	Empty   design.EmptyState // instead of all portals
}

type outboxPortal struct {
	Anchor   string
	Title    string
	Messages []letter
}

// letter is one message as its reader gets it.
type letter struct {
	Channel  design.Tag
	To       string
	When, At string
	Language string
	Text     []part
	Leave    design.Link // ends such letters, which mail programs show beside the text
}

// part is a piece of a message's text: a link where it has an address.
type part struct{ Text, URL string }

// lettersAPortal is how many of the newest messages a portal shows.
const lettersAPortal = 30

// Outbox is GET /-/outbox: the messages of a demo, which nobody gets otherwise. They hold one-time
// secrets, so there is no such page where people are real.
func (s *Landing) Outbox(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if s.Messages == nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	view := outboxView{
		Heading: design.Heading{Text: s.Say(v, "landing.outbox.title"), Lead: s.Say(v, "landing.outbox.lead")},
		Empty: design.EmptyState{
			Title: s.Say(v, "landing.outbox.none"), Text: s.Say(v, "landing.outbox.none_text"),
			Act: design.Link{Text: s.Say(v, "landing.title"), URL: "/"},
		},
	}
	for _, p := range s.Agreements.Portals() {
		messages, err := s.Messages(r.Context(), p.Name, lettersAPortal)
		if err != nil {
			return err
		}
		if len(messages) == 0 {
			continue
		}
		box := outboxPortal{Anchor: p.Name, Title: p.Title[spoken(p, v.Actor.Language)]}
		for _, m := range messages {
			one, err := s.letter(r.Context(), v, p, m)
			if fault.Is(err, fault.Absent) {
				continue // a letter of a campaign to whoever has left the list goes nowhere
			}
			if err != nil {
				return err
			}
			box.Messages = append(box.Messages, one)
		}
		view.Portals = append(view.Portals, box)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "landing.title"), URL: "/"}}
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// letter is a message as it goes out. To whom one of a campaign goes, and how they leave the list, is found out only
// then. Refusal: Absent "notify.left_out" where it must not go any more.
func (s *Landing) letter(ctx context.Context, v gate.Visit, p agreement.Portal, m notify.Message) (letter, error) {
	text, err := s.text(ctx, m)
	if err != nil {
		return letter{}, err
	}
	at := m.At.In(p.Zone)
	one := letter{
		Channel: s.channel(v, m.Channel), To: m.To, When: s.DayIn(v, at, p.Zone) + ", " + at.Format("15:04:05"), At: m.At.UTC().Format(time.RFC3339),
		Language: m.Language, Text: text,
	}
	if m.Campaign == 0 {
		return one, nil
	}
	post, err := s.Notices.Post(ctx, m)
	one.To = post.To
	if m.Channel == notify.Email {
		one.Leave = design.Link{Text: s.Words.Say(m.Language, "notices.leave"), URL: post.Unsubscribe}
	}
	return one, err
}

func (s *Landing) channel(v gate.Visit, c notify.Channel) design.Tag {
	if c == notify.Email {
		return design.Tag{Text: s.Say(v, "landing.outbox.email"), Colour: design.TagGood}
	}
	return design.Tag{Text: s.Say(v, "frame.channel."+string(c)), Colour: design.TagBrand}
}

// text says a message in its reader's language; addresses in its arguments become links.
func (s *Landing) text(ctx context.Context, m notify.Message) ([]part, error) {
	said, err := s.Notices.Said(ctx, m, m.Language)
	if err != nil {
		return nil, err
	}
	parts := []part{{Text: strings.TrimSpace(said.Subject + " " + said.Body)}}
	for _, value := range m.Args {
		if strings.HasPrefix(value, "/") || strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
			parts = linked(parts, value)
		}
	}
	return parts, nil
}

// linked cuts an address out of the text wherever it stands.
func linked(parts []part, link string) (out []part) {
	for _, p := range parts {
		if p.URL != "" {
			out = append(out, p)
			continue
		}
		for i, text := range strings.Split(p.Text, link) {
			if i > 0 {
				out = append(out, part{Text: link, URL: link})
			}
			if text != "" {
				out = append(out, part{Text: text})
			}
		}
	}
	return out
}

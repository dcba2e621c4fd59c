package cabinet

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/web/design"
)

// section is the clause that gives the cabinet a section (kg 1.1b); ok is false where none does.
func (s *Cabinet) section(v gate.Visit, name string) (cite clause.Citation, ok bool) {
	rule, cite, ok := clause.In[account.Cabinet](s.Agreements.Book(v.Actor.Portal, v.Now))
	return cite, ok && slices.Contains(rule.Sections, name)
}

// sections are the cards of the sections that the agreement names and the portal has beside those every cabinet has.
func (s *Cabinet) sections(v gate.Visit) (cards []design.Card) {
	for _, x := range []struct{ name, title, text string }{
		{"applications", "cabinet.applications.title", "cabinet.applications.lead"},
		{"messages", "cabinet.messages.title", "cabinet.messages.lead"},
	} {
		if _, ok := s.section(v, x.name); ok {
			cards = append(cards, design.Card{Title: s.Say(v, x.title), URL: home(v) + "/" + x.name, Text: s.Say(v, x.text)})
		}
	}
	return cards
}

// sectionView is a section of the cabinet that is a list.
type sectionView struct {
	Heading design.Heading
	Cite    design.Link
	Table   *design.Table
	None    design.EmptyState // instead of the table
	Pages   design.Pagination
}

// Applications is GET /{portal}/cabinet/applications: what the person has asked the service for.
func (s *Cabinet) Applications(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	cite, ok := s.section(v, "applications")
	if !ok {
		return absent()
	}
	view := sectionView{
		Heading: design.Heading{Text: s.Say(v, "cabinet.applications.title"), Lead: s.Say(v, "cabinet.applications.lead")},
		Cite:    s.Cite(v, cite),
		None: design.EmptyState{
			Title: s.Say(v, "cabinet.applications.none"), Text: s.Say(v, "cabinet.applications.none_text"),
			Act: design.Link{Text: s.Say(v, "frame.nav.services"), URL: "/" + v.Actor.Portal + "/services"},
		},
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// Messages is GET /{portal}/cabinet/messages?before=: what the portal has written to the person, newest
// first. A one-time secret is not said again: who reads here need not be who holds the telephone.
func (s *Cabinet) Messages(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	cite, ok := s.section(v, "messages")
	if !ok {
		return absent()
	}
	before, err := s.before(r)
	if err != nil {
		return err
	}
	messages, err := s.Accounts.MyMessages(r.Context(), v.Actor, before, eventsAPage+1)
	if err != nil {
		return err
	}
	view := sectionView{
		Heading: design.Heading{Text: s.Say(v, "cabinet.messages.title"), Lead: s.Say(v, "cabinet.messages.lead")},
		Cite:    s.Cite(v, cite),
		None: design.EmptyState{
			Title: s.Say(v, "cabinet.messages.none"), Text: s.Say(v, "cabinet.messages.none_text"),
			Act: design.Link{Text: s.Say(v, "contacts.title"), URL: home(v) + "/contacts"},
		},
	}
	if before != 0 {
		view.Pages.Previous = home(v) + "/messages"
	}
	if len(messages) > eventsAPage {
		messages = messages[:eventsAPage]
		view.Pages.Next = home(v) + "/messages?before=" + s.Opaque.Of(messages[eventsAPage-1].ID)
	}
	if len(messages) > 0 {
		if view.Table, err = s.messagesTable(r.Context(), v, messages); err != nil {
			return err
		}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

func (s *Cabinet) messagesTable(ctx context.Context, v gate.Visit, messages []notify.Message) (*design.Table, error) {
	t := &design.Table{ID: "messages", Caption: s.Say(v, "cabinet.messages.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "cabinet.column.when")}, {Text: s.Say(v, "cabinet.messages.channel")}, {Text: s.Say(v, "cabinet.messages.text")},
	}}
	for _, m := range messages {
		m.Args = notify.Masked(m.Args)
		text, err := s.Notified.Said(ctx, m, v.Actor.Language)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, m.At)}, {Text: s.Say(v, "frame.channel."+string(m.Channel))}, {Text: strings.TrimSpace(text.Subject + " " + text.Body)},
		}})
	}
	return t, nil
}

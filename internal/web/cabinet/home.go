package cabinet

import (
	"net/http"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

type homeView struct {
	Title   string
	Lead    string
	Fresh   []freshView
	Notices []design.NotificationBanner
	Cards   design.Cards
	Coming  string
	Changes []homeChange
}

// homeChange is an edition that is announced.
type homeChange struct {
	Text   string
	Read   design.Link
	Refuse design.Link
}

// Home is the first page of the cabinet. It asks the database nothing but the notices, once a second
// for a session, and, once after an amendment took force, what this very request accepted: who is
// here and what binds them the gate has found.
func (s *Cabinet) Home(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	fresh, err := s.fresh(r, v)
	if err != nil {
		return err
	}
	notices, err := s.notices(r, v)
	if err != nil {
		return err
	}
	view := homeView{
		Notices: notices,
		Title:   s.Say(v, "cabinet.home.title"),
		Lead:    s.Say(v, "cabinet.home.greeting", "name", v.Actor.Shown),
		Fresh:   fresh, Cards: s.cards(v),
		Coming: s.Say(v, "cabinet.home.coming"), Changes: s.changes(v),
	}
	page := s.Page(r, v, view.Title)
	page.Bare = true
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// cards lead on: to each document that binds, to the profile, to the activity.
func (s *Cabinet) cards(v gate.Visit) design.Cards {
	var cards []design.Card
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now)
		if e.Number == 0 {
			continue
		}
		card := design.Card{
			Title: s.In(v, e.Content.Title), URL: agreementURL(v) + "#" + document,
			Text: s.Say(v, "cabinet.home.binds", "edition", strconv.Itoa(e.Number), "day", s.Day(v, e.InForceAt)),
			Note: s.Say(v, "cabinet.home.accepted"),
			Tag:  &design.Tag{Text: s.Say(v, "cabinet.state.in_force"), Colour: design.TagGood},
		}
		if !offered {
			card.Text = s.Say(v, "cabinet.home.withdrawn")
			card.Tag = &design.Tag{Text: s.Say(v, "cabinet.state.withdrawn"), Colour: design.TagPlain}
		}
		cards = append(cards, card)
	}
	cards = append(cards, s.sections(v)...)
	cards = append(cards,
		design.Card{Title: s.Say(v, "cabinet.profile.title"), URL: profileURL(v), Text: s.Say(v, "cabinet.home.profile")},
		design.Card{Title: s.Say(v, "security.title"), URL: home(v) + "/security", Text: s.Say(v, "security.card")},
		design.Card{Title: s.Say(v, "contacts.title"), URL: home(v) + "/contacts", Text: s.Say(v, "contacts.card")},
		design.Card{Title: s.Say(v, "cabinet.activity.title"), URL: activityURL(v), Text: s.Say(v, "cabinet.home.activity")},
		design.Card{Title: s.Say(v, "cabinet.looks.title"), URL: looksURL(v), Text: s.Say(v, "cabinet.looks.lead")},
		design.Card{Title: s.Say(v, "cabinet.cases.title"), URL: casesURL(v), Text: s.Say(v, "cabinet.cases.lead")},
	)
	if _, _, ok := s.Accounts.DataChangeRule(v.Actor.Portal); ok {
		cards = append(cards, design.Card{Title: s.Say(v, "cabinet.change.title"), URL: changeURL(v), Text: s.Say(v, "cabinet.change.lead")})
	}
	if s.Asked(v.Actor.Portal) {
		cards = append(cards, design.Card{Title: s.Say(v, "support.mine.title"), URL: home(v) + "/requests", Text: s.Say(v, "support.mine.lead")})
	}
	for _, further := range s.Further {
		if card, ok := further(v); ok {
			cards = append(cards, card)
		}
	}
	return design.Cards{Cards: append(cards, s.policy(v)...)}
}

// changes are the editions announced, each with the way to what it changes and to its refusal.
func (s *Cabinet) changes(v gate.Visit) (out []homeChange) {
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		for _, e := range agreement.Announced(s.Agreements.Published(v.Actor.Portal, document), v.Now) {
			out = append(out, homeChange{
				Text: s.Say(v, "cabinet.home.change", "document", s.In(v, e.Content.Title),
					"edition", strconv.Itoa(e.Number), "instant", s.Instant(v, e.InForceAt)),
				Read:   design.Link{Text: s.Say(v, "frame.amendment.read"), URL: changesURL(e)},
				Refuse: design.Link{Text: s.Say(v, "cabinet.refuse"), URL: refusalURL(v, document, e.Number)},
			})
		}
	}
	return out
}

package front

import (
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// homeView is the first page of a portal.
type homeView struct {
	Announcements  []design.Announcement
	DocumentsTitle string
	Documents      design.Cards
	Empty          design.EmptyState
	PromisesTitle  string
	PromisesText   string
	Promises       design.Figures
	Rules          design.Link
}

// Home is the first page of a portal: what it is, what it promises, and the agreement it keeps.
func (s *Front) Home(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p := s.Portal(v)
	view := homeView{
		DocumentsTitle: s.Say(v, "front.home.documents"), Documents: design.Cards{Level: 3},
		Empty:         design.EmptyState{Title: s.Say(v, "front.agreement.empty"), Text: s.Say(v, "front.agreement.empty_text")},
		PromisesTitle: s.Say(v, "front.home.promises"), PromisesText: s.Say(v, "front.home.promises_text"),
		Promises: design.Figures{Label: s.Say(v, "front.home.promises"), Figures: s.promises(v)},
		Rules:    design.Link{Text: s.Say(v, "front.home.rules"), URL: home(v) + "/rules"},
	}
	var err error
	if view.Announcements, err = s.announcements(r, v); err != nil {
		return err
	}
	for _, document := range p.Documents {
		posted := s.posted(v, document)
		view.Documents.Cards = append(view.Documents.Cards, s.cards(v, document, posted)...)
	}
	page := s.Page(r, v, s.Say(v, "front.home.title"))
	page.Bare = true
	page.Hero = s.hero(v, p)
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// announcements are what the operator tells everybody now (court 1.1d, kg 1.1c).
func (s *Front) announcements(r *http.Request, v gate.Visit) ([]design.Announcement, error) {
	current, err := s.Operations.Current(r.Context(), v.Actor.Portal)
	var out []design.Announcement
	for _, n := range current {
		text := n.Texts[v.Actor.Language]
		shown := design.Announcement{
			ID: s.Opaque.Of(n.ID), Title: text.Title, Paragraphs: strings.Split(text.Body, "\n"),
			When: s.Say(v, "front.announcement.until", "instant", s.Instant(v, n.Until)), Cite: s.Cite(v, s.Operations.Citation(n.Portal, n.Kind)),
		}
		if n.Kind == operations.Works {
			shown.Kind = s.Say(v, "front.announcement.maintenance")
		}
		out = append(out, shown)
	}
	return out, err
}

func (s *Front) hero(v gate.Visit, p agreement.Portal) design.Hero {
	hero := design.Hero{
		Title: s.In(v, p.Title), Lead: s.In(v, p.About),
		Start: design.Link{Text: s.Say(v, "front.home.register"), URL: home(v) + "/register"},
		Other: design.Link{Text: s.Say(v, "front.home.sign_in"), URL: home(v) + "/sign-in"},
	}
	if v.Actor.Known() {
		hero.Start = design.Link{Text: s.Say(v, "front.home.cabinet"), URL: home(v) + "/cabinet"}
		hero.Other = design.Link{Text: s.Say(v, "front.home.read"), URL: agreementURL(v)}
	}
	return hero
}

// cards are a document and what is announced of it.
func (s *Front) cards(v gate.Visit, document string, posted []agreement.Edition) []design.Card {
	if len(posted) == 0 {
		return nil
	}
	var out []design.Card
	if e, _ := agreement.InForce(posted, v.Now); e.Number != 0 {
		tag := s.tag(v, stands(e, posted, v.Now))
		out = append(out, design.Card{
			Title: s.In(v, e.Content.Title), URL: documentURL(v, document), Tag: &tag,
			Text: s.Say(v, "front.home.since", "edition", strconv.Itoa(e.Number), "day", s.Day(v, e.InForceAt)),
		})
	}
	for _, e := range agreement.Announced(posted, v.Now) {
		tag := s.tag(v, announced)
		url := changesURL(e)
		if e.Number == posted[0].Number {
			url = frame.EditionURL(e.Portal, document, e.Number)
		}
		out = append(out, design.Card{
			Title: s.Say(v, "front.home.amendment", "document", s.In(v, e.Content.Title)), URL: url, Tag: &tag,
			Text: s.Say(v, "front.home.comes", "edition", strconv.Itoa(e.Number), "instant", s.Instant(v, e.InForceAt)),
		})
	}
	return out
}

// promise is a measure worth seeing at a glance: a parameter of a rule, with its sentence in the
// words file under front.promise.
type promise struct{ rule, parameter string }

// promises are in the order of what a person cares for first. Only what the program already does by
// itself stands here: a rule that is still pending is no promise to show.
func promises() []promise {
	return []promise{
		{"agreement.amendment", "in_force_after"},
		{"account.activation_code", "valid_for"},
		{"account.password_delivery", "valid_for"},
		{"account.recovery_routes", "valid_for"},
		{"gate.idle_session", "after"},
		{"gate.lockout", "locked_for"},
		{"account.data_upkeep", "remind_every"},
	}
}

// mostPromises fit in a row.
const mostPromises = 4

// promises finds what the editions in force set, and leads each to its clause. A period of nothing
// is no promise to show.
func (s *Front) promises(v gate.Visit) []design.Figure {
	var out []design.Figure
	for _, p := range promises() {
		e, number, value, ok := s.set(v, p)
		if !ok || len(out) == mostPromises {
			continue
		}
		out = append(out, design.Figure{
			Value: s.value(v, p.parameter, value), Label: s.Say(v, "front.promise."+p.rule+"."+p.parameter),
			URL: frame.EditionURL(e.Portal, e.Document, e.Number) + "#" + frame.Anchor(number),
		})
	}
	return out
}

// set finds the clause in force that sets a parameter.
func (s *Front) set(v gate.Visit, p promise) (e agreement.Edition, number, value string, ok bool) {
	for _, document := range s.Portal(v).Documents {
		e, _ := agreement.InForce(s.posted(v, document), v.Now)
		for _, c := range e.Content.Clauses {
			for _, rule := range c.Rules {
				for _, with := range rule.With {
					if rule.Name == p.rule && with.Name == p.parameter && !nothing(with.Value) {
						return e, c.Number, with.Value, true
					}
				}
			}
		}
	}
	return agreement.Edition{}, "", "", false
}

func nothing(value string) bool {
	period, err := clause.ParsePeriod(value)
	return err == nil && period.Amount == 0
}

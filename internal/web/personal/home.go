package personal

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
)

// Card is how this area stands on the first page of the cabinet.
func (s *Personal) Card(v gate.Visit) (design.Card, bool) {
	return design.Card{Title: s.Say(v, "personal.title"), URL: dataURL(v), Text: s.Say(v, "personal.card")}, true
}

// Mine is GET /{portal}/cabinet/data: everything a person can see and do about their data. It stands open
// to whoever has signed in, bound or not, as all below it.
func (s *Personal) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	links := []design.Link{
		{Text: s.Say(v, "personal.consents.title"), URL: dataURL(v) + "/consents"},
		{Text: s.Say(v, "cabinet.looks.title"), URL: home(v) + "/cabinet/looks"},
		{Text: s.Say(v, "personal.disclosures.title"), URL: dataURL(v) + "/disclosures"},
		{Text: s.Say(v, "personal.copy.title"), URL: dataURL(v) + "/copy"},
		{Text: s.Say(v, "personal.cookies.title"), URL: home(v) + "/cookies"},
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "personal.title"), Lead: s.Say(v, "personal.lead")}, Parts: []part{{Links: links}}}
	return s.show(w, r, v, out, s.mineTrail(v)[:1], nil)
}

// Console is GET /{portal}/console/data: the registers of the operator.
func (s *Personal) Console(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	links := []design.Link{{Text: s.Say(v, "personal.register.title"), URL: consoleURL(v) + "/looks"}}
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if grounds, _ := privacy.Grounds(book); len(grounds) > 0 {
		links = append(links, design.Link{Text: s.Say(v, "personal.disclosures.title"), URL: consoleURL(v) + "/disclosures"})
	}
	links = append(links, design.Link{Text: s.Say(v, "personal.erasures.title"), URL: consoleURL(v) + "/erasures"})
	if privacy.Publishes(book) {
		links = append(links, design.Link{Text: s.Say(v, "personal.statistics.title"), URL: consoleURL(v) + "/statistics/" + privacy.Measures()[0]})
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "personal.console_title"), Lead: s.Say(v, "personal.console_lead")}, Parts: []part{{Links: links}}}
	return s.show(w, r, v, out, s.staffTrail(v)[:1], nil)
}

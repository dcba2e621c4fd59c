package front

import (
	"net/http"
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// agreementView lists the documents of a portal.
type agreementView struct {
	Title     string
	Lead      string
	Documents []design.SummaryList
	Empty     design.EmptyState
	Rules     design.Link
}

// Agreement lists the portal's documents: what is in force and since when, what is announced, and
// what was withdrawn (ismet 2.4).
func (s *Front) Agreement(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := agreementView{
		Title: s.Say(v, "front.agreement.title"), Lead: s.Say(v, "front.agreement.lead"),
		Empty: design.EmptyState{Title: s.Say(v, "front.agreement.empty"), Text: s.Say(v, "front.agreement.empty_text")},
		Rules: design.Link{Text: s.Say(v, "front.agreement.rules"), URL: home(v) + "/rules"},
	}
	for _, document := range s.Portal(v).Documents {
		if posted := s.posted(v, document); len(posted) > 0 {
			view.Documents = append(view.Documents, s.card(v, document, posted))
		}
	}
	page := s.Page(r, v, view.Title)
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// card is one document with its editions.
func (s *Front) card(v gate.Visit, document string, posted []agreement.Edition) design.SummaryList {
	e := latest(posted, v.Now)
	list := design.SummaryList{
		Title: s.In(v, e.Content.Title),
		Act:   design.Link{Text: s.Say(v, "front.agreement.read"), URL: documentURL(v, document)},
	}
	row := func(key string, body design.Component) {
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, key), Body: body})
	}
	st := stands(e, posted, v.Now)
	row("front.agreement.state", s.tag(v, st))
	if st == announced {
		row("front.agreement.comes", dated(e.InForceAt, s.Instant(v, e.InForceAt)))
	} else {
		row("front.agreement.edition", linked(design.Link{Text: strconv.Itoa(e.Number), URL: frame.EditionURL(e.Portal, document, e.Number)}))
		row("front.agreement.since", dated(e.InForceAt, s.Day(v, e.InForceAt)))
	}
	if st == withdrawn {
		row("front.agreement.withdrawn", cited(s.Instant(v, e.WithdrawnAt), s.withdrawalCite(v, document)))
	}
	for _, next := range agreement.Announced(posted, v.Now) {
		if next.Number != e.Number {
			row("front.agreement.announced", linked(design.Link{
				Text: s.Say(v, "front.agreement.announced_from", "edition", strconv.Itoa(next.Number), "instant", s.Instant(v, next.InForceAt)),
				URL:  changesURL(next),
			}))
		}
	}
	row("front.agreement.archive", linked(design.Link{
		Text: s.Say(v, "front.agreement.editions", "n", strconv.Itoa(len(posted))), URL: documentURL(v, document) + "/editions",
	}))
	return list
}

// withdrawalCite is the clause by which a document may be withdrawn.
func (s *Front) withdrawalCite(v gate.Visit, document string) design.Link {
	return cite[agreement.Withdrawal](s, v, document)
}

// rfc3339 is an instant for machines.
func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

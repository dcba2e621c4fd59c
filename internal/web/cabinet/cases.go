package cabinet

import (
	"net/http"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// casesView is what the person has asked for, and the answers.
type casesView struct {
	Done     *design.NotificationBanner
	Heading  design.Heading
	Timeline design.Timeline
	None     design.EmptyState // instead of the timeline
}

func casesURL(v gate.Visit) string { return home(v) + "/cases" }

// Cases is GET /{portal}/cabinet/cases: the person's own cases, newest first, with their answers.
func (s *Cabinet) Cases(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	cases, err := s.Accounts.MyCases(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := casesView{
		Heading:  design.Heading{Text: s.Say(v, "cabinet.cases.title"), Lead: s.Say(v, "cabinet.cases.lead")},
		Timeline: design.Timeline{Label: s.Say(v, "cabinet.cases.title")},
		None: design.EmptyState{
			Title: s.Say(v, "cabinet.cases.none"), Text: s.Say(v, "cabinet.cases.none_text"),
			Act: design.Link{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v)},
		},
	}
	if r.URL.Query().Get("done") == "change" {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "cabinet.change.sent"), Success: true}
	}
	for _, c := range cases {
		view.Timeline.Events = append(view.Timeline.Events, s.caseEvent(v, c))
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

func (s *Cabinet) caseEvent(v gate.Visit, c account.Case) design.Event {
	e := design.Event{
		When: s.Instant(v, c.OpenedAt), At: c.OpenedAt.UTC().Format(time.RFC3339), Title: s.Say(v, "cabinet.case."+c.Kind), Text: c.Text,
		Tag: &design.Tag{Text: s.Say(v, "cabinet.case.open"), Colour: design.TagWait}, Moment: design.Current,
	}
	if c.State == account.CaseEnded {
		e.Tag, e.Moment = &design.Tag{Text: s.Say(v, "cabinet.case.ended"), Colour: design.TagGood}, design.Past
		e.Body = caseAnswer{Title: s.Say(v, "cabinet.case.answer", "instant", s.Instant(v, c.EndedAt)), Lines: strings.Split(c.Answer, "\n")}.view()
	}
	return e
}

// caseAnswer stands under the case it answers.
type caseAnswer struct {
	Title string
	Lines []string
}

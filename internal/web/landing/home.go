// Package landing is the first page of an installation: its portals and, in a demo, its sample
// people and its clock.
package landing

import (
	"context"
	"net/http"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/calendar"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/words"
)

// Sample is a person of a demo: anyone may sign in as them.
type Sample struct {
	Portal   string
	Role     identity.Role
	As       party.Role // in the institution of a sample school; empty: in none
	Name     string
	Shown    string
	Password string
}

// Landing is the area's pages. Clock and Messages are set in a demo only: then the clock can be moved,
// and the newest messages of a portal can be read by anybody.
type Landing struct {
	*frame.Frame
	Samples  []Sample
	Clock    *calendar.Clock
	Notices  *notify.Notices // says them
	Messages func(ctx context.Context, portal string, limit int) ([]notify.Message, error)
}

type homeView struct {
	Title    string
	Lead     string
	Cards    design.Cards
	Clock    *clockView
	Outbox   design.Link
	People   string
	Password string
	Table    design.Table
}

type clockView struct {
	Title string
	Now   string
	Text  string
	Moves []clockMove
}

type clockMove struct{ By, Text string }

// Home is GET /.
func (s *Landing) Home(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := homeView{Title: s.Say(v, "landing.title"), Lead: s.Say(v, "landing.lead")}
	for _, p := range s.Agreements.Portals() {
		language := spoken(p, v.Actor.Language)
		view.Cards.Cards = append(view.Cards.Cards, design.Card{Title: p.Title[language], Text: p.About[language], URL: "/" + p.Name})
	}
	if s.Clock != nil {
		view.Clock = s.clock(v)
		view.Outbox = s.OutboxLink(v)
		view.People = s.Say(v, "landing.people")
		view.Table = s.people(v)
		if len(s.Samples) > 0 {
			view.Password = s.Say(v, "landing.password", "password", s.Samples[0].Password)
		}
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Title), view.page())
}

// spoken is the language of the page where the portal speaks it, else the portal's first.
func spoken(p agreement.Portal, language string) string {
	if p.Title[language] != "" {
		return language
	}
	return p.Languages[0]
}

func (s *Landing) clock(v gate.Visit) *clockView {
	zone, err := calendar.Zone("Asia/Almaty")
	if err != nil {
		zone = time.UTC
	}
	c := &clockView{
		Title: s.Say(v, "landing.clock"), Text: s.Say(v, "landing.clock.text"),
		Now: s.DayIn(v, v.Now, zone) + ", " + v.Now.In(zone).Format("15:04") + " (Asia/Almaty)",
	}
	for _, by := range []string{"1h", "24h", "96h", "720h", "back"} {
		c.Moves = append(c.Moves, clockMove{by, s.Say(v, "landing.clock."+by)})
	}
	return c
}

func (s *Landing) people(v gate.Visit) design.Table {
	t := design.Table{ID: "people", Caption: s.Say(v, "landing.people"), Hidden: true, Header: true}
	for _, key := range []string{"landing.people.portal", "landing.people.name", "landing.people.sign_in", "landing.people.role"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, key)})
	}
	for _, x := range s.Samples {
		p, _ := s.Agreements.Portal(x.Portal)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: p.Title[spoken(p, v.Actor.Language)], URL: "/" + x.Portal + "/sign-in"},
			{Text: x.Shown}, {Text: x.Name}, {Text: s.role(v, x)},
		}})
	}
	return t
}

// role says what a sample person is there.
func (s *Landing) role(v gate.Visit, x Sample) string {
	if x.As == "" {
		return s.Say(v, "landing.role."+string(x.Role))
	}
	return s.Say(v, "landing.as."+string(x.As))
}

// ClockPost is POST /-/clock: it moves the clock of a demo.
func (s *Landing) ClockPost(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	if s.Clock == nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	switch by := r.PostFormValue("by"); by {
	case "1h", "24h", "96h", "720h":
		d, err := time.ParseDuration(by)
		if err != nil {
			return err
		}
		s.Clock.Move(d)
	case "back":
		s.Clock.Move(-s.Clock.Offset())
	default:
		return fault.New(fault.Invalid, "landing.clock.unknown")
	}
	return frame.SeeOther(w, r, "/#clock")
}

// Language is GET /-/language/{code}: the choice for pages that belong to no portal.
func (s *Landing) Language(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	code := r.PathValue("code")
	for _, language := range words.Languages() {
		if language == code {
			http.SetCookie(w, frame.LanguageCookie(code))
			if r.URL.Query().Get("back") == frame.OutboxURL {
				return frame.SeeOther(w, r, frame.OutboxURL)
			}
			return frame.SeeOther(w, r, "/") // the only other such page
		}
	}
	return fault.New(fault.Absent, "gate.no_page")
}

// Absent is every address that is no page.
func (s *Landing) Absent(http.ResponseWriter, *http.Request, gate.Visit) error {
	return fault.New(fault.Absent, "gate.no_page")
}

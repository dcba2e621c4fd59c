package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// casesView is the list of cases of one state.
type casesView struct {
	Heading design.Heading
	Other   design.Link // to the cases of the other state
	Table   *design.Table
	Empty   design.EmptyState
	Pages   design.Pagination
}

// casesPerPage is how many are shown at a time.
const casesPerPage = 50

// Cases answers GET /{portal}/console/cases?state=&after=. The list tells what kind each case is and
// how long it has waited, and nothing of the person.
func (s *Desk) Cases(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	state, other := account.CaseOpen, account.CaseEnded
	if r.URL.Query().Get("state") == account.CaseEnded {
		state, other = other, state
	}
	after, err := s.mark(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	cases, err := s.Accounts.CaseList(r.Context(), v.Actor, state, after, casesPerPage+1)
	if err != nil {
		return err
	}
	view := casesView{
		Heading: design.Heading{Text: s.Say(v, "desk.cases.title"), Lead: s.Say(v, "desk.cases.lead."+state)},
		Other:   design.Link{Text: s.Say(v, "desk.cases.show."+other), URL: casesURL(v) + "?state=" + other},
	}
	if len(cases) > casesPerPage {
		cases = cases[:casesPerPage]
		last := cases[casesPerPage-1]
		view.Pages.Next = casesURL(v) + "?" + url.Values{"state": {state}, "after": {strconv.FormatInt(last.OpenedAt.UnixMicro(), 36) + "." + s.Opaque.Of(last.ID)}}.Encode()
	}
	if len(cases) == 0 {
		view.Empty = design.EmptyState{
			Title: s.Say(v, "desk.cases.none"), Text: s.Say(v, "desk.cases.none_text"),
			Act: design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"},
		}
	} else {
		view.Table = s.casesTable(v, cases)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Bare = s.trail(v), true
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// mark reads a place in the list out of the address. Refusal: Absent.
func (s *Desk) mark(text string) (account.CaseMark, error) {
	if text == "" {
		return account.CaseMark{}, nil
	}
	at, id, _ := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return account.CaseMark{}, absent()
	}
	last, err := s.Opaque.ID(id)
	if err != nil {
		return account.CaseMark{}, absent()
	}
	return account.CaseMark{At: time.UnixMicro(us).UTC(), ID: last}, nil
}

func (s *Desk) casesTable(v gate.Visit, cases []account.Case) *design.Table {
	t := &design.Table{ID: "cases", Caption: s.Say(v, "desk.cases.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "desk.case.kind")}, {Text: s.Say(v, "desk.case.state")}, {Text: s.Say(v, "desk.case.opened")}, {Text: s.Say(v, "desk.case.person")},
	}}
	for _, c := range cases {
		tag := s.state(v, c.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.kind(v, c.Kind), URL: s.caseURL(v, c.User, c.ID)}, {Tag: &tag}, {Text: s.Instant(v, c.OpenedAt)},
			{Text: s.Say(v, "desk.case.person_link"), URL: s.personURL(v, c.User)},
		}})
	}
	return t
}

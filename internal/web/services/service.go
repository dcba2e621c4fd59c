package services

import (
	"net/http"
	"strconv"

	"tereze/internal/gate"
	"tereze/internal/web/design"
)

func itoa(n int) string { return strconv.Itoa(n) }

type serviceView struct {
	Heading     design.Heading
	Facts       design.SummaryList
	PapersTitle string
	Papers      []string
	NoPapers    string
	Print       design.PrintButton
}

// Service is GET /{portal}/services/{service}: what it is, who may ask for it, what is needed, how long
// it takes, what it costs and where it is given.
func (s *Services) Service(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	reader, err := s.reader(r.Context(), v)
	if err != nil {
		return err
	}
	x, ok := s.Catalogue.Service(s.Agreements.Book(v.Actor.Portal, v.Now), v.Actor.Portal, reader, r.PathValue("service"))
	if !ok {
		return absent()
	}
	in := func(text map[string]string) string { return text[v.Actor.Language] }
	view := serviceView{
		Heading: design.Heading{Text: in(x.Title), Lead: in(x.About)},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: s.Say(v, "services.who"), Value: in(x.Who)},
			{Key: s.Say(v, "services.term"), Value: in(x.Term)},
			{Key: s.Say(v, "services.fee"), Value: in(x.Fee)},
			{Key: s.Say(v, "services.where"), Value: in(x.Where)},
		}},
		PapersTitle: s.Say(v, "services.papers"), NoPapers: s.Say(v, "services.no_papers"),
	}
	for _, p := range x.Papers {
		view.Papers = append(view.Papers, in(p))
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}, {Text: s.Say(v, "services.title"), URL: servicesURL(v)}}
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// Package services is the pages on the services of a portal: the list with its search, and a page for each.
//
// It owns what these pages say. Which services there are and who sees them the catalogue answers; whether
// the pages are open to everybody the gate does, by the clause.
package services

import (
	"context"
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/catalogue"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Services draws the pages of this area. All fields are needed.
type Services struct {
	*frame.Frame
	Accounts  *account.Accounts
	Catalogue *catalogue.Catalogue
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func servicesURL(v gate.Visit) string { return home(v) + "/services" }

// aPage is how many services stand on a page of the list.
const aPage = 20

// longest is how much of what was searched for is looked at, in bytes.
const longest = 200

type listView struct {
	Heading design.Heading
	Cite    design.Link
	Find    design.TextInput
	Button  design.Button
	Found   string
	Cards   design.Cards
	None    *design.EmptyState
	Pages   design.Pagination
	CSV     design.Link
}

// List is GET /{portal}/services?find=&after=.
func (s *Services) List(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	find := cut(r.URL.Query().Get("find"))
	found, err := s.found(r.Context(), v, find)
	if err != nil {
		return err
	}
	view := listView{
		Heading: design.Heading{Text: s.Say(v, "services.title"), Lead: s.Say(v, "services.lead")},
		Cite:    s.cite(v),
		Find:    design.TextInput{Field: design.Field{Name: "find", Label: s.Say(v, "services.find")}, Value: find},
		Button:  design.Button{Text: s.Say(v, "services.find_button"), Look: design.Secondary},
		CSV:     design.Link{Text: s.Say(v, "services.csv"), URL: home(v) + "/services.csv?" + url.Values{"find": {find}}.Encode()},
	}
	if find != "" {
		view.Found = s.Say(v, "services.found", "count", itoa(len(found)))
	}
	from := behind(found, r.URL.Query().Get("after"))
	to := min(from+aPage, len(found))
	for _, x := range found[from:to] {
		view.Cards.Cards = append(view.Cards.Cards, design.Card{
			Title: x.Title[v.Actor.Language], URL: servicesURL(v) + "/" + x.Name, Text: x.About[v.Actor.Language], Note: x.Fee[v.Actor.Language],
		})
	}
	if from > 0 {
		view.Pages.Previous = servicesURL(v) + "?" + url.Values{"find": {find}}.Encode()
	}
	if to < len(found) {
		view.Pages.Next = servicesURL(v) + "?" + url.Values{"find": {find}, "after": {found[to-1].Name}}.Encode()
	}
	if len(found) == 0 {
		view.None = s.none(v, find)
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}}
	page.Bare = true
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// none says why nothing is listed and what to do next.
func (s *Services) none(v gate.Visit, find string) *design.EmptyState {
	if find != "" {
		return &design.EmptyState{Title: s.Say(v, "services.none_found"), Text: s.Say(v, "services.none_found_text"), Act: design.Link{Text: s.Say(v, "services.all"), URL: servicesURL(v)}}
	}
	return &design.EmptyState{Title: s.Say(v, "services.none"), Text: s.Say(v, "services.none_text"), Act: design.Link{Text: s.Say(v, "frame.nav.home"), URL: home(v)}}
}

// behind is the place after the named service; a name that is gone begins anew.
func behind(all []catalogue.Service, name string) int {
	for i, x := range all {
		if x.Name == name {
			return i + 1
		}
	}
	return 0
}

func cut(find string) string {
	if len(find) > longest {
		return ""
	}
	return find
}

func (s *Services) reader(ctx context.Context, v gate.Visit) (catalogue.Reader, error) {
	kind, err := s.Accounts.KindOf(ctx, v.Actor)
	return catalogue.Reader{Kind: kind, Language: v.Actor.Language}, err
}

func (s *Services) found(ctx context.Context, v gate.Visit, find string) ([]catalogue.Service, error) {
	reader, err := s.reader(ctx, v)
	if err != nil {
		return nil, err
	}
	return s.Catalogue.List(s.Agreements.Book(v.Actor.Portal, v.Now), v.Actor.Portal, reader, find), nil
}

// cite is the clause by which services are described or, on a single window, gathered here.
func (s *Services) cite(v gate.Visit) design.Link {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	if _, by, ok := clause.In[catalogue.ServiceInformation](book); ok {
		return s.Cite(v, by)
	}
	_, by, _ := clause.In[catalogue.SingleWindow](book)
	return s.Cite(v, by)
}

// CSV is GET /{portal}/services.csv: the list as it was searched, to be kept or printed elsewhere.
func (s *Services) CSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	found, err := s.found(r.Context(), v, cut(r.URL.Query().Get("find")))
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, "services.csv", s.Say(v, "services.service"), s.Say(v, "services.about"), s.Say(v, "services.who"), s.Say(v, "services.term"), s.Say(v, "services.fee"), s.Say(v, "services.where"))
	for _, x := range found {
		var row []string
		for _, text := range []map[string]string{x.Title, x.About, x.Who, x.Term, x.Fee, x.Where} {
			row = append(row, text[v.Actor.Language])
		}
		out.Row(row...)
	}
	out.Flush() // what is left to fail is the connection, and nobody reads of that
	return nil
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

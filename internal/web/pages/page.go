package pages

import (
	"net/http"
	"net/url"
	"slices"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
)

// See answers GET /{portal}/pages/{user}: somebody's page, for those they show it to.
func (s *Pages) See(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.Opaque.ID(r.PathValue("user"))
	if err != nil {
		return absent()
	}
	sight, err := s.Parties.Page(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	if !sight.Mine {
		if err := s.Accounts.CountReading(r.Context(), v.Actor); err != nil {
			return err
		}
	}
	u, err := s.Accounts.OnPage(r.Context(), v.Actor.Portal, user)
	if err != nil {
		return err
	}
	view := sheet{Heading: design.Heading{Text: u.Shown}, Facts: &design.SummaryList{}}
	names, err := s.institutions(r, v, sight.Memberships)
	if err != nil {
		return err
	}
	for i, m := range sight.Memberships {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: names[i], Value: s.group(v, m.Role, m.Class)})
	}
	if u.About != "" {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: s.Say(v, "pages.about"), Value: u.About})
	}
	if len(view.Facts.Rows) == 0 {
		view.Facts, view.Empty = nil, &design.EmptyState{Title: s.Say(v, "pages.empty"), Text: s.Say(v, "pages.empty_text")}
	}
	if sight.Mine {
		view.Texts = []string{s.Say(v, "pages.shown_to."+string(sight.Visible))}
		view.Links = []design.Link{{Text: s.Say(v, "pages.change"), URL: s.settingsURL(v, user)}}
	}
	return s.show(w, r, v, view, nil)
}

func (s *Pages) institutions(r *http.Request, v gate.Visit, of []party.Membership) ([]string, error) {
	names := make([]string, len(of))
	for i, m := range of {
		name, err := s.Parties.NameOf(r.Context(), v.Actor.Portal, m.Institution)
		if err != nil {
			return nil, err
		}
		names[i] = name
	}
	return names, nil
}

// group names somebody's place in an institution.
func (s *Pages) group(v gate.Visit, role party.Role, class string) string {
	if class == "" {
		return s.Say(v, "school.role."+string(role))
	}
	return s.Say(v, "school.group_class", "group", s.Say(v, "school.role."+string(role)), "class", class)
}

// perPage is how many people are shown at a time.
const perPage = 50

func (s *Pages) circleURL(v gate.Visit, c party.Circle) string {
	return pagesURL(v) + "?" + url.Values{"in": {s.Opaque.Of(c.Institution.ID)}, "role": {string(c.Role)}, "class": {c.Class}}.Encode()
}

// Home answers GET /{portal}/pages: whose pages one may look for, and with ?in=&role=&class= these.
func (s *Pages) Home(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	circles, err := s.Parties.Circles(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if in := r.URL.Query().Get("in"); in != "" {
		i := slices.IndexFunc(circles, func(c party.Circle) bool {
			return s.Opaque.Of(c.Institution.ID) == in && string(c.Role) == r.FormValue("role") && c.Class == r.FormValue("class")
		})
		if i < 0 {
			return absent()
		}
		return s.showCircle(w, r, v, circles[i])
	}
	view := sheet{
		Heading: design.Heading{Text: s.Say(v, "pages.people"), Lead: s.Say(v, "pages.people_lead")},
		Links:   []design.Link{{Text: s.Say(v, "pages.mine"), URL: s.pageURL(v, v.Actor.User)}},
	}
	if len(circles) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "pages.nobody"), Text: s.Say(v, "pages.nobody_text")}
		return s.show(w, r, v, view, nil)
	}
	view.Table = &design.Table{ID: "circles", Caption: view.Heading.Text, Hidden: true, Columns: []design.Column{{Text: s.Say(v, "pages.institution")}, {Text: s.Say(v, "pages.group")}}}
	for _, c := range circles {
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: c.Institution.Name}, {Text: s.group(v, c.Role, c.Class), URL: s.circleURL(v, c)}}})
	}
	return s.show(w, r, v, view, nil)
}

func (s *Pages) showCircle(w http.ResponseWriter, r *http.Request, v gate.Visit, c party.Circle) error {
	ask := party.MemberPage{Limit: perPage + 1}
	if after := r.URL.Query().Get("after"); after != "" {
		id, err := s.Opaque.ID(after)
		if err != nil {
			return absent()
		}
		if ask.AfterSort, err = s.Parties.SortOf(r.Context(), c, id); err != nil {
			return err
		}
		ask.AfterUser = id
	}
	members, err := s.Parties.PagesIn(r.Context(), c, ask)
	if err != nil {
		return err
	}
	view := sheet{Heading: design.Heading{Caption: c.Institution.Name, Text: s.group(v, c.Role, c.Class)}, Links: []design.Link{{Text: s.Say(v, "pages.people"), URL: pagesURL(v)}}}
	if len(members) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "pages.nobody"), Text: s.Say(v, "pages.nobody_text")}
		return s.show(w, r, v, view, nil)
	}
	if len(members) > perPage {
		members = members[:perPage]
		view.Pages.Next = s.circleURL(v, c) + "&after=" + s.Opaque.Of(members[perPage-1].User)
	}
	view.Table = &design.Table{ID: "people", Caption: view.Heading.Text, Hidden: true, Columns: []design.Column{{Text: s.Say(v, "school.person.name")}}}
	for _, m := range members {
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: m.Shown, URL: s.pageURL(v, m.User)}}})
	}
	return s.show(w, r, v, view, nil)
}

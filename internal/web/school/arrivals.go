package school

import (
	"net/http"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func arrivalsURL(v gate.Visit) string { return schoolURL(v) + "/arrivals" }

func (s *School) arrivalURL(v gate.Visit, a party.Arrival) string {
	return arrivalsURL(v) + "/" + s.Opaque.Of(a.User) + "/" + s.Opaque.Of(a.From)
}

// Arrivals answers GET /{portal}/school/arrivals: pupils transferred here who wait to be taken over.
func (s *School) Arrivals(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	waiting, err := s.Parties.Arrivals(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[party.TransferredBasis](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := formPage{Heading: design.Heading{Text: s.Say(v, "school.arrivals.title")}, Cite: s.Cite(v, cite)}
	if len(waiting) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.arrivals.none"), Text: s.Say(v, "school.arrivals.none_text")}
		return s.show(w, r, v, view, s.schoolTrail(v), nil)
	}
	view.Table = &design.Table{ID: "arrivals", Caption: view.Heading.Text, Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.arrivals.from")}, {Text: s.Say(v, "school.person.class")}, {Text: s.Say(v, "school.corrections.since")},
	}}
	for _, a := range waiting {
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: a.Shown, URL: s.arrivalURL(v, a)}, {Text: a.FromName}, {Text: a.Class}, {Text: s.Instant(v, a.At)},
		}})
	}
	return s.show(w, r, v, view, s.schoolTrail(v), nil)
}

// arrival finds the one an address names among those who wait. Refusals: Forbidden; Absent.
func (s *School) arrival(r *http.Request, v gate.Visit) (party.Arrival, error) {
	user, err := s.id(r, "user")
	if err != nil {
		return party.Arrival{}, err
	}
	from, err := s.id(r, "from")
	if err != nil {
		return party.Arrival{}, err
	}
	waiting, err := s.Parties.Arrivals(r.Context(), v.Actor)
	if err != nil {
		return party.Arrival{}, err
	}
	for _, a := range waiting {
		if a.User == user && a.From == from {
			return a, nil
		}
	}
	return party.Arrival{}, absent()
}

// Arrival answers GET /{portal}/school/arrivals/{user}/{from}: who comes, and into which class.
func (s *School) Arrival(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	a, err := s.arrival(r, v)
	if err != nil {
		return err
	}
	return s.showArrival(w, r, v, a, a.Class, nil)
}

// ArrivalPost takes the pupil over.
func (s *School) ArrivalPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	a, err := s.arrival(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	class := strings.TrimSpace(r.PostFormValue("class"))
	if err := s.Parties.TakeOver(r.Context(), v.Actor, a.User, a.From, class); err != nil {
		return s.showArrival(w, r, v, a, class, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, a.User))
}

// DeclinePost sends the pupil back.
func (s *School) DeclinePost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	a, err := s.arrival(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Parties.Decline(r.Context(), v.Actor, a.User, a.From, r.PostFormValue("why")); err != nil {
		return s.showArrival(w, r, v, a, a.Class, err)
	}
	return frame.SeeOther(w, r, arrivalsURL(v))
}

func (s *School) showArrival(w http.ResponseWriter, r *http.Request, v gate.Visit, a party.Arrival, class string, err error) error {
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: a.FromName, Text: a.Shown}, Texts: []string{s.Say(v, "school.arrivals.lead")},
		Facts: &design.SummaryList{Rows: []design.SummaryRow{
			{Key: s.Say(v, "school.person.birth_date"), Value: a.BirthDate}, {Key: s.Say(v, "school.arrivals.was"), Value: a.Class},
		}},
		Fields: []design.Component{design.TextInput{Field: s.field(v, err, "class", "school.person.class"), Value: class, Autocomplete: "off"}},
		Action: s.arrivalURL(v, a), Button: design.Button{Text: s.Say(v, "school.arrivals.take")},
		More: []formPage{{
			Heading: design.Heading{Text: s.Say(v, "school.arrivals.decline")}, Action: s.arrivalURL(v, a) + "/decline",
			Fields: []design.Component{s.why(r, v, err)}, Button: design.Button{Text: s.Say(v, "school.arrivals.decline"), Look: design.Secondary},
		}},
	}, s.schoolTrail(v, design.Link{Text: s.Say(v, "school.arrivals.title"), URL: arrivalsURL(v)}), err)
}

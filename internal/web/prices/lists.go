package prices

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/billing"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// aPage is how many price lists stand on a page of the history.
const aPage = 20

type listsView struct {
	Heading design.Heading
	Cite    design.Link
	Table   design.Table
	Pages   design.Pagination
}

// Lists is GET /{portal}/prices/lists?before=: every price list that was published, newest first.
func (p *Prices) Lists(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	lists, cite, err := p.shown(v)
	if err != nil {
		return err
	}
	before := lists[len(lists)-1].Number + 1
	if mark := r.URL.Query().Get("before"); mark != "" {
		if before, err = strconv.Atoi(mark); err != nil {
			return absent()
		}
	}
	view := listsView{
		Heading: design.Heading{Text: p.Say(v, "prices.lists"), Lead: p.Say(v, "prices.lists_lead")}, Cite: p.Cite(v, cite),
		Table: design.Table{ID: "lists", Caption: p.Say(v, "prices.lists"), Hidden: true, Header: true, Columns: []design.Column{
			{Text: p.Say(v, "prices.list")}, {Text: p.Say(v, "prices.from")}, {Text: p.Say(v, "prices.until")}, {Text: p.Say(v, "prices.state")},
		}},
	}
	for _, l := range slices.Backward(lists) {
		if l.Number >= before {
			continue
		}
		if len(view.Table.Rows) == aPage {
			view.Pages.Next = pricesURL(v) + "/lists?before=" + strconv.Itoa(l.Number+1)
			break
		}
		tag := p.tag(v, lists, l)
		ends := ""
		if at := until(lists, l); !at.IsZero() {
			ends = p.Since(v, at)
		}
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: p.Say(v, "prices.number", "number", strconv.Itoa(l.Number)), URL: listURL(v, l)}, {Text: p.Since(v, l.InForceAt)}, {Text: ends}, {Tag: &tag},
		}})
	}
	page := p.Page(r, v, view.Heading.Text)
	page.Trail, page.Bare = p.trail(v), true
	return p.Write(w, r, http.StatusOK, page, view.page())
}

func (p *Prices) tag(v gate.Visit, lists []billing.List, l billing.List) design.Tag {
	stands := standsAs(lists, l, v.Now)
	colour := map[string]design.TagColour{"in_force": design.TagGood, "coming": design.TagWait, "withdrawn": design.TagBad}[stands]
	return design.Tag{Text: p.Say(v, "prices.state."+stands), Colour: colour}
}

func (p *Prices) trail(v gate.Visit) []design.Link {
	return []design.Link{{Text: p.Say(v, "frame.nav.home"), URL: "/" + v.Actor.Portal}, {Text: p.Say(v, "prices.title"), URL: pricesURL(v)}}
}

// one finds the list an address names. Refusal: Absent.
func one(r *http.Request, lists []billing.List) (billing.List, error) {
	i := slices.IndexFunc(lists, func(l billing.List) bool { return strconv.Itoa(l.Number) == r.PathValue("number") })
	if i < 0 {
		return billing.List{}, absent()
	}
	return lists[i], nil
}

// List is GET /{portal}/prices/lists/{number}: one list as it was published.
func (p *Prices) List(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	lists, cite, err := p.shown(v)
	if err != nil {
		return err
	}
	l, err := one(r, lists)
	if err != nil {
		return err
	}
	tag := p.tag(v, lists, l)
	facts := []design.SummaryRow{
		{Key: p.Say(v, "prices.state"), Body: tag},
		{Key: p.Say(v, "prices.posted"), Value: p.Since(v, l.PostedAt)},
		{Key: p.Say(v, "prices.from"), Value: p.Since(v, l.InForceAt)},
	}
	if at := until(lists, l); !at.IsZero() {
		facts = append(facts, design.SummaryRow{Key: p.Say(v, "prices.until"), Value: p.Since(v, at)})
	}
	if !l.WithdrawnAt.IsZero() {
		facts = append(facts, design.SummaryRow{Key: p.Say(v, "prices.state.withdrawn"), Value: p.Instant(v, l.WithdrawnAt)})
	}
	view := nowView{
		Heading: design.Heading{Text: p.Say(v, "prices.number", "number", strconv.Itoa(l.Number))}, Cite: p.Cite(v, cite),
		Facts: design.SummaryList{Rows: facts}, Sections: p.sections(v, l, billing.List{}),
		Links: []design.Link{{Text: p.Say(v, "prices.csv"), URL: listURL(v, l) + "/prices.csv"}, {Text: p.Say(v, "prices.title"), URL: pricesURL(v)}},
	}
	page := p.Page(r, v, view.Heading.Text)
	page.Trail = append(p.trail(v), design.Link{Text: p.Say(v, "prices.lists"), URL: pricesURL(v) + "/lists"})
	page.Bare = true
	return p.Write(w, r, http.StatusOK, page, view.page())
}

// ListCSV is GET /{portal}/prices/lists/{number}/prices.csv.
func (p *Prices) ListCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	lists, _, err := p.shown(v)
	if err != nil {
		return err
	}
	l, err := one(r, lists)
	if err != nil {
		return err
	}
	p.csv(w, v, "prices-"+strconv.Itoa(l.Number)+".csv", l, billing.List{})
	return nil
}

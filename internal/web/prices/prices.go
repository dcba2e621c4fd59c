// Package prices is the public pages on what the services of a portal cost: what holds now with what is announced, and
// every price list there was.
//
// It owns what these pages say. Which prices hold at an instant billing answers, from memory; whether they are
// open to everybody the clause does.
package prices

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tereze/internal/billing"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Prices draws the pages of this area. All fields are needed.
type Prices struct {
	*frame.Frame
	Tariffs *billing.Tariffs
}

func pricesURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/prices" }

func listURL(v gate.Visit, l billing.List) string {
	return pricesURL(v) + "/lists/" + strconv.Itoa(l.Number)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// shown are the price lists of the portal and the clause that has them shown. Refusals: Absent where none does;
// Unauthenticated under the clause where it keeps them for those who have signed in.
func (p *Prices) shown(v gate.Visit) ([]billing.List, clause.Citation, error) {
	rule, cite, ok := clause.In[billing.PublicPrices](p.Agreements.Book(v.Actor.Portal, v.Now))
	lists := p.Tariffs.Lists(v.Actor.Portal)
	switch {
	case !ok || len(lists) == 0:
		return nil, cite, absent()
	case !rule.Public && !v.Actor.Known():
		return nil, cite, fault.New(fault.Unauthenticated, "account.sign_in_first").By(cite)
	}
	return lists, cite, nil
}

// sectionView is one service with its tariffs.
type sectionView struct {
	Title, About string
	Table        design.Table
}

// priceView is a price with the day from which it holds.
type priceView struct{ Price, Since string }

type nowView struct {
	Heading  design.Heading
	Cite     design.Link
	Facts    design.SummaryList // of a list that is not the one in force
	Coming   []design.Component
	Sections []sectionView
	None     *design.EmptyState
	Links    []design.Link
	Print    design.PrintButton
}

// Now is GET /{portal}/prices: what holds at this instant, and beside it what is announced with its date.
func (p *Prices) Now(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	lists, cite, err := p.shown(v)
	if err != nil {
		return err
	}
	view := nowView{
		Heading: design.Heading{Text: p.Say(v, "prices.title"), Lead: p.Say(v, "prices.lead")}, Cite: p.Cite(v, cite),
		Links: []design.Link{{Text: p.Say(v, "prices.csv"), URL: pricesURL(v) + ".csv"}, {Text: p.Say(v, "prices.lists"), URL: pricesURL(v) + "/lists"}},
	}
	current, ok := billing.InForce(lists, v.Now)
	coming, announced := billing.Coming(lists, v.Now)
	if announced {
		text := p.Say(v, "prices.coming", "at", p.Since(v, coming.InForceAt))
		view.Coming = []design.Component{design.InsetText{Text: text}}
		view.Links = append([]design.Link{{Text: p.Say(v, "prices.coming_list"), URL: listURL(v, coming)}}, view.Links...)
	}
	if !ok {
		view.None = &design.EmptyState{Title: p.Say(v, "prices.none"), Text: p.Say(v, "prices.none_text")}
	}
	view.Sections = p.sections(v, current, coming)
	page := p.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: p.Say(v, "frame.nav.home"), URL: "/" + v.Actor.Portal}}
	page.Bare = true
	return p.Write(w, r, http.StatusOK, page, view.page())
}

// sections are the services of a list, each with its tariffs; where a later list is given, with what they will be.
func (p *Prices) sections(v gate.Visit, l, later billing.List) (out []sectionView) {
	announced := later.Number != 0
	next := later.Content
	if !announced {
		next = l.Content
	}
	for _, c := range billing.Compare(l.Content, next) {
		if len(out) == 0 || out[len(out)-1].Table.ID != c.Service.Key {
			s := sectionView{Title: c.Service.Title[v.Actor.Language], About: c.Service.About[v.Actor.Language]}
			s.Table = design.Table{ID: c.Service.Key, Caption: s.Title, Hidden: true, Header: true, Narrow: true, Columns: []design.Column{
				{Text: p.Say(v, "prices.tariff")}, {Text: p.Say(v, "prices.price")},
			}}
			if announced {
				s.Table.Columns = append(s.Table.Columns, design.Column{Text: p.Say(v, "prices.then", "at", p.Since(v, later.InForceAt))})
			}
			out = append(out, s)
		}
		t := &out[len(out)-1].Table
		t.Rows = append(t.Rows, p.row(v, c, next.Currency, announced))
	}
	return out
}

func (p *Prices) row(v gate.Visit, c billing.Change, currency string, announced bool) design.Row {
	shown := c.Was
	if c.How() == billing.Added {
		shown = c.Now
	}
	price := priceView{Price: p.Tariff(v, c.Was, currency), Since: p.Say(v, "prices.since", "at", p.Since(v, c.Was.From))}
	if c.How() == billing.Added {
		price = priceView{Price: p.Say(v, "prices.not_yet")}
	}
	cells := []design.Cell{{Text: shown.Title[v.Actor.Language]}, {Body: price.cell()}}
	if announced {
		then := design.Cell{Text: p.Say(v, "prices.same")}
		switch c.How() {
		case billing.Moved, billing.Added:
			then.Text = p.Tariff(v, c.Now, currency)
		case billing.Ended:
			then.Text = p.Say(v, "prices.ends")
		}
		cells = append(cells, then)
	}
	return design.Row{Cells: cells}
}

// NowCSV is GET /{portal}/prices.csv.
func (p *Prices) NowCSV(w http.ResponseWriter, _ *http.Request, v gate.Visit) error {
	lists, _, err := p.shown(v)
	if err != nil {
		return err
	}
	current, _ := billing.InForce(lists, v.Now)
	coming, _ := billing.Coming(lists, v.Now)
	p.csv(w, v, "prices.csv", current, coming)
	return nil
}

func (p *Prices) csv(w http.ResponseWriter, v gate.Visit, name string, l, later billing.List) {
	next := later.Content
	if later.Number == 0 {
		next = l.Content
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-"+name, p.Say(v, "prices.service"), p.Say(v, "prices.tariff"), p.Say(v, "prices.unit"), p.Say(v, "prices.currency"),
		p.Say(v, "prices.price"), p.Say(v, "prices.from"), p.Say(v, "prices.then_price"), p.Say(v, "prices.then_from"))
	for _, c := range billing.Compare(l.Content, next) {
		shown := c.Was
		if c.How() == billing.Added {
			shown = c.Now
		}
		row := []string{c.Service.Title[v.Actor.Language], shown.Title[v.Actor.Language], p.Say(v, "prices.unit."+shown.Unit), next.Currency, "", "", "", ""}
		if c.Was.Key != "" {
			row[4], row[5] = billing.PlainPrice(c.Was.Price), p.Stamp(v, c.Was.From)
		}
		if how := c.How(); how != billing.Same {
			row[7] = p.Stamp(v, later.InForceAt)
			if how == billing.Ended {
				row[6] = p.Say(v, "prices.ends")
			} else {
				row[6] = billing.PlainPrice(c.Now.Price)
			}
		}
		out.Row(row...)
	}
	out.Flush() // what is left to fail is the connection, and nobody reads of that
}

// standsAs says whether a list is announced, in force, past or withdrawn at the instant of a visit.
func standsAs(lists []billing.List, l billing.List, now time.Time) string {
	current, _ := billing.InForce(lists, now)
	switch {
	case l.State == billing.Withdrawn:
		return "withdrawn"
	case l.InForceAt.After(now):
		return "coming"
	case l.Number == current.Number:
		return "in_force"
	}
	return "past"
}

// until is when the list after one came into force, or will; zero: nobody knows.
func until(lists []billing.List, l billing.List) time.Time {
	i := slices.IndexFunc(lists, func(x billing.List) bool { return x.Number > l.Number && x.State == billing.Published })
	if i < 0 || l.State == billing.Withdrawn {
		return time.Time{}
	}
	return lists[i].InForceAt
}

package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tereze/internal/billing"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func pricesURL(v gate.Visit) string { return consoleURL(v) + "/prices" }

func priceListURL(v gate.Visit, l billing.List) string {
	return pricesURL(v) + "/" + strconv.Itoa(l.Number)
}

func (c *Console) pricesTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "prices.console.title"), URL: pricesURL(v)})
}

// tariffClause cites the clause by which tariffs are changed; ok is false where none does.
func (c *Console) tariffClause(v gate.Visit) (design.Link, bool) {
	_, cite, ok := clause.In[billing.TariffChanges](c.Agreements.Book(v.Actor.Portal, v.Now))
	return c.Cite(v, cite), ok
}

// PriceLists answers GET /{portal}/console/prices?before=: every price list, drafts included, newest first.
func (c *Console) PriceLists(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showPrices(w, r, v, nil)
}

// PriceListsPost answers POST of the same address: a change is drafted.
func (c *Console) PriceListsPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	l, err := c.Tariffs.Draft(r.Context(), v.Actor)
	if frame.AsFaults(err) != nil {
		return c.showPrices(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, priceListURL(v, l)+"?done=prices_drafted")
}

func (c *Console) showPrices(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	all, err := c.Tariffs.Register(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return absent()
	}
	list := sheetList{Title: c.Say(v, "prices.lists")}
	list.Table = design.Table{ID: "prices", Caption: list.Title, Hidden: true, Header: true, Narrow: true, Columns: []design.Column{
		{Text: c.Say(v, "prices.list")}, {Text: c.Say(v, "prices.from")}, {Text: c.Say(v, "prices.state")},
	}}
	before, err := strconv.Atoi(r.URL.Query().Get("before"))
	if err != nil {
		before = all[len(all)-1].Number + 1
	}
	for _, l := range slices.Backward(all) {
		if l.Number >= before {
			continue
		}
		if len(list.Table.Rows) == staffAPage {
			list.Pages.Next = pricesURL(v) + "?before=" + strconv.Itoa(l.Number+1)
			break
		}
		tag := c.priceTag(v, all, l)
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: c.Say(v, "prices.number", "number", strconv.Itoa(l.Number)), URL: priceListURL(v, l)}, {Text: c.holdsFrom(v, l)}, {Tag: &tag},
		}})
	}
	view := sheetView{
		Done: c.done(r, v, "prices_discarded"), Lists: []sheetList{list},
		Heading: design.Heading{Text: c.Say(v, "prices.console.title"), Lead: c.Say(v, "prices.console.lead")},
		Links:   []design.Link{{Text: c.Say(v, "prices.console.public"), URL: home(v) + "/prices"}},
		Cancel:  design.Link{URL: consoleURL(v)},
	}
	cite, changes := c.tariffClause(v)
	_, coming := billing.Coming(all, v.Now)
	if view.Cite = cite; changes && !coming && all[len(all)-1].State != billing.Draft {
		view.Button = design.Button{Text: c.Say(v, "prices.console.draft")}
	}
	return c.sheet(w, r, v, view, c.trail(v), refusal)
}

// holdsFrom says from when a list holds; of a draft, from when it is to.
func (c *Console) holdsFrom(v gate.Visit, l billing.List) string {
	switch {
	case l.State != billing.Draft:
		return c.Since(v, l.InForceAt)
	case l.Day == "":
		return c.Say(v, "prices.console.soonest")
	}
	at, err := time.ParseInLocation(time.DateOnly, l.Day, c.Portal(v).Zone)
	if err != nil {
		return l.Day
	}
	return c.Day(v, at)
}

func (c *Console) priceTag(v gate.Visit, all []billing.List, l billing.List) design.Tag {
	state, colour := "past", design.TagPlain
	current, _ := billing.InForce(all, v.Now)
	switch {
	case l.State == billing.Draft:
		state, colour = "draft", design.TagWait
	case l.State == billing.Withdrawn:
		state, colour = "withdrawn", design.TagBad
	case l.InForceAt.After(v.Now):
		state, colour = "coming", design.TagWait
	case l.Number == current.Number:
		state, colour = "in_force", design.TagGood
	}
	return design.Tag{Text: c.Say(v, "prices.state."+state), Colour: colour}
}

// priceList finds the list an address names among all of the portal, with the one it changes. Refusal: Absent.
func (c *Console) priceList(r *http.Request, v gate.Visit) (all []billing.List, l, base billing.List, err error) {
	if all, err = c.Tariffs.Register(r.Context(), v.Actor); err != nil {
		return nil, l, base, err
	}
	i := slices.IndexFunc(all, func(x billing.List) bool { return strconv.Itoa(x.Number) == r.PathValue("number") })
	if i < 0 {
		return nil, l, base, absent()
	}
	for _, before := range all[:i] {
		if before.State == billing.Published {
			base = before
		}
	}
	return all, all[i], base, nil
}

// PriceList answers GET /{portal}/console/prices/{number}: what a list changes, and what can be done with it.
func (c *Console) PriceList(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, l, base, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, l.WrittenBy, l.PublishedBy, l.WithdrawnBy)
	if err != nil {
		return err
	}
	by := func(at time.Time, name string) string {
		return c.Say(v, "console.fact.at_by", "instant", c.Instant(v, at), "name", name)
	}
	tag := c.priceTag(v, all, l)
	rows := []design.SummaryRow{{Key: c.Say(v, "prices.state"), Body: tag}, {Key: c.Say(v, "prices.from"), Value: c.holdsFrom(v, l)}}
	if !l.WrittenAt.IsZero() {
		rows = append(rows, design.SummaryRow{Key: c.Say(v, "prices.console.written"), Value: by(l.WrittenAt, names[l.WrittenBy])})
	}
	if !l.PostedAt.IsZero() {
		rows = append(rows, design.SummaryRow{Key: c.Say(v, "prices.posted"), Value: by(l.PostedAt, names[l.PublishedBy])})
	}
	if !l.WithdrawnAt.IsZero() {
		rows = append(rows, design.SummaryRow{Key: c.Say(v, "prices.state.withdrawn"), Value: by(l.WithdrawnAt, names[l.WithdrawnBy])})
	}
	cite, _ := c.tariffClause(v)
	view := sheetView{
		Done:    c.done(r, v, "prices_drafted", "prices_saved", "prices_added", "prices_published", "prices_withdrawn"),
		Heading: design.Heading{Text: c.Say(v, "prices.number", "number", strconv.Itoa(l.Number))}, Cite: cite,
		Facts: design.SummaryList{Rows: rows}, Posted: []design.Component{c.priceChanges(v, base, l, false)}, Links: c.priceActs(v, l),
	}
	return c.sheet(w, r, v, view, c.pricesTrail(v), nil)
}

// priceActs are what can be done with a list now.
func (c *Console) priceActs(v gate.Visit, l billing.List) (out []design.Link) {
	add := func(acts ...string) {
		for _, act := range acts {
			out = append(out, design.Link{Text: c.Say(v, "prices.do."+act), URL: priceListURL(v, l) + "/" + act})
		}
	}
	switch {
	case l.State == billing.Draft:
		add("edit", "add", "publish", "discard")
	case l.State == billing.Published && l.InForceAt.After(v.Now):
		add("withdraw")
	}
	return out
}

// priceChanges shows the tariffs of one list and of the next, and what becomes of each; with moving only those that change.
func (c *Console) priceChanges(v gate.Visit, base, l billing.List, moving bool) design.Table {
	out := design.Table{ID: "changes", Caption: c.Say(v, "prices.console.changes"), Header: true, Columns: []design.Column{
		{Text: c.Say(v, "prices.tariff")}, {Text: c.Say(v, "prices.console.was")}, {Text: c.Say(v, "prices.console.will")},
	}}
	for _, x := range billing.Compare(base.Content, l.Content) {
		how, name := x.How(), x.Now
		if moving && how == billing.Same {
			continue
		}
		var was design.Cell
		if how != billing.Added {
			was.Text = c.Tariff(v, x.Was, l.Content.Currency)
		}
		will := design.Cell{Text: c.Tariff(v, x.Now, l.Content.Currency)}
		switch how {
		case billing.Ended:
			name, will = x.Was, design.Cell{Tag: &design.Tag{Text: c.Say(v, "prices.ends"), Colour: design.TagBad}}
		case billing.Same:
			will.Text = c.Say(v, "prices.same")
		case billing.Added:
			was = design.Cell{Tag: &design.Tag{Text: c.Say(v, "prices.console.added"), Colour: design.TagGood}}
		}
		out.Rows = append(out.Rows, design.Row{Cells: []design.Cell{
			{Text: x.Service.Title[v.Actor.Language] + ": " + name.Title[v.Actor.Language]}, was, will,
		}})
	}
	return out
}

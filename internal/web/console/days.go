package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func daysURL(v gate.Visit) string { return consoleURL(v) + "/days" }

// Days answers GET /{portal}/console/days: the business days that terms of the portal are counted by.
func (c *Console) Days(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showDays(w, r, v, nil, nil)
}

// DaysPost answers POST of the same address: first it shows what the text changes, then, with "confirmed",
// it keeps it.
func (c *Console) DaysPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	version, err := believed(r)
	if err != nil {
		return err
	}
	body := r.PostFormValue("body")
	moved, until, err := c.Calendars.Preview(v.Actor, body)
	switch {
	case err == nil && r.PostFormValue("confirmed") == "yes":
		if err = c.Calendars.Write(r.Context(), v.Actor, version, body); err == nil {
			return frame.SeeOther(w, r, daysURL(v)+"?done=days")
		}
	case err == nil:
		return c.previewDays(w, r, v, moved, until)
	}
	if frame.AsFaults(err) == nil {
		return err
	}
	return c.showDays(w, r, v, r.PostForm, err)
}

// showDays shows the years with their source, and the form with what the operator wrote.
func (c *Console) showDays(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	table, err := c.Calendars.Table(v.Actor.Portal)
	if err != nil {
		return err
	}
	written, err := c.Calendars.Written(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	body, version := "", 0
	if len(written) > 0 {
		body, version = written[0].Body, written[0].Version
	}
	if sent != nil {
		body = sent.Get("body")
	}
	years, last := c.years(v, table)
	view := sheetView{
		Done: c.done(r, v, "days"), Lists: []sheetList{years},
		Heading: design.Heading{Text: c.Say(v, "console.days.title"), Lead: c.Say(v, "console.days.lead")},
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: c.Say(v, "console.days.base"), Value: c.Say(v, "console.days.of."+c.Portal(v).Calendar)}, {Key: c.Say(v, "console.days.ends"), Value: c.Day(v, time.Date(last, 12, 31, 12, 0, 0, 0, c.Portal(v).Zone))},
		}},
		Hidden: []carried{{"version", strconv.Itoa(version)}}, Button: design.Button{Text: c.Say(v, "console.days.preview")}, Cancel: design.Link{URL: consoleURL(v)},
	}
	if time.Date(last, 10, 1, 0, 0, 0, 0, time.UTC).Before(v.Now) {
		view.Warning = design.WarningText{Text: c.Say(v, "console.days.soon")}
	}
	_, at, _ := c.Errors(v, refusal)
	view.Fields = []design.Component{design.Textarea{Field: design.Field{Name: "body", Label: c.Say(v, "console.days.own"), Hint: c.Say(v, "console.days.hint"), Error: at["body"]}, Value: body, Rows: 8}}
	if len(written) > 0 {
		history, err := c.daysHistory(r, v, written)
		if err != nil {
			return err
		}
		view.Lists = append(view.Lists, history)
	}
	return c.sheet(w, r, v, view, c.trail(v), refusal)
}

func (c *Console) years(v gate.Visit, table *calendar.Table) (list sheetList, last int) {
	list = sheetList{Title: c.Say(v, "console.days.years"), Table: design.Table{ID: "years", Caption: c.Say(v, "console.days.years"), Hidden: true, Header: true, Small: true, Columns: []design.Column{
		{Text: c.Say(v, "console.days.year")}, {Text: c.Say(v, "console.days.business"), Numeric: true}, {Text: c.Say(v, "console.days.off")}, {Text: c.Say(v, "console.days.work")}, {Text: c.Say(v, "console.days.source")},
	}}}
	for _, year := range table.Years() {
		y, _ := table.Year(year)
		business := 0
		said := map[string][]string{}
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if work, err := table.Business(day); err == nil && work {
				business++
			}
			switch word := y.Said(day); word {
			case "estimate": // a day off that the operator has yet to confirm
				said["off"] = append(said["off"], c.Say(v, "console.days.estimate", "day", day.Format("02.01")))
			case "off", "work":
				said[word] = append(said[word], day.Format("02.01"))
			}
		}
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: strconv.Itoa(year)}, {Text: strconv.Itoa(business)}, {Text: strings.Join(said["off"], " ")}, {Text: strings.Join(said["work"], " ")}, {Text: y.Source},
		}})
		last = year
	}
	return list, last
}

func (c *Console) daysHistory(r *http.Request, v gate.Visit, written []operations.Days) (sheetList, error) {
	list := sheetList{Title: c.Say(v, "console.days.history"), Table: design.Table{ID: "history", Caption: c.Say(v, "console.days.history"), Hidden: true, Columns: []design.Column{
		{Text: c.Say(v, "console.days.version"), Numeric: true}, {Text: c.Say(v, "console.days.changed")}, {Text: c.Say(v, "console.days.who")}, {Text: c.Say(v, "console.days.text")},
	}}}
	var by []identity.ID
	for _, d := range written {
		by = append(by, d.ChangedBy)
	}
	names, err := c.names(r.Context(), v, by...)
	if err != nil {
		return list, err
	}
	for _, d := range written {
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{{Text: strconv.Itoa(d.Version)}, {Text: c.Instant(v, d.ChangedAt)}, {Text: names[d.ChangedBy]}, {Text: d.Body}}})
	}
	return list, nil
}

// previewDays shows which days a text moves, before it is kept.
func (c *Console) previewDays(w http.ResponseWriter, r *http.Request, v gate.Visit, moved []operations.Moved, until int) error {
	list := sheetList{
		Title: c.Say(v, "console.days.moved"), None: design.EmptyState{Title: c.Say(v, "console.days.none"), Text: c.Say(v, "console.days.none_text")},
		Table: design.Table{ID: "moved", Caption: c.Say(v, "console.days.moved"), Hidden: true, Columns: []design.Column{{Text: c.Say(v, "console.days.day")}, {Text: c.Say(v, "console.days.becomes")}}},
	}
	for _, m := range moved {
		becomes := c.Say(v, "console.days.becomes_off")
		if m.Work {
			becomes = c.Say(v, "console.days.becomes_work")
		}
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{{Text: m.Day.Format(dayForm)}, {Text: becomes}}})
	}
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Text: c.Say(v, "console.days.preview_title"), Lead: c.Say(v, "console.days.preview_lead", "year", strconv.Itoa(until))}, Lists: []sheetList{list},
		Hidden: []carried{{"version", r.PostFormValue("version")}, {"body", r.PostFormValue("body")}, {"confirmed", "yes"}},
		Button: design.Button{Text: c.Say(v, "console.days.keep")}, Cancel: design.Link{URL: daysURL(v)},
	}, c.trail(v, design.Link{Text: c.Say(v, "console.days.title"), URL: daysURL(v)}), nil)
}

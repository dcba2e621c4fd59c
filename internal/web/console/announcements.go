package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func announcementsURL(v gate.Visit) string { return consoleURL(v) + "/announcements" }

func (c *Console) announcementsTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "console.announcements.title"), URL: announcementsURL(v)})
}

// Announcements answers GET /{portal}/console/announcements?before=: what stands on the first page, stood
// there, and will.
func (c *Console) Announcements(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := c.before(r, "before")
	if err != nil {
		return err
	}
	all, err := c.Operations.History(r.Context(), v.Actor, before, staffAPage+1)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "console.announcements.history"), CSV: design.Link{Text: c.Say(v, "console.announcements.csv"), URL: consoleURL(v) + "/announcements.csv"},
		None: design.EmptyState{Title: c.Say(v, "console.announcements.none"), Text: c.Say(v, "console.announcements.none_text")},
	}
	if len(all) > staffAPage {
		all = all[:staffAPage]
		list.Pages.Next = announcementsURL(v) + "?before=" + c.Opaque.Of(all[staffAPage-1].ID)
	}
	list.Table = design.Table{ID: "announcements", Caption: list.Title, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "console.announcement.subject")}, {Text: c.Say(v, "console.announcement.kind")}, {Text: c.Say(v, "console.grant.state")},
		{Text: c.Say(v, "console.announcement.from")}, {Text: c.Say(v, "console.announcement.until")},
	}}
	for _, n := range all {
		tag := c.phaseTag(v, n)
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: n.Texts[v.Actor.Language].Title, URL: announcementsURL(v) + "/" + c.Opaque.Of(n.ID)}, {Text: c.Say(v, "console.announcement."+n.Kind)}, {Tag: &tag},
			{Text: c.Instant(v, n.From)}, {Text: c.Instant(v, n.Until)},
		}})
	}
	view := sheetView{
		Done: c.done(r, v, "announced", "announcement_withdrawn"), Lists: []sheetList{list},
		Heading: design.Heading{Text: c.Say(v, "console.announcements.title"), Lead: c.Say(v, "console.announcements.lead")},
	}
	if kinds := c.Operations.Kinds(v.Actor.Portal); len(kinds) > 0 {
		view.Cite = c.Cite(v, c.Operations.Citation(v.Actor.Portal, kinds[0]))
		view.Links = []design.Link{{Text: c.Say(v, "console.announcements.new"), URL: announcementsURL(v) + "/new"}}
	}
	return c.sheet(w, r, v, view, c.trail(v), nil)
}

func (c *Console) phaseTag(v gate.Visit, n operations.Announcement) design.Tag {
	phase := n.Phase(v.Now)
	colour := map[string]design.TagColour{operations.Shown: design.TagGood, operations.Upcoming: design.TagWait, operations.Withdrawn: design.TagBad}[phase]
	return design.Tag{Text: c.Say(v, "console.announcement.phase."+phase), Colour: colour}
}

// AnnouncementsCSV answers GET /{portal}/console/announcements.csv.
func (c *Console) AnnouncementsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.Operations.History(r.Context(), v.Actor, 0, staffBatch)
	if err != nil {
		return err
	}
	languages := c.Portal(v).Languages
	head := []string{"announcement", "kind", "state", "from", "until", "posted_at", "withdrawn_at"}
	for _, language := range languages {
		head = append(head, "title_"+language, "body_"+language)
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-announcements.csv", head...)
	for {
		for _, n := range all {
			withdrawn := ""
			if !n.WithdrawnAt.IsZero() {
				withdrawn = n.WithdrawnAt.UTC().Format(time.RFC3339)
			}
			cells := []string{
				c.Opaque.Of(n.ID), n.Kind, n.Phase(v.Now), n.From.UTC().Format(time.RFC3339), n.Until.UTC().Format(time.RFC3339), n.PostedAt.UTC().Format(time.RFC3339), withdrawn,
			}
			for _, language := range languages {
				cells = append(cells, n.Texts[language].Title, n.Texts[language].Body)
			}
			out.Row(cells...)
		}
		if !out.Flush() || len(all) < staffBatch {
			return nil
		}
		if all, err = c.Operations.History(r.Context(), v.Actor, all[len(all)-1].ID, staffBatch); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

// NewAnnouncement answers GET /{portal}/console/announcements/new.
func (c *Console) NewAnnouncement(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.writeAnnouncement(w, r, v, url.Values{}, nil)
}

// NewAnnouncementPost answers POST of the same address: first it shows the announcement as visitors will see it,
// then, with "confirmed", it posts it.
func (c *Console) NewAnnouncementPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	n, wrong := c.readAnnouncement(r, v)
	if wrong != nil {
		return c.writeAnnouncement(w, r, v, r.PostForm, wrong)
	}
	cite, err := c.Operations.Check(v.Actor, &n)
	switch {
	case err == nil && r.PostFormValue("confirmed") == "yes":
		_, err = c.Operations.Post(r.Context(), v.Actor, n)
		if err == nil {
			return frame.SeeOther(w, r, announcementsURL(v)+"?done=announced")
		}
	case err == nil && r.PostFormValue("confirmed") == "":
		view := sheetView{
			Heading: design.Heading{Text: c.Say(v, "console.announcement.preview")}, Cite: c.Cite(v, cite), Texts: []string{c.Say(v, "console.announcement.preview_text")},
			Facts: c.announcementFacts(v, n), Posted: c.announcementTexts(v, n), Hidden: []carried{{"confirmed", "yes"}},
			Button: design.Button{Text: c.Say(v, "console.announcement.post")}, Cancel: design.Link{URL: announcementsURL(v)},
		}
		for name, values := range r.PostForm {
			view.Hidden = append(view.Hidden, carried{name, values[0]})
		}
		return c.sheet(w, r, v, view, c.announcementsTrail(v), nil)
	}
	if err == nil {
		err = fault.New(fault.Invalid, "form.encoding")
	}
	if frame.AsFaults(err) == nil {
		return err
	}
	return c.writeAnnouncement(w, r, v, r.PostForm, err)
}

// instantForm is an instant in a form, in the portal's zone.
const instantForm = "2006-01-02 15:04"

func (c *Console) readAnnouncement(r *http.Request, v gate.Visit) (operations.Announcement, error) {
	n := operations.Announcement{Kind: r.PostFormValue("kind"), Texts: map[string]operations.Text{}}
	for _, language := range c.Portal(v).Languages {
		n.Texts[language] = operations.Text{
			Title: strings.Join(strings.Fields(r.PostFormValue("title_"+language)), " "),
			Body:  strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("body_"+language), "\r\n", "\n")),
		}
	}
	var wrong fault.Faults
	instant := func(name string) time.Time {
		text := strings.Join(strings.Fields(strings.ReplaceAll(r.PostFormValue(name), "T", " ")), " ")
		if text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(instantForm, text, c.Portal(v).Zone)
		if err != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "console.announcement.instant").At(name))
		}
		return t
	}
	n.From, n.Until = instant("from"), instant("until")
	if wrong != nil {
		return n, wrong
	}
	return n, nil
}

func (c *Console) writeAnnouncement(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	kinds := c.Operations.Kinds(v.Actor.Portal)
	if len(kinds) == 0 {
		_, err := c.Accounts.Power(v.Actor.Portal, "publish", "content", "maintenance")
		return err
	}
	_, at, _ := c.Errors(v, refusal)
	kind := design.Radios{Field: design.Field{Name: "kind", Label: c.Say(v, "console.announcement.kind"), Error: at["kind"]}}
	for _, x := range kinds {
		cite := c.Operations.Citation(v.Actor.Portal, x)
		hint := ""
		if !cite.Zero() {
			hint = c.Say(v, "frame.clause", "clause", cite.Clause)
		}
		kind.Choices = append(kind.Choices, design.Choice{Value: x, Label: c.Say(v, "console.announcement."+x), Hint: hint, Checked: sent.Get("kind") == x})
	}
	fields := []design.Component{kind}
	for _, language := range c.Portal(v).Languages {
		named := c.Words.Say(language, "language.name")
		fields = append(fields,
			design.TextInput{Field: design.Field{Name: "title_" + language, Label: c.Say(v, "console.announcement.title_in", "language", named), Error: at["title_"+language]}, Value: sent.Get("title_" + language), MaxLength: 120},
			design.Textarea{Field: design.Field{Name: "body_" + language, Label: c.Say(v, "console.announcement.body_in", "language", named), Error: at["body_"+language]}, Value: sent.Get("body_" + language), Rows: 4, MaxLength: 1000})
	}
	from := design.TextInput{Field: design.Field{Name: "from", Label: c.Say(v, "console.announcement.from"), Hint: c.Say(v, "console.announcement.from_hint"), Error: at["from"]}, Value: sent.Get("from"), Width: design.Chars20, Autocomplete: "off"}
	from.Optional = true
	fields = append(fields, from,
		design.TextInput{Field: design.Field{Name: "until", Label: c.Say(v, "console.announcement.until"), Hint: c.Say(v, "console.announcement.until_hint"), Error: at["until"]}, Value: sent.Get("until"), Width: design.Chars20, Autocomplete: "off"})
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Text: c.Say(v, "console.announcements.new"), Lead: c.Say(v, "console.announcement.lead")}, Fields: fields,
		Button: design.Button{Text: c.Say(v, "console.announcement.next")}, Cancel: design.Link{URL: announcementsURL(v)},
	}, c.announcementsTrail(v), refusal)
}

func (c *Console) announcementFacts(v gate.Visit, n operations.Announcement) design.SummaryList {
	return design.SummaryList{Rows: []design.SummaryRow{
		{Key: c.Say(v, "console.announcement.kind"), Value: c.Say(v, "console.announcement."+n.Kind)},
		{Key: c.Say(v, "console.announcement.from"), Value: c.Instant(v, n.From)},
		{Key: c.Say(v, "console.announcement.until"), Value: c.Instant(v, n.Until)},
	}}
}

// announcementTexts are an announcement in every language, as visitors see it.
func (c *Console) announcementTexts(v gate.Visit, n operations.Announcement) (out []design.Component) {
	for _, language := range c.Portal(v).Languages {
		text := n.Texts[language]
		out = append(out, design.Announcement{ID: language, Language: language, Title: text.Title, Paragraphs: strings.Split(text.Body, "\n")})
	}
	return out
}

// Announcement answers GET /{portal}/console/announcements/{announcement}.
func (c *Console) Announcement(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showAnnouncement(w, r, v, false, nil)
}

// Withdrawal answers GET …/announcements/{announcement}/withdraw: the question before it.
func (c *Console) Withdrawal(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showAnnouncement(w, r, v, true, nil)
}

// WithdrawalPost answers POST of the same address.
func (c *Console) WithdrawalPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := c.Opaque.ID(r.PathValue("announcement"))
	if err != nil {
		return absent()
	}
	err = c.Operations.Withdraw(r.Context(), v.Actor, id)
	if fault.Is(err, fault.Conflict) {
		return c.showAnnouncement(w, r, v, true, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, announcementsURL(v)+"?done=announcement_withdrawn")
}

func (c *Console) showAnnouncement(w http.ResponseWriter, r *http.Request, v gate.Visit, withdraw bool, refusal error) error {
	id, err := c.Opaque.ID(r.PathValue("announcement"))
	if err != nil {
		return absent()
	}
	n, err := c.Operations.One(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, n.PostedBy, n.WithdrawnBy)
	if err != nil {
		return err
	}
	at, tag := announcementsURL(v)+"/"+c.Opaque.Of(n.ID), c.phaseTag(v, n)
	view := sheetView{Heading: design.Heading{Text: n.Texts[v.Actor.Language].Title}, Facts: c.announcementFacts(v, n), Posted: c.announcementTexts(v, n), Cancel: design.Link{URL: at}}
	view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "console.grant.state"), Body: tag},
		design.SummaryRow{Key: c.Say(v, "console.announcement.posted"), Value: names[n.PostedBy] + ", " + c.Instant(v, n.PostedAt)})
	if !n.WithdrawnAt.IsZero() {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "console.announcement.phase.withdrawn"), Value: names[n.WithdrawnBy] + ", " + c.Instant(v, n.WithdrawnAt)})
	}
	view.Cite = c.Cite(v, c.Operations.Citation(v.Actor.Portal, n.Kind))
	stands := n.Phase(v.Now) == operations.Shown || n.Phase(v.Now) == operations.Upcoming
	switch {
	case withdraw && stands:
		view.Heading = design.Heading{Caption: view.Heading.Text, Text: c.Say(v, "console.announcement.withdraw")}
		view.Warning = design.WarningText{Text: c.Say(v, "console.announcement.withdraw_warning")}
		view.Button = design.Button{Text: c.Say(v, "console.announcement.withdraw"), Look: design.Warning}
	case stands:
		view.Links = []design.Link{{Text: c.Say(v, "console.announcement.withdraw"), URL: at + "/withdraw"}}
	}
	return c.sheet(w, r, v, view, c.announcementsTrail(v), refusal)
}

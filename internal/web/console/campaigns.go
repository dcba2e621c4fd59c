package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func campaignsURL(v gate.Visit) string { return consoleURL(v) + "/campaigns" }

func (c *Console) campaignsTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "campaigns.title"), URL: campaignsURL(v)})
}

// Campaigns answers GET /{portal}/console/campaigns?before=: the letters to many, newest first.
func (c *Console) Campaigns(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := c.before(r, "before")
	if err != nil {
		return err
	}
	all, err := c.Notices.CampaignHistory(r.Context(), v.Actor, before, staffAPage+1)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "campaigns.history"), CSV: design.Link{Text: c.Say(v, "console.announcements.csv"), URL: consoleURL(v) + "/campaigns.csv"},
		None: design.EmptyState{Title: c.Say(v, "campaigns.none"), Text: c.Say(v, "campaigns.none_text")},
	}
	if len(all) > staffAPage {
		all = all[:staffAPage]
		list.Pages.Next = campaignsURL(v) + "?before=" + c.Opaque.Of(all[staffAPage-1].ID)
	}
	list.Table = design.Table{ID: "campaigns", Caption: list.Title, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "campaigns.subject")}, {Text: c.Say(v, "campaigns.kind")}, {Text: c.Say(v, "campaigns.state")}, {Text: c.Say(v, "campaigns.written")},
		{Text: c.Say(v, "campaigns.sent"), Numeric: true},
	}}
	for _, n := range all {
		tag := c.campaignTag(v, n)
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: n.Words(v.Actor.Language).Subject, URL: campaignsURL(v) + "/" + c.Opaque.Of(n.ID)}, {Text: c.Say(v, "campaigns.kind."+string(n.Kind))}, {Tag: &tag},
			{Text: c.Instant(v, n.WrittenAt)}, {Text: strconv.Itoa(n.Counts.Sent)},
		}})
	}
	view := sheetView{Done: c.campaignDone(r, v), Lists: []sheetList{list}, Heading: design.Heading{Text: c.Say(v, "campaigns.title"), Lead: c.Say(v, "campaigns.lead")}}
	if len(c.Notices.CampaignOffers(v.Actor.Portal)) > 0 {
		view.Links = []design.Link{{Text: c.Say(v, "campaigns.new"), URL: campaignsURL(v) + "/new"}}
	} else {
		view.Texts = []string{c.Say(v, "campaigns.no_clause")}
	}
	return c.sheet(w, r, v, view, c.trail(v), nil)
}

func (c *Console) campaignDone(r *http.Request, v gate.Visit) *design.NotificationBanner {
	done := r.URL.Query().Get("done")
	if !c.Words.Has(v.Actor.Language, "campaigns.done."+done) {
		return nil
	}
	return &design.NotificationBanner{Heading: c.Say(v, "campaigns.done."+done), Success: true}
}

func (c *Console) campaignTag(v gate.Visit, n notify.Campaign) design.Tag {
	colour := map[string]design.TagColour{notify.CampaignSent: design.TagGood, notify.CampaignSending: design.TagWait, notify.CampaignWritten: design.TagWait, notify.CampaignStopped: design.TagBad, notify.CampaignRefused: design.TagBad}[n.State]
	return design.Tag{Text: c.Say(v, "campaigns.state."+n.State), Colour: colour}
}

// CampaignsCSV answers GET /{portal}/console/campaigns.csv.
func (c *Console) CampaignsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.Notices.CampaignHistory(r.Context(), v.Actor, 0, staffBatch)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-campaigns.csv", "campaign", "kind", "state", "subject", "written_at", "approved_at", "ended_at", "people", "seen", "sent", "no_consent", "no_contact", "bad_contact")
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	for {
		for _, n := range all {
			out.Row(c.Opaque.Of(n.ID), string(n.Kind), n.State, n.Words(v.Actor.Language).Subject, at(n.WrittenAt), at(n.DecidedAt), at(n.EndedAt), strconv.Itoa(n.People),
				strconv.Itoa(n.Counts.Seen), strconv.Itoa(n.Counts.Sent), strconv.Itoa(n.Counts.Unwilling), strconv.Itoa(n.Counts.Unreachable), strconv.Itoa(n.Counts.Bad))
		}
		if !out.Flush() || len(all) < staffBatch {
			return nil
		}
		if all, err = c.Notices.CampaignHistory(r.Context(), v.Actor, all[len(all)-1].ID, staffBatch); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

// NewCampaign answers GET /{portal}/console/campaigns/new.
func (c *Console) NewCampaign(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.writeCampaign(w, r, v, url.Values{}, nil)
}

// NewCampaignPost answers POST of the same address: first it shows the letter in every language and how many get
// it, then, with "confirmed", it keeps it for the second person.
func (c *Console) NewCampaignPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	n, wrong := c.readCampaign(r, v)
	if wrong != nil {
		return c.writeCampaign(w, r, v, r.PostForm, wrong)
	}
	if r.PostFormValue("confirmed") == "yes" {
		n, err := c.Notices.WriteCampaign(r.Context(), v.Actor, n)
		if frame.AsFaults(err) != nil {
			return c.writeCampaign(w, r, v, r.PostForm, err)
		}
		if err != nil {
			return err
		}
		return frame.SeeOther(w, r, campaignsURL(v)+"/"+c.Opaque.Of(n.ID)+"?done=written")
	}
	reach, err := c.Notices.CheckCampaign(r.Context(), v.Actor, &n)
	if frame.AsFaults(err) != nil {
		return c.writeCampaign(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	view := sheetView{
		Heading: design.Heading{Text: c.Say(v, "campaigns.preview")}, Texts: []string{c.Say(v, "campaigns.preview_text")}, Cite: c.campaignCite(v, n.Kind),
		Facts: design.SummaryList{Rows: c.reachRows(v, n, reach)}, Posted: c.campaignTexts(v, n), Hidden: []carried{{"confirmed", "yes"}},
		Button: design.Button{Text: c.Say(v, "campaigns.submit")}, Cancel: design.Link{URL: campaignsURL(v)},
	}
	for name, values := range r.PostForm {
		for _, value := range values {
			view.Hidden = append(view.Hidden, carried{name, value})
		}
	}
	return c.sheet(w, r, v, view, c.campaignsTrail(v), nil)
}

func (c *Console) campaignCite(v gate.Visit, kind notify.Kind) design.Link {
	for _, o := range c.Notices.CampaignOffers(v.Actor.Portal) {
		if o.Kind == kind {
			return c.Cite(v, o.Cite)
		}
	}
	return design.Link{}
}

// reachRows say how far a campaign goes: how many get it, and how many are left out and why.
func (c *Console) reachRows(v gate.Visit, n notify.Campaign, reach notify.Counts) []design.SummaryRow {
	var channels []string
	for _, channel := range n.Channels {
		channels = append(channels, c.Say(v, "frame.channel."+string(channel)))
	}
	figure := func(key string, n int) design.SummaryRow {
		return design.SummaryRow{Key: c.Say(v, key), Value: strconv.Itoa(n)}
	}
	return []design.SummaryRow{
		{Key: c.Say(v, "campaigns.kind"), Value: c.Say(v, "campaigns.kind."+string(n.Kind))}, {Key: c.Say(v, "campaigns.channels"), Value: strings.Join(channels, ", ")},
		figure("campaigns.seen", reach.Seen), figure("campaigns.sent", reach.Sent), figure("campaigns.unwilling", reach.Unwilling),
		figure("campaigns.unreachable", reach.Unreachable), figure("campaigns.bad", reach.Bad),
	}
}

// campaignTexts are the letter in every language, as its readers see it.
func (c *Console) campaignTexts(v gate.Visit, n notify.Campaign) (out []design.Component) {
	for _, language := range c.Portal(v).Languages {
		text := n.Texts[language]
		out = append(out, design.Announcement{ID: language, Language: language, Title: text.Subject, Paragraphs: strings.Split(text.Body, "\n")})
	}
	return out
}

func (c *Console) readCampaign(r *http.Request, v gate.Visit) (notify.Campaign, error) {
	n := notify.Campaign{Kind: notify.Kind(r.PostFormValue("kind")), Texts: map[string]notify.Text{}}
	for _, channel := range r.PostForm["channel"] {
		if !slices.Contains(n.Channels, notify.Channel(channel)) {
			n.Channels = append(n.Channels, notify.Channel(channel))
		}
	}
	for _, language := range c.Portal(v).Languages {
		n.Texts[language] = notify.Text{
			Subject: strings.Join(strings.Fields(r.PostFormValue("subject_"+language)), " "),
			Body:    strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("body_"+language), "\r\n", "\n")),
		}
	}
	var wrong fault.Faults
	day := func(name string) (t time.Time) {
		text := strings.TrimSpace(r.PostFormValue(name))
		if text == "" {
			return t
		}
		t, err := time.ParseInLocation(time.DateOnly, text, c.Portal(v).Zone)
		if err != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "campaigns.day").At(name))
		}
		return t
	}
	n.Segment = notify.Audience{Since: day("since"), Until: day("until")}
	chosen := func(name string, among []string) string {
		value := r.PostFormValue(name)
		if value != "" && !slices.Contains(among, value) {
			wrong = append(wrong, fault.New(fault.Invalid, "campaigns.choose").At(name))
		}
		return value
	}
	n.Segment.Language = chosen("language", c.Portal(v).Languages)
	n.Segment.Role = identity.Role(chosen("role", segmentRoles()))
	n.Segment.Institution = chosen("institution", c.institutionKinds(v))
	if wrong != nil {
		return n, wrong
	}
	return n, nil
}

func segmentRoles() []string {
	return []string{string(identity.User), string(identity.Administrator), string(identity.Guardian), string(identity.Operator)}
}

func (c *Console) institutionKinds(v gate.Visit) (out []string) {
	if rule, _, ok := clause.In[party.InstitutionKinds](c.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		out = rule.Kinds
	}
	return out
}

func (c *Console) writeCampaign(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	offers := c.Notices.CampaignOffers(v.Actor.Portal)
	if len(offers) == 0 {
		return absent()
	}
	_, at, _ := c.Errors(v, refusal)
	kind := design.Radios{Field: design.Field{Name: "kind", Label: c.Say(v, "campaigns.kind"), Error: at["kind"]}}
	channels := design.Checkboxes{Field: design.Field{Name: "channel", Label: c.Say(v, "campaigns.channels"), Error: at["channel"]}}
	for _, o := range offers {
		kind.Choices = append(kind.Choices, design.Choice{
			Value: string(o.Kind), Label: c.Say(v, "campaigns.kind."+string(o.Kind)), Hint: c.Say(v, "frame.clause", "clause", o.Cite.Clause), Checked: sent.Get("kind") == string(o.Kind),
		})
		for _, channel := range o.Channels {
			if !slices.ContainsFunc(channels.Choices, func(x design.Choice) bool { return x.Value == string(channel) }) {
				one := design.Choice{Value: string(channel), Label: c.Say(v, "frame.channel."+string(channel)), Checked: slices.Contains(sent["channel"], string(channel))}
				for _, p := range c.Prices(v, channel) {
					one.Hint = p.Text
				}
				channels.Choices = append(channels.Choices, one)
			}
		}
	}
	fields := []design.Component{kind, channels}
	choose := func(name string, values []string, label func(string) string) {
		field := design.Radios{Field: design.Field{Name: name, Label: c.Say(v, "campaigns.segment."+name), Error: at[name]}, Small: true}
		field.Choices = []design.Choice{{Value: "", Label: c.Say(v, "campaigns.everybody"), Checked: sent.Get(name) == ""}}
		for _, value := range values {
			field.Choices = append(field.Choices, design.Choice{Value: value, Label: label(value), Checked: sent.Get(name) == value})
		}
		fields = append(fields, field)
	}
	choose("language", c.Portal(v).Languages, func(code string) string { return c.Words.Say(code, "language.name") })
	choose("role", segmentRoles(), func(role string) string { return c.Say(v, "console.role."+role) })
	if kinds := c.institutionKinds(v); len(kinds) > 0 {
		choose("institution", kinds, func(kind string) string { return c.Say(v, "school.kind."+kind) })
	}
	for _, name := range []string{"since", "until"} {
		day := design.TextInput{Field: design.Field{Name: name, Label: c.Say(v, "campaigns.segment."+name), Hint: c.Say(v, "campaigns.day_hint"), Error: at[name]}, Value: sent.Get(name), Width: design.Chars20, Autocomplete: "off"}
		day.Optional = true
		fields = append(fields, day)
	}
	for _, language := range c.Portal(v).Languages {
		named := c.Words.Say(language, "language.name")
		fields = append(fields,
			design.TextInput{Field: design.Field{Name: "subject_" + language, Label: c.Say(v, "campaigns.subject_in", "language", named), Error: at["subject_"+language]}, Value: sent.Get("subject_" + language), MaxLength: 120},
			design.Textarea{Field: design.Field{Name: "body_" + language, Label: c.Say(v, "campaigns.body_in", "language", named), Error: at["body_"+language]}, Value: sent.Get("body_" + language), Rows: 5, MaxLength: 2000})
	}
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Text: c.Say(v, "campaigns.new"), Lead: c.Say(v, "campaigns.new_lead")}, Fields: fields,
		Button: design.Button{Text: c.Say(v, "campaigns.next")}, Cancel: design.Link{URL: campaignsURL(v)},
	}, c.campaignsTrail(v), refusal)
}

// Campaign answers GET /{portal}/console/campaigns/{campaign}: what it says, how far it is, and what can be done.
func (c *Console) Campaign(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showCampaign(w, r, v, "", nil)
}

// CampaignDo answers GET …/campaigns/{campaign}/{do}: the question before it.
func (c *Console) CampaignDo(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showCampaign(w, r, v, r.PathValue("do"), nil)
}

// CampaignDoPost answers POST of the same address.
func (c *Console) CampaignDoPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := c.Opaque.ID(r.PathValue("campaign"))
	if err != nil {
		return absent()
	}
	err = c.Notices.MoveCampaign(r.Context(), v.Actor, id, r.PathValue("do"))
	if frame.AsFaults(err) != nil {
		return c.showCampaign(w, r, v, "", err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, campaignsURL(v)+"/"+r.PathValue("campaign")+"?done="+r.PathValue("do"))
}

func (c *Console) showCampaign(w http.ResponseWriter, r *http.Request, v gate.Visit, do string, refusal error) error {
	id, err := c.Opaque.ID(r.PathValue("campaign"))
	if err != nil {
		return absent()
	}
	n, err := c.Notices.OneCampaign(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	names, err := c.names(r.Context(), v, n.WrittenBy, n.DecidedBy)
	if err != nil {
		return err
	}
	reach, begun := n.Counts, n.State != notify.CampaignWritten
	if !begun { // whoever approves sees whom it would reach
		if reach, err = c.Notices.CheckCampaign(r.Context(), v.Actor, &n); err != nil {
			return err
		}
	}
	at, tag := campaignsURL(v)+"/"+c.Opaque.Of(n.ID), c.campaignTag(v, n)
	view := sheetView{
		Done: c.campaignDone(r, v), Heading: design.Heading{Text: n.Words(v.Actor.Language).Subject}, Cite: c.campaignCite(v, n.Kind), Posted: c.campaignTexts(v, n),
		Facts: design.SummaryList{Rows: append(c.reachRows(v, n, reach),
			design.SummaryRow{Key: c.Say(v, "campaigns.state"), Body: tag},
			design.SummaryRow{Key: c.Say(v, "campaigns.written"), Value: names[n.WrittenBy] + ", " + c.Instant(v, n.WrittenAt)})},
		Cancel: design.Link{URL: at},
	}
	if begun {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "campaigns.progress"), Value: c.Say(v, "campaigns.progress_of", "seen", strconv.Itoa(n.Counts.Seen), "people", strconv.Itoa(n.People))})
	}
	if !n.DecidedAt.IsZero() {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: c.Say(v, "campaigns.decided"), Value: names[n.DecidedBy] + ", " + c.Instant(v, n.DecidedAt)})
	}
	can := notify.CampaignDoes(n.State)
	switch {
	case do != "" && !slices.Contains([]string{"approve", "refuse", "pause", "resume", "stop"}, do):
		return absent()
	case do != "" && slices.Contains(can, do):
		view.Heading = design.Heading{Caption: view.Heading.Text, Text: c.Say(v, "campaigns.do."+do)}
		view.Warning = design.WarningText{Text: c.Say(v, "campaigns.warning."+do)}
		view.Button = design.Button{Text: c.Say(v, "campaigns.do."+do)}
		if do == "stop" || do == "refuse" {
			view.Button.Look = design.Warning
		}
	default:
		for _, do := range can {
			view.Links = append(view.Links, design.Link{Text: c.Say(v, "campaigns.do."+do), URL: at + "/" + do})
		}
	}
	return c.sheet(w, r, v, view, c.campaignsTrail(v), refusal)
}

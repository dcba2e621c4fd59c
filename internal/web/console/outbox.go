package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func outboxURL(v gate.Visit) string { return consoleURL(v) + "/outbox" }

func (c *Console) outboxTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "console.outbox.title"), URL: outboxURL(v)})
}

// sight reads which messages are asked for: ?state=, ?channel= and ?before=. Refusal: Absent.
func (c *Console) sight(r *http.Request) (s notify.Sight, query url.Values, err error) {
	q := r.URL.Query()
	s = notify.Sight{State: notify.State(q.Get("state")), Channel: notify.Channel(q.Get("channel"))}
	if s.State != "" && !slices.Contains(notify.States(), s.State) || s.Channel != "" && !slices.Contains(channels(), s.Channel) {
		return s, nil, absent()
	}
	s.Before, err = c.before(r, "before")
	query = url.Values{}
	for _, name := range []string{"state", "channel"} {
		if q.Get(name) != "" {
			query.Set(name, q.Get(name))
		}
	}
	return s, query, err
}

func channels() []notify.Channel { return []notify.Channel{notify.Email, notify.SMS, notify.Push} }

// Outgoing answers GET /{portal}/console/outbox?state=&channel=&before=: what the portal has to say and has said, how
// far each message has come, and why not further. Addresses are masked.
func (c *Console) Outgoing(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	sight, query, err := c.sight(r)
	if err != nil {
		return err
	}
	sight.Limit = staffAPage + 1
	all, err := c.Outbox.List(r.Context(), v.Actor, sight)
	if err != nil {
		return err
	}
	counts, err := c.Outbox.Counts(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	list := sheetList{
		Title: c.Say(v, "console.outbox.messages"), CSV: design.Link{Text: c.Say(v, "console.outbox.csv"), URL: outboxURL(v) + ".csv?" + query.Encode()},
		None: design.EmptyState{Title: c.Say(v, "console.outbox.none"), Text: c.Say(v, "console.outbox.none_text")},
	}
	if len(all) > staffAPage {
		all = all[:staffAPage]
		query.Set("before", c.Opaque.Of(all[staffAPage-1].ID))
		list.Pages.Next = outboxURL(v) + "?" + query.Encode()
	}
	list.Table = c.messagesTable(v, all)
	view := sheetView{
		Done: c.done(r, v, "message_resent", "message_stopped"), Heading: design.Heading{Text: c.Say(v, "console.outbox.title"), Lead: c.Say(v, "console.outbox.lead")},
		Links: c.outboxLinks(v, counts), Lists: []sheetList{list},
	}
	return c.sheet(w, r, v, view, c.trail(v), nil)
}

// outboxLinks lead to the messages in each state, with how many they are.
func (c *Console) outboxLinks(v gate.Visit, counts map[notify.State]int) (links []design.Link) {
	total := 0
	for _, n := range counts {
		total += n
	}
	links = append(links, design.Link{Text: c.Say(v, "console.outbox.all", "count", strconv.Itoa(total)), URL: outboxURL(v)})
	for _, state := range notify.States() {
		if counts[state] > 0 {
			links = append(links, design.Link{
				Text: c.Say(v, "console.outbox.count", "state", c.messageTag(v, state).Text, "count", strconv.Itoa(counts[state])), URL: outboxURL(v) + "?state=" + string(state),
			})
		}
	}
	return links
}

func (c *Console) messageTag(v gate.Visit, state notify.State) design.Tag {
	tag := design.Tag{Text: c.Say(v, "console.outbox.state."+string(state))}
	switch {
	case state.Failed():
		tag.Colour = design.TagBad
	case state.Waits():
		tag.Colour = design.TagWait
	case state != notify.Stopped && state != notify.Recorded:
		tag.Colour = design.TagGood
	}
	return tag
}

// why says why a message is not further; empty where nothing is wrong.
func (c *Console) why(v gate.Visit, reason string) string {
	if reason == "" {
		return "—"
	}
	return c.Say(v, "console.outbox.reason."+reason)
}

func (c *Console) messagesTable(v gate.Visit, all []notify.Sent) design.Table {
	t := design.Table{ID: "outbox", Caption: c.Say(v, "console.outbox.messages"), Hidden: true, Header: true, Small: true, Columns: []design.Column{
		{Text: c.Say(v, "console.outbox.at")}, {Text: c.Say(v, "console.outbox.channel")}, {Text: c.Say(v, "console.outbox.to")},
		{Text: c.Say(v, "console.grant.state")}, {Text: c.Say(v, "console.outbox.why")},
	}}
	for _, m := range all {
		tag := c.messageTag(v, m.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: c.Instant(v, m.At), URL: c.messageURL(v, m)}, {Text: c.Say(v, "frame.channel."+string(m.Channel))}, {Text: m.To}, {Tag: &tag}, {Text: c.why(v, m.Reason)},
		}})
	}
	return t
}

func (c *Console) messageURL(v gate.Visit, m notify.Sent) string {
	return outboxURL(v) + "/" + c.Opaque.Of(m.Home) + "/" + c.Opaque.Of(m.ID)
}

// OutgoingCSV answers GET /{portal}/console/outbox.csv, for the same messages as the page. Addresses are masked.
func (c *Console) OutgoingCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	sight, _, err := c.sight(r)
	if err != nil {
		return err
	}
	sight.Limit = staffBatch
	all, err := c.Outbox.List(r.Context(), v.Actor, sight)
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, v.Actor.Portal+"-outbox.csv", "message", "at", "channel", "to", "about", "language", "state", "reason", "provider", "tries", "parts", "changed_at")
	for {
		for _, m := range all {
			out.Row(c.Opaque.Of(m.ID), m.At.UTC().Format(time.RFC3339), string(m.Channel), m.To, m.Key, m.Language, string(m.State), m.Reason, m.Provider,
				strconv.Itoa(m.Tries), strconv.Itoa(m.Parts), m.ChangedAt.UTC().Format(time.RFC3339))
		}
		if !out.Flush() || len(all) < staffBatch {
			return nil
		}
		sight.Before = all[len(all)-1].ID
		if all, err = c.Outbox.List(r.Context(), v.Actor, sight); err != nil {
			panic(http.ErrAbortHandler) // half a list must not pass for the whole
		}
	}
}

// messageIDs reads which message an address names. Refusal: Absent.
func (c *Console) messageIDs(r *http.Request) (owner, id identity.ID, err error) {
	owner, err1 := c.Opaque.ID(r.PathValue("home"))
	id, err2 := c.Opaque.ID(r.PathValue("message"))
	if err1 != nil || err2 != nil {
		return 0, 0, absent()
	}
	return owner, id, nil
}

// OutgoingOne answers GET /{portal}/console/outbox/{home}/{message}: one message with its tries, its address masked.
func (c *Console) OutgoingOne(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showMessage(w, r, v, "", nil)
}

// OutgoingPost answers POST of the same address: the whole address, for a reason that its person sees.
func (c *Console) OutgoingPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	if !slices.Contains(account.Reasons(), reason) {
		return c.showMessage(w, r, v, "", fault.New(fault.Invalid, "account.reason").At("reason"))
	}
	return c.showMessage(w, r, v, reason, nil)
}

func (c *Console) showMessage(w http.ResponseWriter, r *http.Request, v gate.Visit, reason string, refusal error) error {
	owner, id, err := c.messageIDs(r)
	if err != nil {
		return err
	}
	m, tries, err := c.Outbox.One(r.Context(), v.Actor, owner, id, reason)
	if err != nil {
		return err
	}
	view := sheetView{
		Heading: design.Heading{Text: c.Say(v, "console.outbox.message")}, Facts: c.messageFacts(v, m), Cancel: design.Link{URL: outboxURL(v)},
		Lists: []sheetList{{
			Title: c.Say(v, "console.outbox.tries"), Table: c.triesTable(v, m, tries),
			None: design.EmptyState{Title: c.Say(v, "console.outbox.untried"), Text: c.Say(v, "console.outbox.untried_text")},
		}},
	}
	if reason == "" {
		_, at, _ := c.Errors(v, refusal)
		radios := design.Radios{Field: design.Field{Name: "reason", Label: c.Say(v, "console.person.why"), Hint: c.Say(v, "console.person.why_hint"), Error: at["reason"]}}
		for _, choice := range account.Reasons() {
			radios.Choices = append(radios.Choices, design.Choice{Value: choice, Label: c.Say(v, "console.reason."+choice), Hint: c.Say(v, "console.reason."+choice+"_hint")})
		}
		view.Fields, view.Button = []design.Component{radios}, design.Button{Text: c.Say(v, "console.outbox.reveal"), Look: design.Secondary}
	}
	if m.State == notify.Created {
		view.Links = append(view.Links, design.Link{Text: c.Say(v, "console.outbox.stop"), URL: c.messageURL(v, m) + "/stop"})
	} else if m.State != notify.Sending && !m.Spent(c.Outbox.Now()) {
		view.Links = append(view.Links, design.Link{Text: c.Say(v, "console.outbox.resend"), URL: c.messageURL(v, m) + "/resend"})
	}
	return c.sheet(w, r, v, view, c.outboxTrail(v), refusal)
}

// wording is how a message is worded, without its values, which are the person's alone; of a letter to many, that it is one.
func (c *Console) wording(v gate.Visit, key string) string {
	if text, ok := c.Notices.Shipped(v.Actor.Language, key); ok {
		return text
	}
	return c.Say(v, "campaigns.title")
}

func (c *Console) messageFacts(v gate.Visit, m notify.Sent) design.SummaryList {
	parts := "—"
	if m.Parts > 0 {
		parts = strconv.Itoa(m.Parts)
	}
	facts := design.SummaryList{Rows: []design.SummaryRow{
		{Key: c.Say(v, "console.grant.state"), Body: c.messageTag(v, m.State)},
		{Key: c.Say(v, "console.outbox.why"), Value: c.why(v, m.Reason)},
		{Key: c.Say(v, "console.outbox.channel"), Value: c.Say(v, "frame.channel."+string(m.Channel))},
		{Key: c.Say(v, "console.outbox.to"), Value: m.To},
		{Key: c.Say(v, "console.outbox.about"), Value: c.wording(v, m.Key)},
		{Key: c.Say(v, "console.outbox.at"), Value: c.Instant(v, m.At)},
		{Key: c.Say(v, "console.outbox.changed"), Value: c.Instant(v, m.ChangedAt)},
		{Key: c.Say(v, "console.outbox.parts"), Value: parts},
	}}
	if m.State == notify.Created {
		facts.Rows = append(facts.Rows, design.SummaryRow{Key: c.Say(v, "console.outbox.due"), Value: c.Instant(v, m.DueAt)})
	}
	return facts
}

// triesTable lists the tries. One of which nothing was written down was cut short, by a courier that died.
func (c *Console) triesTable(v gate.Visit, m notify.Sent, tries []notify.Attempt) design.Table {
	t := design.Table{ID: "tries", Caption: c.Say(v, "console.outbox.tries"), Hidden: true, Header: true, Small: true, Columns: []design.Column{
		{Text: c.Say(v, "console.outbox.number")}, {Text: c.Say(v, "console.outbox.at")}, {Text: c.Say(v, "console.outbox.provider")},
		{Text: c.Say(v, "console.grant.state")}, {Text: c.Say(v, "console.outbox.why")}, {Text: c.Say(v, "console.outbox.code")},
	}}
	for number := 1; number <= m.Tries; number++ {
		i := slices.IndexFunc(tries, func(a notify.Attempt) bool { return a.Number == number })
		if i < 0 {
			if number < m.Tries || m.State != notify.Sending {
				t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: strconv.Itoa(number)}, {Text: "—"}, {Text: "—"}, {Text: c.Say(v, "console.outbox.cut_short")}, {Text: "—"}, {Text: "—"}}})
			}
			continue
		}
		a := tries[i]
		tag := c.messageTag(v, a.State)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: strconv.Itoa(a.Number)}, {Text: c.Instant(v, a.BeganAt)}, {Text: a.Provider}, {Tag: &tag}, {Text: c.why(v, a.Reason)}, {Text: a.Code},
		}})
	}
	return t
}

// OutgoingAct answers GET …/{home}/{message}/{act}: the question before a message is sent again or stopped.
func (c *Console) OutgoingAct(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askMessage(w, r, v, nil)
}

// OutgoingActPost answers POST of the same address.
func (c *Console) OutgoingActPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	owner, id, err := c.messageIDs(r)
	if err != nil {
		return err
	}
	done := ""
	switch r.PathValue("act") {
	case "resend":
		done, err = "message_resent", c.Outbox.Resend(r.Context(), v.Actor, owner, id)
	case "stop":
		done, err = "message_stopped", c.Outbox.Stop(r.Context(), v.Actor, owner, id)
	default:
		return absent()
	}
	if fault.Is(err, fault.Conflict) {
		return c.askMessage(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, outboxURL(v)+"?done="+done)
}

func (c *Console) askMessage(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	act := r.PathValue("act")
	if act != "resend" && act != "stop" {
		return absent()
	}
	owner, id, err := c.messageIDs(r)
	if err != nil {
		return err
	}
	m, _, err := c.Outbox.One(r.Context(), v.Actor, owner, id, "")
	if err != nil {
		return err
	}
	return c.confirm(w, r, v, confirmView{
		Heading: design.Heading{Text: c.Say(v, "console.outbox."+act)}, Warning: design.WarningText{Text: c.Say(v, "console.outbox."+act+"_warning")},
		Facts: c.messageFacts(v, m), Button: design.Button{Text: c.Say(v, "console.outbox."+act)}, Cancel: design.Link{URL: c.messageURL(v, m)},
	}, refusal)
}

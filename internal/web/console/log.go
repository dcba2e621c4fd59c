package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

// logView is the evidence of a portal as its auditor reads it.
type logView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Head    string // how far the log has come
	Action  string
	Act     design.Select
	From    design.TextInput
	To      design.TextInput
	Button  design.Button
	Table   *design.Table
	Empty   design.EmptyState
	Pages   design.Pagination
	CSV     design.Link
}

// logPerPage is how many entries are shown at a time.
const logPerPage = 50

// dayForm is a day in a form and in an address.
const dayForm = time.DateOnly

// Log answers GET /{portal}/log?act=&from=&to=&before=. An entry is shown with what can be checked
// without knowing the person: when, what act, by which clause, and its leaf in the log.
func (c *Console) Log(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	query := r.URL.Query()
	f, refusal := c.logFilter(v, query)
	f.Limit = logPerPage + 1
	var entries []evidence.Entry
	var leaves map[identity.ID]evidence.Leaf
	var head evidence.Head
	err := c.View(r.Context(), func(tx EvidenceTx) (err error) {
		if head, err = tx.EvidenceHead(r.Context()); err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		entries, leaves, err = pageOf(r.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	view := c.logForm(v, query, refusal)
	if head.Size > 0 {
		view.Head = c.Say(v, "console.log.head", "size", strconv.FormatInt(head.Size, 10), "instant", c.Instant(v, head.At))
	}
	if len(entries) > logPerPage {
		entries = entries[:logPerPage]
		view.Pages.Next = logURL(v) + "?" + filterQuery(query, "before", c.markText(evidence.MarkOf(entries[logPerPage-1])))
	}
	if len(entries) > 0 {
		view.Table = c.logTable(v, entries, leaves)
		view.CSV = design.Link{Text: c.Say(v, "console.log.csv"), URL: logURL(v) + ".csv?" + filterQuery(query, "", "")}
	}
	page := c.Page(r, v, view.Heading.Text)
	page.Bare, page.Refused = true, refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// pageOf reads entries with their leaves.
func pageOf(ctx context.Context, tx EvidenceTx, f evidence.Filter) ([]evidence.Entry, map[identity.ID]evidence.Leaf, error) {
	entries, err := tx.EvidenceLog(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]identity.ID, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	leaves, err := tx.EvidenceLeavesOf(ctx, ids)
	return entries, leaves, err
}

// logFilter reads what is asked for. A day that is none is refused at its field and does not
// filter. The last day is included whole.
func (c *Console) logFilter(v gate.Visit, query url.Values) (f evidence.Filter, refusal error) {
	f = evidence.Filter{Portal: v.Actor.Portal, Act: strings.TrimSpace(query.Get("act"))}
	zone := c.Portal(v).Zone
	var wrong fault.Faults
	day := func(name string) time.Time {
		text := strings.TrimSpace(query.Get(name))
		if text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(dayForm, text, zone)
		if err != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "console.log.day").At(name))
		}
		return t
	}
	f.From, f.To = day("from"), day("to")
	if !f.To.IsZero() {
		y, m, d := f.To.Date()
		f.To = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	}
	f.Before = c.mark(query.Get("before"))
	if wrong != nil {
		return f, wrong
	}
	return f, nil
}

// markText is a place in the list as an address has it.
func (c *Console) markText(m evidence.Mark) string {
	return strconv.FormatInt(m.At.UnixMicro(), 36) + "." + c.Opaque.Of(m.ID)
}

// mark reads it back; anything else begins at the newest.
func (c *Console) mark(text string) evidence.Mark {
	at, id, _ := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return evidence.Mark{}
	}
	entry, err := c.Opaque.ID(id)
	if err != nil {
		return evidence.Mark{}
	}
	return evidence.Mark{At: time.UnixMicro(us).UTC(), ID: entry}
}

// filterQuery is the filter as an address has it, with one more value where it has a name.
func filterQuery(query url.Values, name, value string) string {
	out := url.Values{}
	for _, key := range []string{"act", "from", "to"} {
		if text := query.Get(key); text != "" {
			out.Set(key, text)
		}
	}
	if name != "" {
		out.Set(name, value)
	}
	return out.Encode()
}

func (c *Console) logForm(v gate.Visit, query url.Values, refusal error) logView {
	_, at, _ := c.Errors(v, refusal)
	day := func(name string) design.TextInput {
		return design.TextInput{
			Field: design.Field{Name: name, Label: c.Say(v, "console.log."+name), Error: at[name]},
			Value: query.Get(name), Type: "date", Width: design.Chars20,
		}
	}
	return logView{
		Errors:  c.summary(v, refusal),
		Heading: design.Heading{Text: c.Say(v, "console.log.title"), Lead: c.Say(v, "console.log.lead")},
		Action:  logURL(v),
		Act:     design.Select{Field: design.Field{Name: "act", Label: c.Say(v, "console.log.act")}, Choices: c.acts(v, query.Get("act"))},
		From:    day("from"),
		To:      day("to"),
		Button:  design.Button{Text: c.Say(v, "console.log.filter"), Look: design.Secondary},
		Empty:   design.EmptyState{Title: c.Say(v, "console.log.none"), Text: c.Say(v, "console.log.none_text"), Act: design.Link{Text: c.Say(v, "console.log.all"), URL: logURL(v)}},
	}
}

// acts are the acts the log can be narrowed to: all that have a name in the words.
func (c *Console) acts(v gate.Visit, chosen string) []design.Choice {
	choices := []design.Choice{{Label: c.Say(v, "console.log.every_act"), Checked: chosen == ""}}
	var names []string
	for _, key := range c.Words.Keys() {
		act, staff := strings.CutPrefix(key, "console.act.")
		if !staff {
			if act, staff = strings.CutPrefix(key, "cabinet.act."); act == "other" {
				continue
			}
		}
		if staff {
			names = append(names, act)
		}
	}
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append(names, chosen)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, act := range names {
		choices = append(choices, design.Choice{Value: act, Label: c.act(v, act), Checked: act == chosen})
	}
	return choices
}

// act is an act in words, followed by the name the evidence has for it.
func (c *Console) act(v gate.Visit, act string) string {
	said, ok := c.StaffAct(v, act)
	if !ok {
		return act
	}
	return said + " (" + act + ")"
}

func (c *Console) logTable(v gate.Visit, entries []evidence.Entry, leaves map[identity.ID]evidence.Leaf) *design.Table {
	t := &design.Table{ID: "log", Caption: c.Say(v, "console.log.title"), Hidden: true, Small: true}
	for _, column := range []string{"number", "when", "act", "actor", "subject", "clause", "commitment"} {
		t.Columns = append(t.Columns, design.Column{Text: c.Say(v, "console.log.column."+column), Numeric: column == "number"})
	}
	zone := c.Portal(v).Zone
	for _, e := range entries {
		number, commitment := c.Say(v, "console.log.waiting"), "—"
		if leaf, ok := leaves[e.ID]; ok {
			number, commitment = strconv.FormatInt(leaf.Number, 10), leaf.Commitment.String()
		}
		cite := c.Cite(v, e.Citation)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: number}, {Text: e.At.In(zone).Format(time.DateTime)}, {Text: c.act(v, e.Act)}, {Text: actor(e.Actor)},
			{Text: written(e.Subject)}, {Text: written(cite.Text), URL: cite.URL}, {Text: commitment},
		}})
	}
	return t
}

// actor is who acted, by id alone: a sign-in name may be a telephone number.
func actor(written string) string {
	kind, who, named := strings.Cut(written, ":")
	if !named {
		return kind
	}
	if _, err := strconv.ParseInt(who, 10, 64); err != nil || kind == "operator" {
		return kind
	}
	return written
}

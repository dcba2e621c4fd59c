package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/operations"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// mayTell refuses a kind of event nobody knows, and one that no clause lets the operator tell of.
func (c *Console) mayTell(v gate.Visit, kind string) error {
	if slices.Contains(c.kindsOfEvent(v), kind) {
		return nil
	}
	var err error
	switch kind {
	case operations.Planned:
		_, err = c.Operations.MayPlan(v.Actor)
	case operations.Stop:
		_, _, err = c.Operations.MayStop(v.Actor, operations.Technical)
	case operations.Force:
		_, err = c.Operations.MayDeclare(v.Actor)
	}
	if err == nil {
		return absent()
	}
	return err
}

// NewOperation answers GET /{portal}/console/operations/new/{kind}.
func (c *Console) NewOperation(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := c.mayTell(v, r.PathValue("kind")); err != nil {
		return err
	}
	return c.writeOperation(w, r, v, url.Values{}, nil)
}

// NewOperationPost answers POST of the same address: first it shows what will be told, and by which clause; then,
// with "confirmed", it is told.
func (c *Console) NewOperationPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if err := c.mayTell(v, kind); err != nil {
		return err
	}
	e, wrong := c.readOperation(r, v, kind)
	if wrong != nil {
		return c.writeOperation(w, r, v, r.PostForm, wrong)
	}
	check, do := c.Operations.CheckWorks, c.Operations.Plan
	switch kind {
	case operations.Stop:
		check, do = c.Operations.CheckStop, c.Operations.Suspend
	case operations.Incident:
		check, do = c.Operations.CheckIncident, c.Operations.Report
	case operations.Force:
		check, do = c.Operations.CheckForce, c.Operations.Declare
	}
	if r.PostFormValue("confirmed") == "yes" {
		told, err := do(r.Context(), v.Actor, e)
		if err == nil {
			return frame.SeeOther(w, r, c.operationURL(v, told)+"?done=event_told")
		}
		return c.refusedOperation(w, r, v, err)
	}
	if err := check(v.Actor, &e); err != nil {
		return c.refusedOperation(w, r, v, err)
	}
	return c.previewOperation(w, r, v, e)
}

func (c *Console) refusedOperation(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	if frame.AsFaults(err) == nil || fault.Is(err, fault.Forbidden) {
		return err
	}
	return c.writeOperation(w, r, v, r.PostForm, err)
}

func (c *Console) previewOperation(w http.ResponseWriter, r *http.Request, v gate.Visit, e operations.Event) error {
	view := sheetView{
		Heading: design.Heading{Caption: c.Say(v, "frame.event."+e.Kind), Text: c.Say(v, "console.operation.preview")}, Cite: c.Cite(v, e.Cite),
		Texts: []string{c.When(v, e), c.Say(v, "console.operation.preview_text")}, Hidden: []carried{{"confirmed", "yes"}},
		Button: design.Button{Text: c.Say(v, "console.operation.tell")}, Cancel: design.Link{URL: operationsURL(v)},
	}
	if e.Closes {
		view.Warning = design.WarningText{Text: c.Say(v, "console.operation.closes_warning")}
	}
	for _, language := range c.Portal(v).Languages {
		view.Posted = append(view.Posted, design.Announcement{ID: language, Language: language, Title: c.Words.Say(language, "frame.event."+e.Kind), Paragraphs: []string{e.Reason[language]}})
	}
	for name, values := range r.PostForm {
		for _, value := range values {
			view.Hidden = append(view.Hidden, carried{name, value})
		}
	}
	return c.sheet(w, r, v, view, c.operationsTrail(v), nil)
}

// capital begins what stands by itself.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// instantOf reads a day and time of a form in the portal's zone; empty is the zero time.
func (c *Console) instantOf(r *http.Request, v gate.Visit, name string) (time.Time, *fault.Fault) {
	text := strings.Join(strings.Fields(strings.ReplaceAll(r.PostFormValue(name), "T", " ")), " ")
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(instantForm, text, c.Portal(v).Zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "console.announcement.instant").At(name)
	}
	return t, nil
}

// textsOf reads a text of a form in every language of the portal.
func (c *Console) textsOf(r *http.Request, v gate.Visit, field string) map[string]string {
	out := map[string]string{}
	for _, language := range c.Portal(v).Languages {
		out[language] = strings.Join(strings.Fields(r.PostFormValue(field+language)), " ")
	}
	return out
}

func (c *Console) readOperation(r *http.Request, v gate.Visit, kind string) (operations.Event, error) {
	e := operations.Event{
		Kind: kind, Services: r.PostForm["services"], Cause: r.PostFormValue("cause"), Source: r.PostFormValue("source"), Closes: r.PostFormValue("closes") == "yes",
		Document: strings.Join(strings.Fields(r.PostFormValue("document")), " "), LateWhy: strings.Join(strings.Fields(r.PostFormValue("late_why")), " "), Reason: c.textsOf(r, v, "reason_"),
	}
	var wrong fault.Faults
	for name, to := range map[string]*time.Time{"begins": &e.Begins, "until": &e.Until, "noticed": &e.NoticeAt} {
		at, f := c.instantOf(r, v, name)
		if f != nil {
			wrong = append(wrong, f)
		}
		*to = at
	}
	if kind == operations.Planned && !slices.Contains([]string{"yes", "no"}, r.PostFormValue("closes")) {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.closes").At("closes"))
	}
	if wrong != nil {
		return e, wrong
	}
	return e, nil
}

func (c *Console) writeOperation(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	kind := r.PathValue("kind")
	_, at, _ := c.Errors(v, refusal)
	view := sheetView{
		Heading: design.Heading{Text: c.Say(v, "console.operation.new."+kind), Lead: c.Say(v, "console.operation.lead."+kind)},
		Button:  design.Button{Text: c.Say(v, "console.announcement.next")}, Cancel: design.Link{URL: operationsURL(v)},
	}
	fields := []design.Component{c.servicesField(v, sent, at)}
	switch kind {
	case operations.Planned:
		earliest, cite, err := c.Operations.Earliest(v.Actor.Portal, true)
		if err != nil {
			return err
		}
		view.Cite, view.Texts = c.Cite(v, cite), []string{c.Say(v, "console.operation.earliest", "instant", c.Instant(v, earliest))}
		fields = append(fields, c.radios(v, "closes", []string{"yes", "no"}, sent, at), c.instantField(v, "begins", sent, at, false), c.instantField(v, "until", sent, at, false))
	case operations.Stop:
		fields = append(fields, c.radios(v, "cause", c.Operations.Causes(v.Actor), sent, at), c.instantField(v, "until", sent, at, true))
	case operations.Incident:
		fields = append(fields, c.instantField(v, "begins", sent, at, true), c.instantField(v, "noticed", sent, at, true), c.radios(v, "source", operations.Sources(), sent, at))
	case operations.Force:
		cite, err := c.Operations.MayDeclare(v.Actor)
		if err != nil {
			return err
		}
		view.Cite = c.Cite(v, cite)
		why := c.line(v, "late_why", sent, at)
		why.Optional = true
		fields = append(fields, c.radios(v, "cause", operations.ForceCauses(), sent, at), c.instantField(v, "begins", sent, at, false), c.line(v, "document", sent, at), why)
	}
	view.Fields = append(fields, c.inEveryLanguage(v, "reason_", sent, at)...)
	return c.sheet(w, r, v, view, c.operationsTrail(v), refusal)
}

func (c *Console) servicesField(v gate.Visit, sent url.Values, at map[string]string) design.Checkboxes {
	out := design.Checkboxes{Field: design.Field{Name: "services", Label: c.Say(v, "console.operation.services"), Hint: c.Say(v, "console.operation.services_hint"), Error: at["services"]}}
	out.Optional = true
	for _, name := range c.Operations.Services(v.Actor.Portal) {
		out.Choices = append(out.Choices, design.Choice{Value: name, Label: c.ServiceName(v, name), Checked: slices.Contains(sent["services"], name)})
	}
	return out
}

func (c *Console) radios(v gate.Visit, field string, values []string, sent url.Values, at map[string]string) design.Radios {
	out := design.Radios{Field: design.Field{Name: field, Label: c.Say(v, "console.operation."+field), Error: at[field]}}
	for _, value := range values {
		label := capital(c.Say(v, "status."+field+"."+value))
		out.Choices = append(out.Choices, design.Choice{Value: value, Label: label, Checked: sent.Get(field) == value})
	}
	return out
}

func (c *Console) instantField(v gate.Visit, field string, sent url.Values, at map[string]string, optional bool) design.TextInput {
	out := design.TextInput{
		Field: design.Field{Name: field, Label: c.Say(v, "console.operation."+field), Hint: c.Say(v, "console.announcement.until_hint"), Error: at[field]},
		Value: sent.Get(field), Width: design.Chars20, Autocomplete: "off",
	}
	out.Optional = optional
	return out
}

func (c *Console) line(v gate.Visit, field string, sent url.Values, at map[string]string) design.TextInput {
	return design.TextInput{Field: design.Field{Name: field, Label: c.Say(v, "console.operation."+field), Error: at[field]}, Value: sent.Get(field), MaxLength: 500}
}

// inEveryLanguage asks for a text in every language of the portal.
func (c *Console) inEveryLanguage(v gate.Visit, field string, sent url.Values, at map[string]string) (out []design.Component) {
	for _, language := range c.Portal(v).Languages {
		name := field + language
		out = append(out, design.Textarea{
			Field: design.Field{Name: name, Label: c.Say(v, "console.operation.text_in", "language", c.Words.Say(language, "language.name")), Error: at[name]},
			Value: sent.Get(name), Rows: 3, MaxLength: 500,
		})
	}
	return out
}

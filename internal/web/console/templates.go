package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/words"
)

func templatesURL(v gate.Visit) string { return consoleURL(v) + "/templates" }

func (c *Console) templatesTrail(v gate.Visit) []design.Link {
	return c.trail(v, design.Link{Text: c.Say(v, "templates.title"), URL: templatesURL(v)})
}

// templateKeys are the messages whose wording the operator may change.
func (c *Console) templateKeys() []string {
	return slices.DeleteFunc(c.Words.Keys(), func(key string) bool { return !strings.HasPrefix(key, "message.") || key == notify.Decoy })
}

// Templates answers GET /{portal}/console/templates: every message there is, and which version of it is used.
func (c *Console) Templates(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := c.Notices.TemplatesOf(r.Context(), v.Actor, "")
	if err != nil {
		return err
	}
	inForce, waits := map[string]int{}, map[string]bool{}
	for _, t := range all {
		if t.State == notify.Published {
			inForce[t.Key] = max(inForce[t.Key], t.Version)
		}
		waits[t.Key] = waits[t.Key] || t.State == notify.Proposed
	}
	list := sheetList{Title: c.Say(v, "templates.all")}
	list.Table = design.Table{ID: "templates", Caption: list.Title, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "templates.message")}, {Text: c.Say(v, "templates.version"), Numeric: true}, {Text: c.Say(v, "campaigns.state")},
	}}
	for _, key := range c.templateKeys() {
		text, err := c.Notices.Sentence(r.Context(), v.Actor.Portal, key, inForce[key], v.Actor.Language)
		if err != nil {
			return err
		}
		tag := design.Tag{Text: c.Say(v, "templates.state.published"), Colour: design.TagGood}
		if waits[key] {
			tag = design.Tag{Text: c.Say(v, "templates.state.proposed"), Colour: design.TagWait}
		}
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{{Text: text, URL: templatesURL(v) + "/" + key}, {Text: strconv.Itoa(inForce[key])}, {Tag: &tag}}})
	}
	return c.sheet(w, r, v, sheetView{Lists: []sheetList{list}, Heading: design.Heading{Text: c.Say(v, "templates.title"), Lead: c.Say(v, "templates.lead")}}, c.trail(v), nil)
}

func (c *Console) templateKey(r *http.Request) (string, error) {
	key := r.PathValue("key")
	if !slices.Contains(c.templateKeys(), key) {
		return "", absent()
	}
	return key, nil
}

// Template answers GET /{portal}/console/templates/{key}: the history of a wording.
func (c *Console) Template(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	key, err := c.templateKey(r)
	if err != nil {
		return err
	}
	all, err := c.Notices.TemplatesOf(r.Context(), v.Actor, key)
	if err != nil {
		return err
	}
	var people []identity.ID
	for _, t := range all {
		people = append(people, t.WrittenBy, t.DecidedBy)
	}
	names, err := c.names(r.Context(), v, people...)
	if err != nil {
		return err
	}
	at := templatesURL(v) + "/" + key
	list := sheetList{Title: c.Say(v, "templates.history")}
	list.Table = design.Table{ID: "versions", Caption: list.Title, Hidden: true, Header: true, Columns: []design.Column{
		{Text: c.Say(v, "templates.version"), Numeric: true}, {Text: c.Say(v, "campaigns.state")}, {Text: c.Say(v, "campaigns.written")}, {Text: c.Say(v, "campaigns.decided")}, {Text: c.Say(v, "templates.again")},
	}}
	for _, t := range all {
		decided := ""
		if !t.DecidedAt.IsZero() {
			decided = names[t.DecidedBy] + ", " + c.Instant(v, t.DecidedAt)
		}
		number := strconv.Itoa(t.Version)
		list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: number, URL: at + "/" + number}, {Text: c.Say(v, "templates.state."+t.State)}, {Text: names[t.WrittenBy] + ", " + c.Instant(v, t.WrittenAt)}, {Text: decided},
			{Text: c.Say(v, "templates.again_link"), URL: at + "/new?from=" + number},
		}})
	}
	list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
		{Text: "0"}, {Text: c.Say(v, "templates.state.shipped")}, {}, {}, {Text: c.Say(v, "templates.again_link"), URL: at + "/new?from=0"},
	}})
	view := sheetView{Lists: []sheetList{list}, Heading: design.Heading{Caption: c.Say(v, "templates.title"), Text: c.Words.Say(v.Actor.Language, key)}, Links: []design.Link{{Text: c.Say(v, "templates.new"), URL: at + "/new"}}}
	if done := r.URL.Query().Get("done"); c.Words.Has(v.Actor.Language, "templates.done."+done) {
		view.Done = &design.NotificationBanner{Heading: c.Say(v, "templates.done."+done), Success: true}
	}
	return c.sheet(w, r, v, view, c.templatesTrail(v), nil)
}

// NewTemplate answers GET …/templates/{key}/new?from=: the form, filled in with a version to begin from.
func (c *Console) NewTemplate(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	key, err := c.templateKey(r)
	if err != nil {
		return err
	}
	all, err := c.Notices.TemplatesOf(r.Context(), v.Actor, key)
	if err != nil {
		return err
	}
	from := 0
	for _, t := range all {
		if t.State == notify.Published {
			from = max(from, t.Version)
		}
	}
	if asked := r.URL.Query().Get("from"); asked != "" {
		if from, err = strconv.Atoi(asked); err != nil || from < 0 {
			return absent()
		}
	}
	filled := url.Values{}
	for _, language := range c.Portal(v).Languages {
		text, err := c.Notices.Sentence(r.Context(), v.Actor.Portal, key, from, language)
		if err != nil {
			return absent()
		}
		filled.Set("text_"+language, text)
	}
	return c.writeTemplate(w, r, v, key, filled, nil)
}

// NewTemplatePost answers POST of the same address: first it shows the wording in all languages with sample values,
// then, with "confirmed", it proposes it.
func (c *Console) NewTemplatePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	key, err := c.templateKey(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	texts := map[string]string{}
	for _, language := range c.Portal(v).Languages {
		texts[language] = strings.TrimSpace(r.PostFormValue("text_" + language))
	}
	if r.PostFormValue("confirmed") == "yes" {
		if _, err = c.Notices.ProposeTemplate(r.Context(), v.Actor, key, texts); err == nil {
			return frame.SeeOther(w, r, templatesURL(v)+"/"+key+"?done=proposed")
		}
	} else if err = c.Notices.CheckTemplate(v.Actor, key, texts); err == nil {
		view := sheetView{
			Heading: design.Heading{Text: c.Say(v, "templates.preview"), Lead: c.Say(v, "templates.preview_text")}, Posted: c.sampled(v, texts),
			Hidden: []carried{{"confirmed", "yes"}}, Button: design.Button{Text: c.Say(v, "templates.propose")}, Cancel: design.Link{URL: templatesURL(v) + "/" + key},
		}
		for language, text := range texts {
			view.Hidden = append(view.Hidden, carried{"text_" + language, text})
		}
		return c.sheet(w, r, v, view, c.templatesTrail(v), nil)
	}
	if frame.AsFaults(err) == nil {
		return err
	}
	return c.writeTemplate(w, r, v, key, r.PostForm, err)
}

// sampled is a wording in every language with values as they might be.
func (c *Console) sampled(v gate.Visit, texts map[string]string) (out []design.Component) {
	for _, language := range c.Portal(v).Languages {
		args := map[string]string{}
		for _, name := range notify.Values(texts[language]) {
			args[name] = c.Words.Say(language, "templates.sample", "name", name)
		}
		text, _ := words.Fill(language, texts[language], args)
		out = append(out, design.Announcement{ID: language, Language: language, Title: c.Words.Say(language, "language.name"), Paragraphs: []string{text}})
	}
	return out
}

func (c *Console) writeTemplate(w http.ResponseWriter, r *http.Request, v gate.Visit, key string, sent url.Values, refusal error) error {
	_, at, _ := c.Errors(v, refusal)
	shipped := c.Words.Say("en", key)
	lead := ""
	if names := notify.Values(shipped); len(names) > 0 {
		lead = c.Say(v, "templates.values", "values", "{"+strings.Join(names, "}, {")+"}")
	}
	var fields []design.Component
	for _, language := range c.Portal(v).Languages {
		name := "text_" + language
		fields = append(fields, design.Textarea{Field: design.Field{Name: name, Label: c.Say(v, "templates.text_in", "language", c.Words.Say(language, "language.name")), Error: at[name]}, Value: sent.Get(name), Rows: 4, MaxLength: 1000})
	}
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Text: c.Say(v, "templates.new"), Lead: lead}, Fields: fields,
		Button: design.Button{Text: c.Say(v, "campaigns.next")}, Cancel: design.Link{URL: templatesURL(v) + "/" + key},
	}, c.templatesTrail(v), refusal)
}

// TemplateVersion answers GET …/templates/{key}/{version}: one version, and the decision where it waits for one.
func (c *Console) TemplateVersion(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showTemplate(w, r, v, nil)
}

// TemplateVersionPost answers POST of the same address: "publish" or "reject".
func (c *Console) TemplateVersionPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	version, err := strconv.Atoi(r.PathValue("version"))
	do := r.PostFormValue("do")
	if err != nil || do != "publish" && do != "reject" {
		return absent()
	}
	err = c.Notices.DecideTemplate(r.Context(), v.Actor, r.PathValue("key"), version, do == "publish")
	if frame.AsFaults(err) != nil {
		return c.showTemplate(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, templatesURL(v)+"/"+r.PathValue("key")+"?done="+do)
}

func (c *Console) showTemplate(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	key, err := c.templateKey(r)
	if err != nil {
		return err
	}
	all, err := c.Notices.TemplatesOf(r.Context(), v.Actor, key)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t notify.Template) bool { return strconv.Itoa(t.Version) == r.PathValue("version") })
	if i < 0 {
		return fault.New(fault.Absent, "gate.no_page")
	}
	view := sheetView{
		Heading: design.Heading{Caption: c.Words.Say(v.Actor.Language, key), Text: c.Say(v, "templates.version_of", "version", strconv.Itoa(all[i].Version))},
		Posted:  c.sampled(v, all[i].Texts), Texts: []string{c.Say(v, "templates.state."+all[i].State)}, Cancel: design.Link{URL: templatesURL(v) + "/" + key},
	}
	if all[i].State == notify.Proposed {
		view.Fields = []design.Component{design.Radios{Field: design.Field{Name: "do", Label: c.Say(v, "templates.decide")}, Choices: []design.Choice{
			{Value: "publish", Label: c.Say(v, "templates.publish")}, {Value: "reject", Label: c.Say(v, "templates.reject")},
		}}}
		view.Button = design.Button{Text: c.Say(v, "templates.decide")}
	}
	return c.sheet(w, r, v, view, c.templatesTrail(v), refusal)
}

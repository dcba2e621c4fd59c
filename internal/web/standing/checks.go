package standing

import (
	"net/http"
	"net/url"
	"strings"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Ask answers GET /{portal}/console/people/{user}/check: what a person is to confirm and to show.
func (s *Standing) Ask(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAsk(w, r, v, nil, nil)
}

// AskPost answers POST of the same address.
func (s *Standing) AskPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	c, err := s.Accounts.AskPerson(r.Context(), v.Actor, user, account.Ask{
		Fields: r.PostForm["fields"], Papers: r.PostFormValue("papers") == "yes", Text: r.PostFormValue("text"), Days: strings.TrimSpace(r.PostFormValue("days")),
	})
	if frame.AsFaults(err) != nil {
		return s.showAsk(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.checkURL(v, c)+"?done=asked")
}

func (s *Standing) showAsk(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	st, err := s.Accounts.StandingOf(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	rule, cite, err := s.Accounts.CheckRule(v.Actor.Portal)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	fields := []design.Component{design.Checkboxes{
		Field: f.field("fields", s.Say(v, "standing.ask.fields"), ""), Choices: f.choices("fields", account.CheckFields(), func(x string) string { return s.Say(v, "standing.field."+x) }),
	}}
	if rule.Documents {
		fields = append(fields, design.Checkboxes{
			Field: f.field("papers", s.Say(v, "standing.ask.papers"), ""), Choices: f.choices("papers", []string{"yes"}, func(string) string { return s.Say(v, "standing.ask.papers_yes") }),
		})
	}
	fields = append(fields,
		design.Textarea{Field: f.field("text", s.Say(v, "standing.ask.text"), s.Say(v, "standing.decide.words_hint")), Value: f.value("text", ""), Rows: 3, MaxLength: 500},
		design.TextInput{Field: f.field("days", s.Say(v, "standing.ask.days"), s.Say(v, "standing.ask.days_hint")), Value: f.value("days", "10"), InputMode: "numeric", Width: design.Digits3},
	)
	out := view{Errors: errors, Heading: design.Heading{Caption: st.User.Shown, Text: s.Say(v, "standing.ask.title"), Lead: s.Say(v, "standing.ask.lead")}, Parts: []part{{
		Cite: s.Cite(v, cite), Form: &form{Fields: fields, Button: design.Button{Text: s.Say(v, "standing.ask.button")}, Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: s.personURL(v, user)}},
	}}}
	return s.show(w, r, v, out, s.trail(v, s.personLink(v, user)), refusal)
}

// Register answers GET /{portal}/console/people/{user}/register: a question to another body's register,
// or the answer that the operator got from one by other means.
func (s *Standing) Register(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showRegister(w, r, v, nil, nil)
}

// RegisterPost answers POST of the same address.
func (s *Standing) RegisterPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	c, err := s.Accounts.Enquire(r.Context(), v.Actor, user, account.Enquiry{
		Register: r.PostFormValue("register"), Why: r.PostFormValue("why"), Source: r.PostFormValue("source"), Outcome: r.PostFormValue("outcome"),
	})
	if frame.AsFaults(err) != nil {
		return s.showRegister(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.checkURL(v, c)+"?done=answered")
}

func (s *Standing) showRegister(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	st, err := s.Accounts.StandingOf(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	_, cite, err := s.Accounts.CheckRule(v.Actor.Portal)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	out := view{Errors: errors, Heading: design.Heading{Caption: st.User.Shown, Text: s.Say(v, "standing.register.title"), Lead: s.Say(v, "standing.register.lead")}}
	why := design.Textarea{Field: f.field("why", s.Say(v, "standing.register.why"), s.Say(v, "standing.decide.words_hint")), Value: f.value("why", ""), Rows: 3, MaxLength: 500}
	cancel := design.Link{Text: s.Say(v, "standing.cancel"), URL: s.personURL(v, user)}
	if names := s.Accounts.RegisterNames(); len(names) > 0 && f.value("outcome", "") == "" {
		out.Parts = append(out.Parts, part{Title: s.Say(v, "standing.register.ask"), Cite: s.Cite(v, cite), Form: &form{
			Fields: []design.Component{
				design.Radios{Field: f.field("register", s.Say(v, "standing.register.name"), ""), Choices: f.choices("register", names, func(n string) string { return n })}, why,
			},
			Button: design.Button{Text: s.Say(v, "standing.register.ask_button")}, Cancel: cancel,
		}})
		if sent == nil {
			f = filled{}
		}
	}
	hand := func(name string) design.Field { return design.Field{ID: "hand-" + name, Name: name, Error: f.at[name]} }
	field := func(name, label, hint string) design.Field {
		x := hand(name)
		x.Label, x.Hint = s.Say(v, label), hint
		if len(out.Parts) == 0 {
			x.ID = name
		}
		return x
	}
	why.Field = field("why", "standing.register.why", s.Say(v, "standing.decide.words_hint"))
	source := design.TextInput{Field: field("source", "standing.register.source", s.Say(v, "standing.register.source_hint")), Value: f.value("source", ""), MaxLength: 200}
	source.Optional = true
	out.Parts = append(out.Parts, part{Title: s.Say(v, "standing.register.hand"), Cite: s.Cite(v, cite), Form: &form{
		Fields: []design.Component{
			design.TextInput{Field: field("register", "standing.register.name", ""), Value: f.value("register", ""), MaxLength: 200}, why,
			design.Radios{Field: field("outcome", "standing.fact.outcome", ""),
				Choices: f.choices("outcome", []string{account.Match, account.Mismatch, account.Unavailable}, func(x string) string { return s.Say(v, "standing.outcome."+x) })},
			source,
		},
		Button: design.Button{Text: s.Say(v, "standing.register.hand_button"), Look: design.Secondary}, Cancel: cancel,
	}})
	return s.show(w, r, v, out, s.trail(v, s.personLink(v, user)), refusal)
}

// checkFacts are a verification as it stands.
func (s *Standing) checkFacts(v gate.Visit, c account.Check) *design.SummaryList {
	var l rows
	l.draw(s.Say(v, "standing.fact.state"), s.checkState(v, c))
	l.draw(s.Say(v, "standing.fact.clause"), design.Citation(s.Cite(v, c.Cite)))
	l.add(s.Say(v, "standing.fact.register"), c.Register)
	l.add(s.Say(v, "standing.fact.words"), c.Text)
	var fields []string
	for _, x := range c.Fields {
		fields = append(fields, s.Say(v, "standing.field."+x))
	}
	if c.Papers {
		fields = append(fields, s.Say(v, "standing.field.papers"))
	}
	l.add(s.Say(v, "standing.fact.fields"), strings.Join(fields, ", "))
	l.add(s.Say(v, "standing.fact.opened"), s.Instant(v, c.OpenedAt))
	l.add(s.Say(v, "standing.fact.due"), s.instant(v, c.DueAt, ""))
	l.add(s.Say(v, "standing.fact.given"), s.instant(v, c.GivenAt, ""))
	l.add(s.Say(v, "standing.fact.ended"), s.instant(v, c.EndedAt, ""))
	l.add(s.Say(v, "standing.fact.source"), c.Source)
	l.add(s.Say(v, "standing.fact.note"), c.Note)
	return &l.SummaryList
}

// Check answers GET /{portal}/console/checks/{user}/{check}. That it was looked at is recorded: it shows
// a person's data and documents.
func (s *Standing) Check(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCheck(w, r, v, nil, nil)
}

// CheckPost answers POST of the same address: the outcome.
func (s *Standing) CheckPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, id, err := s.ids(r, "check")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = s.Accounts.EndCheck(r.Context(), v.Actor, user, id, r.PostFormValue("outcome"), r.PostFormValue("note"))
	if frame.AsFaults(err) != nil {
		return s.showCheck(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, checksURL(v)+"/"+r.PathValue("user")+"/"+r.PathValue("check")+"?done=ended")
}

func (s *Standing) showCheck(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	user, id, err := s.ids(r, "check")
	if err != nil {
		return err
	}
	c, p, papers, err := s.Accounts.LookCheck(r.Context(), v.Actor, user, id)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Caption: p.Shown(), Text: s.Say(v, "standing.check.title")}}
	out.Parts = []part{{Facts: s.checkFacts(v, c)}, {Title: s.Say(v, "standing.check.data"), Facts: s.data(v, p)}}
	if len(papers) > 0 {
		t := &design.Table{ID: "papers", Caption: s.Say(v, "standing.papers"), Columns: []design.Column{
			{Text: s.Say(v, "standing.fact.paper")}, {Text: s.Say(v, "standing.fact.size"), Numeric: true}, {Text: s.Say(v, "standing.fact.given")},
		}}
		for _, x := range papers {
			t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
				{Text: s.paperName(v, x), URL: s.checkURL(v, c) + "/papers/" + s.Opaque.Of(x.ID)}, {Text: s.size(v, x)}, {Text: s.Instant(v, x.AddedAt)},
			}})
		}
		out.Parts = append(out.Parts, part{Table: t})
	}
	if c.State != account.CheckEnded {
		outcomes := []string{account.Match, account.Mismatch}
		if c.State == account.CheckOpen {
			outcomes = []string{account.Missing}
		}
		ending := part{Title: s.Say(v, "standing.check.end"), Form: &form{
			Fields: []design.Component{
				design.Radios{Field: f.field("outcome", s.Say(v, "standing.fact.outcome"), ""), Choices: f.choices("outcome", outcomes, func(x string) string { return s.Say(v, "standing.outcome."+x) })},
				design.Textarea{Field: f.field("note", s.Say(v, "standing.fact.note"), s.Say(v, "standing.decide.words_hint")), Value: f.value("note", ""), Rows: 3, MaxLength: 500},
			},
			Button: design.Button{Text: s.Say(v, "standing.check.end_button")},
		}}
		if c.State == account.CheckOpen && !c.Late(v.Now) {
			ending = part{Texts: []string{s.Say(v, "standing.check.wait", "instant", s.Instant(v, c.DueAt))}}
		}
		out.Parts = append(out.Parts, ending)
	} else if c.Outcome == account.Mismatch || c.Outcome == account.Missing {
		out.Parts = append(out.Parts, part{Links: []design.Link{{
			Text: s.Say(v, "standing.check.measure"), URL: consoleURL(v) + "/people/" + s.Opaque.Of(user) + "/sanction?check=" + s.Opaque.Of(id),
		}}})
	}
	return s.show(w, r, v, out, s.trail(v, s.checksLink(v), s.personLink(v, user)), refusal)
}

// data are what is known of the person, to hold against the documents.
func (s *Standing) data(v gate.Visit, p account.Person) *design.SummaryList {
	var l rows
	for _, x := range []struct{ field, value string }{
		{"name", p.Shown()}, {"birth_date", p.BirthDate}, {"number", p.Number}, {"passport", p.Passport},
	} {
		if x.value == "" {
			x.value = "—"
		}
		l.add(s.Say(v, "standing.field."+x.field), x.value)
	}
	return &l.SummaryList
}

func (s *Standing) paperName(v gate.Visit, p account.Paper) string {
	if p.Name == "" {
		return s.Say(v, "standing.paper_unnamed")
	}
	return p.Name
}

// Paper answers GET …/papers/{paper}: one document, as a file to keep.
func (s *Standing) Paper(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, check, err := s.ids(r, "check")
	if err != nil {
		return err
	}
	id, err := s.id(r, "paper")
	if err != nil {
		return err
	}
	p, err := s.Accounts.LookPaper(r.Context(), v.Actor, user, check, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", p.Kind)
	// Under a name of our own: what the person called it could end in anything.
	h.Set("Content-Disposition", `attachment; filename="document.`+map[string]string{"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[p.Kind]+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(p.Body) // whoever has left reads no further
	return nil
}

func (s *Standing) checkPage(r *http.Request, v gate.Visit) (account.CheckPage, error) {
	page := account.CheckPage{State: r.URL.Query().Get("state"), Limit: perPage + 1}
	if page.State == "late" {
		page.State, page.Late = "", v.Now
	}
	if before := r.URL.Query().Get("before"); before != "" {
		var err error
		if page.Before, err = s.Opaque.ID(before); err != nil {
			return page, absent()
		}
	}
	return page, nil
}

// Checks answers GET /{portal}/console/checks?state=&before=.
func (s *Standing) Checks(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page, err := s.checkPage(r, v)
	if err != nil {
		return err
	}
	all, err := s.Accounts.CheckList(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	state := url.Values{"state": {r.URL.Query().Get("state")}}
	list := part{}
	if len(all) > perPage {
		all = all[:perPage]
		list.Pages.Next = checksURL(v) + "?" + url.Values{"state": state["state"], "before": {s.Opaque.Of(all[perPage-1].ID)}}.Encode()
	}
	if page.Before != 0 {
		list.Pages.Previous = checksURL(v) + "?" + state.Encode()
	}
	var users []identity.ID
	for _, c := range all {
		users = append(users, c.User)
	}
	names, err := s.names(r.Context(), v, users...)
	if err != nil {
		return err
	}
	list.Table, list.Export = s.checksTable(v, all, names), design.Link{Text: s.Say(v, "standing.csv"), URL: consoleURL(v) + "/checks.csv?" + state.Encode()}
	if len(all) == 0 {
		list = part{Empty: &design.EmptyState{
			Title: s.Say(v, "standing.checks.none"), Text: s.Say(v, "standing.checks.none_text"),
			Act: design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"},
		}}
	}
	choose := design.Select{Field: design.Field{Name: "state", Label: s.Say(v, "standing.fact.state")}, Choices: []design.Choice{{Label: s.Say(v, "standing.all")}}}
	for _, x := range []string{account.CheckOpen, "late", account.CheckGiven, account.CheckEnded} {
		choose.Choices = append(choose.Choices, design.Choice{Value: x, Label: s.Say(v, "standing.check."+x), Checked: x == state.Get("state")})
	}
	filter := part{Form: &form{Get: true, Action: checksURL(v), Fields: []design.Component{choose}, Button: design.Button{Text: s.Say(v, "standing.filter"), Look: design.Secondary}},
		Links: []design.Link{s.sanctionsLink(v)}}
	return s.show(w, r, v, view{Heading: design.Heading{Text: s.Say(v, "standing.checks.title"), Lead: s.Say(v, "standing.checks.lead")}, Parts: []part{filter, list}}, s.trail(v), nil)
}

// checksTable lists verifications; names says of whom, nil where they are all one person's.
func (s *Standing) checksTable(v gate.Visit, all []account.Check, names map[identity.ID]string) *design.Table {
	t := &design.Table{ID: "checks", Caption: s.Say(v, "standing.checks.title"), Hidden: true, Header: true, Small: true}
	for _, key := range []string{"kind", "state", "opened", "due"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "standing.fact."+key)})
	}
	if names != nil {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "standing.fact.person")})
	}
	for _, c := range all {
		tag := s.checkState(v, c)
		cells := []design.Cell{
			{Text: s.Say(v, "standing.kind."+c.Kind), URL: s.checkURL(v, c)}, {Tag: &tag}, {Text: s.Instant(v, c.OpenedAt)}, {Text: s.instant(v, c.DueAt, "—")},
		}
		if names != nil {
			cells = append(cells, design.Cell{Text: names[c.User], URL: s.personURL(v, c.User)})
		}
		t.Rows = append(t.Rows, design.Row{Cells: cells})
	}
	return t
}

// ChecksCSV answers GET /{portal}/console/checks.csv: the list as it is filtered, whole.
func (s *Standing) ChecksCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page, err := s.checkPage(r, v)
	if err != nil {
		return err
	}
	page.Limit, page.Before = rowsAView, 0
	all, err := s.Accounts.CheckList(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"number", "kind", "state", "clause", "opened", "due", "given", "ended"} {
		head = append(head, s.Say(v, "standing.fact."+key))
	}
	out := frame.AttachCSV(w, "checks.csv", head...)
	for {
		for _, c := range all {
			out.Row(s.Opaque.Of(c.ID), s.Say(v, "standing.kind."+c.Kind), s.checkState(v, c).Text, c.Cite.String(), s.Stamp(v, c.OpenedAt), s.Stamp(v, c.DueAt), s.Stamp(v, c.GivenAt), s.Stamp(v, c.EndedAt))
			page.Before = c.ID
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil // whoever has left reads no further
		}
		if all, err = s.Accounts.CheckList(r.Context(), v.Actor, page); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

package standing

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Decide answers GET /{portal}/console/people/{user}/sanction: what the clauses in force allow, each with
// its notice.
func (s *Standing) Decide(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showDecide(w, r, v, nil, nil)
}

// DecidePost answers POST of the same address. The first time it shows what will happen and when, and
// does nothing; the second time, with "confirmed", it decides.
func (s *Standing) DecidePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	d, err := s.readDecision(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("confirmed") != "yes" {
		x, g, err := s.Accounts.PlanSanction(r.Context(), v.Actor, user, d)
		if frame.AsFaults(err) != nil {
			return s.showDecide(w, r, v, r.PostForm, err)
		}
		if err != nil {
			return err
		}
		return s.preview(w, r, v, x, g)
	}
	x, err := s.Accounts.DecideSanction(r.Context(), v.Actor, user, d)
	if frame.AsFaults(err) != nil {
		return s.showDecide(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	done := "decided"
	if x.State == account.SanctionProposed {
		done = "proposed"
	}
	return frame.SeeOther(w, r, s.sanctionURL(v, x)+"?done="+done)
}

func (s *Standing) readDecision(r *http.Request) (account.Decision, error) {
	d := account.Decision{
		Ground: r.PostFormValue("ground"), Reason: r.PostFormValue("reason"), Section: r.PostFormValue("section"), Words: r.PostFormValue("words"),
		Service: r.PostFormValue("service"), Days: strings.TrimSpace(r.PostFormValue("days")),
	}
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return d, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	d.Version = version
	if check := r.PostFormValue("check"); check != "" {
		if d.Check, err = s.Opaque.ID(check); err != nil {
			return d, absent()
		}
	}
	return d, nil
}

func (s *Standing) showDecide(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	st, err := s.Accounts.StandingOf(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	check := r.URL.Query().Get("check")
	if sent != nil {
		check = sent.Get("check")
	}
	f, errors := s.again(v, sent, refusal)
	grounds := s.Accounts.Grounds(v.Actor.Portal, v.Now)
	if check == "" {
		grounds = slices.DeleteFunc(grounds, func(g account.Ground) bool { return g.Check })
	} else {
		grounds = slices.DeleteFunc(grounds, func(g account.Ground) bool { return !g.Check })
	}
	out := view{Errors: errors, Heading: design.Heading{Caption: st.User.Shown, Text: s.Say(v, "standing.decide.title"), Lead: s.Say(v, "standing.decide.lead")}}
	if len(grounds) == 0 {
		out.Parts = []part{{Texts: []string{s.Say(v, "standing.decide.none")}}}
	} else {
		form := s.decideForm(v, f, grounds)
		form.Hidden = []hidden{{"version", f.value("version", strconv.Itoa(st.Version))}, {"check", check}}
		if fault.Is(refusal, fault.Conflict) {
			form.Hidden[0].Value = strconv.Itoa(st.Version) // what is shown below the refusal is what stands now
		}
		form.Cancel = design.Link{Text: s.Say(v, "standing.cancel"), URL: s.personURL(v, user)}
		out.Parts = []part{{Form: form}}
	}
	if len(st.Sanctions) > 0 {
		out.Parts = append(out.Parts, part{Title: s.Say(v, "standing.sanctions.title"), Table: s.sanctionsTable(v, st.Sanctions, nil)})
	}
	return s.show(w, r, v, out, s.trail(v, s.personLink(v, user)), refusal)
}

// decideForm asks for what the offered grounds need, and for nothing that none of them does.
func (s *Standing) decideForm(v gate.Visit, f filled, grounds []account.Ground) *form {
	ground := design.Radios{Field: f.field("ground", s.Say(v, "standing.decide.ground"), "")}
	var reasons, sections []string
	narrows, lasts := false, false
	for _, g := range grounds {
		ground.Choices = append(ground.Choices, design.Choice{
			Value: g.ID(), Label: s.Say(v, "standing.action."+string(g.Action)) + " — " + s.Say(v, "frame.clause", "clause", g.Cite.Clause),
			Hint: s.groundHint(v, g), Checked: f.value("ground", "") == g.ID(),
		})
		for _, code := range g.Reasons {
			if !slices.Contains(reasons, code) {
				reasons = append(reasons, code)
			}
		}
		sections = g.Sections
		narrows, lasts = narrows || g.Action.Narrows(), lasts || !g.Action.Ends()
	}
	fields := []design.Component{ground, design.Radios{
		Field: f.field("reason", s.Say(v, "standing.decide.reason"), ""), Choices: f.choices("reason", reasons, func(code string) string { return s.reason(v, code) }),
	}}
	if len(sections) > 0 {
		fields = append(fields, design.Radios{
			Field:   f.field("section", s.Say(v, "standing.decide.section"), ""),
			Choices: f.choices("section", sections, func(n string) string { return s.Say(v, "standing.section", "section", n) }),
		})
	}
	if narrows {
		fields = append(fields, design.Radios{
			Field:   f.field("service", s.Say(v, "standing.decide.service"), s.Say(v, "standing.decide.service_hint")),
			Choices: f.choices("service", s.Accounts.Services(v.Actor.Portal), func(name string) string { return s.Say(v, "standing.service."+name) }),
		})
	}
	fields = append(fields, design.Textarea{
		Field: f.field("words", s.Say(v, "standing.decide.words"), s.Say(v, "standing.decide.words_hint")), Value: f.value("words", ""), Rows: 3, MaxLength: 500,
	})
	if lasts {
		days := design.TextInput{Field: f.field("days", s.Say(v, "standing.decide.days"), s.Say(v, "standing.decide.days_hint")), Value: f.value("days", ""), InputMode: "numeric", Width: design.Digits5}
		days.Optional = true
		fields = append(fields, days)
	}
	return &form{Fields: fields, Button: design.Button{Text: s.Say(v, "standing.decide.next")}}
}

// groundHint says of a ground when it takes effect and who must agree.
func (s *Standing) groundHint(v gate.Visit, g account.Ground) string {
	at, err := s.Accounts.InForce(v.Actor.Portal, g, v.Now)
	hint := s.Say(v, "standing.decide.at_once")
	switch {
	case err != nil:
		hint = s.Say(v, "account.calendar_ended")
	case g.Notice.Amount > 0:
		hint = s.Say(v, "standing.decide.after", "instant", s.Instant(v, at))
	case g.Immediate:
		hint = s.Say(v, "standing.decide.immediate")
	}
	if g.Action.Ends() {
		hint += " " + s.Say(v, "standing.decide.four_eyes")
	}
	return hint
}

// preview shows what will happen, before anything does.
func (s *Standing) preview(w http.ResponseWriter, r *http.Request, v gate.Visit, x account.Sanction, g account.Ground) error {
	out := view{
		Heading: design.Heading{Text: s.Say(v, "standing.preview.title")},
		Warning: &design.WarningText{Text: s.Say(v, "standing.effect."+string(x.Action)), Cite: s.Cite(v, x.Cite)},
	}
	var l rows
	l.add(s.Say(v, "standing.fact.action"), s.action(v, x))
	l.draw(s.Say(v, "standing.fact.clause"), design.Citation(s.Cite(v, x.Cite)))
	l.add(s.Say(v, "standing.fact.reason"), s.reason(v, x.Reason))
	if x.Section != "" {
		l.add(s.Say(v, "standing.fact.section"), s.Say(v, "standing.section", "section", x.Section))
		l.draw(s.Say(v, "standing.fact.section_clause"), design.Citation(s.Cite(v, g.NamedBy)))
	}
	l.add(s.Say(v, "standing.fact.words"), x.Words)
	l.add(s.Say(v, "standing.fact.in_force"), s.Instant(v, x.InForceAt))
	if !x.Action.Ends() {
		l.add(s.Say(v, "standing.fact.ends"), s.instant(v, x.EndsAt, s.Say(v, "standing.no_term")))
	}
	f := &form{
		Hidden: []hidden{{"confirmed", "yes"}}, Button: design.Button{Text: s.Say(v, "standing.preview.button"), Look: design.Warning},
		Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: s.personURL(v, x.User)},
	}
	texts := []string{s.Say(v, "standing.preview.told")}
	if x.State == account.SanctionProposed {
		f.Button.Text = s.Say(v, "standing.preview.propose")
		texts = []string{s.Say(v, "standing.preview.second")}
	}
	for _, name := range []string{"ground", "reason", "section", "words", "service", "days", "version", "check"} {
		f.Hidden = append(f.Hidden, hidden{name, r.PostFormValue(name)})
	}
	out.Parts = []part{{Facts: &l.SummaryList, Texts: texts, Form: f}}
	return s.show(w, r, v, out, s.trail(v, s.personLink(v, x.User)), nil)
}

// Number answers GET /{portal}/console/sanctions/number: a number of somebody who is not a user, under
// which nobody is to register.
func (s *Standing) Number(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showNumber(w, r, v, nil, nil)
}

// NumberPost answers POST of the same address.
func (s *Standing) NumberPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	r.PostForm.Set("version", "0")
	d, err := s.readDecision(r)
	if err != nil {
		return err
	}
	x, err := s.Accounts.KeepNumberOut(r.Context(), v.Actor, r.PostFormValue("number"), d)
	if frame.AsFaults(err) != nil {
		return s.showNumber(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.sanctionURL(v, x)+"?done=decided")
}

func (s *Standing) showNumber(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	f, errors := s.again(v, sent, refusal)
	grounds := slices.DeleteFunc(s.Accounts.Grounds(v.Actor.Portal, v.Now), func(g account.Ground) bool { return g.Action != account.Refuse || g.Check })
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "standing.number.title"), Lead: s.Say(v, "standing.number.lead")}}
	if len(grounds) == 0 {
		out.Parts = []part{{Texts: []string{s.Say(v, "standing.decide.none")}}}
	} else {
		form := s.decideForm(v, f, grounds)
		form.Fields = append([]design.Component{design.TextInput{
			Field: f.field("number", s.Say(v, "standing.number.number"), ""), Value: f.value("number", ""), InputMode: "numeric", Width: design.Chars20, Autocomplete: "off",
		}}, form.Fields...)
		form.Button = design.Button{Text: s.Say(v, "standing.number.button"), Look: design.Warning}
		form.Cancel = design.Link{Text: s.Say(v, "standing.cancel"), URL: sanctionsURL(v)}
		out.Parts = []part{{Form: form}}
	}
	return s.show(w, r, v, out, s.trail(v, s.sanctionsLink(v)), refusal)
}

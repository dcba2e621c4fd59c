package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// caseView is one case: what it is, and, once a reason is given, whose and what can be done.
type caseView struct {
	Done    *design.NotificationBanner
	Errors  []design.FieldError
	Heading design.Heading
	Facts   design.SummaryList
	Ask     *askView
	Open    *dossierView
}

// askView asks for the reason first.
type askView struct {
	Notice  design.WarningText
	Reasons *design.Radios
	Look    design.Button
}

// dossierView is what an operator sees of a case for a reason, with a form for each act.
type dossierView struct {
	URL      string
	Reason   string // goes along with each form: a refused one shows the data again, and says so
	Notice   string
	TextName string
	Text     []string
	Person   design.SummaryList
	Answer   *answerView
	Correct  *correctView
	Unlock   *unlockView
	Propose  *proposeView
	Waiting  *waitingView
	HistName string
	History  design.Timeline
}

type answerView struct {
	Title, Text string
	Answer      design.Textarea
	Button      design.Button
}

type correctView struct {
	Title, Text                string
	Version                    int
	Surname, Given, Patronymic design.TextInput
	Birth                      design.DateInput
	Sex                        design.Radios
	Why                        design.Textarea
	Button                     design.Button
}

type unlockView struct {
	Title, Text string
	Procedure   procedure
	Button      design.Button
}

type proposeView struct {
	Title, Text string
	Document    design.Checkboxes
	Kind        design.Radios
	To          design.TextInput
	Why         design.Textarea
	Button      design.Button
}

type waitingView struct {
	Title   string
	Facts   design.SummaryList
	Barred  string // why this operator may not approve
	Approve design.Button
	Reject  design.Button
}

// sent is a form of the page that was refused.
type sent struct {
	form    string
	reason  string
	values  url.Values
	refusal error
}

// Case answers GET /{portal}/console/cases/{user}/{case}.
func (s *Desk) Case(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.askCase(w, r, v, sent{})
}

// CasePost answers POST of the same address: it shows the case for a reason. It does not redirect: what
// was seen belongs to this one look.
func (s *Desk) CasePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	return s.showCase(w, r, v, sent{reason: r.PostFormValue("reason")})
}

func (s *Desk) askCase(w http.ResponseWriter, r *http.Request, v gate.Visit, x sent) error {
	user, id, err := s.caseIDs(r)
	if err != nil {
		return err
	}
	c, err := s.Accounts.CaseHead(r.Context(), v.Actor, user, id)
	if missing(err) {
		return absent()
	}
	if err != nil {
		return err
	}
	view := caseView{
		Done:    s.done(r, v, "opened", "answered", "corrected", "unlocked", "proposed", "approved", "rejected"),
		Heading: design.Heading{Caption: s.Say(v, "desk.case.title"), Text: s.kind(v, c.Kind)},
		Facts:   s.caseFacts(v, c),
	}
	_, at := s.faults(v, "", x.refusal)
	for _, f := range frame.AsFaults(x.refusal) {
		view.Errors = append(view.Errors, design.FieldError{Text: s.Message(v, f), Field: f.Field})
	}
	view.Ask = &askView{
		Notice: design.WarningText{Text: s.Say(v, "console.person.notice")}, Reasons: s.reasons(v, x.reason, at["reason"]),
		Look: design.Button{Text: s.Say(v, "desk.case.look")},
	}
	return s.writeCase(w, r, v, view, x.refusal)
}

func (s *Desk) caseIDs(r *http.Request) (user, id identity.ID, err error) {
	if user, err = s.id(r, "user"); err == nil {
		id, err = s.id(r, "case")
	}
	return user, id, err
}

// showCase shows a case for its reason, with the refused form as it was typed.
func (s *Desk) showCase(w http.ResponseWriter, r *http.Request, v gate.Visit, x sent) error {
	user, id, err := s.caseIDs(r)
	if err != nil {
		return err
	}
	d, err := s.Accounts.OpenDossier(r.Context(), v.Actor, user, id, x.reason)
	switch {
	case missing(err):
		return absent()
	case fault.Is(err, fault.Invalid):
		return s.askCase(w, r, v, sent{refusal: err})
	case err != nil:
		return err
	}
	var history []evidence.Entry
	err = s.View(r.Context(), func(tx EvidenceTx) error {
		var err error
		history, err = tx.EvidenceAbout(r.Context(), user, account.CaseSubject(id), mostHistory)
		return err
	})
	if err != nil {
		return err
	}
	view := caseView{
		Heading: design.Heading{Caption: s.kind(v, d.Case.Kind), Text: written(d.User.Shown)},
		Facts:   s.caseFacts(v, d.Case),
	}
	var at map[string]string
	view.Errors, at = s.faults(v, x.form, x.refusal)
	form := func(name string) filled {
		if name == x.form {
			return filled{prefix: name, values: x.values, at: at}
		}
		return filled{prefix: name}
	}
	if view.Open, err = s.dossier(r, v, d, x.reason, form); err != nil {
		return err
	}
	if view.Open.History, err = s.history(r, v, d.Case, history); err != nil {
		return err
	}
	return s.writeCase(w, r, v, view, x.refusal)
}

// mostHistory is how much of a case's history is shown.
const mostHistory = 100

func (s *Desk) writeCase(w http.ResponseWriter, r *http.Request, v gate.Visit, view caseView, refusal error) error {
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, s.casesLink(v))
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

func (s *Desk) caseFacts(v gate.Visit, c account.Case) design.SummaryList {
	state := s.state(v, c.State)
	list := design.SummaryList{Rows: []design.SummaryRow{
		{Key: s.Say(v, "desk.case.kind"), Value: s.kind(v, c.Kind)},
		{Key: s.Say(v, "desk.case.state"), Body: state},
		{Key: s.Say(v, "desk.case.opened"), Value: s.Instant(v, c.OpenedAt)},
	}}
	if !c.EndedAt.IsZero() {
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "desk.case.ended"), Value: s.Instant(v, c.EndedAt)})
	}
	list.Act = design.Link{Text: s.Say(v, "desk.case.person_link"), URL: s.personURL(v, c.User)}
	list.Title = s.Say(v, "desk.case.title")
	return list
}

// dossier prepares what is seen and which forms the case has.
func (s *Desk) dossier(r *http.Request, v gate.Visit, d account.Dossier, reason string, form func(string) filled) (*dossierView, error) {
	view := &dossierView{
		URL: s.caseURL(v, d.Case.User, d.Case.ID), Reason: reason,
		Notice:   s.Say(v, "console.person.seen", "reason", s.Say(v, "console.reason."+reason), "instant", s.Instant(v, v.Now)),
		TextName: s.Say(v, "desk.case.text"), Text: lines(d.Case.Text), Person: s.personFacts(v, d), HistName: s.Say(v, "desk.case.history"),
	}
	if d.Case.State != account.CaseOpen || d.Case.User == v.Actor.User {
		return view, nil
	}
	rule, ruled := s.Accounts.ResetRule(v.Actor.Portal)
	switch d.Case.Kind {
	case account.CaseCorrection, account.CaseChange:
		view.Correct = s.correct(v, form("correct"), d)
	case account.CaseCompromise:
		if !d.User.ReportedAt.IsZero() || d.User.State == account.Locked {
			kinds := []account.ContactKind{account.ByEmail, account.ByPhone}
			if ruled == nil {
				kinds = rule.Kinds
			}
			view.Unlock = s.unlock(v, form("unlock"), kinds, d.Contacts)
		}
	}
	if d.Proposal != nil {
		waiting, err := s.waiting(r, v, *d.Proposal)
		if err != nil {
			return nil, err
		}
		view.Waiting = waiting
	} else if (d.Case.Kind == account.CaseCompromise || d.Case.Kind == account.CaseRecovery) && ruled == nil {
		view.Propose = s.propose(v, form("propose"), rule.Kinds)
	}
	f := form("answer")
	view.Answer = &answerView{
		Title: s.Say(v, "desk.answer.title"), Text: s.Say(v, "desk.answer.text"),
		Answer: design.Textarea{Field: f.field("answer", s.Say(v, "desk.answer.label"), ""), Value: f.value("answer", ""), MaxLength: 2000},
		Button: design.Button{Text: s.Say(v, "desk.answer.button")},
	}
	return view, nil
}

// personFacts are whose case it is. Of confirmed contacts enough is shown to tell them apart.
func (s *Desk) personFacts(v gate.Visit, d account.Dossier) design.SummaryList {
	list := design.SummaryList{Title: s.Say(v, "desk.person.title")}
	add := func(key, value string) {
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "desk.person."+key), Value: written(value)})
	}
	add("sign_in_name", d.User.SignInName)
	add("surname", d.Person.Surname)
	add("given", d.Person.Given)
	add("patronymic", d.Person.Patronymic)
	add("birth", d.Person.BirthDate)
	add("sex", s.sex(v, d.Person.Sex))
	for _, c := range d.Contacts {
		add("contact_"+string(c.Kind), masked(c))
	}
	if len(d.Contacts) == 0 {
		add("contacts", s.Say(v, "desk.person.no_contact"))
	}
	if !d.User.ReportedAt.IsZero() {
		add("reported", s.Instant(v, d.User.ReportedAt))
	}
	return list
}

func (s *Desk) sex(v gate.Visit, sex identity.Sex) string {
	if sex == "" {
		return ""
	}
	return s.Say(v, "desk.sex."+string(sex))
}

func (s *Desk) correct(v gate.Visit, f filled, d account.Dossier) *correctView {
	text := func(name, now string) design.TextInput {
		return design.TextInput{Field: f.field(name, s.Say(v, "desk.person."+name), ""), Value: f.value(name, now), Autocomplete: "off", MaxLength: 200}
	}
	view := &correctView{
		Title: s.Say(v, "desk.correct.title"), Text: s.Say(v, "desk.correct.text"), Version: d.User.Version,
		Surname: text("surname", d.Person.Surname), Given: text("given", d.Person.Given), Patronymic: text("patronymic", d.Person.Patronymic),
		Birth: design.DateInput{Field: f.field("birth", s.Say(v, "desk.person.birth"), "")},
		Sex:   design.Radios{Field: f.field("sex", s.Say(v, "desk.person.sex"), "")},
		Why:   s.why(v, f), Button: design.Button{Text: s.Say(v, "desk.correct.button")},
	}
	view.Patronymic.Optional, view.Birth.Optional, view.Sex.Optional = true, true, true
	if f.values != nil {
		// A second attempt is made against what the first one was filled in from.
		if version, err := strconv.Atoi(f.values.Get("version")); err == nil {
			view.Version = version
		}
	}
	if day, err := time.Parse(time.DateOnly, d.Person.BirthDate); err == nil {
		view.Birth.Day, view.Birth.Month, view.Birth.Year = strconv.Itoa(day.Day()), strconv.Itoa(int(day.Month())), strconv.Itoa(day.Year())
	}
	view.Birth.Day, view.Birth.Month, view.Birth.Year = f.value("birth-day", view.Birth.Day), f.value("birth-month", view.Birth.Month), f.value("birth-year", view.Birth.Year)
	for _, sex := range []identity.Sex{identity.Female, identity.Male} {
		view.Sex.Choices = append(view.Sex.Choices, design.Choice{
			Value: string(sex), Label: s.Say(v, "desk.sex."+string(sex)), Checked: f.value("sex", string(d.Person.Sex)) == string(sex),
		})
	}
	return view
}

// unlock offers the contacts that the person has confirmed; without one the other procedure is left.
func (s *Desk) unlock(v gate.Visit, f filled, kinds []account.ContactKind, contacts []account.Contact) *unlockView {
	view := &unlockView{Title: s.Say(v, "desk.unlock.title"), Text: s.Say(v, "desk.unlock.no_contact")}
	kinds = slices.DeleteFunc(slices.Clone(kinds), func(k account.ContactKind) bool {
		return !slices.ContainsFunc(contacts, func(c account.Contact) bool { return c.Kind == k })
	})
	if len(kinds) > 0 {
		view.Text, view.Procedure = s.Say(v, "desk.unlock.text"), s.procedure(v, f, kinds)
		view.Button = design.Button{Text: s.Say(v, "desk.unlock.button"), Look: design.Warning}
	}
	return view
}

func (s *Desk) propose(v gate.Visit, f filled, kinds []account.ContactKind) *proposeView {
	return &proposeView{
		Title: s.Say(v, "desk.propose.title"), Text: s.Say(v, "desk.propose.text"),
		Document: design.Checkboxes{
			Field:   f.field("document", s.Say(v, "desk.checked"), ""),
			Choices: []design.Choice{{Value: "yes", Label: s.Say(v, "desk.propose.document"), Checked: f.value("document", "") == "yes"}},
		},
		Kind: s.kinds(v, f, s.Say(v, "desk.propose.kind"), kinds),
		To: design.TextInput{
			Field: f.field("to", s.Say(v, "desk.propose.to"), s.Say(v, "desk.propose.to_hint")), Value: f.value("to", ""), Autocomplete: "off", MaxLength: 254,
		},
		Why: s.why(v, f), Button: design.Button{Text: s.Say(v, "desk.propose.button"), Look: design.Secondary},
	}
}

func (s *Desk) waiting(r *http.Request, v gate.Visit, p account.Proposal) (*waitingView, error) {
	names, err := s.names(r.Context(), v, p.By)
	if err != nil {
		return nil, err
	}
	view := &waitingView{
		Title: s.Say(v, "desk.waiting.title"),
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: s.Say(v, "desk.waiting.by"), Value: names[p.By]},
			{Key: s.Say(v, "desk.waiting.at"), Value: s.Instant(v, p.At)},
			{Key: s.Say(v, "desk.contact."+string(p.Kind)), Value: p.To},
			{Key: s.Say(v, "desk.why"), Value: p.Reason},
		}},
		Approve: design.Button{Text: s.Say(v, "desk.waiting.approve"), Look: design.Warning},
		Reject:  design.Button{Text: s.Say(v, "desk.waiting.reject"), Look: design.Secondary},
	}
	if p.By == v.Actor.User {
		view.Barred = s.Say(v, "account.second_operator")
	}
	return view, nil
}

// history is what was done in the case, newest first, down to its opening.
func (s *Desk) history(r *http.Request, v gate.Visit, c account.Case, entries []evidence.Entry) (design.Timeline, error) {
	var ids []identity.ID
	for _, e := range entries {
		ids = append(ids, actorID(e))
	}
	names, err := s.names(r.Context(), v, ids...)
	if err != nil {
		return design.Timeline{}, err
	}
	t := design.Timeline{Label: s.Say(v, "desk.case.history")}
	for _, e := range entries {
		text := e.Detail["why"]
		if e.Act == "account.look" {
			text = s.Say(v, "console.reason."+e.Detail["reason"])
		}
		title, _ := s.StaffAct(v, e.Act)
		t.Events = append(t.Events, design.Event{
			When: s.Instant(v, e.At), At: e.At.UTC().Format(time.RFC3339), Title: title, Text: text,
			By: names[actorID(e)], Cite: s.Cite(v, e.Citation),
		})
	}
	if c.Answer != "" {
		t.Events = append([]design.Event{{
			When: s.Instant(v, c.EndedAt), At: c.EndedAt.UTC().Format(time.RFC3339), Title: s.Say(v, "desk.case.answer"), Text: c.Answer,
		}}, t.Events...)
	}
	t.Events = append(t.Events, design.Event{When: s.Instant(v, c.OpenedAt), At: c.OpenedAt.UTC().Format(time.RFC3339), Title: s.Say(v, "desk.case.opened")})
	return t, nil
}

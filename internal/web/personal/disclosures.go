package personal

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func (s *Personal) disclosureURL(v gate.Visit, d privacy.Disclosure) string {
	return consoleURL(v) + "/disclosures/" + s.Opaque.Of(d.User) + "/" + s.Opaque.Of(d.ID)
}

func (s *Personal) disclosureState(v gate.Visit, d privacy.Disclosure) design.Tag {
	tag := design.Tag{Text: s.Say(v, "personal.disclosure."+d.State), Colour: design.TagWait}
	switch d.State {
	case privacy.Made:
		tag.Colour = design.TagBad
	case privacy.Refused, privacy.Declined:
		tag.Colour = design.TagPlain
	}
	return tag
}

// disclosed are the facts of a disclosure; of the staff and of what the person is not told, for the staff alone.
func (s *Personal) disclosed(v gate.Visit, d privacy.Disclosure, names map[identity.ID]string) *design.SummaryList {
	var l facts
	l.draw(s.Say(v, "personal.state"), s.disclosureState(v, d))
	l.add(s.Say(v, "personal.recipient"), s.Say(v, "personal.recipient."+d.Recipient))
	l.add(s.Say(v, "personal.by"), d.Demand.By)
	l.add(s.Say(v, "personal.ground"), s.Say(v, "personal.ground."+d.Ground))
	l.draw(s.Say(v, "personal.clause"), design.Citation(s.Cite(v, d.Cite)))
	l.add(s.Say(v, "personal.basis"), d.Demand.Basis)
	l.add(s.Say(v, "personal.paper"), strings.Trim(d.Demand.Paper+", "+d.Demand.Day, ", "))
	l.add(s.Say(v, "personal.what_given"), s.listed(v, "personal.section.", d.Demand.What))
	l.add(s.Say(v, "personal.made"), s.instant(v, d.MadeAt))
	if names != nil {
		l.add(s.Say(v, "personal.silent"), d.Demand.Silent)
		l.add(s.Say(v, "personal.silent_until"), s.instant(v, d.SilentUntil))
		l.add(s.Say(v, "personal.proposed_by"), names[d.ProposedBy]+", "+s.Instant(v, d.ProposedAt))
		if d.DecidedBy != 0 {
			l.add(s.Say(v, "personal.decided_by"), names[d.DecidedBy]+", "+s.Instant(v, d.DecidedAt))
		}
	}
	return &l.SummaryList
}

// MyDisclosures is GET /{portal}/cabinet/data/disclosures: to whom the person's data were given and on what
// ground, and what they are asked to consent to.
func (s *Personal) MyDisclosures(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showMyDisclosures(w, r, v, nil)
}

func (s *Personal) showMyDisclosures(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	all, err := s.Privacy.MyDisclosures(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Text: s.Say(v, "personal.disclosures.title"), Lead: s.Say(v, "personal.disclosures.mine")}}
	for _, d := range all {
		p := part{Title: d.Demand.By, Facts: s.disclosed(v, d, nil)}
		if d.State == privacy.PersonAsked {
			p.Links = []design.Link{{Text: s.Say(v, "personal.answer.title"), URL: dataURL(v) + "/disclosures/" + s.Opaque.Of(d.ID)}}
		}
		out.Parts = append(out.Parts, p)
	}
	if len(all) == 0 {
		out.Parts = []part{{Empty: &design.EmptyState{Title: s.Say(v, "personal.disclosures.none"), Text: s.Say(v, "personal.disclosures.none_text")}}}
	} else {
		out.Parts = append(out.Parts, part{Export: design.Link{Text: s.Say(v, "personal.csv"), URL: dataURL(v) + "/disclosures.csv"}})
	}
	return s.show(w, r, v, out, s.mineTrail(v), refusal)
}

// MyDisclosuresCSV is GET /{portal}/cabinet/data/disclosures.csv.
func (s *Personal) MyDisclosuresCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := s.Privacy.MyDisclosures(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	out := s.disclosureSheet(w, v)
	for _, d := range all {
		s.disclosureLine(v, out, d)
	}
	out.Flush()
	return nil
}

func (s *Personal) disclosureSheet(w http.ResponseWriter, v gate.Visit) *frame.CSV {
	var head []string
	for _, key := range []string{"state", "recipient", "by", "ground", "clause", "basis", "paper", "day", "what_given", "made"} {
		head = append(head, s.Say(v, "personal."+key))
	}
	return frame.AttachCSV(w, "disclosures.csv", head...)
}

func (s *Personal) disclosureLine(v gate.Visit, out *frame.CSV, d privacy.Disclosure) {
	out.Row(s.disclosureState(v, d).Text, s.Say(v, "personal.recipient."+d.Recipient), d.Demand.By, s.Say(v, "personal.ground."+d.Ground), d.Cite.String(),
		d.Demand.Basis, d.Demand.Paper, d.Demand.Day, s.listed(v, "personal.section.", d.Demand.What), s.stamp(v, d.MadeAt))
}

// Answer is GET /{portal}/cabinet/data/disclosures/{disclosure}: the person is asked for their consent.
func (s *Personal) Answer(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "disclosure")
	if err != nil {
		return err
	}
	all, err := s.Privacy.MyDisclosures(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.ID == id && d.State == privacy.PersonAsked {
			yes := &form{Hidden: []hidden{{"do", "consent"}}, Button: design.Button{Text: s.Say(v, "personal.answer.consent")}}
			no := &form{Hidden: []hidden{{"do", "decline"}}, Button: design.Button{Text: s.Say(v, "personal.answer.decline"), Look: design.Secondary}}
			out := view{Heading: design.Heading{Text: s.Say(v, "personal.answer.title"), Lead: s.Say(v, "personal.answer.lead")}}
			out.Parts = []part{{Facts: s.disclosed(v, d, nil), Form: yes}, {Form: no}}
			return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "personal.disclosures.title"), URL: dataURL(v) + "/disclosures"}), nil)
		}
	}
	return absent()
}

// AnswerPost is POST of the same address.
func (s *Personal) AnswerPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "disclosure")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	consents := r.PostFormValue("do") == "consent"
	if err := s.Privacy.AnswerDisclosure(r.Context(), v.Actor, id, consents); fault.Is(err, fault.Conflict) {
		return s.showMyDisclosures(w, r, v, err)
	} else if err != nil {
		return err
	}
	done := "declined"
	if consents {
		done = "consented"
	}
	return frame.SeeOther(w, r, dataURL(v)+"/disclosures?done="+done)
}

// Disclose is GET /{portal}/console/people/{user}/disclose: an operator enters a demand for a person's data.
func (s *Personal) Disclose(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showDisclose(w, r, v, nil, nil)
}

func (s *Personal) showDisclose(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, user)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	grounds, recipients := privacy.Grounds(s.Agreements.Book(v.Actor.Portal, v.Now))
	out := view{Errors: errors, Heading: design.Heading{Caption: names[user], Text: s.Say(v, "personal.disclose.title"), Lead: s.Say(v, "personal.disclose.lead")}}
	if len(grounds) == 0 {
		out.Parts = []part{{Texts: []string{s.Say(v, "personal.disclose.none")}}}
		return s.show(w, r, v, out, s.staffTrail(v), refusal)
	}
	word := func(prefix string) func(string) string {
		return func(code string) string { return s.Say(v, "personal."+prefix+"."+code) }
	}
	line := func(name, hint string) design.TextInput {
		return design.TextInput{Field: f.field(name, s.Say(v, "personal."+name), hint), Value: f.value(name), MaxLength: 500}
	}
	date := func(name, hint string) design.TextInput {
		x := line(name, hint)
		x.Type, x.Width = "date", design.Chars20
		return x
	}
	silent, until := line("silent", s.Say(v, "personal.silent_hint")), date("silent_until", s.Say(v, "personal.silent_until_hint"))
	silent.Optional, until.Optional = true, true
	out.Parts = []part{{Form: &form{
		Fields: []design.Component{
			design.Radios{Field: f.field("ground", s.Say(v, "personal.ground"), ""), Choices: f.choices("ground", grounds, word("ground"))},
			design.Radios{Field: f.field("recipient", s.Say(v, "personal.recipient"), ""), Choices: f.choices("recipient", recipients, word("recipient"))},
			line("by", s.Say(v, "personal.by_hint")), line("basis", s.Say(v, "personal.basis_hint")), line("paper", s.Say(v, "personal.paper_hint")), date("day", ""),
			design.Checkboxes{Field: f.field("what", s.Say(v, "personal.what_given"), s.Say(v, "personal.what_hint")), Choices: f.choices("what", s.Privacy.Sections, word("section"))},
			silent, until,
		},
		Button: design.Button{Text: s.Say(v, "personal.disclose.button")},
		Cancel: design.Link{Text: s.Say(v, "personal.cancel"), URL: consoleURL(v) + "/disclosures"},
	}}}
	return s.show(w, r, v, out, s.staffTrail(v), refusal)
}

// DisclosePost is POST of the same address.
func (s *Personal) DisclosePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	d := privacy.Disclosure{User: user, Ground: r.PostFormValue("ground"), Recipient: r.PostFormValue("recipient"), Demand: privacy.Demand{
		By: r.PostFormValue("by"), Paper: r.PostFormValue("paper"), Day: strings.TrimSpace(r.PostFormValue("day")), Basis: r.PostFormValue("basis"),
		What: r.PostForm["what"], Silent: r.PostFormValue("silent"),
	}}
	if d.Ground == privacy.ByConsent && d.Recipient == "" {
		d.Recipient = "other"
	}
	if text := strings.TrimSpace(r.PostFormValue("silent_until")); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, s.Portal(v).Zone)
		if err != nil {
			return s.showDisclose(w, r, v, r.PostForm, fault.New(fault.Invalid, "privacy.silent_until").At("silent_until"))
		}
		d.SilentUntil = day
	}
	d, err = s.Privacy.ProposeDisclosure(r.Context(), v.Actor, d)
	if frame.AsFaults(err) != nil && !fault.Is(err, fault.Absent) {
		return s.showDisclose(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.disclosureURL(v, d)+"?done=proposed")
}

// Disclosures is GET /{portal}/console/data/disclosures?state=&before=: the register of the portal.
func (s *Personal) Disclosures(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := s.before(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	all, err := s.Privacy.Disclosures(r.Context(), v.Actor, q.Get("state"), before, rowsAPage+1)
	if err != nil {
		return err
	}
	f, _ := s.again(v, q, nil)
	states := append([]design.Choice{{Label: s.Say(v, "personal.all")}}, f.choices("state", []string{privacy.Proposed, privacy.PersonAsked, privacy.Made, privacy.Refused, privacy.Declined}, func(code string) string { return s.Say(v, "personal.disclosure."+code) })...)
	list := part{Form: &form{Get: true, Fields: []design.Component{design.Select{Field: f.field("state", s.Say(v, "personal.state"), ""), Choices: states}}, Button: design.Button{Text: s.Say(v, "personal.filter"), Look: design.Secondary}}}
	query := url.Values{"state": {q.Get("state")}}
	if len(all) > rowsAPage {
		all = all[:rowsAPage]
		list.Pages.Next = consoleURL(v) + "/disclosures?" + url.Values{"state": query["state"], "before": {s.Opaque.Of(all[rowsAPage-1].ID)}}.Encode()
	}
	if len(all) == 0 {
		list.Empty = &design.EmptyState{Title: s.Say(v, "personal.disclosures.none"), Text: s.Say(v, "personal.disclosures.staff_none")}
	} else {
		list.Table = s.disclosuresTable(v, all)
		list.Export = design.Link{Text: s.Say(v, "personal.csv"), URL: consoleURL(v) + "/disclosures.csv?" + query.Encode()}
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "personal.disclosures.title"), Lead: s.Say(v, "personal.disclosures.lead")}, Parts: []part{list}}
	return s.show(w, r, v, out, s.staffTrail(v), nil)
}

func (s *Personal) disclosuresTable(v gate.Visit, all []privacy.Disclosure) *design.Table {
	t := &design.Table{ID: "disclosures", Caption: s.Say(v, "personal.disclosures.title"), Hidden: true}
	for _, column := range []string{"when", "recipient", "ground", "clause", "state"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "personal."+column)})
	}
	for _, d := range all {
		tag, cite := s.disclosureState(v, d), s.Cite(v, d.Cite)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, d.ProposedAt), URL: s.disclosureURL(v, d)}, {Text: s.Say(v, "personal.recipient."+d.Recipient)},
			{Text: s.Say(v, "personal.ground."+d.Ground)}, {Text: cite.Text, URL: cite.URL}, {Tag: &tag},
		}})
	}
	return t
}

// DisclosuresCSV is GET /{portal}/console/data/disclosures.csv: the register as it is filtered, whole.
func (s *Personal) DisclosuresCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	state := r.URL.Query().Get("state")
	all, err := s.Privacy.Disclosures(r.Context(), v.Actor, state, 0, rowsAView)
	if err != nil {
		return err
	}
	out := s.disclosureSheet(w, v)
	for {
		for _, d := range all {
			s.disclosureLine(v, out, d)
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil
		}
		if all, err = s.Privacy.Disclosures(r.Context(), v.Actor, state, all[len(all)-1].ID, rowsAView); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

// Disclosure is GET /{portal}/console/data/disclosures/{user}/{disclosure}.
func (s *Personal) Disclosure(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showDisclosure(w, r, v, nil)
}

func (s *Personal) showDisclosure(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	user, id, err := s.ids(r)
	if err != nil {
		return err
	}
	d, err := s.Privacy.DisclosureCase(r.Context(), v.Actor, user, id)
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, d.User, d.ProposedBy, d.DecidedBy)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Caption: names[d.User], Text: s.Say(v, "personal.disclosure.title")}}
	out.Parts = []part{{Facts: s.disclosed(v, d, names)}}
	switch {
	case d.State == privacy.Proposed && d.ProposedBy == v.Actor.User:
		out.Parts[0].Texts = []string{s.Say(v, "personal.disclosure.second")}
	case d.State == privacy.Proposed:
		out.Parts = append(out.Parts,
			part{Title: s.Say(v, "personal.disclosure.decide"), Texts: []string{s.Say(v, "personal.decide."+d.Ground)}, Form: &form{Hidden: []hidden{{"do", "agree"}}, Button: design.Button{Text: s.Say(v, "personal.disclosure.agree"), Look: design.Warning}}},
			part{Form: &form{Hidden: []hidden{{"do", "refuse"}}, Button: design.Button{Text: s.Say(v, "personal.disclosure.refuse"), Look: design.Secondary}}})
	}
	return s.show(w, r, v, out, s.staffTrail(v, design.Link{Text: s.Say(v, "personal.disclosures.title"), URL: consoleURL(v) + "/disclosures"}), refusal)
}

func (s *Personal) ids(r *http.Request) (user, id identity.ID, err error) {
	if user, err = s.id(r, "user"); err == nil {
		id, err = s.id(r, "disclosure")
	}
	return user, id, err
}

// DisclosurePost is POST of the same address: a second operator agrees or refuses.
func (s *Personal) DisclosurePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, id, err := s.ids(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	d, err := s.Privacy.DecideDisclosure(r.Context(), v.Actor, user, id, r.PostFormValue("do") == "agree")
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden) {
		return s.showDisclosure(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.disclosureURL(v, d)+"?done="+d.State)
}

package personal

import (
	"net/http"
	"slices"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func consentsURL(v gate.Visit) string { return dataURL(v) + "/consents" }

// Consents is GET /{portal}/cabinet/data/consents: for what the person's data are processed and by which
// clause, what the consent covers, when it was given and shown, and what was withdrawn.
func (s *Personal) Consents(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	mine, err := s.Privacy.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	out := view{Done: s.done(r, v), Heading: design.Heading{Text: s.Say(v, "personal.consents.title"), Lead: s.Say(v, "personal.consents.lead")}}
	if len(mine.Purposes) == 0 {
		out.Parts = append(out.Parts, part{Empty: &design.EmptyState{Title: s.Say(v, "personal.consents.none"), Text: s.Say(v, "personal.consents.none_text")}})
	} else {
		out.Parts = append(out.Parts, part{Title: s.Say(v, "personal.purposes"), Table: s.purposesTable(v, mine.Purposes)}, s.scope(v, mine.Scope))
	}
	out.Parts = append(out.Parts, part{Title: s.Say(v, "personal.history"), Table: s.historyTable(v, mine)})
	if len(mine.Consents)+len(mine.Withdrawals) == 0 {
		out.Parts[len(out.Parts)-1] = part{Title: s.Say(v, "personal.history"), Texts: []string{s.Say(v, "personal.history.none")}}
	}
	return s.show(w, r, v, out, s.mineTrail(v), nil)
}

func (s *Personal) purposesTable(v gate.Visit, all []privacy.Purpose) *design.Table {
	t := &design.Table{ID: "purposes", Caption: s.Say(v, "personal.purposes"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "personal.purpose")}, {Text: s.Say(v, "personal.clause")}, {Text: s.Say(v, "personal.state")}, {Text: s.Say(v, "personal.act")},
	}}
	for _, x := range all {
		tag, act := design.Tag{Text: s.Say(v, "personal.stands"), Colour: design.TagGood}, "personal.withdraw.title"
		if !x.Withdrawn.IsZero() {
			tag, act = design.Tag{Text: s.Say(v, "personal.withdrawn"), Colour: design.TagPlain}, "personal.again.title"
		}
		cite := s.Cite(v, x.Cite)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Say(v, "personal.purpose."+x.Name)}, {Text: cite.Text, URL: cite.URL}, {Tag: &tag}, {Text: s.Say(v, act), URL: consentsURL(v) + "/" + x.Name},
		}})
	}
	return t
}

// scope says what the consent covers, each under its clause's words.
func (s *Personal) scope(v gate.Visit, x privacy.Scope) part {
	var l facts
	l.add(s.Say(v, "personal.actions"), s.listed(v, "personal.action.", x.Actions))
	if x.Minors {
		l.add(s.Say(v, "personal.minors"), s.yesNo(v, x.Minors))
	}
	l.add(s.Say(v, "personal.third_parties"), s.yesNo(v, x.ThirdParties))
	l.add(s.Say(v, "personal.cross_border"), s.yesNo(v, x.CrossBorder))
	l.add(s.Say(v, "personal.state_bodies"), s.yesNo(v, x.StateBodies))
	l.add(s.Say(v, "personal.publication"), s.yesNo(v, x.Publication))
	term := s.Say(v, "personal.term.contract")
	if x.KeptFor.Amount > 0 {
		term = s.Say(v, "personal.term.after", "period", s.period(v, x.KeptFor))
	}
	l.add(s.Say(v, "personal.term"), term)
	return part{Title: s.Say(v, "personal.covers"), Facts: &l.SummaryList}
}

func (s *Personal) historyTable(v gate.Visit, mine privacy.Mine) *design.Table {
	t := &design.Table{ID: "history", Caption: s.Say(v, "personal.history"), Hidden: true, Columns: []design.Column{
		{Text: s.Say(v, "personal.when")}, {Text: s.Say(v, "personal.what")}, {Text: s.Say(v, "personal.shown")}, {Text: s.Say(v, "personal.receipt")},
	}}
	receipt := func(entry identity.ID) design.Cell {
		return design.Cell{Text: s.Say(v, "personal.receipt"), URL: home(v) + "/cabinet/receipts/" + s.Opaque.Of(entry)}
	}
	for _, w := range mine.Withdrawals {
		if w.GivenAgain != 0 {
			t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: "—"}, {Text: s.Say(v, "personal.given_again", "purpose", s.Say(v, "personal.purpose."+w.Purpose))}, {Text: "—"}, receipt(w.GivenAgain)}})
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, w.At)}, {Text: s.Say(v, "personal.taken_back", "purpose", s.Say(v, "personal.purpose."+w.Purpose))}, {Text: "—"}, receipt(w.Entry),
		}})
	}
	for _, c := range slices.Backward(mine.Consents) {
		purposes := append(slices.Clone(c.Purposes), strings.Fields(c.Detail["letters"])...)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, c.GivenAt)}, {Text: s.Say(v, "personal.given", "purposes", s.listed(v, "personal.purpose.", purposes))},
			s.shownText(v, c), receipt(c.Evidence),
		}})
	}
	return t
}

// shownText leads to the text that was shown when the consent was given.
func (s *Personal) shownText(v gate.Visit, c privacy.Consent) design.Cell {
	text := strings.Fields(c.Detail["text"])
	if len(text) != 3 {
		return design.Cell{Text: "—"}
	}
	number := 0
	for _, digit := range text[1] {
		number = number*10 + int(digit-'0')
	}
	link := s.Cite(v, clause.Citation{Portal: c.Portal, Document: text[0], Edition: number, Clause: text[2]})
	return design.Cell{Text: link.Text, URL: link.URL}
}

// period says a period in words.
func (s *Personal) period(v gate.Visit, p clause.Period) string {
	return s.Say(v, "personal.period."+string(p.Unit), "n", strings.TrimRight(p.String(), "abcdefghijklmnopqrstuvwxyz"))
}

// Consent is GET /{portal}/cabinet/data/consents/{purpose}: what follows when the consent to one purpose is
// withdrawn or given again, before it is.
func (s *Personal) Consent(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showConsent(w, r, v, nil)
}

func (s *Personal) showConsent(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	mine, err := s.Privacy.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(mine.Purposes, func(p privacy.Purpose) bool { return p.Name == r.PathValue("purpose") })
	if i < 0 {
		return absent()
	}
	x := mine.Purposes[i]
	_, errors := s.again(v, nil, refusal)
	out := view{Errors: errors, Heading: design.Heading{Caption: s.Say(v, "personal.purpose."+x.Name), Text: s.Say(v, "personal.withdraw.title")}}
	f := &form{
		Hidden: []hidden{{"do", "withdraw"}}, Button: design.Button{Text: s.Say(v, "personal.withdraw.button"), Look: design.Warning},
		Cancel: design.Link{Text: s.Say(v, "personal.cancel"), URL: consentsURL(v)},
	}
	texts := []string{s.Say(v, "personal.withdraw.before")}
	if x.Withdrawn.IsZero() {
		out.Warning = &design.WarningText{Text: s.Say(v, "personal.effect."+string(x.Effect)), Cite: s.Cite(v, x.Cite)}
		if at, cite := s.Privacy.EraseAt(v.Actor.Portal, v.Now); x.Effect == privacy.EndsUse && !at.IsZero() {
			texts = append(texts, s.Say(v, "personal.withdraw.erased", "day", s.Day(v, at), "clause", s.ClauseName(v, cite.Clause)))
		}
	} else {
		out.Heading.Text, texts = s.Say(v, "personal.again.title"), []string{s.Say(v, "personal.again.text")}
		f.Hidden, f.Button = []hidden{{"do", "give"}}, design.Button{Text: s.Say(v, "personal.again.button")}
	}
	out.Parts = []part{{Texts: texts, Cite: s.Cite(v, x.Cite), Form: f}}
	return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "personal.consents.title"), URL: consentsURL(v)}), refusal)
}

// ConsentPost is POST of the same address.
func (s *Personal) ConsentPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	purpose := r.PathValue("purpose")
	if r.PostFormValue("do") == "give" {
		if err := s.Privacy.GiveAgain(r.Context(), v.Actor, purpose); err != nil {
			return s.refusedConsent(w, r, v, err)
		}
		return frame.SeeOther(w, r, consentsURL(v)+"?done=given")
	}
	effect, err := s.Privacy.Withdraw(r.Context(), v.Actor, purpose)
	if err != nil {
		return s.refusedConsent(w, r, v, err)
	}
	if effect == privacy.EndsUse {
		s.Accounts.Forget(v.Actor.User)
		http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
		return frame.SeeOther(w, r, home(v)+"/goodbye")
	}
	return frame.SeeOther(w, r, consentsURL(v)+"?done=withdrawn")
}

func (s *Personal) refusedConsent(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	if fault.Is(err, fault.Absent) || frame.AsFaults(err) == nil {
		return err
	}
	return s.showConsent(w, r, v, err)
}

package front

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// rulesView is what the portal does by its agreement.
type rulesView struct {
	Title     string
	Lead      string
	Joined    []joined
	Documents []rulesDocument
	Empty     design.EmptyState
}

// joined tells a visitor which edition reading on accepts (egov 2.1).
type joined struct {
	Text string
	Cite design.Link
}

type rulesDocument struct {
	Title    string
	Edition  string
	Sections []rulesSection
	Content  rulesSection // what people judge
}

type rulesSection struct {
	Heading string
	Lead    string
	Clauses []ruleClause
}

type ruleClause struct {
	Anchor     string
	Number     string
	URL        string
	Paragraphs []string
	Rules      []design.SummaryList
	Note       string
}

// Rules shows how the portal works by the editions in force: it is a material of the portal, so
// reaching it takes being bound, by access where the agreement says so.
func (s *Front) Rules(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	view := rulesView{
		Title: s.Say(v, "front.rules.title"), Lead: s.Say(v, "front.rules.lead"),
		Empty: design.EmptyState{Title: s.Say(v, "front.agreement.empty"), Text: s.Say(v, "front.agreement.empty_text")},
	}
	for _, document := range s.Portal(v).Documents {
		e, offered := agreement.InForce(s.posted(v, document), v.Now)
		if e.Number == 0 {
			continue
		}
		view.Documents = append(view.Documents, s.ruled(v, e))
		if j, ok := s.joined(v, e, bound); ok && offered {
			view.Joined = append(view.Joined, j)
		}
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Title), view.page())
}

// joined is said to visitors where the agreement takes access for acceptance.
func (s *Front) joined(v gate.Visit, e agreement.Edition, bound identity.Bound) (joined, bool) {
	acceptance, by, ok := clause.InDocument[agreement.AcceptanceRule](s.Agreements.Book(v.Actor.Portal, v.Now), e.Document)
	if !ok || bound.Actor().Known() || !slices.Contains(acceptance.How, agreement.ByAccess) {
		return joined{}, false
	}
	return joined{
		Text: s.Say(v, "front.rules.joined", "document", s.In(v, e.Content.Title), "edition", strconv.Itoa(e.Number)),
		Cite: s.Cite(v, by),
	}, true
}

// ruled is what an edition makes the portal do, by section, and what it leaves to people to judge.
func (s *Front) ruled(v gate.Visit, e agreement.Edition) rulesDocument {
	out := rulesDocument{
		Title: s.In(v, e.Content.Title), Edition: s.Say(v, "front.home.since", "edition", strconv.Itoa(e.Number), "day", s.Day(v, e.InForceAt)),
		Content: rulesSection{Heading: s.Say(v, "front.rules.content"), Lead: s.Say(v, "front.rules.content_lead")},
	}
	begun := false
	for _, c := range e.Content.Clauses {
		if c.Heading != nil || !begun {
			out.Sections = append(out.Sections, rulesSection{Heading: s.In(v, c.Heading)})
			begun = true
		}
		switch c.Kind {
		case clause.Mechanism:
			last := &out.Sections[len(out.Sections)-1]
			last.Clauses = append(last.Clauses, s.ruleClause(v, e, c))
		case clause.ContentRule:
			out.Content.Clauses = append(out.Content.Clauses, s.ruleClause(v, e, c))
		}
	}
	out.Sections = slices.DeleteFunc(out.Sections, func(x rulesSection) bool { return len(x.Clauses) == 0 })
	return out
}

func (s *Front) ruleClause(v gate.Visit, e agreement.Edition, c agreement.Clause) ruleClause {
	out := ruleClause{
		Anchor: e.Document + "-" + frame.Anchor(c.Number), Number: s.ClauseNumber(v, c.Number),
		URL:        s.Cite(v, clause.Citation{Portal: e.Portal, Document: e.Document, Edition: e.Number, Clause: c.Number}).URL,
		Paragraphs: strings.Split(s.In(v, c.Text), "\n\n"),
	}
	if c.Repeats != "" || c.Kind == clause.ContentRule {
		out.Note = s.note(v, c)
		return out
	}
	for _, rule := range s.rulesOf(v, c) {
		list := design.SummaryList{Rows: []design.SummaryRow{{Key: s.Say(v, "front.rules.rule"), Body: mono(rule.Name)}}}
		for _, p := range rule.Parameters {
			list.Rows = append(list.Rows, design.SummaryRow{Key: capital(p.Name), Value: p.Value})
		}
		out.Rules = append(out.Rules, list)
	}
	return out
}

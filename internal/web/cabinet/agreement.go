package cabinet

import (
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/eds"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

type agreementView struct {
	Title     string
	Lead      string
	Done      *design.NotificationBanner
	Became    string
	Cite      design.Link // clause that sets when somebody becomes a user
	Documents []documentView
}

// documentView is how the person stands to one document.
type documentView struct {
	Anchor   string
	Title    string
	State    design.Tag
	Facts    design.SummaryList
	History  string
	Accepted design.Timeline
	None     design.EmptyState // instead of the history
	Accept   design.ButtonLink // where the edition in force is still to be accepted
	Refusals []design.Link
}

// Agreement shows what binds the person and why, all they ever accepted, and how to refuse.
func (s *Cabinet) Agreement(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	standings, err := s.Agreements.Standings(r.Context(), v.Actor, v.Now)
	if err != nil {
		return err
	}
	view := agreementView{Title: s.Say(v, "cabinet.agreement.title"), Lead: s.Say(v, "cabinet.agreement.lead")}
	switch {
	case r.URL.Query().Get("accepted") != "":
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "cabinet.agreement.accepted"), Text: s.Say(v, "cabinet.agreement.accepted_text"), Success: true}
	case r.URL.Query().Get("refused") != "":
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "cabinet.agreement.refused"), Success: true}
	}
	view.Became, view.Cite = s.became(v, standings)
	for _, st := range standings {
		view.Documents = append(view.Documents, s.document(v, st))
	}
	page := s.page(r, v, view.Title)
	return s.Write(w, r, http.StatusOK, page, view.page())
}

func (s *Cabinet) document(v gate.Visit, st agreement.Standing) documentView {
	d := documentView{
		Anchor: st.Document, Title: s.DocumentTitle(v, st.Document), State: s.state(v, st),
		Facts: design.SummaryList{Rows: s.facts(v, st)},
	}
	if len(st.Accepted) > 0 {
		d.History, d.Accepted = s.Say(v, "cabinet.agreement.history"), s.acceptances(v, st)
	} else {
		d.None = design.EmptyState{Title: s.Say(v, "cabinet.agreement.none"), Text: s.Say(v, "cabinet.agreement.none_text")}
	}
	if !st.Settled && st.Offered && st.By != agreement.ByAccess && st.By != agreement.ByContinuedUse {
		d.Accept = design.ButtonLink{Text: s.Say(v, "cabinet.agreement.accept"), URL: "/" + v.Actor.Portal + "/agreement/accept"}
	}
	if st.Offered {
		d.Refusals = append(d.Refusals, s.refuseLink(v, st.InForce))
	}
	for _, e := range st.Announced {
		d.Refusals = append(d.Refusals, s.refuseLink(v, e))
	}
	return d
}

func (s *Cabinet) refuseLink(v gate.Visit, e agreement.Edition) design.Link {
	return design.Link{
		Text: s.Say(v, "cabinet.agreement.refuse", "edition", strconv.Itoa(e.Number)),
		URL:  refusalURL(v, e.Document, e.Number),
	}
}

// state says in two words whether the person is bound.
func (s *Cabinet) state(v gate.Visit, st agreement.Standing) design.Tag {
	switch {
	case st.Binds != 0 && !st.Offered:
		return design.Tag{Text: s.Say(v, "cabinet.state.withdrawn"), Colour: design.TagPlain}
	case st.Binds != 0:
		return design.Tag{Text: s.Say(v, "cabinet.state.binds"), Colour: design.TagGood}
	}
	return design.Tag{Text: s.Say(v, "cabinet.state.not_bound"), Colour: design.TagWait}
}

// facts are what binds, why, and what is in force and announced.
func (s *Cabinet) facts(v gate.Visit, st agreement.Standing) []design.SummaryRow {
	row := func(key, value string, link design.Link) design.SummaryRow {
		return design.SummaryRow{Key: s.Say(v, key), Value: value, Change: link, About: s.Say(v, key)}
	}
	edition := func(number int) design.Link {
		return design.Link{Text: s.Say(v, "cabinet.read"), URL: frame.EditionURL(v.Actor.Portal, st.Document, number)}
	}
	var rows []design.SummaryRow
	if st.Binds != 0 {
		rows = append(rows, row("cabinet.agreement.binds", s.numbered(v, st.Binds), edition(st.Binds)))
	}
	rows = append(rows, row("cabinet.agreement.why", s.why(v, st), s.Cite(v, s.reason(st))))
	if st.InForce.Number != 0 && st.Offered {
		rows = append(rows, row("cabinet.agreement.in_force", s.Say(v, "cabinet.agreement.since",
			"edition", strconv.Itoa(st.InForce.Number), "instant", s.Instant(v, st.InForce.InForceAt)), edition(st.InForce.Number)))
	}
	if st.InForce.Number != 0 && !st.Offered {
		rows = append(rows, row("cabinet.agreement.withdrawn", s.Instant(v, st.InForce.WithdrawnAt), design.Link{}))
	}
	if s.signable(v, st) {
		rows = append(rows, row("cabinet.agreement.signature", s.Say(v, "cabinet.agreement.signature_text"),
			design.Link{Text: s.Say(v, "cabinet.agreement.sign"), URL: "/" + v.Actor.Portal + "/cabinet/agreement/" + st.Document + "/sign"}))
	}
	for _, e := range st.Announced {
		rows = append(rows, row("cabinet.agreement.announced", s.Say(v, "cabinet.agreement.from",
			"edition", strconv.Itoa(e.Number), "instant", s.Instant(v, e.InForceAt)),
			design.Link{Text: s.Say(v, "frame.amendment.read"), URL: changesURL(e)}))
	}
	return rows
}

// signable says whether an acceptance can be signed: where the agreement knows what a signature proves, or
// knows people by their keys (egov 1.2.13, court 3.1, ismet 1.18).
func (s *Cabinet) signable(v gate.Visit, st agreement.Standing) bool {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	_, _, proves := clause.In[eds.SignatureProof](book)
	_, _, demanded := clause.In[account.Certificate](book)
	return (proves || demanded) && len(st.Accepted) > 0
}

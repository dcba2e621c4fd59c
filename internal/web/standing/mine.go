package standing

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Mine answers GET /{portal}/standing: the measures against the person's own account, why, under which
// clause, since when, and how to appeal. It is all that somebody who is blocked can open.
func (s *Standing) Mine(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	st, err := s.Accounts.MyStanding(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	cases, err := s.Accounts.MyCases(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	answers := map[identity.ID]account.Case{}
	for _, c := range cases {
		answers[c.ID] = c
	}
	out := view{Done: s.done(r, v), Heading: design.Heading{Text: s.Say(v, "standing.mine.title"), Lead: s.Say(v, "standing.mine.lead")}}
	if v.Actor.Due == account.SanctionDue {
		out.Warning = &design.WarningText{Text: s.Say(v, "standing.mine.shut")}
		out.Heading.Lead = ""
	}
	for _, x := range st.Sanctions {
		out.Parts = append(out.Parts, s.mine(v, x, answers))
	}
	for _, c := range st.Checks {
		if c.Kind == account.CheckByPerson && c.State != account.CheckEnded {
			out.Parts = append(out.Parts, part{Title: s.Say(v, "standing.check.title"), Facts: s.checkFacts(v, c), Links: []design.Link{{
				Text: s.Say(v, "standing.answer.title"), URL: standingURL(v) + "/checks/" + s.Opaque.Of(c.ID),
			}}})
		}
	}
	if len(out.Parts) == 0 {
		out.Parts = []part{{Empty: &design.EmptyState{
			Title: s.Say(v, "standing.mine.none"), Text: s.Say(v, "standing.mine.none_text"), Act: design.Link{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"},
		}}}
	}
	return s.show(w, r, v, out, s.mineTrail(v), nil)
}

// mineTrail is the way to the person's page; somebody who is blocked has none.
func (s *Standing) mineTrail(v gate.Visit, below ...design.Link) []design.Link {
	if v.Actor.Due == account.SanctionDue {
		return below
	}
	return append([]design.Link{{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}}, below...)
}

func (s *Standing) mine(v gate.Visit, x account.Sanction, answers map[identity.ID]account.Case) part {
	p := part{Title: s.action(v, x), Facts: s.facts(v, x, nil)}
	if x.Stands(v.Now) {
		p.Texts = []string{s.Say(v, "standing.effect."+string(x.Action))}
	}
	c := answers[x.Appeal]
	switch {
	case x.Appeal == 0 && x.Stands(v.Now):
		p.Links = []design.Link{{Text: s.Say(v, "standing.appeal.title"), URL: standingURL(v) + "/appeal/" + s.Opaque.Of(x.ID)}}
	case c.Answer != "":
		p.Facts.Rows = append(p.Facts.Rows, design.SummaryRow{Key: s.Say(v, "standing.appeal.answer"), Value: c.Answer})
	case x.Appeal != 0:
		p.Facts.Rows = append(p.Facts.Rows, design.SummaryRow{Key: s.Say(v, "standing.appeal.yours"), Value: s.Say(v, "standing.appeal.waits", "instant", s.Instant(v, c.OpenedAt))})
	}
	return p
}

// Appeal answers GET /{portal}/standing/appeal/{sanction}.
func (s *Standing) Appeal(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAppeal(w, r, v, nil, nil)
}

// AppealPost answers POST of the same address.
func (s *Standing) AppealPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "sanction")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = s.Accounts.Appeal(r.Context(), v.Actor, id, r.PostFormValue("text"))
	if frame.AsFaults(err) != nil {
		return s.showAppeal(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, standingURL(v)+"?done=appealed")
}

func (s *Standing) showAppeal(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	id, err := s.id(r, "sanction")
	if err != nil {
		return err
	}
	st, err := s.Accounts.MyStanding(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	for _, x := range st.Sanctions {
		if x.ID != id {
			continue
		}
		out := view{Errors: errors, Heading: design.Heading{Caption: s.action(v, x), Text: s.Say(v, "standing.appeal.title"), Lead: s.Say(v, "standing.appeal.lead")}, Parts: []part{{Form: &form{
			Fields: []design.Component{design.Textarea{Field: f.field("text", s.Say(v, "standing.appeal.text"), s.Say(v, "standing.appeal.hint")), Value: f.value("text", ""), Rows: 8, MaxLength: 2000}},
			Button: design.Button{Text: s.Say(v, "standing.appeal.button")}, Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: standingURL(v)},
		}}}}
		return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "standing.mine.title"), URL: standingURL(v)}), refusal)
	}
	return absent()
}

// Answer answers GET /{portal}/standing/checks/{check}: what is asked of the person, with a place for
// documents. Somebody who was blocked for not showing them can still do so.
func (s *Standing) Answer(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAnswer(w, r, v, nil, nil)
}

// AnswerPost answers POST of the same address.
func (s *Standing) AnswerPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "check")
	if err != nil {
		return err
	}
	if _, _, err := s.Accounts.MyCheck(r.Context(), v.Actor, id); err != nil {
		return err // before anything is read
	}
	right, papers, err := readPapers(r)
	if err == nil {
		err = s.Accounts.AnswerCheck(r.Context(), v.Actor, id, right, papers)
	}
	if frame.AsFaults(err) != nil {
		return s.showAnswer(w, r, v, url.Values{"right": {map[bool]string{true: "yes"}[right]}}, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, standingURL(v)+"?done=given")
}

func (s *Standing) showAnswer(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	id, err := s.id(r, "check")
	if err != nil {
		return err
	}
	c, papers, err := s.Accounts.MyCheck(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	p, err := s.Accounts.MyPerson(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "standing.answer.title"), Lead: s.Say(v, "standing.answer.lead")}, Parts: []part{{Facts: s.checkFacts(v, c)}}}
	answer := part{Facts: s.data(v, p), Title: s.Say(v, "standing.check.data")}
	for _, x := range papers {
		answer.Texts = append(answer.Texts, s.Say(v, "standing.answer.had", "name", s.paperName(v, x), "instant", s.Instant(v, x.AddedAt)))
	}
	if c.State != account.CheckEnded {
		answer.Form = &form{Upload: true, Button: design.Button{Text: s.Say(v, "standing.answer.button")}, Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: standingURL(v)}}
		if len(c.Fields) > 0 {
			answer.Form.Fields = append(answer.Form.Fields, design.Checkboxes{
				Field: f.field("right", s.Say(v, "standing.answer.confirm"), s.Say(v, "standing.answer.wrong")), Choices: f.choices("right", []string{"yes"}, func(string) string { return s.Say(v, "standing.answer.right") }),
			})
		}
		answer.Form.Fields = append(answer.Form.Fields, design.FileUpload{
			Field:  f.field("papers", s.Say(v, "standing.papers"), s.Say(v, "standing.answer.hint", "most", strconv.Itoa(account.MostPapers), "megabytes", strconv.Itoa(account.MostPaperSize>>20))),
			Accept: ".pdf,.jpg,.jpeg,.png", Multiple: true,
		})
	}
	out.Parts = append(out.Parts, answer)
	return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "standing.mine.title"), URL: standingURL(v)}), refusal)
}

func (s *Standing) size(v gate.Visit, p account.Paper) string {
	return s.Say(v, "standing.kilobytes", "n", strconv.Itoa((p.Size+1023)>>10))
}

// readPapers reads the documents of a form; none is larger than the limit, and no more are read than may
// be given. Refusals: Invalid at "papers".
func readPapers(r *http.Request) (right bool, papers []account.Paper, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return false, nil, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return right, papers, nil
		}
		if err != nil {
			return right, nil, cutOff(err)
		}
		body, err := io.ReadAll(io.LimitReader(p, account.MostPaperSize+1))
		switch {
		case err != nil:
			return right, nil, cutOff(err)
		case p.FormName() == "right":
			right = strings.TrimSpace(string(body)) == "yes"
		case p.FormName() != "papers" || p.FileName() == "" && len(body) == 0: // no file was chosen
		default:
			if papers = append(papers, account.Paper{Name: p.FileName(), Body: body}); len(papers) > account.MostPapers {
				return right, nil, fault.New(fault.Invalid, "account.paper_many").With("most", strconv.Itoa(account.MostPapers)).At("papers")
			}
		}
	}
}

// cutOff says of a body that ended early whether it was too large.
func cutOff(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "account.paper_large").With("megabytes", strconv.Itoa(account.MostPaperSize>>20)).At("papers")
	}
	return fault.New(fault.Invalid, "account.paper_cut").At("papers").Wrap(err)
}

// Card leads to the measures from the cabinet at all times: those that are over stay the person's to read.
func (s *Standing) Card(v gate.Visit) (design.Card, bool) {
	return design.Card{Title: s.Say(v, "standing.mine.title"), URL: standingURL(v), Text: s.Say(v, "standing.mine.card")}, true
}

// Notice stands in the cabinet while a sanction stands or something is asked of the person.
func (s *Standing) Notice(ctx context.Context, _ *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	st, err := s.Accounts.MyStanding(ctx, v.Actor)
	if err != nil {
		return nil, err
	}
	more := design.Link{Text: s.Say(v, "standing.mine.title"), URL: standingURL(v)}
	for _, x := range st.Sanctions {
		if x.Stands(v.Now) {
			return &design.NotificationBanner{
				ID: "standing", Heading: s.action(v, x), More: more,
				Text: s.Say(v, "standing.notice.sanction", "instant", s.Instant(v, x.InForceAt), "clause", x.Cite.Clause),
			}, nil
		}
	}
	for _, c := range st.Checks {
		if c.State == account.CheckOpen && c.Kind == account.CheckByPerson {
			return &design.NotificationBanner{
				ID: "standing", Heading: s.Say(v, "standing.answer.title"), Text: s.Say(v, "standing.notice.check", "instant", s.Instant(v, c.DueAt), "clause", c.Cite.Clause), More: more,
			}, nil
		}
	}
	return nil, nil
}

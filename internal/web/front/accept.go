package front

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// acceptForm is what a person agrees to: what they were shown, and the boxes they ticked.
type acceptForm struct {
	Next   string
	Seen   []agreement.Seen
	Ticked []string // documents
}

// acceptView is the page on which the agreement is accepted.
type acceptView struct {
	Title     string
	Lead      string
	Errors    []design.FieldError
	Changed   string // a new edition came between; nothing was accepted
	Documents []acceptDocument
	Seen      []string
	Next      string
	Button    string      // empty: nothing to press
	Automatic string      // how the rest is accepted by itself; may be empty
	Continue  design.Link // where everything is automatic
	Without   design.WarningText
	Refusal   string
	Cite      design.Link
}

// acceptDocument is one document to accept.
type acceptDocument struct {
	Title     string
	BoxID     string
	EndID     string // of what stands under the text
	Jump      string // there: the text is long, and each of its clauses can be reached by Tab
	How       string // in what way it is accepted, by the clause of Cite
	Told      string
	Withdrawn string // cannot be accepted any more; may be empty
	Sections  []design.Section
	Links     []design.Link
	Cite      design.Link
	Tick      *design.Checkboxes
	Statement string // of consent; may be empty
}

// control is what a person presses or ticks to accept a document in the portal's own way, empty
// where being here or signing in is the acceptance.
func control(by string) string {
	switch by {
	case agreement.ByTick, agreement.ByButton, agreement.ByConsent:
		return by
	}
	return ""
}

// Accept shows every required document that the person has not settled, and the portal's own
// control under its text.
func (s *Front) Accept(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAccept(w, r, v, acceptForm{Next: r.URL.Query().Get("next")}, nil)
}

// AcceptPost records the acceptance of what was shown.
func (s *Front) AcceptPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	form := acceptForm{Next: r.PostFormValue("next"), Seen: frame.ReadSeen(r), Ticked: r.PostForm["tick"]}
	standings, err := s.Agreements.Standings(r.Context(), v.Actor, v.Now)
	if err != nil {
		return err
	}
	how, wrong := "", fault.Faults(nil)
	for _, x := range standings {
		by := s.controlOf(v, x, standings)
		if x.Settled || by == "" {
			continue
		}
		how = by
		if by == agreement.ByTick && !slices.Contains(form.Ticked, x.Document) {
			wrong = append(wrong, fault.New(fault.Invalid, "front.accept.unticked").With("document", x.Document).At(x.Document).By(x.Cite))
		}
	}
	if wrong != nil {
		return s.showAccept(w, r, v, form, wrong)
	}
	if how == "" {
		return frame.SeeOther(w, r, s.onward(v, form.Next, ""))
	}
	if _, err := s.Agreements.Accept(r.Context(), v.Actor, how, form.Seen, v.Address); err != nil {
		return s.showAccept(w, r, v, form, err)
	}
	return frame.SeeOther(w, r, s.onward(v, form.Next, "?accepted=1"))
}

// onward is where somebody goes who has settled everything.
func (s *Front) onward(v gate.Visit, next, told string) string {
	return frame.Local(v, next, home(v)+"/cabinet/agreement"+told)
}

// controlOf is the control for a document. An edition that is accepted by the next sign-in, or
// beside another that must be accepted here, may also be accepted in the way of a first acceptance.
func (s *Front) controlOf(v gate.Visit, x agreement.Standing, all []agreement.Standing) string {
	if by := control(x.By); by != "" || x.Settled || !x.Offered {
		return by
	}
	beside := slices.ContainsFunc(all, func(y agreement.Standing) bool { return !y.Settled && control(y.By) != "" })
	if x.By != agreement.BySignIn && !beside {
		return ""
	}
	acceptance, _, ok := clause.InDocument[agreement.AcceptanceRule](s.Agreements.Book(v.Actor.Portal, v.Now), x.Document)
	if !ok {
		return ""
	}
	for _, how := range acceptance.How {
		if by := control(how); by != "" {
			return by
		}
	}
	return ""
}

func (s *Front) showAccept(w http.ResponseWriter, r *http.Request, v gate.Visit, form acceptForm, err error) error {
	view := acceptView{
		Title: s.Say(v, "front.accept.title"), Lead: s.Say(v, "front.accept.lead"), Next: frame.Local(v, form.Next, ""),
		Without: design.WarningText{Text: s.Say(v, "front.accept.without")},
	}
	status, byField := http.StatusOK, map[string]string(nil)
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Key == "agreement.changed" {
		view.Changed, status, form.Ticked = s.Say(v, "front.accept.changed", "document", s.DocumentTitle(v, x.Args["document"])), http.StatusConflict, nil
	} else if err != nil {
		if view.Errors, byField, ok = s.Errors(v, err); !ok {
			return err
		}
		status = refused(err)
	}
	standings, err := s.Agreements.Standings(r.Context(), v.Actor, v.Now)
	if err != nil {
		return err
	}
	for _, x := range standings {
		view.Seen = append(view.Seen, frame.SeenValue(x.Document, x.InForce.Number))
		if !x.Settled {
			view.Documents = append(view.Documents, s.acceptDocument(v, x, standings, form, byField))
		}
	}
	if len(view.Documents) == 0 && status == http.StatusOK {
		return frame.SeeOther(w, r, s.onward(v, form.Next, ""))
	}
	s.acceptControls(v, &view, standings)
	page := s.Page(r, v, view.Title)
	page.Refused = status != http.StatusOK
	for i := range page.Languages {
		page.Languages[i].URL = languageURL(v, page.Languages[i].Code, agreementURL(v)+"/accept?next="+url.QueryEscape(view.Next))
	}
	return s.Write(w, r, status, page, view.page())
}

// acceptControls puts the button, what is automatic, and what follows from not accepting.
func (s *Front) acceptControls(v gate.Visit, view *acceptView, standings []agreement.Standing) {
	for _, x := range standings {
		if x.Settled || !x.Offered {
			continue
		}
		if by := s.controlOf(v, x, standings); by != "" {
			view.Button = s.Say(v, "front.accept.button."+by)
		} else {
			view.Automatic = s.Say(v, "front.accept.automatic."+x.By)
		}
	}
	if view.Button == "" {
		view.Lead, view.Without = view.Automatic, design.WarningText{}
		if view.Automatic != "" {
			view.Continue = design.Link{Text: s.Say(v, "front.accept.continue"), URL: s.onward(v, view.Next, "")}
		}
		view.Automatic = ""
	}
	effect, _, by := s.Agreements.RefusalEffect(v.Actor.Portal)
	view.Refusal, view.Cite = s.Say(v, "front.accept.refusal."+effect), s.Cite(v, by)
}

// acceptDocument is the whole text of a document with its control.
func (s *Front) acceptDocument(v gate.Visit, x agreement.Standing, all []agreement.Standing, form acceptForm, byField map[string]string) acceptDocument {
	posted := s.posted(v, x.Document)
	e := latest(posted, v.Now)
	title := s.In(v, e.Content.Title)
	out := acceptDocument{
		Title: title, BoxID: "text-" + x.Document, EndID: "end-" + x.Document, Jump: s.Say(v, "front.accept.jump"), Cite: s.Cite(v, x.Cite), Told: s.told(v, e, posted),
		Sections: s.Sections(v, e.Content, x.Document+"-", nil),
		Links:    []design.Link{{Text: s.Say(v, "front.accept.edition", "edition", strconv.Itoa(e.Number)), URL: frame.EditionURL(e.Portal, e.Document, e.Number)}},
	}
	if !x.Offered {
		out.Withdrawn = s.Say(v, "front.accept.withdrawn")
		return out
	}
	out.How = s.Say(v, "front.accept.how", "how", s.value(v, "how", x.By))
	if len(x.Accepted) > 0 {
		out.Links = append(out.Links, design.Link{Text: s.Say(v, "front.text.changes"), URL: changesURL(e)})
	}
	out.Links = append(out.Links, design.Link{Text: s.Say(v, "front.accept.refuse", "edition", strconv.Itoa(e.Number)), URL: refusalURL(v, e)})
	switch s.controlOf(v, x, all) {
	case agreement.ByTick:
		out.Tick = &design.Checkboxes{
			Field: design.Field{ID: x.Document, Name: "tick", Label: s.Say(v, "front.accept.tick_legend"), Error: byField[x.Document]},
			Choices: []design.Choice{{
				Value: x.Document, Label: s.Say(v, "front.accept.tick", "document", title, "edition", strconv.Itoa(e.Number)),
				Checked: slices.Contains(form.Ticked, x.Document),
			}},
		}
	case agreement.ByConsent:
		out.Statement = s.Say(v, "front.accept.consent", "document", title, "edition", strconv.Itoa(e.Number))
	}
	return out
}

package organisations

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func representativesURL(v gate.Visit) string { return cabinet(v) + "/representatives" }

func (s *Organisations) representativeURL(v gate.Visit, id identity.ID) string {
	return representativesURL(v) + "/" + s.Opaque.Of(id)
}

// kinds are the submissions representatives are told of, where a clause provides for them (court 5.2).
// Refusal: Absent.
func (s *Organisations) kinds(v gate.Visit) ([]string, clause.Citation, error) {
	kinds, cite, ok := s.Representatives.Kinds(v.Actor.Portal)
	if !ok {
		return nil, cite, absent()
	}
	return kinds, cite, nil
}

// RepresentativesCard leads here from the cabinet.
func (s *Organisations) RepresentativesCard(v gate.Visit) (design.Card, bool) {
	if _, _, err := s.kinds(v); err != nil {
		return design.Card{}, false
	}
	return design.Card{Title: s.Say(v, "representatives.title"), URL: representativesURL(v), Text: s.Say(v, "representatives.lead")}, true
}

func (s *Organisations) representativesTrail(v gate.Visit) []design.Link {
	return s.trail(v, design.Link{Text: s.Say(v, "representatives.title"), URL: representativesURL(v)})
}

// Named is GET /{portal}/cabinet/representatives.
func (s *Organisations) Named(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	_, cite, err := s.kinds(v)
	if err != nil {
		return err
	}
	all, err := s.Representatives.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	add := design.Link{Text: s.Say(v, "representatives.add"), URL: representativesURL(v) + "/new"}
	out := view{Done: s.done(r, v), Heading: design.Heading{Text: s.Say(v, "representatives.title"), Lead: s.Say(v, "representatives.lead")}}
	if len(all) == 0 {
		out.Parts = []part{{Cite: s.Cite(v, cite), Empty: &design.EmptyState{Title: s.Say(v, "representatives.none"), Text: s.Say(v, "representatives.none_text"), Act: add}}}
		return s.show(w, r, v, out, s.trail(v), nil)
	}
	t := &design.Table{ID: "representatives", Caption: s.Say(v, "representatives.title"), Hidden: true, Header: true, Columns: s.columns(v, "person", "contact", "kinds", "term", "state")}
	for _, x := range all {
		state := s.representativeState(v, x)
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: x.Name, URL: s.representativeURL(v, x.ID)}, {Text: x.To}, {Text: s.submissions(v, x.Kinds)}, {Text: s.until(v, x.Until)}, {Tag: &state},
		}})
	}
	out.Parts = []part{{
		Cite: s.Cite(v, cite), Table: t, Links: []design.Link{add}, Export: design.Link{Text: s.Say(v, "organisations.export"), URL: representativesURL(v) + ".csv"},
	}}
	return s.show(w, r, v, out, s.trail(v), nil)
}

func (s *Organisations) submissions(v gate.Visit, kinds []string) string {
	said := make([]string, 0, len(kinds))
	for _, kind := range kinds {
		said = append(said, s.Say(v, "representatives.kind."+kind))
	}
	return strings.Join(said, ", ")
}

func (s *Organisations) representativeState(v gate.Visit, x party.Representative) design.Tag {
	if !x.Open(v.Now) && x.EndedAt.IsZero() {
		return design.Tag{Text: s.Say(v, "organisations.basis.term"), Colour: design.TagPlain}
	}
	colour := design.TagPlain
	switch x.State {
	case party.RepresentativeConfirmed:
		colour = design.TagGood
	case party.RepresentativeWaiting:
		colour = design.TagWait
	}
	return design.Tag{Text: s.Say(v, "representatives.state."+string(x.State)), Colour: colour}
}

// NamedCSV is GET /{portal}/cabinet/representatives.csv.
func (s *Organisations) NamedCSV(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if _, _, err := s.kinds(v); err != nil {
		return err
	}
	all, err := s.Representatives.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	out := s.export(w, v, "my-representatives.csv", "person", "contact", "kinds", "term", "state", "since")
	for _, x := range all {
		out.Row(x.Name, x.To, s.submissions(v, x.Kinds), s.until(v, x.Until), s.representativeState(v, x).Text, s.Stamp(v, x.MadeAt))
	}
	out.Flush()
	return nil
}

// Name is GET /{portal}/cabinet/representatives/new.
func (s *Organisations) Name(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showName(w, r, v, nil, nil)
}

// NamePost is POST of the same address.
func (s *Organisations) NamePost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	values, files, err := frame.ReadUploads(r, "paper", party.MostPaper)
	if err != nil {
		return s.showName(w, r, v, values, err)
	}
	in := party.Named{Name: values.Get("name"), Contact: values.Get("contact"), Kinds: values["kinds"], Until: day(values, "until")}
	if len(files) > 0 {
		in.PaperName, in.Paper = files[0].Name, files[0].Content
	}
	if _, err := s.Representatives.Add(r.Context(), v.Actor, in); err != nil {
		return s.showName(w, r, v, values, err)
	}
	return frame.SeeOther(w, r, representativesURL(v)+"?done=named")
}

func (s *Organisations) showName(w http.ResponseWriter, r *http.Request, v gate.Visit, values url.Values, refusal error) error {
	kinds, cite, err := s.kinds(v)
	if err != nil {
		return err
	}
	f, errors := s.again(v, values, refusal)
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "representatives.add"), Lead: s.Say(v, "representatives.add_lead")}}
	out.Parts = []part{{Cite: s.Cite(v, cite), Form: &form{Upload: true, Fields: []design.Component{
		design.TextInput{Field: f.field("name", s.Say(v, "representatives.name"), ""), Value: f.values.Get("name")},
		design.TextInput{Field: f.field("contact", s.Say(v, "organisations.contact"), s.Say(v, "organisations.contact_hint")), Value: f.values.Get("contact")},
		design.Checkboxes{
			Field:   f.field("kinds", s.Say(v, "representatives.kinds"), ""),
			Choices: f.choices("kinds", kinds, func(kind string) string { return s.Say(v, "representatives.kind."+kind) }),
		},
		f.date("until", s.Say(v, "organisations.last_day"), s.Say(v, "representatives.last_day_hint")),
		design.FileUpload{Field: f.field("paper", s.Say(v, "representatives.paper"), s.Say(v, "representatives.paper_hint", "megabytes", strconv.Itoa(party.MostPaper>>20))), Accept: ".pdf,.png,.jpg,.jpeg"},
	}, Button: design.Button{Text: s.Say(v, "representatives.add_button")}, Cancel: s.backToNamed(v)}}}
	return s.show(w, r, v, out, s.representativesTrail(v), refusal)
}

func (s *Organisations) backToNamed(v gate.Visit) design.Link {
	return design.Link{Text: s.Say(v, "organisations.cancel"), URL: representativesURL(v)}
}

// Representative is GET /{portal}/cabinet/representatives/{representative}.
func (s *Organisations) Representative(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showRepresentative(w, r, v, nil)
}

// RepresentativePost is POST of the same address: it asks for the confirmation once more, or revokes.
func (s *Organisations) RepresentativePost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "representative")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	act, done := s.Representatives.Resend, "asked"
	if r.PostFormValue("act") == "revoke" {
		act, done = s.Representatives.Revoke, "revoked"
	}
	if err := act(r.Context(), v.Actor, id); err != nil {
		return s.showRepresentative(w, r, v, err)
	}
	return frame.SeeOther(w, r, representativesURL(v)+"?done="+done)
}

func (s *Organisations) showRepresentative(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	id, err := s.id(r, "representative")
	if err != nil {
		return err
	}
	x, err := s.Representatives.One(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	var l rows
	l.add(s.Say(v, "organisations.column.contact"), x.To)
	l.add(s.Say(v, "organisations.column.kinds"), s.submissions(v, x.Kinds))
	l.add(s.Say(v, "organisations.column.term"), s.until(v, x.Until))
	l.add(s.Say(v, "organisations.column.state"), s.representativeState(v, x).Text)
	p := part{Facts: &l.SummaryList, Links: []design.Link{{Text: s.Say(v, "representatives.paper_open", "name", x.Paper), URL: s.representativeURL(v, id) + "/paper"}}}
	if x.Open(v.Now) {
		p.Texts = []string{s.Say(v, "representatives.revoke_lead")}
		p.Form = &form{Button: design.Button{Text: s.Say(v, "representatives.revoke"), Look: design.Warning, Name: "act", Value: "revoke"}, Cancel: s.backToNamed(v)}
		if x.State == party.RepresentativeWaiting {
			p.Form.Other = &design.Button{Text: s.Say(v, "representatives.ask_again"), Look: design.Secondary, Name: "act", Value: "again"}
		}
	}
	out := view{Errors: errors, Heading: design.Heading{Caption: s.Say(v, "representatives.title"), Text: x.Name}, Parts: []part{p}}
	return s.show(w, r, v, out, s.representativesTrail(v), refusal)
}

// Paper is GET …/paper: the person's own file, sent to be kept and never to be run.
func (s *Organisations) Paper(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "representative")
	if err != nil {
		return err
	}
	x, paper, err := s.Representatives.PaperOf(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	ending := map[string]string{"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}[x.PaperType]
	h := w.Header()
	h.Set("Content-Type", x.PaperType)
	h.Set("Content-Disposition", `attachment; filename="`+s.Opaque.Of(x.ID)+ending+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(paper) // the person has left; the answer was right
	return nil
}

// Asked is GET /{portal}/links/representative/{token}: it uses nothing up.
func (s *Organisations) Asked(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, by, err := s.Representatives.Asked(r.Context(), v.Actor.Portal, r.PathValue("token"))
	if err != nil {
		return err
	}
	var l rows
	l.add(s.Say(v, "organisations.column.person"), x.Name)
	l.add(s.Say(v, "organisations.column.contact"), x.To)
	l.add(s.Say(v, "organisations.column.kinds"), s.submissions(v, x.Kinds))
	l.add(s.Say(v, "organisations.column.term"), s.until(v, x.Until))
	out := view{Heading: design.Heading{Text: s.Say(v, "representatives.asked", "name", by), Lead: s.Say(v, "representatives.asked_lead")}, Parts: []part{{
		Facts: &l.SummaryList, Form: &form{
			Button: design.Button{Text: s.Say(v, "representatives.agree"), Name: "answer", Value: "agree"},
			Other:  &design.Button{Text: s.Say(v, "representatives.decline"), Look: design.Secondary, Name: "answer", Value: "decline"},
		},
	}}}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.show(w, r, v, out, nil, nil)
}

// AskedPost is POST of the same address.
func (s *Organisations) AskedPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	agree := r.PostFormValue("answer") == "agree"
	if err := s.Representatives.Answer(r.Context(), v.Actor.Portal, r.PathValue("token"), agree); err != nil {
		return err
	}
	answer := "no"
	if agree {
		answer = "yes"
	}
	return frame.SeeOther(w, r, home(v)+"/representative?answer="+answer)
}

// Thanks is GET /{portal}/representative: what follows from the answer.
func (s *Organisations) Thanks(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	said := design.Heading{Text: s.Say(v, "representatives.declined"), Lead: s.Say(v, "representatives.declined_lead")}
	if r.URL.Query().Get("answer") == "yes" {
		said = design.Heading{Text: s.Say(v, "representatives.agreed"), Lead: s.Say(v, "representatives.agreed_lead")}
	}
	return s.show(w, r, v, view{Heading: said}, nil, nil)
}

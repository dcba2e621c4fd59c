package materials

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tereze/internal/content"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Desk is GET /{portal}/console/materials/{author}/{material}: a material and what a moderator can do with it.
// Of what was deleted it shows no word: the archive asks for a reason first.
func (s *Materials) Desk(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, kept, err := s.head(r, v)
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, x)
	if err != nil {
		return err
	}
	tag := s.tag(v, x)
	facts := &design.SummaryList{Rows: []design.SummaryRow{
		{Key: s.Say(v, "content.author"), Value: names[x.Author]}, {Key: s.Say(v, "content.section_field"), Value: s.section(v, x.Section)},
		{Key: s.Say(v, "content.state"), Body: tag}, {Key: s.Say(v, "content.published"), Value: s.Instant(v, x.PublishedAt)},
	}}
	if !x.EditedAt.IsZero() {
		facts.Rows = append(facts.Rows, design.SummaryRow{Key: s.Say(v, "content.edited"), Value: s.Instant(v, x.EditedAt)})
	}
	facts.Rows = append(facts.Rows, design.SummaryRow{Key: s.Say(v, "content.wordings"), Value: strconv.Itoa(kept)})
	powers := s.Content.Powers(v.Actor.Portal)
	out := view{Heading: design.Heading{Text: s.titled(v, x)}, Facts: facts, Cite: s.Cite(v, powers.Cite)}
	if x.State == content.Published {
		out.Written = []said{{By: s.by(v, x, names[x.Author]), Text: x.Text}}
	}
	for _, act := range offered(x, powers, kept) {
		out.Links = append(out.Links, design.Link{Text: s.Say(v, "content.act."+act), URL: s.deskURL(v, x) + "/" + act})
	}
	if kept > 0 {
		out.Links = append(out.Links, design.Link{Text: s.Say(v, "content.archive.title"), URL: s.deskURL(v, x) + "/archive"})
	}
	return s.show(w, r, v, out, s.deskTrail(v), nil)
}

func (s *Materials) head(r *http.Request, v gate.Visit) (content.Material, int, error) {
	author, id, err := s.named(r)
	if err != nil {
		return content.Material{}, 0, err
	}
	return s.Content.Head(r.Context(), v.Actor, author, id)
}

// offered is what can be done with a material as it stands, by the clause in force.
func offered(x content.Material, p content.Powers, kept int) []string {
	switch {
	case x.State == content.Published:
		return p.Acts
	case x.State == content.Removed && kept > 0:
		return []string{content.PutBack}
	}
	return nil
}

// Act is GET /{portal}/console/materials/{author}/{material}/{act}: it asks where to, why, and whether the author is
// to be told. An act that the clause in force does not name is no page.
func (s *Materials) Act(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, kept, err := s.head(r, v)
	if err != nil {
		return err
	}
	if !slices.Contains(offered(x, s.Content.Powers(v.Actor.Portal), kept), r.PathValue("act")) {
		return absent()
	}
	return s.showAct(w, r, v, x, url.Values{"tell": {"yes"}}, nil)
}

// ActPost is POST of the same address.
func (s *Materials) ActPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	author, id, err := s.named(r)
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	refusal := s.Content.Moderate(r.Context(), v.Actor, content.Step{
		Author: author, ID: id, Version: version(r), Act: act,
		Section: r.PostFormValue("section"), Reason: r.PostFormValue("reason"), Quiet: r.PostFormValue("tell") != "yes",
	})
	if refusal != nil && !shown(refusal) {
		return refusal
	}
	x, _, err := s.head(r, v)
	if err != nil {
		return err
	}
	if refusal != nil {
		return s.showAct(w, r, v, x, r.PostForm, refusal)
	}
	return frame.SeeOther(w, r, s.deskURL(v, x)+"?done=moderated")
}

func (s *Materials) showAct(w http.ResponseWriter, r *http.Request, v gate.Visit, x content.Material, values url.Values, refusal error) error {
	f, errors := s.again(v, values, refusal)
	act, powers := r.PathValue("act"), s.Content.Powers(v.Actor.Portal)
	form := &form{
		Version: x.Version, Button: design.Button{Text: s.Say(v, "content.act."+act)}, Cancel: design.Link{Text: s.Say(v, "content.cancel"), URL: s.deskURL(v, x)},
	}
	if act == content.Remove {
		form.Button.Look = design.Warning
	}
	if act == content.Move {
		others := slices.DeleteFunc(s.sections(v, values.Get("section")), func(c design.Choice) bool { return c.Value == x.Section })
		form.Fields = append(form.Fields, design.Radios{Field: f.field("section", s.Say(v, "content.move_to"), ""), Choices: others})
	}
	why := f.field("reason", s.Say(v, "content.why"), s.Say(v, "content.why_hint"))
	why.Optional = powers.ReasonOptional || act == content.PutBack
	form.Fields = append(form.Fields, design.Textarea{Field: why, Value: values.Get("reason"), Rows: 3, MaxLength: content.MaxReason})
	if powers.NoticeOptional {
		form.Fields = append(form.Fields, design.Checkboxes{Field: f.field("tell", s.Say(v, "content.notice"), ""), Small: true, Choices: []design.Choice{
			{Value: "yes", Label: s.Say(v, "content.tell"), Checked: values.Get("tell") == "yes"},
		}})
	}
	out := view{
		Errors: errors, Heading: design.Heading{Text: s.Say(v, "content.act."+act), Lead: s.titled(v, x)}, Texts: []string{s.Say(v, "content.act_text."+act)},
		Cite: s.Cite(v, powers.Cite), Form: form,
	}
	return s.show(w, r, v, out, s.deskTrail(v, design.Link{Text: s.titled(v, x), URL: s.deskURL(v, x)}), refusal)
}

// Archive is GET /{portal}/console/materials/{author}/{material}/archive: it asks why the copies are to be seen.
func (s *Materials) Archive(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showArchive(w, r, v, nil, nil)
}

// ArchivePost is POST of the same address: it shows the copies for a reason that the author sees. It does not
// redirect: what was seen belongs to this one look.
func (s *Materials) ArchivePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	author, id, err := s.named(r)
	if err != nil {
		return err
	}
	all, refusal := s.Content.Archive(r.Context(), v.Actor, author, id, r.PostFormValue("reason"))
	if refusal != nil && !shown(refusal) {
		return refusal
	}
	return s.showArchive(w, r, v, all, refusal)
}

func (s *Materials) showArchive(w http.ResponseWriter, r *http.Request, v gate.Visit, all []content.Wording, refusal error) error {
	x, kept, err := s.head(r, v)
	if err != nil {
		return err
	}
	if kept == 0 && all == nil {
		return absent()
	}
	f, errors := s.again(v, r.PostForm, refusal)
	reasons, cite := s.Accounts.ReasonsAt(v.Actor.Portal)
	out := view{Errors: errors, Heading: design.Heading{Caption: s.titled(v, x), Text: s.Say(v, "content.archive.title"), Lead: s.Say(v, "content.archive.lead")}, Cite: s.Cite(v, cite)}
	for _, one := range all {
		key := "content.archive.edited"
		if one.Ended {
			key = "content.archive.ended"
		}
		out.Written = append(out.Written, said{Title: one.Title, By: s.Say(v, key, "at", s.Instant(v, one.Until)), Text: one.Text})
	}
	if all == nil {
		radios := design.Radios{Field: f.field("reason", s.Say(v, "console.person.why"), s.Say(v, "console.person.why_hint"))}
		for _, reason := range reasons {
			radios.Choices = append(radios.Choices, design.Choice{Value: reason, Label: s.Say(v, "console.reason."+reason), Hint: s.Say(v, "console.reason."+reason+"_hint"), Checked: reason == f.values.Get("reason")})
		}
		out.Form = &form{Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "content.archive.button")}, Cancel: design.Link{Text: s.Say(v, "content.cancel"), URL: s.deskURL(v, x)}}
	}
	return s.show(w, r, v, out, s.deskTrail(v, design.Link{Text: s.titled(v, x), URL: s.deskURL(v, x)}), refusal)
}

package materials

import (
	"net/http"
	"net/url"

	"tereze/internal/clause"
	"tereze/internal/content"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// New is GET /{portal}/cabinet/materials/new?section=.
func (s *Materials) New(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showNew(w, r, v, url.Values{"section": {r.URL.Query().Get("section")}}, nil)
}

// NewPost is POST of the same address: the material stands for everybody when it is answered (ismet R28).
func (s *Materials) NewPost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	x, err := s.Content.Publish(r.Context(), bound, draft(r))
	if err != nil {
		return s.showNew(w, r, v, r.PostForm, err)
	}
	return frame.SeeOther(w, r, s.materialURL(v, x)+"?done=published")
}

func draft(r *http.Request) content.Draft {
	return content.Draft{Section: r.PostFormValue("section"), Title: r.PostFormValue("headline"), Text: r.PostFormValue("text")}
}

func (s *Materials) showNew(w http.ResponseWriter, r *http.Request, v gate.Visit, values url.Values, refusal error) error {
	if refusal != nil && !shown(refusal) {
		return refusal
	}
	if !s.Content.Any(v.Actor.Portal) {
		return absent()
	}
	f, errors := s.again(v, values, refusal)
	chosen := values.Get("section")
	section := &design.Radios{Field: f.field("section", s.Say(v, "content.section_field"), ""), Choices: s.sections(v, chosen)}
	for i, x := range s.Content.Sections(v.Actor.Portal) {
		section.Choices[i].Hint = x.About[v.Actor.Language]
	}
	out := view{
		Errors: errors, Heading: design.Heading{Text: s.Say(v, "content.new.title"), Lead: s.Say(v, "content.new.lead")},
		Form: &form{
			Fields: append([]design.Component{section}, s.fields(v, f)...), Button: design.Button{Text: s.Say(v, "content.new.button")},
			Cancel: design.Link{Text: s.Say(v, "content.cancel"), URL: allURL(v)},
		},
	}
	if _, cite, ok := clause.In[content.ModerationTrigger](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		out.Cite = s.Cite(v, cite)
	}
	return s.show(w, r, v, out, s.mineTrail(v), refusal)
}

func (s *Materials) fields(v gate.Visit, f filled) []design.Component {
	return []design.Component{
		design.TextInput{Field: f.field("headline", s.Say(v, "content.title_field"), ""), Value: f.values.Get("headline"), MaxLength: content.MaxTitle, Spellcheck: true},
		design.Textarea{Field: f.field("text", s.Say(v, "content.text_field"), s.Say(v, "content.text_hint")), Value: f.values.Get("text"), Rows: 12, MaxLength: content.MaxText},
	}
}

// mine finds a material of the actor that stands. Refusal: Absent.
func (s *Materials) mine(r *http.Request, v gate.Visit) (content.Material, error) {
	id, err := s.id(r, "material")
	if err != nil {
		return content.Material{}, err
	}
	return s.Content.Read(r.Context(), v.Actor.Portal, v.Actor.User, id)
}

// Edit is GET /{portal}/cabinet/materials/{material}/edit.
func (s *Materials) Edit(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	x, err := s.mine(r, v)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, v, x, url.Values{"headline": {x.Title}, "text": {x.Text}}, nil)
}

// EditPost is POST of the same address.
func (s *Materials) EditPost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	id, err := s.id(r, "material")
	if err != nil {
		return err
	}
	refusal := s.Content.Edit(r.Context(), bound, id, version(r), draft(r))
	if refusal != nil && !shown(refusal) {
		return refusal
	}
	x, err := s.mine(r, v)
	if err != nil {
		return err
	}
	if refusal != nil {
		return s.showEdit(w, r, v, x, r.PostForm, refusal)
	}
	return frame.SeeOther(w, r, s.materialURL(v, x)+"?done=edited")
}

// showEdit asks for the new wording of the material as it now stands: who saves after a conflict has been told so.
func (s *Materials) showEdit(w http.ResponseWriter, r *http.Request, v gate.Visit, x content.Material, values url.Values, refusal error) error {
	f, errors := s.again(v, values, refusal)
	out := view{
		Errors: errors, Heading: design.Heading{Caption: s.section(v, x.Section), Text: s.Say(v, "content.edit.title")},
		Form: &form{
			Version: x.Version, Fields: s.fields(v, f), Button: design.Button{Text: s.Say(v, "content.edit.button")},
			Cancel: design.Link{Text: s.Say(v, "content.cancel"), URL: s.materialURL(v, x)},
		},
	}
	if _, cite, ok := clause.In[content.ArchiveCopies](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		out.Texts, out.Cite = []string{s.Say(v, "content.edit.kept")}, s.Cite(v, cite)
	}
	return s.show(w, r, v, out, s.mineTrail(v), refusal)
}

// Delete is GET /{portal}/cabinet/materials/{material}/delete: it asks first. It stands open to whoever has signed
// in, bound or not.
func (s *Materials) Delete(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, err := s.mine(r, v)
	if err != nil {
		return err
	}
	return s.showDelete(w, r, v, x, nil)
}

// DeletePost is POST of the same address.
func (s *Materials) DeletePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	id, err := s.id(r, "material")
	if err != nil {
		return err
	}
	refusal := s.Content.Delete(r.Context(), v.Actor, id, version(r))
	if refusal == nil {
		return frame.SeeOther(w, r, mineURL(v)+"?done=deleted")
	}
	if !shown(refusal) {
		return refusal
	}
	x, err := s.mine(r, v)
	if err != nil {
		return err
	}
	return s.showDelete(w, r, v, x, refusal)
}

func (s *Materials) showDelete(w http.ResponseWriter, r *http.Request, v gate.Visit, x content.Material, refusal error) error {
	_, errors := s.again(v, nil, refusal)
	out := view{
		Errors: errors, Heading: design.Heading{Text: s.Say(v, "content.delete.title"), Lead: x.Title}, Texts: []string{s.Say(v, "content.delete.text")},
		Form: &form{
			Version: x.Version, Button: design.Button{Text: s.Say(v, "content.delete.button"), Look: design.Warning},
			Cancel: design.Link{Text: s.Say(v, "content.cancel"), URL: s.materialURL(v, x)},
		},
	}
	if rule, cite, ok := clause.In[content.ArchiveCopies](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		key := "content.delete.kept"
		if rule.KeepFor != (clause.Period{}) {
			key = "content.delete.kept_for_a_time"
		}
		out.Texts, out.Cite = append(out.Texts, s.Say(v, key)), s.Cite(v, cite)
	}
	return s.show(w, r, v, out, s.mineTrail(v), refusal)
}

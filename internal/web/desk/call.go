package desk

import (
	"net/http"

	"tereze/internal/claims"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// callView writes down a request that comes by telephone.
type callView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Cite    design.Link
	Kind    design.Radios
	Subject design.TextInput
	Text    design.Textarea
	User    design.TextInput
	Name    design.TextInput
	Contact design.TextInput
	Button  design.Button
}

// Call answers GET /{portal}/console/requests/new.
func (s *Desk) Call(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCall(w, r, v, filled{prefix: "call"}, nil)
}

// CallPost answers POST of the same address.
func (s *Desk) CallPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	q, err := s.Requests.TakeCall(r.Context(), v.Actor, claims.Call{
		Ask: claims.Ask{
			Kind: r.PostFormValue("kind"), Subject: r.PostFormValue("subject"), Text: r.PostFormValue("text"), Name: r.PostFormValue("name"),
			Language: s.Portal(v).Languages[0],
		},
		User: r.PostFormValue("user"), Contact: r.PostFormValue("contact"),
	})
	if frame.AsFaults(err) != nil {
		return s.showCall(w, r, v, filled{prefix: "call", values: r.PostForm}, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, s.requestURL(v, q)+"?done=call")
}

func (s *Desk) showCall(w http.ResponseWriter, r *http.Request, v gate.Visit, f filled, refusal error) error {
	o := s.Requests.Offer(v.Actor.Portal)
	if !o.Open() {
		return absent()
	}
	view := callView{
		Heading: design.Heading{Text: s.Say(v, "desk.call.title"), Lead: s.Say(v, "desk.call.lead", "phone", o.Phone)}, Cite: s.Cite(v, o.PhoneBy),
		Button: design.Button{Text: s.Say(v, "desk.call.button")},
	}
	if o.Phone == "" {
		view.Heading.Lead = s.Say(v, "claims.no_phone")
	}
	view.Errors, f.at = s.faults(v, f.prefix, refusal)
	view.Kind = design.Radios{Field: f.field("kind", s.Say(v, "support.kind"), "")}
	for _, k := range o.Kinds {
		view.Kind.Choices = append(view.Kind.Choices, design.Choice{Value: k.Name, Label: s.Say(v, "support.kind."+k.Name), Checked: f.value("kind", "") == k.Name})
	}
	line := func(name, label, hint string, optional bool) design.TextInput {
		field := f.field(name, label, hint)
		field.Optional = optional
		return design.TextInput{Field: field, Value: f.value(name, "")}
	}
	view.Subject = line("subject", s.Say(v, "support.subject"), s.Say(v, "support.subject_hint"), false)
	view.Subject.MaxLength = claims.MaxSubject
	view.Text = design.Textarea{Field: f.field("text", s.Say(v, "desk.call.text"), ""), Value: f.value("text", ""), Rows: 6, MaxLength: claims.MaxText}
	view.User = line("user", s.In(v, s.Portal(v).SignInName), s.Say(v, "desk.call.user_hint"), true)
	view.Name = line("name", s.Say(v, "desk.request.name"), s.Say(v, "desk.call.name_hint"), true)
	view.Contact = line("contact", s.Say(v, "desk.request.contact"), s.Say(v, "desk.call.contact_hint"), true)
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = s.trail(v, design.Link{Text: s.Say(v, "desk.requests.title"), URL: requestsURL(v)})
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

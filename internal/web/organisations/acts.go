package organisations

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Invite is GET /{portal}/cabinet/organisations/{organisation}/invite.
func (s *Organisations) Invite(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showInvite(w, r, v, nil)
}

// InvitePost is POST of the same address.
func (s *Organisations) InvitePost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	in := party.Invite{Contact: r.PostFormValue("contact"), Role: party.Role(r.PostFormValue("role")), Until: day(r.PostForm, "until")}
	if _, err := s.Organisations.Invite(r.Context(), v.Actor, id, in); err != nil {
		return s.showInvite(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.oneURL(v, id)+"?done=invited")
}

func (s *Organisations) showInvite(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	d, err := s.Organisations.Look(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	f, errors := s.again(v, r.PostForm, refusal)
	roles := design.Radios{Field: f.field("role", s.Say(v, "organisations.column.role"), "")}
	for _, role := range []party.Role{party.Signer, party.Employee} {
		roles.Choices = append(roles.Choices, design.Choice{
			Value: string(role), Label: s.role(v, role), Hint: s.powers(v, s.Organisations.Powers(v.Actor.Portal, role)), Checked: f.values.Get("role") == string(role),
		})
	}
	until := f.date("until", s.Say(v, "organisations.last_day"), s.Say(v, "organisations.last_day_hint"))
	until.Optional = true
	out := view{Errors: errors, Heading: design.Heading{Caption: d.Name, Text: s.Say(v, "organisations.invite"), Lead: s.Say(v, "organisations.invite_lead")}}
	out.Parts = []part{{Form: &form{
		Fields: []design.Component{
			design.TextInput{Field: f.field("contact", s.Say(v, "organisations.contact"), s.Say(v, "organisations.contact_hint")), Value: f.values.Get("contact")},
			roles, until,
		},
		Button: design.Button{Text: s.Say(v, "organisations.invite_button")}, Cancel: s.cancel(v, id),
	}}}
	return s.show(w, r, v, out, s.below(v, d.Organisation), refusal)
}

func (s *Organisations) cancel(v gate.Visit, organisation identity.ID) design.Link {
	return design.Link{Text: s.Say(v, "organisations.cancel"), URL: s.oneURL(v, organisation)}
}

// Invitation is GET …/invitations/{invitation}: what can be done with one that is open.
func (s *Organisations) Invitation(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showInvitation(w, r, v, nil)
}

// InvitationPost is POST of the same address: it sends the invitation anew, or takes it back.
func (s *Organisations) InvitationPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	organisation, id, err := s.ids(r, "invitation")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	act, done := s.Organisations.Resend, "resent"
	if r.PostFormValue("act") == "withdraw" {
		act, done = s.Organisations.Withdraw, "withdrawn"
	}
	if err := act(r.Context(), v.Actor, organisation, id); err != nil {
		return s.showInvitation(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.oneURL(v, organisation)+"?done="+done)
}

// ids reads the organisation and what is asked about in it. Refusal: Absent.
func (s *Organisations) ids(r *http.Request, name string) (organisation, id identity.ID, err error) {
	if organisation, err = s.id(r, "organisation"); err == nil {
		id, err = s.id(r, name)
	}
	return organisation, id, err
}

func (s *Organisations) showInvitation(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	organisation, id, err := s.ids(r, "invitation")
	if err != nil {
		return err
	}
	d, err := s.Organisations.Look(r.Context(), v.Actor, organisation)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Errors: errors, Heading: design.Heading{Caption: d.Name, Text: s.Say(v, "organisations.invitation")}}
	found := false
	for _, i := range d.Invitations {
		if i.ID != id {
			continue
		}
		found = true
		var l rows
		l.add(s.Say(v, "organisations.column.contact"), i.To)
		l.add(s.Say(v, "organisations.column.role"), s.role(v, i.Role))
		l.add(s.Say(v, "organisations.column.term"), s.until(v, i.Until))
		l.add(s.Say(v, "organisations.column.expires"), s.Instant(v, i.ExpiresAt))
		out.Parts = append(out.Parts, part{Facts: &l.SummaryList, Texts: []string{s.Say(v, "organisations.invitation_lead")}, Form: &form{
			Button: design.Button{Text: s.Say(v, "organisations.resend"), Name: "act", Value: "resend"},
			Other:  &design.Button{Text: s.Say(v, "organisations.withdraw"), Look: design.Warning, Name: "act", Value: "withdraw"},
			Cancel: s.cancel(v, organisation),
		}})
	}
	if !found && refusal == nil {
		return absent()
	}
	return s.show(w, r, v, out, s.below(v, d.Organisation), refusal)
}

// asked is an act that ends something, asked about on a page of its own.
type asked struct {
	Title, Lead, Button string // of the page
	Back                string // where it leads when it is done
	Act                 func() error
}

// End is GET …/members/{user}/end, EndPost its POST.
func (s *Organisations) End(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.askEnd(w, r, v)
}

// EndPost ends the membership.
func (s *Organisations) EndPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.askEnd(w, r, v)
}

func (s *Organisations) askEnd(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	organisation, user, err := s.ids(r, "user")
	if err != nil {
		return err
	}
	x, m, err := s.Organisations.Member(r.Context(), v.Actor, organisation, user)
	if err != nil {
		return err
	}
	return s.ask(w, r, v, x, asked{
		Title: s.Say(v, "organisations.end"), Lead: s.Say(v, "organisations.end_lead", "name", m.Shown), Button: s.Say(v, "organisations.end_button"),
		Back: s.oneURL(v, x.ID) + "?done=ended",
		Act:  func() error { return s.Organisations.EndMembership(r.Context(), v.Actor, organisation, user) },
	})
}

// Leave is GET …/leave.
func (s *Organisations) Leave(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	d, err := s.look(r, v)
	if err != nil {
		return err
	}
	return s.ask(w, r, v, d.Organisation, asked{
		Title: s.Say(v, "organisations.leave"), Lead: s.Say(v, "organisations.leave_lead", "name", d.Name), Button: s.Say(v, "organisations.leave_button"),
		Back: listURL(v) + "?done=left", Act: func() error { return s.Organisations.Leave(r.Context(), v.Actor, d.ID) },
	})
}

// LeavePost is POST of the same address.
func (s *Organisations) LeavePost(w http.ResponseWriter, r *http.Request, v gate.Visit, b identity.Bound) error {
	return s.Leave(w, r, v, b)
}

// look gives the organisation in the address to a member. Refusal: Absent.
func (s *Organisations) look(r *http.Request, v gate.Visit) (party.Detail, error) {
	id, err := s.id(r, "organisation")
	if err != nil {
		return party.Detail{}, err
	}
	return s.Organisations.Look(r.Context(), v.Actor, id)
}

// ask shows the question, and does the act once it is answered.
func (s *Organisations) ask(w http.ResponseWriter, r *http.Request, v gate.Visit, x party.Organisation, a asked) error {
	var refusal error
	if r.Method == http.MethodPost {
		if refusal = a.Act(); refusal == nil {
			return frame.SeeOther(w, r, a.Back)
		}
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Errors: errors, Heading: design.Heading{Caption: x.Name, Text: a.Title}, Parts: []part{{
		Texts: []string{a.Lead}, Form: &form{Button: design.Button{Text: a.Button, Look: design.Warning}, Cancel: s.cancel(v, x.ID)},
	}}}
	return s.show(w, r, v, out, s.below(v, x), refusal)
}

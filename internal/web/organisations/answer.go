package organisations

import (
	"net/http"
	"net/url"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// cookie carries the token of an invitation past the sign-in or the registration of who is invited.
const cookie = "invitation"

func answerURL(v gate.Visit) string { return listURL(v) + "/invitation" }

// Link is GET /{portal}/links/organisation/{token}. It uses nothing up: who has signed in goes on to the
// answer, others to the sign-in first.
func (s *Organisations) Link(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, i, err := s.Organisations.Invited(r.Context(), v.Actor.Portal, r.PathValue("token"))
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, r.PathValue("token")))
	if v.Actor.Known() {
		return frame.SeeOther(w, r, answerURL(v))
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "organisations.invited", "organisation", x.Name)}, Parts: []part{
		{Facts: s.invitedFacts(v, x, i), Texts: []string{s.Say(v, "organisations.invited_first")}, Links: []design.Link{
			{Text: s.Say(v, "frame.sign_in"), URL: home(v) + "/sign-in?next=" + url.QueryEscape(answerURL(v))},
			{Text: s.Say(v, "front.sign_in.register"), URL: home(v) + "/register"},
		}},
	}}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.show(w, r, v, out, nil, nil)
}

func (s *Organisations) invitedFacts(v gate.Visit, x party.Organisation, i party.Invitation) *design.SummaryList {
	var l rows
	l.add(s.Say(v, "organisations.column.organisation"), x.Name)
	l.add(s.Say(v, "organisations.column.role"), s.role(v, i.Role))
	l.add(s.Say(v, "organisations.column.powers"), s.powers(v, s.Organisations.Powers(x.Portal, i.Role)))
	l.add(s.Say(v, "organisations.column.term"), s.until(v, i.Until))
	l.add(s.Say(v, "organisations.column.expires"), s.Instant(v, i.ExpiresAt))
	return &l.SummaryList
}

// Answer is GET /{portal}/cabinet/organisations/invitation.
func (s *Organisations) Answer(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showAnswer(w, r, v, nil)
}

// AnswerPost is POST of the same address.
func (s *Organisations) AnswerPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	accept := r.PostFormValue("answer") == "accept"
	if _, err := s.Organisations.Answer(r.Context(), v.Actor, gate.AttemptToken(r, v.Actor.Portal, cookie), accept); err != nil {
		if frame.AsFaults(err) == nil {
			return err
		}
		return s.showAnswer(w, r, v, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	done := "declined"
	if accept {
		done = "joined"
	}
	return frame.SeeOther(w, r, listURL(v)+"?done="+done)
}

func (s *Organisations) showAnswer(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	x, i, err := s.Organisations.Invited(r.Context(), v.Actor.Portal, gate.AttemptToken(r, v.Actor.Portal, cookie))
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "organisations.invited", "organisation", x.Name)}, Parts: []part{{
		Facts: s.invitedFacts(v, x, i), Form: &form{
			Button: design.Button{Text: s.Say(v, "organisations.accept"), Name: "answer", Value: "accept"},
			Other:  &design.Button{Text: s.Say(v, "organisations.decline"), Look: design.Secondary, Name: "answer", Value: "decline"},
		},
	}}}
	return s.show(w, r, v, out, s.trail(v, s.listLink(v)), refusal)
}

package school

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Reset answers GET /{portal}/school/people/{user}/reset: how the administrator made sure who it is.
func (s *School) Reset(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showReset(w, r, v, nil)
}

// ResetPost shows a card with a new temporary password, in this answer and never again.
func (s *School) ResetPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	card, until, err := s.Accounts.ResetByInstitution(r.Context(), v.Actor, user, r.PostFormValue("checked"), s.handOut(v))
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return s.showReset(w, r, v, err)
	}
	cite, _ := s.Accounts.ResetRoute(v.Actor.Portal)
	return s.showCards(w, r, v, cardsView{
		Heading: design.Heading{Caption: card.Shown, Text: s.Say(v, "school.reset.made")}, Notice: design.WarningText{Text: s.Say(v, "school.cards.once")},
		Cite: s.Cite(v, cite), Back: design.Link{Text: s.Say(v, "school.cards.back"), URL: s.personURL(v, user)},
	}, []account.Card{card}, s.Instant(v, until))
}

func (s *School) showReset(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	cite, ok := s.Accounts.ResetRoute(v.Actor.Portal)
	if !ok || !sight.Member.Registered || !sight.Member.EndedAt.IsZero() {
		return absent()
	}
	checked := design.Radios{Field: s.field(v, err, "checked", "desk.checked")}
	for _, c := range account.Checks() {
		checked.Choices = append(checked.Choices, design.Choice{Value: c, Label: s.Say(v, "desk.checked."+c), Checked: r.PostFormValue("checked") == c})
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.reset.title")}, Cite: s.Cite(v, cite),
		Texts:  []string{s.Say(v, "school.reset.lead"), s.Say(v, "school.reset.told")},
		Fields: []design.Component{checked}, Button: design.Button{Text: s.Say(v, "school.reset.button"), Look: design.Warning},
	}, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), err)
}

package bysteps

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// agreementView is the step that accepts the agreement: its whole text, and the control under it.
type agreementView struct {
	Caption   string
	Title     string
	Lead      string
	Errors    []design.FieldError
	Changed   string
	Documents []documentView
	Seen      []string
	Button    string
	Cite      design.Link
}

type documentView struct {
	ID       string
	Title    string
	Sections []design.Section
}

func (s *Steps) showAgreement(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	view := agreementView{
		Caption: s.caption(v, account.StepAgreement), Title: s.Say(v, "bysteps.agreement.title"), Lead: s.Say(v, "bysteps.agreement.lead"),
		Button: s.Say(v, "bysteps.agreement.button"),
	}
	if refused != nil {
		summary, _, ok := s.Errors(v, refused)
		if !ok {
			return refused
		}
		view.Errors = summary
	}
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, document), v.Now)
		if !offered {
			return fault.New(fault.Conflict, "agreement.withdrawn").With("document", document)
		}
		view.Seen = append(view.Seen, frame.SeenValue(document, e.Number))
		view.Documents = append(view.Documents, documentView{
			ID: "text-" + document, Title: s.In(v, e.Content.Title), Sections: s.Sections(v, e.Content, document+"-", nil),
		})
		if _, cite, ok := clause.InDocument[agreement.AcceptanceRule](s.Agreements.Book(v.Actor.Portal, v.Now), document); ok {
			view.Cite = s.Cite(v, cite)
		}
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

// takeAgreement records the acceptance at the press of the control: from that instant the agreement
// is in force for the person, whatever becomes of the form after it (court 2).
func (s *Steps) takeAgreement(r *http.Request, v gate.Visit, a account.Attempt, token string) error {
	actor := identity.Actor{Portal: v.Actor.Portal, User: a.ID, Language: v.Actor.Language}
	seen := frame.ReadSeen(r)
	_, err := s.Accounts.TakeStep(r.Context(), v.Actor.Portal, token, account.StepAgreement, nil, func(ctx context.Context, tx account.Tx, _ account.Attempt) error {
		return s.Accept(ctx, tx, actor, agreement.ByButton, seen, v.Address)
	})
	return err
}

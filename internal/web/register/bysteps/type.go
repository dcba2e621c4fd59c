package bysteps

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// typeView is the step that asks who registers.
type typeView struct {
	Caption string
	Errors  []design.FieldError
	Kinds   design.Radios
	Status  string // what this registration makes of the person
	Cite    design.Link
	Button  string
}

func (s *Steps) showType(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, refused error) error {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	title := s.Say(v, "bysteps.type.title")
	view := typeView{Caption: s.caption(v, a.Step), Button: s.Say(v, "bysteps.continue")}
	view.Kinds = design.Radios{Field: design.Field{Name: "kind", Label: title, Heading: true}}
	if refused != nil {
		summary, byField, ok := s.Errors(v, refused)
		if !ok {
			return refused
		}
		view.Errors, view.Kinds.Error = summary, byField["kind"]
	}
	if kinds, _, ok := clause.In[account.Kinds](book); ok {
		for _, kind := range kinds.Kinds {
			view.Kinds.Choices = append(view.Kinds.Choices, design.Choice{Value: kind, Label: s.Say(v, "bysteps.kind."+kind), Hint: s.Say(v, "bysteps.kind_hint."+kind)})
		}
	}
	if status, cite, ok := clause.In[account.RegistrationStatus](book); ok {
		view.Status = s.Say(v, "bysteps.status."+status.Status) + " " + s.Say(v, "bysteps.scope."+status.Scope)
		view.Cite = s.Cite(v, cite)
	}
	page := s.Page(r, v, title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

func (s *Steps) takeType(r *http.Request, v gate.Visit, token string) error {
	kind := r.PostFormValue("kind")
	if f := s.Accounts.CheckKind(v.Actor.Portal, kind); f != nil {
		return f
	}
	_, err := s.Accounts.TakeStep(r.Context(), v.Actor.Portal, token, account.StepType, map[string]string{"kind": kind}, nil)
	return err
}

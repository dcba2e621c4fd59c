package cabinet

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

type refusalView struct {
	Title    string
	Caption  string
	Errors   []design.FieldError
	Effect   string // the word of the rule, to be believed by the answer
	Warning  design.WarningText
	Lost     string
	Losses   []string
	Kept     string
	Keeps    []string
	Wait     string // for an edition not yet in force; may be empty
	Receipts design.Link
	Tick     design.Checkboxes
	Refuse   design.Button
	Back     design.Link
}

// refusable finds the edition an address names, if it can be refused: in force and offered, or
// announced. Refusal: Absent.
func (s *Cabinet) refusable(r *http.Request, v gate.Visit) (agreement.Edition, error) {
	document := r.PathValue("document")
	if !slices.Contains(s.Portal(v).Documents, document) {
		return agreement.Edition{}, absent()
	}
	published := s.Agreements.Published(v.Actor.Portal, document)
	editions := agreement.Announced(published, v.Now)
	if e, offered := agreement.InForce(published, v.Now); offered {
		editions = append(editions, e)
	}
	for _, e := range editions {
		if strconv.Itoa(e.Number) == r.PathValue("number") {
			return e, nil
		}
	}
	return agreement.Edition{}, fault.New(fault.Absent, "agreement.no_edition")
}

// Refusal says what refusing an edition does and what is lost by it, before anything is done.
func (s *Cabinet) Refusal(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := s.refusable(r, v)
	if err != nil {
		return err
	}
	return s.showRefusal(w, r, v, e, nil)
}

func (s *Cabinet) showRefusal(w http.ResponseWriter, r *http.Request, v gate.Visit, e agreement.Edition, wrong *fault.Fault) error {
	view := s.refusal(v, e, wrong)
	page := s.page(r, v, view.Title)
	page.Trail, page.Back = nil, view.Back
	if wrong == nil {
		return s.Write(w, r, http.StatusOK, page, view.page())
	}
	page.Refused = true
	return s.Write(w, r, refused(wrong), page, view.page())
}

// RefusalPost refuses. What the person was told it would do must still be what it does: an edition
// that took force meanwhile may have changed that.
func (s *Cabinet) RefusalPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := s.refusable(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	effect, _, _ := s.Agreements.RefusalEffect(v.Actor.Portal)
	if r.PostFormValue("effect") != effect {
		return s.showRefusal(w, r, v, e, fault.New(fault.Conflict, "cabinet.refusal.changed"))
	}
	if r.PostFormValue("understood") != "yes" {
		return s.showRefusal(w, r, v, e, fault.New(fault.Invalid, "cabinet.refusal.tick_first").At("understood"))
	}
	done, err := s.Agreements.Refuse(r.Context(), v.Actor, e.Document, e.Number)
	if err != nil {
		return err
	}
	if done.Effect == agreement.NoEffect {
		return frame.SeeOther(w, r, agreementURL(v)+"?refused=1")
	}
	s.Accounts.Forget(v.Actor.User)
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/goodbye")
}

func (s *Cabinet) refusal(v gate.Visit, e agreement.Edition, wrong *fault.Fault) refusalView {
	effect, materials, cite := s.Agreements.RefusalEffect(v.Actor.Portal)
	view := refusalView{
		Title:   s.Say(v, "cabinet.refusal.title"),
		Caption: s.Say(v, "cabinet.refusal.caption", "document", s.In(v, e.Content.Title), "edition", strconv.Itoa(e.Number)),
		Effect:  effect, Warning: design.WarningText{Text: s.Say(v, "cabinet.refusal.effect."+effect), Cite: s.Cite(v, cite)},
		Lost: s.Say(v, "cabinet.refusal.lost"), Losses: s.losses(v, effect, materials),
		Kept: s.Say(v, "cabinet.refusal.kept"), Keeps: []string{s.Say(v, "cabinet.refusal.evidence")},
		Receipts: design.Link{Text: s.Say(v, "cabinet.refusal.receipts"), URL: agreementURL(v)},
		Tick: design.Checkboxes{
			Field:   design.Field{Name: "understood", Label: s.Say(v, "cabinet.refusal.sure")},
			Choices: []design.Choice{{Value: "yes", Label: s.Say(v, "cabinet.refusal.understood")}},
		},
		Refuse: design.Button{Text: s.Say(v, "cabinet.refusal.confirm"), Look: design.Warning},
		Back:   design.Link{Text: s.Say(v, "cabinet.refusal.back"), URL: agreementURL(v)},
	}
	switch effect {
	case agreement.Close:
		view.Keeps = append(view.Keeps, s.Say(v, "cabinet.refusal.data"))
	case agreement.NoEffect:
		view.Keeps = append(view.Keeps, s.Say(v, "cabinet.refusal.account"))
	}
	if e.InForceAt.After(v.Now) {
		view.Wait = s.Say(v, "cabinet.refusal.wait", "instant", s.Instant(v, e.InForceAt))
	}
	if wrong != nil {
		summary, at, _ := s.Errors(v, wrong)
		view.Errors, view.Tick.Error = summary, at["understood"]
	}
	return view
}

// losses lists what goes with the effect; nothing where the agreement names none.
func (s *Cabinet) losses(v gate.Visit, effect string, materials bool) []string {
	if effect == agreement.NoEffect {
		return nil
	}
	losses := []string{s.Say(v, "cabinet.refusal.lose_access"), s.Say(v, "cabinet.refusal.lose_sessions")}
	if effect == agreement.Delete {
		losses = append(losses, s.Say(v, "cabinet.refusal.lose_data"))
	}
	if materials {
		losses = append(losses, s.Say(v, "cabinet.refusal.lose_materials"))
	}
	return losses
}

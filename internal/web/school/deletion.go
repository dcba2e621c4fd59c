package school

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Deletions answers GET /{portal}/school/deletions: who has asked that their page be deleted.
func (s *School) Deletions(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	open, err := s.Parties.Deletions(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, cite, _ := s.Accounts.DeletionRule(v.Actor.Portal)
	view := formPage{Heading: design.Heading{Text: s.Say(v, "school.deletions.title")}, Cite: s.Cite(v, cite)}
	if len(open) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.deletions.none"), Text: s.Say(v, "school.deletions.none_text")}
		return s.show(w, r, v, view, s.schoolTrail(v), nil)
	}
	view.Table = &design.Table{ID: "deletions", Caption: view.Heading.Text, Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.deletions.text")}, {Text: s.Say(v, "school.corrections.since")},
	}}
	for _, c := range open {
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: c.Shown, URL: s.personURL(v, c.User) + "/delete"}, {Text: c.Text}, {Text: s.Instant(v, c.OpenedAt)},
		}})
	}
	return s.show(w, r, v, view, s.schoolTrail(v), nil)
}

func (s *School) mayDelete(v gate.Visit, user identity.ID, ground string) func(context.Context, account.Tx) error {
	return func(ctx context.Context, tx account.Tx) error {
		return s.Delete(ctx, tx, v.Actor, user, ground == account.OnRequest)
	}
}

// DeletePage answers GET /{portal}/school/people/{user}/delete: what deleting the page does.
func (s *School) DeletePage(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showDelete(w, r, v, nil)
}

// DeletePagePost deletes the page; the time of its data runs from here.
func (s *School) DeletePagePost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	ground := r.PostFormValue("ground")
	if r.PostFormValue("sure") != "yes" {
		_, cite, _ := s.Accounts.DeletionRule(v.Actor.Portal)
		err = fault.New(fault.Invalid, "school.unsure").At("sure").By(cite)
	} else {
		_, err = s.Accounts.DeletePage(r.Context(), v.Actor, user, ground, r.PostFormValue("why"), s.mayDelete(v, user, ground))
	}
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return s.showDelete(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

func (s *School) showDelete(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	rule, cite, ok := s.Accounts.DeletionRule(v.Actor.Portal)
	if !ok || sight.Member.Closed || !sight.Member.EndedAt.IsZero() {
		return absent()
	}
	asked, refusal := s.Accounts.DeletionRequest(r.Context(), user, s.mine(v, user))
	if refusal != nil {
		return refusal
	}
	erase, by := s.Accounts.EraseAt(v.Actor.Portal, v.Now)
	view := formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.delete.title")}, Cite: s.Cite(v, cite),
		Texts:  []string{s.Say(v, "school.delete.lead"), s.Say(v, "school.delete.erase", "instant", s.Instant(v, erase), "clause", by.Clause)},
		Button: design.Button{Text: s.Say(v, "school.delete.button"), Look: design.Warning},
	}
	ground := r.PostFormValue("ground")
	if asked.ID != 0 {
		view.Texts = append(view.Texts, s.Say(v, "school.delete.asked", "instant", s.Instant(v, asked.OpenedAt)))
		if ground == "" {
			ground = account.OnRequest
		}
	}
	radios := design.Radios{Field: s.field(v, err, "ground", "school.end.basis")}
	for _, g := range rule.Grounds {
		radios.Choices = append(radios.Choices, design.Choice{Value: g, Label: s.Say(v, "school.ground."+g), Checked: g == ground})
	}
	why := s.why(r, v, err)
	why.Optional, why.Hint = true, s.Say(v, "school.delete.why_hint")
	sure := design.Checkboxes{Field: s.field(v, err, "sure", "school.delete.sure")}
	sure.Choices = []design.Choice{{Value: "yes", Label: s.Say(v, "school.delete.sure_yes")}}
	view.Fields = []design.Component{radios, why, sure}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), err)
}

// deletedFacts adds when a page was deleted and when its data are erased.
func (s *School) deletedFacts(r *http.Request, v gate.Visit, user identity.ID, list *design.SummaryList) error {
	d, err := s.Accounts.DeletionOf(r.Context(), user, func(context.Context, account.Tx) error { return nil }) // the page has asked who may look
	if fault.Is(err, fault.Absent) {
		return nil
	}
	if err != nil {
		return err
	}
	erase, _ := s.Accounts.EraseAt(v.Actor.Portal, d.At)
	list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "school.person.deleted"), Value: s.Instant(v, d.At)},
		design.SummaryRow{Key: s.Say(v, "school.person.erased"), Value: s.Instant(v, erase)})
	return nil
}

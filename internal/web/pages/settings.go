package pages

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Settings answers GET /{portal}/cabinet/page and GET /{portal}/children/{child}/page: who sees the page,
// and that what stands there counts as public (kundelik 4.9).
func (s *Pages) Settings(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showSettings(w, r, v, nil)
}

// SettingsPost chooses who sees the page.
func (s *Pages) SettingsPost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	owner, err := s.owner(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Parties.Show(r.Context(), bound, owner, party.Visibility(r.PostFormValue("visible"))); err != nil {
		return s.showSettings(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.pageURL(v, owner))
}

func (s *Pages) showSettings(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	owner, refusal := s.owner(r, v)
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Page(r.Context(), v.Actor, owner)
	if refusal != nil || !sight.Mine {
		return orAbsent(refusal)
	}
	u, refusal := s.Accounts.OnPage(r.Context(), v.Actor.Portal, owner)
	if refusal != nil {
		return refusal
	}
	radios := design.Radios{Field: s.field(v, err, "visible", "pages.visible")}
	for _, x := range party.Visibilities() {
		radios.Choices = append(radios.Choices, design.Choice{Value: string(x), Label: s.Say(v, "pages.visible."+string(x)), Checked: x == sight.Visible})
	}
	view := sheet{
		Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "pages.title")}, Warning: design.WarningText{Text: s.Say(v, "pages.public")},
		Cite: s.Cite(v, sight.Cite), Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "pages.save")},
		Links: []design.Link{
			{Text: s.Say(v, "pages.look"), URL: s.pageURL(v, owner)}, {Text: s.Say(v, "pages.people"), URL: pagesURL(v)},
		},
	}
	if owner == v.Actor.User {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "pages.memberships"), URL: cabinetURL(v) + "/institutions"},
			design.Link{Text: s.Say(v, "cabinet.activity.title"), URL: cabinetURL(v) + "/activity"})
	}
	if _, _, ok := s.Accounts.DeletionRule(v.Actor.Portal); ok {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "pages.delete"), URL: s.settingsURL(v, owner) + "/delete"})
	}
	return s.show(w, r, v, view, err)
}

func orAbsent(err error) error {
	if err == nil {
		return absent()
	}
	return err
}

// Memberships answers GET /{portal}/cabinet/institutions: what one is and was, and why it ended.
func (s *Pages) Memberships(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if _, _, ok := s.Parties.PageRule(v.Actor.Portal); !ok {
		return absent()
	}
	all, err := s.Parties.MyMemberships(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := sheet{Heading: design.Heading{Text: s.Say(v, "pages.memberships"), Lead: s.Say(v, "pages.memberships_lead")}}
	if len(all) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.memberships.none"), Text: s.Say(v, "school.memberships.none_text")}
		return s.show(w, r, v, view, nil)
	}
	view.Table = &design.Table{ID: "memberships", Caption: view.Heading.Text, Hidden: true, Columns: []design.Column{
		{Text: s.Say(v, "pages.institution")}, {Text: s.Say(v, "pages.group")}, {Text: s.Say(v, "school.person.state")}, {Text: s.Say(v, "school.activity.clause")},
	}}
	for _, m := range all {
		state := s.Say(v, "pages.lasts")
		switch {
		case !m.EndedAt.IsZero():
			state = s.Say(v, "pages.ended", "day", s.Day(v, m.EndedAt), "basis", s.Say(v, "school.basis."+m.Basis))
		case !m.EndsAt.IsZero():
			state = s.Say(v, "pages.lasts_until", "day", s.Day(v, m.EndsAt.AddDate(0, 0, -1)))
		}
		cite := s.Cite(v, m.Cite)
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{{Text: m.Name}, {Text: s.group(v, m.Role, m.Class)}, {Text: state}, {Text: cite.Text, URL: cite.URL}}})
	}
	return s.show(w, r, v, view, nil)
}

// Delete answers GET …/page/delete: what asking for it does, and what the deletion does.
func (s *Pages) Delete(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showDelete(w, r, v, nil)
}

// DeletePost asks for the deletion, or takes the request back.
func (s *Pages) DeletePost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	owner, err := s.owner(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if r.PostFormValue("ask") == "no" {
		err = s.Accounts.WithdrawDeletion(r.Context(), bound, child(v, owner), s.guards(v, owner))
	} else {
		err = s.Accounts.AskDeletion(r.Context(), bound, child(v, owner), r.PostFormValue("text"), s.guards(v, owner))
	}
	if err != nil {
		return s.showDelete(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.settingsURL(v, owner)+"/delete")
}

func (s *Pages) showDelete(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	owner, refusal := s.owner(r, v)
	if refusal != nil {
		return refusal
	}
	_, cite, ok := s.Accounts.DeletionRule(v.Actor.Portal)
	if !ok {
		return absent()
	}
	open, refusal := s.Accounts.DeletionRequest(r.Context(), owner, s.guards(v, owner))
	if refusal != nil {
		return refusal
	}
	u, refusal := s.Accounts.OnPage(r.Context(), v.Actor.Portal, owner)
	if refusal != nil {
		return refusal
	}
	_, by := s.Accounts.EraseAt(v.Actor.Portal, v.Now)
	view := sheet{
		Heading: design.Heading{Caption: u.Shown, Text: s.Say(v, "pages.delete")}, Cite: s.Cite(v, cite),
		Texts: []string{s.Say(v, "pages.delete_lead"), s.Say(v, "pages.delete_erase", "clause", by.Clause)},
		Links: []design.Link{{Text: s.Say(v, "pages.title"), URL: s.settingsURL(v, owner)}},
	}
	if open.ID != 0 {
		view.Texts = []string{s.Say(v, "pages.asked", "instant", s.Instant(v, open.OpenedAt))}
		view.Ask, view.Button = "no", design.Button{Text: s.Say(v, "pages.keep"), Look: design.Secondary}
		return s.show(w, r, v, view, err)
	}
	text := s.field(v, err, "text", "pages.delete_text")
	text.Optional = true
	view.Fields = []design.Component{design.Textarea{Field: text, Value: r.PostFormValue("text"), Rows: 3}}
	view.Button = design.Button{Text: s.Say(v, "pages.delete_button"), Look: design.Warning}
	return s.show(w, r, v, view, err)
}

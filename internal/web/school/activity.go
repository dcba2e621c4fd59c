package school

import (
	"context"
	"net/http"
	"strings"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Activity answers GET /{portal}/school/people/{user}/activity: why the administrator wants to know.
func (s *School) Activity(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.askLook(w, r, v, nil)
}

// actsAPage is how many acts are shown at a time.
const actsAPage = 50

// ActivityPost shows what was done on somebody's page, by whom and under which clause (kundelik 3.4),
// and leaves there that it was looked at. What other institutions did is none of this one's business.
func (s *School) ActivityPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	sight, err := s.Parties.Look(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	reason, before := r.PostFormValue("reason"), identity.ID(0)
	if mark := r.PostFormValue("before"); mark != "" {
		if before, err = s.Opaque.ID(mark); err != nil {
			return absent()
		}
	}
	if err := s.Accounts.LookByInstitution(r.Context(), v.Actor, user, reason, s.mine(v, user)); err != nil {
		return s.askLook(w, r, v, err)
	}
	var entries []evidence.Entry
	err = s.View(r.Context(), func(tx EvidenceTx) error {
		entries, err = tx.EvidenceOf(r.Context(), user, before, actsAPage+1)
		return err
	})
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[account.Attribution](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.activity.title")}, Cite: s.Cite(v, cite),
		Texts: []string{s.Say(v, "school.activity.seen", "reason", s.Say(v, "console.reason."+reason))},
	}
	if len(entries) > actsAPage {
		entries = entries[:actsAPage]
		view.More = []formPage{{
			Hidden: []hidden{{"reason", reason}, {"before", s.Opaque.Of(entries[actsAPage-1].ID)}},
			Button: design.Button{Text: s.Say(v, "school.activity.more"), Look: design.Secondary},
		}}
	}
	if view.Table, err = s.acts(r.Context(), v, sight.Institution.ID, entries); err != nil {
		return err
	}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), nil)
}

func (s *School) acts(ctx context.Context, v gate.Visit, own identity.ID, entries []evidence.Entry) (*design.Table, error) {
	names, err := s.Accounts.NamesOf(ctx, entries)
	if err != nil {
		return nil, err
	}
	t := &design.Table{ID: "acts", Caption: s.Say(v, "school.activity.title"), Hidden: true, Columns: []design.Column{
		{Text: s.Say(v, "cabinet.column.when")}, {Text: s.Say(v, "school.activity.act")}, {Text: s.Say(v, "cabinet.column.who")}, {Text: s.Say(v, "school.activity.clause")},
	}}
	for _, e := range entries {
		if place := e.Detail["institution"]; place != "" && place != account.Number(own) {
			continue
		}
		cite, who := s.Cite(v, e.Citation), names[e.Actor]
		if who == "" {
			who = s.Say(v, "cabinet.by.portal")
			if strings.HasPrefix(e.Actor, "visitor:") {
				who = s.Say(v, "cabinet.by.somebody")
			}
		}
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, e.At)}, {Text: s.Act(v, e.Act)}, {Text: who}, {Text: cite.Text, URL: cite.URL},
		}})
	}
	return t, nil
}

func (s *School) askLook(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	radios := design.Radios{Field: s.field(v, err, "reason", "console.person.why")}
	taken, _ := s.Accounts.ReasonsAt(v.Actor.Portal)
	for _, reason := range taken {
		radios.Choices = append(radios.Choices, design.Choice{Value: reason, Label: s.Say(v, "console.reason."+reason)})
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.activity.title")}, Texts: []string{s.Say(v, "school.activity.lead")},
		Fields: []design.Component{radios}, Button: design.Button{Text: s.Say(v, "school.activity.button")},
	}, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), err)
}

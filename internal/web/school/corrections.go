package school

import (
	"context"
	"net/http"
	"time"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Corrections answers GET /{portal}/school/corrections: who says that their data are wrong.
func (s *School) Corrections(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	open, err := s.Parties.Corrections(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[account.DataConfirmation](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := formPage{Heading: design.Heading{Text: s.Say(v, "school.corrections.title")}, Cite: s.Cite(v, cite)}
	if len(open) == 0 {
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.corrections.none"), Text: s.Say(v, "school.corrections.none_text")}
		return s.show(w, r, v, view, s.schoolTrail(v), nil)
	}
	view.Table = &design.Table{ID: "corrections", Caption: view.Heading.Text, Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.corrections.text")}, {Text: s.Say(v, "school.corrections.since")},
	}}
	for _, c := range open {
		view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: c.Shown, URL: s.personURL(v, c.User) + "/correct"}, {Text: c.Text}, {Text: s.Instant(v, c.OpenedAt)},
		}})
	}
	return s.show(w, r, v, view, s.schoolTrail(v), nil)
}

func (s *School) mine(v gate.Visit, user identity.ID) func(context.Context, account.Tx) error {
	return func(ctx context.Context, tx account.Tx) error { return s.HandOut(ctx, tx, v.Actor, user) }
}

// Correct answers GET /{portal}/school/people/{user}/correct.
func (s *School) Correct(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	p, _, err := s.Accounts.Corrections(r.Context(), user, s.mine(v, user))
	if err != nil {
		return err
	}
	form := personForm{Person: party.Person{Surname: p.Surname, Given: p.Given, Patronymic: p.Patronymic, Sex: p.Sex}}
	if day, err := time.Parse(time.DateOnly, p.BirthDate); err == nil {
		form.Day, form.Month, form.Year = day.Format("2"), day.Format("1"), day.Format("2006")
	}
	return s.showCorrect(w, r, v, user, form, "", nil)
}

// CorrectPost changes a person's data and ends what asked for it.
func (s *School) CorrectPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	form, err := readPerson(r)
	if err != nil {
		return err
	}
	answer := r.PostFormValue("answer")
	sight, err := s.Parties.Look(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	form.Role, form.Class = sight.Member.Role, sight.Member.Class
	if form.Role == party.Administrator {
		form.Role = party.Staff
	}
	x, err := s.Parties.CheckCorrection(r.Context(), v.Actor, form.Person)
	if err == nil {
		err = s.Accounts.CorrectEntered(r.Context(), v.Actor, user, account.Person{
			Surname: x.Surname, Given: x.Given, Patronymic: x.Patronymic, BirthDate: x.BirthDate, Sex: x.Sex,
		}, answer, s.mine(v, user))
	}
	if err != nil {
		return s.showCorrect(w, r, v, user, form, answer, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

func (s *School) showCorrect(w http.ResponseWriter, r *http.Request, v gate.Visit, user identity.ID, form personForm, answer string, err error) error {
	_, cases, refusal := s.Accounts.Corrections(r.Context(), user, s.mine(v, user))
	if refusal != nil {
		return refusal
	}
	view := formPage{
		Heading: design.Heading{Text: s.Say(v, "school.correct.title")}, Fields: s.personFields(v, form, nil, err),
		Button: design.Button{Text: s.Say(v, "school.correct.button")},
	}
	for _, c := range cases {
		view.Texts = append(view.Texts, s.Say(v, "school.correct.says", "text", c.Text))
	}
	if len(cases) > 0 {
		field := s.field(v, err, "answer", "school.correct.answer")
		field.Optional = true
		view.Fields = append(view.Fields, design.Textarea{Field: field, Value: answer})
	}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: s.Say(v, "school.corrections.title"), URL: schoolURL(v) + "/corrections"}), err)
}

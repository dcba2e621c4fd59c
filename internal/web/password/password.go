// Package password is the pages on which a person replaces their password: one that is due, before
// anything else, and any at their own wish.
//
// It owns what these pages say and the reminder before a password runs out. It decides nothing:
// which password is due and which may not come again account answers, by the clause.
package password

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Password draws the pages of this area. All fields are needed.
type Password struct {
	*frame.Frame
	Accounts *account.Accounts
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

// view is a form of this area.
type view struct {
	Heading design.Heading
	Errors  []design.FieldError
	Why     design.WarningText // why it is due; empty at one's own wish
	Rules   []rule
	Old     *design.PasswordInput // nil where the person has just given it
	New     design.PasswordInput
	Again   design.PasswordInput
	Next    string
	Button  design.Button
	Leave   design.Link
}

// rule is what a new password has to keep to, with its clause where there is one.
type rule struct {
	Text string
	Cite design.Link
}

// read takes the form in; passwords are taken as they are typed.
func (s *Password) read(r *http.Request, v gate.Visit) (account.NewPassword, error) {
	if err := frame.ReadForm(r); err != nil {
		return account.NewPassword{}, err
	}
	return account.NewPassword{
		Token: s.Token(r, v.Actor.Portal),
		Old:   r.PostFormValue("old"), Password: r.PostFormValue("password"), Again: r.PostFormValue("again"),
	}, nil
}

// rules lists what the portal asks of a password.
func (s *Password) rules(v gate.Visit) []rule {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	out := []rule{{Text: s.Say(v, "password.rule.length", "min", itoa(s.Accounts.MinPassword(v.Actor.Portal)))}}
	if _, cite, ok := clause.In[account.OwnPassword](book); ok {
		out[0].Cite = s.Cite(v, cite)
	}
	if history, cite, ok := clause.In[account.PasswordHistory](book); ok {
		out = append(out, rule{s.Say(v, "password.rule.history", "last", itoa(history.Last)), s.Cite(v, cite)})
	}
	if age, cite, ok := clause.In[account.PasswordAge](book); ok {
		key := "password.rule.age_days"
		if age.Max.Unit == clause.Months {
			key = "password.rule.age_months"
		}
		out = append(out, rule{s.Say(v, key, "amount", itoa(age.Max.Amount)), s.Cite(v, cite)})
	}
	if _, cite, ok := clause.In[account.CredentialWarning](book); ok {
		out = append(out, rule{s.Say(v, "password.rule.secret"), s.Cite(v, cite)})
	}
	return out
}

// show draws a form, with the refusal of the last attempt if there was one.
func (s *Password) show(w http.ResponseWriter, r *http.Request, v gate.Visit, x view, refusal error) error {
	status, at := http.StatusOK, map[string]string(nil)
	if refusal != nil {
		var ok bool
		if x.Errors, at, ok = s.Errors(v, refusal); !ok {
			return refusal
		}
		status = frame.FormStatus(refusal)
	}
	if x.Old != nil {
		x.Old.Field = design.Field{Name: "old", Label: s.Say(v, "password.old"), Error: at["old"]}
	}
	x.New = design.PasswordInput{Field: design.Field{Name: "password", Label: s.Say(v, "password.new"), Error: at["password"]}, New: true}
	x.Again = design.PasswordInput{Field: design.Field{Name: "again", Label: s.Say(v, "password.again"), Error: at["again"]}, New: true}
	x.Button.Text = s.Say(v, "password.button")
	page := s.Page(r, v, x.Heading.Text)
	page.Refused = refusal != nil
	return s.Write(w, r, status, page, x.page())
}

// Reminder stands in the cabinet when the password will soon have to be replaced (kundelik 4.17e).
func (s *Password) Reminder(ctx context.Context, _ *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	end, remind, cite, err := s.Accounts.PasswordEnd(ctx, v.Actor)
	if err != nil || !remind {
		return nil, err
	}
	return &design.NotificationBanner{
		ID: "password-reminder", Heading: s.Say(v, "password.remind", "instant", s.Instant(v, end)),
		Text: s.Say(v, "password.remind_text", "clause", cite.Clause),
		More: design.Link{Text: s.Say(v, "password.remind_link"), URL: home(v) + "/cabinet/password"},
	}, nil
}

package standing

import (
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// readNumbers reads the form.
func readNumbers(r *http.Request) account.Numbers {
	return account.Numbers{Passport: r.PostFormValue("passport"), Number: r.PostFormValue("number"), Password: r.PostFormValue("password")}
}

func contactsURL(v gate.Visit) string { return home(v) + "/cabinet/contacts" }

// Numbers answers GET /{portal}/cabinet/numbers: a person keeps the state's numbers current (kg 2.2).
func (s *Standing) Numbers(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showNumbers(w, r, v, nil, nil)
}

// NumbersPost answers POST of the same address.
func (s *Standing) NumbersPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err := s.Accounts.ChangeNumbers(r.Context(), v.Actor, readNumbers(r))
	if frame.AsFaults(err) != nil {
		return s.showNumbers(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, contactsURL(v)+"?done=changed")
}

func (s *Standing) showNumbers(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	passport, number, cite := s.Accounts.NumbersKept(v.Actor.Portal)
	if !passport && !number {
		return absent()
	}
	p, err := s.Accounts.MyPerson(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	var fields []design.Component
	if passport {
		fields = append(fields, design.TextInput{Field: f.field("passport", s.Say(v, "standing.field.passport"), ""), Value: f.value("passport", p.Passport), Autocomplete: "off", Width: design.Chars20})
	}
	if number {
		fields = append(fields, design.TextInput{Field: f.field("number", s.Say(v, "standing.field.number"), ""), Value: f.value("number", p.Number), InputMode: "numeric", Autocomplete: "off", Width: design.Chars20})
	}
	fields = append(fields, design.PasswordInput{Field: f.field("password", s.Say(v, "standing.numbers.password"), s.Say(v, "standing.numbers.password_hint"))})
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "standing.numbers.title"), Lead: s.Say(v, "standing.numbers.lead")}, Parts: []part{{
		Cite: s.Cite(v, cite), Form: &form{Fields: fields, Button: design.Button{Text: s.Say(v, "standing.numbers.button")}, Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: contactsURL(v)}},
	}}}
	return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "contacts.title"), URL: contactsURL(v)}), refusal)
}

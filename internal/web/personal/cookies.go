package personal

import (
	"net/http"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Cookies is GET /{portal}/cookies: every cookie there is, what it serves, and the choice (kundelik 4.15).
func (s *Personal) Cookies(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCookies(w, r, v, nil)
}

func (s *Personal) showCookies(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	f, errors := s.again(v, nil, refusal)
	chosen := gate.CookieChoice(r)
	t := &design.Table{ID: "cookies", Caption: s.Say(v, "personal.cookies.title"), Hidden: true, Header: true, Narrow: true, Columns: []design.Column{
		{Text: s.Say(v, "personal.cookie")}, {Text: s.Say(v, "personal.cookie.serves")}, {Text: s.Say(v, "personal.cookie.needed")},
	}}
	for _, kind := range gate.CookieKinds() {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{{Text: kind.Name}, {Text: s.Say(v, "personal.cookie."+kind.Word)}, {Text: s.yesNo(v, kind.Needed)}}})
	}
	choice := design.Radios{Field: f.field("choice", s.Say(v, "personal.cookies.choice"), ""), Choices: []design.Choice{
		{Value: gate.CookiesNeeded, Label: s.Say(v, "personal.cookies.needed"), Hint: s.Say(v, "personal.cookies.needed_hint"), Checked: chosen == gate.CookiesNeeded},
		{Value: gate.CookiesAll, Label: s.Say(v, "personal.cookies.all"), Checked: chosen == gate.CookiesAll},
	}}
	p := part{Table: t}
	if _, cite, ok := clause.In[privacy.CookieChoice](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		p.Cite = s.Cite(v, cite)
	}
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Text: s.Say(v, "personal.cookies.title"), Lead: s.Say(v, "personal.cookies.lead")}}
	out.Parts = []part{p, {Form: &form{Fields: []design.Component{choice}, Button: design.Button{Text: s.Say(v, "personal.cookies.button")}}}}
	return s.show(w, r, v, out, nil, refusal)
}

// CookiesPost is POST of the same address: it remembers the choice, and forgets at once what was refused.
func (s *Personal) CookiesPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	choice := r.PostFormValue("choice")
	if choice != gate.CookiesAll && choice != gate.CookiesNeeded {
		return s.showCookies(w, r, v, fault.New(fault.Invalid, "privacy.cookies").At("choice"))
	}
	if choice == gate.CookiesNeeded {
		gate.ForgetRefused(w, r)
	}
	http.SetCookie(w, gate.ChoiceCookie(choice))
	return frame.SeeOther(w, r, home(v)+"/cookies?done=cookies")
}

package support

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// askView is the form of a request.
type askView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Ways    []way
	Mine    design.Link // to one's own requests; zero for a visitor
	Kind    design.Radios
	Subject design.TextInput
	Text    design.Textarea
	Files   *design.FileUpload // of users alone: what a stranger sends is not kept unread
	Name    *design.TextInput  // of visitors
	Contact *design.TextInput
	Button  design.Button
}

// way is another way to the support, and the clause that provides it.
type way struct {
	Text string
	Link design.Link
	Cite design.Link
}

// open refuses visitors where the portal is closed to them and the clause does not leave the support open
// (kundelik 1.1).
func (s *Support) open(v gate.Visit) error {
	if v.Actor.Known() {
		return nil
	}
	rule, cite, closed := clause.In[gate.ClosedSystem](s.Agreements.Book(v.Actor.Portal, v.Now))
	if closed && !slices.Contains(rule.OpenPages, "support") {
		return fault.New(fault.Unauthenticated, "account.sign_in_first").By(cite)
	}
	return nil
}

// Ask is GET /{portal}/support.
func (s *Support) Ask(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAsk(w, r, v, nil, nil)
}

// AskPost is POST of the same address: it opens the request of a user, and sends a code to a visitor.
func (s *Support) AskPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.open(v); err != nil {
		return err
	}
	form, files, err := given(r)
	if err != nil {
		return s.showAsk(w, r, v, form, err)
	}
	a := claims.Ask{
		Kind: form.Get("kind"), Subject: form.Get("subject"), Text: form.Get("text"), Name: form.Get("name"), Files: files, Language: v.Actor.Language,
	}
	if v.Actor.Known() {
		q, err := s.Requests.Ask(r.Context(), v.Actor, a)
		if err != nil {
			return s.showAsk(w, r, v, form, err)
		}
		return frame.SeeOther(w, r, s.requestURL(v, q.ID)+"?done=taken")
	}
	a.Files = nil
	if err := s.Requests.CheckAsk(v.Actor.Portal, a); err != nil {
		return s.showAsk(w, r, v, form, err)
	}
	token, err := s.Accounts.BeginVisitor(r.Context(), v.Actor.Portal, v.Actor.Language, v.Address, form.Get("value"),
		map[string]string{"ask_kind": a.Kind, "subject": a.Subject, "text": a.Text, "name": a.Name})
	if err != nil {
		return s.showAsk(w, r, v, form, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, token))
	return frame.SeeOther(w, r, supportURL(v)+"/code")
}

func (s *Support) showAsk(w http.ResponseWriter, r *http.Request, v gate.Visit, form url.Values, refusal error) error {
	if err := s.open(v); err != nil {
		return err
	}
	o := s.Requests.Offer(v.Actor.Portal)
	if !o.Open() {
		return absent()
	}
	f, summary, status, err := s.fill(v, form, refusal)
	if err != nil {
		return err
	}
	view := askView{
		Errors: summary, Heading: design.Heading{Text: s.Say(v, "support.title"), Lead: s.Say(v, "support.lead")}, Ways: s.ways(v, o),
		Kind: design.Radios{Field: f.field("kind", s.Say(v, "support.kind"), "")},
		Subject: design.TextInput{
			Field: f.field("subject", s.Say(v, "support.subject"), s.Say(v, "support.subject_hint")), Value: form.Get("subject"), MaxLength: claims.MaxSubject, Spellcheck: true,
		},
		Text:   s.text(v, f, s.Say(v, "support.text"), s.Say(v, "support.text_hint")),
		Button: design.Button{Text: s.Say(v, "support.button")},
	}
	for _, k := range o.Kinds {
		view.Kind.Choices = append(view.Kind.Choices, design.Choice{
			Value: k.Name, Label: s.Say(v, "support.kind."+k.Name), Hint: s.Cite(v, k.Cite).Text, Checked: form.Get("kind") == k.Name,
		})
	}
	if v.Actor.Known() {
		files := s.files(v, f)
		view.Files = &files
		view.Mine = design.Link{Text: s.Say(v, "support.mine.title"), URL: mineURL(v)}
	} else {
		name := f.field("name", s.Say(v, "support.name"), "")
		name.Optional = true
		view.Name = &design.TextInput{Field: name, Value: form.Get("name"), Autocomplete: "name"}
		view.Contact = &design.TextInput{Field: f.field("value", s.Say(v, "support.contact"), s.Say(v, "support.contact_hint")), Value: form.Get("value")}
		view.Button.Text = s.Say(v, "support.button_code")
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = s.trail(v, false), refusal != nil
	return s.Write(w, r, status, page, view.page())
}

// ways are those the clauses name beside the page: the telephone and the address for letters.
func (s *Support) ways(v gate.Visit, o claims.Offer) (out []way) {
	if o.Phone != "" {
		out = append(out, way{s.Say(v, "support.by_phone"), design.Link{Text: strings.ReplaceAll(o.Phone, " ", "\u00a0"), URL: telephone(o.Phone)}, s.Cite(v, o.PhoneBy)})
	}
	if o.Email != "" {
		out = append(out, way{s.Say(v, "support.by_email"), design.Link{Text: o.Email, URL: "mailto:" + o.Email}, s.Cite(v, o.EmailBy)})
	}
	return out
}

// telephone is the address of a number as it is written for people.
func telephone(number string) string {
	digits := make([]byte, 0, len(number))
	for i := range len(number) {
		if c := number[i]; c >= '0' && c <= '9' || c == '+' {
			digits = append(digits, c)
		}
	}
	return "tel:" + string(digits)
}

// cookie names the visitor's way in the browser.
const cookie = "support"

// codeView asks a visitor for the code that was sent.
type codeView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Outbox  design.Link
	Code    design.TextInput
	Button  design.Button
	Again   design.Link
}

// Code is GET /{portal}/support/code.
func (s *Support) Code(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCode(w, r, v, nil)
}

// CodePost is POST of the same address: the contact is confirmed and the request opened, in one act.
func (s *Support) CodePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	var path string
	err := s.Accounts.ConfirmVisitor(r.Context(), v.Actor.Portal, gate.AttemptToken(r, v.Actor.Portal, cookie), r.PostFormValue("code"),
		func(tx account.Tx, form map[string]string, c account.Contact) error {
			var err error
			path, err = s.AskWithin(r.Context(), tx, v.Actor.Portal, claims.Ask{
				Kind: form["ask_kind"], Subject: form["subject"], Text: form["text"], Name: form["name"], Language: form["language"],
			}, c)
			return err
		})
	if err != nil {
		return s.showCode(w, r, v, err)
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, ""))
	return frame.SeeOther(w, r, path+"?done=taken")
}

func (s *Support) showCode(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	c, err := s.Accounts.VisitorWaiting(r.Context(), v.Actor.Portal, gate.AttemptToken(r, v.Actor.Portal, cookie))
	if fault.Is(err, fault.Absent) {
		return frame.SeeOther(w, r, supportURL(v))
	}
	if err != nil {
		return err
	}
	f, summary, status, err := s.fill(v, nil, refusal)
	if err != nil {
		return err
	}
	view := codeView{
		Errors: summary, Heading: design.Heading{Text: s.Say(v, "support.code.title"), Lead: s.Say(v, "support.code.lead", "value", c.Value)}, Outbox: s.OutboxLink(v),
		Code: design.TextInput{
			Field: f.field("code", s.Say(v, "support.code.label"), ""), InputMode: "numeric", Autocomplete: "one-time-code", Width: design.Digits10,
		},
		Button: design.Button{Text: s.Say(v, "support.code.button")}, Again: design.Link{Text: s.Say(v, "support.code.again"), URL: supportURL(v)},
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail, page.Refused = s.trail(v, true), refusal != nil
	return s.Write(w, r, status, page, view.page())
}

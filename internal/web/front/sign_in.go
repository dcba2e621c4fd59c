package front

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// signInForm is what a person enters. The password is never sent back.
type signInForm struct {
	Name     string
	Password string
	Next     string
	Again    bool
	Seen     []agreement.Seen
	Carry    string // the form without its secrets, for the page that asks for a passkey as well
}

// signInView is the page of the form.
type signInView struct {
	Title       string
	Errors      []design.FieldError
	Again       string // why to sign in once more; may be empty
	Accepts     []signInAccepts
	Name        design.TextInput
	Password    design.PasswordInput
	Next        string
	IsAgain     bool
	Button      string
	Warning     *design.WarningText        // not to tell anyone what is entered here
	Ended       *design.NotificationBanner // why the session before this is over
	Compromised design.Link
	Links       []design.Link
	Recover     design.Link
	Key         *design.Button // nil where the agreement lets nobody in by a signature key
	KeyURL      string
	Passkey     *design.Button // nil where a passkey is not taken instead of the password
	PasskeyURL  string
	Ways        design.Link // to the choice of a way, where the agreement names several
}

// signInAccepts is what signing in accepts (ismet 2.2).
type signInAccepts struct {
	Text    string
	Cite    design.Link
	Read    design.Link
	Changes design.Link
	Seen    string
}

func readSignIn(r *http.Request) (signInForm, error) {
	if err := frame.ReadForm(r); err != nil {
		return signInForm{}, err
	}
	return signInForm{
		Name: strings.TrimSpace(r.PostFormValue("name")), Password: r.PostFormValue("password"),
		Next: r.PostFormValue("next"), Again: r.PostFormValue("again") == "1", Seen: frame.ReadSeen(r), Carry: frame.Carried(r),
	}, nil
}

// SignIn shows the form. Somebody who is signed in sees it only when a new edition waits to be
// accepted by signing in.
func (s *Front) SignIn(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	query := r.URL.Query()
	form := signInForm{Next: query.Get("next"), Again: query.Get("again") == "1"}
	if v.Actor.Known() {
		waits, err := s.waitsForSignIn(r.Context(), v)
		if err != nil {
			return err
		}
		if !form.Again || !waits {
			return frame.SeeOther(w, r, frame.Local(v, form.Next, Begin(v.Actor)))
		}
	}
	return s.showSignIn(w, r, v, form, nil)
}

// waitsForSignIn reports whether an edition in force is accepted by the person's next sign-in.
func (s *Front) waitsForSignIn(ctx context.Context, v gate.Visit) (bool, error) {
	standings, err := s.Agreements.Standings(ctx, v.Actor, v.Now)
	for _, x := range standings {
		if !x.Settled && x.By == agreement.BySignIn {
			return true, nil
		}
	}
	return false, err
}

// SignInPost lets a person in. Whatever session the browser had ends first, whether or not the
// password is right: nobody is ever two people at once.
func (s *Front) SignInPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	form, err := readSignIn(r)
	if err != nil {
		return s.showSignIn(w, r, v, form, err)
	}
	if v.Actor.Known() {
		if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
			return err
		}
		v.Actor = identity.Actor{Portal: v.Actor.Portal, Language: v.Actor.Language, Roles: []identity.Role{identity.Visitor}}
	}
	site, _ := s.PasskeySite(r, v)
	in, err := s.Accounts.SignIn(r.Context(), account.SignIn{
		Site: site, Carry: form.Carry,
		Portal: v.Actor.Portal, SignInName: form.Name, Password: form.Password,
		Address: v.Address, Agent: r.UserAgent(), Device: gate.DeviceToken(r, v.Actor.Portal), Language: v.Actor.Language,
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return s.SignedIn(ctx, tx, actor, form.Seen, v.Address)
		},
	})
	if err != nil {
		http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
		return s.showSignIn(w, r, v, form, err)
	}
	if in.Second != "" {
		http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
		http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, account.WayPasskeyAfter, in.Second))
		return frame.SeeOther(w, r, home(v)+"/sign-in/second")
	}
	http.SetCookie(w, gate.SessionCookie(v.Actor.Portal, in.Token))
	http.SetCookie(w, gate.DeviceCookie(v.Actor.Portal, in.Device, v.Now))
	return frame.SeeOther(w, r, frame.Local(v, form.Next, Begin(in.Actor)))
}

// Begin is where somebody begins who signs in: staff at their work, which asks for a role and not
// for the agreement, everybody else in the cabinet.
func Begin(actor identity.Actor) string {
	home := "/" + actor.Portal
	switch {
	case actor.Is(identity.Operator):
		return home + "/console"
	case actor.Is(identity.Owner):
		return home + "/approvals"
	case actor.Is(identity.Auditor):
		return home + "/log"
	}
	return home + "/cabinet"
}

func (s *Front) showSignIn(w http.ResponseWriter, r *http.Request, v gate.Visit, form signInForm, err error) error {
	view := signInView{
		Title: s.Say(v, "front.sign_in.title"), Button: s.Say(v, "front.sign_in.button"),
		Next: frame.Local(v, form.Next, ""), IsAgain: form.Again, Accepts: s.signInAccepts(v),
	}
	view.Links = s.entryLinks(v)
	view.Recover = design.Link{Text: s.Say(v, "recovery.from_sign_in"), URL: home(v) + "/recover"}
	if v.Actor.Known() {
		view.Again, view.Links = s.Say(v, "front.sign_in.again"), nil
	}
	view.Compromised = design.Link{Text: s.Say(v, "security.compromised.title"), URL: home(v) + "/compromised"}
	if _, cite, ok := clause.In[account.CredentialWarning](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		view.Warning = &design.WarningText{Text: s.Say(v, "security.warning"), Cite: s.Cite(v, cite)}
	}
	if allowed, _ := s.Accounts.KeyFirst(v.Actor.Portal); allowed {
		view.Key, view.KeyURL = &design.Button{Text: s.Say(v, "keys.sign_in.button"), Look: design.Secondary}, home(v)+"/sign-in/key/ask"
	}
	if first, _ := s.Accounts.PasskeyFirst(v.Actor.Portal); first {
		if _, ok := s.PasskeySite(r, v); ok {
			view.Passkey, view.PasskeyURL = &design.Button{Text: s.Say(v, "passkeys.sign_in.button"), Look: design.Secondary}, home(v)+"/sign-in/passkey/ask"
		}
	}
	if methods, _, ok := clause.In[account.SignInMethods](s.Agreements.Book(v.Actor.Portal, v.Now)); ok && len(methods.Methods) > 1 && !v.Actor.Known() {
		view.Ways = design.Link{Text: s.Say(v, "front.sign_in.ways"), URL: home(v) + "/sign-in/ways"}
		if view.Next != "" {
			view.Ways.URL += "?" + url.Values{"next": {view.Next}}.Encode()
		}
	}
	if v.Ended != nil && err == nil {
		view.Ended = &design.NotificationBanner{Heading: s.Message(v, v.Ended), More: s.Cite(v, v.Ended.Cite)}
	}
	status, byField := http.StatusOK, map[string]string(nil)
	if err != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, err); !ok {
			return err
		}
		status = refused(err)
		if fault.Is(err, fault.Unauthenticated) {
			// One message at one field: which of the two was wrong is not said.
			byField["password"], view.Errors[0].Field = view.Errors[0].Text, "password"
		}
	}
	view.Name = design.TextInput{
		Field: design.Field{Name: "name", Label: s.In(v, s.Portal(v).SignInName), Error: byField["name"]},
		Value: form.Name, Autocomplete: "username",
	}
	view.Password = design.PasswordInput{Field: design.Field{Name: "password", Label: s.Say(v, "front.sign_in.password"), Error: byField["password"]}}
	page := s.Page(r, v, view.Title)
	page.Refused = len(view.Errors) > 0
	page.SignIn = design.Link{}
	for i := range page.Languages {
		page.Languages[i].URL = languageURL(v, page.Languages[i].Code, signInURL(v, view.Next, form.Again))
	}
	return s.Write(w, r, status, page, view.page())
}

// signInURL is the address of the form with what it was asked to do.
func signInURL(v gate.Visit, next string, again bool) string {
	query := url.Values{}
	if next != "" {
		query.Set("next", next)
	}
	if again {
		query.Set("again", "1")
	}
	if len(query) == 0 {
		return home(v) + "/sign-in"
	}
	return home(v) + "/sign-in?" + query.Encode()
}

// signInAccepts lists the amended editions that the agreement takes a sign-in to accept. The first
// edition of a document is accepted by nobody's sign-in.
func (s *Front) signInAccepts(v gate.Visit) []signInAccepts {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	var out []signInAccepts
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		renewal, by, ok := clause.InDocument[agreement.Renewal](book, document)
		posted := s.posted(v, document)
		e, offered := agreement.InForce(posted, v.Now)
		if !ok || renewal.By != agreement.BySignIn || !offered || e.Number == posted[0].Number {
			continue
		}
		title := s.In(v, e.Content.Title)
		out = append(out, signInAccepts{
			Text:    s.Say(v, "front.sign_in.accepts", "document", title, "edition", strconv.Itoa(e.Number)),
			Cite:    s.Cite(v, by),
			Read:    design.Link{Text: s.Say(v, "front.sign_in.read"), URL: frame.EditionURL(e.Portal, document, e.Number)},
			Changes: design.Link{Text: s.Say(v, "front.text.changes"), URL: changesURL(e)},
			Seen:    frame.SeenValue(document, e.Number),
		})
	}
	return out
}

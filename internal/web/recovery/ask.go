// Package recovery lets people back in who lost their password, by the routes the agreement names.
//
// It owns the pages of the request, of the code, of the link and of the new password. Whether a
// sign-in name belongs to anybody none of them tells.
package recovery

import (
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Recovery is the pages of this area.
type Recovery struct {
	*frame.Frame
	Accounts *account.Accounts
}

// cookie names the recovery in the browser's cookie.
const cookie = "recover"

// stepDone is the page that says the password is set.
const stepDone = "done"

func home(v gate.Visit) string { return "/" + v.Actor.Portal + "/recover" }

func (s *Recovery) token(r *http.Request, v gate.Visit) string {
	return gate.AttemptToken(r, v.Actor.Portal, cookie)
}

// askView is the page on which a person says who they are.
type askView struct {
	Title  string
	Lead   string
	Errors []design.FieldError
	Name   design.TextInput
	Routes *design.Radios // nil where there is one route only
	Only   string         // its name then
	How    string         // what it does
	Cite   design.Link
	Button string
	Halt   string   // that nobody recovers a password by themselves for now, and until when; empty: they may
	Others string   // that some cannot, without saying who
	Help   []string // who else helps
	HelpBy design.Link
	HaltBy design.Link
	SignIn design.Link
}

// Ask is GET /{portal}/recover.
func (s *Recovery) Ask(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAsk(w, r, v, "", "", nil)
}

// AskPost is POST /{portal}/recover. What follows looks the same for a name nobody has.
func (s *Recovery) AskPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	name, route := strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("route")
	token, err := s.Accounts.AskRecovery(r.Context(), account.RecoveryAsk{
		Portal: v.Actor.Portal, Name: name, Route: route, Language: v.Actor.Language, Address: v.Address,
		Link: func(token string) string { return s.Origin(r) + "/" + v.Actor.Portal + "/links/recover/" + token },
	})
	if err != nil {
		return s.showAsk(w, r, v, name, route, err)
	}
	at, err := s.Accounts.RecoveryAttempt(r.Context(), v.Actor.Portal, token)
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, cookie, token))
	return frame.SeeOther(w, r, home(v)+"/"+at.Step)
}

func (s *Recovery) showAsk(w http.ResponseWriter, r *http.Request, v gate.Visit, name, chosen string, refused error) error {
	view := askView{
		Title: s.Say(v, "recovery.title"), Lead: s.Say(v, "recovery.lead"), Button: s.Say(v, "recovery.button"),
		SignIn: design.Link{Text: s.Say(v, "recovery.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}
	var byField map[string]string
	if refused != nil {
		var ok bool
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
	}
	view.Name = design.TextInput{
		Field: design.Field{Name: "name", Label: s.In(v, s.Portal(v).SignInName), Error: byField["name"]}, Value: name, Autocomplete: "username",
	}
	if err := s.halt(r, v, &view); err != nil {
		return err
	}
	routes := s.Accounts.Recovery(v.Actor.Portal)
	if len(routes) == 1 {
		view.Only, view.How, view.Cite = routes[0].Name, s.routeWords(v, routes[0]), s.Cite(v, routes[0].Cite)
	} else {
		view.Routes = &design.Radios{Field: design.Field{Name: "route", Label: s.Say(v, "recovery.routes"), Error: byField["route"]}}
		for i, x := range routes {
			choice := design.Choice{Value: x.Name, Label: s.routeWords(v, x), Checked: x.Name == chosen || chosen == "" && i == 0}
			if cite := s.Cite(v, x.Cite); cite.URL != "" {
				choice.Hint = cite.Text
			}
			view.Routes.Choices = append(view.Routes.Choices, choice)
		}
	}
	help, by := s.Accounts.RecoveryHelp(v.Actor.Portal)
	for _, who := range help {
		view.Help, view.HelpBy = append(view.Help, s.Say(v, "recovery.help."+who)), s.Cite(v, by)
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status(refused), page, view.page())
}

// halt says where the automated recovery is stopped (kundelik 4.18). Of single institutions the page
// tells only that there are some: whose name belongs to which, nobody learns here.
func (s *Recovery) halt(r *http.Request, v gate.Visit, view *askView) error {
	halt, err := s.Accounts.RecoveryHalt(r.Context(), v.Actor.Portal)
	if err != nil || halt.Cite.Zero() {
		return err
	}
	view.HaltBy = s.Cite(v, halt.Cite)
	switch {
	case halt.Stopped && halt.Until.IsZero():
		view.Lead, view.Halt = "", s.Say(v, "recovery.halt")
	case halt.Stopped:
		view.Lead, view.Halt = "", s.Say(v, "recovery.halt_until", "instant", s.Instant(v, halt.Until))
	case halt.Some:
		view.Others = s.Say(v, "recovery.halt_some")
	}
	return nil
}

// routeWords says what a route does and for how long it works.
func (s *Recovery) routeWords(v gate.Visit, x account.RecoveryRoute) string {
	life := s.Say(v, "recovery.minutes", "n", strconv.Itoa(int(x.ValidFor.Minutes())))
	if hours := int(x.ValidFor.Hours()); hours > 0 && x.ValidFor.Minutes() == float64(60*hours) {
		life = s.Say(v, "recovery.hours", "n", strconv.Itoa(hours))
	}
	return s.Say(v, "recovery.route."+x.Name, "life", life)
}

// status is that of a page that shows what was refused.
func status(refused error) int {
	switch {
	case refused == nil:
		return http.StatusOK
	case fault.Is(refused, fault.Forbidden):
		return http.StatusForbidden
	case fault.Is(refused, fault.Conflict):
		return http.StatusConflict
	case fault.Is(refused, fault.TooMany):
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

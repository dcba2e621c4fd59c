// Package push is the page on which a person has pop-up messages shown in their browser, and what makes a portal a
// program that can be put on a telephone's first screen.
//
// It owns what the page says, the manifest and the script that asks the browser. It decides nothing: who may have
// pop-ups, and by which clause, account answers.
package push

import (
	"encoding/json"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Push draws the pages of this area. All fields are needed.
type Push struct {
	*frame.Frame
	Accounts *account.Accounts
	// Key is the public key under which browsers are written to; empty: nothing here is offered.
	Key string
	// Leads is where a message leads, below the portal's address, by its key.
	Leads func(key string) string
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func pushURL(v gate.Visit) string { return home(v) + "/cabinet/push" }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// pushView is the page. All parts that the script shows are there from the beginning, hidden.
type pushView struct {
	Errors   []design.FieldError
	Done     *design.NotificationBanner
	Heading  design.Heading
	Cite     design.Link
	Limit    string
	Key      string
	Worker   string
	Scope    string
	Plain    string // without scripts
	Unable   string // a browser that knows no pop-ups
	Denied   string // the person has forbidden them
	Failed   string
	Wait     string
	Button   design.Button
	Name     design.TextInput
	Title    string
	Browsers []browser
	None     *design.EmptyState
}

type browser struct {
	Name, Since, URL string
	Button           design.Button
}

// Page is GET /{portal}/cabinet/push.
func (s *Push) Page(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.show(w, r, v, nil)
}

// AddPost is POST of the same address: the browser has said yes, and the script has written down how it is reached.
func (s *Push) AddPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if s.Key == "" {
		return absent()
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err := s.Accounts.AddBrowser(r.Context(), v.Actor, notify.Browser{
		Name: r.PostFormValue("name"), Endpoint: r.PostFormValue("endpoint"), P256dh: r.PostFormValue("p256dh"), Auth: r.PostFormValue("auth"),
	})
	if frame.AsFaults(err) != nil {
		return s.show(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, pushURL(v)+"?done=added")
}

// RemovePost is POST /{portal}/cabinet/push/{browser}/remove.
func (s *Push) RemovePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.Opaque.ID(r.PathValue("browser"))
	if err != nil {
		return absent()
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Accounts.RemoveBrowser(r.Context(), v.Actor, id); fault.Is(err, fault.Absent) {
		return absent()
	} else if err != nil {
		return err
	}
	return frame.SeeOther(w, r, pushURL(v)+"?done=removed")
}

// Open is GET /{portal}/cabinet/push/open/{message}: where a pop-up leads. Whoever opens it has read it.
func (s *Push) Open(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.Opaque.ID(r.PathValue("message"))
	if err != nil {
		return absent()
	}
	key, err := s.Accounts.OpenedPopUp(r.Context(), v.Actor, id)
	if fault.Is(err, fault.Absent) {
		return absent()
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, home(v)+s.Leads(key))
}

// Card leads from the cabinet to the page, where a clause gives pop-ups.
func (s *Push) Card(v gate.Visit) (design.Card, bool) {
	if _, _, ok := notify.PopUps(s.Agreements.Book(v.Actor.Portal, v.Now)); !ok || s.Key == "" {
		return design.Card{}, false
	}
	return design.Card{Title: s.Say(v, "push.title"), Text: s.Say(v, "push.card"), URL: pushURL(v)}, true
}

func (s *Push) show(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	all, cite, err := s.Accounts.MyBrowsers(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if s.Key == "" {
		return absent()
	}
	summary, at, _ := s.Errors(v, refusal)
	view := pushView{
		Errors: summary, Heading: design.Heading{Text: s.Say(v, "push.title"), Lead: s.Say(v, "push.lead")}, Cite: s.Cite(v, cite), Limit: s.Say(v, "push.secrets"),
		Key: s.Key, Worker: design.AssetPath + "worker.js", Scope: home(v) + "/",
		Plain: s.Say(v, "push.plain"), Unable: s.Say(v, "push.unable"), Denied: s.Say(v, "push.denied"), Failed: s.Say(v, "push.failed"), Wait: s.Say(v, "push.wait"),
		Button: design.Button{Text: s.Say(v, "push.allow")},
		Name:   design.TextInput{Field: design.Field{Name: "name", Label: s.Say(v, "push.name"), Hint: s.Say(v, "push.name_hint"), Error: at["name"]}, Value: r.PostFormValue("name"), MaxLength: 60},
		Title:  s.Say(v, "push.browsers"),
	}
	if done := r.URL.Query().Get("done"); done == "added" || done == "removed" {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "push.done."+done), Success: true}
	}
	for _, b := range all {
		name := b.Name
		if name == "" {
			name = s.Say(v, "push.unnamed")
		}
		view.Browsers = append(view.Browsers, browser{
			Name: name, Since: s.Say(v, "push.since", "day", s.Day(v, b.At)), URL: pushURL(v) + "/" + s.Opaque.Of(b.ID) + "/remove",
			Button: design.Button{Text: s.Say(v, "push.remove", "name", name), Look: design.Secondary},
		})
	}
	if len(all) == 0 {
		view.None = &design.EmptyState{Title: s.Say(v, "push.none"), Text: s.Say(v, "push.none_text")}
	}
	page := s.Frame.Page(r, v, view.Heading.Text)
	page.Refused = refusal != nil
	page.Trail = []design.Link{{Text: s.Say(v, "frame.nav.home"), URL: home(v)}, {Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"}}
	status := http.StatusOK
	if refusal != nil {
		status = http.StatusUnprocessableEntity
	}
	return s.Write(w, r, status, page, view.page())
}

// manifest is what a portal is called and looks like among the programs of a telephone (W3C Web App Manifest).
type manifest struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Short      string `json:"short_name"`
	Language   string `json:"lang"`
	Start      string `json:"start_url"`
	Scope      string `json:"scope"`
	Display    string `json:"display"`
	Theme      string `json:"theme_color"`
	Background string `json:"background_color"`
	Icons      []icon `json:"icons"`
}

type icon struct {
	Source string `json:"src"`
	Sizes  string `json:"sizes"`
	Type   string `json:"type"`
}

// Manifest is GET /{portal}/manifest.webmanifest.
func (s *Push) Manifest(w http.ResponseWriter, _ *http.Request, v gate.Visit) error {
	p := s.Portal(v)
	name := s.In(v, p.Title)
	out, err := json.Marshal(manifest{
		ID: home(v) + "/", Name: name, Short: notify.Shorten(name, 12), Language: v.Actor.Language, Start: home(v) + "/cabinet", Scope: home(v) + "/",
		Display: "standalone", Theme: p.Colour, Background: "#ffffff",
		Icons: []icon{{design.Asset("icon-192.png"), "192x192", "image/png"}, {design.Asset("icon-512.png"), "512x512", "image/png"}},
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, err = w.Write(out)
	return err
}

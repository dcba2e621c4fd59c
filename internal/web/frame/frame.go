// Package frame is what every page stands in: the portal's name and colours, the person and Exit,
// the language switch, the banner of an announced amendment, the footer with its agreement.
//
// It also answers refusals as pages and writes what pages draw. It holds no page of its own but
// the one of a refusal, and decides nothing about what it shows.
package frame

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/operations"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/words"
)

// Frame draws the frame of pages. Its fields are set once, before the first request.
type Frame struct {
	Agreements *agreement.Agreements
	Words      *words.Book
	Assets     *design.Assets
	Opaque     identity.Opaque
	// IdleAfter is how long a session lasts without a request, and by which clause.
	IdleAfter func(portal string) (time.Duration, clause.Citation)
	// Asked says whether a portal takes requests of the support; every page then leads there.
	Asked func(portal string) bool
	// Services reports whether a portal lists services.
	Services func(portal string) bool
	// Materials reports whether users of a portal publish materials.
	Materials func(portal string) bool
	// Priced reports whether a portal shows a price list.
	Priced func(portal string) bool
	// Happening lists what a portal's pages tell the actor of, from memory: works, stops, incidents, force majeure.
	Happening func(actor identity.Actor, at time.Time) []operations.Event
	// ServiceTitle is the title of a service in the catalogue; empty where there is none of this name.
	ServiceTitle func(portal, name, language string) string
	Public       string // how the portals' addresses begin, "https://portal.example"; empty on this machine only
	Demo         bool   // say on every page that nothing here is real
	// PhoneStandIn is where a demonstration's stand-in for a phone can be asked to sign; empty: nowhere.
	PhoneStandIn string

	fixed map[string]*design.Words // by language
}

// New makes a frame and prepares the fixed words of the components.
func New(f Frame) *Frame {
	f.fixed = map[string]*design.Words{}
	for _, language := range words.Languages() {
		f.fixed[language] = f.fixedWords(language)
	}
	return &f
}

// Say gives a sentence in the language of the visit; arguments come in pairs of name and value.
func (f *Frame) Say(v gate.Visit, key string, args ...string) string {
	return f.Words.Say(v.Actor.Language, key, args...)
}

// In gives a portal's own text in the language of the visit.
func (f *Frame) In(v gate.Visit, w agreement.Words) string { return w[v.Actor.Language] }

// Portal is the portal of the visit.
func (f *Frame) Portal(v gate.Visit) agreement.Portal {
	p, _ := f.Agreements.Portal(v.Actor.Portal)
	return p
}

// zone is the portal's time zone.
func (f *Frame) zone(v gate.Visit) *time.Location {
	if p, ok := f.Agreements.Portal(v.Actor.Portal); ok {
		return p.Zone
	}
	return time.UTC
}

// Day writes a day as people read it, in the portal's zone.
func (f *Frame) Day(v gate.Visit, t time.Time) string { return f.DayIn(v, t, f.zone(v)) }

// DayIn writes a day in another zone than that of the visit, as a page does that belongs to no portal.
func (f *Frame) DayIn(v gate.Visit, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return f.Say(v, "time.day", "year", strconv.Itoa(t.Year()), "day", strconv.Itoa(t.Day()), "month", f.Say(v, "time.month."+strconv.Itoa(int(t.Month()))))
}

// Instant writes a day and the time of day.
func (f *Frame) Instant(v gate.Visit, t time.Time) string {
	return f.Day(v, t) + ", " + t.In(f.zone(v)).Format("15:04")
}

// EditionURL is the address of an edition's text.
func EditionURL(portal, document string, number int) string {
	return "/" + portal + "/agreement/" + document + "/editions/" + strconv.Itoa(number)
}

// Anchor is where a clause stands on the page of its edition.
func Anchor(number string) string { return "clause-" + number }

// Cite is a link to the clause, in words: "clause 2.2". The zero citation gives the zero link.
func (f *Frame) Cite(v gate.Visit, c clause.Citation) design.Link {
	if c.Zero() {
		return design.Link{}
	}
	return design.Link{
		Text: f.ClauseName(v, c.Clause),
		URL:  EditionURL(c.Portal, c.Document, c.Edition) + "#" + url.PathEscape(Anchor(c.Clause)),
	}
}

// DocumentTitle is a document's title by its edition in force, or the newest published one.
func (f *Frame) DocumentTitle(v gate.Visit, document string) string {
	published := f.Agreements.Published(v.Actor.Portal, document)
	e, _ := agreement.InForce(published, v.Now)
	if e.Number == 0 && len(published) > 0 {
		e = published[0]
	}
	return e.Content.Title[v.Actor.Language]
}

// Message is the sentence of a refusal.
func (f *Frame) Message(v gate.Visit, x *fault.Fault) string {
	args := make([]string, 0, 2*len(x.Args))
	for name, value := range x.Args {
		if name == "document" {
			value = f.DocumentTitle(v, value)
		}
		args = append(args, name, value)
	}
	return f.Say(v, x.Key, args...)
}

// Errors prepares the refusals of a form: for the summary, and by field.
func (f *Frame) Errors(v gate.Visit, err error) (summary []design.FieldError, byField map[string]string, ok bool) {
	faults := AsFaults(err)
	if faults == nil {
		return nil, nil, false
	}
	byField = map[string]string{}
	for _, x := range faults {
		message := f.Message(v, x)
		summary = append(summary, design.FieldError{Text: f.Named(v, x, message), Field: x.Field})
		if byField[x.Field] == "" {
			byField[x.Field] = message
		}
	}
	return summary, byField, true
}

// AsFaults gives the refusals a form is shown again with: those a person can mend or must know of
// here. Others, such as a missing page or a full database, are answered by the gate.
func AsFaults(err error) fault.Faults {
	var faults fault.Faults
	if fs, ok := errors.AsType[fault.Faults](err); ok {
		faults = fs
	} else if x, ok := errors.AsType[*fault.Fault](err); ok {
		faults = fault.Faults{x}
	}
	for _, x := range faults {
		if x.Kind == fault.Absent || x.Kind == fault.Unavailable || x.Kind == fault.Closed {
			return nil
		}
	}
	return faults
}

// Page is the frame of a page with this title.
func (f *Frame) Page(r *http.Request, v gate.Visit, title string) design.Page {
	p, known := f.Agreements.Portal(v.Actor.Portal)
	page := design.Page{Lang: v.Actor.Language, Title: title, Words: f.fixed[v.Actor.Language]}
	if !known {
		page.Portal = design.Portal{Key: "tereze", Name: "Tereze", Home: "/", BrandCSS: f.Assets.Brand("tereze")}
		page.Languages = f.languages(r, "/-/language/", words.Languages(), v)
		return page
	}
	home := "/" + p.Name
	page.Portal = design.Portal{Key: p.Name, Name: f.In(v, p.Title), Home: home, BrandCSS: f.Assets.Brand(p.Name)}
	if _, _, ok := notify.PopUps(f.Agreements.Book(p.Name, v.Now)); ok {
		page.Portal.Manifest = home + "/manifest.webmanifest"
	}
	if f.Demo {
		page.Portal.Tagline = f.Say(v, "frame.demo")
	}
	page.Languages = f.languages(r, home+"/language/", f.Spoken(p.Name), v)
	page.SignIn = design.Link{Text: f.Say(v, "frame.sign_in"), URL: home + "/sign-in"}
	if methods, _, ok := clause.In[account.SignInMethods](f.Agreements.Book(p.Name, v.Now)); ok && len(methods.Methods) > 1 {
		page.SignIn.URL += "/ways" // the person chooses (kg 2.1)
	}
	if v.Actor.Known() {
		page.Person = &design.Person{Name: v.Actor.Shown, OnBehalf: v.Actor.Behalf.Name, URL: home + "/cabinet", Exit: home + "/exit", ExitText: f.Say(v, "frame.exit")}
	}
	page.Idle = f.idle(v, home)
	page.Busy = f.busy(v)
	page.Navigation = f.navigation(r, v, home)
	banners := f.banners(v, home)
	if banner, ok := f.banner(v, p); ok {
		banners = append(banners, banner)
	}
	if len(banners) > 0 {
		page.Banner = banners
	}
	page.Footer = f.footer(v, p)
	if _, _, ok := clause.In[privacy.CookieChoice](f.Agreements.Book(p.Name, v.Now)); ok && gate.CookieChoice(r) == "" && r.URL.Path != home+"/cookies" {
		page.Cookies = &design.CookieNotice{Label: f.Say(v, "frame.cookies"), Text: f.Say(v, "frame.cookies.text"), Choose: design.Link{Text: f.Say(v, "frame.cookies.choose"), URL: home + "/cookies"}}
	}
	return page
}

func (f *Frame) languages(r *http.Request, base string, codes []string, v gate.Visit) (out []design.Language) {
	back := url.QueryEscape(r.URL.RequestURI())
	if r.Method != http.MethodGet {
		back = url.QueryEscape(r.URL.Path)
	}
	for _, code := range codes {
		out = append(out, design.Language{
			Code: code, Name: f.Words.Say(code, "language.name"), Short: f.Words.Say(code, "language.short"),
			URL: base + code + "?back=" + back, Current: code == v.Actor.Language,
		})
	}
	return out
}

func (f *Frame) navigation(r *http.Request, v gate.Visit, home string) (items []design.NavItem) {
	add := func(key, path string) {
		items = append(items, design.NavItem{
			Text: f.Say(v, key), URL: home + path,
			Current: r.URL.Path == home+path, Active: path != "" && strings.HasPrefix(r.URL.Path, home+path+"/"),
		})
	}
	add("frame.nav.home", "")
	if f.Services(v.Actor.Portal) {
		add("frame.nav.services", "/services")
	}
	if f.Materials(v.Actor.Portal) {
		add("frame.nav.materials", "/materials")
	}
	if f.Priced(v.Actor.Portal) {
		add("frame.nav.prices", "/prices")
	}
	add("frame.nav.agreement", "/agreement")
	add("frame.nav.rules", "/rules")
	if v.Actor.Known() {
		add("frame.nav.cabinet", "/cabinet")
		add("frame.nav.inbox", "/cabinet/inbox")
		if v.Actor.Unread > 0 {
			items[len(items)-1].Text = f.Say(v, "frame.nav.inbox_unread", "count", strconv.Itoa(v.Actor.Unread))
		}
	}
	if v.Actor.Is(identity.Guardian) {
		add("frame.nav.children", "/children")
	}
	if v.Actor.Is(identity.Administrator) {
		add("frame.nav.school", "/school")
	}
	if v.Actor.Is(identity.Operator) {
		add("frame.nav.console", "/console")
	}
	if v.Actor.Is(identity.Owner) {
		add("frame.nav.approvals", "/approvals")
	}
	if v.Actor.Is(identity.Auditor) {
		add("frame.nav.log", "/log")
	}
	return items
}

// banner stands on every page from the publication of an edition until it is in force.
func (f *Frame) banner(v gate.Visit, p agreement.Portal) (design.AmendmentBanner, bool) {
	for _, document := range p.Documents {
		for _, e := range agreement.Announced(f.Agreements.Published(p.Name, document), v.Now) {
			_, cite := f.Agreements.ApprovalBy(p.Name, document, v.Now)
			return design.AmendmentBanner{
				Label: f.Say(v, "frame.amendment.label"),
				Text:  f.Say(v, "frame.amendment.text", "document", f.In(v, e.Content.Title), "instant", f.Instant(v, e.InForceAt)),
				Read:  design.Link{Text: f.Say(v, "frame.amendment.read"), URL: EditionURL(p.Name, document, e.Number) + "/changes"},
				Cite:  f.Cite(v, cite),
			}, true
		}
	}
	return design.AmendmentBanner{}, false
}

func (f *Frame) footer(v gate.Visit, p agreement.Portal) design.Footer {
	home := "/" + p.Name
	out := design.Footer{Operator: f.In(v, p.Operator)}
	if p.Phone != "" {
		out.Contacts = append(out.Contacts, design.Contact{Label: f.Say(v, "frame.phone"), Text: p.Phone, URL: "tel:" + strings.ReplaceAll(p.Phone, " ", "")})
	}
	if p.Email != "" {
		out.Contacts = append(out.Contacts, design.Contact{Label: f.Say(v, "frame.email"), Text: p.Email, URL: "mailto:" + p.Email})
	}
	for _, document := range p.Documents {
		e, offered := agreement.InForce(f.Agreements.Published(p.Name, document), v.Now)
		if e.Number == 0 {
			continue
		}
		out.Agreements = append(out.Agreements, design.Link{Text: f.In(v, e.Content.Title), URL: home + "/agreement/" + document})
		if out.Edition == "" && offered {
			out.Edition = f.Say(v, "frame.edition_in_force", "edition", strconv.Itoa(e.Number), "day", f.Day(v, e.InForceAt))
		}
	}
	out.Links = []design.Link{{Text: f.Say(v, "frame.help"), URL: home + "/help"}}
	if f.Asked(p.Name) {
		out.Links = append(out.Links, design.Link{Text: f.Say(v, "frame.ask_support"), URL: home + "/support"})
	}
	out.Links = append(out.Links, design.Link{Text: f.Say(v, "frame.status"), URL: home + "/status"})
	out.Links = append(out.Links, design.Link{Text: f.Say(v, "frame.cookies"), URL: home + "/cookies"})
	out.Links = append(out.Links, design.Link{Text: f.Say(v, "frame.archive"), URL: home + "/agreement"})
	if outbox := f.OutboxLink(v); outbox.URL != "" {
		out.Links = append(out.Links, outbox)
	}
	return out
}

// Write draws a page and sends it. What fails to be drawn is an accident, and nothing of it is sent.
func (f *Frame) Write(w http.ResponseWriter, r *http.Request, status int, page design.Page, content templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := page.Render(templ.WithChildren(r.Context(), content), buf); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", page.Lang)
	if page.Signs {
		gate.AlsoConnect(h, design.NCALayer)
	}
	return send(w, r, status, buf.Bytes())
}

// pays is the length above which compressing a page costs less than sending it.
const pays = 2 << 10

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) > pays && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		packed := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(packed)
		packed.Reset()
		z := writers.Get().(*gzip.Writer)
		defer writers.Put(z)
		z.Reset(packed)
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = packed.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // what is left to fail is the connection, and nobody reads of that
	return nil
}

// SeeOther answers a form that was taken: the browser goes on to a page.
func SeeOther(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Local gives a path of this portal that a form or a link names for later, or otherwise. Anything
// that could lead elsewhere is not followed.
func Local(v gate.Visit, path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(path, "\\\r\n\t") || strings.HasPrefix(path, "//") {
		return otherwise
	}
	home := "/" + v.Actor.Portal
	if u.Path != home && !strings.HasPrefix(u.Path, home+"/") || strings.Contains(u.Path, "..") || strings.Contains(u.Path, "//") {
		return otherwise
	}
	return u.RequestURI()
}

// Spoken are the languages a portal offers now: those its agreement names (egov UI-1), else those of
// its pack; the program's own where there is no portal.
func (f *Frame) Spoken(portal string) []string {
	p, ok := f.Agreements.Portal(portal)
	if !ok {
		return words.Languages()
	}
	if rule, _, ok := clause.In[account.Languages](f.Agreements.Book(portal, f.Agreements.Now())); ok {
		// A language the pack has no texts in cannot be offered, whatever the clause says.
		if offered := slices.DeleteFunc(slices.Clone(rule.Offered), func(code string) bool { return !slices.Contains(p.Languages, code) }); len(offered) > 0 {
			return offered
		}
	}
	return p.Languages
}

// languageCookie remembers the choice of somebody who has not signed in.
const languageCookie = "tereze-language"

// LanguageCookie remembers a language.
func LanguageCookie(code string) *http.Cookie {
	return &http.Cookie{Name: languageCookie, Value: code, Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Language follows gate.Face: the account's language, else the one chosen before, else the
// browser's, else the portal's first.
func (f *Frame) Language(r *http.Request, actor identity.Actor) string {
	spoken := f.Spoken(actor.Portal)
	if slices.Contains(spoken, actor.Language) {
		return actor.Language
	}
	if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(spoken, c.Value) {
		return c.Value
	}
	for _, wish := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		code, _, _ := strings.Cut(strings.TrimSpace(wish), ";")
		code, _, _ = strings.Cut(code, "-")
		if slices.Contains(spoken, strings.ToLower(code)) {
			return strings.ToLower(code)
		}
	}
	return spoken[0]
}

// Key follows gate.Face: pages are for people.
func (f *Frame) Key(*http.Request) (string, bool) { return "", false }

// Token follows gate.Face: pages carry it in a cookie.
func (f *Frame) Token(r *http.Request, portal string) string { return gate.SessionToken(r, portal) }

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	writers = sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant of the package
		}
		return z
	}}
)

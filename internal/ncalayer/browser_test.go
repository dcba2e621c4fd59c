package ncalayer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/ncalayer"
	"tereze/internal/signing"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// desk is a person's machine: a browser, the stand-in where pages look for NCALayer, and a portal of
// which one page signs.
type desk struct {
	*ncalayer.Program
	t       *testing.T
	house   *housetest.House
	browser signing.Browser
	portal  string // address
	program *httptest.Server
	iin     string // whose key the page asks for; empty: anybody's
	format  eds.Form

	mu     sync.Mutex
	posted []string // how each form that came in was judged
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Demo: true, Only: []string{"egov"}})
	town, err := authority.NewTown(h.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, house: h, format: eds.CMS, browser: signing.Browser{Home: h.Store.NewID(), Token: "attempt"}}
	d.Program = &ncalayer.Program{Town: town, Now: h.Clock.Now, Slow: time.Hour}
	d.program = httptest.NewTLSServer(d.Program)
	mux := http.NewServeMux()
	mux.Handle("/", h.Handler)
	mux.Handle("GET /{portal}/try/sign", h.Gate.Open(h.Frame, "", d.page))
	mux.Handle("POST /{portal}/try/sign", h.Gate.Open(h.Frame, "", d.take))
	mux.Handle("GET /{portal}/try/done", h.Gate.Open(h.Frame, "", func(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
		return h.Frame.Write(w, r, http.StatusOK, h.Frame.Page(r, v, "done"), templ.Raw(`<h1 id="done">done</h1>`))
	}))
	server := httptest.NewServer(h.Gate.Protect(mux, http.NotFound))
	d.portal = server.URL
	t.Cleanup(func() { server.Close(); d.program.Close() })
	return d
}

func (d *desk) ask(ctx context.Context) (r signing.Request, err error) {
	err = d.house.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err = d.house.Signings.Ask(ctx, tx, signing.Ask{
			Portal: "egov", Purpose: signing.SignIn, Browser: d.browser, Format: d.format, IIN: d.iin,
			Names: signing.Names{"kk": "Порталға кіру", "ru": "Вход на портал", "en": "Sign-in"},
		})
		return err
	})
	return r, err
}

// page is a page that signs, as an area would write it.
func (d *desk) page(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return d.draw(w, r, v, nil)
}

func (d *desk) draw(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	asked, err := d.ask(r.Context())
	if err != nil {
		return err
	}
	f := d.house.Frame
	summary, byField, _ := f.Errors(v, refusal)
	s := design.Signing{Encapsulate: true, IIN: d.iin, Format: design.SignFormat(d.format)}
	for _, x := range asked.Content.Documents {
		s.Documents = append(s.Documents, frame.SignDocument(x.Content, x.Names[v.Actor.Language], "/egov/try/document"))
	}
	s = f.Signing(v, s, byField[frame.SignatureFile])
	page := f.Page(r, v, "Sign")
	page.Signs, page.Refused = true, refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = frame.FormStatus(refusal)
	}
	id := f.Opaque.Of(asked.ID)
	return f.Write(w, r, status, page, join(
		design.ErrorSummary{Errors: summary}, design.Heading{Text: asked.Content.Documents[0].Names[v.Actor.Language]},
		templ.Raw(`<form method="post" enctype="multipart/form-data" novalidate><input type="hidden" name="request" value="`+id+`">`), s, templ.Raw(`</form>`)))
}

// take judges what the form brought, as an area would.
func (d *desk) take(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	ctx, f := r.Context(), d.house.Frame
	err := func() error {
		answer, err := frame.Signatures(r, 1)
		if err != nil {
			return err
		}
		id, err := f.Opaque.ID(r.FormValue("request"))
		if err != nil {
			return err
		}
		asked, err := d.house.Signings.Of(ctx, "egov", signing.SignIn, d.browser, id)
		if err != nil {
			return err
		}
		signed, err := d.house.Signings.Check(ctx, asked, answer)
		if err != nil {
			return err
		}
		return d.house.Store.InTx(ctx, func(tx *store.Tx) error { return d.house.Signings.Use(ctx, tx, signed) })
	}()
	d.mu.Lock()
	d.posted = append(d.posted, reason(err))
	d.mu.Unlock()
	if frame.AsFaults(err) != nil {
		return d.draw(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, "/egov/try/done")
}

func join(parts ...templ.Component) templ.Component { return templ.Join(parts...) }

// reason is the key of a refusal, for which the words of what was found do not matter.
func reason(err error) string {
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		return x.Key
	}
	return fmt.Sprint(err)
}

// judged is how the forms that came in were judged.
func (d *desk) judged() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.posted...)
}

// tab opens a browser in which pages find the stand-in where they look for NCALayer.
func (d *desk) tab() tab {
	d.t.Helper()
	if reason := os.Getenv("TEREZE_SKIP_BROWSER"); reason != "" {
		d.t.Skip("no browser: " + reason)
	}
	path := os.Getenv("CHROME")
	if path == "" {
		var err error
		if path, err = exec.LookPath("chromium"); err != nil {
			d.t.Fatal("no Chromium on this machine: install it, name it in CHROME, or give a reason to do without in TEREZE_SKIP_BROWSER")
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("host-resolver-rules", "MAP 127.0.0.1:13579 "+d.program.Listener.Addr().String()),
		chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"))
	allocator, stop := chromedp.NewExecAllocator(d.t.Context(), options...)
	d.t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(allocator)
	d.t.Cleanup(leave)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		d.t.Fatal(err)
	}
	return tab{d.t, ctx, d}
}

// tab is one page before a person.
type tab struct {
	t    *testing.T
	ctx  context.Context
	desk *desk
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 45*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func read[T any](b tab, script string) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 45*time.Second)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.desk.portal+path), chromedp.WaitVisible("body.govuk-frontend-supported"))
}

func (b tab) press(part string) {
	b.t.Helper()
	b.do(chromedp.Click(`[data-sign="` + part + `"]`))
}

// until waits for a state of the script, and gives what the person then reads.
func (b tab) until(state string) string {
	b.t.Helper()
	for range 400 {
		if read[string](b, `document.querySelector('[data-sign="said"]')?.dataset.state ?? ""`) == state {
			return read[string](b, `document.querySelector('[data-sign="said"]').innerText`)
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("state is %q, want %q", read[string](b, `document.querySelector('[data-sign="said"]')?.dataset.state ?? location.href`), state)
	return ""
}

// untilSeen waits for an element.
func (b tab) untilSeen(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(selector))
}

// picture keeps what is seen, where TEREZE_SCREENSHOTS names a folder.
func (b tab) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("TEREZE_SCREENSHOTS")
	if folder == "" {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), shot, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// ready fails unless the person can press the button again and the page is theirs.
func (b tab) ready() {
	b.t.Helper()
	if !read[bool](b, `document.querySelector('[data-sign="start"]').getAttribute("aria-disabled") === "false" && document.querySelector('[data-sign="stop"]').hidden`) {
		b.t.Error("the button cannot be pressed again")
	}
}

// permit answers for the person whether the portal may reach programs on this machine; known is false in
// a browser that does not ask.
func (b tab) permit(setting browser.PermissionSetting) (known bool) {
	b.t.Helper()
	for _, name := range []string{"loopback-network", "local-network-access"} {
		_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: setting, Origin: b.desk.portal,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
		known = known || err == nil
	}
	return known
}

func TestTheScriptInABrowser(t *testing.T) {
	d := newDesk(t)
	b := d.tab()
	for _, language := range []string{"kk", "en"} {
		b.open("/egov/language/" + language + "?back=/egov/try/sign")
		b.picture("signing-" + language)
		d.Next(ncalayer.Cancel)
		b.press("start")
		if said := b.until("cancelled"); strings.Count(said, ".") < 1 {
			t.Errorf("cancelled: %q", said)
		}
		b.ready()
		b.picture("signing-cancelled-" + language)
	}
	for _, c := range []struct {
		conduct ncalayer.Conduct
		state   string
	}{{ncalayer.Fail, "failed"}, {ncalayer.Close, "closed"}, {ncalayer.Garbled, "unreadable"}, {ncalayer.Refuse, "not_running"}} {
		d.Next(c.conduct)
		b.press("start")
		said := b.until(c.state)
		b.ready()
		if c.conduct == ncalayer.Fail && !strings.Contains(said, "UnrecoverableKeyException") {
			t.Errorf("what the program said is not shown: %q", said)
		}
	}
	b.picture("signing-not-running-en")

	// A slow program: two presses ask once, the person is told, and can stop waiting.
	d.Next(ncalayer.Slow)
	before := d.Asked()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-sign="start"]').click(); document.querySelector('[data-sign="start"]').click(); undefined`))
	b.until("waiting")
	b.picture("signing-waiting-en")
	b.until("slow")
	b.press("stop")
	b.until("cancelled")
	b.ready()
	if !read[bool](b, `document.activeElement.dataset.sign === "start"`) {
		t.Error("the focus is lost when waiting ends")
	}
	if len(d.judged()) != 0 {
		t.Errorf("forms were sent: %q", d.judged())
	}

	// The key of somebody else than the page asks for is not offered.
	key, err := d.Town.Key("other")
	if err != nil {
		t.Fatal(err)
	}
	d.iin = key.Certificate.Holder().IIN
	b.open("/egov/try/sign")
	b.press("start")
	b.until("cancelled")
	if got := d.Asked() - before; got != 1 {
		t.Errorf("asked %d times, want 1: two presses, and a key that does not fit", got)
	}
	if err := d.Choose("other"); err != nil {
		t.Fatal(err)
	}
	b.press("start")
	b.untilSeen("#done")
	d.iin = ""

	// A key the portal refuses: the page comes back with the reason, and signing goes on from there.
	if err := d.Choose("revoked"); err != nil {
		t.Fatal(err)
	}
	b.open("/egov/try/sign")
	b.press("start")
	b.untilSeen(".govuk-error-summary")
	b.picture("signing-revoked-en")
	if err := d.Choose("individual"); err != nil {
		t.Fatal(err)
	}
	d.Next(ncalayer.OldForm)
	b.press("start")
	b.untilSeen("#done")
	d.format = eds.XML
	b.open("/egov/try/sign")
	d.Next(ncalayer.Sign)
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-sign="start"]').focus(); undefined`), chromedp.KeyEvent("\r"))
	b.untilSeen("#done")
	want := []string{"<nil>", "eds.reason.revoked", "<nil>", "<nil>"}
	if got := d.judged(); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("judged %q, want %q", got, want)
	}

	// The browser forbids it; then nothing listens at all.
	b.open("/egov/try/sign")
	denied := b.permit(browser.PermissionSettingDenied)
	if !denied {
		t.Error("this browser knows no permission for programs on the machine")
	} else {
		b.press("start")
		b.until("denied")
		b.ready()
	}
}

func TestNothingListens(t *testing.T) {
	d := newDesk(t)
	b := d.tab()
	d.program.Close()
	b.open("/egov/language/kk?back=/egov/try/sign")
	b.press("start")
	b.until("not_running")
	b.ready()
	b.picture("signing-not-running-kk")

	// Something that is no NCALayer: it takes the connection and says nothing.
	listener, err := net.Listen("tcp", d.program.Listener.Addr().String())
	if err != nil {
		t.Skip("the port was taken meanwhile:", err)
	}
	defer listener.Close()
	b.permit(browser.PermissionSettingGranted) // else it waits longer, for the person to allow it
	b.press("start")
	b.until("not_running")
	b.ready()
}

// TestOnlyAPageThatSignsMayReachTheProgram holds the policy and the script to the page.
func TestOnlyAPageThatSignsMayReachTheProgram(t *testing.T) {
	d := newDesk(t)
	for path, signs := range map[string]bool{"/egov/try/sign": true, "/egov/try/done": false, "/egov": false} {
		resp, err := http.Get(d.portal + path)
		if err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		if _, err := fmt.Fprint(&page, resp.Header.Get("Content-Security-Policy")); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.Contains(page.String(), "connect-src 'self' wss://127.0.0.1:13579;"); got != signs {
			t.Errorf("%s: %s", path, page.String())
		}
	}
}

func TestWithoutScriptsThereIsTheFile(t *testing.T) {
	d := newDesk(t)
	b := d.tab()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(d.portal+"/egov/language/en?back=/egov/try/sign"), chromedp.WaitVisible("noscript p"))
	b.do(chromedp.Click("details summary"), chromedp.WaitVisible(`input[name="signature_file"]`))
	b.picture("signing-plain-en")
}

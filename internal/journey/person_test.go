package journey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Widths of a window: a small telephone, and a desk.
const (
	phone = 360
	desk  = 1280
)

// patience is how long a person waits for a page: far longer than any page takes.
const patience = 45 * time.Second

// person is somebody with a browser profile of their own. They find things by what is written on
// them: words are named by their keys and read in the language of the person.
type person struct {
	t        *testing.T
	ctx      context.Context
	place    *place
	portal   string
	language string
	width    int64
	status   int64 // of the page before them
	folder   string

	complaints *complaints
	plain      bool // scripts are off
}

// complaints gathers what the browser finds wrong with pages; it writes from another goroutine.
type complaints struct {
	mu   sync.Mutex
	said []string
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.said
	c.said = nil
	return out
}

func (c *complaints) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.add("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			c.add("console: %v", e.Args)
		}
	case *log.EventEntryAdded:
		// A refused form comes back with a status that the browser notes; the journey looks at it itself.
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
			c.add("%s %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
}

// arrive gives somebody a new browser profile with a window of this width.
func arrive(t *testing.T, l *place, portal, language string, width int64) *person {
	t.Helper()
	p := &person{t: t, place: l, portal: portal, language: language, width: width, folder: t.TempDir(), complaints: &complaints{}}
	ctx, leave := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext(), chromedp.WithListener(p.complaints.listen))
	t.Cleanup(leave)
	p.ctx = ctx
	// The first call opens the window, which lives as long as the context of that call.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p.window(width)
	_, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: p.folder,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// withoutScripts turns scripts off, as some offices do.
func (p *person) withoutScripts() {
	p.t.Helper()
	p.plain = true
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		p.t.Fatal(err)
	}
}

// say is what a key reads in the person's language.
func (p *person) say(key string, args ...string) string {
	return p.place.words.Say(p.language, key, args...)
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("at %s: %v", p.where(), err)
	}
}

// ask runs a piece of JavaScript and decodes what it gives. Where the page goes on by itself meanwhile, the next one is
// asked.
func ask[T any](p *person, script string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	for {
		out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		if err == nil {
			return out
		}
		if !wentOn(err) {
			p.t.Fatalf("at %s: %v", p.where(), err)
		}
	}
}

// wentOn reports whether a page could not answer because another has taken its place.
func wentOn(err error) bool {
	for _, said := range []string{"Inspected target navigated", "Execution context was destroyed", "Cannot find context"} {
		if strings.Contains(err.Error(), said) {
			return true
		}
	}
	return false
}

// where is the address before the person, without the machine.
func (p *person) where() string {
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page: " + err.Error()
	}
	if u, err := url.Parse(at); err == nil {
		return u.RequestURI()
	}
	return at
}

// open types an address.
func (p *person) open(path string) {
	p.t.Helper()
	p.load("open "+path, func(ctx context.Context) (*network.Response, error) {
		return chromedp.Run(ctx, chromedp.NavigateResponse(p.place.url+path))
	})
}

// press presses the link or the button that reads so, and waits for the next page.
func (p *person) press(key string, args ...string) {
	p.t.Helper()
	p.pressWritten(p.say(key, args...))
}

// pressWritten is press for words that do not come from a key.
func (p *person) pressWritten(text string) {
	p.t.Helper()
	p.pressAt(func() (x, y float64) { return p.find(text) })
}

// pressSelected presses what a selector finds, where nothing is written on it.
func (p *person) pressSelected(selector string) {
	p.t.Helper()
	p.pressAt(func() (x, y float64) {
		return p.spot(fmt.Sprintf("document.querySelector(%s)", quoted(selector)), selector)
	})
}

// pressAt presses what stands somewhere, and again where the page went on by itself in that moment, so that the
// browser followed the page and not the press.
func (p *person) pressAt(where func() (x, y float64)) {
	p.t.Helper()
	p.load("press", func(ctx context.Context) (*network.Response, error) {
		for {
			x, y := where()
			answer, err := chromedp.RunResponse(ctx, chromedp.MouseClickXY(x, y))
			if err == nil || !strings.Contains(err.Error(), "net::ERR_ABORTED") {
				return answer, err
			}
		}
	})
}

// load waits for a page and looks at it.
func (p *person) load(what string, act func(ctx context.Context) (*network.Response, error)) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	answer, err := act(ctx)
	if err != nil {
		p.t.Fatalf("%s, at %s: %v", what, p.where(), err)
	}
	if answer == nil {
		p.t.Fatalf("%s, at %s: no answer", what, p.where())
	}
	p.status = answer.Status
	p.look()
}

// click presses what stays on the page: a box, a summary.
func (p *person) click(text string) {
	p.t.Helper()
	x, y := p.find(text)
	p.do(chromedp.MouseClickXY(x, y))
}

// find is where the link, button, label or summary stands that reads so: in the content of the page
// if it is there, otherwise in its frame. Where the navigation is folded away it is unfolded.
func (p *person) find(text string) (x, y float64) {
	p.t.Helper()
	found := fmt.Sprintf("(%s)(%s)", findWritten, quoted(text))
	if !ask[bool](p, found+" !== null") && ask[bool](p, foldedNavigation) {
		mx, my := p.spot(menu, "the menu")
		p.do(chromedp.MouseClickXY(mx, my))
	}
	return p.spot(found, text)
}

// spot brings an element into view and gives a point of it that a finger would hit.
func (p *person) spot(element, name string) (x, y float64) {
	p.t.Helper()
	at := ask[[]float64](p, fmt.Sprintf("(%s)(%s)", middle, element))
	if len(at) != 2 {
		p.t.Fatalf("at %s nothing to press reads %q; the page says:\n%s", p.where(), name, p.text("main"))
	}
	return at[0], at[1]
}

const (
	menu             = `document.querySelector(".govuk-js-service-navigation-toggle")`
	foldedNavigation = `(() => { const m = ` + menu + `; return !!m && m.getClientRects().length > 0 && m.getAttribute("aria-expanded") !== "true"; })()`

	findWritten = `(text) => {
	const single = (s) => s.replace(/\s+/g, " ").trim();
	const read = (e) => {
		const c = e.cloneNode(true);
		c.querySelectorAll(".govuk-visually-hidden").forEach((x) => x.remove());
		return single(c.textContent);
	};
	const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible";
	for (const root of [document.querySelector("main"), document]) {
		for (const e of root.querySelectorAll("a, button, summary, label")) {
			if (seen(e) && (read(e) === text || single(e.textContent) === text)) return e;
		}
	}
	return null;
}`

	// middle gives the middle of an element's first line box, and only if nothing lies over it.
	middle = `(e) => {
	if (!e) return [];
	e.scrollIntoView({block: "center", behavior: "instant"});
	const b = e.getClientRects()[0];
	const x = b.left + b.width / 2, y = b.top + b.height / 2;
	const hit = document.elementFromPoint(x, y);
	return hit && (e.contains(hit) || hit.contains(e)) ? [x, y] : [];
}`
)

// fill empties a field and types into it, key by key.
func (p *person) fill(name, value string) {
	p.t.Helper()
	p.enter(name)
	p.do(chromedp.KeyEvent(value))
	if got := p.value(name); got != value {
		p.t.Fatalf("at %s field %s holds %q, want %q", p.where(), name, got, value)
	}
}

// rewrite puts a text into a field at once, as one who pastes it.
func (p *person) rewrite(name, text string) {
	p.t.Helper()
	p.enter(name)
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatal(err)
	}
	if got := p.value(name); got != text {
		p.t.Fatalf("at %s field %s holds %q, want %q", p.where(), name, got, text)
	}
}

// enter goes to a field and takes hold of all it contains.
func (p *person) enter(name string) {
	p.t.Helper()
	x, y := p.spot(field(name), "field "+name)
	p.do(chromedp.MouseClickXY(x, y))
	ask[bool](p, fmt.Sprintf(`((e) => { e.select(); return document.activeElement === e; })(%s)`, field(name)))
}

func (p *person) value(name string) string {
	p.t.Helper()
	return ask[string](p, field(name)+".value")
}

func field(name string) string {
	return fmt.Sprintf("document.querySelector(%s)", quoted(`main [name="`+name+`"]`))
}

// await waits until something is so that comes by itself.
func (p *person) await(what string, so func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%s does not come to this: %s; it says:\n%s", p.where(), what, p.text("main"))
		}
	}
}

// reads waits until the page says one of these by itself.
func (p *person) reads(keys ...string) {
	p.t.Helper()
	p.await(fmt.Sprint("it says one of ", keys), func() bool {
		text := p.text("main")
		return slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(text, p.say(key)) })
	})
}

// reopens opens a page again and again until there is something to press that reads so: what the house does by itself
// it does in its own time.
func (p *person) reopens(path, key string) {
	p.t.Helper()
	there := fmt.Sprintf("(%s)(%s) !== null", findWritten, quoted(p.say(key)))
	p.await("there is "+p.say(key), func() bool {
		p.open(path)
		return ask[bool](p, there)
	})
}

// text is what the first element of a selector reads, its white space made single.
func (p *person) text(selector string) string {
	p.t.Helper()
	return ask[string](p, fmt.Sprintf(`(document.querySelector(%s)?.innerText ?? "").replace(/\s+/g, " ").trim()`, quoted(selector)))
}

// sees fails unless the page says this.
func (p *person) sees(key string, args ...string) {
	p.t.Helper()
	p.seesWritten(p.say(key, args...))
}

func (p *person) seesWritten(text string) {
	p.t.Helper()
	if !strings.Contains(p.text("body"), text) {
		p.t.Fatalf("%s does not say %q; it says:\n%s", p.where(), text, p.text("main"))
	}
}

// seesNot fails if the page says this.
func (p *person) seesNot(key string, args ...string) {
	p.t.Helper()
	if text := p.say(key, args...); strings.Contains(p.text("body"), text) {
		p.t.Errorf("%s says %q", p.where(), text)
	}
}

// at fails unless the person stands at an address of the portal that begins so.
func (p *person) at(path string) {
	p.t.Helper()
	if at := p.where(); !strings.HasPrefix(at, "/"+p.portal+path) {
		p.t.Fatalf("%s stands at %s, want %s; the page says:\n%s", p.t.Name(), at, "/"+p.portal+path, p.text("main"))
	}
}

// answered fails unless the page before the person came with this status.
func (p *person) answered(status int64) {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("%s answered %d, want %d; the page says:\n%s", p.where(), p.status, status, p.text("main"))
	}
}

// download presses a link that hands out a file, and reads the file.
func (p *person) download(key, name string) (path string, content []byte) {
	p.t.Helper()
	p.click(p.say(key))
	path = filepath.Join(p.folder, name)
	p.await(name+" is downloaded", func() bool {
		var err error
		if content, err = os.ReadFile(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			p.t.Fatal(err)
		}
		return err == nil && json.Valid(content)
	})
	return path, content
}

// quoted is a string of JavaScript.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings have a form in JSON
	}
	return string(b)
}

package design

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// policy is as strict as the one the portals are served with.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"

// violation is what axe-core says of a broken rule.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// TestPagesInABrowser opens every sample page in Chromium, on a phone and on a
// desk, and wants no violation of WCAG 2.2 AA, no sideways scrolling, nothing
// refused by the Content-Security-Policy. It needs Chromium.
func TestPagesInABrowser(t *testing.T) {
	// The same copy the journeys use: a fresh machine has no node_modules.
	axe, err := os.ReadFile("../../journey/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	server := serveSamples(t)
	var complaints []string // written by the listener, read after the last page
	ctx := openBrowser(t, chromedp.WithListener(func(ev any) {
		if e, ok := ev.(*runtime.EventExceptionThrown); ok {
			complaints = append(complaints, e.ExceptionDetails.Text)
		}
	}))
	for _, page := range []string{"home", "form", "cabinet", "agreement"} {
		for _, lang := range []string{"kk", "en"} {
			for _, width := range []int64{360, 1280} {
				inspect(t, ctx, server.URL+"/"+page+"-"+lang, fmt.Sprintf("%s-%s-%d", page, lang, width), width, string(axe))
			}
		}
	}
	for _, c := range complaints {
		t.Errorf("the browser complains: %s", c)
	}
}

func openBrowser(t *testing.T, options ...chromedp.ContextOption) context.Context {
	t.Helper()
	chromium := os.Getenv("CHROME")
	if chromium == "" {
		var err error
		if chromium, err = exec.LookPath("chromium"); err != nil {
			if reason := os.Getenv("TEREZE_SKIP_BROWSER"); reason != "" {
				t.Skip(reason)
			}
			t.Fatal("no Chromium on this machine: install it (Debian and Ubuntu: apt-get install chromium)")
		}
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(allocator, options...)
	t.Cleanup(stop)
	return ctx
}

// TestFontHasEveryLetter draws the letters of the four languages and asks the
// browser with which fonts it did so: another font than ours means that a
// letter is missing and a word would be patched together.
func TestFontHasEveryLetter(t *testing.T) {
	letters := "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ" + "ӘҒҚҢӨҰҮҺІ" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letters += strings.ToLower(letters) + "0123456789«»“”–—…№§₸%+−×()[]/&@"
	server := serveSamples(t)
	ctx := openBrowser(t)
	err := chromedp.Do(ctx,
		chromedp.Navigate(server.URL+"/home-kk"),
		chromedp.WaitVisible("body.govuk-frontend-supported"),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector('h1').textContent = %q", letters)),
		chromedp.Evaluate[chromedp.Void]("new Promise((r) => setTimeout(() => document.fonts.ready.then(() => r()), 300))", chromedp.EvalAwaitPromise),
	)
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := chromedp.Run(ctx, fontsOf("h1"))
	if err != nil {
		t.Fatal(err)
	}
	drawn := 0
	for _, f := range fonts {
		if !f.IsCustomFont || !strings.HasPrefix(f.FamilyName, "Golos") {
			t.Errorf("%.0f letters are drawn with %s", f.GlyphCount, f.FamilyName)
		}
		drawn += int(f.GlyphCount)
	}
	if want := len([]rune(letters)); drawn != want {
		t.Errorf("%d letters are drawn, want %d", drawn, want)
	}
}

func fontsOf(selector string) chromedp.Action[[]*css.PlatformFontUsage] {
	return func(ctx context.Context, tab *chromedp.Target) ([]*css.PlatformFontUsage, error) {
		if _, err := cdp.Call(ctx, tab, dom.Enable, dom.EnableParams{}); err != nil {
			return nil, err
		}
		if _, err := cdp.Call(ctx, tab, css.Enable, cdp.Empty{}); err != nil {
			return nil, err
		}
		doc, err := cdp.Call(ctx, tab, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return nil, err
		}
		node, err := cdp.Call(ctx, tab, dom.QuerySelector, dom.QuerySelectorParams{NodeID: doc.Root.NodeID, Selector: selector})
		if err != nil {
			return nil, err
		}
		used, err := cdp.Call(ctx, tab, css.GetPlatformFontsForNode, css.GetPlatformFontsForNodeParams{NodeID: node.NodeID})
		return used.Fonts, err
	}
}

// inspect opens one page in a window of that width and reports all that is wrong with it.
func inspect(t *testing.T, ctx context.Context, url, name string, width int64, axe string) {
	t.Helper()
	err := chromedp.Do(ctx,
		chromedp.EmulateViewport(width, 800),
		chromedp.Navigate(url),
		chromedp.WaitVisible("body.govuk-frontend-supported"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Evaluate[chromedp.Void](axe+";0"),
	)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	overflow, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](overflowing))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	report(t, name, overflow, found)
	if *previewDir == "" {
		return
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(*previewDir, name+".png"), shot, 0o644); err != nil {
		t.Fatal(err)
	}
}

// overflowing lists what sticks out of the page to the right, and what the
// policy refused to load: neither style nor fonts are missing.
const overflowing = `(() => {
	const wide = document.documentElement.clientWidth;
	const out = [];
	if (document.documentElement.scrollWidth > wide) {
		for (const e of document.querySelectorAll("body *")) {
			if (e.closest(".tz-scroll") && !e.matches(".tz-scroll")) continue;
			if (e.getBoundingClientRect().right > wide + 1) out.push("sticks out: " + e.outerHTML.slice(0, 120));
		}
		out.push("page is " + document.documentElement.scrollWidth + " wide in " + wide);
	}
	if (document.styleSheets.length !== 2) out.push("style sheets: " + document.styleSheets.length);
	if (![...document.fonts].some((f) => f.status === "loaded")) out.push("no font was loaded");
	return out;
})()`

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) => JSON.stringify(r.violations))`

func report(t *testing.T, name string, overflow []string, found string) {
	t.Helper()
	for _, o := range overflow {
		t.Errorf("%s: %s", name, o)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			t.Errorf("%s: %s (%s): %s\n%s", name, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

func serveSamples(t *testing.T) *httptest.Server {
	t.Helper()
	assets, err := NewAssets([]Brand{{Portal: "sample", Colour: "#0f5c6e", Accent: "#e3a72f"}})
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]string{}
	for _, lang := range []string{"kk", "en"} {
		for i, doc := range pages(t, lang) {
			var b strings.Builder
			if err := html.Render(&b, doc); err != nil {
				t.Fatal(err)
			}
			drawn["/"+[]string{"form", "cabinet", "agreement", "home"}[i]+"-"+lang] = b.String()
		}
	}
	mux := http.NewServeMux()
	mux.Handle(AssetPath, assets)
	mux.Handle("/qr.png", http.RedirectHandler(Asset("icon-192.png"), http.StatusFound))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page, ok := drawn[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

package journey

import (
	"bytes"
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tereze/internal/house/housetest"
)

// prints makes a PDF of the page, as a printer would get it.
func (p *person) prints() {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	paper, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil {
		p.t.Fatal(err)
	}
	if !bytes.HasPrefix(paper, []byte("%PDF-")) || len(paper) < 10<<10 {
		p.t.Errorf("%s prints to %d bytes that begin with %.8q", p.where(), len(paper), paper)
	}
	// What serves only on a screen is not printed.
	p.do(media("print"))
	if ask[bool](p, `[...document.querySelectorAll(".tz-header nav, .tz-who__form, .tz-no-print")].some((e) => e.getClientRects().length > 0)`) {
		p.t.Errorf("%s prints buttons and menus", p.where())
	}
	p.do(media(""))
}

// media shows the page as it is on paper, or as it is again.
func media(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
		return err
	})
}

// TestFirstPage: the first page of an installation shows its portals, and in a demo its sample
// people and its clock, in every language.
func TestFirstPage(t *testing.T) {
	t.Parallel()
	l := open(t)
	p := arrive(t, l, "", "en", desk)
	p.open("/")
	for _, language := range []string{"ky", "ru", "en", "kk"} {
		p.speak(language)
		p.sees("landing.title")
		if got := ask[int](p, `document.querySelectorAll("main .tz-card").length`); got != 5 {
			t.Errorf("%d portals in %s, want 5", got, language)
		}
	}
	p.picture("portals", desk, phone)
	p.speak("en")
	p.portal = "court"
	p.open("/court")
	p.picture("home-en", desk)
}

// TestWithoutScripts: with scripts off, a person signs in, accepts and signs out all the same.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, s := range stories()[1:3] {
		l := open(t, s.portal)
		p := arrive(t, l, s.portal, "ru", phone)
		p.withoutScripts()
		p.comes()
		p.comesIn(s.users[0])
		p.speak("ru") // the user account speaks the portal's first language
		p.joins(s)
		p.press("frame.nav.cabinet")
		p.at("/cabinet")
		p.leaves()
	}
}

// TestKeyboard: the first key leads past the header, Exit and every control are reached without a
// mouse, and a form is sent with Enter.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	l := open(t, "kundelik")
	p := arrive(t, l, "kundelik", "kk", desk)
	p.open("/kundelik")
	p.speak("kk")
	p.keys(kb.Tab)
	if got := p.focused(); got != p.say("design.skip_to_content") {
		t.Fatalf("the first key leads to %q, want the link past the header", got)
	}
	if !ask[bool](p, `document.activeElement.getBoundingClientRect().height > 10`) {
		t.Error("the link past the header is not seen when it is reached")
	}
	p.keys(kb.Enter)
	p.keys(kb.Tab)
	if !ask[bool](p, `document.querySelector("main").contains(document.activeElement)`) {
		t.Errorf("after the link past the header the next key leads to %q, outside the content", p.focused())
	}

	l.User(t, "kundelik", "aigerim")
	p.open("/kundelik/agreement/accept")
	p.at("/sign-in")
	for _, value := range []string{"aigerim", housetest.Password} {
		p.tabTo(`["text", "password"].includes(document.activeElement.type) && !document.activeElement.value`)
		p.keys(value)
	}
	p.enters()
	p.at("/agreement/accept")
	p.tabTo(`document.activeElement.matches("main form button")`)
	p.enters()
	p.at("/cabinet/agreement")
	p.tabTo(`document.activeElement.matches(".tz-who__exit")`)
	p.enters()
	p.at("/signed-out")
}

func (p *person) keys(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// enters presses Enter and waits for the page it leads to.
func (p *person) enters() {
	p.t.Helper()
	p.load("Enter", func(ctx context.Context) (*network.Response, error) {
		return chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
	})
}

// tabTo presses Tab until the focus stands where the condition holds, and wants to see it there.
func (p *person) tabTo(condition string) {
	p.t.Helper()
	for range 400 {
		p.keys(kb.Tab)
		if ask[bool](p, condition) {
			if !ask[bool](p, focusSeen) {
				p.t.Errorf("%s: nothing shows that %q has the focus", p.where(), p.focused())
			}
			return
		}
	}
	p.t.Fatalf("%s: no Tab leads to %s", p.where(), condition)
}

// focusSeen: an outline, a shadow or a coloured ground marks the focus.
const focusSeen = `(() => {
	const s = getComputedStyle(document.activeElement);
	return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none" || s.backgroundColor !== "rgba(0, 0, 0, 0)";
})()`

func (p *person) focused() string {
	p.t.Helper()
	return ask[string](p, `(document.activeElement.textContent || document.activeElement.name || "").trim()`)
}

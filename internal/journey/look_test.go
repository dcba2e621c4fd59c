package journey

import (
	_ "embed"
	"encoding/json"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axe string

// look is what every page on a journey has to stand: no broken rule of WCAG 2.2 A or AA, no
// scrolling sideways on a telephone, no complaint of the browser, nothing of our own insides in its
// words.
func (p *person) look() {
	p.t.Helper()
	if !p.plain {
		ask[bool](p, "document.fonts.ready.then(() => true)")
	}
	p.narrow()
	if !p.plain {
		p.accessible()
	}
	for _, c := range p.complaints.take() {
		p.t.Errorf("%s: the browser complains: %s", p.where(), c)
	}
}

// narrow looks at the page on a telephone, whatever window the person has.
func (p *person) narrow() {
	p.t.Helper()
	if p.width != phone {
		p.window(phone)
		defer p.window(p.width)
	}
	for _, out := range ask[[]string](p, sideways) {
		p.t.Errorf("%s, %d pixels wide: %s", p.where(), phone, out)
	}
}

// window gives the window a width, and waits until the page has taken it on.
func (p *person) window(width int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, 800))
	if !p.plain { // without scripts no promise is ever kept, and nothing moves by itself
		ask[bool](p, laidOut)
	}
}

const laidOut = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`

// sideways lists what sticks out of the page, and what of a table or a reading box can be seen only by scrolling it
// sideways. What only screen readers are to find does not count.
const sideways = `(() => {
	const page = document.scrollingElement, wide = page.clientWidth, out = [];
	if (page.scrollWidth > wide) out.push("the page is " + page.scrollWidth + " wide in " + wide);
	for (const e of document.querySelectorAll("body *")) {
		if (e.clientWidth <= 1) continue;
		const within = e.closest(".tz-scroll");
		if (!within && e.getBoundingClientRect().right > wide + 0.5 && page.scrollWidth > wide) out.push(e.outerHTML.slice(0, 160));
		if (within && e.scrollWidth > e.clientWidth + 1) out.push(e.scrollWidth + " wide in " + e.clientWidth + ": " + e.outerHTML.slice(0, 160));
	}
	return out.slice(0, 4);
})()`

// violation is what axe-core says of a broken rule.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

const runAxe = `axe.run(document, {preload: false, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) => JSON.stringify(r.violations))`

// accessible asks axe-core, which takes longer than all else on a page: what differs from a page
// already asked about only in figures and addresses is not asked about again.
func (p *person) accessible() {
	p.t.Helper()
	page := ask[string](p, `innerWidth + document.documentElement.outerHTML.replace(/[0-9]+|(value|href|action)="[^"]*"/g, "")`)
	if p.place.asked[page] {
		return
	}
	p.place.asked[page] = true
	said := ""
	p.await("axe looks at it", func() bool { // a page that goes on by itself takes axe with it
		if !ask[bool](p, "typeof axe !== 'undefined'") {
			ask[bool](p, axe+";true")
		}
		said = ask[string](p, `typeof axe === "undefined" ? "" : `+runAxe)
		return said != ""
	})
	var found []violation
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s (%s): %s\n%s", p.where(), v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// Package journey walks through the portals as people do: in a real browser, by reading, typing and pressing.
//
// It holds tests alone. It owns the proof that each portal can be used from the first page to the
// exit without knowing an address: what a person sees, what is recorded for them, the receipt they
// take home. On every page it passes it also looks for what would keep somebody out: broken rules of
// WCAG 2.2, sideways scrolling on a telephone, complaints of the browser. It never calls a room: what
// rooms do when they are called is proved where they stand.
package journey

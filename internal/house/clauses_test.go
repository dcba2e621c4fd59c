package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// TestLanguagesOffered: every page offers the languages the agreement names, the choice is
// remembered for a person across browsers, and an amendment of the clause changes what is offered
// from its instant.
func TestLanguagesOffered(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "UI-1")
	h := housetest.SQLite(t)
	actor := h.User(t, "egov", "reader")
	b := h.Browser(t)
	b.SignIn("egov", "reader")
	offered := func(path string) string {
		var codes []string
		for _, n := range b.Get(path).Want(http.StatusOK).All(`[href*="/language/"], [lang][aria-current]`) {
			for _, a := range n.Attr {
				if a.Key == "lang" || a.Key == "hreflang" {
					codes = append(codes, a.Val)
					break
				}
			}
		}
		return strings.Join(codes, " ")
	}
	for _, path := range []string{"/egov", "/egov/cabinet", "/egov/agreement/agreement", "/egov/cabinet/agreement"} {
		if got := offered(path); got != "kk ru en" {
			t.Errorf("%s offers %q, want kk ru en", path, got)
		}
	}
	b.Get("/egov/language/ru?back=%2Fegov%2Fcabinet").Want(http.StatusOK)
	other := h.Browser(t)
	other.SignIn("egov", "reader")
	page := other.Get("/egov/agreement/agreement").Want(http.StatusOK)
	if lang := page.Attr("html", "lang"); lang != "ru" {
		t.Errorf("another browser of the person is answered in %q, want ru", lang)
	}
	published := h.Agreements.Published("egov", "agreement")
	if c, _ := published[0].Content.Clause("1.1"); !strings.Contains(page.Text("main"), strings.Join(strings.Fields(c.Text["ru"]), " ")) {
		t.Error("the agreement is not shown in the language chosen")
	}
	if u, err := h.Accounts.Me(context.Background(), actor); err != nil || u.Language != "ru" {
		t.Errorf("the account remembers %q, %v", u.Language, err)
	}

	publish(t, h, h.User(t, "egov", "operator", identity.Operator), "agreement", func(c *agreement.Content) {
		for i := range c.Clauses {
			for j := range c.Clauses[i].Rules {
				for k := range c.Clauses[i].Rules[j].With {
					if p := &c.Clauses[i].Rules[j].With[k]; c.Clauses[i].Rules[j].Name == "account.languages" && p.Name == "offered" {
						p.List = []string{"kk", "ru"}
					}
				}
			}
		}
	})
	if got := offered("/egov"); got != "kk ru en" {
		t.Errorf("before the amendment is in force %q is offered", got)
	}
	h.Clock.Move(4 * 24 * time.Hour)
	if got := offered("/egov"); got != "kk ru" {
		t.Errorf("after the amendment %q is offered, want kk ru", got)
	}
}

// TestOfferIsOpenAndMakesAContract: anybody reads the offer; accepting it makes a record that says
// by which clause it is a contract.
func TestOfferIsOpenAndMakesAContract(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "P")
	h := housetest.SQLite(t)
	page := h.Browser(t).Get("/ismet/agreement/offer").Want(http.StatusOK)
	if !page.Has("#clause-P") || !page.Has(`[id="clause-12.2"]`) {
		t.Error("the offer is not there as a whole")
	}
	actor := h.User(t, "ismet", "party")
	accept(t, h, actor)
	for _, e := range entries(t, h, actor.User, "agreement.accept") {
		want := ""
		if e.Detail["document"] == "offer" {
			want = "ismet/offer@1#P"
		}
		if e.Detail["contract"] != want {
			t.Errorf("%s: the record names the contract %q, want %q", e.Subject, e.Detail["contract"], want)
		}
	}
}

// TestPublishingIsNotice: publishing an edition is itself the notice of it, kept as evidence, and
// every edition stays readable for everybody under its own address.
func TestPublishingIsNotice(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "2.6")
	h := housetest.SQLite(t)
	before := acts(t, h, "ismet", "agreement.notice")
	e := publish(t, h, h.User(t, "ismet", "operator", identity.Operator), "offer", nil)
	if n := acts(t, h, "ismet", "agreement.notice") - before; n != 1 {
		t.Errorf("%d notices of one publication", n)
	}
	visitor := h.Browser(t)
	for n, want := range map[string]string{"1": "", "2": "(2)"} {
		page := visitor.Get("/ismet/agreement/offer/editions/" + n).Want(http.StatusOK)
		if !strings.Contains(page.Text("#clause-P"), want) {
			t.Errorf("edition %s does not say what it said", n)
		}
	}
	visitor.Get("/ismet/agreement/offer/editions/" + number(e) + "/changes").Want(http.StatusOK)
	visitor.Get("/ismet/agreement/offer/editions/3").Want(http.StatusNotFound)
	archive := visitor.Get("/ismet/agreement/offer/editions").Want(http.StatusOK)
	if n := len(archive.All(`main a[href$="/editions/1"], main a[href$="/editions/2"]`)); n < 2 {
		t.Errorf("the archive leads to %d editions, want 2", n)
	}
	day := e.PostedAt.AddDate(0, 0, -7).Format(time.DateOnly)
	if p := visitor.Get("/ismet/agreement/offer/on/" + day).Want(http.StatusOK); strings.Contains(p.Text("main"), "(2)") {
		t.Error("a week before the amendment its text is shown as the one in force")
	}
}

// TestBothDocuments: the platform's user has accepted offer and rules; one of them is not enough.
func TestBothDocuments(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R3")
	h := housetest.SQLite(t)
	h.User(t, "ismet", "half")
	b := h.Browser(t)
	b.SignIn("ismet", "half")
	form := b.Get("/ismet/agreement/accept").Want(http.StatusOK)
	boxes := form.All(`main input[type="checkbox"]`)
	if len(boxes) != 2 {
		t.Fatalf("%d boxes, want one for each document", len(boxes))
	}
	var ticks []string
	for _, box := range boxes {
		var name, value string
		for _, a := range box.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			case "checked":
				t.Error("a box is ticked before the person ticks it")
			}
		}
		ticks = append(ticks, name, value)
	}
	b.Post("/ismet/agreement/accept", append(form.Hidden(), ticks[:2]...)...).Want(http.StatusUnprocessableEntity)
	if p := b.Get("/ismet/cabinet"); !strings.HasPrefix(p.Path, "/ismet/agreement/accept") {
		t.Errorf("with one document accepted the cabinet leads to %s", p.Path)
	}
	b.Post("/ismet/agreement/accept", append(form.Hidden(), ticks...)...).Want(http.StatusOK)
	if p := b.Get("/ismet/cabinet").Want(http.StatusOK); p.Path != "/ismet/cabinet" {
		t.Errorf("with both accepted the cabinet leads to %s", p.Path)
	}
}

// TestRulesByContinuedUse: amended rules of use bind at once, and the first use after is the
// acceptance of them.
func TestRulesByContinuedUse(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.15")
	covers.Clause(t, "ismet", "R38")
	h := housetest.SQLite(t)
	actor := h.User(t, "ismet", "member")
	accept(t, h, actor)
	b := h.Browser(t)
	b.SignIn("ismet", "member")
	e := publish(t, h, h.User(t, "ismet", "operator", identity.Operator), "rules", nil)
	if !e.InForceAt.Equal(e.PostedAt) {
		t.Errorf("posted %s, in force %s: want no notice", e.PostedAt, e.InForceAt)
	}
	if got := acceptanceOf(t, h, actor, "rules", 2); got.How != "" {
		t.Errorf("before any use it is accepted by %q", got.How)
	}
	if p := b.Get("/ismet/cabinet").Want(http.StatusOK); p.Path != "/ismet/cabinet" {
		t.Errorf("the first use led to %s", p.Path)
	}
	got := acceptanceOf(t, h, actor, "rules", 2)
	if got.How != agreement.ByContinuedUse || got.Cite.Clause != "R38" {
		t.Errorf("recorded as %q by clause %s, want continued use by R38", got.How, got.Cite.Clause)
	}
}

// TestAcceptControlUnderTheText: on the portal of the courts the agreement takes force by the control
// that stands under its text, pressed.
func TestAcceptControlUnderTheText(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "2")
	h := housetest.SQLite(t)
	actor := h.User(t, "court", "party")
	b := h.Browser(t)
	b.SignIn("court", "party")
	form := b.Get("/court/agreement/accept").Want(http.StatusOK)
	text := form.All(`[id$="clause-8.3"]`)
	button := form.All(`main form button`)
	if len(text) != 1 || len(button) == 0 || !precedes(text[0], button[len(button)-1]) {
		t.Fatal("the control does not stand under the whole text")
	}
	if got := acceptanceOf(t, h, actor, "agreement", 1); got.How != "" {
		t.Errorf("looking at the page accepted by %q", got.How)
	}
	b.Post("/court/agreement/accept", form.Hidden()...).Want(http.StatusOK)
	if got := acceptanceOf(t, h, actor, "agreement", 1); got.How != agreement.ByButton || got.Cite.Clause != "2" {
		t.Errorf("recorded as %q by clause %s, want button by 2", got.How, got.Cite.Clause)
	}
}

// precedes reports whether a stands before b in the document.
func precedes(a, b *html.Node) bool {
	root := a
	for root.Parent != nil {
		root = root.Parent
	}
	for n := range root.Descendants() {
		switch n {
		case a:
			return true
		case b:
			return false
		}
	}
	return false
}

package house_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/content"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// everything is what a careless filter or page would hide or alter: words that are banned elsewhere, links,
// markup, an emoji of joined parts, marks of direction, letters that are not composed, spaces and empty lines.
const everything = "viagra, казино и бомба: http://example.kz/?a=1&b=2\n\n  <script>alert(1)</script> &amp; <b>жуан</b>\n\t👩\u200d👩\u200d👧 \u202eтерс\u202c \u200fعربي и\u0306 \u00a0{{.}} ${x}  "

// written is what stands on the page of a material, every character of it.
func written(p *housetest.Page) string {
	shown := p.All(".tz-written")
	if len(shown) == 0 {
		return ""
	}
	var all strings.Builder
	for c := shown[0].FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			all.WriteString(c.Data)
		} else {
			all.WriteString("[" + c.Data + "]")
		}
	}
	return all.String()
}

// publishes makes a material as a browser does, and gives its address.
func publishes(b *housetest.Browser, section, title, text string) string {
	p := b.Post("/ismet/cabinet/materials/new", "section", section, "headline", title, "text", strings.ReplaceAll(text, "\n", "\r\n")).Want(http.StatusOK)
	return p.Path
}

// wordings are the archive copies of a material, as they lie in the database.
func wordings(t testing.TB, h *housetest.House, m content.Material) (out []content.Wording) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.Wordings(context.Background(), m.Author, m.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// newestMaterial is the newest material of somebody.
func newestMaterial(t testing.TB, h *housetest.House, author identity.Actor) content.Material {
	t.Helper()
	all, err := h.Materials.Mine(context.Background(), author, 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d materials, %v", len(all), err)
	}
	return all[0]
}

// TestWhatUsersPublish: it stands for everybody at once, with every character of it (ismet R26); what its author
// deletes is gone for everybody at once, and the copy that is kept without limit is seen by the staff alone, for a
// reason that the author sees (R20.5).
func TestWhatUsersPublish(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R26")
	covers.Clause(t, "ismet", "R20.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		author := h.User(t, "ismet", "author")
		h.User(t, "ismet", "operator", identity.Operator)
		accept(t, h, author)
		b, visitor, desk := atDesk(t, h, "ismet", "author"), h.Browser(t), atDesk(t, h, "ismet", "operator")
		if p := visitor.Get("/ismet/materials/questions").Want(http.StatusOK); !p.Has(".tz-empty") {
			t.Errorf("an empty section: %s", p.Text("main"))
		}
		for field, bad := range map[string][]string{
			"section": {"section", "nowhere", "headline", "T", "text", "T"}, "headline": {"section", "questions", "headline", "a\x07b", "text", "T"},
			"text": {"section", "questions", "headline", "T", "text", strings.Repeat("ш", content.MaxText+1)},
		} {
			if p := b.Post("/ismet/cabinet/materials/new", bad...).Want(http.StatusUnprocessableEntity); !p.Has("#" + field + "-error") {
				t.Errorf("no refusal at %s", field)
			}
		}
		at := publishes(b, "questions", "Сұрақ <i>", everything)
		m := newestMaterial(t, h, author)
		for who, reader := range map[string]*housetest.Browser{"the author": b, "a visitor": visitor} {
			if got := written(reader.Get(at).Want(http.StatusOK)); got != everything {
				t.Errorf("%s reads %q, want %q", who, got, everything)
			}
		}
		if list := visitor.Get("/ismet/materials/questions").Text("main"); !strings.Contains(list, "Сұрақ <i>") || !strings.Contains(list, author.Shown) {
			t.Errorf("the section lists %s", list)
		}
		own := "/ismet/cabinet/materials/" + h.Opaque.Of(m.ID)
		b.Post(own+"/edit", "version", "1", "headline", "Сұрақ", "text", "Жаңа мәтін").Want(http.StatusOK)
		b.Post(own+"/edit", "version", "1", "headline", "Ескі", "text", "Ескі").Want(http.StatusConflict)
		b.Get(own + "/delete").Want(http.StatusOK)
		b.Post(own+"/delete", "version", "2").Want(http.StatusOK)
		for who, reader := range map[string]*housetest.Browser{"the author": b, "a visitor": visitor, "the staff": desk} {
			if p := reader.Get(at); p.Status != http.StatusNotFound {
				t.Errorf("%s gets %d of what was deleted", who, p.Status)
			}
		}
		for place, p := range map[string]*housetest.Page{
			"the section": visitor.Get("/ismet/materials/questions"), "the list of one's own": b.Get("/ismet/cabinet/materials"), "its file": b.Get("/ismet/cabinet/materials.csv"),
			"the desk": desk.Get("/ismet/console/materials"), "a search": desk.Get("/ismet/console/materials?find=мәтін"),
		} {
			if p.Want(http.StatusOK); strings.Contains(p.Body, "Сұрақ<") || strings.Contains(p.Body, "Жаңа мәтін") {
				t.Errorf("%s still tells of it: %s", place, p.Body)
			}
		}
		if mine := b.Get("/ismet/cabinet/materials").Text("main"); !strings.Contains(mine, "Deleted on") {
			t.Errorf("one's own: %s", mine)
		}
		b.Get(own + "/edit").Want(http.StatusNotFound)
		h.Clock.Move(10 * 365 * 24 * time.Hour)
		keeps(t, h)
		b, desk = atDesk(t, h, "ismet", "author"), atDesk(t, h, "ismet", "operator")
		archive := "/ismet/console/materials/" + h.Opaque.Of(author.User) + "/" + h.Opaque.Of(m.ID) + "/archive"
		b.Post(archive, "reason", "support").Want(http.StatusForbidden)
		if p := desk.Post(archive).Want(http.StatusUnprocessableEntity); p.Has(".tz-written") {
			t.Error("shown without a reason")
		}
		if looks := b.Get("/ismet/cabinet/looks"); len(looks.All("main tbody tr")) != 0 {
			t.Errorf("nobody has looked yet: %s", looks.Text("main"))
		}
		if p := desk.Post(archive, "reason", "enforcement").Want(http.StatusOK); written(p) != "Жаңа мәтін" || len(p.All(".tz-written")) != 2 {
			t.Errorf("the archive shows %q", p.Text("main"))
		}
		if looks := b.Get("/ismet/cabinet/looks"); len(looks.All("main tbody tr")) != 1 {
			t.Errorf("who looked: %s", looks.Text("main"))
		}
		if csv := b.Get("/ismet/cabinet/looks.csv").Body; !strings.Contains(csv, "archive copy") {
			t.Errorf("what was looked at: %s", csv)
		}
	})
}

// TestAnArchiveCopyHasItsTerm: where the clause sets one, the portal owes the author its end, and the copy goes then
// and not before (R20.5); what a moderator deleted in error owes nothing once it is back. A person who floods is stopped.
func TestAnArchiveCopyHasItsTerm(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R20.5")
	h := housetest.SQLite(t)
	author, operator := h.User(t, "ismet", "author"), h.User(t, "ismet", "operator", identity.Operator)
	accept(t, h, author)
	publish(t, h, operator, "rules", func(c *agreement.Content) {
		for i := range c.Clauses {
			for j, rule := range c.Clauses[i].Rules {
				if rule.Name == "content.archive_copies" {
					c.Clauses[i].Rules[j].With = append(rule.With, agreement.Parameter{Name: "keep_for", Value: "30d"})
				}
			}
		}
	})
	b := atDesk(t, h, "ismet", "author")
	publishes(b, "experience", "Тәжірибе", "Мәтін")
	m := newestMaterial(t, h, author)
	b.Post("/ismet/cabinet/materials/"+h.Opaque.Of(m.ID)+"/delete", "version", strconv.Itoa(m.Version)).Want(http.StatusOK)
	duties := func() []string { return dutiesOf(t, h, "ismet", content.Subject(m.ID)) }
	if got := duties(); len(got) != 1 || !strings.Contains(got[0], "content.archive") {
		t.Fatalf("owed: %q", got)
	}
	var ends time.Time
	for _, o := range owed(t, h, "ismet") {
		if o.Subject == content.Subject(m.ID) {
			ends = o.ActAt
		}
	}
	if days := ends.Sub(h.Clock.Now()).Hours() / 24; days < 30 || days > 31 {
		t.Fatalf("it ends in %f days", days)
	}
	h.Clock.Move(ends.Add(-time.Second).Sub(h.Clock.Now()))
	keeps(t, h)
	if n := len(wordings(t, h, m)); n != 1 {
		t.Fatalf("%d copies a second before the end", n)
	}
	h.Clock.Move(2 * time.Second)
	keeps(t, h)
	housetest.Until(t, "the copy is gone", func() bool { return len(wordings(t, h, m)) == 0 })
	if e := entriesOf(t, h, "ismet", "content.sweep"); len(e) != 1 || e[0].Citation.Clause != "R20.5" {
		t.Errorf("evidence of it: %+v", e)
	}
	flood := 0
	b = atDesk(t, h, "ismet", "author")
	for range 25 {
		if b.Post("/ismet/cabinet/materials/new", "section", "adverts", "headline", "Сатамын", "text", "Бәрін").Status == http.StatusTooManyRequests {
			flood++
		}
	}
	if flood == 0 {
		t.Error("nobody stops a flood")
	}
}

// TestAModeratorDoesWhatTheClauseNames: deletes and moves, with a reason or without, telling the author or not, each
// time on record under the clause; puts back what was deleted in error; and does nothing that the clause in
// force does not name (ismet R20.2).
func TestAModeratorDoesWhatTheClauseNames(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R20.2")
	h := housetest.SQLite(t)
	author, operator := h.User(t, "ismet", "author"), h.User(t, "ismet", "operator", identity.Operator)
	accept(t, h, author)
	reachable(t, h, author, account.ByEmail, "author@example.kz")
	b, desk := atDesk(t, h, "ismet", "author"), atDesk(t, h, "ismet", "operator")
	at := publishes(b, "questions", "Сатамын 100%", "Арзан")
	m := newestMaterial(t, h, author)
	place := "/ismet/console/materials/" + h.Opaque.Of(author.User) + "/" + h.Opaque.Of(m.ID)
	do := func(act string, fields ...string) *housetest.Page {
		return desk.Post(place+"/"+act, append([]string{"version", strconv.Itoa(newestMaterial(t, h, author).Version)}, fields...)...)
	}
	notices := func() int {
		all, err := h.Notices.Inbox(context.Background(), author, notify.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, x := range all {
			if strings.HasPrefix(x.Key, "message.material_") && x.Cite.Clause == "R20.2" {
				n++
			}
		}
		return n
	}
	for find, want := range map[string]bool{"100%": true, "арзан": true, "100_": false, "қымбат": false} {
		if got := strings.Contains(desk.Get("/ismet/console/materials?section=questions&find="+strings.ReplaceAll(find, "%", "%25")).Text("main"), "Сатамын"); got != want {
			t.Errorf("a search for %q finds it: %v", find, got)
		}
	}
	if p := desk.Get(place).Want(http.StatusOK); !p.Has(`a[href$="/delete"]`) || !p.Has(`a[href$="/move"]`) || p.Has(`a[href$="/put_back"]`) || !strings.Contains(p.Text("main"), "R20.2") {
		t.Errorf("offered: %s", p.Text("main"))
	}
	do("move", "section", "questions").Want(http.StatusUnprocessableEntity)
	do("move", "section", "nowhere").Want(http.StatusUnprocessableEntity)
	do("move", "section", "adverts").Want(http.StatusOK)
	if n := notices(); n != 0 {
		t.Errorf("the moderator chose to tell nobody, and %d notices went", n)
	}
	if list := b.Get("/ismet/materials/adverts").Text("main"); !strings.Contains(list, "Сатамын") {
		t.Errorf("moved: %s", list)
	}
	do("delete", "reason", "Жарнама\nорны емес", "tell", "yes").Want(http.StatusOK)
	b.Get(at).Want(http.StatusNotFound)
	b.Post("/ismet/cabinet/materials/"+h.Opaque.Of(m.ID)+"/edit", "version", "3", "headline", "T", "text", "T").Want(http.StatusNotFound)
	if n := notices(); n != 1 {
		t.Errorf("%d notices, want one of the deletion", n)
	}
	if e := entriesOf(t, h, "ismet", "content.remove"); len(e) != 1 || e[0].Citation.Clause != "R20.2" || e[0].Home != author.User || e[0].Detail["why"] == "" {
		t.Errorf("evidence of the deletion: %+v", e)
	}
	if e := entriesOf(t, h, "ismet", "content.move"); len(e) != 1 || e[0].Detail["told"] != "false" || e[0].Detail["why"] != "" {
		t.Errorf("evidence of the move: %+v", e)
	}
	do("delete").Want(http.StatusNotFound)
	do("put_back", "tell", "yes").Want(http.StatusOK)
	if got := written(b.Get(at).Want(http.StatusOK)); got != "Арзан" {
		t.Errorf("put back: %q", got)
	}
	do("put_back").Want(http.StatusConflict)
	b.Post(place+"/delete", "version", "5").Want(http.StatusForbidden)

	publish(t, h, operator, "rules", func(c *agreement.Content) {
		setParameter("content.moderation", "reason_optional", "false")(c)
		for i := range c.Clauses {
			for j := range c.Clauses[i].Rules {
				for k, p := range c.Clauses[i].Rules[j].With {
					if c.Clauses[i].Rules[j].Name == "content.moderation" && p.Name == "actions" {
						c.Clauses[i].Rules[j].With[k].List = []string{"move"}
					}
				}
			}
		}
	})
	desk = atDesk(t, h, "ismet", "operator")
	if p := desk.Get(place).Want(http.StatusOK); p.Has(`a[href$="/delete"]`) || !p.Has(`a[href$="/move"]`) {
		t.Errorf("offered after the amendment: %s", p.Text("main"))
	}
	desk.Get(place + "/delete").Want(http.StatusNotFound)
	if p := do("delete", "reason", "Себеп").Want(http.StatusForbidden); !strings.Contains(p.Body, "R20.2") {
		t.Error("the refusal cites nothing")
	}
	do("move", "section", "experience").Want(http.StatusUnprocessableEntity)
	do("move", "section", "experience", "reason", "Тәжірибе").Want(http.StatusOK)
}

// TestWhoeverIsDeletedLeavesNoMaterials: also no archive copies, which a clause lets the operator keep and owes nobody.
func TestWhoeverIsDeletedLeavesNoMaterials(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	author := h.User(t, "ismet", "author")
	accept(t, h, author)
	b := atDesk(t, h, "ismet", "author")
	at := publishes(b, "questions", "Бір", "Мәтін")
	m := newestMaterial(t, h, author)
	b.Post("/ismet/cabinet/materials/"+h.Opaque.Of(m.ID)+"/edit", "version", "1", "headline", "Екі", "text", "Мәтін").Want(http.StatusOK)
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		rows, err := tx.Holding(context.Background(), author.User, "materials", h.Clock.Now())
		if err != nil || len(rows) != 1 {
			t.Errorf("the copy of one's data has %+v, %v", rows, err)
		}
		return h.Accounts.Depart(context.Background(), tx, "ismet", author.User, "delete", false)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Browser(t).Get(at).Want(http.StatusNotFound)
	if n := len(wordings(t, h, m)); n != 0 {
		t.Errorf("%d archive copies are left", n)
	}
}

package house_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/words"
)

// bad are values that no honest hand enters, by what is wrong with them.
func bad() map[string]string {
	return map[string]string{
		"over-long":           strings.Repeat("ұ", 70_000),
		"empty":               "",
		"blank":               " \t  ",
		"of another script":   "测试 اختبار",
		"of mixed scripts":    "aйgерiм",
		"a control character": "Айгерім\x00\x1b[31m",
		"a turning mark":      "Айгерім\u202egnp.exe",
		"invalid UTF-8":       "Айгерім\xff\xfe\xc3",
		"HTML":                `"><script>alert(1)</script>`,
		"a statement":         "'; DROP TABLE users; --",
		"a format":            "%s%n{name}{{.}}",
		"a huge number":       "99999999999999999999999999",
		"a negative number":   "-1",
	}
}

// form is one form of the pages: how to reach it and what an honest person enters. A field maps to
// the kinds of bad values that it takes nevertheless, because they mean something there; "*" is any
// value, where the answer may only be decent.
type form struct {
	path   string
	by     string // sign-in name; empty: a stranger
	fields [][2]string
	takes  map[string][]string
	action string // where it is sent, if not to its own path
	once   bool   // once a value is taken the form is gone: what it takes is not sent
}

func forms() []form {
	anything := []string{"*"}
	return []form{
		{
			path: "/kundelik/console/institutions", by: "operator", fields: [][2]string{{"name", "Министрлік"}, {"kind", "ministry"}},
			takes: map[string][]string{"name": {"of another script", "of mixed scripts", "HTML", "a statement", "a format", "a huge number", "a negative number"}},
		},
		{path: "/kundelik/sign-in", fields: [][2]string{{"name", "aigerim"}, {"password", "ұзын құпиясөз"}}},
		{
			path: "/kundelik/cabinet/profile", by: "user",
			fields: [][2]string{{"version", ""}, {"shown", "Айгерім Сұлтанқызы"}, {"about", "мұғалім"}, {"language", "kk"}},
			takes: map[string][]string{
				"version": {}, "shown": {"of another script", "of mixed scripts"}, "about": {"empty", "blank", "of another script", "of mixed scripts", "HTML", "a statement", "a format", "a huge number", "a negative number"},
			},
		},
		{path: "/kundelik/cabinet/contacts/email", by: "user", fields: [][2]string{{"value", "a@example.kz"}}},
		{path: "/kundelik/cabinet/contacts/phone", by: "user", fields: [][2]string{{"value", "+7 701 555 01 43"}}},
		{
			path: "/kundelik/console/editions/agreement/2/clauses/6.8a", by: "operator",
			fields: [][2]string{{"version", ""}, {"text-kk", "мәтін"}, {"text-ru", "текст"}, {"text-en", "text"}, {"kind", "mechanism"}, {"rule", "gate.lockout"}, {"p-0-attempts", "5"}, {"p-0-locked_for", "15m"}, {"repeats", ""}},
			takes: map[string][]string{
				"text-kk": anything, "text-ru": anything, "text-en": anything, "repeats": {"empty", "blank"}, "rule": {"empty"},
			},
		},
		{
			path: "/kundelik/console/editions/agreement/2/clauses-new", by: "operator",
			fields: [][2]string{{"version", ""}, {"number", "9.9"}, {"after", "6.8a"}, {"text-kk", "мәтін"}, {"text-ru", "текст"}, {"text-en", "text"}},
			takes:  map[string][]string{"text-kk": anything, "text-ru": anything, "text-en": anything, "after": anything, "number": anything},
		},
		{
			path: "/kundelik/cabinet/refusal/agreement/1", by: "user", fields: [][2]string{{"effect", "close"}, {"understood", "yes"}},
		},
		{
			path: "/court/approvals/agreement/2", by: "owner", action: "/court/approvals/agreement/2/return", once: true, fields: [][2]string{{"version", ""}, {"reason", "Мәтінді нақтылау керек."}},
			takes: map[string][]string{"reason": {"of another script", "of mixed scripts", "HTML", "a statement", "a format", "a huge number", "a negative number"}},
		},
	}
}

// staffed opens a house with somebody of each role on two portals, an open draft on the one and a
// submitted one on the other.
func staffed(t *testing.T) *housetest.House {
	t.Helper()
	h := housetest.SQLite(t)
	for _, portal := range []string{"kundelik", "court"} {
		accept(t, h, h.User(t, portal, "user"))
		operator := h.User(t, portal, "operator", identity.Operator)
		h.User(t, portal, "owner", identity.Owner)
		e := draft(t, h, operator, "agreement", nil)
		if portal == "court" {
			if _, err := h.Agreements.Submit(t.Context(), operator, "agreement", e.Number, e.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h
}

// TestBadFields sends every field of every form each kind of bad value, everything else as an honest
// person would. What comes back is a refusal in the language of the page, with the form filled in
// again but for passwords; never an accident, and never a word of our insides.
func TestBadFields(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(strings.TrimPrefix(f.path, "/"), func(t *testing.T) {
			t.Parallel()
			h := staffed(t)
			portal := strings.Split(f.path, "/")[1]
			b := h.Browser(t)
			if f.by != "" {
				b.SignIn(portal, f.by)
			}
			for kind, value := range bad() {
				for i := range f.fields {
					if f.by == "" {
						b = h.Browser(t) // a value that is taken signs a stranger in
					}
					badField(t, b, f, i, kind, value)
				}
			}
		})
	}
}

// badField sends one bad value in the i-th field of a form.
func badField(t *testing.T, b *housetest.Browser, f form, i int, kind, value string) {
	t.Helper()
	takes := f.takes[f.fields[i][0]]
	taken := slices.Contains(takes, kind) || slices.Contains(takes, "*")
	if taken && f.once {
		return
	}
	shown := b.Get(f.path).Want(http.StatusOK)
	var sent []string
	for j, x := range f.fields {
		entered := x[1]
		if entered == "" && x[0] == "version" {
			entered = shown.Attr(`main input[name="version"]`, "value")
		}
		if j == i {
			entered = value
		}
		sent = append(sent, x[0], entered)
	}
	to := f.path
	if f.action != "" {
		to = f.action
	}
	p := b.Post(to, sent...)
	what := fmt.Sprintf("%s with %s in %s", to, kind, f.fields[i][0])
	decent(t, p, what, "kk")
	if taken {
		return
	}
	if p.Status < 400 || p.Status >= 500 {
		t.Errorf("%s: answered %d at %s, want a refusal", what, p.Status, p.Path)
		return
	}
	if !p.Has(".govuk-error-summary") {
		return // a page of its own says what is the matter
	}
	filledAgain(t, p, what, sent, i)
}

// filledAgain wants the form back as it was sent, passwords aside.
func filledAgain(t *testing.T, p *housetest.Page, what string, sent []string, wrong int) {
	t.Helper()
	for j := 0; j < len(sent); j += 2 {
		name, value := sent[j], sent[j+1]
		selector := fmt.Sprintf(`main input[name=%q]`, name)
		switch {
		case p.Has(fmt.Sprintf(`main input[type="password"][name=%q]`, name)):
			if got := p.Attr(selector, "value"); got != "" {
				t.Errorf("%s: a password was sent back", what)
			}
		case j/2 == wrong, name == "version", name == "effect", name == "rule", !p.Has(selector), p.Has(fmt.Sprintf(`main input[type="radio"][name=%q]`, name)), p.Has(fmt.Sprintf(`main input[type="checkbox"][name=%q]`, name)):
		default:
			if got := p.Attr(selector, "value"); got != value {
				t.Errorf("%s: field %s came back with %.60q, want %.60q", what, name, got, value)
			}
		}
	}
}

// insides are words that mean something only to those who wrote the program.
var insides = regexp.MustCompile(`(?i)\bsql|\bpanic|goroutine|\.go:\d|\bstore:|sqlite|pgx|nil pointer|stack trace|no such table|constraint|invalid UTF-8|strconv|url escape|/tmp/|tereze/internal`)

// decent is what every answer to bad input is: no accident, in the language of the reader, a
// sentence for every key, and nothing of our insides.
func decent(t *testing.T, p *housetest.Page, what, language string) {
	t.Helper()
	if p.Status >= 500 {
		t.Errorf("%s: answered %d", what, p.Status)
	}
	if got := p.Attr("html", "lang"); got != language {
		t.Errorf("%s: answered in %q, want %q", what, got, language)
	}
	said := p.Text("main") + " " + p.Text("title")
	if found := insides.FindString(said); found != "" {
		t.Errorf("%s: the page says %q", what, found)
	}
	if strings.Contains(p.Body, "<script>alert(1)") {
		t.Errorf("%s: what was entered runs as a script", what)
	}
	if p.Status >= 400 {
		for _, key := range keysIn(p.Text(".govuk-error-summary") + " " + p.Text("h1")) {
			t.Errorf("%s: the page shows the key %s", what, key)
		}
		if p.Text("h1") == "" {
			t.Errorf("%s: answered %d with no heading", what, p.Status)
		}
	}
}

// keysIn lists keys of sentences that stand in a text instead of their sentence.
func keysIn(text string) (found []string) {
	for _, word := range regexp.MustCompile(`\b(front|form|account|agreement|gate|store|cabinet|console|frame|refused|landing)\.[a-z_.]+`).FindAllString(text, -1) {
		if !strings.HasSuffix(word, ".kz") {
			found = append(found, word)
		}
	}
	return found
}

// TestWayOnIsOfThisPortal: a sign-in leads on only within the portal, wherever its form was told to.
func TestWayOnIsOfThisPortal(t *testing.T) {
	t.Parallel()
	h := staffed(t)
	for _, next := range []string{
		"//evil.example/", "https://evil.example/", "/court/cabinet", `/\evil.example`, "/kundelik/../court", "javascript:alert(1)", "/kundelik//evil.example", "/kundelikx", "\x00", "/kundelik/%zz",
	} {
		p := h.Browser(t).Post("/kundelik/sign-in", "name", "user", "password", housetest.Password, "next", next)
		if p.Path != "/kundelik/cabinet" {
			t.Errorf("next=%q led to %s", next, p.Path)
		}
	}
	for _, path := range []string{"/kundelik/language/ru?back=//evil.example", "/kundelik/language/kk?back=https://evil.example/x"} {
		if p := h.Browser(t).Get(path); p.Path != "/kundelik" {
			t.Errorf("%s led to %s", path, p.Path)
		}
	}
}

// TestAddressesThatAreNot: what no page has is a page that says so, in the portal's language.
func TestAddressesThatAreNot(t *testing.T) {
	t.Parallel()
	h := staffed(t)
	h.User(t, "kg", "user")
	stranger, operator := h.Browser(t), h.Browser(t)
	operator.SignIn("kundelik", "operator")
	for _, path := range []string{
		"/nowhere", "/nowhere/agreement", "/court/nowhere", "/kundelik/agreement/offer", "/kundelik/agreement/agreement/editions/99",
		"/kundelik/agreement/agreement/editions/01", "/kundelik/agreement/agreement/editions/-1", "/kundelik/agreement/agreement/editions/1e0",
		"/kundelik/agreement/agreement/editions/99999999999999999999", "/kundelik/agreement/agreement/editions/2", "/kundelik/agreement/agreement/editions/x/changes",
		"/kundelik/language/de", "/kundelik/agreement/%00", "/kundelik/agreement/%ff%fe", "/kundelik/agreement/agreement/editions/1%2f..%2f1",
	} {
		decent(t, stranger.Get(path).Want(http.StatusNotFound), path, "kk")
	}
	for _, path := range []string{
		"/kundelik/console/editions/agreement/99", "/kundelik/console/editions/offer/1", "/kundelik/console/editions/agreement/02",
		"/kundelik/console/editions/agreement/2/clauses/99.99", "/kundelik/console/editions/agreement/2/clauses/%ff", "/kundelik/console/people/nobody", "/kundelik/console/people/AAAAAAAAAAAAA",
	} {
		decent(t, operator.Get(path).Want(http.StatusNotFound), path, "kk")
	}
	for _, path := range []string{"/kundelik/approvals", "/kundelik/log", "/kundelik/log.csv"} {
		decent(t, operator.Get(path).Want(http.StatusForbidden), path, "kk")
	}
	for path, status := range map[string]int{
		"/kundelik/agreement/agreement/on/2026-02-30": 404, "/kundelik/agreement/agreement/on/soon": 404, "/kundelik/agreement/agreement/on/9999999-01-01": 404,
		"/kundelik/agreement/agreement/on?date=" + url.QueryEscape(strings.Repeat("9", 5000)): 422, "/kundelik/agreement/agreement/on?date=%ff": 422,
	} {
		p := stranger.Get(path)
		decent(t, p, path, "kk")
		if p.Status != status && p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.80s answered %d, want %d", path, p.Status, status)
		}
	}
	for _, query := range []string{strings.Repeat("ұ", 3000), "\x00", "\xff\xfe", "%", "'; DROP TABLE users; --"} {
		for _, name := range []string{"find", "after"} {
			path := "/kundelik/console/people?" + name + "=" + url.QueryEscape(query)
			decent(t, operator.Get(path), fmt.Sprintf("people?%s=%.20q", name, query), "kk")
		}
		decent(t, operator.Get("/kundelik/cabinet/agreement?before="+url.QueryEscape(query)), "activity", "kk")
	}
	decent(t, stranger.Get("/kg/nowhere").Want(http.StatusNotFound), "/kg/nowhere", "ky")
	if book, err := words.Load(); err != nil || !strings.Contains(stranger.Get("/kg/nowhere").Text("h1"), book.Say("ky", "refused.absent")) {
		t.Errorf("the page that is not there does not say so in Kyrgyz (%v)", err)
	}
}

package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tereze/internal/account"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// foundOn gives, for each check the page shows, its outcome, by the words of a language.
func foundOn(h *housetest.House, p *housetest.Page, language string) map[eds.CheckName]eds.Outcome {
	shown := map[eds.CheckName]eds.Outcome{}
	keys, values := p.All(".govuk-summary-card dt"), p.All(".govuk-summary-card dd")
	text := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for i, k := range keys {
		for _, name := range []eds.CheckName{
			eds.CheckForm, eds.CheckSigners, eds.CheckCertificate, eds.CheckDocument, eds.CheckBinding, eds.CheckSignature, eds.CheckTimestamp,
			eds.CheckAlgorithm, eds.CheckChain, eds.CheckPurpose, eds.CheckHolder, eds.CheckRevocation, eds.CheckAsked, eds.CheckOwner,
		} {
			if housetest.TextOf(k) != h.Frame.Words.Say(language, "sign.check."+string(name)) {
				continue
			}
			for _, outcome := range []eds.Outcome{eds.Passed, eds.Failed, eds.Absent, eds.Untrusted, eds.Unchecked, eds.Skipped} {
				if strings.HasPrefix(text(housetest.TextOf(values[i])), h.Frame.Words.Say(language, "sign.outcome."+string(outcome))) {
					shown[name] = outcome
				}
			}
		}
	}
	return shown
}

// badSignatures are signatures over what a page asks for, or over something else, each with the check that fails.
func badSignatures(t testing.TB, h *housetest.House, key func(...func(*authority.Subject)) *authority.Issued) map[string]struct {
	sign  func(asked []byte) string
	fails eds.CheckName
} {
	t.Helper()
	by := func(k *authority.Issued) func([]byte) string {
		return func(asked []byte) string { return h.CMS(t, asked, k) }
	}
	revoked := key()
	h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
	now := h.Clock.Now()
	return map[string]struct {
		sign  func(asked []byte) string
		fails eds.CheckName
	}{
		"no signature":     {func([]byte) string { return "AAAA" }, eds.CheckForm},
		"a revoked key":    {by(revoked), eds.CheckRevocation},
		"an expired key":   {by(key(func(s *authority.Subject) { s.NotBefore, s.NotAfter = now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0) })), eds.CheckChain},
		"another document": {func([]byte) string { return h.CMS(t, []byte("<other/>"), key()) }, eds.CheckDocument},
	}
}

// TestEveryPageSaysWhatFailed: every page of every portal that takes a signature shows, of one it does not take, each
// check with its outcome: those before the failed one passed, those after it were not reached.
func TestEveryPageSaysWhatFailed(t *testing.T) {
	t.Parallel()
	const number = "800101100112"
	h := housetest.SQLite(t)
	key := func(more ...func(*authority.Subject)) *authority.Issued {
		s := housetest.Person(number)
		for _, f := range more {
			f(&s)
		}
		return h.Key(t, s)
	}
	someoneElse := func(asked []byte) string { return h.CMS(t, asked, h.Key(t, housetest.Person("800101100211"))) }
	egov, court, ismet := h.Browser(t), h.Browser(t), h.Browser(t)
	registerSigned(t, h, egov, number, "a@example.kz")
	registersAtCourt(t, h, court, key(), "c@example.kz")
	registered(t, h, ismet, "+77011234567", "i@example.kz")
	late := h.Browser(t)
	_, err := h.Accounts.Register(context.Background(), account.Registration{
		Portal: "court", SignInName: "late", Shown: "Тест Адамы", Password: housetest.Password, Again: housetest.Password, Language: "kk",
	})
	if err != nil {
		t.Fatal(err)
	}
	late.SignIn("court", "late")
	trade := ismet.Post(fullPath+"/sole-trader", "trade", "Сынақов ЖК").Want(http.StatusOK).Path
	atForm := h.Browser(t)
	agree := atForm.Sign(atForm.Get("/court/register"), h.Key(t, housetest.Person("800101100300"))).Want(http.StatusOK)
	atForm.Post("/court/register/agreement", agree.Hidden()...).Want(http.StatusOK)
	atForm.Post("/court/register/form", details("800101100300", "f@example.kz", "kind", "individual")...).Want(http.StatusOK)
	for _, c := range []struct {
		browser *housetest.Browser
		path    string
		own     bool // the page asks one person alone
		first   func(*housetest.Browser) *housetest.Page
	}{
		{h.Browser(t), "/egov/register/signature", true, func(b *housetest.Browser) *housetest.Page {
			return toSignature(t, h, b, "800101100300", "n@example.kz")
		}},
		{h.Browser(t), "/egov/sign-in/key", false, func(b *housetest.Browser) *housetest.Page { return b.Post("/egov/sign-in/key/ask") }},
		{egov, "/egov/cabinet/agreement/agreement/sign", true, nil},
		{h.Browser(t), "/court/register/key", false, func(b *housetest.Browser) *housetest.Page { return b.Get("/court/register") }},
		{atForm, "/court/register/signature", true, nil},
		{h.Browser(t), "/court/sign-in/key", false, func(b *housetest.Browser) *housetest.Page { return b.Post("/court/sign-in/key/ask") }},
		{court, "/court/cabinet/agreement/agreement/sign", true, nil},
		{late, "/court/key", false, nil},
		{ismet, fullPath, false, nil},
		{ismet, trade, false, nil},
	} {
		p := c.browser.Get(c.path)
		if c.first != nil {
			p = c.first(c.browser)
		}
		p.Want(http.StatusOK)
		bad := badSignatures(t, h, key)
		if c.own {
			bad["another's key"] = struct {
				sign  func(asked []byte) string
				fails eds.CheckName
			}{someoneElse, eds.CheckOwner}
		}
		for name, x := range bad {
			p := c.browser.Post(c.path, "request", p.Request(), "signature", x.sign(p.Statement()))
			shown := foundOn(h, p, "kk")
			if p.Status < 400 || shown[x.fails] != eds.Failed {
				t.Errorf("%s, %s: %d, and the page shows %v: %s", c.path, name, p.Status, shown, p.Text(".govuk-error-summary"))
			}
			failed := 0
			for _, outcome := range shown {
				if outcome == eds.Failed {
					failed++
				}
			}
			if want := map[bool]int{true: 12, false: 3}[x.fails != eds.CheckForm]; failed != 1 || len(shown) < want {
				t.Errorf("%s, %s: %d failed of %d checks: %v", c.path, name, failed, len(shown), shown)
			}
		}
		if p := c.browser.Get(c.path); len(foundOn(h, p, "kk")) != 0 {
			t.Errorf("%s shows checks although nothing was refused", c.path)
		}
	}
}

// TestTheCardPageSaysWhatFailed: so does the page of the identity card.
func TestTheCardPageSaysWhatFailed(t *testing.T) {
	t.Parallel()
	h, cards := cardHouse(t, storetest.SQLite(t))
	for name, fails := range map[string]eds.CheckName{"revoked": eds.CheckRevocation, "expired": eds.CheckChain, "foreign": eds.CheckChain} {
		p := byCard(t, h, cards, h.Browser(t), name)
		if shown := foundOn(h, p, "ky"); shown[fails] != eds.Failed || shown[eds.CheckSignature] != eds.Passed {
			t.Errorf("%s: %v", name, shown)
		}
	}
	b := h.Browser(t)
	p := b.Post("/kg/sign-in/card", "signature", signedBy(t, cards, "citizen", statement(t, b)+" ", h.Clock.Now()))
	if shown := foundOn(h, p, "ky"); shown[eds.CheckAsked] != eds.Failed || shown[eds.CheckRevocation] != eds.Passed {
		t.Errorf("another statement: %v", shown)
	}
}

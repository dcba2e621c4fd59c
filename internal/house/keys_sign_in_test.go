package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
)

// registerSigned registers somebody on the e-government portal, to the end.
func registerSigned(t testing.TB, h *housetest.House, b *housetest.Browser, number, email string) {
	t.Helper()
	b.Sign(toSignature(t, h, b, number, email), h.Key(t, housetest.Person(number))).Want(http.StatusOK)
	link := linkIn(t, outbox(t, h, "egov")[0])
	end := b.Get(link).Want(http.StatusOK)
	if p := b.Post(strings.SplitN(link, "?", 2)[0], end.Hidden()...).Want(http.StatusOK); p.Path != "/egov/cabinet" {
		t.Fatalf("the end led to %s", p.Path)
	}
}

// TestSignInByKey: a key lets in whom it stands for, by a fresh signature of the portal's challenge in this
// browser; nobody else, and nothing is told of whom it does not let in.
func TestSignInByKey(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		registerSigned(t, h, h.Browser(t), number, "a@example.kz")
		key := h.Key(t, housetest.Person(number))
		revoked := h.Key(t, housetest.Person(number))
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)

		b, stranger := h.Browser(t), h.Browser(t)
		asked := b.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		if asked.Path != "/egov/sign-in/key" {
			t.Fatalf("asking led to %s", asked.Path)
		}
		b.Sign(asked, revoked).Want(http.StatusUnprocessableEntity)
		theirs := stranger.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		signature := h.CMS(t, asked.Statement(), key)
		if p := stranger.Post("/egov/sign-in/key", "request", asked.Request(), "signature", signature); p.Status != http.StatusConflict {
			t.Errorf("the challenge of another browser is taken: %d at %s", p.Status, p.Path)
		}
		if p := stranger.Post("/egov/sign-in/key", "request", theirs.Request(), "signature", signature); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a signature over another challenge is taken: %d", p.Status)
		}
		atOnce(6, func(int) { b.Post("/egov/sign-in/key", "request", asked.Request(), "signature", signature) })
		if n := acts(t, h, "egov", "account.sign_in"); n != 2 {
			t.Errorf("%d sessions after the registration and one signature, want 2", n)
		}
		if p := b.Get("/egov/cabinet/profile").Want(http.StatusOK); p.Path != "/egov/cabinet/profile" {
			t.Errorf("the key led to %s", p.Path)
		}
		unknown := h.Browser(t)
		p := unknown.Sign(unknown.Post("/egov/sign-in/key/ask"), h.Key(t, housetest.Person("800101100211")))
		if said := h.Frame.Words.Say("kk", "account.key_unknown"); !strings.Contains(p.Text(".govuk-error-summary"), said) {
			t.Errorf("a key of nobody is answered %d %q", p.Status, p.Text(".govuk-error-summary"))
		}
	})
}

// TestKeysAreGuessedNoMoreThanPasswords: refused signatures count against the address, as wrong passwords do; a
// locked account stays locked to a key.
func TestKeysAreGuessedNoMoreThanPasswords(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	const number = "800101100112"
	registerSigned(t, h, h.Browser(t), number, "a@example.kz")
	b := h.Browser(t)
	foreign := h.Key(t, housetest.Person(number))
	h.Authority(t).Revoke(foreign.Certificate, authority.KeyCompromise)
	p := b.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
	for range 10 {
		b.Post("/egov/sign-in/key", "request", p.Request(), "signature", h.CMS(t, p.Statement(), foreign))
	}
	if p := b.Post("/egov/sign-in/key", "request", p.Request(), "signature", h.CMS(t, p.Statement(), h.Key(t, housetest.Person(number)))); p.Status != http.StatusTooManyRequests {
		t.Errorf("after ten refused signatures the eleventh is answered %d", p.Status)
	}
	h.Clock.Move(16 * time.Minute)
	signed := h.Browser(t)
	signed.Sign(signed.Post("/egov/sign-in/key/ask"), h.Key(t, housetest.Person(number))).Want(http.StatusOK)
	home := entriesOf(t, h, "egov", "account.register")[0].Home
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error { return tx.LockUser(context.Background(), home) })
	if err != nil {
		t.Fatal(err)
	}
	again := h.Browser(t)
	if p := again.Sign(again.Post("/egov/sign-in/key/ask"), h.Key(t, housetest.Person(number))); p.Status != http.StatusForbidden {
		t.Errorf("a key opens a locked account: %d at %s", p.Status, p.Path)
	}
}

// TestWhereKeysSignNobodyIn: where the agreement names the password as the proof (ismet R22), or knows no keys,
// a key is not asked for.
func TestWhereKeysSignNobodyIn(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for portal, offered := range map[string]bool{"egov": true, "court": true, "ismet": false, "kundelik": false, "kg": false} {
		b := h.Browser(t)
		if p := b.Get("/" + portal + "/sign-in"); p.Has(`form[action$="/sign-in/key/ask"]`) != offered {
			t.Errorf("%s: a key is offered: %v", portal, !offered)
		}
		if p := b.Post("/" + portal + "/sign-in/key/ask"); (p.Status == http.StatusOK && p.Has(`input[data-sign="document"]`)) != offered {
			t.Errorf("%s: asking for the challenge is answered %d", portal, p.Status)
		}
	}
}

// TestTestKeysOpenNoProduction: a house that was told of no other authority trusts those of the state alone, and
// asks nobody of a certificate that they have not issued.
func TestTestKeysOpenNoProduction(t *testing.T) {
	t.Parallel()
	h := productionHouse(t)
	b := h.Browser(t)
	p := b.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
	answer := b.Sign(p, h.Key(t, housetest.Person("800101100112")))
	if said := h.Frame.Words.Say("kk", "eds.reason.unknown_issuer"); !strings.Contains(answer.Text("main"), said) {
		t.Errorf("a key of the test authority is answered %d %q", answer.Status, answer.Text(".govuk-error-summary"))
	}
}

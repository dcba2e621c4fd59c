package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
)

// kept counts the signatures that are kept, whosever.
func keptSignatures(t testing.TB, h *housetest.House, portal string) (kept int) {
	t.Helper()
	for _, act := range []string{"account.form_signed", "account.key_shown", "account.full_registration", "agreement.sign"} {
		for _, e := range entriesOf(t, h, portal, act) {
			err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
				k, err := tx.KeptSignature(context.Background(), e.Home, e.ID)
				kept += len(k.Signed)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return kept
}

// toSignature fills the form of the e-government portal in, up to the page that asks for the signature.
func toSignature(t testing.TB, h *housetest.House, b *housetest.Browser, number, email string) *housetest.Page {
	t.Helper()
	b.Get("/egov/register")
	b.Post("/egov/register/type", "kind", "individual")
	p := b.Post("/egov/register/details", details(number, email)...).Want(http.StatusOK)
	if p.Path != "/egov/register/signature" {
		t.Fatalf("after the details comes %s", p.Path)
	}
	return p
}

// TestBadSignaturesRegisterNobody: on the e-government portal nobody is registered without a fresh signature
// of their own by a valid key; each refusal says why, and nothing is kept as signed.
func TestBadSignaturesRegisterNobody(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "1.2.13")
	covers.Clause(t, "egov", "3.4.1.2")
	covers.Clause(t, "egov", "3.4.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		b, stranger := h.Browser(t), h.Browser(t)
		own := h.Key(t, housetest.Person(number))
		now := h.Clock.Now()
		term := func(from, to time.Time) authority.Subject {
			s := housetest.Person(number)
			s.NotBefore, s.NotAfter = from, to
			return s
		}
		revoked := h.Key(t, housetest.Person(number))
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
		onHold := h.Key(t, housetest.Person(number))
		h.Authority(t).Revoke(onHold.Certificate, authority.OnHold)
		authOnly := housetest.Person(number)
		authOnly.AuthOnly = true
		abroad, err := authority.New(strings.NewReader("a stranger of thirty-two octets."), h.Clock.Now, authority.GOST)
		if err != nil {
			t.Fatal(err)
		}
		foreign, err := abroad.Issue(housetest.Person(number))
		if err != nil {
			t.Fatal(err)
		}
		other := housetest.Person(number)
		other.Surname = "БАСҚАЕВ"
		elsewhere := toSignature(t, h, stranger, number, "s@example.kz")
		asked := toSignature(t, h, b, number, "a@example.kz")
		if !strings.Contains(string(asked.Statement()), number) || !strings.Contains(asked.Text("main"), number) {
			t.Error("what is signed or shown does not name the number")
		}
		good := h.CMS(t, asked.Statement(), own)
		for name, c := range map[string]struct{ request, signature, says string }{
			"no signature":                    {asked.Request(), "", "NCALayer"},
			"a signature of nothing":          {asked.Request(), "AAAA", ""},
			"a revoked key":                   {asked.Request(), h.CMS(t, asked.Statement(), revoked), "eds.reason.revoked"},
			"a key on hold":                   {asked.Request(), h.CMS(t, asked.Statement(), onHold), "eds.reason.on_hold"},
			"an expired key":                  {asked.Request(), h.CMS(t, asked.Statement(), h.Key(t, term(now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0)))), "eds.reason.expired"},
			"a key of tomorrow":               {asked.Request(), h.CMS(t, asked.Statement(), h.Key(t, term(now.Add(24*time.Hour), now.AddDate(1, 0, 0)))), "eds.reason.not_yet_valid"},
			"a key for signing in alone":      {asked.Request(), h.CMS(t, asked.Statement(), h.Key(t, authOnly)), "eds.reason.wrong_purpose"},
			"a key of another authority":      {asked.Request(), h.CMS(t, asked.Statement(), foreign), "eds.reason.unknown_issuer"},
			"the key of another person":       {asked.Request(), h.CMS(t, asked.Statement(), h.Key(t, housetest.Person("800101100211"))), "signing.other_person"},
			"a key of another name":           {asked.Request(), h.CMS(t, asked.Statement(), h.Key(t, other)), "account.key_name"},
			"the nonce of another browser":    {asked.Request(), h.CMS(t, elsewhere.Statement(), own), "eds.reason.wrong_document"},
			"the request of another browser":  {elsewhere.Request(), h.CMS(t, elsewhere.Statement(), own), "signing.ended"},
			"a document that was changed":     {asked.Request(), h.CMS(t, []byte(strings.Replace(string(asked.Statement()), number, "800101100211", 1)), own), "eds.reason.wrong_document"},
			"a request that nobody made":      {"zzzz", good, "signing.ended"},
			"the page's own bytes, unsigned":  {asked.Request(), string(asked.Statement()), ""},
			"a signature of a million octets": {asked.Request(), strings.Repeat("A", 500_000), "form.signature_length"},
		} {
			p := b.Post("/egov/register/signature", "request", c.request, "signature", c.signature)
			if p.Status < 400 || p.Status >= 500 || p.Path != "/egov/register/signature" {
				t.Errorf("%s: %d at %s", name, p.Status, p.Path)
			}
			if said := h.Frame.Words.Say("kk", c.says); strings.Contains(c.says, ".") && !strings.Contains(p.Text("main"), said) {
				t.Errorf("%s: not said %q but %q", name, said, p.Text(".govuk-error-summary"))
			}
		}
		if n := keptSignatures(t, h, "egov"); n != 0 || len(outbox(t, h, "egov")) != 0 {
			t.Errorf("%d signatures are kept and %d messages sent although nothing was taken", n, len(outbox(t, h, "egov")))
		}
		if n := acts(t, h, "egov", "account.foreign_key"); n != 1 {
			t.Errorf("posing as another is recorded %d times, want once", n)
		}
		asked = b.Get("/egov/register/signature").Want(http.StatusOK)
		if p := b.Sign(asked, own).Want(http.StatusOK); p.Path != "/egov/register/sent" {
			t.Fatalf("after a good signature comes %s", p.Path)
		}
		if n := keptSignatures(t, h, "egov"); n != 1 {
			t.Errorf("%d signatures are kept, want the one", n)
		}
		if p := stranger.Post("/egov/register/signature", "request", asked.Request(), "signature", h.CMS(t, asked.Statement(), own)); p.Status != http.StatusConflict {
			t.Errorf("a signature that has served is taken from another browser: %d", p.Status)
		}
	})
}

// TestOneSignatureServesOnce: of many that send the same signature at once, one is taken.
func TestOneSignatureServesOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		asked := toSignature(t, h, b, "800101100112", "a@example.kz")
		signature := h.CMS(t, asked.Statement(), h.Key(t, housetest.Person("800101100112")))
		atOnce(8, func(int) { b.Post("/egov/register/signature", "request", asked.Request(), "signature", signature) })
		if n := len(outbox(t, h, "egov")); n != 1 {
			t.Errorf("%d links went out, want one", n)
		}
		if n := acts(t, h, "egov", "account.form_signed"); n != 1 {
			t.Errorf("%d signatures served, want one", n)
		}
	})
}

// TestCourtFormComesFromTheKey: on the portal of the courts the certificate is looked at first; the form is filled
// in from it and signed by the same key, and what was sent in the place of its answers is passed over.
func TestCourtFormComesFromTheKey(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "P")
	covers.Clause(t, "court", "3.1")
	covers.Clause(t, "court", "3.2.2")
	covers.Clause(t, "court", "3.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		key := h.Key(t, housetest.Person("800101100112"))
		revoked := h.Key(t, housetest.Person("800101100112"))
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
		shown := b.Get("/court/register").Want(http.StatusOK)
		if p := b.Sign(shown, revoked).Want(http.StatusUnprocessableEntity); p.Path != "/court/register/key" {
			t.Errorf("a revoked key leads to %s", p.Path)
		}
		employee := housetest.Head("800101100112", "991240000013", "Сынақ ЖШС")
		employee.Roles = []pki.Role{pki.Employee}
		b.Sign(b.Get("/court/register/key"), h.Key(t, employee)).Want(http.StatusForbidden)
		if p := b.Get("/court/register/form"); p.Path != "/court/register/key" {
			t.Errorf("the certificate was passed over: %s", p.Path)
		}
		agree := b.Sign(b.Get("/court/register/key"), key).Want(http.StatusOK)
		form := b.Post("/court/register/agreement", agree.Hidden()...).Want(http.StatusOK)
		if form.Path != "/court/register/form" || form.Has(`input[name="number"]`) || form.Has(`input[name="surname"]`) {
			t.Fatalf("at %s the answers of the certificate can be changed", form.Path)
		}
		for _, said := range []string{"800101100112", "СЫНАҚОВ", "ТЕСТ"} {
			if !strings.Contains(form.Text("main"), said) {
				t.Errorf("the form does not show %s", said)
			}
		}
		incomplete := details("800101100112", "", "kind", "individual")
		b.Post("/court/register/form", incomplete...).Want(http.StatusUnprocessableEntity)
		asked := b.Post("/court/register/form", details("800101100211", "c@example.kz", "kind", "legal_entity", "surname", "БАСҚАЕВ")...).Want(http.StatusOK)
		if asked.Path != "/court/register/signature" || !strings.Contains(string(asked.Statement()), "800101100112") || strings.Contains(string(asked.Statement()), "800101100211") {
			t.Fatalf("at %s another number is signed than the certificate's", asked.Path)
		}
		b.Sign(asked, h.Key(t, housetest.Person("800101100211"))).Want(http.StatusForbidden)
		renamed := housetest.Person("800101100112")
		renamed.Surname = "БАСҚАЕВ"
		if p := b.Sign(b.Get("/court/register/signature"), h.Key(t, renamed)).Want(http.StatusForbidden); !strings.Contains(p.Text(".govuk-error-summary"), h.Frame.Words.Say("kk", "account.key_name")) {
			t.Errorf("a key of another name is refused for %q", p.Text(".govuk-error-summary"))
		}
		if n := len(outbox(t, h, "court")); n != 0 {
			t.Errorf("%d messages before the form was signed", n)
		}
		if p := b.Sign(b.Get("/court/register/signature"), key).Want(http.StatusOK); p.Path != "/court/register/sent" {
			t.Fatalf("after the signature comes %s", p.Path)
		}
		link := linkIn(t, outbox(t, h, "court")[0])
		end := b.Get(link).Want(http.StatusOK)
		if p := b.Post(strings.SplitN(link, "?", 2)[0], end.Hidden()...).Want(http.StatusOK); p.Path != "/court/cabinet" {
			t.Errorf("the end led to %s", p.Path)
		}
		if n := keptSignatures(t, h, "court"); n != 2 {
			t.Errorf("%d signatures are kept, want that of the key and that of the form", n)
		}
	})
}

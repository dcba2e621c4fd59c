package house_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/eds/authority"
	"tereze/internal/house/housetest"
	"tereze/internal/mgovsign"
)

// mobile is somebody's phone with a key in it.
func mobile(h *housetest.House, b *housetest.Browser, key *authority.Issued) mgovsign.App {
	return mgovsign.App{Client: b.Client(), Key: key, Now: h.Clock.Now, Language: "kk"}
}

// code is what the code of a page says, by the link for the same phone.
func code(t testing.TB, p *housetest.Page) string {
	t.Helper()
	if !p.Has(`img[src^="data:image/png"]`) {
		t.Fatalf("%s shows no code\n%s", p.Path, p.Text("main"))
	}
	return p.Attr(`main a[href^="https://m.egov.kz/mobileSign/"]`, "href")
}

// scans signs what a page's code asks for.
func scans(t testing.TB, app mgovsign.App, p *housetest.Page) {
	t.Helper()
	if err := app.Sign(context.Background(), code(t, p), yes); err != nil {
		t.Fatalf("%s: the phone is answered %v", p.Path, err)
	}
}

// refusedScan signs what a page's code asks for, and is refused with the sentence of a key.
func refusedScan(t testing.TB, h *housetest.House, app mgovsign.App, code, says string) {
	t.Helper()
	x, ok := errors.AsType[*mgovsign.Refused](app.Sign(context.Background(), code, yes))
	if said := h.Frame.Words.Say("kk", says); !ok || x.Message != said {
		t.Errorf("the phone is answered %v, want %q", x, said)
	}
}

// goesOn presses a button of a page for phones: with nothing, the one that goes on.
func goesOn(b *housetest.Browser, p *housetest.Page, pressed string) *housetest.Page {
	path, _, _ := strings.Cut(p.Path, "?")
	fields := p.Hidden()
	if pressed != "" {
		fields = append(fields, "do", pressed)
	}
	return b.Post(path, fields...)
}

func says(t testing.TB, h *housetest.House, p *housetest.Page, key string) {
	t.Helper()
	if said := h.Frame.Words.Say("kk", key); !strings.Contains(p.Text("main"), said) {
		t.Errorf("%s does not say %q; it says %q", p.Path, said, p.Text("main"))
	}
}

// TestAPhoneSigns: whatever is signed with NCALayer can be signed with a phone instead, from the page that asks
// for it, in the browser that asked: a registration, an acceptance, a sign-in.
func TestAPhoneSigns(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.4.1.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		b := h.Browser(t)
		app := mobile(h, b, h.Key(t, housetest.Person(number)))

		choice := toSignature(t, h, b, number, "a@example.kz")
		if !choice.Has(`a[href="/egov/register/phone"]`) {
			t.Fatal("the page that asks for a signature does not lead to the one for phones")
		}
		p := b.Get("/egov/register/phone").Want(http.StatusOK)
		says(t, h, p, "sign.phone.waiting")
		number_ := p.Text(".tz-phone__number")
		app.Tamper = func(map[string]any) { // the phone has the document by then, and the answer is not there yet
			seen := b.Get(p.Path).Want(http.StatusOK)
			says(t, h, seen, "sign.phone.fetched")
			if p := goesOn(b, seen, ""); p.Status != http.StatusConflict {
				t.Errorf("going on before the phone has signed: %d", p.Status)
			}
		}
		err := app.Sign(context.Background(), code(t, p), func(s mgovsign.Seen) bool {
			if number_ == "" || !strings.Contains(s.Description, number_) {
				t.Errorf("the page shows %q, the phone %q", number_, s.Description)
			}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		app.Tamper = nil
		p = b.Get(p.Path).Want(http.StatusOK)
		says(t, h, p, "sign.phone.arrived")
		if p = goesOn(b, p, "").Want(http.StatusOK); p.Path != "/egov/register/sent" {
			t.Fatalf("after the signature comes %s", p.Path)
		}
		link := linkIn(t, outbox(t, h, "egov")[0])
		b.Post(strings.SplitN(link, "?", 2)[0], b.Get(link).Want(http.StatusOK).Hidden()...).Want(http.StatusOK)

		p = b.Get("/egov/cabinet/agreement/agreement/sign/phone").Want(http.StatusOK)
		scans(t, app, p)
		if p = goesOn(b, b.Get(p.Path), "").Want(http.StatusOK); !strings.HasPrefix(p.Path, "/egov/cabinet/receipts/") {
			t.Fatalf("after signing the acceptance comes %s", p.Path)
		}

		again := h.Browser(t)
		again.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		p = again.Get("/egov/sign-in/key/phone").Want(http.StatusOK)
		scans(t, app, p)
		p = again.Get(p.Path)
		atOnce(6, func(int) { goesOn(again, p, "") })
		if n := acts(t, h, "egov", "account.sign_in"); n != 2 {
			t.Errorf("%d sessions after the registration and one signature, want 2", n)
		}
		if p := again.Get("/egov/cabinet/profile").Want(http.StatusOK); p.Path != "/egov/cabinet/profile" {
			t.Errorf("the phone led to %s", p.Path)
		}
		if n := keptSignatures(t, h, "egov"); n != 3 {
			t.Errorf("%d signatures are kept, want that of the form, of the acceptance and of the sign-in", n)
		}
	})
}

// TestFullRegistrationByPhone: a phone binds an organisation by its head's key; a good signature of somebody else
// binds nothing, is told at once and comes with a new code, and the old one is dead.
func TestFullRegistrationByPhone(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		user := registered(t, h, b, "+77011234567", "a@example.kz")
		p := b.Get(fullPath + "/phone").Want(http.StatusOK)
		first := code(t, p)
		scans(t, mobile(h, b, h.Key(t, authority.Subject{Surname: "БАСҚАЕВ", FirstName: "ЕРЛАН", IIN: "800101100211"})), p)
		p = goesOn(b, b.Get(p.Path), "").Want(http.StatusForbidden)
		says(t, h, p, "account.key_name")
		if code(t, p) == first || keptSignatures(t, h, "ismet") != 0 || acts(t, h, "ismet", "account.full_registration") != 0 {
			t.Error("a signature that may not serve is offered again, or has served")
		}
		s := housetest.Head("800101100112", "991240000013", "Сынақ ЖШС")
		s.Surname, s.FirstName = nameOf(t, h, user)
		head := mobile(h, b, h.Key(t, s))
		refusedAtAll(t, head, first)
		if err := head.Sign(context.Background(), code(t, p), yes); err != nil {
			t.Fatal(err)
		}
		p = b.Get(fullPath + "/phone").Want(http.StatusOK)
		if p = goesOn(b, p, "").Want(http.StatusOK); !strings.Contains(p.Text("main"), "991240000013") {
			t.Errorf("after the binding the page says %q", p.Text("main"))
		}
		if p := b.Get(fullPath + "/phone").Want(http.StatusOK); p.Path != fullPath {
			t.Errorf("who is registered fully is asked to sign at %s", p.Path)
		}
	})
}

// refusedAtAll fails if a phone gets anything for a code.
func refusedAtAll(t testing.TB, app mgovsign.App, code string) {
	t.Helper()
	if err := app.Sign(context.Background(), code, func(mgovsign.Seen) bool { t.Error("a dead code shows what to sign"); return false }); err == nil {
		t.Error("a dead code is signed")
	}
}

// TestPhonesAreRefusedAsNCALayerIs: another's key, a signature over another nonce or an altered one are refused on the
// phone and on the page, with the reason; posing as another is recorded; and the right key may still sign.
func TestPhonesAreRefusedAsNCALayerIs(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.4.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		b := h.Browser(t)
		own := h.Key(t, housetest.Person(number))
		elsewhere := toSignature(t, h, h.Browser(t), number, "s@example.kz")
		toSignature(t, h, b, number, "a@example.kz")
		p := b.Get("/egov/register/phone").Want(http.StatusOK)
		asked := code(t, p)
		revoked := h.Key(t, housetest.Person(number))
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
		file := func(body map[string]any) map[string]any {
			return body["documentsToSign"].([]any)[0].(map[string]any)["document"].(map[string]any)["file"].(map[string]any)
		}
		for name, c := range map[string]struct {
			key    *authority.Issued
			tamper func(body map[string]any)
			says   string
		}{
			"the key of another person": {h.Key(t, housetest.Person("800101100211")), nil, "signing.other_person"},
			"a revoked key":             {revoked, nil, "eds.reason.revoked"},
			"a signature over another nonce": {own, func(body map[string]any) {
				file(body)["data"] = h.CMS(t, elsewhere.Statement(), own)
			}, "eds.reason.wrong_document"},
			"a signature of a million octets": {own, func(body map[string]any) { file(body)["data"] = strings.Repeat("A", 500_000) }, "form.signature_length"},
			"nothing":                         {own, func(body map[string]any) { file(body)["data"] = base64.StdEncoding.EncodeToString([]byte("x")) }, "eds.reason.malformed"},
		} {
			app := mobile(h, b, c.key)
			app.Tamper = c.tamper
			t.Log(name)
			refusedScan(t, h, app, asked, c.says)
			now := b.Get(p.Path).Want(http.StatusOK)
			says(t, h, now, c.says)
			if p := goesOn(b, now, ""); p.Status != http.StatusConflict {
				t.Errorf("%s: going on without a signature: %d", name, p.Status)
			}
		}
		if n := acts(t, h, "egov", "account.foreign_key"); n != 1 {
			t.Errorf("posing as another is recorded %d times, want once", n)
		}
		if len(outbox(t, h, "egov")) != 0 || keptSignatures(t, h, "egov") != 0 {
			t.Error("something was taken")
		}
		scans(t, mobile(h, b, own), b.Get(p.Path))
		if p := goesOn(b, b.Get(p.Path), "").Want(http.StatusOK); p.Path != "/egov/register/sent" {
			t.Errorf("after the right key comes %s", p.Path)
		}
	})
}

// repeats is a phone whose network loses the first answer to what it puts back: it puts the same back again.
type repeats struct{ http.RoundTripper }

func (r repeats) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPut {
		return r.RoundTripper.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	lost := req.Clone(req.Context())
	lost.Body, req.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	resp, err := r.RoundTripper.RoundTrip(lost)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	return r.RoundTripper.RoundTrip(req)
}

// TestACodeIsOfOneBrowserAndOneUse: another browser gets nothing by a code, however good the signature; an
// answer that comes twice is one answer, and another's after it none; what has served, was cancelled or has run
// out serves nobody, and one press gives a new code.
func TestACodeIsOfOneBrowserAndOneUse(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number, path = "800101100112", "/egov/sign-in/key/phone"
		registerSigned(t, h, h.Browser(t), number, "a@example.kz")
		b, stranger := h.Browser(t), h.Browser(t)
		app := mobile(h, b, h.Key(t, housetest.Person(number)))
		for _, x := range []*housetest.Browser{b, stranger} {
			x.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		}
		stays := func(what string) {
			t.Helper()
			if n := acts(t, h, "egov", "account.sign_in"); n != 1 {
				t.Fatalf("%s: %d sessions, want that of the registration", what, n)
			}
		}

		cancelled := b.Get(path).Want(http.StatusOK)
		if p := goesOn(b, cancelled, "cancel").Want(http.StatusOK); p.Path != "/egov/sign-in/key" {
			t.Errorf("cancelling leads to %s", p.Path)
		}
		refusedAtAll(t, app, code(t, cancelled))
		says(t, h, b.Get(cancelled.Path).Want(http.StatusOK), "sign.phone.over")

		late := b.Get(path).Want(http.StatusOK)
		h.Clock.Move(16 * time.Minute)
		refusedAtAll(t, app, code(t, late))
		if p := b.Get(late.Path); p.Path == late.Path { // the attempt may have ended with it
			says(t, h, p, "sign.phone.over")
		}
		b.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		fresh := b.Get(path).Want(http.StatusOK)
		anew := goesOn(b, fresh, "anew").Want(http.StatusOK)
		if anew.Path == fresh.Path || code(t, anew) == code(t, fresh) {
			t.Error("a new code is the old one")
		}
		refusedAtAll(t, app, code(t, fresh))
		stays("without a signature")

		stranger.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		first := app
		first.Client = &http.Client{Transport: repeats{app.Client.Transport}}
		other := mobile(h, b, h.Key(t, housetest.Person("800101100211")))
		other.Tamper = func(map[string]any) { scans(t, first, anew) } // both had the document; the other is slower
		refusedScan(t, h, other, code(t, anew), "eds.reason.nonce_used")
		refusedAtAll(t, other, code(t, anew))
		says(t, h, stranger.Get(anew.Path).Want(http.StatusOK), "sign.phone.over")
		goesOn(stranger, anew, "").Want(http.StatusConflict)
		goesOn(stranger, anew, "cancel")
		stays("in another browser")

		// The page was left meanwhile: the choice of the ways tells that the signature has come.
		choice := b.Get("/egov/sign-in/key").Want(http.StatusOK)
		says(t, h, choice, "sign.phone.go_on")
		arrived := b.Get(choice.Attr(`main a[href^="`+path+`"]`, "href")).Want(http.StatusOK)
		says(t, h, arrived, "sign.phone.arrived")
		goesOn(b, arrived, "").Want(http.StatusOK)
		if n := acts(t, h, "egov", "account.sign_in"); n != 2 {
			t.Errorf("%d sessions, want one more", n)
		}
		goesOn(b, arrived, "")
		refusedAtAll(t, app, code(t, anew))
		if n := acts(t, h, "egov", "account.sign_in"); n != 2 {
			t.Errorf("the signature served again: %d sessions", n)
		}
	})
}

// TestACodeIsOfOneSession: of one person's two browsers, each goes on with its own code alone.
func TestACodeIsOfOneSession(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	const number, path = "800101100112", "/egov/cabinet/agreement/agreement/sign/phone"
	one, two := h.Browser(t), h.Browser(t)
	registerSigned(t, h, one, number, "a@example.kz")
	key := h.Key(t, housetest.Person(number))
	two.Sign(two.Post("/egov/sign-in/key/ask"), key).Want(http.StatusOK)
	p := one.Get(path).Want(http.StatusOK)
	if own := two.Get(path).Want(http.StatusOK); own.Request() == p.Request() {
		t.Error("two sessions have one code")
	}
	scans(t, mobile(h, one, key), p)
	says(t, h, two.Get(p.Path).Want(http.StatusOK), "sign.phone.over")
	goesOn(two, p, "").Want(http.StatusConflict)
	goesOn(two, p, "cancel")
	if n := acts(t, h, "egov", "agreement.sign"); n != 0 {
		t.Fatal("the code of one session served in another")
	}
	goesOn(one, one.Get(p.Path), "").Want(http.StatusOK)
}

// TestAKeyOfNobodyByPhone: a good signature of somebody without an account lets nobody in, and the page says so
// without another code, as with NCALayer: the signature has served.
func TestAKeyOfNobodyByPhone(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	for range 2 {
		b.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
		p := b.Get("/egov/sign-in/key/phone").Want(http.StatusOK)
		scans(t, mobile(h, b, h.Key(t, housetest.Person("800101100211"))), p)
		p = goesOn(b, b.Get("/egov/sign-in/key/phone"), "")
		says(t, h, p, "account.key_unknown")
		if p.Has(`img[src^="data:"]`) || p.Status < 400 {
			t.Errorf("answered %d with a code that serves nobody", p.Status)
		}
	}
	if n := acts(t, h, "egov", "account.sign_in"); n != 0 {
		t.Errorf("%d sessions of nobody", n)
	}
}

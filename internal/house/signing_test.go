package house_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/api"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/xmldsig"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/mgovsign"
	"tereze/internal/signing"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// office is a demo house with the keys of its town.
type office struct {
	*housetest.House
	t    *testing.T
	town *authority.Town
}

func eachOffice(t *testing.T, test func(o office)) {
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		test(openOffice(t, database))
	})
}

func openOffice(t *testing.T, database string) office {
	t.Helper()
	h := housetest.Open(t, house.Config{Database: database, Demo: true, Only: []string{"egov"}})
	town, err := authority.NewTown(h.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return office{h, t, town}
}

func (o office) key(name string) *authority.Issued {
	o.t.Helper()
	key, err := o.town.Key(name)
	if err != nil {
		o.t.Fatal(err)
	}
	return key
}

// browser is somebody who signs: the home of an attempt, and what the browser holds of it.
func (o office) browser(token string) signing.Browser {
	return signing.Browser{Home: o.Store.NewID(), Token: token}
}

func (o office) ask(a signing.Ask) (r signing.Request) {
	o.t.Helper()
	if a.Format == "" {
		a.Format = eds.CMS
	}
	if a.Purpose == "" {
		a.Purpose = signing.SignIn
	}
	a.Portal, a.Names = "egov", signing.Names{"kk": "Кіру", "ru": "Вход", "en": "Sign-in"}
	err := o.Store.InTx(context.Background(), func(tx *store.Tx) (err error) {
		r, err = o.Signings.Ask(context.Background(), tx, a)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// sign makes the answer that an honest program makes of the request, with somebody's key.
func (o office) sign(r signing.Request, name string) (all [][]byte) {
	o.t.Helper()
	key := o.key(name)
	for _, d := range r.Content.Documents {
		var signed []byte
		var err error
		if r.Content.Format == eds.XML {
			signed, err = xmldsig.Sign(rand.Reader, d.Content, key.Key, key.Certificate)
		} else {
			signed, err = cms.Sign(d.Content, cms.Signing{Key: key.Key, Certificate: key.Certificate, At: o.Clock.Now(), Rand: rand.Reader, Detached: r.Content.Detached})
		}
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, signed)
	}
	return all
}

func (o office) check(r signing.Request, answer [][]byte) (signing.Signed, error) {
	return o.Signings.Check(context.Background(), r, answer)
}

func (o office) use(s signing.Signed) error {
	return o.Store.InTx(context.Background(), func(tx *store.Tx) error { return o.Signings.Use(context.Background(), tx, s) })
}

// wantRefused fails unless err is a refusal with the key.
func wantRefused(t *testing.T, what string, err error, key string) {
	t.Helper()
	x, ok := errors.AsType[*fault.Fault](err)
	if !ok || x.Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func TestASignatureServesOnce(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(o office) {
		for _, c := range []struct {
			format   eds.Form
			detached bool
		}{{eds.CMS, false}, {eds.CMS, true}, {eds.XML, false}} {
			documents := []signing.Document{{MIME: "application/pdf", Content: []byte("%PDF")}}
			if c.format == eds.XML {
				documents = []signing.Document{{MIME: "text/xml", Content: []byte("<a>құжат</a>")}}
			}
			r := o.ask(signing.Ask{Browser: o.browser("token"), Format: c.format, Detached: c.detached, Fields: []signing.Field{{Name: "name", Value: `<&> "құжат"`}}, Documents: documents})
			answer := o.sign(r, "individual")
			signed, err := o.check(r, answer)
			if err != nil {
				o.t.Errorf("%v: %v", c, err)
				continue
			}
			if signed.Holder.IIN != o.key("individual").Certificate.Holder().IIN || !bytes.Contains(r.Content.Documents[0].Content, []byte(r.Nonce())) {
				o.t.Errorf("%v: signed by %+v", c, signed.Holder)
			}
			const many = 8
			var begin, done sync.WaitGroup
			begin.Add(1)
			served := make([]error, many)
			for i := range served {
				done.Go(func() { begin.Wait(); served[i] = o.use(signed) })
			}
			begin.Done()
			done.Wait()
			good := 0
			for _, err := range served {
				if err == nil {
					good++
					continue
				}
				wantRefused(o.t, "a replay", err, "eds.reason.nonce_used")
			}
			if good != 1 {
				o.t.Errorf("%v: one signature served %d times", c, good)
			}
			if _, err := o.Signings.Of(context.Background(), "egov", signing.SignIn, signing.Browser{Home: r.Home, Token: "token"}, r.ID); !fault.Is(err, fault.Absent) {
				o.t.Errorf("%v: what has served is asked for again: %v", c, err)
			}
		}
	})
}

func TestWrongAnswersAreRefused(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(o office) {
		t, head := o.t, o.key("head").Certificate.Holder()
		r := o.ask(signing.Ask{Browser: o.browser("a"), Purpose: signing.Register})
		other := o.ask(signing.Ask{Browser: o.browser("b"), Purpose: signing.Register})
		xml := o.ask(signing.Ask{Browser: o.browser("c"), Format: eds.XML})
		otherXML := o.ask(signing.Ask{Browser: o.browser("d"), Format: eds.XML})
		person := o.ask(signing.Ask{Browser: o.browser("e"), IIN: o.key("individual").Certificate.Holder().IIN})
		organisation := o.ask(signing.Ask{Browser: o.browser("f"), Purpose: signing.Bind, IIN: head.IIN, BIN: head.BIN})
		two := o.ask(signing.Ask{Browser: o.browser("g"), Documents: []signing.Document{{MIME: "text/plain", Content: []byte("x")}}})
		altered := o.sign(r, "individual")
		altered[0][len(altered[0])-1] ^= 1
		signedXML := string(o.sign(xml, "individual")[0])
		for _, c := range []struct {
			name   string
			r      signing.Request
			answer [][]byte
			want   string
		}{
			{"over another nonce", r, o.sign(other, "individual"), "eds.reason.wrong_document"},
			{"over another nonce, XML", xml, o.sign(otherXML, "individual"), "eds.reason.wrong_document"},
			{"altered", r, altered, "eds.reason.bad_signature"},
			{"in another form", r, o.sign(xml, "individual"), "signing.form"},
			{"CMS where XML was asked", xml, o.sign(r, "individual"), "signing.form"},
			{"a bomb of entities", xml, [][]byte{[]byte(`<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + signedXML)}, "eds.reason.unsupported"},
			{"an entity from elsewhere", xml, [][]byte{[]byte(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + signedXML)}, "eds.reason.unsupported"},
			{"the signature moved into a wrapper", xml, [][]byte{[]byte("<a>" + signedXML + "</a>")}, "eds.reason.wrapped"},
			{"the statement beside a forged one", xml, [][]byte{[]byte(strings.Replace(signedXML, "<ds:Signature ", "<signing>"+"</signing><ds:Signature ", 1))}, "eds.reason.wrong_document"},
			{"XML in UTF-16", xml, [][]byte{append([]byte{0xff, 0xfe}, "<\x00a\x00"...)}, "eds.reason.unsupported"},
			{"revoked", r, o.sign(r, "revoked"), "eds.reason.revoked"},
			{"expired", r, o.sign(r, "expired"), "eds.reason.expired"},
			{"for signing in only", r, o.sign(r, "auth"), "eds.reason.wrong_purpose"},
			{"of another authority", r, o.sign(r, "foreign"), "eds.reason.unknown_issuer"},
			{"by somebody else", person, o.sign(person, "other"), "signing.other_person"},
			{"by the right person for no organisation", organisation, o.sign(organisation, "other"), "signing.other_organisation"},
			{"by two people", two, [][]byte{o.sign(two, "individual")[0], o.sign(two, "other")[1]}, "signing.several_keys"},
			{"one of two", two, o.sign(two, "individual")[:1], "eds.reason.no_signer"},
			{"nothing", r, [][]byte{nil}, "eds.reason.malformed"},
			{"nonsense", r, [][]byte{[]byte("MTEK")}, "eds.reason.malformed"},
			{"no answer of a phone", r, nil, "signing.not_answered"},
		} {
			_, err := o.check(c.r, c.answer)
			wantRefused(t, c.name, err, c.want)
		}
		if _, err := o.check(organisation, o.sign(organisation, "head")); err != nil {
			t.Errorf("by the head: %v", err)
		}
		signIn := o.ask(signing.Ask{Browser: o.browser("h")})
		if _, err := o.check(signIn, o.sign(signIn, "auth")); err != nil {
			t.Errorf("a key for signing in: %v", err)
		}
	})
}

func TestARequestIsOfOneBrowserPurposeAndTime(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(o office) {
		t, b, ctx := o.t, o.browser("mine"), context.Background()
		r := o.ask(signing.Ask{Browser: b})
		if again := o.ask(signing.Ask{Browser: b}); again.ID != r.ID {
			t.Error("the same page asked anew has another nonce")
		}
		if else_ := o.ask(signing.Ask{Browser: b, IIN: "900101300017"}); else_.ID == r.ID {
			t.Error("another question has the same nonce")
		}
		stolen := b
		stolen.Token = "stolen"
		for what, ask := range map[string]func() (signing.Request, error){
			"another browser": func() (signing.Request, error) { return o.Signings.Of(ctx, "egov", signing.SignIn, stolen, r.ID) },
			"another purpose": func() (signing.Request, error) { return o.Signings.Of(ctx, "egov", signing.Accept, b, r.ID) },
			"another portal":  func() (signing.Request, error) { return o.Signings.Of(ctx, "court", signing.SignIn, b, r.ID) },
			"another home": func() (signing.Request, error) {
				return o.Signings.Of(ctx, "egov", signing.SignIn, o.browser("mine"), r.ID)
			},
		} {
			_, err := ask()
			wantRefused(t, what, err, "signing.ended")
		}
		answer := o.sign(r, "individual")
		signed, err := o.check(r, answer)
		if err != nil {
			t.Fatal(err)
		}
		tries := o.ask(signing.Ask{Browser: o.browser("tries")})
		for range 20 {
			_, err = o.check(tries, [][]byte{[]byte("x")})
		}
		wantRefused(t, "the twentieth", err, "eds.reason.malformed")
		_, err = o.check(tries, o.sign(tries, "individual"))
		wantRefused(t, "one more", err, "signing.tries")

		o.Clock.Move(16 * time.Minute)
		_, err = o.check(r, answer)
		wantRefused(t, "too late", err, "signing.ended")
		wantRefused(t, "used too late", o.use(signed), "eds.reason.nonce_used")
		if late := o.ask(signing.Ask{Browser: b}); late.ID == r.ID {
			t.Error("a request that has run out is asked again")
		}
	})
}

// phone is an app that reaches the house.
func (o office) phone(name string) mgovsign.App {
	return mgovsign.App{
		Client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}},
		Key:    o.key(name), Stamp: o.town.Stamper(), Now: o.Clock.Now, Language: "kk",
	}
}

func yes(mgovsign.Seen) bool { return true }

func TestSigningWithAPhone(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(o office) {
		t, ctx := o.t, context.Background()
		for _, c := range []struct {
			format   eds.Form
			detached bool
		}{{eds.CMS, false}, {eds.CMS, true}, {eds.XML, false}} {
			b := o.browser("token")
			r := o.ask(signing.Ask{Browser: b, Format: c.format, Detached: c.detached})
			code := "mobileSign:" + o.URL + api.PhonePath(r)
			if err := o.phone("individual").Sign(ctx, code, func(s mgovsign.Seen) bool {
				if !strings.Contains(s.Description, r.Number()) || len(s.Documents) != 1 || s.Documents[0] != "Кіру" || s.From == "" {
					t.Errorf("%v: the phone shows %+v", c, s)
				}
				return true
			}); err != nil {
				t.Errorf("%v: %v", c, err)
				continue
			}
			answered, err := o.Signings.Of(ctx, "egov", signing.SignIn, b, r.ID)
			if err != nil || answered.State != signing.Answered {
				t.Errorf("%v: %v, %v", c, answered.State, err)
				continue
			}
			signed, err := o.check(answered, nil)
			if err != nil || signed.Holder.IIN == "" {
				t.Errorf("%v: %v", c, err)
				continue
			}
			if err := o.use(signed); err != nil {
				t.Errorf("%v: %v", c, err)
			}
			if err := o.phone("other").Sign(ctx, code, yes); err == nil {
				t.Errorf("%v: a second phone signed", c)
			}
		}
	})
}

func TestPhonesThatBringTheWrongThing(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.SQLite(t))
	ctx := context.Background()
	b := o.browser("token")
	iin := o.key("individual").Certificate.Holder().IIN
	r := o.ask(signing.Ask{Browser: b, IIN: iin, Documents: []signing.Document{{Names: signing.Names{"kk": "Екінші"}, MIME: "application/pdf", Content: []byte("%PDF")}}})
	another := o.ask(signing.Ask{Browser: o.browser("another"), IIN: iin})
	code := "mobileSign:" + o.URL + api.PhonePath(r)
	documents := func(body map[string]any) []any { return body["documentsToSign"].([]any) }
	file := func(d any) map[string]any {
		return d.(map[string]any)["document"].(map[string]any)["file"].(map[string]any)
	}
	for name, c := range map[string]struct {
		key    string
		tamper func(body map[string]any)
	}{
		"somebody else":    {"other", nil},
		"a revoked key":    {"revoked", nil},
		"unsigned":         {"individual", func(body map[string]any) { file(documents(body)[0])["data"] = "MTEK" }},
		"two changed over": {"individual", func(body map[string]any) { d := documents(body); body["documentsToSign"] = []any{d[1], d[1]} }},
		"ids changed over": {"individual", func(body map[string]any) {
			d := documents(body)
			d[0].(map[string]any)["id"], d[1].(map[string]any)["id"] = 2, 1
		}},
		"one of two":      {"individual", func(body map[string]any) { body["documentsToSign"] = documents(body)[:1] }},
		"a third":         {"individual", func(body map[string]any) { body["documentsToSign"] = append(documents(body), documents(body)[0]) }},
		"an id of nobody": {"individual", func(body map[string]any) { documents(body)[0].(map[string]any)["id"] = 7 }},
		"another method":  {"individual", func(body map[string]any) { body["signMethod"] = "XML" }},
		"over another nonce": {"individual", func(body map[string]any) {
			file(documents(body)[0])["data"] = base64.StdEncoding.EncodeToString(o.sign(another, "individual")[0])
		}},
		"no document": {"individual", func(body map[string]any) { delete(documents(body)[0].(map[string]any), "document") }},
	} {
		app := o.phone(c.key)
		app.Tamper = c.tamper
		err := app.Sign(ctx, code, yes)
		if x, ok := errors.AsType[*mgovsign.Refused](err); !ok || x.Status != http.StatusForbidden || !strings.Contains(x.Message, ". ") {
			t.Errorf("%s: got %v, want 403 with what to do", name, err)
		}
	}
	asked, err := o.Signings.Of(ctx, "egov", signing.SignIn, b, r.ID)
	if err != nil || asked.State != signing.Open || asked.Content.Answer != nil || asked.Content.Refused == "" {
		t.Errorf("after refusals: %v, %q, %v", asked.State, asked.Content.Refused, err)
	}
	for what, address := range map[string]string{
		"without what API 1 gave": o.URL + api.PhonePath(r) + "/documents",
		"by another secret":       o.URL + strings.TrimSuffix(api.PhonePath(r), r.Content.Secret) + strings.Repeat("0", 32),
		"on another portal":       o.URL + strings.Replace(api.PhonePath(r), "/egov/", "/court/", 1),
	} {
		resp, err := o.phone("individual").Client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", what, resp.StatusCode)
		}
	}
	if err := o.phone("individual").Sign(ctx, code, func(mgovsign.Seen) bool { return false }); !errors.Is(err, mgovsign.ErrDeclined) {
		t.Errorf("declined: %v", err)
	}
	if err := o.phone("individual").Sign(ctx, code, yes); err != nil {
		t.Errorf("the right phone in the end: %v", err)
	}
	late := o.ask(signing.Ask{Browser: o.browser("late")})
	o.Clock.Move(16 * time.Minute)
	if err := o.phone("individual").Sign(ctx, "mobileSign:"+o.URL+api.PhonePath(late), yes); err == nil {
		t.Error("an expired code was signed")
	}
}

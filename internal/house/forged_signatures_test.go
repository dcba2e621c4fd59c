package house_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tereze/internal/calendar"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// parts are a CMS taken apart as far as these tests bend it.
type parts struct {
	Version      int
	Digests      asn1.RawValue
	Content      asn1.RawValue
	Certificates asn1.RawValue   `asn1:"optional,tag:0"`
	Signers      []asn1.RawValue `asn1:"set"`
}

type info struct {
	Type asn1.ObjectIdentifier
	Data asn1.RawValue `asn1:"explicit,tag:0"`
}

// bent takes a message apart, lets a test bend it, and writes it again.
func bent(t testing.TB, signed string, bend func(*parts)) string {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(signed)
	if err != nil {
		t.Fatal(err)
	}
	var outer info
	var m parts
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		t.Fatal(err)
	}
	if _, err := asn1.Unmarshal(outer.Data.Bytes, &m); err != nil {
		t.Fatal(err)
	}
	bend(&m)
	inner, err := asn1.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	outer.Data = asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: inner}
	if der, err = asn1.Marshal(outer); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// inSigner rewrites the n-th part of the one signer: 3 are its signed attributes, 5 is the signature.
func inSigner(t testing.TB, n int, rewrite func(raw []byte) []byte) func(*parts) {
	return func(m *parts) {
		var out []byte
		rest := m.Signers[0].Bytes
		for i := 0; len(rest) > 0; i++ {
			var part asn1.RawValue
			var err error
			if rest, err = asn1.Unmarshal(rest, &part); err != nil {
				t.Fatal(err)
			}
			if raw := part.FullBytes; i == n {
				out = append(out, rewrite(bytes.Clone(raw))...)
			} else {
				out = append(out, raw...)
			}
		}
		m.Signers[0] = asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: out}
	}
}

// value rewrites the 128 octets of a signature.
func value(t testing.TB, rewrite func(sig []byte)) func(*parts) {
	return inSigner(t, 5, func(raw []byte) []byte {
		rewrite(raw[len(raw)-128:])
		return raw
	})
}

// TestMessagesMadeToDeceive: what nobody's program makes is refused at the page with its reason, and nothing of it
// is stored, sent or recorded as signed.
func TestMessagesMadeToDeceive(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number = "800101100112"
		b := h.Browser(t)
		asked := toSignature(t, h, b, number, "a@example.kz")
		own, stranger := h.Key(t, housetest.Person(number)), h.Key(t, housetest.Person("800101100211"))
		good := h.CMS(t, asked.Statement(), own)
		xml := func(statement string, by *authority.Issued) string {
			signed, err := xmldsig.Sign(rand.Reader, []byte(statement), by.Key, by.Certificate)
			if err != nil {
				t.Fatal(err)
			}
			return string(signed)
		}
		statement := string(asked.Statement())
		signedXML := xml(statement, own)
		deep := bytes.Repeat([]byte{0x30, 0x80}, 10_000)
		for name, c := range map[string]struct {
			signature string
			reason    pki.Reason
		}{
			"nobody signed":                      {bent(t, good, func(m *parts) { m.Signers = nil }), pki.NoSigner},
			"no certificate":                     {bent(t, good, func(m *parts) { m.Certificates = asn1.RawValue{} }), pki.NoCertificate},
			"the certificate of another":         {bent(t, good, func(m *parts) { m.Certificates = certificates(stranger) }), pki.NoCertificate},
			"two signatures of one":              {bent(t, good, func(m *parts) { m.Signers = append(m.Signers, m.Signers[0]) }), pki.TooManySigners},
			"10,000 signers":                     {bent(t, good, func(m *parts) { m.Signers = slices.Repeat(m.Signers[:1], 300) }), pki.TooManySigners}, // as many as a form takes; the verifier's own test has all
			"a depth of 10,000":                  {base64.StdEncoding.EncodeToString(deep), pki.TooLarge},
			"attributes of an indefinite length": {bent(t, good, inSigner(t, 3, indefinite)), pki.Malformed},
			"an altered attribute":               {bent(t, good, inSigner(t, 3, func(raw []byte) []byte { return flip(raw, []byte{0x17, 0x0d}, 2) })), pki.BadSignature},
			"a signature of the other order":     {bent(t, good, value(t, slices.Reverse[[]byte])), pki.BadSignature},
			"r is zero":                          {bent(t, good, value(t, func(s []byte) { clear(s[:64]) })), pki.BadSignature},
			"s is zero":                          {bent(t, good, value(t, func(s []byte) { clear(s[64:]) })), pki.BadSignature},
			"r is not below the order":           {bent(t, good, value(t, func(s []byte) { copy(s[:64], bytes.Repeat([]byte{0xff}, 64)) })), pki.BadSignature},
			"a key off the curve":                {bent(t, good, func(m *parts) { m.Certificates = offCurve(own) }), pki.OtherCertificate},
			"a bomb of entities":                 {`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + signedXML, ""},
			"an entity from elsewhere":           {`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + strings.Replace(signedXML, "</signing>", "&x;</signing>", 1), ""},
			"the signature moved into a wrapper": {"<a>" + signedXML + "</a>", ""},
			"a statement beside the one signed":  {strings.Replace(signedXML, "<field ", `<field name="more">1</field><field `, 1), ""},
			"the old statement, signed anew":     {h.CMS(t, []byte(strings.Replace(statement, `nonce="`, `nonce="0`, 1)), own), pki.WrongDocument},
		} {
			p := b.Post("/egov/register/signature", "request", asked.Request(), "signature", c.signature)
			if p.Status != http.StatusUnprocessableEntity || p.Path != "/egov/register/signature" {
				t.Errorf("%s: %d at %s", name, p.Status, p.Path)
			}
			key := "eds.reason." + string(c.reason)
			if c.reason == "" { // XML where a CMS was asked for
				key = "signing.form"
			}
			if said := h.Frame.Words.Say("kk", key); !strings.Contains(p.Text("main"), said) {
				t.Errorf("%s: not said %q but %q", name, said, p.Text(".govuk-error-summary"))
			}
			if p = b.Get("/egov/register/signature"); p.Request() != asked.Request() {
				asked = p.Want(http.StatusOK) // too many tries end a request
			}
		}
		if kept, sent, recorded := keptSignatures(t, h, "egov"), len(outbox(t, h, "egov")), acts(t, h, "egov", "account.form_signed"); kept+sent+recorded != 0 {
			t.Errorf("%d signatures are kept, %d messages sent, %d acts recorded although nothing was taken", kept, sent, recorded)
		}
		b.Sign(b.Get("/egov/register/signature"), own).Want(http.StatusOK)
		if kept := keptSignatures(t, h, "egov"); kept != 1 {
			t.Errorf("%d signatures are kept, want the good one", kept)
		}
	})
}

func certificates(of *authority.Issued) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: of.Certificate.Raw}
}

// offCurve is a certificate with an octet of its public key changed.
func offCurve(of *authority.Issued) asn1.RawValue {
	raw := bytes.Clone(of.Certificate.Raw)
	raw[bytes.Index(raw, of.Certificate.RawSubjectPublicKeyInfo)+len(of.Certificate.RawSubjectPublicKeyInfo)-20] ^= 1
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: raw}
}

// indefinite writes an element of up to 64 KiB with a length that is not said.
func indefinite(raw []byte) []byte {
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return slices.Concat([]byte{raw[0], 0x80}, v.Bytes, []byte{0, 0})
}

// flip changes the octet so far behind a mark.
func flip(raw, mark []byte, behind int) []byte {
	raw[bytes.Index(raw, mark)+behind] ^= 1
	return raw
}

// TestForgedAnswersAboutRevocation: an authority's answer that is another's, about another, to another question or out
// of date lets nobody in, and no list makes up for it.
func TestForgedAnswersAboutRevocation(t *testing.T) {
	t.Parallel()
	clock := &calendar.Clock{}
	var answer func(body []byte) []byte
	own := &eds.Own{Now: clock.Now, Rand: rand.Reader, Fetch: func(_ context.Context, r eds.Request) ([]byte, error) {
		if r.Kind == eds.AskOCSP {
			return answer(r.Body), nil
		}
		return nil, context.DeadlineExceeded
	}}
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Clock: clock, Verifier: own})
	trust, err := eds.Production()
	if err != nil {
		t.Fatal(err)
	}
	a := h.Authority(t)
	own.Trust = trust.With(a.Root, a.Issuing)
	abroad, err := authority.New(strings.NewReader(strings.Repeat("elsewhere ", 4)), clock.Now, authority.GOST)
	if err != nil {
		t.Fatal(err)
	}
	const number = "800101100112"
	key, other := h.Key(t, housetest.Person(number)), h.Key(t, housetest.Person("800101100211"))
	about := func(c *pki.Certificate, nonce []byte) []byte {
		request, err := pki.OCSPRequest(c, a.Issuing, nonce)
		if err != nil {
			t.Fatal(err)
		}
		return a.OCSP(request)
	}
	nonceOf := func(body []byte) []byte {
		_, nonce, err := pki.ParseOCSPRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		return nonce
	}
	b := h.Browser(t)
	toSignature(t, h, b, number, "a@example.kz")
	kept := about(key.Certificate, []byte("0123456789abcdef"))
	for name, forged := range map[string]func(body []byte) []byte{
		"of another authority":  abroad.OCSP,
		"about another":         func(body []byte) []byte { return about(other.Certificate, nonceOf(body)) },
		"to another question":   func([]byte) []byte { return kept },
		"without the nonce":     func([]byte) []byte { return about(key.Certificate, nil) },
		"altered":               func(body []byte) []byte { return flip(a.OCSP(body), nonceOf(body), 20) },
		"no answer":             func([]byte) []byte { return []byte("good") },
		"an error of the other": func([]byte) []byte { return []byte{0x30, 3, 0x0a, 1, 6} },
	} {
		answer = forged
		p := b.Sign(b.Get("/egov/register/signature"), key)
		if p.Status != http.StatusUnprocessableEntity || p.Path != "/egov/register/signature" {
			t.Errorf("an answer %s: %d at %s", name, p.Status, p.Path)
		}
	}
	if kept, sent := keptSignatures(t, h, "egov"), len(outbox(t, h, "egov")); kept+sent != 0 {
		t.Errorf("%d signatures are kept and %d messages sent although nothing was taken", kept, sent)
	}
	answer = a.OCSP
	if p := b.Sign(b.Get("/egov/register/signature"), key).Want(http.StatusOK); p.Path != "/egov/register/sent" {
		t.Errorf("with a good answer it leads to %s", p.Path)
	}
}

package ncanode_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

func august() time.Time { return time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC) }

// describe is what NCANode says of a certificate that it holds for good, at a term that suits the tests.
func describe(c *pki.Certificate) string {
	h := c.Holder()
	return fmt.Sprintf(`{"valid":true,"revocations":[{"revoked":false,"by":"OCSP","revocationTime":null,"reason":null}],
		"notBefore":"2026-05-08T06:45:13.000+00:00","notAfter":"2027-05-08T06:45:13.000+00:00","keyUsage":"SIGN","serialNumber":%q,
		"keyUser":["INDIVIDUAL"],"subject":{"commonName":%q,"iin":%q,"bin":%q}}`, c.SerialNumber.Text(16), h.Name, h.IIN, h.BIN)
}

// people are a few with keys of a test authority.
func people(t *testing.T, subjects ...authority.Subject) (all []*authority.Issued) {
	t.Helper()
	a, err := authority.New(strings.NewReader(strings.Repeat("ncanode ", 4)), august, authority.GOST)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range subjects {
		key, err := a.Issue(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	return all
}

func two(t *testing.T) []*authority.Issued {
	return people(t, authority.Subject{Surname: "СЫНАҚОВ", FirstName: "АСАН", IIN: "800101100112"},
		authority.Subject{Surname: "СЫНАҚОВА", FirstName: "ҮМІТ", IIN: "800101100211", BIN: "120340001234", Organisation: "ТОО", Roles: []pki.Role{pki.FirstHead}})
}

// signedByAll makes one document signed by everybody, as CMS and as XML.
func signedByAll(t *testing.T, keys []*authority.Issued) map[eds.Form][]byte {
	t.Helper()
	out := map[eds.Form][]byte{eds.XML: []byte("<a>document</a>")}
	var err error
	for i, key := range keys {
		s := cms.Signing{Key: key.Key, Certificate: key.Certificate, At: august(), Rand: rand.Reader}
		if i == 0 {
			out[eds.CMS], err = cms.Sign([]byte("document"), s)
		} else {
			out[eds.CMS], err = cms.AddSigner(out[eds.CMS], nil, s)
		}
		if err != nil {
			t.Fatal(err)
		}
		if out[eds.XML], err = xmldsig.Sign(rand.Reader, out[eds.XML], key.Key, key.Certificate); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// answerOf puts what NCANode says of certificates into the form of its answer.
func answerOf(form eds.Form, said ...string) string {
	if form == eds.CMS {
		for i := range said {
			said[i] = `{"certificates":[` + said[i] + `],"tsp":null}`
		}
	}
	return message("true", "["+strings.Join(said, ",")+"]")
}

// TestSeveralSignersGoThroughTheGateway: each signature gets its own answer, whatever order they come in, and is
// whose its certificate says.
func TestSeveralSignersGoThroughTheGateway(t *testing.T) {
	t.Parallel()
	keys := two(t)
	one, other := describe(keys[0].Certificate), describe(keys[1].Certificate)
	for form, document := range signedByAll(t, keys) {
		for name, c := range map[string]struct {
			said    []string
			signers int
			reason  pki.Reason
		}{
			"both":                      {[]string{one, other}, 2, ""},
			"both, the other way round": {[]string{other, one}, 2, ""},
			"any number":                {[]string{one, other}, 0, ""},
			"one was wanted":            {[]string{one, other}, 1, pki.TooManySigners},
			"three were wanted":         {[]string{one, other}, 3, pki.NoSigner},
			"one answer for both":       {[]string{one}, 0, pki.NoSigner},
			"one twice":                 {[]string{one, one}, 2, pki.OtherCertificate},
			"the second was revoked":    {[]string{one, strings.Replace(other, `"revoked":false`, `"revoked":true`, 1)}, 2, pki.Revoked},
			"nothing is known of one":   {[]string{one, strings.Replace(other, `"revocations":[{"revoked":false,"by":"OCSP","revocationTime":null,"reason":null}]`, `"revocations":[]`, 1)}, 2, pki.RevocationUnknown},
			"another's number":          {[]string{one, strings.Replace(other, "800101100211", "800101100112", 1)}, 2, pki.OtherCertificate},
			"another's organisation":    {[]string{one, strings.Replace(other, "120340001234", "120340001235", 1)}, 2, pki.OtherCertificate},
			"another serial number":     {[]string{one, strings.Replace(other, `"serialNumber":"`, `"serialNumber":"1`, 1)}, 2, pki.OtherCertificate},
			"no serial number":          {[]string{one, strings.Replace(other, `"serialNumber":"`, `"serialNumber":"z`, 1)}, 2, pki.OtherCertificate},
		} {
			g, _ := server(t, 200, answerOf(form, c.said...))
			r, err := g.Verify(t.Context(), eds.Question{Document: document, Signers: c.signers})
			if err != nil {
				t.Fatal(err)
			}
			if r.Valid != (c.reason == "") || r.Reason != c.reason {
				t.Errorf("%s, %s: valid %v, reason %q, want %q", form, name, r.Valid, r.Reason, c.reason)
			}
			if !r.Valid {
				continue
			}
			for _, s := range r.Signers {
				if s.Certificate == nil || s.Holder.IIN != s.Certificate.Holder().IIN || s.Revocation.State != "good" || s.Holder.GivenName == "" {
					t.Errorf("%s, %s: signer %+v", form, name, s)
				}
			}
			if r.Signers[0].Certificate.Equal(r.Signers[1].Certificate) {
				t.Errorf("%s, %s: both signatures are of one", form, name)
			}
		}
	}
}

// TestWhatNCANodeWouldPassIsLookedAtHere: its yes does not help a signature that does not hold, a key for signing in
// alone, or an old algorithm.
func TestWhatNCANodeWouldPassIsLookedAtHere(t *testing.T) {
	t.Parallel()
	keys := two(t)[:1]
	documents := signedByAll(t, keys)
	detached, err := cms.Sign([]byte("document"), cms.Signing{Key: keys[0].Key, Certificate: keys[0].Certificate, At: august(), Rand: rand.Reader, Detached: true})
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Clone(documents[eds.CMS])
	altered[len(altered)-1] ^= 1
	authOnly := people(t, authority.Subject{Surname: "СЫНАҚОВ", FirstName: "АСАН", IIN: "800101100112", AuthOnly: true})
	for name, c := range map[string]struct {
		by     []*authority.Issued
		q      eds.Question
		reason pki.Reason
	}{
		"good":                      {keys, eds.Question{Document: documents[eds.CMS], Bound: true}, ""},
		"detached":                  {keys, eds.Question{Document: detached, Content: strings.NewReader("document")}, ""},
		"of another document":       {keys, eds.Question{Document: detached, Content: strings.NewReader("documents")}, pki.WrongDocument},
		"altered":                   {keys, eds.Question{Document: altered}, pki.BadSignature},
		"altered XML":               {keys, eds.Question{Document: bytes.Replace(documents[eds.XML], []byte("document"), []byte("documents"), 1)}, pki.WrongDocument},
		"by a key for signing in":   {authOnly, eds.Question{Document: signedByAll(t, authOnly)[eds.CMS]}, pki.WrongPurpose},
		"by one, for signing in":    {authOnly, eds.Question{Document: signedByAll(t, authOnly)[eds.CMS], Purpose: pki.Authentication}, ""},
		"a purpose that is unknown": {keys, eds.Question{Document: documents[eds.CMS], Purpose: "dancing"}, pki.WrongPurpose},
	} {
		form := eds.CMS
		if bytes.HasPrefix(c.q.Document, []byte("<")) {
			form = eds.XML
		}
		g, _ := server(t, 200, answerOf(form, describe(c.by[0].Certificate)))
		r, err := g.Verify(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if r.Valid != (c.reason == "") || r.Reason != c.reason {
			t.Errorf("%s: valid %v, reason %q, want %q: %+v", name, r.Valid, r.Reason, c.reason, r.Checks)
		}
	}
}

package eds_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pkcs12"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// TestKeysOfTheNationalAuthority signs with real key stores of its tests, at a moment when they were
// valid, and looks each up in its real list and delta.
func TestKeysOfTheNationalAuthority(t *testing.T) {
	t.Parallel()
	lists := [][]byte{vector(t, "crl/nca_gost2022_test_20250429.crl"), vector(t, "crl/nca_gost2022_d_test_20250429.crl")}
	for _, c := range []struct {
		store, role, bin string
		reason           pki.Reason
	}{
		{"GOST512_0d79679f360a2da49a631a0b1ac76f76c34b6f24", "individual", "", ""},
		{"GOST512_145fc4910ee07ff689aeceee0f1d09d2441d0670", "individual", "", pki.Revoked},
		{"GOST512_10f5125fb9e52f84c42cbad8e451c68f10a5e869", "first_head", "123456789021", ""},
		{"GOST512_0860d9665327c26760c213126760a3b73072218d", "first_head", "123456789021", pki.Revoked},
		{"GOST512_54878937544452191dc1fdd7f55524acf1540794", "signatory", "123456789021", ""},
		{"GOST512_4d4503d38ba20f0af98e07568cb67379d537def7", "employee", "123456789021", ""},
	} {
		t.Run(c.store[8:16], func(t *testing.T) {
			t.Parallel()
			store, err := pkcs12.Open(vector(t, "p12/"+c.store+".p12"), "Qwerty12")
			if err != nil {
				t.Fatal(err)
			}
			key := store.Entries[0]
			at := instant(t, "2025-04-29T12:00:00Z")
			if at.After(key.Certificate.NotAfter) {
				at = key.Certificate.NotAfter.Add(-time.Hour)
			}
			s := cms.Signing{Key: key.Key, Certificate: key.Certificate, At: at, Rand: rand.Reader}
			message, err := cms.Sign([]byte("document"), s)
			if err != nil {
				t.Fatal(err)
			}
			signedXML, err := xmldsig.Sign(rand.Reader, []byte("<a>document</a>"), key.Key, key.Certificate)
			if err != nil {
				t.Fatal(err)
			}
			v := own(t, trust(t, true), "2025-04-29T12:00:00Z")
			for _, document := range [][]byte{message, signedXML} {
				q := eds.Question{Document: document, At: at, Evidence: eds.Evidence{CRLs: lists}}
				r := ask(t, v, q)
				if r.Reason != c.reason {
					check, _ := find(r, eds.CheckRevocation)
					t.Errorf("%s: reason %q, want %q: %+v", r.Form, r.Reason, c.reason, check)
				}
				if got := r.Signers[0]; got.Role() != c.role || got.Holder.BIN != c.bin || got.Holder.IIN != "123456789011" {
					t.Errorf("%s: role %s, BIN %s, IIN %s", r.Form, got.Role(), got.Holder.BIN, got.Holder.IIN)
				}
			}
		})
	}
}

// TestOldAlgorithmsAreForOldDocuments asks about a signature of 34.310-2004 then and now.
func TestOldAlgorithmsAreForOldDocuments(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, true), "2026-08-01T00:00:00Z")
	q := given(vector(t, "tsp/tsp_token.bin"))
	r := ask(t, v, q)
	if c, _ := find(r, eds.CheckAlgorithm); c.Outcome != eds.Passed {
		t.Errorf("a stamp of 2022: %+v", c)
	}
	ca := trust(t, true)
	for _, root := range ca.Roots() {
		if root.Subject.CommonName == "ҰКО 3.0 (GOST TEST)" && root.CheckStrength() == nil {
			t.Error("34.310-2004 is taken for a strong algorithm")
		}
	}
}

// TestAPortalOfTheWholeCountry goes the whole way with each kind of key: sign with a time-stamp, ask the
// authority's responder with a nonce, be refused after a revocation, fall back to the lists.
func TestAPortalOfTheWholeCountry(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []authority.Algorithm{authority.GOST, authority.RSA} {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			now := noon()
			clock := func() time.Time { return now }
			a, err := authority.New(strings.NewReader(strings.Repeat("seed", 8)), clock, algorithm)
			if err != nil {
				t.Fatal(err)
			}
			head, err := a.Issue(authority.Subject{
				Surname: "СЕРІКОВ", FirstName: "АСАН", IIN: "850101300123", BIN: "120340001234", Organisation: "ТОО СЫНАҚ",
				Roles: []pki.Role{pki.FirstHead},
			})
			if err != nil {
				t.Fatal(err)
			}
			down := false
			v := &eds.Own{Trust: trust(t, false).With(a.Root, a.Issuing), Now: clock, Rand: rand.Reader}
			v.Fetch = func(_ context.Context, r eds.Request) ([]byte, error) {
				switch {
				case r.Kind == eds.AskOCSP && down:
					return nil, errors.New("the responder is down")
				case r.Kind == eds.AskOCSP:
					return a.OCSP(r.Body), nil
				case r.Kind == eds.AskCRL:
					return a.CRL()
				}
				return a.Delta()
			}
			s := cms.Signing{Key: head.Key, Certificate: head.Certificate, At: now, Rand: rand.Reader, Stamp: a.Stamper()}
			message, err := cms.Sign([]byte("document"), s)
			if err != nil {
				t.Fatal(err)
			}
			r := ask(t, v, eds.Question{Document: message, Bound: true})
			if want(t, r, "", ""); !r.Valid {
				return
			}
			got := r.Signers[0]
			told := fmt.Sprint(got.Holder.Name, got.Holder.IIN, got.Holder.BIN, got.Holder.Organisation, got.Role(), got.Revocation.State, got.Revocation.Source)
			if told != "СЕРІКОВ АСАН850101300123120340001234ТОО СЫНАҚfirst_headgoodocsp" || !got.TimestampedAt.Equal(now) {
				t.Errorf("told %s at %v", told, got.TimestampedAt)
			}
			later := now.Add(time.Hour)
			now = later
			a.Revoke(head.Certificate, 1)
			now = now.Add(time.Minute)
			bare := s
			bare.Stamp = nil
			unstamped, err := cms.Sign([]byte("document"), bare)
			if err != nil {
				t.Fatal(err)
			}
			for _, down = range []bool{false, true} {
				want(t, ask(t, v, eds.Question{Document: unstamped}), pki.Revoked, eds.CheckRevocation)
				want(t, ask(t, v, eds.Question{Document: message}), "", "") // it was stamped before
			}
		})
	}
}

func TestSigningWithTheKeyOfAnotherCertificateIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := o.person().signing(t)
	s.Certificate = o.ca.Certificate
	if _, err := cms.Sign([]byte("document"), s); pki.ReasonOf(err) != pki.OtherCertificate {
		t.Errorf("got %v", err)
	}
	s = o.person().signing(t)
	s.Stamp = func([]byte) ([]byte, error) { return nil, errors.New("no time") }
	if der, err := cms.Sign([]byte("document"), s); err == nil || bytes.Contains(der, []byte("document")) {
		t.Error("signed without the time-stamp that was asked for")
	}
}

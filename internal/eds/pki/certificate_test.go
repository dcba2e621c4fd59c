package pki_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tereze/internal/eds/pki"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func certificate(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParsePEMOrDER(read(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func wantReason(t *testing.T, what string, err error, want pki.Reason) {
	t.Helper()
	if got := pki.ReasonOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func TestRealCertificatesAreIssuedByTheirIssuersAndByNobodyElse(t *testing.T) {
	t.Parallel()
	issued := []struct{ subject, issuer, algorithm string }{
		{"ca-prod/root_gost_2022.pem", "ca-prod/root_gost_2022.pem", "GOST 34.10-2015-512"},
		{"ca-prod/nca_gost_2022.pem", "ca-prod/root_gost_2022.pem", "GOST 34.10-2015-512"},
		{"ca-prod/root_gost_2020.cer", "ca-prod/root_gost_2020.cer", "GOST 34.310-2004"},
		{"ca-prod/ucgo_gost.cer", "ca-prod/root_gost_2020.cer", "GOST 34.310-2004"},
		{"ca-prod/root_rsa_2020.cer", "ca-prod/root_rsa_2020.cer", "RSA-4096"},
		{"ca-prod/nca_rsa_2022.cer", "ca-prod/root_rsa_2020.cer", "RSA-4096"},
		{"ca-test/root_test_gost_2022.cer", "ca-test/root_test_gost_2022.cer", "GOST 34.10-2015-512"},
		{"ca-test/nca_gost2022_test.cer", "ca-test/root_test_gost_2022.cer", "GOST 34.10-2015-512"},
		{"cms/individual_signer.cer", "ca-test/nca_gost2022_test.cer", "GOST 34.10-2015-512"},
		{"certs/individual_valid_sign_2004_rsa.cer", "ca-test/nca_rsa_test.crt", "RSA-2048"},
	}
	for _, child := range issued {
		c := certificate(t, child.subject)
		if c.Algorithm() != child.algorithm {
			t.Errorf("%s: got algorithm %q, want %q", child.subject, c.Algorithm(), child.algorithm)
		}
		for _, parent := range issued {
			err := c.CheckIssuedBy(certificate(t, parent.issuer))
			if parent.issuer == child.issuer && err != nil {
				t.Errorf("%s by %s: %v", child.subject, child.issuer, err)
			}
			if parent.issuer != child.issuer && err == nil {
				t.Errorf("%s passes as issued by %s", child.subject, parent.issuer)
			}
		}
	}
}

func TestHolderOfARealCertificate(t *testing.T) {
	t.Parallel()
	h := certificate(t, "cms/individual_signer.cer").Holder()
	if h.Name != "ТЕСТОВ ТЕСТ" || h.Surname != "ТЕСТОВ" || h.GivenName != "ТЕСТ" || h.Patronymic != "ТЕСТОВИЧ" ||
		h.IIN != "123456789011" || h.BIN != "" || h.Kind != pki.Individual || h.Country != "KZ" || len(h.Roles) != 0 {
		t.Errorf("got %+v", h)
	}
	if ca := certificate(t, "ca-prod/nca_rsa_2022.cer").Holder(); ca.Kind != pki.Authority {
		t.Errorf("an authority is of kind %q", ca.Kind)
	}
}

func TestCertificateOutsideItsValidity(t *testing.T) {
	t.Parallel()
	c := certificate(t, "cms/individual_signer.cer")
	wantReason(t, "before", c.CheckValidAt(c.NotBefore.Add(-time.Second)), pki.NotYetValid)
	wantReason(t, "first second", c.CheckValidAt(c.NotBefore), "")
	wantReason(t, "last second", c.CheckValidAt(c.NotAfter), "")
	wantReason(t, "after", c.CheckValidAt(c.NotAfter.Add(time.Second)), pki.Expired)
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	reasons := pki.Reasons()
	for i, r := range reasons {
		if r.Sentence() == "" {
			t.Errorf("%s has no sentence", r)
		}
		if slices.Contains(reasons[:i], r) {
			t.Errorf("%s is listed twice", r)
		}
	}
}

func TestDERThatEndsLikeALineIsNotTrimmed(t *testing.T) {
	t.Parallel()
	for _, last := range []byte(" \t\r\n") {
		der := slices.Clone(certificate(t, "cms/individual_signer.cer").Raw)
		der[len(der)-1] = last // of the signature
		if _, err := pki.ParsePEMOrDER(der); err != nil {
			t.Errorf("ends with %q: %v", last, err)
		}
	}
}

func TestCertificatesThatAreNone(t *testing.T) {
	t.Parallel()
	der := certificate(t, "cms/individual_signer.cer").Raw
	for what, data := range map[string][]byte{
		"nothing": nil, "half": der[:len(der)/2], "more": append(slices.Clone(der), 0), "text": []byte("certificate"),
		"another PEM": []byte("-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n"),
	} {
		_, err := pki.ParsePEMOrDER(data)
		wantReason(t, what, err, pki.Malformed)
	}
	_, err := pki.ParseCertificate(make([]byte, pki.MaxCertificate+1))
	wantReason(t, "endless", err, pki.TooLarge)
}

func TestAKeyOffTheCurveIsRefused(t *testing.T) {
	t.Parallel()
	c := certificate(t, "cms/individual_signer.cer")
	point := c.RawSubjectPublicKeyInfo[len(c.RawSubjectPublicKeyInfo)-20]
	der := slices.Clone(c.Raw)
	i := bytes.Index(der, c.RawSubjectPublicKeyInfo) + len(c.RawSubjectPublicKeyInfo) - 20
	der[i] = point ^ 1
	off, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	wantReason(t, "key", off.CheckKey(), pki.BadKey)
	wantReason(t, "signature", off.CheckSignature(pki.OID(pki.SignGOST512), pki.OID(pki.DigestGOST512), []byte("x"), make([]byte, 128)), pki.BadKey)
}

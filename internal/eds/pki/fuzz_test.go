package pki_test

import (
	"crypto/rand"
	"testing"
	"time"

	"tereze/internal/eds/gost"
	"tereze/internal/eds/pki"
)

func FuzzParseCertificate(f *testing.F) {
	for _, name := range []string{"cms/individual_signer.cer", "ca-prod/nca_rsa_2022.cer", "ca-prod/ucgo_gost.cer"} {
		f.Add(certificate(f, name).Raw)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := pki.ParsePEMOrDER(data)
		if err != nil {
			return
		}
		h := c.Holder()
		if h.IIN != "" && len(h.IIN) != 12 || h.Ambiguous && h.IIN+h.BIN != "" {
			t.Errorf("got %+v", h)
		}
		_ = c.CheckPurpose(pki.Signing)
		_ = c.CheckIssuedBy(c)
		_ = c.KeyID()
	})
}

func FuzzOCSP(f *testing.F) {
	issuers := map[string]*pki.Certificate{}
	for _, a := range answers() {
		f.Add(read(f, a.file))
		issuers[a.issuer] = certificate(f, a.issuer)
	}
	c := certificate(f, "cms/individual_signer.cer")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, issuer := range issuers {
			status, err := pki.CheckOCSP(data, pki.Asked{Certificate: c, Issuer: issuer, At: time.Date(2022, 9, 2, 17, 0, 0, 0, time.UTC)})
			if err == nil { // nobody has ever answered about this certificate
				t.Errorf("got %+v", status)
			}
		}
		_, _, _ = pki.ParseOCSPRequest(data)
	})
}

func FuzzCRL(f *testing.F) {
	for _, name := range []string{"nca_gost2022_test_20250429.crl", "nca_gost2022_d_test_20250429.crl", "nca_rsa_test.crl"} {
		f.Add(read(f, "crl/"+name))
	}
	c, issuer := certificate(f, "cms/individual_signer.cer"), certificate(f, "ca-test/nca_gost2022_test.cer")
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := pki.ParseCRL(data)
		if err != nil {
			return
		}
		_, _ = pki.CheckCRL(list, list, c, issuer, time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC))
	})
}

func FuzzPKCS8(f *testing.F) {
	for _, curve := range []*gost.Curve{gost.Curve512A(), gost.CryptoProA()} {
		secret, err := gost.GenerateKey(curve, rand.Reader)
		if err != nil {
			f.Fatal(err)
		}
		key, err := pki.NewGOSTKey(secret)
		if err != nil {
			f.Fatal(err)
		}
		der, err := key.PKCS8()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, err := pki.ParsePKCS8(data); err == nil && len(key.PublicKeyInfo()) == 0 {
			t.Error("a key without a public key")
		}
	})
}

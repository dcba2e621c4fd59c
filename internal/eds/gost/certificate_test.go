package gost_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"hash"
	"os"
	"path/filepath"
	"testing"

	"tereze/internal/eds/gost"
)

// certificate reads one of the shared certificates, DER or PEM.
func certificate(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// publicKey reads the key of a certificate and names the digest that goes with it.
func publicKey(t *testing.T, c *x509.Certificate) (*gost.PublicKey, hash.Hash) {
	t.Helper()
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info); err != nil {
		t.Fatal(err)
	}
	var xy []byte
	if _, err := asn1.Unmarshal(info.Key.Bytes, &xy); err != nil {
		t.Fatal(err)
	}
	curve, digest := gost.Curve512A(), gost.NewStreebog512()
	if len(xy) == 64 {
		curve, digest = gost.CryptoProA(), gost.New341195()
	}
	key, err := gost.ParsePublicKey(curve, xy)
	if err != nil {
		t.Fatal(err)
	}
	return key, digest
}

func TestCertificatesOfTheAuthority(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ issuer, subject string }{
		{"root_gost_2022.pem", "root_gost_2022.pem"},
		{"root_gost_2022.pem", "nca_gost_2022.pem"},
		{"root_gost_2020.cer", "root_gost_2020.cer"},
		{"root_gost_2020.cer", "ucgo_gost.cer"},
		{"root_test_gost_2022.cer", "root_test_gost_2022.cer"},
		{"root_test_gost_2022.cer", "nca_gost2022_test.cer"},
	} {
		t.Run(c.subject, func(t *testing.T) {
			t.Parallel()
			issuer, subject := certificate(t, c.issuer), certificate(t, c.subject)
			key, digest := publicKey(t, issuer)
			digest.Write(subject.RawTBSCertificate)
			sum := digest.Sum(nil)
			if err := key.Verify(sum, subject.Signature); err != nil {
				t.Fatalf("signature of the issuer: %v", err)
			}
			for i := range subject.Signature {
				changed := append([]byte(nil), subject.Signature...)
				changed[i] ^= 1 << (i % 8)
				if err := key.Verify(sum, changed); err == nil {
					t.Errorf("verifies with byte %d of the signature changed", i)
				}
			}
			for i := range sum {
				changed := append([]byte(nil), sum...)
				changed[i] ^= 0x10
				if err := key.Verify(changed, subject.Signature); !errors.Is(err, gost.ErrMismatch) {
					t.Errorf("byte %d of the digest changed: %v, want %v", i, err, gost.ErrMismatch)
				}
			}
		})
	}
}

func TestAnotherIssuerHasNotSigned(t *testing.T) {
	t.Parallel()
	key, digest := publicKey(t, certificate(t, "root_test_gost_2022.cer"))
	subject := certificate(t, "nca_gost_2022.pem")
	digest.Write(subject.RawTBSCertificate)
	if err := key.Verify(digest.Sum(nil), subject.Signature); !errors.Is(err, gost.ErrMismatch) {
		t.Errorf("certificate under the key of another issuer: %v, want %v", err, gost.ErrMismatch)
	}
}

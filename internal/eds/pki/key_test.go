package pki_test

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"slices"
	"testing"

	"tereze/internal/eds/gost"
	"tereze/internal/eds/pki"
)

func TestGOSTKeysOfEveryCurveSignAndComeBack(t *testing.T) {
	t.Parallel()
	for _, curve := range []*gost.Curve{gost.Curve512A(), gost.Curve256A(), gost.CryptoProA()} {
		secret, err := gost.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		key, err := pki.NewGOSTKey(secret)
		if err != nil {
			t.Fatal(err)
		}
		der, err := key.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		again, err := pki.ParsePKCS8(der)
		if err != nil {
			t.Fatalf("%s: %v", key.Algorithm(), err)
		}
		if !bytes.Equal(again.PublicKeyInfo(), key.PublicKeyInfo()) || again.Algorithm() != key.Algorithm() {
			t.Errorf("%s comes back as another key", key.Algorithm())
		}
		signatures(t, key, again)
	}
}

// signatures checks what a key signs under a certificate of that key.
func signatures(t *testing.T, key, same pki.Key) {
	t.Helper()
	c := withKey(t, key)
	if !c.Matches(same) || certificate(t, "cms/individual_signer.cer").Matches(key) {
		t.Errorf("%s: the certificate matches another key, or not its own", key.Algorithm())
	}
	message := []byte("signed")
	algorithm, sig, err := same.Sign(rand.Reader, same.DefaultDigest(), message)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, message, sig []byte, want pki.Reason) {
		t.Helper()
		wantReason(t, key.Algorithm()+": "+what, c.CheckSignature(algorithm, key.DefaultDigest(), message, sig), want)
	}
	check("as made", message, sig, "")
	check("over another message", []byte("other"), sig, pki.BadSignature)
	reversed := slices.Clone(sig)
	slices.Reverse(reversed)
	check("big-endian, as the Russian profile has it", message, reversed, pki.BadSignature)
	half := len(sig) / 2
	check("r = 0", message, append(make([]byte, half), sig[half:]...), pki.BadSignature)
	check("s = 0", message, append(slices.Clone(sig[:half]), make([]byte, half)...), pki.BadSignature)
	check("r too large", message, append(bytes.Repeat([]byte{0xff}, half), sig[half:]...), pki.BadSignature)
	check("cut", message, sig[:len(sig)-1], pki.BadSignature)
	check("empty", message, nil, pki.BadSignature)
	_, _, err = same.Sign(rand.Reader, pki.OID(pki.DigestSHA256), message)
	wantReason(t, "SHA-256 under "+key.Algorithm(), err, pki.Disagreement)
}

// withKey is a real certificate with another key in it. Its own signature no longer fits, which is not looked at.
func withKey(t *testing.T, key pki.Key) *pki.Certificate {
	t.Helper()
	o := newOffice(t, nil)
	der := o.issue(newKey(t), nil).RawTBSCertificate
	c, err := pki.ParseCertificate(replaceKey(t, der, key))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStrengthOfKeys(t *testing.T) {
	t.Parallel()
	wantReason(t, "2015", certificate(t, "ca-prod/nca_gost_2022.pem").CheckStrength(), "")
	wantReason(t, "2004", certificate(t, "ca-prod/ucgo_gost.cer").CheckStrength(), pki.WeakAlgorithm)
	wantReason(t, "RSA", certificate(t, "ca-prod/nca_rsa_2022.cer").CheckStrength(), "")
}

func TestPrivateKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for what, der := range map[string][]byte{"nothing": nil, "no sequence": {4, 0}, "an empty one": {0x30, 0}} {
		_, err := pki.ParsePKCS8(der)
		wantReason(t, what, err, pki.Malformed)
	}
}

// replaceKey rewrites a TBSCertificate with another key and wraps it as a certificate.
func replaceKey(t *testing.T, tbs []byte, key pki.Key) []byte {
	t.Helper()
	var fields []asn1.RawValue
	if _, err := asn1.Unmarshal(tbs, &fields); err != nil {
		t.Fatal(err)
	}
	fields[6] = asn1.RawValue{FullBytes: key.PublicKeyInfo()}
	der, err := asn1.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	out, err := asn1.Marshal([]asn1.RawValue{{FullBytes: der}, fields[2], {FullBytes: []byte{3, 2, 0, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

package pki_test

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"tereze/internal/eds/pkcs12"
	"tereze/internal/eds/pki"
)

// holderOf is the certificate of a key store in testdata.
func holderOf(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	s, err := pkcs12.Open(read(t, "p12/"+name), "Qwerty12")
	if err != nil {
		t.Fatal(err)
	}
	return s.Entries[0].Certificate
}

func crl(t testing.TB, name string) *pki.CRL {
	t.Helper()
	l, err := pki.ParseCRL(read(t, "crl/"+name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func TestRealListsNameTheRevokedKeyStores(t *testing.T) {
	t.Parallel()
	issuer := certificate(t, "ca-test/nca_gost2022_test.cer")
	full, delta := crl(t, "nca_gost2022_test_20250429.crl"), crl(t, "nca_gost2022_d_test_20250429.crl")
	if full.Len() != 54 || full.IsDelta() || delta.Len() != 0 || !delta.IsDelta() {
		t.Fatalf("got %d and %d entries", full.Len(), delta.Len())
	}
	at := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	for name, want := range map[string]pki.Reason{
		"GOST512_145fc4910ee07ff689aeceee0f1d09d2441d0670.p12": pki.Revoked,
		"GOST512_0860d9665327c26760c213126760a3b73072218d.p12": pki.Revoked,
		"GOST512_0d79679f360a2da49a631a0b1ac76f76c34b6f24.p12": "",
		"GOST512_10f5125fb9e52f84c42cbad8e451c68f10a5e869.p12": "",
	} {
		c := holderOf(t, name)
		for _, d := range []*pki.CRL{nil, delta} {
			status, err := pki.CheckCRL(full, d, c, issuer, at)
			if err == nil {
				err = status.Refusal(at)
			}
			wantReason(t, name, err, want)
		}
		status, err := pki.CheckCRL(full, nil, c, issuer, at)
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, name+" before the revocation", status.Refusal(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)), "")
	}
	c := holderOf(t, "GOST512_0d79679f360a2da49a631a0b1ac76f76c34b6f24.p12")
	refused := func(what string, full, delta *pki.CRL, issuer *pki.Certificate, at time.Time, want pki.Reason) {
		t.Helper()
		_, err := pki.CheckCRL(full, delta, c, issuer, at)
		wantReason(t, what, err, want)
	}
	refused("a list that is over", full, nil, issuer, at.AddDate(1, 0, 0), pki.RevocationStale)
	refused("a list of tomorrow", full, nil, issuer, full.ThisUpdate.Add(-time.Hour), pki.RevocationStale)
	refused("a delta alone", delta, nil, issuer, at, pki.RevocationUnknown)
	refused("two complete lists", full, full, issuer, at, pki.RevocationUnknown)
	refused("a list of another authority", crl(t, "nca_rsa_test.crl"), nil, issuer, at, pki.UnknownIssuer)
	refused("another issuer", full, nil, certificate(t, "ca-prod/nca_gost_2022.pem"), at, pki.OtherAnswer)
}

func TestRealRSAListIsSignedByItsAuthority(t *testing.T) {
	t.Parallel()
	list := crl(t, "nca_rsa_test.crl")
	if list.Len() != 126 {
		t.Errorf("got %d entries, want 126", list.Len())
	}
	at := list.ThisUpdate.Add(time.Hour)
	if err := list.CheckedBy(certificate(t, "ca-test/nca_rsa_test.crt"), at); err != nil {
		t.Error(err)
	}
}

func TestAChangedListIsRefused(t *testing.T) {
	t.Parallel()
	issuer := certificate(t, "ca-test/nca_gost2022_test.cer")
	data := read(t, "crl/nca_gost2022_test_20250429.crl")
	at := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; i < len(data); i += 3 {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		list, err := pki.ParseCRL(changed)
		if err != nil {
			continue
		}
		if list.CheckedBy(issuer, at) == nil {
			t.Fatalf("the list with byte %d changed is accepted", i)
		}
	}
	_, err := pki.ParseCRL(make([]byte, pki.MaxCRL+1))
	wantReason(t, "an endless list", err, pki.TooLarge)
}

// answers are the two real OCSP answers with what they are about.
type realAnswer struct {
	file, issuer string
	produced     time.Time
	state        pki.State
}

func answers() []realAnswer {
	return []realAnswer{
		{"ocsp/ocsp_response_ceo_2015_revoked.bin", "ca-test/nca_gost2022_test.cer", time.Date(2022, 9, 2, 16, 59, 28, 0, time.UTC), pki.RevokedState},
		{"ocsp/ocsp_response_individual_sign_2004.bin", "ca-test/nca_rsa_test.crt", time.Date(2022, 9, 2, 16, 53, 59, 0, time.UTC), pki.GoodState},
	}
}

// subjectOf is a stand-in for a certificate that is not among the files: only its serial number counts.
func subjectOf(t testing.TB, answer realAnswer) *pki.Certificate {
	t.Helper()
	c := *certificate(t, "cms/individual_signer.cer")
	inner := *c.Certificate
	inner.SerialNumber = serialIn(t, read(t, answer.file))
	c.Certificate = &inner
	return &c
}

// serialIn digs the serial number out of an answer: 20 bytes after the second hash of CertID.
func serialIn(t testing.TB, der []byte) *big.Int {
	t.Helper()
	at := bytes.Index(der, []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}) // SHA-256
	if at < 0 {
		t.Fatal("no CertID")
	}
	var first, second []byte
	rest, err := asn1.Unmarshal(der[at+len("OID bytes")+2:], &first)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err = asn1.Unmarshal(rest, &second); err != nil {
		t.Fatal(err)
	}
	n := new(big.Int)
	if _, err = asn1.Unmarshal(rest, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRealAnswersOfTheResponder(t *testing.T) {
	t.Parallel()
	for _, a := range answers() {
		asked := pki.Asked{Certificate: subjectOf(t, a), Issuer: certificate(t, a.issuer), At: a.produced}
		status, err := pki.CheckOCSP(read(t, a.file), asked)
		if err != nil {
			t.Errorf("%s: %v", a.file, err)
			continue
		}
		if status.State != a.state || status.Responder.CheckPurpose(pki.OCSPResponding) != nil {
			t.Errorf("%s: got %+v", a.file, status)
		}
		if a.state == pki.RevokedState {
			wantReason(t, "on hold", status.Refusal(a.produced), pki.OnHold)
			wantReason(t, "before it was held", status.Refusal(status.RevokedAt.Add(-time.Second)), "")
		}
		refused := func(what string, change func(*pki.Asked), want pki.Reason) {
			t.Helper()
			other := asked
			change(&other)
			_, err := pki.CheckOCSP(read(t, a.file), other)
			wantReason(t, a.file+": "+what, err, want)
		}
		refused("eleven minutes later", func(q *pki.Asked) { q.At = q.At.Add(11 * time.Minute) }, pki.RevocationStale)
		refused("three minutes earlier", func(q *pki.Asked) { q.At = q.At.Add(-3 * time.Minute) }, pki.RevocationStale)
		refused("a day later, where days are allowed", func(q *pki.Asked) { q.At, q.MaxAge = q.At.Add(24*time.Hour), 48*time.Hour }, "")
		refused("another nonce", func(q *pki.Asked) { q.Nonce = []byte("12345678") }, pki.NonceMismatch)
		refused("another certificate", func(q *pki.Asked) { q.Certificate = certificate(t, "cms/individual_signer.cer") }, pki.OtherAnswer)
		refused("another issuer", func(q *pki.Asked) { q.Issuer = certificate(t, "ca-prod/nca_gost_2022.pem") }, pki.BadResponder)
	}
}

func TestAChangedAnswerIsRefused(t *testing.T) {
	t.Parallel()
	for _, a := range answers() {
		asked := pki.Asked{Certificate: subjectOf(t, a), Issuer: certificate(t, a.issuer), At: a.produced}
		want, err := pki.CheckOCSP(read(t, a.file), asked)
		if err != nil {
			t.Fatal(err)
		}
		data := read(t, a.file)
		for i := range data {
			changed := bytes.Clone(data)
			changed[i] ^= 4
			got, err := pki.CheckOCSP(changed, asked)
			if err == nil && (got.State != want.State || !got.ThisUpdate.Equal(want.ThisUpdate) || !got.RevokedAt.Equal(want.RevokedAt)) {
				t.Errorf("%s with byte %d changed says %+v", a.file, i, got)
			}
		}
	}
}

func TestRequestsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	c, issuer := certificate(t, "cms/individual_signer.cer"), certificate(t, "ca-test/nca_gost2022_test.cer")
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		t.Fatal(err)
	}
	der, err := pki.OCSPRequest(c, issuer, nonce)
	if err != nil {
		t.Fatal(err)
	}
	ids, got, err := pki.ParseOCSPRequest(der)
	if err != nil || len(ids) != 1 || !bytes.Equal(got, nonce) || !ids[0].Names(issuer, c.SerialNumber) {
		t.Errorf("got %+v, nonce %x, %v", ids, got, err)
	}
	if ids[0].Names(issuer, big.NewInt(1)) || ids[0].Names(certificate(t, "ca-test/nca_rsa_test.crt"), c.SerialNumber) {
		t.Error("the request names others too")
	}
	_, err = pki.OCSPRequest(c, issuer, make([]byte, 129))
	wantReason(t, "an endless nonce", err, pki.TooLarge)
	_, _, err = pki.ParseOCSPRequest(der[1:])
	wantReason(t, "half a request", err, pki.Malformed)
}

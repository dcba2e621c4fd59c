package eds_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// noon is when most things happen in these tests.
func noon() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// Making RSA keys is slow; the tests share a few. Which key is whose matters only within one test.
var keys = sync.OnceValue(func() (all []*rsa.PrivateKey) {
	for range 5 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		all = append(all, key)
	}
	return all
})

// holder is a certificate with its key.
type holder struct {
	*pki.Certificate
	key *rsa.PrivateKey
}

// office is a certification authority of RSA keys with a root.
type office struct {
	t        testing.TB
	root, ca holder
	serial   int64
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, serial: 100}
	lasting := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = noon().AddDate(-5, 0, 0), noon().AddDate(50, 0, 0)
	}
	o.root = o.issue(holder{key: keys()[0]}, 0, "ROOT", certifying, lasting)
	o.ca = o.issue(o.root, 1, "CA", certifying, lasting, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	return o
}

// issue makes a certificate of an individual for signing, changed as the test wants it. The issuer
// without a certificate makes one that is self-signed.
func (o *office) issue(issuer holder, key int, name string, change ...func(*x509.Certificate)) holder {
	o.t.Helper()
	o.serial++
	h := holder{key: keys()[key]}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(o.serial),
		Subject:      pkix.Name{CommonName: name, SerialNumber: "IIN123456789011", Country: []string{"KZ"}},
		NotBefore:    noon().AddDate(0, -1, 0), NotAfter: noon().AddDate(0, 11, 0),
		KeyUsage:           x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage:        []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		UnknownExtKeyUsage: []asn1.ObjectIdentifier{pki.OID("1.2.398.3.3.4.1.1")},
		PolicyIdentifiers:  []asn1.ObjectIdentifier{pki.OID(pki.PolicyNCA)},
	}
	id := sha256.Sum256(h.key.N.Bytes())
	template.SubjectKeyId = id[:20]
	for _, edit := range change {
		edit(template)
	}
	parent, by := template, h.key
	if issuer.Certificate != nil {
		parent, by = issuer.Certificate.Certificate, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &h.key.PublicKey, by)
	if err != nil {
		o.t.Fatal(err)
	}
	if h.Certificate, err = pki.ParseCertificate(der); err != nil {
		o.t.Fatal(err)
	}
	return h
}

// certifying makes a certificate one of an authority that may certify others.
func certifying(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	c.ExtKeyUsage, c.UnknownExtKeyUsage, c.PolicyIdentifiers = nil, nil, nil
}

// person is a signer of the office's issuing authority.
func (o *office) person(change ...func(*x509.Certificate)) holder {
	return o.issue(o.ca, 2, "ПЕРСОНА", change...)
}

func (o *office) store() *eds.TrustStore {
	return trust(o.t, false).With(o.root.Certificate, o.ca.Certificate)
}

func (o *office) verifier() *eds.Own {
	return &eds.Own{Trust: o.store(), Now: noon, Rand: rand.Reader}
}

func (h holder) signing(t testing.TB) cms.Signing {
	t.Helper()
	key, err := pki.NewRSAKey(h.key)
	if err != nil {
		t.Fatal(err)
	}
	return cms.Signing{Key: key, Certificate: h.Certificate, At: noon(), Rand: rand.Reader}
}

func (h holder) sign(t testing.TB, document string, change ...func(*cms.Signing)) []byte {
	t.Helper()
	s := h.signing(t)
	for _, edit := range change {
		edit(&s)
	}
	der, err := cms.Sign([]byte(document), s)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// crl is a list of the issuing authority with these certificates revoked an hour before noon.
func (o *office) crl(change func(*x509.RevocationList), revoked ...holder) []byte {
	o.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: noon().Add(-30 * time.Minute), NextUpdate: noon().Add(time.Hour)}
	for _, h := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: h.SerialNumber, RevocationTime: noon().Add(-time.Hour)})
	}
	if change != nil {
		change(list)
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, o.ca.Certificate.Certificate, o.ca.key)
	if err != nil {
		o.t.Fatal(err)
	}
	return der
}

// ocsp is the answer of a responder about a certificate of the issuing authority.
func (o *office) ocsp(responder, about holder, change func(*ocsp.Response)) []byte {
	o.t.Helper()
	answer := ocsp.Response{Status: ocsp.Good, SerialNumber: about.SerialNumber, ThisUpdate: noon(), Certificate: responder.Certificate.Certificate, IssuerHash: crypto.SHA256}
	if change != nil {
		change(&answer)
	}
	der, err := ocsp.CreateResponse(o.ca.Certificate.Certificate, responder.Certificate.Certificate, answer, responder.key)
	if err != nil {
		o.t.Fatal(err)
	}
	return redate(o.t, der, responder)
}

// redate makes an answer one of noon: the library that writes it knows only the machine's clock.
func redate(t testing.TB, der []byte, responder holder) []byte {
	t.Helper()
	whole := grow(t, der)
	basic := grow(t, whole.at(1, 0, 1).body)
	basic.at(0, 1).body = []byte(noon().Format("20060102150405Z"))
	sum := sha256.Sum256(basic.at(0).write())
	sig, err := rsa.SignPKCS1v15(rand.Reader, responder.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	basic.at(2).body = append([]byte{0}, sig...)
	whole.at(1, 0, 1).body = basic.write()
	return whole.write()
}

func (o *office) responder(change ...func(*x509.Certificate)) holder {
	change = append([]func(*x509.Certificate){usage(x509.ExtKeyUsageOCSPSigning)}, change...)
	return o.issue(o.ca, 3, "OCSP", change...)
}

func usage(u ...x509.ExtKeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.ExtKeyUsage, c.UnknownExtKeyUsage = u, nil }
}

// stamper is a time-stamping authority, its usage critical as RFC 3161 has it.
func (o *office) stamper(change ...func(*x509.Certificate)) holder {
	critical := func(c *x509.Certificate) {
		c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, nil
		value, err := asn1.Marshal([]asn1.ObjectIdentifier{pki.OID(pki.UsageTimeStamping)})
		if err != nil {
			o.t.Fatal(err)
		}
		c.ExtraExtensions = []pkix.Extension{{Id: pki.OID("2.5.29.37"), Critical: true, Value: value}}
	}
	return o.issue(o.ca, 4, "TSA", append([]func(*x509.Certificate){critical}, change...)...)
}

// token is a time-stamp over octets.
func (h holder) token(t testing.TB, stamped []byte, at time.Time, change ...func(*cms.Token)) []byte {
	t.Helper()
	sum := sha256.Sum256(stamped)
	info := &cms.Token{Policy: pki.OID("1.2.398.3.3.2.6.2"), Digest: pki.OID(pki.DigestSHA256), Imprint: sum[:], Serial: big.NewInt(7), At: at}
	for _, edit := range change {
		edit(info)
	}
	der, err := info.TokenInfo()
	if err != nil {
		t.Fatal(err)
	}
	return h.sign(t, string(der), func(s *cms.Signing) { s.Type = cms.TypeTimestamp })
}

// stamped asks this authority for a time-stamp at that moment.
func stamped(t testing.TB, by holder, at time.Time, change ...func(*cms.Token)) func(*cms.Signing) {
	return func(s *cms.Signing) {
		s.Stamp = func(value []byte) ([]byte, error) { return by.token(t, value, at, change...), nil }
	}
}

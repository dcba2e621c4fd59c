package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tereze/internal/eds/pki"
)

// office makes certificates with the standard library, as well formed or as wrong as a test wants.
type office struct {
	t       testing.TB
	ca      *pki.Certificate
	key     *ecdsa.PrivateKey
	serials int64
}

// at is the real hour: the library that makes answers here dates them with its own clock.
func at() time.Time { return time.Now().UTC().Truncate(time.Minute) }

func newOffice(t testing.TB, change func(*x509.Certificate)) *office {
	t.Helper()
	o := &office{t: t, key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "OFFICE"}, NotBefore: at().AddDate(-1, 0, 0), NotAfter: at().AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte("office"),
	}
	if change != nil {
		change(template)
	}
	o.ca = o.sign(template, template, o.key, &o.key.PublicKey)
	return o
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (o *office) sign(template, parent *x509.Certificate, key crypto.Signer, public crypto.PublicKey) *pki.Certificate {
	o.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		o.t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// issue makes an end-entity certificate for signing, changed as a test wants.
func (o *office) issue(key crypto.Signer, change func(*x509.Certificate)) *pki.Certificate {
	o.t.Helper()
	o.serials++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1000 + o.serials), Subject: pkix.Name{CommonName: "ТЕСТОВ ТЕСТ"},
		NotBefore: at().AddDate(0, -1, 0), NotAfter: at().AddDate(0, 1, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	if change != nil {
		change(template)
	}
	return o.sign(template, o.ca.Certificate, o.key, key.Public())
}

func TestWhoMayAnswerForAnAuthority(t *testing.T) {
	t.Parallel()
	o, other := newOffice(t, nil), newOffice(t, nil)
	c := o.issue(newKey(t), nil)
	delegate := func(usage x509.ExtKeyUsage, until time.Time) func(*x509.Certificate) {
		return func(template *x509.Certificate) {
			template.Subject.CommonName, template.ExtKeyUsage, template.NotAfter = "RESPONDER", []x509.ExtKeyUsage{usage}, until
		}
	}
	answered := ocsp.Response{Status: ocsp.Good, SerialNumber: c.SerialNumber, ThisUpdate: at(), NextUpdate: at().Add(time.Hour)}
	check := func(what string, by *pki.Certificate, key crypto.Signer, change func(*ocsp.Response), want pki.Reason) {
		t.Helper()
		response := answered
		if !by.Equal(o.ca) {
			response.Certificate = by.Certificate
		}
		if change != nil {
			change(&response)
		}
		der, err := ocsp.CreateResponse(o.ca.Certificate, by.Certificate, response, key)
		if err != nil {
			t.Fatal(err)
		}
		status, err := pki.CheckOCSP(der, pki.Asked{Certificate: c, Issuer: o.ca, At: at()})
		if err == nil {
			err = status.Refusal(at())
		}
		wantReason(t, what, err, want)
	}
	key := newKey(t)
	good := o.issue(key, delegate(x509.ExtKeyUsageOCSPSigning, at().AddDate(0, 1, 0)))
	check("the authority itself", o.ca, o.key, nil, "")
	check("its delegate", good, key, nil, "")
	check("its delegate, with another key", good, newKey(t), nil, pki.BadSignature)
	check("a person of the authority", o.issue(key, nil), key, nil, pki.BadResponder)
	check("somebody for servers", o.issue(key, delegate(x509.ExtKeyUsageServerAuth, at().AddDate(0, 1, 0))), key, nil, pki.BadResponder)
	check("a delegate of yesterday", o.issue(key, delegate(x509.ExtKeyUsageOCSPSigning, at().AddDate(0, 0, -1))), key, nil, pki.BadResponder)
	check("a delegate of another authority of the same name",
		other.issue(key, delegate(x509.ExtKeyUsageOCSPSigning, at().AddDate(0, 1, 0))), key, nil, pki.BadResponder)
	check("another authority of the same name", other.ca, other.key, nil, pki.BadSignature)
	check("about another serial number", good, key, func(r *ocsp.Response) { r.SerialNumber = big.NewInt(7) }, pki.OtherAnswer)
	check("certificate named by SHA-512", good, key, func(r *ocsp.Response) { r.IssuerHash = crypto.SHA512 }, "")
	check("over yesterday", good, key, func(r *ocsp.Response) { r.NextUpdate = at().Add(-time.Hour) }, pki.RevocationStale)
	check("of tomorrow", good, key, func(r *ocsp.Response) { r.ThisUpdate = at().Add(time.Hour) }, pki.RevocationStale)
	check("unknown", good, key, func(r *ocsp.Response) { r.Status = ocsp.Unknown }, pki.RevocationUnknown)
	revoked := func(when time.Time, cause int) func(*ocsp.Response) {
		return func(r *ocsp.Response) { r.Status, r.RevokedAt, r.RevocationReason = ocsp.Revoked, when, cause }
	}
	check("revoked", good, key, revoked(at().Add(-time.Hour), ocsp.KeyCompromise), pki.Revoked)
	check("suspended", good, key, revoked(at().Add(-time.Hour), ocsp.CertificateHold), pki.OnHold)
	check("never issued", good, key, revoked(time.Unix(0, 0), ocsp.CertificateHold), pki.NotIssued)
	check("a critical extension", good, key, func(r *ocsp.Response) {
		r.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	}, pki.Unsupported)
	for _, refusal := range [][]byte{ocsp.MalformedRequestErrorResponse, ocsp.InternalErrorErrorResponse, ocsp.TryLaterErrorResponse, ocsp.UnauthorizedErrorResponse} {
		_, err := pki.CheckOCSP(refusal, pki.Asked{Certificate: c, Issuer: o.ca, At: at()})
		wantReason(t, "an error of the responder", err, pki.RevocationUnknown)
	}
	_, err := pki.CheckOCSP(make([]byte, 1<<20), pki.Asked{Certificate: c, Issuer: o.ca, At: at()})
	wantReason(t, "an endless answer", err, pki.TooLarge)
}

func TestAnAnswerWithoutTheNonceIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	c := o.issue(newKey(t), nil)
	der, err := ocsp.CreateResponse(o.ca.Certificate, o.ca.Certificate, ocsp.Response{Status: ocsp.Good, SerialNumber: c.SerialNumber, ThisUpdate: at()}, o.key)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pki.CheckOCSP(der, pki.Asked{Certificate: c, Issuer: o.ca, At: at(), Nonce: []byte("asked")})
	wantReason(t, "without", err, pki.NonceMissing)
}

func TestListsThatSayMoreThanIsUnderstoodAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	c := o.issue(newKey(t), func(template *x509.Certificate) { template.CRLDistributionPoints = []string{"http://a/1.crl"} })
	check := func(what string, entry, extension *pkix.Extension, want pki.Reason) {
		t.Helper()
		list := &x509.RevocationList{Number: big.NewInt(5), ThisUpdate: at(), NextUpdate: at().Add(time.Hour)}
		list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: big.NewInt(77), RevocationTime: at()}}
		if entry != nil {
			list.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{*entry}
		}
		if extension != nil {
			list.ExtraExtensions = []pkix.Extension{*extension}
		}
		der, err := x509.CreateRevocationList(rand.Reader, list, o.ca.Certificate, o.key)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := pki.ParseCRL(der)
		if err == nil {
			_, err = pki.CheckCRL(parsed, nil, c, o.ca, at())
		}
		wantReason(t, what, err, want)
	}
	extension := func(oid string, critical bool, value []byte) *pkix.Extension {
		return &pkix.Extension{Id: pki.OID(oid), Critical: critical, Value: value}
	}
	point := func(uri string, more ...byte) []byte { // IssuingDistributionPoint with one address
		name := append([]byte{0x86, byte(len(uri))}, uri...)
		inner := append([]byte{0xa0, byte(len(name))}, name...)
		body := append([]byte{0xa0, byte(len(inner))}, inner...)
		body = append(body, more...)
		return append([]byte{0x30, byte(len(body))}, body...)
	}
	check("nothing special", nil, nil, "")
	check("an unknown extension", nil, extension("1.2.3", false, []byte{5, 0}), "")
	check("an unknown critical extension", nil, extension("1.2.3", true, []byte{5, 0}), pki.Unsupported)
	check("an unknown critical extension of an entry", extension("1.2.3", true, []byte{5, 0}), nil, pki.Unsupported)
	check("an entry of another authority", extension("2.5.29.29", true, []byte{0x30, 0}), nil, pki.Unsupported)
	check("our distribution point", nil, extension("2.5.29.28", true, point("http://a/1.crl")), "")
	check("another distribution point", nil, extension("2.5.29.28", true, point("http://a/2.crl")), pki.OtherAnswer)
	check("for people only", nil, extension("2.5.29.28", true, []byte{0x30, 3, 0x81, 1, 0xff}), "")
	check("for authorities only", nil, extension("2.5.29.28", true, []byte{0x30, 3, 0x82, 1, 0xff}), pki.OtherAnswer)
	check("of several authorities", nil, extension("2.5.29.28", true, []byte{0x30, 3, 0x84, 1, 0xff}), pki.Unsupported)
	check("for some reasons only", nil, extension("2.5.29.28", true, []byte{0x30, 4, 0x83, 2, 6, 0x40}), pki.Unsupported)
}

func TestChainsOfThoseWhoMayNotIssueAreRefused(t *testing.T) {
	t.Parallel()
	check := func(what string, want pki.Reason, change func(*x509.Certificate)) {
		t.Helper()
		o := newOffice(t, change)
		wantReason(t, what, o.issue(newKey(t), nil).CheckIssuedBy(o.ca), want)
	}
	check("an authority", "", nil)
	check("no authority", pki.NotAnAuthority, func(c *x509.Certificate) { c.IsCA = false })
	check("no basicConstraints", pki.NotAnAuthority, func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA = false, false })
	check("no keyCertSign", pki.NotAnAuthority, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })
	check("no keyUsage at all", "", func(c *x509.Certificate) { c.KeyUsage = 0 })
	check("a keyUsage of nothing", pki.NotAnAuthority, func(c *x509.Certificate) {
		c.KeyUsage, c.ExtraExtensions = 0, []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: []byte{3, 1, 0}}}
	})
	check("an explicit policy demanded", pki.Unsupported, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Critical: true, Value: []byte{0x30, 3, 0x80, 1, 0}}}
	})
	check("name constraints", pki.Unsupported, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"kz"} })
	check("an unknown critical extension", pki.Unsupported, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	})
	o := newOffice(t, func(c *x509.Certificate) { c.MaxPathLenZero = true })
	under := o.issue(newKey(t), func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	})
	wantReason(t, "an authority under pathLen 0", under.CheckIssuedBy(o.ca), pki.NotAnAuthority)
}

func TestPurposes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	check := func(what string, p pki.Purpose, want pki.Reason, change func(*x509.Certificate)) {
		t.Helper()
		wantReason(t, what, o.issue(newKey(t), change).CheckPurpose(p), want)
	}
	check("an ordinary certificate", pki.Signing, "", nil)
	check("no extended usage", pki.Signing, "", func(c *x509.Certificate) { c.ExtKeyUsage = nil })
	check("no nonRepudiation", pki.Signing, pki.WrongPurpose, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })
	check("no keyUsage", pki.Signing, pki.WrongPurpose, func(c *x509.Certificate) { c.KeyUsage = 0 })
	check("clientAuth alone", pki.Signing, pki.WrongPurpose, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	check("clientAuth alone, to sign in", pki.Authentication, "", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	check("the policy for authentication", pki.Signing, pki.WrongPurpose, func(c *x509.Certificate) {
		c.Policies = []x509.OID{mustOID(t, "1.2.398.3.3.2.4")}
	})
	check("an authority", pki.Signing, pki.WrongPurpose, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	check("time-stamps among other things", pki.TimeStamping, pki.WrongPurpose, func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageEmailProtection}
	})
	check("time-stamps", pki.TimeStamping, "", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} })
}

func mustOID(t testing.TB, dotted string) x509.OID {
	t.Helper()
	oid, err := x509.ParseOID(dotted)
	if err != nil {
		t.Fatal(err)
	}
	return oid
}

func TestSignaturesWhoseAlgorithmsDoNotBelongTogetherAreRefused(t *testing.T) {
	t.Parallel()
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.NewRSAKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	c := newOffice(t, nil).issue(secret, nil)
	message := []byte("signed")
	_, sig, err := key.Sign(rand.Reader, key.DefaultDigest(), message)
	if err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		signature, digest string
		want              pki.Reason
	}{
		{pki.SignSHA256RSA, pki.DigestSHA256, ""},
		{"1.2.840.113549.1.1.1", pki.DigestSHA256, ""}, // rsaEncryption, as CMS names it
		{pki.SignSHA256RSA, pki.DigestSHA512, pki.Disagreement},
		{pki.SignSHA512RSA, pki.DigestSHA512, pki.BadSignature},
		{pki.SignRSAPSS, pki.DigestSHA256, pki.BadSignature},
		{pki.SignGOST512, pki.DigestGOST512, pki.Disagreement},
		{pki.SignSHA256ECDSA, pki.DigestSHA256, pki.Disagreement},
		{"1.2.840.113549.1.1.1", pki.DigestGOST512, pki.BadSignature},
		{pki.SignSHA1RSA, pki.DigestSHA1, pki.WeakAlgorithm},
		{pki.SignMD5RSA, pki.DigestMD5, pki.WeakAlgorithm},
		{"1.3.6.1.4.1.6801.1.2.2", pki.DigestGOST2004, pki.Unsupported},
	} {
		err := c.CheckSignature(pki.OID(try.signature), pki.OID(try.digest), message, sig)
		wantReason(t, try.signature+" with "+try.digest, err, try.want)
	}
	wantReason(t, "another message", c.CheckSignature(pki.OID(pki.SignSHA256RSA), key.DefaultDigest(), []byte("other"), sig), pki.BadSignature)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak := newOffice(t, nil).issue(small, nil)
	wantReason(t, "1024 bits", weak.CheckSignature(pki.OID(pki.SignSHA256RSA), key.DefaultDigest(), message, sig), pki.WeakAlgorithm)
	_, err = pki.NewRSAKey(small)
	wantReason(t, "a key of 1024 bits", err, pki.WeakAlgorithm)
}

func TestPSSSignaturesVerify(t *testing.T) {
	t.Parallel()
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "PSS"}, NotBefore: at(), NotAfter: at().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageCertSign, SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	wantReason(t, "PSS by itself", c.CheckIssuedBy(c), "")
}

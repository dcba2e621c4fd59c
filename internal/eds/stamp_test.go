package eds_test

import (
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// TestATimestampDecidesForWhichMomentIsJudged signs with a certificate that has expired since.
func TestATimestampDecidesForWhichMomentIsJudged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	then := noon().AddDate(0, 0, -10)
	p := o.person(func(c *x509.Certificate) { c.NotAfter = noon().AddDate(0, 0, -5) })
	tsa := o.stamper()
	other := newOffice(t)
	for name, c := range map[string]struct {
		change  func(*cms.Signing)
		reason  pki.Reason
		check   eds.CheckName
		outcome eds.Outcome // of the time-stamp
	}{
		"none":                               {func(*cms.Signing) {}, pki.Expired, eds.CheckChain, eds.Absent},
		"of when it was valid":               {stamped(t, tsa, then), "", "", eds.Passed},
		"of when it was not":                 {stamped(t, tsa, noon().AddDate(0, 0, -4)), pki.Expired, eds.CheckChain, eds.Passed},
		"from the future":                    {stamped(t, tsa, noon().AddDate(0, 1, 0)), pki.Expired, eds.CheckChain, eds.Passed},
		"of something else":                  {stamped(t, tsa, then, func(k *cms.Token) { k.Imprint[0] ^= 1 }), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"by SHA-1":                           {bySHA1(t, tsa, then), pki.Expired, eds.CheckChain, eds.Untrusted},
		"by SHA-1 and of something else":     {stamped(t, tsa, then, func(k *cms.Token) { k.Digest, k.Imprint = pki.OID(pki.DigestSHA1), make([]byte, 20) }), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"by an unknown authority":            {stamped(t, other.stamperOf(strangeRoot(other)), then), pki.Expired, eds.CheckChain, eds.Untrusted},
		"by a person":                        {stamped(t, p, then), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"by an authority with other uses":    {stamped(t, o.issue(o.ca, 4, "TSA", usage(x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageClientAuth)), then), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"by one whose usage is not critical": {stamped(t, o.issue(o.ca, 4, "TSA", usage(x509.ExtKeyUsageTimeStamping)), then), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"by one that had expired":            {stamped(t, o.stamper(func(c *x509.Certificate) { c.NotAfter = then.Add(-time.Hour) }), then), pki.Expired, eds.CheckChain, eds.Untrusted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, o.verifier(), given(p.sign(t, "document", c.change)))
			want(t, r, c.reason, c.check)
			if check, _ := find(r, eds.CheckTimestamp); check.Outcome != c.outcome {
				t.Errorf("time-stamp %+v, want %s", check, c.outcome)
			}
		})
	}
}

func bySHA1(t testing.TB, tsa holder, at time.Time) func(*cms.Signing) {
	return func(s *cms.Signing) {
		s.Stamp = func(value []byte) ([]byte, error) {
			sum := sha1.Sum(value)
			return tsa.token(t, value, at, func(k *cms.Token) { k.Digest, k.Imprint = pki.OID(pki.DigestSHA1), sum[:] }), nil
		}
	}
}

// strangeRoot is an authority that nobody trusts.
func strangeRoot(o *office) holder {
	return o.issue(holder{key: keys()[3]}, 3, "STRANGER", func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
		c.Subject = pkix.Name{CommonName: "STRANGER"}
	})
}

func (o *office) stamperOf(issuer holder) holder {
	inside := *o
	inside.ca = issuer
	return inside.stamper()
}

// TestAQuestionAboutAMomentGetsAnAnswerAboutIt asks about moments before and after a time-stamp.
func TestAQuestionAboutAMomentGetsAnAnswerAboutIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person(func(c *x509.Certificate) { c.NotAfter = noon().AddDate(0, 0, 5) })
	document := p.sign(t, "document", stamped(t, o.stamper(), noon()))
	for name, c := range map[string]struct {
		at     time.Time
		reason pki.Reason
	}{
		"now":                                 {time.Time{}, ""},
		"before the time-stamp":               {noon().AddDate(0, 0, -1), ""},
		"after the certificate, proven older": {noon().AddDate(0, 0, 6), ""},
		"before the certificate":              {noon().AddDate(0, -2, 0), pki.NotYetValid},
	} {
		q := given(document)
		q.At = c.at
		r := ask(t, o.verifier(), q)
		if r.Reason != c.reason {
			t.Errorf("%s: reason %q, want %q", name, r.Reason, c.reason)
		}
		if r.Signers[0].TimestampedAt.IsZero() {
			t.Errorf("%s: no time of the time-stamp", name)
		}
	}
}

func TestATimestampByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tsa := o.stamper()
	q := given(tsa.token(t, []byte("document"), noon()))
	r := ask(t, o.verifier(), q)
	want(t, r, "", "")
	if r.Form != eds.Timestamp || !r.Signers[0].TimestampedAt.Equal(noon()) {
		t.Errorf("got %+v", r)
	}
	if c, _ := find(r, eds.CheckDocument); c.Outcome != eds.Unchecked {
		t.Errorf("document %+v, want unchecked", c)
	}
	q.Content = strings.NewReader("document")
	want(t, ask(t, o.verifier(), q), "", "")
	q.Content = strings.NewReader("another")
	want(t, ask(t, o.verifier(), q), pki.WrongDocument, eds.CheckDocument)
	// A person's signature over what looks like a time-stamp.
	want(t, ask(t, o.verifier(), given(o.person().token(t, []byte("document"), noon()))), pki.WrongPurpose, eds.CheckPurpose)
}

func TestTheRealTokenWithASHA1ImprintProvesNoTime(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, true), "2026-08-01T00:00:00Z")
	r := ask(t, v, given(vector(t, "tsp/tsp_token.bin")))
	want(t, r, pki.WeakAlgorithm, eds.CheckDocument)
	if s := r.Signers[0]; !s.Valid || s.Algorithm != "GOST 34.310-2004" || len(s.Chain) != 2 {
		t.Errorf("the authority's own signature: %+v", s)
	}
}

package eds_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"testing/fstest"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// without is a message that encloses no certificate.
func without(t testing.TB, message []byte) []byte {
	t.Helper()
	b := grow(t, message)
	b.certificates().sub = nil
	return b.write()
}

// TestCertificatesThatAreNotEnclosed: RFC 5652, 5.1 lets a signer leave the certificate out, and RFC 3161, 2.4.1 a
// time-stamping authority. Then it is taken from where it is, and believed no more than an enclosed one.
func TestCertificatesThatAreNotEnclosed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, tsa, stranger := o.person(), o.stamper(), o.issue(strangeRoot(o), 2, "STRANGER")
	folder := fstest.MapFS{
		"authorities.pem": {Data: append(armoured(o.root.Raw, "CERTIFICATE", "\n"), armoured(o.ca.Raw, "CERTIFICATE", "\n")...)},
		"person.pem":      {Data: append(armoured([]byte{0x30, 0}, "PRIVATE KEY", "\n"), armoured(p.Raw, "CERTIFICATE", "\n")...)},
		"key.pem":         {Data: armoured([]byte{0x30, 0}, "PRIVATE KEY", "\n")},
		"tsa.der":         {Data: tsa.Raw},
		"old.crt":         {Data: armoured(o.root.Raw, "X509 CERTIFICATE", "\n")},
		"stranger.cer":    {Data: stranger.Raw},
	}
	store, err := eds.FolderTrust(folder, trust(t, false))
	if err != nil {
		t.Fatal(err)
	}
	plain, knowing := o.verifier(), o.verifier()
	knowing.Trust = store
	bare := func(s *cms.Signing) {
		s.Stamp = func(value []byte) ([]byte, error) { return without(t, tsa.token(t, value, noon())), nil }
	}
	beside := grow(t, p.sign(t, "document", bare))
	beside.certificates().sub = append(beside.certificates().sub, growAll(t, tsa.Raw)[0])
	for what, c := range map[string]struct {
		by      *eds.Own
		message []byte
		reason  pki.Reason
		stamp   eds.Outcome
	}{
		"the signer's, known":               {knowing, without(t, p.sign(t, "document")), "", eds.Absent},
		"the signer's, not known":           {plain, without(t, p.sign(t, "document")), pki.NoCertificate, ""},
		"a stranger's, known":               {knowing, without(t, stranger.sign(t, "document")), pki.UnknownIssuer, eds.Absent},
		"the authority's, known":            {knowing, p.sign(t, "document", bare), "", eds.Passed},
		"the authority's, not known":        {plain, p.sign(t, "document", bare), "", eds.Untrusted},
		"the authority's in the message":    {plain, beside.write(), "", eds.Passed},
		"a time-stamp by itself, known":     {knowing, without(t, tsa.token(t, []byte("x"), noon())), "", ""},
		"a time-stamp by itself, not known": {plain, without(t, tsa.token(t, []byte("x"), noon())), pki.NoCertificate, ""},
	} {
		r := ask(t, c.by, given(c.message))
		if stamp, _ := find(r, eds.CheckTimestamp); r.Reason != c.reason || stamp.Outcome != c.stamp {
			t.Errorf("%s: reason %q, want %q, time-stamp %+v, want %q", what, r.Reason, c.reason, stamp, c.stamp)
		}
	}
	folder["broken.pem"] = &fstest.MapFile{Data: append(armoured(o.ca.Raw, "CERTIFICATE", "\n"), "-----BEGIN CERTIFICATE-----\n"...)}
	if _, err := eds.FolderTrust(folder, trust(t, false)); err == nil {
		t.Error("a file that ends in the middle of a certificate is taken")
	}
}

// TestACertificateThatWasRenewedForTheSameKey: both bear the key identifier that names the signer, and the one that the
// signer vouched for counts, wherever it stands.
func TestACertificateThatWasRenewedForTheSameKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old, p := o.person(func(c *x509.Certificate) { c.NotAfter = noon().AddDate(0, 0, -1) }), o.person()
	b := grow(t, p.sign(t, "document"))
	byKeyID(b, p)
	b.certificates().sub = []*branch{growAll(t, old.Raw)[0], growAll(t, p.Raw)[0]}
	r := ask(t, o.verifier(), given(b.write()))
	if want(t, r, "", ""); !r.Signers[0].Certificate.Equal(p.Certificate) {
		t.Errorf("judged by the certificate until %s", r.Signers[0].Certificate.NotAfter)
	}
}

// TestTheAnswerOfATimestampingAuthority: what RFC 3161, 2.4.2 sends back is read as it came.
func TestTheAnswerOfATimestampingAuthority(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := growAll(t, o.stamper().token(t, []byte("document"), noon()))[0]
	answer := func(status byte, more ...*branch) []byte {
		info := &branch{tag: 0x30, sub: []*branch{{tag: 0x02, body: []byte{status}}, {tag: 0x30, sub: []*branch{{tag: 0x0c, body: []byte("said")}}}}}
		return (&branch{tag: 0x30, sub: append([]*branch{info}, more...)}).write()
	}
	for what, c := range map[string]struct {
		answer []byte
		reason pki.Reason
	}{
		"granted":              {answer(0, token), ""},
		"granted with changes": {answer(1, token), ""},
		"in base64":            {lines(answer(0, token), 64, "\n"), ""},
		"rejected":             {answer(2), pki.TimestampInvalid},
		"rejected, with one":   {answer(2, token), pki.TimestampInvalid},
		"granted, with none":   {answer(0), pki.Malformed},
		"granted, with two":    {answer(0, token, token), pki.Malformed},
		"an answer inside":     {answer(0, growAll(t, answer(0, token))[0]), pki.Malformed},
	} {
		q := given(c.answer)
		q.Content = strings.NewReader("document")
		if r := ask(t, o.verifier(), q); r.Reason != c.reason {
			t.Errorf("%s: reason %q, want %q: %+v", what, r.Reason, c.reason, r)
		}
	}
}

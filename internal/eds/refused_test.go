package eds_test

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

const (
	attrContentType = "1.2.840.113549.1.9.3"
	attrDigest      = "1.2.840.113549.1.9.4"
	attrSigningTime = "1.2.840.113549.1.9.5"
	attrCertificate = "1.2.840.113549.1.9.16.2.47"
)

// given is a question that asks nobody.
func given(document []byte) eds.Question {
	return eds.Question{Document: document, Revocation: eds.WhenGiven}
}

func want(t *testing.T, r *eds.Result, reason pki.Reason, check eds.CheckName) {
	t.Helper()
	if r.Valid != (reason == "") || r.Reason != reason {
		t.Errorf("valid %v, reason %q, want %q: %+v", r.Valid, r.Reason, reason, r)
		return
	}
	if reason == "" {
		return
	}
	if c, ok := find(r, check); !ok || c.Outcome != eds.Failed || c.Reason != reason {
		t.Errorf("check %s is %+v, want it to fail for %s", check, c, reason)
	}
}

func TestAGoodSignatureOfEachFormIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	v := o.verifier()
	detached := func(s *cms.Signing) { s.Detached = true }
	for name, q := range map[string]eds.Question{
		"attached":                                 given(p.sign(t, "document")),
		"detached":                                 {Document: p.sign(t, "document", detached), Content: strings.NewReader("document")},
		"attached, and the document":               {Document: p.sign(t, "document"), Content: strings.NewReader("document")},
		"empty document":                           given(p.sign(t, "")),
		"without a signing time":                   given(p.sign(t, "document", func(s *cms.Signing) { s.At = time.Time{} })),
		"with the chain enclosed":                  given(p.sign(t, "document", func(s *cms.Signing) { s.Chain = []*pki.Certificate{o.ca.Certificate, o.root.Certificate} })),
		"with a time-stamp":                        given(p.sign(t, "document", stamped(t, o.stamper(), noon().Add(-time.Minute)))),
		"bound to its certificate":                 {Document: p.sign(t, "document"), Bound: true},
		"one signer, one expected":                 {Document: p.sign(t, "document"), Signers: 1},
		"certificate for both signing and sign-in": {Document: p.sign(t, "document"), Purpose: pki.Authentication},
	} {
		q.Revocation = eds.WhenGiven
		r := ask(t, v, q)
		if want(t, r, "", ""); r.Valid && (r.Signers[0].Holder.IIN != "123456789011" || len(r.Signers[0].Chain) != 3) {
			t.Errorf("%s: %+v", name, r.Signers[0])
		}
	}
}

// TestWhatTheStandardLeavesFreeIsTaken holds the parser to RFC 5652 rather than to the samples.
func TestWhatTheStandardLeavesFreeIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	for name, bend := range map[string]func(*branch){
		"indefinite lengths outside": func(b *branch) { b.berish(3) },
		"indefinite lengths down to the signers, contents in parts": func(b *branch) {
			b.berish(3)
			b.content().at(1, 0).cut(3)
			b.signers().indefinite, b.signer().indefinite, b.certificates().indefinite = true, true, true
		},
		"parts inside parts": func(b *branch) {
			octets := b.content().at(1, 0)
			octets.cut(4)
			octets.sub[0].cut(2)
		},
		"the signature in parts":  func(b *branch) { b.signer().at(5).cut(100) },
		"named by key identifier": func(b *branch) { byKeyID(b, p) },
		"an unknown unsigned attribute": func(b *branch) {
			b.signer().sub = append(b.signer().sub, &branch{tag: 0xa1, sub: []*branch{{tag: 0x30, sub: []*branch{{tag: 0x06, body: []byte{0x2a, 3}}, {tag: 0x31, sub: []*branch{{tag: 0x05}}}}}}})
		},
		"an attribute certificate among the certificates": func(b *branch) {
			b.certificates().sub = append(b.certificates().sub, &branch{tag: 0xa2, sub: []*branch{{tag: 0x02, body: []byte{1}}}})
		},
		"no algorithm listed up front": func(b *branch) { b.signedData().at(1).sub = nil },
		"no parameters of the digest":  func(b *branch) { b.signer().at(2).sub = b.signer().at(2).sub[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := grow(t, p.sign(t, "document"))
			bend(b)
			r := ask(t, o.verifier(), given(b.write()))
			if want(t, r, "", ""); string(r.Content) != "document" {
				t.Errorf("content %q", r.Content)
			}
		})
	}
}

// byKeyID names the signer by key identifier, as version 3 does. The signature does not cover that.
func byKeyID(b *branch, p holder) {
	b.signer().sub[0] = &branch{tag: 0x02, body: []byte{3}}
	b.signer().sub[1] = &branch{tag: 0x80, body: p.SubjectKeyId}
}

func TestASignatureWithoutAttributesIsOverTheDocument(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	key, err := pki.NewRSAKey(p.key)
	if err != nil {
		t.Fatal(err)
	}
	bare := func(document []byte) []byte {
		b := grow(t, p.sign(t, string(document)))
		_, value, err := key.Sign(nil, pki.OID(pki.DigestSHA256), document)
		if err != nil {
			t.Fatal(err)
		}
		b.signer().sub = slices.Delete(b.signer().sub, 3, 4)
		b.signer().at(4).body = value
		return b.write()
	}
	want(t, ask(t, o.verifier(), given(bare([]byte("document")))), "", "")
	q := given(bare([]byte("document")))
	q.Bound = true
	want(t, ask(t, o.verifier(), q), pki.AttributeMissing, eds.CheckBinding)

	// The attributes of one signature, shown as the document of another with its value.
	b := grow(t, p.sign(t, "document"))
	attributes := *b.signer().at(3)
	attributes.tag = 0x31
	b.content().at(1, 0).body = attributes.write()
	b.signer().sub = slices.Delete(b.signer().sub, 3, 4)
	want(t, ask(t, o.verifier(), given(b.write())), pki.Wrapped, eds.CheckSignature)
}

// TestBentMessagesAreRefused bends a good message in one place each.
func TestBentMessagesAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	for name, c := range map[string]struct {
		bend   func(*branch)
		reason pki.Reason
		check  eds.CheckName
	}{
		"nobody signed":                        {func(b *branch) { b.signers().sub = nil }, pki.NoSigner, eds.CheckForm},
		"no certificate":                       {func(b *branch) { b.certificates().sub = nil }, pki.NoCertificate, eds.CheckCertificate},
		"the certificate of another":           {func(b *branch) { b.certificates().sub = growAll(t, o.ca.Raw) }, pki.NoCertificate, eds.CheckCertificate},
		"another document":                     {func(b *branch) { b.content().at(1, 0).body = []byte("Document") }, pki.WrongDocument, eds.CheckDocument},
		"an altered attribute":                 {func(b *branch) { b.attribute(t, attrSigningTime).at(1, 0).body = []byte("260601120001Z") }, pki.BadSignature, eds.CheckSignature},
		"an altered digest":                    {func(b *branch) { b.attribute(t, attrDigest).at(1, 0).body[0] ^= 1 }, pki.WrongDocument, eds.CheckDocument},
		"an altered signature":                 {func(b *branch) { b.signer().at(5).body[9] ^= 1 }, pki.BadSignature, eds.CheckSignature},
		"another certificate vouched for":      {func(b *branch) { b.attribute(t, attrCertificate).at(1, 0, 0, 0, 0).body[0] ^= 1 }, pki.OtherCertificate, eds.CheckBinding},
		"another type of content":              {func(b *branch) { b.content().at(0).body[8] = 2 }, pki.AttributeChanged, eds.CheckDocument},
		"no digest among the attributes":       {func(b *branch) { drop(b, attrDigest, t) }, pki.AttributeMissing, eds.CheckForm},
		"no type among the attributes":         {func(b *branch) { drop(b, attrContentType, t) }, pki.AttributeMissing, eds.CheckForm},
		"an attribute twice":                   {func(b *branch) { twice(b, attrSigningTime, t) }, pki.AttributeChanged, eds.CheckForm},
		"a digest with two values":             {func(b *branch) { a := b.attribute(t, attrDigest).at(1); a.sub = append(a.sub, a.sub[0]) }, pki.Malformed, eds.CheckForm},
		"attributes out of order":              {func(b *branch) { slices.Reverse(b.signer().at(3).sub) }, pki.Malformed, eds.CheckForm},
		"attributes of indefinite length":      {func(b *branch) { b.signer().at(3).indefinite = true }, pki.Malformed, eds.CheckForm},
		"an attribute of indefinite length":    {func(b *branch) { b.signer().at(3, 0).indefinite = true }, pki.Malformed, eds.CheckForm},
		"a digest in parts":                    {func(b *branch) { b.attribute(t, attrDigest).at(1, 0).cut(8) }, pki.Malformed, eds.CheckForm},
		"a certificate of indefinite length":   {func(b *branch) { b.certificates().at(0).berish(1) }, pki.Malformed, eds.CheckCertificate},
		"version 3 with issuer and serial":     {func(b *branch) { b.signer().at(0).body = []byte{3} }, pki.Malformed, eds.CheckForm},
		"signed data of version 9":             {func(b *branch) { b.signedData().at(0).body = []byte{9} }, pki.Malformed, eds.CheckForm},
		"enveloped data":                       {func(b *branch) { b.at(0).body[8] = 3 }, pki.Unsupported, eds.CheckForm},
		"digest and signature disagree":        {func(b *branch) { b.signer().at(4, 0).body[8] = 12 }, pki.Disagreement, eds.CheckSignature},
		"signature by a key of another kind":   {func(b *branch) { b.signer().at(4).sub = growAll(t, gostSignature(t)) }, pki.Disagreement, eds.CheckSignature},
		"something behind the signers":         {func(b *branch) { b.signedData().sub = append(b.signedData().sub, &branch{tag: 0x05}) }, pki.Malformed, eds.CheckForm},
		"a time-stamp that is none":            {func(b *branch) { unsigned(b, []byte{0x30, 0}) }, pki.TimestampInvalid, eds.CheckTimestamp},
		"a time-stamp that is another message": {func(b *branch) { unsigned(b, p.sign(t, "x")) }, pki.TimestampInvalid, eds.CheckTimestamp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := grow(t, p.sign(t, "document"))
			c.bend(b)
			want(t, ask(t, o.verifier(), given(b.write())), c.reason, c.check)
		})
	}
}

func gostSignature(t testing.TB) []byte {
	b := &branch{tag: 0x30, sub: growAll(t, []byte{0x06, 0x0a, 0x2a, 0x83, 0x0e, 0x03, 0x0a, 0x01, 0x01, 0x02, 0x03, 0x02})}
	return b.sub[0].write()
}

func drop(b *branch, oid string, t testing.TB) {
	a := b.attribute(t, oid)
	set := b.signer().at(3)
	set.sub = slices.DeleteFunc(set.sub, func(x *branch) bool { return x == a })
}

func twice(b *branch, oid string, t testing.TB) {
	a := b.attribute(t, oid)
	set := b.signer().at(3)
	set.sub = slices.Insert(set.sub, slices.Index(set.sub, a), a)
}

func unsigned(b *branch, token []byte) {
	oid := &branch{tag: 0x06, body: []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14}}
	b.signer().sub = append(b.signer().sub, &branch{tag: 0xa1, sub: []*branch{{tag: 0x30, sub: []*branch{oid, {tag: 0x31, sub: []*branch{{tag: 0xff, body: token}}}}}}})
}

func TestOfAnAttachedSignatureTheGivenDocumentCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	q := given(p.sign(t, "document"))
	q.Content = strings.NewReader("another")
	want(t, ask(t, o.verifier(), q), pki.WrongDocument, eds.CheckDocument)
	q = given(p.sign(t, "document", func(s *cms.Signing) { s.Detached = true }))
	want(t, ask(t, o.verifier(), q), pki.NoDocument, eds.CheckDocument)
	q.Content = strings.NewReader("another")
	want(t, ask(t, o.verifier(), q), pki.WrongDocument, eds.CheckDocument)
}

func TestCertificatesThatMayNotSignAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stranger := newOffice(t)
	stranger.root = stranger.issue(holder{key: keys()[3]}, 3, "ROOT", certifying)
	deep := o.issue(o.ca, 3, "DEEP", certifying) // under an issuer with a path length of 0
	limited := o.issue(o.root, 3, "LIMITED", certifying, func(c *x509.Certificate) { c.MaxPathLen = 1 })
	under := o.issue(limited, 4, "UNDER", certifying)
	below := o.issue(under, 1, "BELOW", certifying)
	for name, c := range map[string]struct {
		signer holder
		chain  []*pki.Certificate
		reason pki.Reason
		check  eds.CheckName
	}{
		"expired":       {signer: o.person(func(c *x509.Certificate) { c.NotAfter = noon().Add(-time.Second) }), reason: pki.Expired, check: eds.CheckChain},
		"not yet valid": {signer: o.person(func(c *x509.Certificate) { c.NotBefore = noon().Add(time.Second) }), reason: pki.NotYetValid, check: eds.CheckChain},
		"for authentication only": {signer: o.person(usage(x509.ExtKeyUsageClientAuth), func(c *x509.Certificate) {
			c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
		}), reason: pki.WrongPurpose, check: eds.CheckPurpose},
		"of another root of the same name":      {signer: stranger.issue(stranger.root, 2, "ПЕРСОНА"), chain: []*pki.Certificate{stranger.root.Certificate}, reason: pki.UnknownIssuer, check: eds.CheckChain},
		"signed by itself":                      {signer: o.issue(holder{key: keys()[2]}, 2, "ПЕРСОНА"), reason: pki.UnknownIssuer, check: eds.CheckChain},
		"issued by a person":                    {signer: o.issue(o.person(), 3, "ПЕРСОНА"), chain: []*pki.Certificate{o.person().Certificate}, reason: pki.NotAnAuthority, check: eds.CheckChain},
		"below an authority that may have none": {signer: o.issue(deep, 2, "ПЕРСОНА"), chain: []*pki.Certificate{deep.Certificate}, reason: pki.NotAnAuthority, check: eds.CheckChain},
		"below more authorities than allowed":   {signer: o.issue(below, 2, "ПЕРСОНА"), chain: []*pki.Certificate{below.Certificate, under.Certificate, limited.Certificate}, reason: pki.NotAnAuthority, check: eds.CheckChain},
		"with two numbers of a person":          {signer: o.person(func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"IIN123456789012"} }), reason: pki.ForeignCertificate, check: eds.CheckHolder},
		"the authority's own":                   {signer: holder{o.ca.Certificate, o.ca.key}, reason: pki.WrongPurpose, check: eds.CheckPurpose},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := c.signer.sign(t, "document", func(s *cms.Signing) { s.Chain = c.chain })
			want(t, ask(t, o.verifier(), given(document)), c.reason, c.check)
		})
	}
}

func TestTestAuthoritiesCountForNothingInProduction(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, false), "2026-08-01T00:00:00Z")
	want(t, ask(t, v, given(vector(t, "cms/individual_attached.der"))), pki.UnknownIssuer, eds.CheckChain)
}

func TestGOSTSignaturesOfTheOtherByteOrderAreRefused(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, true), "2026-08-01T00:00:00Z")
	for name, bend := range map[string]func([]byte){
		"big-endian":  slices.Reverse[[]byte],
		"r is zero":   func(s []byte) { clear(s[:64]) },
		"s is zero":   func(s []byte) { clear(s[64:]) },
		"r too large": func(s []byte) { copy(s[:64], bytes.Repeat([]byte{0xff}, 64)) },
		"s too large": func(s []byte) { copy(s[64:], bytes.Repeat([]byte{0xff}, 64)) },
	} {
		b := grow(t, vector(t, "cms/individual_attached.der"))
		bend(b.signer().at(5).body)
		t.Run(name, func(t *testing.T) { want(t, ask(t, v, given(b.write())), pki.BadSignature, eds.CheckSignature) })
	}
}

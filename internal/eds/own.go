package eds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// Own is the verifier of this house. Its fields are set before the first question and not changed.
type Own struct {
	Trust *TrustStore
	Now   func() time.Time
	Rand  io.Reader // of nonces in questions about revocation
	// Fetch asks authorities about revocation; nil where nobody can be asked.
	Fetch  Fetch
	Limits cms.Limits
}

// Verify makes the checks in the order of their names: what is signed and by which key; from when it
// is; who stands behind the key and what it is for; at last, and only if all else is good, whether it was
// revoked, so that nobody makes us ask about a signature that is worth nothing.
func (v *Own) Verify(ctx context.Context, q Question) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var r *Result
	if looksLikeXML(q.Document) {
		r = v.signedXML(ctx, q)
	} else {
		m, err := cms.Parse(q.Document, v.Limits)
		switch {
		case err != nil:
			r = refused(CMS, CheckForm, err)
		case m.Type.String() == cms.TypeTimestamp:
			r = v.token(ctx, q, m)
		default:
			r = v.message(ctx, q, m)
		}
	}
	// Who went away in the middle may have cut short a question about revocation: that is no answer.
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

// expect holds the number of signers to the one asked for.
func (q Question) expect(found int) error {
	switch {
	case q.Signers == 0 || found == q.Signers:
		return nil
	case found > q.Signers:
		return pki.Refuse(pki.TooManySigners, fmt.Errorf("%d signers, want %d", found, q.Signers))
	}
	return pki.Refuse(pki.NoSigner, fmt.Errorf("%d signers, want %d", found, q.Signers))
}

func (r *Result) note(name CheckName, err error) bool {
	var s Signer
	ok := s.note(name, err)
	r.Checks = append(r.Checks, s.Checks...)
	if r.Reason == "" {
		r.Reason = s.Reason
	}
	return ok
}

// message verifies signed data, each signer by themselves.
func (v *Own) message(ctx context.Context, q Question, m *cms.Message) *Result {
	r := &Result{Form: CMS, Content: m.Content}
	r.note(CheckForm, nil)
	if !r.note(CheckSigners, q.expect(len(m.Signers))) {
		return r
	}
	d, err := readDocument(q, m, v.limits().Size)
	if err != nil {
		r.note(CheckDocument, err)
		return r
	}
	for _, signer := range m.Signers {
		s := Signer{}
		if s.signature(q, m, signer, d, v.Trust.offered) {
			v.judge(ctx, q, &s, m, signer)
		}
		r.Signers = append(r.Signers, s)
	}
	return r.conclude()
}

func (v *Own) limits() cms.Limits {
	if v.Limits.Size > 0 {
		return v.Limits
	}
	return cms.Default()
}

// document is what was signed: its digests, and itself where a signature goes over it directly.
type document struct {
	digests map[string][]byte
	whole   []byte
}

// readDocument reads the document once for all digests that its signers name. Where it is enclosed and
// given, the one given counts: it is the one that the asker will act upon.
func readDocument(q Question, m *cms.Message, limit int) (document, error) {
	d := document{digests: map[string][]byte{}}
	source := q.Content
	switch {
	case source == nil && m.Detached:
		return d, pki.Refuse(pki.NoDocument, errors.New("the signature is detached and its document was not given"))
	case source == nil:
		source = bytes.NewReader(m.Content)
	}
	hashes := map[string]hash.Hash{}
	var sinks []io.Writer
	direct := false
	for _, s := range m.Signers {
		direct = direct || !s.Attributed()
		name := s.Digest.String()
		if hashes[name] != nil {
			continue
		}
		h, err := pki.NewDigest(s.Digest)
		if err != nil {
			continue // the signature of who names it is refused for it
		}
		hashes[name], sinks = h, append(sinks, h)
	}
	if direct {
		whole, err := io.ReadAll(io.LimitReader(source, int64(limit)+1))
		if err != nil {
			return d, fmt.Errorf("read the document: %w", err)
		}
		if len(whole) > limit {
			return d, pki.Refuse(pki.TooLarge, fmt.Errorf("a document of more than %d octets signed without attributes", limit))
		}
		d.whole, source = whole, bytes.NewReader(whole)
	}
	if _, err := io.Copy(io.MultiWriter(sinks...), source); err != nil {
		return d, fmt.Errorf("read the document: %w", err)
	}
	for name, h := range hashes {
		d.digests[name] = h.Sum(nil)
	}
	return d, nil
}

// signature makes the checks that need nobody else: the certificate, which may be among others where the
// message does not enclose it, the document, the signature. It reports whether there is a certificate to go
// on with.
func (s *Signer) signature(q Question, m *cms.Message, signer *cms.Signer, d document, others []*pki.Certificate) bool {
	c := m.CertificateOf(signer, others...)
	if c == nil {
		err := m.Unread
		if err == nil {
			err = pki.Refuse(pki.NoCertificate, errors.New("no enclosed certificate is the one the signer names"))
		}
		s.note(CheckCertificate, err)
		return false
	}
	s.note(CheckCertificate, nil)
	s.Certificate, s.Holder, s.Algorithm, s.SignedAt = c, c.Holder(), c.Algorithm(), signer.SignedAt
	if _, err := pki.NewDigest(signer.Digest); err != nil {
		s.note(CheckDocument, err)
	} else {
		s.note(CheckDocument, signer.CheckContent(m, d.digests[signer.Digest.String()]))
	}
	bound, err := signer.CheckCertificate(c)
	switch {
	case err != nil || bound:
		s.note(CheckBinding, err)
	case q.Bound:
		s.note(CheckBinding, pki.Refuse(pki.AttributeMissing, errors.New("no signing-certificate-v2")))
	default:
		s.aside(CheckBinding, Absent, nil)
	}
	s.note(CheckSignature, signer.CheckSignature(c, d.whole))
	return true
}

// strong refuses keys that are not taken for this question at that moment. GOST 34.310-2004 is in old
// documents: the last authority that certified people for it ended in 2025, and what is proven to be
// older was good when it was signed.
func (q Question) strong(c *pki.Certificate, at time.Time) error {
	if q.Archive || at.Before(time.Date(2025, 6, 25, 4, 55, 58, 0, time.UTC)) {
		return c.CheckKey()
	}
	return c.CheckStrength()
}

// judge makes the checks that need others: the time-stamp, the chain, what the certificate is for, whom
// it names, whether it was revoked.
func (v *Own) judge(ctx context.Context, q Question, s *Signer, m *cms.Message, signer *cms.Signer) {
	var stamps []xmldsig.Stamp
	for _, token := range signer.Tokens {
		stamps = append(stamps, xmldsig.Stamp{Token: token, Over: signer.Value})
	}
	v.timestamps(ctx, q, s, stamps, m.Certificates)
	v.stand(ctx, q, s, m.Certificates, m.CRLs)
}

// stand asks who stands behind the signer's certificate, and whether it was revoked.
func (v *Own) stand(ctx context.Context, q Question, s *Signer, enclosed []*pki.Certificate, lists [][]byte) {
	s.JudgedAt = v.reference(q, s.TimestampedAt)
	s.note(CheckAlgorithm, q.strong(s.Certificate, s.JudgedAt))
	chain, err := v.Trust.Chain(s.Certificate, enclosed, s.JudgedAt)
	for _, c := range chain[:max(0, len(chain)-1)] {
		err = errors.Join(err, q.strong(c, s.JudgedAt))
	}
	s.Chain = chain
	s.note(CheckChain, err)
	purpose := q.Purpose
	if purpose == "" {
		purpose = pki.Signing
	}
	s.note(CheckPurpose, s.Certificate.CheckPurpose(purpose))
	if s.Holder.Ambiguous {
		err = pki.Refuse(pki.ForeignCertificate, errors.New("the certificate names two identification numbers of one kind"))
	} else {
		err = nil
	}
	s.note(CheckHolder, err)
	s.Revocation.State = unchecked
	if s.Reason != "" {
		s.skip(CheckRevocation)
		return
	}
	if q.Revocation == WhenGiven && q.Evidence.empty() && len(lists) == 0 {
		s.aside(CheckRevocation, Unchecked, nil)
		return
	}
	// Lists that the message encloses count where they are good: they are signed by the authority.
	q.Evidence.CRLs = slices.Concat(q.Evidence.CRLs, lists)
	s.Revocation, err = v.revocation(ctx, q, s.Chain, s.JudgedAt)
	s.Proofs = append(s.Proofs, s.Revocation.proofs...)
	s.note(CheckRevocation, err)
}

// reference is the moment at which certificates have to be valid: that of a verified time-stamp, if it
// is before the moment asked about.
func (v *Own) reference(q Question, stamped time.Time) time.Time {
	at := q.At
	if at.IsZero() {
		at = v.Now()
	}
	if !stamped.IsZero() && stamped.Before(at) {
		return stamped
	}
	return at
}

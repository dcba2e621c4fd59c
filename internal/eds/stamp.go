package eds

import (
	"context"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"slices"

	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// timestamps looks at the time-stamps over a signature. The first that holds says from when the
// signature is. One that is certainly false (of another signature, altered, made with a key that is no
// time-stamping authority's) spoils the signature: nobody adds it by mistake. One that merely cannot be
// trusted (an unknown authority, a weak digest) is as if it were not there.
//
// beside is certificates that the document encloses, where an authority's may be that its token leaves
// out (RFC 3161, 2.4.1, certReq).
func (v *Own) timestamps(ctx context.Context, q Question, s *Signer, stamps []xmldsig.Stamp, beside []*pki.Certificate) {
	if s.Reason != "" {
		s.skip(CheckTimestamp)
		return
	}
	if len(stamps) == 0 {
		s.aside(CheckTimestamp, Absent, nil)
		return
	}
	var doubt error
	for _, stamp := range stamps {
		t, err := cms.ParseToken(stamp.Token, v.Limits)
		if err == nil {
			err = t.CheckImprint(stamp.Over)
		}
		var authority Signer
		if err == nil {
			authority, err = v.authority(ctx, q, t, beside)
		}
		switch {
		case err == nil:
			s.TimestampedAt, s.Proofs = t.At.UTC(), authority.Revocation.proofs
			s.Checks = append(s.Checks, Check{Name: CheckTimestamp, Outcome: Passed, Detail: stampedBy(authority)})
			return
		case !doubtful(err):
			s.note(CheckTimestamp, pki.Refuse(pki.TimestampInvalid, err))
			return
		}
		doubt = err
	}
	s.aside(CheckTimestamp, Untrusted, doubt)
}

func stampedBy(authority Signer) string {
	return "by " + authority.Certificate.Subject.CommonName
}

// doubtful tells a time-stamp that cannot be trusted from one that is false.
func doubtful(err error) bool {
	switch pki.ReasonOf(err) {
	case pki.WeakAlgorithm, pki.UnknownIssuer, pki.NotYetValid, pki.Expired, pki.NoCertificate, pki.Unsupported,
		pki.RevocationUnknown, pki.RevocationStale, pki.BadResponder, pki.OtherAnswer:
		return true
	}
	return false
}

// authority verifies who made a time-stamp, at the time that it states.
func (v *Own) authority(ctx context.Context, q Question, t *cms.Token, beside []*pki.Certificate) (Signer, error) {
	s := v.stamper(ctx, q, t, beside)
	for _, c := range s.Checks {
		if c.Outcome == Failed {
			return s, pki.Refuse(c.Reason, fmt.Errorf("time-stamp: %s: %s", c.Name, c.Detail))
		}
	}
	return s, nil
}

// stamper makes the checks of a time-stamping authority's signature (RFC 3161, 2.3 and 2.4.2).
func (v *Own) stamper(ctx context.Context, q Question, t *cms.Token, beside []*pki.Certificate) Signer {
	s := Signer{}
	signer := t.Signers[0]
	d, err := readDocument(Question{}, t.Message, v.limits().Size)
	if err != nil {
		s.note(CheckDocument, err)
		return s
	}
	q.Bound = false // the attribute is of version 1 in many tokens; the chain decides
	if !s.signature(q, t.Message, signer, d, slices.Concat(beside, v.Trust.offered)) {
		return s
	}
	s.TimestampedAt, s.JudgedAt = t.At.UTC(), t.At.UTC()
	s.note(CheckAlgorithm, q.strong(s.Certificate, t.At))
	chain, err := v.Trust.Chain(s.Certificate, slices.Concat(t.Certificates, beside), t.At)
	for _, c := range chain[:max(0, len(chain)-1)] {
		err = errors.Join(err, q.strong(c, t.At))
	}
	s.Chain = chain
	s.note(CheckChain, err)
	s.note(CheckPurpose, stampsTime(s.Certificate))
	s.Revocation.State = unchecked
	switch {
	case s.Reason != "":
		s.skip(CheckRevocation)
	case q.Revocation == WhenGiven && !v.speaksOf(q.Evidence, chain):
		s.aside(CheckRevocation, Unchecked, nil)
	default:
		s.Revocation, err = v.revocation(ctx, q, chain, t.At)
		s.note(CheckRevocation, err)
	}
	return s
}

// stampsTime wants the one extended usage timeStamping, marked critical (RFC 3161, 2.3).
func stampsTime(c *pki.Certificate) error {
	critical := slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool {
		return e.Critical && e.Id.String() == "2.5.29.37"
	})
	if err := c.CheckPurpose(pki.TimeStamping); err != nil || critical {
		return err
	}
	return pki.Refuse(pki.WrongPurpose, errors.New("extendedKeyUsage of a time-stamping authority is not critical"))
}

// token verifies a time-stamp by itself: that an authority made it and, where the document is given,
// that it is of that document.
func (v *Own) token(ctx context.Context, q Question, m *cms.Message) *Result {
	r := &Result{Form: Timestamp}
	t, err := m.Token()
	if !r.note(CheckForm, err) {
		return r
	}
	if !r.note(CheckSigners, q.expect(1)) {
		return r
	}
	r.imprint(q, t, v.limits().Size)
	r.Signers = []Signer{v.stamper(ctx, q, t, nil)}
	return r.conclude()
}

// imprint compares the imprint with the document, if there is one to compare it with.
func (r *Result) imprint(q Question, t *cms.Token, limit int) {
	if q.Content == nil {
		if t.Digest.String() == pki.DigestSHA1 || t.Digest.String() == pki.DigestMD5 {
			r.note(CheckDocument, pki.Refuse(pki.WeakAlgorithm, fmt.Errorf("imprint by %s", t.Digest)))
			return
		}
		r.Checks = append(r.Checks, Check{Name: CheckDocument, Outcome: Unchecked, Detail: "the stamped document was not given"})
		return
	}
	document, err := io.ReadAll(io.LimitReader(q.Content, int64(limit)+1))
	switch {
	case err != nil:
	case len(document) > limit:
		err = pki.Refuse(pki.TooLarge, fmt.Errorf("a document of more than %d octets", limit))
	default:
		if err = t.CheckImprint(document); pki.ReasonOf(err) == pki.TimestampInvalid {
			err = pki.Refuse(pki.WrongDocument, err)
		}
	}
	r.note(CheckDocument, err)
}

package eds

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// looksLikeXML tells signed XML from signed messages by its first character.
func looksLikeXML(document []byte) bool {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(document, []byte("\xff\xfe<\x00")) || bytes.HasPrefix(document, []byte("\xfe\xff\x00<")) {
		return true // in UTF-16, to be refused for that
	}
	return bytes.HasPrefix(bytes.TrimSpace(document), []byte("<"))
}

// signedXML verifies the signatures of an XML document. Only those of XAdES carry a time-stamp and a clock
// of the signer's, and vouch for the certificate.
func (v *Own) signedXML(ctx context.Context, q Question) *Result {
	if limit := v.limits().Size; len(q.Document) > limit {
		return refused(XML, CheckForm, pki.Refuse(pki.TooLarge, fmt.Errorf("%d octets of XML, at most %d are read", len(q.Document), limit)))
	}
	if q.Content != nil {
		return refused(XML, CheckDocument, pki.Refuse(pki.Unsupported, errors.New("signed XML encloses its document: none can be given beside it")))
	}
	signers, err := xmldsig.Verify(q.Document)
	if err != nil {
		return refused(XML, CheckForm, err)
	}
	r := &Result{Form: XML, Content: xmldsig.Content(signers)}
	r.note(CheckForm, nil)
	if !r.note(CheckSigners, q.expect(len(signers))) {
		return r
	}
	for _, signer := range signers {
		s := Signer{}
		if s.xml(q, signer) {
			v.timestamps(ctx, q, &s, signer.Stamps, signer.Others)
			v.stand(ctx, q, &s, signer.Others, nil)
		}
		r.Signers = append(r.Signers, s)
	}
	return r.conclude()
}

// xml notes what was found out about one signature, under the name of the check that found it. It
// reports whether there is a certificate to go on with.
func (s *Signer) xml(q Question, signer xmldsig.Signer) bool {
	names := []CheckName{CheckCertificate, CheckDocument, CheckSignature}
	failed := len(names)
	switch {
	case signer.Err == nil:
	case signer.Certificate == nil:
		failed = 0
	case pki.ReasonOf(signer.Err) == pki.WrongDocument, pki.ReasonOf(signer.Err) == pki.Wrapped:
		failed = 1
	default:
		failed = 2
	}
	for i, name := range names {
		switch {
		case i < failed:
			s.note(name, nil)
		case i == failed:
			s.note(name, signer.Err)
		default:
			s.skip(name)
		}
	}
	if signer.Certificate == nil {
		return false
	}
	s.Certificate, s.Holder, s.Algorithm, s.SignedAt = signer.Certificate, signer.Certificate.Holder(), signer.Certificate.Algorithm(), signer.SignedAt
	bound, err := signer.CheckCertificate()
	switch {
	case err != nil || bound:
		s.note(CheckBinding, err)
	case q.Bound:
		s.note(CheckBinding, pki.Refuse(pki.AttributeMissing, errors.New("the signature does not vouch for its certificate")))
	default:
		s.aside(CheckBinding, Absent, nil)
	}
	return true
}

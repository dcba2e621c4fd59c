package cms

import (
	"crypto/sha1" //nolint:gosec // names a certificate in old attributes; nothing rests on it
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"tereze/internal/eds/pki"
)

// certificateHash is one ESSCertID: the first of an attribute names the signer's certificate.
type certificateHash struct {
	digest asn1.ObjectIdentifier
	value  []byte
}

// signerInfo reads one SignerInfo (RFC 5652, 5.3).
func signerInfo(set *reader, limits Limits) (*Signer, error) {
	whole, err := set.take(tagSequence, "signer info")
	if err != nil {
		return nil, err
	}
	r, s := reader{whole.body}, &Signer{raw: whole.raw}
	if err := s.identifier(&r); err != nil {
		return nil, err
	}
	if s.Digest, _, err = algorithm(&r, "digest algorithm"); err != nil {
		return nil, err
	}
	if r.peek() == tagContextCons {
		e, err := r.take(tagContextCons, "signed attributes")
		if err != nil {
			return nil, err
		}
		if err := s.signedAttributes(e, limits); err != nil {
			return nil, fmt.Errorf("signed attributes: %w", err)
		}
	}
	var parameters []byte
	if s.Signature, parameters, err = algorithm(&r, "signature algorithm"); err != nil {
		return nil, err
	}
	if err := s.checkPSS(parameters); err != nil {
		return nil, err
	}
	if s.Value, err = r.octets(tagOctets, "signature"); err != nil {
		return nil, err
	}
	if r.peek() == tagContextCons|1 {
		set, err := r.inside(tagContextCons|1, "unsigned attributes")
		if err != nil {
			return nil, err
		}
		if err := s.unsignedAttributes(set, limits); err != nil {
			return nil, err
		}
	}
	return s, r.done("signer info")
}

// identifier reads the version and who signs; the one says the form of the other.
func (s *Signer) identifier(r *reader) error {
	version, err := r.integer("version of the signer")
	if err != nil {
		return err
	}
	named := int64(1)
	switch r.peek() {
	case tagContext, tagContextCons:
		named = 3
		if s.KeyID, err = r.octets(tagContext, "subject key identifier"); err != nil {
			return err
		}
		if len(s.KeyID) == 0 {
			return errors.New("empty subject key identifier")
		}
	default:
		id, err := r.inside(tagSequence, "issuer and serial number")
		if err != nil {
			return err
		}
		issuer, err := id.take(tagSequence, "issuer")
		if err != nil {
			return err
		}
		if s.Serial, err = id.integer("serial number"); err != nil {
			return err
		}
		if err := id.done("issuer and serial number"); err != nil {
			return err
		}
		s.Issuer = issuer.raw
	}
	if !version.IsInt64() || version.Int64() != named {
		return fmt.Errorf("version %v of a signer named as in version %d", version, named)
	}
	return nil
}

// algorithm reads an AlgorithmIdentifier and gives its parameters as they stand.
func algorithm(r *reader, what string) (asn1.ObjectIdentifier, []byte, error) {
	seq, err := r.inside(tagSequence, what)
	if err != nil {
		return nil, nil, err
	}
	oid, err := seq.oid(what)
	if err != nil || seq.empty() {
		return oid, nil, err
	}
	parameters, err := seq.next()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", what, err)
	}
	return oid, parameters.raw, seq.done(what)
}

// signedAttributes reads the attributes the signature goes over. They must be DER (RFC 5652, 5.3),
// each attribute may stand once, and the signature goes over them as a SET.
func (s *Signer) signedAttributes(e element, limits Limits) error {
	if err := checkDER(e.raw, 0); err != nil {
		return err
	}
	if !ordered(e.body) {
		return errors.New("a set that is not in the order of DER")
	}
	s.attributes = append([]byte{tagSet}, e.raw[1:]...)
	seen := map[string]bool{}
	for r := (reader{e.body}); !r.empty(); {
		if len(seen) == limits.Attributes {
			return pki.Refuse(pki.TooLarge, fmt.Errorf("cms: more than %d attributes", limits.Attributes))
		}
		kind, values, err := attribute(&r)
		if err != nil {
			return err
		}
		name := kind.String()
		if seen[name] {
			return pki.Refuse(pki.AttributeChanged, fmt.Errorf("cms: attribute %s stands twice", name))
		}
		seen[name] = true
		if err := s.signedAttribute(name, values); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if s.contentType == nil || s.digest == nil {
		return pki.Refuse(pki.AttributeMissing, errors.New("cms: content type or message digest is not among the signed attributes"))
	}
	return nil
}

func attribute(r *reader) (asn1.ObjectIdentifier, reader, error) {
	seq, err := r.inside(tagSequence, "attribute")
	if err != nil {
		return nil, reader{}, err
	}
	kind, err := seq.oid("type of an attribute")
	if err != nil {
		return nil, reader{}, err
	}
	values, err := seq.inside(tagSet, "values of an attribute")
	if err != nil {
		return nil, reader{}, err
	}
	return kind, values, seq.done("attribute")
}

// signedAttribute takes what the attribute says. Those not known are signed as well, and say
// nothing here.
func (s *Signer) signedAttribute(name string, values reader) (err error) {
	switch name {
	case attrContentType:
		s.contentType, err = values.oid("content type")
	case attrDigest:
		s.digest, err = values.octets(tagOctets, "message digest")
	case attrSigningTime:
		s.SignedAt, err = instant(&values)
	case attrCertificateV1, attrCertificateV2:
		var h certificateHash
		if h, err = signingCertificate(&values, name == attrCertificateV2); err == nil {
			s.certificates = append(s.certificates, h)
		}
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return values.done("the single value")
}

// unsignedAttributes collects the time-stamps over the signature. Counter-signatures and archived
// revocation data are legal; nothing rests on them here.
func (s *Signer) unsignedAttributes(set reader, limits Limits) error {
	for n := 0; !set.empty(); n++ {
		if n == limits.Attributes {
			return pki.Refuse(pki.TooLarge, fmt.Errorf("cms: more than %d attributes", limits.Attributes))
		}
		kind, values, err := attribute(&set)
		if err != nil {
			return fmt.Errorf("unsigned attributes: %w", err)
		}
		if kind.String() != attrTimestampToken {
			continue
		}
		for !values.empty() {
			if len(s.Tokens) == maxTokens {
				return pki.Refuse(pki.TooLarge, fmt.Errorf("cms: more than %d time-stamps of one signature", maxTokens))
			}
			e, err := values.take(tagSequence, "time-stamp token")
			if err != nil {
				return err
			}
			s.Tokens = append(s.Tokens, e.raw)
		}
	}
	return nil
}

// maxTokens is how many time-stamps of one signature are looked at.
const maxTokens = 4

// instant reads UTCTime or GeneralizedTime, in UTC and with seconds as DER has them (RFC 5652, 11.3).
func instant(r *reader) (time.Time, error) {
	e, err := r.next()
	if err != nil {
		return time.Time{}, err
	}
	s, out := cryptobyte.String(e.raw), time.Time{}
	switch e.tag {
	case 0x17:
		if s.ReadASN1UTCTime(&out) {
			return out, nil
		}
	case 0x18:
		return generalized(e.body)
	}
	return out, errors.New("no time")
}

// generalized reads a GeneralizedTime in UTC, with a fraction of a second where it has one
// (RFC 3161, 2.4.2), which the standard library's reader of DER refuses.
func generalized(body []byte) (time.Time, error) {
	s := string(body)
	for _, form := range []string{"20060102150405Z", "20060102150405.999999999Z"} {
		if t, err := time.Parse(form, s); err == nil && t.Format(form) == s {
			return t, nil
		}
	}
	return time.Time{}, errors.New("no GeneralizedTime of DER")
}

// signingCertificate reads the first certificate that a signing-certificate attribute names, of
// version 1 (RFC 2634, SHA-1) or 2 (RFC 5035, SHA-256 unless it says otherwise).
func signingCertificate(values *reader, second bool) (h certificateHash, err error) {
	h.digest = pki.OID(pki.DigestSHA1)
	if second {
		h.digest = pki.OID(pki.DigestSHA256)
	}
	attr, err := values.inside(tagSequence, "signing certificate")
	if err != nil {
		return h, err
	}
	list, err := attr.inside(tagSequence, "list of certificates")
	if err != nil {
		return h, err
	}
	id, err := list.inside(tagSequence, "identifier of a certificate")
	if err != nil {
		return h, err
	}
	if second && id.peek() == tagSequence {
		if h.digest, _, err = algorithm(&id, "hash of a certificate"); err != nil {
			return h, err
		}
	}
	h.value, err = id.octets(tagOctets, "hash of a certificate")
	return h, err
}

// checkPSS holds the parameters of RSA-PSS to the digest the signer names: verification with the
// digest alone would overlook that they name another (RFC 4055, 3.1).
func (s *Signer) checkPSS(parameters []byte) error {
	if s.Signature.String() != pki.SignRSAPSS {
		return nil
	}
	r := reader{parameters}
	seq, err := r.inside(tagSequence, "parameters of RSA-PSS")
	if err != nil {
		return err
	}
	hash, mask := pki.OID(pki.DigestSHA1), pki.OID(pki.DigestSHA1)
	for !seq.empty() {
		field, err := seq.next()
		if err != nil {
			return err
		}
		inner := reader{field.body}
		switch field.tag {
		case tagContextCons:
			hash, _, err = algorithm(&inner, "hash of RSA-PSS")
		case tagContextCons | 1:
			var function asn1.ObjectIdentifier
			var raw []byte
			if function, raw, err = algorithm(&inner, "mask of RSA-PSS"); err == nil {
				if function.String() != "1.2.840.113549.1.1.8" {
					return pki.Refuse(pki.Unsupported, fmt.Errorf("cms: mask function %s", function))
				}
				inside := reader{raw}
				mask, _, err = algorithm(&inside, "hash of the mask of RSA-PSS")
			}
		}
		if err != nil {
			return err
		}
	}
	if !hash.Equal(s.Digest) || !mask.Equal(s.Digest) {
		return pki.Refuse(pki.Disagreement, fmt.Errorf("cms: RSA-PSS over %s with mask %s, digest %s", hash, mask, s.Digest))
	}
	return nil
}

// Attributed reports whether the signature goes over signed attributes rather than the document.
func (s *Signer) Attributed() bool { return s.attributes != nil }

// CheckContent compares what the signer vouches for with the document: its type, and its digest
// made with s.Digest. It refuses another document and another type. Without signed attributes there
// is nothing to compare: then the signature goes over the document itself, which RFC 5652, 5.3
// allows for plain data only.
func (s *Signer) CheckContent(m *Message, digest []byte) error {
	if !s.Attributed() {
		if m.Type.String() != TypeData {
			return pki.Refuse(pki.AttributeMissing, fmt.Errorf("cms: content of type %s signed without attributes", m.Type))
		}
		return nil
	}
	if !s.contentType.Equal(m.Type) {
		return pki.Refuse(pki.AttributeChanged, fmt.Errorf("cms: signed as %s, enclosed as %s", s.contentType, m.Type))
	}
	if subtle.ConstantTimeCompare(s.digest, digest) != 1 {
		return pki.Refuse(pki.WrongDocument, errors.New("cms: the document has another digest than the one signed"))
	}
	return nil
}

// CheckCertificate holds the certificate to the signing-certificate attributes. bound is false where
// no attribute with a digest that can be trusted names it. It refuses a certificate other than named.
func (s *Signer) CheckCertificate(c *pki.Certificate) (bound bool, err error) {
	for _, h := range s.certificates {
		var sum []byte
		if weak := h.digest.String() == pki.DigestSHA1; weak {
			one := sha1.Sum(c.Raw) //nolint:gosec // compared, not trusted: bound stays false
			sum = one[:]
		} else {
			d, err := pki.NewDigest(h.digest)
			if err != nil {
				return false, err
			}
			d.Write(c.Raw)
			sum = d.Sum(nil)
			bound = true
		}
		if subtle.ConstantTimeCompare(sum, h.value) != 1 {
			return false, pki.Refuse(pki.OtherCertificate, errors.New("cms: the signing-certificate attribute names another certificate"))
		}
	}
	return bound, nil
}

// CheckSignature verifies the signature by the certificate's key. document is read only where there
// are no signed attributes. A document that itself reads as signed attributes is refused then:
// it would let the attributes of one signature pass for the document of another.
func (s *Signer) CheckSignature(c *pki.Certificate, document []byte) error {
	signed := s.attributes
	if !s.Attributed() {
		if likeAttributes(document) {
			return pki.Refuse(pki.Wrapped, errors.New("cms: the document is the signed attributes of another signature"))
		}
		signed = document
	}
	return c.CheckSignature(s.Signature, s.Digest, signed, s.Value)
}

// likeAttributes reports whether the octets are a SET of attributes with a message digest among them.
func likeAttributes(document []byte) bool {
	if len(document) == 0 || document[0] != tagSet {
		return false
	}
	whole := reader{document}
	set, err := whole.inside(tagSet, "set")
	if err != nil || !whole.empty() {
		return false
	}
	for !set.empty() {
		kind, _, err := attribute(&set)
		if err != nil {
			return false
		}
		if kind.String() == attrDigest {
			return true
		}
	}
	return false
}

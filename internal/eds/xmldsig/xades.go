package xmldsig

import (
	"crypto/sha1" //nolint:gosec // names a certificate in old properties; nothing rests on it
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"time"

	"tereze/internal/eds/pki"
)

// nsXAdES is of XAdES 1.3.2 and later (ETSI EN 319 132-1). Older ones are refused with what bears their names.
const nsXAdES = "http://uri.etsi.org/01903/v1.3.2#"

// maxStamps is how many time-stamps of one signature are looked at.
const maxStamps = 4

// Stamp is a time-stamp token and the octets it has to be over.
type Stamp struct{ Token, Over []byte }

// certificateHash is the digest of a certificate that the signer vouched for.
type certificateHash struct {
	digest asn1.ObjectIdentifier
	value  []byte
}

// qualify reads the properties of XAdES. What the signer vouches for counts only where a reference of the
// signature is to it; properties that are not signed and say that they were are refused.
func (s *Signer) qualify(p *parts, covered []*node) error {
	if p.properties == nil {
		return nil
	}
	target, _ := p.properties.attribute("Target")
	if id, ok := strings.CutPrefix(target, "#"); !ok || !p.signature.hasID(id) {
		return pki.Refuse(pki.Wrapped, errors.New("the properties are of another signature"))
	}
	for _, n := range p.properties.elements() {
		var err error
		switch {
		case n.is(nsXAdES, "SignedProperties"):
			if !slices.Contains(covered, n) {
				return pki.Refuse(pki.AttributeMissing, errors.New("no reference is to the signed properties"))
			}
			err = n.each("SignedSignatureProperties", s.signedProperty)
		case n.is(nsXAdES, "UnsignedProperties"):
			err = n.each("UnsignedSignatureProperties", func(property *node) error { return s.unsignedProperty(p, property) })
		default:
			err = malformed("QualifyingProperties holds %s", n.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// each visits what stands in the children of a name. Properties of the data say nothing that is used.
func (n *node) each(local string, visit func(*node) error) error {
	for _, group := range n.elements() {
		if !group.is(nsXAdES, local) {
			continue
		}
		for _, property := range group.elements() {
			if err := visit(property); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Signer) signedProperty(n *node) (err error) {
	switch {
	case n.is(nsXAdES, "SigningTime"):
		if !s.SignedAt.IsZero() {
			return malformed("two signing times")
		}
		var value strings.Builder
		for _, child := range n.children {
			value.WriteString(child.value)
		}
		s.SignedAt, err = dateTime(strings.TrimSpace(value.String()))
		return err
	case n.is(nsXAdES, "SigningCertificate"), n.is(nsXAdES, "SigningCertificateV2"):
		named, err := signingCertificate(n)
		if err != nil {
			return err
		}
		s.named = append(s.named, named)
	}
	return nil
}

// dateTime reads a dateTime of XML Schema. One that names no zone is taken for UTC: it is a claim in any case.
func dateTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", s)
	}
	if err != nil {
		return t, malformed("signing time: %w", err)
	}
	return t.UTC(), nil
}

// signingCertificate reads the first certificate that the property names: the signer's.
func signingCertificate(n *node) (h certificateHash, err error) {
	list := n.elements()
	if len(list) == 0 || !list[0].is(nsXAdES, "Cert") {
		return h, malformed("%s names no certificate", n.name)
	}
	inside := list[0].elements()
	if len(inside) == 0 || !inside[0].is(nsXAdES, "CertDigest") {
		return h, malformed("a certificate without a digest")
	}
	digest := inside[0].elements()
	if len(digest) != 2 || !digest[0].is(nsDSig, "DigestMethod") || !digest[1].is(nsDSig, "DigestValue") {
		return h, malformed("a digest of a certificate has a method and a value")
	}
	uri, _ := digest[0].attribute("Algorithm")
	if h.digest, err = digestMethod(uri); uri == nsDSig+"sha1" {
		h.digest, err = pki.OID(pki.DigestSHA1), nil
	}
	if err != nil {
		return h, err
	}
	h.value, err = digest[1].base64()
	return h, err
}

// unsignedProperty takes the time-stamps over the signature's value. Counter-signatures and archived
// revocation data are legal; nothing rests on them here.
func (s *Signer) unsignedProperty(p *parts, n *node) (err error) {
	if !n.is(nsXAdES, "SignatureTimeStamp") {
		return nil
	}
	var m method
	for _, child := range n.elements() {
		switch {
		case child.is(nsDSig, "CanonicalizationMethod"):
			if m, err = canonicalization(child); err != nil {
				return err
			}
		case child.is(nsXAdES, "EncapsulatedTimeStamp"):
			if len(s.Stamps) == maxStamps {
				return pki.Refuse(pki.TooLarge, errors.New("too many time-stamps of one signature"))
			}
			token, err := child.base64()
			if err != nil {
				return err
			}
			s.Stamps = append(s.Stamps, Stamp{Token: token, Over: canonical(p.valueNode, m, nil)})
		default:
			return pki.Refuse(pki.Unsupported, errors.New("a time-stamp that holds "+child.name.String()))
		}
	}
	return nil
}

// CheckCertificate holds the certificate to those that the signer vouched for, as that of package cms does.
// bound is false where none with a digest that can be trusted is named. It refuses a certificate other than
// named.
func (s *Signer) CheckCertificate() (bound bool, err error) {
	for _, h := range s.named {
		var sum []byte
		if h.digest.String() == pki.DigestSHA1 {
			one := sha1.Sum(s.Certificate.Raw) //nolint:gosec // compared, not trusted: bound stays false
			sum = one[:]
		} else {
			d, err := pki.NewDigest(h.digest)
			if err != nil {
				return false, err
			}
			d.Write(s.Certificate.Raw)
			sum, bound = d.Sum(nil), true
		}
		if subtle.ConstantTimeCompare(sum, h.value) != 1 {
			return false, pki.Refuse(pki.OtherCertificate, errors.New("the signed properties name another certificate"))
		}
	}
	return bound, nil
}

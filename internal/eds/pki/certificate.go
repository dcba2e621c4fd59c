// Package pki is certificates, keys, and what authorities say about them.
//
// It owns the profile of Kazakhstan's National Certification Authority: who a certificate names and
// what it may be used for, the algorithms of its keys, its issuer's signature, OCSP answers and lists
// of revoked certificates. It parses what X.509 allows, within caps, and refuses what it does not
// understand. It fetches nothing, trusts nobody by itself and knows no documents: which roots are
// trusted is for package eds to say, signed documents are for packages cms and xmldsig.
package pki

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MaxCertificate is the largest certificate accepted, in bytes of DER. Those of the authority have
// about one thousand.
const MaxCertificate = 64 << 10

// Certificate is a parsed X.509 certificate with its public key, whatever the algorithm.
type Certificate struct {
	*x509.Certificate
	key publicKey
	// unsupported is why key is nil: a certificate with an unknown algorithm can be shown, not used.
	unsupported error
}

// ParseCertificate parses one certificate in DER (RFC 5280). A certificate whose key has an unknown
// algorithm parses; checking a signature with it is refused.
func ParseCertificate(der []byte) (*Certificate, error) {
	if len(der) > MaxCertificate {
		return nil, Refuse(TooLarge, fmt.Errorf("a certificate of %d bytes", len(der)))
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, Refuse(Malformed, err)
	}
	c := &Certificate{Certificate: parsed}
	c.key, c.unsupported = parsePublicKey(parsed.RawSubjectPublicKeyInfo)
	return c, nil
}

// ParsePEMOrDER parses one certificate in DER, in PEM, or in bare base64 as some programs of the
// authority write it.
func ParsePEMOrDER(data []byte) (*Certificate, error) {
	der, err := decodeArmour(data, labelCertificate, 2*MaxCertificate)
	if err != nil {
		return nil, err
	}
	return ParseCertificate(der)
}

const labelCertificate = "CERTIFICATE"

// CertificateLabel reports whether PEM of the label holds a certificate: old programs write other names (RFC 7468, §5.1).
func CertificateLabel(label string) bool {
	return label == labelCertificate || label == "X509 CERTIFICATE" || label == "X.509 CERTIFICATE"
}

// decodeArmour returns the DER of one object that may be dressed in PEM of the given kind or in base64.
func decodeArmour(data []byte, kind string, limit int) ([]byte, error) {
	if len(data) > limit {
		return nil, Refuse(TooLarge, fmt.Errorf("%d bytes", len(data)))
	}
	if len(data) > 0 && data[0] == 0x30 {
		return data, nil // as it is: the last octet of a signature may look like a line end
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if len(data) == 0 {
		return nil, Refuse(Malformed, errors.New("nothing there"))
	}
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		block, rest := pem.Decode(data)
		named := block != nil && (block.Type == kind || kind == labelCertificate && CertificateLabel(block.Type))
		if !named || len(bytes.TrimSpace(rest)) > 0 {
			return nil, Refuse(Malformed, fmt.Errorf("not one PEM block of %s", kind))
		}
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(data), nil)))
	if err != nil {
		return nil, Refuse(Malformed, errors.New("neither DER nor PEM nor base64"))
	}
	return der, nil
}

// Fingerprint is the SHA-256 of the certificate's DER in lower-case hexadecimal digits.
func (c *Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// KeyID is the subject key identifier, or where the certificate has none the SHA-1 of its public key
// as RFC 5280 §4.2.1.2 computes it.
func (c *Certificate) KeyID() []byte {
	if len(c.SubjectKeyId) > 0 {
		return c.SubjectKeyId
	}
	sum := sha1.Sum(c.keyBits())
	return sum[:]
}

// keyBits is the content of the BIT STRING of the public key, which OCSP and key identifiers hash.
func (c *Certificate) keyBits() []byte {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info); err != nil {
		return nil
	}
	return info.Key.Bytes
}

// Equal reports whether both are the same certificate, byte for byte.
func (c *Certificate) Equal(other *Certificate) bool {
	return other != nil && bytes.Equal(c.Raw, other.Raw)
}

// SelfIssued reports whether subject and issuer are one name. It says nothing about the signature.
func (c *Certificate) SelfIssued() bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }

// CheckValidAt refuses a certificate outside its validity with NotYetValid or Expired. Both ends belong to it.
func (c *Certificate) CheckValidAt(at time.Time) error {
	switch {
	case at.Before(c.NotBefore):
		return Refuse(NotYetValid, fmt.Errorf("valid from %s", c.NotBefore.UTC().Format(time.RFC3339)))
	case at.After(c.NotAfter):
		return Refuse(Expired, fmt.Errorf("valid until %s", c.NotAfter.UTC().Format(time.RFC3339)))
	}
	return nil
}

// IssuerLooksLike reports whether issuer may be the issuer by name and key identifiers. Two roots of
// the authority share one name, so that the name alone decides nothing.
func (c *Certificate) IssuerLooksLike(issuer *Certificate) bool {
	if !bytes.Equal(c.RawIssuer, issuer.RawSubject) {
		return false
	}
	return len(c.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, issuer.SubjectKeyId)
}

// CheckIssuedBy refuses unless issuer is an authority that issued and signed c: names and key
// identifiers agree, issuer is a CA allowed to sign certificates, the signature verifies. It looks at no
// clock and asks for no root; a chain is the caller's, and so is its length beyond what issuer's own
// pathLen forbids at once.
func (c *Certificate) CheckIssuedBy(issuer *Certificate) error {
	if !c.IssuerLooksLike(issuer) {
		return Refuse(UnknownIssuer, errors.New("the issuer has another name or key"))
	}
	if err := issuer.checkAuthority(x509.KeyUsageCertSign); err != nil {
		return err
	}
	if c.IsCA && issuer.MaxPathLenZero && !c.SelfIssued() {
		return Refuse(NotAnAuthority, errors.New("the issuer may not make authorities"))
	}
	if err := c.checkCritical(); err != nil {
		return err
	}
	outer, err := signatureAlgorithm(c.Raw)
	if err != nil {
		return err
	}
	return issuer.CheckSigned(outer, c.RawTBSCertificate, c.Signature)
}

// checkAuthority refuses an issuer that is no CA, lacks the usage, or limits names or policies: none of the
// authorities does that, and a limit that is not enforced must not be passed over. An issuer without
// keyUsage is not limited by it (RFC 5280 §6.1.4 n, §6.3.3 f).
func (c *Certificate) checkAuthority(usage x509.KeyUsage) error {
	switch {
	case !c.BasicConstraintsValid || !c.IsCA:
		return Refuse(NotAnAuthority, errors.New("basicConstraints do not say CA"))
	case c.hasExtension("2.5.29.15") && c.KeyUsage&usage == 0:
		return Refuse(NotAnAuthority, errors.New("keyUsage does not allow it"))
	case c.hasExtension("2.5.29.30"):
		return Refuse(Unsupported, errors.New("name constraints"))
	case c.hasExtension("2.5.29.36"):
		return Refuse(Unsupported, errors.New("policy constraints"))
	}
	return c.checkCritical()
}

func (c *Certificate) hasExtension(dotted string) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.String() == dotted })
}

func (c *Certificate) checkCritical() error {
	if len(c.UnhandledCriticalExtensions) > 0 {
		return Refuse(Unsupported, fmt.Errorf("critical extension %s", c.UnhandledCriticalExtensions[0]))
	}
	return nil
}

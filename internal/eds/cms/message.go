// Package cms reads and makes signed messages of RFC 5652 and the time-stamps of RFC 3161 in them.
//
// It owns the form: what is enclosed, what each signer vouches for and over which octets the
// signature goes. It says nothing of trust: whose certificate it is, whether it may sign and whether
// it was revoked is decided by eds. It reads no files and asks nobody.
//
// What the standard leaves free is taken as it comes (BER around the message, contents in parts,
// signers named by issuer or by key identifier). What the standard demands in DER (signed
// attributes, certificates, the contents of a time-stamp) is refused in any other form.
package cms

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tereze/internal/eds/pki"
)

// Content and attribute types of RFC 5652, RFC 3161 and RFC 5035.
const (
	TypeData           = "1.2.840.113549.1.7.1"
	typeSignedData     = "1.2.840.113549.1.7.2"
	TypeTimestamp      = "1.2.840.113549.1.9.16.1.4"
	attrContentType    = "1.2.840.113549.1.9.3"
	attrDigest         = "1.2.840.113549.1.9.4"
	attrSigningTime    = "1.2.840.113549.1.9.5"
	attrCertificateV1  = "1.2.840.113549.1.9.16.2.12"
	attrCertificateV2  = "1.2.840.113549.1.9.16.2.47"
	attrTimestampToken = "1.2.840.113549.1.9.16.2.14"
)

// Limits caps what is read. The zero value of a field stands for Default's.
type Limits struct {
	Size         int // octets of the message, enclosed document included
	Signers      int // signers of one message
	Certificates int // certificates and revocation lists of one message
	Attributes   int // attributes of one signer
}

// Default is what a portal takes: documents of some tens of megabytes with a handful of signers.
func Default() Limits {
	return Limits{Size: 64 << 20, Signers: 32, Certificates: 64, Attributes: 32}
}

func (l Limits) orDefault() Limits {
	d := Default()
	for _, pair := range [][2]*int{{&l.Size, &d.Size}, {&l.Signers, &d.Signers}, {&l.Certificates, &d.Certificates}, {&l.Attributes, &d.Attributes}} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	return l
}

// Message is a parsed SignedData.
type Message struct {
	Type         asn1.ObjectIdentifier // of the contents: TypeData, TypeTimestamp or another
	Content      []byte                // the enclosed document
	Detached     bool                  // no document is enclosed
	Certificates []*pki.Certificate
	Unread       error    // why an enclosed certificate cannot be read; it is as if it were not there
	CRLs         [][]byte // DER of enclosed revocation lists
	Signers      []*Signer
}

// Signer is one SignerInfo: who signs, with what, and what they vouch for.
type Signer struct {
	Issuer    []byte                // DER of the issuer's name, nil where KeyID names the certificate
	Serial    *big.Int              // of the certificate
	KeyID     []byte                // subject key identifier, nil where Issuer and Serial do
	Digest    asn1.ObjectIdentifier // of the document and of the signed attributes
	Signature asn1.ObjectIdentifier // as the message names it; the key decides
	Value     []byte                // the signature itself
	SignedAt  time.Time             // as the signer's own clock said; zero if it says nothing
	Tokens    [][]byte              // time-stamps over Value

	raw          []byte // the whole of it, as it stands
	attributes   []byte // DER of the SET that is signed, nil where the document itself is
	contentType  asn1.ObjectIdentifier
	digest       []byte
	certificates []certificateHash // of the signing-certificate attributes
}

// Parse reads a message in DER, BER, PEM or base64, also inside the answer by which a time-stamping
// authority hands it out. It refuses what exceeds the limits before it looks at it, what does not
// follow RFC 5652 and a message that nobody signed.
func Parse(data []byte, limits Limits) (*Message, error) {
	limits = limits.orDefault()
	if len(data) > limits.Size+limits.Size/2 { // base64 and line ends take a good third
		return nil, tooLarge(len(data), limits.Size)
	}
	der, err := Unarmour(data)
	if err != nil {
		return nil, err
	}
	if len(der) > limits.Size {
		return nil, tooLarge(len(der), limits.Size)
	}
	m, err := parse(der, limits)
	if err == nil {
		return m, nil
	}
	if refused, ok := errors.AsType[*pki.Refused](err); ok {
		return nil, refused
	}
	return nil, pki.Refuse(pki.Malformed, fmt.Errorf("cms: %w", err))
}

func tooLarge(got, limit int) error {
	return pki.Refuse(pki.TooLarge, fmt.Errorf("cms: %d octets, at most %d are read", got, limit))
}

// Unarmour takes PEM or base64 off. Binary data come back as they are.
func Unarmour(data []byte) ([]byte, error) {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	switch {
	case len(trimmed) == 0:
		return nil, pki.Refuse(pki.Malformed, errors.New("cms: nothing there"))
	case bytes.HasPrefix(trimmed, []byte("-----BEGIN ")):
		block, rest := pem.Decode(trimmed)
		if block == nil || len(bytes.TrimSpace(rest)) > 0 {
			return nil, pki.Refuse(pki.Malformed, errors.New("cms: not one PEM block"))
		}
		return block.Bytes, nil
	case data[0] == tagSequence && !text(trimmed):
		return data, nil
	case text(trimmed):
		compact := bytes.Join(bytes.Fields(trimmed), nil)
		der := make([]byte, base64.StdEncoding.DecodedLen(len(compact)))
		n, err := base64.StdEncoding.Decode(der, compact)
		if err != nil {
			return nil, pki.Refuse(pki.Malformed, fmt.Errorf("cms: %w", err))
		}
		return der[:n], nil
	}
	return data, nil
}

// text reports whether the beginning can be base64: binary messages show their first lengths there.
func text(data []byte) bool {
	for _, c := range data[:min(len(data), 64)] {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && c != '+' && c != '/' && c != '=' && c != '\r' && c != '\n' && c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

func parse(der []byte, limits Limits) (*Message, error) {
	whole := reader{der}
	info, err := whole.inside(tagSequence, "content info")
	if err != nil {
		return nil, err
	}
	if err := whole.done("content info"); err != nil {
		return nil, err
	}
	if info.peek() == tagSequence {
		if info, err = granted(info); err != nil {
			return nil, err
		}
	}
	kind, err := info.oid("content type")
	if err != nil {
		return nil, err
	}
	if kind.String() != typeSignedData {
		return nil, pki.Refuse(pki.Unsupported, fmt.Errorf("cms: content type %s is no signed data", kind))
	}
	explicit, err := info.inside(tagContextCons, "content")
	if err != nil {
		return nil, err
	}
	signed, err := explicit.inside(tagSequence, "signed data")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(info.done("content info"), explicit.done("content")); err != nil {
		return nil, err
	}
	return signedData(signed, limits)
}

func signedData(r reader, limits Limits) (*Message, error) {
	version, err := r.integer("version of signed data")
	if err != nil {
		return nil, err
	}
	if !version.IsInt64() || version.Int64() < 1 || version.Int64() > 5 {
		return nil, fmt.Errorf("signed data of version %v", version)
	}
	digests, err := r.inside(tagSet, "digest algorithms")
	if err != nil {
		return nil, err
	}
	for n := 0; !digests.empty(); n++ {
		if n > limits.Signers {
			return nil, errors.New("more digest algorithms than signers are taken")
		}
		if _, err := digests.take(tagSequence, "digest algorithm"); err != nil {
			return nil, err
		}
	}
	m := &Message{}
	if err := m.encapsulated(&r); err != nil {
		return nil, err
	}
	if err := m.enclosed(&r, limits); err != nil {
		return nil, err
	}
	signers, err := r.inside(tagSet, "signers")
	if err != nil {
		return nil, err
	}
	if err := r.done("signed data"); err != nil {
		return nil, err
	}
	for !signers.empty() {
		if len(m.Signers) == limits.Signers {
			return nil, pki.Refuse(pki.TooManySigners, fmt.Errorf("cms: more than %d signers", limits.Signers))
		}
		s, err := signerInfo(&signers, limits)
		if err != nil {
			return nil, fmt.Errorf("signer %d: %w", len(m.Signers)+1, err)
		}
		m.Signers = append(m.Signers, s)
	}
	if len(m.Signers) == 0 {
		return nil, pki.Refuse(pki.NoSigner, errors.New("cms: signed data without a signer"))
	}
	return m, nil
}

// encapsulated reads what is signed and whether it is enclosed.
func (m *Message) encapsulated(r *reader) error {
	e, err := r.inside(tagSequence, "encapsulated content")
	if err != nil {
		return err
	}
	if m.Type, err = e.oid("type of the content"); err != nil {
		return err
	}
	if m.Detached = e.empty(); m.Detached {
		return nil
	}
	explicit, err := e.inside(tagContextCons, "enclosed content")
	if err != nil {
		return err
	}
	if m.Content, err = explicit.octets(tagOctets, "enclosed content"); err != nil {
		return err
	}
	return errors.Join(explicit.done("enclosed content"), e.done("encapsulated content"))
}

// enclosed reads certificates and revocation lists. Other kinds of certificate (of attributes,
// extended ones) are legal and of no use here: they are counted and passed over.
func (m *Message) enclosed(r *reader, limits Limits) error {
	count := 0
	for _, tag := range []byte{tagContextCons, tagContextCons | 1} {
		if r.peek() != tag {
			continue
		}
		set, err := r.inside(tag, "certificates and lists")
		if err != nil {
			return err
		}
		for ; !set.empty(); count++ {
			if count == limits.Certificates {
				return pki.Refuse(pki.TooLarge, fmt.Errorf("cms: more than %d certificates and lists", limits.Certificates))
			}
			e, err := set.next()
			if err != nil {
				return fmt.Errorf("certificate or list %d: %w", count+1, err)
			}
			if e.tag != tagSequence {
				continue
			}
			if tag != tagContextCons {
				m.CRLs = append(m.CRLs, e.raw)
				continue
			}
			// Signers enclose what lies in their stores: a certificate that nobody needs spoils nothing.
			if c, err := pki.ParseCertificate(e.raw); err != nil {
				m.Unread = fmt.Errorf("certificate %d: %w", count+1, err)
			} else {
				m.Certificates = append(m.Certificates, c)
			}
		}
	}
	return nil
}

// CertificateOf is the signer's certificate, among those enclosed and then among others known to the
// caller. Where several bear the name, as those renewed for one key do, it is the one that the signer
// vouched for. Nil if it is not there.
func (m *Message) CertificateOf(s *Signer, others ...*pki.Certificate) (found *pki.Certificate) {
	for _, list := range [][]*pki.Certificate{m.Certificates, others} {
		for _, c := range list {
			if !s.names(c) {
				continue
			}
			if _, err := s.CheckCertificate(c); err == nil {
				return c
			}
			if found == nil {
				found = c
			}
		}
	}
	return found
}

func (s *Signer) names(c *pki.Certificate) bool {
	if s.KeyID != nil {
		return bytes.Equal(s.KeyID, c.SubjectKeyId)
	}
	return c.SerialNumber.Cmp(s.Serial) == 0 && sameName(s.Issuer, c.RawIssuer)
}

// sameName compares names as RFC 5280, 7.1 has it as far as programs need that which write names anew: the type
// of a string makes no difference. What a name matches is only who is tried; the signature decides.
func sameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var one, other pkix.RDNSequence
	if rest, err := asn1.Unmarshal(a, &one); err != nil || len(rest) > 0 {
		return false
	}
	if rest, err := asn1.Unmarshal(b, &other); err != nil || len(rest) > 0 {
		return false
	}
	return len(one) > 0 && one.String() == other.String()
}

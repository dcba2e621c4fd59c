package cms

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"tereze/internal/eds/pki"
)

// Signing is what a signature is made with.
type Signing struct {
	Key         pki.Key
	Certificate *pki.Certificate
	Chain       []*pki.Certificate // enclosed beside the signer's own
	At          time.Time          // what the signer's clock says; no signing time where zero
	Type        string             // of the contents; TypeData where empty
	Detached    bool               // the document is not enclosed
	Digested    bool               // what is given is the digest of a document, by the key's own algorithm; Detached alone
	Rand        io.Reader

	// Stamp asks an authority for a time-stamp over the signature value; nil for none.
	Stamp func(value []byte) (token []byte, err error)
}

// Sign makes a message with one signer as the authority's signing program does: version 1, issuer and
// serial number, and the signed attributes content type, message digest, signing time and
// signing-certificate-v2.
func Sign(document []byte, s Signing) ([]byte, error) {
	return s.assemble(nil, document)
}

// AddSigner adds a parallel signature over the same document to a message. document is needed where
// the message does not enclose it. The signatures already there are kept octet for octet.
func AddSigner(message, document []byte, s Signing) ([]byte, error) {
	m, err := Parse(message, Limits{})
	if err != nil {
		return nil, err
	}
	s.Detached, s.Type = m.Detached, m.Type.String()
	if !m.Detached {
		document = m.Content
	}
	return s.assemble(m, document)
}

// assemble writes signed data with the signers of an earlier message, if any, and this one.
func (s Signing) assemble(earlier *Message, document []byte) ([]byte, error) {
	if s.Type == "" {
		s.Type = TypeData
	}
	digest := s.Key.DefaultDigest()
	info, err := s.signerInfo(digest, document)
	if err != nil {
		return nil, err
	}
	infos, digests := [][]byte{info}, []asn1.ObjectIdentifier{digest}
	var certificates []*pki.Certificate
	var lists [][]byte
	version := int64(1)
	if s.Type != TypeData {
		version = 3
	}
	if earlier != nil {
		certificates, lists = earlier.Certificates, earlier.CRLs
		for _, other := range earlier.Signers {
			infos, digests = append(infos, other.raw), append(digests, other.Digest)
			if other.KeyID != nil {
				version = 3
			}
		}
	}
	certificates = append(slices.Clone(certificates), append([]*pki.Certificate{s.Certificate}, s.Chain...)...)

	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(pki.OID(typeSignedData))
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				addSet(b, cbasn1.SET, algorithms(digests))
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(pki.OID(s.Type))
					if !s.Detached {
						b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(document) })
					}
				})
				addSet(b, explicit(0), raws(certificates))
				if len(lists) > 0 {
					addSet(b, explicit(1), lists)
				}
				addSet(b, cbasn1.SET, infos)
			})
		})
	})
	return b.Bytes()
}

// signerInfo signs and writes one SignerInfo.
func (s Signing) signerInfo(digest asn1.ObjectIdentifier, document []byte) ([]byte, error) {
	if !bytes.Equal(s.Key.PublicKeyInfo(), s.Certificate.RawSubjectPublicKeyInfo) {
		return nil, pki.Refuse(pki.OtherCertificate, errors.New("cms: the key is not the certificate's"))
	}
	sum, err := pki.NewDigest(digest)
	if err != nil {
		return nil, err
	}
	digested := document
	switch {
	case !s.Digested:
		sum.Write(document)
		digested = sum.Sum(nil)
	case !s.Detached || len(document) != sum.Size():
		return nil, pki.Refuse(pki.Disagreement, fmt.Errorf("cms: a digest of %d octets, want %d and a detached signature", len(document), sum.Size()))
	}
	attributes, err := s.attributes(digested)
	if err != nil {
		return nil, err
	}
	algorithm, value, err := s.Key.Sign(s.Rand, digest, attributes)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	var token []byte
	if s.Stamp != nil {
		if token, err = s.Stamp(value); err != nil {
			return nil, fmt.Errorf("cms: time-stamp: %w", err)
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(s.Certificate.RawIssuer)
			b.AddASN1BigInt(s.Certificate.SerialNumber)
		})
		addAlgorithm(b, digest)
		b.AddBytes(append([]byte{tagContextCons}, attributes[1:]...))
		addAlgorithm(b, algorithm)
		b.AddASN1OctetString(value)
		if token != nil {
			b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
				addAttribute(b, attrTimestampToken, func(b *cryptobyte.Builder) { b.AddBytes(token) })
			})
		}
	})
	return b.Bytes()
}

// attributes are the signed attributes as the SET that is signed.
func (s Signing) attributes(digest []byte) ([]byte, error) {
	var all [][]byte
	var failed error
	add := func(kind string, value func(*cryptobyte.Builder)) {
		var b cryptobyte.Builder
		addAttribute(&b, kind, value)
		der, err := b.Bytes()
		all, failed = append(all, der), errors.Join(failed, err)
	}
	add(attrContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(pki.OID(s.Type)) })
	add(attrDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) })
	if !s.At.IsZero() {
		add(attrSigningTime, func(b *cryptobyte.Builder) { b.AddASN1UTCTime(s.At.UTC().Truncate(time.Second)) })
	}
	hash := sha256.Sum256(s.Certificate.Raw)
	add(attrCertificateV2, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1OctetString(hash[:]) })
			})
		})
	})
	var b cryptobyte.Builder
	addSet(&b, cbasn1.SET, all)
	der, err := b.Bytes()
	return der, errors.Join(failed, err)
}

// TokenInfo is what a time-stamping authority states, in the DER of TSTInfo.
func (t *Token) TokenInfo() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(t.Policy)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addAlgorithm(b, t.Digest)
			b.AddASN1OctetString(t.Imprint)
		})
		b.AddASN1BigInt(t.Serial)
		b.AddASN1GeneralizedTime(t.At.UTC().Truncate(time.Second))
		if t.Nonce != nil {
			b.AddASN1BigInt(t.Nonce)
		}
	})
	return b.Bytes()
}

func explicit(n uint8) cbasn1.Tag { return cbasn1.Tag(n).ContextSpecific().Constructed() }

func addAttribute(b *cryptobyte.Builder, kind string, value func(*cryptobyte.Builder)) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(pki.OID(kind))
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { value(b) })
	})
}

func addAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1NULL()
	})
}

// addSet writes a SET OF in the order of DER, each element once.
func addSet(b *cryptobyte.Builder, tag cbasn1.Tag, elements [][]byte) {
	elements = slices.Clone(elements)
	slices.SortFunc(elements, bytes.Compare)
	elements = slices.CompactFunc(elements, bytes.Equal)
	b.AddASN1(tag, func(b *cryptobyte.Builder) {
		for _, e := range elements {
			b.AddBytes(e)
		}
	})
}

func algorithms(oids []asn1.ObjectIdentifier) [][]byte {
	out := make([][]byte, len(oids))
	for i, oid := range oids {
		var b cryptobyte.Builder
		addAlgorithm(&b, oid)
		out[i] = b.BytesOrPanic()
	}
	return out
}

func raws(certificates []*pki.Certificate) [][]byte {
	out := make([][]byte, len(certificates))
	for i, c := range certificates {
		out[i] = c.Raw
	}
	return out
}

package pki

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"

	"tereze/internal/eds/gost"
)

// scheme is what a signature algorithm identifier fixes: whose keys, and which digest ("" leaves it open).
type scheme struct {
	family string // object identifier of the key
	digest string
	pss    bool
}

// schemeOf knows the signature algorithms, and the identifiers of keys that CMS puts in their place
// (RFC 3370 §3.2 for RSA; for GOST the authority's own software does).
func schemeOf(signature string) (scheme, bool) {
	switch signature {
	case keyRSA:
		return scheme{family: keyRSA}, true
	case SignMD5RSA:
		return scheme{family: keyRSA, digest: DigestMD5}, true
	case SignSHA1RSA:
		return scheme{family: keyRSA, digest: DigestSHA1}, true
	case SignSHA256RSA:
		return scheme{family: keyRSA, digest: DigestSHA256}, true
	case SignSHA384RSA:
		return scheme{family: keyRSA, digest: DigestSHA384}, true
	case SignSHA512RSA:
		return scheme{family: keyRSA, digest: DigestSHA512}, true
	case SignRSAPSS:
		return scheme{family: keyRSA, pss: true}, true
	case SignSHA1ECDSA:
		return scheme{family: keyEC, digest: DigestSHA1}, true
	case SignSHA256ECDSA:
		return scheme{family: keyEC, digest: DigestSHA256}, true
	case SignSHA384ECDSA:
		return scheme{family: keyEC, digest: DigestSHA384}, true
	case SignSHA512ECDSA:
		return scheme{family: keyEC, digest: DigestSHA512}, true
	case SignGOST2004, keyGOST2004:
		return scheme{family: keyGOST2004, digest: DigestGOST2004}, true
	case SignGOST256, keyGOST256:
		return scheme{family: keyGOST256, digest: DigestGOST256}, true
	case SignGOST512, keyGOST512:
		return scheme{family: keyGOST512, digest: DigestGOST512}, true
	}
	return scheme{}, false
}

// CheckSignature checks sig over signed with the certificate's key. The algorithm is the key's; the
// identifiers of signature and digest, which the sender chose, have to agree with it and with each other.
// MD5 and SHA-1 are refused with WeakAlgorithm before anything is computed.
func (c *Certificate) CheckSignature(signature, digest asn1.ObjectIdentifier, signed, sig []byte) error {
	return c.checkSignature(signature.String(), digest.String(), signed, sig, false)
}

// CheckArchivedSignature is CheckSignature for papers of the archive, where RSA with SHA-1 is met.
func (c *Certificate) CheckArchivedSignature(signature, digest asn1.ObjectIdentifier, signed, sig []byte) error {
	return c.checkSignature(signature.String(), digest.String(), signed, sig, true)
}

func (c *Certificate) checkSignature(signature, digest string, signed, sig []byte, archive bool) error {
	if c.key == nil {
		return c.unsupported
	}
	s, known := schemeOf(signature)
	switch {
	case !known:
		return Refuse(Unsupported, fmt.Errorf("signature algorithm %s", signature))
	case s.digest != "" && s.digest != digest:
		return Refuse(Disagreement, fmt.Errorf("signature %s with digest %s", signature, digest))
	case s.family != c.key.family():
		return Refuse(Disagreement, fmt.Errorf("signature %s with a key of %s", signature, c.key.family()))
	case digest == DigestMD5, digest == DigestSHA1 && !archive:
		return Refuse(WeakAlgorithm, fmt.Errorf("digest %s", digest))
	}
	h, kind, err := newDigest(digest)
	if err != nil {
		return err
	}
	h.Write(signed)
	if err := c.key.verify(kind, h.Sum(nil), sig, s.pss); err != nil {
		return Refuse(BadSignature, err)
	}
	return nil
}

// CheckSigned checks a signature whose one algorithm identifier names the digest too, as those of
// certificates, OCSP answers and lists do.
func (c *Certificate) CheckSigned(algorithm pkix.AlgorithmIdentifier, signed, sig []byte) error {
	signature := algorithm.Algorithm.String()
	s, known := schemeOf(signature)
	if !known {
		return Refuse(Unsupported, fmt.Errorf("signature algorithm %s", signature))
	}
	digest := s.digest
	if s.pss {
		var err error
		if digest, err = pssDigest(algorithm.Parameters.FullBytes); err != nil {
			return err
		}
	}
	return c.checkSignature(signature, digest, signed, sig, false)
}

// pssDigest reads the parameters of RSASSA-PSS (RFC 4055 §3.1). The mask has to use the same digest.
func pssDigest(der []byte) (string, error) {
	var p struct {
		Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
		Mask    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
		Salt    int                      `asn1:"explicit,optional,tag:2,default:20"`
		Trailer int                      `asn1:"explicit,optional,tag:3,default:1"`
	}
	if rest, err := asn1.Unmarshal(der, &p); err != nil || len(rest) > 0 || p.Trailer != 1 {
		return "", Refuse(Malformed, errors.New("parameters of RSASSA-PSS"))
	}
	if len(p.Hash.Algorithm) == 0 {
		return DigestSHA1, nil
	}
	var inner pkix.AlgorithmIdentifier
	if rest, err := asn1.Unmarshal(p.Mask.Parameters.FullBytes, &inner); err != nil || len(rest) > 0 ||
		p.Mask.Algorithm.String() != "1.2.840.113549.1.1.8" || !inner.Algorithm.Equal(p.Hash.Algorithm) {
		return "", Refuse(Unsupported, errors.New("RSASSA-PSS with a mask of another digest"))
	}
	return p.Hash.Algorithm.String(), nil
}

// signatureAlgorithm is the algorithm identifier a signed object (certificate or list) ends with.
func signatureAlgorithm(der []byte) (pkix.AlgorithmIdentifier, error) {
	var outer struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 {
		return outer.Algorithm, Refuse(Malformed, errors.New("not a signed object"))
	}
	return outer.Algorithm, nil
}

// NewDigest makes the hash with the object identifier: SHA-1, SHA-2, 34.311-95, 34.11-2015. SHA-1 is
// among them because OCSP names certificates with it; no signature over it is accepted here. It is
// refused with WeakAlgorithm for MD5, Unsupported for others.
func NewDigest(oid asn1.ObjectIdentifier) (hash.Hash, error) {
	h, _, err := newDigest(oid.String())
	return h, err
}

func newDigest(oid string) (hash.Hash, crypto.Hash, error) {
	switch oid {
	case DigestSHA1:
		return sha1.New(), crypto.SHA1, nil
	case DigestSHA256:
		return sha256.New(), crypto.SHA256, nil
	case DigestSHA384:
		return sha512.New384(), crypto.SHA384, nil
	case DigestSHA512:
		return sha512.New(), crypto.SHA512, nil
	case DigestGOST2004:
		return gost.New341195(), 0, nil
	case DigestGOST256:
		return gost.NewStreebog256(), 0, nil
	case DigestGOST512:
		return gost.NewStreebog512(), 0, nil
	case DigestMD5:
		return nil, 0, Refuse(WeakAlgorithm, errors.New("MD5"))
	}
	return nil, 0, Refuse(Unsupported, fmt.Errorf("digest %s", oid))
}

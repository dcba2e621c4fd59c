package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
)

// Lengths of RSA keys that are used. The authority issues 2048 and signs with 4096; longer ones only
// make verification slow, which is somebody else's wish.
const (
	minRSA = 2048
	maxRSA = 8192
)

// publicKey verifies signatures over a digest. Its implementations are rsaKey, ecKey and gostKey.
type publicKey interface {
	family() string // object identifier
	algorithm() string
	// strength refuses a key that is too short or an algorithm of before 2022.
	strength() error
	verify(digest crypto.Hash, sum, sig []byte, pss bool) error
}

// Algorithm names the key as people know it: "GOST 34.10-2015-512", "GOST 34.310-2004", "RSA-2048",
// "ECDSA-P-256"; the object identifier for an unknown one.
func (c *Certificate) Algorithm() string {
	if c.key != nil {
		return c.key.algorithm()
	}
	if info, err := parseKeyInfo(c.RawSubjectPublicKeyInfo); err == nil {
		return info.Algorithm.Algorithm.String()
	}
	return ""
}

// CheckKey refuses a key that cannot be used at all: Unsupported, BadKey, or an RSA key of an
// impossible length (WeakAlgorithm).
func (c *Certificate) CheckKey() error { return c.unsupported }

// CheckStrength refuses with WeakAlgorithm what is met only in old papers: GOST 34.310-2004 keys. It
// refuses whatever CheckKey refuses.
func (c *Certificate) CheckStrength() error {
	if c.key == nil {
		return c.unsupported
	}
	return c.key.strength()
}

type keyInfo struct {
	Algorithm struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	Key asn1.BitString
}

func parseKeyInfo(der []byte) (keyInfo, error) {
	var info keyInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return info, Refuse(BadKey, errors.New("subjectPublicKeyInfo"))
	}
	return info, nil
}

func parsePublicKey(der []byte) (publicKey, error) {
	info, err := parseKeyInfo(der)
	if err != nil {
		return nil, err
	}
	switch family := info.Algorithm.Algorithm.String(); family {
	case keyRSA, keyEC:
		parsed, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil, Refuse(BadKey, err)
		}
		switch key := parsed.(type) {
		case *rsa.PublicKey:
			if n := key.N.BitLen(); n < minRSA || n > maxRSA {
				return nil, Refuse(WeakAlgorithm, fmt.Errorf("an RSA key of %d bits", n))
			}
			return rsaKey{key}, nil
		case *ecdsa.PublicKey:
			return ecKey{key}, nil
		}
	case keyGOST2004, keyGOST256, keyGOST512:
		return parseGOSTPublic(info)
	}
	return nil, Refuse(Unsupported, fmt.Errorf("key algorithm %s", info.Algorithm.Algorithm))
}

type rsaKey struct{ *rsa.PublicKey }

func (k rsaKey) family() string    { return keyRSA }
func (k rsaKey) algorithm() string { return fmt.Sprintf("RSA-%d", k.N.BitLen()) }
func (k rsaKey) strength() error   { return nil }

func (k rsaKey) verify(digest crypto.Hash, sum, sig []byte, pss bool) error {
	switch {
	case digest == 0:
		return errors.New("a digest of GOST under an RSA key")
	case pss:
		return rsa.VerifyPSS(k.PublicKey, digest, sum, sig, nil)
	}
	return rsa.VerifyPKCS1v15(k.PublicKey, digest, sum, sig)
}

type ecKey struct{ *ecdsa.PublicKey }

func (k ecKey) family() string    { return keyEC }
func (k ecKey) algorithm() string { return "ECDSA-" + k.Curve.Params().Name }
func (k ecKey) strength() error   { return nil }

func (k ecKey) verify(digest crypto.Hash, sum, sig []byte, _ bool) error {
	if digest == 0 || !ecdsa.VerifyASN1(k.PublicKey, sum, sig) {
		return errors.New("ECDSA verification failed")
	}
	return nil
}

// Key is a private key. Its implementations are those of RSA and of GOST.
type Key interface {
	// Algorithm names the key as Certificate.Algorithm does.
	Algorithm() string
	// PublicKeyInfo is the DER of SubjectPublicKeyInfo, as certificates carry it.
	PublicKeyInfo() []byte
	// DefaultDigest is the digest that the authority's software uses with such keys.
	DefaultDigest() asn1.ObjectIdentifier
	// Sign digests what is to be signed and signs it; it returns the identifier of the signature
	// algorithm. A digest that does not belong to the key is refused with Disagreement.
	Sign(rand io.Reader, digest asn1.ObjectIdentifier, signed []byte) (asn1.ObjectIdentifier, []byte, error)
	// PKCS8 is the DER of PrivateKeyInfo as key stores carry it.
	PKCS8() ([]byte, error)
}

type rsaPrivate struct{ key *rsa.PrivateKey }

// NewRSAKey makes a Key of an RSA key of at least 2048 bits.
func NewRSAKey(key *rsa.PrivateKey) (Key, error) {
	if n := key.N.BitLen(); n < minRSA || n > maxRSA {
		return nil, Refuse(WeakAlgorithm, fmt.Errorf("an RSA key of %d bits", n))
	}
	return rsaPrivate{key}, nil
}

func (k rsaPrivate) Algorithm() string                    { return rsaKey{&k.key.PublicKey}.algorithm() }
func (k rsaPrivate) DefaultDigest() asn1.ObjectIdentifier { return OID(DigestSHA256) }
func (k rsaPrivate) PKCS8() ([]byte, error)               { return x509.MarshalPKCS8PrivateKey(k.key) }

func (k rsaPrivate) PublicKeyInfo() []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.key.PublicKey)
	if err != nil {
		panic("pki: an RSA key that cannot be written: " + err.Error())
	}
	return der
}

func (k rsaPrivate) Sign(rand io.Reader, digest asn1.ObjectIdentifier, signed []byte) (asn1.ObjectIdentifier, []byte, error) {
	var algorithm string
	switch digest.String() {
	case DigestSHA256:
		algorithm = SignSHA256RSA
	case DigestSHA384:
		algorithm = SignSHA384RSA
	case DigestSHA512:
		algorithm = SignSHA512RSA
	default:
		return nil, nil, Refuse(Disagreement, fmt.Errorf("digest %s under an RSA key", digest))
	}
	h, kind, err := newDigest(digest.String())
	if err != nil {
		return nil, nil, err
	}
	h.Write(signed)
	sig, err := rsa.SignPKCS1v15(rand, k.key, kind, h.Sum(nil))
	return OID(algorithm), sig, err
}

// Matches reports whether the certificate is of the key. Parameters of the algorithm are not compared:
// issuers write them in more than one way.
func (c *Certificate) Matches(key Key) bool {
	own, err := parseKeyInfo(c.RawSubjectPublicKeyInfo)
	if err != nil {
		return false
	}
	other, err := parseKeyInfo(key.PublicKeyInfo())
	return err == nil && own.Algorithm.Algorithm.Equal(other.Algorithm.Algorithm) && bytes.Equal(own.Key.Bytes, other.Key.Bytes)
}

// ParsePKCS8 reads a private key out of PrivateKeyInfo: RSA, or GOST as the authority writes it.
func ParsePKCS8(der []byte) (Key, error) {
	var info struct {
		Version   int
		Algorithm struct {
			Algorithm  asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key        []byte
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
	}
	if len(der) > MaxCertificate {
		return nil, Refuse(TooLarge, errors.New("a private key"))
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return nil, Refuse(Malformed, errors.New("not a PrivateKeyInfo"))
	}
	switch family := info.Algorithm.Algorithm.String(); family {
	case keyRSA:
		parsed, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return nil, Refuse(BadKey, err)
		}
		key, ok := parsed.(*rsa.PrivateKey)
		if !ok {
			return nil, Refuse(BadKey, errors.New("not an RSA key"))
		}
		return NewRSAKey(key)
	case keyGOST2004, keyGOST256, keyGOST512:
		return parseGOSTPrivate(family, info.Key)
	}
	return nil, Refuse(Unsupported, fmt.Errorf("key algorithm %s", info.Algorithm.Algorithm))
}

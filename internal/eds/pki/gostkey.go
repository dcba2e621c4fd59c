package pki

import (
	"crypto"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"tereze/internal/eds/gost"
)

// gostFamily is what belongs to one of the three kinds of GOST keys.
type gostFamily struct {
	key, curve, digest, signature string
	name                          string
	parameters                    []string // of the key in a certificate: the curve and, in most, the digest
	make                          func() *gost.Curve
}

func gostFamilyOf(key string) (gostFamily, bool) {
	switch key {
	case keyGOST2004:
		return gostFamily{key, curveGOST2004, DigestGOST2004, SignGOST2004, "GOST 34.310-2004",
			[]string{curveGOST2004, digestParam2004}, gost.CryptoProA}, true
	case keyGOST256:
		return gostFamily{key, curveGOST256, DigestGOST256, SignGOST256, "GOST 34.10-2015-256",
			[]string{curveGOST256, DigestGOST256}, gost.Curve256A}, true
	case keyGOST512:
		return gostFamily{key, curveGOST512, DigestGOST512, SignGOST512, "GOST 34.10-2015-512",
			[]string{curveGOST512, DigestGOST512}, gost.Curve512A}, true
	}
	return gostFamily{}, false
}

type gostKey struct {
	gostFamily
	*gost.PublicKey
}

// parseGOSTPublic reads a key: a BIT STRING that holds an OCTET STRING x ‖ y, each little-endian.
func parseGOSTPublic(info keyInfo) (publicKey, error) {
	f, ok := gostFamilyOf(info.Algorithm.Algorithm.String())
	if !ok {
		return nil, Refuse(Unsupported, fmt.Errorf("key algorithm %s", info.Algorithm.Algorithm))
	}
	var parameters []asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &parameters); err != nil || len(rest) > 0 || len(parameters) == 0 {
		return nil, Refuse(BadKey, errors.New("parameters of a GOST key"))
	}
	if parameters[0].String() != f.curve {
		return nil, Refuse(Unsupported, fmt.Errorf("curve %s", parameters[0]))
	}
	var point []byte
	if rest, err := asn1.Unmarshal(info.Key.Bytes, &point); err != nil || len(rest) > 0 || info.Key.BitLength%8 != 0 {
		return nil, Refuse(BadKey, errors.New("a GOST key is no OCTET STRING"))
	}
	key, err := gost.ParsePublicKey(f.make(), point)
	if err != nil {
		return nil, Refuse(BadKey, err)
	}
	return gostKey{f, key}, nil
}

func (k gostKey) family() string    { return k.key }
func (k gostKey) algorithm() string { return k.name }

func (k gostKey) strength() error {
	if k.key == keyGOST2004 {
		return Refuse(WeakAlgorithm, errors.New(k.name))
	}
	return nil
}

func (k gostKey) verify(digest crypto.Hash, sum, sig []byte, _ bool) error {
	if digest != 0 {
		return errors.New("a foreign digest under a GOST key")
	}
	return k.Verify(sum, sig)
}

type gostPrivate struct {
	gostFamily
	secret *gost.PrivateKey
}

// NewGOSTKey makes a Key of a GOST key. The curve says which standard it follows.
func NewGOSTKey(secret *gost.PrivateKey) (Key, error) {
	for _, family := range []string{keyGOST512, keyGOST256, keyGOST2004} {
		if f, _ := gostFamilyOf(family); f.make().Name() == secret.Public().Curve().Name() {
			return gostPrivate{f, secret}, nil
		}
	}
	return nil, Refuse(Unsupported, errors.New("curve"))
}

func (k gostPrivate) Algorithm() string                    { return k.name }
func (k gostPrivate) DefaultDigest() asn1.ObjectIdentifier { return OID(k.digest) }

type gostAlgorithm struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters []asn1.ObjectIdentifier
}

func (f gostFamily) identifier() gostAlgorithm {
	a := gostAlgorithm{Algorithm: OID(f.key)}
	for _, p := range f.parameters {
		a.Parameters = append(a.Parameters, OID(p))
	}
	return a
}

func (k gostPrivate) PublicKeyInfo() []byte {
	point, err := asn1.Marshal(k.secret.Public().Bytes())
	if err != nil {
		panic("pki: a GOST key that cannot be written: " + err.Error())
	}
	der, err := asn1.Marshal(struct {
		Algorithm gostAlgorithm
		Key       asn1.BitString
	}{k.identifier(), asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
	if err != nil {
		panic("pki: a GOST key that cannot be written: " + err.Error())
	}
	return der
}

func (k gostPrivate) Sign(rand io.Reader, digest asn1.ObjectIdentifier, signed []byte) (asn1.ObjectIdentifier, []byte, error) {
	if digest.String() != k.digest {
		return nil, nil, Refuse(Disagreement, fmt.Errorf("digest %s under a key of %s", digest, k.name))
	}
	h, err := NewDigest(digest)
	if err != nil {
		return nil, nil, err
	}
	h.Write(signed)
	sig, err := k.secret.Sign(rand, h.Sum(nil))
	return OID(k.signature), sig, err
}

// PKCS8 writes the number as the authority does: an INTEGER for 34.310-2004, else a little-endian OCTET STRING.
func (k gostPrivate) PKCS8() ([]byte, error) {
	little := k.secret.Bytes()
	var inner any = little
	if k.key == keyGOST2004 {
		bigEndian := slices.Clone(little)
		slices.Reverse(bigEndian)
		inner = new(big.Int).SetBytes(bigEndian)
	}
	key, err := asn1.Marshal(inner)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		Version   int
		Algorithm gostAlgorithm
		Key       []byte
	}{0, k.identifier(), key})
}

// parseGOSTPrivate reads the number inside PrivateKeyInfo, in either of the two forms.
func parseGOSTPrivate(family string, der []byte) (Key, error) {
	f, ok := gostFamilyOf(family)
	if !ok {
		return nil, Refuse(Unsupported, fmt.Errorf("key algorithm %s", family))
	}
	var raw asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &raw); err != nil || len(rest) > 0 || raw.Class != asn1.ClassUniversal || raw.IsCompound {
		return nil, Refuse(BadKey, errors.New("the number of a GOST key"))
	}
	little := make([]byte, f.make().Size())
	switch raw.Tag {
	case asn1.TagOctetString:
		if len(raw.Bytes) != len(little) {
			return nil, Refuse(BadKey, fmt.Errorf("a GOST key of %d bytes", len(raw.Bytes)))
		}
		copy(little, raw.Bytes)
	case asn1.TagInteger:
		n := new(big.Int).SetBytes(raw.Bytes)
		if n.BitLen() > 8*len(little) || len(raw.Bytes) == 0 || raw.Bytes[0]&0x80 != 0 {
			return nil, Refuse(BadKey, errors.New("the number of a GOST key"))
		}
		n.FillBytes(little)
		slices.Reverse(little)
	default:
		return nil, Refuse(BadKey, errors.New("the number of a GOST key"))
	}
	secret, err := gost.ParsePrivateKey(f.make(), little)
	if err != nil {
		return nil, Refuse(BadKey, err)
	}
	return gostPrivate{f, secret}, nil
}

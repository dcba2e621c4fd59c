package gost

import (
	"crypto/subtle"
	"io"
)

// PublicKey is a point of the subgroup of the base point, other than infinity.
type PublicKey struct {
	curve *Curve
	point affine
}

// ParsePublicKey reads x‖y, each little-endian and c.Size() bytes long, as Kazakh certificates hold it.
// It answers ErrKey for another length, a coordinate that is not below p, a point off the curve, and a
// point that no private key leads to (only Curve256A has such). Infinity cannot be written so.
func ParsePublicKey(c *Curve, xy []byte) (*PublicKey, error) {
	n := c.Size()
	if len(xy) != 2*n {
		return nil, ErrKey
	}
	point := affine{load(xy[:n]), load(xy[n:])}
	if c.f.reduced(&point.x) != point.x || c.f.reduced(&point.y) != point.y || !c.holds(&point) {
		return nil, ErrKey
	}
	if c.cofactor != 1 {
		if end := c.combine(&element{}, &c.order.q, &point); c.f.zero(&end.z) == 0 {
			return nil, ErrKey
		}
	}
	return &PublicKey{c, point}, nil
}

// Curve is the curve of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes is x‖y, each little-endian.
func (k *PublicKey) Bytes() []byte {
	n := k.curve.Size()
	out := make([]byte, 2*n)
	k.point.x.store(out[:n])
	k.point.y.store(out[n:])
	return out
}

// Equal is whether both are the same point of the same curve.
func (k *PublicKey) Equal(other *PublicKey) bool {
	return k.curve == other.curve && k.point == other.point
}

// PrivateKey is a number d, 0 < d < q, with its public key d·G.
type PrivateKey struct {
	d      element
	public PublicKey
}

// ParsePrivateKey reads d, little-endian and c.Size() bytes long. It answers ErrKey for another length, for 0
// and for q and above. Which of them it was it does not say, and takes as long for each.
func ParsePrivateKey(c *Curve, le []byte) (*PrivateKey, error) {
	if len(le) != c.Size() {
		return nil, ErrKey
	}
	d := load(le)
	if c.order.inRange(&d) == 0 {
		return nil, ErrKey
	}
	return &PrivateKey{d, PublicKey{c, c.timesBase(&d)}}, nil
}

// GenerateKey makes a key of bytes read from rand, which must be unpredictable: nothing mends a weak one
// here. It answers ErrRandom when rand ends or gives nothing usable.
func GenerateKey(c *Curve, rand io.Reader) (*PrivateKey, error) {
	raw := make([]byte, c.Size())
	for range 128 { // Curve256A wants another try every second time, the others never
		if _, err := io.ReadFull(rand, raw); err != nil {
			return nil, ErrRandom
		}
		c.mask(raw)
		if k, err := ParsePrivateKey(c, raw); err == nil {
			return k, nil
		}
	}
	return nil, ErrRandom
}

// mask clears the bits of a little-endian number that every number below q has clear.
func (c *Curve) mask(le []byte) {
	extra := 8*len(le) - c.order.big.BitLen()
	le[len(le)-1] &= 0xff >> extra
}

// Public is the public key.
func (k *PrivateKey) Public() *PublicKey { return &k.public }

// Bytes is d, little-endian.
func (k *PrivateKey) Bytes() []byte {
	out := make([]byte, k.public.curve.Size())
	k.d.store(out)
	return out
}

// Equal is whether both are the same number on the same curve, in the same time for all numbers.
func (k *PrivateKey) Equal(other *PrivateKey) bool {
	return k.public.curve == other.public.curve && subtle.ConstantTimeCompare(k.Bytes(), other.Bytes()) == 1
}

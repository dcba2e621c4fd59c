package gost

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
)

// SelfCheck proves on this machine, in some milliseconds, that the digests give known answers, that every base
// point lies on its curve and has the order stated, that signatures made verify and that changed ones do
// not. A program calls it at start and does not start where it answers with an error.
func SelfCheck() error {
	for _, known := range []struct {
		name    string
		hash    hash.Hash
		message string
		want    string
	}{
		{"Streebog-512", NewStreebog512(), checkMessage, "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa" +
			"00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
		{"Streebog-256", NewStreebog256(), checkMessage, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
		{"34.311-95", New341195(), "This is message, length=32 bytes", "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa"},
	} {
		known.hash.Write([]byte(known.message))
		if !bytes.Equal(known.hash.Sum(nil), unhex(known.want)) {
			return fmt.Errorf("gost: self-check: %s gives another answer than the standard", known.name)
		}
	}
	for _, c := range []*Curve{Curve512A(), CryptoProA(), Curve256A()} {
		if err := c.check(); err != nil {
			return fmt.Errorf("gost: self-check: %s: %w", c.name, err)
		}
	}
	return nil
}

// checkMessage is the first message of RFC 6986, 10.
const checkMessage = "012345678901234567890123456789012345678901234567890123456789012"

func (c *Curve) check() error {
	if !c.holds(&c.base) {
		return errors.New("the base point is off the curve")
	}
	minusOne := c.order.q
	subtract(&minusOne, &element{1})
	if end := c.combine(&minusOne, &element{1}, &c.base); c.f.zero(&end.z) == 0 {
		return errors.New("the base point has another order")
	}
	secret, digest := make([]byte, c.Size()), make([]byte, c.Size())
	for i := range secret {
		secret[i], digest[i] = byte(i+1), byte(7*i)
	}
	c.mask(secret)
	secret[len(secret)-1] >>= 1
	key, err := ParsePrivateKey(c, secret)
	if err != nil {
		return err
	}
	signature, err := key.Sign(bytes.NewReader(make([]byte, 64)), digest)
	if err != nil {
		return err
	}
	if err := key.Public().Verify(digest, signature); err != nil {
		return err
	}
	digest[0] ^= 1
	if err := key.Public().Verify(digest, signature); !errors.Is(err, ErrMismatch) {
		return errors.New("a signature of another digest verifies")
	}
	return nil
}

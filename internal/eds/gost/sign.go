package gost

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"io"
)

// Verify checks r‖s, each little-endian, against a digest as the hashes of this package print it, read
// as a little-endian number (GOST R 34.10-2012, 6.2; RFC 7091, 6.2). It answers ErrForm for a digest that
// is not Size bytes long, a signature that is not twice that, and r or s outside 0 < r, s < q; ErrMismatch
// for one that does not fit.
func (k *PublicKey) Verify(digest, signature []byte) error {
	c := k.curve
	n, q := c.Size(), c.order
	if len(digest) != n || len(signature) != 2*n {
		return ErrForm
	}
	r, s := load(signature[:n]), load(signature[n:])
	if q.inRange(&r)&q.inRange(&s) == 0 {
		return ErrForm
	}
	e := c.digest(digest)
	var u, v element
	q.invertPublic(&v, &e)
	q.times(&u, &s, &v) // s/e
	q.times(&v, &r, &v)
	minus := q.q
	subtract(&minus, &v) // −r/e
	sum := c.combine(&u, &minus, &k.point)
	if !c.meets(&sum, r) {
		return ErrMismatch
	}
	return nil
}

// meets is whether the x of the point is r modulo q. It compares x·z² with r·z², (r+q)·z² and so on as
// long as they are below p, which is cheaper than dividing.
func (c *Curve) meets(p *jacobian, r element) bool {
	if c.f.zero(&p.z) == 1 {
		return false
	}
	var zz, t element
	c.f.sqr(&zz, &p.z)
	for {
		c.f.mul(&t, &r, &zz)
		if c.f.equal(&t, &p.x) == 1 {
			return true
		}
		if add(&r, &c.order.q, int(c.f)) == 1 || c.f.reduced(&r) != r {
			return false
		}
	}
}

// digest is the number that is signed: the digest modulo q, 1 for 0.
func (c *Curve) digest(le []byte) element {
	raw := load(le)
	e := c.order.reduce(&raw)
	e[0] |= e.zero()
	return e
}

// Sign makes r‖s, each little-endian, over a digest as the hashes of this package print it (GOST R
// 34.10-2012, 6.1; RFC 7091, 6.1). It answers ErrForm for a digest that is not Size bytes long and
// ErrRandom when rand ends.
//
// The number k that must never repeat nor be guessed is derived from 64 bytes of rand, the key and the
// digest together. If rand is good, k is as good; if rand repeats itself or is known to others, k is
// still unknown without the key, and the same only for the same digest, where the signature is the
// same too. So a bad rand costs nothing but that two signatures of one digest may be equal.
func (k *PrivateKey) Sign(rand io.Reader, digest []byte) ([]byte, error) {
	c := k.public.curve
	n, q := c.Size(), c.order
	if len(digest) != n {
		return nil, ErrForm
	}
	var noise [64]byte
	if _, err := io.ReadFull(rand, noise[:]); err != nil {
		return nil, ErrRandom
	}
	e := c.digest(digest)
	nonces := k.nonces(noise[:], digest)
	for {
		nonce := nonces()
		point := c.timesBase(&nonce)
		r := q.reduce(&point.x)
		var rd, s element
		q.times(&rd, &r, &k.d)
		q.times(&s, &nonce, &e)
		q.add(&s, &s, &rd)
		if r.zero()|s.zero() == 1 { // once in 2^254; nothing of such a try is published
			continue
		}
		out := make([]byte, 2*n)
		r.store(out[:n])
		s.store(out[n:])
		return out, nil
	}
}

// nonces derives numbers 0 < k < q: a key is drawn from all that goes in, as HKDF (RFC 5869) does, and
// each number from that key and a counter. Numbers out of range are passed over; they tell nothing
// about those that are not. SHA-512, because its time does not depend on what it digests, and ours does.
func (k *PrivateKey) nonces(noise, digest []byte) func() element {
	c := k.public.curve
	draw := hmac.New(sha512.New, k.Bytes())
	draw.Write([]byte("tereze gost nonce " + c.name + "\x00"))
	draw.Write(noise)
	draw.Write(digest)
	expand := hmac.New(sha512.New, draw.Sum(nil))
	var counter uint32
	return func() element {
		for {
			counter++
			expand.Reset()
			expand.Write(binary.LittleEndian.AppendUint32(nil, counter))
			raw := expand.Sum(nil)[:c.Size()]
			c.mask(raw)
			if nonce := load(raw); c.order.inRange(&nonce) == 1 {
				return nonce
			}
		}
	}
}

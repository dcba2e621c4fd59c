package gost

import "math/bits"

// element is a number of up to 512 bits, lowest word first. Where the curve has 256 bits the upper four
// words are zero. An element of a field may stand for x as x or as x+p: sums and products are
// brought below 2^512 (2^256), not below p, until somebody asks for bytes or compares.
type element [8]uint64

// field is arithmetic modulo p, named by the number of words of p: 8 for 2^512 − 569, 4 for
// 2^256 − 617. Nothing in it branches on or indexes by the numbers it works with.
type field uint8

const (
	fold8 = 569 // 2^512 mod p
	fold4 = 617 // 2^256 mod p
)

// fold is 2^(64·f) mod p.
func (f field) fold() uint64 {
	if f == 8 {
		return fold8
	}
	return fold4
}

func (f field) mul(z, x, y *element) {
	if f == 8 {
		mul8(z, x, y)
	} else {
		mul4(z, x, y)
	}
}

func (f field) sqr(z, x *element) {
	if f == 8 {
		sqr8(z, x)
	} else {
		sqr4(z, x)
	}
}

func (f field) add(z, x, y *element) {
	if f == 8 {
		add8(z, x, y)
	} else {
		add4(z, x, y)
	}
}

func (f field) sub(z, x, y *element) {
	if f == 8 {
		sub8(z, x, y)
	} else {
		sub4(z, x, y)
	}
}

// neg sets z = −x.
func (f field) neg(z, x *element) { f.sub(z, &element{}, x) }

// sqrN sets z = x^(2^n).
func (f field) sqrN(z, x *element, n int) {
	f.sqr(z, x)
	for range n - 1 {
		f.sqr(z, z)
	}
}

// inv sets z = 1/x, and 0 for 0, as x^(p−2). All but the last ten bits of p−2 are ones in both fields.
func (f field) inv(z, x *element) {
	const tail = 10
	ones := 64*int(f) - tail
	r, have := *x, 1 // r = x^(2^have − 1)
	for i := bits.Len(uint(ones)) - 2; i >= 0; i-- {
		var s element
		f.sqrN(&s, &r, have)
		f.mul(&r, &r, &s)
		if have *= 2; ones>>i&1 == 1 {
			f.sqr(&r, &r)
			f.mul(&r, &r, x)
			have++
		}
	}
	low := 1<<tail - f.fold() - 2
	for i := tail - 1; i >= 0; i-- {
		f.sqr(&r, &r)
		if low>>i&1 == 1 {
			f.mul(&r, &r, x)
		}
	}
	*z = r
}

// reduced is x brought below p.
func (f field) reduced(x *element) element {
	// x ≥ p just when x + fold leaves the words; what is left then is x − p.
	var t element
	carry, add := uint64(0), f.fold()
	for i := range int(f) {
		t[i], carry = bits.Add64(x[i], add, carry)
		add = 0
	}
	z := *x
	z.choose(carry, &t)
	return z
}

// zero is 1 where x stands for 0, else 0.
func (f field) zero(x *element) uint64 {
	r := f.reduced(x)
	return r.zero()
}

// equal is 1 where x and y stand for the same number, else 0.
func (f field) equal(x, y *element) uint64 {
	var d element
	f.sub(&d, x, y)
	return f.zero(&d)
}

// zero is 1 where every word is 0, else 0.
func (z *element) zero() uint64 {
	var or uint64
	for _, w := range z {
		or |= w
	}
	return 1 ^ (or|-or)>>63
}

// choose sets z = x if take is 1 and leaves it if take is 0.
func (z *element) choose(take uint64, x *element) {
	mask := -take
	for i := range z {
		z[i] ^= mask & (z[i] ^ x[i])
	}
}

// less is 1 where x < y, else 0.
func less(x, y *element) uint64 {
	var borrow uint64
	for i := range x {
		_, borrow = bits.Sub64(x[i], y[i], borrow)
	}
	return borrow
}

// load reads up to 64 bytes, lowest first.
func load(le []byte) (z element) {
	for i, b := range le {
		z[i/8] |= uint64(b) << (8 * (i % 8))
	}
	return z
}

// store writes as many of the lowest bytes of z as le holds, lowest first.
func (z *element) store(le []byte) {
	for i := range le {
		le[i] = byte(z[i/8] >> (8 * (i % 8)))
	}
}

// add sets z = z + x over n words and returns the carry.
func add(z, x *element, n int) (carry uint64) {
	for i := range n {
		z[i], carry = bits.Add64(z[i], x[i], carry)
	}
	return carry
}

// subtract sets z = z − x for x ≤ z.
func subtract(z, x *element) {
	var borrow uint64
	for i := range z {
		z[i], borrow = bits.Sub64(z[i], x[i], borrow)
	}
}

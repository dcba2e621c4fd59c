package gost

import "math/bits"

// mac is acc + x·y + carry, as its upper and lower word; it cannot overflow them.
func mac(acc, x, y, carry uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(x, y)
	var c uint64
	lo, c = bits.Add64(lo, acc, 0)
	hi += c
	lo, c = bits.Add64(lo, carry, 0)
	hi += c
	return hi, lo
}

// mul8 sets z = x·y mod 2^512 − 569.
func mul8(z, x, y *element) {
	var t [16]uint64
	for i := range 8 {
		var c uint64
		for j := range 8 {
			c, t[i+j] = mac(t[i+j], x[i], y[j], c)
		}
		t[i+8] = c
	}
	reduce8(z, &t)
}

// sqr8 sets z = x² mod 2^512 − 569.
func sqr8(z, x *element) { mul8(z, x, x) }

// reduce8 sets z = t mod 2^512 − 569: the upper half counts 569 times in the lower.
func reduce8(z *element, t *[16]uint64) {
	var c uint64
	for i := range 8 {
		c, z[i] = mac(t[i], t[i+8], fold8, c)
	}
	// c ≤ 569; folding it in may carry once more, and then what is left is small.
	c = carry8(z, c*fold8)
	z[0] += c * fold8
}

// carry8 adds a word to z and returns the carry.
func carry8(z *element, w uint64) (c uint64) {
	z[0], c = bits.Add64(z[0], w, 0)
	z[1], c = bits.Add64(z[1], 0, c)
	z[2], c = bits.Add64(z[2], 0, c)
	z[3], c = bits.Add64(z[3], 0, c)
	z[4], c = bits.Add64(z[4], 0, c)
	z[5], c = bits.Add64(z[5], 0, c)
	z[6], c = bits.Add64(z[6], 0, c)
	z[7], c = bits.Add64(z[7], 0, c)
	return c
}

// add8 sets z = x + y mod 2^512 − 569.
func add8(z, x, y *element) {
	var c uint64
	z[0], c = bits.Add64(x[0], y[0], 0)
	z[1], c = bits.Add64(x[1], y[1], c)
	z[2], c = bits.Add64(x[2], y[2], c)
	z[3], c = bits.Add64(x[3], y[3], c)
	z[4], c = bits.Add64(x[4], y[4], c)
	z[5], c = bits.Add64(x[5], y[5], c)
	z[6], c = bits.Add64(x[6], y[6], c)
	z[7], c = bits.Add64(x[7], y[7], c)
	c = carry8(z, c*fold8)
	z[0] += c * fold8
}

// sub8 sets z = x − y mod 2^512 − 569.
func sub8(z, x, y *element) {
	var b uint64
	z[0], b = bits.Sub64(x[0], y[0], 0)
	z[1], b = bits.Sub64(x[1], y[1], b)
	z[2], b = bits.Sub64(x[2], y[2], b)
	z[3], b = bits.Sub64(x[3], y[3], b)
	z[4], b = bits.Sub64(x[4], y[4], b)
	z[5], b = bits.Sub64(x[5], y[5], b)
	z[6], b = bits.Sub64(x[6], y[6], b)
	z[7], b = bits.Sub64(x[7], y[7], b)
	// A borrow has added 2^512, which is 569 too many; taking them off may borrow once more.
	z[0], b = bits.Sub64(z[0], b*fold8, 0)
	z[1], b = bits.Sub64(z[1], 0, b)
	z[2], b = bits.Sub64(z[2], 0, b)
	z[3], b = bits.Sub64(z[3], 0, b)
	z[4], b = bits.Sub64(z[4], 0, b)
	z[5], b = bits.Sub64(z[5], 0, b)
	z[6], b = bits.Sub64(z[6], 0, b)
	z[7], b = bits.Sub64(z[7], 0, b)
	z[0] -= b * fold8
}

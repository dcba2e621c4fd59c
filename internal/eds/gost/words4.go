package gost

import "math/bits"

// mul4 sets z = x·y mod 2^256 − 617.
func mul4(z, x, y *element) {
	var t [8]uint64
	for i := range 4 {
		var c uint64
		for j := range 4 {
			c, t[i+j] = mac(t[i+j], x[i], y[j], c)
		}
		t[i+4] = c
	}
	reduce4(z, &t)
}

// sqr4 sets z = x² mod 2^256 − 617.
func sqr4(z, x *element) { mul4(z, x, x) }

// reduce4 sets z = t mod 2^256 − 617: the upper half counts 617 times in the lower.
func reduce4(z *element, t *[8]uint64) {
	var c uint64
	for i := range 4 {
		c, z[i] = mac(t[i], t[i+4], fold4, c)
	}
	c = carry4(z, c*fold4)
	z[0] += c * fold4
}

// carry4 adds a word to z and returns the carry.
func carry4(z *element, w uint64) (c uint64) {
	z[0], c = bits.Add64(z[0], w, 0)
	z[1], c = bits.Add64(z[1], 0, c)
	z[2], c = bits.Add64(z[2], 0, c)
	z[3], c = bits.Add64(z[3], 0, c)
	return c
}

// add4 sets z = x + y mod 2^256 − 617.
func add4(z, x, y *element) {
	var c uint64
	z[0], c = bits.Add64(x[0], y[0], 0)
	z[1], c = bits.Add64(x[1], y[1], c)
	z[2], c = bits.Add64(x[2], y[2], c)
	z[3], c = bits.Add64(x[3], y[3], c)
	c = carry4(z, c*fold4)
	z[0] += c * fold4
}

// sub4 sets z = x − y mod 2^256 − 617.
func sub4(z, x, y *element) {
	var b uint64
	z[0], b = bits.Sub64(x[0], y[0], 0)
	z[1], b = bits.Sub64(x[1], y[1], b)
	z[2], b = bits.Sub64(x[2], y[2], b)
	z[3], b = bits.Sub64(x[3], y[3], b)
	z[0], b = bits.Sub64(z[0], b*fold4, 0)
	z[1], b = bits.Sub64(z[1], 0, b)
	z[2], b = bits.Sub64(z[2], 0, b)
	z[3], b = bits.Sub64(z[3], 0, b)
	z[0] -= b * fold4
}

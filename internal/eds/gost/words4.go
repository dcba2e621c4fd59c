package gost

import "math/bits"

// mul4 sets z = x·y mod 2^256 − 617. For each word of x it joins the halves of the products into one number
// and adds that: two runs of additions, in which the carry never leaves the processor's flag.
func mul4(z, x, y *element) {
	var t [8]uint64
	var c uint64
	for i := range 4 {
		w, r := x[i], (*[5]uint64)(t[i:])
		h0, l0 := bits.Mul64(w, y[0])
		h1, l1 := bits.Mul64(w, y[1])
		h2, l2 := bits.Mul64(w, y[2])
		h3, l3 := bits.Mul64(w, y[3])
		l1, c = bits.Add64(l1, h0, 0)
		l2, c = bits.Add64(l2, h1, c)
		l3, c = bits.Add64(l3, h2, c)
		h3 += c
		r[0], c = bits.Add64(r[0], l0, 0)
		r[1], c = bits.Add64(r[1], l1, c)
		r[2], c = bits.Add64(r[2], l2, c)
		r[3], c = bits.Add64(r[3], l3, c)
		r[4] = h3 + c
	}
	reduce4(z, &t)
}

// sqr4 sets z = x² mod 2^256 − 617: the products of different words count twice.
func sqr4(z, x *element) {
	var t [8]uint64
	cross4(&t, x)
	var c uint64
	h0, l0 := bits.Mul64(x[0], x[0])
	h1, l1 := bits.Mul64(x[1], x[1])
	h2, l2 := bits.Mul64(x[2], x[2])
	h3, l3 := bits.Mul64(x[3], x[3])

	t[1], c = bits.Add64(t[1], t[1], 0)
	t[2], c = bits.Add64(t[2], t[2], c)
	t[3], c = bits.Add64(t[3], t[3], c)
	t[4], c = bits.Add64(t[4], t[4], c)
	t[5], c = bits.Add64(t[5], t[5], c)
	t[6], c = bits.Add64(t[6], t[6], c)
	t[0], t[7] = l0, c

	t[1], c = bits.Add64(t[1], h0, 0)
	t[2], c = bits.Add64(t[2], l1, c)
	t[3], c = bits.Add64(t[3], h1, c)
	t[4], c = bits.Add64(t[4], l2, c)
	t[5], c = bits.Add64(t[5], h2, c)
	t[6], c = bits.Add64(t[6], l3, c)
	t[7], _ = bits.Add64(t[7], h3, c)
	reduce4(z, &t)
}

// cross4 adds up the products of each word of x with those above it, into t[1] and up.
func cross4(t *[8]uint64, x *element) {
	var c uint64
	c, t[1] = mac(0, x[0], x[1], 0)
	c, t[2] = mac(0, x[0], x[2], c)
	t[4], t[3] = mac(0, x[0], x[3], c)
	c, t[3] = mac(t[3], x[1], x[2], 0)
	c, t[4] = mac(t[4], x[1], x[3], c)
	t[5] = c
	t[6], t[5] = mac(t[5], x[2], x[3], 0)
}

// reduce4 sets z = t mod 2^256 − 617: the upper half counts 617 times in the lower.
func reduce4(z *element, t *[8]uint64) {
	var c uint64
	h0, l0 := bits.Mul64(t[4], fold4)
	h1, l1 := bits.Mul64(t[5], fold4)
	h2, l2 := bits.Mul64(t[6], fold4)
	h3, l3 := bits.Mul64(t[7], fold4)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	top := h3 + c
	l0, c = bits.Add64(l0, t[0], 0)
	l1, c = bits.Add64(l1, t[1], c)
	l2, c = bits.Add64(l2, t[2], c)
	l3, c = bits.Add64(l3, t[3], c)
	top += c // at most 617: folding it in may carry once more, and then what is left is small
	l0, c = bits.Add64(l0, top*fold4, 0)
	l1, c = bits.Add64(l1, 0, c)
	l2, c = bits.Add64(l2, 0, c)
	l3, c = bits.Add64(l3, 0, c)
	z[0] = l0 + c*fold4
	z[1] = l1
	z[2] = l2
	z[3] = l3
}

// add4 sets z = x + y mod 2^256 − 617.
func add4(z, x, y *element) {
	l0, c := bits.Add64(x[0], y[0], 0)
	l1, c := bits.Add64(x[1], y[1], c)
	l2, c := bits.Add64(x[2], y[2], c)
	l3, c := bits.Add64(x[3], y[3], c)
	l0, c = bits.Add64(l0, c*fold4, 0)
	l1, c = bits.Add64(l1, 0, c)
	l2, c = bits.Add64(l2, 0, c)
	l3, c = bits.Add64(l3, 0, c)
	z[0] = l0 + c*fold4
	z[1] = l1
	z[2] = l2
	z[3] = l3
}

// sub4 sets z = x − y mod 2^256 − 617. A borrow has added 2^256, which is 617 too many; taking them off may borrow
// once more.
func sub4(z, x, y *element) {
	l0, b := bits.Sub64(x[0], y[0], 0)
	l1, b := bits.Sub64(x[1], y[1], b)
	l2, b := bits.Sub64(x[2], y[2], b)
	l3, b := bits.Sub64(x[3], y[3], b)
	l0, b = bits.Sub64(l0, b*fold4, 0)
	l1, b = bits.Sub64(l1, 0, b)
	l2, b = bits.Sub64(l2, 0, b)
	l3, b = bits.Sub64(l3, 0, b)
	z[0] = l0 - b*fold4
	z[1] = l1
	z[2] = l2
	z[3] = l3
}

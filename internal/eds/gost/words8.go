package gost

import "math/bits"

// mul8 sets z = x·y mod 2^512 − 569. For each word of x it joins the halves of the products into one number
// and adds that: two runs of additions, in which the carry never leaves the processor's flag.
func mul8(z, x, y *element) {
	var t [16]uint64
	var c uint64
	for i := range 8 {
		w, r := x[i], (*[9]uint64)(t[i:])
		h0, l0 := bits.Mul64(w, y[0])
		h1, l1 := bits.Mul64(w, y[1])
		h2, l2 := bits.Mul64(w, y[2])
		h3, l3 := bits.Mul64(w, y[3])
		h4, l4 := bits.Mul64(w, y[4])
		h5, l5 := bits.Mul64(w, y[5])
		h6, l6 := bits.Mul64(w, y[6])
		h7, l7 := bits.Mul64(w, y[7])
		l1, c = bits.Add64(l1, h0, 0)
		l2, c = bits.Add64(l2, h1, c)
		l3, c = bits.Add64(l3, h2, c)
		l4, c = bits.Add64(l4, h3, c)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		r[0], c = bits.Add64(r[0], l0, 0)
		r[1], c = bits.Add64(r[1], l1, c)
		r[2], c = bits.Add64(r[2], l2, c)
		r[3], c = bits.Add64(r[3], l3, c)
		r[4], c = bits.Add64(r[4], l4, c)
		r[5], c = bits.Add64(r[5], l5, c)
		r[6], c = bits.Add64(r[6], l6, c)
		r[7], c = bits.Add64(r[7], l7, c)
		r[8] = h7 + c
	}
	reduce8(z, &t)
}

// sqr8 sets z = x² mod 2^512 − 569: the products of different words count twice.
func sqr8(z, x *element) {
	var t [16]uint64
	cross8(&t, x)
	var c uint64
	h0, l0 := bits.Mul64(x[0], x[0])
	h1, l1 := bits.Mul64(x[1], x[1])
	h2, l2 := bits.Mul64(x[2], x[2])
	h3, l3 := bits.Mul64(x[3], x[3])
	h4, l4 := bits.Mul64(x[4], x[4])
	h5, l5 := bits.Mul64(x[5], x[5])
	h6, l6 := bits.Mul64(x[6], x[6])
	h7, l7 := bits.Mul64(x[7], x[7])

	t[1], c = bits.Add64(t[1], t[1], 0)
	t[2], c = bits.Add64(t[2], t[2], c)
	t[3], c = bits.Add64(t[3], t[3], c)
	t[4], c = bits.Add64(t[4], t[4], c)
	t[5], c = bits.Add64(t[5], t[5], c)
	t[6], c = bits.Add64(t[6], t[6], c)
	t[7], c = bits.Add64(t[7], t[7], c)
	t[8], c = bits.Add64(t[8], t[8], c)
	t[9], c = bits.Add64(t[9], t[9], c)
	t[10], c = bits.Add64(t[10], t[10], c)
	t[11], c = bits.Add64(t[11], t[11], c)
	t[12], c = bits.Add64(t[12], t[12], c)
	t[13], c = bits.Add64(t[13], t[13], c)
	t[14], c = bits.Add64(t[14], t[14], c)
	t[0], t[15] = l0, c

	t[1], c = bits.Add64(t[1], h0, 0)
	t[2], c = bits.Add64(t[2], l1, c)
	t[3], c = bits.Add64(t[3], h1, c)
	t[4], c = bits.Add64(t[4], l2, c)
	t[5], c = bits.Add64(t[5], h2, c)
	t[6], c = bits.Add64(t[6], l3, c)
	t[7], c = bits.Add64(t[7], h3, c)
	t[8], c = bits.Add64(t[8], l4, c)
	t[9], c = bits.Add64(t[9], h4, c)
	t[10], c = bits.Add64(t[10], l5, c)
	t[11], c = bits.Add64(t[11], h5, c)
	t[12], c = bits.Add64(t[12], l6, c)
	t[13], c = bits.Add64(t[13], h6, c)
	t[14], c = bits.Add64(t[14], l7, c)
	t[15], _ = bits.Add64(t[15], h7, c)
	reduce8(z, &t)
}

// cross8 adds up the products of each word of x with those above it, into t[1] and up.
func cross8(t *[16]uint64, x *element) {
	var c uint64
	{
		h1, l1 := bits.Mul64(x[0], x[1])
		h2, l2 := bits.Mul64(x[0], x[2])
		h3, l3 := bits.Mul64(x[0], x[3])
		h4, l4 := bits.Mul64(x[0], x[4])
		h5, l5 := bits.Mul64(x[0], x[5])
		h6, l6 := bits.Mul64(x[0], x[6])
		h7, l7 := bits.Mul64(x[0], x[7])
		t[1] = l1
		t[2], c = bits.Add64(l2, h1, 0)
		t[3], c = bits.Add64(l3, h2, c)
		t[4], c = bits.Add64(l4, h3, c)
		t[5], c = bits.Add64(l5, h4, c)
		t[6], c = bits.Add64(l6, h5, c)
		t[7], c = bits.Add64(l7, h6, c)
		t[8] = h7 + c
	}
	{
		h2, l2 := bits.Mul64(x[1], x[2])
		h3, l3 := bits.Mul64(x[1], x[3])
		h4, l4 := bits.Mul64(x[1], x[4])
		h5, l5 := bits.Mul64(x[1], x[5])
		h6, l6 := bits.Mul64(x[1], x[6])
		h7, l7 := bits.Mul64(x[1], x[7])
		l3, c = bits.Add64(l3, h2, 0)
		l4, c = bits.Add64(l4, h3, c)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[3], c = bits.Add64(t[3], l2, 0)
		t[4], c = bits.Add64(t[4], l3, c)
		t[5], c = bits.Add64(t[5], l4, c)
		t[6], c = bits.Add64(t[6], l5, c)
		t[7], c = bits.Add64(t[7], l6, c)
		t[8], c = bits.Add64(t[8], l7, c)
		t[9] = h7 + c
	}
	{
		h3, l3 := bits.Mul64(x[2], x[3])
		h4, l4 := bits.Mul64(x[2], x[4])
		h5, l5 := bits.Mul64(x[2], x[5])
		h6, l6 := bits.Mul64(x[2], x[6])
		h7, l7 := bits.Mul64(x[2], x[7])
		l4, c = bits.Add64(l4, h3, 0)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[5], c = bits.Add64(t[5], l3, 0)
		t[6], c = bits.Add64(t[6], l4, c)
		t[7], c = bits.Add64(t[7], l5, c)
		t[8], c = bits.Add64(t[8], l6, c)
		t[9], c = bits.Add64(t[9], l7, c)
		t[10] = h7 + c
	}
	c, t[7] = mac(t[7], x[3], x[4], 0) // the short rows go one by one
	c, t[8] = mac(t[8], x[3], x[5], c)
	c, t[9] = mac(t[9], x[3], x[6], c)
	c, t[10] = mac(t[10], x[3], x[7], c)
	t[11] = c
	c, t[9] = mac(t[9], x[4], x[5], 0)
	c, t[10] = mac(t[10], x[4], x[6], c)
	c, t[11] = mac(t[11], x[4], x[7], c)
	t[12] = c
	c, t[11] = mac(t[11], x[5], x[6], 0)
	c, t[12] = mac(t[12], x[5], x[7], c)
	t[13] = c
	t[14], t[13] = mac(t[13], x[6], x[7], 0)
}

// reduce8 sets z = t mod 2^512 − 569: the upper half counts 569 times in the lower.
func reduce8(z *element, t *[16]uint64) {
	var c uint64
	h0, l0 := bits.Mul64(t[8], fold8)
	h1, l1 := bits.Mul64(t[9], fold8)
	h2, l2 := bits.Mul64(t[10], fold8)
	h3, l3 := bits.Mul64(t[11], fold8)
	h4, l4 := bits.Mul64(t[12], fold8)
	h5, l5 := bits.Mul64(t[13], fold8)
	h6, l6 := bits.Mul64(t[14], fold8)
	h7, l7 := bits.Mul64(t[15], fold8)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	l4, c = bits.Add64(l4, h3, c)
	l5, c = bits.Add64(l5, h4, c)
	l6, c = bits.Add64(l6, h5, c)
	l7, c = bits.Add64(l7, h6, c)
	top := h7 + c
	l0, c = bits.Add64(l0, t[0], 0)
	l1, c = bits.Add64(l1, t[1], c)
	l2, c = bits.Add64(l2, t[2], c)
	l3, c = bits.Add64(l3, t[3], c)
	l4, c = bits.Add64(l4, t[4], c)
	l5, c = bits.Add64(l5, t[5], c)
	l6, c = bits.Add64(l6, t[6], c)
	l7, c = bits.Add64(l7, t[7], c)
	top += c // at most 569: folding it in may carry once more, and then what is left is small
	l0, c = bits.Add64(l0, top*fold8, 0)
	l1, c = bits.Add64(l1, 0, c)
	l2, c = bits.Add64(l2, 0, c)
	l3, c = bits.Add64(l3, 0, c)
	l4, c = bits.Add64(l4, 0, c)
	l5, c = bits.Add64(l5, 0, c)
	l6, c = bits.Add64(l6, 0, c)
	l7, c = bits.Add64(l7, 0, c)
	z[0] = l0 + c*fold8
	z[1] = l1
	z[2] = l2
	z[3] = l3
	z[4] = l4
	z[5] = l5
	z[6] = l6
	z[7] = l7
}

// add8 sets z = x + y mod 2^512 − 569.
func add8(z, x, y *element) {
	l0, c := bits.Add64(x[0], y[0], 0)
	l1, c := bits.Add64(x[1], y[1], c)
	l2, c := bits.Add64(x[2], y[2], c)
	l3, c := bits.Add64(x[3], y[3], c)
	l4, c := bits.Add64(x[4], y[4], c)
	l5, c := bits.Add64(x[5], y[5], c)
	l6, c := bits.Add64(x[6], y[6], c)
	l7, c := bits.Add64(x[7], y[7], c)
	l0, c = bits.Add64(l0, c*fold8, 0)
	l1, c = bits.Add64(l1, 0, c)
	l2, c = bits.Add64(l2, 0, c)
	l3, c = bits.Add64(l3, 0, c)
	l4, c = bits.Add64(l4, 0, c)
	l5, c = bits.Add64(l5, 0, c)
	l6, c = bits.Add64(l6, 0, c)
	l7, c = bits.Add64(l7, 0, c)
	z[0] = l0 + c*fold8
	z[1] = l1
	z[2] = l2
	z[3] = l3
	z[4] = l4
	z[5] = l5
	z[6] = l6
	z[7] = l7
}

// sub8 sets z = x − y mod 2^512 − 569. A borrow has added 2^512, which is 569 too many; taking them off may borrow
// once more.
func sub8(z, x, y *element) {
	l0, b := bits.Sub64(x[0], y[0], 0)
	l1, b := bits.Sub64(x[1], y[1], b)
	l2, b := bits.Sub64(x[2], y[2], b)
	l3, b := bits.Sub64(x[3], y[3], b)
	l4, b := bits.Sub64(x[4], y[4], b)
	l5, b := bits.Sub64(x[5], y[5], b)
	l6, b := bits.Sub64(x[6], y[6], b)
	l7, b := bits.Sub64(x[7], y[7], b)
	l0, b = bits.Sub64(l0, b*fold8, 0)
	l1, b = bits.Sub64(l1, 0, b)
	l2, b = bits.Sub64(l2, 0, b)
	l3, b = bits.Sub64(l3, 0, b)
	l4, b = bits.Sub64(l4, 0, b)
	l5, b = bits.Sub64(l5, 0, b)
	l6, b = bits.Sub64(l6, 0, b)
	l7, b = bits.Sub64(l7, 0, b)
	z[0] = l0 - b*fold8
	z[1] = l1
	z[2] = l2
	z[3] = l3
	z[4] = l4
	z[5] = l5
	z[6] = l6
	z[7] = l7
}

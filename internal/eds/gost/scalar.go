package gost

import (
	"math/big"
	"math/bits"
)

// order is arithmetic modulo the order q of the base point, in the form of Montgomery: mul divides
// by 2^(64·words). Nothing in mul, add and reduce branches on or indexes by the numbers.
type order struct {
	words int
	q     element
	neg   uint64  // −1/q mod 2^64
	rr    element // 2^(128·words) mod q
	big   *big.Int
}

func newOrder(words int, q *big.Int) *order {
	o := &order{words: words, q: fromBig(q), big: q}
	inv := o.q[0] // each step doubles the bits that are right; q·q = 1 mod 8 gives three
	for range 5 {
		inv *= 2 - o.q[0]*inv
	}
	o.neg = -inv
	rr := new(big.Int).Lsh(big.NewInt(1), uint(128*words))
	o.rr = fromBig(rr.Mod(rr, q))
	return o
}

// mul sets z = x·y / 2^(64·words) mod q, below q, for x·y < 2^(64·words)·q.
func (o *order) mul(z, x, y *element) {
	var t [10]uint64
	n := o.words
	for i := range n {
		var c uint64
		for j := range n {
			c, t[j] = mac(t[j], x[i], y[j], c)
		}
		var over uint64
		t[n], over = bits.Add64(t[n], c, 0)
		m := t[0] * o.neg
		c, _ = mac(t[0], m, o.q[0], 0)
		for j := 1; j < n; j++ {
			c, t[j-1] = mac(t[j], m, o.q[j], c)
		}
		t[n-1], c = bits.Add64(t[n], c, 0)
		t[n] = over + c
	}
	*z = element(t[:8])
	clear(z[n:])
	o.once(z, t[n])
}

// once takes q off z, of which over is the word above the highest, if z is not below it.
func (o *order) once(z *element, over uint64) {
	var d element
	var borrow uint64
	for i := range o.words {
		d[i], borrow = bits.Sub64(z[i], o.q[i], borrow)
	}
	_, borrow = bits.Sub64(over, 0, borrow)
	z.choose(1^borrow, &d)
}

// add sets z = x + y mod q for x and y below q.
func (o *order) add(z, x, y *element) {
	var c uint64
	for i := range o.words {
		z[i], c = bits.Add64(x[i], y[i], c)
	}
	o.once(z, c)
}

// times sets z = x·y mod q for any x and y of the right length.
func (o *order) times(z, x, y *element) {
	var t element
	o.mul(&t, x, &o.rr)
	o.mul(z, &t, y)
}

// reduce is x mod q.
func (o *order) reduce(x *element) (z element) {
	o.times(&z, x, &element{1})
	return z
}

// inRange is 1 where 0 < x < q, else 0.
func (o *order) inRange(x *element) uint64 { return (1 ^ x.zero()) & less(x, &o.q) }

// invertPublic sets z = 1/x mod q for x that is no secret: it takes longer for some x than for others.
func (o *order) invertPublic(z, x *element) { *z = fromBig(new(big.Int).ModInverse(toBig(x), o.big)) }

// mac is acc + x·y + carry, as its upper and lower word; it cannot overflow them.
func mac(acc, x, y, carry uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(x, y)
	var c uint64
	lo, c = bits.Add64(lo, acc, 0)
	hi, _ = bits.Add64(hi, 0, c)
	lo, c = bits.Add64(lo, carry, 0)
	hi, _ = bits.Add64(hi, 0, c)
	return hi, lo
}

func fromBig(x *big.Int) (z element) {
	var be [64]byte
	x.FillBytes(be[:])
	for i, b := range be {
		z[(63-i)/8] |= uint64(b) << (8 * ((63 - i) % 8))
	}
	return z
}

func toBig(x *element) *big.Int {
	var be [64]byte
	for i := range be {
		be[i] = byte(x[(63-i)/8] >> (8 * ((63 - i) % 8)))
	}
	return new(big.Int).SetBytes(be[:])
}

package gost

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
)

// corners are the numbers of so many words at which carries and reductions go wrong.
func corners(words int, m *big.Int) (out []*big.Int) {
	one := big.NewInt(1)
	full := new(big.Int).Lsh(one, uint(64*words))
	for _, near := range []*big.Int{new(big.Int), m, full, new(big.Int).Rsh(full, 1), new(big.Int).Rsh(m, 1), new(big.Int).Lsh(one, 64)} {
		for d := int64(-3); d <= 3; d++ {
			out = append(out, new(big.Int).Add(near, big.NewInt(d)))
		}
	}
	for i := range words { // all ones below, above and in one word
		low := new(big.Int).Lsh(one, uint(64*(i+1)))
		out = append(out, new(big.Int).Sub(low, one), new(big.Int).Sub(full, low),
			new(big.Int).Sub(low, new(big.Int).Rsh(low, 64)))
	}
	keep := out[:0]
	for _, x := range out {
		if x.Sign() >= 0 && x.Cmp(full) < 0 {
			keep = append(keep, x)
		}
	}
	return keep
}

// numbers are the corners and so many numbers at random, some of them with long runs of equal bits.
func numbers(seed uint64, words int, m *big.Int, n int) []*big.Int {
	src := rand.New(rand.NewPCG(seed, 0))
	out := corners(words, m)
	for range n {
		var x element
		for i := range words {
			switch src.IntN(4) {
			case 0:
				x[i] = 0
			case 1:
				x[i] = ^uint64(0) << src.IntN(64)
			default:
				x[i] = src.Uint64()
			}
		}
		out = append(out, toBig(&x))
	}
	return out
}

func TestFieldAgainstBig(t *testing.T) {
	t.Parallel()
	for c, ref := range references(t) {
		f, words := c.f, int(c.f)
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := rand.New(rand.NewPCG(1, 2))
			all := numbers(3, words, ref.p, 3000)
			check := func(op string, x, y *big.Int, got element, want *big.Int) {
				t.Helper()
				want.Mod(want, ref.p)
				if r := f.reduced(&got); toBig(&r).Cmp(want) != 0 {
					t.Fatalf("%s of %x and %x: %x, want %x", op, x, y, toBig(&got), want)
				}
			}
			try := func(x, y *big.Int) {
				var z element
				a, b := fromBig(x), fromBig(y)
				f.mul(&z, &a, &b)
				check("product", x, y, z, new(big.Int).Mul(x, y))
				f.sqr(&z, &a)
				check("square", x, y, z, new(big.Int).Mul(x, x))
				f.add(&z, &a, &b)
				check("sum", x, y, z, new(big.Int).Add(x, y))
				f.sub(&z, &a, &b)
				check("difference", x, y, z, new(big.Int).Sub(x, y))
				f.neg(&z, &a)
				check("negative", x, y, z, new(big.Int).Neg(x))
				c.timesA(&z, &a)
				check("a times", x, y, z, new(big.Int).Mul(ref.a, x))
				same := new(big.Int).Mod(new(big.Int).Sub(x, y), ref.p).Sign() == 0
				if (f.equal(&a, &b) == 1) != same {
					t.Fatalf("equal of %x and %x: %v", x, y, !same)
				}
				f.mul(&a, &a, &b) // result in the place of a factor
				check("product in place", x, y, a, new(big.Int).Mul(x, y))
			}
			edge := corners(words, ref.p)
			for _, x := range edge {
				for _, y := range edge {
					try(x, y)
				}
			}
			for _, x := range all {
				try(x, all[src.IntN(len(all))])
			}
			for _, x := range all[:len(edge)+100] {
				a := fromBig(x)
				f.inv(&a, &a)
				want := new(big.Int).ModInverse(new(big.Int).Mod(x, ref.p), ref.p)
				if want == nil {
					want = new(big.Int)
				}
				check("inverse", x, x, a, want)
			}
		})
	}
}

func TestOrderAgainstBig(t *testing.T) {
	t.Parallel()
	orders := map[string]*order{}
	for c := range references(t) {
		orders[c.name] = c.order
	}
	for _, x := range examples() {
		orders[x.name] = newOrder((x.curve.q.BitLen()+63)/64, x.curve.q)
	}
	for name, o := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := rand.New(rand.NewPCG(4, 5))
			all := numbers(6, o.words, o.big, 3000)
			edge := corners(o.words, o.big)
			try := func(x, y *big.Int) {
				var z element
				a, b := fromBig(x), fromBig(y)
				o.times(&z, &a, &b)
				want := new(big.Int).Mul(x, y)
				if toBig(&z).Cmp(want.Mod(want, o.big)) != 0 {
					t.Fatalf("%x · %x = %x, want %x", x, y, toBig(&z), want)
				}
				a, b = o.reduce(&a), o.reduce(&b)
				o.add(&z, &a, &b)
				want.Add(x, y)
				if toBig(&z).Cmp(want.Mod(want, o.big)) != 0 {
					t.Fatalf("%x + %x = %x, want %x", x, y, toBig(&z), want)
				}
			}
			for _, x := range edge {
				for _, y := range edge {
					try(x, y)
				}
			}
			for _, x := range all {
				try(x, all[src.IntN(len(all))])
				a := fromBig(x)
				if in := x.Sign() > 0 && x.Cmp(o.big) < 0; (o.inRange(&a) == 1) != in {
					t.Fatalf("%x in range: %v, want %v", x, !in, in)
				}
			}
		})
	}
}

// scalars are multipliers: the corners below q, and some at random.
func scalars(c *Curve, n int) (out []*big.Int) {
	for _, x := range numbers(7, int(c.f), c.order.big, n) {
		if x.Cmp(c.order.big) < 0 {
			out = append(out, x)
		}
	}
	return out
}

func TestDigitsAddUp(t *testing.T) {
	t.Parallel()
	for _, x := range numbers(8, 8, Curve512A().order.big, 500) {
		for _, w := range []int{wideKey, wideBase} {
			var out [513]int16
			a := fromBig(x)
			n := digits(&out, &a, w)
			sum, last := new(big.Int), -w
			for i := len(out) - 1; i >= 0; i-- {
				sum.Lsh(sum, 1).Add(sum, big.NewInt(int64(out[i])))
			}
			for i, d := range out {
				if d == 0 {
					continue
				}
				if d%2 == 0 || d >= 1<<(w-1) || d <= -1<<(w-1) || i-last < w || i >= n {
					t.Fatalf("%x in width %d: digit %d at %d, %d digits", x, w, d, i, n)
				}
				last = i
			}
			if sum.Cmp(x) != 0 {
				t.Fatalf("digits of %x in width %d make %x", x, w, sum)
			}
		}
	}
}

func TestPointsAgainstBig(t *testing.T) {
	t.Parallel()
	for c, ref := range references(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !ref.p.ProbablyPrime(20) || !ref.q.ProbablyPrime(20) {
				t.Fatal("p or q is no prime")
			}
			if ref.times(ref.q, ref.base()) != nil {
				t.Fatal("q·G is not infinity")
			}
			n := 150
			if c.f == 8 {
				n = 40
			}
			other := ref.base()
			for i, k := range scalars(c, n) {
				want := ref.times(k, ref.base())
				if a := fromBig(k); k.Sign() > 0 {
					if got := c.timesBase(&a); toBig(&got.x).Cmp(want.x) != 0 || toBig(&got.y).Cmp(want.y) != 0 {
						t.Fatalf("%x·G = %x, %x", k, toBig(&got.x), toBig(&got.y))
					}
				}
				l := new(big.Int).Sub(ref.q, k) // k and l on the same point end in infinity
				if i%3 > 0 {
					l.Rsh(l, uint(i%500))
				}
				c.agrees(t, ref, k, l, other)
				if want != nil {
					other = want
				}
			}
		})
	}
}

// agrees compares k·G + l·Q with the reference.
func (c *Curve) agrees(t *testing.T, ref reference, k, l *big.Int, q *point) {
	t.Helper()
	u, v := fromBig(k), fromBig(l)
	sum := c.combine(&u, &v, &affine{fromBig(q.x), fromBig(q.y)})
	want := ref.add(ref.times(k, ref.base()), ref.times(l, q))
	if want == nil {
		if c.f.zero(&sum.z) == 0 {
			t.Fatalf("%x·G + %x·Q is not infinity", k, l)
		}
		return
	}
	if c.f.zero(&sum.z) == 1 {
		t.Fatalf("%x·G + %x·Q is infinity", k, l)
	}
	got := c.flatten([]jacobian{sum})[0]
	if toBig(&got.x).Cmp(want.x) != 0 || toBig(&got.y).Cmp(want.y) != 0 {
		t.Fatalf("%x·G + %x·Q = %x, %x", k, l, toBig(&got.x), toBig(&got.y))
	}
}

// Adding a point to itself, to its opposite and to infinity is what the usual formulas get wrong.
func TestAdditionsThatNeedCare(t *testing.T) {
	t.Parallel()
	for c, ref := range references(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := c.base
			minus := g
			c.f.neg(&minus.y, &minus.y)
			for k := int64(-3); k <= 3; k++ { // p = k·G with some z
				p := c.multiple(k)
				want := ref.times(new(big.Int).Mod(big.NewInt(k), ref.q), ref.base())
				for name, q := range map[string]*affine{"G": &g, "−G": &minus} {
					y := toBig(&q.y)
					sum := ref.add(want, &point{ref.x, y.Mod(y, ref.p)})
					public, r := p, c.ready(&jacobian{q.x, q.y, element{1}})
					c.addAffine(&public, q)
					c.same(t, fmt.Sprintf("%d·G + %s", k, name), &public, sum)
					public = p
					c.addReady(&public, &r)
					c.same(t, fmt.Sprintf("%d·G + %s ready", k, name), &public, sum)
					secret := projective{y: element{1}}
					if want != nil {
						flat := c.flatten([]jacobian{p})[0]
						secret = projective{flat.x, flat.y, element{1}}
					}
					c.addComplete(&secret, q)
					var zz element // (x/z, y/z) is (xz/z², yz²/z³)
					c.f.sqr(&zz, &secret.z)
					c.f.mul(&secret.x, &secret.x, &secret.z)
					c.f.mul(&secret.y, &secret.y, &zz)
					c.same(t, fmt.Sprintf("%d·G + %s complete", k, name), &jacobian{secret.x, secret.y, secret.z}, sum)
				}
			}
		})
	}
}

// multiple is k·G for a small k, by the formulas of verification, with a z other than 1.
func (c *Curve) multiple(k int64) jacobian {
	u := fromBig(new(big.Int).Mod(big.NewInt(k), c.order.big))
	return c.combine(&u, &element{}, &c.base)
}

func (c *Curve) same(t *testing.T, what string, got *jacobian, want *point) {
	t.Helper()
	if want == nil {
		if c.f.zero(&got.z) == 0 {
			t.Errorf("%s is not infinity", what)
		}
		return
	}
	if c.f.zero(&got.z) == 1 {
		t.Errorf("%s is infinity", what)
		return
	}
	flat := c.flatten([]jacobian{*got})[0]
	if toBig(&flat.x).Cmp(want.x) != 0 || toBig(&flat.y).Cmp(want.y) != 0 {
		t.Errorf("%s = %x, %x; want %x, %x", what, toBig(&flat.x), toBig(&flat.y), want.x, want.y)
	}
}

// On the curve with 256 bits lie points that no private key leads to. The one of order 2 comes from the point
// (0, −1) of its twisted Edwards form (RFC 7836, appendix A): x is (e + d)/6, y is 0.
func TestPointsOutsideTheSubgroup(t *testing.T) {
	t.Parallel()
	c := Curve256A()
	ref := references(t)[c]
	x := fromHex("0605F6B7C183FA81578BC39CFAD518132B9DF62897009AF7E522C32D6DC7BFFB")
	x.Add(x, big.NewInt(1)).Mul(x, new(big.Int).ModInverse(big.NewInt(6), ref.p)).Mod(x, ref.p)
	two := &point{x, new(big.Int)}
	if !ref.on(two) {
		t.Fatal("the point of order 2 is off the curve")
	}
	for name, p := range map[string]*point{"of order 2": two, "beside the subgroup": ref.add(ref.times(big.NewInt(12345), ref.base()), two)} {
		xy := append(leOf(p.x, 32), leOf(p.y, 32)...)
		if !ref.on(p) {
			t.Errorf("point %s is off the curve", name)
		}
		if _, err := ParsePublicKey(c, xy); err == nil {
			t.Errorf("point %s is taken for a key", name)
		}
	}
}

// A coordinate less than 569 (617) can be written a second time, as itself + p, within the same bytes. Both writings
// fulfil the equation of the curve; a key has one.
func TestCoordinatesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	all := references(t)
	for _, x := range []struct {
		c     *Curve
		small string
		x, y  *big.Int
	}{
		{Curve512A(), "x", big.NewInt(3), toBig(&Curve512A().base.y)},
		{CryptoProA(), "x", big.NewInt(1), toBig(&CryptoProA().base.y)},
		{Curve512A(), "y", fromHex("10112988de3c41963b29794ad8496282a0b5644c9d4be8cb669518c34b0b6a10781a3f604b77f5b4e252dc06a57b0616700b1372a2befcec107f99dddde13fbb"), big.NewInt(2)},
		{CryptoProA(), "y", fromHex("51be55a5b36a0c6c10ecb23f58ce0722de9ff26a90f3030bf9d4e5c5322ebb30"), big.NewInt(1)},
	} {
		n, p := x.c.Size(), all[x.c].p
		write := func(x, y *big.Int) []byte { return append(leOf(x, n), leOf(y, n)...) }
		if _, err := ParsePublicKey(x.c, write(x.x, x.y)); err != nil {
			t.Errorf("%s, point %x, %x: %v", x.c.name, x.x, x.y, err)
		}
		if x.small == "x" {
			x.x = new(big.Int).Add(x.x, p)
		} else {
			x.y = new(big.Int).Add(x.y, p)
		}
		if _, err := ParsePublicKey(x.c, write(x.x, x.y)); err == nil {
			t.Errorf("%s, point %x, %x: taken in a second writing", x.c.name, x.x, x.y)
		}
	}
}

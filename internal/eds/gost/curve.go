package gost

import (
	"math/big"
	"sync"
)

// Curve is a curve y² = x³ + ax + b over a field, with a base point of prime order q.
type Curve struct {
	name     string
	f        field
	a, b     element
	minus3   bool    // a = −3: multiplying by a is adding
	b3       element // 3b
	base     affine
	order    *order
	cofactor int
	odd      func() []affine        // G, 3G, 5G …, for verification
	comb     func() [][combs]affine // row i is 1…15 times 16^i·G, for signing
}

//nolint:gochecknoglobals // built once, on first use, and constant from then on
var (
	curve512A = sync.OnceValue(func() *Curve {
		return newCurve("id-tc26-gost-3410-12-512-paramSetA", 8, 1,
			"-3",
			"E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"+
				"EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
			"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"+
				"27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
			"3",
			"7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"+
				"DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4")
	})
	cryptoProA = sync.OnceValue(func() *Curve {
		return newCurve("id-GostR3410-2001-CryptoPro-A-ParamSet", 4, 1,
			"-3",
			"A6",
			"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
			"1",
			"8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14")
	})
	curve256A = sync.OnceValue(func() *Curve {
		return newCurve("id-tc26-gost-3410-12-256-paramSetA", 4, 4,
			"C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335",
			"295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513",
			"400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67",
			"91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28",
			"32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C")
	})
)

// Curve512A is the curve of GOST 34.10-2015 with 512 bits (RFC 7836, appendix A).
func Curve512A() *Curve { return curve512A() }

// CryptoProA is the curve of GOST 34.310-2004, 256 bits (RFC 4357, 11.4).
func CryptoProA() *Curve { return cryptoProA() }

// Curve256A is the curve of GOST 34.10-2015 with 256 bits, in the form of Weierstrass (RFC 7836, appendix A).
// Four times as many points lie on it as its base point reaches.
func Curve256A() *Curve { return curve256A() }

func newCurve(name string, f field, cofactor int, a, b, q, x, y string) *Curve {
	p := new(big.Int).Lsh(big.NewInt(1), 64*uint(f))
	p.Sub(p, new(big.Int).SetUint64(f.fold()))
	number := func(s string) element { return fromBig(new(big.Int).Mod(fromHex(s), p)) }
	c := &Curve{
		name: name, f: f, a: number(a), b: number(b), minus3: a == "-3", cofactor: cofactor,
		base: affine{number(x), number(y)}, order: newOrder(int(f), fromHex(q)),
	}
	f.add(&c.b3, &c.b, &c.b)
	f.add(&c.b3, &c.b3, &c.b)
	c.odd = sync.OnceValue(c.oddMultiples)
	c.comb = sync.OnceValue(c.combTable)
	return c
}

// fromHex reads a constant of this file.
func fromHex(s string) *big.Int {
	x, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic("gost: constant is no number: " + s)
	}
	return x
}

// Name is the name of the parameters in the standard.
func (c *Curve) Name() string { return c.name }

// Size is the length of one coordinate, of a private key and of a digest to be signed, in bytes. A public
// key and a signature are twice as long.
func (c *Curve) Size() int { return 8 * int(c.f) }

// timesA sets z = a·x.
func (c *Curve) timesA(z, x *element) {
	if !c.minus3 {
		c.f.mul(z, &c.a, x)
		return
	}
	var t element
	c.f.add(&t, x, x)
	c.f.add(&t, &t, x)
	c.f.neg(z, &t)
}

// holds is whether the point lies on the curve.
func (c *Curve) holds(p *affine) bool {
	var left, right, t element
	c.f.sqr(&left, &p.y)
	c.f.sqr(&right, &p.x)
	c.f.add(&right, &right, &c.a)
	c.f.mul(&right, &right, &p.x)
	c.f.add(&right, &right, &c.b)
	c.f.sub(&t, &left, &right)
	return c.f.zero(&t) == 1
}

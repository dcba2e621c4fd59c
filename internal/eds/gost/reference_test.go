package gost

import (
	"math/big"
	"slices"
	"testing"
)

// reference is the standard written down with math/big, as plainly as it will go: affine points, one bit
// after the other. nil is the point at infinity. It serves any curve, also those of the examples.
type reference struct{ p, a, b, q, x, y *big.Int }

type point struct{ x, y *big.Int }

// references are the curves of this package, from their constants alone.
func references(t testing.TB) map[*Curve]reference {
	t.Helper()
	out := map[*Curve]reference{}
	for _, c := range []*Curve{Curve512A(), CryptoProA(), Curve256A()} {
		p := new(big.Int).Lsh(big.NewInt(1), 64*uint(c.f))
		p.Sub(p, new(big.Int).SetUint64(c.f.fold()))
		out[c] = reference{p, toBig(&c.a), toBig(&c.b), c.order.big, toBig(&c.base.x), toBig(&c.base.y)}
	}
	return out
}

func (c reference) base() *point { return &point{c.x, c.y} }

func (c reference) on(p *point) bool {
	right := new(big.Int).Exp(p.x, big.NewInt(3), c.p)
	right.Add(right, new(big.Int).Mul(c.a, p.x)).Add(right, c.b)
	return right.Sub(right, new(big.Int).Mul(p.y, p.y)).Mod(right, c.p).Sign() == 0
}

func (c reference) add(p, q *point) *point {
	var slope *big.Int
	switch {
	case p == nil:
		return q
	case q == nil:
		return p
	case p.x.Cmp(q.x) == 0 && new(big.Int).Add(p.y, q.y).Mod(new(big.Int).Add(p.y, q.y), c.p).Sign() == 0:
		return nil
	case p.x.Cmp(q.x) == 0:
		slope = new(big.Int).Mul(p.x, p.x)
		slope.Mul(slope, big.NewInt(3)).Add(slope, c.a)
		slope.Mul(slope, new(big.Int).ModInverse(new(big.Int).Lsh(p.y, 1), c.p))
	default:
		slope = new(big.Int).Sub(q.y, p.y)
		under := new(big.Int).Sub(q.x, p.x)
		slope.Mul(slope, under.ModInverse(under.Mod(under, c.p), c.p))
	}
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, p.x).Sub(x, q.x).Mod(x, c.p)
	y := new(big.Int).Sub(p.x, x)
	y.Mul(y, slope).Sub(y, p.y).Mod(y, c.p)
	return &point{x, y}
}

func (c reference) times(k *big.Int, p *point) (sum *point) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		if sum = c.add(sum, sum); k.Bit(i) == 1 {
			sum = c.add(sum, p)
		}
	}
	return sum
}

// number is e of the standard: the hash modulo q, 1 for 0.
func (c reference) number(hash *big.Int) *big.Int {
	e := new(big.Int).Mod(hash, c.q)
	if e.Sign() == 0 {
		e.SetInt64(1)
	}
	return e
}

func (c reference) sign(d, k, hash *big.Int) (r, s *big.Int) {
	r = new(big.Int).Mod(c.times(k, c.base()).x, c.q)
	s = new(big.Int).Mul(k, c.number(hash))
	s.Add(s, new(big.Int).Mul(r, d)).Mod(s, c.q)
	return r, s
}

func (c reference) verify(q *point, hash, r, s *big.Int) bool {
	for _, n := range []*big.Int{r, s} {
		if n.Sign() <= 0 || n.Cmp(c.q) >= 0 {
			return false
		}
	}
	v := new(big.Int).ModInverse(c.number(hash), c.q)
	z1 := new(big.Int).Mul(s, v)
	z2 := new(big.Int).Mul(r, v)
	z2.Neg(z2)
	sum := c.add(c.times(z1.Mod(z1, c.q), c.base()), c.times(z2.Mod(z2, c.q), q))
	return sum != nil && new(big.Int).Mod(sum.x, c.q).Cmp(r) == 0
}

// big reads a little-endian number.
func bigOf(le []byte) *big.Int {
	be := slices.Clone(le)
	slices.Reverse(be)
	return new(big.Int).SetBytes(be)
}

// leOf writes a number, little-endian, in n bytes.
func leOf(x *big.Int, n int) []byte {
	le := x.FillBytes(make([]byte, n))
	slices.Reverse(le)
	return le
}

// example is one of RFC 7091, 7: its curve, key, digest, k and signature.
type example struct {
	name          string
	curve         reference
	d, e, k, r, s *big.Int
	public        point
}

func examples() []example {
	h := fromHex
	return []example{{
		name: "RFC 7091, 7.1",
		curve: reference{
			p: h("8000000000000000000000000000000000000000000000000000000000000431"),
			a: h("7"),
			b: h("5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E"),
			q: h("8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3"),
			x: h("2"),
			y: h("8E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8"),
		},
		d: h("7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28"),
		e: h("2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5"),
		k: h("77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3"),
		r: h("41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493"),
		s: h("1456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40"),
		public: point{
			h("7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B"),
			h("26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA"),
		},
	}, {
		name: "RFC 7091, 7.2",
		curve: reference{
			p: h("4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373"),
			a: h("7"),
			b: h("1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC4361834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC"),
			q: h("4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF"),
			x: h("24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A"),
			y: h("2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E"),
		},
		d: h("0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B102072E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4"),
		e: h("3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C5917184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C"),
		k: h("0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F365886748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1"),
		r: h("2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD35492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36"),
		s: h("1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A"),
		public: point{
			h("115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1"),
			h("37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC"),
		},
	}}
}

// The curves of the examples lie over other primes, so they prove the reference, and of the package the arithmetic
// of the order, which takes any.
func TestExamplesOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, x := range examples() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if got := x.curve.times(x.d, x.curve.base()); got.x.Cmp(x.public.x) != 0 || got.y.Cmp(x.public.y) != 0 {
				t.Errorf("d·P = %x, %x", got.x, got.y)
			}
			if r, s := x.curve.sign(x.d, x.k, x.e); r.Cmp(x.r) != 0 || s.Cmp(x.s) != 0 {
				t.Errorf("signature %x, %x; want %x, %x", r, s, x.r, x.s)
			}
			if !x.curve.verify(&x.public, x.e, x.r, x.s) {
				t.Error("the signature of the standard does not verify")
			}
			if x.curve.verify(&x.public, x.e, x.r, new(big.Int).Xor(x.s, big.NewInt(1))) {
				t.Error("a changed signature verifies")
			}

			o := newOrder((x.curve.q.BitLen()+63)/64, x.curve.q)
			r, d, k, e := fromBig(x.r), fromBig(x.d), fromBig(x.k), fromBig(x.e)
			var rd, s element
			o.times(&rd, &r, &d)
			o.times(&s, &k, &e)
			o.add(&s, &s, &rd)
			if got := toBig(&s); got.Cmp(x.s) != 0 {
				t.Errorf("r·d + k·e = %x, want %x", got, x.s)
			}
		})
	}
}

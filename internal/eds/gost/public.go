package gost

// The points here are public: every step depends on the numbers.

// affine is a point that is not the point at infinity.
type affine struct{ x, y element }

// jacobian is the point (x/z², y/z³); z = 0 is the point at infinity.
type jacobian struct{ x, y, z element }

// double sets p = 2·p.
func (c *Curve) double(p *jacobian) {
	f := c.f
	var zz, yy, beta, alpha, t element
	f.sqr(&zz, &p.z)
	f.sqr(&yy, &p.y)
	f.mul(&beta, &p.x, &yy)
	if c.minus3 { // 3x² − 3z⁴ = 3(x − z²)(x + z²)
		f.sub(&alpha, &p.x, &zz)
		f.add(&t, &p.x, &zz)
		f.mul(&alpha, &alpha, &t)
		f.add(&t, &alpha, &alpha)
		f.add(&alpha, &alpha, &t)
	} else {
		f.sqr(&alpha, &p.x)
		f.add(&t, &alpha, &alpha)
		f.add(&alpha, &alpha, &t)
		f.sqr(&t, &zz)
		f.mul(&t, &t, &c.a)
		f.add(&alpha, &alpha, &t)
	}
	f.mul(&p.z, &p.y, &p.z)
	f.add(&p.z, &p.z, &p.z)

	f.add(&beta, &beta, &beta)
	f.add(&beta, &beta, &beta) // 4xy²
	f.sqr(&p.x, &alpha)
	f.sub(&p.x, &p.x, &beta)
	f.sub(&p.x, &p.x, &beta)

	f.add(&yy, &yy, &yy)
	f.sqr(&yy, &yy)
	f.add(&yy, &yy, &yy) // 8y⁴
	f.sub(&beta, &beta, &p.x)
	f.mul(&beta, &beta, &alpha)
	f.sub(&p.y, &beta, &yy)
}

// addAffine sets p = p + q.
func (c *Curve) addAffine(p *jacobian, q *affine) {
	f := c.f
	if f.zero(&p.z) == 1 {
		*p = jacobian{q.x, q.y, element{1}}
		return
	}
	var zz, u, s element
	f.sqr(&zz, &p.z)
	f.mul(&u, &q.x, &zz)
	f.mul(&s, &q.y, &p.z)
	f.mul(&s, &s, &zz)
	c.finish(p, &u, &s, nil)
}

// ready is a point to be added many times, with the powers of z that adding needs.
type ready struct {
	jacobian
	zz, zzz element
}

func (c *Curve) ready(p *jacobian) (r ready) {
	r.jacobian = *p
	c.f.sqr(&r.zz, &p.z)
	c.f.mul(&r.zzz, &r.zz, &p.z)
	return r
}

// addReady sets p = p + q.
func (c *Curve) addReady(p *jacobian, q *ready) {
	f := c.f
	switch {
	case f.zero(&q.z) == 1:
		return
	case f.zero(&p.z) == 1:
		*p = q.jacobian
		return
	}
	var zz, u, s element
	f.sqr(&zz, &p.z)
	f.mul(&u, &q.x, &zz)
	f.mul(&s, &q.y, &p.z)
	f.mul(&s, &s, &zz)
	f.mul(&p.x, &p.x, &q.zz)
	f.mul(&p.y, &p.y, &q.zzz)
	c.finish(p, &u, &s, &q.z)
}

// finish adds to p, whose x and y are over the common denominator, the point u, s over it. z is that of
// the second point, nil for 1.
func (c *Curve) finish(p *jacobian, u, s, z *element) {
	f := c.f
	var h, r, hh, t element
	f.sub(&h, u, &p.x)
	f.sub(&r, s, &p.y)
	if z != nil {
		f.mul(&p.z, &p.z, z)
	}
	if f.zero(&h) == 1 {
		if f.zero(&r) == 0 {
			*p = jacobian{x: element{1}, y: element{1}}
			return
		}
		// The same point. Over the common denominator z·z its coordinates are p.x and p.y.
		c.double(p)
		return
	}
	f.mul(&p.z, &p.z, &h)
	f.sqr(&hh, &h)
	f.mul(&t, &p.x, &hh) // x·h²
	f.mul(&hh, &hh, &h)  // h³
	f.sqr(&p.x, &r)
	f.sub(&p.x, &p.x, &hh)
	f.sub(&p.x, &p.x, &t)
	f.sub(&p.x, &p.x, &t)
	f.mul(&hh, &hh, &p.y)
	f.sub(&t, &t, &p.x)
	f.mul(&t, &t, &r)
	f.sub(&p.y, &t, &hh)
}

// flatten divides by z for all points at once. None may be the point at infinity.
func (c *Curve) flatten(points []jacobian) []affine {
	f := c.f
	out := make([]affine, len(points))
	run := element{1} // product of z so far; out[i].x keeps the one before i
	for i := range points {
		out[i].x = run
		f.mul(&run, &run, &points[i].z)
	}
	var inv element
	f.inv(&inv, &run)
	for i := len(points) - 1; i >= 0; i-- {
		p := &points[i]
		var z, zz element
		f.mul(&z, &inv, &out[i].x)
		f.mul(&inv, &inv, &p.z)
		f.sqr(&zz, &z)
		f.mul(&out[i].x, &p.x, &zz)
		f.mul(&zz, &zz, &z)
		f.mul(&out[i].y, &p.y, &zz)
		out[i].x, out[i].y = f.reduced(&out[i].x), f.reduced(&out[i].y)
	}
	return out
}

// Widths of the signed digits in which verification writes the multipliers of the base point and of the key.
const (
	wideBase = 9
	wideKey  = 5
)

// oddMultiples are G, 3G, 5G … as far as digits of wideBase bits reach.
func (c *Curve) oddMultiples() []affine {
	points := make([]jacobian, 1<<(wideBase-2))
	points[0] = jacobian{c.base.x, c.base.y, element{1}}
	twice := points[0]
	c.double(&twice)
	two := c.ready(&twice)
	for i := 1; i < len(points); i++ {
		points[i] = points[i-1]
		c.addReady(&points[i], &two)
	}
	return c.flatten(points)
}

// digits writes x, lowest digit first, in digits that are 0 or odd and less than 2^(w−1) in size; among w
// neighbours at most one is not 0. out is given as zeros. It returns how many digits there are.
func digits(out *[513]int16, x *element, w int) (n int) {
	var carry uint64
	for i := 0; i < len(out); {
		var window uint64 // above the highest word only the carry is left
		if i < 512 {
			window = x[i/64] >> (i % 64)
		}
		if i%64 > 64-w && i < 512-64 {
			window |= x[i/64+1] << (64 - i%64)
		}
		if window&1 == carry {
			i++
			continue
		}
		d := int16(window&(1<<w-1) + carry) //nolint:gosec // less than 2^w, w ≤ 9
		carry = 0
		if d >= 1<<(w-1) {
			d -= 1 << w
			carry = 1
		}
		out[i] = d
		n = i + 1
		i += w
	}
	return n
}

// combine is u·G + v·Q.
func (c *Curve) combine(u, v *element, q *affine) jacobian {
	var keys [1 << (wideKey - 2)]ready
	p := jacobian{q.x, q.y, element{1}}
	keys[0] = c.ready(&p)
	c.double(&p)
	two := c.ready(&p)
	for i := 1; i < len(keys); i++ {
		p = keys[i-1].jacobian
		c.addReady(&p, &two)
		keys[i] = c.ready(&p)
	}
	var du, dv [513]int16
	top := max(digits(&du, u, wideBase), digits(&dv, v, wideKey))
	base := c.odd()
	sum := jacobian{x: element{1}, y: element{1}}
	for i := top - 1; i >= 0; i-- {
		c.double(&sum)
		switch d := du[i]; {
		case d > 0:
			c.addAffine(&sum, &base[d/2])
		case d < 0:
			minus := base[-d/2]
			c.f.neg(&minus.y, &minus.y)
			c.addAffine(&sum, &minus)
		}
		switch d := dv[i]; {
		case d > 0:
			c.addReady(&sum, &keys[d/2])
		case d < 0:
			minus := keys[-d/2]
			c.f.neg(&minus.y, &minus.y)
			c.addReady(&sum, &minus)
		}
	}
	return sum
}

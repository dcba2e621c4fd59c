package gost

// The multipliers here are secret: every step is taken and every address is read whatever they are.

// projective is the point (x/z, y/z); z = 0 is the point at infinity.
type projective struct{ x, y, z element }

// combs is how many multiples of 16^i·G a row of the comb holds: a digit of four bits that is not 0.
const combs = 15

// combTable makes the rows that multiplying the base point reads. It is public.
func (c *Curve) combTable() [][combs]affine {
	points := make([]jacobian, 0, 16*int(c.f)*combs)
	row := jacobian{c.base.x, c.base.y, element{1}}
	for range 16 * int(c.f) {
		step, sum := c.ready(&row), row
		for range combs {
			points = append(points, sum)
			c.addReady(&sum, &step)
		}
		row = sum
	}
	flat := c.flatten(points)
	table := make([][combs]affine, len(flat)/combs)
	for i := range table {
		table[i] = [combs]affine(flat[i*combs:])
	}
	return table
}

// timesBase is k·G for 0 < k < q, as x and y below p.
func (c *Curve) timesBase(k *element) affine {
	sum := projective{y: element{1}}
	table := c.comb()
	for i := range table {
		digit := k[i/16] >> (4 * (i % 16)) & 15
		point := c.pick(&table[i], digit)
		next := sum
		c.addComplete(&next, &point)
		some := (digit | -digit) >> 63
		sum.x.choose(some, &next.x)
		sum.y.choose(some, &next.y)
		sum.z.choose(some, &next.z)
	}
	var z element
	c.f.inv(&z, &sum.z)
	c.f.mul(&sum.x, &sum.x, &z)
	c.f.mul(&sum.y, &sum.y, &z)
	return affine{c.f.reduced(&sum.x), c.f.reduced(&sum.y)}
}

// pick is the digit'th of the points, counted from 1, found by reading all of them; 0 gives zeros.
func (c *Curve) pick(row *[combs]affine, digit uint64) (p affine) {
	for i := range row {
		differs := digit ^ uint64(i+1) //nolint:gosec // i is 0…14
		mask := ((differs | -differs) >> 63) - 1
		for w := range int(c.f) {
			p.x[w] |= mask & row[i].x[w]
			p.y[w] |= mask & row[i].y[w]
		}
	}
	return p
}

// addComplete sets p = p + q by the complete formulas of Renes, Costello and Batina (2016), which hold for all
// points of odd order: the same ones add a point to itself, to its opposite and to infinity.
func (c *Curve) addComplete(p *projective, q *affine) {
	f := c.f
	var xx, yy, xy, xz, yz, t element
	f.mul(&xx, &p.x, &q.x)
	f.mul(&yy, &p.y, &q.y)
	f.add(&xy, &p.x, &p.y)
	f.add(&t, &q.x, &q.y)
	f.mul(&xy, &xy, &t)
	f.sub(&xy, &xy, &xx)
	f.sub(&xy, &xy, &yy) // x₁y₂ + x₂y₁
	f.mul(&xz, &q.x, &p.z)
	f.add(&xz, &xz, &p.x) // x₁ + x₂z₁
	f.mul(&yz, &q.y, &p.z)
	f.add(&yz, &yz, &p.y) // y₁ + y₂z₁

	var az, u, v, w element
	c.timesA(&az, &p.z)
	f.add(&w, &xx, &xx)
	f.add(&w, &w, &xx)
	f.add(&w, &w, &az) // w = 3x₁x₂ + az₁
	f.sub(&v, &xx, &az)
	c.timesA(&v, &v)
	f.mul(&t, &c.b3, &xz)
	f.add(&v, &v, &t) // v = a(x₁x₂ − az₁) + 3b(x₁ + x₂z₁)
	c.timesA(&u, &xz)
	f.mul(&t, &c.b3, &p.z)
	f.add(&u, &u, &t) // u = a(x₁ + x₂z₁) + 3bz₁

	var plus, minus element
	f.add(&plus, &yy, &u)
	f.sub(&minus, &yy, &u)
	f.mul(&p.x, &xy, &minus)
	f.mul(&t, &yz, &v)
	f.sub(&p.x, &p.x, &t)
	f.mul(&p.y, &w, &v)
	f.mul(&t, &plus, &minus)
	f.add(&p.y, &p.y, &t)
	f.mul(&p.z, &yz, &plus)
	f.mul(&t, &xy, &w)
	f.add(&p.z, &p.z, &t)
}

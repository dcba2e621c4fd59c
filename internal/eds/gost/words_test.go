package gost

import "testing"

func BenchmarkField(b *testing.B) {
	for _, f := range []field{8, 4} {
		x, y := element{1, 2, 3, 4}, element{5, 6, 7, 1 << 63}
		if f == 8 {
			x[7], y[6] = 1<<63, 9
		}
		name := map[field]string{8: "512", 4: "256"}[f]
		b.Run("mul"+name, func(b *testing.B) {
			for b.Loop() {
				f.mul(&x, &x, &y)
			}
		})
		b.Run("sqr"+name, func(b *testing.B) {
			for b.Loop() {
				f.sqr(&x, &x)
			}
		})
		b.Run("add"+name, func(b *testing.B) {
			for b.Loop() {
				f.add(&x, &x, &y)
			}
		})
		b.Run("sub"+name, func(b *testing.B) {
			for b.Loop() {
				f.sub(&x, &x, &y)
			}
		})
	}
}

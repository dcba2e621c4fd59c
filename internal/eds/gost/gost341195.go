package gost

import (
	"encoding/binary"
	"hash"
	"math/bits"
	"sync"
)

// testSbox is id-GostR3411-94-TestParamSet (RFC 4357, 11.2; RFC 5831, 7), which Kazakhstan uses: one row for
// each nibble, the lowest first.
const testSbox = "4A92D80E6B1C7F53" + "EB4C6DFA23810759" + "581DA342EFC7609B" + "7DA1089FE46CB253" +
	"6C715FD84A9E03B2" + "4BA0721D36859CFE" + "DB413F590AE7682C" + "1FD057A4923E6B8C"

// cipherTables hold the substitution of two nibbles and the turn by eleven bits that follows it.
type cipherTables [4][256]uint32

//nolint:gochecknoglobals // built once, on first use, and constant from then on
var cipher = sync.OnceValue(func() *cipherTables {
	t, s := new(cipherTables), unhex(testSbox)
	nibble := func(row, at int) uint32 { return uint32(s[8*row+at/2]>>(4*(1-at%2))) & 15 }
	for i := range t {
		for b := range t[i] {
			pair := nibble(2*i, b&15) | nibble(2*i+1, b>>4)<<4
			t[i][b] = bits.RotateLeft32(pair<<(8*i), 11)
		}
	}
	return t
})

// words is 32 bytes, lowest byte of the lowest word first.
type words [4]uint64

// digester95 is the running state of 34.311-95.
type digester95 struct {
	tables *cipherTables
	h, sum words
	length uint64 // bytes
	rest   [32]byte
	have   int
}

// New341195 is GOST 34.311-95 (GOST R 34.11-94, RFC 5831) with the test parameters.
func New341195() hash.Hash { return &digester95{tables: cipher()} }

func (d *digester95) Size() int      { return 32 }
func (d *digester95) BlockSize() int { return 32 }
func (d *digester95) Reset()         { *d = digester95{tables: d.tables} }

// Write digests p; it never fails.
func (d *digester95) Write(p []byte) (int, error) {
	n := len(p)
	d.length += uint64(n) //nolint:gosec // not negative
	if d.have > 0 {
		taken := copy(d.rest[d.have:], p)
		d.have += taken
		p = p[taken:]
		if d.have < 32 {
			return n, nil
		}
		d.take(d.rest[:])
		d.have = 0
	}
	for ; len(p) >= 32; p = p[32:] {
		d.take(p)
	}
	d.have = copy(d.rest[:], p)
	return n, nil
}

// Sum appends the digest of what was written; more may be written after.
func (d *digester95) Sum(in []byte) []byte {
	last := *d
	if last.have > 0 {
		clear(last.rest[last.have:])
		last.take(last.rest[:])
	}
	last.step(&words{last.length << 3, last.length >> 61})
	sum := last.sum
	last.step(&sum)
	for _, w := range last.h {
		in = binary.LittleEndian.AppendUint64(in, w)
	}
	return in
}

// take digests 32 bytes of the message.
func (d *digester95) take(p []byte) {
	var m words
	var c uint64
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(p[8*i:])
		d.sum[i], c = bits.Add64(d.sum[i], m[i], c)
	}
	d.step(&m)
}

// step is the function of RFC 5831, 5: four keys are made of state and message, each encrypts a quarter
// of the state, and all is stirred together.
func (d *digester95) step(m *words) {
	u, v := d.h, *m
	var s words
	for i := range s {
		if i > 0 {
			u = u.turn()
			if i == 2 {
				u[0] ^= 0xff00ff00ff00ff00
				u[1] ^= 0x00ff00ff00ff00ff
				u[2] ^= 0xff0000ff00ffff00
				u[3] ^= 0xff00ffff000000ff
			}
			v = v.turn()
			v = v.turn()
		}
		key := words{u[0] ^ v[0], u[1] ^ v[1], u[2] ^ v[2], u[3] ^ v[3]}.scatter()
		s[i] = d.tables.encrypt(&key, d.h[i])
	}
	d.stir(&s, m)
}

// turn is the map A of RFC 5831, 5.1.
func (x words) turn() words { return words{x[1], x[2], x[3], x[0] ^ x[1]} }

// scatter is the map P: byte 8i+k goes to i+4k.
func (x words) scatter() (key [8]uint32) {
	for k := range key {
		for i := range x {
			key[k] |= uint32(byte(x[i]>>(8*k))) << (8 * i)
		}
	}
	return key
}

// encrypt is GOST 28147-89 on one block: 32 rounds, the key words three times upwards and once downwards.
func (t *cipherTables) encrypt(key *[8]uint32, x uint64) uint64 {
	a, b := uint32(x), uint32(x>>32) //nolint:gosec // the lower half
	for range 3 {
		for i := 0; i < 8; i += 2 {
			b ^= t.round(a + key[i])
			a ^= t.round(b + key[i+1])
		}
	}
	for i := 7; i > 0; i -= 2 {
		b ^= t.round(a + key[i])
		a ^= t.round(b + key[i-1])
	}
	return uint64(a)<<32 | uint64(b)
}

func (t *cipherTables) round(x uint32) uint32 {
	return t[0][byte(x)] ^ t[1][byte(x>>8)] ^ t[2][byte(x>>16)] ^ t[3][byte(x>>24)]
}

// stir makes the new state of s, message and state: a shift register runs 12 times over s, once after
// the message is added and 61 times after the state is (RFC 5831, 5.3).
func (d *digester95) stir(s, m *words) {
	x := s.shift(12)
	for i := range x {
		x[i] ^= m[i]
	}
	x = x.shift(1)
	for i := range x {
		x[i] ^= d.h[i]
	}
	d.h = x.shift(61)
}

// shift runs the map ψ n ≤ 61 times over sixteen words of 16 bits.
func (x words) shift(n int) (z words) {
	var y [16 + 61]uint16
	for i := range 16 {
		y[i] = uint16(x[i/4] >> (16 * (i % 4))) //nolint:gosec // the lowest 16 bits
	}
	for i := range n {
		y[i+16] = y[i] ^ y[i+1] ^ y[i+2] ^ y[i+3] ^ y[i+12] ^ y[i+15]
	}
	for i := range z {
		at := n + 4*i
		z[i] = uint64(y[at]) | uint64(y[at+1])<<16 | uint64(y[at+2])<<32 | uint64(y[at+3])<<48
	}
	return z
}

package gost

import (
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math/bits"
	"sync"
)

// block is 64 bytes as words, lowest byte of the lowest word first.
type block [8]uint64

// streebogTables are what the substitution, the transposition of bytes and the linear map do together:
// word i of the result is the sum over j of lps[j][byte i of word j].
type streebogTables struct {
	lps    [8][256]uint64
	rounds [12]block
}

//nolint:gochecknoglobals // built once, on first use, and constant from then on
var streebog = sync.OnceValue(func() *streebogTables {
	t := new(streebogTables)
	s, rows := unhex(sbox), unhex(matrix)
	for j := range t.lps {
		for b := range t.lps[j] {
			for bit := range 8 {
				if s[b]>>bit&1 == 1 {
					row := 63 - 8*j - bit
					t.lps[j][b] ^= binary.BigEndian.Uint64(rows[8*row:])
				}
			}
		}
	}
	words := unhex(rounds)
	for i := range t.rounds {
		for w := range t.rounds[i] {
			t.rounds[i][w] = binary.BigEndian.Uint64(words[64*i+8*(7-w):])
		}
	}
	return t
})

// unhex reads a constant of this package.
func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("gost: constant: " + err.Error())
	}
	return b
}

// digester is the running state of Streebog.
type digester struct {
	tables        *streebogTables
	size          int
	h, count, sum block
	rest          [64]byte
	have          int
}

// NewStreebog512 is GOST 34.11-2015 (GOST R 34.11-2012, RFC 6986) with 64 bytes of digest.
func NewStreebog512() hash.Hash { return newStreebog(64) }

// NewStreebog256 is the same with 32 bytes of digest.
func NewStreebog256() hash.Hash { return newStreebog(32) }

func newStreebog(size int) hash.Hash {
	d := &digester{tables: streebog(), size: size}
	d.Reset()
	return d
}

func (d *digester) Size() int      { return d.size }
func (d *digester) BlockSize() int { return 64 }

func (d *digester) Reset() {
	*d = digester{tables: d.tables, size: d.size}
	if d.size == 32 {
		for i := range d.h {
			d.h[i] = 0x0101010101010101
		}
	}
}

// Write digests p; it never fails.
func (d *digester) Write(p []byte) (int, error) {
	n := len(p)
	if d.have > 0 {
		taken := copy(d.rest[d.have:], p)
		d.have += taken
		p = p[taken:]
		if d.have < 64 {
			return n, nil
		}
		d.take(d.rest[:], 512)
		d.have = 0
	}
	for ; len(p) >= 64; p = p[64:] {
		d.take(p, 512)
	}
	d.have = copy(d.rest[:], p)
	return n, nil
}

// Sum appends the digest of what was written; more may be written after.
func (d *digester) Sum(in []byte) []byte {
	last := *d
	clear(last.rest[last.have:])
	last.rest[last.have] = 1
	last.take(last.rest[:], uint64(8*last.have)) //nolint:gosec // less than 512
	last.compress(&block{}, &last.count)
	last.compress(&block{}, &last.sum)
	for _, w := range last.h[8-d.size/8:] {
		in = binary.LittleEndian.AppendUint64(in, w)
	}
	return in
}

// take digests 64 bytes, of which so many bits are of the message.
func (d *digester) take(p []byte, length uint64) {
	var m block
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	d.compress(&d.count, &m)
	d.count.add(&block{length})
	d.sum.add(&m)
}

// compress is g_N of RFC 6986: twelve rounds in which the key runs beside the text.
func (d *digester) compress(n, m *block) {
	var key, text block
	d.tables.apply(&key, &d.h, n)
	text = *m
	for i := range d.tables.rounds {
		d.tables.apply(&text, &text, &key)
		d.tables.apply(&key, &key, &d.tables.rounds[i])
	}
	for i := range d.h {
		d.h[i] ^= text[i] ^ key[i] ^ m[i]
	}
}

// apply sets z = LPS(x ⊕ y).
func (t *streebogTables) apply(z, x, y *block) {
	x0, x1, x2, x3 := x[0]^y[0], x[1]^y[1], x[2]^y[2], x[3]^y[3]
	x4, x5, x6, x7 := x[4]^y[4], x[5]^y[5], x[6]^y[6], x[7]^y[7]
	for i := range z {
		z[i] = t.lps[0][byte(x0)] ^ t.lps[1][byte(x1)] ^ t.lps[2][byte(x2)] ^ t.lps[3][byte(x3)] ^
			t.lps[4][byte(x4)] ^ t.lps[5][byte(x5)] ^ t.lps[6][byte(x6)] ^ t.lps[7][byte(x7)]
		x0, x1, x2, x3 = x0>>8, x1>>8, x2>>8, x3>>8
		x4, x5, x6, x7 = x4>>8, x5>>8, x6>>8, x7>>8
	}
}

// add sets z = z + x mod 2^512.
func (z *block) add(x *block) {
	var c uint64
	for i := range z {
		z[i], c = bits.Add64(z[i], x[i], c)
	}
}

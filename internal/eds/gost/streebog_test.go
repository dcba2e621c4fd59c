package gost

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainStreebog is RFC 6986 as it reads: numbers of 64 bytes, highest byte first, each map by itself.
func plainStreebog(message []byte, size int) []byte {
	h := make([]byte, 64)
	if size == 32 {
		h = bytes.Repeat([]byte{1}, 64)
	}
	n, sum := new(big.Int), new(big.Int)
	limit := new(big.Int).Lsh(big.NewInt(1), 512)
	for len(message) >= 64 {
		m := slices.Clone(message[:64])
		slices.Reverse(m)
		h = plainCompress(h, n.FillBytes(make([]byte, 64)), m)
		n.Add(n, big.NewInt(512)).Mod(n, limit)
		sum.Add(sum, new(big.Int).SetBytes(m)).Mod(sum, limit)
		message = message[64:]
	}
	m := make([]byte, 64)
	copy(m, message)
	m[len(message)] = 1
	slices.Reverse(m)
	h = plainCompress(h, n.FillBytes(make([]byte, 64)), m)
	n.Add(n, big.NewInt(int64(8*len(message)))).Mod(n, limit)
	sum.Add(sum, new(big.Int).SetBytes(m)).Mod(sum, limit)
	h = plainCompress(h, make([]byte, 64), n.FillBytes(make([]byte, 64)))
	h = plainCompress(h, make([]byte, 64), sum.FillBytes(make([]byte, 64)))
	h = h[:size] // the upper half for 32 bytes
	slices.Reverse(h)
	return h
}

func plainCompress(h, n, m []byte) []byte {
	constants := unhex(rounds)
	key := plainLPS(plainXor(h, n))
	text := m
	for i := range 12 {
		text = plainLPS(plainXor(text, key))
		key = plainLPS(plainXor(key, constants[64*i:64*i+64]))
	}
	return plainXor(plainXor(plainXor(text, key), h), m)
}

func plainXor(a, b []byte) []byte {
	out := make([]byte, 64)
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}

func plainLPS(x []byte) []byte {
	s, a := unhex(sbox), unhex(matrix)
	turned := make([]byte, 64)
	for i := range 64 { // a matrix of 8 × 8 bytes, its rows made columns
		turned[8*(i%8)+i/8] = s[x[i]]
	}
	out := make([]byte, 0, 64)
	for i := 0; i < 64; i += 8 {
		word, sum := binary.BigEndian.Uint64(turned[i:]), uint64(0)
		for row := range 64 {
			if word>>(63-row)&1 == 1 {
				sum ^= binary.BigEndian.Uint64(a[8*row:])
			}
		}
		out = binary.BigEndian.AppendUint64(out, sum)
	}
	return out
}

func TestStreebogAgainstThePlainOne(t *testing.T) {
	t.Parallel()
	src := rand.New(rand.NewPCG(1, 1))
	for i := range 150 {
		message := make([]byte, src.IntN(300))
		for j := range message {
			message[j] = byte(src.Uint32())
		}
		if i%3 == 0 {
			message = bytes.Repeat([]byte{0xff}, len(message)) // carries run through the whole sum
		}
		for _, size := range []int{32, 64} {
			h := newStreebog(size)
			h.Write(message)
			if got, want := h.Sum(nil), plainStreebog(message, size); !bytes.Equal(got, want) {
				t.Fatalf("%d bytes of digest of %x: %x, want %x", size, message, got, want)
			}
		}
	}
}

// plain341195 is RFC 5831 as it reads: numbers as bytes, lowest first, nibble by nibble.
func plain341195(message []byte) []byte {
	h, sum := make([]byte, 32), new(big.Int)
	length := big.NewInt(int64(8 * len(message)))
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	for len(message) > 0 {
		m := make([]byte, 32)
		n := copy(m, message)
		message = message[n:]
		h = plainStep(h, m)
		sum.Add(sum, bigOf(m)).Mod(sum, limit)
	}
	h = plainStep(h, leOf(length, 32))
	return plainStep(h, leOf(sum, 32))
}

func plainStep(h, m []byte) []byte {
	third := unhex("00ff00ff00ff00ffff00ff00ff00ff0000ffff00ff0000ffff000000ffff00ff")
	turn := func(y []byte) []byte {
		out := slices.Clone(y[8:])
		for i := range 8 {
			out = append(out, y[i]^y[8+i])
		}
		return out
	}
	xor := func(a, b []byte) []byte {
		out := slices.Clone(a)
		for i := range out {
			out[i] ^= b[i]
		}
		return out
	}
	u, v := h, m
	var s []byte
	for i := range 4 {
		if i > 0 {
			u, v = turn(u), turn(turn(v))
		}
		if i == 2 {
			u = xor(u, third)
		}
		w := xor(u, v)
		key := make([]byte, 32)
		for j := range 4 {
			for k := range 8 {
				key[j+4*k] = w[8*j+k]
			}
		}
		s = append(s, plainEncrypt(key, h[8*i:8*i+8])...)
	}
	psi := func(y []byte, n int) []byte {
		y = slices.Clone(y)
		for range n {
			var low, high byte
			for _, at := range []int{0, 1, 2, 3, 12, 15} {
				low, high = low^y[2*at], high^y[2*at+1]
			}
			y = append(y[2:], low, high)
		}
		return y
	}
	return psi(xor(h, psi(xor(m, psi(s, 12)), 1)), 61)
}

func plainEncrypt(key, in []byte) []byte {
	a, b := binary.LittleEndian.Uint32(in), binary.LittleEndian.Uint32(in[4:])
	for round := range 32 {
		word := round % 8
		if round >= 24 {
			word = 7 - word
		}
		sum, f := a+binary.LittleEndian.Uint32(key[4*word:]), uint32(0)
		for i := range 8 {
			digit := testSbox[16*i+int(sum>>(4*i)&15)]
			f |= uint32(bytes.IndexByte([]byte("0123456789ABCDEF"), digit)) << (4 * i)
		}
		b ^= bits.RotateLeft32(f, 11)
		a, b = b, a
	}
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, b), a)
}

func Test341195AgainstThePlainOne(t *testing.T) {
	t.Parallel()
	src := rand.New(rand.NewPCG(2, 1))
	for i := range 300 {
		message := make([]byte, src.IntN(200))
		for j := range message {
			message[j] = byte(src.Uint32())
		}
		if i%3 == 0 {
			message = bytes.Repeat([]byte{0xff}, len(message))
		}
		h := New341195()
		h.Write(message)
		if got, want := h.Sum(nil), plain341195(message); !bytes.Equal(got, want) {
			t.Fatalf("digest of %x: %x, want %x", message, got, want)
		}
	}
}

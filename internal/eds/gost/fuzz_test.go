package gost

import (
	"bytes"
	"hash"
	"math/big"
	"testing"
)

// chosen is one of the three curves, by a byte.
func chosen(t testing.TB, which byte) (*Curve, reference) {
	t.Helper()
	c := []*Curve{Curve512A(), CryptoProA(), Curve256A()}[which%3]
	return c, references(t)[c]
}

// fitted is data cut or filled up to n bytes.
func fitted(data []byte, n int) []byte {
	out := make([]byte, n)
	copy(out, data)
	return out
}

// What is taken for a key is on the curve, in range, in the subgroup, and comes back as it was.
func FuzzParsePublicKey(f *testing.F) {
	for i := range byte(3) {
		c, ref := chosen(f, i)
		for _, k := range []int64{1, 2, 12345} {
			p := ref.times(big.NewInt(k), ref.base())
			f.Add(i, append(leOf(p.x, c.Size()), leOf(p.y, c.Size())...))
		}
		f.Add(i, []byte{})
		f.Add(i, make([]byte, 2*c.Size()))
		f.Add(i, bytes.Repeat([]byte{0xff}, 2*c.Size()))
	}
	f.Fuzz(func(t *testing.T, which byte, xy []byte) {
		c, ref := chosen(t, which)
		n := c.Size()
		key, err := ParsePublicKey(c, xy)
		if err == nil && !bytes.Equal(key.Bytes(), xy) {
			t.Errorf("key %x comes back as %x", xy, key.Bytes())
		}
		if len(xy) != 2*n {
			if err == nil {
				t.Errorf("key of %d bytes is taken", len(xy))
			}
			return
		}
		p := &point{bigOf(xy[:n]), bigOf(xy[n:])}
		good := p.x.Cmp(ref.p) < 0 && p.y.Cmp(ref.p) < 0 && ref.on(p)
		if good && c.cofactor > 1 {
			good = ref.times(ref.q, p) == nil
		}
		if good != (err == nil) {
			t.Errorf("key %x: %v, the reference says %v", xy, err, good)
		}
	})
}

// Verification agrees with the reference about anything handed in as a digest and signature.
func FuzzVerify(f *testing.F) {
	for i := range byte(3) {
		c, ref := chosen(f, i)
		q := leOf(ref.q, c.Size())
		one := fitted([]byte{1}, c.Size())
		for _, digest := range [][]byte{one, make([]byte, c.Size()), q} {
			k, err := ParsePrivateKey(c, fitted([]byte{5, 6, 7}, c.Size()))
			if err != nil {
				f.Fatal(err)
			}
			signature, err := k.Sign(bytes.NewReader(make([]byte, 64)), digest)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(i, []byte{5, 6, 7}, digest, signature)
			f.Add(i, []byte{5, 6, 8}, digest, signature)
		}
		f.Add(i, []byte{1}, one, append(q, one...))
		f.Add(i, []byte{1}, one, append(one, one...))
		f.Add(i, []byte{1}, []byte{}, []byte{})
	}
	f.Fuzz(func(t *testing.T, which byte, d, digest, signature []byte) {
		c, ref := chosen(t, which)
		n := c.Size()
		k, err := ParsePrivateKey(c, fitted(d, n))
		if err != nil {
			return
		}
		err = k.Public().Verify(digest, signature)
		if len(digest) != n || len(signature) != 2*n {
			if err == nil {
				t.Errorf("%d bytes of digest and %d of signature verify", len(digest), len(signature))
			}
			return
		}
		q := &point{toBig(&k.public.point.x), toBig(&k.public.point.y)}
		good := ref.verify(q, bigOf(digest), bigOf(signature[:n]), bigOf(signature[n:]))
		if good != (err == nil) {
			t.Errorf("signature %x of %x: %v, the reference says %v", signature, digest, err, good)
		}
	})
}

// What is signed verifies, here and in the reference, and is what the reference makes of the same number k.
func FuzzSign(f *testing.F) {
	for i := range byte(3) {
		c, ref := chosen(f, i)
		minus := new(big.Int).Sub(ref.q, big.NewInt(1))
		for _, d := range [][]byte{{1}, {2}, leOf(minus, c.Size()), bytes.Repeat([]byte{0x3f}, c.Size())} {
			for _, digest := range [][]byte{{}, {1}, leOf(ref.q, c.Size()), bytes.Repeat([]byte{0xff}, c.Size())} {
				f.Add(i, d, digest, []byte("noise"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which byte, d, digest, noise []byte) {
		c, ref := chosen(t, which)
		n := c.Size()
		d, digest, noise = fitted(d, n), fitted(digest, n), fitted(noise, 64)
		k, err := ParsePrivateKey(c, d)
		if in := bigOf(d).Sign() > 0 && bigOf(d).Cmp(ref.q) < 0; in != (err == nil) {
			t.Fatalf("private key %x: %v", d, err)
		}
		if err != nil {
			return
		}
		q := ref.times(bigOf(d), ref.base())
		if want := append(leOf(q.x, n), leOf(q.y, n)...); !bytes.Equal(k.Public().Bytes(), want) {
			t.Fatalf("public key of %x: %x, want %x", d, k.Public().Bytes(), want)
		}
		signature, err := k.Sign(bytes.NewReader(noise), digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Public().Verify(digest, signature); err != nil {
			t.Errorf("own signature of %x by %x: %v", digest, d, err)
		}
		nonce := k.nonces(noise, digest)()
		r, s := ref.sign(bigOf(d), toBig(&nonce), bigOf(digest))
		if want := append(leOf(r, n), leOf(s, n)...); !bytes.Equal(signature, want) {
			t.Errorf("signature of %x by %x: %x, want %x", digest, d, signature, want)
		}
		if !ref.verify(q, bigOf(digest), r, s) {
			t.Errorf("the reference refuses its signature of %x by %x", digest, d)
		}
	})
}

// A digest does not depend on the pieces it is written in, and is that of the plain implementation.
func FuzzDigests(f *testing.F) {
	f.Add([]byte("a message"), []byte{1, 2, 3})
	f.Add(bytes.Repeat([]byte{0xff}, 200), []byte{64, 1, 63, 0, 32})
	f.Add([]byte{}, []byte{0})
	f.Fuzz(func(t *testing.T, data, cuts []byte) {
		data = data[:min(len(data), 1<<12)]
		for name, x := range map[string]struct {
			h    hash.Hash
			want []byte
		}{
			"Streebog-512": {NewStreebog512(), plainStreebog(data, 64)},
			"Streebog-256": {NewStreebog256(), plainStreebog(data, 32)},
			"34.311-95":    {New341195(), plain341195(data)},
		} {
			rest := data
			for _, c := range cuts {
				n := min(int(c), len(rest))
				x.h.Write(rest[:n])
				rest = rest[n:]
				x.h.Sum(nil)
			}
			x.h.Write(rest)
			if got := x.h.Sum(nil); !bytes.Equal(got, x.want) {
				t.Errorf("%s of %x in pieces of %v: %x, want %x", name, data, cuts, got, x.want)
			}
		}
	})
}

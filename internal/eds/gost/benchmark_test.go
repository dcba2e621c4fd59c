package gost_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"hash"
	"testing"
	"time"

	"tereze/internal/eds/gost"
)

// verifiers are what BenchmarkVerify compares: each verifies one good signature.
func verifiers(b *testing.B) map[string]func() bool {
	b.Helper()
	digest := sha512.Sum512([]byte("a document"))
	theirs, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	der, err := ecdsa.SignASN1(rand.Reader, theirs, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]func() bool{"p521": func() bool { return ecdsa.VerifyASN1(&theirs.PublicKey, digest[:], der) }}
	for name, c := range map[string]*gost.Curve{"gost512": gost.Curve512A(), "gost2004": gost.CryptoProA(), "gost256": gost.Curve256A()} {
		key, err := gost.GenerateKey(c, rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		sum := digest[:c.Size()]
		signature, err := key.Sign(rand.Reader, sum)
		if err != nil {
			b.Fatal(err)
		}
		out[name] = func() bool { return key.Public().Verify(sum, signature) == nil }
	}
	return out
}

// BenchmarkVerify verifies with 512 bits beside P-521 of the standard library, and the curves of 256 bits.
// "ratio" takes turns with P-521 in the same run: above 1 we are the faster.
func BenchmarkVerify(b *testing.B) {
	all := verifiers(b)
	for _, name := range []string{"p521", "gost512", "gost2004", "gost256"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if !all[name]() {
					b.Fatal("a good signature does not verify")
				}
			}
		})
	}
	b.Run("ratio", func(b *testing.B) {
		var ours, theirs time.Duration
		for b.Loop() {
			began := time.Now()
			all["p521"]()
			half := time.Now()
			all["gost512"]()
			theirs, ours = theirs+half.Sub(began), ours+time.Since(half)
		}
		b.ReportMetric(float64(theirs)/float64(ours), "p521/gost512")
	})
}

func BenchmarkSign(b *testing.B) {
	for name, c := range map[string]*gost.Curve{"gost512": gost.Curve512A(), "gost2004": gost.CryptoProA(), "gost256": gost.Curve256A()} {
		key, err := gost.GenerateKey(c, rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		digest := make([]byte, c.Size())
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := key.Sign(rand.Reader, digest); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDigest(b *testing.B) {
	data := make([]byte, 64<<10)
	for name, h := range map[string]hash.Hash{"streebog512": gost.NewStreebog512(), "34.311-95": gost.New341195()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				h.Write(data)
			}
		})
	}
}

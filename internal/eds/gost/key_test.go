package gost_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"tereze/internal/eds/gost"
)

func curves() []*gost.Curve {
	return []*gost.Curve{gost.Curve512A(), gost.CryptoProA(), gost.Curve256A()}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func generate(t testing.TB, c *gost.Curve) *gost.PrivateKey {
	t.Helper()
	k, err := gost.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Keys of RFC 7836, appendix B, example 7, on the curve of 512 bits, in the byte order used here.
func TestKeysOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ private, public string }{
		{
			"c990ecd972fce84ec4db022778f50fcac726f46708384b8d458304962d7147f8c2db41cef22c90b102f2968404f9b9be6d47c79692d81826b32b8daca43cb667",
			"aab0eda4abff21208d18799fb9a8556654ba783070eba10cb9abb253ec56dcf5d3ccba6192e464e6e5bcb6dea137792f2431f6c897eb1b3c0cc14327b1adc0a7" +
				"914613a3074e363aedb204d38d3563971bd8758e878c9db11403721b48002d38461f92472d40ea92f9958c0ffa4c93756401b97f89fdbe0b5e46e4a4631cdb5a",
		}, {
			"48c859f7b6f11585887cc05ec6ef1390cfea739b1a18c0d4662293ef63b79e3b8014070b44918590b4b996acfea4edfbbbcccc8c06edd8bf5bda92a51392d0db",
			"192fe183b9713a077253c72c8735de2ea42a3dbc66ea317838b65fa32523cd5efca974eda7c863f4954d1147f1f2b25c395fce1c129175e876d132e94ed5a651" +
				"04883b414c9b592ec4dc84826f07d0b6d9006dda176ce48c391e3f97d102e03bb598bf132a228a45f7201aba08fc524a2d77e43a362ab022ad4028f75bde3b79",
		},
	} {
		k, err := gost.ParsePrivateKey(gost.Curve512A(), unhex(t, x.private))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(k.Public().Bytes()); got != x.public {
			t.Errorf("public key %s, want %s", got, x.public)
		}
	}
}

// The certificate among the examples of RFC 9215 on the curve of 256 bits. The Russian profile writes a signature as s‖r,
// highest byte first: the whole string the other way round.
func TestCertificateOfTheStandardWith256Bits(t *testing.T) {
	t.Parallel()
	der, err := base64.StdEncoding.DecodeString("MIIBJTCB06ADAgECAgEKMAoGCCqFAwcBAQMCMBIxEDAOBgNVBAMTB0V4YW1wbGUw" +
		"IBcNMDEwMTAxMDAwMDAwWhgPMjA1MDEyMzEwMDAwMDBaMBIxEDAOBgNVBAMTB0V4" +
		"YW1wbGUwXjAXBggqhQMHAQEBATALBgkqhQMHAQIBAQEDQwAEQHQnldS+6ITd8oUP" +
		"7APqP68YROAdnaYLZFCTpV4m38OZePWWz01NDGzx0YlD2UST0WuewKFtUS0uEnzE" +
		"aRpjGOKjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoUDBwEBAwIDQQAUC02pEksJ" +
		"yw1c6Sjuh0JzoxASlJLsDik2njt5EkhXjB0OHaW+NHxvG1JWx66sIArWSsd6b1s6" +
		"DglzGOeubudp")
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private := unhex(t, "3a929ade789bb9be10ed359dd39a72c10b87c83f80be18b85c041f4325b62ec1")
	slices.Reverse(private)
	k, err := gost.ParsePrivateKey(gost.Curve256A(), private)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(c.RawSubjectPublicKeyInfo, k.Public().Bytes()) {
		t.Error("the certificate does not hold the key")
	}
	digest := gost.NewStreebog256()
	digest.Write(c.RawTBSCertificate)
	signature := slices.Clone(c.Signature)
	slices.Reverse(signature)
	if err := k.Public().Verify(digest.Sum(nil), signature); err != nil {
		t.Error(err)
	}
	if err := k.Public().Verify(digest.Sum(nil), c.Signature); err == nil {
		t.Error("the signature verifies in the other byte order as well")
	}
}

func TestWhatIsSignedVerifies(t *testing.T) {
	t.Parallel()
	for _, c := range curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			k, other := generate(t, c), generate(t, c)
			for i := range 20 {
				digest := make([]byte, c.Size())
				if i > 0 { // the first is 0, which is signed as 1
					rand.Read(digest)
				}
				signature, err := k.Sign(rand.Reader, digest)
				if err != nil {
					t.Fatal(err)
				}
				if err := k.Public().Verify(digest, signature); err != nil {
					t.Errorf("own signature of %x: %v", digest, err)
				}
				if err := other.Public().Verify(digest, signature); !errors.Is(err, gost.ErrMismatch) {
					t.Errorf("signature by another key: %v, want %v", err, gost.ErrMismatch)
				}
				digest[i%len(digest)] ^= 1 << (i % 8)
				if err := k.Public().Verify(digest, signature); !errors.Is(err, gost.ErrMismatch) && i > 0 {
					t.Errorf("signature of another digest: %v, want %v", err, gost.ErrMismatch)
				}
			}
		})
	}
}

func TestMalformedSignatures(t *testing.T) {
	t.Parallel()
	orders := map[string]string{
		gost.Curve512A().Name():  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275",
		gost.CryptoProA().Name(): "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893",
		gost.Curve256A().Name():  "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
	}
	for _, c := range curves() {
		n := c.Size()
		k := generate(t, c)
		digest := bytes.Repeat([]byte{7}, n)
		good, err := k.Sign(rand.Reader, digest)
		if err != nil {
			t.Fatal(err)
		}
		q := unhex(t, orders[c.Name()])
		slices.Reverse(q)
		all := bytes.Repeat([]byte{0xff}, n)
		zero := make([]byte, n)
		r, s := good[:n], good[n:]
		for name, bad := range map[string][]byte{
			"empty":         nil,
			"short":         good[:2*n-1],
			"long":          append(slices.Clone(good), 0),
			"r = 0":         slices.Concat(zero, s),
			"s = 0":         slices.Concat(r, zero),
			"r = q":         slices.Concat(q, s),
			"s = q":         slices.Concat(r, q),
			"r of all ones": slices.Concat(all, s),
			"s of all ones": slices.Concat(r, all),
		} {
			if err := k.Public().Verify(digest, bad); !errors.Is(err, gost.ErrForm) {
				t.Errorf("%s, %s: %v, want %v", c.Name(), name, err, gost.ErrForm)
			}
		}
		swapped := slices.Concat(s, r)
		if err := k.Public().Verify(digest, swapped); err == nil {
			t.Errorf("%s: verifies with r and s swapped", c.Name())
		}
		for _, bad := range [][]byte{nil, digest[1:], append(slices.Clone(digest), 0)} {
			if err := k.Public().Verify(bad, good); !errors.Is(err, gost.ErrForm) {
				t.Errorf("%s, digest of %d bytes: %v, want %v", c.Name(), len(bad), err, gost.ErrForm)
			}
			if _, err := k.Sign(rand.Reader, bad); !errors.Is(err, gost.ErrForm) {
				t.Errorf("%s, signing a digest of %d bytes: %v, want %v", c.Name(), len(bad), err, gost.ErrForm)
			}
		}
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range curves() {
		n := c.Size()
		k := generate(t, c)
		xy := k.Public().Bytes()
		if again, err := gost.ParsePublicKey(c, xy); err != nil || !again.Equal(k.Public()) || again.Curve() != c {
			t.Errorf("%s: own key refused or changed: %v", c.Name(), err)
		}
		off := slices.Clone(xy)
		off[0] ^= 1
		p := bytes.Repeat([]byte{0xff}, n)
		fold := map[int]uint16{64: 569, 32: 617}[n]
		p[0], p[1] = byte(-fold), byte(-fold>>8)
		above := slices.Clone(p)
		above[0]++
		for name, bad := range map[string][]byte{
			"empty":         nil,
			"short":         xy[1:],
			"long":          append(slices.Clone(xy), 0),
			"SEC 1 prefix":  append([]byte{4}, xy...),
			"off the curve": off,
			"zeros":         make([]byte, 2*n),
			"x = p":         slices.Concat(p, xy[n:]),
			"y = p":         slices.Concat(xy[:n], p),
			"x = p + 1":     slices.Concat(above, xy[n:]),
			"all ones":      bytes.Repeat([]byte{0xff}, 2*n),
			"swapped":       slices.Concat(xy[n:], xy[:n]),
		} {
			if _, err := gost.ParsePublicKey(c, bad); !errors.Is(err, gost.ErrKey) {
				t.Errorf("%s, %s: %v, want %v", c.Name(), name, err, gost.ErrKey)
			}
		}
		for name, bad := range map[string][]byte{
			"empty": nil, "short": make([]byte, n-1), "long": make([]byte, n+1), "0": make([]byte, n), "all ones": bytes.Repeat([]byte{0xff}, n),
		} {
			if _, err := gost.ParsePrivateKey(c, bad); !errors.Is(err, gost.ErrKey) {
				t.Errorf("%s, private key %s: %v, want %v", c.Name(), name, err, gost.ErrKey)
			}
		}
		if again, err := gost.ParsePrivateKey(c, k.Bytes()); err != nil || !again.Equal(k) || !again.Public().Equal(k.Public()) {
			t.Errorf("%s: private key does not come back: %v", c.Name(), err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRandomnessThatIsNone(t *testing.T) {
	t.Parallel()
	for _, c := range curves() {
		k := generate(t, c)
		one, two := bytes.Repeat([]byte{1}, c.Size()), bytes.Repeat([]byte{2}, c.Size())
		sign := func(k *gost.PrivateKey, rand io.Reader, digest []byte) []byte {
			t.Helper()
			signature, err := k.Sign(rand, digest)
			if err != nil {
				t.Fatal(err)
			}
			return signature
		}
		first := sign(k, zeros{}, one)
		if !bytes.Equal(first, sign(k, zeros{}, one)) {
			t.Errorf("%s: same key, digest and randomness, another signature", c.Name())
		}
		// r is of k alone: the same r twice would give the key away.
		for name, other := range map[string][]byte{
			"another digest":     sign(k, zeros{}, two),
			"another key":        sign(generate(t, c), zeros{}, one),
			"another randomness": sign(k, rand.Reader, one),
		} {
			if bytes.Equal(first[:c.Size()], other[:c.Size()]) {
				t.Errorf("%s: %s, the same r", c.Name(), name)
			}
		}
		for name, bad := range map[string]io.Reader{"ended": bytes.NewReader(nil), "short": bytes.NewReader(make([]byte, 31)), "failing": iotest.ErrReader(io.ErrClosedPipe)} {
			if _, err := k.Sign(bad, one); !errors.Is(err, gost.ErrRandom) {
				t.Errorf("%s, signing with a source that is %s: %v", c.Name(), name, err)
			}
			if _, err := gost.GenerateKey(c, bad); !errors.Is(err, gost.ErrRandom) {
				t.Errorf("%s, making a key with a source that is %s: %v", c.Name(), name, err)
			}
		}
		if _, err := gost.GenerateKey(c, zeros{}); !errors.Is(err, gost.ErrRandom) {
			t.Errorf("%s, making a key of zeros: %v", c.Name(), err)
		}
	}
}

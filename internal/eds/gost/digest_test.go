package gost_test

import (
	"bytes"
	"encoding/hex"
	"hash"
	"strings"
	"testing"

	"tereze/internal/eds/gost"
)

// digests are the three, as their tests name them.
func digests() map[string]func() hash.Hash {
	return map[string]func() hash.Hash{
		"Streebog-512": gost.NewStreebog512, "Streebog-256": gost.NewStreebog256, "34.311-95": gost.New341195,
	}
}

// Messages M1 and M2 of RFC 6986, 10, each in both lengths, as gost12sum prints them, and no message at all; 34.311-95 under
// the test parameters: the two messages of RFC 5831, 7, and answers many implementations agree on.
func TestKnownDigests(t *testing.T) {
	t.Parallel()
	const (
		m1 = "012345678901234567890123456789012345678901234567890123456789012"
		m2 = "\xd1\xe5 \xe2\xe5\xf2\xf0\xe8, \xd1\xf2\xf0\xe8\xe1\xee\xe6\xe8 \xe2\xed\xf3\xf6\xe8, \xe2\xe5\xfe\xf2\xfa \xf1 \xec\xee\xf0\xff " +
			"\xf1\xf2\xf0\xe5\xeb\xe0\xec\xe8 \xed\xe0 \xf5\xf0\xe0\xe1\xf0\xfb\xff \xef\xeb\xfa\xea\xfb \xc8\xe3\xee\xf0\xe5\xe2\xfb"
	)
	all := digests()
	for _, x := range []struct{ digest, message, want string }{
		{"Streebog-512", m1, "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
		{"Streebog-512", m2, "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"},
		{"Streebog-512", "", "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"},
		{"Streebog-256", m1, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
		{"Streebog-256", m2, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"},
		{"Streebog-256", "", "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"},
		{"34.311-95", "This is message, length=32 bytes", "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa"},
		{"34.311-95", "Suppose the original message has length = 50 bytes", "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208"},
		{"34.311-95", "", "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d"},
		{"34.311-95", "a", "d42c539e367c66e9c88a801f6649349c21871b4344c6a573f849fdce62f314dd"},
		{"34.311-95", "abc", "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d"},
		{"34.311-95", "message digest", "ad4434ecb18f2c99b60cbe59ec3d2469582b65273f48de72db2fde16a4889a4d"},
		{"34.311-95", strings.Repeat("U", 128), "53a3a3ed25180cef0c1d85a074273e551c25660a87062a52d926a9e8fe5733a4"},
		{"34.311-95", strings.Repeat("a", 1_000_000), "5c00ccc2734cdd3332d3d4749576e3c1a7dbaf0e7ea74e9fa602413c90a129fa"},
		{"34.311-95", "The quick brown fox jumps over the lazy dog", "77b7fa410c9ac58a25f49bca7d0468c9296529315eaca76bd1a10f376d1f4294"},
		{"34.311-95", "The quick brown fox jumps over the lazy cog", "a3ebc4daaab78b0be131dab5737a7f67e602670d543521319150d2e14eeec445"},
		{"34.311-95", "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "cc178dcad4df619dcaa00aac79ca355c00144e4ada2793d7bd9b3518ead3ccd3"},
		{"34.311-95", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "95c1af627c356496d80274330b2cff6a10c67b5f597087202f94d06d2338cf8e"},
	} {
		h := all[x.digest]()
		h.Write([]byte(x.message))
		if got := hex.EncodeToString(h.Sum(nil)); got != x.want {
			t.Errorf("%s of %.40q: %s, want %s", x.digest, x.message, got, x.want)
		}
	}
}

func TestDigestsRunOn(t *testing.T) {
	t.Parallel()
	for name, make := range digests() {
		h := make()
		h.Write([]byte("one"))
		prefix := []byte("kept")
		first := h.Sum(prefix)
		if !bytes.HasPrefix(first, prefix) || len(first) != len(prefix)+h.Size() {
			t.Errorf("%s: Sum does not append", name)
		}
		h.Write([]byte(" two"))
		whole := make()
		whole.Write([]byte("one two"))
		if !bytes.Equal(h.Sum(nil), whole.Sum(nil)) {
			t.Errorf("%s: Sum changes what follows", name)
		}
		h.Reset()
		h.Write([]byte("one"))
		if !bytes.Equal(h.Sum(prefix), first) {
			t.Errorf("%s: Reset leaves something", name)
		}
	}
}

// inPieces digests data in pieces whose lengths come from cuts.
func inPieces(h hash.Hash, data, cuts []byte) []byte {
	for _, c := range cuts {
		n := min(int(c), len(data))
		h.Write(data[:n])
		data = data[n:]
	}
	h.Write(data)
	return h.Sum(nil)
}

func TestDigestsInPieces(t *testing.T) {
	t.Parallel()
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(i * i)
	}
	for name, make := range digests() {
		for length := range len(data) {
			want := inPieces(make(), data[:length], nil)
			for _, cut := range []byte{1, 31, 32, 33, 63, 64, 65, 127, 128} {
				if got := inPieces(make(), data[:length], bytes.Repeat([]byte{cut}, 10)); !bytes.Equal(got, want) {
					t.Fatalf("%s of %d bytes in pieces of %d: %x, whole %x", name, length, cut, got, want)
				}
			}
		}
	}
}

package cms_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"testing"

	"tereze/internal/eds/cms"
)

func vector(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func seeds(f *testing.F) {
	for _, name := range []string{"cms/individual_attached.der", "cms/individual_detached.der", "tsp/tsp_token.bin"} {
		der := vector(f, name)
		f.Add(der)
		f.Add([]byte(base64.StdEncoding.EncodeToString(der)))
		f.Add(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der}))
	}
	f.Add([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0, 0, 0, 0, 0, 0})
}

// FuzzParse holds whatever is read to what Parse promises: it keeps the limits, and each part of the
// message stands in it.
func FuzzParse(f *testing.F) {
	seeds(f)
	limits := cms.Limits{Size: 1 << 16, Signers: 3, Certificates: 4, Attributes: 8}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := cms.Parse(data, limits)
		if err != nil {
			if m != nil {
				t.Fatal("a message beside an error")
			}
			return
		}
		if len(m.Signers) == 0 || len(m.Signers) > limits.Signers || len(m.Certificates)+len(m.CRLs) > limits.Certificates {
			t.Fatalf("%d signers, %d certificates", len(m.Signers), len(m.Certificates))
		}
		if m.Detached && m.Content != nil || len(m.Content) > len(data) {
			t.Fatal("content out of nowhere")
		}
		for _, s := range m.Signers {
			if (s.KeyID == nil) == (s.Issuer == nil) {
				t.Fatal("a signer named in both ways, or in none")
			}
			c := m.CertificateOf(s)
			if c == nil {
				continue
			}
			_ = s.CheckContent(m, nil)
			_, _ = s.CheckCertificate(c)
			_ = s.CheckSignature(c, m.Content)
		}
		again, err := cms.Parse(data, limits)
		if err != nil || !bytes.Equal(again.Content, m.Content) {
			t.Fatal("read differently the second time")
		}
	})
}

func FuzzToken(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		token, err := cms.ParseToken(data, cms.Limits{Size: 1 << 16})
		if err != nil {
			return
		}
		if len(token.Signers) != 1 || token.At.IsZero() || token.Serial == nil {
			t.Fatalf("token %+v", token)
		}
		_ = token.CheckImprint(data)
	})
}

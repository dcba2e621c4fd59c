package pkcs12_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"tereze/internal/eds/pkcs12"
	"tereze/internal/eds/pki"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "p12", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// password is that of a store in testdata, by its name.
func password(name string) string {
	if name == "NCANode_KEY_INDIVIDUAL_VALID_2015.p12" {
		return "Aa123456"
	}
	return "Qwerty12"
}

func names(t testing.TB) []string {
	t.Helper()
	list, err := os.ReadDir(filepath.Join("..", "testdata", "p12"))
	if err != nil || len(list) < 8 {
		t.Fatalf("%d stores, %v", len(list), err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

func TestRealStoresOpenAndTheirKeysSignForTheirCertificates(t *testing.T) {
	t.Parallel()
	for _, name := range names(t) {
		s, err := pkcs12.Open(read(t, name), password(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := s.Entries[0]
		message := []byte("signed with " + name)
		algorithm, sig, err := e.Key.Sign(rand.Reader, e.Key.DefaultDigest(), message)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := e.Certificate.CheckSignature(algorithm, e.Key.DefaultDigest(), message, sig); err != nil {
			t.Errorf("%s: own signature: %v", name, err)
		}
		if e.Key.Algorithm() != e.Certificate.Algorithm() || e.Certificate.Holder().IIN == "" {
			t.Errorf("%s: %s key for %s of %+v", name, e.Key.Algorithm(), e.Certificate.Algorithm(), e.Certificate.Holder())
		}
		if _, err := pkcs12.Open(read(t, name), "another"); pki.ReasonOf(err) != pki.WrongPassword {
			t.Errorf("%s with another password: %v", name, err)
		}
		made, err := pkcs12.Make(rand.Reader, e, s.Others, "Пароль-1")
		if err != nil {
			t.Fatal(err)
		}
		again, err := pkcs12.Open(made, "Пароль-1")
		if err != nil {
			t.Errorf("%s made again: %v", name, err)
		} else if !again.Entries[0].Certificate.Equal(e.Certificate) || again.Entries[0].Name != e.Name {
			t.Errorf("%s made again: %+v", name, again.Entries[0])
		}
	}
}

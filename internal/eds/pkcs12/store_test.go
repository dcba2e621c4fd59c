package pkcs12_test

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

func wantReason(t *testing.T, what string, err error, want pki.Reason) {
	t.Helper()
	if got := pki.ReasonOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func TestStoresThatAreNone(t *testing.T) {
	t.Parallel()
	name := "GOST512_0d79679f360a2da49a631a0b1ac76f76c34b6f24.p12"
	data := read(t, name)
	for what, try := range map[string]struct {
		data []byte
		want pki.Reason
	}{
		"nothing":            {nil, pki.Malformed},
		"half":               {data[:len(data)/2], pki.Malformed},
		"more":               {append(bytes.Clone(data), 0), pki.Malformed},
		"endless":            {make([]byte, pkcs12.MaxStore+1), pki.TooLarge},
		"nested":             {bytes.Repeat([]byte{0x30, 0x80}, 100_000), pki.Malformed},
		"an empty sequence":  {[]byte{0x30, 0}, pki.Malformed},
		"changed inside":     {changed(data, len(data)/2), pki.WrongPassword},
		"many rounds of MAC": {rounds(t, data, 2_000_000_000), pki.TooLarge},
		"no rounds of MAC":   {rounds(t, data, 0), pki.Malformed},
	} {
		_, err := pkcs12.Open(try.data, password(name))
		wantReason(t, what, err, try.want)
	}
}

func changed(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 1
	return out
}

// rounds rewrites the last number of a store, which is that of the rounds of its MAC.
func rounds(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	var outer []asn1.RawValue
	if _, err := asn1.Unmarshal(data, &outer); err != nil {
		t.Fatal(err)
	}
	var mac []asn1.RawValue
	if _, err := asn1.Unmarshal(outer[2].FullBytes, &mac); err != nil {
		t.Fatal(err)
	}
	number, err := asn1.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	mac[2] = asn1.RawValue{FullBytes: number}
	der, err := asn1.Marshal(mac)
	if err != nil {
		t.Fatal(err)
	}
	outer[2] = asn1.RawValue{FullBytes: der}
	out, err := asn1.Marshal(outer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStoresOfOpenSSLOpen(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl here to make stores")
	}
	dir := t.TempDir()
	key, certificate := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %s", args, out)
		}
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=store")
	for what, flags := range map[string][]string{
		"modern":          nil,
		"legacy":          {"-legacy"},
		"RC2 of 128":      {"-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-RC2-40"},
		"two keys of DES": {"-legacy", "-keypbe", "PBE-SHA1-2DES"},
		"AES-128":         {"-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC"},
		"DES in PBES2":    {"-keypbe", "DES-EDE3-CBC"},
		"MAC by SHA-512":  {"-macalg", "sha512"},
		"MAC by SHA-224":  {"-macalg", "sha224"},
		"open bags":       {"-keypbe", "NONE", "-certpbe", "NONE"},
	} {
		out := filepath.Join(dir, strings.ReplaceAll(what, " ", "-"))
		run(append([]string{"pkcs12", "-export", "-inkey", key, "-in", certificate, "-name", "friendly", "-passout", "pass:пароль", "-out", out}, flags...)...)
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		s, err := pkcs12.Open(data, "пароль")
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if s.Entries[0].Name != "friendly" || s.Entries[0].Certificate.Subject.CommonName != "store" {
			t.Errorf("%s: got %+v", what, s.Entries[0])
		}
		_, err = pkcs12.Open(data, "")
		wantReason(t, what+" without a password", err, pki.WrongPassword)
	}
}

// TestStoresOfOpenSSLThatAreNotOpened: what is too weak or unknown is refused by name, with the right password too.
func TestStoresOfOpenSSLThatAreNotOpened(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl here to make stores")
	}
	dir := t.TempDir()
	key, certificate, out := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "store")
	run := func(args ...string) {
		t.Helper()
		if said, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %s", args, said)
		}
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=store")
	for what, try := range map[string]struct {
		flags []string
		want  pki.Reason
	}{
		"RC4":                    {[]string{"-inkey", key, "-legacy", "-keypbe", "PBE-SHA1-RC4-128"}, pki.Unsupported},
		"no MAC":                 {[]string{"-inkey", key, "-nomac"}, pki.Unsupported},
		"a MAC by SHA3":          {[]string{"-inkey", key, "-macalg", "sha3-256"}, pki.Unsupported},
		"AES in another mode":    {[]string{"-inkey", key, "-keypbe", "AES-256-CFB"}, pki.Unsupported},
		"certificates alone":     {[]string{"-nokeys"}, pki.NoKey},
		"a key alone":            {[]string{"-inkey", key, "-nocerts"}, pki.NoCertificate},
		"a derivation too long":  {[]string{"-inkey", key, "-iter", "2000001"}, pki.TooLarge},
		"the password of others": {[]string{"-inkey", key, "-passout", "pass:another"}, pki.WrongPassword},
	} {
		run(append([]string{"pkcs12", "-export", "-in", certificate, "-out", out, "-passout", "pass:x"}, try.flags...)...)
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pkcs12.Open(data, "x")
		wantReason(t, what, err, try.want)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range names(f) {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := pkcs12.Open(data, "Qwerty12")
		if err == nil && (len(s.Entries) == 0 || s.Entries[0].Certificate == nil) {
			t.Error("an opened store without a key")
		}
	})
}

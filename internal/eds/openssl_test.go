package eds_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// openssl runs the second opinion.
func openssl(t testing.TB, args ...string) ([]byte, error) {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl to compare with")
	}
	return exec.Command(path, args...).CombinedOutput()
}

func save(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (o *office) pem(t testing.TB) string {
	t.Helper()
	var all []byte
	for _, c := range []*pki.Certificate{o.root.Certificate, o.ca.Certificate} {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return save(t, "roots.pem", all)
}

// TestOpenSSLAgreesAboutSignedMessages shows OpenSSL what we make and judge, good and bent.
func TestOpenSSLAgreesAboutSignedMessages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	roots := o.pem(t)
	moment := strconv.FormatInt(noon().Unix(), 10)
	good := p.sign(t, "document")
	bend := func(edit func(*branch)) []byte {
		b := grow(t, good)
		edit(b)
		return b.write()
	}
	two, err := cms.AddSigner(good, nil, o.issue(o.ca, 3, "ДРУГАЯ").signing(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, message := range map[string][]byte{
		"good":                 good,
		"two signers":          two,
		"in BER":               bend(func(b *branch) { b.berish(3); b.content().at(1, 0).cut(3) }),
		"by key identifier":    bend(func(b *branch) { byKeyID(b, p) }),
		"with a time-stamp":    p.sign(t, "document", stamped(t, o.stamper(), noon())),
		"another document":     bend(func(b *branch) { b.content().at(1, 0).body = []byte("Document") }),
		"an altered attribute": bend(func(b *branch) { b.attribute(t, attrSigningTime).at(1, 0).body = []byte("260601120001Z") }),
		"an altered signature": bend(func(b *branch) { b.signer().at(5).body[9] ^= 1 }),
		"another certificate":  bend(func(b *branch) { b.certificates().sub = growAll(t, o.ca.Raw) }),
		"nobody's":             o.issue(holder{key: keys()[2]}, 2, "НИКТО").sign(t, "document"),
	} {
		ours := ask(t, o.verifier(), given(message))
		said, err := openssl(t, "cms", "-verify", "-binary", "-inform", "DER", "-in", save(t, "message.der", message), "-CAfile", roots, "-attime", moment, "-out", os.DevNull)
		if ours.Valid != (err == nil) {
			t.Errorf("%s: we say %v (%s), OpenSSL %v: %s", name, ours.Valid, ours.Reason, err, said)
		}
	}
}

// TestMessagesOfOpenSSLAreRead takes what OpenSSL signs in the ways it can.
func TestMessagesOfOpenSSLAreRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	signing := p.signing(t)
	key, err := signing.Key.PKCS8()
	if err != nil {
		t.Fatal(err)
	}
	keyFile := save(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	certificate := save(t, "certificate.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Raw}))
	document := save(t, "document", []byte("document"))
	for name, c := range map[string]struct {
		args   []string
		reason pki.Reason
	}{
		"attached":                {[]string{"-nodetach", "-outform", "DER"}, ""},
		"streamed, in BER":        {[]string{"-nodetach", "-stream", "-indef", "-outform", "DER"}, ""},
		"in PEM":                  {[]string{"-nodetach", "-outform", "PEM"}, ""},
		"detached":                {[]string{"-outform", "DER"}, ""},
		"by key identifier":       {[]string{"-nodetach", "-keyid", "-outform", "DER"}, ""},
		"as CAdES":                {[]string{"-nodetach", "-cades", "-outform", "DER"}, ""},
		"without attributes":      {[]string{"-nodetach", "-noattr", "-outform", "DER"}, ""},
		"with SHA-384":            {[]string{"-nodetach", "-md", "sha384", "-outform", "DER"}, ""},
		"with SHA-512":            {[]string{"-nodetach", "-md", "sha512", "-outform", "DER"}, ""},
		"with SHA-224":            {[]string{"-nodetach", "-md", "sha224", "-outform", "DER"}, pki.Unsupported},
		"with SHA3-256":           {[]string{"-nodetach", "-md", "sha3-256", "-outform", "DER"}, pki.Unsupported},
		"with RSA-PSS, SHA-512":   {[]string{"-nodetach", "-md", "sha512", "-keyopt", "rsa_padding_mode:pss", "-outform", "DER"}, ""},
		"with RSA-PSS, no salt":   {[]string{"-nodetach", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:0", "-outform", "DER"}, ""},
		"with RSA-PSS, all salt":  {[]string{"-nodetach", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:max", "-outform", "DER"}, ""},
		"with a mask of SHA-1":    {[]string{"-nodetach", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:sha1", "-outform", "DER"}, pki.Disagreement},
		"with RSA-PSS":            {[]string{"-nodetach", "-keyopt", "rsa_padding_mode:pss", "-outform", "DER"}, ""},
		"with SHA-1":              {[]string{"-nodetach", "-md", "sha1", "-outform", "DER"}, pki.WeakAlgorithm},
		"without the certificate": {[]string{"-nodetach", "-nocerts", "-outform", "DER"}, pki.NoCertificate},
	} {
		out := filepath.Join(t.TempDir(), "message")
		args := append([]string{"cms", "-sign", "-binary", "-in", document, "-signer", certificate, "-inkey", keyFile, "-out", out}, c.args...)
		if said, err := openssl(t, args...); err != nil {
			t.Fatalf("%s: %v: %s", name, err, said)
		}
		message, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		q := given(message)
		q.At = noon()
		if name == "detached" {
			q.Content = strings.NewReader("document")
		}
		if r := ask(t, o.verifier(), q); r.Reason != c.reason {
			t.Errorf("%s: reason %q, want %q: %+v", name, r.Reason, c.reason, r)
		}
	}
}

// TestKeysOfEveryKindSignWithOpenSSL: what is taken, and what is refused by name, of the kinds of keys that programs make.
func TestKeysOfEveryKindSignWithOpenSSL(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for what, c := range map[string]struct {
		key    []string
		digest string
		reason pki.Reason
	}{
		"RSA of 3072 bits":          {[]string{"RSA", "-pkeyopt", "rsa_keygen_bits:3072"}, "sha256", ""},
		"RSA with an exponent of 3": {[]string{"RSA", "-pkeyopt", "rsa_keygen_pubexp:3"}, "sha256", ""},
		"RSA of 1024 bits":          {[]string{"RSA", "-pkeyopt", "rsa_keygen_bits:1024"}, "sha256", pki.WeakAlgorithm},
		"a key of RSA-PSS alone":    {[]string{"RSA-PSS"}, "sha256", pki.Unsupported},
		"P-256":                     {[]string{"EC", "-pkeyopt", "ec_paramgen_curve:P-256"}, "sha256", ""},
		"P-384 with SHA-512":        {[]string{"EC", "-pkeyopt", "ec_paramgen_curve:P-384"}, "sha512", ""},
		"a Koblitz curve":           {[]string{"EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"}, "sha256", pki.Malformed},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run := func(args ...string) {
				t.Helper()
				if said, err := openssl(t, args...); err != nil {
					t.Fatalf("%v: %s", args, said)
				}
			}
			in := func(name string) string { return filepath.Join(dir, name) }
			ca, err := o.ca.signing(t).Key.PKCS8()
			if err != nil {
				t.Fatal(err)
			}
			for name, content := range map[string][]byte{
				"ca.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ca}), "ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.ca.Raw}),
				"document": []byte("document"), "ext": []byte("keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n"),
			} {
				if err := os.WriteFile(in(name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run(append([]string{"genpkey", "-out", in("key"), "-algorithm"}, c.key...)...)
			run("req", "-new", "-key", in("key"), "-out", in("request"), "-subj", "/CN=TEST/serialNumber=IIN800101100112")
			run("x509", "-req", "-in", in("request"), "-CA", in("ca.pem"), "-CAkey", in("ca.key"), "-set_serial", "77", "-days", "3000", "-extfile", in("ext"), "-out", in("cert"))
			run("cms", "-sign", "-binary", "-nodetach", "-in", in("document"), "-signer", in("cert"), "-inkey", in("key"), "-md", c.digest, "-outform", "DER", "-out", in("message"))
			message, err := os.ReadFile(in("message"))
			if err != nil {
				t.Fatal(err)
			}
			v := o.verifier()
			v.Now = time.Now // OpenSSL dates certificates by the machine's clock
			r := ask(t, v, eds.Question{Document: message, Revocation: eds.WhenGiven})
			if r.Reason != c.reason || r.Valid != (c.reason == "") {
				t.Errorf("valid %v, reason %q, want %q: %+v", r.Valid, r.Reason, c.reason, r)
			}
		})
	}
}

// BenchmarkVerifyMessage verifies an attached RSA signature over 100 KB, and has OpenSSL do the same in one
// process of its own. The two take turns; ratio is our time to theirs.
func BenchmarkVerifyMessage(b *testing.B) {
	o := newOffice(b)
	p := o.person()
	message := p.sign(b, strings.Repeat("0123456789abcdef", 100<<10/16))
	v := o.verifier()
	theirs := yardstick(b, save(b, "message.der", message), o.pem(b))
	q := eds.Question{Document: message, Revocation: eds.WhenGiven}
	const round = 200
	var ours, other time.Duration
	for b.Loop() {
		other += theirs(round / 2)
		start := time.Now()
		for range round {
			if r, err := v.Verify(b.Context(), q); err != nil || !r.Valid {
				b.Fatal(r, err)
			}
		}
		ours += time.Since(start)
		other += theirs(round / 2)
	}
	n := float64(b.N) * round
	b.ReportMetric(float64(ours.Nanoseconds())/n, "ours-ns")
	b.ReportMetric(float64(other.Nanoseconds())/n, "openssl-ns")
	b.ReportMetric(float64(ours)/float64(other), "ratio")
}

// yardstick builds the C program that verifies with OpenSSL, and runs it for so many verifications.
func yardstick(b *testing.B, message, roots string) func(times int) time.Duration {
	b.Helper()
	program := filepath.Join(b.TempDir(), "openssl_verify")
	build := exec.Command("gcc", "-O2", "-o", program, "testdata/openssl_verify.c", "-lcrypto")
	if said, err := build.CombinedOutput(); err != nil {
		b.Skipf("the yardstick needs gcc and the headers of OpenSSL (libssl-dev): %v: %s", err, said)
	}
	return func(times int) time.Duration {
		out, err := exec.Command(program, message, roots, strconv.Itoa(times), strconv.FormatInt(noon().Unix(), 10)).Output()
		if err != nil {
			b.Fatal(err)
		}
		each, err := strconv.ParseInt(string(bytes.TrimSpace(out)), 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		return time.Duration(each) * time.Duration(times)
	}
}

package eds_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
)

// desk is a folder in which OpenSSL answers and stamps for an office, with a holder whose certificate is valid
// by the clock of the machine: OpenSSL has no other.
type desk struct {
	*office
	t      testing.TB
	dir    string
	person holder
	now    time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	o := newOffice(t)
	long := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = noon().AddDate(-4, 0, 0), noon().AddDate(40, 0, 0)
	}
	d := &desk{office: o, t: t, dir: t.TempDir(), person: o.person(long), now: time.Now()}
	for name, h := range map[string]holder{"ca": o.ca, "ocsp": o.responder(long), "tsa": o.stamper(long), "person": d.person} {
		key, err := h.signing(t).Key.PKCS8()
		if err != nil {
			t.Fatal(err)
		}
		d.write(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
		d.write(name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Raw}))
	}
	return d
}

func (d *desk) in(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name string, content []byte) {
	d.t.Helper()
	if err := os.WriteFile(d.in(name), content, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) run(args ...string) {
	d.t.Helper()
	if said, err := openssl(d.t, args...); err != nil {
		d.t.Fatalf("%v: %s", args, said)
	}
}

func (d *desk) read(name string) []byte {
	d.t.Helper()
	data, err := os.ReadFile(d.in(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

func (d *desk) verifier() *eds.Own {
	v := d.office.verifier()
	v.Now = func() time.Time { return d.now }
	return v
}

// TestAnswersOfOpenSSLAreRead: by name and by key, certificates named by each digest, good, revoked and unknown, with
// the chain enclosed and without, with a next update and without.
func TestAnswersOfOpenSSLAreRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	index := func(state string) []byte {
		return fmt.Appendf(nil, "%s\t%s\t%s\t%02X\tunknown\t/CN=X\n", state, "660101000000Z", map[bool]string{true: "250101000000Z,keyCompromise"}[state == "R"], d.person.SerialNumber)
	}
	d.write("good.txt", index("V"))
	d.write("revoked.txt", index("R"))
	d.write("empty.txt", nil)
	message := d.person.sign(t, "document")
	for name, c := range map[string]struct {
		index    string
		ask, say []string
		reason   pki.Reason
	}{
		"by name":                    {"good.txt", nil, nil, ""},
		"by key":                     {"good.txt", nil, []string{"-resp_key_id"}, ""},
		"named by SHA-256":           {"good.txt", []string{"-sha256"}, nil, ""},
		"named by SHA-512":           {"good.txt", []string{"-sha512"}, nil, ""},
		"named by SHA-224":           {"good.txt", []string{"-sha224"}, nil, pki.RevocationUnknown},
		"with a next update":         {"good.txt", nil, []string{"-nmin", "60"}, ""},
		"with a chain enclosed":      {"good.txt", nil, []string{"-rother", d.in("ca.pem")}, ""},
		"without its certificate":    {"good.txt", nil, []string{"-resp_no_certs"}, pki.BadResponder},
		"signed with SHA-512":        {"good.txt", nil, []string{"-rmd", "sha512"}, ""},
		"signed with SHA-1":          {"good.txt", nil, []string{"-rmd", "sha1"}, pki.WeakAlgorithm},
		"by RSA-PSS":                 {"good.txt", nil, []string{"-rmd", "sha256", "-rsigopt", "rsa_padding_mode:pss"}, ""},
		"without a nonce":            {"good.txt", []string{"-no_nonce"}, nil, ""},
		"revoked":                    {"revoked.txt", nil, nil, pki.Revoked},
		"revoked, by key":            {"revoked.txt", nil, []string{"-resp_key_id"}, pki.Revoked},
		"of a certificate not known": {"empty.txt", nil, nil, pki.RevocationUnknown},
	} {
		request := strings.ReplaceAll(name, " ", "_")
		d.run(append(append([]string{"ocsp"}, c.ask...), "-issuer", d.in("ca.pem"), "-cert", d.in("person.pem"), "-reqout", d.in(request+".q"))...)
		d.run(append([]string{"ocsp", "-index", d.in(c.index), "-CA", d.in("ca.pem"), "-rsigner", d.in("ocsp.pem"), "-rkey", d.in("ocsp.key"),
			"-reqin", d.in(request + ".q"), "-respout", d.in(request + ".a")}, c.say...)...)
		d.now = time.Now()
		q := eds.Question{Document: message, Evidence: eds.Evidence{OCSP: [][]byte{d.read(request + ".a")}}}
		if r := ask(t, d.verifier(), q); r.Reason != c.reason {
			check, _ := find(r, eds.CheckRevocation)
			t.Errorf("%s: reason %q, want %q: %+v", name, r.Reason, c.reason, check)
		}
	}
}

// TestTimestampsOfOpenSSLAreRead: with the chain and without any certificate, with everything that a stamp may say.
func TestTimestampsOfOpenSSLAreRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	message := grow(t, d.person.sign(t, "document"))
	d.write("value", message.signer().at(5).body)
	config := func(more string) []byte {
		return []byte("[tsa]\ndefault_tsa = t\n[t]\nserial = " + d.in("serial") + "\ndefault_policy = 1.2.398.3.3.2.6.2\ndigests = sha1, sha256, sha384, sha512\n" +
			"signer_digest = sha256\nordering = yes\ntsa_name = yes\nclock_precision_digits = 3\naccuracy = secs:1, millisecs:500, microsecs:100\n" + more)
	}
	for name, c := range map[string]struct {
		ask     []string
		config  string
		reason  pki.Reason
		outcome eds.Outcome
	}{
		"with its certificate":        {[]string{"-sha256", "-cert"}, "", "", eds.Passed},
		"with the chain":              {[]string{"-sha512", "-cert"}, "certs = " + d.in("ca.pem") + "\n", "", eds.Passed},
		"a short attribute of before": {[]string{"-sha384", "-cert"}, "ess_cert_id_alg = sha1\n", "", eds.Passed},
		"without a nonce":             {[]string{"-sha256", "-cert", "-no_nonce"}, "", "", eds.Passed},
		"without any certificate":     {[]string{"-sha256"}, "", "", eds.Untrusted},
		"of SHA-1":                    {[]string{"-sha1", "-cert"}, "", "", eds.Untrusted},
	} {
		d.write("config", config(c.config))
		d.write("serial", []byte("01\n"))
		d.run(append([]string{"ts", "-query", "-data", d.in("value"), "-out", d.in("q")}, c.ask...)...)
		d.run("ts", "-reply", "-config", d.in("config"), "-section", "t", "-queryfile", d.in("q"), "-signer", d.in("tsa.pem"), "-inkey", d.in("tsa.key"), "-token_out", "-out", d.in("token"))
		d.now = time.Now()
		stamped := grow(t, message.write())
		unsigned(stamped, d.read("token"))
		r := ask(t, d.verifier(), eds.Question{Document: stamped.write(), Revocation: eds.WhenGiven})
		if check, _ := find(r, eds.CheckTimestamp); r.Reason != c.reason || check.Outcome != c.outcome {
			t.Errorf("%s: reason %q, want %q, time-stamp %+v, want %s", name, r.Reason, c.reason, check, c.outcome)
		}
		alone := ask(t, d.verifier(), eds.Question{Document: d.read("token"), Content: bytes.NewReader(d.read("value")), Revocation: eds.WhenGiven})
		if alone.Valid != (c.outcome == eds.Passed) || alone.Form != eds.Timestamp {
			t.Errorf("%s by itself: valid %v, %s, form %s", name, alone.Valid, alone.Reason, alone.Form)
		}
	}
}

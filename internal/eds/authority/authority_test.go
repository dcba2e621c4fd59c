package authority_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pkcs12"
	"tereze/internal/eds/pki"
)

// hour is a clock that tests move.
type hour struct{ now time.Time }

func (h *hour) Now() time.Time { return h.now }

func open(t testing.TB, algorithm authority.Algorithm) (*authority.Authority, *hour) {
	t.Helper()
	clock := &hour{time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	a, err := authority.New(strings.NewReader(strings.Repeat("seed", 8)), clock.Now, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return a, clock
}

func issue(t testing.TB, a *authority.Authority, s authority.Subject) *authority.Issued {
	t.Helper()
	i, err := a.Issue(s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func person() authority.Subject {
	return authority.Subject{Surname: "СЫНАҚОВ", FirstName: "СЫНАҚ", Patronymic: "СЫНАҚҰЛЫ", IIN: "900101300017", Email: "synaq@example.kz"}
}

func head() authority.Subject {
	s := person()
	s.BIN, s.Organisation, s.Roles = "000740000728", `"СЫНАҚ" ЖШС`, []pki.Role{pki.FirstHead}
	return s
}

func both(t *testing.T, run func(t *testing.T, a *authority.Authority, clock *hour)) {
	t.Helper()
	for _, algorithm := range []authority.Algorithm{authority.GOST, authority.RSA} {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			a, clock := open(t, algorithm)
			run(t, a, clock)
		})
	}
}

// inGOST is both without RSA, whose keys take long to find; OpenSSL looks at what it makes below.
func inGOST(t *testing.T, run func(t *testing.T, a *authority.Authority, clock *hour)) {
	t.Helper()
	a, clock := open(t, authority.GOST)
	run(t, a, clock)
}

func wantReason(t *testing.T, what string, err error, want pki.Reason) {
	t.Helper()
	if got := pki.ReasonOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func TestCertificatesHaveTheProfileOfTheNationalAuthority(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, a *authority.Authority, clock *hour) {
		for _, pair := range [][2]*pki.Certificate{{a.Root, a.Root}, {a.Issuing, a.Root}} {
			if err := pair[0].CheckIssuedBy(pair[1]); err != nil {
				t.Error(err)
			}
		}
		individual := issue(t, a, person()).Certificate
		h := individual.Holder()
		if h.Surname != "СЫНАҚОВ" || h.GivenName != "СЫНАҚ" || h.Patronymic != "СЫНАҚҰЛЫ" || h.IIN != "900101300017" ||
			h.Kind != pki.Individual || h.Email != "synaq@example.kz" || h.Country != "KZ" {
			t.Errorf("got %+v", h)
		}
		h = issue(t, a, head()).Certificate.Holder()
		if h.BIN != "000740000728" || h.Organisation != `"СЫНАҚ" ЖШС` || h.Kind != pki.LegalEntityPerson || len(h.Roles) != 1 || h.Roles[0] != pki.FirstHead {
			t.Errorf("got %+v", h)
		}
		h = issue(t, a, authority.Subject{System: "1.2.398.1", BIN: "000740000728", Organisation: "ЖҮЙЕ"}).Certificate.Holder()
		if h.Kind != pki.InformationSystem || h.System != "1.2.398.1" || h.Name != "ЖҮЙЕ" {
			t.Errorf("got %+v", h)
		}
		if err := individual.CheckIssuedBy(a.Issuing); err != nil {
			t.Error(err)
		}
		wantReason(t, "for signing", individual.CheckPurpose(pki.Signing), "")
		wantReason(t, "for signing in", individual.CheckPurpose(pki.Authentication), "")
		wantReason(t, "for answering", individual.CheckPurpose(pki.OCSPResponding), pki.WrongPurpose)
		s := person()
		s.AuthOnly = true
		only := issue(t, a, s).Certificate
		wantReason(t, "auth-only for signing", only.CheckPurpose(pki.Signing), pki.WrongPurpose)
		wantReason(t, "auth-only for signing in", only.CheckPurpose(pki.Authentication), "")
		wantReason(t, "today", individual.CheckValidAt(clock.now), "")
		wantReason(t, "in two years", individual.CheckValidAt(clock.now.AddDate(2, 0, 0)), pki.Expired)
	})
}

func TestTheSameSeedGivesTheSameCertificates(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, a *authority.Authority, _ *hour) {
		algorithm := authority.GOST
		if strings.HasPrefix(a.Root.Algorithm(), "RSA") {
			algorithm = authority.RSA
		}
		b, clock := open(t, algorithm)
		one, two := issue(t, a, person()), issue(t, b, person())
		if !a.Root.Equal(b.Root) || !a.Issuing.Equal(b.Issuing) || !one.Certificate.Equal(two.Certificate) {
			t.Error("two authorities of one seed differ")
		}
		if issue(t, a, person()).Certificate.Equal(one.Certificate) {
			t.Error("a subject was given the same certificate twice")
		}
		clock.now = clock.now.AddDate(0, 0, 3)
		c, err := authority.New(strings.NewReader(strings.Repeat("seed", 8)), clock.Now, algorithm)
		if err != nil {
			t.Fatal(err)
		}
		later := issue(t, c, person())
		if !c.Root.Equal(a.Root) || !bytes.Equal(later.Key.PublicKeyInfo(), one.Key.PublicKeyInfo()) {
			t.Error("three days later root or key is another")
		}
	})
}

func TestProductionDoesNotTrustTheTestAuthority(t *testing.T) {
	t.Parallel()
	production, err := eds.Production()
	if err != nil {
		t.Fatal(err)
	}
	inGOST(t, func(t *testing.T, a *authority.Authority, clock *hour) {
		c := issue(t, a, person()).Certificate
		enclosed := []*pki.Certificate{a.Issuing, a.Root}
		if _, err := production.Chain(c, enclosed, clock.now); err == nil {
			t.Error("production builds a chain to the test authority's root")
		}
		if production.Knows(a.Root) || production.Knows(a.Issuing) {
			t.Error("production knows the test authority")
		}
		if _, err := production.With(a.Root).Chain(c, enclosed, clock.now); err != nil {
			t.Errorf("with the root: %v", err)
		}
	})
}

func TestKeyStoresOpen(t *testing.T) {
	t.Parallel()
	inGOST(t, func(t *testing.T, a *authority.Authority, _ *hour) {
		i := issue(t, a, head())
		data, err := i.PKCS12("Qwerty12")
		if err != nil {
			t.Fatal(err)
		}
		s, err := pkcs12.Open(data, "Qwerty12")
		if err != nil {
			t.Fatal(err)
		}
		if !s.Entries[0].Certificate.Equal(i.Certificate) || len(s.Others) != 1 || !s.Others[0].Equal(a.Issuing) {
			t.Errorf("got %+v", s)
		}
	})
}

func ask(t testing.TB, a *authority.Authority, c *pki.Certificate, nonce []byte) []byte {
	t.Helper()
	request, err := pki.OCSPRequest(c, a.Issuing, nonce)
	if err != nil {
		t.Fatal(err)
	}
	return a.OCSP(request)
}

func TestTheResponderTellsGoodRevokedSuspendedAndNeverIssued(t *testing.T) {
	t.Parallel()
	inGOST(t, func(t *testing.T, a *authority.Authority, clock *hour) {
		nonce := []byte("sixteen bytes...")
		state := func(what string, c *pki.Certificate, want pki.Reason) {
			t.Helper()
			status, err := pki.CheckOCSP(ask(t, a, c, nonce), pki.Asked{Certificate: c, Issuer: a.Issuing, Nonce: nonce, At: clock.now})
			if err == nil {
				err = status.Refusal(clock.now)
			}
			wantReason(t, what, err, want)
		}
		c := issue(t, a, person()).Certificate
		state("fresh", c, "")
		a.Revoke(c, authority.OnHold)
		state("suspended", c, pki.OnHold)
		a.Lift(c)
		state("lifted", c, "")
		a.Revoke(c, authority.KeyCompromise)
		state("revoked", c, pki.Revoked)
		a.Lift(c)
		state("revoked for good", c, pki.Revoked)
		state("of the authority, but never issued to anybody", a.Issuing, pki.NotIssued)
	})
}

func TestListsAndDeltasTellTheSame(t *testing.T) {
	t.Parallel()
	inGOST(t, func(t *testing.T, a *authority.Authority, clock *hour) {
		held, gone, good := issue(t, a, person()).Certificate, issue(t, a, person()).Certificate, issue(t, a, person()).Certificate
		if _, err := a.Delta(); err == nil {
			t.Error("a delta without a complete list")
		}
		a.Revoke(held, authority.OnHold)
		full := list(t, a.CRL)
		a.Lift(held)
		a.Revoke(gone, authority.Unspecified)
		clock.now = clock.now.Add(time.Hour)
		delta := list(t, a.Delta)
		state := func(what string, delta *pki.CRL, c *pki.Certificate, want pki.Reason) {
			t.Helper()
			status, err := pki.CheckCRL(full, delta, c, a.Issuing, clock.now)
			if err == nil {
				err = status.Refusal(clock.now)
			}
			wantReason(t, what, err, want)
		}
		state("suspended by the list", nil, held, pki.OnHold)
		state("lifted by the delta", delta, held, "")
		state("not yet in the list", nil, gone, "")
		state("revoked by the delta", delta, gone, pki.Revoked)
		state("in neither", delta, good, "")
		if _, err := pki.CheckCRL(delta, nil, good, a.Issuing, clock.now); pki.ReasonOf(err) != pki.RevocationUnknown {
			t.Errorf("a delta in place of a list: %v", err)
		}
		a.Revoke(good, authority.Unspecified)
		newer := list(t, a.CRL)
		wantReason(t, "a delta of an older list", delta.Continues(newer), "")
		wantReason(t, "an older list under a newer delta", list(t, a.Delta).Continues(full), pki.RevocationStale)
		clock.now = clock.now.AddDate(0, 0, 2)
		state("a delta that is over", delta, good, pki.RevocationStale)
		clock.now = clock.now.AddDate(0, 0, 6)
		state("a list that is over", nil, good, pki.RevocationStale)
	})
}

func list(t testing.TB, make func() ([]byte, error)) *pki.CRL {
	t.Helper()
	der, err := make()
	if err != nil {
		t.Fatal(err)
	}
	l, err := pki.ParseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestStampsHoldAndBadRequestsAreRejected(t *testing.T) {
	t.Parallel()
	inGOST(t, func(t *testing.T, a *authority.Authority, clock *hour) {
		token, err := a.Stamper()([]byte("value"))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := cms.ParseToken(token, cms.Default())
		if err != nil {
			t.Fatal(err)
		}
		if err := parsed.CheckImprint([]byte("value")); err != nil || !parsed.At.Equal(clock.now) {
			t.Errorf("stamped at %v, %v", parsed.At, err)
		}
		for _, request := range [][]byte{nil, {0x30, 0}, bytes.Repeat([]byte{0x30}, 5000)} {
			if answer := a.Stamp(request); bytes.Contains(answer, []byte("value")) || len(answer) > 20 {
				t.Errorf("%x is answered with %x", request, answer)
			}
		}
	})
}

// openssl runs the command, or says why the test cannot.
func openssl(t *testing.T, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl here to compare with")
	}
	out, err := exec.Command("openssl", args...).CombinedOutput()
	return string(out), err
}

func TestOpenSSLAgreesAboutRSA(t *testing.T) {
	t.Parallel()
	a, clock := open(t, authority.RSA)
	i := issue(t, a, head())
	bad := issue(t, a, person()).Certificate
	a.Revoke(bad, authority.KeyCompromise)
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pem := func(name string, c *pki.Certificate) string {
		out := filepath.Join(dir, name+".pem")
		if text, err := openssl(t, "x509", "-inform", "DER", "-in", file(name+".der", c.Raw), "-out", out); err != nil {
			t.Fatal(text)
		}
		return out
	}
	root, issuing, good, revoked := pem("root", a.Root), pem("issuing", a.Issuing), pem("good", i.Certificate), pem("revoked", bad)
	at := []string{"-attime", "1795338000"}
	crl, err := a.CRL()
	if err != nil {
		t.Fatal(err)
	}
	crlPEM := filepath.Join(dir, "list.pem")
	if text, err := openssl(t, "crl", "-inform", "DER", "-in", file("list.der", crl), "-out", crlPEM); err != nil {
		t.Fatal(text)
	}
	verify := append([]string{"verify"}, at...)
	verify = append(verify, "-CAfile", root, "-untrusted", issuing, "-CRLfile", crlPEM, "-crl_check")
	if text, err := openssl(t, append(verify, good)...); err != nil {
		t.Errorf("openssl verify: %s", text)
	}
	if text, err := openssl(t, append(verify, revoked)...); err == nil || !strings.Contains(text, "revoked") {
		t.Errorf("openssl verify of a revoked certificate: %s", text)
	}
	request := filepath.Join(dir, "request.der")
	if text, err := openssl(t, "ocsp", "-issuer", issuing, "-cert", good, "-reqout", request); err != nil {
		t.Fatal(text)
	}
	asked, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	text, err := openssl(t, append([]string{"ocsp", "-no_nonce", "-reqin", request, "-respin", file("answer.der", a.OCSP(asked)), "-issuer", issuing, "-cert", good,
		"-CAfile", root, "-verify_other", issuing, "-validity_period", "999999999"}, at...)...)
	if err != nil || !strings.Contains(text, "Response verify OK") || !strings.Contains(text, "good.pem: good") {
		t.Errorf("openssl ocsp: %v %s", err, text)
	}
	store, err := i.PKCS12("Qwerty12")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := openssl(t, "pkcs12", "-legacy", "-in", file("store.p12", store), "-passin", "pass:Qwerty12", "-nodes"); err != nil || !strings.Contains(text, "PRIVATE KEY") {
		t.Errorf("openssl pkcs12: %s", text)
	}
	if clock.now.Unix() != 1795338000 {
		t.Errorf("the clock of this test is %d", clock.now.Unix())
	}
}

func TestOpenSSLAcceptsAStampOfRSA(t *testing.T) {
	t.Parallel()
	a, _ := open(t, authority.RSA)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, data []byte) {
		if err := os.WriteFile(path(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("data", []byte("stamped"))
	if text, err := openssl(t, "ts", "-query", "-data", path("data"), "-sha256", "-cert", "-out", path("q.tsq")); err != nil {
		t.Fatal(text)
	}
	query, err := os.ReadFile(path("q.tsq"))
	if err != nil {
		t.Fatal(err)
	}
	write("a.tsr", a.Stamp(query))
	for name, c := range map[string]*pki.Certificate{"root": a.Root, "issuing": a.Issuing} {
		write(name+".der", c.Raw)
		if text, err := openssl(t, "x509", "-inform", "DER", "-in", path(name+".der"), "-out", path(name)); err != nil {
			t.Fatal(text)
		}
	}
	if text, err := openssl(t, "ts", "-verify", "-queryfile", path("q.tsq"), "-in", path("a.tsr"), "-CAfile", path("root"),
		"-untrusted", path("issuing"), "-attime", "1795338000"); err != nil || !strings.Contains(text, "Verification: OK") {
		t.Errorf("openssl ts: %v %s", err, text)
	}
}

func FuzzRequests(f *testing.F) {
	a, _ := open(f, authority.GOST)
	request, err := pki.OCSPRequest(a.Issuing, a.Issuing, []byte("nonce"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(request)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(a.OCSP(data)) == 0 || len(a.Stamp(data)) == 0 {
			t.Error("no answer")
		}
	})
}

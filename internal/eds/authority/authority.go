// Package authority is a certification authority for tests and demonstrations: a root, an issuing
// authority, an OCSP responder and a time-stamping service with the profile of Kazakhstan's National
// Certification Authority, and keys for people who do not exist.
//
// It owns nothing that anybody may trust: its root comes out of a seed that stands in a file, and no
// trust store of production holds it. Everything is derived from the seed, so that the same
// certificates come back when a demonstration starts again. It opens no socket and keeps no file.
package authority

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"sync"
	"time"

	"tereze/internal/eds/gost"
	"tereze/internal/eds/pki"
)

// Algorithm is that of every key of an authority.
type Algorithm string

const (
	GOST Algorithm = "gost" // 34.10-2015, 512 bits
	RSA  Algorithm = "rsa"  // 2048 bits, SHA-256
	// GOST2004 is 34.310-2004 with 34.311-95, which cards of Kyrgyzstan have; in Kazakhstan it has ended.
	GOST2004 Algorithm = "gost2004"
)

// Authority is one hierarchy. Its methods may be called at the same time.
type Authority struct {
	Root, Issuing *pki.Certificate

	algorithm Algorithm
	country   string // two letters
	seed      [32]byte
	clock     func() time.Time
	rootKey   pki.Key
	key       pki.Key
	responder holder
	stamper   holder

	mu      sync.Mutex
	issued  map[string]int     // how often a subject has been issued a certificate
	serials map[string]bool    // of the certificates issued
	revoked map[string]revoked // by serial number
	base    map[string]revoked // as the last complete list had it
	number  int64              // of the last list
	baseNo  int64              // of the last complete list
	stamps  int64
}

type holder struct {
	certificate *pki.Certificate
	key         pki.Key
}

// validity of the authorities themselves: fixed, so that they do not change when a program starts again.
func validity() (from, to time.Time) {
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC)
}

// New makes an authority out of 32 bytes of entropy: the same bytes and algorithm give the same
// authority, and the same certificates to the same subjects in the same order. The clock dates lists,
// answers, stamps, and certificates whose validity is not given.
func New(entropy io.Reader, clock func() time.Time, algorithm Algorithm) (*Authority, error) {
	return open(entropy, clock, algorithm, "KZ")
}

// NewKyrgyz makes an authority as New does, for identity cards of Kyrgyzstan: see Subject.PIN.
func NewKyrgyz(entropy io.Reader, clock func() time.Time, algorithm Algorithm) (*Authority, error) {
	return open(entropy, clock, algorithm, "KG")
}

func open(entropy io.Reader, clock func() time.Time, algorithm Algorithm, country string) (*Authority, error) {
	a := &Authority{
		algorithm: algorithm, clock: clock, country: country,
		issued: map[string]int{}, serials: map[string]bool{}, revoked: map[string]revoked{},
	}
	if _, err := io.ReadFull(entropy, a.seed[:]); err != nil {
		return nil, fmt.Errorf("entropy of a test authority: %w", err)
	}
	for name, key := range map[string]*pki.Key{
		"root": &a.rootKey, "issuing": &a.key, "responder": &a.responder.key, "stamper": &a.stamper.key,
	} {
		made, err := a.makeKey(name)
		if err != nil {
			return nil, err
		}
		*key = made
	}
	return a, a.certifyItself()
}

func (a *Authority) certifyItself() (err error) {
	label := map[Algorithm]string{GOST: "GOST", RSA: "RSA", GOST2004: "GOST 2004"}[a.algorithm]
	names := map[string][2]string{
		"KZ": {"ТЕРЕЗЕ ДЕМО НЕГІЗГІ ОРТАЛЫҚ", "ТЕРЕЗЕ ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ"},
		"KG": {"ТЕРЕЗЕ ДЕМО НЕГИЗГИ БОРБОР", "ТЕРЕЗЕ ДЕМО КҮБӨЛӨНДҮРҮҮЧҮ БОРБОР"},
	}[a.country]
	root := distinguished(pair{"2.5.4.3", names[0] + " (" + label + ")"}, pair{"2.5.4.6", a.country})
	issuing := distinguished(pair{"2.5.4.3", names[1] + " (" + label + ")"}, pair{"2.5.4.6", a.country})
	from, to := validity()
	t := template{name: "root", subject: root, issuer: root, key: a.rootKey, signer: a.rootKey, from: from, to: to}
	t.extensions = authorityExtensions(t, -1, pki.PolicyAuthority)
	if a.Root, err = a.certify(t); err != nil {
		return err
	}
	t = template{name: "issuing", subject: issuing, issuer: root, key: a.key, signer: a.rootKey, from: from, to: to}
	t.extensions = authorityExtensions(t, 0, pki.PolicyNCA)
	if a.Issuing, err = a.certify(t); err != nil {
		return err
	}
	a.responder.certificate, err = a.certifyService("responder", "OCSP RESPONDER", a.responder.key, pki.UsageOCSPSigning)
	if err != nil {
		return err
	}
	a.stamper.certificate, err = a.certifyService("stamper", "TIME-STAMPING SERVICE", a.stamper.key, pki.UsageTimeStamping)
	if err == nil {
		a.serials[string(a.stamper.certificate.SerialNumber.Bytes())] = true
	}
	return err
}

func (a *Authority) certifyService(name, title string, key pki.Key, usage string) (*pki.Certificate, error) {
	from, to := validity()
	t := template{
		name:    name,
		subject: distinguished(pair{"2.5.4.3", "ТЕРЕЗЕ ДЕМО " + title}, pair{"2.5.4.6", a.country}),
		issuer:  a.Issuing.RawSubject, key: key, signer: a.key, from: from, to: to,
	}
	t.extensions = serviceExtensions(t, usage)
	c, err := a.certify(t)
	if err != nil {
		return nil, err
	}
	a.serials[string(c.SerialNumber.Bytes())] = true
	return c, nil
}

// stream is bytes that depend on the seed and a name alone. math/rand/v2's ChaCha8 is a stream cipher;
// what it protects here is a demonstration.
func (a *Authority) stream(name string) io.Reader {
	mac := hmac.New(sha256.New, a.seed[:])
	mac.Write([]byte(string(a.algorithm) + "\x00" + name))
	return rand.NewChaCha8([32]byte(mac.Sum(nil)))
}

func (a *Authority) makeKey(name string) (pki.Key, error) {
	from := a.stream("key " + name)
	switch a.algorithm {
	case GOST:
		secret, err := gost.GenerateKey(gost.Curve512A(), from)
		if err != nil {
			return nil, err
		}
		return pki.NewGOSTKey(secret)
	case GOST2004:
		secret, err := gost.GenerateKey(gost.CryptoProA(), from)
		if err != nil {
			return nil, err
		}
		return pki.NewGOSTKey(secret)
	case RSA:
		secret, err := rsaKey(from)
		if err != nil {
			return nil, err
		}
		return pki.NewRSAKey(secret)
	}
	return nil, fmt.Errorf("a test authority of algorithm %q", a.algorithm)
}

// rsaKey makes a key of 2048 bits out of a stream. The standard library's own generator takes no
// randomness from its caller any more, so that it could not make the same key twice.
func rsaKey(from io.Reader) (*rsa.PrivateKey, error) {
	one, e := big.NewInt(1), big.NewInt(65537)
	for {
		p, err := prime(from)
		if err != nil {
			return nil, err
		}
		q, err := prime(from)
		if err != nil {
			return nil, err
		}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		return key, key.Validate()
	}
}

// prime finds one of 1024 bits, the upper two set, so that two of them make 2048.
func prime(from io.Reader) (*big.Int, error) {
	raw := make([]byte, 128)
	if _, err := io.ReadFull(from, raw); err != nil {
		return nil, err
	}
	raw[0] |= 0xc0
	raw[127] |= 1
	two := big.NewInt(2)
	for p := new(big.Int).SetBytes(raw); ; p.Add(p, two) {
		if p.ProbablyPrime(20) {
			return p, nil
		}
	}
}

// count encodes a number for a name of a stream.
func count(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

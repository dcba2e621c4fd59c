package authority

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"strings"
	"time"

	"tereze/internal/eds/pkcs12"
	"tereze/internal/eds/pki"
)

// Subject is whom a certificate is made for. With a BIN it is a person of a legal entity, with a System an
// information system, otherwise an individual.
type Subject struct {
	Surname, FirstName, Patronymic string
	IIN, BIN, Organisation         string
	Email                          string
	System                         string // object identifier; Organisation and BIN say whose
	Roles                          []pki.Role
	// PIN is the personal number of a citizen of Kyrgyzstan and makes a certificate as identity cards may have
	// it: the number alone in serialNumber, the first name in givenName, all names in the common name. No
	// certificate of the state is public; see docs/decisions/0011-identity-cards.md.
	PIN string
	// AuthOnly makes a certificate of the kind of before 2022 that may sign people in, but no document.
	AuthOnly bool
	// NotBefore and NotAfter; zero are yesterday and a year later.
	NotBefore, NotAfter time.Time
}

// Issued is a certificate with its key.
type Issued struct {
	Certificate *pki.Certificate
	Key         pki.Key
	salt        io.Reader
	chain       []*pki.Certificate
}

// PKCS12 is the key store as the authority hands it out, named after the certificate's key.
func (i *Issued) PKCS12(password string) ([]byte, error) {
	name := fmt.Sprintf("%x", i.Certificate.KeyID())
	return pkcs12.Make(i.salt, pkcs12.Entry{Name: name, Key: i.Key, Certificate: i.Certificate}, i.chain, password)
}

// Issue makes a key and its certificate. The same subject asked for again is issued another one.
func (a *Authority) Issue(s Subject) (*Issued, error) {
	if s.NotBefore.IsZero() {
		s.NotBefore = a.clock().Add(-24 * time.Hour)
	}
	if s.NotAfter.IsZero() {
		s.NotAfter = s.NotBefore.AddDate(1, 0, 0)
	}
	name := s.name()
	a.mu.Lock()
	a.issued[name]++
	name += count(a.issued[name])
	a.mu.Unlock()
	key, err := a.makeKey(name)
	if err != nil {
		return nil, err
	}
	t := template{
		name: name, subject: s.distinguished(), issuer: a.Issuing.RawSubject, key: key, signer: a.key,
		from: s.NotBefore, to: s.NotAfter,
	}
	t.extensions = append(s.extensions(a.algorithm), identifiers(t)...)
	c, err := a.certify(t)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	a.serials[string(c.SerialNumber.Bytes())] = true
	a.mu.Unlock()
	return &Issued{Certificate: c, Key: key, salt: a.stream("salt " + name), chain: []*pki.Certificate{a.Issuing}}, nil
}

// name tells subjects apart; the validity is left out, so that a key survives a restart on another day.
func (s Subject) name() string {
	parts := []string{s.Surname, s.FirstName, s.Patronymic, s.IIN, s.BIN, s.Organisation, s.Email, s.System, fmt.Sprint(s.AuthOnly)}
	if s.PIN != "" {
		parts = append(parts, s.PIN)
	}
	for _, r := range s.Roles {
		parts = append(parts, string(r))
	}
	return strings.Join(parts, "\x00")
}

func (s Subject) distinguished() []byte {
	if s.PIN != "" {
		return distinguished(
			pair{"2.5.4.3", strings.Join(strings.Fields(s.Surname+" "+s.FirstName+" "+s.Patronymic), " ")}, pair{"2.5.4.4", s.Surname},
			pair{"2.5.4.5", s.PIN}, pair{"2.5.4.6", "KG"}, pair{"2.5.4.42", s.FirstName},
		)
	}
	number := func(prefix, digits string) string {
		if digits == "" {
			return ""
		}
		return prefix + digits
	}
	common := strings.TrimSpace(s.Surname + " " + s.FirstName)
	if s.System != "" {
		common = s.Organisation
	}
	return distinguished(
		pair{"2.5.4.3", common}, pair{"2.5.4.4", s.Surname}, pair{"2.5.4.5", number("IIN", s.IIN)}, pair{"2.5.4.6", "KZ"},
		pair{"2.5.4.42", s.Patronymic}, pair{"2.5.4.10", s.Organisation}, pair{"2.5.4.11", number("BIN", s.BIN)},
		pair{"0.9.2342.19200300.100.1.1", s.System},
	)
}

func (s Subject) extensions(algorithm Algorithm) []pkix.Extension {
	usage, policyOID := pki.UsageEmail, pki.PolicyNCA
	bits := keyUsage(0, 1, 4)
	switch {
	case s.PIN != "":
		return []pkix.Extension{points("2.5.29.31", CRLAddress), usages(false, pki.UsageClientAuth, pki.UsageEmail), keyUsage(0, 1)}
	case s.AuthOnly:
		usage, policyOID, bits = pki.UsageClientAuth, pki.PolicyAuth, keyUsage(0, 2)
		if s.BIN != "" {
			policyOID = pki.PolicyOrgAuth
		}
	case algorithm == RSA:
		bits = keyUsage(0, 1)
	}
	out := []pkix.Extension{policy(policyOID), access(), points("2.5.29.31", CRLAddress), points("2.5.29.46", DeltaAddress),
		usages(false, append([]string{usage}, s.usages()...)...), bits}
	if s.Email != "" {
		out = append(out, extension("2.5.29.17", false, []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte(s.Email)}}))
	}
	return out
}

// usages are the object identifiers of kind and roles.
func (s Subject) usages() []string {
	switch {
	case s.System != "":
		return []string{"1.2.398.3.3.4.1.2", "1.2.398.3.3.4.1.2.6"}
	case s.BIN == "":
		return []string{"1.2.398.3.3.4.1.1"}
	}
	out := []string{"1.2.398.3.3.4.1.2"}
	for _, r := range s.Roles {
		for i, known := range [...]pki.Role{pki.FirstHead, pki.Signatory, pki.FinancialSignatory, pki.PersonnelOfficer, pki.Employee} {
			if r == known {
				out = append(out, fmt.Sprintf("1.2.398.3.3.4.1.2.%d", i+1))
			}
		}
	}
	return out
}

// OCSPAddress, CRLAddress and DeltaAddress are what certificates name. The domain cannot exist (RFC 2606).
const (
	OCSPAddress  = "http://pki.demo.invalid/ocsp/"
	CRLAddress   = "http://pki.demo.invalid/nca.crl"
	DeltaAddress = "http://pki.demo.invalid/nca_d.crl"
)

func address(uri string) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(uri)}
}

func access() pkix.Extension {
	type description struct {
		Method   asn1.ObjectIdentifier
		Location asn1.RawValue
	}
	return extension("1.3.6.1.5.5.7.1.1", false, []description{{pki.OID("1.3.6.1.5.5.7.48.1"), address(OCSPAddress)}})
}

// points is a distribution point extension: of complete lists or, under another identifier, of deltas.
func points(oid, uri string) pkix.Extension {
	type name struct {
		Full []asn1.RawValue `asn1:"tag:0"`
	}
	type point struct {
		Name name `asn1:"tag:0"`
	}
	return extension(oid, false, []point{{name{[]asn1.RawValue{address(uri)}}}})
}

package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"strings"

	"tereze/internal/eds/pki"
)

const edsShowHelp = `Shows what a certificate says: whom it names, what it is for, from when until when it is valid.
It checks nothing: whose certificate it is, only a verified chain tells.

Usage: tereze eds show CERT

CERT is one certificate in DER, PEM or base64.

Example: tereze eds show nca_gost_2022.pem
`

func edsShow(args []string, out, errs io.Writer) int {
	f := flag.NewFlagSet("eds show", flag.ContinueOnError)
	rest, status, done := parse(f, edsShowHelp, args, out, errs)
	if done {
		return status
	}
	if len(rest) != 1 {
		return misuse(errs, f, "want one certificate")
	}
	data, err := contents(rest[0], 2*pki.MaxCertificate)
	if err != nil {
		return refuse(errs, f, err)
	}
	c, err := pki.ParsePEMOrDER(data)
	if err != nil {
		return refuse(errs, f, err)
	}
	showCertificate(out, c)
	return 0
}

func showCertificate(out io.Writer, c *pki.Certificate) {
	h := c.Holder()
	printHolder(out, h)
	field(out, "system", h.System)
	field(out, "e-mail", h.Email)
	field(out, "kind", string(h.Kind))
	for _, role := range h.Roles {
		field(out, "role", string(role))
	}
	field(out, "identified", string(h.Identified))
	field(out, "subject", distinguished(c.Subject))
	field(out, "issuer", distinguished(c.Issuer))
	field(out, "serial", hex.EncodeToString(c.SerialNumber.Bytes()))
	field(out, "valid from", stamp(c.NotBefore))
	field(out, "valid until", stamp(c.NotAfter))
	field(out, "algorithm", c.Algorithm())
	if err := c.CheckKey(); err != nil {
		field(out, "key", err.Error())
	}
	field(out, "key usage", strings.Join(keyUsages(c.KeyUsage), ", "))
	for _, usage := range c.Usages() {
		field(out, "used for", usage.String())
	}
	for _, policy := range c.PolicyIdentifiers {
		field(out, "policy", policy.String())
	}
	field(out, "key id", hex.EncodeToString(c.SubjectKeyId))
	field(out, "issuer key id", hex.EncodeToString(c.AuthorityKeyId))
	field(out, "sha256", c.Fingerprint())
	field(out, "ocsp", strings.Join(c.OCSPServer, " "))
	field(out, "crl", strings.Join(c.CRLDistributionPoints, " "))
}

// distinguished writes a name in the order of the certificate, which may repeat attributes.
func distinguished(name pkix.Name) string {
	var parts []string
	for _, a := range name.Names {
		parts = append(parts, attributeName(a.Type.String())+"="+fmt.Sprint(a.Value))
	}
	return strings.Join(parts, ", ")
}

func attributeName(oid string) string {
	switch oid {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.4":
		return "SURNAME"
	case "2.5.4.5":
		return "SERIALNUMBER"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "ST"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	case "2.5.4.42":
		return "GIVENNAME"
	}
	return oid
}

// keyUsages names the bits as RFC 5280, 4.2.1.3 does.
func keyUsages(usage x509.KeyUsage) (names []string) {
	for i, name := range []string{"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"} {
		if usage&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

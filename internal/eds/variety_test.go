package eds_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// Attributes of names, and types of strings, that issuers choose as they like.
const (
	nameCommon, nameSurname, nameGiven, nameNumber = "2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.5"
	nameCountry, nameOrganisation, nameUnit        = "2.5.4.6", "2.5.4.10", "2.5.4.11"
	nameOrganisationID                             = "2.5.4.97"
	typeNumeric, typeT61, typeUniversal, typeBMP   = 18, 20, 28, 30
)

// ava is an attribute with a value of a type of string; joined stands in one set with the one before.
type ava struct {
	oid, value string
	kind       int
	joined     bool
}

func utf8String(oid, value string) ava { return ava{oid: oid, value: value, kind: asn1.TagUTF8String} }

// rawName writes a name, strings in the type that each asks for.
func rawName(t testing.TB, attributes ...ava) []byte {
	t.Helper()
	var name pkix.RDNSequence
	for _, a := range attributes {
		value := []byte(a.value)
		switch a.kind {
		case typeBMP:
			value = nil
			for _, u := range utf16.Encode([]rune(a.value)) {
				value = append(value, byte(u>>8), byte(u))
			}
		case typeUniversal:
			value = nil
			for _, r := range a.value {
				value = append(value, byte(r>>24), byte(r>>16), byte(r>>8), byte(r))
			}
		}
		one := pkix.AttributeTypeAndValue{Type: pki.OID(a.oid), Value: asn1.RawValue{Tag: a.kind, Bytes: value}}
		if a.joined {
			name[len(name)-1] = append(name[len(name)-1], one)
		} else {
			name = append(name, pkix.RelativeDistinguishedNameSET{one})
		}
	}
	der, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestNamesAsIssuersWriteThem: a holder is read out of whatever types of strings, orders and extra attributes the
// standard allows, or the certificate is refused; a number is never taken from where it does not belong.
func TestNamesAsIssuersWriteThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const iin, bin = "800101100112", "120340001234"
	common, number := utf8String(nameCommon, "СЫНАҚОВ ТЕСТ"), utf8String(nameNumber, "IIN"+iin)
	printable := func(oid, value string) ava { return ava{oid: oid, value: value, kind: asn1.TagPrintableString} }
	for what, c := range map[string]struct {
		subject        []ava
		name, iin, bin string
		reason         pki.Reason
	}{
		"an individual":                      {[]ava{common, number}, "СЫНАҚОВ ТЕСТ", iin, "", ""},
		"PrintableString":                    {[]ava{printable(nameCommon, "SYNAKOV TEST"), printable(nameNumber, "IIN"+iin)}, "SYNAKOV TEST", iin, "", ""},
		"BMPString":                          {[]ava{{oid: nameCommon, value: "СЫНАҚОВ ТЕСТ", kind: typeBMP}, {oid: nameNumber, value: "IIN" + iin, kind: typeBMP}}, "СЫНАҚОВ ТЕСТ", iin, "", ""},
		"T61String":                          {[]ava{{oid: nameCommon, value: "SYNAKOV TEST", kind: typeT61}, {oid: nameNumber, value: "IIN" + iin, kind: typeT61}}, "SYNAKOV TEST", iin, "", ""},
		"T61String beyond ASCII":             {[]ava{{oid: nameCommon, value: "M\xfcller", kind: typeT61}, number}, "Müller", iin, "", ""},
		"UniversalString":                    {[]ava{{oid: nameCommon, value: "СЫНАҚОВ", kind: typeUniversal}, number}, "", "", "", pki.Malformed},
		"UTF-8 that is none":                 {[]ava{utf8String(nameCommon, "\xff\xfe"), number}, "", "", "", pki.Malformed},
		"the number first":                   {[]ava{number, common, utf8String(nameCountry, "KZ")}, "СЫНАҚОВ ТЕСТ", iin, "", ""},
		"all in one set":                     {[]ava{common, {oid: nameNumber, value: "IIN" + iin, kind: asn1.TagUTF8String, joined: true}}, "СЫНАҚОВ ТЕСТ", iin, "", ""},
		"units beside the BIN":               {[]ava{common, number, utf8String(nameUnit, "Бухгалтерия"), utf8String(nameUnit, "BIN"+bin), utf8String(nameUnit, "Отдел")}, "СЫНАҚОВ ТЕСТ", iin, bin, ""},
		"the BIN twice":                      {[]ava{common, number, utf8String(nameUnit, "BIN"+bin), utf8String(nameUnit, "BIN"+bin)}, "СЫНАҚОВ ТЕСТ", iin, bin, ""},
		"two BINs":                           {[]ava{common, number, utf8String(nameUnit, "BIN"+bin), utf8String(nameUnit, "BIN120340001235")}, "СЫНАҚОВ ТЕСТ", "", "", pki.ForeignCertificate},
		"two IINs":                           {[]ava{common, number, utf8String(nameNumber, "IIN800101100211")}, "СЫНАҚОВ ТЕСТ", "", "", pki.ForeignCertificate},
		"the BIN in organizationIdentifier":  {[]ava{common, number, utf8String(nameOrganisationID, "BIN"+bin)}, "СЫНАҚОВ ТЕСТ", iin, bin, ""},
		"as European profiles write numbers": {[]ava{common, utf8String(nameNumber, "PNOKZ-"+iin), utf8String(nameOrganisationID, "NTRKZ-"+bin)}, "СЫНАҚОВ ТЕСТ", iin, bin, ""},
		"numbers of another country":         {[]ava{common, utf8String(nameNumber, "PNORU-"+iin), utf8String(nameOrganisationID, "NTRRU-"+bin)}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"both ways, and they differ":         {[]ava{common, number, utf8String(nameUnit, "BIN"+bin), utf8String(nameOrganisationID, "NTRKZ-120340001235")}, "СЫНАҚОВ ТЕСТ", "", "", pki.ForeignCertificate},
		"no prefix":                          {[]ava{common, utf8String(nameNumber, iin)}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"a prefix in small letters":          {[]ava{common, utf8String(nameNumber, "iin"+iin)}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"blanks around":                      {[]ava{common, utf8String(nameNumber, " IIN"+iin+" ")}, "СЫНАҚОВ ТЕСТ", iin, "", ""},
		"a number in the common name":        {[]ava{utf8String(nameCommon, "IIN"+iin), utf8String(nameOrganisation, "BIN"+bin)}, "IIN" + iin, "", "", ""},
		"digits of another script":           {[]ava{common, utf8String(nameNumber, "IIN٨٠٠١٠١١٠٠١١٢")}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"a line that the program might say":  {[]ava{utf8String(nameCommon, "X\nThe signature is valid.\x1b[2J\u2028\u202e"), number}, "X�The signature is valid.�[2J��", iin, "", ""},
		"a NumericString":                    {[]ava{common, {oid: nameNumber, value: iin, kind: typeNumeric}}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"nobody at all":                      {[]ava{utf8String(nameCountry, "KZ")}, "", "", "", ""},
		"a zero octet behind the number":     {[]ava{common, utf8String(nameNumber, "IIN"+iin+"\x00")}, "СЫНАҚОВ ТЕСТ", "", "", ""},
		"the person's number with the BIN's": {[]ava{common, number, utf8String(nameUnit, "IIN800101100211")}, "СЫНАҚОВ ТЕСТ", "", "", pki.ForeignCertificate},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := holder{key: keys()[2]}
			r, err := verdictOn(o, rawName(t, c.subject...), &h)
			if err != nil { // Go's own parser will not have it: then nobody's will, and the reason stands in the result
				t.Fatal(err)
			}
			if r.Reason != c.reason {
				t.Fatalf("reason %q, want %q: %+v", r.Reason, c.reason, r)
			}
			if s := r.Signers[0]; s.Holder.Name != c.name || s.Holder.IIN != c.iin || s.Holder.BIN != c.bin {
				t.Errorf("name %q, IIN %q, BIN %q, want %q, %q, %q", s.Holder.Name, s.Holder.IIN, s.Holder.BIN, c.name, c.iin, c.bin)
			}
		})
	}
}

// verdictOn signs with a certificate of this subject, which may be one that cannot be read, and verifies.
func verdictOn(o *office, subject []byte, h *holder) (*eds.Result, error) {
	return verdictOnBent(o, h, func(tbs *branch) { tbs.at(5).tag, tbs.at(5).body = 0xff, subject })
}

// verdictOnBent signs with a certificate that was bent before its issuer signed it.
func verdictOnBent(o *office, h *holder, bend func(tbs *branch)) (*eds.Result, error) {
	o.t.Helper()
	p := o.person(func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "X"} })
	message := grow(o.t, p.sign(o.t, "document", func(s *cms.Signing) { s.At = time.Time{} }))
	certificate := message.certificates().at(0)
	bend(certificate.at(0))
	sum := sha256.Sum256(certificate.at(0).write())
	sig, err := rsa.SignPKCS1v15(rand.Reader, o.ca.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, err
	}
	certificate.at(2).body = append([]byte{0}, sig...)
	// The signer names the certificate as it is now, and vouches for it.
	serial := *certificate.at(0, 1)
	message.signer().at(1).sub[1] = &serial
	vouched := sha256.Sum256(certificate.write())
	message.attribute(o.t, attrCertificate).at(1, 0, 0, 0, 0).body = vouched[:]
	seal(o.t, message, p)
	*h = p
	return o.verifier().Verify(o.t.Context(), given(message.write()))
}

// seal puts the signed attributes in order and signs them anew.
func seal(t testing.TB, message *branch, p holder) {
	t.Helper()
	attributes := *message.signer().at(3)
	attributes.tag = 0x31
	slices.SortFunc(attributes.sub, func(a, b *branch) int { return bytes.Compare(a.write(), b.write()) })
	digest := sha256.Sum256(attributes.write())
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	message.signer().at(5).body = sig
}

// TestSerialNumbersAndDatesAsIssuersWriteThem: of any length that a program may meet, and dates in both types.
func TestSerialNumbersAndDatesAsIssuersWriteThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	serial := func(octets ...byte) func(*branch) { return func(tbs *branch) { tbs.at(1).body = octets } }
	long := append([]byte{0}, bytes.Repeat([]byte{0xff}, 20)...)
	for what, c := range map[string]struct {
		bend   func(*branch)
		reason pki.Reason
	}{
		"a small one":               {serial(1), ""},
		"of twenty octets":          {serial(long[1:21]...), pki.Malformed}, // negative
		"of twenty, positive":       {serial(long...), ""},
		"of forty octets":           {serial(append([]byte{0x40}, bytes.Repeat([]byte{7}, 39)...)...), ""},
		"negative":                  {serial(0x80, 1), pki.Malformed},
		"not as short as DER wants": {serial(0, 1), pki.Malformed},
		"zero":                      {serial(0), ""},
		"GeneralizedTime": {func(tbs *branch) {
			tbs.at(4).sub = []*branch{{tag: 0x18, body: []byte("20260501000000Z")}, {tag: 0x18, body: []byte("20270501000000Z")}}
		}, ""},
		"GeneralizedTime of 2051":     {func(tbs *branch) { tbs.at(4).sub[1] = &branch{tag: 0x18, body: []byte("20510501000000Z")} }, ""},
		"forever (RFC 5280, 4.1.2.5)": {func(tbs *branch) { tbs.at(4).sub[1] = &branch{tag: 0x18, body: []byte("99991231235959Z")} }, ""},
		"over":                        {func(tbs *branch) { tbs.at(4).sub[1] = &branch{tag: 0x18, body: []byte("20260501000000Z")} }, pki.Expired},
		"the other way round":         {func(tbs *branch) { tbs.at(4).sub[0], tbs.at(4).sub[1] = tbs.at(4).sub[1], tbs.at(4).sub[0] }, pki.NotYetValid},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var h holder
			r, err := verdictOnBent(o, &h, c.bend)
			if err != nil {
				t.Fatal(err)
			}
			if r.Reason != c.reason {
				t.Errorf("reason %q, want %q: %+v", r.Reason, c.reason, r.Signers)
			}
		})
	}
}

// TestALongSerialNumberIsFoundInAList: one whose first bit is set, which DER writes with a zero before it.
func TestALongSerialNumberIsFoundInAList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, serial := range [][]byte{bytes.Repeat([]byte{0xff}, 20), {1}, append([]byte{0x7f}, bytes.Repeat([]byte{0}, 19)...)} {
		p := o.person(func(c *x509.Certificate) { c.SerialNumber = new(big.Int).SetBytes(serial) })
		q := given(p.sign(t, "document"))
		q.Evidence.CRLs = [][]byte{o.crl(nil, p, o.person())}
		want(t, ask(t, o.verifier(), q), pki.Revoked, eds.CheckRevocation)
		q.Evidence.CRLs = [][]byte{o.crl(nil, o.person())}
		want(t, ask(t, o.verifier(), q), "", "")
	}
}

// TestWhatSignersEncloseBesideTheirCertificate: chains, lists, other signatures' material, things that cannot be read.
func TestWhatSignersEncloseBesideTheirCertificate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	broken := grow(t, p.Raw)
	broken.at(0, 1).body = []byte{0x80, 1} // a negative serial number
	lists := func(ders ...[]byte) func(*branch) {
		return func(b *branch) {
			set := &branch{tag: 0xa1}
			for _, der := range ders {
				set.sub = append(set.sub, &branch{tag: 0xff, body: der})
			}
			data := b.signedData()
			data.sub = slices.Insert(data.sub, len(data.sub)-1, set)
		}
	}
	other := func(oid []byte, values ...*branch) *branch {
		return &branch{tag: 0x30, sub: []*branch{{tag: 0x06, body: oid}, {tag: 0x31, sub: values}}}
	}
	for what, c := range map[string]struct {
		bend   func(*branch)
		reason pki.Reason
		state  string
	}{
		"the whole chain": {func(b *branch) {
			b.certificates().sub = append(b.certificates().sub, growAll(t, o.ca.Raw)[0], growAll(t, o.root.Raw)[0])
		}, "", "unchecked"},
		"the chain before the signer": {func(b *branch) {
			b.certificates().sub = slices.Insert(b.certificates().sub, 0, growAll(t, o.ca.Raw)[0])
		}, "", "unchecked"},
		"the own certificate twice":     {func(b *branch) { b.certificates().sub = append(b.certificates().sub, b.certificates().at(0)) }, "", "unchecked"},
		"a certificate nobody can read": {func(b *branch) { b.certificates().sub = slices.Insert(b.certificates().sub, 0, broken) }, "", "unchecked"},
		"that one alone":                {func(b *branch) { b.certificates().sub = []*branch{broken} }, pki.Malformed, ""},
		"a list that says good":         {lists(o.crl(nil)), "", "good"},
		"a list that says revoked":      {lists(o.crl(nil, p)), pki.Revoked, "revoked"},
		"a list of version 1":           {lists(firstVersion(t, o, o.crl(nil))), "", "good"},
		"one of version 1, revoked":     {lists(firstVersion(t, o, o.crl(nil, p))), pki.Revoked, "revoked"},
		"other revocation information":  {lists([]byte{0xa1, 2, 5, 0}), "", "unchecked"},
		"signing time as GeneralizedTime": {func(b *branch) {
			*b.attribute(t, attrSigningTime).at(1, 0) = branch{tag: 0x18, body: []byte("20260601120000Z")}
			seal(t, b, p)
		}, "", "unchecked"},
		"a signing time without a zone": {func(b *branch) {
			*b.attribute(t, attrSigningTime).at(1, 0) = branch{tag: 0x18, body: []byte("20260601120000")}
			seal(t, b, p)
		}, pki.Malformed, ""},
		"more signed attributes": {func(b *branch) {
			b.signer().at(3).sub = append(b.signer().at(3).sub, other([]byte{0x2a, 3, 4}, &branch{tag: 0x0c, body: []byte("contract")}), other([]byte{0x2a, 3, 5}, &branch{tag: 0x30}))
			seal(t, b, p)
		}, "", "unchecked"},
		"unsigned attributes of CAdES": {func(b *branch) {
			b.signer().sub = append(b.signer().sub, &branch{tag: 0xa1, sub: []*branch{
				other([]byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 24}, &branch{tag: 0x30}), other([]byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 23}, &branch{tag: 0x30}),
				other([]byte{0x2a, 3, 4}), // without a value
			}})
		}, "", "unchecked"},
		"the issuer in another type of string": {func(b *branch) { retyped(b.signer().at(1, 0)) }, "", "unchecked"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := grow(t, p.sign(t, "document"))
			if c.bend != nil {
				c.bend(b)
			}
			q := given(b.write())
			q.Revocation, q.Evidence = eds.WhenGiven, eds.Evidence{}
			r := ask(t, o.verifier(), q)
			if r.Reason != c.reason || c.state != "" && r.Signers[0].Revocation.State != c.state {
				t.Errorf("reason %q, want %q, state %+v, want %s", r.Reason, c.reason, r.Signers, c.state)
			}
		})
	}
}

// retyped writes the strings of a name anew, in UTF-8 where they were printable and the other way round.
func retyped(name *branch) {
	for _, set := range name.sub {
		switch value := set.at(0, 1); value.tag {
		case asn1.TagUTF8String:
			value.tag = asn1.TagPrintableString
		case asn1.TagPrintableString:
			value.tag = asn1.TagUTF8String
		}
	}
}

// firstVersion makes of a list one of version 1: no version, no extensions.
func firstVersion(t testing.TB, o *office, der []byte) []byte {
	t.Helper()
	list := grow(t, der)
	tbs := list.at(0)
	tbs.sub = slices.DeleteFunc(tbs.sub, func(b *branch) bool { return b.tag == 0x02 || b.tag == 0xa0 })
	sum := sha256.Sum256(tbs.write())
	sig, err := rsa.SignPKCS1v15(rand.Reader, o.ca.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	list.at(2).body = append([]byte{0}, sig...)
	return list.write()
}

// TestArmourAsProgramsPutItOn: PEM with any label, base64 in lines, with marks of editors and blanks.
func TestArmourAsProgramsPutItOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	der := o.person().sign(t, "document")
	for what, message := range map[string][]byte{
		"PEM of CMS":                     armoured(der, "CMS", "\n"),
		"PEM of PKCS7":                   armoured(der, "PKCS7", "\n"),
		"PEM with the lines of Windows":  armoured(der, "CMS", "\r\n"),
		"PEM behind a mark of an editor": append([]byte("\xef\xbb\xbf"), armoured(der, "PKCS #7 SIGNED DATA", "\r\n")...),
		"base64 in one line":             lines(der, 1<<20, ""),
		"base64 in lines":                lines(der, 64, "\n"),
		"base64, indented":               append([]byte("\t "), lines(der, 76, "\r\n\t ")...),
		"base64 behind a mark":           append([]byte("\xef\xbb\xbf"), lines(der, 64, "\n")...),
		"blank lines around":             append(append([]byte("\n\n"), lines(der, 64, "\n")...), "\n\n"...),
	} {
		if r := ask(t, o.verifier(), given(message)); !r.Valid {
			t.Errorf("%s: %s: %+v", what, r.Reason, r.Checks)
		}
	}
	for what, message := range map[string][]byte{
		"two PEM blocks":       append(armoured(der, "CMS", "\n"), armoured(der, "CMS", "\n")...),
		"a block of nothing":   []byte("-----BEGIN CMS-----\n-----END CMS-----\n"),
		"base64 that breaks":   lines(der, 64, "\n!"),
		"a certificate in PEM": armoured(o.ca.Raw, "CERTIFICATE", "\n"),
	} {
		if r := ask(t, o.verifier(), given(message)); r.Valid || r.Reason != pki.Malformed {
			t.Errorf("%s: valid %v, reason %q", what, r.Valid, r.Reason)
		}
	}
	q := given(der)
	q.Evidence = eds.Evidence{OCSP: [][]byte{armoured(o.ocsp(o.responder(), o.person(), nil), "OCSP RESPONSE", "\n")}}
	if r := ask(t, o.verifier(), q); r.Reason != pki.RevocationUnknown || strings.Contains(r.Signers[0].Checks[len(r.Signers[0].Checks)-1].Detail, "malformed") {
		t.Errorf("an answer in PEM is not read: %+v", r.Signers[0].Checks)
	}
}

func armoured(der []byte, label, end string) []byte {
	return slices.Concat([]byte("-----BEGIN "+label+"-----"+end), lines(der, 64, end), []byte(end+"-----END "+label+"-----"+end))
}

func lines(der []byte, width int, between string) []byte {
	text := base64.StdEncoding.EncodeToString(der)
	var out []byte
	for part := range slices.Chunk([]byte(text), width) {
		if len(out) > 0 {
			out = append(out, between...)
		}
		out = append(out, part...)
	}
	return out
}

package authority

import (
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"

	"tereze/internal/eds/pki"
)

// template is a certificate to be made.
type template struct {
	name            string // what serial number and signature are derived from
	subject, issuer []byte
	key, signer     pki.Key
	from, to        time.Time
	extensions      []pkix.Extension
}

type tbsCertificate struct {
	Version    int `asn1:"explicit,tag:0"`
	Serial     *big.Int
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Validity   struct{ From, To time.Time }
	Subject    asn1.RawValue
	Key        asn1.RawValue
	Extensions []pkix.Extension `asn1:"explicit,tag:3"`
}

// certify makes the certificate. The standard library's function signs with its own kinds of keys alone.
func (a *Authority) certify(t template) (*pki.Certificate, error) {
	serial, err := a.serial(t)
	if err != nil {
		return nil, err
	}
	tbs := tbsCertificate{
		Version: 2, Serial: serial, Algorithm: algorithmOf(t.signer), Issuer: raw(t.issuer), Subject: raw(t.subject),
		Key: raw(t.key.PublicKeyInfo()), Extensions: t.extensions,
	}
	tbs.Validity.From, tbs.Validity.To = t.from.UTC().Truncate(time.Second), t.to.UTC().Truncate(time.Second)
	der, err := a.signed(t.signer, tbs, "certificate "+serial.String())
	if err != nil {
		return nil, err
	}
	return pki.ParseCertificate(der)
}

// serial is 20 bytes, positive, of the seed, the name and the validity.
func (a *Authority) serial(t template) (*big.Int, error) {
	out := make([]byte, 20)
	name := fmt.Sprintf("serial %s %d %d", t.name, t.from.Unix(), t.to.Unix())
	if _, err := io.ReadFull(a.stream(name), out); err != nil {
		return nil, err
	}
	out[0] = out[0]&0x3f | 0x40
	return new(big.Int).SetBytes(out), nil
}

// signed wraps what is to be signed with algorithm and signature, as certificates and lists have them.
func (a *Authority) signed(key pki.Key, tbs any, name string) ([]byte, error) {
	der, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	_, sig, err := key.Sign(a.stream("signature "+name), key.DefaultDigest(), der)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{raw(der), algorithmOf(key), asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}})
}

// algorithmOf is the signature algorithm that a key's Sign will use: it stands inside what is signed.
func algorithmOf(key pki.Key) pkix.AlgorithmIdentifier {
	oid := pki.SignGOST512
	switch key.DefaultDigest().String() {
	case pki.DigestSHA256:
		oid = pki.SignSHA256RSA
	case pki.DigestGOST2004:
		oid = pki.SignGOST2004
	}
	return pkix.AlgorithmIdentifier{Algorithm: pki.OID(oid), Parameters: asn1.NullRawValue}
}

func raw(der []byte) asn1.RawValue { return asn1.RawValue{FullBytes: der} }

// must is for structures of this package that cannot fail to be written.
func must(v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		panic("authority: " + err.Error())
	}
	return der
}

type pair struct{ oid, value string }

// distinguished writes a name, one attribute to a set, as UTF8String; the country is printable.
func distinguished(pairs ...pair) []byte {
	var name pkix.RDNSequence
	for _, p := range pairs {
		if p.value == "" {
			continue
		}
		tag := asn1.TagUTF8String
		if p.oid == "2.5.4.6" {
			tag = asn1.TagPrintableString
		}
		value := asn1.RawValue{Tag: tag, Bytes: []byte(p.value)}
		name = append(name, pkix.RelativeDistinguishedNameSET{{Type: pki.OID(p.oid), Value: value}})
	}
	return must(name)
}

// keyID is the identifier that RFC 5280 §4.2.1.2 computes first.
func keyID(key pki.Key) []byte {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(key.PublicKeyInfo(), &info); err != nil {
		panic("authority: " + err.Error())
	}
	sum := sha1.Sum(info.Key.Bytes)
	return sum[:]
}

func extension(oid string, critical bool, v any) pkix.Extension {
	return pkix.Extension{Id: pki.OID(oid), Critical: critical, Value: must(v)}
}

// keyUsage takes the bits by their names' order in RFC 5280 §4.2.1.3.
func keyUsage(bits ...int) pkix.Extension {
	value := make([]byte, 1)
	last := 0
	for _, bit := range bits {
		value[0] |= 0x80 >> bit
		last = max(last, bit)
	}
	return extension("2.5.29.15", true, asn1.BitString{Bytes: value, BitLength: last + 1})
}

func usages(critical bool, dotted ...string) pkix.Extension {
	var list []asn1.ObjectIdentifier
	for _, d := range dotted {
		list = append(list, pki.OID(d))
	}
	return extension("2.5.29.37", critical, list)
}

// identifiers are those of the own key and of the issuer's.
func identifiers(t template) []pkix.Extension {
	return []pkix.Extension{
		extension("2.5.29.14", false, keyID(t.key)),
		extension("2.5.29.35", false, struct {
			ID []byte `asn1:"tag:0"`
		}{keyID(t.signer)}),
	}
}

func policy(oid string) pkix.Extension {
	type qualifier struct {
		ID    asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type information struct {
		ID         asn1.ObjectIdentifier
		Qualifiers []qualifier
	}
	cps := asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte("http://pki.demo.invalid/cps")}
	return extension("2.5.29.32", false, []information{{pki.OID(oid), []qualifier{{pki.OID("1.3.6.1.5.5.7.2.1"), cps}}}})
}

// authorityExtensions limit the length of the path below, unless it is negative.
func authorityExtensions(t template, length int, policyOID string) []pkix.Extension {
	type unlimited struct{ CA bool }
	type limited struct {
		CA     bool
		Length int
	}
	constraints := extension("2.5.29.19", true, unlimited{true})
	if length >= 0 {
		constraints = extension("2.5.29.19", true, limited{true, length})
	}
	return append([]pkix.Extension{constraints, keyUsage(5, 6), policy(policyOID)}, identifiers(t)...)
}

// serviceExtensions are those of the responder, with ocsp-nocheck, and of the time-stamping service.
func serviceExtensions(t template, usage string) []pkix.Extension {
	out := append([]pkix.Extension{keyUsage(0), usages(true, usage)}, identifiers(t)...)
	if usage == pki.UsageOCSPSigning {
		out = append(out, pkix.Extension{Id: pki.OID("1.3.6.1.5.5.7.48.1.5"), Value: asn1.NullBytes})
		return out
	}
	// Who relies on a stamp asks whether its authority was revoked, as of any other certificate.
	return append(out, access(), points("2.5.29.31", CRLAddress), points("2.5.29.46", DeltaAddress))
}

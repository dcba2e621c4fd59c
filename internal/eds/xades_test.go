package eds_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
)

const (
	nsDS        = "http://www.w3.org/2000/09/xmldsig#"
	nsXA        = "http://uri.etsi.org/01903/v1.3.2#"
	exclusiveC  = "http://www.w3.org/2001/10/xml-exc-c14n#"
	bySHA256    = "http://www.w3.org/2001/04/xmlenc#sha256"
	leavingSelf = `<ds:Transform Algorithm="` + nsDS + `enveloped-signature"></ds:Transform>`
	inExclusive = `<ds:Transform Algorithm="` + exclusiveC + `"></ds:Transform>`
)

// pointer is a Reference and the canonical form of what it is to.
type pointer struct{ uri, transforms, octets string }

func document(octets string) pointer { return pointer{"", leavingSelf + inExclusive, octets} }

func inBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func digested(octets string) string {
	sum := sha256.Sum256([]byte(octets))
	return inBase64(sum[:])
}

// xmlSignature is a Signature with the Id s, written in its canonical form. objects stand behind KeyInfo; after is told the
// element of the value, and what it gives stands there too.
func (h holder) xmlSignature(t testing.TB, objects string, after func(value string) string, pointers ...pointer) string {
	t.Helper()
	inside := `<ds:CanonicalizationMethod Algorithm="` + exclusiveC + `"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>`
	for _, p := range pointers {
		inside += `<ds:Reference URI="` + p.uri + `">`
		if p.transforms != "" {
			inside += `<ds:Transforms>` + p.transforms + `</ds:Transforms>`
		}
		inside += `<ds:DigestMethod Algorithm="` + bySHA256 + `"></ds:DigestMethod><ds:DigestValue>` + digested(p.octets) + `</ds:DigestValue></ds:Reference>`
	}
	info := `<ds:SignedInfo xmlns:ds="` + nsDS + `">` + inside + `</ds:SignedInfo>`
	_, sig, err := h.signing(t).Key.Sign(nil, pki.OID(pki.DigestSHA256), []byte(info))
	if err != nil {
		t.Fatal(err)
	}
	value := `<ds:SignatureValue xmlns:ds="` + nsDS + `">` + inBase64(sig) + `</ds:SignatureValue>`
	if after != nil {
		objects = strings.Replace(objects, "%s", after(value), 1)
	}
	return `<ds:Signature xmlns:ds="` + nsDS + `" Id="s">` + info + value + `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + inBase64(h.Raw) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` + objects + `</ds:Signature>`
}

// vouching is SignedProperties in its canonical form, and the Object around it. %s stands for unsigned properties.
func vouching(inside string) (properties pointer, object string) {
	octets := `<xa:SignedProperties xmlns:xa="` + nsXA + `" Id="p"><xa:SignedSignatureProperties>` + inside + `</xa:SignedSignatureProperties></xa:SignedProperties>`
	return pointer{"#p", inExclusive, octets}, `<ds:Object><xa:QualifyingProperties xmlns:xa="` + nsXA + `" Target="#s">` + octets + `%s</xa:QualifyingProperties></ds:Object>`
}

func namedCertificate(certificate []byte) string {
	return `<xa:SigningCertificateV2><xa:Cert><xa:CertDigest><ds:DigestMethod xmlns:ds="` + nsDS + `" Algorithm="` + bySHA256 + `"></ds:DigestMethod><ds:DigestValue xmlns:ds="` + nsDS + `">` +
		digested(string(certificate)) + `</ds:DigestValue></xa:CertDigest></xa:Cert></xa:SigningCertificateV2>`
}

// TestReferencesBesideTheDocument: each has to hold, and what is signed is never less than the document.
func TestReferencesBesideTheDocument(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	const before, after, alone = `<a><b Id="b">1</b>`, `<c></c></a>`, `<b Id="b">1</b>`
	in := func(pointers ...pointer) string { return before + p.xmlSignature(t, "", nil, pointers...) + after }
	good := in(document(before+after), pointer{"#b", inExclusive, alone}, pointer{"#b", "", alone})
	for what, c := range map[string]struct {
		document string
		reason   pki.Reason
	}{
		"a part as well":               {good, ""},
		"the part altered":             {strings.Replace(good, ">1<", ">2<", 1), pki.WrongDocument},
		"another part":                 {in(document(before+after), pointer{"#b", "", "<b>2</b>"}), pki.WrongDocument},
		"a part alone":                 {in(pointer{"#b", inExclusive, alone}), pki.Wrapped},
		"a part that stands twice":     {strings.Replace(good, "<c></c>", alone, 1), pki.WrongDocument},
		"the document twice":           {in(document(before+after), document(before+after)), pki.Unsupported},
		"the document with everything": {in(pointer{"", inExclusive, before + after}), pki.Unsupported},
		"one reference too many":       {in(document(before+after), make([]pointer, 8)[0], pointer{}, pointer{}, pointer{}, pointer{}, pointer{}, pointer{}, pointer{}), pki.TooLarge},
	} {
		r := ask(t, o.verifier(), given([]byte(c.document)))
		if r.Reason != c.reason || r.Valid && string(r.Content) != before+after {
			t.Errorf("%s: reason %q, want %q, content %s", what, r.Reason, c.reason, r.Content)
		}
	}
}

// TestWhereALaterSignerSigns: behind the one before, in front of it or deeper; one signature is never taken for two.
func TestWhereALaterSignerSigns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	first := p.xmlSignature(t, "", nil, document("<a></a>"))
	second := strings.Replace(p.xmlSignature(t, "", nil, document("<a>"+asCanonical(first)+"</a>")), `Id="s"`, `Id="z"`, 1)
	for what, c := range map[string]struct {
		document string
		reason   pki.Reason
	}{
		"behind":       {"<a>" + first + second + "</a>", ""},
		"in front":     {"<a>" + second + first + "</a>", ""},
		"twice":        {"<a>" + first + first + "</a>", pki.WrongDocument},
		"twice deeper": {"<a>" + first + "<b>" + first + "</b></a>", pki.WrongDocument},
		"around":       {strings.Replace(second, "</ds:Signature>", "<ds:Object>"+first+"</ds:Object></ds:Signature>", 1), pki.Wrapped},
	} {
		r := ask(t, o.verifier(), given([]byte(c.document)))
		if r.Reason != c.reason || r.Valid && (string(r.Content) != "<a></a>" || len(r.Signers) != 2) {
			t.Errorf("%s: reason %q, want %q, content %s of %d", what, r.Reason, c.reason, r.Content, len(r.Signers))
		}
	}
}

// asCanonical is a signature as it stands in the exclusive form of the document: no declaration twice.
func asCanonical(signature string) string {
	head, rest, _ := strings.Cut(signature, ">")
	return head + ">" + strings.ReplaceAll(rest, ` xmlns:ds="`+nsDS+`"`, "")
}

// TestPropertiesOfXAdES: what they say counts where they are signed, and only there.
func TestPropertiesOfXAdES(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, tsa := o.person(), o.stamper()
	then := time.Date(2026, 5, 31, 8, 30, 0, 0, time.UTC)
	clock := `<xa:SigningTime>2026-05-31T13:30:00+05:00</xa:SigningTime>`
	signed := func(properties, unsigned string, after func(string) string) string {
		named, object := vouching(properties)
		if after == nil {
			object = strings.Replace(object, "%s", unsigned, 1)
		} else {
			object = strings.Replace(object, "%s", `<xa:UnsignedProperties><xa:UnsignedSignatureProperties>`+unsigned+`</xa:UnsignedSignatureProperties></xa:UnsignedProperties>`, 1)
		}
		return "<a>" + p.xmlSignature(t, object, after, document("<a></a>"), named) + "</a>"
	}
	stamping := func(by holder, change func(string) string) func(string) string {
		return func(value string) string {
			return `<xa:EncapsulatedTimeStamp>` + inBase64(by.token(t, []byte(change(value)), noon())) + `</xa:EncapsulatedTimeStamp>`
		}
	}
	same := func(s string) string { return s }
	const stamp = `<xa:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm="` + exclusiveC + `"></ds:CanonicalizationMethod>%s</xa:SignatureTimeStamp>`
	good := signed(clock+namedCertificate(p.Raw), stamp, stamping(tsa, same))
	_, object := vouching(clock)
	for what, c := range map[string]struct {
		document string
		reason   pki.Reason
		check    eds.CheckName
		stamp    eds.Outcome
	}{
		"XAdES-T":                        {good, "", "", eds.Passed},
		"XAdES-BES":                      {signed(clock+namedCertificate(p.Raw), "", nil), "", "", eds.Absent},
		"a counter-signature":            {signed(clock+namedCertificate(p.Raw), `<xa:CounterSignature><ds:Signature></ds:Signature></xa:CounterSignature>%s`, func(string) string { return "" }), "", "", eds.Absent},
		"another certificate":            {signed(clock+namedCertificate(tsa.Raw), "", nil), pki.OtherCertificate, eds.CheckBinding, eds.Skipped},
		"no certificate named":           {signed(clock, "", nil), pki.AttributeMissing, eds.CheckBinding, eds.Skipped},
		"no time at all":                 {signed(clock[:len(clock)-20]+"</xa:SigningTime>"+namedCertificate(p.Raw), "", nil), pki.Malformed, eds.CheckSignature, eds.Skipped},
		"another time than signed":       {strings.Replace(good, "13:30", "14:30", 1), pki.WrongDocument, eds.CheckDocument, eds.Skipped},
		"properties of another":          {strings.Replace(good, `Target="#s"`, `Target="#t"`, 1), pki.Wrapped, eds.CheckDocument, eds.Skipped},
		"properties that nobody signed":  {"<a>" + p.xmlSignature(t, strings.Replace(object, "%s", "", 1), nil, document("<a></a>")) + "</a>", pki.AttributeMissing, eds.CheckSignature, eds.Skipped},
		"a time-stamp of something else": {signed(clock+namedCertificate(p.Raw), stamp, stamping(tsa, strings.ToUpper)), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
		"a time-stamp by a person":       {signed(clock+namedCertificate(p.Raw), stamp, stamping(p, same)), pki.TimestampInvalid, eds.CheckTimestamp, eds.Failed},
	} {
		q := given([]byte(c.document))
		q.Bound = true
		r := ask(t, o.verifier(), q)
		if found, _ := find(r, eds.CheckTimestamp); r.Reason != c.reason || found.Outcome != c.stamp {
			t.Errorf("%s: reason %q, want %q, time-stamp %+v, want %q: %+v", what, r.Reason, c.reason, found, c.stamp, r.Signers)
			continue
		}
		want(t, r, c.reason, c.check)
		if s := r.Signers[0]; r.Valid && (!s.SignedAt.Equal(then) || c.stamp == eds.Passed && !s.TimestampedAt.Equal(noon()) || !bytes.Equal(r.Content, []byte("<a></a>"))) {
			t.Errorf("%s: signed at %s, stamped at %s, content %s", what, s.SignedAt, s.TimestampedAt, r.Content)
		}
	}
}

package xmldsig_test

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

const (
	dsig      = "http://www.w3.org/2000/09/xmldsig#"
	inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	eleven    = "http://www.w3.org/2006/12/xml-c14n11"
	exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// made is a document signed by hand: what its canonical forms are stands in the test, not in the program.
type made struct {
	document  string // %s stands where the signature goes
	canonical string // of the document without it
	transform string // after enveloped-signature; empty: none
	method    string // of SignedInfo, with its parameters
	opening   string // canonical start tag of SignedInfo
	inside    string // what stands in SignedInfo behind its method, such as a comment
	kept      string // that in canonical form
	digest    string
	keyInfo   string // %s is the certificate
}

func (m made) sign(t *testing.T, by *authority.Issued) string {
	t.Helper()
	uri, sum := "http://www.w3.org/2001/04/xmlenc#sha256", sha256.Sum256([]byte(m.canonical))
	value := sum[:]
	switch m.digest {
	case "sha512":
		long := sha512.Sum512([]byte(m.canonical))
		uri, value = "http://www.w3.org/2001/04/xmlenc#sha512", long[:]
	case "sha384":
		long := sha512.Sum384([]byte(m.canonical))
		uri, value = "http://www.w3.org/2001/04/xmldsig-more#sha384", long[:]
	}
	transform := fmt.Sprintf(`<ds:Transform Algorithm="%senveloped-signature"></ds:Transform>`, dsig)
	if m.transform != "" {
		transform += m.transform
	}
	info := func(opening, inside string) string {
		return opening + m.method + inside + `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>` +
			`<ds:Reference URI=""><ds:Transforms>` + transform + `</ds:Transforms><ds:DigestMethod Algorithm="` + uri + `"></ds:DigestMethod><ds:DigestValue>` +
			base64.StdEncoding.EncodeToString(value) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	}
	_, sig, err := by.Key.Sign(rand.Reader, pki.OID(pki.DigestSHA256), []byte(info(m.opening, m.kept)))
	if err != nil {
		t.Fatal(err)
	}
	certificate := base64.StdEncoding.EncodeToString(by.Certificate.Raw)
	keyInfo := "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + certificate + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	if m.keyInfo != "" {
		keyInfo = fmt.Sprintf(m.keyInfo, certificate)
	}
	signature := `<ds:Signature xmlns:ds="` + dsig + `">` + info("<ds:SignedInfo>", m.inside) + "<ds:SignatureValue>\n" +
		base64.StdEncoding.EncodeToString(sig) + "\n</ds:SignatureValue>" + keyInfo + "</ds:Signature>"
	return fmt.Sprintf(m.document, signature)
}

func c14n(uri, inner string) string {
	return `<ds:CanonicalizationMethod Algorithm="` + uri + `">` + inner + `</ds:CanonicalizationMethod>`
}

func transform(uri, inner string) string {
	return `<ds:Transform Algorithm="` + uri + `">` + inner + `</ds:Transform>`
}

// TestEveryCanonicalisationThatProgramsUse: inclusive, 1.1 and exclusive, with comments and without, with a list of
// prefixes, for the document and for SignedInfo, each against forms that are written out here.
func TestEveryCanonicalisationThatProgramsUse(t *testing.T) {
	t.Parallel()
	by, other := people(t, authority.RSA)
	const (
		document = `<p:order xmlns:p="urn:p" xmlns:q="urn:q" b="2" a='1'><!-- note --><p:sum  >1</p:sum><x/>%s</p:order>`
		whole    = `<p:order xmlns:p="urn:p" xmlns:q="urn:q" a="1" b="2"><p:sum>1</p:sum><x></x></p:order>`
		bare     = `<p:order xmlns:p="urn:p" a="1" b="2"><p:sum>1</p:sum><x></x></p:order>`
		all      = `<ds:SignedInfo xmlns:ds="` + dsig + `" xmlns:p="urn:p" xmlns:q="urn:q">`
		own      = `<ds:SignedInfo xmlns:ds="` + dsig + `">`
		listed   = `<ds:SignedInfo xmlns:ds="` + dsig + `" xmlns:q="urn:q">`
		note     = "<!-- signed too -->"
	)
	q := `<ec:InclusiveNamespaces xmlns:ec="` + exclusive + `" PrefixList="q"></ec:InclusiveNamespaces>`
	chain := "<ds:KeyInfo><ds:KeyName>a key</ds:KeyName><ds:X509Data><ds:X509SubjectName>CN=X</ds:X509SubjectName>\n<ds:X509Certificate>\n%s\n</ds:X509Certificate><ds:X509Certificate>" +
		base64.StdEncoding.EncodeToString(other.Certificate.Raw) + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	for what, m := range map[string]made{
		"inclusive":                    {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all},
		"inclusive, said twice":        {document: document, canonical: whole, transform: transform(inclusive, ""), method: c14n(inclusive, ""), opening: all},
		"inclusive with comments":      {document: document, canonical: whole, transform: transform(inclusive+"#WithComments", ""), method: c14n(inclusive+"#WithComments", ""), opening: all, inside: note, kept: note},
		"inclusive without comments":   {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all, inside: note},
		"1.1":                          {document: document, canonical: whole, transform: transform(eleven, ""), method: c14n(eleven, ""), opening: all},
		"1.1 with comments":            {document: document, canonical: whole, transform: transform(eleven+"#WithComments", ""), method: c14n(eleven+"#WithComments", ""), opening: all, inside: note, kept: note},
		"exclusive":                    {document: document, canonical: bare, transform: transform(exclusive, ""), method: c14n(exclusive, ""), opening: own},
		"exclusive with comments":      {document: document, canonical: bare, transform: transform(exclusive+"WithComments", ""), method: c14n(exclusive+"WithComments", ""), opening: own, inside: note, kept: note},
		"exclusive for SignedInfo":     {document: document, canonical: whole, method: c14n(exclusive, ""), opening: own},
		"exclusive for the document":   {document: document, canonical: bare, transform: transform(exclusive, ""), method: c14n(inclusive, ""), opening: all},
		"exclusive with a list":        {document: document, canonical: whole, transform: transform(exclusive, q), method: c14n(exclusive, q), opening: listed},
		"SHA-384":                      {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all, digest: "sha384"},
		"SHA-512":                      {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all, digest: "sha512"},
		"a chain and names in KeyInfo": {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all, keyInfo: chain},
		"1.1 inside another base": {
			document: `<a xml:base="http://e.kz/x/" xml:id="i" xml:lang="kk"><b xml:base="y/z?q">%s</b></a>`, canonical: `<a xml:base="http://e.kz/x/" xml:id="i" xml:lang="kk"><b xml:base="y/z?q"></b></a>`,
			method: c14n(eleven, ""), opening: `<ds:SignedInfo xmlns:ds="` + dsig + `" xml:base="http://e.kz/x/y/z?q" xml:lang="kk">`,
		},
		"below the root": {document: `<a><b>x%s</b></a>`, canonical: `<a><b>x</b></a>`, method: c14n(exclusive, ""), opening: own},
		"a certificate that nobody reads": {document: document, canonical: whole, method: c14n(inclusive, ""), opening: all,
			keyInfo: "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>MAA=</ds:X509Certificate><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"},
		"a declaration and the lines of Windows": {
			document: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<a>\r\n<![CDATA[1 < 2 & 3]]>&#x41;&quot;\r\n%s</a>\r\n", canonical: "<a>\n1 &lt; 2 &amp; 3A\"\n</a>",
			method: c14n(exclusive, ""), opening: own,
		},
	} {
		signed := m.sign(t, by)
		signers, err := xmldsig.Verify([]byte(signed))
		if err != nil || signers[0].Err != nil {
			t.Errorf("%s: %v, %v", what, err, signers)
			continue
		}
		if got := string(signers[0].Content); got != m.canonical || !signers[0].Certificate.Equal(by.Certificate) {
			t.Errorf("%s: content %q, want %q", what, got, m.canonical)
		}
		if altered := strings.Replace(signed, ">1<", ">2<", 1); altered != signed {
			wantReason(t, what+", altered", reason([]byte(altered)), pki.WrongDocument)
		}
	}
}

// TestFormsOfTheStandardThatAreNotTaken are refused by name, and nothing of them is content.
func TestFormsOfTheStandardThatAreNotTaken(t *testing.T) {
	t.Parallel()
	by, _ := people(t, authority.RSA)
	good := made{document: `<a>1%s</a>`, canonical: `<a>1</a>`, method: c14n(exclusive, ""), opening: `<ds:SignedInfo xmlns:ds="` + dsig + `">`}.sign(t, by)
	reference := good[strings.Index(good, "<ds:Reference "):strings.Index(good, "</ds:SignedInfo>")]
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	enveloping := `<ds:Signature xmlns:ds="` + dsig + `">` + good[strings.Index(good, "<ds:SignedInfo>"):strings.Index(good, "</ds:Signature>")] + `<ds:Object Id="o">1</ds:Object></ds:Signature>`
	for what, try := range map[string]struct {
		data string
		want pki.Reason
	}{
		"as signed":                           {good, ""},
		"two references to the document":      {swap(reference, reference+reference), pki.Unsupported},
		"a second reference, to nothing":      {swap(reference, reference+strings.Replace(reference, `URI=""`, `URI="#p"`, 1)), pki.Wrapped},
		"properties of nobody's":              {swap("</ds:Signature>", `<ds:Object><q:QualifyingProperties xmlns:q="http://uri.etsi.org/01903/v1.3.2#"/></ds:Object></ds:Signature>`), pki.Wrapped},
		"properties of XAdES of before":       {swap("</ds:Signature>", `<ds:Object><q:QualifyingProperties xmlns:q="http://uri.etsi.org/01903/v1.1.1#"/></ds:Object></ds:Signature>`), pki.Unsupported},
		"a manifest":                          {swap("</ds:Signature>", `<ds:Object><ds:Manifest/></ds:Object></ds:Signature>`), pki.Unsupported},
		"the document inside the signature":   {enveloping, pki.Wrapped},
		"a transform by XPath":                {swap(transform(dsig+"enveloped-signature", ""), transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>1</ds:XPath>")), pki.Unsupported},
		"base64 as a transform":               {swap(transform(dsig+"enveloped-signature", ""), transform(dsig+"base64", "")), pki.Unsupported},
		"RSA-PSS":                             {swap("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), pki.Unsupported},
		"ECDSA":                               {swap("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"), pki.Unsupported},
		"SHA3":                                {swap("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2007/05/xmldsig-more#sha3-256"), pki.Unsupported},
		"canonical XML 2.0":                   {swap(c14n(exclusive, ""), c14n("http://www.w3.org/2010/xml-c14n2", "")), pki.Unsupported},
		"a key instead of a certificate":      {strings.ReplaceAll(good, "X509Data", "KeyValue"), pki.NoCertificate},
		"a prefix list where none may be":     {swap(c14n(exclusive, ""), c14n(inclusive, `<e:InclusiveNamespaces xmlns:e="`+exclusive+`" PrefixList="q"/>`)), pki.Unsupported},
		"a type of document between":          {"<!DOCTYPE a [<!ATTLIST x id ID #IMPLIED>]>" + good, pki.Unsupported},
		"entities nested to a bomb":           {`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>` + strings.Replace(good, ">1<", ">&c;<", 1), pki.Unsupported},
		"a parameter entity from elsewhere":   {`<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.kz/x.dtd"> %x;]>` + good, pki.Unsupported},
		"the original beside a forged order":  {strings.Replace(good, "<a>1", "<a><a>1</a>2", 1), pki.WrongDocument},
		"another root, the original below it": {"<b>2" + good + "</b>", pki.Wrapped},
	} {
		wantReason(t, what, reason([]byte(try.data)), try.want)
	}
}

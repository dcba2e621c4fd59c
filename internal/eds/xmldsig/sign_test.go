package xmldsig_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// people are two holders of a test authority.
func people(t testing.TB, algorithm authority.Algorithm) (first, second *authority.Issued) {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	a, err := authority.New(strings.NewReader(strings.Repeat("xml!", 8)), now, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	var out [2]*authority.Issued
	for i, name := range []string{"БІРІНШІ", "ЕКІНШІ"} {
		if out[i], err = a.Issue(authority.Subject{Surname: name, FirstName: "СЫНАҚ", IIN: "900101300017"}); err != nil {
			t.Fatal(err)
		}
	}
	return out[0], out[1]
}

func sign(t testing.TB, document []byte, by *authority.Issued) []byte {
	t.Helper()
	out, err := xmldsig.Sign(rand.Reader, document, by.Key, by.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// documents are ones whose canonical form is not how they are written.
func documents() map[string]string {
	return map[string]string{
		"plain":                  `<a><b>test</b></a>`,
		"empty":                  `<a/>`,
		"empty with attributes":  "<a\n  z='1'\ty=\"&quot;&#10;&lt;\" />",
		"declaration":            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<root>\r\n<nonce>1</nonce>\r\n</root>\n",
		"namespaces":             `<n:a xmlns:n="urn:n" xmlns="urn:d"><b xmlns=""><n:c n:x="1" y="2" xmlns:n="urn:other"/></b></n:a>`,
		"a prefix ds of its own": `<ds:a xmlns:ds="urn:mine" xml:lang="kk"><b/></ds:a>`,
		"comments":               `<!-- before --><a>te<!-- inside -->st</a><!-- after -->`,
		"instructions":           "<?one  two?><a><?three?></a><?four five?>",
		"character data":         `<a><![CDATA[<&>]]>&amp;&#13;&gt;</a>`,
		"letters":                `<құжат атауы="қазақша">Кыргызча 😀</құжат>`,
		"byte order mark":        "\xef\xbb\xbf<a>x</a>",
	}
}

func TestDocumentsSignedByOneAndThenByAnotherVerify(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []authority.Algorithm{authority.GOST, authority.RSA} {
		first, second := people(t, algorithm)
		for name, document := range documents() {
			once := sign(t, []byte(document), first)
			twice := sign(t, once, second)
			for count, data := range [][]byte{once, twice} {
				signers, err := xmldsig.Verify(data)
				if err != nil {
					t.Errorf("%s, %d signatures: %v\n%s", name, count+1, err, data)
					continue
				}
				if len(signers) != count+1 {
					t.Fatalf("%s: %d signers, want %d", name, len(signers), count+1)
				}
				for i, s := range signers {
					if want := []*authority.Issued{first, second}[i]; s.Err != nil || !s.Certificate.Equal(want.Certificate) {
						t.Errorf("%s, signer %d of %d: %v", name, i+1, count+1, s.Err)
					}
				}
			}
		}
	}
}

func TestWhatWasSignedComesBackInCanonicalForm(t *testing.T) {
	t.Parallel()
	by, _ := people(t, authority.GOST)
	for name, want := range map[string]string{
		"plain":                 `<a><b>test</b></a>`,
		"empty":                 `<a></a>`,
		"empty with attributes": `<a y="&quot;&#xA;&lt;" z="1"></a>`,
		"declaration":           "<root>\n<nonce>1</nonce>\n</root>",
		"namespaces":            `<n:a xmlns="urn:d" xmlns:n="urn:n"><b xmlns=""><n:c xmlns:n="urn:other" y="2" n:x="1"></n:c></b></n:a>`,
		"comments":              `<a>test</a>`,
		"instructions":          "<?one two?>\n<a><?three?></a>\n<?four five?>",
		"character data":        `<a>&lt;&amp;&gt;&amp;&#xD;&gt;</a>`,
	} {
		signers, err := xmldsig.Verify(sign(t, []byte(documents()[name]), by))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(signers[0].Content); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func wantReason(t *testing.T, what string, err error, want pki.Reason) {
	t.Helper()
	if got := pki.ReasonOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

// reason is why a document is refused, as a whole or by its first signer that is not valid.
func reason(data []byte) error {
	signers, err := xmldsig.Verify(data)
	if err != nil {
		return err
	}
	for _, s := range signers {
		if s.Err != nil {
			return s.Err
		}
	}
	return nil
}

func TestChangedAndWrappedDocumentsAreRefused(t *testing.T) {
	t.Parallel()
	by, other := people(t, authority.GOST)
	signed := string(sign(t, []byte(`<order id="x"><sum>100</sum></order>`), by))
	references := strings.Replace(signed, "</ds:SignedInfo>", `<ds:Reference URI=""/></ds:SignedInfo>`, 1)
	signature := signed[strings.Index(signed, "<ds:Signature "):strings.LastIndex(signed, "</order>")]
	foreign := string(sign(t, []byte(`<order id="x"><sum>100</sum></order>`), other))
	value := func(s, tag string) string {
		start := strings.Index(s, "<ds:"+tag+">")
		return s[start : strings.Index(s, "</ds:"+tag+">")+len("</ds:"+tag+">")]
	}
	for what, try := range map[string]struct {
		data string
		want pki.Reason
	}{
		"as signed":                {signed, ""},
		"another sum":              {strings.Replace(signed, "100", "900", 1), pki.WrongDocument},
		"another attribute":        {strings.Replace(signed, `id="x"`, `id="y"`, 1), pki.WrongDocument},
		"an element more":          {strings.Replace(signed, "<sum>", "<sum>1</sum><sum>", 1), pki.WrongDocument},
		"text after the signature": {strings.Replace(signed, "</order>", "more</order>", 1), pki.WrongDocument},
		"an instruction before":    {"<?xml-stylesheet href='x'?>" + signed, pki.WrongDocument},
		"a comment in the sum":     {strings.Replace(signed, "100", "1<!-- -->00", 1), ""}, // the content has none
		"no signature":             {`<order/>`, pki.NoSigner},
		"wrapped in another root":  {`<evil><sum>900</sum>` + signed + `</evil>`, pki.Wrapped},
		"original moved into the signature": {`<order id="x"><sum>900</sum>` +
			strings.Replace(signature, "</ds:Signature>", `<ds:Object><order id="x"><sum>100</sum></order></ds:Object></ds:Signature>`, 1) + `</order>`, pki.Unsupported},
		"signature moved deeper":      {`<order id="x"><sum>100</sum><deep>` + signature + `</deep></order>`, pki.Wrapped},
		"the same signature twice":    {strings.Replace(signed, signature, signature+signature, 1), pki.WrongDocument},
		"certificate of another":      {strings.Replace(signed, value(signed, "X509Certificate"), value(foreign, "X509Certificate"), 1), pki.BadSignature},
		"value of another":            {strings.Replace(signed, value(signed, "SignatureValue"), value(foreign, "SignatureValue"), 1), pki.BadSignature},
		"no certificate":              {strings.Replace(signed, value(signed, "X509Certificate"), "", 1), pki.NoCertificate},
		"no KeyInfo":                  {strings.Replace(signed, value(signed, "KeyInfo"), "", 1), pki.NoCertificate},
		"no value":                    {strings.Replace(signed, value(signed, "SignatureValue"), "<ds:SignatureValue/>", 1), pki.Malformed},
		"a comment in the digest":     {strings.Replace(signed, "<ds:DigestValue>", "<ds:DigestValue><!-- -->", 1), pki.Malformed},
		"two references":              {references, pki.Unsupported},
		"a reference to a file":       {strings.Replace(signed, `URI=""`, `URI="file:///etc/passwd"`, 1), pki.Unsupported},
		"a reference to an address":   {strings.Replace(signed, `URI=""`, `URI="http://example.kz/"`, 1), pki.Unsupported},
		"a reference by XPointer":     {strings.Replace(signed, `URI=""`, `URI="#xpointer(/)"`, 1), pki.Unsupported},
		"a reference to another Id":   {strings.Replace(signed, `URI=""`, `URI="#y"`, 1), pki.Wrapped},
		"a reference without URI":     {strings.Replace(signed, ` URI=""`, ``, 1), pki.Unsupported},
		"a transform by XSLT":         {strings.Replace(signed, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", "http://www.w3.org/TR/1999/REC-xslt-19991116", 1), pki.Unsupported},
		"no enveloped transform":      {strings.Replace(signed, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1), pki.Unsupported},
		"SHA-1":                       {strings.Replace(signed, "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512", "http://www.w3.org/2000/09/xmldsig#sha1", 1), pki.WeakAlgorithm},
		"RSA with SHA-1":              {strings.Replace(signed, "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", 1), pki.WeakAlgorithm},
		"RSA under a GOST key":        {strings.Replace(signed, "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", 1), pki.Disagreement},
		"HMAC":                        {strings.Replace(signed, "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", 1), pki.Unsupported},
		"another canonicalisation":    {strings.Replace(signed, `"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`, `"http://www.w3.org/2001/10/xml-exc-c14n#"`, 1), pki.BadSignature},
		"an unknown canonicalisation": {strings.Replace(signed, `"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`, `"urn:x"`, 1), pki.Unsupported},
	} {
		wantReason(t, what, reason([]byte(try.data)), try.want)
	}
}

func TestBombsAndNonsenseAreRefused(t *testing.T) {
	t.Parallel()
	for what, try := range map[string]struct {
		data string
		want pki.Reason
	}{
		"nothing":                      {"", pki.Malformed},
		"text":                         {"text", pki.Malformed},
		"a document type":              {`<!DOCTYPE a><a/>`, pki.Unsupported},
		"an external entity":           {`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, pki.Unsupported},
		"a billion laughs":             {`<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>`, pki.Unsupported},
		"an entity of nobody":          {`<a>&x;</a>`, pki.Malformed},
		"not closed":                   {`<a><b></a>`, pki.Malformed},
		"closed twice":                 {`<a></a></a>`, pki.Malformed},
		"two roots":                    {`<a/><b/>`, pki.Malformed},
		"text behind":                  {`<a/>x`, pki.Malformed},
		"an attribute twice":           {`<a x="1" x="2"/>`, pki.Malformed},
		"an attribute twice, by space": {`<a xmlns:p="urn:x" xmlns:q="urn:x" p:y="1" q:y="2"/>`, pki.Malformed},
		"a prefix of nobody":           {`<p:a/>`, pki.Malformed},
		"two colons":                   {`<a:b:c xmlns:a="urn:x"/>`, pki.Malformed},
		"a prefix taken back":          {`<a xmlns:p="urn:x"><b xmlns:p=""/></a>`, pki.Malformed},
		"xml for another namespace":    {`<a xmlns:xml="urn:x"/>`, pki.Malformed},
		"not UTF-8":                    {"<a>\xff</a>", pki.Malformed},
		"a zero":                       {"<a>\x00</a>", pki.Malformed},
		"another encoding":             {`<?xml version="1.0" encoding="windows-1251"?><a/>`, pki.Unsupported},
		"another encoding, quoted":     {`<?xml version = '1.0' encoding = 'KOI8-R' ?><a/>`, pki.Unsupported},
		"UTF-16":                       {"\xff\xfe<\x00a\x00/\x00>\x00", pki.Unsupported},
		"UTF-16, the other way":        {"\xfe\xff\x00<\x00a\x00/\x00>", pki.Unsupported},
		"its own encoding":             {`<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>`, pki.NoSigner},
		"too deep":                     {strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000), pki.TooLarge},
		"too many attributes":          {"<a" + manyAttributes(1000) + "/>", pki.TooLarge},
		"too many elements":            {"<a>" + strings.Repeat("<b/>", 300_000) + "</a>", pki.TooLarge},
		"too large":                    {"<a>" + strings.Repeat(" ", xmldsig.MaxDocument) + "</a>", pki.TooLarge},
	} {
		wantReason(t, what, reason([]byte(try.data)), try.want)
	}
}

func manyAttributes(n int) string {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(" a")
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString(string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)))
		b.WriteString(`=""`)
	}
	return b.String()
}

func TestAReferenceToTheRootsOwnIdIsTaken(t *testing.T) {
	t.Parallel()
	by, _ := people(t, authority.GOST)
	data := sign(t, []byte(`<a Id="doc"><b/></a>`), by)
	named := bytes.Replace(data, []byte(`URI=""`), []byte(`URI="#doc"`), 1)
	// The digest is that of the same octets, so that the signature over SignedInfo is all that changed.
	wantReason(t, "named", reason(named), pki.BadSignature)
	wantReason(t, "two of that name", reason(bytes.Replace(named, []byte("<b/>"), []byte(`<b id="doc"/>`), 1)), pki.Wrapped)
}

func TestPropertiesAreReadBeforeTheValue(t *testing.T) {
	t.Parallel()
	by, _ := people(t, authority.RSA)
	signers, err := xmldsig.Verify(qualified(by))
	if err != nil || pki.ReasonOf(signers[0].Err) != pki.BadSignature || len(signers[0].Stamps) != 1 || signers[0].SignedAt.IsZero() {
		t.Errorf("%v, %+v", err, signers)
	}
}

func TestOnlyTheOwnersKeySigns(t *testing.T) {
	t.Parallel()
	one, two := people(t, authority.GOST)
	_, err := xmldsig.Sign(rand.Reader, []byte("<a/>"), one.Key, two.Certificate)
	wantReason(t, "with another's certificate", err, pki.NoCertificate)
	_, err = xmldsig.Sign(rand.Reader, []byte("<a/>"), one.Key)
	wantReason(t, "without a certificate", err, pki.NoCertificate)
}

func FuzzVerify(f *testing.F) {
	f.Add(read(f, "xml/signed_rsa.xml"))
	by, _ := people(f, authority.GOST)
	for _, document := range documents() {
		f.Add(sign(f, []byte(document), by))
	}
	f.Add(qualified(by))
	f.Fuzz(func(t *testing.T, data []byte) {
		signers, err := xmldsig.Verify(data)
		if err != nil {
			return
		}
		for _, s := range signers {
			if s.Err != nil {
				continue
			}
			// What is returned has to be what it says: canonical, so that it is the same when read again.
			again, err := xmldsig.Sign(rand.Reader, s.Content, by.Key, by.Certificate)
			if err != nil {
				t.Fatalf("%v: %q", err, s.Content)
			}
			signed, err := xmldsig.Verify(again)
			if err != nil || len(signed) == 0 || !bytes.Equal(signed[len(signed)-1].Content, s.Content) {
				t.Fatalf("%q is not canonical: %v", s.Content, err)
			}
		}
	})
}

// qualified is a document whose signature has properties of XAdES and right digests: what stands unsigned in it is read
// before the value of the signature is looked at.
func qualified(by *authority.Issued) []byte {
	const properties = `<xa:SignedProperties xmlns:xa="http://uri.etsi.org/01903/v1.3.2#" Id="p"><xa:SignedSignatureProperties><xa:SigningTime>2026-11-22T09:00:00Z</xa:SigningTime></xa:SignedSignatureProperties></xa:SignedProperties>`
	reference := func(uri, transforms, octets string) string {
		sum := sha256.Sum256([]byte(octets))
		return `<ds:Reference URI="` + uri + `"><ds:Transforms>` + transforms + transform(exclusive, "") + `</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>` +
			base64.StdEncoding.EncodeToString(sum[:]) + `</ds:DigestValue></ds:Reference>`
	}
	return []byte(`<a><ds:Signature xmlns:ds="` + dsig + `" Id="s"><ds:SignedInfo>` + c14n(exclusive, "") + `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
		reference("", transform(dsig+"enveloped-signature", ""), "<a></a>") + reference("#p", "", properties) + `</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(by.Certificate.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object><xa:QualifyingProperties xmlns:xa="http://uri.etsi.org/01903/v1.3.2#" Target="#s">` + properties +
		`<xa:UnsignedProperties><xa:UnsignedSignatureProperties><xa:SignatureTimeStamp>` + c14n(eleven, "") + `<xa:EncapsulatedTimeStamp>MAA=</xa:EncapsulatedTimeStamp></xa:SignatureTimeStamp></xa:UnsignedSignatureProperties></xa:UnsignedProperties></xa:QualifyingProperties></ds:Object></ds:Signature></a>`)
}

func TestSignersOfDifferentAlgorithmsSignOneDocument(t *testing.T) {
	t.Parallel()
	old, _ := people(t, authority.RSA)
	_, young := people(t, authority.GOST)
	data := sign(t, sign(t, []byte(`<a><b>test</b></a>`), old), young)
	wantReason(t, "both", reason(data), "")
	signers, err := xmldsig.Verify(bytes.Replace(data, []byte("test"), []byte("TEST"), 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range signers {
		wantReason(t, s.Certificate.Algorithm(), s.Err, pki.WrongDocument)
		if s.Content != nil {
			t.Errorf("signer %d: content of a document that nobody signed", i)
		}
	}
}

package xmldsig

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"tereze/internal/eds/pki"
)

// Sign adds an enveloped signature after everything else in the root element, over the document as it
// is, with the signatures it already has. The bytes of the document stay as they are but for that.
// The certificates are the signer's, whose key must be the one given, and others to enclose.
func Sign(rand io.Reader, data []byte, key pki.Key, certificates ...*pki.Certificate) ([]byte, error) {
	if len(certificates) == 0 || !certificates[0].Matches(key) {
		return nil, pki.Refuse(pki.NoCertificate, errors.New("the first certificate is not the key's"))
	}
	t, err := parse(data)
	if err != nil {
		return nil, err
	}
	before, err := t.signatures()
	if err != nil {
		return nil, err
	}
	if len(before) == maxSigners {
		return nil, pki.Refuse(pki.TooManySigners, errors.New("the document has no room for another signature"))
	}
	unsigned, err := t.template(key, certificates)
	if err != nil {
		return nil, err
	}
	// SignedInfo is digested where it will stand, so the signature is put in once without its value.
	placed, err := parse(t.insert(unsigned))
	if err != nil {
		return nil, err
	}
	own := placed.root.children[len(placed.root.children)-1]
	signed := canonical(own.elements()[0], method{}, nil)
	_, value, err := key.Sign(rand, key.DefaultDigest(), signed)
	if err != nil {
		return nil, err
	}
	return t.insert(strings.Replace(unsigned, valueMark, wrapped(value), 1)), nil
}

const valueMark = "<ds:SignatureValue></ds:SignatureValue>"

// template is the Signature element without the value.
func (t *tree) template(key pki.Key, certificates []*pki.Certificate) (string, error) {
	signature, digest, err := methodsFor(key)
	if err != nil {
		return "", err
	}
	h, err := pki.NewDigest(key.DefaultDigest())
	if err != nil {
		return "", err
	}
	h.Write(canonical(t.doc, method{}, nil))
	var b strings.Builder
	b.WriteString(`<ds:Signature xmlns:ds="` + nsDSig + `"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="` + inclusive10 + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="` + signature + `"></ds:SignatureMethod>` +
		`<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="` + enveloped + `"></ds:Transform>` +
		`<ds:Transform Algorithm="` + inclusive10 + `#WithComments"></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + digest + `"></ds:DigestMethod>` +
		`<ds:DigestValue>` + base64.StdEncoding.EncodeToString(h.Sum(nil)) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
		valueMark + `<ds:KeyInfo><ds:X509Data>`)
	for _, c := range certificates {
		b.WriteString("<ds:X509Certificate>\n" + lineBroken(c.Raw) + "</ds:X509Certificate>")
	}
	b.WriteString(`</ds:X509Data></ds:KeyInfo></ds:Signature>`)
	return b.String(), nil
}

func wrapped(value []byte) string {
	return "<ds:SignatureValue>\n" + lineBroken(value) + "</ds:SignatureValue>"
}

// lineBroken is base64 in lines of 76 characters, as RFC 2045 has them.
func lineBroken(data []byte) string {
	var b strings.Builder
	for s := base64.StdEncoding.EncodeToString(data); s != ""; {
		n := min(76, len(s))
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return b.String()
}

// insert puts XML before the end of the root element.
func (t *tree) insert(piece string) []byte {
	var b bytes.Buffer
	b.Write(t.data[:t.endTag])
	if t.empty {
		b.WriteString(">" + piece + "</" + t.root.name.String() + ">")
		b.Write(t.data[t.endTag+len("/>"):])
	} else {
		b.WriteString(piece)
		b.Write(t.data[t.endTag:])
	}
	return b.Bytes()
}

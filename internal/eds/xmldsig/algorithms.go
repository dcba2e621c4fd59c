package xmldsig

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"

	"tereze/internal/eds/pki"
)

const (
	nsDSig      = "http://www.w3.org/2000/09/xmldsig#"
	more        = "http://www.w3.org/2001/04/xmldsig-more#"
	xmlenc      = "http://www.w3.org/2001/04/xmlenc#"
	kazakh      = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
	enveloped   = nsDSig + "enveloped-signature"
	inclusive10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	inclusive11 = "http://www.w3.org/2006/12/xml-c14n11"
	exclusive10 = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// signatureMethod is the signature algorithm and its digest. What is weak is named here so that it is
// refused as weak and not as unknown.
func signatureMethod(uri string) (signature, digest asn1.ObjectIdentifier, err error) {
	pair := func(s, d string) (asn1.ObjectIdentifier, asn1.ObjectIdentifier, error) {
		return pki.OID(s), pki.OID(d), nil
	}
	switch uri {
	case more + "rsa-sha256":
		return pair(pki.SignSHA256RSA, pki.DigestSHA256)
	case more + "rsa-sha384":
		return pair(pki.SignSHA384RSA, pki.DigestSHA384)
	case more + "rsa-sha512":
		return pair(pki.SignSHA512RSA, pki.DigestSHA512)
	case kazakh + "gostr34102015-gostr34112015-512":
		return pair(pki.SignGOST512, pki.DigestGOST512)
	case kazakh + "gostr34102015-gostr34112015-256":
		return pair(pki.SignGOST256, pki.DigestGOST256)
	case more + "gost34310-gost34311":
		return pair(pki.SignGOST2004, pki.DigestGOST2004)
	case nsDSig + "rsa-sha1", nsDSig + "dsa-sha1", more + "rsa-md5":
		return nil, nil, pki.Refuse(pki.WeakAlgorithm, fmt.Errorf("signature method %s", uri))
	}
	return nil, nil, pki.Refuse(pki.Unsupported, fmt.Errorf("signature method %q", uri))
}

func digestMethod(uri string) (asn1.ObjectIdentifier, error) {
	switch uri {
	case xmlenc + "sha256":
		return pki.OID(pki.DigestSHA256), nil
	case more + "sha384":
		return pki.OID(pki.DigestSHA384), nil
	case xmlenc + "sha512":
		return pki.OID(pki.DigestSHA512), nil
	case kazakh + "gostr34112015-512":
		return pki.OID(pki.DigestGOST512), nil
	case kazakh + "gostr34112015-256":
		return pki.OID(pki.DigestGOST256), nil
	case more + "gost34311":
		return pki.OID(pki.DigestGOST2004), nil
	case nsDSig + "sha1", more + "md5":
		return nil, pki.Refuse(pki.WeakAlgorithm, fmt.Errorf("digest method %s", uri))
	}
	return nil, pki.Refuse(pki.Unsupported, fmt.Errorf("digest method %q", uri))
}

// methodsFor is how the authority's software names the algorithms of a key when it signs.
func methodsFor(key pki.Key) (signature, digest string, err error) {
	switch key.DefaultDigest().String() {
	case pki.DigestSHA256:
		return more + "rsa-sha256", xmlenc + "sha256", nil
	case pki.DigestGOST512:
		return kazakh + "gostr34102015-gostr34112015-512", kazakh + "gostr34112015-512", nil
	case pki.DigestGOST256:
		return kazakh + "gostr34102015-gostr34112015-256", kazakh + "gostr34112015-256", nil
	case pki.DigestGOST2004:
		return more + "gost34310-gost34311", more + "gost34311", nil
	}
	return "", "", pki.Refuse(pki.Unsupported, errors.New("a key of "+key.Algorithm()))
}

// canonicalization reads CanonicalizationMethod or Transform.
func canonicalization(n *node) (method, error) {
	uri, _ := n.attribute("Algorithm")
	m := method{comments: strings.HasSuffix(uri, "WithComments")}
	switch uri {
	case inclusive10, inclusive10 + "#WithComments":
	case inclusive11, inclusive11 + "#WithComments":
		m.eleven = true
	case exclusive10, exclusive10 + "WithComments":
		m.exclusive = true
	default:
		return m, pki.Refuse(pki.Unsupported, fmt.Errorf("canonicalisation %q", uri))
	}
	children := n.elements()
	if len(children) == 0 {
		return m, nil
	}
	if !m.exclusive || len(children) > 1 || !children[0].is(exclusive10, "InclusiveNamespaces") {
		return m, pki.Refuse(pki.Unsupported, errors.New("parameters of a canonicalisation"))
	}
	list, _ := children[0].attribute("PrefixList")
	for _, prefix := range strings.Fields(list) {
		if prefix == "#default" {
			prefix = ""
		}
		m.prefixes = append(m.prefixes, prefix)
	}
	if len(m.prefixes) > 64 {
		return m, pki.Refuse(pki.TooLarge, errors.New("InclusiveNamespaces"))
	}
	return m, nil
}

// Package xmldsig signs XML documents and verifies their signatures (XML Signature 1.1), as the software of
// Kazakhstan's National Certification Authority makes them: enveloped, over the whole document, by one
// signer or several one after another.
//
// It owns parsing, canonicalisation and the signature itself, and accepts of the standard only what
// covers the document from its root: no document type, no external or partial reference, no signature
// anywhere but directly under the root. What was signed is returned as the bytes that were digested, so
// that nobody reads what was not. Whether a certificate is to be trusted is for package eds to say.
package xmldsig

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tereze/internal/eds/pki"
)

// Caps on signatures.
const (
	maxSigners      = 32
	maxCertificates = 10
)

// Signer is one signature of a document.
type Signer struct {
	// Certificate is the enclosed one whose key verifies the signature, or the first enclosed when none
	// does; nil when none is enclosed.
	Certificate *pki.Certificate
	// Others are the other enclosed certificates, unverified.
	Others []*pki.Certificate
	// Signature is the value, r ‖ s little-endian for GOST.
	Signature []byte
	// Content is the canonical form of what this signer signed: the document with the signatures of
	// those before, without comments. nil unless Err is nil.
	Content []byte
	// Err is why this signature is not valid: NoCertificate, WrongDocument, BadSignature and others.
	Err error
}

// Verify checks the signatures of a document in UTF-8 and returns its signers in the order of the
// document. It is refused as a whole when it is no document of the accepted form, when it has no
// signature (NoSigner), or when a signature stands where it may cover only a part (Wrapped). A single
// signature that does not verify is told by its signer's Err: the caller has to look at each.
func Verify(data []byte) ([]Signer, error) {
	t, err := parse(data)
	if err != nil {
		return nil, err
	}
	signatures, err := t.signatures()
	if err != nil {
		return nil, err
	}
	if len(signatures) == 0 {
		return nil, pki.Refuse(pki.NoSigner, errors.New("no signature under the root element"))
	}
	var signers []Signer
	for i := range signatures {
		signers = append(signers, t.verify(signatures[i], signatures[i:]))
	}
	return signers, nil
}

// signatures lists the signatures under the root, and refuses any elsewhere.
func (t *tree) signatures() ([]*node, error) {
	var found []*node
	for _, n := range t.root.children {
		if n.is(nsDSig, "Signature") {
			found = append(found, n)
		}
	}
	if len(found) > maxSigners {
		return nil, pki.Refuse(pki.TooManySigners, fmt.Errorf("%d signatures", len(found)))
	}
	if t.root.count() != len(found) {
		return nil, pki.Refuse(pki.Wrapped, errors.New("a signature that does not stand directly under the root element"))
	}
	return found, nil
}

// count is the number of signature elements in n and below.
func (n *node) count() int {
	sum := 0
	if n.is(nsDSig, "Signature") {
		sum++
	}
	for _, child := range n.children {
		sum += child.count()
	}
	return sum
}

// parts are the pieces of one Signature element.
type parts struct {
	info      *node
	method    method // of SignedInfo
	reference *node
	value     []byte
	keyInfo   *node
}

func (t *tree) verify(signature *node, later []*node) Signer {
	var s Signer
	p, err := dissect(signature)
	if err != nil {
		s.Err = err
		return s
	}
	s.Signature = p.value
	certificates, err := p.certificates()
	if err != nil {
		s.Err = err
		return s
	}
	s.Certificate, s.Others = certificates[0], certificates[1:]
	content, err := t.checkReference(p.reference, later)
	if err != nil {
		s.Err = err
		return s
	}
	at, err := p.checkValue(certificates)
	if err != nil {
		s.Err = err
		return s
	}
	certificates[0], certificates[at] = certificates[at], certificates[0]
	s.Certificate, s.Others, s.Content = certificates[0], certificates[1:], content
	return s
}

// dissect takes a Signature element apart, in the order of its schema and with nothing else inside.
func dissect(signature *node) (p parts, err error) {
	children := signature.elements()
	if slices.ContainsFunc(children, func(n *node) bool { return n.is(nsDSig, "Object") }) {
		return p, pki.Refuse(pki.Unsupported, errors.New("objects inside a signature"))
	}
	if len(children) < 2 || len(children) > 3 || !children[0].is(nsDSig, "SignedInfo") || !children[1].is(nsDSig, "SignatureValue") ||
		len(children) == 3 && !children[2].is(nsDSig, "KeyInfo") {
		return p, malformed("a signature has SignedInfo, SignatureValue and KeyInfo, nothing else")
	}
	p.info = children[0]
	if p.value, err = children[1].base64(); err != nil {
		return p, err
	}
	if len(children) == 3 {
		p.keyInfo = children[2]
	}
	inside := p.info.elements()
	if len(inside) != 3 || !inside[0].is(nsDSig, "CanonicalizationMethod") || !inside[1].is(nsDSig, "SignatureMethod") || !inside[2].is(nsDSig, "Reference") {
		return p, pki.Refuse(pki.Unsupported, errors.New("SignedInfo has two methods and one reference, nothing else"))
	}
	if len(inside[1].elements()) > 0 {
		return p, pki.Refuse(pki.Unsupported, errors.New("parameters of a signature method"))
	}
	p.reference = inside[2]
	p.method, err = canonicalization(inside[0])
	return p, err
}

// certificates parses X509Data of KeyInfo. Other forms of naming a key say nothing that is used.
func (p *parts) certificates() ([]*pki.Certificate, error) {
	var out []*pki.Certificate
	if p.keyInfo != nil {
		for _, data := range p.keyInfo.elements() {
			if !data.is(nsDSig, "X509Data") {
				continue
			}
			for _, n := range data.elements() {
				if !n.is(nsDSig, "X509Certificate") {
					continue
				}
				if len(out) == maxCertificates {
					return nil, pki.Refuse(pki.TooLarge, errors.New("too many certificates"))
				}
				der, err := n.base64()
				if err != nil {
					return nil, err
				}
				c, err := pki.ParseCertificate(der)
				if err != nil {
					return nil, err
				}
				out = append(out, c)
			}
		}
	}
	if len(out) == 0 {
		return nil, pki.Refuse(pki.NoCertificate, errors.New("KeyInfo encloses no certificate"))
	}
	return out, nil
}

// checkReference digests what the reference names and returns it.
func (t *tree) checkReference(reference *node, later []*node) ([]byte, error) {
	from, err := t.target(reference)
	if err != nil {
		return nil, err
	}
	children := reference.elements()
	if len(children) != 3 || !children[0].is(nsDSig, "Transforms") || !children[1].is(nsDSig, "DigestMethod") || !children[2].is(nsDSig, "DigestValue") {
		return nil, pki.Refuse(pki.Unsupported, errors.New("a reference has transforms, a method and a value"))
	}
	m, err := transforms(children[0])
	if err != nil {
		return nil, err
	}
	uri, _ := children[1].attribute("Algorithm")
	oid, err := digestMethod(uri)
	if err != nil {
		return nil, err
	}
	want, err := children[2].base64()
	if err != nil {
		return nil, err
	}
	h, err := pki.NewDigest(oid)
	if err != nil {
		return nil, err
	}
	content := canonical(from, m, set(later))
	h.Write(content)
	if subtle.ConstantTimeCompare(h.Sum(nil), want) != 1 {
		return nil, pki.Refuse(pki.WrongDocument, errors.New("the digest of the document is another"))
	}
	return content, nil
}

func set(nodes []*node) map[*node]bool {
	out := map[*node]bool{}
	for _, n := range nodes {
		out[n] = true
	}
	return out
}

// target is the document for URI="", or the root for a reference to its own Id.
func (t *tree) target(reference *node) (*node, error) {
	uri, ok := reference.attribute("URI")
	if !ok {
		return nil, pki.Refuse(pki.Unsupported, errors.New("a reference without URI"))
	}
	if uri == "" {
		return t.doc, nil
	}
	id, ok := strings.CutPrefix(uri, "#")
	if !ok || id == "" || strings.ContainsAny(id, "()") {
		return nil, pki.Refuse(pki.Unsupported, fmt.Errorf("a reference to %q", uri))
	}
	if t.root.identified(id) != 1 || !t.root.hasID(id) {
		return nil, pki.Refuse(pki.Wrapped, errors.New("the reference is not to the root element alone"))
	}
	return t.root, nil
}

// hasID reports whether an attribute that programs take for an identifier has the value.
func (n *node) hasID(id string) bool {
	for _, a := range n.attrs {
		if a.value == id && strings.EqualFold(a.name.local, "id") {
			return true
		}
	}
	return false
}

func (n *node) identified(id string) int {
	sum := 0
	if n.hasID(id) {
		sum++
	}
	for _, child := range n.children {
		sum += child.identified(id)
	}
	return sum
}

// transforms wants enveloped-signature first and at most one canonicalisation after it. Comments are
// left out whatever the canonicalisation says: a reference to "" or to an Id does not include them
// (XML Signature §4.4.3.3).
func transforms(n *node) (method, error) {
	list := n.elements()
	for _, child := range list {
		if !child.is(nsDSig, "Transform") {
			return method{}, malformed("Transforms holds %s", child.name)
		}
	}
	if len(list) == 0 || len(list) > 2 {
		return method{}, pki.Refuse(pki.Unsupported, fmt.Errorf("%d transforms", len(list)))
	}
	if uri, _ := list[0].attribute("Algorithm"); uri != enveloped || len(list[0].elements()) > 0 {
		return method{}, pki.Refuse(pki.Unsupported, fmt.Errorf("first transform %q", uri))
	}
	if len(list) == 1 {
		return method{}, nil
	}
	m, err := canonicalization(list[1])
	m.comments = false
	return m, err
}

// checkValue tries the enclosed certificates and returns which one made the signature. The answer of the
// first is the one that counts when none did.
func (p *parts) checkValue(certificates []*pki.Certificate) (int, error) {
	uri, _ := p.info.elements()[1].attribute("Algorithm")
	signature, digest, err := signatureMethod(uri)
	if err != nil {
		return 0, err
	}
	signed := canonical(p.info, p.method, nil)
	var first error
	for i, c := range certificates {
		err := c.CheckSignature(signature, digest, signed, p.value)
		if err == nil {
			return i, nil
		}
		if first == nil {
			first = err
		}
	}
	return 0, first
}

// elements are the children that are elements.
func (n *node) elements() (out []*node) {
	for _, child := range n.children {
		if child.kind == element {
			out = append(out, child)
		}
	}
	return out
}

// base64 decodes an element that holds text alone: a comment could cut a value in two.
func (n *node) base64() ([]byte, error) {
	var b bytes.Buffer
	for _, child := range n.children {
		if child.kind != text {
			return nil, malformed("%s holds more than text", n.name)
		}
		b.WriteString(child.value)
	}
	value := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(b.String())
	out, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(out) == 0 {
		return nil, malformed("%s is not base64", n.name)
	}
	return out, nil
}

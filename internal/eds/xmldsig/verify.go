// Package xmldsig signs XML documents and verifies their signatures (XML Signature 1.1), as the software of
// Kazakhstan's National Certification Authority makes them: enveloped, over the whole document, by one
// signer or several one after another.
//
// It owns parsing, canonicalisation and the signature itself, and accepts of the standard only what
// covers the document from its root: no document type, no external reference, none to a part unless the
// whole is signed beside it. Of XAdES it reads what a signer vouches for and the time-stamps over the
// signature. What was signed is returned as the bytes that were digested, so that nobody reads what was
// not. Whether a certificate is to be trusted is for package eds to say.
package xmldsig

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tereze/internal/eds/pki"
)

// Caps on signatures.
const (
	maxSigners      = 32
	maxCertificates = 10
	maxReferences   = 8
	// maxSpare is how many octets of documents are digested beyond one reading for each signature.
	maxSpare = 64 << 20
)

// Signer is one signature of a document.
type Signer struct {
	// Certificate is the enclosed one whose key verifies the signature, or the first enclosed when none
	// does; nil when none is enclosed.
	Certificate *pki.Certificate
	// Others are the other enclosed certificates, unverified.
	Others []*pki.Certificate
	// SignedAt is what the signer's own clock said (XAdES), zero where it says nothing.
	SignedAt time.Time
	// Stamps are the time-stamps over the signature (XAdES-T), unverified.
	Stamps []Stamp
	// Signature is the value, r ‖ s little-endian for GOST.
	Signature []byte
	// Content is the canonical form of what this signer signed: the document with the signatures of
	// those before, without comments. nil unless Err is nil.
	Content []byte
	// Err is why this signature is not valid: NoCertificate, WrongDocument, BadSignature and others.
	Err error

	named []certificateHash // certificates that the signer vouched for
}

// Verify checks the signatures of a document in UTF-8 and returns its signers in the order of the
// document. It is refused as a whole when it is no document of the accepted form, when it has no
// signature (NoSigner), or when a signature encloses what it signs (Wrapped). A single signature that
// does not verify is told by its signer's Err: the caller has to look at each.
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
		return nil, pki.Refuse(pki.NoSigner, errors.New("no signature in the document"))
	}
	t.spare = maxSpare
	return t.signers(signatures), nil
}

// signers verifies signatures that were made one after another. Each leaves out itself and those that were
// not there yet: in the software of the authority the ones that follow. The standard knows of no place for
// a signature, so that a document whose later signers put theirs before is read the other way round.
func (t *tree) signers(signatures []*node) []Signer {
	var after, before []Signer
	for i := range signatures {
		after = append(after, t.verify(signatures[i], signatures[i:]))
	}
	if len(signatures) == 1 || !slices.ContainsFunc(after, otherDocument) || t.spend(len(signatures)) != nil {
		return after
	}
	for i := range signatures {
		before = append(before, t.verify(signatures[i], signatures[:i+1]))
	}
	if slices.ContainsFunc(before, otherDocument) {
		return after
	}
	return before
}

// Content is the document that all signers of valid signatures signed, as the first of them did: the others have
// the signatures before theirs in it.
func Content(signers []Signer) []byte {
	return slices.MinFunc(signers, func(a, b Signer) int { return len(a.Content) - len(b.Content) }).Content
}

func otherDocument(s Signer) bool {
	reason := pki.ReasonOf(s.Err)
	return reason == pki.WrongDocument || reason == pki.Wrapped
}

// signatures lists the signatures of the document in its order. Those inside a signature are no
// signatures of the document: they are counter-signatures, or the signature is refused for them.
func (t *tree) signatures() ([]*node, error) {
	if t.root.is(nsDSig, "Signature") {
		return nil, pki.Refuse(pki.Wrapped, errors.New("the document is a signature that encloses something"))
	}
	found := t.root.signatures(nil)
	if len(found) > maxSigners {
		return nil, pki.Refuse(pki.TooManySigners, fmt.Errorf("%d signatures", len(found)))
	}
	return found, nil
}

func (n *node) signatures(found []*node) []*node {
	if n.is(nsDSig, "Signature") {
		return append(found, n)
	}
	for _, child := range n.children {
		found = child.signatures(found)
	}
	return found
}

// parts are the pieces of one Signature element.
type parts struct {
	signature  *node
	info       *node
	method     method // of SignedInfo
	references []*node
	value      []byte
	valueNode  *node
	keyInfo    *node
	properties *node // QualifyingProperties of XAdES, nil without
}

// verify checks one signature over the document without some.
func (t *tree) verify(signature *node, without []*node) Signer {
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
	content, covered, err := t.checkReferences(&p, without)
	if err == nil {
		err = s.qualify(&p, covered)
	}
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
	if len(children) < 2 || !children[0].is(nsDSig, "SignedInfo") || !children[1].is(nsDSig, "SignatureValue") {
		return p, malformed("a signature has SignedInfo and SignatureValue")
	}
	p.signature, p.info, p.valueNode = signature, children[0], children[1]
	if p.value, err = p.valueNode.base64(); err != nil {
		return p, err
	}
	rest := children[2:]
	if len(rest) > 0 && rest[0].is(nsDSig, "KeyInfo") {
		p.keyInfo, rest = rest[0], rest[1:]
	}
	for _, n := range rest {
		inside := n.elements()
		if !n.is(nsDSig, "Object") || len(inside) != 1 || !inside[0].is(nsXAdES, "QualifyingProperties") || p.properties != nil {
			return p, pki.Refuse(pki.Unsupported, fmt.Errorf("%s inside a signature", n.name))
		}
		p.properties = inside[0]
	}
	inside := p.info.elements()
	if len(inside) < 3 || !inside[0].is(nsDSig, "CanonicalizationMethod") || !inside[1].is(nsDSig, "SignatureMethod") {
		return p, malformed("SignedInfo has two methods and references")
	}
	if len(inside[1].elements()) > 0 {
		return p, pki.Refuse(pki.Unsupported, errors.New("parameters of a signature method"))
	}
	if p.references = inside[2:]; len(p.references) > maxReferences {
		return p, pki.Refuse(pki.TooLarge, fmt.Errorf("%d references", len(p.references)))
	}
	p.method, err = canonicalization(inside[0])
	return p, err
}

// certificates parses X509Data of KeyInfo. Other forms of naming a key say nothing that is used, and a
// certificate that cannot be read and nobody needs spoils nothing.
func (p *parts) certificates() ([]*pki.Certificate, error) {
	var out []*pki.Certificate
	count, unread := 0, pki.Refuse(pki.NoCertificate, errors.New("KeyInfo encloses no certificate"))
	if p.keyInfo != nil {
		for _, data := range p.keyInfo.elements() {
			if !data.is(nsDSig, "X509Data") {
				continue
			}
			for _, n := range data.elements() {
				if !n.is(nsDSig, "X509Certificate") {
					continue
				}
				if count++; count > maxCertificates {
					return nil, pki.Refuse(pki.TooLarge, errors.New("too many certificates"))
				}
				der, err := n.base64()
				if err != nil {
					return nil, err
				}
				c, err := pki.ParseCertificate(der)
				if err != nil {
					unread = err
					continue
				}
				out = append(out, c)
			}
		}
	}
	if len(out) == 0 {
		return nil, unread
	}
	return out, nil
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

package xmldsig

import (
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tereze/internal/eds/pki"
)

// checkReferences digests what every reference of a signature names. One has to be to the whole document;
// it is returned as it was digested without some signatures, with the elements that others are to.
func (t *tree) checkReferences(p *parts, without []*node) (content []byte, covered []*node, err error) {
	for _, n := range p.references {
		r, err := t.reference(n)
		switch {
		case err != nil:
			return nil, nil, err
		case r.whole && content != nil:
			return nil, nil, pki.Refuse(pki.Unsupported, errors.New("two references to the document"))
		case r.whole && !r.enveloped:
			return nil, nil, pki.Refuse(pki.Unsupported, errors.New("a reference to the document with its signature"))
		case r.whole:
			if content, err = r.check(without); err != nil {
				return nil, nil, p.elsewhere(t, err)
			}
			continue
		}
		if err := t.part(r, p.signature); err != nil {
			return nil, nil, err
		}
		covered = append(covered, r.target)
	}
	if content == nil {
		return nil, nil, pki.Refuse(pki.Wrapped, errors.New("no reference is to the whole document"))
	}
	return content, covered, nil
}

// elsewhere says of a signature that is not over the document it is in and stands deeper than the document's own
// do, that it was moved: the document it is over may be a part of this one.
func (p *parts) elsewhere(t *tree, err error) error {
	if p.signature.parent == t.root || pki.ReasonOf(err) != pki.WrongDocument {
		return err
	}
	return pki.Refuse(pki.Wrapped, errors.New("the signature stands inside another element, and what is signed is not the document"))
}

// reference is a Reference element, read.
type reference struct {
	target    *node // the document or an element
	whole     bool  // the document, or its root
	enveloped bool  // without the signature it stands in
	method
	digest asn1.ObjectIdentifier
	want   []byte
}

func (t *tree) reference(n *node) (r reference, err error) {
	if !n.is(nsDSig, "Reference") {
		return r, malformed("SignedInfo holds %s", n.name)
	}
	if r.target, err = t.target(n); err != nil {
		return r, err
	}
	r.whole = r.target == t.doc || r.target == t.root
	children := n.elements()
	if len(children) > 0 && children[0].is(nsDSig, "Transforms") {
		if r.enveloped, r.method, err = transforms(children[0]); err != nil {
			return r, err
		}
		children = children[1:]
	}
	if len(children) != 2 || !children[0].is(nsDSig, "DigestMethod") || !children[1].is(nsDSig, "DigestValue") {
		return r, pki.Refuse(pki.Unsupported, errors.New("a reference has transforms, a method and a value"))
	}
	uri, _ := children[0].attribute("Algorithm")
	if r.digest, err = digestMethod(uri); err != nil {
		return r, err
	}
	r.want, err = children[1].base64()
	return r, err
}

// check digests the target without some signatures.
func (r reference) check(without []*node) (content []byte, err error) {
	leave := map[*node]bool{}
	for _, n := range without {
		leave[n] = true
	}
	h, err := pki.NewDigest(r.digest)
	if err != nil {
		return nil, err
	}
	content = canonical(r.target, r.method, leave)
	h.Write(content)
	if subtle.ConstantTimeCompare(h.Sum(nil), r.want) != 1 {
		return nil, pki.Refuse(pki.WrongDocument, errors.New("the digest of what is signed is another"))
	}
	return content, nil
}

// part digests an element that is signed beside the document.
func (t *tree) part(r reference, signature *node) error {
	if err := t.spend(1); err != nil {
		return err
	}
	var without []*node
	if r.enveloped {
		without = []*node{signature}
	}
	_, err := r.check(without)
	return err
}

// spend refuses to digest the document so many times more than once for each signature.
func (t *tree) spend(times int) error {
	if t.spare -= times * len(t.data); t.spare < 0 {
		return pki.Refuse(pki.TooLarge, errors.New("a document of too many references and signatures for its length"))
	}
	return nil
}

// target is the document for URI="", or the one element with an Id.
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
	found := t.root.identified(id, nil)
	if len(found) != 1 {
		return nil, pki.Refuse(pki.Wrapped, fmt.Errorf("the reference is to %d elements", len(found)))
	}
	return found[0], nil
}

// hasID reports whether an attribute that programs take for an identifier has the value.
func (n *node) hasID(id string) bool {
	return slices.ContainsFunc(n.attrs, func(a attr) bool { return a.value == id && strings.EqualFold(a.name.local, "id") })
}

func (n *node) identified(id string, found []*node) []*node {
	if n.hasID(id) {
		found = append(found, n)
	}
	for _, child := range n.children {
		found = child.identified(id, found)
	}
	return found
}

// transforms wants enveloped-signature first where it is there, and at most one canonicalisation. Comments
// are left out whatever the canonicalisation says: a reference to "" or to an Id does not include them
// (XML Signature §4.4.3.3).
func transforms(n *node) (leave bool, m method, err error) {
	list := n.elements()
	for _, child := range list {
		if !child.is(nsDSig, "Transform") {
			return false, m, malformed("Transforms holds %s", child.name)
		}
	}
	if len(list) > 0 {
		if uri, _ := list[0].attribute("Algorithm"); uri == enveloped && len(list[0].elements()) == 0 {
			leave, list = true, list[1:]
		}
	}
	switch len(list) {
	case 0:
		return leave, m, nil
	case 1:
		m, err = canonicalization(list[0])
		m.comments = false
		return leave, m, err
	}
	return leave, m, pki.Refuse(pki.Unsupported, fmt.Errorf("%d transforms", len(list)))
}

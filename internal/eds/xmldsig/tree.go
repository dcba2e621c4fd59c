package xmldsig

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"tereze/internal/eds/pki"
)

// Caps on what is parsed.
const (
	// MaxDocument is the largest document accepted, in bytes.
	MaxDocument   = 16 << 20
	maxDepth      = 128
	maxAttributes = 256
	maxNodes      = 1 << 18 // elements, attributes, texts and the like together
	maxNamespaces = 1 << 10 // declarations in the whole document
)

const (
	nsXML   = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS = "http://www.w3.org/2000/xmlns/"
)

type kind int

const (
	document kind = iota
	element
	text
	comment
	instruction
)

// node is one node of the XPath model that canonicalisation is defined over.
type node struct {
	kind     kind
	name     name   // of an element
	attrs    []attr // without namespace declarations
	spaces   []attr // namespace declarations: name.local is the prefix, "" the default
	value    string // of text and comments; of an instruction "target data"
	parent   *node
	children []*node
}

type name struct{ prefix, local, uri string }

func (n name) String() string {
	if n.prefix == "" {
		return n.local
	}
	return n.prefix + ":" + n.local
}

type attr struct {
	name  name
	value string
}

// is reports whether n is the element with a namespace and a local name.
func (n *node) is(uri, local string) bool {
	return n.kind == element && n.name.uri == uri && n.name.local == local
}

// attribute is the value of one without a namespace.
func (n *node) attribute(local string) (string, bool) {
	for _, a := range n.attrs {
		if a.name.uri == "" && a.name.local == local {
			return a.value, true
		}
	}
	return "", false
}

// space resolves a prefix where n stands; "" is the default namespace.
func (n *node) space(prefix string) (string, bool) {
	if prefix == "xml" {
		return nsXML, true
	}
	for ; n != nil; n = n.parent {
		for _, s := range n.spaces {
			if s.name.local == prefix {
				return s.value, s.value != "" || prefix == ""
			}
		}
	}
	return "", prefix == ""
}

// tree is a parsed document and where in its bytes the root element ends.
type tree struct {
	doc, root *node
	data      []byte
	endTag    int  // offset of the root's end tag, or of "/>"
	empty     bool // the root is one empty-element tag
	spare     int  // octets that may still be digested a second time
}

func malformed(format string, args ...any) error {
	return pki.Refuse(pki.Malformed, fmt.Errorf(format, args...))
}

// parser reads tokens of encoding/xml, which checks entities and characters, and builds the tree itself:
// prefixes, repeated attributes and nesting are not what encoding/xml leaves to its callers to get wrong.
type parser struct {
	tree
	decoder *xml.Decoder
	at      *node
	depth   int
	nodes   int
	spaces  int
	closed  bool // the root has ended
}

// parse reads a document in UTF-8. A document type is refused, and with it every entity but the five
// that XML itself has.
func parse(data []byte) (*tree, error) {
	if len(data) > MaxDocument {
		return nil, pki.Refuse(pki.TooLarge, fmt.Errorf("a document of %d bytes", len(data)))
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if foreign(data) {
		return nil, pki.Refuse(pki.Unsupported, errors.New("a document in another encoding than UTF-8"))
	}
	if !utf8.Valid(data) || bytes.ContainsFunc(data, notXML) {
		return nil, malformed("characters that XML does not have")
	}
	p := &parser{decoder: xml.NewDecoder(bytes.NewReader(data))}
	p.data, p.doc = data, &node{kind: document}
	p.at = p.doc
	for {
		start := int(p.decoder.InputOffset())
		token, err := p.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("%w", err)
		}
		if p.nodes++; p.nodes > maxNodes || p.spaces > maxNamespaces {
			return nil, pki.Refuse(pki.TooLarge, errors.New("a document of too many nodes"))
		}
		if err := p.token(token, start, int(p.decoder.InputOffset())); err != nil {
			return nil, err
		}
	}
	if !p.closed {
		return nil, malformed("the document ends too early")
	}
	return &p.tree, nil
}

// foreign reports whether a document says that it is in another encoding: by the mark of UTF-16 or by its declaration.
func foreign(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true
	}
	declaration, _, _ := bytes.Cut(data[:min(len(data), 200)], []byte("?>"))
	if !bytes.HasPrefix(declaration, []byte("<?xml ")) {
		return false
	}
	_, named, found := bytes.Cut(declaration, []byte("encoding"))
	named = bytes.Trim(named, " \t\r\n=")
	if !found || len(named) < 2 {
		return false
	}
	name, _, _ := bytes.Cut(named[1:], named[:1])
	return !bytes.EqualFold(name, []byte("utf-8"))
}

// notXML reports what is no Char of XML 1.0, §2.2.
func notXML(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	}
	return r < 0x20 || r == 0xfffe || r == 0xffff
}

func (p *parser) token(token xml.Token, start, end int) error {
	switch t := token.(type) {
	case xml.StartElement:
		return p.open(t, start, end)
	case xml.EndElement:
		return p.close(t, start, end)
	case xml.CharData:
		if p.at == p.doc {
			if len(bytes.Trim(t, " \t\r\n")) > 0 {
				return malformed("text outside the root element")
			}
			return nil
		}
		p.add(&node{kind: text, value: string(t)})
	case xml.Comment:
		p.add(&node{kind: comment, value: lines(string(t))})
	case xml.ProcInst:
		if t.Target == "xml" {
			if start != 0 {
				return malformed("an XML declaration inside the document")
			}
			return nil
		}
		if strings.EqualFold(t.Target, "xml") || strings.Contains(t.Target, ":") {
			return malformed("processing instruction %q", t.Target)
		}
		value := t.Target
		if data := strings.TrimLeft(lines(string(t.Inst)), " \t\n"); data != "" {
			value += " " + data
		}
		p.add(&node{kind: instruction, value: value})
	case xml.Directive:
		return pki.Refuse(pki.Unsupported, errors.New("a document type declaration"))
	}
	return nil
}

// lines ends lines as XML 1.0 §2.11 wants; encoding/xml does it in text only.
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (p *parser) add(n *node) {
	n.parent = p.at
	p.at.children = append(p.at.children, n)
}

func (p *parser) open(t xml.StartElement, start, end int) error {
	if p.closed {
		return malformed("a second root element")
	}
	if p.depth++; p.depth > maxDepth {
		return pki.Refuse(pki.TooLarge, fmt.Errorf("elements nested deeper than %d", maxDepth))
	}
	if len(t.Attr) > maxAttributes {
		return pki.Refuse(pki.TooLarge, errors.New("an element of too many attributes"))
	}
	t, err := normalised(t, p.data[start:end])
	if err != nil {
		return err
	}
	n := &node{kind: element}
	p.add(n)
	if err := n.resolve(t); err != nil {
		return err
	}
	p.nodes += len(t.Attr)
	p.spaces += len(n.spaces)
	if p.at == p.doc {
		p.root = n
		p.empty = bytes.HasSuffix(p.data[start:end], []byte("/>"))
		p.endTag = end - len("/>")
	}
	p.at = n
	return nil
}

func (p *parser) close(t xml.EndElement, start, end int) error {
	if p.at == p.doc || t.Name.Space != p.at.name.prefix || t.Name.Local != p.at.name.local {
		return malformed("end of an element that is not open: %s", t.Name.Local)
	}
	p.depth--
	p.at = p.at.parent
	if p.at == p.doc {
		p.closed = true
		if start != end {
			p.endTag = start
		}
	}
	return nil
}

// resolve fills in name, namespaces and attributes of an element whose parent is known.
func (n *node) resolve(t xml.StartElement) error {
	for _, a := range t.Attr {
		switch {
		case strings.Contains(a.Name.Local, ":"):
			return malformed("attribute %q", a.Name.Local)
		case a.Name.Space == "xmlns":
			bound := a.Name.Local == "xmlns" || a.Value == "" || a.Value == nsXMLNS
			if bound || (a.Name.Local == "xml") != (a.Value == nsXML) {
				return malformed("namespace prefix %q", a.Name.Local)
			}
			if a.Name.Local != "xml" {
				n.spaces = append(n.spaces, attr{name{local: a.Name.Local}, a.Value})
			}
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			if a.Value == nsXML || a.Value == nsXMLNS {
				return malformed("default namespace %q", a.Value)
			}
			n.spaces = append(n.spaces, attr{name{}, a.Value})
		default:
			n.attrs = append(n.attrs, attr{name{prefix: a.Name.Space, local: a.Name.Local}, a.Value})
		}
	}
	if strings.Contains(t.Name.Local, ":") || t.Name.Space == "xmlns" {
		return malformed("element %q", t.Name.Local)
	}
	var ok bool
	n.name = name{prefix: t.Name.Space, local: t.Name.Local}
	if n.name.uri, ok = n.space(n.name.prefix); !ok {
		return malformed("prefix %q is not declared", n.name.prefix)
	}
	for i := range n.attrs {
		if a := &n.attrs[i].name; a.prefix != "" { // an attribute without a prefix is in no namespace
			if a.uri, ok = n.space(a.prefix); !ok {
				return malformed("prefix %q is not declared", a.prefix)
			}
		}
	}
	return n.sortAttributes()
}

// sortAttributes orders as canonical XML does, and refuses what occurs twice.
func (n *node) sortAttributes() error {
	byName := func(a, b attr) int {
		if c := strings.Compare(a.name.uri, b.name.uri); c != 0 {
			return c
		}
		return strings.Compare(a.name.local, b.name.local)
	}
	for _, list := range [][]attr{n.attrs, n.spaces} {
		slices.SortFunc(list, byName)
		for i := 1; i < len(list); i++ {
			if byName(list[i-1], list[i]) == 0 {
				return malformed("attribute %s twice", list[i].name)
			}
		}
	}
	return nil
}

// normalised replaces literal white space inside attribute values by blanks (XML 1.0 §3.3.3), which
// encoding/xml does not do, and cannot be done after it: a reference such as &#10; has to stay a line feed.
func normalised(t xml.StartElement, raw []byte) (xml.StartElement, error) {
	if !bytes.ContainsAny(raw, "\t\r\n") {
		return t, nil
	}
	clean := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	var quote byte
	for i, c := range clean {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote != 0 && (c == '\t' || c == '\n' || c == '\r'):
			clean[i] = ' '
		}
	}
	token, err := xml.NewDecoder(bytes.NewReader(clean)).RawToken()
	if start, ok := token.(xml.StartElement); ok && err == nil {
		return start, nil
	}
	return t, malformed("a tag that changes when it is read again")
}

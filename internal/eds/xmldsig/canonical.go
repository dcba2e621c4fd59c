package xmldsig

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
)

// method is one of the canonicalisations: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0.
type method struct {
	comments  bool
	exclusive bool
	eleven    bool
	prefixes  []string // InclusiveNamespaces of an exclusive one; "" is the default
}

// canonicalizer writes the octets of one node-set, in one pass. The libraries for it copy the tree below
// every element, which lets a deep document keep a processor busy, give an element its ancestors'
// declarations instead of its own, and undeclare in exclusive form what was not declared.
type canonicalizer struct {
	method
	out     bytes.Buffer
	without map[*node]bool // subtrees left out
	written map[string]string
}

// canonical writes n and what is below, without some subtrees. n is a document or an element; the
// result of an element carries the namespaces of where it stands.
func canonical(n *node, m method, without map[*node]bool) []byte {
	c := &canonicalizer{method: m, without: without, written: map[string]string{}}
	if n.kind == document {
		c.document(n)
	} else {
		c.element(n, true)
	}
	return c.out.Bytes()
}

// document writes the root and, on lines of their own, comments and instructions around it.
func (c *canonicalizer) document(doc *node) {
	before := true
	for _, n := range doc.children {
		if n.kind == element {
			before = false
			c.element(n, true)
			continue
		}
		if n.kind == comment && !c.comments {
			continue
		}
		if !before {
			c.out.WriteByte('\n')
		}
		c.leaf(n)
		if before {
			c.out.WriteByte('\n')
		}
	}
}

func (c *canonicalizer) leaf(n *node) {
	switch n.kind {
	case text:
		c.out.WriteString(escapeText(n.value))
	case comment:
		if c.comments {
			c.out.WriteString("<!--" + n.value + "-->")
		}
	case instruction:
		c.out.WriteString("<?" + n.value + "?>")
	}
}

func (c *canonicalizer) element(n *node, apex bool) {
	if c.without[n] {
		return
	}
	c.out.WriteString("<" + n.name.String())
	undo := c.spaces(n, apex)
	attrs := n.attrs
	if apex && !c.exclusive {
		attrs = c.inherited(n)
	}
	for _, a := range attrs {
		c.attribute(a.name.String(), a.value)
	}
	c.out.WriteByte('>')
	for _, child := range n.children {
		if child.kind == element {
			c.element(child, false)
		} else {
			c.leaf(child)
		}
	}
	c.out.WriteString("</" + n.name.String() + ">")
	for _, s := range undo {
		c.written[s.name.local] = s.value
	}
}

func (c *canonicalizer) attribute(key, value string) {
	c.out.WriteString(" " + key + `="`)
	c.out.WriteString(escapeValue(value))
	c.out.WriteByte('"')
}

// spaces writes the declarations that n needs and no ancestor has written, ordered by prefix, and
// returns what to put back after n.
func (c *canonicalizer) spaces(n *node, apex bool) (undo []attr) {
	var wanted []attr
	if c.exclusive {
		wanted = c.utilised(n)
	} else {
		wanted = n.spaces
		if apex {
			wanted = inScope(n)
		}
	}
	for _, s := range wanted {
		prefix := s.name.local
		if before := c.written[prefix]; before != s.value {
			undo = append(undo, attr{name{local: prefix}, before})
			c.written[prefix] = s.value
			if prefix == "" {
				c.attribute("xmlns", s.value)
			} else {
				c.attribute("xmlns:"+prefix, s.value)
			}
		}
	}
	return undo
}

// inScope lists the namespaces in scope at n, by prefix.
func inScope(n *node) (out []attr) {
	for at := n; at != nil; at = at.parent {
		for _, s := range at.spaces {
			if !slices.ContainsFunc(out, func(o attr) bool { return o.name.local == s.name.local }) {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, byPrefix)
	return out
}

func byPrefix(a, b attr) int { return strings.Compare(a.name.local, b.name.local) }

// utilised lists the namespaces that n visibly uses, and those of the prefix list that are in scope.
func (c *canonicalizer) utilised(n *node) (out []attr) {
	add := func(prefix, uri string) {
		if prefix != "xml" && !slices.ContainsFunc(out, func(o attr) bool { return o.name.local == prefix }) {
			out = append(out, attr{name{local: prefix}, uri})
		}
	}
	add(n.name.prefix, n.name.uri)
	for _, a := range n.attrs {
		if a.name.prefix != "" {
			add(a.name.prefix, a.name.uri)
		}
	}
	for _, prefix := range c.prefixes {
		if uri, ok := n.space(prefix); ok {
			add(prefix, uri)
		}
	}
	slices.SortFunc(out, byPrefix)
	return out
}

// inherited is the attributes of an apex with those in the XML namespace of its ancestors: all of them
// in 1.0; language, white space and the base, resolved against theirs, in 1.1 (§2.4).
func (c *canonicalizer) inherited(n *node) []attr {
	out := slices.Clone(n.attrs)
	for at := n.parent; at != nil; at = at.parent {
		for _, a := range at.attrs {
			local := a.name.local
			if a.name.uri != nsXML || c.eleven && local != "lang" && local != "space" && local != "base" {
				continue
			}
			i := slices.IndexFunc(out, func(o attr) bool { return o.name.uri == nsXML && o.name.local == local })
			if i < 0 {
				out = append(out, a)
			} else if c.eleven && local == "base" {
				out[i].value = resolved(a.value, out[i].value)
			}
		}
	}
	slices.SortFunc(out, func(a, b attr) int {
		if d := strings.Compare(a.name.uri, b.name.uri); d != 0 {
			return d
		}
		return strings.Compare(a.name.local, b.name.local)
	})
	return out
}

// resolved is a base inside another. One that is no address stays as it is: what is signed then has another
// canonical form for whoever can resolve it, and is refused.
func resolved(outer, inner string) string {
	base, err := url.Parse(outer)
	if err != nil {
		return inner
	}
	reference, err := url.Parse(inner)
	if err != nil {
		return inner
	}
	return base.ResolveReference(reference).String()
}

// escapeText and escapeValue write characters as canonical XML does; most strings have none to escape.
func escapeText(s string) string {
	return escape(s, "&<>\r", func(c byte) string {
		switch c {
		case '&':
			return "&amp;"
		case '<':
			return "&lt;"
		case '>':
			return "&gt;"
		}
		return "&#xD;"
	})
}

func escapeValue(s string) string {
	return escape(s, "&<\"\t\n\r", func(c byte) string {
		switch c {
		case '&':
			return "&amp;"
		case '<':
			return "&lt;"
		case '"':
			return "&quot;"
		case '\t':
			return "&#x9;"
		case '\n':
			return "&#xA;"
		}
		return "&#xD;"
	})
}

func escape(s, special string, by func(byte) string) string {
	if !strings.ContainsAny(s, special) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(special, s[i]) < 0 {
			b.WriteByte(s[i])
		} else {
			b.WriteString(by(s[i]))
		}
	}
	return b.String()
}

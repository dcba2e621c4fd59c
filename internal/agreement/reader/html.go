package reader

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// page walks the tokens of HTML and cuts paragraphs where elements begin and end. Lists of the page
// become indentation, ordered items the numbers a browser would draw.
type page struct {
	*cutter

	text    strings.Builder
	line    int // of the text gathered
	column  int
	lists   []list
	mark    string // of the list item not yet begun
	strict  int    // 1 inside an element whose line ends are spaces
	inside  bool   // inside an element at all
	heading bool
	brk     bool // the text gathered follows a line break, not the end of a paragraph
	skip    string
}

type list struct {
	ordered bool
	next    int
}

const maxLists = 16

func (c *cutter) html(s string) {
	p := page{cutter: c, line: 1, column: 1}
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(0) // the whole file was capped before
	line, column := 1, 1
	for !c.over {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := z.Raw()
		at, col := line, column
		for _, ch := range raw {
			column++
			if ch == '\n' {
				line++
				column = 1
			}
		}
		switch kind {
		case html.TextToken:
			if p.skip == "" {
				p.write(string(z.Text()), at, col)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(z, at)
		case html.EndTagToken:
			name, _ := z.TagName()
			p.close(string(name))
		}
	}
	p.flush(false)
}

// write takes text. Outside paragraphs its lines are lines: official texts mix both ways of writing.
func (p *page) write(s string, line, column int) {
	for {
		end := strings.IndexByte(s, '\n')
		part := s
		if end >= 0 {
			part = s[:end]
		}
		if p.text.Len() == 0 {
			p.line, p.column = line, column
		}
		if p.text.Len() > 0 || strings.TrimSpace(part) != "" || p.strict == 0 && !p.inside {
			p.text.WriteString(part)
		}
		if end < 0 {
			return
		}
		if p.strict > 0 {
			if p.text.Len() > 0 {
				p.text.WriteByte(' ')
			}
		} else {
			p.flush(strings.TrimSpace(part) != "")
		}
		s = s[end+1:]
		line++
		column = 1
	}
}

func (p *page) open(z *html.Tokenizer, line int) {
	raw, attributes := z.TagName()
	name := string(raw)
	if p.skip == "head" && (name == "body" || name == "p" || name == "div") {
		p.skip = "" // the end tag of head may be left out
	}
	if p.skip != "" {
		return
	}
	switch name {
	case "script", "style", "head", "title", "noscript", "template":
		p.flush(false)
		p.skip = name
	case "br":
		p.flush(true)
	case "ul", "ol":
		p.flush(false)
		l := list{ordered: name == "ol", next: 1}
		for attributes {
			var key, value []byte
			key, value, attributes = z.TagAttr()
			if n, rest := components(string(value)); string(key) == "start" && len(n) == 1 && rest == "" {
				l.next = n[0]
			}
		}
		if len(p.lists) < maxLists {
			p.lists = append(p.lists, l)
		}
	case "li":
		p.flush(false)
		p.begin()
		p.mark = "•"
		if n := len(p.lists); n > 0 && p.lists[n-1].ordered {
			p.mark = "ol"
		}
	case "p", "dt", "dd", "pre", "tr":
		p.flush(false)
		p.begin()
	case "h1", "h2", "h3", "h4", "h5", "h6":
		p.flush(false)
		p.begin()
		p.heading = true
	case "td", "th":
		p.write(" ", line, 1)
	case "hr":
		p.flush(false)
	case "div", "section", "article", "main", "body", "html", "blockquote", "table", "tbody", "dl", "center":
		p.flush(false)
		p.inside = name != "html" && name != "body"
	}
	if name == "pre" {
		p.strict = 0
	}
}

// begin opens a paragraph. The mark of a list item stays for <li><p>.
func (p *page) begin() { p.strict, p.inside, p.heading, p.brk = 1, true, false, false }

func (p *page) close(name string) {
	if p.skip != "" {
		if name == p.skip {
			p.skip = ""
		}
		return
	}
	switch name {
	case "ul", "ol":
		p.flush(false)
		if n := len(p.lists); n > 0 {
			p.lists = p.lists[:n-1]
		}
		p.mark = ""
		p.leave()
	case "li":
		p.flush(false)
		p.mark = ""
		p.leave()
	case "p", "dt", "dd", "pre", "tr", "h1", "h2", "h3", "h4", "h5", "h6",
		"div", "section", "article", "main", "blockquote", "table", "tbody", "dl", "center":
		p.flush(false)
		p.leave()
	}
}

// leave ends an element: text that comes next stands outside, unless a list is still open.
func (p *page) leave() {
	p.heading, p.brk = false, false
	p.inside = len(p.lists) > 0
	p.strict = len(p.lists)
}

// flush ends a paragraph.
func (p *page) flush(brk bool) {
	s := p.text.String()
	p.text.Reset()
	follows := p.brk
	p.brk = brk
	if strings.TrimSpace(s) == "" {
		return
	}
	b := block{line: p.line, column: p.column, indent: 2 * len(p.lists), heading: p.heading, loose: !p.inside, soft: follows && wrapped(p.last(), strings.TrimSpace(s), 0)}
	if !p.inside {
		b.indent = indentOf(s)
	}
	s = strings.TrimSpace(s)
	switch p.mark {
	case "•":
		s = "• " + s
	case "ol":
		s = p.ordinal(s)
	}
	p.mark = ""
	p.add(b, s)
}

func (p *page) last() string {
	if n := len(p.blocks); n > 0 {
		return p.blocks[n-1].raw
	}
	return ""
}

// ordinal gives an ordered item the number a browser would draw, unless the text has its own.
func (p *page) ordinal(s string) string {
	l := &p.lists[len(p.lists)-1]
	n := l.next
	l.next++
	if m, _, ok := parseNumber(clean(s[:min(len(s), 64)])); ok && !m.bare {
		return s
	}
	return strconv.Itoa(n) + ". " + s
}

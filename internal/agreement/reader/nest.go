package reader

import (
	"strconv"
	"strings"
)

// single reads an outer number in a document that has no numbers with levels: its place follows from
// indentation, or from the two sequences of sections and clauses.
func (b *builder) single(i int) {
	bl := &b.blocks[i]
	n := bl.mark.number()
	if b.apart != nested && (len(b.lists) == 0 || bl.mark.kind == division || bl.indent <= b.lists[0].indent) {
		b.lists = []level{{indent: bl.indent, last: n, clause: -1}}
		b.lists[0].clause = b.apartFrom(i)
		return
	}
	for len(b.lists) > 1 && bl.indent < b.lists[len(b.lists)-1].indent && !b.aligned(bl, n) {
		b.lists = b.lists[:len(b.lists)-1]
	}
	top := len(b.lists) - 1
	if top < 0 || bl.indent > b.lists[top].indent && !b.aligned(bl, n) && len(b.lists) < maxDepth {
		parent := -1
		if top >= 0 {
			parent = b.lists[top].clause
		}
		b.lists = append(b.lists, level{indent: bl.indent})
		top++
		b.lists[top].clause = b.under(parent, n, bl)
	} else {
		parent := -1
		if c := b.lists[top].clause; c >= 0 {
			parent = b.doc.Clauses[c].Parent
		}
		b.lists[top].indent = bl.indent
		b.lists[top].clause = b.under(parent, n, bl)
	}
	b.lists[top].last = n
	// A title over a deeper list is the heading of a section.
	next := b.outer[i]
	if c := b.lists[top].clause; c >= 0 && b.err == nil && bl.titleLike() && next < len(b.blocks) && b.blocks[next].indent > bl.indent {
		b.doc.Clauses[c].Section, b.doc.Clauses[c].Heading, b.doc.Clauses[c].Parts = true, bl.text, nil
	}
}

// aligned reports a number that only its digits moved: " 9." and "10." in one list.
func (b *builder) aligned(bl *block, n int) bool {
	top := b.lists[len(b.lists)-1]
	return n == top.last+1 && top.indent+len(strconv.Itoa(top.last)) == bl.indent+len(strconv.Itoa(n))
}

// under opens clause n of a parent.
func (b *builder) under(parent, n int, bl *block) int {
	if parent < 0 {
		return b.open(strconv.Itoa(n), -1, bl, false)
	}
	number := strconv.Itoa(n)
	if p := b.doc.Clauses[parent].Number; p != "" {
		number = p + "." + number
	}
	return b.openRelative(number, parent, bl)
}

func (b *builder) openRelative(number string, parent int, bl *block) int {
	i := b.open(number, parent, bl, false)
	if b.err == nil {
		b.doc.Clauses[i].relative = true
	}
	return i
}

// apartFrom reads a number where sections and clauses are numbered apart.
func (b *builder) apartFrom(i int) int {
	bl := &b.blocks[i]
	n := bl.mark.number()
	if b.headsApart(i) {
		b.section = n
		number := ""
		if b.apart == restarting {
			b.points, number = 0, strconv.Itoa(n)
		}
		b.chapter = b.open(number, -1, bl, true)
		return b.chapter
	}
	b.points = max(b.points, n)
	if b.apart == restarting {
		return b.under(b.chapter, n, bl)
	}
	return b.open(strconv.Itoa(n), b.chapter, bl, false)
}

// headsApart tells a section from a clause: sections have a name, or read as headings and continue
// their own sequence. A clause may read as a heading too where only the clauses' sequence goes on.
func (b *builder) headsApart(i int) bool {
	bl := &b.blocks[i]
	n := bl.mark.number()
	switch {
	case b.named || bl.mark.kind == division:
		return bl.mark.kind == division
	case n <= b.section:
		return false
	case bl.heading:
		return true
	}
	return bl.titleLike() && (n == b.section+1 || n <= b.points)
}

// item reads "3)": the third item of the clause it stands in.
func (b *builder) item(bl *block) {
	n := bl.mark.number()
	if b.host < 0 {
		b.open(strconv.Itoa(n), -1, bl, false)
		b.host = -1
		return
	}
	if number := b.doc.Clauses[b.host].Number; number == "" || b.written[number] {
		// No number to complete, or the text numbers the clauses under it in full: to complete this one
		// would make one up.
		b.bullet(bl)
		return
	}
	host, items := b.host, b.items
	at := len(items)
	for k := len(items) - 1; k >= 0; k-- { // the list this number continues, the innermost first
		if items[k].last == n-1 {
			at = k
			break
		}
	}
	if at == len(items) && at > 0 && !(n == 1 && bl.indent > items[at-1].indent && at+b.doc.Clauses[host].Level < maxDepth) {
		at = 0 // a number left out, or given twice
		for k := len(items) - 1; k > 0; k-- {
			if items[k].indent <= bl.indent {
				at = k
				break
			}
		}
	}
	parent := host
	if at > 0 {
		parent = items[at-1].clause
	}
	i := b.under(parent, n, bl)
	if b.err != nil {
		return
	}
	b.doc.Clauses[i].relative = true
	b.host = host
	b.items = append(items[:at], level{indent: bl.indent, last: n, clause: i})
}

// bullet adds a bullet to the clause it stands in; a bullet of a bullet belongs to that one.
func (b *builder) bullet(bl *block) {
	const deeper = 2 // columns that make a bullet one of the bullet above
	if b.cur < 0 {
		return
	}
	b.climb(bl)
	c := &b.doc.Clauses[b.cur]
	last := len(c.Parts) - 1
	if c.listed && c.Parts[last].Bullet && bl.indent >= c.list+deeper {
		c.Parts[last].lines = append(c.Parts[last].lines, bl.text)
		return
	}
	if !c.listed {
		c.listed, c.list = true, bl.indent
	}
	c.Parts = append(c.Parts, Part{Bullet: true, Line: bl.line, indent: bl.indent, lines: []string{bl.text}})
}

// climb leaves items that are indented deeper than the block.
func (b *builder) climb(bl *block) {
	for b.cur >= 0 {
		c := &b.doc.Clauses[b.cur]
		if !c.relative || c.indent <= bl.indent || c.Parent < 0 || b.apart == restarting {
			return
		}
		b.cur = c.Parent
	}
}

// paragraph reads a block without a mark.
func (b *builder) paragraph(i int) {
	bl := &b.blocks[i]
	if b.cur < 0 {
		return
	}
	if bl.loose && b.outer[i] == len(b.blocks) && !b.blocks[0].loose {
		b.doc.Tail = append(b.doc.Tail, bl.raw)
		return
	}
	if b.untitled(i) {
		b.chapter = b.open("", -1, bl, true)
		return
	}
	c := &b.doc.Clauses[b.cur]
	if last := len(c.Parts) - 1; last >= 0 && c.Parts[last].Bullet && bl.indent > c.Parts[last].indent {
		c.Parts[last].lines = append(c.Parts[last].lines, bl.raw)
		return
	}
	b.climb(bl)
	c = &b.doc.Clauses[b.cur]
	c.Parts = append(c.Parts, Part{Line: bl.line, lines: []string{bl.raw}})
}

// untitled reports a heading without a number: one by its markup, one that stands where the number of
// a section is left out, or a title between a finished clause and the next number.
func (b *builder) untitled(i int) bool {
	bl := &b.blocks[i]
	if bl.heading {
		return true
	}
	c := &b.doc.Clauses[b.cur]
	if !bl.titleLike() || c.relative && bl.indent > c.indent || len(c.Parts) == 0 {
		return false
	}
	lines := c.Parts[len(c.Parts)-1].lines
	if above := lines[len(lines)-1]; !ended(above) || strings.HasSuffix(above, ":") {
		return false
	}
	next := b.outer[i]
	if next == len(b.blocks) || len(b.blocks[next].mark.path) == 0 {
		return false
	}
	if next == i+1 {
		return true
	}
	return b.multi[0] < len(b.blocks) && b.blocks[next].mark.path[0] > b.section+1
}

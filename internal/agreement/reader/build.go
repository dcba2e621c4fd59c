package reader

import (
	"slices"
	"strconv"
	"strings"
)

// builder makes the clauses of one document.
type builder struct {
	blocks  []block
	doc     Document
	seen    map[string]int  // clause by number
	written map[string]bool // numbers under which the text writes others in full: 3.4 where it has 3.4.2
	err     error

	cur     int     // clause that takes paragraphs, -1 before the first
	host    int     // clause that completes the numbers of items
	section int     // number of the section being read
	items   []level // open lists of items under host
	lists   []level // open lists of single numbers that nest by indentation
	apart   numbering
	named   bool // sections have a name: 1-бөлім, Глава 1
	points  int  // last clause, where sections are numbered apart from clauses
	chapter int  // index of the section, where sections are numbered apart

	multi   []int // for each block the first number with several levels at or after it, len(blocks) for none
	outer   []int // for each block the next outer number after it
	singles []int // for each block the next outer number without levels after it
}

// level is an open list: where it is indented, the last number, the last clause.
type level struct{ indent, last, clause int }

// numbering says how single numbers of sections and of clauses stand to each other.
type numbering uint8

const (
	nested     numbering = iota // one sequence on every level
	continuing                  // sections 1, 2, 3 and clauses 1 to n through all of them
	restarting                  // clauses begin at 1 in every section: 2 within 3 is 3.2
)

func build(blocks []block) (Document, error) {
	first := 0
	for first < len(blocks) && !blocks[first].mark.numbered() {
		first++
	}
	b := builder{blocks: blocks[first:], seen: map[string]int{}, written: map[string]bool{}, cur: -1, host: -1, chapter: -1}
	front(&b.doc, blocks[:first])
	b.look()
	if len(b.blocks) > 0 && b.multi[0] == len(b.blocks) {
		b.apart = b.style()
	}
	for i := range b.blocks {
		b.take(i)
		if b.err != nil {
			return Document{}, b.err
		}
	}
	for i := range b.doc.Clauses {
		b.finish(&b.doc.Clauses[i])
	}
	if len(b.doc.Clauses) > 0 {
		b.doc.Line = b.doc.Clauses[0].Line
	}
	return b.doc, nil
}

// look prepares what the decisions below want to know of the blocks ahead.
func (b *builder) look() {
	n := len(b.blocks)
	b.multi, b.outer, b.singles = make([]int, n+1), make([]int, n+1), make([]int, n+1)
	b.multi[n], b.outer[n], b.singles[n] = n, n, n
	outer, single := n, n
	joined := 0
	for i := range b.blocks {
		m := b.blocks[i].mark
		if m.joined != nil {
			joined++
		}
		if m.kind == decimal && len(m.path) > 1 {
			b.written[dotted(m.path[:len(m.path)-1])] = true
		}
	}
	for i := n - 1; i >= 0; i-- {
		m := b.blocks[i].mark
		b.outer[i], b.singles[i] = outer, single
		b.multi[i] = b.multi[i+1]
		if m.kind == decimal && len(m.path) > 1 || m.kind == label || m.joined != nil && joined > 1 {
			b.multi[i] = i
		}
		if m.outer() {
			outer = i
			if len(m.path) == 1 {
				single = i
			}
		}
	}
}

// finish joins paragraphs and takes the heading of a section from the line under its number.
func (b *builder) finish(c *Clause) {
	for i := range c.Parts {
		c.Parts[i].settle()
	}
	if c.Section && c.Heading == "" && len(c.Parts) > 0 && !c.Parts[0].Bullet && titleLike(c.Parts[0].Text) {
		c.Heading, c.Parts = c.Parts[0].Text, c.Parts[1:]
	}
}

// style decides how single numbers are meant. Sections numbered apart show in the first two numbers,
// both 1 at one depth and the first of them a heading, or in the names of the sections.
func (b *builder) style() numbering {
	var tops []int
	for i, bl := range b.blocks {
		if bl.mark.kind == division || bl.mark.kind == decimal && (len(tops) == 0 || bl.indent <= b.blocks[tops[0]].indent) {
			tops = append(tops, i)
			b.named = b.named || bl.mark.kind == division
		}
	}
	if len(tops) < 2 {
		return nested
	}
	first, second := &b.blocks[tops[0]], &b.blocks[tops[1]]
	if b.named {
		points := 0
		for _, i := range tops {
			if b.blocks[i].mark.kind == decimal {
				points++
			}
		}
		if points == 0 {
			return nested
		}
	} else if first.mark.number() != 1 || second.mark.number() != 1 || !first.titleLike() {
		return nested
	}
	sections := 0
	for k, i := range tops {
		if k+1 == len(tops) || !b.heads(i, sections) {
			continue
		}
		sections++
		if next := &b.blocks[tops[k+1]]; sections >= 2 && next.mark.kind == decimal && next.mark.number() == 1 {
			return restarting
		}
	}
	return continuing
}

// heads reports whether a single number may head the section after the given one.
func (b *builder) heads(i, section int) bool {
	bl := &b.blocks[i]
	if b.named || bl.mark.kind == division {
		return bl.mark.kind == division
	}
	return bl.mark.number() == section+1 && bl.titleLike()
}

// take reads one block.
func (b *builder) take(i int) {
	bl := &b.blocks[i]
	switch {
	case bl.mark.kind == label:
		b.label(bl)
	case bl.mark.kind == item:
		b.item(bl)
	case bl.mark.kind == bullet:
		b.bullet(bl)
	case bl.mark.kind == unmarked:
		b.paragraph(i)
	case b.multi[0] < len(b.blocks):
		b.levels(i)
	default:
		b.single(i)
	}
}

// open begins a clause. Under a parent the number is the parent's with n added; the number of a
// section that is counted apart stays empty.
func (b *builder) open(number string, parent int, bl *block, section bool) int {
	c := Clause{Number: number, Parent: parent, Level: 1, Section: section, Line: bl.line, column: bl.column, indent: bl.indent}
	if parent >= 0 {
		c.Level = b.doc.Clauses[parent].Level + 1
	}
	if number != "" {
		if before, ok := b.seen[number]; ok {
			b.err = duplicate(number, &b.doc.Clauses[before], &c)
			return b.cur
		}
		b.seen[number] = len(b.doc.Clauses)
	}
	if section {
		c.Heading = bl.text
	} else if bl.text != "" {
		c.Parts = []Part{{Line: bl.line, lines: []string{bl.text}}}
	}
	b.doc.Clauses = append(b.doc.Clauses, c)
	b.cur = len(b.doc.Clauses) - 1
	b.host, b.items = b.cur, nil
	return b.cur
}

func (b *builder) label(bl *block) {
	b.open(bl.mark.label, b.chapter, bl, false)
}

// levels reads an outer number in a document whose numbers have several levels.
func (b *builder) levels(i int) {
	bl := &b.blocks[i]
	m := bl.mark
	if m.joined != nil && b.joins(m) {
		m.path, bl.text = m.joined, m.after
	}
	if len(m.path) > 1 {
		b.section = m.path[0]
		b.open(dotted(m.path), b.parent(m.path), bl, false)
		return
	}
	n := m.number()
	if b.host >= 0 && !b.startsSection(i) && b.inList(i) {
		b.item(bl)
		return
	}
	if before, ok := b.seen[dotted(m.path)]; ok && bl.heading && bl.text == "" && before == b.cur && len(b.doc.Clauses[before].Parts) == 0 {
		return // a section that is itself a clause: its heading, then its number again over the text
	}
	b.section = n
	b.chapter = b.open(strconv.Itoa(n), -1, bl, bl.titleLike() || bl.text == "" || b.coming(i) == n)
}

// joins decides "3. 2. Text": 3.2 where that is the next number in the section, else clause 3 that opens with a number.
func (b *builder) joins(m mark) bool {
	_, ok := b.seen[dotted(m.joined[:len(m.joined)-1])]
	if !ok {
		return false
	}
	last := m.joined[len(m.joined)-1]
	before := append(slices.Clone(m.joined[:len(m.joined)-1]), last-1)
	_, follows := b.seen[dotted(before)]
	return follows || last == 1
}

// coming is the section to which the next number with levels belongs, 0 for none.
func (b *builder) coming(i int) int {
	if k := b.multi[i]; k < len(b.blocks) && len(b.blocks[k].mark.path) > 0 {
		return b.blocks[k].mark.path[0]
	}
	return 0
}

// startsSection tells a section from an item written "2." in a list under a clause.
func (b *builder) startsSection(i int) bool {
	bl := &b.blocks[i]
	n := bl.mark.number()
	if bl.mark.kind == division || bl.heading || bl.mark.bare {
		return true
	}
	listed := len(b.items) > 0 && b.items[len(b.items)-1].last == n-1
	if n > b.section && b.coming(i) == n && b.singles[i] >= b.multi[i] {
		return true // nothing but its own clauses follow
	}
	if listed || n == 1 && b.section >= 1 {
		return false
	}
	return n > b.section && bl.titleLike() || b.host < 0 || len(b.items) == 0
}

// inList reports whether "1." under a clause that writes the numbers of its clauses in full begins or
// goes on with a list; without a colon or a list before it, it is a section again.
func (b *builder) inList(i int) bool {
	if !b.written[b.doc.Clauses[b.host].Number] || strings.HasSuffix(b.blocks[i-1].raw, ":") {
		return true
	}
	parts := b.doc.Clauses[b.cur].Parts
	return len(parts) > 0 && parts[len(parts)-1].Bullet
}

// parent is the clause whose number is the longest beginning of the path.
func (b *builder) parent(path []int) int {
	for n := len(path) - 1; n > 0; n-- {
		if i, ok := b.seen[dotted(path[:n])]; ok {
			return i
		}
	}
	return -1
}

func dotted(path []int) string {
	out := make([]byte, 0, 4*len(path))
	for i, n := range path {
		if i > 0 {
			out = append(out, '.')
		}
		out = strconv.AppendInt(out, int64(n), 10)
	}
	return string(out)
}

package reader

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tereze/internal/fault"
)

// Split cuts a text into its documents and their clauses.
//
// It refuses import.no_clauses where nothing is numbered, import.duplicate_clause where two clauses of
// one document have one number (both places named), and import.too_many_lines.
func Split(t Text) ([]Document, error) {
	blocks, err := blocksOf(t)
	if err != nil {
		return nil, err
	}
	var documents []Document
	title := ""
	for _, s := range segments(blocks) {
		d, err := build(blocks[s.from:s.to])
		if err != nil {
			return nil, err
		}
		if title != "" {
			d.Title, title = title, ""
		}
		// A list of headings before the text, a table of contents or the steps of a form, is no document.
		if s.contents {
			title = d.Title
			continue
		}
		if len(d.Clauses) > 0 {
			documents = append(documents, d)
		}
	}
	if len(documents) == 0 {
		return nil, fault.New(fault.Invalid, "import.no_clauses")
	}
	return documents, nil
}

// segment is the part of the blocks that one document takes.
type segment struct {
	from, to int
	contents bool // nothing but numbered headings, with the text they announce after it
}

// boundaries finds where documents begin: a title, then a numbering that starts again at one.
type boundaries struct {
	started  bool // number 1 of the outermost level was seen
	inner    bool // 1.1 was seen
	headings bool // all numbers so far were headings
	count    int
	last     int // last single number
	indent   int // of the first single number
	title    int // first title since the last number, -1 for none
	opened   bool
}

func segments(blocks []block) []segment {
	var out []segment
	fresh := boundaries{headings: true, indent: -1, title: -1}
	from, at := 0, fresh
	for i := range blocks {
		b := &blocks[i]
		if !b.mark.numbered() {
			if b.mark.kind == unmarked && at.title < 0 && b.titleLike() {
				at.title = i
			}
			continue
		}
		if len(out) < maxDocuments-1 && at.restarts(blocks, i) {
			cut := i
			if at.title >= 0 {
				cut = at.title
			}
			contents := at.headings && at.count >= 2
			out = append(out, segment{from: from, to: cut, contents: contents})
			from, at = cut, fresh
		}
		at.take(b)
	}
	return append(out, segment{from: from, to: len(blocks)})
}

func (at *boundaries) restarts(blocks []block, i int) bool {
	b := &blocks[i]
	if b.mark.kind == label || b.mark.number() != 1 || b.mark.kind == item {
		return false
	}
	if len(b.mark.path) == 2 && b.mark.path[0] == 1 {
		return at.inner && at.title >= 0 || at.headings && at.count >= 2 && at.last > 1
	}
	if len(b.mark.path) != 1 || !at.started || at.indent >= 0 && b.indent > at.indent {
		return false
	}
	if strings.HasSuffix(blocks[i-1].raw, ":") {
		return false // items of the clause that ends with the colon
	}
	if at.headings && at.count >= 2 && b.titleLike() {
		return true
	}
	return at.title >= 0 && !at.opened
}

func (at *boundaries) take(b *block) {
	at.title = -1
	at.count++
	at.opened = false
	if b.mark.kind == label {
		return
	}
	if b.mark.kind == item || !b.titleLike() {
		at.headings = false
	}
	switch len(b.mark.path) {
	case 1:
		if b.mark.kind != item {
			at.opened, at.last = b.titleLike(), b.mark.path[0]
			if at.indent < 0 {
				at.indent = b.indent
			}
			at.started = at.started || b.mark.path[0] == 1
		}
	case 2:
		at.inner = at.inner || b.mark.path[0] == 1 && b.mark.path[1] == 1
		at.started = at.started || at.inner
	}
}

// front reads the title and the preamble: the title is the line before the first prose, or the longest
// line where there is none, for around it stand menus and the names of languages.
func front(d *Document, blocks []block) {
	const prose = 80 // characters; menus and captions are shorter
	first := slices.IndexFunc(blocks, func(b block) bool { return !b.titleLike() && utf8.RuneCountInString(b.raw) >= prose })
	if first < 0 {
		first = len(blocks)
	}
	for i := first - 1; i >= 0; i-- {
		if b := &blocks[i]; b.titleLike() {
			if len(b.raw) >= len(d.Title) {
				d.Title = b.raw
			}
			if first < len(blocks) || b.heading {
				d.Title = b.raw
				break
			}
		}
	}
	for _, b := range blocks[first:] {
		if !b.titleLike() {
			d.Preamble = append(d.Preamble, b.raw)
		}
	}
}

func (p *Part) settle() {
	if p.lines != nil {
		p.Text, p.lines = strings.Join(p.lines, " "), nil
	}
}

// duplicate is the refusal of two clauses with one number. Where both stand in one line, as in HTML
// without line ends, the columns tell them apart.
func duplicate(number string, first, second *Clause) error {
	a, b := strconv.Itoa(first.Line), strconv.Itoa(second.Line)
	if a == b {
		a, b = a+":"+strconv.Itoa(first.column), b+":"+strconv.Itoa(second.column)
	}
	return fault.New(fault.Invalid, "import.duplicate_clause").With("number", number).With("first", a).With("second", b)
}

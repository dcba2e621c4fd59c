package reader

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tereze/internal/fault"
)

// block is a paragraph of the text with the mark at its head.
type block struct {
	line, column int
	indent       int
	soft         bool // a line that may only go on from the line above
	heading      bool // a heading by its markup
	loose        bool // HTML: outside of every element
	mark         mark
	text         string // after the mark
	raw          string // with it
}

// unmark makes the block ordinary text: its number turned out to be a mention, not a mark.
func (b *block) unmark() { b.mark, b.text = mark{}, b.raw }

// titleLike reports a line that reads as a title: short, and not ended as sentences are.
func (b *block) titleLike() bool {
	return b.heading || titleLike(b.text)
}

func titleLike(s string) bool {
	if s == "" || len(s) > 600 || utf8.RuneCountInString(s) > 200 {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	if last == '.' && len(s) > 12 && strings.ToUpper(s) == s {
		return true // GENERAL TERMS.
	}
	return !strings.ContainsRune(".;:,!?…", last) && strings.ContainsFunc(s, unicode.IsLetter)
}

// ended reports whether a paragraph is complete, so that what follows need not be its continuation.
func ended(s string) bool {
	s = strings.TrimRight(s, "»”\")’* \u00a0")
	last, _ := utf8.DecodeLastRuneInString(s)
	if !strings.ContainsRune(".;:!?…", last) {
		return false
	}
	word := s[strings.LastIndexAny(s, " \u00a0(")+1:]
	switch strings.ToLower(word) {
	case "п.", "пп.", "ст.", "подп.", "пункт.", "гл.", "разд.", "т.", "б.", "cl.", "art.", "no.":
		return false // an abbreviation before a number: "as cl. / 4.2 says"
	}
	return true
}

// blocksOf cuts the text into marked paragraphs. It refuses import.too_many_lines.
func blocksOf(t Text) ([]block, error) {
	c := cutter{format: t.Format}
	switch t.Format {
	case HTML:
		c.html(t.Content)
	default:
		c.lines(t.Content, 1)
	}
	if c.over {
		return nil, fault.New(fault.Invalid, "import.too_many_lines").With("limit", strconv.Itoa(maxBlocks))
	}
	return settle(c.blocks), nil
}

// cutter gathers blocks.
type cutter struct {
	format Format
	blocks []block
	over   bool
}

// add appends a paragraph; the raw text may still have Markdown marks.
func (c *cutter) add(b block, s string) {
	if len(c.blocks) >= maxBlocks {
		c.over = true
		return
	}
	s = clean(s)
	if s == "" {
		return
	}
	if c.format != HTML {
		s = c.markdown(&b, s)
	}
	b.raw = s
	b.mark, b.text = parseMark(s)
	if b.heading && b.mark.kind == unmarked || b.heading && b.text != "" {
		if m, ok := parseLabel(s); ok {
			b.mark, b.text = m, ""
		}
	}
	c.blocks = append(c.blocks, b)
}

// markdown takes off heading marks and emphasis. The bullet of a list stays: parseMark reads it.
func (c *cutter) markdown(b *block, s string) string {
	if rest, ok := atx(s); ok {
		b.heading = true
		s = rest
	}
	if c.format != Markdown {
		return s
	}
	s = strings.TrimSpace(strings.TrimPrefix(s, "> "))
	lead := ""
	for _, bullet := range []string{"* ", "+ ", "- "} {
		if strings.HasPrefix(s, bullet) {
			lead, s = bullet, s[len(bullet):]
		}
	}
	return lead + clean(plainInline(s))
}

// atx reads "## Heading ##".
func atx(s string) (string, bool) {
	rest := strings.TrimLeft(s, "#")
	level := len(s) - len(rest)
	if level == 0 || level > 6 || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return s, false
	}
	return strings.TrimSpace(strings.TrimRight(rest, "# ")), true
}

// plainInline takes off emphasis, escapes, code ticks and link addresses.
func plainInline(s string) string {
	if !strings.ContainsAny(s, "\\*_`[") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '\\' && i+1 < len(s) && strings.IndexByte("\\`*_{}[]()#+-.!>|", s[i+1]) >= 0:
			i++
			out.WriteByte(s[i])
		case ch == '*' || ch == '`' || ch == '[':
		case ch == '_' && i+1 < len(s) && s[i+1] == '_':
			i++
		case ch == ']':
			if i+1 < len(s) && s[i+1] == '(' {
				if end := strings.IndexByte(s[i:min(len(s), i+2048)], ')'); end > 0 {
					i += end
				}
			}
		default:
			out.WriteByte(ch)
		}
	}
	return out.String()
}

// clean makes every run of white space, no-break spaces among them, one space.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

// lines cuts plain text or Markdown, first being the number of its first line.
func (c *cutter) lines(s string, first int) {
	width := widest(s)
	line, blank, before := first-1, true, ""
	for text := range strings.Lines(s) {
		line++
		text = strings.TrimRight(text, "\n")
		trimmed := strings.TrimSpace(text)
		if trimmed == "" {
			blank = true
			continue
		}
		if rule(trimmed) {
			// "----" under a line makes that line a heading; alone it only parts paragraphs.
			if n := len(c.blocks); !blank && n > 0 && c.format == Markdown && strings.Trim(trimmed, "-=") == "" {
				c.blocks[n-1].heading = true
			}
			blank = true
			continue
		}
		b := block{line: line, column: 1, indent: indentOf(text), soft: !blank && wrapped(before, trimmed, width)}
		c.add(b, trimmed)
		blank, before = false, trimmed
	}
}

// rule reports a line drawn with signs.
func rule(s string) bool {
	return len(s) >= 3 && (strings.Trim(s, "-") == "" || strings.Trim(s, "=") == "" || strings.Trim(s, "*") == "" || strings.Trim(s, "_") == "")
}

// widest is the length in characters of the longest line.
func widest(s string) int {
	width := 0
	for line := range strings.Lines(s) {
		width = max(width, utf8.RuneCountInString(line))
	}
	return width
}

// wrapped reports whether a line goes on from the one before: that one was full to the margin, or this
// one begins as no paragraph does. Lines longer than any margin are paragraphs each.
func wrapped(before, line string, width int) bool {
	const margin = 132
	r, _ := utf8.DecodeRuneInString(line)
	if unicode.IsLower(r) && !ended(before) {
		_, rest := firstWord(line)
		return !strings.HasPrefix(rest, ")") || utf8.RuneCountInString(line)-utf8.RuneCountInString(rest) > 1
	}
	if width > margin || width < 40 {
		return false
	}
	word, _, _ := strings.Cut(line, " ")
	return (utf8.RuneCountInString(before)+utf8.RuneCountInString(word)+1)*10 >= width*9
}

// indentOf counts leading white space, a tab as four.
func indentOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == '\t':
			n += 4 - n%4
		case unicode.IsSpace(r):
			n++
		default:
			return n
		}
	}
	return n
}

// settle joins wrapped lines into paragraphs and withdraws marks that the place of a line does not bear
// out: mentions of clauses at the head of a wrapped line, dashes of a sentence, single numbers that
// head no section.
func settle(blocks []block) []block {
	labels := false
	out := blocks[:0]
	var lines []string // of the last paragraph, joined once when it ends
	end := func() {
		if n := len(out); n > 0 && len(lines) > 0 {
			last := &out[n-1]
			tail := strings.Join(lines, " ")
			last.raw, last.text = last.raw+" "+tail, strings.TrimSpace(last.text+" "+tail)
			lines = lines[:0]
		}
	}
	above := block{heading: true}
	for _, b := range blocks {
		labels = labels || b.heading && b.mark.kind == decimal && b.text == ""
		listed := b.mark.kind == bullet && above.mark.kind == bullet || b.mark.kind == item && above.mark.kind == item
		goesOn := b.soft && !b.heading && !above.heading && (b.mark.kind == unmarked || !ended(above.raw) && !listed)
		if goesOn {
			lines = append(lines, b.raw)
			above.raw = b.raw
			continue
		}
		end()
		out = append(out, b)
		above = b
	}
	end()
	withdraw(out, labels)
	return out
}

// withdraw makes text of single numbers and labels that head nothing. Labels count only where clauses
// stand under headings that are their numbers, as the packs write them.
func withdraw(blocks []block, labels bool) {
	follows := mark{}
	for i := len(blocks) - 1; i >= 0; i-- {
		b := &blocks[i]
		m := b.mark
		switch {
		case m.bare && !b.heading && !(titleLike(b.text) && len(follows.path) > 1 && follows.path[0] == m.path[0]),
			m.roman && !b.titleLike(),
			m.kind == label && m.path == nil && !labels:
			b.unmark()
		}
		if b.mark.outer() {
			follows = b.mark
		}
	}
}

// Package reader reads official texts of agreements: bytes in, documents with numbered clauses out.
//
// It owns the grammar of numbering (levels, items, bullets, headings, nesting), the boundary between
// two documents of one file, and the comparison of a text with the clauses of an edition. It never
// makes up a number: a clause has the number that stands in the text or that its nesting gives it.
// It opens no file and changes no edition; agreement makes the draft from what it hands back.
package reader

// MaxSize is the largest file read, in bytes: the longest official text is a hundred times smaller.
const MaxSize = 8 << 20

const (
	maxBlocks    = 100_000 // paragraphs; keeps memory in proportion when a file is nothing but short lines
	maxDocuments = 32      // in one file; a title and a number 1 after that are read as text of the last
	maxDepth     = 9       // levels of numbering; deeper is not numbering but noise
	maxNumber    = 999     // one component of a number; larger ones are years, telephones, amounts
)

// Format says how the text was written.
type Format string

// The formats a text is recognised to have.
const (
	Plain    Format = "plain"
	HTML     Format = "html"
	Markdown Format = "markdown"
)

// Text is a file decoded, its line ends made one, its format recognised.
type Text struct {
	Format   Format
	Encoding string // "utf-8" or "windows-1251"
	Content  string
}

// Document is one document of a text: a file may hold several, one after another.
type Document struct {
	Title    string
	Line     int      // where its first clause begins
	Preamble []string // prose between the title and the first number
	Clauses  []Clause // in the order of the text
	Tail     []string // what stands after the last clause, where the text shows that it is outside
}

// Clause is a numbered clause, an item of one, or a section heading.
type Clause struct {
	Number  string // "1.17.2"; empty for a heading without a number, or numbered apart from the clauses
	Level   int    // 1 for the outermost
	Parent  int    // index in Document.Clauses, -1 for none
	Section bool   // a heading over clauses
	Heading string // of a section
	Line    int
	Parts   []Part // paragraphs and bullets, in order; an item with a number is a clause of its own

	column   int
	indent   int
	relative bool // its number was completed from the clause it stands in
	listed   bool // it has bullets
	list     int  // indentation of the first
}

// Part is a paragraph or a bullet of a clause.
type Part struct {
	Text   string
	Bullet bool
	Line   int

	indent int
	lines  []string // while reading: joined once, so that a long paragraph costs no more than its length
}

// Text is the clause without its bullets: paragraphs with an empty line between them.
func (c Clause) Text() string { return c.join(false) }

// Whole is the clause with its bullets, each a paragraph.
func (c Clause) Whole() string { return c.join(true) }

// Bullets are the bullets of the clause in order.
func (c Clause) Bullets() []Part {
	var out []Part
	for _, p := range c.Parts {
		if p.Bullet {
			out = append(out, p)
		}
	}
	return out
}

func (c Clause) join(bullets bool) string {
	n := 0
	for _, p := range c.Parts {
		n += len(p.Text) + 2
	}
	out := make([]byte, 0, n)
	for _, p := range c.Parts {
		if p.Text == "" || p.Bullet && !bullets {
			continue
		}
		if len(out) > 0 {
			out = append(out, "\n\n"...)
		}
		out = append(out, p.Text...)
	}
	return string(out)
}

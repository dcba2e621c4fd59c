// Package clause binds the clauses of an agreement to rules and answers which rule is in force.
//
// It owns rule definitions, their parameters, periods, citations, and the books compiled from
// editions. It knows no portal by name, reads no file and keeps nothing: agreement hands it what
// is written and when it is in force, the rooms above define their rules beside the code that
// enforces them.
package clause

import "strconv"

// Kind says what a clause asks of the program.
type Kind string

// The kinds of the clause list: the program provides a mechanism, people judge a content rule,
// a declaratory clause is shown.
const (
	Mechanism   Kind = "mechanism"
	ContentRule Kind = "content-rule"
	Declaratory Kind = "declaratory"
)

// Citation names a clause of one edition: what a page, a notice or a piece of evidence refers to.
type Citation struct {
	Portal   string
	Document string
	Edition  int
	Clause   string
}

// Zero reports whether nothing is cited.
func (c Citation) Zero() bool { return c.Clause == "" }

// String is the citation in its written form, portal/document@edition#clause.
func (c Citation) String() string {
	if c.Zero() {
		return ""
	}
	return c.Portal + "/" + c.Document + "@" + strconv.Itoa(c.Edition) + "#" + c.Clause
}

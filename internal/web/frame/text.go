package frame

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Sections sets the text of an edition in the language of the visit. prefix keeps anchors apart
// where a page shows several documents; it is empty where citations lead. note says what a clause
// does in the portal; nil: nothing is said.
func (f *Frame) Sections(v gate.Visit, content agreement.Content, prefix string, note func(agreement.Clause) string) []design.Section {
	var out []design.Section
	for i, c := range content.Clauses {
		if i == 0 || c.Heading != nil {
			out = append(out, design.Section{Heading: f.In(v, c.Heading)})
		}
		clause := design.Clause{
			Anchor: prefix + Anchor(c.Number), Number: f.ClauseNumber(v, c.Number), Paragraphs: strings.Split(f.In(v, c.Text), "\n\n"),
		}
		if note != nil {
			clause.Note = note(c)
		}
		last := &out[len(out)-1]
		last.Clauses = append(last.Clauses, clause)
	}
	return out
}

// SeenValue is an edition in a hidden field, "document:number": what the person was shown.
func SeenValue(document string, number int) string { return document + ":" + strconv.Itoa(number) }

// ReadSeen reads the hidden fields back. What is not in the form was not shown; agreement checks
// the rest against what is in force.
func ReadSeen(r *http.Request) []agreement.Seen { return SeenIn(r.PostForm["seen"]) }

// SeenIn reads values of SeenValue.
func SeenIn(values []string) []agreement.Seen {
	var out []agreement.Seen
	for _, value := range values {
		document, digits, ok := strings.Cut(value, ":")
		number, err := strconv.Atoi(digits)
		if ok && err == nil {
			out = append(out, agreement.Seen{Document: document, Edition: number})
		}
	}
	return out
}

// ReadForm parses a form. Refusals: Invalid "form.large" for one longer than the gate takes, "form.encoding" for a
// body that is none.
func ReadForm(r *http.Request) error {
	err := r.ParseForm()
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.Invalid, "form.large").Wrap(err)
	}
	if err != nil {
		return fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	return nil
}

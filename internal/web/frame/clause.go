package frame

import (
	"strings"

	"tereze/internal/gate"
)

// ClauseName is a clause in words: "clause 5.3". What a document does not number, its preamble, its closing
// words, what stands on the page itself, is called by what it is; the letters by which packs and evidence
// name it mean nothing to a citizen.
func (f *Frame) ClauseName(v gate.Visit, number string) string {
	if name, part := unnumbered(number); name != "" {
		if part == "" {
			return f.Say(v, "frame.clause."+name)
		}
		return f.Say(v, "frame.clause."+name+"_part", "part", part)
	}
	return f.Say(v, "frame.clause", "clause", number)
}

// ClauseNumber is what stands before the text of a clause: its number, or what it is called.
func (f *Frame) ClauseNumber(v gate.Visit, number string) string {
	if name, _ := unnumbered(number); name != "" {
		called := []rune(f.ClauseName(v, number))
		return strings.ToUpper(string(called[:1])) + string(called[1:])
	}
	return number
}

// unnumbered tells the clauses that have no number of their own, and which part of several it is.
func unnumbered(number string) (name, part string) {
	switch {
	case number == "END":
		return "closing", ""
	case number == "REF":
		return "references", ""
	case number == "P":
		return "preamble", ""
	case strings.HasPrefix(number, "UI-"):
		return "page", strings.TrimPrefix(number, "UI-")
	case len(number) == 2 && number[0] == 'P' && number[1] >= '1' && number[1] <= '9':
		return "preamble", number[1:]
	}
	return "", ""
}

package content

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tereze/internal/fault"
)

// Lengths of what is published, in characters.
const (
	MaxTitle = 150
	MaxText  = 10000
)

// Draft is what somebody wants to be published, as it was typed.
type Draft struct {
	Section string
	Title   string
	Text    string
}

// check undoes what forms do to the ends of lines, and refuses what cannot be published: nothing, too much, what
// is no text, control characters. Every other character stays as it was typed, also those that nobody sees
// (direction marks, joiners of emoji) and those that a careless page would take for markup: what is
// published is neither judged nor altered by a program (ismet R26).
func (d *Draft) check() fault.Faults {
	d.Title, d.Text = strings.ReplaceAll(d.Title, "\r\n", "\n"), strings.ReplaceAll(d.Text, "\r\n", "\n")
	var wrong fault.Faults
	for _, f := range []*fault.Fault{check("headline", d.Title, MaxTitle, ""), check("text", d.Text, MaxText, "\n\t")} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// check refuses a field; controls are the control characters that may stand in it.
func check(field, s string, most int, controls string) *fault.Fault {
	switch {
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case strings.TrimSpace(s) == "":
		return fault.New(fault.Invalid, "form.empty").At(field)
	case utf8.RuneCountInString(s) > most:
		return fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(most)).At(field)
	}
	for _, r := range s {
		if unicode.IsControl(r) && !strings.ContainsRune(controls, r) {
			return fault.New(fault.Invalid, "content.control").At(field)
		}
	}
	return nil
}

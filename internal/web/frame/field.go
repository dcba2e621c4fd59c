package frame

import (
	"slices"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/words"
)

// Named says of which field a sentence of the summary speaks, where the sentence itself speaks of any
// field ("this field is empty"): at the field that is plain, in a list of several it is not.
func (f *Frame) Named(v gate.Visit, x *fault.Fault, message string) string {
	if i := strings.LastIndexByte(x.Field, '_'); i > 0 && strings.HasPrefix(x.Key, "form.") && slices.Contains(words.Languages(), x.Field[i+1:]) {
		return f.Say(v, "frame.named", "field", f.Words.Say(x.Field[i+1:], "language.name"), "message", message) // one language of a text
	}
	field, _, _ := strings.Cut(x.Field, "-") // the day of a date, one language of a text
	if strings.HasPrefix(x.Key, "form.") && f.Words.Has(v.Actor.Language, "frame.field."+field) {
		return f.Say(v, "frame.named", "field", f.Say(v, "frame.field."+field), "message", message)
	}
	return message
}

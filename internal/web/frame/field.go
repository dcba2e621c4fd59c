package frame

import (
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
)

// Named says of which field a sentence of the summary speaks, where the sentence itself speaks of any
// field ("this field is empty"): at the field that is plain, in a list of several it is not.
func (f *Frame) Named(v gate.Visit, x *fault.Fault, message string) string {
	field, _, _ := strings.Cut(x.Field, "-") // the day of a date, one language of a text
	if strings.HasPrefix(x.Key, "form.") && f.Words.Has(v.Actor.Language, "frame.field."+field) {
		return f.Say(v, "frame.named", "field", f.Say(v, "frame.field."+field), "message", message)
	}
	return message
}

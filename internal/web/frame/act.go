package frame

import "tereze/internal/gate"

// Act says in plain words what an entry of evidence is of.
func (f *Frame) Act(v gate.Visit, act string) string {
	key := "cabinet.act." + act
	if !f.Words.Has(v.Actor.Language, key) {
		// An act of a room these pages do not know yet: its own name says more than nothing.
		return f.Say(v, "cabinet.act.other", "act", act)
	}
	return f.Say(v, key)
}

// StaffAct says an act to the staff, who have words of their own for some; ok is false where nobody has any.
func (f *Frame) StaffAct(v gate.Visit, act string) (said string, ok bool) {
	for _, key := range []string{"console.act." + act, "cabinet.act." + act} {
		if f.Words.Has(v.Actor.Language, key) {
			return f.Say(v, key), true
		}
	}
	return act, false
}

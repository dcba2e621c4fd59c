// Package fault is the vocabulary of refusal: what a person may be told, by kind and message key.
//
// A Fault carries no sentence: the sentences stand in the translations, in every language the
// portals speak, and gate alone turns a fault into a status. An error that is not a Fault is an
// accident: it is logged once at the gate and shown as one fixed page.
package fault

import (
	"errors"
	"maps"

	"tereze/internal/clause"
)

// Kind says what sort of refusal it is; gate maps each to one status.
type Kind uint8

// The kinds of refusal.
const (
	Invalid         Kind = iota + 1 // what was sent cannot be taken as it is
	Absent                          // no such thing, or none that this actor may know of
	Conflict                        // true when asked, no longer true: somebody was first
	Forbidden                       // known, but not allowed to this actor
	Unauthenticated                 // sign in first
	TooMany                         // a limit; later it may work
	Unavailable                     // nothing wrong with the request; try again
	Closed                          // closed for a time, as the operator has announced
)

// Fault is a refusal a person may see.
type Fault struct {
	Kind  Kind
	Key   string            // message key, a sentence in every language
	Args  map[string]string // what the sentence names
	Field string            // the form field at fault, empty where it is none
	Cite  clause.Citation   // the clause that refuses, where one does

	cause error
}

// New makes a refusal.
func New(kind Kind, key string) *Fault { return &Fault{Kind: kind, Key: key} }

// Error is for logs; people read the sentence of Key.
func (f *Fault) Error() string {
	s := f.Key
	if f.Field != "" {
		s += " (" + f.Field + ")"
	}
	if !f.Cite.Zero() {
		s += " [" + f.Cite.String() + "]"
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

// Unwrap gives the accident behind the refusal, for the log.
func (f *Fault) Unwrap() error { return f.cause }

// At says which form field is at fault.
func (f *Fault) At(field string) *Fault {
	g := *f
	g.Field = field
	return &g
}

// With names something for the sentence.
func (f *Fault) With(name, value string) *Fault {
	g := *f
	g.Args = maps.Clone(f.Args)
	if g.Args == nil {
		g.Args = map[string]string{}
	}
	g.Args[name] = value
	return &g
}

// By cites the clause that refuses.
func (f *Fault) By(c clause.Citation) *Fault {
	g := *f
	g.Cite = c
	return &g
}

// Wrap keeps the accident that led to the refusal, for the log only.
func (f *Fault) Wrap(cause error) *Fault {
	g := *f
	g.cause = cause
	return &g
}

// Is reports whether err is a refusal of this kind.
func Is(err error, kind Kind) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Kind == kind
}

// Faults are the refusals of one form, all shown at once.
type Faults []*Fault

func (fs Faults) Error() string {
	s := ""
	for i, f := range fs {
		if i > 0 {
			s += "; "
		}
		s += f.Error()
	}
	return s
}

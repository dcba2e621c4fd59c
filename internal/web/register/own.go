package register

import (
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
)

// Own is the way of a portal whose agreement says nothing: one form, one step.
type Own struct {
	Show gate.Page
	Take gate.Page
}

// Begin follows Way.
func (o Own) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return o.Show(w, r, v)
}

// BeginPost follows Way.
func (o Own) BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return o.Take(w, r, v)
}

// Step follows Way: there is none.
func (o Own) Step(http.ResponseWriter, *http.Request, gate.Visit, string) error {
	return fault.New(fault.Absent, "gate.no_page")
}

// StepPost follows Way: there is none.
func (o Own) StepPost(http.ResponseWriter, *http.Request, gate.Visit, string) error {
	return fault.New(fault.Absent, "gate.no_page")
}

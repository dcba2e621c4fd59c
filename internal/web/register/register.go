// Package register leads people into a portal by the way its agreement sets.
//
// It owns the addresses of registration and hands each request to the way the rules in force name;
// the ways are packages below it. It decides nothing about who may come in: account does.
package register

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/frame"
)

// Way is the pages of one way in. A step is the last part of the address; a way that does not know
// it, or for which it is not yet due, refuses it as Absent or leads to the one that is.
type Way interface {
	// Begin shows the first form and takes it.
	Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error
	BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error
	// Step shows a later page and takes its form.
	Step(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error
	StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error
}

// Register is the area's pages.
type Register struct {
	*frame.Frame
	Ways map[account.Way]Way
}

func (s *Register) way(v gate.Visit) (Way, error) {
	if w, ok := s.Ways[account.WayOf(s.Agreements.Book(v.Actor.Portal, v.Now))]; ok {
		return w, nil
	}
	return nil, fault.New(fault.Absent, "gate.no_page")
}

// Begin is GET /{portal}/register. Somebody who is signed in has no use for it, unless it is what they
// owe.
func (s *Register) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Known() && v.Actor.Due != account.RegistrationDue {
		return frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet")
	}
	way, err := s.way(v)
	if err != nil {
		return err
	}
	return way.Begin(w, r, v)
}

// BeginPost is POST /{portal}/register.
func (s *Register) BeginPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	way, err := s.way(v)
	if err != nil {
		return err
	}
	return way.BeginPost(w, r, v)
}

// Step is GET /{portal}/register/{step}.
func (s *Register) Step(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	way, err := s.way(v)
	if err != nil {
		return err
	}
	return way.Step(w, r, v, r.PathValue("step"))
}

// StepPost is POST /{portal}/register/{step}.
func (s *Register) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	way, err := s.way(v)
	if err != nil {
		return err
	}
	return way.StepPost(w, r, v, r.PathValue("step"))
}
